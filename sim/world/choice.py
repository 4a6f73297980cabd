"""Choice: whoever is paid picks the intensities that he believes best for himself. One solver for all roles.

Decision maker e maximises over lower <= a <= upper, with y_p(a) = gap_p + sum_k L_kp (a_k - acts_k):

    U(a) = sum_p { E_p(y_p) - r/2 V_p(y_p) - phi_p E_p'(gap_p) (y_p - gap_p) } + gain.a - a'C a/2 - pull/2 |a - norm|^2

The scheme is read only through `Prospects`: its expected payment and the variance of it. `sim.world.solver` does the
climbing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives.expectation import FIRST_KNOT, KNOT_WIDTH, Prospects, expected
from sim.rules.kernel import hot, kernel
from sim.world.hill import Person, workspace
from sim.world.solver import decide

Array = NDArray[np.float64]


class Problem(NamedTuple):
    """What n decision makers choose among: K activities, P schemes. All float64; money per pay period."""

    acts: Array  # (n, K) present intensities, about which results are linear
    gap: Array  # (n, P) expected reading minus target at `acts`, measure points
    loadings: Array  # (n, K, P) believed change of the reading by a unit of the activity
    risk: Array  # (n,) absolute risk aversion r, 1/money
    ratchet: Array  # (n, P) phi, share of marginal pay that higher targets will take back
    gain: Array  # (n, K) linear worth of an activity: motive and approval - moral cost - sanction - minutes
    cost: Array  # (K, K) convex costs with substitution, symmetric, positive semi-definite
    pull: Array  # (n,) weight of the norm
    norm: Array  # (n, K) what the peers do
    lower: Array  # (n, K)
    upper: Array  # (n, K); equal to `lower`: not open to him


class Choice(NamedTuple):
    """What they choose, what they think it is worth, and what they think staying put was worth (money)."""

    acts: Array  # (n, K)
    worth: Array  # (n,)
    before: Array  # (n,)


@hot
def _introduce(problem: Problem, e: int, terms: Array, step: Array, table: Array, person: Person) -> float:
    """Fill `person` with decision maker e; returns the constant that U carries beside what the solver sees."""
    acts, loadings, cost, gain, norm = problem.acts, problem.loadings, problem.cost, problem.gain, problem.norm
    gap, ratchet, lower, upper, pull = problem.gap, problem.ratchet, problem.lower, problem.upper, problem.pull[e]
    linear, bowl, shift, anchor, own = person.linear, person.bowl, person.shift, person.anchor, person.loadings
    least, most = person.lower, person.upper
    constant = 0.0
    for k in range(linear.shape[0]):
        linear[k] = gain[e, k] + pull * norm[e, k]
        constant -= 0.5 * pull * norm[e, k] * norm[e, k]
        least[k], most[k] = lower[e, k], upper[e, k]
        for j in range(linear.shape[0]):
            bowl[k, j] = cost[k, j]
        bowl[k, k] += pull
    for p in range(anchor.shape[0]):
        shift[p], anchor[p] = gap[e, p], 0.0
        for k in range(linear.shape[0]):
            own[p, k] = loadings[e, k, p]
            shift[p] -= own[p, k] * acts[e, k]
        if ratchet[e, p] != 0.0:
            anchor[p] = ratchet[e, p] * expected(terms, step, table, p, gap[e, p])[1]
            constant += anchor[p] * gap[e, p]
    person.risk[0] = problem.risk[e]
    return constant


@kernel
def _choose(
    problem: Problem, all_terms: Array, step: Array, table: Array, chosen: Array, worth: Array, before: Array
) -> None:
    count, schemes = problem.loadings.shape[1:]
    acts, lower, upper = problem.acts, problem.lower, problem.upper
    knots = (all_terms.shape[2] - FIRST_KNOT) // KNOT_WIDTH
    starts, space = np.empty((4 + 2 * schemes * knots, count)), workspace(count, schemes)
    rows, by_scheme = np.empty((3, count)), np.empty((2, schemes))
    bowl, loadings, risk = np.empty((count, count)), np.empty((schemes, count)), np.empty(1)
    for e in range(chosen.shape[0]):
        terms = all_terms[e]
        person = Person(
            rows[0], bowl, rows[1], rows[2], loadings, by_scheme[0], by_scheme[1], risk, terms, step, table
        )  # fmt: skip
        constant = _introduce(problem, e, terms, step, table, person)
        for k in range(count):
            chosen[e, k] = min(max(acts[e, k], lower[e, k]), upper[e, k])
        best, stay = decide(person, chosen[e], starts, space)
        worth[e], before[e] = best + constant, stay + constant


def _plain(values: Array) -> Array:
    """The array as the solver was compiled for it: float64, in one piece, writable (any other kind compiles anew)."""
    return values if values.dtype == np.float64 and values.flags.carray else np.require(values, np.float64, ["C", "W"])


def choose(problem: Problem, prospects: Prospects) -> Choice:
    """The best intensities of every decision maker by his own beliefs; never worse, by them, than his status quo."""
    problem, (terms, step, table) = Problem(*map(_plain, problem)), map(_plain, prospects)
    n = len(problem.acts)
    choice = Choice(np.empty(problem.acts.shape), np.empty(n), np.empty(n))
    _choose(problem, terms, step, table, choice.acts, choice.worth, choice.before)
    return choice


def problem_of(
    acts: Array,
    gap: Array,
    loadings: Array,
    cost: Array,
    *,
    risk: Array | float = 0.0,
    ratchet: Array | float = 0.0,
    gain: Array | float = 0.0,
    pull: Array | float = 0.0,
    norm: Array | float = 0.0,
    lower: Array | float = 0.0,
    upper: Array | float = np.inf,
) -> Problem:
    """A `Problem` with every array in the shape and type that the compiled solver wants; numbers hold for everybody."""
    n, count = acts.shape
    schemes = gap.shape[1]

    def full(value: Array | float, *shape: int) -> Array:
        return _plain(np.broadcast_to(np.asarray(value, dtype=np.float64), shape))

    problem = Problem(
        full(acts, n, count),
        full(gap, n, schemes),
        full(loadings, n, count, schemes),
        full(risk, n),
        full(ratchet, n, schemes),
        full(gain, n, count),
        full(cost, count, count),
        full(pull, n),
        full(norm, n, count),
        full(lower, n, count),
        full(upper, n, count),
    )
    unbounded = ~np.isfinite(problem.upper) | ~np.isfinite(problem.lower)
    if (unbounded & (np.diag(problem.cost) + problem.pull[:, None] <= 0)).any():
        raise ValueError("an activity without convex cost needs finite bounds: its best intensity may be infinite")
    return problem


class Settled(NamedTuple):
    """Where mutual best responses came to rest, or stopped."""

    choice: Choice
    converged: bool
    rounds: int
    change: float  # largest difference between the last choice and what the others took for granted


def settle(
    problem: Problem, prospects_at: Callable[[Array], Prospects], tolerance: float = 1e-9, rounds: int = 200
) -> Settled:
    """Pay that depends on others: acts that are best responses to each other's expected results.

    `prospects_at(gap)` tells, for everybody's expected gaps (n, P), what each is to expect from pay. Each round all
    respond at once and move a share of the way: the share follows from how the last move changed the next (dynamic
    relaxation, Irons & Tuck 1969), so that what overshoots is damped and what creeps is hastened.
    """
    taken, share = problem.acts, 1.0
    before, change = np.zeros(taken.shape), np.inf
    for done in range(1, rounds + 1):
        choice = choose(problem, prospects_at(gap_at(problem, taken)))
        wish = choice.acts - taken
        change = float(np.max(np.abs(wish), initial=0.0))
        if change <= tolerance:
            return Settled(choice, True, done, change)
        share = relaxed(share, wish.ravel(), before.ravel())
        taken = np.minimum(np.maximum(taken + share * wish, problem.lower), problem.upper)
        before = wish
    return Settled(choice, False, rounds, change)


@kernel
def relaxed(share: float, wish: Array, before: Array) -> float:
    """The share of the next move: share (b.b) / (b.b - b.w) for wishes b, then w; between 0.02 and 10 and steadily."""
    square, along = 0.0, 0.0
    for k in range(wish.shape[0]):
        square += before[k] * before[k]
        along += before[k] * wish[k]
    if square == 0.0:
        return share
    slowing = max(1.0 - along / square, 0.1)
    return min(max(share / slowing, 0.02, 0.25 * share), 10.0)


def gap_at(problem: Problem, acts: Array) -> Array:
    """Everybody's expected gaps (n, P) at `acts` (n, K), by their own loadings."""
    gap = problem.gap.copy()
    for k in range(acts.shape[1]):
        gap += problem.loadings[:, k, :] * (acts[:, k] - problem.acts[:, k])[:, None]
    return gap
