"""A tactic that does nothing, praised by lore: staff paid on the score try it, and drop it as far as they can see what it does.

Charm is for this: it moves no measure and harms nobody (`tactics.charm`). Managers, exposure and, unless said, turnover are
switched off, so that nothing but what staff see can move it. Four replicates a world; differences are beyond 4 standard errors.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pandas as pd
import pytest
from worlds_known import play

from sim.scenario.schema import Scenario

EARLY, FOURTH, EIGHTH = (0, 26), (182, 208), (364, 416)  # weeks: the first half year; what is left later
ALL_ANSWER, HARDLY_ANY = {"rate": 1.0, "response": 1.0}, {"response": 0.002}
LATE = 156  # week from which it is looked at who does it


@functools.cache
def charmed(rate: float, weeks: int, turnover: bool, answers: tuple[tuple[str, float], ...]) -> list[pd.DataFrame]:
    """What each employee does of it in each pay period under a bonus of so much a point, a table a replicate."""
    spec = Scenario.model_validate({
        "name": "charm", "weeks": weeks, "burn_in": 12,
        "customers": {"count": 3000, "needs_per_week": 0.3},
        "staff": {"count": 30, "team_size": 10, "learning": {"lore": 0.8}},
        "mechanisms": {"management": False, "turnover": turnover, "exposure": False},
        "tactics": {"charm": {"exists": True, "lore": 1.0}},
        "measures": {"score": {"like": "csat", "handled_by": [], **dict(answers)}},
        "pay": {"schemes": [{"kind": "linear", "measure": "score", "rate": rate}]},
    })  # fmt: skip
    staff = [play(spec, replicate).tables()["staff"] for replicate in range(4)]
    return [table[(table["role"] == "employee") & (table["week"] >= 0)] for table in staff]


def world(rate: float, weeks: int = 208, turnover: bool = False, answers: dict[str, float] | None = None) -> list[pd.DataFrame]:
    return charmed(rate, weeks, turnover, tuple((answers or {}).items()))


def done(tables: list[pd.DataFrame], weeks: tuple[int, int]) -> np.ndarray:
    """Mean intensity in those weeks, by replicate."""
    return np.array([table[table["week"].between(*weeks, inclusive="left")]["a_charm"].mean() for table in tables])


def left(tables: list[pd.DataFrame], weeks: tuple[int, int]) -> np.ndarray:
    """The same relative to the first half year."""
    return done(tables, weeks) / done(tables, EARLY)


def clear(more: np.ndarray, less: np.ndarray) -> bool:
    """Whether the one is more than the other by over 4 standard errors."""
    error = math.sqrt((more.var(ddof=1) + less.var(ddof=1)) / len(more))
    return bool(more.mean() - less.mean() > 4 * error)


@pytest.mark.parametrize(("rate", "weeks"), [(6.0, 208), (20.0, 416)])
def test_it_is_tried_and_then_less(rate: float, weeks: int) -> None:
    tables = world(rate, weeks)
    assert done(tables, EARLY).min() > 0.1, "lore makes people try it"
    assert clear(done(tables, EARLY), done(tables, FOURTH))


@pytest.mark.parametrize(("rate", "weeks", "when"), [(6.0, 208, FOURTH), (20.0, 416, EIGHTH)])
def test_it_is_dropped(rate: float, weeks: int, when: tuple[int, int]) -> None:
    """Less than half of it is left: at a small stake after four years, at a large one after eight.

    What stays at a large stake is doubt: eighteen answers a pay period cannot tell nothing from an effect that is worth a try.
    """
    assert left(world(rate, weeks), when).mean() < 0.5


def test_it_is_dropped_the_more_slowly_the_higher_the_stake() -> None:
    """A small belief is worth acting upon for longer."""
    assert clear(left(world(20.0, 416), FOURTH), left(world(6.0), FOURTH))


def test_what_can_be_seen_to_be_useless_is_dropped_at_a_large_stake_too() -> None:
    """Where everybody is asked and answers, a hundred times a pay period, less than a quarter is left after four years."""
    seen = left(world(20.0, answers=ALL_ANSWER), FOURTH)
    assert seen.mean() < 0.25
    assert clear(left(world(20.0, 416), FOURTH), seen)


def test_where_hardly_anybody_answers_it_stays() -> None:
    """So it is dropped by learning, not by and by."""
    assert clear(left(world(6.0, answers=HARDLY_ANY), FOURTH), left(world(6.0), FOURTH))


def test_hires_bring_it_back_and_drop_it_in_their_time() -> None:
    """Turnover as shipped: in the fourth year newcomers do what all did at first, and who has been there two years little."""
    tables = world(6.0, turnover=True)
    early, new, old = done(tables, EARLY), np.empty(len(tables)), np.empty(len(tables))
    for i, table in enumerate(tables):
        late = table[table["week"] >= LATE]
        seen = np.minimum(late["tenure"], late["week"] + 1.0)  # weeks with pay on the score
        new[i], old[i] = late[seen < 26]["a_charm"].mean(), late[seen >= 104]["a_charm"].mean()
    assert not clear(early, new)
    assert new.mean() > 0.75 * early.mean()
    assert clear(new, old)
    assert old.mean() < 0.5 * early.mean()


def test_so_turnover_keeps_it_alive() -> None:
    assert clear(left(world(6.0, turnover=True), FOURTH), left(world(6.0), FOURTH))
