"""The textbook technology itself: its noise and people, its accounts, what is shipped of it, what it refuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from textbook_worlds import chosen, scenario, single

from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.scenario.textbook import Textbook as Section
from sim.scenario.textbook import without_floors
from sim.world.principal import golden_section, seek
from sim.world.tables import tables as tables_of
from sim.world.textbook import Textbook
from sim.world.theory import Theory


def test_noise_is_that_of_a_pay_period_and_keyed() -> None:
    for every in (1, 4):
        spec = scenario(single(noise=2.0), n=3000, pay={"every": every, "base": 0})
        first, again = Textbook(spec, 5), Textbook(spec, 5)
        acts = np.full((3000, 1), 0.7)
        for week in range(every):
            first.advance(week, acts)
        for week in range(every):
            again.advance(week, acts)
        assert (first.readings() == again.readings()).all()
        assert first.readings().mean() == pytest.approx(0.7, abs=4 * 2 / math.sqrt(3000))
        assert first.readings().std() == pytest.approx(2.0, rel=0.05)
        first.turn()
        assert np.isnan(first.readings()).all()


def test_the_people_are_the_same_in_every_world_and_others_in_every_replicate() -> None:
    moral = {"activities": {"cheat": {"moral": {"kind": "normal", "a": 5, "b": 2}}}, "measures": {"m": {"cheat": 1.0}}}
    spec = scenario(moral, n=10)
    paid = scenario(moral, [{"kind": "linear", "measure": "m", "rate": 3}], n=10)
    assert (Textbook(spec, 1).moral == Textbook(paid, 1).moral).all()
    assert (Textbook(spec, 1).moral != Textbook(spec, 2).moral).all()


def test_renaming_a_measure_changes_no_number() -> None:
    both = {"activities": {"a": {}}, "value": {"a": 1.0}}
    tables = []
    for label in ("nps", "zebra"):
        world = both | {"measures": {label: {"a": 0.5, "noise": 1.0}}}
        run = Theory(scenario(world, [{"kind": "linear", "measure": label, "rate": 2}], n=5, weeks=8, burn_in=4))
        for week in range(-4, 8):
            run.step(week)
        tables.append(tables_of(run.results(8)))
    for name, table in tables[0].items():
        drop = [column for column in ("measure",) if column in table]
        assert table.drop(columns=drop).equals(tables[1][name].drop(columns=drop))


def test_a_run_adds_up() -> None:
    world = {
        "activities": {"care": {}, "gaming": {}},
        "measures": {"score": {"care": 0.6, "gaming": 0.8, "noise": 1.0}},
        "value": {"care": 1.0},
    }
    run = Theory(scenario(world, [{"kind": "linear", "measure": "score", "rate": 0.6}], n=20, weeks=12, burn_in=8), 3)
    for week in range(-8, 12):
        run.step(week)
    tables = tables_of(run.results(12))
    series = tables["series"].set_index("week")
    parts = tables["waterfall"].pivot_table(index="week", columns="component", values="value")
    np.testing.assert_allclose(parts.sum(axis=1), series["reported"] - series["true"], atol=1e-12)
    assert (parts.loc[:-1, "pressure"] == 0).all()  # nobody games before pay begins
    assert parts.loc[11, "pressure"] == pytest.approx(0.8 * 0.48, rel=1e-12)
    assert parts.loc[11, "measurement"] == pytest.approx(-0.4 * 0.36, rel=1e-12)
    staff = tables["staff"]
    assert len(staff) == 20 * 5
    assert -tables["books"].query("item == 'bonus'")["amount"].sum() == pytest.approx(staff["bonus"].sum())
    surplus = tables["world"].query("indicator == 'surplus' and week == 11")["value"].iloc[0]
    assert surplus == pytest.approx(0.18, rel=1e-12)
    last = staff[staff["week"] == 11]
    assert last["a_gaming"].to_numpy() == pytest.approx(0.48)
    np.testing.assert_allclose(last["gaming_minutes"] / last["minutes"], 4 / 7, rtol=1e-12)


def test_shipped_scenarios_say_what_they_show() -> None:
    np.testing.assert_allclose(chosen(load("textbook/baker").spec), [0.36, 0.48], atol=1e-12)
    assert seek(Textbook(load("textbook/baker").spec), "scale").surplus == pytest.approx(0.18, rel=1e-9)
    np.testing.assert_allclose(chosen(load("textbook/two_tasks").spec), [1.1 / 0.84, 0.4 / 0.84], atol=1e-12)
    assert chosen(load("textbook/two_tasks", ["pay.schemes.0.rate=1.5"]).spec)[1] == 0.0
    world = Textbook(load("textbook/deterrence").spec)
    acts = world.respond(world.unpaid(), world.written_pay()).choice.acts
    assert acts.mean() == pytest.approx(0.35, abs=4 * math.sqrt(0.35 * 0.65 / 2000))
    assert not chosen(load("textbook/deterrence", ["audit.fine=500"]).spec).any()


def test_golden_section() -> None:
    assert golden_section(lambda x: -abs(x - 0.3), -1.0, 5.0) == pytest.approx(0.3, abs=1e-9)


def test_theory_pays_without_a_floor_unless_one_is_written() -> None:
    scheme = {"kind": "linear", "measure": "m", "rate": 1}
    textbook = {"service": {"technology": "textbook"}, "pay": {"schemes": [scheme, {**scheme, "floor": 3}]}}
    assert [s["floor"] for s in without_floors(textbook)["pay"]["schemes"]] == [None, 3]
    contacts = {"service": {}, "pay": {"schemes": [scheme]}}
    assert without_floors(contacts) == contacts


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activities": {}}, "needs activities"),
        ({"activities": {"noise": {}}}, "cannot be called"),
        ({"measures": {"m": {"b": 1.0}}}, "no activity 'b'"),
        ({"measures": {"m": {"a": 1.0, "noise": -1.0}}}, "standard deviation"),
        ({"value": {"b": 1.0}}, "no activity 'b'"),
        ({"truth": {"k": {"a": 1.0}}}, "only measures"),
        ({"cross": {"a": {"a": 0.1}}}, "is its `cost`"),
        ({"activities": {"a": {}, "b": {}}, "cross": {"a": {"b": 1.0}}}, "convex"),
        ({"activities": {"a": {"cost": 0}}}, "highest intensity"),
        ({"activities": {"a": {"most": 1, "least": 2}}}, "at least least"),
    ],
)
def test_wrong_technology_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Section.model_validate({"activities": {"a": {}}, "measures": {"m": {"a": 1.0}}} | change)


def test_gaming_is_what_flatters_and_is_worth_nothing() -> None:
    """No label tells it: an act that raises a reading, no truth and no value; or one that lowers what is better low."""

    def parts(truth: float, value: float, loading: float = 1.0, better: str = "more") -> Any:
        run = Textbook(Scenario.model_validate({
            "name": "one", "service": {"technology": "textbook", "textbook": {
                "activities": {"act": {}}, "measures": {"m": {"act": loading}}, "truth": {"m": {"act": truth}},
                "value": {"act": value},
            }}, "measures": {"m": {"like": "outcomes", "better": better}},
        }))  # fmt: skip
        return {name: float(part[0]) for name, part in run.gap_parts(np.full((run.n, 1), 2.0)).items()}

    assert parts(0.0, 0.0) == {"pressure": 2.0, "measurement": 0.0}
    assert parts(-0.5, -1.0) == {"pressure": 3.0, "measurement": 0.0}
    assert parts(0.5, 0.0) == {"pressure": 0.0, "measurement": 1.0}
    assert parts(0.0, 1.0) == {"pressure": 0.0, "measurement": 2.0}
    assert parts(0.0, 0.0, -1.0) == {"pressure": 0.0, "measurement": -2.0}, "it does not flatter"
    assert parts(0.0, 0.0, -1.0, "less") == {"pressure": -2.0, "measurement": 0.0}
