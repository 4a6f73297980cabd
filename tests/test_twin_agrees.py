"""The engine and its twin of ordinary Mesa objects (`twin`) agree, agent by agent and week by week.

Whole numbers are equal - who is there, his contacts, what of his issue is marked, who served him, every count of events at
every desk - and reals agree to 1e-9: minds, dates, readings at every stage, pay, beliefs, choices.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scenarios_random import Tree, build, worlds
from twin import mind as twin_mind
from twin import runs
from twin.compare import State, differences
from worlds_known import wild

from sim.scenario.catalogue import names
from sim.scenario.schema import Scenario
from sim.world import Organisation, start
from sim.world import state as st

EVENTS = {"diversion_team": ("events.0.week=6",)}  # within the horizon
PLAIN = ("salary", "nps_bonus")
ALSO: dict[str, dict[str, Any]] = {  # what neither shipped nor random worlds do
    "call-backs, repair and coaching by what is reported": {
        "management": {"closed_loop": {"measure": "nps", "call_backs": 2, "call_meets": 0.6}},
        "measures": {"nps": {"sample": "random"}},
    },
    "targets that managers stretch, rational staff": {
        "staff": {"choice": "rational"}, "measures": {"closed": {"like": "jobs_closed"}},
        "pay": {"schemes": [
            {"kind": "cliff", "measure": "closed", "bonus": 300, "target": {"rule": "manager"}},
            {"kind": "linear", "measure": "closed", "rate": 90, "who": ["manager"]},
        ]},
    },
    "pay relative to colleagues, all customers asked": {
        "measures": {"relation": {"like": "nps", "population": "customers", "sample": "central"}, "ces": {}},
        "pay": {"schemes": [
            {"kind": "relative", "measure": "ces", "rate": 8}, {"kind": "linear", "measure": "relation", "rate": 5,
                                                                "who": ["manager", "central", "head"]},
        ]},
    },
}  # fmt: skip
OFTEN = {"weeks": 20, "burn_in": 4, "customers": {"count": 160, "needs_per_week": 0.4}, "staff": {"count": 6, "team_size": 3}}


def disagreements(engine: list[State], twin: list[State]) -> list[str]:
    """What the two do not agree on in the first week in which they differ."""
    for week, (one, other) in enumerate(zip(engine, twin, strict=True)):
        found = differences(one, other)
        if found:
            return [f"week {week} from the start of the burn-in", *found]
    return []


def apart(spec: Scenario) -> list[str]:
    """The same of a scenario, both played here."""
    return disagreements(runs.play_engine(spec), runs.play_twin(spec, start.of(spec)))


def of_contacts() -> list[str]:
    """The shipped scenarios of the technology `contacts`."""
    return [name for name in names() if Scenario.load(name).service.technology == "contacts"]


@pytest.mark.parametrize("name", of_contacts())
def test_on_every_shipped_scenario(name: str) -> None:
    assert apart(runs.small(name, *EVENTS.get(name, ()))) == []


@pytest.mark.parametrize("name", ALSO)
def test_on_what_these_do_not_do(name: str) -> None:
    tree = {"name": name, **OFTEN, **ALSO[name]}
    tree["staff"] = {**OFTEN["staff"], **ALSO[name].get("staff", {})}  # type: ignore[dict-item]
    assert apart(Scenario.model_validate(tree)) == []


def test_on_a_world_with_everything_turned_up() -> None:
    assert apart(wild(customers={"count": 160}, pay={"every": 3}).spec) == []


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_on_random_worlds(tree: Tree) -> None:
    assert apart(build(tree)) == []


def test_a_rule_that_differs_by_a_millionth_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = twin_mind.rules.remembered_end
    spec = runs.small("salary", "weeks=3", "burn_in=1")
    engine = runs.play_engine(spec)
    monkeypatch.setattr(twin_mind.rules, "remembered_end", lambda *inputs: rule(*inputs) + 1e-6)
    found = disagreements(engine, runs.play_twin(spec, start.of(spec)))
    assert any(line.startswith("customer.end") for line in found)


def test_in_plain_python_both_do_what_the_compiled_engine_does() -> None:
    """A process of its own without the compiler: the twin agrees there too, and the engine has the same bytes."""
    specs = [runs.small(name, "customers.count=100", "weeks=12") for name in PLAIN]
    answers = runs.in_plain_python([runs.Order(spec, start.of(spec)) for spec in specs])
    for spec, answer in zip(specs, answers, strict=True):
        engine = runs.play_engine(spec)
        assert not answer.compiled
        assert disagreements(engine, answer.twin) == []
        for compiled, plain in zip(engine, answer.engine, strict=True):
            assert [name for name in compiled if compiled[name].tobytes() != plain[name].tobytes()] == []


def readings(spec: Scenario, replicate: int) -> np.ndarray:
    """Reported and true reading of every measure over a run, and contacts and departures; by the engine, (2 M + 2,)."""
    recorder = Organisation(spec, replicate).run().recorder
    return pooled(recorder.readings.sum(axis=0), recorder.counts.sum(axis=0))


def pooled(parts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """parts (M, STAGES, 2): numerators and denominators; counts (COUNTS,)."""
    num, den = parts[:, [st.REALISED, st.TRUE], 0], parts[:, [st.REALISED, st.TRUE], 1]
    return np.concatenate([(num / den).ravel(), counts[[st.N_CONTACTS, st.N_LEFT]]])


def readings_unkeyed(spec: Scenario, replicate: int) -> np.ndarray:
    """The same by the twin with chance from one stream."""
    parts, counts = np.zeros((len(spec.measures), st.STAGES, 2)), np.zeros(st.COUNTS)
    for model in runs.unkeyed(spec, replicate):
        for desk in model.desks:
            for m, reading in enumerate(desk.readings):
                parts[m] += np.column_stack([reading.num, reading.den])
            counts += desk.counts.values()
    return pooled(parts, counts)


def test_with_chance_of_its_own_the_twin_reads_the_same_on_average() -> None:
    """Another history of the same world: means agree within 4.5 standard errors (two-sided 1 in 150,000 each)."""
    spec = runs.small("nps_bonus", "weeks=12", "burn_in=0", "customers.needs_per_week=0.4")
    keyed = np.array([readings(spec, replicate) for replicate in range(40)])
    other = np.array([readings_unkeyed(spec, replicate) for replicate in range(8)])
    spread = np.sqrt((keyed.var(axis=0) * len(keyed) + other.var(axis=0) * len(other)) / (len(keyed) + len(other) - 2))
    error = spread * math.sqrt(1 / len(keyed) + 1 / len(other))
    assert (spread > 0).sum() > len(spread) - 4  # nearly all of them vary
    assert (np.abs(keyed.mean(axis=0) - other.mean(axis=0)) <= 4.5 * error + 1e-12).all()
