"""Dates that customers have ahead of them, when an event changes the rates by which they were set.

What was left of a threshold is used up at the new pace, so a twin world without the event is met by the same chance. Who
had no date because his rate was nil draws a new threshold: waiting has no memory. w is the whole world, `past` the record
of parameters until date `at`.
"""

from __future__ import annotations

import math

from sim.rules import customer, service
from sim.rules.kernel import hot
from sim.world import chance
from sim.world import state as st
from sim.world.mind import hazard_of, put_off, score_of


@hot
def redate(w, past, at):
    """Every customer's next need and his leaving, and the answer he would give, by the values in force from `at` on."""
    for i in range(len(w.customers)):
        c = w.customers[i]
        if c.status != st.ACTIVE:
            continue
        if (past.needs_per_week != w.p.needs_per_week or past.season != w.p.season) and c.need_at > at:
            redate_need(w, past, c, i, at)
        redate_leaving(w, past, c, i, at)
        w.next_at[i] = min(c.due, c.leaves_at)


@hot
def redate_need(w, past, c, i, at):
    """The next need of somebody who has none now."""
    p, share = w.p, w.segments[c.segment].needs
    before, now = past.needs_per_week * share, p.needs_per_week * share
    c.need_at = st.NEVER if now <= 0.0 else c.need_at
    if now > 0.0 and before > 0.0:
        left = before * service.seasonal_weeks(at, c.need_at - at, past.season)
        c.need_at = at + service.gap_in_season(left / now, at, p.season)
    elif now > 0.0:
        threshold = -math.log(chance.uniform(p.seed, p.replicate, i, int(at), chance.NEED, 1))
        c.need_at = at + service.gap_in_season(threshold / now, at, p.season)
    c.due = c.need_at


@hot
def redate_leaving(w, past, c, i, at):
    """When he leaves, by what he thinks of the firm now."""
    p, team = w.p, w.teams[i % w.p.teams]
    score = score_of(p, c)
    team.answers[c.answer] -= 1
    c.answer = int(customer.whole(score))
    team.answers[c.answer] += 1
    before, now = hazard_of(past, c, score_of(past, c)), hazard_of(p, c, score)
    if not p.exit or before == now:
        return
    put_off(c, at, before, now)
    if before <= 0.0:
        c.leaves_at = at - math.log(chance.uniform(p.seed, p.replicate, i, int(at), chance.EXIT, 1)) / now
