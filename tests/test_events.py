"""Events: what one says happens from its week on, to everybody, and is undone at its end.

Tolerances are four standard errors unless said; where both sides are the same sum of the same draws they are exact.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from worlds_known import WILD, merged, play, still, weekly

from sim.rules import service
from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world import state as st

EVENTFUL: dict[str, Any] = {
    "name": "eventful", "weeks": 24, "burn_in": 4, "customers": {"count": 500, "needs_per_week": 0.5},
    "staff": {"count": 8, "team_size": 4, "choice": "fixed"}, "mechanisms": {"management": False},
    "measures": {"seen": {"like": "nps", "sample": "random", "window": 3}, "jobs_closed": {}},
}  # fmt: skip


def eventful(**event: Any) -> Organisation:
    return play(Scenario.model_validate(merged(EVENTFUL, {"events": [event] if event else []})))


def test_an_event_with_an_end_leaves_no_trace_where_nothing_remembers_it() -> None:
    """Manners change for six weeks: the report differs then and only then (its window of three weeks is blurred), truth never."""
    plain = eventful().tables()["series"]
    polite = eventful(week=8, until=14, set={"customers.survey.style.a": 3.0}).tables()["series"]
    assert plain["true"].equals(polite["true"])
    changed = plain["week"].between(8, 15) & (plain["measure"] == "seen")
    pd.testing.assert_frame_equal(plain[~changed], polite[~changed], check_exact=True)
    assert (plain[changed]["reported"] < polite[changed]["reported"]).all()


@pytest.mark.parametrize("path", [
    "customers.needs_per_week", "customers.return_probability", "customers.patience", "customers.experience.wait",
    "customers.experience.loss_weight", "customers.survey.extreme", "customers.voice.exit_rate", "customers.voice.aloud",
    "customers.market.join", "service.work.minutes", "service.work.resolution", "service.process.failure",
    "service.process.scripts", "tactics.gifts.minutes", "measures.seen.rate", "measures.seen.confidential",
])  # fmt: skip
def test_the_values_of_an_event_go_back_to_the_last_bit(path: str) -> None:
    spec = Scenario.model_validate(merged(EVENTFUL, {"events": [{"week": 3, "until": 9, "set": {path: 0.77}}]}))
    model, states = Organisation(spec), {}
    names = [name for name in model.world.measures.dtype.names if name not in ("taught", "centre", "per_contact")]
    while model.week < 12:
        model.step()
        measures = [model.world.measures[name].tolist() for name in names]
        states[model.week] = (model.world.p.tobytes(), measures, model.firm.spec.model_dump())
    assert states[3] == states[1]
    assert states[4] != states[3]
    assert states[9] == states[4]
    assert states[10] == states[3]


@pytest.mark.parametrize(("path", "value"), [
    ("customers.needs_per_week", 2.0), ("customers.voice.exit_rate", 10.0), ("customers.market.join", 0.99),
    ("service.work.resolution", -3.0), ("measures.seen.rate", 1.0), ("audit.rate", 1.0), ("pay.schemes.0.rate", 400.0),
    ("tactics.closing_early.moral", 5000.0), ("staff.care_cost", 1.0), ("staff.wellbeing.quit_rate", 15.0),
    ("management.coaching_gain", 0.5),
])  # fmt: skip
def test_what_an_event_says_happens(path: str, value: float) -> None:
    """No value that an event may set is silently kept as it was: the world after it is another, before it the same."""
    tree = merged(WILD, {"measures": {"seen": {"like": "nps", "sample": "random", "window": 1}}})
    plain = play(Scenario.model_validate(tree))
    event = play(Scenario.model_validate({**tree, "events": [{"week": 4, "set": {path: value}}]}))
    before, after = plain.tables(), event.tables()
    for name in ("series", "world", "books"):
        early = before[name]["week"] < 4
        pd.testing.assert_frame_equal(before[name][early], after[name][early], check_exact=True)
    assert not all(before[name].equals(after[name]) for name in ("series", "world", "books"))


# --- those who are there already ------------------------------------------------------------------------------------------

LEAVING: dict[str, Any] = {
    "weeks": 30, "mechanisms": {"exit": True},
    "customers": {"count": 20000, "needs_per_week": 0, "experience": {"fixed_score": 7},
                  "voice": {"exit_rate": 0.5, "exit_at": 7, "contract_share": 0}},
}  # fmt: skip


def check_rate(events: pd.Series, people: pd.Series, rate: float) -> None:
    """Events are those of a Poisson process with so many a person and week."""
    expected = rate * people.sum()
    assert events.sum() == pytest.approx(expected, abs=4 * math.sqrt(expected))


@pytest.mark.parametrize(("first", "then"), [(0.5, 2.5), (2.5, 0.1), (0.5, 0.0), (0.0, 1.0)])
def test_a_new_rate_of_leaving_holds_for_those_who_are_there_and_until_its_end(first: float, then: float) -> None:
    """Also where it is nil in the meantime or was nil before: waiting has no memory, so nobody is bound for ever."""
    event = {"week": 10, "until": 20, "set": {"customers.voice.exit_rate": then}}
    world = weekly(play(still(**merged(LEAVING, {"customers": {"voice": {"exit_rate": first}}, "events": [event]}))))
    there = world["customers"].shift(1, fill_value=20000) - world["left"] / 2
    for weeks, rate in ((range(10), first), (range(10, 20), then), (range(20, 30), first)):
        check_rate(world["left"][list(weeks)], there[list(weeks)], rate / 52)


def test_an_event_that_is_undone_at_once_puts_everybody_s_leaving_back() -> None:
    spec = still(**merged(LEAVING, {"events": [{"week": 10, "until": 11, "set": {"customers.voice.exit_rate": 1.0}}]}))
    plain, event = (Organisation(s) for s in (still(**LEAVING), spec))
    for model in (plain, event):
        while model.week < 12:
            model.step()
    stay = event.world.customers["status"] == st.ACTIVE
    late = plain.world.customers["leaves_at"][stay] - event.world.customers["leaves_at"][stay]
    assert late == pytest.approx(1.0, rel=1e-9)  # a week at twice the rate uses up two weeks of everybody's threshold


def test_a_better_service_is_felt_at_once_where_the_event_says_so() -> None:
    event = {"week": 3, "set": {"customers.experience.level": 9.0}}
    quiet = {"customers": {"needs_per_week": 0, "experience": {"level": 5, "slope": 0, "taste": 0}}}
    score = weekly(play(still(**quiet, events=[event])))["true_score"]
    assert (score[:3] == 5).all()
    assert (score[3:] == 9).all()


@pytest.mark.parametrize(("first", "then"), [(0.3, 1.2), (1.2, 0.1), (0.3, 0.0), (0.0, 0.5)])
@pytest.mark.parametrize("season", [0.0, 0.9])
def test_a_new_rate_of_needs_holds_for_those_who_wait_for_none(first: float, then: float, season: float) -> None:
    event = {"week": 10, "until": 20, "set": {"customers.needs_per_week": then}}
    people = {"count": 8000, "needs_per_week": first, "season": season}
    world = play(still(weeks=30, service={"work": {"resolution": 20}}, customers=people, events=[event]))
    needs = weekly(world)["needs"]
    for start, rate in ((0, first), (10, then), (20, first)):
        expected = rate * 8000 * service.seasonal_weeks(start, 10.0, season)
        assert needs.loc[start : start + 9].sum() == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_nobody_is_silent_for_ever_because_he_began_at_the_low_of_the_season() -> None:
    """At the low of a full swing no need arises; a world that begins there has the needs of the season."""
    people = {"count": 2000, "needs_per_week": 0.5, "season": 1.0}
    needs = weekly(play(still(weeks=39, burn_in=13, service={"work": {"resolution": 20}}, customers=people)))["needs"]
    for start in (-13, 0, 13, 26):
        expected = 0.5 * 2000 * service.seasonal_weeks(start, 13.0, 1.0)
        assert needs.loc[start : start + 12].sum() == pytest.approx(expected, abs=4 * math.sqrt(expected))
