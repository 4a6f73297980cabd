"""How outcomes answer to a factor: response curves with paired intervals, over-optimisation, and where the truth turns.

Differences are taken replicate by replicate at the same other factors, where the luck is the same. Frames are runs of a
full factorial design, one row a run (point, replicate, factors, outcomes).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.analysis.estimate import LEVEL, UNDEFINED, Estimate, estimate

FEWEST_POINTS = 10  # with fewer points a rank correlation is not told


def levels(runs: pd.DataFrame, factor: str) -> list[Any]:
    """The values that a factor takes, numbers in rising order, words as they come."""
    found = list(dict.fromkeys(runs[factor]))
    return sorted(found) if pd.api.types.is_numeric_dtype(runs[factor]) else found


def by_level(runs: pd.DataFrame, factor: str, outcome: str, others: Sequence[str]) -> pd.DataFrame:
    """The outcome by replicate (rows) and level of the factor (columns), a mean over the other factors.

    Only combinations at which every level has a run count, so that each difference compares like with like.
    """
    wide = runs.pivot_table(index=["replicate", *others], columns=factor, values=outcome, sort=True)
    return wide.dropna().groupby(level="replicate").mean()[levels(runs, factor)]


def curve(runs: pd.DataFrame, factor: str, outcome: str, others: Sequence[str] = ()) -> pd.DataFrame:
    """A response curve: a row a level, mean and interval, and the paired difference from the first level (`d_`)."""
    wide = by_level(runs, factor, outcome, others)
    rows = []
    for level in wide.columns:
        mean, change = estimate(wide[level]), estimate(wide[level] - wide[wide.columns[0]])
        rows.append({factor: level, **_cells("mean", mean), **_cells("d", change), "replicates": mean.n})
    return pd.DataFrame(rows)


def _cells(name: str, value: Estimate) -> dict[str, float]:
    return {name: value.mean, f"{name}_low": value.low, f"{name}_high": value.high}


@dataclass(frozen=True)
class Turn:
    """Where an outcome is best along a factor, and where it has fallen again.

    best: the level with the best mean; `as_good`: levels that cannot be told from it; `falls`: the first level beyond it
    from which on the outcome is worse than at the best, beyond the 95 % interval of the paired difference; `below`: the
    first level from which on it is worse than at the first level; None where that does not happen in the range.
    """

    best: Any
    as_good: tuple[Any, ...]
    falls: Any | None
    below: Any | None


def turn(wide: pd.DataFrame, better: int = 1) -> Turn:
    """The turn of an outcome from its values by replicate (rows) and level (columns, in order).

    Limits: a level is tested by itself, the best one was picked from the same runs, so a turn that is just beyond
    noise may be chance; with one replicate nothing is told from the best.
    """
    names = list(wide.columns)
    means = wide.mean() * better
    best = int(np.argmax(means.to_numpy()))
    from_best = [estimate((wide[level] - wide[names[best]]) * better).sign for level in names]
    from_first = [estimate((wide[level] - wide[names[0]]) * better).sign for level in names]
    as_good = tuple(level for level, sign in zip(names, from_best, strict=True) if sign == 0)
    return Turn(names[best], as_good, _from(names, from_best, best), _from(names, from_first, 0))


def _from(names: Sequence[Any], signs: Sequence[int], start: int) -> Any | None:
    """The first level after `start` from which on every sign is negative."""
    found = None
    for place in range(len(names) - 1, start, -1):
        if signs[place] >= 0:
            break
        found = names[place]
    return found


def phase(runs: pd.DataFrame, strength: str, other: str, outcome: str, better: int = 1) -> pd.DataFrame:
    """The phase diagram: for each pair of levels the paired difference of the outcome from the least strength, and along
    each level of `other` where the outcome turns (`best`, `falls`, `below`; NaN: not in the range)."""
    rows = []
    for value in levels(runs, other):
        wide = by_level(runs[runs[other] == value], strength, outcome, ())
        found = turn(wide, better)
        for level in wide.columns:
            change = estimate(wide[level] - wide[wide.columns[0]])
            rows.append({
                other: value, strength: level, **_cells("d", change), "best": found.best, "falls": found.falls,
                "below": found.below, "as_good": level in found.as_good,
            })  # fmt: skip
    return pd.DataFrame(rows)


def contrasts(runs: pd.DataFrame, factor: str, outcome: str, others: Sequence[str]) -> pd.DataFrame:
    """Paired differences of each level of a factor from its first one, at every combination of the other factors."""
    first, *rest = levels(runs, factor)
    wide = runs.pivot_table(index=[*others, "replicate"], columns=factor, values=outcome)
    rows = []
    for place, group in wide.groupby(level=list(others), sort=True) if others else [((), wide)]:
        where = dict(zip(others, place if isinstance(place, tuple) else (place,), strict=True))
        for level in rest:
            change = estimate((group[level] - group[first]).dropna())
            rows.append({**where, factor: level, **_cells("d", change), "replicates": change.n})
    return pd.DataFrame(rows)


def rank_correlation(one: pd.Series, other: pd.Series) -> Estimate:
    """Spearman's rank correlation of two columns of points with its 95 % interval; undefined without 10 points and a spread.

    Source of the interval: Bonett & Wright (2000), Sample size requirements for Pearson, Kendall and Spearman
    correlations, Psychometrika 65 (Fisher's z with variance (1 + r^2 / 2) / (n - 3)).
    """
    both = pd.concat([one, other], axis=1, keys=["one", "other"]).dropna()
    ranks = both.rank()
    if len(both) < FEWEST_POINTS or (both.nunique() < 2).any():
        return UNDEFINED
    r = float(np.clip(np.corrcoef(ranks["one"], ranks["other"])[0, 1], -1 + 1e-12, 1 - 1e-12))
    half = float(ndtri(0.5 + LEVEL / 2)) * math.sqrt((1 + r * r / 2) / (len(both) - 3))
    return Estimate(r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half), len(both))
