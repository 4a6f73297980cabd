"""How far the work is: a bar where somebody watches, a line a minute where nobody does, events for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from tqdm import tqdm

from sim.experiments.crew import Crew
from sim.experiments.jobs import Job, Outcome

LINE_SECONDS = 60.0
EVENT_SECONDS = 1.0


class Progress:
    """Counts what is done and failed, and tells it: rate and time left are those of this session.

    `events`: a stream that gets one JSON object a line, at most one a second, instead of words.
    """

    def __init__(self, label: str = "runs", *, show: bool = True, events: TextIO | None = None) -> None:
        self.label, self.show, self.events = label, show, events
        self.total = self.done = self.failed = self.before = 0
        self._bar: Any = None
        self._begun = self._told = time.monotonic()

    def begin(self, total: int, done: int = 0, failed: int = 0) -> None:
        """Start the clock; `done` was finished in earlier sessions."""
        self.total, self.done, self.failed, self.before = total, done, failed, done
        self._begun = self._told = time.monotonic()
        if self.events is not None:
            self._event("begin")
        elif self.show and sys.stderr.isatty():
            self._bar = tqdm(total=total, initial=done, desc=self.label, unit="run", file=sys.stderr, dynamic_ncols=True)

    def update(self, done: int, failed: int) -> None:
        """Tell the new state, if it is time to."""
        self.done, self.failed = done, failed
        if self._bar is not None:
            if failed:
                self._bar.set_postfix(failed=failed, refresh=False)
            self._bar.update(done - self._bar.n)
        elif self._due(EVENT_SECONDS if self.events is not None else LINE_SECONDS):
            self._told = time.monotonic()
            if self.events is not None:
                self._event("progress")
            elif self.show:
                sys.stderr.write(self.line() + "\n")
                sys.stderr.flush()

    def end(self, done: int, failed: int) -> None:
        """Close the bar, or tell the last state."""
        self.done, self.failed = done, failed
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
            self._bar.close()
            self._bar = None
        if self.events is not None:
            self._event("end")

    @property
    def rate(self) -> float:
        """Runs a second, in this session."""
        return (self.done - self.before) / max(time.monotonic() - self._begun, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Time left at this rate; None while nothing is known of it."""
        return (self.total - self.done) / self.rate if self.done > self.before else None

    def line(self) -> str:
        """The state in words."""
        failed = f", {self.failed} failed" if self.failed else ""
        left = "" if self.seconds_left is None else f", {_span(self.seconds_left)} left"
        return f"{self.label}: {self.done} of {self.total} done{failed}, {self.rate:.3g} a second{left}"

    def _due(self, seconds: float) -> bool:
        return time.monotonic() - self._told >= seconds

    def _event(self, kind: str) -> None:
        left = None if self.seconds_left is None else round(self.seconds_left, 1)
        row = {
            "event": kind, "total": self.total, "done": self.done, "failed": self.failed, "rate": round(self.rate, 3),
            "seconds": round(time.monotonic() - self._begun, 1), "seconds_left": left,
        }  # fmt: skip
        assert self.events is not None
        self.events.write(json.dumps(row) + "\n")
        self.events.flush()


def _span(seconds: float) -> str:
    """A time span, as one says it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def watched(crew: Crew, jobs: Sequence[Job], label: str, *, show: bool) -> Iterator[Outcome]:
    """Play the jobs and tell how far they are."""
    progress = Progress(label, show=show)
    progress.begin(len(jobs))
    done = failed = 0
    try:
        for outcome in crew.play(jobs):
            done, failed = done + 1, failed + (outcome.failure is not None)
            progress.update(done, failed)
            yield outcome
    finally:
        progress.end(done, failed)
