"""Closed forms of surveys, on the contacts technology: error, selection, begging, regression to the mean, rank agreement."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, poisson

from sim.experiments.theory.case import Case, Claim, Played
from sim.experiments.theory.reading import component, employees, series

ROUNDING = 1.0 / 12.0  # variance that rounding to whole answers adds (Sheppard)
BEST_SHARE = 0.1


def classes(played: Played) -> tuple[float, float, float]:
    """Shares of detractors, passives and promoters as the scenario writes them."""
    fixed = played.spec.customers.experience.fixed_score
    assert fixed is not None
    return fixed.a, fixed.b, 1.0 - fixed.a - fixed.b


def realised(played: Played) -> tuple[float, float, float]:
    """The same shares among the customers who are there: from the true readings of the score and of promoters alone."""
    net, top = series(played, "true").iloc[-1] / 100.0, series(played, "true", "promoters").iloc[-1] / 100.0
    return float(top - net), float(1.0 - 2.0 * top + net), float(top)


def answers_a_week(played: Played) -> float:
    """How many answers a week's score rests on, on average."""
    return float(series(played, "answers").mean())


def survey_error(played: Played) -> float:
    """100 √((p + d − (p − d)²) / n)."""
    d, _, p = classes(played)
    return 100.0 * math.sqrt((p + d - (p - d) ** 2) / answers_a_week(played))


def spread_of_weeks(played: Played) -> float:
    """Standard deviation of the weekly score about its mean, weeks weighted by their answers."""
    score, n = series(played, "reported").to_numpy(), series(played, "answers").to_numpy()
    mean = (score * n).sum() / n.sum()
    return math.sqrt(float(((score - mean) ** 2 * n).sum()) / (len(n) - 1) / float(n.mean()))


def selected(played: Played, shares: tuple[float, float, float]) -> float:
    """100 (p π_p − d π_d) / (p π_p + n π_n + d π_d)."""
    d, n, p = shares
    chances = next(iter(played.spec.measures.values())).invite
    assert chances is not None
    x_d, x_n, x_p = chances
    return 100.0 * (p * x_p - d * x_d) / (p * x_p + n * x_n + d * x_d)


def covariance_bias(played: Played) -> float:
    """Cov(π, s) / E π for chances to answer of a J shape at scores 4, 7 and 10 that count −100, 0 and 100."""
    survey, measure = played.spec.customers.survey, next(iter(played.spec.measures.values()))
    least = measure.response
    assert least is not None
    chance = np.array([least * (1.0 + survey.extreme * ((s - survey.centre) / 3.0) ** 2) for s in (4.0, 7.0, 10.0)])
    share, score = np.array(realised(played)), np.array([-100.0, 0.0, 100.0])
    return float((share @ (chance * score) - (share @ chance) * (share @ score)) / (share @ chance))


def begged(played: Played) -> float:
    """100 β (n + 2 d)."""
    d, n, _ = classes(played)
    return 100.0 * played.spec.staff.first_acts["pleading"].mean * (n + 2.0 * d)


def mean_bar(name: str, played: Played) -> float:
    """Mean of a bar of the waterfall over the weeks."""
    return float(component(played, name).mean())


# --- mean scores with luck ---------------------------------------------------------------------------------------------


def reliability(played: Played) -> float:
    """var(V) / (var(V) + var(noise) E[1/n]); n, how often a person is rated in a pay period, is Poisson."""
    spec = played.spec
    rated = spec.customers.count * spec.customers.needs_per_week * spec.pay.every / spec.staff.count
    counts = np.arange(1, int(rated + 20.0 * math.sqrt(rated) + 20.0))
    chances = poisson.pmf(counts, rated)
    one_over_n = float((chances / counts).sum() / chances.sum())
    noise = (spec.customers.survey.style.sd**2 + ROUNDING) * one_over_n
    return spec.staff.engagement.sd**2 / (spec.staff.engagement.sd**2 + noise)


def scored(played: Played) -> pd.DataFrame:
    """What everybody's service is worth in points above the mean (true), and what he scored (reported)."""
    staff = employees(played)
    staff = staff[staff["contacts"] > 0]
    mean = played.spec.customers.experience.level
    return pd.DataFrame({"true": staff["engagement"], "reported": staff["bonus"] - mean})


def slope(played: Played) -> float:
    """Regression of true on reported over people."""
    both = scored(played)
    return float((both["true"] * both["reported"]).mean() / (both["reported"] ** 2).mean())


def kept_lead(played: Played) -> float:
    """What share of the lead of the best tenth by the score is theirs."""
    both = scored(played).nlargest(round(BEST_SHARE * played.spec.staff.count), "reported")
    return float(both["true"].mean() / both["reported"].mean())


def agreement(played: Played) -> float:
    """Kendall's τ between the true and the reported ranking of people."""
    both = scored(played)
    return float(kendalltau(both["true"], both["reported"]).statistic)


OTHER_CUSTOMERS = ("customers.experience.fixed_score.a=0.05", "customers.experience.fixed_score.b=0.15")
UNHAPPY = ("customers.experience.fixed_score.a=0.5", "customers.experience.fixed_score.b=0.3")
PEOPLE = ((), ("staff.engagement.b=0.1",), ("staff.engagement.b=0.6",), ("customers.survey.style.b=1", "customers.count=32000"))

CASES = (
    Case(
        10, "survey_error", "Standard error of an NPS", "textbook/survey_error", "Rocks (2016)",
        ((), ("customers.count=4000",), OTHER_CUSTOMERS, (*UNHAPPY, "measures.score.rate=0.25")),
        (Claim("points, week to week", "100 √((p + d − (p − d)²) / n)", survey_error, spread_of_weeks, None),),
        replicates=12,
    ),
    Case(
        11, "selective_survey", "Asking by chances that differ", "textbook/selective_survey", "Bethlehem (1988)",
        ((), ("measures.score.invite=[0.9, 0.5, 0.2]",), (*UNHAPPY, "measures.score.invite=[0, 1, 1]"), OTHER_CUSTOMERS),
        (
            Claim("expected reading, given who is there", "100 (p π_p − d π_d) / (p π_p + n π_n + d π_d)",
                  lambda p: selected(p, realised(p)),
                  lambda p: float((series(p, "true") + component(p, "selection")).iloc[-1])),
            Claim("reported, by the shares of the scenario", "the same", lambda p: selected(p, classes(p)),
                  lambda p: float(series(p, "reported").mean()), None),
        ),
        replicates=16,
    ),
    Case(
        11, "nonresponse", "Bias of who answers", "textbook/nonresponse", "Bethlehem (1988)",
        ((), ("customers.survey.extreme=0",), (*UNHAPPY, "customers.survey.extreme=3"), ("customers.survey.centre=8",)),
        (
            Claim("bar of non-response", "Cov(π, s) / E π", covariance_bias,
                  lambda p: float(component(p, "nonresponse").iloc[-1])),
            Claim("reported − true", "the same", covariance_bias,
                  lambda p: float((series(p, "reported") - series(p, "true")).mean()), None),
        ),
        replicates=64,
    ),
    Case(
        12, "begging", "Begging for a ten", "textbook/begging", "arithmetic of the score",
        ((), ("staff.first_acts.pleading=0.8",), (*UNHAPPY, "staff.first_acts.pleading=0.1"), OTHER_CUSTOMERS),
        (
            Claim("bar of pressure", "100 β (n + 2 d)", begged, lambda p: mean_bar("pressure", p), None),
            Claim("reported − true", "the same", begged,
                  lambda p: float((series(p, "reported") - series(p, "true")).mean()), None),
        ),
        replicates=20,
    ),
    Case(
        13, "regression", "Regression to the mean", "textbook/regression", "Kelley (1927)",
        PEOPLE,
        (
            Claim("slope of true on reported", "rel = σ_V² / (σ_V² + σ² / n)", reliability, slope, None),
            Claim("share of their lead that the best tenth keep", "E[V − μ | P] = rel (P − μ)", reliability, kept_lead, None),
        ),
        replicates=40,
    ),
    Case(
        14, "rank_agreement", "Rank agreement with noise only", "textbook/regression", "Kruskal (1958)",
        PEOPLE,
        (Claim("Kendall's τ", "(2 / π) asin √rel", lambda p: 2.0 / math.pi * math.asin(math.sqrt(reliability(p))), agreement,
               None),),
        replicates=40,
    ),
)  # fmt: skip
