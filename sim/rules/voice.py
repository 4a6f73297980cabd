"""Voice, exit, loyalty: the wish to complain, leaving, and what is said to others (Hirschman 1970)."""

from __future__ import annotations

import math

from sim.rules.kernel import kernel
from sim.rules.service import logistic


@kernel
def complaint_wish(score: float, at: float, slope: float) -> float:
    """Chance that a customer with an unmet need would complain: logistic(slope · (at − score)); score 0–10."""
    return logistic(slope * (at - score))


@kernel
def aloud(share: float, hope: float, voice: float) -> float:
    """Chance that a complaint that is wished for is made: share · hope · segment's voice, at most 1. Hope is 0–1."""
    p = share * hope * voice
    return 1.0 if p > 1.0 else p


@kernel
def exit_hazard(score: float, rate: float, at: float, slope: float, damping: float) -> float:
    """Departures a week: rate / 52 · exp(slope · (at − score)) · damping; score 0–10, rate a year at `at`."""
    return rate / 52.0 * math.exp(slope * (at - score)) * damping


@kernel
def talk(score: float, bad_news: float) -> float:
    """Net talk of one contact: +1 from a promoter, −bad_news from a detractor."""
    return 1.0 if score >= 9.0 else (-bad_news if score <= 6.0 else 0.0)
