"""The best point of a concave quadratic in a box: the step that the solver of choice repeats."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import hot

Array = NDArray[np.float64]
SLACK = 1e-13  # gradients at a bound below this share of the largest do not release it
FLAT = 1e-10  # curvatures below this share of the largest count as none
SWEEPS = 4  # coordinate sweeps that guess which bounds hold, once one was met


@hot
def solve(curvature: Array, slope: Array, free: NDArray[np.int64], count: int, pivot: float, factor: Array) -> bool:
    """Solve curvature s = slope over the first `count` coordinates named in `free`, in place of their slopes.

    By Cholesky's factor. A pivot at or below |pivot| makes it fail; where `pivot` is negative, -pivot is put in place.
    """
    for i in range(count):
        for j in range(i + 1):
            total = curvature[free[i], free[j]]
            for m in range(j):
                total -= factor[i, m] * factor[j, m]
            if i > j:
                factor[i, j] = total * factor[j, j]
                continue
            if total <= abs(pivot):
                if pivot > 0.0:
                    return False
                total = -pivot
            factor[i, i] = 1.0 / math.sqrt(total)
    for i in range(count):
        total = slope[free[i]]
        for m in range(i):
            total -= factor[i, m] * slope[free[m]]
        slope[free[i]] = total * factor[i, i]
    for i in range(count - 1, -1, -1):
        total = slope[free[i]]
        for m in range(i + 1, count):
            total -= factor[m, i] * slope[free[m]]
        slope[free[i]] = total * factor[i, i]
    return True


@hot
def sweep(curvature: Array, slope: Array, lower: Array, upper: Array, best: Array) -> None:
    """Improve `best` coordinate by coordinate, SWEEPS times; `slope` is the gradient at `best` and is kept so."""
    for _ in range(SWEEPS):
        for k in range(best.shape[0]):
            if curvature[k, k] <= 0.0 or lower[k] >= upper[k]:
                continue
            aim = min(max(best[k] + slope[k] / curvature[k, k], lower[k]), upper[k])
            move = aim - best[k]
            if move != 0.0:
                best[k] = aim
                for j in range(best.shape[0]):
                    slope[j] -= curvature[k, j] * move


@hot
def advance(best: Array, step: Array, lower: Array, upper: Array, free: NDArray[np.int64], count: int) -> int:
    """Move `best` along `step` to the first bound; returns the place in `free` of who met it, or -1."""
    share, blocking = 1.0, -1
    for i in range(count):
        k = free[i]
        if step[k] != 0.0:
            room = ((upper[k] if step[k] > 0.0 else lower[k]) - best[k]) / step[k]
            if room < share:
                share, blocking = max(room, 0.0), i
    for i in range(count):
        best[free[i]] += share * step[free[i]]
    if blocking >= 0:
        k = free[blocking]
        best[k] = upper[k] if step[k] > 0.0 else lower[k]
    return blocking


@hot
def box_maximum(
    curvature: Array,
    gradient: Array,
    start: Array,
    lower: Array,
    upper: Array,
    ridge: bool,
    best: Array,
    work: Array,
    free: NDArray[np.int64],
) -> bool:
    """Fill `best` with the maximum of g'(b - a) - (b - a)'H(b - a)/2 over lower <= b <= upper (primal active set).

    H = curvature (K, K), g = gradient (K,), a = start (K,) inside the box. False where H is not positive definite on a
    free set; with `ridge` flat directions are followed to a bound instead. work (K + 1, K) and free (K,) are scratch.
    """
    size = start.shape[0]
    slope = work[size]
    largest, strongest = 0.0, 0.0
    for k in range(size):
        best[k] = start[k]
        slope[k] = gradient[k]
        largest = max(largest, abs(gradient[k]))
        strongest = max(strongest, curvature[k, k])
    pivot = FLAT * (strongest if strongest > 0.0 else 1.0)
    count = at_liberty(slope, best, lower, upper, free)
    swept = False
    for _ in range(20 * size + 20):
        if not solve(curvature, slope, free, count, -pivot if ridge else pivot, work):
            return False
        blocking = advance(best, slope, lower, upper, free, count)
        slope_at(curvature, gradient, start, best, slope)
        if blocking >= 0:
            if swept:
                count -= 1
                free[blocking] = free[count]
            else:
                sweep(curvature, slope, lower, upper, best)
                count = at_liberty(slope, best, lower, upper, free)
                swept = True
            continue
        worst = most_pressing(slope, best, lower, upper, SLACK * largest)
        if worst < 0:
            break
        free[count] = worst
        count += 1
    return True


@hot
def slope_at(curvature: Array, gradient: Array, start: Array, best: Array, slope: Array) -> None:
    """Fill `slope` with the gradient of the quadratic at `best`."""
    for k in range(best.shape[0]):
        total = gradient[k]
        for j in range(best.shape[0]):
            total -= curvature[k, j] * (best[j] - start[j])
        slope[k] = total


@hot
def at_liberty(slope: Array, best: Array, lower: Array, upper: Array, free: NDArray[np.int64]) -> int:
    """Name in `free` the coordinates that no bound holds, by their slopes; returns how many there are."""
    count = 0
    for k in range(best.shape[0]):
        held = (best[k] >= upper[k] and slope[k] >= 0.0) or (best[k] <= lower[k] and slope[k] <= 0.0)
        if upper[k] > lower[k] and not held:
            free[count] = k
            count += 1
    return count


@hot
def most_pressing(slope: Array, best: Array, lower: Array, upper: Array, slack: float) -> int:
    """The coordinate whose bound costs most, or -1 if none does."""
    worst, which = slack, -1
    for k in range(best.shape[0]):
        if upper[k] > lower[k] and (
            (best[k] <= lower[k] and slope[k] > worst) or (best[k] >= upper[k] and -slope[k] > worst)
        ):
            worst, which = abs(slope[k]), k
    return which
