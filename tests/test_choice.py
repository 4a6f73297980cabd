"""The solver of choice: against brute force, against scipy, exact where the problem is exact, and never worse than before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from sim.incentives.expectation import Prospects, expected, moments, prospects_of
from sim.incentives.schemes import Cliff, Fixed, Individual, Linear, Team, Tiered, Tournament
from sim.world.choice import Problem, choose, gap_at, problem_of, settle
from sim.world.quadratic import box_maximum

ROOT = Path(__file__).resolve().parent.parent
SCHEMES = (
    Linear(rate=5.0, cap=60.0),
    Linear(rate=3.0, floor=None),
    Cliff(bonus=90.0),
    Cliff(bonus=60.0, sign=-1.0),
    Tiered(tiers=((-3.0, 20.0), (2.0, 70.0), (9.0, 150.0))),
)


def utilities(problem: Problem, prospects: Prospects, e: int, acts: np.ndarray) -> np.ndarray:
    """The utility in the words of the module's docstring, once more in NumPy: (N,) for acts (N, K) of person e."""
    moved = (acts - problem.acts[e]) @ problem.loadings[e]
    mine = Prospects(np.repeat(prospects.terms[e : e + 1], len(acts), axis=0), prospects.step, prospects.table)
    mean, spread = moments(mine, problem.gap[e] + moved)
    worth = mean.sum(axis=1) - problem.risk[e] / 2 * spread.sum(axis=1) + acts @ problem.gain[e]
    for p, phi in enumerate(problem.ratchet[e]):
        slope = expected(prospects.terms[e], prospects.step, prospects.table, p, problem.gap[e, p])[1]
        worth -= phi * slope * moved[:, p]
    worth -= np.einsum("ik,kj,ij->i", acts, problem.cost, acts) / 2
    return worth - problem.pull[e] / 2 * ((acts - problem.norm[e]) ** 2).sum(axis=1)


def utility(problem: Problem, prospects: Prospects, e: int, acts: np.ndarray) -> float:
    """The same for one set of acts (K,)."""
    return float(utilities(problem, prospects, e, acts[None])[0])


def random_problem(rng: np.random.Generator, n: int, count: int, schemes: list[Individual], noiseless: bool = False):
    """People of all sorts before random schemes: about half of the acts end at a bound."""
    substitution = rng.uniform(0, 0.6)
    acts = rng.uniform(size=(n, count))
    sigma = np.zeros((n, len(schemes))) if noiseless else rng.uniform(0.5, 8, size=(n, len(schemes)))
    problem = problem_of(
        acts,
        rng.normal(size=(n, len(schemes))) * 6,
        rng.normal(size=(n, count, len(schemes))) * 10,
        60 * (np.eye(count) * (1 - substitution) + substitution),
        gain=rng.normal(size=(n, count)) * 30 - 10,
        risk=rng.choice([0.0, 0.003]),
        ratchet=rng.choice([0.0, 0.4]),
        pull=rng.choice([0.0, 20.0]),
        norm=acts.mean(axis=0),
        upper=np.where(rng.uniform(size=(n, count)) < 0.1, 0.0, 1.0),
    )
    return problem, prospects_of(schemes, sigma)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("noiseless", [False, True])
def test_no_grid_point_is_better(seed: int, noiseless: bool) -> None:
    rng = np.random.default_rng([7, seed])
    schemes = [SCHEMES[i] for i in rng.choice(len(SCHEMES), size=1 if noiseless else rng.integers(1, 3))]
    problem, prospects = random_problem(rng, 4, 2, schemes, noiseless)
    choice = choose(problem, prospects)
    side = np.linspace(0, 1, 101)
    for e in range(4):
        grid = np.array([(x, y) for x in side * problem.upper[e, 0] for y in side * problem.upper[e, 1]])
        found = utilities(problem, prospects, e, grid).max()
        assert choice.worth[e] >= found - 1e-6  # without noise it lands a hair beyond the step
        assert choice.worth[e] == pytest.approx(utility(problem, prospects, e, choice.acts[e]), abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_no_local_search_from_anywhere_is_better(seed: int) -> None:
    rng = np.random.default_rng([8, seed])
    count = int(rng.integers(1, 7))
    schemes = [SCHEMES[i] for i in rng.choice(len(SCHEMES), size=rng.integers(1, 4))]
    problem, prospects = random_problem(rng, 3, count, schemes)
    choice = choose(problem, prospects)
    for e in range(3):
        bounds = list(zip(problem.lower[e], problem.upper[e], strict=True))
        for _ in range(8):
            start = rng.uniform(size=count) * problem.upper[e]
            found = minimize(lambda a, e=e: -utility(problem, prospects, e, a), start, bounds=bounds, method="L-BFGS-B")
            assert choice.worth[e] >= -found.fun - 1e-6


def test_nobody_chooses_what_he_thinks_worse_than_staying_put() -> None:
    rng = np.random.default_rng(9)
    for _ in range(30):
        schemes = [SCHEMES[i] for i in rng.choice(len(SCHEMES), size=2)]
        problem, prospects = random_problem(rng, 20, 5, schemes)
        choice = choose(problem, prospects)
        assert (choice.worth >= choice.before).all()
        assert (choice.acts >= problem.lower).all()
        assert (choice.acts <= problem.upper).all()
        again = choose(problem._replace(acts=choice.acts, gap=gap_at(problem, choice.acts)), prospects)
        kept = problem.ratchet.any() or np.allclose(again.acts, choice.acts, atol=1e-7)
        assert kept  # a choice, once made, is chosen again (a ratchet looks from where one stands)


def test_the_best_has_no_slope_left_and_bounds_are_exact() -> None:
    rng = np.random.default_rng(10)
    problem, prospects = random_problem(rng, 60, 6, [Linear(rate=3.0, floor=None), Cliff(bonus=80.0)])
    choice = choose(problem, prospects)
    assert ((choice.acts == 0) | (choice.acts > 1e-9)).all()
    assert ((choice.acts == problem.upper) | (choice.acts < problem.upper - 1e-9)).all()
    assert (choice.acts == 0).mean() > 0.2
    h = 1e-6
    for e in range(60):
        for k in np.flatnonzero((choice.acts[e] > 1e-5) & (choice.acts[e] < problem.upper[e] - 1e-5)):
            step = h * np.eye(6)[k]
            up = utility(problem, prospects, e, choice.acts[e] + step)
            down = utility(problem, prospects, e, choice.acts[e] - step)
            assert (up - down) / (2 * h) == pytest.approx(0, abs=2e-4)


def test_linear_pay_is_solved_exactly() -> None:
    rng = np.random.default_rng(11)
    root = rng.normal(size=(5, 5))
    cost, loadings = root @ root.T + np.eye(5), rng.normal(size=(3, 5, 2))
    problem = problem_of(np.zeros((3, 5)), np.zeros((3, 2)), loadings, cost, gain=1.5, lower=-np.inf, risk=0.7)
    prospects = prospects_of([Linear(rate=2.0, floor=None), Linear(rate=-1.0, floor=None)], np.ones((3, 2)))
    want = np.linalg.solve(cost, (1.5 + 2.0 * loadings[:, :, 0] - loadings[:, :, 1]).T).T
    np.testing.assert_allclose(choose(problem, prospects).acts, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("count", [3, 6, 12])
def test_the_best_of_a_bowl_in_a_box_cannot_be_bettered(count: int) -> None:
    """Karush, Kuhn and Tucker: no slope where nothing holds one, and at a bound only slopes that press against it.

    The activities are substitutes or complements of each other, so that bounds are met on the way that do not hold in the end.
    """
    rng = np.random.default_rng([15, count])
    for _ in range(300):
        root = rng.normal(size=(count, count)) + 2.7 * rng.normal(size=(count, 1))
        curvature, gradient = root @ root.T / count + 0.05 * np.eye(count), rng.normal(size=count) * 10
        lower, upper = -rng.uniform(0, 1, count), rng.uniform(0, 1, count)
        start = np.where(rng.uniform(size=count) < rng.uniform(), lower, upper)
        best, work, free = np.empty(count), np.empty((count + 1, count)), np.empty(count, np.int64)
        assert box_maximum(curvature, gradient, start, lower, upper, False, best, work, free)
        slope = gradient - curvature @ (best - start)
        assert ((best >= lower) & (best <= upper)).all()
        assert (slope[best < upper] < 1e-8).all()
        assert (slope[best > lower] > -1e-8).all()


def test_no_pay_no_acts_but_one_s_own() -> None:
    gain = np.array([[-1.0, 0.0, 30.0, 90.0]])
    problem = problem_of(
        np.full((1, 4), 0.5), np.zeros((1, 0)), np.zeros((1, 4, 0)), 60 * np.eye(4), gain=gain, upper=1.0
    )
    assert choose(problem, prospects_of([], np.zeros((1, 0)))).acts.tolist() == [[0.0, 0.0, 0.5, 1.0]]
    flat = problem_of(np.full((1, 4), 0.5), np.zeros((1, 1)), np.zeros((1, 4, 1)), 60 * np.eye(4), gain=gain, upper=1.0)
    assert choose(flat, prospects_of([Fixed(bonus=99.0)], np.zeros((1, 1)))).acts.tolist() == [[0.0, 0.0, 0.5, 1.0]]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_cliff_without_noise_is_just_reached_or_left(sign: float) -> None:
    for far, reached in ((1.0, True), (1.99, True), (2.01, False)):  # worth 2 = far^2 / 2
        problem = problem_of(np.zeros((1, 1)), np.array([[-far * sign]]), np.full((1, 1, 1), sign), np.eye(1))
        scheme = Cliff(bonus=2.0, sign=sign)
        chosen = choose(problem, prospects_of([scheme], np.zeros((1, 1)))).acts
        assert chosen[0, 0] == pytest.approx(far if reached else 0.0, abs=1e-8)
        paid = scheme.payout(np.array([(chosen[0, 0] - far) * sign]))
        assert paid[0] == (2.0 if reached else 0.0)


def test_a_cap_without_noise_stops_effort_where_it_binds() -> None:
    problem = problem_of(np.zeros((1, 2)), np.zeros((1, 1)), np.array([[[1.0], [1.0]]]), np.diag([1.0, 2.0]))
    chosen = choose(problem, prospects_of([Linear(rate=5.0, cap=3.0)], np.zeros((1, 1)))).acts
    np.testing.assert_allclose(chosen, [[0.4, 0.2]], atol=1e-11)  # cheapest way to 0.6 points


def test_acts_without_convex_cost_are_all_or_nothing() -> None:
    gain = np.array([[3.0], [-3.0]])
    problem = problem_of(
        np.full((2, 1), 0.5), np.zeros((2, 1)), np.ones((2, 1, 1)), np.zeros((1, 1)), gain=gain, upper=1.0
    )
    assert choose(problem, prospects_of([Linear(rate=2.0, floor=None)], np.ones((2, 1)))).acts.tolist() == [
        [1.0],
        [0.0],
    ]
    with pytest.raises(ValueError, match="finite bounds"):
        problem_of(np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 1, 1)), np.zeros((1, 1)))


def test_closed_acts_stay_shut_and_negative_ones_may_be_open() -> None:
    loadings = np.array([[[1.0], [2.0], [-3.0]]])
    problem = problem_of(
        np.zeros((1, 3)), np.zeros((1, 1)), loadings, np.eye(3), lower=[0.0, 0.0, -9.0], upper=[np.inf, 0.0, 9.0]
    )
    chosen = choose(problem, prospects_of([Linear(rate=1.0, floor=None)], np.ones((1, 1)))).acts
    np.testing.assert_allclose(chosen, [[1.0, 0.0, -3.0]], atol=1e-12)


def test_risk_aversion_shrinks_a_gamble() -> None:
    """A cliff far off is a gamble: its variance rises with the reading, so the averse work less for it."""
    acts = []
    for risk in (0.0, 0.02, 0.1):
        problem = problem_of(np.zeros((1, 1)), np.full((1, 1), -3.0), np.ones((1, 1, 1)), np.eye(1), risk=risk)
        acts.append(choose(problem, prospects_of([Cliff(bonus=6.0)], np.full((1, 1), 2.0))).acts[0, 0])
    assert acts[0] > acts[1] > acts[2] > 0


def test_the_order_of_people_and_of_schemes_changes_nothing() -> None:
    rng = np.random.default_rng(12)
    schemes = [SCHEMES[0], SCHEMES[2]]
    problem, prospects = random_problem(rng, 9, 4, schemes)
    choice = choose(problem, prospects)
    back = Problem(*(x if x.shape == (4, 4) else x[::-1].copy() for x in problem))
    reverse = choose(back, prospects._replace(terms=prospects.terms[::-1].copy()))
    assert (reverse.acts[::-1] == choice.acts).all()
    swapped = problem._replace(
        gap=problem.gap[:, ::-1].copy(),
        loadings=problem.loadings[:, :, ::-1].copy(),
        ratchet=problem.ratchet[:, ::-1].copy(),
    )
    other = choose(swapped, prospects_of(schemes[::-1], prospects.terms[:, ::-1, 2].copy()))
    np.testing.assert_allclose(other.acts, choice.acts, atol=1e-8)


# --- pay that depends on others ---------------------------------------------------------------------------------------


def test_a_team_settles_at_mutual_best_responses() -> None:
    n, rate, rng = 6, 12.0, np.random.default_rng(13)
    cost, scheme = np.eye(1), Team(rate=rate, floor=0.0)
    problem = problem_of(np.zeros((n, 1)), rng.normal(size=(n, 1)) - 1.0, np.ones((n, 1, 1)), cost)

    def prospects_at(gap: np.ndarray) -> Prospects:
        return prospects_of([scheme], np.full((n, 1), 2.0), mean=gap)

    settled = settle(problem, prospects_at)
    assert settled.converged
    assert settled.change <= 1e-9
    acts = settled.choice.acts
    here = problem._replace(acts=acts, gap=gap_at(problem, acts))
    np.testing.assert_allclose(choose(here, prospects_at(here.gap)).acts, acts, atol=1e-8)
    assert (acts > 0.1).all()
    assert (acts < rate / n).all()  # the floor makes a point worth less than rate / N
    np.testing.assert_allclose(acts[:, 0], acts[0, 0], atol=1e-8)  # what counts is the pooled result


def test_a_fixed_point_that_does_not_exist_is_reported() -> None:
    """Two rivals, almost no noise, a rich prize: there is no pure equilibrium (Lazear & Rosen 1981 need enough noise)."""
    problem = problem_of(np.zeros((2, 1)), np.zeros((2, 1)), np.ones((2, 1, 1)), np.eye(1))
    scheme = Tournament(bonus=1.0)
    settled = settle(problem, lambda gap: prospects_of([scheme], np.full((2, 1), 0.05), mean=gap), rounds=60)
    assert not settled.converged
    assert settled.rounds == 60
    assert settled.change > 1e-3


PLAIN = """
import numpy as np
from tests.test_choice import SCHEMES, random_problem
from sim.world.choice import choose
for noiseless in (False, True):
    problem, prospects = random_problem(np.random.default_rng(14), 6, 3, [SCHEMES[4], SCHEMES[0]], noiseless)
    print(*np.concatenate([choose(problem, prospects).acts.ravel(), choose(problem, prospects).worth]).tolist())
"""


def test_the_same_in_plain_python() -> None:
    """Compiled and uncompiled, in a process of its own: equal to 1e-9."""
    outputs = []
    for plain in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", PLAIN],
            env={**os.environ, "NUMBA_DISABLE_JIT": plain, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.append(np.array(done.stdout.split(), dtype=float))
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-9, atol=1e-9)
