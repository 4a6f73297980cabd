"""Closed forms of surveys on the contacts technology, with everything else switched off by the scenario (10, 11, 12).

Scores are fixed by class (4, 7, 10), so that shares of detractors, passives and promoters are what the scenario says.
Where the waterfall is an expectation the agreement is exact (1e-9); where answers are drawn, four standard errors.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.rules import survey
from sim.scenario.schema import Mechanisms, Scenario
from sim.world import Organisation

OFF = dict.fromkeys(Mechanisms.model_fields, False)
CLASSES = [(0.2, 0.3), (0.5, 0.3), (0.05, 0.15)]  # detractors, passives
SCORES = {"detractor": 4, "passive": 7, "promoter": 10}


def world(shares: tuple[float, float], measure: dict[str, Any], **more: Any) -> Scenario:
    """Customers with lasting scores by class, staff who never change what they do, one survey."""
    fixed = {"kind": "classes", "a": shares[0], "b": shares[1]}
    people = {"count": 2000, "needs_per_week": 1.0, "experience": {"fixed_score": fixed}, "survey": {"style": 0}}
    tree: dict[str, Any] = {
        "name": "survey", "weeks": 4, "burn_in": 0, "mechanisms": OFF, "customers": people,
        "staff": {"count": 4, "team_size": 2, "choice": "fixed", "first_skill": 1, "first_acts": {}},
        "measures": {"score": {"like": "nps", "sample": "random", "handled_by": [], "respond": [1, 1, 1], "window": 1}},
    }  # fmt: skip
    tree["measures"]["score"] |= measure
    same = {"population": measure.get("population", "contacts"), "sample": "census", "aggregate": "top"}
    tree["measures"]["promoters"] = {**tree["measures"]["score"], "invite": None, **same}
    for name, value in more.items():
        tree[name] = {**tree[name], **value} if isinstance(value, dict) and name in tree else value
    tree["customers"]["survey"] = {"style": 0, **more.get("customers", {}).get("survey", {})}
    tree["customers"]["experience"] = {"fixed_score": fixed}
    return Scenario.model_validate(tree)


def bars(model: Organisation) -> Any:
    """The waterfall by week: one column a component."""
    table = model.tables()["waterfall"].query("measure == 'score'")
    return table.pivot_table(index="week", columns="component", values="value", dropna=False)


def reading(model: Organisation) -> Any:
    """The series of the survey."""
    return model.tables()["series"].query("measure == 'score'")


def shares_asked(model: Organisation) -> np.ndarray:
    """True shares of the three classes by week in the population of the measure, (weeks, 3): a second, full survey tells."""
    net, top = (model.recorder.readings[:, j, 0, 0] / model.recorder.readings[:, j, 0, 1] for j in (0, 1))
    return np.stack([top - net, 1 - 2 * top + net, top], axis=1)


def shares_of(model: Organisation) -> tuple[float, float, float]:
    """Realised shares of detractors, passives and promoters among the customers."""
    answers = model.world.teams["answers"].sum(axis=0) / model.world.teams["answers"].sum()
    return float(answers[4]), float(answers[7]), float(answers[10])


@pytest.mark.parametrize("shares", CLASSES)
@pytest.mark.parametrize("invite", [[0.2, 0.5, 0.9], [0.9, 0.5, 0.2], [0.0, 1.0, 1.0]])
def test_form_11_selective_survey_of_all_customers(shares: tuple[float, float], invite: list[float]) -> None:
    """Reported NPS = 100 (p π_p − d π_d) / (p π_p + n π_n + d π_d): the truth and the bar of selection say so exactly."""
    model = Organisation(world(shares, {"population": "customers", "invite": invite})).run()
    d, n, p = shares_of(model)
    by_form = 100 * (p * invite[2] - d * invite[0]) / (p * invite[2] + n * invite[1] + d * invite[0])
    series, parts = reading(model), bars(model)
    assert series["true"].to_numpy() == pytest.approx(100 * (p - d), abs=1e-9)
    assert (series["true"].to_numpy() + parts["selection"].to_numpy()) == pytest.approx(by_form, abs=1e-9)
    others = parts.drop(columns=["selection", "luck"])
    assert np.abs(others.to_numpy()).max() < 1e-9
    # the answers themselves: standard error of a ratio over Bernoulli invitations, given who is there
    count = np.array([d, n, p]) * 2000
    value, chance = np.array([-1.0, 0.0, 1.0]), np.array(invite)
    error = (
        100 * math.sqrt((count * chance * (1 - chance) * (value - by_form / 100) ** 2).sum()) / (count * chance).sum()
    )
    assert (series["reported"] - by_form).abs().max() <= 4 * error + 1e-9


@pytest.mark.parametrize("population", ["contacts", "customers"])
def test_form_11_in_general_bias_is_a_covariance(population: str) -> None:
    """Invited by class, answering by class: selection + nonresponse = Cov(π, s) / E[π] (Bethlehem 1988)."""
    invite, respond = [0.3, 0.6, 0.8], [0.5, 0.1, 0.4]
    model = Organisation(world((0.3, 0.3), {"population": population, "invite": invite, "respond": respond})).run()
    parts = bars(model)
    both, counts = np.array(invite) * np.array(respond), np.array([-1.0, 0.0, 1.0])
    for week, shares in enumerate(shares_asked(model)):
        mean = shares @ both
        covariance = shares @ (both * counts) - mean * (shares @ counts)
        bias = parts["selection"].iloc[week] + parts["nonresponse"].iloc[week]
        assert bias == pytest.approx(100 * covariance / mean, abs=1e-9)


@pytest.mark.parametrize("shares", CLASSES)
def test_form_11_staff_who_invite_by_mood(shares: tuple[float, float]) -> None:
    """The same form where it is staff who pass over the discontented: π is what the rule leaves of the rate, by class."""
    model = Organisation(
        world(
            shares, {"sample": "employee", "rate": 0.8}, customers={"survey": {"mood_error": 0}},
            staff={"first_acts": {"selective_invitation": 1.0}},
        )
    ).run()  # fmt: skip
    p = model.world.p
    chance = [0.8 * (1 - survey.passes_over(float(score), p.contented, p.sharpness)) for score in (4, 7, 10)]
    parts = bars(model)
    for week, (d, n, q) in enumerate(shares_asked(model)):
        by_form = 100 * (q * chance[2] - d * chance[0]) / (d * chance[0] + n * chance[1] + q * chance[2])
        assert 100 * (q - d) + parts["steering"].iloc[week] == pytest.approx(by_form, abs=1e-9)
        assert parts["steering"].iloc[week] > 0.0
    assert (
        np.abs(parts[["coverage", "selection", "nonresponse", "style", "pressure", "processing"]].to_numpy()).max()
        < 1e-9
    )


@pytest.mark.parametrize("shares", CLASSES)
def test_form_10_standard_error_of_a_net_score(shares: tuple[float, float]) -> None:
    """Over 400 worlds of 150 customers, each asked once: the spread of the NPS is 100 √((p + d − (p − d)²) / n)."""
    n, worlds = 150, 400
    spec = world(shares, {"population": "customers", "sample": "census"}, weeks=1, customers={"count": n})
    found = np.array([Organisation(spec, r).run().recorder.reading(0, 0, 9) for r in range(worlds)])
    d, p = shares[0], 1 - sum(shares)
    exact = 100 * math.sqrt((p + d - (p - d) ** 2) / n)
    assert found.mean() == pytest.approx(100 * (p - d), abs=4 * exact / math.sqrt(worlds))
    assert found.std(ddof=1) == pytest.approx(
        exact, rel=4 / math.sqrt(2 * worlds)
    )  # nearly normal: rel. se 1/√(2 worlds)


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_form_10_luck_has_the_spread_of_sampling(rate: float) -> None:
    """Week after week in one world: luck over its standard error, with the correction for a finite population, has variance 1."""
    shares, weeks, n = (0.3, 0.3), 600, 1000
    spec = world(
        shares, {"population": "customers", "rate": rate}, weeks=weeks, customers={"count": n, "needs_per_week": 0}
    )
    model = Organisation(spec).run()
    d, _, p = shares_of(model)
    exact = 100 * math.sqrt((p + d - (p - d) ** 2) / (n * rate) * (1 - rate))
    z = bars(model)["luck"].dropna().to_numpy() / exact
    assert abs(z.mean()) <= 4 / math.sqrt(weeks)
    assert z.var() == pytest.approx(1.0, abs=4 * math.sqrt(2 / weeks) + 1 / (n * rate * 0.1))  # + order 1/n of a ratio


@pytest.mark.parametrize("shares", CLASSES)
@pytest.mark.parametrize("begged", [0.125, 0.6, 1.0])
def test_form_12_begging(shares: tuple[float, float], begged: float) -> None:
    """A plea that always works, put to a share β of the customers, adds 100 β (n + 2 d) under the name of pressure."""
    spec = world(
        shares, {"sample": "census"}, customers={"count": 4000, "survey": {"plead_lift": 10}},
        staff={"first_acts": {"pleading": begged}},
    )  # fmt: skip
    model = Organisation(spec).run()
    num, den = model.recorder.readings[:, 0].sum(axis=0).T
    d, n = shares
    lifted = 100 * (num[7] / den[7] - num[6] / den[6])
    # of N answers each is lifted by 2, 1 or 0 with chance β: standard error of the mean lift
    square = begged * (n + 4 * d) - (begged * (n + 2 * d)) ** 2
    assert lifted == pytest.approx(100 * begged * (n + 2 * d), abs=400 * math.sqrt(square / den[0]))
    if begged == 1.0:
        assert reading(model)["reported"].to_numpy() == pytest.approx(100.0, abs=1e-9)


def test_form_12_a_confidential_survey_hears_no_begging() -> None:
    spec = world(
        (0.3, 0.3), {"sample": "census", "confidential": 1.0}, staff={"first_acts": {"pleading": 1.0, "gifts": 1.0}}
    )
    assert np.abs(bars(Organisation(spec).run())["pressure"].to_numpy()).max() < 1e-9


@pytest.mark.parametrize("aggregate", ["top", "mean"])
def test_a_misread_yes_or_no_counts_as_the_other(aggregate: str) -> None:
    """Of a share p of yes, misread with chance e, p + e (1 − 2 p) are read: the bar of measurement says so exactly."""
    asked = {"like": "fcr_experienced", "aggregate": aggregate, "error": 0.2, "rate": 1.0, "respond": [1, 1, 1]}
    model = Organisation(world((0.2, 0.3), {"like": "nps"}, measures={"score": asked})).run()
    series, parts = reading(model), bars(model)
    true = series["true"].to_numpy() / model.recorder.points[0]
    assert ((true > 0.1) & (true < 0.99)).all()
    assert parts["measurement"].to_numpy() / model.recorder.points[0] == pytest.approx(0.2 * (1 - 2 * true), abs=1e-9)
    reported = series["reported"].to_numpy() / model.recorder.points[0]
    expected = true + 0.2 * (1 - 2 * true)
    assert reported == pytest.approx(expected, abs=4 * 0.5 / math.sqrt(series["answers"].min()))


def test_a_net_of_yes_and_no_cannot_be_misread() -> None:
    with pytest.raises(ValueError, match="needs aggregate top or mean"):
        world((0.2, 0.3), {"reads": "first_time", "aggregate": "net", "error": 0.1})
