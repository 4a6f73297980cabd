"""One contact, from the queue to what becomes of the need. The science is in `sim.rules`; here is its order.

queue → who serves → what is done → work → experience → survey → complaint → log → the need ends or comes back → exit.
"""

from __future__ import annotations

import math

from sim.incentives import tactics as act
from sim.rules import customer, service, voice
from sim.rules.kernel import kernel
from sim.world import chance
from sim.world import readings
from sim.world import state as st


@kernel
def gap_to_need(w, i, ordinal, at):
    """Weeks from one need of customer i to his next, at the rate of the moment (Poisson, seasonal)."""
    p = w.p
    rate = p.needs_per_week * w.segments[w.customers[i].segment].needs
    rate *= 1.0 + p.season * math.sin(2.0 * math.pi * at / 52.0)
    if rate <= 0.0:
        return st.NEVER
    return -math.log(chance.uniform(p.seed, p.replicate, i, ordinal, chance.NEED, 0)) / rate


@kernel
def difficulty_of(w, i):
    """Difficulty of the customer's present need (sd)."""
    p = w.p
    u = chance.four(p.seed, p.replicate, i, w.customers[i].need, chance.NEED, 0)[1]
    return chance.from_latent(p.difficulty_family, p.difficulty_a, p.difficulty_b, u) + w.segments[
        w.customers[i].segment
    ].difficulty


@kernel
def score_of(w, i):
    """The true experience of customer i now, 0–10, before rounding."""
    c = w.customers[i]
    remembered = customer.memory(c.peak, c.end, w.p.peak_weight)
    return customer.experience(w.p.level, w.p.slope, remembered, c.taste)


@kernel
def hazard_of(w, i, score):
    """Departures a week of customer i at this score."""
    damping = w.p.contract_damping if w.customers[i].contract else 1.0
    return voice.exit_hazard(score, w.p.exit_rate, w.p.exit_at, w.p.exit_slope, damping)


@kernel
def remember(w, i, satisfaction):
    """Take one contact into memory by peak and end."""
    if w.p.memory:
        c = w.customers[i]
        c.end = customer.remembered_end(c.end, satisfaction, w.p.forgetting)
        c.peak = customer.remembered_peak(c.peak, satisfaction, w.p.peak_fading)


@kernel
def reconsider(w, i, at, score_before):
    """After a contact: the answer he would give now, and the date on which he leaves if nothing changes.

    Leaving is a keyed threshold that the cumulated hazard reaches, so a twin meets the same threshold in every world.
    """
    c = w.customers[i]
    score = score_of(w, i)
    w.firm.answers[c.answer] -= 1
    c.answer = int(customer.whole(score))
    w.firm.answers[c.answer] += 1
    if w.p.exit:
        before = hazard_of(w, i, score_before)
        c.leaves_at = at + (c.leaves_at - at) * before / hazard_of(w, i, score)
    return score


@kernel
def experience_contact(w, i, at, solved, wait, courtesy):
    """Perceived quality against expectation; memory and expectation move. Returns quality, satisfaction, efforts."""
    c, p = w.customers[i], w.p
    if p.expectation:
        c.expectation += p.drift * (at - c.touched)
    c.touched = at
    efforts = float(c.contacts) + p.extra_handoffs
    quality = customer.perceived_quality(
        solved, wait, courtesy, efforts,
        p.resolution_weight, p.wait_weight, p.wait_cap, p.courtesy_weight, p.effort_weight,
    )  # fmt: skip
    satisfaction = customer.disconfirmation(quality, c.expectation, p.loss_weight)
    remember(w, i, satisfaction)
    if p.expectation:
        c.expectation = customer.adapted(c.expectation, quality, p.adaptation)
    return quality, satisfaction, efforts


@kernel
def open_need(w, i, week, team):
    """The need becomes an issue."""
    w.customers[i].flags |= st.OPEN
    w.teams[team].open += 1
    w.teams[team].open_in_log += 1
    w.counts[week, w.p.employees + team, st.N_NEEDS] += 1.0


@kernel
def end_need(w, i, at, week, team, met, met_at):
    """The issue ends, met or not; the next need is dated from this one, and waits for nobody."""
    c = w.customers[i]
    row = c.server if c.flags & st.SERVED else w.p.employees + team
    readings.log_ended(w, week, i, row, met, met_at)
    counts = w.counts[week, w.p.employees + team]
    counts[st.N_ENDED] += 1.0
    counts[st.N_MET] += 1.0 if met else 0.0
    w.teams[team].open -= 1
    if not c.flags & st.LOG_CLOSED:
        w.teams[team].open_in_log -= 1
    c.flags &= st.LOST_HOPE
    c.contacts = 0
    c.first_at = st.NEVER
    c.second_at = st.NEVER
    c.marked_at = st.NEVER
    c.closed_at = st.NEVER
    c.need += 1
    c.need_at += gap_to_need(w, i, c.need, at)
    c.due = max(c.need_at, at)


@kernel
def leave(w, i, at, week, team):
    """The customer is gone; an open issue ends unmet."""
    c = w.customers[i]
    if c.flags & st.OPEN:
        end_need(w, i, at, week, team, False, st.NEVER)
    c.status = st.LEFT
    c.due = st.NEVER
    c.leaves_at = st.NEVER
    w.firm.answers[c.answer] -= 1
    w.counts[week, w.p.employees + team, st.N_LEFT_ANSWER + c.answer] += 1.0
    w.teams[team].active -= 1
    w.counts[week, w.p.employees + team, st.N_LEFT] += 1.0


@kernel
def come_back(w, i, at, week, team, u_return, u_delay):
    """An unmet need comes back after a while, or is given up."""
    c, p = w.customers[i], w.p
    again = service.return_probability(p.return_probability, p.return_fading, c.contacts, p.return_cap)
    c.contacts += 1
    if not p.repeats or u_return >= again:
        end_need(w, i, at, week, team, False, st.NEVER)
        return
    delay = chance.from_latent(p.return_delay_family, p.return_delay_a, p.return_delay_b, u_delay)
    c.due = at + max(delay, 0.0)
    if c.due < math.floor(at) + 1.0:
        w.counts[week, p.employees + team, st.N_SAME_WEEK] += 1.0


@kernel
def abandon(w, i, at, week, team, wait, u):
    """The caller hangs up: he has waited for nothing, and may try again."""
    before = score_of(w, i)
    row = w.p.employees + team
    counts = w.counts[week, row]
    counts[st.N_ABANDONED] += 1.0
    counts[st.N_WAIT] += wait
    readings.log_abandoned(w, week, row, w.customers[i].contacts == 0, wait)
    experience_contact(w, i, at, 0.0, wait, 0.0)
    reconsider(w, i, at, before)
    come_back(w, i, at, week, team, u[2], u[3])


@kernel
def attempts(w, i, when, e):
    """Which acts employee e attempts in this contact, and which of them work: two bit masks.

    One uniform an act: below intensity it is attempted, below intensity × skill it works.
    """
    tried = 0
    worked = 0
    p = w.p
    for block in range(3):
        first = 4 * block
        wanted = 0.0
        for k in range(first, min(first + 4, act.ACTS)):
            wanted += w.staff[e].intensity[k]
        if wanted <= 0.0:
            continue
        u = chance.four(p.seed, p.replicate, i, when, chance.ACTS, block)
        for k in range(first, min(first + 4, act.ACTS)):
            if u[k - first] < w.staff[e].intensity[k]:
                tried |= 1 << k
                if u[k - first] < w.staff[e].intensity[k] * w.staff[e].skill[k]:
                    worked |= 1 << k
    return tried, worked


@kernel
def done(mask, k):
    """1.0 if act k is in the mask."""
    return 1.0 if mask & (1 << k) else 0.0


@kernel
def route(w, i, when, team, u_who, difficulty, week):
    """Who serves: a colleague of the team by chance; one who picks easy cases may pass a hard-looking one on.

    Returns the employee, what he attempts, what works, and whether the case was passed to him.
    """
    p = w.p
    place = int(u_who * p.team_size)
    e = team * p.team_size + place
    tried, worked = attempts(w, i, when, e)
    if not worked & (1 << act.CHERRY) or p.team_size < 2:
        return e, tried, worked, False
    u = chance.four(p.seed, p.replicate, i, when, chance.ACTS, 3)
    if not service.seems_hard(difficulty, p.cherry_sight, chance.normal_from(u[0])):
        return e, tried, worked, False
    counts = w.counts[week, e]
    counts[st.N_MINUTES] += p.act_minutes[act.CHERRY]
    counts[st.N_GAMING] += p.act_minutes[act.CHERRY]
    other = team * p.team_size + (place + 1 + int(u[1] * (p.team_size - 1))) % p.team_size
    tried, worked = attempts(w, i, when, other)
    return other, tried & ~(1 << act.CHERRY), worked & ~(1 << act.CHERRY), True


@kernel
def own_minutes(w, e, difficulty, u):
    """Handle time before care or haste, minutes."""
    p = w.p
    fresh = service.novice(w.staff[e].tenure, p.proficiency, p.scripts)
    minutes = service.handle_minutes(
        p.minutes * p.process_minutes, p.minutes_by_difficulty, p.minutes_by_ability, difficulty, w.staff[e].ability,
        p.novice_minutes * fresh,
    )  # fmt: skip
    spread = p.minutes_spread * (1.0 - 0.5 * p.scripts)
    if spread > 0.0:
        minutes *= math.exp(spread * chance.normal_from(u) - 0.5 * spread * spread)
    return minutes


@kernel
def log_odds(w, e, difficulty):
    """Log odds that e resolves a need of this difficulty in an ordinary contact."""
    p = w.p
    fresh = service.novice(w.staff[e].tenure, p.proficiency, p.scripts)
    return service.resolution_log_odds(
        p.resolution, p.resolution_by_difficulty, p.resolution_by_ability, p.resolution_by_engagement, difficulty,
        w.staff[e].ability, w.staff[e].engagement, p.novice_resolution * fresh, p.scripts, p.script_error, p.script_rigidity,
    )  # fmt: skip


@kernel
def small_acts_minutes(p, tried):
    """Work time of the acts that take place in every contact in which they are attempted, minutes."""
    total = 0.0
    for k in (act.SELECT, act.PLEAD, act.GIFT, act.CHARM):
        if tried & (1 << k):
            total += p.act_minutes[k]
    return total


@kernel
def complain(w, i, e, team, week, when, mask, worked, passed, score, solved):
    """Complaint: wished for, made aloud, hushed by staff, taken by the diversion team, or recorded and remedied.

    Returns whether the need was met by it, and the minutes that staff spent on hushing.
    """
    p, c = w.p, w.customers[i]
    intended = voiced = recorded = minutes = 0.0
    met = False
    if p.complaints and not solved:
        u = chance.four(p.seed, p.replicate, i, when, chance.VOICE, 0)
        hope = 0.5 if c.flags & st.LOST_HOPE else 1.0
        if u[0] < voice.complaint_wish(score, p.complaint_at, p.complaint_slope):
            intended = 1.0
        if intended > 0.0 and u[1] < voice.aloud(p.aloud, hope, w.segments[c.segment].voice):
            voiced = 1.0
            recorded = 1.0
            if mask & (1 << act.DIVERT):
                minutes = p.act_minutes[act.DIVERT]
            counts = w.counts[week, e]
            if worked & (1 << act.DIVERT):
                recorded = 0.0
                counts[st.N_HUSHED] += 1.0
            elif u[2] < w.firm.levers[act.DIVERSION] * p.reach[act.DIVERSION]:
                recorded = 0.0
                counts[st.N_DIVERTED] += 1.0
            if recorded > 0.0:
                met = u[3] < p.remedy
                if p.memory:
                    c.end += p.relief
            else:
                c.flags |= st.LOST_HOPE
                if p.memory:
                    c.end -= p.hushed
            counts[st.N_VOICED] += 1.0
            counts[st.N_RECORDED] += recorded
        w.counts[week, e, st.N_INTENDED] += intended
    readings.log_complaint(w, week, e, mask, passed, intended, voiced, recorded)
    return met, minutes


@kernel
def ask_all(w, i, e, team, when, week, at, mask, worked, passed, score, satisfaction, efforts, wait, solved, first):
    """Put the question of every survey that speaks for contacts."""
    lift = w.p.plead_lift * done(worked, act.PLEAD) + w.p.gift_lift * done(worked, act.GIFT)
    selecting = worked & (1 << act.SELECT) != 0
    trouble = 1.0 if solved <= 0.0 or w.customers[i].contacts > 0 else 0.0
    for j in range(len(w.measures)):
        m = w.measures[j]
        reads = m.reads
        if reads > 3 or m.population == 1 or (reads == 3 and not first):
            continue
        latent = customer.latent_answer(reads, score, satisfaction, efforts, wait, solved)
        value = readings.ask(w, j, i, e, team, when, 2 * j, week, at, latent, selecting, lift, trouble)
        if value == value and m.taught:
            readings.learn(w.lessons[e, j + 1], w.staff[e], mask, passed, value - m.centre)


@kernel
def note_panel(w, i, team, at, difficulty, wait, u):
    """Keep the contact as it stood before service: expected effects are computed on such contacts."""
    c = w.customers[i]
    row = w.panel[team, w.teams[team].noted % st.PANEL_SIZE]
    w.teams[team].noted += 1
    row.difficulty = difficulty
    row.expectation = c.expectation
    row.end = c.end
    row.peak = c.peak
    row.taste = c.taste
    row.wait = wait
    row.contacts = float(c.contacts)
    row.voice = w.segments[c.segment].voice
    row.hope = 0.5 if c.flags & st.LOST_HOPE else 1.0
    row.age = at - c.need_at
    row.chance = u


@kernel
def mark_log(w, i, team, at, solved, u_misjudged, closing):
    """What the log says of the issue: done, done in good faith although it is not, or done because somebody wants it so.

    Returns (as written in good faith, as written) for this contact, 0 or 1.
    """
    c = w.customers[i]
    good_faith = 1.0 if solved > 0.0 or u_misjudged < w.p.misjudged else 0.0
    written = 1.0 if good_faith > 0.0 or closing else 0.0
    if good_faith > 0.0 and at < c.marked_at:
        c.marked_at = at
    if written > 0.0 and at < c.closed_at:
        c.closed_at = at
        c.flags |= st.LOG_CLOSED
        w.teams[team].open_in_log -= 1
    return good_faith, written


@kernel
def note_visit(w, i, e, at, mask, solved):
    """Who served, when, and whether it was the first time and solved."""
    c = w.customers[i]
    first = not c.flags & st.SERVED
    if first:
        c.first_at = at
        if solved > 0.0:
            c.flags |= st.FIRST_SOLVED
    elif c.second_at >= st.NEVER:
        c.second_at = at
    c.flags |= st.SERVED
    c.server = e
    c.acts = mask
    return first


@kernel
def count_contact(w, week, i, e, minutes, gaming, wait, quality, worked, score):
    """Add the contact to what is counted of employee e."""
    counts = w.counts[week, e]
    counts[st.N_CONTACTS] += 1.0
    counts[st.N_MINUTES] += minutes
    counts[st.N_GAMING] += gaming
    counts[st.N_WAIT] += wait
    counts[st.N_QUALITY] += quality
    counts[st.N_TALK] += voice.talk(customer.whole(score), w.p.bad_news)
    if w.customers[i].contacts > 0:
        counts[st.N_REPEATS] += 1.0
    if worked & (1 << act.GIFT):
        counts[st.N_GIFTS] += 1.0


@kernel
def contact(w, i, at, week, team):
    """One contact of customer i at date `at` (weeks) with `team`; `week` is the row of the accounts."""
    p, c = w.p, w.customers[i]
    if not c.flags & st.OPEN:
        open_need(w, i, week, team)
    when = c.need * 256 + c.contacts
    u = chance.four(p.seed, p.replicate, i, when, chance.CONTACT, 0)
    v = chance.four(p.seed, p.replicate, i, when, chance.AFTER, 0)
    wait = 0.0
    if p.queue:
        wait = service.wait_quantile(u[0], w.teams[team].delayed, w.teams[team].waits)
        patience = -p.patience * math.log(1.0 - u[1])
        if wait > patience:
            abandon(w, i, at, week, team, patience, v)
            return
        wait += w.teams[team].backlog / p.servers
    difficulty = difficulty_of(w, i)
    note_panel(w, i, team, at, difficulty, wait, v[0])
    e, tried, worked, passed = route(w, i, when, team, u[2], difficulty, week)
    serve(w, i, at, week, team, when, e, tried, worked, passed, difficulty, wait, u[3], v)


@kernel
def serve(w, i, at, week, team, when, e, tried, worked, passed, difficulty, wait, u_solve, v):
    """The contact itself and everything that follows from it."""
    p, c = w.p, w.customers[i]
    care, rush = done(tried, act.CARE), done(tried, act.RUSH)
    before = score_of(w, i)
    own = own_minutes(w, e, difficulty, v[0])
    minutes = service.paced_minutes(own, care, rush, p.care_minutes, p.rush_minutes)
    odds = log_odds(w, e, difficulty)
    chance_solved = service.resolve_probability(odds, care, rush, p.care_resolution, p.rush_resolution, p.sound)
    solved = 1.0 if u_solve < chance_solved else 0.0
    courtesy = service.courtesy(
        w.staff[e].engagement, p.courtesy_by_engagement, care, rush, done(tried, act.PLEAD),
        p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
    )  # fmt: skip
    quality, satisfaction, efforts = experience_contact(w, i, at, solved, wait, courtesy - (0.25 if passed else 0.0))
    first = note_visit(w, i, e, at, tried, solved)
    score = score_of(w, i)
    ask_all(w, i, e, team, when, week, at, tried, worked, passed, score, satisfaction, efforts, wait, solved, first)
    met, hushing = complain(w, i, e, team, week, when, tried, worked, passed, score, solved > 0.0)
    gaming = small_acts_minutes(p, tried) + hushing
    if solved <= 0.0 and tried & (1 << act.CLOSE):
        gaming += p.act_minutes[act.CLOSE]
    closing = solved <= 0.0 and worked & (1 << act.CLOSE) != 0
    good_faith, written = mark_log(w, i, team, at, solved, v[1], closing)
    minutes += gaming
    fresh = c.contacts == 0
    readings.log_contact(w, week, e, tried, passed, first, fresh, solved, good_faith, written, minutes, wait)
    readings.learn(w.lessons[e, 0], w.staff[e], tried, passed, quality - w.firm.quality)
    score = reconsider(w, i, at, before)
    count_contact(w, week, i, e, minutes, gaming, wait, quality, worked, score)
    if solved > 0.0 or met:
        end_need(w, i, at, week, team, True, at)
    elif written <= 0.0 and chance.uniform(p.seed, p.replicate, i, when, chance.VOICE, 1) < p.followup:
        end_need(w, i, at, week, team, True, at + 0.5)
    else:
        come_back(w, i, at, week, team, v[2], v[3])
