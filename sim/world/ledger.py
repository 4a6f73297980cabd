"""What a run of the textbook technology leaves behind: weekly means of the firm, rows of staff, and the results of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema import Scenario
from sim.world.results import Results

Array = NDArray[np.float64]
BOOKS = ("revenue", "wages", "bonus", "fines", "audits")
PARTS = ("measurement", "pressure")


class Ledger:
    """Arrays with a row a week (T of them, burn-in first), filled in as the run goes; money is the firm's, a week."""

    def __init__(
        self, spec: Scenario, replicate: int, labels: Sequence[str], activities: Sequence[str], indicators: Sequence[str]
    ) -> None:
        """`labels` name the measures (M), `activities` what is done (K), `indicators` the rows of the table `world`."""
        self.spec, self.replicate = spec, replicate
        self.labels, self.activities = labels, activities
        weeks = spec.weeks + spec.burn_in
        self.reported, self.true = np.zeros((2, weeks, len(labels)))
        self.parts = {name: np.zeros((weeks, len(labels))) for name in PARTS}
        self.shares = np.zeros((weeks, len(activities)))
        self.indicators = {name: np.zeros(weeks) for name in indicators}
        self.books = {name: np.zeros(weeks) for name in BOOKS}
        self.staff: list[dict[str, NDArray[Any]]] = []  # by payday and column: (n,)

    def keep_staff(self, row: Mapping[str, Any]) -> None:
        """One row of the table `staff` for each of the n employees: a number, or an array (n,), a column."""
        self.staff.append({name: np.full(self.spec.staff.count, value) for name, value in row.items()})  # people go on

    def results(self, week: int) -> Results:
        """What the run came to up to (not including) `week`; readings are pooled over one pay period.

        Measurement and pressure are what the acts explain of the gap; luck is the rest of reported - true.
        """
        weeks = week + self.spec.burn_in
        reported, true = self._pooled(self.reported, weeks), self._pooled(self.true, weeks)
        parts = {name: self._pooled(values, weeks) for name, values in self.parts.items()}
        parts["luck"] = reported - true - parts["measurement"] - parts["pressure"]
        answers = self.spec.staff.count * np.minimum(np.arange(weeks) + 1.0, self.spec.pay.every)
        shares = {f"share_{name}": self.shares[:, k] for k, name in enumerate(self.activities)}
        staff = {name: np.stack([row[name] for row in self.staff]) for name in (self.staff[0] if self.staff else ())}
        return Results(
            self.replicate, np.arange(weeks, dtype=np.int64) - self.spec.burn_in, list(self.labels),
            reported=reported.T, true=true.T, true_with_leavers=true.T, answers=np.tile(answers, (len(self.labels), 1)),
            parts={name: values.T for name, values in parts.items()},
            books={name: values[:weeks] for name, values in self.books.items()},
            world={name: values[:weeks] for name, values in (self.indicators | shares).items()},
            staff={"employee": staff} if staff else {},
        )  # fmt: skip

    def _pooled(self, values: Array, weeks: int) -> Array:
        """Means over the last pay period's length of weeks, (weeks, M), added up from the oldest."""
        every, total = min(self.spec.pay.every, weeks), np.zeros((weeks, values.shape[1]))
        for back in range(every - 1, -1, -1):
            total[back:] += values[: weeks - back]
        return total / np.minimum(np.arange(weeks) + 1.0, self.spec.pay.every)[:, None]
