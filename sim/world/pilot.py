"""A pilot: some hundred customers of a few teams of the same firm, played by the same engine at fixed pay before a world starts.

Nobody comes or goes in it, nobody above staff pulls a lever, and chance has a key of its own; so it is the same for all
worlds that differ in schemes, measures or replicate. A world reads off it what cannot be known beforehand: for how many
contacts one must stand so that the stated occupancy holds, and what so many weeks of such service leave in customers' minds.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import build, chance, loop, opening, survivors, week
from sim.world import state as st
from sim.world.layout import MEASURE
from sim.world.params import draw, params, servers_of

REPLICATE = -1  # the key under which the pilot meets chance: no replicate of a world has it
PEOPLE = 400  # customers, at least
OF_A_TEAM = 800  # customers a team, at most
STAFF = 400  # employees, at least
NEEDS = 30.0  # needs of a customer, each a contact or more, after which expectation has settled (0.92^36 = 5 %)
AGES = 26  # points of time at which minds are noted, beside the start
LONGEST = 16  # weeks between them

MIND = np.dtype([("expectation", "f8"), ("end", "f8"), ("peak", "f8"), ("lost_hope", "i8")])


class Pilot(NamedTuple):
    """What a pilot tells."""

    stands_for: float  # like contacts for which one simulated contact stands in the world
    minutes: float  # of a contact
    minds: Any  # (AGES + 1, n) MIND: what the n customers had in mind at each age, newcomers first
    first: NDArray[np.int64]  # (S + 1,) the customers of segment s are those from first[s] to below first[s + 1]
    every: float  # weeks between the ages


def play(spec: Scenario) -> Pilot:
    """Play the pilot of a world."""
    in_world = spec.customers.count / spec.teams
    each = min(max(int(in_world), 1), OF_A_TEAM)
    w, step = _world(spec, each, math.ceil(PEOPLE / each)), _step(spec)
    w.p["stands_for"] *= in_world / each
    n = len(w.customers)
    first = np.round(np.concatenate([[0.0], w.segments["edge"]]) * n).astype(np.int64)
    opening.enlist(w, first)
    minds, seen = st.records((AGES + 1) * n, MIND).reshape(AGES + 1, n), np.zeros((AGES * step, 4))
    swing, due, load = min(1.0, math.sqrt(each / in_world)), np.zeros((2, n), np.int32), np.zeros(len(w.teams))
    _play_weeks(w, step, _goal(spec), swing, due, load, minds, seen)
    like, contacts, minutes, needs = (float(x) for x in seen[len(seen) // 2 :].mean(axis=0))
    busy = needs / (n * _rate(spec)) if needs > 0.0 else 1.0  # by how much more needs arose than are to be expected
    if spec.service.queue.stands_for is not None:
        busy = 1.0
    elif _goal(spec) == 0.0:  # no queue to look at: by the work alone
        like = _capacity(spec) * len(w.teams) / minutes if minutes > 0.0 else 1.0
    minutes = minutes / contacts if contacts > 0.0 else spec.service.work.minutes
    return Pilot(like * busy * each / in_world, minutes, minds, first, float(step))


def _play_weeks(
    w: st.World, step: int, goal: float, swing: float, due: Any, load: NDArray[np.float64], minds: Any, seen: NDArray[np.float64]
) -> None:
    """Play the weeks of `seen`; keep all minds every `step` weeks, and at the end."""
    usual, world = 0.0, st.arrays(w)
    for t in range(len(seen)):
        if t % step == 0:
            opening.note_minds(w, minds, t // step)
        usual = opening.pilot_week(t, due, load, usual, swing, *world)
        week.play_teams(due, 0, len(w.teams), float(t), 0, *world)
        opening.pilot_count(t, goal, seen, *world)
    opening.note_minds(w, minds, len(seen) // step)


def _capacity(spec: Scenario) -> float:
    """Minutes a week that a team handles contacts at the stated occupancy."""
    q = spec.service.queue
    return q.occupancy * servers_of(spec) * q.hours * 60.0


def _goal(spec: Scenario) -> float:
    """The occupancy that the queue is to come to; 0 where the load is given otherwise or there is no queue."""
    q = spec.service.queue
    given = q.stands_for is not None or q.arrivals_per_hour is not None or not spec.mechanisms.queue
    return 0.0 if given else q.occupancy


def _step(spec: Scenario) -> int:
    """Weeks between the ages; where needs are seasonal the second half of the pilot is made of whole years."""
    step = min(max(math.ceil(NEEDS / AGES / max(_rate(spec), 1e-9)), 1), LONGEST)
    return 4 * math.ceil(step / 4) if spec.customers.season > 0.0 else step


def _rate(spec: Scenario) -> float:
    """Needs of an average newcomer a week."""
    kinds = spec.customers.segments
    return spec.customers.needs_per_week * sum(k.share * k.needs for k in kinds) / sum(k.share for k in kinds)


def _world(spec: Scenario, each: int, teams: int) -> st.World:
    """The arrays of a pilot of `teams` teams with `each` customers: no measures, nobody leaves."""
    p, size = params(spec, REPLICATE), math.ceil(STAFF / teams)
    sizes = {"customers": each * teams, "teams": teams, "team_size": size, "employees": size * teams, "exit": 0}
    for name, value in sizes.items():
        p[name] = value
    w = build.allocate(spec, p, st.records(0, MEASURE), each * teams, 1)
    c, work = spec.customers, spec.service.work
    if spec.service.queue.stands_for is None:  # a first guess
        weekly = c.count / spec.teams * c.needs_per_week * 1.3 * work.minutes
        p["stands_for"] = _capacity(spec) / weekly if weekly > 0.0 else 1.0
    _staff(spec, w)
    loop.stand(w)
    return w


def _staff(spec: Scenario, w: st.World) -> None:
    """Employees spread evenly over ability, engagement and tenure as they are met at the start, with the acts of the start.

    Evenly: the additive recurrence of Roberts (2018) in three dimensions.
    """
    n, g = len(w.staff), 1.2207440846057596  # the root of x⁴ = x + 1
    u = (0.5 + np.outer(np.arange(1, n + 1), g ** -np.arange(1.0, 4.0))) % 1.0
    law = survivors.staff(spec)
    survivors.hold_posts(law, spec, u[:, 0], u[:, 1], w)
    w.staff["engagement"] += law.shift
    w.staff["ability"] = [chance.from_latent(*draw(spec.staff.ability), x) for x in u[:, 2]]
    w.staff["skill"] = min(1.0, max(0.0, spec.staff.first_skill.mean))
    w.staff["skill"][:, : act.FIRST_TACTIC] = 1.0
    for k, name in enumerate(act.EMPLOYEE_ACTS):
        if k < act.FIRST_TACTIC or spec.staff.choice == "fixed":
            first = spec.staff.first_acts.get(name)
            w.staff["intensity"][:, k] = 0.0 if first is None else min(1.0, max(0.0, first.mean))
