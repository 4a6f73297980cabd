"""A sweep as its report sees it: runs, factors and outcomes, which factor is told first, and which way a measure is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.analysis.estimate import LEVEL
from sim.experiments.sweep_folder import SweepFolder
from sim.report.outcomes import REPORTED, TRUE, Outcome, outcome, pairs
from sim.scenario.measures import PRESETS

MOST_LEVELS = 24  # a factor with more values has no response curve of levels
STRENGTH = (".rate", ".bonus")


@dataclass(frozen=True)
class View:
    """The runs that went well, one row a run (point, replicate, factors, indices), and what the manifest says of them."""

    source: SweepFolder
    runs: pd.DataFrame

    @property
    def study(self) -> dict[str, Any]:
        """The study as it was planned."""
        found: dict[str, Any] = self.source.manifest["identity"]["study"]
        return found

    @property
    def design(self) -> dict[str, Any]:
        """The design of the study."""
        found: dict[str, Any] = self.study["design"]
        return found

    @property
    def factors(self) -> list[str]:
        """Names of the factors."""
        return self.source.factors

    @property
    def outcomes(self) -> list[str]:
        """The indices that the study speaks of."""
        found: list[str] = self.source.manifest["outcomes"]
        return found

    @property
    def units(self) -> dict[str, str]:
        """The unit of each index."""
        found: dict[str, str] = self.source.manifest["units"]
        return found

    @cached_property
    def replicates(self) -> int:
        """Replicates of the point that has most of them."""
        return int(self.runs.groupby("point")["replicate"].nunique().max())

    @cached_property
    def shown(self) -> list[str]:
        """The outcomes, and both readings of every measure that they speak of."""
        labels = list(dict.fromkeys(name.rpartition(".")[0] for name in self.outcomes if name.endswith((REPORTED, TRUE))))
        both = [label + kind for label in labels for kind in (REPORTED, TRUE)]
        asked = [*(name for name in both if name in self.runs), *self.outcomes]
        return list(dict.fromkeys(asked))

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a point: factors, replicates that went well, and of each shown index mean (its name), `_low`, `_high`."""
        values = self.runs[self.shown].replace([np.inf, -np.inf], np.nan).groupby(self.runs["point"], sort=True)
        mean, half = values.mean(), half_widths(values.std(), values.count())
        table = self.runs.drop_duplicates("point").sort_values("point")[["point", *self.factors]].set_index("point")
        table["replicates"] = self.runs.groupby("point")["replicate"].size()
        columns = {
            f"{name}{end}": mean[name] + side * half[name] if side else mean[name]
            for name in self.shown for end, side in (("", 0), ("_low", -1), ("_high", 1))
        }  # fmt: skip
        return pd.concat([table, pd.DataFrame(columns)], axis=1).reset_index()

    @cached_property
    def written(self) -> dict[str, Outcome]:
        """How each index is written that is shown or stands beside them in the verdict."""
        names = [name for name in self.units if name in self.runs]
        values = self.runs.groupby("point")[names]
        mean, half = values.mean(), half_widths(values.std(), values.count()).median()
        found = {name: outcome(name, self.units[name], mean[name].to_numpy(float), float(half[name])) for name in names}
        for label in pairs(names):  # both readings of a measure are rounded alike, so that the gap adds up
            both = [label + kind for kind in (REPORTED, TRUE)]
            digits = min(found[name].digits for name in both)
            found |= {name: replace(found[name], digits=digits) for name in both}
        return found

    @cached_property
    def numbers(self) -> list[str]:
        """Factors whose values are numbers."""
        return [name for name in self.factors if is_number(self.runs[name])]

    @cached_property
    def stepped(self) -> list[str]:
        """Factors with few enough values for a curve of levels, of which two at least have been played."""
        return [name for name in self.factors if 2 <= self.runs[name].nunique() <= MOST_LEVELS]

    @cached_property
    def strength(self) -> str | None:
        """The factor that is the money of a scheme, if there is one with few levels."""
        return next((name for name in self.stepped if name in self.numbers and self._is_strength(name)), None)

    @cached_property
    def measure(self) -> str | None:
        """The measure that is told first: the first outcome of which both readings are there."""
        return next(iter(pairs([*self.outcomes, *(name for name in self.shown if name not in self.outcomes)])), None)

    def others(self, factor: str) -> list[str]:
        """All factors but one."""
        return [name for name in self.factors if name != factor]

    def beside(self, factor: str) -> str | None:
        """The factor by which the story of another one is split: the first other one of numbers with few levels."""
        return next((name for name in self.stepped if name in self.numbers and name != factor), None)

    def better(self, label: str) -> int:
        """+1 where more of a measure is better, -1 where less is."""
        scenarios = self.source.manifest["identity"]["scenarios"].values()
        noted = [(scenario.get("measures") or {}).get(label) or {} for scenario in scenarios]
        kinds = [note.get("better") or PRESETS.get(note.get("like", label), {}).get("better") for note in noted]
        return -1 if "less" in kinds else 1

    def _is_strength(self, name: str) -> bool:
        fields = self.study["factors"][name]["path"] or name
        paths: Sequence[str] = [fields] if isinstance(fields, str) else fields
        return all(path.startswith("pay.schemes.") and path.endswith(STRENGTH) for path in paths)


def is_number(values: pd.Series) -> bool:
    """Whether a factor's values are numbers (not truth values)."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def half_widths(sd: pd.DataFrame, count: pd.DataFrame) -> pd.DataFrame:
    """Half the widths of the t intervals of many means at once, as `estimate.half_width`; NaN for a single value."""
    several = count.where(count > 1)
    return sd * stdtrit(several - 1, 0.5 + LEVEL / 2) / np.sqrt(several)


def say(value: Any) -> str:
    """A value of a factor: numbers short, words as they are."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return f"{value:.6g}" if number else str(value)
