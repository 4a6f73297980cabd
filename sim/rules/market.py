"""The market: whether a prospect joins."""

from __future__ import annotations

import math

from sim.rules.kernel import kernel
from sim.rules.service import logistic


@kernel
def join_probability(base: float, published: float, talk: float, promise: float) -> float:
    """logistic(logit(base) + published + talk + promise): what is printed, what is told, what is promised (log odds)."""
    if base <= 0.0 or base >= 1.0:
        return base
    return logistic(math.log(base / (1.0 - base)) + published + talk + promise)


@kernel
def remembered_talk(old: float, latest: float, memory: float) -> float:
    """Talk in the market: exponential memory of `memory` weeks."""
    return old + (latest - old) / memory
