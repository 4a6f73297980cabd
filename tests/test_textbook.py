"""The textbook technology: closed forms of the theory papers, at several parameter values, through the common choice.

Numbered as in the model's contract.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from textbook_worlds import chosen, scenario, single

from sim.incentives.expectation import expected
from sim.scenario.schema import Scenario
from sim.world.principal import Best, seek
from sim.world.textbook import Textbook, ratchet_weight
from sim.world.theory import Theory


def best_rate(world: Textbook) -> float:
    """The principal's best strength of the one scheme of this world."""
    return float(seek(world, "scale").strength[0])


def two_acts(f: tuple[float, float], g: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {
        "activities": {"one": {}, "two": {"least": -100.0}},
        "measures": {"score": {"one": f[0], "two": f[1], "noise": 1.5}},
        "value": {"one": g[0], "two": g[1]},
        **more,
    }


@pytest.mark.parametrize(("f", "g"), [((0.6, 0.8), (1.0, 0.0)), ((2.0, 0.5), (1.0, 1.5)), ((1.0, -0.4), (3.0, 1.0))])
@pytest.mark.parametrize("b", [0.3, 1.7])
def test_1_baker_acts_value_and_surplus(f: tuple[float, float], g: tuple[float, float], b: float) -> None:
    spec = scenario(two_acts(f, g), [{"kind": "linear", "measure": "score", "rate": b}])
    world, acts = Textbook(spec), chosen(spec)
    np.testing.assert_allclose(acts, b * np.array(f), atol=1e-12)
    fg, ff = np.dot(f, g), np.dot(f, f)
    assert world.true_value(acts[None])[0] == pytest.approx(b * fg, rel=1e-12)
    assert world.surplus(acts[None])[0] == pytest.approx(b * fg - b * b * ff / 2, rel=1e-12)


@pytest.mark.parametrize(("f", "g"), [((0.6, 0.8), (1.0, 0.0)), ((2.0, 0.5), (1.0, 1.5)), ((1.0, -0.4), (3.0, 1.0))])
@pytest.mark.parametrize("risk", [0.0, 0.5, 4.0])
def test_1_baker_best_rate(f: tuple[float, float], g: tuple[float, float], risk: float) -> None:
    spec = scenario(two_acts(f, g, risk_aversion=risk), [{"kind": "linear", "measure": "score", "rate": 9}])
    fg, ff, gg = np.dot(f, g), np.dot(f, f), np.dot(g, g)
    best: Best = seek(Textbook(spec), "scale")
    assert best.strength[0] == pytest.approx(fg / (ff + risk * 1.5**2), abs=1e-6)
    if risk == 0:
        assert best.surplus / (gg / 2) == pytest.approx(fg**2 / (ff * gg), rel=1e-10)  # cos^2 of the angle


@pytest.mark.parametrize(("m", "c"), [(1.0, 0.4), (0.5, 0.8), (2.0, 0.1)])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999, 1.001, 3.0])
def test_2_holmstrom_milgrom_two_tasks(m: float, c: float, share: float) -> None:
    dies = m * (1 - c) / c
    b = share * dies
    tasks = {
        "activities": {"paid": {"motive": m}, "other": {"motive": m}},
        "cross": {"paid": {"other": c}},
        "measures": {"count": {"paid": 1.0, "noise": 1.0}},
    }
    schemes = [{"kind": "linear", "measure": "count", "rate": b}] if b else []
    paid, other = chosen(scenario(tasks, schemes))
    if share < 1:
        assert paid == pytest.approx((b + m - c * m) / (1 - c * c), rel=1e-12)
        assert other == pytest.approx((m - c * (b + m)) / (1 - c * c), rel=1e-9)
        assert other > 0
    else:
        assert paid == pytest.approx(b + m, rel=1e-12)
        assert other == 0.0  # exactly: the second task is dead


@pytest.mark.parametrize(("risk", "sigma", "c"), [(0.0, 1.0, 1.0), (0.5, 1.0, 2.0), (3.0, 0.4, 0.7)])
def test_3_linear_exponential_normal_contract(risk: float, sigma: float, c: float) -> None:
    spec = scenario(single(c, sigma, risk_aversion=risk), [{"kind": "linear", "measure": "output", "rate": 9}])
    assert best_rate(Textbook(spec)) == pytest.approx(1 / (1 + risk * sigma**2 * c), abs=1e-6)


def best_pair(spec: Scenario) -> np.ndarray:
    """The principal's best rates, each by itself."""
    return seek(Textbook(spec), "each").strength


@pytest.mark.parametrize(("first", "second"), [(1.0, 2.0), (0.5, 0.7)])
def test_3_two_signals_are_weighed_by_precision(first: float, second: float) -> None:
    world = single(risk_aversion=2.0) | {
        "measures": {"a": {"work": 1.0, "noise": first}, "b": {"work": 1.0, "noise": second}}
    }
    spec = scenario(world, [{"kind": "linear", "measure": label, "rate": 1} for label in ("a", "b")])
    rates = best_pair(spec)
    assert rates[0] / rates[1] == pytest.approx(second**2 / first**2, rel=1e-4)
    pooled = 1 / (1 / first**2 + 1 / second**2)
    assert rates.sum() == pytest.approx(1 / (1 + 2.0 * pooled), rel=1e-5)


def test_3_pure_noise_gets_no_weight() -> None:
    world = single(risk_aversion=2.0) | {"measures": {"a": {"work": 1.0, "noise": 1.0}, "b": {"noise": 1.0}}}
    spec = scenario(world, [{"kind": "linear", "measure": label, "rate": 1} for label in ("a", "b")])
    np.testing.assert_allclose(best_pair(spec), [1 / 3, 0.0], atol=1e-5)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_3_peer_benchmark_filters_common_luck(rho: float) -> None:
    """Own result less rho times a peer's has noise sigma sqrt(1 - rho^2), which is what the benchmark leaves."""
    risk, sigma, c = 1.5, 1.2, 0.8
    draws = np.random.default_rng(4).multivariate_normal([0, 0], sigma**2 * np.array([[1, rho], [rho, 1]]), 200_000)
    left = float(np.std(draws[:, 0] - rho * draws[:, 1]))
    assert left == pytest.approx(sigma * math.sqrt(1 - rho**2), rel=0.01)
    noise = sigma * math.sqrt(1 - rho**2)
    spec = scenario(single(c, noise, risk_aversion=risk), [{"kind": "linear", "measure": "output", "rate": 9}])
    assert best_rate(Textbook(spec)) == pytest.approx(1 / (1 + risk * c * sigma**2 * (1 - rho**2)), abs=1e-6)


@pytest.mark.parametrize(("k", "b", "p", "fine"), [(2.0, 1.0, 0.1, 4.0), (0.5, 3.0, 0.5, 2.0), (3.0, 1.0, 0.3, 5.0)])
def test_4_falsification(k: float, b: float, p: float, fine: float) -> None:
    world = {
        "activities": {"falsify": {"cost": 1 / k, "traceability": 1.0}},
        "measures": {"report": {"falsify": 1.0}},
        "truth": {"report": {}},
    }
    spec = scenario(
        world,
        [{"kind": "linear", "measure": "report", "rate": b}],
        audit={"rate": p, "fine": fine, "dismissal": 0},
        burn_in=0,
    )
    run = Theory(spec)
    want = k * max(0.0, b - p * fine)
    assert run.acts[0, 0] == pytest.approx(want, rel=1e-12, abs=1e-15)
    reported, true = run.world.advance(0, run.acts)
    assert (reported - true)[0, 0] == pytest.approx(want, rel=1e-12, abs=1e-15)
    assert run.world.gap_parts(run.acts)["pressure"][0] == pytest.approx(want, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("gain", "p", "fine", "most"), [(100, 0.2, 150, 200), (100, 0.0, 0, 400), (100, 0.5, 300, 50), (300, 0.1, 100, 200)]
)
def test_5_deterrence(gain: float, p: float, fine: float, most: float) -> None:
    cheat = {"cost": 0, "most": 1, "traceability": 1, "moral": {"kind": "uniform", "a": 0, "b": most}}
    world = {"activities": {"cheat": cheat}, "measures": {"work": {"cheat": 1.0, "noise": 0.2}}}
    spec = scenario(
        world,
        [{"kind": "linear", "measure": "work", "rate": gain}],
        n=4000,
        audit={"rate": p, "fine": fine, "dismissal": 0},
    )
    technology = Textbook(spec)
    acts = technology.respond(technology.unpaid(), technology.written_pay()).choice.acts[:, 0]
    assert set(acts) <= {0.0, 1.0}
    np.testing.assert_array_equal(acts == 1.0, gain - p * fine > technology.moral[:, 0])
    share = min(max((gain - p * fine) / most, 0.0), 1.0)
    assert acts.mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 4000))


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_6_team_bonus_is_diluted(n: int) -> None:
    spec = scenario(single(0.8), [{"kind": "team", "measure": "output", "rate": 1.7}], n=n)
    assert chosen(spec)[0] == pytest.approx(1.7 / n / 0.8, rel=1e-12)


@pytest.mark.parametrize(("prize", "c", "sigma"), [(1.0, 1.0, 1.0), (3.0, 2.0, 1.5), (0.4, 0.5, 0.8)])
@pytest.mark.parametrize("n", [2, 3, 8])
def test_7_tournament(prize: float, c: float, sigma: float, n: int) -> None:
    spec = scenario(single(c, sigma), [{"kind": "tournament", "measure": "output", "bonus": prize}], n=n)
    density = integrate.quad(lambda z: norm.pdf(z) ** 2 * norm.cdf(z) ** (n - 2), -9, 9, epsabs=1e-13)[0]
    effort = prize * (n - 1) / (c * sigma) * density
    if n == 2:
        assert effort == pytest.approx(prize / (2 * c * sigma * math.sqrt(math.pi)), rel=1e-9)
    assert chosen(spec)[0] == pytest.approx(effort, rel=2e-6)


@pytest.mark.parametrize(("prize", "q", "sigma"), [(1.0, 0.5, 0.5), (3.0, 2.0, 1.0), (2.0, 1.9, 0.2), (1.0, 3.0, 0.3)])
def test_8_cliff(prize: float, q: float, sigma: float) -> None:
    spec = scenario(
        single(1.0, sigma), [{"kind": "cliff", "measure": "output", "bonus": prize, "target": {"start": q}}]
    )
    world = Textbook(spec)
    prospects = world.prospects(world.written_pay(), np.zeros((1, 1)))
    for x in (0.0, 0.7, q, q + 1.0):
        slope = expected(prospects.terms[0], prospects.step, prospects.table, 0, x - q)[1]
        assert slope == pytest.approx(prize / sigma * norm.pdf((q - x) / sigma), rel=1e-12, abs=1e-300)

    def loss(e: float) -> float:
        return -(prize * norm.cdf((e - q) / sigma) - e * e / 2)

    grid = np.linspace(0, 4, 4001)
    near = grid[np.argmin([loss(e) for e in grid])]
    best = minimize_scalar(
        loss, bounds=(max(near - 0.002, 0), near + 0.002), method="bounded", options={"xatol": 1e-12}
    ).x
    assert chosen(spec)[0] == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize(
    ("b", "discount", "step"), [(1.0, 0.9, 0.5), (2.0, 0.5, 1.0), (1.5, 0.99, 0.05), (1.0, 0.0, 0.5)]
)
def test_9_ratchet(b: float, discount: float, step: float) -> None:
    later = sum(discount**t * step * (1 - step) ** (t - 1) for t in range(1, 5000))
    assert ratchet_weight(discount, step) == pytest.approx(later, rel=1e-9)
    scheme = {
        "kind": "linear",
        "measure": "output",
        "rate": b,
        "target": {"rule": "ratchet", "step": step, "start": 0.3},
    }
    spec = scenario(single(discount=discount), [scheme], weeks=24, burn_in=0)
    run = Theory(spec)
    for week in range(24):
        run.step(week)
    effort = b * (1 - discount) / (1 - discount + discount * step)
    np.testing.assert_allclose(run.ledger.shares[:, 0], effort, rtol=1e-10)
    if discount == 0:
        assert run.ledger.shares[-1, 0] == pytest.approx(b)


def test_9_an_honest_ratchet_follows_results() -> None:
    """Without noise the target closes in on the result: q' = q + step (y - q)."""
    scheme = {
        "kind": "linear",
        "measure": "output",
        "rate": 1.0,
        "target": {"rule": "ratchet", "step": 0.5, "start": 0.0},
    }
    run = Theory(scenario(single(noise=0.0, discount=0.0), [scheme], weeks=16, burn_in=0))
    bonus = []
    for week in range(16):
        run.step(week)
    bonus = [row["bonus"][0] for row in run.ledger.staff]
    np.testing.assert_allclose(bonus, [1.0, 0.5, 0.25, 0.125], rtol=1e-12)
