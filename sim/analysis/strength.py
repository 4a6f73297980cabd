"""The over-optimisation curve: what is reported and what is true as the bonus grows, and where more of it does harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sim.analysis.estimate import estimate


def curve(reported: Mapping[float, pd.Series], true: Mapping[float, pd.Series]) -> pd.DataFrame:
    """The over-optimisation curve, a row a strength, weakest first: `reported` and `true` with `_low`, `_high`.

    The mappings give, for each strength of the bonus, the change against fixed pay in every replicate, in the measure's
    unit (counted towards better). Source: Gao, Schulman & Hilton (2023), for rewards in machine learning. Floor: where
    nothing is gamed both columns rise and fall together.
    """
    rows = []
    for strength in sorted(reported):
        row: dict[str, float] = {"strength": strength}
        for name, values in (("reported", reported[strength]), ("true", true[strength])):
            e = estimate(values)
            row |= {name: e.mean, f"{name}_low": e.low, f"{name}_high": e.high}
        rows.append(row)
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Turn:
    """`best`: the strength at which the truth is highest; `harmful`: the first stronger one that is over-optimised, if any."""

    best: float
    harmful: float | None


def turning_point(reported: Mapping[float, pd.Series], true: Mapping[float, pd.Series]) -> Turn:
    """Where the truth is best, and the first stronger bonus that reads higher and is truly lower than there, beyond noise.

    Both are paired differences from the best strength, replicate by replicate, at 95 %. Unit: that of the strength.
    Limit: the best of several noisy means looks better than it is, which makes harm easier to find: ask for more
    replicates rather than for more strengths.
    """
    if not true:
        raise ValueError("there is no strength to compare")
    best = max(sorted(true), key=lambda strength: true[strength].mean())
    for strength in sorted(true):
        if strength <= best:
            continue
        lower = estimate((true[strength] - true[best]).dropna()).sign < 0
        if lower and estimate((reported[strength] - reported[best]).dropna()).sign > 0:
            return Turn(best, strength)
    return Turn(best, None)
