"""What the classroom rests on: worlds changed while they run, one customer's week told again, a choice split into its terms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import Organisation, trace
from sim.world import state as st
from sim.world.reasons import TERMS, TRIAL, reasons

SMALL: dict[str, Any] = {
    "name": "bonus", "weeks": 40, "burn_in": 12, "customers": {"count": 600}, "staff": {"count": 10, "team_size": 5},
    "measures": {"nps": {}, "csat": {}, "outcomes": {}, "complaints": {}},
    "pay": {"schemes": [{"kind": "linear", "measure": "nps", "rate": 6.0, "who": ["employee", "manager", "central", "head"]}]},
}  # fmt: skip


def world(**more: Any) -> Scenario:
    return Scenario.model_validate({**SMALL, **more})


def played(spec: Scenario, weeks: int) -> Organisation:
    model = Organisation(spec)
    for _ in range(spec.burn_in + weeks):
        model.step()
    return model


def fingerprint(model: Organisation) -> tuple[bytes, bytes, bytes]:
    staff = model.firm.groups["employee"]
    return model.world.customers.tobytes(), model.recorder.counts.tobytes(), np.ascontiguousarray(staff.intensity).tobytes()


def test_a_change_is_what_an_event_of_that_week_would_have_done() -> None:
    spec = world()
    by_event = world(events=[{"week": 9, "set": {"audit.rate": 0.5, "pay.schemes.0.rate": 30.0, "tactics.gifts.moral": 0.0}}])
    model = played(spec, 9)
    raw = spec.model_dump()
    raw["audit"]["rate"], raw["pay"]["schemes"][0]["rate"], raw["tactics"]["gifts"]["moral"] = 0.5, 30.0, 0.0
    model.change(Scenario.model_validate(raw))
    assert fingerprint(model.run()) == fingerprint(Organisation(by_event).run())
    assert fingerprint(model) != fingerprint(Organisation(spec).run())


def test_a_change_to_the_same_scenario_changes_nothing() -> None:
    model = played(world(), 9)
    model.change(world())
    assert fingerprint(model.run()) == fingerprint(Organisation(world()).run())


def test_an_independent_survey_ends_what_can_be_bent() -> None:
    spec = world()
    model = played(spec, 20)
    free = spec.measures["nps"].model_copy(update={"sample": "random", "confidential": 1.0, "handled_by": []})
    model.change(spec.model_copy(update={"measures": {**spec.measures, "nps": free}}))
    model.run()
    parts = model.tables()["waterfall"].query("measure == 'nps'").pivot(index="week", columns="component", values="value")
    acted = ["steering", "pressure", "processing"]
    assert parts.loc[8:19, acted].abs().to_numpy().max() > 0
    assert parts.loc[24:, acted].abs().to_numpy().max() < 1e-9


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"customers": {"count": 700}}, "customers.count"),
        ({"seed": 2}, "seed"),
        ({"measures": {**SMALL["measures"], "nps": {"window": 8}}}, "measures.nps.window"),
        ({"measures": {**SMALL["measures"], "fcr_logged": {}}}, "measures.fcr_logged"),
        ({"pay": {"schemes": []}}, "pay.schemes"),
        ({"pay": {"schemes": [{**SMALL["pay"]["schemes"][0], "measure": "csat"}]}}, "pay.schemes.0.measure"),
    ],
)
def test_what_is_settled_at_the_start_is_refused_by_name(more: dict[str, Any], path: str) -> None:
    model = played(world(), 2)
    before = model.spec
    with pytest.raises(ValueError, match=path.replace(".", r"\.")):
        model.change(world(**more))
    assert model.spec is before


def test_the_textbook_technology_refuses_every_change() -> None:
    spec = Scenario.load("textbook/baker")
    with pytest.raises(ValueError, match="textbook"):
        Organisation(spec).change(spec)


def test_a_customers_week_is_told_as_it_was() -> None:
    """Told again one by one, every customer ends the week to the byte as he did, and the counts add up to the firm's."""
    model = played(world(customers={"count": 600, "market": {"prospects": 0.0}}), 21)
    for _ in range(3):
        kept = trace.snapshot(model)
        was = model.world.customers["status"].copy()
        model.step()
        trace.settled(kept, model)
        counts, readings = np.zeros(st.COUNTS), np.zeros((len(model.world.measures), st.STAGES, 2))
        again = 0.0
        for who in np.flatnonzero(was == st.ACTIVE):
            found = trace.happenings(kept, int(who))
            calls = sum(each.counts[st.N_CONTACTS] + each.counts[st.N_ABANDONED] for each in found)
            again += max(0.0, calls - 1.0)  # of the week as a whole, not of one of its happenings
            for each in found:
                counts += each.counts
                readings += np.stack([each.readings["num"], each.readings["den"]], axis=-1)
            if found:
                assert found[-1].after.tobytes() == model.world.customers[who].tobytes()
            else:
                assert model.world.next_at[who] >= kept.week + 1
        at = kept.week + model.spec.burn_in
        counts[st.N_SAME_WEEK] = again
        assert counts == pytest.approx(model.recorder.counts[at], rel=1e-9)
        assert readings == pytest.approx(model.recorder.readings[at], rel=1e-9, abs=1e-9)


def test_telling_a_week_changes_nothing() -> None:
    told, untold = played(world(), 8), played(world(), 8)
    kept = trace.snapshot(told)
    told.step()
    trace.settled(kept, told)
    for who in range(100):
        trace.happenings(kept, who)
    assert fingerprint(told.run()) == fingerprint(untold.run())


@pytest.mark.parametrize("choice", ["learning", "rational"])
@pytest.mark.parametrize("scheme", ["linear", "cliff", "tournament", "ratchet"])
def test_the_terms_of_a_choice_add_up_to_the_utility_that_was_maximised(choice: str, scheme: str) -> None:
    written: dict[str, Any] = {"kind": scheme, "measure": "nps", "who": ["employee", "manager"]}
    written |= {
        "linear": {"rate": 6.0}, "cliff": {"bonus": 400.0}, "tournament": {"bonus": 400.0, "winners": 2},
        "ratchet": {"kind": "linear", "rate": 6.0, "target": {"rule": "ratchet", "start": 10.0}},
    }[scheme]  # fmt: skip
    spec = world(staff={"count": 10, "team_size": 5, "choice": choice}, pay={"schemes": [written]})
    model = played(spec, 16)
    why, solved = reasons(model.firm), model.firm.solved["employee"]
    assert why is not None
    for post in range(10):
        if scheme != "tournament" or choice == "learning":  # a fixed point ends on the others' results of its last round
            stay = why.worth(post, solved.problem.acts[post]).sum()
            assert stay == pytest.approx(solved.choice.before[post], abs=1e-8)
        for place in range(len(why.acts)):
            with_it, without = why.chosen[post].copy(), why.chosen[post].copy()
            with_it[place] = with_it[place] or TRIAL
            without[place] = 0.0
            difference = why.worth(post, with_it).sum() - why.worth(post, without).sum()
            assert why.of_act(post, place).sum() == pytest.approx(difference, abs=1e-8)


def test_who_is_paid_nothing_has_no_pay_among_his_reasons() -> None:
    model = played(world(pay={"schemes": []}), 8)
    why = reasons(model.firm)
    assert why is not None
    care, gifts = why.of_act(0, act.CARE), why.of_act(0, act.GIFT)
    assert care[TERMS.index("pay")] == gifts[TERMS.index("pay")] == 0
    assert care[TERMS.index("serving")] > 0
    assert gifts[TERMS.index("conscience")] < 0
