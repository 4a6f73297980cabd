"""Managers: what calling a customer back does, and what repair does to a process that fails and falls back."""

from __future__ import annotations

from sim.rules.kernel import kernel


@kernel
def called_memory(end: float, waiting: float, met: float, relief: float, failed: float) -> float:
    """Remembered end after a call-back: end + relief, or end − failed where an open need (waiting 1) was not met (met 0).

    Units: quality. Source: service recovery raises satisfaction, a second failure lowers it further (Smith, Bolton &
    Wagner 1999; Maxham & Netemeyer 2002), direction; sizes are the scenario's.
    """
    helped = 1.0 - waiting * (1.0 - met)
    return end + helped * relief - (1.0 - helped) * failed


@kernel
def repaired(repair: float, effort: float, most: float, fading: float) -> float:
    """Share of failures mended after a pay period: what was there fades, effort mends its share of what can still be.

    r' = k + effort (most − k), k = (1 − fading) r; all shares 0–1. Bounded by `most`, with falling returns.
    """
    left = (1.0 - fading) * repair
    gained = effort * (most - left)
    return left + gained if gained > 0.0 else left


@kernel
def failure_left(failure: float, weakness: float, repair: float) -> float:
    """Chance that a step or hand-off of a team's process fails: failure · weakness · (1 − repair), at most 1.

    weakness: the team's failure relative to the firm's (ratio); repair: share mended, 0–1.
    """
    f = failure * weakness * (1.0 - repair)
    return 1.0 if f > 1.0 else f
