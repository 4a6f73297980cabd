"""Competition for survival in the textbook technology, against Braganza (2022) written out in plain Python.

If this fails: effort by trial, the line of survival, exit or imitation is not what the published model describes.
"""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from proxyeconomics_oracle import Dice, Proxyeconomics, engine_means, oracle_means
from pydantic import ValidationError

from sim.rules import selection as rule
from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation, chance
from sim.world import selection as engine
from sim.world.survival import Survival
from sim.world.tables import tables as tables_of

AT = "service.textbook.selection."


def world(*sets: str) -> Scenario:
    return load("textbook/proxyeconomics", sets).spec


class KeyedDice(Dice):
    """The engine's own keyed draws, for the oracle: then both must do the very same."""

    def __init__(self, seed: int, replicate: int, n: int) -> None:
        self.key, self.week, self.people = (seed, replicate), -1, [0] * n

    def traits(self, i: int) -> Any:
        return chance.four(*self.key, i, self.people[i], chance.STAFF, engine.TRAITS)

    def first_angle(self, i: int, widest: float) -> float:
        return widest * self.traits(i)[1]

    def talent(self, i: int) -> float:
        return 10 + chance.normal_from(self.traits(i)[0])

    def error(self, i: int, sd: float) -> float:
        return sd * chance.normal_from(self.traits(i)[1])

    def order(self, n: int) -> list[int]:
        self.week += 1
        out = list(range(n))
        for i in range(n - 1, 0, -1):
            at = n - 1 - i
            u = chance.four(*self.key, n - 1 - (at - at % 4), self.week, chance.TURN, 0)[at % 4]
            j = int(u * (i + 1))
            out[i], out[j] = out[j], out[i]
        return out

    def leaves(self, i: int, probability: float) -> bool:
        return chance.four(*self.key, i, self.week, chance.SURVIVE, 0)[0] < probability

    def winner(self, i: int, winners: list[int]) -> int:
        self.people[i] += 1
        return winners[int(chance.four(*self.key, i, self.week, chance.SURVIVE, 0)[1] * len(winners))]


@pytest.mark.parametrize(("c", "g"), [(0.1, 0), (0.5, 1), (0.9, 2), (0.3, 1), (1.0, 0), (0.0, 1)])
def test_with_the_same_draws_it_is_the_published_model_person_by_person(c: float, g: float) -> None:
    n, steps = 40, 60
    spec = world(f"{AT}competition={c}", f"{AT}goal_weight={g}", f"weeks={steps}", f"staff.count={n}", f"staff.team_size={n}")
    ours, theirs = Survival(spec, replicate=3), Proxyeconomics(c, g, KeyedDice(spec.seed, 3, n), n=n)
    for week in range(steps):
        ours.step(week)
        state = theirs.step()
        np.testing.assert_allclose(ours.people.effort, theirs.effort, atol=1e-9)
        np.testing.assert_allclose(ours.people.angle, theirs.angle, atol=1e-9)
        np.testing.assert_allclose(ours.people.delivered, theirs.proxy, atol=1e-9)
        np.testing.assert_allclose(ours.people.ranked, sorted(theirs.proxy), atol=1e-9)
    tables = tables_of(ours.results(steps))
    last = tables["series"].iloc[-1]
    assert last["reported"] == pytest.approx(state.proxy, abs=1e-9)
    assert last["true"] == pytest.approx(state.goal, abs=1e-9)
    indicators = tables["world"].query("week == @steps - 1").set_index("indicator")["value"]
    assert indicators["practice"] == pytest.approx(state.angle, abs=1e-9)
    assert int(ours.people.person.sum()) == int(tables["world"].query("indicator == 'exits'")["value"].sum())


@pytest.mark.parametrize(("c", "g"), [(0.1, 0), (0.9, 1)])
def test_with_draws_of_its_own_it_agrees_in_the_mean(c: float, g: float) -> None:
    seeds, first, steps = 30, 60, 120
    ours = [engine_means(c, g, seed, first, steps) for seed in range(seeds)]
    theirs = [oracle_means(c, g, seed, first, steps) for seed in range(seeds)]
    for a, b in zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True):
        error = math.hypot(stdev(a), stdev(b)) / math.sqrt(seeds)
        assert abs(fmean(a) - fmean(b)) < 3 * error


def test_tables_hold_together_and_are_the_same_at_any_pace() -> None:
    spec = world("weeks=110", "burn_in=20", "pay.every=2")
    model = Organisation(spec, 1).run()
    tables = model.tables()
    assert tables["series"]["week"].tolist() == list(range(-20, 110))
    gap = tables["series"]["reported"] - tables["series"]["true"]
    bars = tables["waterfall"].groupby("week")["value"].sum()
    np.testing.assert_allclose(gap, bars, atol=1e-12)
    assert set(tables["staff"]["week"]) == {-1, 51, 103, 109}
    assert (tables["staff"]["tenure"] >= 0).all()
    again = Organisation(spec, 1)
    for _ in range(130):
        again.step()
    assert again.tables()["world"].equals(tables["world"])
    acts = tables["staff"].query("week == 109")[["a_for_the_proxy", "a_across_it"]].mean()
    last = tables["world"].query("week == 109").set_index("indicator")["value"]
    assert np.hypot(*acts) <= last["intensity"] + 1e-9


def test_without_competition_effort_is_the_best_on_the_grid_and_nobody_leaves() -> None:
    model = Survival(world(f"{AT}competition=0", f"{AT}goal_weight=2", "weeks=40"))
    for week in range(40):
        model.step(week)
    best = model.people.motive * model.people.talent / 2  # of m e - e^2 / T
    assert (np.abs(model.people.effort - best) <= 0.05 + 1e-9).all()  # the finest change is 0.1
    assert (model.people.person == 0).all()


def test_a_line_is_the_order_statistic() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        others, own = np.sort(rng.integers(0, 6, 9)).astype(float), float(rng.integers(-1, 7))
        k = int(rng.integers(0, 10))
        below = others[k - 1] if k > 0 else -math.inf
        above = others[k] if k < 9 else math.inf
        assert rule.survival_line(own, below, above) == np.sort([*others, own])[k]


def test_prospects_weigh_losses_more() -> None:
    assert rule.prospect(0.0, 0.88, 2.25) == 0.0
    assert rule.prospect(1.0, 0.88, 2.25) == 1.0
    assert rule.prospect(-1.0, 0.88, 2.25) == -2.25
    assert rule.prospect(10.0, 0.88, 2.25) == pytest.approx(10**0.88)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"service.textbook.selection.measure": "sales"}, "no measure 'sales'; there are proxy"),
        ({"service.textbook.measures.proxy.noise": 1.0}, r"measures\.proxy\.noise would have no effect"),
        ({"service.textbook.activities.across_it.moral": 3.0}, r"activities\.across_it\.moral would have no effect"),
        ({"service.textbook.activities.third": {}}, "a practice mixes two activities; there are 3"),
        ({"service.textbook.selection.trials": [-1.0, 0.0]}, "at least one change is above 0"),
        ({"pay.schemes": [{"kind": "linear", "measure": "proxy", "rate": 1}]}, "kept or replaced, not paid"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    raw = world().model_dump(exclude_unset=True)
    for path, value in changes.items():
        *way, name = path.split(".")
        section = raw
        for step in way:
            section = section.setdefault(step, {})
        section[name] = value
    with pytest.raises(ValidationError, match=message):
        Scenario.model_validate(raw)
