"""Random numbers for Hypothesis, as the rules take them."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

quick = settings(max_examples=40)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


shares = reals(0.0, 1.0)
scores = reals(0.0, 10.0)
