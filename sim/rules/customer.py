"""The customer's experience: perceived quality, disconfirmation, memory by peak and end, and the honest answers."""

from __future__ import annotations

import math

from sim.rules.kernel import kernel


@kernel
def perceived_quality(
    resolved: float, wait: float, courtesy: float, efforts: float,
    resolution_weight: float, wait_weight: float, wait_cap: float, courtesy_weight: float, effort_weight: float,
) -> float:  # fmt: skip
    """Quality of one contact: ± resolution − waiting + courtesy − effort asked of the customer.

    wait in minutes, efforts = further contacts and extra hand-offs. Units: quality.
    """
    waiting = wait_weight * wait
    if waiting > wait_cap:
        waiting = wait_cap
    return resolution_weight * (2.0 * resolved - 1.0) - waiting + courtesy_weight * courtesy - effort_weight * efforts


@kernel
def disconfirmation(quality: float, expectation: float, loss_weight: float) -> float:
    """Satisfaction with one contact: gap to the expectation, losses weigh more (Oliver 1980; Kahneman & Tversky 1979)."""
    gap = quality - expectation
    return gap if gap >= 0.0 else loss_weight * gap


@kernel
def remembered_end(end: float, satisfaction: float, forgetting: float) -> float:
    """The end that is remembered: (1 − f) old + f latest."""
    return (1.0 - forgetting) * end + forgetting * satisfaction


@kernel
def remembered_peak(peak: float, satisfaction: float, fading: float) -> float:
    """The peak that is remembered: the latest contact if it is more extreme than the faded peak, else the faded peak."""
    faded = (1.0 - fading) * peak
    return satisfaction if abs(satisfaction) > abs(faded) else faded


@kernel
def memory(peak: float, end: float, peak_weight: float) -> float:
    """Remembered satisfaction by peak and end (Kahneman, Fredrickson, Schreiber & Redelmeier 1993)."""
    return peak_weight * peak + (1.0 - peak_weight) * end


@kernel
def adapted(expectation: float, quality: float, adaptation: float) -> float:
    """Expectation after a contact: E + α (Q − E) (Johnson, Anderson & Fornell 1995)."""
    return expectation + adaptation * (quality - expectation)


@kernel
def experience(level: float, slope: float, remembered: float, taste: float) -> float:
    """The true experience on the 0–10 scale before rounding: level + slope · memory + taste, kept within 0 and 10."""
    x = level + slope * remembered + taste
    return 0.0 if x < 0.0 else (10.0 if x > 10.0 else x)


@kernel
def whole(x: float) -> float:
    """Nearest whole number, halves up."""
    return math.floor(x + 0.5)


@kernel
def latent_answer(question: int, score: float, satisfaction: float, efforts: float, wait: float, first_time: float) -> float:
    """What a customer would say in confidence, on the 0–10 latent of each question, before rounding to its scale.

    0 recommend: the relationship as remembered; 1 satisfaction: this contact, leaning on the relationship;
    2 ease: effort and waiting; 3 solved first time: yes (10) or no (0).
    """
    if question == 0:
        return score
    if question == 1:
        return 0.5 * score + 0.5 * (7.5 + 2.0 * satisfaction)
    if question == 2:
        return 8.5 + 0.5 * satisfaction - 1.2 * efforts - 0.08 * wait
    return 10.0 * first_time


@kernel
def feeling(question: int, score: float, satisfaction: float) -> float:
    """How a customer feels about what is asked, 0–10: about the relationship (recommend), else about this contact.

    Extremity of feeling, not of the answer, moves people to respond; staff see the feeling, not the answer.
    """
    return score if question == 0 else latent_answer(1, score, satisfaction, 0.0, 0.0, 0.0)


@kernel
def on_scale(latent: float, low: float, high: float) -> float:
    """A latent 0–10 answer as a whole answer on a scale from low to high, clipped at the ends."""
    x = whole(low + (high - low) * latent / 10.0)
    return low if x < low else (high if x > high else x)
