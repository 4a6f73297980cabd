"""A mean over replicates with its 95 % interval, a ratio of two paired means, and how many replicates would tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

LEVEL = 0.95
# Sums of floats differ from zero in the last bits; nothing in a report is smaller than this.
ZERO = 1e-9
MOST_REPLICATES = 100_000


@dataclass(frozen=True)
class Estimate:
    """Mean of `n` replicates and the t interval of that mean; the ends are NaN where one replicate gives none."""

    mean: float
    low: float
    high: float
    n: int
    sd: float = math.nan

    @property
    def defined(self) -> bool:
        """Whether there is a mean at all."""
        return math.isfinite(self.mean)

    @property
    def known(self) -> bool:
        """Whether there is an interval: at least two replicates, both ends finite."""
        return self.defined and math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def sign(self) -> int:
        """+1 or -1 where the interval lies on one side of zero, else 0 (also where there is no interval)."""
        if not self.known or abs(self.mean) <= ZERO:
            return 0
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    def within(self, margin: float) -> bool:
        """Whether the whole interval lies closer to zero than `margin`."""
        return self.known and max(abs(self.low), abs(self.high)) <= max(margin, ZERO)

    def times(self, factor: float) -> Estimate:
        """The same in another unit; a negative factor swaps the ends."""
        ends = sorted((self.low * factor, self.high * factor)) if self.known else (math.nan, math.nan)
        return Estimate(self.mean * factor, ends[0], ends[1], self.n, self.sd * abs(factor))

    def replicates_to_see(self, difference: float) -> int | None:
        """Replicates at which the half-width falls to `difference`; None where the spread or the difference is unknown."""
        if not self.known or not math.isfinite(self.sd) or abs(difference) <= ZERO:
            return None
        n = 2
        while n < MOST_REPLICATES and half_width(self.sd, n) > abs(difference):
            n = max(n + 1, int(n * 1.05))
        return n


UNDEFINED = Estimate(math.nan, math.nan, math.nan, 0)


def half_width(sd: float, n: int) -> float:
    """Half the width of the t interval of a mean of `n` values with standard deviation `sd`."""
    return float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * sd / math.sqrt(n) if n > 1 else math.nan


def estimate(values: pd.Series | np.ndarray | list[float]) -> Estimate:
    """Mean and t interval of one value a replicate; NaN (a replicate that has no such value) is left out and not counted."""
    array = np.asarray(values, dtype=float)
    array = array[np.isfinite(array)]
    if array.size == 0:
        return UNDEFINED
    mean = float(array.mean())
    if array.size == 1:
        return Estimate(mean, math.nan, math.nan, 1)
    sd = float(array.std(ddof=1))
    width = half_width(sd, array.size)
    return Estimate(mean, mean - width, mean + width, int(array.size), sd)


def ratio(above: pd.Series, below: pd.Series) -> Estimate:
    """Ratio of two means that were measured on the same replicates, with Fieller's interval.

    Undefined (NaN) where the lower mean cannot be told from zero: the ratio could then be anything. With one
    replicate there is a ratio and no interval. Source: Fieller (1954).
    """
    both = pd.concat([above, below], axis=1, keys=["a", "b"]).dropna()
    n = len(both)
    if n == 0 or abs(both["b"].mean()) <= ZERO:
        return UNDEFINED
    a, b = float(both["a"].mean()), float(both["b"].mean())
    if n == 1:
        return Estimate(a / b, math.nan, math.nan, 1)
    cov = np.cov(both["a"], both["b"], ddof=1) / n
    t2 = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) ** 2
    # Ends solve (a - x b)^2 = t^2 Var(a - x b); with b clear of zero the parabola opens upwards.
    lead = b * b - t2 * cov[1, 1]
    if lead <= 0:
        return Estimate(math.nan, math.nan, math.nan, n)
    middle = a * b - t2 * cov[0, 1]
    root = math.sqrt(max(middle * middle - lead * (a * a - t2 * cov[0, 0]), 0.0))
    return Estimate(a / b, (middle - root) / lead, (middle + root) / lead, n)
