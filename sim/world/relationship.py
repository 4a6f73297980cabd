"""What levers are expected to do to a survey of all customers: the people of a team as they stand now, thought through.

Such a survey asks between contacts, so only those through whose hands the answers pass or who choose whom to ask can move
it in one step; what staff do reaches it by way of memory (`aftermath`).
"""

from __future__ import annotations

import numpy as np

from sim.incentives import tactics as act
from sim.rules.kernel import kernel
from sim.world import state as st
from sim.world.hearsay import expect_answer
from sim.world.mind import score_of

LEVERS = (act.FILTER, act.SELECT_CENTRAL, act.RECLASSIFY)


@kernel
def think_customers(team, level, is_open, read, with_act, without, base, *arrays):
    """Add to base (M + 2, 2) and to with_act, without (DIRECT, M + 2, 2) what so many customers of the team would answer.

    They are taken evenly from all who are there. Arguments as in `panel.think_team`.
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    asked = [j for j in read if w.measures[j].population == 1 and w.measures[j].reads == 0]
    step = max(1, w.teams[team].active // st.PANEL_SIZE)
    d = np.zeros(act.ALL_ACTS)
    for k in LEVERS:
        d[k] = level[k]
    place = 0
    for i in range(team, len(w.customers) if len(asked) else 0, w.p.teams):
        c = w.customers[i]
        if c.status != st.ACTIVE:
            continue
        place += 1
        if place % step:
            continue
        score, trouble = score_of(w.p, c), 1.0 if c.marks & st.OPEN else 0.0
        for j in asked:
            expect_answer(w, j, score, score, 0.0, trouble, d, 1.0, base)
            for k in LEVERS:
                if is_open[k]:
                    d[k] = 0.0
                    expect_answer(w, j, score, score, 0.0, trouble, d, 1.0, without[k])
                    d[k] = 1.0
                    expect_answer(w, j, score, score, 0.0, trouble, d, 1.0, with_act[k])
                    d[k] = level[k]
