"""Piecewise-linear payouts: one representation from which payout, expected pay and its variance are derived."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Segment(NamedTuple):
    """A straight piece of a payout, in force from `start` on: intercept + slope x."""

    start: float
    intercept: float
    slope: float

    def at(self, x: float) -> float:
        """Its height at x, money."""
        return self.intercept + self.slope * x if self.slope else self.intercept


class Pieces(NamedTuple):
    """A piecewise-linear payout f(x) = intercept + slope x + sum_i 1[x >= k_i] (jump_i + bend_i (x - k_i)).

    x is the number of measure points by which the target is beaten; money per pay period.
    """

    intercept: float
    slope: float
    knots: tuple[float, ...] = ()
    jumps: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()

    def value(self, x: Array) -> Array:
        """The payout at x, money; NaN stays NaN."""
        money: Array = self.intercept + self.slope * x
        for knot, jump, bend in zip(self.knots, self.jumps, self.bends, strict=True):
            money = money + np.where(x >= knot, jump + bend * (x - knot), 0.0)
        return money


def joined(segments: list[Segment]) -> Pieces:
    """The payout made of `segments`, in rising order of their starts (the first starts at minus infinity)."""
    knots, jumps, bends = [], [], []
    for before, after in itertools.pairwise(segments):
        jump = after.at(after.start) - before.at(after.start)
        if abs(jump) <= 1e-12 * (abs(before.at(after.start)) + abs(after.at(after.start))):
            jump = 0.0
        if jump or after.slope != before.slope:
            knots.append(after.start)
            jumps.append(jump)
            bends.append(after.slope - before.slope)
    return Pieces(segments[0].intercept, segments[0].slope, tuple(knots), tuple(jumps), tuple(bends))


def bounded(segments: list[Segment], floor: float | None, cap: float | None) -> list[Segment]:
    """The same payout held between `floor` and `cap` (money; None: no bound)."""
    low = -np.inf if floor is None else floor
    high = np.inf if cap is None else cap
    result = []
    for i, segment in enumerate(segments):
        end = segments[i + 1].start if i + 1 < len(segments) else np.inf
        crossings = []
        if segment.slope:
            crossings = [(bound - segment.intercept) / segment.slope for bound in (low, high) if np.isfinite(bound)]
        inside = sorted(x for x in crossings if segment.start < x < end)
        for start, stop in zip([segment.start, *inside], [*inside, end], strict=True):
            middle = segment.at(_between(start, stop))
            if middle <= low or middle >= high:
                result.append(Segment(start, low if middle <= low else high, 0.0))
            else:
                result.append(Segment(start, segment.intercept, segment.slope))
    return result


def _between(start: float, stop: float) -> float:
    """A point strictly inside an interval that may be unbounded."""
    if np.isfinite(start) and np.isfinite(stop):
        return (start + stop) / 2
    if np.isfinite(start):
        return start + 1.0
    return stop - 1.0 if np.isfinite(stop) else 0.0
