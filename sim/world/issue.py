"""An issue from the need to its end: its date and difficulty, what the log says of it, how it ends or comes back.

p, c, team, … are records of `layout` and `state`; w is the whole world; `week` is the row of the accounts.
"""

from __future__ import annotations

import math

import numpy as np

from sim.rules import service
from sim.rules.kernel import fused, hot
from sim.world import chance, readings
from sim.world import state as st
from sim.world.hand import NEXT_NEED, SURVEYS, look, look_normal
from sim.world.mind import score_of


@hot
def next_need(p, c, segments, u, z):
    """Date the customer's next need from the one before (Poisson, seasonal), and draw its difficulty (sd).

    u: four uniforms, z: the normal of the second.
    """
    segment = segments[c.segment]
    rate = p.needs_per_week * segment.needs
    if rate > 0.0:
        c.need_at += service.gap_in_season(-math.log(u[0]) / rate, c.need_at, p.season)
    else:
        c.need_at = st.NEVER
    c.difficulty = chance.from_latent_at(p.difficulty_family, p.difficulty_a, p.difficulty_b, u[1], z) + segment.difficulty


@hot
def mark_log(p, c, team, at, solved, u_misjudged, closing):
    """What the log says of the issue: done, done in good faith although it is not, or done because somebody wants it so.

    Returns (as written in good faith, as written) for this contact, 0 or 1.
    """
    good_faith = 1.0 if solved > 0.0 or u_misjudged < p.misjudged else 0.0
    written = 1.0 if good_faith > 0.0 or closing else 0.0
    if good_faith > 0.0 and not c.marks & st.LOG_MARKED:
        c.marked_after = at - c.need_at
        c.marks |= st.LOG_MARKED
        team.open_in_good_faith -= 1
    if written > 0.0 and not c.marks & st.LOG_CLOSED:
        c.closed_after = at - c.need_at
        c.marks |= st.LOG_CLOSED
        team.open_in_log -= 1
    return good_faith, written


@hot
def note_visit(c, post, at, mask, solved):
    """Who served, when, and whether it was the first time and solved."""
    first = not c.marks & st.SERVED
    if first:
        c.first_after = at - c.need_at
        c.first_server = post
        c.first_acts = mask
        if solved > 0.0:
            c.marks |= st.FIRST_SOLVED
    elif c.second_after >= st.NEVER:
        c.second_after = at - c.need_at
    c.marks |= st.SERVED
    c.server = post
    c.acts = mask
    return first


@fused
def end_need(w, i, at, week, met_at):
    """The issue ends, met at a date or never; the next need is dated from this one, and waits for nobody.

    The customer's hand has been dealt.
    """
    p, c, k = w.p, w.customers[i], i % w.p.teams
    team, tally, hand = w.teams[k], w.tallies[week, p.employees + k], w.hands[k]
    served = c.marks & st.SERVED
    row = c.server if served else p.employees + k
    e = c.server if served else 0
    if met_at < st.NEVER:
        c.marked_after = min(np.float64(c.marked_after), met_at - c.need_at)
        c.closed_after = min(np.float64(c.closed_after), met_at - c.need_at)
    readings.log_ended(
        p, w.firm, w.measures, w.read_at[st.AT_END], w.readings[week, row], c, i, tally, team.filtering, met_at, score_of(p, c),
        w.lessons[e], hand, SURVEYS + w.read_at[st.AT_ANSWER, 0],
    )  # fmt: skip
    if served:
        first = c.first_server
        readings.log_first(w.measures, w.read_at[st.AT_FIRST], w.readings[week, first], c, w.lessons[first])
    tally.n[st.N_ENDED] += 1.0
    tally.n[st.N_MET] += 1.0 if met_at < st.NEVER else 0.0
    team.open -= 1
    if not c.marks & st.LOG_CLOSED:
        team.open_in_log -= 1
    if not c.marks & st.LOG_MARKED:
        team.open_in_good_faith -= 1
    c.marks &= st.OF_THE_PERSON
    c.contacts = 0
    c.first_after = st.NEVER
    c.second_after = st.NEVER
    c.marked_after = st.NEVER
    c.closed_after = st.NEVER
    c.need += 1
    next_need(p, c, w.segments, look(hand, NEXT_NEED), look_normal(hand, NEXT_NEED))
    c.due = max(c.need_at, at)


@fused
def leave(w, i, week):
    """The customer is gone; what was open has ended."""
    c, k = w.customers[i], i % w.p.teams
    c.status = st.LEFT
    c.due = st.NEVER
    c.leaves_at = st.NEVER
    w.teams[k].answers[c.answer] -= 1
    w.teams[k].active -= 1
    w.members[k, c.segment] -= 1
    tally = w.tallies[week, w.p.employees + k]
    tally.n[st.N_LEFT_ANSWER + c.answer] += 1.0
    tally.n[st.N_LEFT] += 1.0


@fused
def come_back(w, i, at, u_return, u_delay):
    """An unmet need comes back after a while, or is given up: STILL_OPEN or NEVER."""
    p, c = w.p, w.customers[i]
    again = service.return_probability(p.return_probability, p.return_fading, c.contacts, p.return_cap)
    c.contacts += 1
    if not p.repeats or u_return >= again:
        return st.NEVER
    delay = chance.from_latent(p.return_delay_family, p.return_delay_a, p.return_delay_b, u_delay)
    c.due = at + max(delay, 0.0)
    return st.STILL_OPEN
