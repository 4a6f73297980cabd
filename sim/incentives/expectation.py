"""What a scheme is expected to pay, and how surely, when one's own reading is noisy.

A reading is normal around its mean. Piecewise-linear pay then has closed moments, so nothing is tabulated but the
chance of winning a tournament. `Prospects` is what the compiled solver of choice reads; its coordinate is the gap, the
expected reading minus the target, in measure points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives.pieces import Array
from sim.incentives.ranking import NODES, normal_cdf, normal_density, tabulate_chance, winning
from sim.incentives.schemes import Scheme, Team, Tournament, pool
from sim.rules.kernel import hot, kernel

GAUSSIAN = -1  # in column ROW: closed moments, no table


# Columns of `Prospects.terms`; every knot adds KNOT_WIDTH more.
INTERCEPT, SLOPE, SIGMA, OFFSET, SCALE, ROW, USED, FIRST_KNOT = range(8)
KNOT, JUMP, BEND, LEVEL, RISE, KNOT_WIDTH = range(6)


class Prospects(NamedTuple):
    """What decision maker e is to expect from scheme p, in terms[e, p].

    The scheme pays f(x) = INTERCEPT + SLOPE x + sum over USED knots of 1[x >= KNOT] (JUMP + BEND (x - KNOT)), and x is
    normal with mean OFFSET + SCALE gap and standard deviation SIGMA. In a tournament (ROW at least 0) the step at its
    knot is reached with the chance tabulated in that row instead. LEVEL, RISE: height and slope of f just below a knot.
    """

    terms: Array  # (n, P, FIRST_KNOT + KNOT_WIDTH * most knots)
    step: Array  # (R,) distance of the nodes, which lie symmetrically around x = 0
    table: Array  # (R, NODES, 3) chance of a prize, its first and its second derivative


@hot
def expected(terms: Array, step: Array, table: Array, p: int, gap: float) -> tuple[float, float, float]:
    """Expected pay (money) from scheme p and its first and second derivative by the gap; terms (P, .) of one person.

    With t = (m - k) / sigma: E = a + b m + sum_k [jump Phi(t) + bend sigma (t Phi(t) + phi(t))].
    """
    scale, sigma, row = terms[p, SCALE], terms[p, SIGMA], int(terms[p, ROW])
    mean = terms[p, OFFSET] + scale * gap
    money = terms[p, INTERCEPT] + terms[p, SLOPE] * mean
    first, second = terms[p, SLOPE], 0.0
    if row >= 0:
        chance, d1, d2 = winning(table, step[row], row, mean)
        prize = terms[p, FIRST_KNOT + JUMP]
        return money + prize * chance, scale * prize * d1, scale * scale * prize * d2
    for i in range(int(terms[p, USED])):
        at = FIRST_KNOT + i * KNOT_WIDTH
        jump, bend = terms[p, at + JUMP], terms[p, at + BEND]
        distance = mean - terms[p, at + KNOT]
        if sigma == 0.0:
            if distance >= 0.0:
                money += jump + bend * distance
                first += bend
            continue
        t = distance / sigma
        below, density = normal_cdf(t), normal_density(t)
        money += jump * below + bend * (distance * below + sigma * density)
        first += jump * density / sigma + bend * below
        second += (bend - jump * t / sigma) * density / sigma
    return money, scale * first, scale * scale * second


@hot
def variance(terms: Array, step: Array, table: Array, p: int, gap: float) -> tuple[float, float, float]:
    """Variance of pay (money squared) from scheme p and its first and second derivative by the gap.

    V = E[(f - c)^2] at c = E[f]; (f - c)^2 is piecewise quadratic, and 1[x >= k] (x - k)^2 has the moment
    sigma^2 ((1 + t^2) Phi(t) + t phi(t)). dV/dm holds c fixed, d2V/dm2 = that of the square - 2 (dE/dm)^2.
    """
    scale, sigma, row = terms[p, SCALE], terms[p, SIGMA], int(terms[p, ROW])
    mean = terms[p, OFFSET] + scale * gap
    if row >= 0:
        chance, d1, d2 = winning(table, step[row], row, mean)
        square = terms[p, FIRST_KNOT + JUMP] * terms[p, FIRST_KNOT + JUMP]
        odds = 1.0 - 2.0 * chance
        curve = square * (odds * d2 - 2.0 * d1 * d1)
        return square * chance * (1.0 - chance), scale * square * odds * d1, scale * scale * curve
    if sigma == 0.0:
        return 0.0, 0.0, 0.0
    money, marginal, _ = expected(terms, step, table, p, gap)
    slope = terms[p, SLOPE]
    height = terms[p, INTERCEPT] + slope * mean - money
    total = height * height + slope * slope * sigma * sigma
    first, second = 2.0 * slope * height, 2.0 * slope * slope
    for i in range(int(terms[p, USED])):
        at = FIRST_KNOT + i * KNOT_WIDTH
        jump, bend = terms[p, at + JUMP], terms[p, at + BEND]
        level, rise = terms[p, at + LEVEL] - money, terms[p, at + RISE]
        constant = jump * (2.0 * level + jump)
        linear = 2.0 * ((level + jump) * (rise + bend) - level * rise)
        square = bend * (2.0 * rise + bend)
        t = (mean - terms[p, at + KNOT]) / sigma
        below, density = normal_cdf(t), normal_density(t)
        ramp = sigma * (t * below + density)
        total += constant * below + linear * ramp + square * sigma * sigma * ((1.0 + t * t) * below + t * density)
        first += constant * density / sigma + linear * below + 2.0 * square * ramp
        second += (linear - constant * t / sigma) * density / sigma + 2.0 * square * below
    return max(total, 0.0), scale * first, scale * scale * second - 2.0 * marginal * marginal


@kernel
def _moments(all_terms: Array, step: Array, table: Array, gap: Array, mean: Array, spread: Array) -> None:
    for e in range(gap.shape[0]):
        terms = all_terms[e]
        for p in range(gap.shape[1]):
            mean[e, p] = expected(terms, step, table, p, gap[e, p])[0]
            spread[e, p] = variance(terms, step, table, p, gap[e, p])[0]


def moments(prospects: Prospects, gap: Array) -> tuple[Array, Array]:
    """Expected pay (n, P) and variance of pay (n, P) at the gaps (n, P)."""
    mean, spread = np.empty(gap.shape), np.empty(gap.shape)
    _moments(prospects.terms, prospects.step, prospects.table, gap, mean, spread)
    return mean, spread


@kernel
def _marginal(all_terms: Array, step: Array, table: Array, gap: Array, slope: Array) -> None:
    for e in range(gap.shape[0]):
        for p in range(gap.shape[1]):
            slope[e, p] = expected(all_terms[e], step, table, p, gap[e, p])[1]


def marginal(prospects: Prospects, gap: Array) -> Array:
    """What a point of one's own reading adds to expected pay from each scheme, (n, P), money per measure point."""
    slope = np.empty(gap.shape)
    _marginal(prospects.terms, prospects.step, prospects.table, gap, slope)
    return slope


def prospects_of(
    schemes: Sequence[Scheme],
    sigma: Array,
    target: Array | None = None,
    mean: Array | None = None,
    team: NDArray[np.int64] | None = None,
    weights: Array | None = None,
) -> Prospects:
    """What each of n decision makers is to expect from each of P schemes, the others' results held fixed.

    sigma, target, mean, weights are (n, P): noise of the reading, target, expected reading, expected observations;
    team is (n,). Target, mean, team and weights matter to group schemes alone (and may be left out without them).
    """
    n, count = sigma.shape
    terms = _terms_of(schemes, n)
    target = np.zeros((n, count)) if target is None else target
    mean = np.zeros((n, count)) if mean is None else mean
    weights = np.ones((n, count)) if weights is None else weights
    team = np.zeros(n, dtype=np.int64) if team is None else team
    rows: list[tuple[float, Array]] = []
    for p, scheme in enumerate(schemes):
        terms[:, p, SCALE] = scheme.sign
        terms[:, p, SIGMA] = sigma[:, p]
        if isinstance(scheme, Team):
            _pooled(terms[:, p], scheme, mean[:, p], target[:, p], team, weights[:, p])
        elif isinstance(scheme, Tournament):
            _ranked(terms[:, p], rows, scheme, mean[:, p], target[:, p], team)
    if not rows:
        return Prospects(terms, np.ones(1), np.zeros((1, NODES, 3)))
    return Prospects(terms, np.array([row[0] for row in rows]), np.stack([row[1] for row in rows]))


def _terms_of(schemes: Sequence[Scheme], n: int) -> Array:
    """The payouts of the schemes, for n decision makers of whom nothing is known yet."""
    payouts = [scheme.pieces for scheme in schemes]
    most = max([len(payout.knots) for payout in payouts], default=0)
    terms = np.zeros((n, len(payouts), FIRST_KNOT + KNOT_WIDTH * most))
    terms[:, :, ROW] = GAUSSIAN
    for p, payout in enumerate(payouts):
        terms[:, p, INTERCEPT], terms[:, p, SLOPE] = payout.intercept, payout.slope
        terms[:, p, USED] = len(payout.knots)
        level, slope, last = payout.intercept, payout.slope, 0.0
        for i, (knot, jump, bend) in enumerate(zip(payout.knots, payout.jumps, payout.bends, strict=True)):
            level += slope * (knot - last)
            at = FIRST_KNOT + i * KNOT_WIDTH
            terms[:, p, at : at + KNOT_WIDTH] = knot, jump, bend, level, slope
            level, slope, last = level + jump, slope + bend, knot
    return terms


def _pooled(terms: Array, scheme: Team, mean: Array, target: Array, team: NDArray[np.int64], weights: Array) -> None:
    """A member's own gap moves the team's result by his share; its noise is the team's."""
    share, pooled = pool(mean, team, weights)
    for label in np.unique(team):
        members = np.flatnonzero(team == label)
        noise = 0.0
        for j in members:
            noise += (share[j] * terms[j, SIGMA]) ** 2
        terms[members, SIGMA] = math.sqrt(noise)
    terms[:, OFFSET] = scheme.sign * (pooled - share * mean - (1.0 - share) * target)
    terms[:, SCALE] = scheme.sign * share


def _ranked(
    terms: Array,
    rows: list[tuple[float, Array]],
    scheme: Tournament,
    mean: Array,
    target: Array,
    team: NDArray[np.int64],
) -> None:
    """A member's own gap is set against the cut: the best but `winners` - 1 of his colleagues' expected readings."""
    for label in np.unique(team):
        members = np.flatnonzero(team == label)
        score, noise = scheme.sign * mean[members], terms[members, SIGMA]
        for own, person in enumerate(members):
            others = np.delete(score, own)
            if len(others) < scheme.winners:  # there is a prize for everybody
                terms[person, SCALE] = terms[person, SIGMA] = 0.0
                continue
            cut = float(np.sort(others)[-scheme.winners])
            terms[person, OFFSET] = scheme.sign * target[person] - cut
            if np.delete(noise, own).any():
                table = np.empty((NODES, 3))
                step = tabulate_chance(score, noise, own, scheme.winners, cut, table)
                terms[person, ROW] = len(rows)
                rows.append((step, table))
