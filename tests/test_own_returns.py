"""What an act is expected to do to needs read as a whole: to one's own reading, where one in so many comes back, and to a team's.

All customers and staff are alike, so that the effects can be reckoned: by formulas where little happens, and need by need,
every way it can go, where much does. p is the chance that a contact solves the need, r that it comes back if not,
b = (1 − p) r; of what is not solved a share m is marked done; s serve in a team. In the formulas a need that comes back is
late by then, unless said.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from worlds_known import merged, still

from sim.incentives import tactics as act
from sim.world import Organisation, foresight

P, R, CARE = 0.5, 0.4, 0.8  # CARE: log odds
B = (1 - P) * R
DP = 1 / (1 + math.exp(-CARE)) - P  # what care adds to p
PLAIN: dict[str, Any] = {
    "weeks": 12, "mechanisms": {"repeats": True}, "service": {"work": {"care_resolution": CARE}},
    "customers": {"count": 80000, "needs_per_week": 0.01, "return_probability": R, "return_fading": 1.0, "return_cap": 60,
                  "return_delay": 1.0},
}  # fmt: skip
FULL: dict[str, Any] = merged(PLAIN, {
    "mechanisms": {"complaints": True}, "service": {"work": {"followup": 0.25, "followup_weeks": 0.7, "misjudged": 0.08}},
    "customers": {"return_probability": 0.9, "return_fading": 0.6, "return_cap": 4,
                  "voice": {"complaint_at": 20, "complaint_slope": 5, "aloud": 1, "remedy": 0.3}},
})  # fmt: skip
IN_TIME = {"manual": {"like": "in_time", "logging": "manual"}, "automatic": {"like": "in_time", "logging": "automatic"}}
READ = IN_TIME | {"verified": {"like": "outcomes", "rate": 1.0, "response": 1.0, "error": 0.0}}


@cache
def world(size: int, marks: float, within: float, full: bool) -> Organisation:
    """A world played, whose measures read the same needs by the two logs and by what customers say.

    Teams so large in contacts that the panel holds none of the first weeks, when nothing had come back yet (3 % off).
    """
    more = {
        "staff": {"count": 20 * size, "team_size": size, "first_acts": {"closing_early": marks}},
        "measures": {label: {**measure, "within": within} for label, measure in READ.items()},
    }
    return Organisation(still(**merged(FULL if full else PLAIN, more))).run()


def expected(
    size: int, label: str, marks: float, within: float = 0.5, full: bool = False, together: bool = False
) -> tuple[float, float]:
    """Expected effects of care and of closing early on a reading of needs, mean of the teams."""
    model = world(size, marks, within, full)
    is_open = np.zeros(act.ALL_ACTS, np.bool_)
    is_open[[act.CARE, act.CLOSE]] = True
    place = list(model.spec.measures).index(label)
    found = foresight.effects(model.world, is_open, np.array([place]), 0.01, together)[1][..., place + 1].mean(axis=0)
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


@pytest.mark.parametrize("size", [2, 5])
def test_what_all_of_a_team_do_keeps_nothing_from_anybody(size: int) -> None:
    """As if the team were one."""
    assert expected(size, "automatic", 0.0, together=True)[0] == pytest.approx(DP, rel=0.02)


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


def reading(label: str, within: float, marks: float, share: float, more_p: float, more_marks: float) -> float:
    """My reading of needs if I solve and mark so much more, and serve each contact with chance `share`: every way they can go."""
    met_in_time, ended = 0.0, 0.0

    def serve(n: int, chance: float, done: bool) -> None:
        nonlocal met_in_time, ended
        for mine, part in ((True, share), (False, 1.0 - share)):
            p = P + more_p * mine
            marked = 0.08 + 0.92 * (marks + more_marks * mine)
            again = 0.9 * 0.6**n if n < 4 else 0.0
            age, unmet = float(n), chance * part * (1.0 - p) * 0.7
            met = chance * part - unmet
            followed = unmet * (1.0 - marked) * 0.25
            if mine:
                ended += met + followed
                met_in_time += met * (age <= within or done) + followed * (age + 0.7 <= within or done)
            for is_marked, left in ((True, unmet * marked), (False, unmet * (1.0 - marked) * 0.75)):
                now_done = done or (label == "manual" and is_marked and age <= within)
                if mine:
                    ended += left * (1.0 - again)
                    met_in_time += left * (1.0 - again) * now_done
                if again > 0.0 and left > 0.0:
                    serve(n + 1, left * again, now_done)

    serve(0, 1.0, False)
    return met_in_time / ended


@pytest.mark.parametrize("label", list(READ))
@pytest.mark.parametrize("within", [0.5, 1.5, 50.0])
@pytest.mark.parametrize(("size", "together"), [(1, False), (2, False), (5, False), (5, True)])
@pytest.mark.parametrize("marks", [0.0, 0.3])
def test_where_much_happens_to_a_need(label: str, within: float, size: int, together: bool, marks: float) -> None:
    """Follow-up, cases misjudged, complaints that are remedied, returns that fade: care, and closing early, on any reading."""
    share, step = (1.0 if together else 1 / size), 0.05
    care, closing = expected(size, label, marks, within, True, together)
    usual = reading(label, within, marks, share, 0.0, 0.0)
    assert care == pytest.approx((reading(label, within, marks, share, step * DP, 0.0) - usual) / step, rel=0.03)
    more = (reading(label, within, marks, share, 0.0, step) - usual) / step
    assert closing == pytest.approx(more, rel=0.03, abs=1e-9)
