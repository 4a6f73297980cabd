"""What goes into the measures: answers asked for at a contact or of all customers, and events written in the log.

Every reading is kept stage by stage, from the true one to the reported one (see `state`), in a `cell` of numerators and
denominators: one a week, row of staff and measure. Arguments named p, m, firm, c, cell, … are records (`state`, `layout`).
"""

from __future__ import annotations

import numpy as np

from sim.incentives import tactics as act
from sim.rules import customer, survey
from sim.rules.kernel import hot
from sim.world import chance
from sim.world import layout as code
from sim.world import state as st
from sim.world.hand import ENDED, look, look_normal


@hot
def learn(lesson, mask, passed, surplus):
    """A contact taught its employee something: what was attempted in it, and what it brought above the mean."""
    lesson.n += 1.0
    lesson.y += surplus
    lesson.yy += surplus * surplus
    if passed > 0.0:
        lesson.passed += 1.0
        lesson.passed_y += surplus
    k = 0
    while mask:
        if mask & 1:
            lesson.did[k] += 1.0
            lesson.did_y[k] += surplus
        mask >>= 1
        k += 1


@hot
def add(cell, stage, num, den):
    """Add to the numerator and denominator of one stage."""
    cell.num[stage] += num
    cell.den[stage] += den


@hot
def carry(written, cell):
    """Where nothing is written at a stage of a reading, nothing changes there: it equals the stage before."""
    for stage in range(st.COVERAGE, st.STAGES):
        if not written & (1 << stage):
            cell.num[stage] = cell.num[stage - 1]
            cell.den[stage] = cell.den[stage - 1]


@hot
def answer_class(latent):
    """0 detractor, 1 passive, 2 promoter of a latent 0–10 answer."""
    answer = customer.whole(latent)
    return 2 if answer >= 9.0 else (0 if answer <= 6.0 else 1)


@hot
def invitation(m, latent):
    """Chance of an invitation where nobody steers, by protocol: flat, or by the class of the answer."""
    by_class = m.invite[answer_class(latent)]
    return m.rate if by_class < 0.0 else by_class


@hot
def response(p, m, latent, feeling, fatigued):
    """Chance that an invited customer answers: by class of the answer where the scenario says so, else J-shaped by feeling.

    feeling: how he feels about what is asked, 0–10 (the relationship, or this contact).
    """
    by_class = m.respond[answer_class(latent)]
    if by_class >= 0.0:
        return by_class
    return survey.respond_probability(feeling, m.response, p.extreme, p.centre, fatigued, p.fatigue)


@hot
def kept(p, firm, m, filtering, answer):
    """Chance that an answer reaches the report through the hands of the manager and of the central office."""
    keep = 1.0
    if m.by_manager:
        keep *= 1.0 - survey.struck(answer, m.low, filtering, p.reach[act.FILTER])
    if m.by_central:
        keep *= 1.0 - survey.struck(answer, m.low, firm.levers[act.RECLASSIFY], p.reach[act.RECLASSIFY])
    return keep


@hot
def steered(p, firm, m, feeling, noise, selecting, trouble):
    """Factor on a customer's chance to be invited by whoever selects: the employee by mood, the central office by record."""
    factor = 1.0
    if selecting > 0.0 and m.sample == code.BY_EMPLOYEE:
        factor = 1.0 - survey.passes_over(survey.seen_mood(feeling, p.mood_error, noise), p.contented, p.sharpness)
    if m.sample == code.BY_CENTRAL:
        factor = 1.0 - survey.spared(trouble, firm.levers[act.SELECT_CENTRAL], p.reach[act.SELECT_CENTRAL])
    return factor


@hot
def ask(p, firm, m, cell, i, when, index, u, z, filtering, fatigued, latent, feeling, selecting, lift, trouble):
    """Ask customer i a question (or not): every stage gets its expectation, the last what happened.

    u: the four uniforms of (i, when, index), z: the normal of the second; a second block is drawn where hands on the way may
    change the answer.
    selecting: 1 if the employee invites selectively here; trouble: 1 if there is trouble on record.
    Returns what the reported answer counts for (NaN if there is none) and how far it got: 0 not invited, 1 invited,
    2 answered, 3 a bad answer that reached the report.
    """
    by_protocol = invitation(m, latent)
    noise = chance.normal_from(u[0]) if selecting > 0.0 else 0.0
    invited = by_protocol * steered(p, firm, m, feeling, noise, selecting, trouble)
    answering = response(p, m, latent, feeling, fatigued)
    style = chance.from_latent_at(p.style_family, p.style_a, p.style_b, u[1], z)
    low, high = m.scale_low, m.scale_high
    honest = survey.counts_for(customer.on_scale(latent, low, high), m.aggregate, m.high, m.low)
    styled = survey.counts_for(customer.on_scale(latent + style, low, high), m.aggregate, m.high, m.low)
    pressed = latent + style + lift * (1.0 - m.confidential)
    answer = customer.on_scale(pressed, low, high)
    stated = survey.counts_for(answer, m.aggregate, m.high, m.low)
    keep = kept(p, firm, m, filtering, answer)
    stage_answer(cell, by_protocol, invited, answering, keep, honest, styled, stated, m.error)
    if u[2] >= invited:
        return float("nan"), 0
    if u[3] >= answering:
        return float("nan"), 1
    if keep < 1.0 or m.error > 0.0:
        v = chance.four(p.seed, p.replicate, i, when, chance.SURVEY, index + 1)
        if v[0] >= keep:
            return float("nan"), 2
        if v[1] < m.error:
            stated, answer = 1.0 - stated, low + high - answer
    add(cell, st.REALISED, stated, 1.0)
    cell.square += stated * stated
    return stated, 3 if answer <= m.low else 2


@hot
def stage_answer(cell, by_protocol, invited, answering, keep, honest, styled, stated, error):
    """Every stage of a survey but the last: what is expected of this customer given his chances to be asked and to answer.

    error: chance that an answer of 0 or 1 is misread, which happens to honest and bent answers alike.
    """
    both = invited * answering
    misread = styled + error * (1.0 - 2.0 * styled)
    stated = stated + error * (1.0 - 2.0 * stated)
    add(cell, st.TRUE, honest, 1.0)
    add(cell, st.COVERAGE, honest, 1.0)
    add(cell, st.SELECTION, by_protocol * honest, by_protocol)
    add(cell, st.STEERING, invited * honest, invited)
    add(cell, st.NONRESPONSE, both * honest, both)
    add(cell, st.STYLE, both * styled, both)
    add(cell, st.MEASUREMENT, both * misread, both)
    add(cell, st.PRESSURE, both * stated, both)
    add(cell, st.PROCESSING, both * keep * stated, both * keep)


@hot
def log(m, cell, true_num, true_den, logged_num, logged_den, honest_num, bent_num):
    """One event of the log: as it was; as far as it is in the log; as written in good faith; as bent by staff.

    Where the system writes the log on the customer's word, what is logged is what was.
    """
    if not m.manual:
        honest_num = logged_num
        bent_num = logged_num
    add(cell, st.TRUE, true_num, true_den)
    add(cell, st.COVERAGE, logged_num, logged_den)
    add(cell, st.MEASUREMENT, honest_num, logged_den)
    add(cell, st.PRESSURE, bent_num, logged_den)
    cell.square += bent_num * bent_num
    return bent_num


@hot
def log_contact(measures, places, cells, lessons, mask, passed, first, fresh, solved, good_faith, early, minutes, wait):
    """Write a served contact into the measures that read contacts from the log, and into its employee's lessons.

    first: first served contact of the issue (as the log knows it); fresh: first contact by the customer's count.
    """
    hours = minutes / 60.0
    for place in range(places[0]):
        j = places[place + 1]
        m, cell = measures[j], cells[j]
        num, den = 0.0, 1.0
        if m.reads == code.JOBS:
            den = hours
            num = log(m, cell, solved, hours, solved, hours, good_faith, early)
        elif m.reads == code.HANDLE:
            num = log(m, cell, minutes, 1.0, minutes, 1.0, minutes, minutes)
        elif m.reads == code.SERVICE_LEVEL:
            x = 1.0 if wait <= m.threshold else 0.0
            num = log(m, cell, x, 1.0, x, 1.0, x, x)
        elif m.reads == code.WAIT:
            num = log(m, cell, wait, 1.0, wait, 1.0, wait, wait)
        elif m.reads == code.ABANDONMENT:
            num = log(m, cell, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0)
        elif m.reads == code.FIRST_CLOSED and first:
            count = 1.0 if fresh else 0.0
            num = log(m, cell, solved * count, count, solved, 1.0, good_faith, early)
        else:
            continue
        if m.taught:
            learn(lessons[j + 1], mask, passed, (num - m.centre * den) / m.per_contact)


@hot
def log_abandoned(measures, places, cells, first, wait):
    """Write a caller who hung up into the measures: by the customer's clock he counts, in the log he often does not."""
    for place in range(places[0]):
        j = places[place + 1]
        m, cell = measures[j], cells[j]
        if m.reads == code.SERVICE_LEVEL:
            log(m, cell, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
        elif m.reads == code.WAIT:
            log(m, cell, wait, 1.0, 0.0, 0.0, 0.0, 0.0)
        elif m.reads == code.ABANDONMENT:
            log(m, cell, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
        elif m.reads == code.FIRST_CLOSED and first:
            log(m, cell, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


@hot
def log_complaint(measures, places, cells, lessons, mask, passed, intended, voiced, recorded):
    """Write a contact into the measures of complaints: intended (true), voiced (the silent missing), recorded."""
    for place in range(places[0]):
        j = places[place + 1]
        m, cell = measures[j], cells[j]
        add(cell, st.TRUE, intended, 1.0)
        add(cell, st.NONRESPONSE, voiced, 1.0)
        add(cell, st.PROCESSING, recorded, 1.0)
        cell.square += recorded * recorded
        if m.taught:
            learn(lessons[j + 1], mask, passed, recorded - m.centre)


@hot
def log_ended(p, firm, measures, places, cells, c, i, tally, filtering, met_at, feeling, lessons, hand, asked):
    """An issue has ended: write it into the measures that read needs as a whole, and into its last server's lessons.

    met_at: date at which it was met, or NEVER; feeling: how the customer feels about the firm, 0–10. Verified outcomes are
    asked for like any other answer; `asked` is where the draws for the first of them lie in the customer's `hand`.
    """
    there = 1.0 if c.marks & st.SERVED else 0.0
    trouble = 1.0 if c.contacts > 0 or met_at >= st.NEVER else 0.0
    for place in range(places[0]):
        j = places[place + 1]
        m, cell = measures[j], cells[j]
        true = 1.0 if met_at - c.need_at <= m.within else 0.0
        if m.reads == code.IN_TIME:
            good_faith = there if c.marked_after <= m.within else 0.0
            bent = there if c.closed_after <= m.within else 0.0
            value = log(m, cell, true, 1.0, true * there, there, good_faith, bent)
        else:
            value, reached = ask(
                p, firm, m, cell, i, np.int64(c.need), 2 * j + ENDED, look(hand, asked), look_normal(hand, asked), filtering,
                0.0, 10.0 * true, feeling, 0.0, 0.0, trouble,
            )  # fmt: skip
            asked += 1
            if reached > 1:
                tally.n[st.N_ASKING] += m.cost
        if m.taught and there > 0.0 and value == value:
            learn(lessons[j + 1], c.acts, 0.0, value - m.centre)


@hot
def log_first(measures, places, cells, c, lessons):
    """An issue has ended: write it into the measures that read its first contact, for who served that one."""
    for place in range(places[0]):
        j = places[place + 1]
        m = measures[j]
        true = 1.0 if c.marks & st.FIRST_SOLVED else 0.0
        between = np.float64(c.second_after) - np.float64(c.first_after)
        value = no_repeat(cells[j], true, 0.0 if between <= m.within else 1.0)
        if m.taught:
            learn(lessons[j + 1], c.first_acts, 0.0, value - m.centre)


@hot
def no_repeat(cell, true, quiet):
    """No repeat within the window is read off the system; that silence is not success is an honest error of it."""
    add(cell, st.TRUE, true, 1.0)
    add(cell, st.MEASUREMENT, quiet, 1.0)
    cell.square += quiet * quiet
    return quiet
