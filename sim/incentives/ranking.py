"""Noise and rank: the normal distribution for compiled code, and the chance to be among the best of a team."""

from __future__ import annotations

import math

import numpy as np

from sim.incentives.pieces import Array
from sim.rules.kernel import hot, kernel

NODES = 161  # of a tournament's table
REACH = 6.0  # standard deviations beyond which a tournament is decided


@hot
def normal_cdf(t: float) -> float:
    """Standard normal distribution function, accurate in the lower tail too."""
    return 0.5 * math.erfc(-t * math.sqrt(0.5))


@hot
def normal_density(t: float) -> float:
    """Standard normal density."""
    return math.exp(-0.5 * t * t) * (1.0 / math.sqrt(2.0 * math.pi))


@hot
def winning(table: Array, step: float, row: int, x: float) -> tuple[float, float, float]:
    """Chance of a prize and its two derivatives: quintic Hermite interpolation of the table, constant outside it."""
    place = x / step + 0.5 * (NODES - 1)
    if place <= 0.0:
        return table[row, 0, 0], 0.0, 0.0
    if place >= NODES - 1:
        return table[row, NODES - 1, 0], 0.0, 0.0
    i = min(int(place), NODES - 2)
    u = place - i
    c0, c1, c2 = table[row, i, 0], step * table[row, i, 1], 0.5 * step * step * table[row, i, 2]
    d0 = table[row, i + 1, 0] - (c0 + c1 + c2)
    d1 = step * table[row, i + 1, 1] - (c1 + 2.0 * c2)
    d2 = step * step * table[row, i + 1, 2] - 2.0 * c2
    c3, c4, c5 = 10.0 * d0 - 4.0 * d1 + 0.5 * d2, -15.0 * d0 + 7.0 * d1 - d2, 6.0 * d0 - 3.0 * d1 + 0.5 * d2
    chance = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
    first = (c1 + u * (2.0 * c2 + u * (3.0 * c3 + u * (4.0 * c4 + u * 5.0 * c5)))) / step
    second = (2.0 * c2 + u * (6.0 * c3 + u * (12.0 * c4 + u * 20.0 * c5))) / (step * step)
    return chance, first, second


@hot
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
