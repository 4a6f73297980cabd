"""The customer's mind in the engine: his answer now, what a contact does to memory and expectation, when he will leave.

p is the record of parameters, c that of a customer, team that of his team (`layout`, `state`).
"""

from __future__ import annotations

import numpy as np

from sim.rules import customer, voice
from sim.rules.kernel import hot
from sim.world import state as st


@hot
def score_of(p, c):
    """The true experience of a customer now, 0–10, before rounding."""
    remembered = customer.memory(np.float64(c.peak), np.float64(c.end), p.peak_weight)
    return customer.experience(p.level, p.slope, remembered, np.float64(c.taste))


@hot
def expectation_of(p, c, at):
    """The quality that a customer expects at date `at`, drift included."""
    return np.float64(c.expectation) + p.drift * at


@hot
def expect(p, c, at, expectation):
    """The customer expects this quality at date `at`."""
    c.expectation = expectation - p.drift * at


@hot
def answer_of(p, question, score, satisfaction, efforts, wait, first_time):
    """What a customer would say in confidence, on the 0–10 latent of each question, before rounding to its scale.

    0 recommend: the relationship as remembered; 1 satisfaction: this contact, leaning on the relationship;
    2 ease: effort and waiting; 3 solved first time: yes (10) or no (0).
    """
    if question == 0:
        return score
    if question == 1:
        return customer.contact_answer(score, satisfaction, p.contact_share, p.contact_level, p.contact_slope)
    if question == 2:
        return customer.ease_answer(
            satisfaction, efforts, wait, p.ease_level, p.ease_slope, p.ease_by_effort, p.ease_by_wait
        )
    return 10.0 * first_time


@hot
def feeling_of(p, question, score, satisfaction):
    """How a customer feels about what is asked, 0–10: about the relationship (recommend), else about this contact.

    Extremity of feeling, not of the answer, moves people to respond; staff see the feeling, not the answer.
    """
    if question == 0:
        return score
    return customer.contact_answer(score, satisfaction, p.contact_share, p.contact_level, p.contact_slope)


@hot
def hope_of(p, c):
    """Hope that a complaint would help, 0–1: less once one has been put off."""
    return p.lost_hope if c.marks & st.LOST_HOPE else 1.0


@hot
def hazard_of(p, c, score):
    """Departures a week of a customer at this score."""
    damping = p.contract_damping if c.contract else 1.0
    return voice.exit_hazard(score, p.exit_rate, p.exit_at, p.exit_slope, damping)


@hot
def reconsider(p, team, c, at, score_before):
    """After a contact: the answer he would give now, and the date on which he leaves if nothing changes.

    Leaving is a keyed threshold that the cumulated hazard reaches, so a twin meets the same threshold in every world.
    """
    score = score_of(p, c)
    team.answers[c.answer] -= 1
    c.answer = int(customer.whole(score))
    team.answers[c.answer] += 1
    if p.exit and score != score_before:
        put_off(c, at, hazard_of(p, c, score_before), hazard_of(p, c, score))
    return score


@hot
def put_off(c, at, before, now):
    """The hazard of leaving has changed at date `at`: what was left of the threshold is used up at the new pace."""
    if before > 0.0:
        c.leaves_at = at + (c.leaves_at - at) * before / now if now > 0.0 else st.NEVER


@hot
def experience_contact(p, c, at, solved, wait, courtesy, efforts):
    """Perceived quality against expectation; memory and expectation move. Returns quality and satisfaction."""
    quality = customer.perceived_quality(
        solved, wait, courtesy, efforts,
        p.resolution_weight, p.wait_weight, p.wait_cap, p.courtesy_weight, p.effort_weight,
    )  # fmt: skip
    expectation = expectation_of(p, c, at)
    satisfaction = customer.disconfirmation(quality, expectation, p.loss_weight)
    if p.memory:
        c.end = customer.remembered_end(np.float64(c.end), satisfaction, p.forgetting)
        c.peak = customer.remembered_peak(np.float64(c.peak), satisfaction, p.peak_fading)
    if p.expectation:
        expect(p, c, at, customer.adapted(expectation, quality, p.adaptation))
    return quality, satisfaction
