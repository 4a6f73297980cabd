"""A row of the benchmarks: what was measured, how far it scatters, and the target it has to reach, if any."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple


class Target(NamedTuple):
    """What is asked for: `sense` is "at least" or "at most", `of` the figure of the row that it speaks of."""

    sense: str
    value: float
    of: str = "ratio"  # or "median"

    def reached(self, figure: float) -> bool:
        """Whether a figure is good enough."""
        return figure >= self.value if self.sense == "at least" else figure <= self.value


class Row(NamedTuple):
    """One figure. `ratio` is to what `what` names; `correct` is whether results were checked and agreed, None: no such check."""

    bench: str
    name: str
    what: str
    unit: str
    median: float
    spread: tuple[float, float]  # quartiles over the repetitions
    repetitions: int
    ratio: float | None = None
    target: Target | None = None
    correct: bool | None = None
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether results agreed and the target is reached; None where there is neither."""
        found = [] if self.correct is None else [self.correct]
        if self.target is not None:
            figure = self.median if self.target.of == "median" else self.ratio
            found.append(figure is not None and self.target.reached(figure))
        return all(found) if found else None

    def plain(self) -> dict[str, Any]:
        """The row for JSON, its target in words."""
        told = None if self.target is None else f"{self.target.of} {self.target.sense} {self.target.value:g}"
        return {**self._asdict(), "spread": list(self.spread), "target": told, "ok": self.ok}


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Lower and upper quartile; of a single value, itself."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def row(bench: str, name: str, what: str, unit: str, values: Sequence[float], **more: Any) -> Row:
    """A row from its repetitions."""
    values = [float(value) for value in values]
    return Row(bench, name, what, unit, statistics.median(values), quartiles(values), len(values), **more)
