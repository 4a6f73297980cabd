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
def contact_answer(score: float, satisfaction: float, share: float, level: float, slope: float) -> float:
    """Satisfaction as he would state it, on the 0–10 latent: (1 − share) · relationship + share · (level + slope · satisfaction).

    score: the relationship, 0–10; satisfaction with this contact, quality. Source: transaction-specific and overall
    satisfaction lean on each other (Jones & Suh 2000), form assumed.
    """
    return (1.0 - share) * score + share * (level + slope * satisfaction)


@kernel
def ease_answer(
    satisfaction: float, efforts: float, wait: float, level: float, slope: float, by_effort: float, by_wait: float
) -> float:
    """Ease as he would state it, on the 0–10 latent: level + slope · satisfaction − by_effort · efforts − by_wait · wait.

    efforts: further contacts and extra hand-offs; wait in minutes. Source: what asks effort of customers, Dixon, Freeman &
    Toman (2010), form assumed.
    """
    return level + slope * satisfaction - by_effort * efforts - by_wait * wait


@kernel
def on_scale(latent: float, low: float, high: float) -> float:
    """A latent 0–10 answer as a whole answer on a scale from low to high, clipped at the ends."""
    x = whole(low + (high - low) * latent / 10.0)
    return low if x < low else (high if x > high else x)
