"""Sums that feed back into the world, term by term in the order of rows.

NumPy's own sums and products group their terms by processor and by where an array happens to lie in memory; the last
bit of a belief would then differ from one run to the next, and with it some day a choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def in_order(values: Array) -> Array:
    """Sum over the first axis."""
    return np.cumsum(values, axis=0)[-1] if len(values) else np.zeros(values.shape[1:])


def mean(values: Array) -> Array:
    """Mean over the first axis, which must not be empty."""
    return in_order(values) / len(values)


def product(weights: Array, values: Array) -> Array:
    """Sum of `values` over their first axis, each times its weight: weights (K,), values (K, ...)."""
    return in_order(weights.reshape(-1, *[1] * (values.ndim - 1)) * values)
