"""Closed forms of what people take from each other and keep: imitation, skill, turnover; on the contacts technology."""

from __future__ import annotations

import math
from itertools import pairwise

from sim.experiments.theory.case import Case, Claim, Figure, Played
from sim.experiments.theory.reading import weekly


def copying(played: Played) -> float:
    """β Δ: the chance that one who looks at a better-paid colleague copies him.

    Δ is what a call without haste takes longer, at the rate of pay; a colleague is somebody else, hence N / (N − 1).
    """
    spec = played.spec
    saved = spec.service.work.minutes * spec.service.work.rush_minutes
    size = spec.staff.team_size
    return spec.staff.learning.imitation / 100.0 * spec.pay.schemes[0].rate * saved * size / (size - 1)


def shares(played: Played) -> list[float]:
    """The share who rush, pay period by pay period."""
    return [float(x) for x in weekly(played, "share_rushing").iloc[:: played.spec.pay.every]]


def spread_after(months: int) -> Figure:
    """x′ = x + β Δ x (1 − x), iterated from the share that is there at the start."""

    def share(played: Played) -> float:
        x = shares(played)[0]
        for _ in range(months):
            x += copying(played) * x * (1.0 - x)
        return x

    return share


def seen_after(months: int) -> Figure:
    """The share who rush after so many pay periods."""
    return lambda played: shares(played)[months]


def copied(played: Played) -> float:
    """Σ (x′ − x) / Σ x (1 − x) over the pay periods: the rate at which it spreads."""
    x = shares(played)
    gained = sum(after - before for before, after in pairwise(x))
    return gained / sum(before * (1.0 - before) for before in x[:-1])


def skills(played: Played) -> list[float]:
    """Mean skill at begging, pay period by pay period."""
    return [float(x) for x in weekly(played, "skill_pleading").iloc[:: played.spec.pay.every]]


def learned(played: Played) -> float:
    """1 − (1 − η)^t."""
    return 1.0 - (1.0 - played.spec.staff.learning.practice) ** (len(skills(played)) - 1)


def turnover(played: Played) -> float:
    """τ: share who leave in a pay period, at a constant hazard."""
    return 1.0 - math.exp(-played.spec.staff.wellbeing.quit_rate / 52.0 * played.spec.pay.every)


def settled_skill(played: Played) -> float:
    """(1 − τ) η / (1 − (1 − τ)(1 − η))."""
    stay, eta = 1.0 - turnover(played), played.spec.staff.learning.practice
    return stay * eta / (1.0 - stay * (1.0 - eta))


def late_skill(played: Played) -> float:
    """Mean skill over the second half of the run."""
    every = skills(played)
    late = every[len(every) // 2 :]
    return sum(late) / len(late)


CASES = (
    Case(
        18, "imitation", "Imitation", "textbook/imitation", "Schlag (1998)",
        ((), ("pay.schemes.0.rate=2",), ("staff.first_acts.rushing.a=0.5", "service.work.rush_minutes=0.2")),
        (
            Claim("share after 3 periods", "x′ = x + β Δ x (1 − x), iterated", spread_after(3), seen_after(3), None),
            Claim("share after 9 periods", "the same", spread_after(9), seen_after(9), None),
            Claim("rate at which it spreads", "β Δ", copying, copied, None),
        ),
        replicates=16,
    ),
    Case(
        19, "skill", "Skill by practice", "textbook/skill", "Thurstone (1919)",
        (("weeks=5",), ("weeks=25",), (), ("staff.learning.practice=0.3", "weeks=41")),
        (Claim("skill", "1 − (1 − η)^t", learned, lambda p: skills(p)[-1]),),
    ),
    Case(
        19, "skill_and_turnover", "Skill and turnover", "textbook/skill_and_turnover",
        "steady state of x′ = (1 − τ)(x + η(1 − x))",
        ((), ("staff.wellbeing.quit_rate=2",), ("staff.learning.practice=0.25", "staff.wellbeing.quit_rate=1")),
        (
            Claim("mean skill in the long run", "(1 − τ) η / (1 − (1 − τ)(1 − η))", settled_skill, late_skill, None),
            Claim("share who leave, a period", "τ = 1 − exp(−h · period)", turnover,
                  lambda p: float(weekly(p, "quits").sum() / p.spec.staff.count / (p.spec.weeks / p.spec.pay.every)), None),
        ),
        replicates=12,
    ),
)  # fmt: skip
