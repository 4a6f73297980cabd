"""What is compiled of the opening of a world: who holds the posts, the weeks of a pilot, the customers who are there.

`survivors`, `pilot` and `start` prepare what is read here; p, w, c, … are records and arrays of `layout` and `state`.
"""

from __future__ import annotations

from sim.rules import customer, employee, renewal, voice
from sim.rules.kernel import hot
from sim.world import chance
from sim.world import state as st
from sim.world import week as engine

MEMORY = 26.0  # weeks over which a pilot's mean load is taken


@hot
def quit_hazards(family, a, b, shift, rate, slope, by_pay, premium, out):
    """Quits a week in the middle of each equally likely cell of resting engagement; `shift` is what work does to it."""
    for i in range(len(out)):
        level = chance.from_latent(family, a, b, (i + 0.5) / len(out)) + shift
        out[i] = employee.quit_hazard(rate, slope, level, by_pay, premium)


@hot
def hold_posts(edges, hazard, history, family, a, b, of_trait, of_tenure, engagement, tenure):
    """Resting engagement and tenure (weeks) of those who hold the posts, from a uniform each; arrays (n,)."""
    for e in range(len(of_trait)):
        rank = renewal.rank_among_newcomers(edges, of_trait[e])
        engagement[e] = chance.from_latent(family, a, b, rank)
        tenure[e] = renewal.time_there(of_tenure[e], hazard[int(rank * len(hazard))], history)


@hot
def enlist(w, first):
    """The customers of a pilot: newcomers all, each segment by its share (`first` (S + 1,): where it begins)."""
    for segment in range(len(first) - 1):
        for i in range(first[segment], first[segment + 1]):
            expectation, memory, taste, contract, _, _ = engine.person(w, i)
            engine.enter(w, i, 0.0, expectation, memory, memory, taste, contract, segment)


@hot
def pilot_week(t, due, load, usual, swing, *arrays):
    """Week t of a pilot up to the first contact; returns the load of a team as it usually is, contacts a week.

    The load of a team swings about its mean by `swing` times what it is, for it swings less where more customers share it.
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    clear(w, load)
    n = engine.demand(w, float(t), due, load)
    total = 0.0
    for k in range(w.p.teams):
        total += load[k]
    usual += (total / w.p.teams - usual) * max(1.0 / (t + 1.0), 1.0 / MEMORY)
    for k in range(w.p.teams):
        load[k] = usual + swing * (load[k] - usual)
    if w.p.queue:
        engine.queues(w, load)
    engine.by_team(w, due, n)
    return usual


@hot
def pilot_count(t, goal, seen, *arrays):
    """The end of week t: note in `seen[t]` the factor `stands_for`, contacts, minutes and needs.

    With a goal the factor is moved until occupancy meets it on average, in steps that become smaller (Robbins & Monro 1951).
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    engine.close_week(w, 0)
    seen[t, 0] = w.p.stands_for
    for e in range(w.p.employees):
        seen[t, 1] += w.tallies[0, e].n[st.N_CONTACTS]
        seen[t, 2] += w.tallies[0, e].n[st.N_MINUTES]
    for k in range(w.p.teams):
        seen[t, 3] += w.tallies[0, w.p.employees + k].n[st.N_NEEDS]
    if goal > 0.0:
        occupancy = 0.0
        for k in range(w.p.teams):
            occupancy += w.teams[k].occupancy / w.p.teams
        settling = len(seen) // 4
        gain = 0.5 if t < settling else 1.0 / (2.0 + t - settling)
        w.p.stands_for *= 1.0 + gain * (goal - occupancy) / goal


@hot
def clear(w, load):
    """Empty the accounts of the week before."""
    for k in range(w.p.teams):
        load[k] = 0.0
    for row in range(w.tallies.shape[1]):
        for k in range(st.COUNTS):
            w.tallies[0, row].n[k] = 0.0


@hot
def note_minds(w, minds, age):
    """Keep what everybody has in mind."""
    for i in range(len(w.customers)):
        c = w.customers[i]
        mind = minds[age, i]
        mind.expectation = c.expectation
        mind.end = c.end
        mind.peak = c.peak
        mind.lost_hope = c.marks & st.LOST_HOPE


@hot
def settled_from(minds):
    """The age from which minds are taken as settled: the last third of those that were noted."""
    return 2 * len(minds) // 3


@hot
def exit_hazards(p, minds, first, out):
    """Departures a week by segment, contract and cell of newcomers' taste, (S, 2, cells), averaged over settled minds."""
    cells, settled = out.shape[2], settled_from(minds)
    for s in range(out.shape[0]):
        low, high = first[s], first[s + 1]
        if low == high:
            low, high = 0, first[-1]
        for j in range(cells):
            taste = chance.from_latent(p.taste_family, p.taste_a, p.taste_b, (j + 0.5) / cells)
            mean = 0.0
            for age in range(settled, len(minds)):
                for i in range(low, high):
                    mind = minds[age, i]
                    remembered = customer.memory(mind.peak, mind.end, p.peak_weight)
                    score = customer.experience(p.level, p.slope, remembered, taste)
                    mean += voice.exit_hazard(score, p.exit_rate, p.exit_at, p.exit_slope, 1.0)
            mean /= (high - low) * (len(minds) - settled)
            out[s, 0, j] = mean
            out[s, 1, j] = mean * p.contract_damping


@hot
def settle(w, at, start):
    """The customers of the start enter at date `at`: who is there of all who came, and what he has in mind by now."""
    p = w.p
    for i in range(p.customers):
        u = chance.four(p.seed, p.replicate, i, 0, chance.PERSON, 0)
        v = chance.four(p.seed, p.replicate, i, 0, chance.PERSON, 1)
        segment = renewal.cell_of(start.edges, u[0])
        contract = int(v[0] < start.bound[segment])
        rank = renewal.rank_among_newcomers(start.taste[segment, contract], u[3])
        taste = chance.from_latent(p.taste_family, p.taste_a, p.taste_b, rank)
        hazard = start.hazard[segment, contract]
        weeks = renewal.time_there(v[2], hazard[int(rank * len(hazard))], start.history)
        expectation, end, _, _, _, _ = engine.person(w, i)
        peak = end
        low, high = start.first[segment], start.first[segment + 1]
        if low == high:
            low, high = 0, start.first[-1]
        place = v[3] * (high - low)
        age, settled = int(min(weeks / start.every, 1e6) + 0.5), settled_from(start.minds)
        if age >= settled:
            age = settled + int((place - int(place)) * (len(start.minds) - settled))
        mind = start.minds[age, low + int(place)]
        if age > 0 and p.expectation:
            expectation = mind.expectation
        if age > 0 and p.memory:
            end = mind.end
            peak = mind.peak
            w.customers[i].marks |= mind.lost_hope
        engine.enter(w, i, at, expectation, end, peak, taste, contract, segment)
