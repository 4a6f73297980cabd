"""Rules of people at work for all inputs; closed forms of the rules.

Numbers of closed forms are those of the shared model contract (10, 12, 15, 18, 19).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbers_random import quick, reals, shares

from sim.rules import customer, employee, survey


@quick
@given(skill=shares, practice=shares, gain=shares, fading=shares, more=shares)
def test_skill_stays_a_share_and_grows_with_practice(
    skill: float, practice: float, gain: float, fading: float, more: float
) -> None:
    after = employee.practised(skill, practice, gain, fading)
    assert -1e-15 <= after <= 1.0 + 1e-15
    assert employee.practised(skill, min(1.0, practice + more), gain, fading) >= after - 1e-15


@quick
@given(mean=reals(-9, 9), precision=reals(0.01, 99), truth=reals(-9, 9), information=reals(0.01, 99))
def test_belief_moves_towards_the_evidence_and_not_beyond(
    mean: float, precision: float, truth: float, information: float
) -> None:
    after = employee.belief_mean(mean, precision, truth * information, information)
    assert min(mean, truth) - 1e-9 <= after <= max(mean, truth) + 1e-9
    stronger = employee.belief_mean(mean, precision, truth * 10 * information, 10 * information)
    assert abs(stronger - truth) <= abs(after - truth) + 1e-9
    assert employee.belief_mean(mean, precision, 0.0, 0.0) == pytest.approx(mean)


@quick
@given(
    engagement=reals(-3, 3), gap=reals(0, 3), recovery=shares, extra=shares, belief=shares, seen=shares, memory=shares
)
def test_engagement_falls_faster_than_it_recovers_and_beliefs_about_audits_stay_chances(
    engagement: float, gap: float, recovery: float, extra: float, belief: float, seen: float, memory: float
) -> None:
    decline = min(1.0, recovery + extra)
    up = employee.engagement_after(engagement, engagement + gap, recovery, decline) - engagement
    down = engagement - employee.engagement_after(engagement, engagement - gap, recovery, decline)
    assert -1e-12 <= up <= down + 1e-12 <= gap + 2e-12
    assert 0.0 <= employee.audit_belief(belief, seen, memory) <= 1.0


@quick
@given(
    occupancy=reals(0, 3),
    busier=reals(0, 1),
    load=reals(0, 20),
    shortfall=reals(-5, 5),
    further=reals(0, 5),
    reach=reals(0, 5),
)
def test_strain_rises_with_load_and_with_targets_out_of_reach(
    occupancy: float, busier: float, load: float, shortfall: float, further: float, reach: float
) -> None:
    strain = employee.strain_of(occupancy, load, shortfall, reach)
    assert 0.0 <= strain <= employee.strain_of(occupancy + busier, load, shortfall, reach) + 1e-12
    assert strain <= employee.strain_of(occupancy, load, shortfall + further, reach) + 1e-12


@quick
@given(rate=reals(0, 20), slope=reals(0, 10), engagement=reals(-3, 3), happier=reals(0, 3), by_pay=reals(0, 10),
       premium=reals(-0.5, 2), more=reals(0, 1))  # fmt: skip
def test_the_engaged_and_well_paid_quit_less(
    rate: float, slope: float, engagement: float, happier: float, by_pay: float, premium: float, more: float
) -> None:
    now = employee.quit_hazard(rate, slope, engagement, by_pay, premium)
    assert 0.0 <= employee.quit_hazard(rate, slope, engagement + happier, by_pay, premium) <= now
    assert employee.quit_hazard(rate, slope, engagement, by_pay, premium + more) <= now


@quick
@given(difference=reals(-1e4, 1e4), more=reals(0, 1e4), imitation=reals(0, 10))
def test_copying_is_a_chance_that_grows_with_the_difference(difference: float, more: float, imitation: float) -> None:
    p = employee.copy_probability(difference, imitation)
    assert 0.0 <= p <= employee.copy_probability(difference + more, imitation) <= 1.0
    assert difference > 0 or p == 0.0


# --- closed forms --------------------------------------------------------------------------------------------------------


@quick
@given(alpha=reals(0.01, 0.9), quality=reals(-2, 2), start=reals(-2, 2), t=st.integers(0, 60))
def test_form_15_a_step_of_quality_is_got_used_to_geometrically(
    alpha: float, quality: float, start: float, t: int
) -> None:
    expectation = start
    for _ in range(t):
        expectation = customer.adapted(expectation, quality, alpha)
    assert expectation - quality == pytest.approx((1 - alpha) ** t * (start - quality), abs=1e-12)


@quick
@given(alpha=reals(0.02, 0.9), drift=reals(-0.1, 0.1), quality=reals(-2, 2))
def test_form_15_drift_keeps_expectation_above_quality(alpha: float, drift: float, quality: float) -> None:
    expectation = 0.0
    for _ in range(int(40 / alpha)):
        expectation = customer.adapted(expectation, quality, alpha) + drift
    assert expectation - quality == pytest.approx(drift / alpha, abs=1e-9)


@quick
@given(eta=shares, t=st.integers(0, 80))
def test_form_19_practice(eta: float, t: int) -> None:
    skill = 0.0
    for _ in range(t):
        skill = employee.practised(skill, 1.0, eta, 0.02)
    assert skill == pytest.approx(1 - (1 - eta) ** t, abs=1e-12)


@quick
@given(eta=reals(0.02, 1), tau=reals(0.02, 0.9))
def test_form_19_skill_leaves_with_people(eta: float, tau: float) -> None:
    skill = 0.0
    for _ in range(1500):
        skill = (1 - tau) * employee.practised(skill, 1.0, eta, 0.0)
    assert skill == pytest.approx((1 - tau) * eta / (1 - (1 - tau) * (1 - eta)), abs=1e-9)


@quick
@given(share=shares, better=reals(0, 2000), beta=reals(0, 0.05))
def test_form_18_imitation_spreads_in_proportion_to_what_it_pays(share: float, better: float, beta: float) -> None:
    """Whoever lacks the act meets one who has it with chance x and copies with chance β Δ; nobody copies the worse paid."""
    gains = (1 - share) * share * employee.copy_probability(better, 100.0 * beta)
    losses = share * (1 - share) * employee.copy_probability(-better, 100.0 * beta)
    assert share + gains - losses == pytest.approx(share + min(1.0, beta * better) * share * (1 - share), abs=1e-12)


CLASSES = [(0.2, 0.3, 0.5), (0.5, 0.3, 0.2), (0.05, 0.05, 0.9)]  # detractors, passives, promoters
PLACES = np.array([4.0, 7.0, 10.0])


def net(answers: np.ndarray) -> np.ndarray:
    """What each whole answer adds to a net score of promoters over detractors, times 100."""
    added = np.array([survey.counts_for(float(a), survey.NET, 9.0, 6.0) for a in range(11)])
    return 100.0 * added[answers.astype(int)]


@pytest.mark.parametrize("shares_of_classes", CLASSES)
def test_form_10_standard_error_of_a_net_score(shares_of_classes: tuple[float, float, float]) -> None:
    d, _, p = shares_of_classes
    n, surveys = 40, 4000
    rng = np.random.default_rng(10)
    found = net(rng.choice(PLACES, size=(surveys, n), p=shares_of_classes)).mean(axis=1)
    exact = 100.0 * math.sqrt((p + d - (p - d) ** 2) / n)
    assert found.mean() == pytest.approx(100.0 * (p - d), abs=4 * exact / math.sqrt(surveys))
    # relative standard error of a standard deviation is at most sqrt(kurtosis / 4 surveys); 0.05 is four of them
    assert found.std(ddof=1) == pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize("shares_of_classes", CLASSES)
@pytest.mark.parametrize("lifted", [0.0, 0.125, 0.6, 1.0])
def test_form_12_begging(shares_of_classes: tuple[float, float, float], lifted: float) -> None:
    """A plea that always works on the share β it reaches adds 100 β (n + 2 d)."""
    d, n, p = shares_of_classes
    honest = np.array([net(np.array([customer.on_scale(x, 0.0, 10.0)]))[0] for x in PLACES])
    begged = np.array([net(np.array([customer.on_scale(x + 9.0, 0.0, 10.0)]))[0] for x in PLACES])
    stated = (1 - lifted) * honest + lifted * begged
    shares_array = np.array([d, n, p])
    assert shares_array @ (stated - honest) == pytest.approx(100.0 * lifted * (n + 2 * d))
