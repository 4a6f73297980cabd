"""What an act is expected to do to needs read as a whole, in teams where one of so many gets back his own: exact.

All customers and staff are alike, so that the effects can be written down; a need that comes back is late by then, unless
said. p is the chance that a contact solves the need, r that it comes back if not, b = (1 − p) r; of what is not solved a
share m is marked done; s serve in a team, and a need that comes back is served, and ends, with each of them alike.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from worlds_known import still

from sim.incentives import tactics as act
from sim.world import Organisation, foresight

P, R, CARE = 0.5, 0.4, 0.8  # CARE: log odds
B = (1 - P) * R
DP = 1 / (1 + math.exp(-CARE)) - P  # what care adds to p


@cache
def expected(size: int, logging: str, marks: float, within: float = 0.5) -> tuple[float, float]:
    """Expected effects of care and of closing early on needs in time, mean of the teams."""
    spec = still(
        weeks=12, mechanisms={"repeats": True}, service={"work": {"care_resolution": CARE}},
        customers={"count": 80000, "needs_per_week": 0.01, "return_probability": R, "return_fading": 1.0, "return_cap": 60,
                   "return_delay": 1.0},
        staff={"count": 20 * size, "team_size": size, "first_acts": {"closing_early": marks}},
        measures={"in_time": {"within": within, "logging": logging}},
    )  # fmt: skip
    model = Organisation(spec).run()
    is_open = np.zeros(act.ALL_ACTS, np.bool_)
    is_open[[act.CARE, act.CLOSE]] = True
    place = list(spec.measures).index("in_time")
    found = foresight.effects(model.world, is_open, np.array([place]), 0.01)[1][..., place + 1].mean(axis=0)
    return float(found[act.CARE]), float(found[act.CLOSE])


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("marks", [0.0, 0.3])
def test_care_is_worth_what_it_brings_and_keeps_from_colleagues(size: int, marks: float) -> None:
    """Care turns needs that were not solved, a share m of them marked done, into met ones, and ends some that would leave.

    A need more brings dN = dp (1 − m) of my own; besides, r (1 − 1/s) dp / (1 − b) needs end with me that would have ended
    with colleagues, a share m of them in time, where my reading is p + (1 − p) m.
    """
    m = marks
    kept = R * (1 - 1 / size) / (1 - B)
    assert expected(size, "manual", marks)[0] == pytest.approx(DP * (1 - m + (m - P - (1 - P) * m) * kept), rel=0.02)
    assert expected(size, "automatic", marks)[0] == pytest.approx(DP * (1 - P * kept), rel=0.02)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("marks", [0.0, 0.3])
def test_what_was_marked_done_stays_so_if_it_comes_back_to_oneself(size: int, marks: float) -> None:
    """A need marked at first counts if it ends there and then, or ends with me after all; nothing where the system writes."""
    assert expected(size, "manual", marks)[1] == pytest.approx((1 - P) * (1 - R + R / size), rel=0.02)
    assert expected(size, "automatic", marks)[1] == 0.0


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("marks", [0.0, 0.3])
def test_what_is_marked_already_is_not_to_be_gained_again(size: int, marks: float) -> None:
    """No need is ever late, and staff write the log: a mark counts where there was none, x = (1 − p) (1 − m) leaves none.

    A need has 1 / (1 − x r) contacts of which none before has met or marked it; one that comes back unmarked ends so with
    chance x (1 − r) / (1 − x r), which a mark spares me if it ends with me.
    """
    x = (1 - P) * (1 - marks)
    spared = R / size * x * (1 - R) / (1 - x * R)
    assert expected(size, "manual", marks, 50.0)[1] == pytest.approx((1 - P) * (1 - R + spared) / (1 - x * R), rel=0.02)
