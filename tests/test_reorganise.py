"""Teams of another size in a running world: nobody and nothing is lost, and what follows is what such teams do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world import state as st
from sim.world.reorganise import _count_customers

ALL = ["employee", "manager", "central", "head"]
SMALL: dict[str, Any] = {
    "name": "bonus", "weeks": 48, "burn_in": 12, "customers": {"count": 700}, "staff": {"count": 20, "team_size": 5},
    "service": {"process": {"failure_spread": 0.3}},
    "measures": {"nps": {}, "csat": {"lag": 3}, "outcomes": {}, "complaints": {}, "churn": {}, "backlog": {}},
    "management": {"closed_loop": {"measure": "csat", "call_backs": 1}},
    "pay": {"schemes": [
        {"kind": "linear", "measure": "nps", "rate": 6.0, "who": ALL},
        {"kind": "cliff", "measure": "csat", "bonus": 50.0, "who": ALL, "target": {"rule": "ratchet"}},
    ]},
}  # fmt: skip


def world(**more: Any) -> Scenario:
    return Scenario.model_validate({**SMALL, **more})


def sized(spec: Scenario, size: int) -> Scenario:
    return spec.model_copy(update={"staff": spec.staff.model_copy(update={"team_size": size})})


def played(spec: Scenario, weeks: int, threads: int = 1) -> Organisation:
    model = Organisation(spec, threads=threads)
    for _ in range(spec.burn_in + weeks):
        model.step()
    return model


def minds(model: Organisation) -> list[bytes]:
    """Everything that belongs to a person and not to a team."""
    staff, w = model.firm.groups["employee"], model.world
    own = [staff.belief, staff.certainty, staff.conscience, staff.level, staff.last_reading, staff.bonus, model.firm.strain]
    own += [c.target for c in model.firm.contracts if c.role != "manager"]
    return [w.customers.tobytes(), w.staff.tobytes(), w.lessons.tobytes(), w.next_at.tobytes(), w.invited_at.tobytes(),
            *(each.tobytes() for each in own)]  # fmt: skip


def sums(model: Organisation) -> list[Any]:
    """Totals over all rows of staff, and over all teams."""
    w = model.world
    cells = [w.readings[name].sum(axis=1) for name in ("num", "den", "square")]
    cells += [w.tallies["n"].sum(axis=1), model.recorder.recent.sum(axis=1), w.members.sum(axis=0), w.teams["backlog"].sum()]
    counted = ("active", "answers", "open", "open_in_log", "open_in_good_faith")
    return cells + [w.teams[name].sum(axis=0) for name in counted]


@pytest.mark.parametrize("week", [-12, -9, 0, 8, 21], ids=lambda week: f"week {week}")
@pytest.mark.parametrize("size", [1, 2, 4, 10, 20])
def test_nobody_and_nothing_is_lost(size: int, week: int) -> None:
    model = played(world(), week)
    people, totals, past = minds(model), sums(model), model.recorder.readings.copy()
    model.change(sized(model.spec, size))
    assert minds(model) == people
    for before, after in zip(totals, sums(model), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9)
    assert model.recorder.readings.tobytes() == past.tobytes()
    assert len(model.world.teams) == len(model.firm.groups["manager"].intensity) == 20 // size
    assert (model.firm.groups["employee"].team == np.arange(20) // size).all()
    model.run()
    tables = model.tables()
    series = tables["series"].query("measure == 'nps'")
    assert series["week"].tolist() == list(range(-12, 48))
    assert series.query("week >= 0")["true"].notna().all()
    books = tables["books"].pivot_table(index="week", columns="item", values="amount")
    heads = 20 * model.spec.pay.base + (np.where(books.index < week, 4, 20 // size) + 4) * model.spec.pay.base_manager
    np.testing.assert_allclose(books["wages"], -heads / 4)
    managers = tables["staff"].query("role == 'manager'").groupby("week").size()
    assert managers.to_list() == [4 if end < week else 20 // size for end in managers.index]


def test_counting_again_finds_what_was_counted_on_the_way() -> None:
    model = played(world(), 17)
    w = model.world
    was = w.teams.copy(), w.members.copy()
    for name in ("active", "answers", "open", "open_in_log", "open_in_good_faith"):
        w.teams[name] = 0
    w.members[...] = 0
    _count_customers(w)
    assert w.teams.tobytes() == was[0].tobytes()
    assert w.members.tobytes() == was[1].tobytes()


@pytest.mark.parametrize("choice", ["learning", "rational"])
def test_the_same_seed_gives_the_same_bytes(choice: str) -> None:
    spec = world(staff={**SMALL["staff"], "choice": choice})

    def story(threads: int) -> bytes:
        model = played(spec, 10, threads)
        model.change(sized(model.spec, 10))
        for _ in range(9):
            model.step()
        model.change(sized(model.spec, 4))
        model.run()
        return model.world.customers.tobytes() + model.recorder.readings.tobytes() + model.recorder.shares.tobytes()

    assert story(1) == story(1) == story(3)


def test_there_and_back_again_leaves_the_teams_as_they_were() -> None:
    """What is split and at once put together again is what it was, but for managers, who do not come back."""
    model = played(world(), 18)
    was, hours, managers = model.world.teams.copy(), float(model.world.p.hours), model.firm.groups["manager"]
    traits, persons = managers.conscience.copy(), managers.succession.copy()
    model.change(sized(model.spec, 1))
    assert (model.firm.groups["manager"].conscience[:4] == traits).all()
    model.change(sized(model.spec, 5))
    for name in was.dtype.names:
        if name not in ("noted", "place"):  # the panel, and a place in the list of a week
            np.testing.assert_allclose(model.world.teams[name], was[name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert float(model.world.p.hours) == pytest.approx(hours)
    assert (model.firm.groups["manager"].succession == persons).all()
    model.change(sized(model.spec, 10))
    model.change(sized(model.spec, 5))
    assert model.firm.groups["manager"].succession.tolist() == [*persons[:2], *(persons[2:] + 1)]
    assert (model.firm.groups["manager"].conscience[:2] == traits[:2]).all()
    assert (model.firm.groups["manager"].conscience[2:] != traits[2:]).all()


@pytest.mark.parametrize("week", [-9, 2], ids=["panels still filling", "panels run over"])
def test_the_panel_keeps_the_latest_contacts_of_those_who_come_together(week: int) -> None:
    model = played(world(), week)
    before, noted = model.world.panel.copy(), model.world.teams["noted"].copy()
    assert (noted > st.PANEL_SIZE).all() == (week > 0)
    model.change(sized(model.spec, 10))
    for k in (0, 1):
        kept = int(model.world.teams[k]["noted"])
        latest = [[bytes(before[j, (noted[j] - 1 - back) % st.PANEL_SIZE]) for back in range(noted[j])] for j in (k, k + 2)]
        found = [bytes(contact) for contact in model.world.panel[k, :kept]]
        if week < 0:
            assert sorted(found) == sorted(latest[0] + latest[1])
        else:
            half = st.PANEL_SIZE // 2
            assert sorted(found) == sorted(latest[0][:half] + latest[1][:half])
        assert found[-1] == latest[0][0]


@pytest.mark.parametrize("size", [2, 20])
def test_larger_teams_wait_as_in_a_firm_that_was_founded_so(size: int) -> None:
    """Under fixed pay and at the same load of the lines customers wait as in a world of such teams; larger teams pool.

    Nobody comes or leaves: a firm that has got better wins customers, one that always was as good has them.
    """
    stay = {"exit": False, "acquisition": False}
    spec = world(weeks=40, pay={"schemes": []}, customers={"count": 4000}, service={}, mechanisms=stay)
    waits = np.array([waiting(spec, size, replicate) for replicate in range(4)])  # moved, founded, unmoved
    apart = waits[:, 0] - waits[:, 1]
    assert abs(apart.mean()) < 3.5 * apart.std(ddof=1) / np.sqrt(len(apart)) + 0.02 * waits[:, 1].mean()
    assert ((waits[:, 0] < 0.8 * waits[:, 2]) if size > 5 else (waits[:, 0] > 1.2 * waits[:, 2])).all()


def waiting(spec: Scenario, size: int, replicate: int) -> list[float]:
    """Mean wait once things have settled: moved to teams of this size, founded with them, and left as it was."""
    moved, unmoved = Organisation(spec, replicate), Organisation(spec, replicate)
    for _ in range(spec.burn_in):
        moved.step()
    moved.change(sized(spec, size))
    p = moved.world.p
    queue = spec.service.queue.model_copy(update={"stands_for": float(p.stands_for), "hours": float(p.hours)})
    same_load = spec.model_copy(update={"service": spec.service.model_copy(update={"queue": queue})})
    founded = Organisation(sized(same_load, size), replicate)
    return [model.run().results().world["wait_minutes"][12 + 8 :].mean() for model in (moved, founded, unmoved)]


@pytest.mark.parametrize(
    ("more", "size", "told"),
    [
        ({}, 3, "must be a multiple"),
        ({"service": {"queue": {"staffed": 3}}}, 10, "staffed"),
        ({"service": {"queue": {"arrivals_per_hour": 20.0}}}, 10, "arrivals_per_hour"),
        ({"pay": {"schemes": [{"kind": "tournament", "measure": "nps", "bonus": 100.0, "winners": 3}]}}, 2, "3 prizes"),
    ],
)
def test_what_cannot_be_formed_is_refused_and_changes_nothing(more: dict[str, Any], size: int, told: str) -> None:
    model = played(world(**more), -8)
    before = model.spec
    with pytest.raises(ValueError, match=told):
        model.change(sized(before, size))
    assert model.spec is before
    assert len(model.world.teams) == 4


def test_other_changes_of_the_same_moment_take_effect_too() -> None:
    model = played(world(), 9)
    spec = sized(model.spec, 10)
    model.change(spec.model_copy(update={"audit": spec.audit.model_copy(update={"rate": 0.5})}))
    assert model.firm.audit_rate == 0.5
    twice = spec.service.queue.model_copy(update={"hours": 100.0})
    open_before = float(model.world.p.hours)
    model.change(model.spec.model_copy(update={"service": spec.service.model_copy(update={"queue": twice})}))
    assert float(model.world.p.hours) == pytest.approx(2 * open_before)
    assert (model.world.p.teams, model.world.p.team_size) == (2, 10)
    model.run()


def test_base_pay_that_an_event_changes_stands_in_the_books_from_then_on() -> None:
    model = Organisation(world(events=[{"week": 20, "set": {"pay.base": 4000.0}}])).run()
    wages = model.results().books["wages"]
    extra = 20 * (4000.0 - model.spec.pay.base) / 4
    assert wages[12 + 19] - wages[12 + 20] == pytest.approx(extra)
