"""A week of the contacts technology: demand → queue → contacts in order of customers → newcomers → what is read weekly.

Customers meet only through the queue (the week's load) and through staff, who do not change within a week; so the order
in which customers are played changes nothing, and a week is one pass over the due ones.
"""

from __future__ import annotations

import math

from sim.rules import customer, service
from sim.rules.kernel import kernel
from sim.world import chance, readings
from sim.world import params as code
from sim.world import state as st
from sim.world.contact import contact, gap_to_need, hazard_of, leave, score_of


@kernel
def demand(w, now, due, load):
    """List the customers for whom something happens in the week that starts at `now`; count the contacts by team."""
    end = now + 1.0
    n = 0
    for i in range(len(w.next_at)):
        if w.next_at[i] < end:
            due[n] = i
            n += 1
            c = w.customers[i]
            if c.due <= c.leaves_at:
                load[i % w.p.teams] += 1.0
    return n


@kernel
def queues(w, load):
    """The distribution of waiting of each team at this week's load and last week's handle time."""
    p = w.p
    for k in range(p.teams):
        team = w.teams[k]
        contacts = load[k] + team.same_week
        per_minute = contacts * p.stands_for / (p.hours * 60.0) if p.arrivals_per_hour < 0.0 else p.arrivals_per_hour / 60.0
        minutes = team.minutes * team.drag
        team.delayed = service.tabulate_wait(per_minute, minutes, p.servers, p.patience, team.waits)
        team.occupancy = per_minute * minutes / p.servers
        if p.patience >= service.NO_PATIENCE_LIMIT:
            surplus = (per_minute * minutes - service.STABLE * p.servers) * p.hours * 60.0
            team.backlog = max(0.0, team.backlog + surplus)


@kernel
def play(w, i, now, week):
    """Everything that happens to customer i in this week, in the order of its dates."""
    c = w.customers[i]
    team = i % w.p.teams
    end = now + 1.0
    while c.status == st.ACTIVE and (c.due < end or c.leaves_at < end):
        if c.leaves_at < c.due:
            leave(w, i, c.leaves_at, week, team)
        else:
            contact(w, i, max(c.due, now), week, team)
    w.next_at[i] = min(c.due, c.leaves_at)


@kernel
def enter(w, i, at, expectation, end, taste, contract, segment):
    """Customer i is there from date `at` on: his first answer, his first need, the threshold at which he leaves."""
    c, p = w.customers[i], w.p
    c.status = st.ACTIVE
    c.segment = segment
    c.contract = contract
    c.taste = taste
    c.expectation = expectation
    c.end = end
    c.peak = end
    c.touched = at
    score = score_of(w, i)
    c.answer = int(customer.whole(score))
    w.firm.answers[c.answer] += 1
    w.teams[i % p.teams].active += 1
    c.need_at = at + gap_to_need(w, i, 0, at)
    c.due = c.need_at
    if p.exit:
        threshold = -math.log(chance.uniform(p.seed, p.replicate, i, 0, chance.EXIT, 0))
        hazard = hazard_of(w, i, score)
        if hazard > 0.0:
            c.leaves_at = at + threshold / hazard
    w.next_at[i] = min(c.due, c.leaves_at)


@kernel
def person(w, i):
    """Traits of customer i from keyed uniforms: expectation, memory, taste, contract, day of the week, segment."""
    p = w.p
    u = chance.four(p.seed, p.replicate, i, 0, chance.PERSON, 0)
    v = chance.four(p.seed, p.replicate, i, 0, chance.PERSON, 1)
    segment = 0
    while segment < len(w.segments) - 1 and u[0] >= w.segments[segment].edge:
        segment += 1
    expectation = chance.from_latent(p.first_expectation_family, p.first_expectation_a, p.first_expectation_b, u[1])
    memory = chance.from_latent(p.first_memory_family, p.first_memory_a, p.first_memory_b, u[2])
    taste = chance.from_latent(p.taste_family, p.taste_a, p.taste_b, u[3])
    return expectation, memory, taste, int(v[0] < p.contract_share), v[1], segment


@kernel
def settle(w, at):
    """The customers of the start enter at date `at`."""
    for i in range(w.p.customers):
        expectation, memory, taste, contract, _, segment = person(w, i)
        enter(w, i, at, expectation, memory, taste, contract, segment)


@kernel
def newcomers(w, now, week, from_row, to_row, join, raised):
    """The prospects of this week join or go by; the same prospects come by in every world. Returns how many joined."""
    joined = 0
    p = w.p
    for i in range(from_row, min(to_row, len(w.customers))):
        u = chance.uniform(p.seed, p.replicate, i, 0, chance.PROSPECT, 0)
        if u < join:
            expectation, memory, taste, contract, day, segment = person(w, i)
            enter(w, i, now + day, expectation + raised, memory, taste, contract, segment)
            play(w, i, now, week)
            joined += 1
    return joined


@kernel
def read_weekly(w, now, week):
    """What is read at the end of a week rather than at a contact: departures, backlog, surveys of all customers."""
    p = w.p
    for j in range(len(w.measures)):
        for team in range(p.teams):
            row = p.employees + team
            active = float(w.teams[team].active)
            if w.measures[j].reads == code.DEPARTURES:
                left = w.counts[week, row, st.N_LEFT]
                readings.log(w, j, row, week, left, active / 52.0, left, active / 52.0, left, left)
            elif w.measures[j].reads == code.BACKLOG:
                real, logged = float(w.teams[team].open), float(w.teams[team].open_in_log)
                readings.log(w, j, row, week, real, active, real, active, logged, logged)
        if w.measures[j].reads <= 3 and w.measures[j].population == 1:
            ask_everybody(w, j, now, week)


@kernel
def ask_everybody(w, j, now, week):
    """A survey of all customers, wherever they stand, by the week; credited to their team."""
    p = w.p
    for i in range(len(w.customers)):
        c = w.customers[i]
        if c.status != st.ACTIVE:
            continue
        team = i % p.teams
        trouble = 1.0 if c.flags & st.OPEN else 0.0
        readings.ask(
            w, j, i, p.employees + team, team, int(now), 2 * j + 1000, week, now + 1.0, score_of(w, i), False, 0.0, trouble
        )


@kernel
def close_week(w, week):
    """Handle time and quick repeats of this week are what next week's queue is read from."""
    p = w.p
    for team in range(p.teams):
        contacts = 0.0
        minutes = 0.0
        for e in range(team * p.team_size, (team + 1) * p.team_size):
            contacts += w.counts[week, e, st.N_CONTACTS]
            minutes += w.counts[week, e, st.N_MINUTES]
        if contacts > 0.0:
            w.teams[team].minutes = minutes / contacts
        w.teams[team].same_week = w.counts[week, p.employees + team, st.N_SAME_WEEK]


@kernel
def advance(w, now, row, due, load, from_row, to_row, join, raised, readings_out, counts_out):
    """The week that starts at `now`, accounted in `row`; adds up the firm in the order of its rows. Returns joiners."""
    w.readings[row] = 0.0
    w.squares[row] = 0.0
    w.counts[row] = 0.0
    for team in range(w.p.teams):
        load[team] = 0.0
    n = demand(w, now, due, load)
    if w.p.queue:
        queues(w, load)
    for j in range(n):
        play(w, due[j], now, row)
    joined = newcomers(w, now, row, from_row, to_row, join, raised)
    for e in range(w.p.employees):
        w.staff[e].tenure += 1.0
    read_weekly(w, now, row)
    close_week(w, row)
    for r in range(w.counts.shape[1]):
        for j in range(len(w.measures)):
            for stage in range(st.STAGES):
                readings_out[j, stage, 0] += w.readings[row, j, r, stage, 0]
                readings_out[j, stage, 1] += w.readings[row, j, r, stage, 1]
        for k in range(st.COUNTS):
            counts_out[k] += w.counts[row, r, k]
    return joined
