"""The textbook technology under competition for survival: effort along an inherited practice, exit by rank, imitation.

Everybody works along a practice, an angle in the plane of the two activities, and chooses how hard: acts = effort x
(cos, sin). Each pay period all choose, one after the other in keyed random order, each seeing what those before him now
deliver; at its end some of those who lost are replaced by newcomers who copy somebody who won. Braganza (2022),
"Proxyeconomics", is one setting of this; `sim.world.survival` plays it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import fused, hot, kernel
from sim.rules.selection import prospect, survival_line, worth_of_effort
from sim.scenario.textbook import Textbook
from sim.world import chance
from sim.world.params import Draw, draw

Array = NDArray[np.float64]
NOBODY = -1  # rank of the line where nobody loses
TRAITS = 50  # place of talent and practice in the blocks of chance.STAFF
FIRST, SECOND, EAST, NORTH, EFFORT, COST, MOTIVE, UTILITY, LINE, EXITS, SUMS = range(11)  # columns of the record


class People(NamedTuple):
    """Who holds the posts, (n,) each; `ranked` is `delivered` in rising order, `turn` is scratch."""

    effort: Array
    angle: Array  # radians from the first activity's axis
    talent: Array
    delivered: Array  # measure points; a newcomer's predecessor's until he has worked
    ranked: Array
    utility: Array  # of the effort chosen, at the line then seen
    first: Array  # of the first activity per unit of effort in this practice, the cosine of the angle
    second: Array  # of the second, its sine
    reading: Array  # measure points per unit of effort in this practice
    motive: Array  # worth to him of a unit of effort in this practice
    cost: Array  # of a squared unit of effort in this practice, before talent
    person: NDArray[np.int64]  # succession number
    since: NDArray[np.int64]  # first week
    turn: NDArray[np.int64]


class Contest(NamedTuple):
    """What holds for everybody: vectors over the two activities, and the numbers of `scenario.selection`."""

    loading: Array  # (2,) measure points per unit
    motive: Array  # (2,) intrinsic worth per unit, the weighted goal included
    cost: Array  # (2, 2) C of a'C a / 2
    trials: Array  # (T,)
    rank: int  # place of the line from below, 0 first; NOBODY: there is none
    exit: float
    curvature: float
    loss_weight: float
    mutation: float  # radians
    talent: Draw
    least_talent: float
    practice: Draw  # degrees
    every: int  # weeks of a pay period


def contest(section: Textbook, measure: int, n: int, every: int) -> Contest:
    """The numbers of a scenario for `n` posts; `measure` is the place of the measure by which people are ranked."""
    told, acts = section.selection, section.activities
    if told is None:
        raise ValueError("the textbook technology of this scenario has no selection")
    row = list(section.measures.values())[measure]
    own = [act.motive + told.goal_weight * section.value.get(name, 0.0) for name, act in acts.items()]
    # The published rank, int(c n) - 1; rounding first, so that c = 0.29 of 100 people is 29 of them.
    losing = math.floor(told.competition * n + 1e-9)
    return Contest(
        np.array([row.get(name, 0.0) for name in acts]), np.array(own), np.array(section.cost_matrix()),
        np.array(told.trials, dtype=np.float64), losing - 1 if losing else NOBODY, told.exit, told.curvature,
        told.loss_weight, math.radians(told.mutation), draw(told.talent), told.least_talent,
        draw(told.practice), every,
    )  # fmt: skip


@kernel
def found(seed: int, replicate: int, n: int, first_week: int, c: Contest) -> People:
    """The first holders of `n` posts: practices as the scenario says, no effort yet."""
    zero = np.zeros(n)
    people = People(
        zero, np.empty(n), np.empty(n), zero.copy(), zero.copy(), zero.copy(), np.empty(n), np.empty(n), np.empty(n),
        np.empty(n), np.empty(n), np.zeros(n, np.int64), np.full(n, first_week), np.empty(n, np.int64),
    )  # fmt: skip
    for i in range(n):
        u = chance.four(seed, replicate, i, 0, chance.STAFF, TRAITS)
        people.talent[i] = max(chance.from_latent(c.talent[0], c.talent[1], c.talent[2], u[0]), c.least_talent)
        people.angle[i] = math.radians(chance.from_latent(c.practice[0], c.practice[1], c.practice[2], u[1]))
        adopt(people, i, c)
    return people


@hot
def adopt(people: People, i: int, c: Contest) -> None:
    """What a unit of effort brings and costs in the practice of post `i`."""
    x, y = math.cos(people.angle[i]), math.sin(people.angle[i])
    people.first[i], people.second[i] = x, y
    people.reading[i] = c.loading[0] * x + c.loading[1] * y
    people.motive[i] = c.motive[0] * x + c.motive[1] * y
    people.cost[i] = c.cost[0, 0] * x * x + 2.0 * c.cost[0, 1] * x * y + c.cost[1, 1] * y * y


@hot
def play(seed: int, replicate: int, week: int, people: People, c: Contest, record: Array) -> None:
    """Play the weeks from `week` on, one a row of `record` (weeks, SUMS): sums over people of what was delivered."""
    for row in range(record.shape[0]):
        if week % c.every == 0:
            choose_in_turn(seed, replicate, week, people, c)
        account(people, c, record[row])
        if (week + 1) % c.every == 0 and c.rank != NOBODY:
            record[row, EXITS] = replace_losers(seed, replicate, week, people, c)
        week += 1


@hot
def choose_in_turn(seed: int, replicate: int, week: int, people: People, c: Contest) -> None:
    """Everybody chooses once, in keyed random order (Fisher & Yates)."""
    turn, n = people.turn, len(people.turn)
    for i in range(n):
        turn[i] = i
    u = (0.0, 0.0, 0.0, 0.0)
    for i in range(n - 1, 0, -1):
        quarter = (n - 1 - i) % 4
        if quarter == 0:
            u = chance.four(seed, replicate, i, week, chance.TURN, 0)
        other = int(u[quarter] * (i + 1))
        turn[i], turn[other] = turn[other], turn[i]
    for i in turn:
        choose(people, i, c)


@fused
def choose(people: People, i: int, c: Contest) -> None:
    """Post `i` tries each change of effort and keeps the best of those that leave him some; the first of equals.

    The line that he sees before a trial counts him with what he delivered in the trial before.
    """
    ranked, n, at = people.ranked, len(people.ranked), np.searchsorted(people.ranked, people.delivered[i])
    below, above = -math.inf, math.inf
    if c.rank > 0:
        below = ranked[c.rank - 1 if c.rank - 1 < at else c.rank]
    if 0 <= c.rank < n - 1:
        above = ranked[c.rank if c.rank < at else c.rank + 1]
    reading, motive, cost, talent = people.reading[i], people.motive[i], people.cost[i], people.talent[i]
    own, best, chosen = people.delivered[i], -math.inf, 0.0
    for change in c.trials:
        effort = people.effort[i] + change
        if effort > 0.0:
            worth = worth_of_effort(effort, motive, cost, talent)
            if c.rank != NOBODY:
                line = survival_line(own, below, above)
                worth += prospect(effort * reading - line, c.curvature, c.loss_weight)
            own = effort * reading
            if worth > best:
                best, chosen = worth, effort
    people.effort[i], people.utility[i] = chosen, best
    people.delivered[i] = chosen * reading
    move(ranked, at, people.delivered[i])


@fused
def move(ranked: Array, at: int, value: float) -> None:
    """Put `value` in the place of entry `at` of `ranked` (n,), and keep that in rising order."""
    while at + 1 < len(ranked) and ranked[at + 1] < value:
        ranked[at] = ranked[at + 1]
        at += 1
    while at > 0 and ranked[at - 1] > value:
        ranked[at] = ranked[at - 1]
        at -= 1
    ranked[at] = value


@hot
def account(people: People, c: Contest, row: Array) -> None:
    """Add up, in order of posts, what people do now."""
    row[:] = 0.0
    for i in range(len(people.effort)):
        x, y, e = people.first[i], people.second[i], people.effort[i]
        row[FIRST] += e * x
        row[SECOND] += e * y
        row[EAST] += x
        row[NORTH] += y
        row[EFFORT] += e
        row[COST] += 0.5 * people.cost[i] * e * e / people.talent[i]
        row[MOTIVE] += people.motive[i] * e
        row[UTILITY] += people.utility[i]
    row[LINE] = math.nan if c.rank == NOBODY else people.ranked[c.rank]


@hot
def replace_losers(seed: int, replicate: int, week: int, people: People, c: Contest) -> int:
    """Replace some of those up to the line by copies of some from the line up; returns how many.

    One after the other in order of posts: a winner who has himself been replaced is copied as he now is. What a
    post delivered stands until its newcomer has worked.
    """
    line, winners, count, gone = people.ranked[c.rank], people.turn, 0, 0
    for i in range(len(people.delivered)):
        if people.delivered[i] >= line:
            winners[count] = i
            count += 1
    for i in range(len(people.delivered)):
        if people.delivered[i] <= line:
            u = chance.four(seed, replicate, i, week, chance.SURVIVE, 0)
            if u[0] < c.exit:
                succeed(seed, replicate, people, i, winners[int(u[1] * count)], week + 1, c)
                gone += 1
    return gone


@hot
def succeed(seed: int, replicate: int, people: People, i: int, model: int, week: int, c: Contest) -> None:
    """A newcomer takes post `i` from `week` on: talent of his own, effort and, with an error, practice of `model`."""
    people.person[i] += 1
    people.since[i] = week
    u = chance.four(seed, replicate, i, people.person[i], chance.STAFF, TRAITS)
    people.talent[i] = max(chance.from_latent(c.talent[0], c.talent[1], c.talent[2], u[0]), c.least_talent)
    people.effort[i] = people.effort[model]
    people.angle[i] = people.angle[model] + c.mutation * chance.normal_from(u[1])
    adopt(people, i, c)
