"""The textbook technology beyond the closed forms: common luck and benchmarks, the principal, fines by the unit, windows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.incentives.expectation import moments, prospects_of
from sim.incentives.schemes import Linear, Relative, Team, Tournament, build, strength_of, strengthened
from sim.scenario.pay import Scheme
from sim.scenario.schema import Scenario
from sim.scenario.textbook import Textbook as Section
from sim.world import Organisation
from sim.world.principal import seek, surplus_at
from sim.world.textbook import Textbook
from sim.world.windows import Customer, Employee, Manager

nan = math.nan


def scenario(schemes: list[dict[str, Any]], n: int = 4, size: int = 2, **more: Any) -> Scenario:
    """One task, one noisy result, people in teams."""
    tree = {
        "activities": {"work": {}}, "measures": {"result": {"work": 1.0, "noise": 1.0}}, "value": {"work": 1.0},
        **more.pop("textbook", {}),
    }  # fmt: skip
    return Scenario.model_validate({
        "name": "x", "weeks": 8, "burn_in": 0, "customers": {"count": 1},
        "staff": {"count": n, "team_size": size, "choice": "rational", **more.pop("staff", {})},
        "service": {"technology": "textbook", "textbook": tree}, "pay": {"base": 0, "schemes": schemes}, **more,
    })  # fmt: skip


# --- relative pay and luck in common -------------------------------------------------------------------------------------


def test_relative_pay_deducts_what_colleagues_reached() -> None:
    y, team = np.array([10.0, 20.0, nan, 7.0, 5.0]), np.array([0, 0, 0, 1, 2])
    weights = np.array([3.0, 1.0, 5.0, 1.0, 1.0])
    paid = Relative(rate=2.0, peers=0.5, floor=None).payout(y, 1.0, team, weights)
    np.testing.assert_allclose(paid[:2], [2 * (10 - 10 - 1), 2 * (20 - 5 - 1)])
    assert np.isnan(paid[2:]).all(), "no reading, or no colleague with one"
    np.testing.assert_allclose(Relative(rate=2.0, peers=0.0, floor=None).payout(y, 1.0, team, weights)[3:], [12, 8])
    three = Relative(rate=1.0, peers=1.0, floor=None).payout(np.array([1.0, 2.0, 6.0]), 0.0, np.zeros(3, np.int64), np.ones(3))
    np.testing.assert_allclose(three, [1 - 4, 2 - 3.5, 6 - 1.5])


@pytest.mark.parametrize("common", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("payout", [Relative(rate=2.0, peers=0.7, floor=None), Team(rate=2.0, floor=None),
                                    Linear(rate=2.0, floor=None)])  # fmt: skip
def test_expected_pay_and_its_risk_are_those_of_drawn_results(payout: Any, common: float) -> None:
    """Moments of a member's pay against 200,000 drawn teams whose errors are correlated."""
    sigma, mean = np.array([1.0, 2.0, 0.5]), np.array([3.0, 1.0, 2.0])
    team, weights = np.zeros(3, np.int64), np.array([1.0, 2.0, 1.0])
    covariance = np.outer(sigma, sigma) * (common + (1 - common) * np.eye(3))
    draws = np.random.default_rng(8).multivariate_normal(mean, covariance, 200_000)
    target = np.full((3, 1), 0.5)
    prospects = prospects_of([payout], sigma[:, None], target, mean[:, None], team, weights[:, None], np.array([common]))
    money, spread = moments(prospects, mean[:, None] - target)
    share = weights / weights.sum()
    if isinstance(payout, Team):
        paid = payout.rate * (draws @ share - 0.5)[:, None].repeat(3, axis=1)
    elif isinstance(payout, Relative):
        others = np.stack([draws @ np.where(np.arange(3) == e, 0, weights) / (weights.sum() - weights[e]) for e in range(3)])
        paid = payout.rate * (draws - payout.peers * others.T - 0.5)
    else:
        paid = payout.rate * (draws - 0.5)
    error = paid.std(axis=0) / math.sqrt(len(paid))
    assert (np.abs(money[:, 0] - paid.mean(axis=0)) <= 4 * error + 1e-9).all()
    np.testing.assert_allclose(spread[:, 0], paid.var(axis=0), rtol=0.02, atol=1e-9)


def test_luck_in_common_decides_no_rank() -> None:
    """A tournament under common luck is one with less noise: effort W / (2 c σ √(1 − ρ) √π)."""
    prize = {"kind": "tournament", "measure": "result", "bonus": 1.0}
    measures = {"measures": {"result": {"work": 1.0, "noise": 1.5, "common": 0.64}}}
    world = Textbook(scenario([prize], textbook=measures))
    effort = world.respond(world.unpaid(), world.written_pay()).choice.acts
    assert effort[:, 0] == pytest.approx(1 / (2 * 1.5 * 0.6 * math.sqrt(math.pi)), rel=1e-5)
    assert isinstance(build(Scheme.model_validate(prize)), Tournament)


def test_drawn_luck_is_common_to_a_team_as_far_as_it_is_said() -> None:
    measures = {"measures": {"result": {"work": 1.0, "noise": 2.0, "common": 0.6}}}
    world = Textbook(scenario([], n=6000, size=2, textbook=measures))
    for week in range(world.spec.pay.every):
        world.advance(week, np.zeros((6000, 1)))
    pairs = world.readings().reshape(-1, 2)
    assert pairs.std() == pytest.approx(2.0, rel=0.04)
    assert np.corrcoef(pairs.T)[0, 1] == pytest.approx(0.6, abs=4 * 0.64 / math.sqrt(3000))
    strangers = np.corrcoef(pairs[:-1, 0], pairs[1:, 0])[0, 1]
    assert abs(strangers) < 4 / math.sqrt(3000)


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_the_best_benchmark_deducts_the_correlation(rho: float) -> None:
    measures = {"measures": {"result": {"work": 1.0, "noise": 1.0, "common": rho}}, "risk_aversion": 2.0, "principal": "scale"}

    def surplus(peers: float) -> float:
        scheme = {"kind": "relative", "measure": "result", "rate": 1.0, "peers": peers}
        return seek(Textbook(scenario([scheme], textbook=measures)), "scale").surplus

    best = surplus(rho)
    assert best > max(surplus(rho - 0.1), surplus(rho + 0.1), surplus(0.0))


# --- the principal --------------------------------------------------------------------------------------------------------


def test_the_principal_beats_every_other_rate() -> None:
    spec = scenario([{"kind": "linear", "measure": "result", "rate": 3.0}], textbook={"risk_aversion": 1.0})
    world = Textbook(spec)
    found = seek(world, "scale")
    others = [surplus_at(world, world.written_pay(), np.array([rate])) for rate in np.linspace(0, 2, 41)]
    assert found.surplus >= max(others)
    assert found.surplus == pytest.approx(surplus_at(world, world.written_pay(), found.strength), rel=1e-12)


def test_a_run_pays_what_the_principal_found_and_shows_it() -> None:
    textbook = {"risk_aversion": 1.0, "principal": "scale"}
    tables = Organisation(scenario([{"kind": "linear", "measure": "result", "rate": 3.0}], textbook=textbook)).run().tables()
    world = tables["world"].pivot_table(index="week", columns="indicator", values="value")
    assert world["strength_0"].to_numpy() == pytest.approx(0.5, abs=1e-6)
    assert world["share_work"].to_numpy() == pytest.approx(0.5, abs=1e-6)
    assert world["surplus"].to_numpy() == pytest.approx(0.5 - 0.125 - 0.125, abs=1e-9)


def test_as_written_nobody_seeks() -> None:
    tables = Organisation(scenario([{"kind": "linear", "measure": "result", "rate": 3.0}])).run().tables()
    world = tables["world"].pivot_table(index="week", columns="indicator", values="value")
    assert (world["strength_0"] == 3.0).all()


def test_attention_is_paid_for_every_measure_in_use() -> None:
    scheme = {"kind": "linear", "measure": "result", "rate": 0.5}
    twice = [scheme, {"kind": "cliff", "measure": "result", "bonus": 0.2, "target": {"start": 1.0}}]
    for schemes, heeded in (([], 0), ([scheme], 1), (twice, 1)):
        free, dear = (Organisation(scenario(schemes, textbook={"attention": cost})).run().theory for cost in (0.0, 0.07))
        assert free is not None
        assert dear is not None
        np.testing.assert_array_equal(free.acts, dear.acts)  # type: ignore[union-attr]
        np.testing.assert_allclose(free.surplus - dear.surplus, 0.07 * heeded, atol=1e-12)  # type: ignore[union-attr]


def test_strength_is_the_rate_or_the_bonus() -> None:
    assert strength_of(Linear(rate=3.0)) == 3.0
    assert strength_of(strengthened(Tournament(bonus=2.0), 5.0)) == 5.0


# --- people ---------------------------------------------------------------------------------------------------------------


def test_fines_go_by_the_unit() -> None:
    """Who is audited pays for every unit that is found; nobody else pays."""
    falsify = {"activities": {"work": {"cost": 0.25, "traceability": 0.5}}}
    spec = scenario(
        [{"kind": "linear", "measure": "result", "rate": 1.0}], n=400, textbook=falsify,
        audit={"rate": 0.3, "fine": 2.0, "dismissal": 0},
    )  # fmt: skip
    staff = Organisation(spec).run().tables()["staff"]
    units = (1.0 - 0.3 * 2.0 * 0.5) / 0.25
    assert staff["a_work"].to_numpy() == pytest.approx(units)
    assert set(np.round(staff["fine"], 9)) == {0.0, round(2.0 * 0.5 * units, 9)}
    assert (staff["fine"] > 0).mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / len(staff)))


def test_fixed_people_do_what_they_did_first() -> None:
    spec = scenario(
        [{"kind": "linear", "measure": "result", "rate": 1.0}], n=2000,
        staff={"choice": "fixed", "first_acts": {"work": {"kind": "share", "a": 0.3}}},
    )  # fmt: skip
    staff = Organisation(spec).run().tables()["staff"]
    assert set(staff["a_work"]) == {0.0, 1.0}
    assert staff["a_work"].mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 2000))
    assert (staff.groupby("post")["a_work"].nunique() == 1).all()


def test_employees_are_agents() -> None:
    model = Organisation(scenario([{"kind": "linear", "measure": "result", "rate": 0.8}], n=6))
    model.run()
    people = model.agents_by_type[Employee]
    assert len(people) == 6
    assert len(model.agents_by_type[Customer]) == len(model.agents_by_type[Manager]) == 0
    assert [person.acts for person in people] == [{"work": pytest.approx(0.8)}] * 6
    assert people.get("team") == [0, 0, 1, 1, 2, 2]
    assert people.agg("bonus", np.sum) == pytest.approx(model.tables()["staff"].query("week == 7")["bonus"].sum())


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ({"who": ["manager"]}, "pay.schemes.0.who: a textbook world has employees alone"),
        ({"target": {"rule": "manager"}}, "pay.schemes.0.target.rule: a textbook world has no managers"),
    ],
)
def test_what_a_textbook_world_has_not_is_refused(scheme: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scenario([{"kind": "linear", "measure": "result", "rate": 1.0, **scheme}])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activities": {"common": {}}}, "property of a measure"),
        ({"measures": {"m": {"a": 1.0, "common": 1.2}}}, "share: 0 to 1"),
    ],
)
def test_wrong_properties_of_measures_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Section.model_validate({"activities": {"a": {}}, "measures": {"m": {"a": 1.0}}} | change)
