"""A week of the contacts technology: demand → queue → contacts in order of customers → newcomers → what is read weekly.

Customers meet only through the queue (the week's load) and through staff, who do not change within a week; so the order
in which customers are played changes nothing. A week is one pass over the due ones, team by team, since a team's accounts
fit where memory is fastest; within a team they come in the order of their rows, in which sums are formed.
"""

from __future__ import annotations

import math

import numpy as np

from sim.rules import customer, service
from sim.rules.kernel import fused, hot, threaded
from sim.world import chance, readings
from sim.world import layout as code
from sim.world import state as st
from sim.world.contact import contact
from sim.world.hand import BETWEEN, deal
from sim.world.issue import end_need, leave, next_need
from sim.world.loop import call_back, stand
from sim.world.mind import expect, hazard_of, score_of


@hot
def demand(w, now, due, load):
    """List in due[0] for whom something happens in the week that starts at `now`; count the contacts by team.

    due (2, customers) int32: who is due, as found, and by team (`by_team`). Returns how many there are.
    """
    end = now + 1.0
    n = 0
    for i in range(len(w.next_at)):
        if w.next_at[i] < end:
            due[0, n] = i
            n += 1
            c = w.customers[i]
            if c.due <= c.leaves_at:
                load[i % w.p.teams] += 1.0
    return n


@hot
def queues(w, load):
    """The distribution of waiting of each team at this week's load and last week's handle time."""
    p = w.p
    for k in range(p.teams):
        team = w.teams[k]
        contacts = load[k] + team.same_week
        per_minute = contacts * p.stands_for / (p.hours * 60.0) if p.arrivals_per_hour < 0.0 else p.arrivals_per_hour / 60.0
        minutes = team.minutes * team.drag
        team.delayed = service.tabulate_wait(per_minute, minutes, p.servers, p.patience, team.waits)
        team.arrivals = per_minute
        team.occupancy = service.occupancy(per_minute * minutes, p.servers, team.delayed)
        if p.patience >= service.NO_PATIENCE_LIMIT:
            surplus = (per_minute * minutes - service.STABLE * p.servers) * p.hours * 60.0
            team.backlog = max(0.0, team.backlog + surplus)


@fused
def play(w, i, now, week):
    """Everything that happens to customer i in this week, in the order of its dates.

    That he would call was seen when the week began; that he would call again was not, and is counted.
    """
    c = w.customers[i]
    end, calls = now + 1.0, 0
    while c.status == st.ACTIVE and (c.due < end or c.leaves_at < end):
        deal(w.p, c, i, w.hand_places, w.hands[i % w.p.teams])
        leaving = c.leaves_at < c.due
        at = c.leaves_at if leaving else max(c.due, now)
        if leaving:
            met_at = st.NEVER if c.marks & st.OPEN else st.STILL_OPEN
        else:
            met_at = contact(w, i, at, week)
            calls += 1
        if met_at != st.STILL_OPEN:
            end_need(w, i, at, week, met_at)
        if leaving:
            leave(w, i, week)
    if calls > 1:
        w.tallies[week, w.p.employees + i % w.p.teams].n[st.N_SAME_WEEK] += calls - 1.0
    w.next_at[i] = min(c.due, c.leaves_at)


@hot
def by_team(w, due, n):
    """List in due[1] the first n of due[0], team by team, within a team in the order they have there."""
    teams = w.p.teams
    for k in range(teams):
        w.teams[k].place = 0
    for j in range(n):
        w.teams[due[0, j] % teams].place += 1
    before = 0
    for k in range(teams):
        here = w.teams[k].place
        w.teams[k].place = before
        before += here
    for j in range(n):
        team = w.teams[due[0, j] % teams]
        due[1, team.place] = due[0, j]
        team.place += 1


@threaded
def play_teams(due, first, last, now, week, *arrays):
    """Play the due customers of the teams from `first` to below `last`, after `by_team`.

    Teams share nothing that is written to, so several threads may play a world, each its own teams, with the same result.
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for j in range(w.teams[first - 1].place if first > 0 else 0, w.teams[last - 1].place):
        play(w, np.int64(due[1, j]), now, week)


@hot
def enter(w, i, at, expectation, end, peak, taste, contract, segment):
    """Customer i is there from date `at` on: his first answer, his next need, the threshold at which he leaves."""
    c, p, team = w.customers[i], w.p, w.teams[i % w.p.teams]
    c.status = st.ACTIVE
    c.segment = segment
    c.contract = contract
    c.taste = taste
    expect(p, c, at, expectation)
    c.end = end
    c.peak = peak
    score = score_of(p, c)
    c.answer = int(customer.whole(score))
    team.answers[c.answer] += 1
    team.active += 1
    w.members[i % p.teams, segment] += 1
    c.need_at = at
    u = chance.four(p.seed, p.replicate, i, np.int64(c.need), chance.NEED, 0)
    next_need(p, c, w.segments, u, chance.normal_from(u[1]))
    c.due = c.need_at
    if p.exit:
        threshold = -math.log(chance.uniform(p.seed, p.replicate, i, 0, chance.EXIT, 0))
        hazard = hazard_of(p, c, score)
        if hazard > 0.0:
            c.leaves_at = at + threshold / hazard
    w.next_at[i] = min(c.due, c.leaves_at)


@hot
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


@hot
def newcomers(w, now, from_row, to_row, join, raised, due, n):
    """The prospects of this week join or go by; the same prospects come by in every world.

    They are added to those who are `due`. Returns how many there are then.
    """
    p = w.p
    for i in range(from_row, min(to_row, len(w.customers))):
        u = chance.uniform(p.seed, p.replicate, i, 0, chance.PROSPECT, 0)
        if u < join:
            expectation, memory, taste, contract, day, segment = person(w, i)
            enter(w, i, now + day, expectation + raised, memory, memory, taste, contract, segment)
            due[0, n] = i
            n += 1
    return n


@hot
def read_weekly(w, now, week):
    """What is read at the end of a week rather than at a contact: departures, backlog, surveys of all customers."""
    for k in range(w.p.teams):
        team, row = w.teams[k], w.p.employees + k
        left, active = w.tallies[week, row].n[st.N_LEFT], float(team.active)
        for j in range(len(w.measures)):
            m, cell = w.measures[j], w.readings[week, row, j]
            if m.reads == code.DEPARTURES:
                readings.log(m, cell, left, active / 52.0, left, active / 52.0, left, left)
            elif m.reads == code.BACKLOG:
                readings.log(m, cell, team.open, active, team.open, active, team.open_in_good_faith, team.open_in_log)
    for j in range(len(w.measures)):
        if w.measures[j].reads <= 3 and w.measures[j].population == 1:
            ask_everybody(w, j, now, week)


@hot
def ask_everybody(w, j, now, week):
    """A survey of all customers, wherever they stand, by the week; credited to their team."""
    p, m = w.p, w.measures[j]
    for i in range(len(w.customers)):
        c = w.customers[i]
        if c.status != st.ACTIVE:
            continue
        k = i % p.teams
        row = p.employees + k
        trouble = 1.0 if c.marks & st.OPEN else 0.0
        fatigued = 1.0 if now + 1.0 - w.invited_at[i, m.survey] < p.fatigue_weeks else 0.0
        u = chance.four(p.seed, p.replicate, i, int(now), chance.SURVEY, 2 * j + BETWEEN)
        _, reached = readings.ask(
            p, w.firm, m, w.readings[week, row, j], i, int(now), 2 * j + BETWEEN, u, chance.normal_from(u[1]),
            w.teams[k].filtering, fatigued,
            score_of(p, c), score_of(p, c), 0.0, 0.0, trouble,
        )  # fmt: skip
        if reached > 0:
            w.invited_at[i, m.survey] = now + 1.0
        if reached > 1:
            w.tallies[week, row].n[st.N_ASKING] += m.cost
        if reached > 2 and j == p.loop_measure:
            c.marks |= st.TO_CALL


@hot
def close_week(w, week):
    """Handle time of this week, and calls that it did not see coming, are what next week's queue is read from."""
    p = w.p
    for team in range(p.teams):
        contacts = 0.0
        minutes = 0.0
        for e in range(team * p.team_size, (team + 1) * p.team_size):
            contacts += w.tallies[week, e].n[st.N_CONTACTS]
            minutes += w.tallies[week, e].n[st.N_MINUTES]
        if contacts > 0.0:
            w.teams[team].minutes = minutes / contacts
        w.teams[team].same_week = w.tallies[week, p.employees + team].n[st.N_SAME_WEEK]


@hot
def begin(now, row, due, load, from_row, to_row, join, raised, *arrays):
    """The week that starts at `now`, accounted in `row`, up to the first contact: call-backs, queues, newcomers, who is due.

    Returns how many join. What follows is `play_teams`, then `finish`.
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for team in range(w.p.teams):
        load[team] = 0.0
    stand(w)
    if w.p.loop_measure >= 0:
        call_back(w, now, row)
    here = demand(w, now, due, load)
    if w.p.queue:
        queues(w, load)
    n = newcomers(w, now, from_row, to_row, join, raised, due, here)
    by_team(w, due, n)
    return n - here


@hot
def finish(now, row, recent_out, readings_out, counts_out, stock_out, members_out, *arrays):
    """The end of the week: what is read then, next week's handle time, the totals of the firm in the order of its rows."""
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for e in range(w.p.employees):
        w.staff[e].tenure += 1.0
    read_weekly(w, now, row)
    close_week(w, row)
    add_up(w.measures, w.readings[row], w.tallies[row], recent_out, readings_out, counts_out)
    take_stock(w.teams, w.members, stock_out, members_out)


@hot
def add_up(measures, cells, tallies, recent_out, readings_out, counts_out):
    """Totals of the firm in the order of its rows; the reported reading of each row is handed on (E + T, M, 3)."""
    for r in range(cells.shape[0]):
        for j in range(cells.shape[1]):
            cell = cells[r, j]
            readings.carry(measures[j].written, cell)
            recent_out[r, j, 0] = cell.num[st.REALISED]
            recent_out[r, j, 1] = cell.den[st.REALISED]
            recent_out[r, j, 2] = cell.square
            for stage in range(st.STAGES):
                readings_out[j, stage, 0] += cell.num[stage]
                readings_out[j, stage, 1] += cell.den[stage]
        for k in range(st.COUNTS):
            counts_out[k] += tallies[r].n[k]


@hot
def take_stock(teams, members, stock_out, members_out):
    """What the week leaves behind, (4,): customers, open issues, mean occupancy, mean true answer; customers by segment (S,)."""
    customers = answers = opened = 0
    occupancy = 0.0
    for k in range(len(teams)):
        for answer in range(11):
            customers += teams[k].answers[answer]
            answers += answer * teams[k].answers[answer]
        opened += teams[k].open
        occupancy += teams[k].occupancy
        for segment in range(members.shape[1]):
            members_out[segment] += members[k, segment]
    stock_out[0], stock_out[1], stock_out[2] = customers, opened, occupancy / len(teams)
    stock_out[3] = answers / customers if customers > 0 else np.nan
