"""The closed loop: what a firm does with what it reads. Bad answers are called back; repair goes where the reading is worst.

What is done acts on the real customer and the real process; whom it reaches follows from what was reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.rules import manager, service
from sim.rules.kernel import hot
from sim.world import chance
from sim.world import state as st
from sim.world.hand import deal
from sim.world.issue import end_need
from sim.world.mind import reconsider, score_of

if TYPE_CHECKING:
    from sim.world.firm import Firm


@hot
def stand(w):
    """How sound each team's process is this week, and how new everybody to the job."""
    p = w.p
    for k in range(p.teams):
        team = w.teams[k]
        failure = manager.failure_left(p.failure, team.weakness, team.repair)
        team.sound = service.sound_process(failure, p.failure_points)
    for e in range(len(w.staff)):
        w.staff[e].fresh = service.novice(w.staff[e].tenure, p.proficiency, p.scripts)


@hot
def call_back(w, now, week):
    """Call back those whose bad answer of last week has a name, as many a team as there is time for, by a keyed draw."""
    p, nobody = w.p, len(w.customers)
    for k in range(p.teams):
        floor = -1.0
        for _ in range(p.call_backs):
            chosen = nobody
            lowest = 2.0
            for i in range(k, len(w.customers), p.teams):
                c = w.customers[i]
                if c.marks & st.TO_CALL and c.status == st.ACTIVE:
                    u = chance.four(p.seed, p.replicate, i, int(now), chance.CALL, 0)
                    if u[1] >= w.measures[p.loop_measure].confidential and floor < u[0] < lowest:
                        lowest = u[0]
                        chosen = i
            if chosen == nobody:
                break
            floor = lowest
            call(w, chosen, now, week)
    for i in range(len(w.customers)):
        w.customers[i].marks &= 0xFF ^ st.TO_CALL  # as one byte: in plain Python NumPy refuses a negative mask


@hot
def call(w, i, now, week):
    """A colleague of the team calls customer i at date `now`: an open need may be met, the memory moves either way."""
    p, c, k = w.p, w.customers[i], i % w.p.teams
    u = chance.four(p.seed, p.replicate, i, int(now), chance.CALL, 0)
    tally = w.tallies[week, k * p.team_size + int(u[3] * p.team_size)]
    tally.n[st.N_CALLED] += 1.0
    tally.n[st.N_MINUTES] += p.call_minutes
    before = score_of(p, c)
    waiting = 1.0 if c.marks & st.OPEN else 0.0
    met = 1.0 if u[2] < p.call_meets else 0.0
    if p.memory:
        c.end = manager.called_memory(np.float64(c.end), waiting, met, p.call_relief, p.call_failed)
    reconsider(p, w.teams[k], c, now, before)
    if waiting * met > 0.0:
        deal(p, c, i, w.hand_places, w.hands[k])
        end_need(w, i, now, week, now)
    w.next_at[i] = min(c.due, c.leaves_at)


def repair(firm: Firm, week: int) -> None:
    """A pay period of repair goes to the team with the worst reading of the measure that is used; what was mended fades.

    Without a reading nobody knows where to begin, and nothing is spent.
    """
    loop, place = firm.spec.management.closed_loop, firm.used
    if place is None:
        return
    teams = firm.w.teams
    figure = firm.used_sign * firm.read["manager"].value[:, place]
    worst = -1 if np.isnan(figure).all() else int(np.nanargmin(figure))
    for team in range(len(teams)):
        effort = loop.repair if team == worst else 0.0
        teams[team].repair = manager.repaired(float(teams[team].repair), effort, loop.repair_most, loop.repair_fading)
    firm.recorder.tally(week, "repairs", float(worst >= 0 and loop.repair > 0.0))
