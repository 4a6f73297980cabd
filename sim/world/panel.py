"""What each act is expected to do to each measure: the rules themselves, draws replaced by their probabilities.

The contacts are those that a team really had last (`World.panel`). Each is thought through with an act left out and with
it done, the others as they are; because a reading's numerator and denominator are linear in each intensity, the secant of
their ratio is exact for the panel. Nothing here knows which acts are tactics.
"""

from __future__ import annotations

import math

import numpy as np

from sim.incentives import tactics as act
from sim.rules import customer, service, survey
from sim.rules.kernel import hot, kernel
from sim.world import chance, readings
from sim.world import layout as code
from sim.world import state as st
from sim.world.aftermath import CONTACTS, fate_of, follow, outlasts, usually, usually_solved
from sim.world.hearsay import expect_answer, expect_complaint, expect_kept
from sim.world.mind import answer_of, feeling_of

WIDTH = 0.1  # of the central secant, in intensity
DIRECT = act.DIVERSION + 1  # acts whose effect is felt in a single contact


@hot
def expect_log(w, j, row, d, solved, remedied, minutes, usual, weight, out):
    """Add to out[j + 1] what the log would say of this contact, solved (1) or not (0), for acts d.

    remedied: chance that a complaint gets the need met there and then, so that nobody has to come back.
    """
    p, m = w.p, w.measures[j]
    met = max(solved, remedied)
    first = row.contacts == 0.0
    marked = 1.0 if solved > 0.0 else p.misjudged + (1.0 - p.misjudged) * d[act.CLOSE]
    written = marked if m.manual else solved
    if m.reads == code.JOBS:
        out[j + 1, 0] += weight * written
        out[j + 1, 1] += weight * minutes / 60.0
    elif m.reads == code.HANDLE:
        out[j + 1, 0] += weight * minutes
        out[j + 1, 1] += weight
    elif m.reads == code.FIRST_CLOSED and first:
        out[j + 1, 0] += weight * written
        out[j + 1, 1] += weight
    elif m.reads == code.NO_REPEAT and first:
        again, delay = expect_return(p, row)
        back = (1.0 - met) * again * (1.0 - (1.0 - marked) * p.followup) if delay <= m.within else 0.0
        out[j + 1, 0] += weight * (1.0 - back)
        out[j + 1, 1] += weight
    elif m.reads == code.IN_TIME or m.reads == code.MET:
        expect_ended(w, j, row, d, solved, met, marked, usual, weight, out)


@hot
def expect_ended(w, j, row, d, solved, met, marked, usual, weight, out):
    """What the need brings to who serves it last, if that is he: met, followed up, or given up, now or when it comes back.

    The contacts of the panel are those that he has anyway. A share `usual.own_returns` of the needs that come back comes back
    to him (to a team: all); so what counts beside the contact itself are those that come back more (or less) than is usual.
    """
    p, m = w.p, w.measures[j]
    done = 1.0 if m.reads == code.IN_TIME and m.manual and row.closed <= m.within else 0.0
    again = returning(p, row.contacts)
    yes, ends, back = ending(p, m, row.age, met, marked, done, again)
    count_ended(w, j, d, yes, ends, 1.0 if row.contacts > 0.0 or solved <= 0.0 else 0.0, weight, out)
    come_back(w, j, row, d, marked, done, usual, weight * back, out)
    back = ending(p, m, row.age, usual.meets, usual.marks, done, again)[2]
    come_back(w, j, row, d, usual.marks, done, usual, -weight * back, out)


@hot
def come_back(w, j, row, d, marked, done, usual, weight, out):
    """What the need brings if it comes back, each time to oneself by the chance `usual.own_returns`, served as is usual there.

    marked: chance that it was marked done when it was not met; done: that it had been before, in time.
    """
    p, m = w.p, w.measures[j]
    age, delay = row.age, expect_return(p, row)[1]
    for n in range(1, CONTACTS):
        if weight == 0.0:
            return
        if age <= m.within:  # of those who come back, the ones whose need was marked
            done += (1.0 - done) * marked / (1.0 - (1.0 - marked) * p.followup)
        age, marked = age + delay, usual.marks
        again = returning(p, row.contacts + n) if n < CONTACTS - 1 else 0.0
        yes, ends, back = ending(p, m, age, usual.meets, marked, done, again)
        count_ended(w, j, d, yes, ends, 1.0, weight * usual.own_returns, out)
        weight *= back


@hot
def ending(p, m, age, met, marked, done, again):
    """Chances that a need of this age (weeks) ends here and counts, that it ends here at all, and that it comes back.

    met: chance that the contact meets it; marked: that it is marked done if not; done: that the log has it as done in time
    already, where staff write it; again: that it comes back if it is neither met nor followed up.
    """
    now = 1.0 if age <= m.within else 0.0
    followed = (1.0 - met) * (1.0 - marked) * p.followup
    back = (1.0 - met - followed) * again
    ends = 1.0 - back
    yes = met * now + followed * (1.0 if age + p.followup_weeks <= m.within else 0.0)
    if m.reads == code.IN_TIME and m.manual:
        yes += (1.0 - met) * marked * (1.0 - again) * now
        yes += done * (ends - yes)
    return yes, ends, back


@hot
def count_ended(w, j, d, yes, ends, trouble, weight, out):
    """Add needs that end, some of which count, to out[j + 1]: by the log, or as far as customers are asked and answer."""
    p, m = w.p, w.measures[j]
    if m.reads == code.IN_TIME:
        out[j + 1, 0] += weight * yes
        out[j + 1, 1] += weight * ends
        return
    for answer in range(2):
        share = yes if answer else ends - yes
        latent = 10.0 * answer
        asked = readings.invitation(m, latent) * readings.response(p, m, latent, 7.0, 0.0)
        if m.sample == code.BY_CENTRAL:
            asked *= 1.0 - survey.spared(trouble, d[act.SELECT_CENTRAL], p.reach[act.SELECT_CENTRAL])
        kept = share * asked * (1.0 if answer else expect_kept(p, m, d))
        out[j + 1, 0] += weight * kept * (answer + m.error * (1.0 - 2.0 * answer))
        out[j + 1, 1] += weight * kept


@hot
def returning(p, returns):
    """Chance that an unmet need comes back after so many returns if nobody follows it up."""
    if not p.repeats:
        return 0.0
    return service.return_probability(p.return_probability, p.return_fading, int(returns), p.return_cap)


@hot
def expect_return(p, row):
    """Chance that an unmet need comes back if nobody follows it up, and after how long (weeks)."""
    again = returning(p, row.contacts)
    delay = chance.from_latent(p.return_delay_family, p.return_delay_a, p.return_delay_b, row.chance)
    return again, delay


@hot
def looks_hard(p, row):
    """Chance that whoever looks at this contact takes it for a hard case."""
    blur = math.sqrt(1.0001 - p.cherry_sight * p.cherry_sight)
    return survey.normal_tail((p.hard_case - p.cherry_sight * row.difficulty) / blur)


@hot
def think(w, row, d, odds0, minutes0, engagement, noise, hard, passing, usual, read, out):
    """Think one contact through with acts d: add its expected numerators and denominators to out (M + 2, 2).

    Row 0 is perceived quality, row M + 1 work time (minutes a contact); of the measures only those in `read` count. hard:
    how surely it looks hard; passing: how much colleagues pass on what does; one gets as much of it as they do of one's
    own, and it cannot be passed on again. usual: what the colleagues do.
    """
    p = w.p
    kept = 1.0 - d[act.CHERRY] * hard if p.team_size > 1 else 1.0
    minutes = service.paced_minutes(minutes0, d[act.CARE], d[act.RUSH], p.care_minutes, p.rush_minutes)
    for k in (act.SELECT, act.PLEAD, act.GIFT, act.CHARM):
        minutes += d[k] * p.act_minutes[k]
    odds = service.resolve_probability(odds0, d[act.CARE], d[act.RUSH], p.care_resolution, p.rush_resolution, usual.sound)
    courtesy = service.courtesy(
        engagement, p.courtesy_by_engagement, d[act.CARE], d[act.RUSH], d[act.PLEAD],
        p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
    )  # fmt: skip
    last = len(out) - 1
    out[last, 0] += (1.0 - kept) * p.act_minutes[act.CHERRY]
    out[last, 1] += 1.0
    for case in range(2):
        solved = float(case)
        weight = odds if case else 1.0 - odds
        think_case(w, row, d, solved, kept * weight, 0.0, 1.0, minutes, courtesy, noise, usual, read, out)
        if passing > 0.0 and p.team_size > 1:
            think_case(w, row, d, solved, passing * hard * weight, 1.0, 1.0, minutes, courtesy, noise, usual, read, out)
        if usual.follow and kept < 1.0:
            think_case(w, row, d, solved, (1.0 - kept) * weight, 1.0, 0.0, minutes, courtesy, noise, usual, read, out)


@hot
def think_case(w, row, d, solved, weight, passed, mine, minutes, courtesy, noise, usual, read, out):
    """One of the two ways in which a contact can go: experience, surveys, log, complaint; passed: a hand-off more.

    mine: 1 if it is one's own, 0 if only what it leaves with the customer counts, who is everybody's.
    """
    p = w.p
    efforts = row.contacts + p.extra_handoffs + passed
    quality = customer.perceived_quality(
        solved, row.wait, courtesy, efforts,
        p.resolution_weight, p.wait_weight, p.wait_cap, p.courtesy_weight, p.effort_weight,
    )  # fmt: skip
    satisfaction = customer.disconfirmation(quality, row.expectation, p.loss_weight)
    end, peak = row.end, row.peak
    if p.memory:
        end = customer.remembered_end(end, satisfaction, p.forgetting)
        peak = customer.remembered_peak(peak, satisfaction, p.peak_fading)
    score = customer.experience(p.level, p.slope, customer.memory(peak, end, p.peak_weight), row.taste)
    complaint = expect_complaint(p, row, score) if p.complaints and solved <= 0.0 else 0.0
    hushed = 1.0 - (1.0 - d[act.DIVERT]) * (1.0 - d[act.DIVERSION] * p.reach[act.DIVERSION])
    if usual.follow:
        expectation = customer.adapted(row.expectation, quality, p.adaptation) if p.expectation else row.expectation
        marked = p.misjudged + (1.0 - p.misjudged) * d[act.CLOSE]
        follow(w, row, d, solved, marked, complaint, hushed, expectation, end, peak, usual, weight, read, out)
    if mine <= 0.0:
        return
    out[0, 0] += weight * quality
    out[0, 1] += weight
    trouble = 1.0 if solved <= 0.0 or row.contacts > 0.0 else 0.0
    recorded = complaint * (1.0 - hushed)
    if solved <= 0.0:
        minutes += d[act.CLOSE] * p.act_minutes[act.CLOSE] + d[act.DIVERT] * complaint * p.act_minutes[act.DIVERT]
    out[len(out) - 1, 0] += weight * minutes
    for j in read:
        m = w.measures[j]
        if m.reads <= 3:
            if m.population == 0 and (m.reads < 3 or row.contacts == 0.0):
                latent = answer_of(p, m.reads, score, satisfaction, efforts, row.wait, solved)
                expect_answer(w, j, latent, feeling_of(p, m.reads, score, satisfaction), noise, trouble, d, weight, out)
        elif m.reads == code.COMPLAINTS:
            out[j + 1, 0] += weight * recorded
            out[j + 1, 1] += weight
        else:
            expect_log(w, j, row, d, solved, recorded * p.remedy, minutes, usual, weight, out)


@hot
def add_up(total, part):
    """Add part to total, both (M + 2, 2)."""
    for j in range(len(total)):
        total[j, 0] += part[j, 0]
        total[j, 1] += part[j, 1]


@hot
def log_odds(p, row, ability, engagement, fresh):
    """Log odds that staff of this ability resolve the need of this contact, before care or haste."""
    return service.resolution_log_odds(
        p.resolution, p.resolution_by_difficulty, p.resolution_by_ability, p.resolution_by_engagement, row.difficulty,
        ability, engagement, p.novice_resolution * fresh, p.scripts, p.script_error, p.script_rigidity,
    )  # fmt: skip


@kernel
def think_team(
    team, level, is_open, read, ahead, own_returns, ability, moved, engagement, tenure, with_act, without, base, *arrays
):
    """Think the team's panel through: base (M + 2, 2) as things are; with_act, without (DIRECT, M + 2, 2) for each act.

    level (ALL_ACTS,) is the chance that an act is done and works; is_open tells which acts are worth the thought, `read`
    names the measures that are. ahead (2,): contacts a customer and week, and impatience (`aftermath`). own_returns: the
    share of needs that come back to those whose reading is thought of. ability: the team's, moved: by how much it is another
    in the contacts of the panel (sd).
    """
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    p = w.p
    size = min(w.teams[team].noted, st.PANEL_SIZE)
    here, there = np.zeros(base.shape), np.zeros(base.shape)
    fresh = service.novice(tenure, p.proficiency, p.scripts)
    following = False
    for j in read:
        following = following or outlasts(w.measures[j].reads, w.measures[j].population)
    d = np.zeros(act.ALL_ACTS)
    for j in range(size):
        row = w.panel[team, j]
        minutes = service.handle_minutes(
            p.minutes * p.process_minutes, p.minutes_by_difficulty, p.minutes_by_ability, row.difficulty, ability + moved,
            p.novice_minutes * fresh,
        )  # fmt: skip
        odds = log_odds(p, row, ability + moved, engagement, fresh)
        later = odds if moved == 0.0 else log_odds(p, row, ability, engagement, fresh)
        noise, hard = chance.normal_from(row.chance), looks_hard(p, row)
        fate = 0
        if following:
            fate = fate_of(p, team, j, usually_solved(p, w.teams[team].sound, level, later))
        usual = usually(w, team, row, level, later, engagement, following, ahead, fate, own_returns)
        for k in range(DIRECT):
            u = chance.uniform(p.seed, p.replicate, team, j, chance.PANEL, k)
            d[k] = 1.0 if k < act.ACTS and u < level[k] else (0.0 if k < act.ACTS else level[k])
        here[:] = 0.0
        think(w, row, d, odds, minutes, engagement, noise, hard, level[act.CHERRY], usual, read, here)
        add_up(base, here)
        for k in range(DIRECT):
            if is_open[k]:
                held = d[k]
                for done in range(2):
                    d[k] = float(done)
                    if d[k] != held:
                        there[:] = 0.0
                        think(w, row, d, odds, minutes, engagement, noise, hard, level[act.CHERRY], usual, read, there)
                    add_up(with_act[k] if done else without[k], here if d[k] == held else there)
                d[k] = held


@kernel
def secants(with_act, without, base, level, is_open, effects):
    """effects (ALL_ACTS, M + 2): central secant of each reading by the chance that an act is done and works."""
    for k in range(DIRECT):
        if not is_open[k]:
            continue
        low = max(0.0, level[k] - 0.5 * WIDTH)
        high = min(1.0, level[k] + 0.5 * WIDTH)
        for j in range(len(base)):
            n0, d0 = without[k, j, 0], without[k, j, 1]
            n1, d1 = with_act[k, j, 0] - n0, with_act[k, j, 1] - d0
            below, above = d0 + low * d1, d0 + high * d1
            if below > 0.0 and above > 0.0:
                effects[k, j] = ((n0 + high * n1) / above - (n0 + low * n1) / below) / (high - low)
