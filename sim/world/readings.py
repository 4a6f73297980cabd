"""What goes into the measures: answers asked for at a contact or of all customers, and events written in the log.

Every reading is kept stage by stage, from the true one to the reported one (see `state`), as numerator and denominator.
"""

from __future__ import annotations

from sim.incentives import tactics as act
from sim.rules import customer, survey
from sim.rules.kernel import kernel
from sim.world import chance
from sim.world import params as code
from sim.world import state as st


@kernel
def learn(lesson, employee, mask, passed, surplus):
    """A contact taught its employee something: Σ x², Σ x y for x = attempted − intensity, y = what it brought above the mean."""
    lesson.n += 1.0
    lesson.yy += surplus * surplus
    for k in range(act.ACTS):
        if k == act.CHERRY and passed:
            continue
        x = (1.0 if mask & (1 << k) else 0.0) - employee.intensity[k]
        lesson.xx[k] += x * x
        lesson.xy[k] += x * surplus


@kernel
def add(cell, stage, num, den):
    """Add to the numerator and denominator of one stage; cell has shape (STAGES, 2)."""
    cell[stage, 0] += num
    cell[stage, 1] += den


@kernel
def answer_class(latent):
    """0 detractor, 1 passive, 2 promoter of a latent 0–10 answer."""
    answer = customer.whole(latent)
    return 2 if answer >= 9.0 else (0 if answer <= 6.0 else 1)


@kernel
def invitation(m, latent):
    """Chance of an invitation where nobody steers, by protocol: flat, or by the class of the answer."""
    by_class = m.invite[answer_class(latent)]
    return m.rate if by_class < 0.0 else by_class


@kernel
def response(p, m, latent, fatigued):
    """Chance that an invited customer answers: by class where the scenario says so, else the J-shaped rule."""
    by_class = m.respond[answer_class(latent)]
    if by_class >= 0.0:
        return by_class
    return survey.respond_probability(latent, m.response, p.extreme, p.centre, fatigued, p.fatigue)


@kernel
def stated_counts(m, latent, style, lift):
    """What the honest, the styled and the pressed answer count for."""
    low, high = m.scale_low, m.scale_high
    pressed = latent + style + lift * (1.0 - m.confidential)
    honest = survey.counts_for(customer.on_scale(latent, low, high), m.aggregate, m.high, m.low)
    styled = survey.counts_for(customer.on_scale(latent + style, low, high), m.aggregate, m.high, m.low)
    stated = survey.counts_for(customer.on_scale(pressed, low, high), m.aggregate, m.high, m.low)
    return honest, styled, stated


@kernel
def kept(p, firm, m, filtering, counted):
    """Chance that an answer reaches the report through the hands of the manager and of the central office."""
    keep = 1.0
    if m.by_manager:
        keep *= 1.0 - survey.struck(counted, filtering, p.reach[act.FILTER])
    if m.by_central:
        keep *= 1.0 - survey.struck(counted, firm.levers[act.RECLASSIFY], p.reach[act.RECLASSIFY])
    return keep


@kernel
def ask(w, j, i, row, team, when, index, week, at, latent, selecting, lift, trouble):
    """Ask one customer the question of measure j (or not): every stage gets its expectation, the last what happened.

    selecting: whether the employee invites selectively here; trouble: whether there is trouble on record.
    Returns what the reported answer counts for, or NaN if there is none.
    """
    m, p = w.measures[j], w.p
    u = chance.four(p.seed, p.replicate, i, when, chance.SURVEY, index)
    v = chance.four(p.seed, p.replicate, i, when, chance.SURVEY, index + 1)
    by_protocol = invitation(m, latent)
    invited = by_protocol
    if selecting and m.sample == code.BY_EMPLOYEE:
        mood = survey.seen_mood(latent, p.mood_error, chance.normal_from(u[0]))
        invited *= 1.0 - survey.passes_over(mood, p.centre)
    if m.sample == code.BY_CENTRAL:
        invited *= 1.0 - survey.spared(trouble, w.firm.levers[act.SELECT_CENTRAL], p.reach[act.SELECT_CENTRAL])
    fatigued = 1.0 if at - w.invited_at[j, i] < p.fatigue_weeks else 0.0
    answering = response(p, m, latent, fatigued)
    style = chance.from_latent(p.style_family, p.style_a, p.style_b, u[1])
    honest, styled, stated = stated_counts(m, latent, style, lift)
    keep = kept(p, w.firm, m, w.teams[team].filtering, stated)
    stage_answer(w.readings[week, j, row], by_protocol, invited, answering, keep, honest, styled, stated)
    if u[2] >= invited:
        return float("nan")
    w.invited_at[j, i] = at
    if u[3] >= answering:
        return float("nan")
    w.counts[week, row, st.N_ASKING] += m.cost
    if v[0] >= keep:
        return float("nan")
    add(w.readings[week, j, row], st.REALISED, stated, 1.0)
    w.squares[week, j, row] += stated * stated
    return stated


@kernel
def stage_answer(cell, by_protocol, invited, answering, keep, honest, styled, stated):
    """Every stage of a survey but the last: what is expected of this customer given his chances to be asked and to answer."""
    both = invited * answering
    add(cell, st.TRUE, honest, 1.0)
    add(cell, st.COVERAGE, honest, 1.0)
    add(cell, st.SELECTION, by_protocol * honest, by_protocol)
    add(cell, st.STEERING, invited * honest, invited)
    add(cell, st.NONRESPONSE, both * honest, both)
    add(cell, st.STYLE, both * styled, both)
    add(cell, st.MEASUREMENT, both * styled, both)
    add(cell, st.PRESSURE, both * stated, both)
    add(cell, st.PROCESSING, both * keep * stated, both * keep)


@kernel
def log(w, j, row, week, true_num, true_den, logged_num, logged_den, honest_num, bent_num):
    """One event of the log: as it was; as far as it is in the log; as written in good faith; as bent by staff.

    Where the system writes the log on the customer's word, what is logged is what was.
    """
    if not w.measures[j].manual:
        honest_num = logged_num
        bent_num = logged_num
    cell = w.readings[week, j, row]
    add(cell, st.TRUE, true_num, true_den)
    for stage in range(st.COVERAGE, st.MEASUREMENT):
        add(cell, stage, logged_num, logged_den)
    add(cell, st.MEASUREMENT, honest_num, logged_den)
    for stage in range(st.PRESSURE, st.STAGES):
        add(cell, stage, bent_num, logged_den)
    w.squares[week, j, row] += bent_num * bent_num
    return bent_num


@kernel
def log_contact(w, week, e, mask, passed, first, fresh, solved, good_faith, early, minutes, wait):
    """Write a served contact into the measures that read contacts from the log, and into the lessons of e.

    first: first served contact of the issue (as the log knows it); fresh: first contact by the customer's count.
    """
    hours = minutes / 60.0
    for j in range(len(w.measures)):
        reads = w.measures[j].reads
        num, den = 0.0, 1.0
        if reads == code.JOBS:
            den = hours
            num = log(w, j, e, week, solved, hours, solved, hours, good_faith, early)
        elif reads == code.HANDLE:
            num = log(w, j, e, week, minutes, 1.0, minutes, 1.0, minutes, minutes)
        elif reads == code.SERVICE_LEVEL:
            x = 1.0 if wait <= w.measures[j].threshold else 0.0
            num = log(w, j, e, week, x, 1.0, x, 1.0, x, x)
        elif reads == code.WAIT:
            num = log(w, j, e, week, wait, 1.0, wait, 1.0, wait, wait)
        elif reads == code.ABANDONMENT:
            num = log(w, j, e, week, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0)
        elif reads == code.FIRST_CLOSED and first:
            count = 1.0 if fresh else 0.0
            num = log(w, j, e, week, solved * count, count, solved, 1.0, good_faith, early)
        else:
            continue
        m = w.measures[j]
        if m.taught:
            learn(w.lessons[e, j + 1], w.staff[e], mask, passed, (num - m.centre * den) / m.per_contact)


@kernel
def log_abandoned(w, week, row, first, wait):
    """Write a caller who hung up into the measures: by the customer's clock he counts, in the log he often does not."""
    for j in range(len(w.measures)):
        reads = w.measures[j].reads
        if reads == code.SERVICE_LEVEL:
            log(w, j, row, week, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
        elif reads == code.WAIT:
            log(w, j, row, week, wait, 1.0, 0.0, 0.0, 0.0, 0.0)
        elif reads == code.ABANDONMENT:
            log(w, j, row, week, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
        elif reads == code.FIRST_CLOSED and first:
            log(w, j, row, week, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


@kernel
def log_complaint(w, week, e, mask, passed, intended, voiced, recorded):
    """Write a contact into the measures of complaints: intended (true), voiced (the silent missing), recorded."""
    for j in range(len(w.measures)):
        if w.measures[j].reads != code.COMPLAINTS:
            continue
        cell = w.readings[week, j, e]
        for stage in range(st.TRUE, st.NONRESPONSE):
            add(cell, stage, intended, 1.0)
        for stage in range(st.NONRESPONSE, st.PROCESSING):
            add(cell, stage, voiced, 1.0)
        for stage in range(st.PROCESSING, st.STAGES):
            add(cell, stage, recorded, 1.0)
        w.squares[week, j, e] += recorded * recorded
        m = w.measures[j]
        if m.taught:
            learn(w.lessons[e, j + 1], w.staff[e], mask, passed, recorded - m.centre)


@kernel
def log_ended(w, week, i, row, met, met_at):
    """An issue has ended: write it into the measures that read needs as a whole, and into the last server's lessons."""
    c = w.customers[i]
    served = c.flags & st.SERVED != 0
    need_at = c.need_at
    for j in range(len(w.measures)):
        reads = w.measures[j].reads
        within = w.measures[j].within
        if reads == code.IN_TIME:
            true = 1.0 if met and met_at - need_at <= within else 0.0
            good_faith = 1.0 if c.marked_at - need_at <= within else 0.0
            bent = 1.0 if c.closed_at - need_at <= within else 0.0
            there = 1.0 if served else 0.0
            value = log(w, j, row, week, true, 1.0, true * there, there, good_faith * there, bent * there)
        elif reads == code.NO_REPEAT and served:
            true = 1.0 if c.flags & st.FIRST_SOLVED else 0.0
            quiet = 0.0 if c.second_at - c.first_at <= within else 1.0
            value = no_repeat(w, j, row, week, true, quiet)
        elif reads == code.MET:
            value = verify(w, j, i, row, week, 1.0 if met and met_at - need_at <= within else 0.0)
        else:
            continue
        m = w.measures[j]
        if served and value == value and m.taught:
            learn(w.lessons[row, j + 1], w.staff[row], c.acts, False, value - m.centre)


@kernel
def no_repeat(w, j, row, week, true, quiet):
    """No repeat within the window is read off the system; that silence is not success is an honest error of it."""
    cell = w.readings[week, j, row]
    for stage in range(st.TRUE, st.MEASUREMENT):
        add(cell, stage, true, 1.0)
    for stage in range(st.MEASUREMENT, st.STAGES):
        add(cell, stage, quiet, 1.0)
    w.squares[week, j, row] += quiet * quiet
    return quiet


@kernel
def verify(w, j, i, row, week, met):
    """Ask, from the customer's side, whether a need was met by the deadline; answers are misread with a known chance."""
    u = chance.four(w.p.seed, w.p.replicate, i, w.customers[i].need, chance.VERIFY, j)
    m = w.measures[j]
    rate = m.rate if m.invite[0] < 0.0 else m.invite[2 if met > 0.0 else 0]
    answering = m.response if m.respond[0] < 0.0 else m.respond[2 if met > 0.0 else 0]
    expected = met * (1.0 - m.error) + (1.0 - met) * m.error
    cell = w.readings[week, j, row]
    add(cell, st.TRUE, met, 1.0)
    add(cell, st.COVERAGE, met, 1.0)
    add(cell, st.SELECTION, rate * met, rate)
    add(cell, st.STEERING, rate * met, rate)
    add(cell, st.NONRESPONSE, rate * answering * met, rate * answering)
    add(cell, st.STYLE, rate * answering * met, rate * answering)
    for stage in range(st.MEASUREMENT, st.REALISED):
        add(cell, stage, rate * answering * expected, rate * answering)
    if u[0] >= rate or u[1] >= answering:
        return float("nan")
    w.counts[week, row, st.N_ASKING] += m.cost
    reported = 1.0 - met if u[2] < m.error else met
    add(cell, st.REALISED, reported, 1.0)
    w.squares[week, j, row] += reported * reported
    return reported
