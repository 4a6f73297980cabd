"""What a run of the textbook technology leaves behind: weekly means of the firm, rows of staff, and the tables of both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario.schema import Scenario

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
        self.staff: list[pd.DataFrame] = []

    def tables(self, week: int) -> dict[str, pd.DataFrame]:
        """The tables of docs/architecture.md up to (not including) `week`; readings are pooled over one pay period."""
        weeks = week + self.spec.burn_in
        made = {
            "series": self._series(weeks), "waterfall": self._waterfall(weeks),
            "books": self._long(self.books, weeks, "item", "amount"), "world": self._world(weeks),
            "staff": pd.concat(self.staff, ignore_index=True) if self.staff else pd.DataFrame(),
        }  # fmt: skip
        for table in made.values():
            table.insert(0, "replicate", self.replicate)
        return made

    def _pooled(self, values: Array, weeks: int) -> Array:
        """Means over the last pay period's length of weeks, (weeks, M), added up from the oldest."""
        every, total = min(self.spec.pay.every, weeks), np.zeros((weeks, values.shape[1]))
        for back in range(every - 1, -1, -1):
            total[back:] += values[: weeks - back]
        return total / np.minimum(np.arange(weeks) + 1.0, self.spec.pay.every)[:, None]

    def _series(self, weeks: int) -> pd.DataFrame:
        reported, true = self._pooled(self.reported, weeks), self._pooled(self.true, weeks)
        answers = self.spec.staff.count * np.minimum(np.arange(weeks) + 1.0, self.spec.pay.every)
        frames = [
            pd.DataFrame({
                "firm": 0, "week": self._weeks(weeks), "measure": label, "reported": reported[:, m], "true": true[:, m],
                "true_with_leavers": true[:, m], "answers": answers,
            })
            for m, label in enumerate(self.labels)
        ]  # fmt: skip
        return pd.concat(frames, ignore_index=True)

    def _waterfall(self, weeks: int) -> pd.DataFrame:
        """Measurement and pressure as the acts explain them; luck is the rest of reported - true."""
        parts = {name: self._pooled(values, weeks) for name, values in self.parts.items()}
        gap = self._pooled(self.reported, weeks) - self._pooled(self.true, weeks)
        parts["luck"] = gap - parts["measurement"] - parts["pressure"]
        frames = [
            pd.DataFrame({
                "firm": 0, "week": self._weeks(weeks), "measure": label, "component": name, "value": values[:, m]
            })
            for name, values in parts.items()
            for m, label in enumerate(self.labels)
        ]  # fmt: skip
        return pd.concat(frames, ignore_index=True)

    def _world(self, weeks: int) -> pd.DataFrame:
        shares = {f"share_{name}": self.shares[:, k] for k, name in enumerate(self.activities)}
        return self._long(self.indicators | shares, weeks, "indicator", "value")

    def _long(self, columns: dict[str, Array], weeks: int, name: str, value: str) -> pd.DataFrame:
        frames = [
            pd.DataFrame({"firm": 0, "week": self._weeks(weeks), name: key, value: values[:weeks]})
            for key, values in columns.items()
        ]
        return pd.concat(frames, ignore_index=True)

    def _weeks(self, weeks: int) -> NDArray[np.int64]:
        return np.arange(weeks, dtype=np.int64) - self.spec.burn_in
