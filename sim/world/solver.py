"""The compiled solver behind `sim.world.choice`: one decision maker at a time, many humps, no randomness.

For one person, with expected readings y = shift + L a, the worth of acts a is

    U(a) = sum_p { E_p(y_p) - risk/2 V_p(y_p) - anchor_p y_p } + linear.a - a'B a/2        (up to a constant)

where B = costs + pull of the norm. Newton's method, each step an exact quadratic programme in the box, climbs from
several starts: where he is, where he would be unpaid, and beyond each step of pay. Pay without noise has kinks, where
Newton fails: those are tried one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives.expectation import (
    BEND,
    FIRST_KNOT,
    JUMP,
    KNOT,
    KNOT_WIDTH,
    OFFSET,
    ROW,
    SCALE,
    SIGMA,
    USED,
    expected,
    variance,
)
from sim.rules.kernel import kernel
from sim.world.quadratic import FLAT, box_maximum, solve

Array = NDArray[np.float64]
CLIMBS = 80  # most Newton steps of a climb
HALVINGS = 40
CLEARLY = 1e-12  # share of |U| by which another hump must be better
NOISE = 1e-13  # share of |U| that rounding may hide
GRACE = 1e-9  # points by which a step of pay without noise is passed
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


@kernel
def copy(source: Array, target: Array) -> None:
    """target <- source, element by element."""
    for k in range(target.shape[0]):
        target[k] = source[k]


@kernel
def reading(person: Person, p: int, acts: Array) -> float:
    """Expected gap of reading p at `acts`."""
    loadings, gap = person.loadings, person.shift[p]
    for k in range(acts.shape[0]):
        gap += loadings[p, k] * acts[k]
    return gap


@kernel
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


@kernel
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


@kernel
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


@kernel
def reach(person: Person, p: int, gap: float, direction: Array, acts: Array) -> None:
    """Move `acts` (K,) along `direction` (K,), within the box, about as far as reading p needs to come to `gap`."""
    loadings, lower, upper = person.loadings, person.lower, person.upper
    at, pace = reading(person, p, acts), 0.0
    for k in range(acts.shape[0]):
        pace += loadings[p, k] * direction[k]
    if pace <= 0.0:
        return
    share = (gap - at) / pace
    for _ in range(12):
        moved = at
        for k in range(acts.shape[0]):
            moved += loadings[p, k] * (min(max(acts[k] + share * direction[k], lower[k]), upper[k]) - acts[k])
        if (moved - gap) * share >= 0.0:
            break
        share *= 2.0
    for k in range(acts.shape[0]):
        acts[k] = min(max(acts[k] + share * direction[k], lower[k]), upper[k])


@kernel
def unlocked(lower: Array, upper: Array, free: NDArray[np.int64]) -> int:
    """Name in `free` the activities that are open to him; returns how many there are."""
    count = 0
    for k in range(lower.shape[0]):
        if upper[k] > lower[k]:
            free[count] = k
            count += 1
    return count


@kernel
def direction_of(person: Person, p: int, space: Workspace, direction: Array) -> None:
    """Fill `direction` (K,) with the cheapest way to move reading p: B^-1 L_p over what is open to him."""
    bowl, loadings, lower, upper = person.bowl, person.loadings, person.lower, person.upper
    strongest = 0.0
    for k in range(direction.shape[0]):
        direction[k] = loadings[p, k] if upper[k] > lower[k] else 0.0
        strongest = max(strongest, bowl[k, k])
    pivot = FLAT * (strongest if strongest > 0.0 else 1.0)
    solve(bowl, direction, space.free, unlocked(lower, upper, space.free), -pivot, space.factor)


@kernel
def unpaid(person: Person, acts: Array, space: Workspace) -> None:
    """Move `acts` (K,), inside the box, to what he would choose if nothing were paid."""
    linear, bowl, gradient, curves = person.linear, person.bowl, space.gradient, space.curves
    for k in range(acts.shape[0]):
        gradient[k] = linear[k]
        for j in range(acts.shape[0]):
            gradient[k] -= bowl[k, j] * acts[j]
    for p in range(curves.shape[0]):
        curves[p] = 0.0
    uphill(person, acts, space)
    copy(space.best, acts)


@kernel
def beyond(terms: Array, p: int, i: int, distance: float) -> float:
    """A point on the paying side of knot i: `distance` from it, or a hair where there is a step but no distance.

    The hair is there because whoever reads the result rounds in his own way.
    """
    knot, jump = terms[p, FIRST_KNOT + i * KNOT_WIDTH + KNOT], terms[p, FIRST_KNOT + i * KNOT_WIDTH + JUMP]
    hair = GRACE * (1.0 + abs(knot)) if jump != 0.0 else 0.0
    return knot + max(distance, hair) * (1.0 if jump >= 0.0 else -1.0)


@kernel
def starts_of(person: Person, starts: Array, space: Workspace) -> int:
    """Fill `starts` (S, K), whose first is where he is, with where else to climb from; returns how many there are.

    Where he would be unpaid, beyond each step of each scheme, and beyond a step of every scheme. Pay without steps or
    bends leaves U with one hump: then where he is will do.
    """
    terms, schemes, direction = person.terms, person.anchor.shape[0], space.trial
    last, count, stepped = starts.shape[0] - 1, 2, 0
    for p in range(schemes):
        stepped += 1 if terms[p, USED] > 0.0 else 0
    if stepped == 0:
        return 1
    copy(starts[0], starts[1])
    unpaid(person, starts[1], space)
    copy(starts[1], starts[last])
    for p in range(schemes):
        scale = terms[p, SCALE]
        if scale == 0.0:
            continue
        direction_of(person, p, space, direction)
        for i in range(int(terms[p, USED])):
            at = FIRST_KNOT + i * KNOT_WIDTH
            if terms[p, at + JUMP] != 0.0 or terms[p, at + BEND] > 0.0:
                gap = (beyond(terms, p, i, terms[p, SIGMA]) - terms[p, OFFSET]) / scale
                copy(starts[1], starts[count])
                reach(person, p, gap, direction, starts[count])
                reach(person, p, gap, direction, starts[last])
                count += 1
    if stepped > 1:
        copy(starts[last], starts[count])
        count += 1
    return count


@kernel
def land(person: Person, p: int, gap: float, acts: Array, space: Workspace) -> None:
    """Move `acts` (K,) to the best ones under which reading p just comes to `gap`.

    Finds the price of a point at which he would come there by himself, by doubling and bisection; `acts` stay as they
    are where no price brings him there.
    """
    trial, near, far = space.probe, space.near, space.far
    copy(acts, trial)
    close, away, price, there = 0.0, 0.0, 0.0, False
    for turn in range(110):
        climb(person, trial, float(p), price, space)
        ahead = reading(person, p, trial) - gap
        if turn == 0:
            away = -1.0 if ahead >= 0.0 else 1.0
            copy(trial, near)
        elif ahead * away >= 0.0:
            there = True
            away = price
            copy(trial, far)
        else:
            close = price
            away = away if there else 2.0 * away
            copy(trial, near)
        if not there and turn > 60:
            return
        price = 0.5 * (close + away) if there else away
    before, after = reading(person, p, near), reading(person, p, far)
    share = (gap - before) / (after - before) if after != before else 0.0
    for k in range(acts.shape[0]):
        acts[k] = near[k] + share * (far[k] - near[k])


@kernel
def landings_of(person: Person, starts: Array, count: int, space: Workspace) -> int:
    """Add to `starts`, of which `count` are in use, the kinks of pay without noise; returns how many there are then.

    The unpaid choice, starts[1], must still be there if pay has steps or bends.
    """
    terms = person.terms
    for p in range(person.anchor.shape[0]):
        if terms[p, SIGMA] == 0.0 and terms[p, ROW] < 0.0 and terms[p, SCALE] != 0.0:
            for i in range(int(terms[p, USED])):
                copy(starts[1], starts[count])
                land(person, p, (beyond(terms, p, i, 0.0) - terms[p, OFFSET]) / terms[p, SCALE], starts[count], space)
                count += 1
    return count


@kernel
def decide(person: Person, chosen: Array, starts: Array, space: Workspace) -> tuple[float, float]:
    """Replace `chosen` (K,), where he is, by his best intensities; returns their worth and that of staying put."""
    copy(chosen, starts[0])
    climbs = starts_of(person, starts, space)
    count = landings_of(person, starts, climbs, space)
    before = assess(person, chosen, NOBODY, 0.0, space)
    best = before
    for s in range(count):
        trial = starts[s]
        if s < climbs:
            worth = climb(person, trial, NOBODY, 0.0, space)
        else:
            worth = assess(person, trial, NOBODY, 0.0, space)
        if worth > best + CLEARLY * (1.0 + abs(best)) or (s == 0 and worth >= best):
            best = worth
            copy(trial, chosen)
    return best, before
