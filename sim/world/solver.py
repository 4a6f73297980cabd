"""The compiled solver behind `sim.world.choice`: one decision maker at a time, many humps, no randomness.

Pay with steps makes U many-humped, so `climb` starts from several places: where he is, where he would be unpaid, and
beyond each step of pay. Pay without noise has kinks, where Newton's method fails: those are tried one by one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.incentives.expectation import BEND, FIRST_KNOT, JUMP, KNOT, KNOT_WIDTH, OFFSET, ROW, SCALE, SIGMA, USED
from sim.rules.kernel import hot
from sim.world.hill import NOBODY, Person, Workspace, assess, climb, copy, reading, uphill
from sim.world.quadratic import FLAT, solve

Array = NDArray[np.float64]
CLEARLY = 1e-12  # share of |U| by which another hump must be better
GRACE = 1e-9  # points by which a step of pay without noise is passed


@hot
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


@hot
def unlocked(lower: Array, upper: Array, free: NDArray[np.int64]) -> int:
    """Name in `free` the activities that are open to him; returns how many there are."""
    count = 0
    for k in range(lower.shape[0]):
        if upper[k] > lower[k]:
            free[count] = k
            count += 1
    return count


@hot
def direction_of(person: Person, p: int, space: Workspace, direction: Array) -> None:
    """Fill `direction` (K,) with the cheapest way to move reading p: B^-1 L_p over what is open to him."""
    bowl, loadings, lower, upper = person.bowl, person.loadings, person.lower, person.upper
    strongest = 0.0
    for k in range(direction.shape[0]):
        direction[k] = loadings[p, k] if upper[k] > lower[k] else 0.0
        strongest = max(strongest, bowl[k, k])
    pivot = FLAT * (strongest if strongest > 0.0 else 1.0)
    solve(bowl, direction, space.free, unlocked(lower, upper, space.free), -pivot, space.factor)


@hot
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


@hot
def beyond(terms: Array, p: int, i: int, distance: float) -> float:
    """A point on the paying side of knot i: `distance` from it, or a hair where there is a step but no distance.

    The hair is there because whoever reads the result rounds in his own way.
    """
    knot, jump = terms[p, FIRST_KNOT + i * KNOT_WIDTH + KNOT], terms[p, FIRST_KNOT + i * KNOT_WIDTH + JUMP]
    hair = GRACE * (1.0 + abs(knot)) if jump != 0.0 else 0.0
    return knot + max(distance, hair) * (1.0 if jump >= 0.0 else -1.0)


@hot
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


@hot
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


@hot
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


@hot
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
