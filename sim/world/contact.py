"""One contact, from the queue to what becomes of the need. The science is in `sim.rules`; here is its order.

queue → who serves → what is done → work → experience → survey → complaint → log → the need ends or comes back → exit.
Arguments named p, c, m, team, e, … are records of `state` and `params`: a customer, a measure, a team, an employee.
"""

from __future__ import annotations

import math

from sim.incentives import tactics as act
from sim.rules import customer, service, voice
from sim.rules.kernel import fused, hot
from sim.world import chance, readings
from sim.world import state as st


@hot
def gap_to_need(p, c, segments, i, at):
    """Weeks from the need before to the customer's present one, at the rate of the moment (Poisson, seasonal)."""
    rate = p.needs_per_week * segments[c.segment].needs * (1.0 + p.season * math.sin(2.0 * math.pi * at / 52.0))
    if rate <= 0.0:
        return st.NEVER
    return -math.log(chance.uniform(p.seed, p.replicate, i, c.need, chance.NEED, 0)) / rate


@hot
def difficulty_of(p, c, segments, i):
    """Difficulty of the customer's present need (sd)."""
    u = chance.four(p.seed, p.replicate, i, c.need, chance.NEED, 0)
    return chance.from_latent(p.difficulty_family, p.difficulty_a, p.difficulty_b, u[1]) + segments[c.segment].difficulty


@hot
def score_of(p, c):
    """The true experience of a customer now, 0–10, before rounding."""
    return customer.experience(p.level, p.slope, customer.memory(c.peak, c.end, p.peak_weight), c.taste)


@hot
def hazard_of(p, c, score):
    """Departures a week of a customer at this score."""
    damping = p.contract_damping if c.contract else 1.0
    return voice.exit_hazard(score, p.exit_rate, p.exit_at, p.exit_slope, damping)


@hot
def reconsider(p, firm, c, at, score_before):
    """After a contact: the answer he would give now, and the date on which he leaves if nothing changes.

    Leaving is a keyed threshold that the cumulated hazard reaches, so a twin meets the same threshold in every world.
    """
    score = score_of(p, c)
    firm.answers[c.answer] -= 1
    c.answer = int(customer.whole(score))
    firm.answers[c.answer] += 1
    if p.exit and score != score_before:
        c.leaves_at = at + (c.leaves_at - at) * hazard_of(p, c, score_before) / hazard_of(p, c, score)
    return score


@hot
def experience_contact(p, c, at, solved, wait, courtesy, efforts):
    """Perceived quality against expectation; memory and expectation move. Returns quality and satisfaction."""
    if p.expectation:
        c.expectation += p.drift * (at - c.touched)
    c.touched = at
    quality = customer.perceived_quality(
        solved, wait, courtesy, efforts,
        p.resolution_weight, p.wait_weight, p.wait_cap, p.courtesy_weight, p.effort_weight,
    )  # fmt: skip
    satisfaction = customer.disconfirmation(quality, c.expectation, p.loss_weight)
    if p.memory:
        c.end = customer.remembered_end(c.end, satisfaction, p.forgetting)
        c.peak = customer.remembered_peak(c.peak, satisfaction, p.peak_fading)
    if p.expectation:
        c.expectation = customer.adapted(c.expectation, quality, p.adaptation)
    return quality, satisfaction


@fused
def end_need(w, i, at, week, met, met_at):
    """The issue ends, met or not; the next need is dated from this one, and waits for nobody."""
    p, c, k = w.p, w.customers[i], i % w.p.teams
    team, tally = w.teams[k], w.tallies[week, p.employees + k]
    served = c.flags & st.SERVED
    row = c.server if served else p.employees + k
    e = c.server if served else 0
    readings.log_ended(
        p, w.measures, w.readings[week, row], c, i, tally, met, met_at, w.lessons[e], w.staff[e]
    )  # fmt: skip
    tally.n[st.N_ENDED] += 1.0
    tally.n[st.N_MET] += 1.0 if met else 0.0
    team.open -= 1
    if not c.flags & st.LOG_CLOSED:
        team.open_in_log -= 1
    c.flags &= st.LOST_HOPE
    c.contacts = 0
    c.first_at = st.NEVER
    c.second_at = st.NEVER
    c.marked_at = st.NEVER
    c.closed_at = st.NEVER
    c.need += 1
    c.need_at += gap_to_need(p, c, w.segments, i, at)
    c.due = max(c.need_at, at)


@hot
def leave(w, i, at, week):
    """The customer is gone; an open issue ends unmet."""
    c, k = w.customers[i], i % w.p.teams
    if c.flags & st.OPEN:
        end_need(w, i, at, week, False, st.NEVER)
    c.status = st.LEFT
    c.due = st.NEVER
    c.leaves_at = st.NEVER
    w.firm.answers[c.answer] -= 1
    w.teams[k].active -= 1
    tally = w.tallies[week, w.p.employees + k]
    tally.n[st.N_LEFT_ANSWER + c.answer] += 1.0
    tally.n[st.N_LEFT] += 1.0


@fused
def come_back(w, i, at, week, u_return, u_delay):
    """An unmet need comes back after a while, or is given up."""
    p, c = w.p, w.customers[i]
    again = service.return_probability(p.return_probability, p.return_fading, c.contacts, p.return_cap)
    c.contacts += 1
    if not p.repeats or u_return >= again:
        end_need(w, i, at, week, False, st.NEVER)
        return
    delay = chance.from_latent(p.return_delay_family, p.return_delay_a, p.return_delay_b, u_delay)
    c.due = at + max(delay, 0.0)
    if c.due < math.floor(at) + 1.0:
        w.tallies[week, p.employees + i % p.teams].n[st.N_SAME_WEEK] += 1.0


@fused
def abandon(w, i, at, week, wait, u):
    """The caller hangs up: he has waited for nothing, and may try again."""
    p, c = w.p, w.customers[i]
    before = score_of(p, c)
    row = p.employees + i % p.teams
    tally = w.tallies[week, row]
    tally.n[st.N_ABANDONED] += 1.0
    tally.n[st.N_WAIT] += wait
    readings.log_abandoned(w.measures, w.readings[week, row], c.contacts == 0, wait)
    experience_contact(p, c, at, 0.0, wait, 0.0, c.contacts + p.extra_handoffs)
    reconsider(p, w.firm, c, at, before)
    come_back(w, i, at, week, u[2], u[3])


@hot
def attempts(p, e, i, when):
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
        u = chance.four(p.seed, p.replicate, i, when, chance.ACTS, block)
        for k in range(first, last):
            if u[k - first] < e.intensity[k]:
                tried |= 1 << k
                if u[k - first] < e.intensity[k] * e.skill[k]:
                    worked |= 1 << k
    return tried, worked


@hot
def done(mask, k):
    """1.0 if act k is in the mask."""
    return 1.0 if mask & (1 << k) else 0.0


@fused
def route(w, i, k, when, u_who, difficulty, week):
    """Who serves: a colleague of the team by chance; one who picks easy cases may pass a hard-looking one on.

    Returns the employee's post, what he attempts, what works, and whether the case was passed to him.
    """
    p = w.p
    place = int(u_who * p.team_size)
    post = k * p.team_size + place
    tried, worked = attempts(p, w.staff[post], i, when)
    if not worked & (1 << act.CHERRY) or p.team_size < 2:
        return post, tried, worked, False
    u = chance.four(p.seed, p.replicate, i, when, chance.ACTS, 3)
    if not service.seems_hard(difficulty, p.cherry_sight, chance.normal_from(u[0])):
        return post, tried, worked, False
    tally = w.tallies[week, post]
    tally.n[st.N_MINUTES] += p.act_minutes[act.CHERRY]
    tally.n[st.N_GAMING] += p.act_minutes[act.CHERRY]
    other = k * p.team_size + (place + 1 + int(u[1] * (p.team_size - 1))) % p.team_size
    tried, worked = attempts(p, w.staff[other], i, when)
    return other, tried & ~(1 << act.CHERRY), worked & ~(1 << act.CHERRY), True


@hot
def own_minutes(p, e, difficulty, u):
    """Handle time before care or haste, minutes."""
    fresh = service.novice(e.tenure, p.proficiency, p.scripts)
    minutes = service.handle_minutes(
        p.minutes * p.process_minutes, p.minutes_by_difficulty, p.minutes_by_ability, difficulty, e.ability,
        p.novice_minutes * fresh,
    )  # fmt: skip
    spread = p.minutes_spread * (1.0 - 0.5 * p.scripts)
    if spread > 0.0:
        minutes *= math.exp(spread * chance.normal_from(u) - 0.5 * spread * spread)
    return minutes


@hot
def solve_probability(p, e, difficulty, care, rush):
    """Chance that e resolves a need of this difficulty."""
    fresh = service.novice(e.tenure, p.proficiency, p.scripts)
    odds = service.resolution_log_odds(
        p.resolution, p.resolution_by_difficulty, p.resolution_by_ability, p.resolution_by_engagement, difficulty,
        e.ability, e.engagement, p.novice_resolution * fresh, p.scripts, p.script_error, p.script_rigidity,
    )  # fmt: skip
    return service.resolve_probability(odds, care, rush, p.care_resolution, p.rush_resolution, p.sound)


@hot
def complain(p, firm, c, tally, voice_factor, i, when, tried, worked, score):
    """Complaint about an unmet need: wished for, made aloud, hushed by staff, diverted by the firm, or recorded and remedied.

    Returns intended, voiced, recorded (0 or 1), whether the need was met by it, and minutes spent on hushing.
    """
    u = chance.four(p.seed, p.replicate, i, when, chance.VOICE, 0)
    if u[0] >= voice.complaint_wish(score, p.complaint_at, p.complaint_slope):
        return 0.0, 0.0, 0.0, False, 0.0
    tally.n[st.N_INTENDED] += 1.0
    hope = 0.5 if c.flags & st.LOST_HOPE else 1.0
    if u[1] >= voice.aloud(p.aloud, hope, voice_factor):
        return 1.0, 0.0, 0.0, False, 0.0
    tally.n[st.N_VOICED] += 1.0
    minutes = p.act_minutes[act.DIVERT] if tried & (1 << act.DIVERT) else 0.0
    hushed = worked & (1 << act.DIVERT) != 0
    diverted = not hushed and u[2] < firm.levers[act.DIVERSION] * p.reach[act.DIVERSION]
    if hushed or diverted:
        tally.n[st.N_HUSHED] += 1.0 if hushed else 0.0
        tally.n[st.N_DIVERTED] += 1.0 if diverted else 0.0
        c.flags |= st.LOST_HOPE
        if p.memory:
            c.end -= p.hushed
        return 1.0, 1.0, 0.0, False, minutes
    tally.n[st.N_RECORDED] += 1.0
    if p.memory:
        c.end += p.relief
    return 1.0, 1.0, 1.0, u[3] < p.remedy, minutes


@fused
def ask_all(w, i, post, k, when, week, at, tried, worked, passed, score, satisfaction, efforts, wait, solved, first):
    """Put the question of every survey that speaks for contacts."""
    p, c, measures, cells = w.p, w.customers[i], w.measures, w.readings[week, post]
    lift = p.plead_lift * done(worked, act.PLEAD) + p.gift_lift * done(worked, act.GIFT)
    selecting = worked & (1 << act.SELECT) != 0
    trouble = 1.0 if solved <= 0.0 or c.contacts > 0 else 0.0
    for j in range(len(measures)):
        m = measures[j]
        if m.reads > 3 or m.population == 1 or (m.reads == 3 and not first):
            continue
        latent = customer.latent_answer(m.reads, score, satisfaction, efforts, wait, solved)
        fatigued = 1.0 if at - w.invited_at[i, j] < p.fatigue_weeks else 0.0
        value, reached = readings.ask(
            p, w.firm, m, cells[j], i, when, 2 * j, w.teams[k].filtering, fatigued, latent,
            customer.feeling(m.reads, score, satisfaction), selecting, lift, trouble,
        )  # fmt: skip
        if reached > 0:
            w.invited_at[i, j] = at
        if reached > 1:
            w.tallies[week, post].n[st.N_ASKING] += m.cost
        if value == value and m.taught:
            readings.learn(w.lessons[post, j + 1], w.staff[post], tried, passed, value - m.centre)


@hot
def note_panel(row, c, voice_factor, at, difficulty, wait, u):
    """Keep the contact as it stood before service: expected effects are computed on such contacts."""
    row.difficulty = difficulty
    row.expectation = c.expectation
    row.end = c.end
    row.peak = c.peak
    row.taste = c.taste
    row.wait = wait
    row.contacts = float(c.contacts)
    row.voice = voice_factor
    row.hope = 0.5 if c.flags & st.LOST_HOPE else 1.0
    row.age = at - c.need_at
    row.chance = u


@hot
def mark_log(p, c, team, at, solved, u_misjudged, closing):
    """What the log says of the issue: done, done in good faith although it is not, or done because somebody wants it so.

    Returns (as written in good faith, as written) for this contact, 0 or 1.
    """
    good_faith = 1.0 if solved > 0.0 or u_misjudged < p.misjudged else 0.0
    written = 1.0 if good_faith > 0.0 or closing else 0.0
    if good_faith > 0.0 and at < c.marked_at:
        c.marked_at = at
    if written > 0.0 and at < c.closed_at:
        c.closed_at = at
        c.flags |= st.LOG_CLOSED
        team.open_in_log -= 1
    return good_faith, written


@hot
def note_visit(c, post, at, mask, solved):
    """Who served, when, and whether it was the first time and solved."""
    first = not c.flags & st.SERVED
    if first:
        c.first_at = at
        if solved > 0.0:
            c.flags |= st.FIRST_SOLVED
    elif c.second_at >= st.NEVER:
        c.second_at = at
    c.flags |= st.SERVED
    c.server = post
    c.acts = mask
    return first


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
    """One contact of customer i at date `at` (weeks); `week` is the row of the accounts."""
    p, c, k = w.p, w.customers[i], i % w.p.teams
    team = w.teams[k]
    if not c.flags & st.OPEN:
        c.flags |= st.OPEN
        team.open += 1
        team.open_in_log += 1
        w.tallies[week, p.employees + k].n[st.N_NEEDS] += 1.0
    when = c.need * 256 + c.contacts
    u = chance.four(p.seed, p.replicate, i, when, chance.CONTACT, 0)
    v = chance.four(p.seed, p.replicate, i, when, chance.AFTER, 0)
    wait = 0.0
    if p.queue:
        wait = service.wait_quantile(u[0], team.delayed, team.waits)
        if wait > 0.0:
            patience = -p.patience * math.log(1.0 - u[1])
            if wait > patience:
                abandon(w, i, at, week, patience, v)
                return
        wait += team.backlog / p.servers
    difficulty = difficulty_of(p, c, w.segments, i)
    note_panel(
        w.panel[k, team.noted % st.PANEL_SIZE], c, w.segments[c.segment].voice, at, difficulty, wait, v[0]
    )  # fmt: skip
    team.noted += 1
    post, tried, worked, passed = route(w, i, k, when, u[2], difficulty, week)
    serve(w, i, at, week, when, post, tried, worked, passed, difficulty, wait, u[3], v)


@fused
def serve(w, i, at, week, when, post, tried, worked, passed, difficulty, wait, u_solve, v):
    """The contact itself and everything that follows from it."""
    p, c, e, k = w.p, w.customers[i], w.staff[post], i % w.p.teams
    tally = w.tallies[week, post]
    care, rush = done(tried, act.CARE), done(tried, act.RUSH)
    before = score_of(p, c)
    minutes = service.paced_minutes(own_minutes(p, e, difficulty, v[0]), care, rush, p.care_minutes, p.rush_minutes)
    solved = 1.0 if u_solve < solve_probability(p, e, difficulty, care, rush) else 0.0
    courtesy = service.courtesy(
        e.engagement, p.courtesy_by_engagement, care, rush, done(tried, act.PLEAD),
        p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
    )  # fmt: skip
    efforts = c.contacts + p.extra_handoffs + (1.0 if passed else 0.0)
    quality, satisfaction = experience_contact(p, c, at, solved, wait, courtesy, efforts)
    first = note_visit(c, post, at, tried, solved)
    score = score_of(p, c)
    ask_all(w, i, post, k, when, week, at, tried, worked, passed, score, satisfaction, efforts, wait, solved, first)
    intended, voiced, recorded, remedied, hushing = 0.0, 0.0, 0.0, False, 0.0
    if p.complaints and solved <= 0.0:
        intended, voiced, recorded, remedied, hushing = complain(
            p, w.firm, c, tally, w.segments[c.segment].voice, i, when, tried, worked, score
        )
    cells, lessons = w.readings[week, post], w.lessons[post]
    readings.log_complaint(w.measures, cells, lessons, e, tried, passed, intended, voiced, recorded)
    gaming = side_minutes(p, tried, solved <= 0.0) + hushing
    closing = solved <= 0.0 and worked & (1 << act.CLOSE) != 0
    good_faith, written = mark_log(p, c, w.teams[k], at, solved, v[1], closing)
    minutes += gaming
    readings.log_contact(
        w.measures, cells, lessons, e, tried, passed, first, c.contacts == 0, solved, good_faith, written, minutes, wait
    )
    readings.learn(lessons[0], e, tried, passed, quality - w.firm.quality)
    score = reconsider(p, w.firm, c, at, before)
    count_contact(p, c, tally, minutes, gaming, wait, quality, worked, score)
    if solved > 0.0 or remedied:
        end_need(w, i, at, week, True, at)
    elif written <= 0.0 and chance.uniform(p.seed, p.replicate, i, when, chance.VOICE, 1) < p.followup:
        end_need(w, i, at, week, True, at + 0.5)
    else:
        come_back(w, i, at, week, v[2], v[3])
