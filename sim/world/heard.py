"""What is heard of a contact: the complaint, and the answers to surveys.

p, firm, c, … are records of `layout` and `state`; w is the whole world; `week` is the row of the accounts.
"""

from __future__ import annotations

import numpy as np

from sim.incentives import tactics as act
from sim.rules import voice
from sim.rules.kernel import fused, hot
from sim.world import readings
from sim.world import state as st
from sim.world.hand import SURVEYS, look, look_normal
from sim.world.mind import answer_of, feeling_of, hope_of


@hot
def done(mask, k):
    """1.0 if act k is in the mask."""
    return 1.0 if mask & (1 << k) else 0.0


@hot
def complain(p, firm, c, tally, voice_factor, u, tried, worked, score):
    """Complaint about an unmet need: wished for, made aloud, hushed by staff, diverted by the firm, or recorded and remedied.

    u: four uniforms. Returns intended, voiced, recorded (0 or 1), whether the need was met by it, and minutes spent on hushing.
    """
    if u[0] >= voice.complaint_wish(score, p.complaint_at, p.complaint_slope):
        return 0.0, 0.0, 0.0, False, 0.0
    tally.n[st.N_INTENDED] += 1.0
    if u[1] >= voice.aloud(p.aloud, hope_of(p, c), voice_factor):
        return 1.0, 0.0, 0.0, False, 0.0
    tally.n[st.N_VOICED] += 1.0
    minutes = p.act_minutes[act.DIVERT] if tried & (1 << act.DIVERT) else 0.0
    hushed = worked & (1 << act.DIVERT) != 0
    diverted = not hushed and u[2] < firm.levers[act.DIVERSION] * p.reach[act.DIVERSION]
    if hushed or diverted:
        tally.n[st.N_HUSHED] += 1.0 if hushed else 0.0
        tally.n[st.N_DIVERTED] += 1.0 if diverted else 0.0
        c.marks |= st.LOST_HOPE
        if p.memory:
            c.end = np.float64(c.end) - p.hushed
        return 1.0, 1.0, 0.0, False, minutes
    tally.n[st.N_RECORDED] += 1.0
    if p.memory:
        c.end = np.float64(c.end) + p.relief
    return 1.0, 1.0, 1.0, u[3] < p.remedy, minutes


@fused
def ask_all(w, i, post, k, when, week, at, tried, worked, passed, score, satisfaction, efforts, wait, solved, first, hand):
    """Put the question of every survey that speaks for contacts."""
    p, c, measures, cells = w.p, w.customers[i], w.measures, w.readings[week, post]
    lift = p.plead_lift * done(worked, act.PLEAD) + p.gift_lift * done(worked, act.GIFT)
    selecting = done(worked, act.SELECT)
    trouble = 1.0 if solved <= 0.0 or c.contacts > 0 else 0.0
    asked = w.read_at[st.AT_ANSWER]
    for place in range(asked[0]):
        j = asked[place + 1]
        m = measures[j]
        if m.reads == 3 and not first:
            continue
        latent = answer_of(p, m.reads, score, satisfaction, efforts, wait, solved)
        since = np.float64(np.float32(at)) - np.float64(w.invited_at[i, m.survey])  # its date is kept in single precision
        fatigued = 1.0 if since < p.fatigue_weeks else 0.0
        value, reached = readings.ask(
            p, w.firm, m, cells[j], i, when, 2 * j, look(hand, SURVEYS + place), look_normal(hand, SURVEYS + place),
            w.teams[k].filtering, fatigued, latent, feeling_of(p, m.reads, score, satisfaction), selecting, lift, trouble,
        )  # fmt: skip
        if reached > 0:
            w.invited_at[i, m.survey] = at
        if reached > 1:
            w.tallies[week, post].n[st.N_ASKING] += m.cost
        if reached > 2 and j == p.loop_measure:
            c.marks |= st.TO_CALL
        if value == value and m.taught:
            readings.learn(w.lessons[post, j + 1], tried, passed, value - m.centre)
