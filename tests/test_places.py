"""Every act is felt at the place where it is done and nowhere else: log, follow-up, wait, audit, conscience.

Small worlds in which everything else is switched off; what both sides count is compared exactly.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from worlds_known import play, still, weekly

from sim.incentives import tactics as act
from sim.world import Organisation
from sim.world import state as st

FEW: dict[str, Any] = {"count": 200}


def counted(model: Organisation, column: int) -> float:
    """Total of a column of the counts over the run."""
    return float(model.recorder.counts[:, column].sum())


def closers(closing: float, followup: float) -> Organisation:
    """Half of the needs are resolved; staff close the others in the log, or do not."""
    return play(still(
        weeks=12, customers=FEW, mechanisms={"repeats": False}, service={"work": {"followup": followup}},
        staff={"first_acts": {"closing_early": closing}},
        measures={"jobs_closed": {}, "by_system": {"like": "jobs_closed", "logging": "automatic"}},
    ))  # fmt: skip


def test_closing_early_bends_the_log_that_staff_write_and_no_other() -> None:
    """All contacts are jobs in the hand-written log; the truth and the system's log have those resolved, to the last one."""
    honest, bent = closers(0.0, 0.0), closers(1.0, 0.0)
    for model, written in ((honest, False), (bent, True)):
        manual, system = (model.recorder.readings[:, j].sum(axis=0) for j in (0, 1))
        contacts, met = counted(model, st.N_CONTACTS), counted(model, st.N_MET)
        assert manual[st.TRUE, 0] == system[st.TRUE, 0] == system[st.REALISED, 0] == met
        assert manual[st.REALISED, 0] == (contacts if written else met)
        assert 0.3 * contacts < met < 0.7 * contacts
    assert counted(bent, st.N_MET) == counted(honest, st.N_MET)


def test_nobody_follows_up_what_is_closed_in_the_log() -> None:
    """Where all that is open in the log is mended, early closing is what leaves needs unmet."""
    open_log, closed_log = closers(0.0, 1.0), closers(1.0, 1.0)
    assert counted(open_log, st.N_MET) == counted(open_log, st.N_ENDED) > 0
    assert counted(closed_log, st.N_MET) == counted(closers(1.0, 0.0), st.N_MET)


def test_a_minute_of_waiting_costs_what_it_weighs() -> None:
    """Two worlds, alike but for the weight of a minute: quality differs by weight × minutes waited."""

    def world(weight: float) -> Organisation:
        return play(still(
            customers={"count": 300, "patience": None, "experience": {"wait": weight, "wait_cap": 10}},
            mechanisms={"queue": True}, service={"queue": {"arrivals_per_hour": 12, "staffed": 2}},
        ))  # fmt: skip

    free, dear = world(0.0), world(0.01)
    waited = counted(free, st.N_WAIT)
    assert waited > 100
    assert counted(dear, st.N_WAIT) == waited
    assert counted(free, st.N_QUALITY) - counted(dear, st.N_QUALITY) == pytest.approx(0.01 * waited, rel=1e-9)


@pytest.mark.parametrize("trick", ["pleading", "gifts", "selective_invitation"])
def test_what_is_done_to_a_survey_is_not_done_to_the_truth(trick: str) -> None:
    """Courtesy aside, begging and choosing whom to ask move the report and not the true reading, to the last bit."""
    spec = {"customers": {"count": 200}, "service": {"work": {"plead_courtesy": 0}}, "measures": {"nps": {"handled_by": []}}}
    honest, bent = (play(still(**spec, staff={"first_acts": {trick: share}})).recorder.readings[:, 0] for share in (0.0, 1.0))
    assert (honest[:, st.TRUE] == bent[:, st.TRUE]).all()
    reported = [x[:, st.PROCESSING].sum(axis=0) for x in (honest, bent)]
    assert reported[1][0] / reported[1][1] > reported[0][0] / reported[0][1] + 0.05


def test_a_scheme_pays_in_its_weeks_and_in_no_others() -> None:
    model = play(still(
        weeks=20, burn_in=8, customers={"count": 100}, measures={"jobs_closed": {}},
        pay={"schemes": [{"kind": "linear", "measure": "jobs_closed", "rate": 10, "from_week": 8, "until_week": 16}]},
    ))  # fmt: skip
    bonus = model.tables()["staff"].groupby("week")["bonus"].sum()
    assert (bonus > 0).to_dict() == {week: week in (11, 15) for week in bonus.index}


def test_an_unseen_survey_tires_nobody() -> None:
    """What is asked of everybody for nobody's sake does not change who answers the other survey, to the last bit."""

    def asked(**more: Any) -> list[list[list[float]]]:
        model = play(still(
            customers={"count": 200, "survey": {"fatigue": 0.9}}, measures={"nps": {"sample": "random", "rate": 0.8}, **more}
        ))  # fmt: skip
        readings: list[list[list[float]]] = model.recorder.readings[:, 0].tolist()
        return readings

    assert asked() == asked(unseen={"like": "csat", "sample": "census", "response": 1.0})


def test_who_is_audited_is_found_out_by_what_can_be_traced() -> None:
    """Everybody is audited every time, and two acts in every contact leave traces of 0.1 and 0.15."""
    model = play(still(
        weeks=400, customers={"count": 20}, pay={"every": 1}, management={"choice": "fixed", "central_count": 0},
        staff={"first_acts": {"gifts": 1.0, "pleading": 1.0}}, audit={"rate": 1.0, "dismissal": 0.0},
        tactics={"gifts": {"traceability": 0.1}, "pleading": {"traceability": 0.15}},
    ))  # fmt: skip
    world = weekly(model)
    checks = 4 * 400
    assert world["caught"].sum() == pytest.approx(0.25 * checks, abs=4 * math.sqrt(checks * 0.25 * 0.75))


@pytest.mark.parametrize(
    ("who", "games"), [({"conscience": 0}, True), ({"conscience": 1e6}, False), ({"conscience": 0, "never": 1}, False)]
)
def test_conscience_and_those_who_never_game(who: dict[str, Any], games: bool) -> None:
    """Under strong pay on a survey those without scruples game; those with great ones, and those who never do, do not."""
    model = play(still(
        weeks=24, customers={"count": 300, "survey": {"style": 0}}, staff={"choice": "learning", "count": 4, **who},
        mechanisms={"memory": True, "skill": True}, measures={"score": {"like": "csat", "handled_by": []}},
        pay={"schemes": [{"kind": "linear", "measure": "score", "rate": 60}]},
    ))  # fmt: skip
    shares = weekly(model)[[f"share_{name}" for name in act.EMPLOYEE_ACTS[act.FIRST_TACTIC :]]].loc[8:]
    assert bool(shares.to_numpy().max() > 0.05) is games
    assert games or shares.to_numpy().max() == 0.0


def test_what_serves_is_paid_and_what_is_feared_is_deducted() -> None:
    """A gift in every contact is worth less by fine × belief × traceability: the more audits, the fewer gifts."""

    def gifts(rate: float) -> float:
        model = play(still(
            weeks=24, customers={"count": 300, "survey": {"style": 0}},
            staff={"choice": "rational", "conscience": 0, "never": 0, "norm": 0},
            measures={"score": {"like": "csat", "handled_by": []}}, audit={"rate": rate, "fine": 4000, "dismissal": 0},
            tactics={"gifts": {"traceability": 1.0}},
            pay={"schemes": [{"kind": "linear", "measure": "score", "rate": 10}]},
        ))  # fmt: skip
        return float(weekly(model)["share_gifts"].loc[8:].mean())

    assert gifts(0.0) > gifts(0.05) > gifts(0.5) == 0.0
