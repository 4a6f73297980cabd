"""Which factors an outcome depends on: Sobol' indices and Morris' elementary effects, and whether the sample can tell.

Points are rows of a design; `values` are outcomes, (points, replicates), NaN where a run failed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimate import LEVEL, ZERO

RESAMPLES = 1_000
SEED = 1
# Half-widths of 95 % intervals beyond which a table is said not to tell: of an index, a share of all variance; of an
# effect, relative to the largest. A convention, on the side of Sarrazin, Pianosi & Wagener (2016), Environmental
# Modelling & Software 79.
WIDE_INDEX = 0.1
WIDE_EFFECT = 0.2
MUCH_LUCK = 0.1

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Sensitivity:
    """What one outcome depends on. `table`: a row a factor; `luck`: share of the variance between points that is luck.

    sobol: first, total (shares of variance, with `_low`, `_high`). morris: mu_star, sigma (outcome per side of the cube).
    """

    outcome: str
    method: Literal["sobol", "morris"]
    table: pd.DataFrame
    luck: float
    doubts: tuple[str, ...]

    @property
    def conclusive(self) -> bool:
        """Whether the sample is large enough for the ranking."""
        return not self.doubts


def sobol(outcome: str, names: Sequence[str], values: Values, *, second_order: bool) -> Sensitivity:
    """First and total order shares of the variance of the outcome's mean, from a Saltelli design.

    Intervals are 95 %, by bootstrap over base points. Source: Saltelli et al. (2010), Computer Physics Communications
    181; as in SALib.
    """
    from SALib.analyze import sobol as analyse

    means, doubts, luck = _means(values)
    columns = ["factor", "first", "first_low", "first_high", "total", "total_low", "total_high"]
    if doubts:
        return Sensitivity(outcome, "sobol", pd.DataFrame(columns=columns), luck, doubts)
    block = (2 if second_order else 1) * len(names) + 2
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyse.analyze(
            problem, means, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=LEVEL, seed=SEED
        )
    rows = {"factor": list(names)}
    table = pd.DataFrame(rows | _spread("first", found["S1"], found["S1_conf"]) | _spread("total", found["ST"], found["ST_conf"]))
    width = float(max(np.max(found["S1_conf"]), np.max(found["ST_conf"])))
    return Sensitivity(outcome, "sobol", table[columns], luck, (*_wide(width, len(means) // block), *_lucky(luck)))


def _spread(name: str, middle: Values, half: Values) -> dict[str, Values]:
    return {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}


def _wide(width: float, base: int) -> tuple[str, ...]:
    """Too few base points: how many would do, since intervals shrink with their root."""
    if width <= WIDE_INDEX:
        return ()
    enough = 2 ** math.ceil(math.log2(base * (width / WIDE_INDEX) ** 2))
    told = f"{base} base points are too few: intervals reach {width:.2f} to either side, more than {WIDE_INDEX}"
    return (f"{told}; about {enough:,} would do",)


def morris(outcome: str, names: Sequence[str], unit: Values, values: Values, *, levels: int) -> Sensitivity:
    """Mean absolute elementary effect mu* and spread sigma of each factor, in the outcome's unit per side of the cube.

    mu* ranks factors; sigma against mu* tells bends and interactions. Source: Morris (1991), Technometrics 33; mu*:
    Campolongo, Cariboni & Saltelli (2007), Environmental Modelling & Software 22; as in SALib.
    """
    from SALib.analyze import morris as analyse

    means, doubts, luck = _means(values)
    columns = ["factor", "mu_star", "mu_star_low", "mu_star_high", "mu", "sigma"]
    if doubts:
        return Sensitivity(outcome, "morris", pd.DataFrame(columns=columns), luck, doubts)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    found = analyse.analyze(
        problem, unit, means, num_levels=levels, num_resamples=RESAMPLES, conf_level=LEVEL, seed=SEED
    )
    star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    rows = {"factor": list(names), "mu": np.asarray(found["mu"], float), "sigma": np.asarray(found["sigma"], float)}
    table = pd.DataFrame(rows | _spread("mu_star", star, half))[columns]
    width, trajectories = float(half.max() / star.max()), len(means) // (len(names) + 1)
    wide: tuple[str, ...] = ()
    if width > WIDE_EFFECT:
        enough = math.ceil(trajectories * (width / WIDE_EFFECT) ** 2)
        told = f"{trajectories} trajectories are too few: intervals reach {width:.0%} of the largest effect to either side"
        wide = (f"{told}; about {enough:,} would do",)
    return Sensitivity(outcome, "morris", table, luck, (*wide, *_lucky(luck)))


def _means(values: Values) -> tuple[Values, tuple[str, ...], float]:
    """Mean of each point over its replicates, (points,); what forbids an analysis; the share of luck."""
    there = np.isfinite(values)
    empty = int((~there.any(axis=1)).sum())
    if empty:
        return np.empty(0), (f"{empty} of {len(values)} points have no value: an analysis needs them all",), math.nan
    means = np.where(there, values, 0.0).sum(axis=1) / there.sum(axis=1)
    if float(means.max() - means.min()) <= ZERO:
        return means, ("the outcome is the same at all points",), 0.0
    return means, (), luck_share(values)


def luck_share(values: Values) -> float:
    """Share of the variance between the points' means that is the luck of their replicates; NaN with one replicate.

    Luck that all points share (common random numbers) shifts them alike and does not count: what is left of a value
    after the mean of its point and the mean of its replicate. values: (points, replicates).
    """
    points, replicates = values.shape
    if replicates < 2 or points < 2 or not np.isfinite(values).all():
        return math.nan
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()
    noise = float((rest**2).sum() / ((points - 1) * (replicates - 1)) / replicates)
    return min(noise / float(values.mean(axis=1).var(ddof=1)), 1.0)


def _lucky(luck: float) -> tuple[str, ...]:
    if math.isnan(luck):
        return ("with one replicate a point the luck of a run cannot be told from the effect of a factor",)
    if luck > MUCH_LUCK:
        return (f"{luck:.0%} of the variance between points is luck, not factors: more replicates a point are needed",)
    return ()
