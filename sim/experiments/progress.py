"""A bar on stderr with the time left, where somebody watches; silent otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from tqdm import tqdm

from sim.experiments.crew import Crew
from sim.experiments.jobs import Job, Outcome


def watched(crew: Crew, jobs: Sequence[Job], label: str, *, show: bool) -> Iterator[Outcome]:
    """Play the jobs and tell how far they are."""
    hidden = not (show and sys.stderr.isatty())
    with tqdm(total=len(jobs), desc=label, unit="run", disable=hidden, file=sys.stderr, dynamic_ncols=True) as bar:
        failed = 0
        for outcome in crew.play(jobs):
            if outcome.failure is not None:
                failed += 1
                bar.set_postfix(failed=failed, refresh=False)
            bar.update()
            yield outcome
