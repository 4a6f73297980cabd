"""Red flags: signs of gaming that anybody could compute from the reported data alone, and how far they can be trusted.

`as_seen` throws away whatever an outsider cannot see, so that a flag cannot look at the truth. A flag is a number a run,
larger where gaming is more likely; `roc` says how well it tells gamed runs from honest ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.gap import Window
from sim.analysis.indices import RUN

SEEN_SERIES = ("week", "measure", "reported", "answers")
SEEN_STAFF = ("period", "week", "role", "post", "team", "bonus", "contacts")


def as_seen(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """`series` and `staff` with the columns that stand in the firm's own reports: nothing true, nothing chosen or felt."""
    staff = tables["staff"]
    named = [str(c) for c in staff.columns if str(c).startswith(("reported_", "answers_", "target_"))]
    return {
        "series": tables["series"][[*RUN, *SEEN_SERIES]],
        "staff": staff[[*RUN, *(c for c in SEEN_STAFF if c in staff), *named]],
    }


def by_run(seen: pd.DataFrame, label: str, column: str, window: Window) -> pd.DataFrame:
    """A column of the seen `series` of one measure: weeks in rows, (scenario, replicate) in columns."""
    rows = window.of(seen[seen["measure"] == label])
    return rows.pivot_table(index="week", columns=RUN, values=column, observed=True, sort=False)


def jump(seen: pd.DataFrame, label: str, better: int, before: Window, after: Window) -> pd.Series:
    """The leap of a reading: mean after less mean before, towards better, over its weekly sd before. Unit: sd.

    Floor: around 0 where nothing changes; a true gain raises it as gaming does, which is its weakness.
    """
    old, new = by_run(seen, label, "reported", before), by_run(seen, label, "reported", after)
    return (better * (new.mean() - old.mean()) / old.std().where(lambda sd: sd > 0)).dropna()


def fewer_answers(seen: pd.DataFrame, label: str, before: Window, after: Window) -> pd.Series:
    """The fall in answers: log of answers a week before over those after. Unit: log ratio.

    Whoever chooses whom to ask asks fewer. Floor: around 0; a loss of customers or a busier survey elsewhere moves it.
    """
    old = by_run(seen, label, "answers", before).mean()
    new = by_run(seen, label, "answers", after).mean()
    return (old.where(old > 0) / new.where(new > 0)).dropna().map(math.log)


def divergence(seen: pd.DataFrame, label: str, better: Mapping[str, int], before: Window, after: Window) -> pd.Series:
    """How far the paid reading runs ahead of the unpaid ones: its `jump` less the mean of theirs. Unit: sd.

    better: side of every measure that is compared, +1 or -1. Floor: around 0 where all readings move together. Limit:
    needs readings that nobody is paid on; paying on all of them blinds it.
    """
    own = jump(seen, label, better[label], before, after)
    others = [jump(seen, name, side, before, after) for name, side in better.items() if name != label]
    if not others:
        return pd.Series(dtype=float)
    return (own - pd.concat(others, axis=1).mean(axis=1)).dropna()


def sameness(seen_staff: pd.DataFrame, label: str, before: Window, after: Window) -> pd.Series:
    """How much more alike people's readings have become: log of their sd before over that after. Unit: log ratio.

    The sd is over employees, within a pay period, averaged over periods. Floor: around 0. Limit: fewer answers spread
    the readings of honest people further apart, and so hide it.
    """
    column = f"reported_{label}"
    if column not in seen_staff:
        return pd.Series(dtype=float)
    people = seen_staff[seen_staff["role"] == "employee"]
    spreads = [
        window.of(people).groupby([*RUN, "period"], observed=True)[column].std().groupby(level=RUN).mean()
        for window in (before, after)
    ]
    old, new = (spread.where(spread > 0) for spread in spreads)
    return (old / new).dropna().map(math.log)


@dataclass(frozen=True)
class Roc:
    """How a flag tells gamed from honest: `curve` with columns false_alarms, hits (0 to 1); area under it and its error."""

    curve: pd.DataFrame
    area: float
    error: float


def roc(gamed: np.ndarray | pd.Series, honest: np.ndarray | pd.Series) -> Roc:
    """Receiver operating characteristic of a flag: hits against false alarms as the threshold falls. Unit: 1.

    Area: chance that a gamed run shows more of the flag than an honest one, ties half; 0.5 tells nothing. Its standard
    error is Hanley & McNeil's (1982). `honest` are runs in which nobody games, `gamed` runs in which somebody does.
    """
    a, b = (np.sort(np.asarray(x, float)[np.isfinite(np.asarray(x, float))]) for x in (gamed, honest))
    if not len(a) or not len(b):
        raise ValueError("a ROC needs gamed and honest runs")
    levels = np.unique(np.concatenate([a, b]))[::-1]
    hits = [0.0, *(1.0 - np.searchsorted(a, levels, "left") / len(a))]
    alarms = [0.0, *(1.0 - np.searchsorted(b, levels, "left") / len(b))]
    wins = np.searchsorted(b, a, "left") + 0.5 * (np.searchsorted(b, a, "right") - np.searchsorted(b, a, "left"))
    area = float(wins.sum() / (len(a) * len(b)))
    once, twice = area / (2.0 - area), 2.0 * area * area / (1.0 + area)
    spread = area * (1 - area) + (len(a) - 1) * (once - area**2) + (len(b) - 1) * (twice - area**2)
    error = math.sqrt(max(spread, 0.0) / (len(a) * len(b)))
    return Roc(pd.DataFrame({"false_alarms": alarms, "hits": hits}), area, error)


def false_alarm_rate(honest: np.ndarray | pd.Series, threshold: float) -> tuple[float, float, float]:
    """Share of honest runs whose flag stands above `threshold`, with its 95 % interval (Wilson 1927). Unit: 1."""
    values = np.asarray(honest, float)
    values = values[np.isfinite(values)]
    n, z2 = len(values), 1.959964**2
    if not n:
        return math.nan, math.nan, math.nan
    share = float((values > threshold).mean())
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return share, max(middle - half, 0.0), min(middle + half, 1.0)
