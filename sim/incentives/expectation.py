"""What a scheme is expected to pay, and how surely, when one's own reading is noisy.

A reading is normal around its mean. Piecewise-linear pay then has closed moments, so nothing is tabulated but the
chance of winning a tournament. `Prospects` is what the compiled solver of choice reads; its coordinate is the gap, the
expected reading minus the target, in measure points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives.pieces import Array
from sim.incentives.schemes import Scheme, Team, Tournament, pool
from sim.rules.kernel import kernel

NODES = 161  # of a tournament's table
REACH = 6.0  # standard deviations beyond which a tournament is decided
GAUSSIAN = -1  # in `Prospects.row`: closed moments, no table


class Prospects(NamedTuple):
    """Pay by scheme p and decision maker e; all arrays are float64 but `used` and `row` (int64).

    Scheme p pays f(x) = intercept + slope x + sum over its knots of 1[x >= k] (jump + bend (x - k)), and x is normal
    with mean offset + scale * gap and standard deviation sigma. In a tournament (`row` at least 0) the step at its
    first knot is reached with the tabulated chance instead.
    """

    intercept: Array  # (P,)
    slope: Array  # (P,)
    used: NDArray[np.int64]  # (P,) knots in use
    knots: Array  # (P, M)
    jumps: Array  # (P, M)
    bends: Array  # (P, M)
    before: Array  # (P, M, 2) height and slope just below each knot
    sigma: Array  # (n, P)
    offset: Array  # (n, P)
    scale: Array  # (n, P)
    row: NDArray[np.int64]  # (n, P) row of the table, or GAUSSIAN
    step: Array  # (R,) distance of the nodes, which lie symmetrically around x = 0
    table: Array  # (R, NODES, 3) chance of a prize, its first and its second derivative


@kernel
def normal_cdf(t: float) -> float:
    """Standard normal distribution function, accurate in the lower tail too."""
    return 0.5 * math.erfc(-t * math.sqrt(0.5))


@kernel
def normal_density(t: float) -> float:
    """Standard normal density."""
    return math.exp(-0.5 * t * t) * (1.0 / math.sqrt(2.0 * math.pi))


@kernel
def winning(prospects: Prospects, row: int, x: float) -> tuple[float, float, float]:
    """Chance of a prize and its two derivatives: quintic Hermite interpolation of the table, constant outside it."""
    step = prospects.step[row]
    place = x / step + 0.5 * (NODES - 1)
    if place <= 0.0:
        return prospects.table[row, 0, 0], 0.0, 0.0
    if place >= NODES - 1:
        return prospects.table[row, NODES - 1, 0], 0.0, 0.0
    i = min(int(place), NODES - 2)
    u = place - i
    here = prospects.table[row, i]
    there = prospects.table[row, i + 1]
    c1, c2 = step * here[1], 0.5 * step * step * here[2]
    d0 = there[0] - (here[0] + c1 + c2)
    d1 = step * there[1] - (c1 + 2.0 * c2)
    d2 = step * step * there[2] - 2.0 * c2
    c3, c4, c5 = 10.0 * d0 - 4.0 * d1 + 0.5 * d2, -15.0 * d0 + 7.0 * d1 - d2, 6.0 * d0 - 3.0 * d1 + 0.5 * d2
    chance = here[0] + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
    first = (c1 + u * (2.0 * c2 + u * (3.0 * c3 + u * (4.0 * c4 + u * 5.0 * c5)))) / step
    second = (2.0 * c2 + u * (6.0 * c3 + u * (12.0 * c4 + u * 20.0 * c5))) / (step * step)
    return chance, first, second


@kernel
def expected(prospects: Prospects, e: int, p: int, gap: float) -> tuple[float, float, float]:
    """Expected pay (money) and its first and second derivative by the gap.

    With t = (m - k) / sigma: E = a + b m + sum_k [jump Phi(t) + bend sigma (t Phi(t) + phi(t))].
    """
    scale = prospects.scale[e, p]
    mean = prospects.offset[e, p] + scale * gap
    money = prospects.intercept[p] + prospects.slope[p] * mean
    first, second = prospects.slope[p], 0.0
    if prospects.row[e, p] >= 0:
        chance, d1, d2 = winning(prospects, prospects.row[e, p], mean)
        prize = prospects.jumps[p, 0]
        return money + prize * chance, scale * prize * d1, scale * scale * prize * d2
    sigma = prospects.sigma[e, p]
    for i in range(prospects.used[p]):
        jump, bend = prospects.jumps[p, i], prospects.bends[p, i]
        distance = mean - prospects.knots[p, i]
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


@kernel
def variance(prospects: Prospects, e: int, p: int, gap: float) -> tuple[float, float, float]:
    """Variance of pay (money squared) and its first and second derivative by the gap.

    V = E[(f - c)^2] at c = E[f]; (f - c)^2 is piecewise quadratic, and 1[x >= k] (x - k)^2 has the moment
    sigma^2 ((1 + t^2) Phi(t) + t phi(t)). dV/dm holds c fixed, d2V/dm2 = that of the square - 2 (dE/dm)^2.
    """
    scale, sigma = prospects.scale[e, p], prospects.sigma[e, p]
    mean = prospects.offset[e, p] + scale * gap
    if prospects.row[e, p] >= 0:
        chance, d1, d2 = winning(prospects, prospects.row[e, p], mean)
        square = prospects.jumps[p, 0] ** 2
        odds = 1.0 - 2.0 * chance
        curve = square * (odds * d2 - 2.0 * d1 * d1)
        return square * chance * (1.0 - chance), scale * square * odds * d1, scale * scale * curve
    if sigma == 0.0:
        return 0.0, 0.0, 0.0
    money, marginal, _ = expected(prospects, e, p, gap)
    slope = prospects.slope[p]
    height = prospects.intercept[p] + slope * mean - money
    total = height * height + slope * slope * sigma * sigma
    first, second = 2.0 * slope * height, 2.0 * slope * slope
    for i in range(prospects.used[p]):
        jump, bend = prospects.jumps[p, i], prospects.bends[p, i]
        level, rise = prospects.before[p, i, 0] - money, prospects.before[p, i, 1]
        constant = jump * (2.0 * level + jump)
        linear = 2.0 * ((level + jump) * (rise + bend) - level * rise)
        square = bend * (2.0 * rise + bend)
        t = (mean - prospects.knots[p, i]) / sigma
        below, density = normal_cdf(t), normal_density(t)
        ramp = sigma * (t * below + density)
        total += constant * below + linear * ramp + square * sigma * sigma * ((1.0 + t * t) * below + t * density)
        first += constant * density / sigma + linear * below + 2.0 * square * ramp
        second += (linear - constant * t / sigma) * density / sigma + 2.0 * square * below
    curve = scale * scale * second - 2.0 * marginal * marginal
    return max(total, 0.0), scale * first, curve


@kernel
def moments(prospects: Prospects, gap: Array) -> tuple[Array, Array]:
    """Expected pay (n, P) and variance of pay (n, P) at the gaps (n, P)."""
    mean, spread = np.empty(gap.shape), np.empty(gap.shape)
    for e in range(gap.shape[0]):
        for p in range(gap.shape[1]):
            mean[e, p] = expected(prospects, e, p, gap[e, p])[0]
            spread[e, p] = variance(prospects, e, p, gap[e, p])[0]
    return mean, spread


@kernel
def cut_cdf(t: float, mean: Array, sigma: Array, own: int, winners: int, counts: Array) -> float:
    """Chance that fewer than `winners` colleagues (mean, sigma (N,); `own` left out) read above t: Poisson-binomial.

    `counts` (winners,) is scratch space.
    """
    counts[:] = 0.0
    counts[0] = 1.0
    for j in range(mean.shape[0]):
        if j != own:
            above = normal_cdf((mean[j] - t) / sigma[j])
            for m in range(winners - 1, 0, -1):
                counts[m] = counts[m] * (1.0 - above) + counts[m - 1] * above
            counts[0] *= 1.0 - above
    total = 0.0
    for m in range(winners):
        total += counts[m]
    return total


@kernel
def tabulate_chance(mean: Array, sigma: Array, own: int, winners: int, cut: float, table: Array) -> float:
    """Fill `table` (NODES, 3) with the chance of a prize by own mean relative to `cut`; returns the step of the nodes.

    P(m) = integral of cut_cdf(m + s z) phi(z) dz by the trapezoid rule on the nodes' own grid, which is exact to
    rounding where noise spans a step; smaller noise, of oneself or a colleague, counts as one step (about a seventh of
    the noisiest).
    """
    spread = 0.0
    for j in range(mean.shape[0]):
        spread = max(spread, sigma[j])
    step = 4.0 * REACH * spread / (NODES - 1)
    noise = np.maximum(sigma, step)
    around = math.ceil(REACH * noise[own] / step)
    cdf, counts = np.empty(NODES + 2 * around), np.empty(winners)
    for g in range(cdf.shape[0]):
        cdf[g] = cut_cdf(cut + (g - around - 0.5 * (NODES - 1)) * step, mean, noise, own, winners, counts)
    ratio = step / noise[own]
    mass = np.empty(2 * around + 1)
    for w in range(2 * around + 1):
        mass[w] = normal_density((w - around) * ratio) * ratio
    for i in range(NODES):
        chance, first, second = 0.0, 0.0, 0.0
        for w in range(2 * around + 1):
            z = (w - around) * ratio
            part = cdf[i + w] * mass[w]
            chance += part
            first += part * z
            second += part * (z * z - 1.0)
        table[i, 0] = chance
        table[i, 1] = first / noise[own]
        table[i, 2] = second / (noise[own] * noise[own])
    return step


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
    result = _blank(schemes, n)
    target = np.zeros((n, count)) if target is None else target
    mean = np.zeros((n, count)) if mean is None else mean
    weights = np.ones((n, count)) if weights is None else weights
    team = np.zeros(n, dtype=np.int64) if team is None else team
    rows: list[tuple[float, Array]] = []
    for p, scheme in enumerate(schemes):
        result.scale[:, p] = scheme.sign
        result.sigma[:, p] = sigma[:, p]
        if isinstance(scheme, Team):
            _pooled(result, p, scheme, mean[:, p], target[:, p], team, weights[:, p])
        elif isinstance(scheme, Tournament):
            _ranked(result, rows, p, scheme, mean[:, p], target[:, p], team)
    if not rows:
        return result
    step, table = np.array([row[0] for row in rows]), np.stack([row[1] for row in rows])
    return result._replace(step=step, table=table)


def _blank(schemes: Sequence[Scheme], n: int) -> Prospects:
    """The payouts of the schemes, for n decision makers about whom nothing is known yet."""
    pieces = [scheme.pieces() for scheme in schemes]
    count = len(pieces)
    most = max([len(payout.knots) for payout in pieces], default=0)
    knots, jumps, bends = np.zeros((3, count, max(most, 1)))
    before = np.zeros((count, max(most, 1), 2))
    for p, payout in enumerate(pieces):
        level, slope, last = payout.intercept, payout.slope, 0.0
        for i, (knot, jump, bend) in enumerate(zip(payout.knots, payout.jumps, payout.bends, strict=True)):
            level += slope * (knot - last)
            knots[p, i], jumps[p, i], bends[p, i] = knot, jump, bend
            before[p, i] = level, slope
            level, slope, last = level + jump, slope + bend, knot
    return Prospects(
        intercept=np.array([payout.intercept for payout in pieces], dtype=np.float64),
        slope=np.array([payout.slope for payout in pieces], dtype=np.float64),
        used=np.array([len(payout.knots) for payout in pieces], dtype=np.int64),
        knots=knots,
        jumps=jumps,
        bends=bends,
        before=before,
        sigma=np.zeros((n, count)),
        offset=np.zeros((n, count)),
        scale=np.ones((n, count)),
        row=np.full((n, count), GAUSSIAN, dtype=np.int64),
        step=np.ones(1),
        table=np.zeros((1, NODES, 3)),
    )


def _pooled(
    result: Prospects, p: int, scheme: Team, mean: Array, target: Array, team: NDArray[np.int64], weights: Array
) -> None:
    """A member's own gap moves the team's result by his share; its noise is the team's."""
    share, pooled = pool(mean, team, weights)
    noise = pool((share * result.sigma[:, p]) ** 2, team, np.ones_like(share))[1]
    members = np.array([np.count_nonzero(team == label) for label in team], dtype=np.float64)
    rest = pooled - share * mean
    result.sigma[:, p] = np.sqrt(noise * members)
    result.offset[:, p] = scheme.sign * (rest - (1.0 - share) * target)
    result.scale[:, p] = scheme.sign * share


def _ranked(
    result: Prospects, rows: list[Any], p: int, scheme: Tournament, mean: Array, target: Array, team: NDArray[np.int64]
) -> None:
    """A member's own gap is set against the cut: the best but `winners` - 1 of his colleagues' expected readings."""
    for label in np.unique(team):
        members = np.flatnonzero(team == label)
        score, noise = scheme.sign * mean[members], result.sigma[members, p].copy()
        for own, person in enumerate(members):
            others = np.delete(score, own)
            if len(others) < scheme.winners:
                result.scale[person, p] = result.sigma[person, p] = 0.0
                continue
            cut = float(np.sort(others)[-scheme.winners])
            result.offset[person, p] = scheme.sign * target[person] - cut
            if np.delete(noise, own).any():
                table = np.empty((NODES, 3))
                step = tabulate_chance(score, noise, own, scheme.winners, cut, table)
                result.row[person, p] = len(rows)
                rows.append((step, table))
