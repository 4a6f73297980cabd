"""One person's hill: what acts are worth to him by his own beliefs, and the climb to the top that is uphill from here.

With expected readings y = shift + L a, the worth of acts a is

    U(a) = sum_p { E_p(y_p) - risk/2 V_p(y_p) - anchor_p y_p } + linear.a - a'B a/2        (up to a constant)

where B = costs + pull of the norm. Newton's method, each step an exact quadratic programme in the box, backtracking
where the hill is not what its curvature promised.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives.expectation import expected, variance
from sim.rules.kernel import hot, kernel
from sim.world.quadratic import box_maximum

Array = NDArray[np.float64]
CLIMBS = 80  # most Newton steps of a climb
HALVINGS = 40
NOISE = 1e-13  # share of |U| that rounding may hide
NOBODY = -1.0  # no scheme is pinned (a float: Numba compiles every literal integer apart)


class Person(NamedTuple):
    """One decision maker: money per pay period, acts (K,), schemes (P,)."""

    linear: Array  # (K,)
    bowl: Array  # (K, K) B
    lower: Array  # (K,)
    upper: Array  # (K,)
    loadings: Array  # (P, K) L
    shift: Array  # (P,)
    anchor: Array  # (P,)
    risk: Array  # (1,)
    terms: Array  # (P, .) see `Prospects`
    step: Array  # (R,)
    table: Array  # (R, NODES, 3)


class Workspace(NamedTuple):
    """Scratch space, so that no decision allocates."""

    gradient: Array  # (K,) of U
    curves: Array  # (P,) second derivatives of the worth of pay by reading
    best: Array  # (K,)
    trial: Array  # (K,)
    near: Array  # (K,)
    far: Array  # (K,)
    probe: Array  # (K,)
    curvature: Array  # (K, K)
    factor: Array  # (K + 1, K)
    free: NDArray[np.int64]  # (K,)


@kernel
def workspace(count: int, schemes: int) -> Workspace:
    """Scratch space for `count` activities and so many schemes."""
    return Workspace(
        np.empty(count),
        np.empty(schemes),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty((count, count)),
        np.empty((count + 1, count)),
        np.empty(count, dtype=np.int64),
    )


@hot
def copy(source: Array, target: Array) -> None:
    """target <- source, element by element."""
    for k in range(target.shape[0]):
        target[k] = source[k]


@hot
def reading(person: Person, p: int, acts: Array) -> float:
    """Expected gap of reading p at `acts`."""
    loadings, gap = person.loadings, person.shift[p]
    for k in range(acts.shape[0]):
        gap += loadings[p, k] * acts[k]
    return gap


@hot
def assess(person: Person, acts: Array, pinned: float, price: float, space: Workspace) -> float:
    """U at `acts` (K,); leaves its gradient and the second derivatives of pay by reading in `space`.

    Scheme `pinned` pays `price` per point instead of what it pays.
    """
    linear, bowl, loadings, risk = person.linear, person.bowl, person.loadings, person.risk[0]
    terms, step, table, anchor = person.terms, person.step, person.table, person.anchor
    gradient, curves = space.gradient, space.curves
    worth = 0.0
    for k in range(acts.shape[0]):
        pressed = 0.0
        for j in range(acts.shape[0]):
            pressed += bowl[k, j] * acts[j]
        worth += acts[k] * (linear[k] - 0.5 * pressed)
        gradient[k] = linear[k] - pressed
    for p in range(anchor.shape[0]):
        gap = reading(person, p, acts)
        if p == pinned:
            money, slope, curve = price * gap, price, 0.0
        else:
            money, slope, curve = expected(terms, step, table, p, gap)
            if risk != 0.0:
                spread, spread_slope, spread_curve = variance(terms, step, table, p, gap)
                money -= 0.5 * risk * spread
                slope -= 0.5 * risk * spread_slope
                curve -= 0.5 * risk * spread_curve
            money -= anchor[p] * gap
            slope -= anchor[p]
        worth += money
        curves[p] = curve
        for k in range(acts.shape[0]):
            gradient[k] += loadings[p, k] * slope
    return worth


@hot
def uphill(person: Person, acts: Array, space: Workspace) -> None:
    """Fill space.best with the maximum of U's quadratic model at `acts` (K,); pay's convex parts count if they may."""
    bowl, loadings, curves, curvature = person.bowl, person.loadings, space.curves, space.curvature
    convex = False
    for attempt in range(2):
        for i in range(acts.shape[0]):
            for j in range(acts.shape[0]):
                curvature[i, j] = bowl[i, j]
        for p in range(curves.shape[0]):
            convex = convex or curves[p] > 0.0
            if curves[p] < 0.0 or (curves[p] > 0.0 and attempt == 0):
                for i in range(acts.shape[0]):
                    for j in range(acts.shape[0]):
                        curvature[i, j] -= curves[p] * loadings[p, i] * loadings[p, j]
        if box_maximum(
            curvature, space.gradient, acts, person.lower, person.upper, attempt == 1,
            space.best, space.factor, space.free,
        ):  # fmt: skip
            return


@hot
def climb(person: Person, acts: Array, pinned: float, price: float, space: Workspace) -> float:
    """Move `acts` (K,) uphill to a local maximum of U by Newton steps within the box; returns U there."""
    gradient, best, trial = space.gradient, space.best, space.trial
    worth = assess(person, acts, pinned, price, space)
    for _ in range(CLIMBS):
        uphill(person, acts, space)
        rise = 0.0
        for k in range(acts.shape[0]):
            rise += gradient[k] * (best[k] - acts[k])
        arrived = rise <= NOISE * (1.0 + abs(worth))
        share, reached, better = 1.0, worth, False
        for _ in range(HALVINGS):
            for k in range(acts.shape[0]):
                trial[k] = best[k] if share == 1.0 else acts[k] + share * (best[k] - acts[k])
            reached = assess(person, trial, pinned, price, space)
            better = arrived or reached >= worth + 1e-4 * share * rise
            if better:
                break
            share *= 0.5
        if not better:
            return worth
        copy(trial, acts)
        worth = reached
        if arrived:
            break
    return worth
