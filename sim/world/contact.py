"""One contact, from the queue to what becomes of the need. The science is in `sim.rules`; here is its order.

queue → who serves → what is done → work → experience → survey → complaint → log → the need ends or comes back → exit.
Arguments named p, c, m, team, e, … are records of `state` and `layout`: a customer, a measure, a team, an employee.
"""

from __future__ import annotations

import math

import numpy as np

from sim.incentives import tactics as act
from sim.rules import customer, service, voice
from sim.rules.kernel import fused, hot
from sim.world import chance, readings
from sim.world import state as st
from sim.world.hand import ACTS, AFTER, COMPLAINT, CONTACT, FOLLOW_UP, look
from sim.world.heard import ask_all, complain, done
from sim.world.issue import come_back, mark_log, note_visit
from sim.world.mind import expectation_of, experience_contact, hope_of, reconsider, score_of


@fused
def abandon(w, i, at, week, wait, u):
    """The caller hangs up: he has waited for nothing, and may try again."""
    p, c = w.p, w.customers[i]
    before = score_of(p, c)
    row = p.employees + i % p.teams
    tally = w.tallies[week, row]
    tally.n[st.N_ABANDONED] += 1.0
    tally.n[st.N_WAIT] += wait
    readings.log_abandoned(w.measures, w.read_at[st.AT_LOG], w.readings[week, row], c.contacts == 0, wait)
    experience_contact(p, c, at, 0.0, wait, 0.0, c.contacts + p.extra_handoffs)
    reconsider(p, w.teams[i % p.teams], c, at, before)
    return come_back(w, i, at, u[2], u[3])


@hot
def attempts(e, hand):
    """Which acts employee e attempts in this contact, and which of them work: two bit masks.

    One uniform an act: below intensity it is attempted, below intensity × skill it works.
    """
    tried = 0
    worked = 0
    for block in range(3):
        first = 4 * block
        last = min(first + 4, act.ACTS)
        wanted = 0.0
        for k in range(first, last):
            wanted += e.intensity[k]
        if wanted <= 0.0:
            continue
        u = look(hand, ACTS + block)
        for k in range(first, last):
            if u[k - first] < e.intensity[k]:
                tried |= 1 << k
                if u[k - first] < e.intensity[k] * e.skill[k]:
                    worked |= 1 << k
    return tried, worked


@fused
def route(w, i, k, when, u_who, difficulty, week, hand):
    """Who serves: a colleague of the team by chance; one who picks easy cases may pass a hard-looking one on.

    Returns the employee's post, what he attempts, what works, and 1 if the case was passed to him.
    """
    p = w.p
    place = int(u_who * p.team_size)
    post = k * p.team_size + place
    tried, worked = attempts(w.staff[post], hand)
    if not worked & (1 << act.CHERRY) or p.team_size < 2:
        return post, tried, worked, 0.0
    u = chance.four(p.seed, p.replicate, i, when, chance.ACTS, 3)
    if not service.seems_hard(difficulty, p.cherry_sight, chance.normal_from(u[0]), p.hard_case):
        return post, tried, worked, 0.0
    tally = w.tallies[week, post]
    tally.n[st.N_MINUTES] += p.act_minutes[act.CHERRY]
    tally.n[st.N_GAMING] += p.act_minutes[act.CHERRY]
    other = k * p.team_size + (place + 1 + int(u[1] * (p.team_size - 1))) % p.team_size
    tried, worked = attempts(w.staff[other], hand)
    return other, tried & ~(1 << act.CHERRY), worked & ~(1 << act.CHERRY), 1.0


@hot
def own_minutes(p, e, difficulty, u):
    """Handle time before care or haste, minutes."""
    minutes = service.handle_minutes(
        p.minutes * p.process_minutes, p.minutes_by_difficulty, p.minutes_by_ability, difficulty, e.ability,
        p.novice_minutes * e.fresh,
    )  # fmt: skip
    spread = p.minutes_spread * (1.0 - 0.5 * p.scripts)
    if spread > 0.0:
        minutes *= math.exp(spread * chance.normal_from(u) - 0.5 * spread * spread)
    return minutes


@hot
def solve_probability(p, e, sound, difficulty, care, rush):
    """Chance that e resolves a need of this difficulty; sound: that the process does not fail him."""
    odds = service.resolution_log_odds(
        p.resolution, p.resolution_by_difficulty, p.resolution_by_ability, p.resolution_by_engagement, difficulty,
        e.ability, e.engagement, p.novice_resolution * e.fresh, p.scripts, p.script_error, p.script_rigidity,
    )  # fmt: skip
    return service.resolve_probability(odds, care, rush, p.care_resolution, p.rush_resolution, sound)


@hot
def note_panel(p, row, c, voice_factor, hope, at, difficulty, wait, u):
    """Keep the contact as it stood before service: expected effects are computed on such contacts."""
    row.difficulty = difficulty
    row.expectation = expectation_of(p, c, at)
    row.end = c.end
    row.peak = c.peak
    row.taste = c.taste
    row.wait = wait
    row.contacts = float(c.contacts)
    row.voice = voice_factor
    row.hope = hope
    row.age = at - c.need_at
    row.closed = c.closed_after
    row.chance = u


@hot
def side_minutes(p, tried, unsolved):
    """Work time of attempts beside serving that take place in this contact, minutes."""
    total = 0.0
    for k in (act.SELECT, act.PLEAD, act.GIFT, act.CHARM):
        if tried & (1 << k):
            total += p.act_minutes[k]
    if unsolved and tried & (1 << act.CLOSE):
        total += p.act_minutes[act.CLOSE]
    return total


@hot
def count_contact(p, c, tally, minutes, gaming, wait, quality, worked, score):
    """Add the contact to what is counted of its employee."""
    tally.n[st.N_CONTACTS] += 1.0
    tally.n[st.N_MINUTES] += minutes
    tally.n[st.N_GAMING] += gaming
    tally.n[st.N_WAIT] += wait
    tally.n[st.N_QUALITY] += quality
    tally.n[st.N_TALK] += voice.talk(customer.whole(score), p.bad_news)
    if c.contacts > 0:
        tally.n[st.N_REPEATS] += 1.0
    if worked & (1 << act.GIFT):
        tally.n[st.N_GIFTS] += 1.0


@fused
def contact(w, i, at, week):
    """One contact of customer i at date `at` (weeks); `week` is the row of the accounts.

    Returns the date at which the need is met, NEVER if it is given up, STILL_OPEN if he will call again.
    """
    p, c, k = w.p, w.customers[i], i % w.p.teams
    team = w.teams[k]
    if not c.marks & st.OPEN:
        c.marks |= st.OPEN
        team.open += 1
        team.open_in_log += 1
        team.open_in_good_faith += 1
        w.tallies[week, p.employees + k].n[st.N_NEEDS] += 1.0
    when = c.need * 256 + c.contacts
    hand = w.hands[k]
    u, v = look(hand, CONTACT), look(hand, AFTER)
    wait = 0.0
    if p.queue:
        wait = service.wait_quantile(u[0], team.delayed, team.waits)
        if wait > 0.0:
            patience = -p.patience * math.log(1.0 - u[1])
            if wait > patience:
                return abandon(w, i, at, week, patience, v)
        wait += team.backlog / p.servers
    difficulty = np.float64(c.difficulty)
    note_panel(
        p, w.panel[k, team.noted % st.PANEL_SIZE], c, w.segments[c.segment].voice, hope_of(p, c), at, difficulty, wait, v[0]
    )  # fmt: skip
    team.noted += 1
    post, tried, worked, passed = route(w, i, k, when, u[2], difficulty, week, hand)
    return serve(w, i, at, week, when, post, tried, worked, passed, difficulty, wait, u[3], v, hand)


@fused
def serve(w, i, at, week, when, post, tried, worked, passed, difficulty, wait, u_solve, v, hand):
    """The contact itself and everything that follows from it."""
    p, c, e, k = w.p, w.customers[i], w.staff[post], i % w.p.teams
    tally = w.tallies[week, post]
    care, rush = done(tried, act.CARE), done(tried, act.RUSH)
    before = score_of(p, c)
    minutes = service.paced_minutes(own_minutes(p, e, difficulty, v[0]), care, rush, p.care_minutes, p.rush_minutes)
    solved = 1.0 if u_solve < solve_probability(p, e, w.teams[k].sound, difficulty, care, rush) else 0.0
    courtesy = service.courtesy(
        e.engagement, p.courtesy_by_engagement, care, rush, done(worked, act.PLEAD),
        p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
    )  # fmt: skip
    efforts = c.contacts + p.extra_handoffs + passed
    quality, satisfaction = experience_contact(p, c, at, solved, wait, courtesy, efforts)
    first = note_visit(c, post, at, tried, solved)
    score = score_of(p, c)
    ask_all(w, i, post, k, when, week, at, tried, worked, passed, score, satisfaction, efforts, wait, solved, first, hand)
    intended, voiced, recorded, remedied, hushing = 0.0, 0.0, 0.0, False, 0.0
    if p.complaints and solved <= 0.0:
        intended, voiced, recorded, remedied, hushing = complain(
            p, w.firm, c, tally, w.segments[c.segment].voice, look(hand, COMPLAINT), tried, worked, score
        )
    cells, lessons = w.readings[week, post], w.lessons[post]
    readings.log_complaint(w.measures, w.read_at[st.AT_COMPLAINT], cells, lessons, tried, passed, intended, voiced, recorded)
    gaming = side_minutes(p, tried, solved <= 0.0) + hushing
    closing = solved <= 0.0 and worked & (1 << act.CLOSE) != 0
    good_faith, written = mark_log(p, c, w.teams[k], at, solved, v[1], closing)
    minutes += gaming
    readings.log_contact(
        w.measures, w.read_at[st.AT_LOG], cells, lessons, tried, passed, first, c.contacts == 0, solved, good_faith, written,
        minutes, wait,
    )
    readings.learn(lessons[0], tried, passed, quality - w.firm.quality)
    score = reconsider(p, w.teams[k], c, at, before)
    count_contact(p, c, tally, minutes, gaming, wait, quality, worked, score)
    if solved > 0.0 or remedied:
        return at
    if written <= 0.0 and look(hand, FOLLOW_UP)[0] < p.followup:
        return at + p.followup_weeks
    return come_back(w, i, at, v[2], v[3])
