"""One number at a time: the factor on a scheme's money at which its bill meets a target.

The bill is a black box (people answer to money): it may bend, jump at a cliff, or stay at nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

TOLERANCE = 0.02
ROUNDS = 6  # retunings after the first pilot as written
WIDEST_STEP = 16.0
FARTHEST = 1e4
NARROWEST = 1.02  # a bracket so narrow that still jumps over the target holds a cliff, not a solution


@dataclass
class Search:
    """Looks for the factor at which the bill meets `target`; `tried` maps factors to the bills they gave."""

    target: float
    tried: dict[float, float] = field(default_factory=dict)

    @property
    def best(self) -> float:
        """The factor tried whose bill came nearest on a ratio scale; as written when none paid anything."""
        paying = {factor: bill for factor, bill in self.tried.items() if bill > 0}
        return min(paying, key=lambda factor: abs(math.log(paying[factor] / self.target)), default=1.0)

    @property
    def reached(self) -> bool:
        """Whether the best bill is the target, within the tolerance."""
        return abs(self.tried.get(self.best, 0.0) / self.target - 1) <= TOLERANCE

    def propose(self) -> float | None:
        """The next factor to try, or None: found, out of rounds, or shown to be out of reach."""
        if not self.tried:
            return 1.0
        if self.reached or len(self.tried) > ROUNDS:
            return None
        factors = sorted(self.tried)
        for low, high in pairwise(factors):
            if self.tried[low] < self.target < self.tried[high]:
                return None if high / low < NARROWEST else self._between(low, high)
        proposal = self._beyond(factors)
        return proposal if 1 / FARTHEST <= proposal <= FARTHEST else None

    def _between(self, low: float, high: float) -> float:
        """Straight line in logarithms, kept off the ends so that the bracket shrinks even beside a cliff."""
        share = 0.5
        if self.tried[low] > 0:
            share = math.log(self.target / self.tried[low]) / math.log(self.tried[high] / self.tried[low])
        return float(low * (high / low) ** min(max(share, 0.1), 0.9))

    def _beyond(self, factors: list[float]) -> float:
        """All bills on one side: follow the slope that was seen; where nothing was paid, a wide step up."""
        short = self.tried[factors[-1]] < self.target
        end, inner = (factors[-1], factors[-2:-1]) if short else (factors[0], factors[1:2])
        bill = self.tried[end]
        if bill <= 0:
            return end * WIDEST_STEP
        slope = 1.0
        if inner and self.tried[inner[0]] > 0:
            slope = math.log(self.tried[inner[0]] / bill) / math.log(inner[0] / end)
        step = (self.target / bill) ** (1 / min(max(slope, 0.25), 4.0))
        return float(end * min(max(step, 1 / WIDEST_STEP), WIDEST_STEP))

    @property
    def note(self) -> str:
        """Why the target was not met, in words; empty when it was."""
        if self.reached:
            return ""
        factors = sorted(self.tried)
        if all(self.tried[factor] <= 0 for factor in factors):
            return f"it pays nothing, at any factor tried up to {factors[-1]:.3g}"
        for low, high in pairwise(factors):
            if self.tried[low] < self.target < self.tried[high]:
                bills = f"from {self.tried[low]:.4g} to {self.tried[high]:.4g}"
                return f"between the factors {low:.4g} and {high:.4g} the bill jumps {bills}"
        nearest = self.tried[self.best]
        return f"not within {TOLERANCE:.0%} after {len(self.tried)} rounds; the nearest bill is {nearest:.4g}"
