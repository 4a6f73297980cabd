"""Surveys: who is invited, who responds, what is stated, what an answer counts for, what is struck out."""

from __future__ import annotations

import math

from sim.rules.kernel import kernel
from sim.rules.service import logistic

NET, TOP, MEAN = 0, 1, 2


@kernel
def seen_mood(score: float, error: float, noise: float) -> float:
    """The impression that staff have of a customer's 0–10 answer: the answer with an error of their own."""
    return score + error * noise


@kernel
def passes_over(mood: float, contented: float, sharpness: float) -> float:
    """Chance that one who invites selectively passes this customer over: logistic(sharpness · (contented − mood))."""
    return logistic(sharpness * (contented - mood))


@kernel
def respond_probability(score: float, least: float, extreme: float, centre: float, fatigued: float, fatigue: float) -> float:
    """Chance that an invited customer answers: least · (1 + e · ((score − centre) / 3)²), lower when asked recently.

    J-shaped (Hu, Pavlou & Zhang 2009): the far end below the centre is longer than the one above. At most 1.
    """
    distance = (score - centre) / 3.0
    p = least * (1.0 + extreme * distance * distance) * (1.0 - fatigue * fatigued)
    return 1.0 if p > 1.0 else p


@kernel
def counts_for(answer: float, aggregate: int, high: float, low: float) -> float:
    """What one answer adds to a measure: net +1 / 0 / −1 (NPS: Reichheld 2003), top share 1 / 0, mean the answer."""
    if aggregate == NET:
        return 1.0 if answer >= high else (-1.0 if answer <= low else 0.0)
    if aggregate == TOP:
        return 1.0 if answer >= high else 0.0
    return answer


@kernel
def struck(answer: float, low: float, filtering: float, reach: float) -> float:
    """Chance that an answer is struck from the report: bad ones (at most `low`), as far as the one who filters reaches."""
    return filtering * reach if answer <= low else 0.0


@kernel
def spared(trouble: float, selecting: float, reach: float) -> float:
    """Chance that the central office leaves a customer out of the frame: those with trouble on record."""
    return selecting * reach * trouble


@kernel
def normal_tail(x: float) -> float:
    """P(Z > x) for a standard normal."""
    return 0.5 * math.erfc(x * 0.7071067811865476)


@kernel
def expected_count(
    latent: float, spread: float, scale_low: float, scale_high: float, aggregate: int, high: float, low: float
) -> float:
    """E[what an answer counts for] when the stated latent is normal(latent, spread), rounded and clipped to its scale.

    Used where a draw is replaced by its probability; spread 0 gives the rounded answer itself.
    """
    unit = (scale_high - scale_low) / 10.0
    mean = scale_low + unit * latent
    sd = unit * spread
    if sd <= 0.0:
        x = float(math.floor(mean + 0.5))
        return counts_for(min(max(x, scale_low), scale_high), aggregate, high, low)
    if aggregate == MEAN:
        total = scale_low
        for k in range(int(scale_low) + 1, int(scale_high) + 1):
            total += normal_tail((k - 0.5 - mean) / sd)
        return total
    good = reached(math.ceil(high), mean, sd, scale_low, scale_high)
    if aggregate == TOP:
        return good
    return good - 1.0 + max(good, reached(math.floor(low) + 1.0, mean, sd, scale_low, scale_high))


@kernel
def reached(answer: float, mean: float, sd: float, scale_low: float, scale_high: float) -> float:
    """Chance that a normal, rounded and clipped to its scale, comes to a whole answer or more."""
    if answer <= scale_low:
        return 1.0
    return 0.0 if answer > scale_high else normal_tail((answer - 0.5 - mean) / sd)
