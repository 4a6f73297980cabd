"""What a contact that is only thought through leaves behind: the need followed to its end, what is then remembered.

Needed for what is read of customers rather than of contacts: surveys of all customers, departures, issues that are open.
Arguments are those of `sim.world.panel`.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.incentives import tactics as act
from sim.rules import customer, service, voice
from sim.rules.kernel import hot
from sim.world import chance
from sim.world import layout as code
from sim.world.hearsay import expect_answer, expect_complaint

CONTACTS = 4  # of one need that are thought through; what is unmet then ends
AHEAD = 8  # further contacts until what is remembered of this one has faded


class Usual(NamedTuple):
    """What a team usually does, for contacts that follow upon this one."""

    follow: bool  # whether any measure that is read outlasts the contact
    sound: float  # chance that the process does not fail
    solves: float  # chance that a contact resolves the need
    courtesy: float
    marks: float  # chance that an unmet need is marked done
    hushes: float  # chance that a complaint is put off
    trouble: float  # share of customers with an open issue
    a_week: float  # contacts a customer
    impatience: float  # how fast what is paid later loses worth, 1/week
    fate: int  # which of the contacts ahead will solve the need (bits)
    meets: float  # chance that it meets the need, by resolving it or by a remedy to the complaint
    own_returns: float  # share of the needs that come back which come back to those whose reading is thought of


@hot
def outlasts(reads, population):
    """Whether a measure reads customers, of whom a contact is only one thing that they remember or wait for."""
    return (reads <= 3 and population == 1) or reads == code.DEPARTURES or reads == code.BACKLOG


@hot
def usually(w, team, row, level, odds0, engagement, following, ahead, fate, own_returns):
    """The team's usual way with the need of this contact; level (ALL_ACTS,) is how much of each act is done there.

    ahead: contacts a customer and week, and impatience.
    """
    p, t = w.p, w.teams[team]
    courtesy = service.courtesy(
        engagement, p.courtesy_by_engagement, level[act.CARE], level[act.RUSH], level[act.PLEAD],
        p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
    )  # fmt: skip
    marks = p.misjudged + (1.0 - p.misjudged) * level[act.CLOSE]
    hushes = 1.0 - (1.0 - level[act.DIVERT]) * (1.0 - level[act.DIVERSION] * p.reach[act.DIVERSION])
    solves, trouble = usually_solved(p, t.sound, level, odds0), t.open / max(t.active, 1)
    remedied = 0.0
    if p.complaints and p.remedy > 0.0:
        _, end, peak = after(p, 0.0, row.wait, courtesy, row.contacts + p.extra_handoffs, row.expectation, row.end, row.peak)
        remedied = expect_complaint(p, row, score_after(p, row, end, peak)) * (1.0 - hushes) * p.remedy
    meets = solves + (1.0 - solves) * remedied
    return Usual(following, t.sound, solves, courtesy, marks, hushes, trouble, ahead[0], ahead[1], fate, meets, own_returns)


@hot
def usually_solved(p, sound, level, odds0):
    """Chance that a colleague resolves a need of these log odds, caring and rushing as much as the team does."""
    return service.resolve_probability(odds0, level[act.CARE], level[act.RUSH], p.care_resolution, p.rush_resolution, sound)


@hot
def fate_of(p, team, place, solves):
    """Which of the contacts ahead of a customer will solve his need, drawn once for all acts: bits."""
    fate = 0
    for n in range(AHEAD):
        if chance.uniform(p.seed, p.replicate, team, place, chance.PANEL, 64 + n) < solves:
            fate |= 1 << n
    return fate


@hot
def follow(w, row, d, solved, marked, complaint, hushed, expectation, end, peak, usual, weight, read, out):
    """Follow the need from this contact to its end, and add what customers then remember and how long it was open.

    marked, complaint, hushed: chances that this contact, if it solves nothing, is marked done, brings a complaint, and that
    this is put off; later contacts are the team's usual ones.
    """
    p = w.p
    if solved > 0.0:
        leave_with(w, row, d, expectation, end, peak, usual, weight, read, out)
        stay_open(w, 0.0, 0.0, weight, read, out)
        return
    delay = chance.from_latent(p.return_delay_family, p.return_delay_a, p.return_delay_b, row.chance)
    reach, unmarked, open_weeks, log_weeks = 1.0, 1.0, 0.0, 0.0
    for n in range(CONTACTS):
        if p.memory:
            end += complaint * ((1.0 - hushed) * p.relief - hushed * p.hushed)
        remedied = complaint * (1.0 - hushed) * p.remedy
        followed = (1.0 - remedied) * (1.0 - marked) * p.followup
        again = 0.0
        if p.repeats and n < CONTACTS - 1:
            again = service.return_probability(p.return_probability, p.return_fading, int(row.contacts) + n, p.return_cap)
        again *= 1.0 - remedied - followed
        leave_with(w, row, d, expectation, end, peak, usual, weight * reach * (1.0 - again), read, out)
        reach *= again  # what is followed up without a call has ended by the books
        unmarked *= 1.0 - marked
        open_weeks += reach * delay
        log_weeks += reach * unmarked * delay
        if reach <= 0.0:
            break
        efforts = row.contacts + n + 1.0 + p.extra_handoffs
        better = after(p, 1.0, row.wait, usual.courtesy, efforts, expectation, end, peak)
        leave_with(w, row, d, better[0], better[1], better[2], usual, weight * reach * usual.solves, read, out)
        expectation, end, peak = after(p, 0.0, row.wait, usual.courtesy, efforts, expectation, end, peak)
        reach *= 1.0 - usual.solves
        marked, hushed = usual.marks, usual.hushes
        complaint = expect_complaint(p, row, score_after(p, row, end, peak)) if p.complaints else 0.0
    stay_open(w, open_weeks, log_weeks, weight, read, out)


@hot
def after(p, solved, wait, courtesy, efforts, expectation, end, peak):
    """Expectation, and the end and the peak that are remembered, after one more contact."""
    quality = customer.perceived_quality(
        solved, wait, courtesy, efforts,
        p.resolution_weight, p.wait_weight, p.wait_cap, p.courtesy_weight, p.effort_weight,
    )  # fmt: skip
    satisfaction = customer.disconfirmation(quality, expectation, p.loss_weight)
    if p.memory:
        end = customer.remembered_end(end, satisfaction, p.forgetting)
        peak = customer.remembered_peak(peak, satisfaction, p.peak_fading)
    if p.expectation:
        expectation = customer.adapted(expectation, quality, p.adaptation)
    return expectation, end, peak


@hot
def score_after(p, row, end, peak):
    """The answer of a customer who remembers this."""
    return customer.experience(p.level, p.slope, customer.memory(peak, end, p.peak_weight), row.taste)


@hot
def leave_with(w, row, d, expectation, end, peak, usual, weight, read, out):
    """The need has ended and this is remembered: what it adds to surveys of all customers and to departures a year.

    It is remembered through the customer's next contacts, less and less; each state counts for the time until the next
    contact, discounted (weeks).
    """
    p = w.p
    for n in range(AHEAD):
        weeks = weight * stretch(n, usual.a_week, usual.impatience)
        score = score_after(p, row, end, peak)
        for j in read:
            m = w.measures[j]
            if m.reads <= 3 and m.population == 1:
                expect_answer(w, j, score, score, 0.0, usual.trouble, d, weeks, out)
            elif m.reads == code.DEPARTURES:
                damping = 1.0 - p.contract_share * (1.0 - p.contract_damping)
                hazard = voice.exit_hazard(score, p.exit_rate, p.exit_at, p.exit_slope, damping) if p.exit else 0.0
                out[j + 1, 0] += weeks * 52.0 * hazard
                out[j + 1, 1] += weeks
        solved = 1.0 if usual.fate & (1 << n) else 0.0
        expectation, end, peak = after(p, solved, row.wait, usual.courtesy, p.extra_handoffs, expectation, end, peak)


@hot
def stretch(n, a_week, impatience):
    """Discounted weeks between a customer's contact n and the next: q^n / (λ + ρ), q = λ / (λ + ρ)."""
    rate = a_week + impatience
    return (a_week / rate) ** n / rate if rate > 0.0 else 0.0


@hot
def stay_open(w, open_weeks, log_weeks, weight, read, out):
    """Weeks that the need stays open after this contact, by the customer's word or by a log that staff write."""
    for j in read:
        m = w.measures[j]
        if m.reads == code.BACKLOG:
            out[j + 1, 0] += weight * (log_weeks if m.manual else open_weeks)
            out[j + 1, 1] += weight
