"""What schemes pay, and what they are expected to pay under noise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import norm

from sim.incentives import schemes as kinds
from sim.incentives.expectation import Prospects, expected, moments, prospects_of, variance
from sim.incentives.schemes import Cliff, Fixed, Linear, Team, Tiered, Tournament
from sim.scenario.pay import Scheme

nan = math.nan
INDIVIDUAL = {
    "fixed": Fixed(bonus=40.0),
    "linear": Linear(rate=3.0, floor=None),
    "linear_less": Linear(rate=3.0, floor=None, sign=-1.0),
    "floor": Linear(rate=3.0),
    "floor_cap": Linear(rate=6.0, floor=-5.0, cap=30.0),
    "cliff": Cliff(bonus=100.0),
    "cliff_less": Cliff(bonus=100.0, sign=-1.0),
    "cliff_capped": Cliff(bonus=100.0, floor=10.0, cap=60.0),
    "tiered": Tiered(tiers=((-2.0, 20.0), (3.0, 70.0), (9.0, 150.0)), cap=120.0),
    "penalty": Linear(rate=-2.0, floor=-9.0, cap=4.0),
}


@pytest.mark.parametrize(
    ("scheme", "y", "target", "money"),
    [
        (INDIVIDUAL["fixed"], [1, nan], 0, [40, 40]),
        (INDIVIDUAL["linear"], [8, 10, 13, nan], 10, [-6, 0, 9, nan]),
        (INDIVIDUAL["linear_less"], [8, 10, 13], 10, [6, 0, -9]),
        (INDIVIDUAL["floor"], [8, 10, 13, nan], 10, [0, 0, 9, nan]),
        (INDIVIDUAL["floor_cap"], [0, 9.5, 10, 12, 15, 99], 10, [-5, -3, 0, 12, 30, 30]),
        (INDIVIDUAL["cliff"], [9.999, 10, 11, nan], 10, [0, 100, 100, 0]),
        (INDIVIDUAL["cliff_less"], [9.999, 10, 10.001], 10, [100, 100, 0]),
        (INDIVIDUAL["cliff_capped"], [9, 10], 10, [10, 60]),
        (INDIVIDUAL["tiered"], [7, 8, 12.9, 13, 19, 99], 10, [0, 20, 20, 70, 120, 120]),
        (INDIVIDUAL["penalty"], [-5, 0, 2, 6], 0, [4, 0, -4, -9]),
    ],
)
def test_payout_table(scheme: kinds.Individual, y: list[float], target: float, money: list[float]) -> None:
    paid = scheme.payout(np.array(y, dtype=float), target)
    known = ~np.isnan(np.array(y, dtype=float)) | isinstance(scheme, Fixed)
    np.testing.assert_allclose(paid[known], np.array(money, dtype=float)[known], atol=1e-12)
    assert np.isnan(paid[~known]).all()


def test_team_pays_the_pooled_result_to_every_member() -> None:
    y = np.array([10.0, 20.0, nan, 4.0, nan, nan])
    team = np.array([0, 0, 0, 1, 2, 2])
    weights = np.array([3.0, 1.0, 5.0, 0.0, 1.0, 1.0])
    paid = Team(rate=2.0, floor=None).payout(y, 10.0, team, weights)
    np.testing.assert_allclose(paid[:4], [5.0, 5.0, 5.0, -12.0])  # pooled 12.5 and 4
    assert np.isnan(paid[4:]).all()


def test_tournament_pays_the_best_and_shares_ties() -> None:
    y = np.array([3.0, 9.0, 9.0, 1.0, nan, 2.0, 5.0])
    team = np.array([0, 0, 0, 0, 0, 1, 1])
    prize = Tournament(bonus=90.0, winners=1)
    np.testing.assert_allclose(prize.payout(y, 0.0, team, np.ones(7)), [0, 45, 45, 0, 0, 0, 90])
    two = Tournament(bonus=90.0, winners=2, sign=-1.0, floor=10.0)
    np.testing.assert_allclose(two.payout(y, 0.0, team, np.ones(7)), [90, 10, 10, 90, 10, 90, 90])
    three = Tournament(bonus=90.0, winners=3)
    tied = np.array([7.0, 7.0, 7.0, 7.0, 8.0])
    np.testing.assert_allclose(three.payout(tied, 0.0, np.zeros(5, int), np.ones(5)), [45, 45, 45, 45, 90])


@pytest.mark.parametrize(
    "written",
    [
        {"kind": "fixed", "bonus": 5},
        {"kind": "linear", "measure": "m", "rate": 2},
        {"kind": "cliff", "measure": "m", "bonus": 5},
        {"kind": "tiered", "measure": "m", "tiers": [{"at": 0, "bonus": 5}, {"at": 2, "bonus": 9}]},
        {"kind": "team", "measure": "m", "rate": 2},
        {"kind": "tournament", "measure": "m", "bonus": 5, "winners": 2},
    ],
    ids=lambda written: written["kind"],
)
def test_every_kind_of_the_language_is_built(written: dict) -> None:
    scheme = Scheme.model_validate({**written, "cap": 7})
    built = kinds.build(scheme, "less")
    assert built.sign == -1.0
    assert kinds.build(scheme.model_copy(update={"better": "more"}), "less").sign == 1.0
    for name in ("rate", "bonus", "winners", "cap", "floor"):
        if hasattr(built, name):
            assert getattr(built, name) == getattr(scheme, name)


def test_cap_below_floor_is_refused() -> None:
    with pytest.raises(ValueError, match="cap is at least floor"):
        Scheme(kind="linear", measure="m", rate=1, floor=10, cap=5)


# --- expectation under noise ------------------------------------------------------------------------------------------


def alone(prospects: Prospects, gap: float, e: int = 0, p: int = 0) -> tuple:
    place = (prospects.terms[e], prospects.step, prospects.table, p, gap)
    return expected(*place), variance(*place)


def by_quadrature(scheme: kinds.Individual, mean: float, sigma: float) -> tuple[float, float]:
    """E and Var of the payout by adaptive quadrature, split where the payout has knots."""
    knots = [scheme.sign * knot for knot in scheme.pieces.knots]
    edges = sorted({mean - 12 * sigma, mean + 12 * sigma, *(k for k in knots if abs(k - mean) < 12 * sigma)})

    def integral(power: int, centre: float) -> float:
        def part(y: float) -> float:
            return float(scheme.payout(np.array([y]))[0] - centre) ** power * norm.pdf(y, mean, sigma)

        return sum(integrate.quad(part, a, b, epsabs=1e-10, limit=200)[0] for a, b in itertools.pairwise(edges))

    centre = integral(1, 0.0)
    return centre, integral(2, centre)


@pytest.mark.parametrize("name", list(INDIVIDUAL))
@pytest.mark.parametrize("gap", [-7.0, -1.0, 0.0, 2.5, 11.0])
@pytest.mark.parametrize("sigma", [0.3, 4.0])
def test_moments_are_exact(name: str, gap: float, sigma: float) -> None:
    scheme = INDIVIDUAL[name]
    (mean, slope, curve), (spread, spread_slope, spread_curve) = alone(prospects_of([scheme], np.array([[sigma]])), gap)
    want_mean, want_spread = by_quadrature(scheme, gap, sigma)
    assert mean == pytest.approx(want_mean, abs=1e-7)
    assert spread == pytest.approx(want_spread, abs=1e-6, rel=1e-8)
    prospects, h = prospects_of([scheme], np.array([[sigma]])), 1e-4 * sigma
    (up, up_slope, _), (var_up, var_up_slope, _) = alone(prospects, gap + h)
    (down, down_slope, _), (var_down, var_down_slope, _) = alone(prospects, gap - h)
    assert slope == pytest.approx((up - down) / (2 * h), abs=1e-4)
    assert curve == pytest.approx((up_slope - down_slope) / (2 * h), abs=1e-3)
    assert spread_slope == pytest.approx((var_up - var_down) / (2 * h), abs=2e-2)
    assert spread_curve == pytest.approx((var_up_slope - var_down_slope) / (2 * h), abs=2e-1, rel=1e-4)


def test_closed_forms_of_a_cliff_and_a_floor() -> None:
    mean, slope, _ = alone(prospects_of([Cliff(bonus=50.0)], np.array([[4.0]])), 3.0)[0]
    assert mean == pytest.approx(50 * norm.cdf(0.75), rel=1e-14)
    assert slope == pytest.approx(50 / 4 * norm.pdf(0.75), rel=1e-14)
    mean, slope, _ = alone(prospects_of([Linear(rate=2.0)], np.array([[4.0]])), 3.0)[0]
    assert mean == pytest.approx(2 * (3 * norm.cdf(0.75) + 4 * norm.pdf(0.75)), rel=1e-14)
    assert slope == pytest.approx(2 * norm.cdf(0.75), rel=1e-14)


def test_expectation_against_monte_carlo() -> None:
    draws = np.random.default_rng(1).normal(size=400_000)
    for scheme in INDIVIDUAL.values():
        paid = scheme.payout(1.5 + 3.0 * draws)
        mean, spread = moments(prospects_of([scheme], np.array([[3.0]])), np.array([[1.5]]))
        assert mean[0, 0] == pytest.approx(paid.mean(), abs=4.5 * paid.std() / math.sqrt(len(draws)) + 1e-12)
        assert spread[0, 0] == pytest.approx(paid.var(), rel=0.02, abs=1e-9)


@pytest.mark.parametrize("name", list(INDIVIDUAL))
def test_without_noise_expectation_is_the_payout(name: str) -> None:
    scheme = INDIVIDUAL[name]
    prospects = prospects_of([scheme], np.zeros((1, 1)))
    for gap in (-3.0, -2.0, -1e-9, 0.0, 1e-9, 3.0, 5.0, 9.0, 40.0):
        (mean, _, _), spread = alone(prospects, gap)
        assert mean == pytest.approx(float(scheme.payout(np.array([gap]))[0]), abs=1e-12)
        assert spread == (0.0, 0.0, 0.0)


money = st.floats(0, 200)


@st.composite
def rising_schemes(draw: st.DrawFn) -> kinds.Individual:
    """Schemes whose pay never falls with the reading, between a floor and a cap."""
    floor = draw(st.floats(-50, 50))
    bounds = {"floor": floor, "cap": floor + draw(st.floats(1, 200))}
    kind = draw(st.sampled_from(["linear", "cliff", "tiered"]))
    if kind == "linear":
        return Linear(rate=draw(st.floats(0.01, 50)), **bounds)
    if kind == "cliff":
        return Cliff(bonus=draw(money), **bounds)
    steps = sorted(
        draw(st.lists(st.tuples(st.floats(-20, 20), money), min_size=1, max_size=4, unique_by=lambda x: x[0]))
    )
    bonuses = sorted(bonus for _, bonus in steps)
    return Tiered(tiers=tuple((at, bonus) for (at, _), bonus in zip(steps, bonuses, strict=True)), **bounds)


@given(scheme=rising_schemes(), sigma=st.floats(0.01, 30), gap=st.floats(-80, 80), more=st.floats(0.001, 40))
@settings(max_examples=300)
def test_expected_pay_rises_with_the_mean_and_keeps_its_bounds(
    scheme: kinds.Individual, sigma: float, gap: float, more: float
) -> None:
    prospects = prospects_of([scheme], np.array([[sigma]]))
    (low, slope, _), (spread, _, _) = alone(prospects, gap)
    high = alone(prospects, gap + more)[0][0]
    assert slope >= -1e-9
    assert high >= low - 1e-8
    assert scheme.floor is not None
    assert scheme.cap is not None
    assert scheme.floor - 1e-8 <= low <= scheme.cap + 1e-8
    assert 0 <= spread <= (scheme.cap - scheme.floor) ** 2 / 4 + 1e-6


# --- pay that depends on others ---------------------------------------------------------------------------------------


def test_team_expectation_against_monte_carlo() -> None:
    rng = np.random.default_rng(2)
    mean, sigma = np.array([[11.0], [8.0], [14.0]]), np.array([[2.0], [5.0], [0.0]])
    weights, target = np.array([[2.0], [1.0], [1.0]]), np.full((3, 1), 10.0)
    scheme, team = Team(rate=6.0, floor=0.0, cap=9.0), np.zeros(3, np.int64)
    prospects = prospects_of([scheme], sigma, target, mean, team, weights)
    noise = rng.normal(size=(200_000, 3)) * sigma[:, 0]
    for own in (9.0, 11.0, 15.0):  # what the first member can do for himself, the others as they are
        y = np.array([own, 8.0, 14.0]) + noise
        paid = scheme.pieces.value(y @ np.array([0.5, 0.25, 0.25]) - 10.0)
        assert alone(prospects, own - 10.0)[0][0] == pytest.approx(paid.mean(), abs=4.5 * paid.std() / 447)
        assert alone(prospects, own - 10.0)[1][0] == pytest.approx(paid.var(), rel=0.02)


def test_chance_to_win_against_one() -> None:
    sigma = np.array([[2.0], [3.0]])
    prospects = prospects_of([Tournament(bonus=1.0)], sigma, mean=np.array([[0.0], [1.0]]))
    for own in np.linspace(-12, 12, 49):
        (chance, slope, curve), (spread, _, _) = alone(prospects, float(own))
        z = (own - 1.0) / math.sqrt(13)
        assert chance == pytest.approx(norm.cdf(z), abs=2e-8)
        assert slope == pytest.approx(norm.pdf(z) / math.sqrt(13), abs=2e-8)
        assert curve == pytest.approx(-z * norm.pdf(z) / 13, abs=1e-5)
        assert spread == pytest.approx(norm.cdf(z) * norm.sf(z), abs=2e-8)


@pytest.mark.parametrize("winners", [1, 3])
def test_chance_to_win_against_many(winners: int) -> None:
    rng = np.random.default_rng(3)
    mean, sigma = rng.normal(size=(8, 1)) * 2, rng.uniform(1, 3, size=(8, 1))
    prospects = prospects_of([Tournament(bonus=1.0, winners=winners, sign=-1.0)], sigma, np.ones((8, 1)), mean)
    y = mean[:, 0] + sigma[:, 0] * rng.normal(size=(200_000, 8))
    won = (np.argsort(np.argsort(y, axis=1), axis=1) < winners).mean(axis=0)
    chance = moments(prospects, mean - 1.0)[0][:, 0]
    np.testing.assert_allclose(chance, won, atol=0.005)
    assert chance.sum() == pytest.approx(winners, abs=1e-6)


def test_tournament_without_rivals_or_without_noise() -> None:
    prize = Tournament(bonus=10.0, winners=2)
    assert moments(prospects_of([prize], np.ones((2, 1))), np.zeros((2, 1)))[0].tolist() == [[10.0], [10.0]]
    still = prospects_of([prize], np.zeros((3, 1)), mean=np.array([[1.0], [2.0], [3.0]]))
    assert [alone(still, gap)[0][0] for gap in (1.0, 1.999, 2.0, 9.0)] == [0.0, 0.0, 10.0, 10.0]
    noisy = prospects_of([prize], np.array([[1.5], [0.0], [0.0]]), mean=np.array([[1.0], [2.0], [3.0]]))
    assert alone(noisy, 1.0)[0][0] == pytest.approx(10 * norm.cdf(-1 / 1.5), abs=1e-12)
