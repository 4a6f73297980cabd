"""Indices of people and their targets: is the ranking by the report that by the truth, and do results gather at targets.

They read the columns `reported_<label>`, `true_<label>` and `target_<label>` of the table `staff`.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.analysis.estimate import Estimate
from sim.analysis.gap import Window
from sim.analysis.indices import RUN
from sim.analysis.paired import difference

FEWEST = 3  # people with a reading below which a period has no ranking
FEW = 128  # people whose pairs are compared one by one


def rank_agreement(reported: np.ndarray | pd.Series, true: np.ndarray | pd.Series) -> float:
    """Kendall's τ-b between two readings of the same people (n,): 1 the same order, 0 unrelated, -1 reversed. Unit: 1.

    People without both readings are left out; NaN with fewer than three of them or where one reading tells nobody
    apart. Source: Kendall (1945), counted as by Knight (1966). Floor: noise alone keeps it below 1, at
    (2/π) asin √reliability where truth and noise are normal (Kruskal 1958); see `rank_inversion`. (Counted here because
    loading SciPy's statistics takes longer than a small run.)
    """
    x, y = np.asarray(reported, float), np.asarray(true, float)
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < FEWEST:
        return math.nan
    order = np.lexsort((y[both], x[both]))
    x, y = x[both][order], y[both][order]
    pairs = len(x) * (len(x) - 1) // 2
    x_steps, y_steps = x[1:] != x[:-1], y[1:] != y[:-1]
    x_ties, joint_ties = _tied_pairs(x_steps), _tied_pairs(x_steps | y_steps)
    y_sorted = np.sort(y)
    y_ties = _tied_pairs(y_sorted[1:] != y_sorted[:-1])
    if pairs in (x_ties, y_ties):
        return math.nan
    agreed = pairs - x_ties - y_ties + joint_ties - 2 * _inversions(y)  # concordant less discordant pairs
    return min(max(agreed / math.sqrt(pairs - x_ties) / math.sqrt(pairs - y_ties), -1.0), 1.0)


def _tied_pairs(steps: np.ndarray) -> int:
    """Pairs of equal values in a sorted row, given between which neighbours (n - 1,) the value changes."""
    runs = np.diff(np.flatnonzero(steps), prepend=-1, append=len(steps))
    return int((runs * (runs - 1) // 2).sum())


def _inversions(values: np.ndarray) -> int:
    """Pairs of which the larger stands first; counted by halves, since a large staff has many pairs."""
    if len(values) <= FEW:
        return int(np.triu(values[:, None] > values, 1).sum())
    left, right = np.split(values, [len(values) // 2])
    across = len(left) * len(right) - int(np.searchsorted(np.sort(left), right, "right").sum())
    return _inversions(left) + _inversions(right) + across


def agreement(staff: pd.DataFrame, label: str, window: Window) -> pd.Series:
    """Mean over pay periods of the employees' τ(reported, true) on one measure, a value a (scenario, replicate). Unit: 1.

    Source: `staff`. Limit: the truth is that of the contacts a person had, so what luck gave him to serve counts as his.
    """
    columns = [f"reported_{label}", f"true_{label}"]
    if any(column not in staff for column in columns):
        return pd.Series(dtype=float)
    rows = window.of(staff[staff["role"] == "employee"])
    periods = rows.groupby([*RUN, "period"], observed=True, sort=False)[columns]
    each = periods.apply(lambda people: rank_agreement(people[columns[0]], people[columns[1]]))
    return each.groupby(level=RUN, observed=True, sort=False).mean().dropna()


def rank_inversion(agreements: pd.Series, arm: str, fixed_pay: str) -> Estimate:
    """Rank agreement lost to pay: τ of the fixed-pay arm less τ of the arm, in the same replicate. Unit: 1.

    0: as good a ranking as an honest one with the same noise; above 0: the wrong people look best. Source: own definition.
    Floor: 0 by construction, since the fixed-pay arm has the same noise. Limit: also moves when pay makes people alike.
    """
    return difference(agreements, fixed_pay, arm)


def bunching(ahead: np.ndarray | pd.Series, width: float) -> float:
    """Gathering at targets: (just reached - just missed) / (just reached + just missed), within `width`. Unit: 1, -1 to 1.

    ahead: reading less target, towards better, measure points; 0 counts as reached. NaN where nobody is near. Source:
    density discontinuity, McCrary (2008), in its simplest form. Floor: 0 where the density is flat across the target,
    else what people under fixed pay show at the same targets (`bunched`).
    """
    if width <= 0:
        raise ValueError(f"width of the window around a target is above 0, not {width}")
    near = np.asarray(ahead, float)
    reached, missed = ((near >= 0) & (near < width)).sum(), ((near < 0) & (near >= -width)).sum()
    return float((reached - missed) / (reached + missed)) if reached + missed else math.nan


def bunched(staff: pd.DataFrame, label: str, better: int, window: Window, arm: str, of: str) -> pd.Series:
    """`bunching` of the readings that employees of arm `of` report at the targets of `arm`, a value a replicate. Unit: 1.

    of = arm: the index; of = the fixed-pay arm: its floor, what the same people would show at the same targets, post by
    post and period by period. The window around the target is half the sd of the arm's own distances. Empty where
    nobody has a target. Source: `staff`.
    """
    if f"target_{label}" not in staff or f"reported_{label}" not in staff:
        return pd.Series(dtype=float)
    rows = window.of(staff[staff["role"] == "employee"])
    who = ["replicate", "period", "post"]
    targets = rows[(rows["scenario"] == arm) & rows[f"target_{label}"].notna()].set_index(who)
    ahead = (targets[f"reported_{label}"] - targets[f"target_{label}"]) * better
    shown = rows[rows["scenario"] == of].set_index(who)[f"reported_{label}"]
    shown = (shown - targets[f"target_{label}"]) * better
    found = {}
    for replicate, people in shown.groupby(level="replicate"):
        width = 0.5 * float(ahead[ahead.index.get_level_values("replicate") == replicate].std())
        if width > 0:
            found[replicate] = bunching(people, width)
    return pd.Series(found, dtype=float).dropna()
