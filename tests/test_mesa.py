"""It is a Mesa model: agents by type as windows on the arrays, agent sets that work, and memory that is given back."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world import state as st
from sim.world.windows import Customer, Employee, Manager

SPEC = Scenario.model_validate({
    "name": "small", "weeks": 12, "burn_in": 4,
    "customers": {"count": 300, "voice": {"exit_rate": 3.0}},
    "staff": {"count": 8, "team_size": 4, "wellbeing": {"quit_rate": 6.0}},
    "measures": {"nps": {}},
})  # fmt: skip


@pytest.fixture
def model() -> Organisation:
    return Organisation(SPEC)


def test_it_is_a_mesa_model_that_steps_and_stops(model: Organisation) -> None:
    assert isinstance(model, mesa.Model)
    assert model.running
    weeks = 0
    while model.running:
        model.step()
        weeks += 1
    assert weeks == SPEC.weeks + SPEC.burn_in
    assert model.week == SPEC.weeks


def test_mesa_counts_the_steps(model: Organisation) -> None:
    """`steps` is Mesa's own clock; it must run with ours."""
    for _ in range(3):
        model.step()
    assert model.steps == 3


def test_agents_by_type_are_everybody_who_is_there(model: Organisation) -> None:
    by_type = model.agents_by_type
    assert set(by_type) == {Customer, Employee, Manager}
    assert [len(by_type[kind]) for kind in (Customer, Employee, Manager)] == [300, 8, 2]
    assert all(isinstance(agents, AgentSet) for agents in by_type.values())
    assert len(model.agents) == 310
    assert all(isinstance(agent, mesa.Agent) and agent.model is model for agent in model.agents)
    assert {agent.unique_id for agent in by_type[Customer]} == set(range(300))


def test_agent_sets_select_get_aggregate_and_do(model: Organisation) -> None:
    customers = model.agents_by_type[Customer]
    rows = model.world.customers[:300]
    assert customers.get("expectation") == rows["expectation"].tolist()
    assert customers.agg("answer", sum) == rows["answer"].sum()
    unhappy = customers.select(lambda c: c.answer <= 6)
    assert isinstance(unhappy, AgentSet)
    assert len(unhappy) == (rows["answer"] <= 6).sum()
    assert len(customers.select(at_most=7)) == 7
    assert sorted(c.unique_id for c in customers.shuffle()) == list(range(300))
    heard: list[int] = []
    model.agents_by_type[Manager].do(lambda m: heard.append(m.unique_id))
    assert sorted(heard) == [0, 1]
    best = model.agents_by_type[Employee].sort("ability")[0]
    assert best.ability == model.world.staff["ability"].max()
    assert {key: len(group) for key, group in customers.groupby("contract")} == {
        int(key): int((rows["contract"] == key).sum()) for key in np.unique(rows["contract"])
    }


def test_reading_and_writing_a_window_reads_and_writes_the_array(model: Organisation) -> None:
    row = 17
    customer = next(c for c in model.agents_by_type[Customer] if c.unique_id == row)
    model.world.customers[row].expectation = 0.125
    assert customer.expectation == 0.125
    customer.expectation = -1.5
    assert model.world.customers["expectation"][row] == -1.5
    model.agents_by_type[Employee].set("engagement", 0.75)
    assert (model.world.staff["engagement"] == 0.75).all()
    employee = next(iter(model.agents_by_type[Employee]))
    employee.intensity[:] = 0.5
    assert (model.world.staff["intensity"][employee.unique_id] == 0.5).all()
    assert set(employee.acts.values()) == {0.5}
    manager = next(iter(model.agents_by_type[Manager]))
    assert manager.minutes == model.world.teams["minutes"][manager.unique_id]
    assert set(manager.acts) == {entry.name for entry in act.CATALOGUE if entry.who == "manager"}
    with pytest.raises(AttributeError, match="charisma"):
        _ = customer.charisma


def test_what_is_written_into_a_window_is_what_the_model_plays_on() -> None:
    one, other = Organisation(SPEC), Organisation(SPEC)
    for employee in one.agents_by_type[Employee]:
        employee.ability = 5.0
    one.step()
    other.step()
    solved = [m.recorder.counts[0, st.N_MET] / m.recorder.counts[0, st.N_CONTACTS] for m in (one, other)]
    assert solved[0] > solved[1]


def test_windows_are_the_same_objects_while_their_people_stay(model: Organisation) -> None:
    before = {c.unique_id: c for c in model.agents_by_type[Customer]}
    model.step()
    assert all(before[c.unique_id] is c for c in model.agents_by_type[Customer] if c.unique_id in before)


def test_windows_of_leavers_and_quitters_go_and_those_of_newcomers_come(model: Organisation) -> None:
    customers = {c.unique_id for c in model.agents_by_type[Customer]}
    employees = {e.unique_id: e for e in model.agents_by_type[Employee]}
    while model.running:
        model.step()
    active = set(np.flatnonzero(model.world.customers["status"] == st.ACTIVE).tolist())
    now = {c.unique_id for c in model.agents_by_type[Customer]}
    assert now == active
    assert customers - now, "at three departures a customer-year somebody left"
    assert now - customers, "and somebody joined"
    gone = np.flatnonzero(model.firm.groups["employee"].succession > 0)
    assert len(gone), "at six quits a post-year somebody quit"
    for window in model.agents_by_type[Employee]:
        same = employees[window.unique_id] is window
        assert same == (window.unique_id not in gone)
        assert window.person == model.firm.groups["employee"].succession[window.unique_id]


def test_nobody_is_removed_by_hand(model: Organisation) -> None:
    for agent in (next(iter(agents)) for agents in model.agents_by_type.values()):
        with pytest.raises(RuntimeError, match="cannot be removed"):
            agent.remove()
    assert len(model.agents) == 310


@pytest.mark.parametrize("look", [False, True], ids=["unseen", "seen"])
def test_a_model_that_nobody_holds_is_released(look: bool) -> None:
    model = Organisation(SPEC)
    for _ in range(6):
        model.step()
    if look:
        model.agents_by_type[Customer].shuffle().get("taste")
        assert len(model.agents) > 0
    model.tables()
    held = weakref.ref(model)
    world = weakref.ref(model.world.customers)
    del model
    gc.collect()
    assert held() is None
    assert world() is None
