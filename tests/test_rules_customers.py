"""Rules of experience, of surveys and of what managers do about them, for all inputs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbers_random import quick, reals, scores, shares

from sim.rules import customer, manager, survey


@quick
@given(
    resolved=shares, wait=reals(0, 500), courtesy=reals(-3, 3), efforts=reals(0, 10), more=reals(0, 10),
    weights=st.tuples(reals(0, 10), reals(0, 1), reals(0, 10), reals(0, 10), reals(0, 10)),
)  # fmt: skip
def test_quality_rises_with_what_is_good_and_falls_with_what_is_not(
    resolved: float, wait: float, courtesy: float, efforts: float, more: float, weights: tuple[float, ...]
) -> None:
    q = customer.perceived_quality(resolved, wait, courtesy, efforts, *weights)
    slack = 1e-9
    assert customer.perceived_quality(1.0, wait, courtesy, efforts, *weights) >= q - slack
    assert customer.perceived_quality(resolved, wait + more, courtesy, efforts, *weights) <= q + slack
    assert customer.perceived_quality(resolved, wait, courtesy + more, efforts, *weights) >= q - slack
    assert customer.perceived_quality(resolved, wait, courtesy, efforts + more, *weights) <= q + slack
    assert customer.perceived_quality(resolved, 1e9, courtesy, efforts, *weights) >= q - weights[2] - slack


@quick
@given(quality=reals(-5, 5), expectation=reals(-5, 5), loss=reals(1, 10), step=reals(0, 1))
def test_losses_loom_larger_and_expecting_more_satisfies_less(
    quality: float, expectation: float, loss: float, step: float
) -> None:
    now = customer.disconfirmation(quality, expectation, loss)
    assert customer.disconfirmation(quality, expectation + step, loss) <= now
    mirrored = customer.disconfirmation(expectation, quality, loss)
    assert now + mirrored <= 1e-12  # a gain and the loss of the same size never outweigh each other
    assert customer.disconfirmation(expectation, expectation, loss) == 0.0


@quick
@given(peak=reals(-5, 5), end=reals(-5, 5), latest=reals(-5, 5), share=shares, fading=shares)
def test_memory_stays_between_what_was_felt(
    peak: float, end: float, latest: float, share: float, fading: float
) -> None:
    low, high = min(end, latest) - 1e-12, max(end, latest) + 1e-12
    assert low <= customer.remembered_end(end, latest, share) <= high
    after = customer.remembered_peak(peak, latest, fading)
    assert abs(after) >= abs(latest) - 1e-12
    assert abs(after) <= max(abs(peak), abs(latest)) + 1e-12
    assert min(peak, end) - 1e-12 <= customer.memory(peak, end, share) <= max(peak, end) + 1e-12
    assert min(end, latest) - 1e-12 <= customer.adapted(end, latest, share) <= max(end, latest) + 1e-12


@quick
@given(level=scores, slope=scores, remembered=reals(-9, 9), better=reals(0, 9), taste=reals(-9, 9))
def test_experience_is_on_the_scale_and_rises_with_memory(
    level: float, slope: float, remembered: float, better: float, taste: float
) -> None:
    x = customer.experience(level, slope, remembered, taste)
    assert 0.0 <= x <= customer.experience(level, slope, remembered + better, taste) <= 10.0


@quick
@given(
    latent=reals(-30, 30), more=reals(0, 30), scale=st.sampled_from([(0.0, 10.0), (1.0, 5.0), (1.0, 7.0), (0.0, 1.0)])
)
def test_answers_are_whole_and_on_their_scale(latent: float, more: float, scale: tuple[float, float]) -> None:
    low, high = scale
    answer = customer.on_scale(latent, low, high)
    assert answer == int(answer)
    assert low <= answer <= customer.on_scale(latent + more, low, high) <= high
    assert abs(customer.whole(latent) - latent) <= 0.5


@quick
@given(
    score=scores, satisfaction=reals(-9, 9), better=reals(0, 3), efforts=reals(0, 9), wait=reals(0, 90), share=shares
)  # fmt: skip
def test_questions_are_answered_better_after_better_service(
    score: float, satisfaction: float, better: float, efforts: float, wait: float, share: float
) -> None:
    now, slack = customer.contact_answer(score, satisfaction, share, 7.5, 2.0), 1e-9
    assert customer.contact_answer(score + better, satisfaction, share, 7.5, 2.0) >= now - slack
    assert customer.contact_answer(score, satisfaction + better, share, 7.5, 2.0) >= now - slack
    how = (8.5, 0.5, 1.2, 0.08)
    now = customer.ease_answer(satisfaction, efforts, wait, *how)
    assert customer.ease_answer(satisfaction + better, efforts, wait, *how) >= now - slack
    assert customer.ease_answer(satisfaction, efforts + better, wait + better, *how) <= now + slack


@quick
@given(end=reals(-9, 9), relief=reals(0, 5), failed=reals(0, 5), met=st.sampled_from([0.0, 1.0]))
def test_a_call_back_soothes_unless_it_fails_who_is_waiting(end: float, relief: float, failed: float, met: float) -> None:
    assert manager.called_memory(end, 0.0, met, relief, failed) == end + relief
    moved = manager.called_memory(end, 1.0, met, relief, failed) - end
    assert moved >= 0.0 if met else moved <= 0.0


@quick
@given(repair=shares, effort=shares, most=shares, fading=shares)
def test_repair_is_a_share_that_never_grows_beyond_what_can_be_mended(
    repair: float, effort: float, most: float, fading: float
) -> None:
    after = manager.repaired(repair, effort, most, fading)
    assert 0.0 <= after <= max(repair, most) + 1e-12
    assert after >= manager.repaired(repair, 0.0, most, fading)
    assert manager.failure_left(0.3, 2.0, after) <= manager.failure_left(0.3, 2.0, 0.0)


@quick
@given(least=shares, extreme=reals(0, 20), centre=scores, score=scores, fatigued=shares, fatigue=shares)
def test_response_is_a_chance_least_at_the_centre_and_less_when_tired(
    least: float, extreme: float, centre: float, score: float, fatigued: float, fatigue: float
) -> None:
    p = survey.respond_probability(score, least, extreme, centre, 0.0, fatigue)
    assert least - 1e-15 <= p <= 1.0
    assert survey.respond_probability(score, least, extreme, centre, fatigued, fatigue) <= p
    further = score + (0.5 if score >= centre else -0.5)
    assert survey.respond_probability(further, least, extreme, centre, 0.0, fatigue) >= p - 1e-15
    assert survey.respond_probability(score, least, 0.0, centre, 0.0, fatigue) == pytest.approx(least)


def test_response_is_j_shaped() -> None:
    """By the defaults: least at 7, a little more among the delighted, most among the angry."""
    p = [survey.respond_probability(float(s), 0.13, 0.9, 7.0, 0.0, 0.35) for s in range(11)]
    assert int(np.argmin(p)) == 7
    assert p[0] > p[10] > p[7]
    assert all(a > b for a, b in pairwise(p[:8]))


@quick
@given(
    score=scores, error=reals(0, 100), noise=reals(-5, 5), contented=scores, sharpness=reals(0, 20), better=reals(0, 5)
)
def test_the_pleased_are_rarely_passed_over(
    score: float, error: float, noise: float, contented: float, sharpness: float, better: float
) -> None:
    mood = survey.seen_mood(score, error, noise)
    p = survey.passes_over(mood, contented, sharpness)
    assert 0.0 <= survey.passes_over(mood + better, contented, sharpness) <= p <= 1.0
    assert survey.seen_mood(score, 0.0, noise) == score


@quick
@given(answer=st.integers(0, 10).map(float), low=scores, trouble=shares, lever=shares, more=shares, reach=shares)
def test_what_is_struck_or_spared_is_a_chance_that_grows_with_the_lever(
    answer: float, low: float, trouble: float, lever: float, more: float, reach: float
) -> None:
    stronger = min(1.0, lever + more)
    assert 0.0 <= survey.struck(answer, low, lever, reach) <= survey.struck(answer, low, stronger, reach) <= 1.0
    assert 0.0 <= survey.spared(trouble, lever, reach) <= survey.spared(trouble, stronger, reach) <= 1.0
    assert answer <= low or survey.struck(answer, low, lever, reach) == 0.0
    assert survey.struck(answer, low, 0.0, reach) == survey.spared(trouble, 0.0, reach) == 0.0


def integrated(latent: float, spread: float, low: float, high: float, aggregate: int, good: float, bad: float) -> float:
    """E[count] by the midpoint rule over 40,001 places of the normal within eight sd: error below 5e-4."""
    z = np.linspace(-8.0, 8.0, 40_001)
    weight = np.exp(-0.5 * z * z)
    answer = np.clip(np.floor(low + (high - low) / 10.0 * (latent + spread * z) + 0.5), low, high)
    if aggregate == survey.NET:
        counted = (answer >= good).astype(float) - (answer <= bad)
    elif aggregate == survey.TOP:
        counted = (answer >= good).astype(float)
    else:
        counted = answer
    return float((weight * counted).sum() / weight.sum())


SCALES = [(0.0, 10.0, 9.0, 6.0), (1.0, 5.0, 4.0, 2.0), (1.0, 7.0, 5.0, 3.0), (0.0, 1.0, 1.0, 0.0)]


@quick
@given(
    latent=reals(-2, 12), spread=reals(0.05, 4.0), scale=st.sampled_from(SCALES),
    aggregate=st.sampled_from([survey.NET, survey.TOP, survey.MEAN]),
)  # fmt: skip
def test_expected_count_is_the_integral(latent: float, spread: float, scale: tuple[float, ...], aggregate: int) -> None:
    low, high, good, bad = scale
    found = survey.expected_count(latent, spread, low, high, aggregate, good, bad)
    # the rule's jumps cost the midpoint rule up to one step's weight each, at most ten of them
    assert found == pytest.approx(integrated(latent, spread, low, high, aggregate, good, bad), abs=2e-3)


@pytest.mark.parametrize("aggregate", [survey.NET, survey.TOP])
@pytest.mark.parametrize(("good", "bad"), [(8.5, 6.5), (9.0, -1.0), (11.0, 6.0), (0.0, -3.0), (9.2, 5.8)])
def test_expected_count_with_thresholds_between_and_beyond_the_answers(aggregate: int, good: float, bad: float) -> None:
    """A scenario may write any threshold; it means what `counts_for` says about whole answers."""
    for latent in (-1.0, 3.0, 7.2, 9.9):
        found = survey.expected_count(latent, 1.5, 0.0, 10.0, aggregate, good, bad)
        assert found == pytest.approx(integrated(latent, 1.5, 0.0, 10.0, aggregate, good, bad), abs=2e-3)


@quick
@given(
    latent=reals(-2, 12),
    scale=st.sampled_from(SCALES),
    aggregate=st.sampled_from([survey.NET, survey.TOP, survey.MEAN]),
)
def test_expected_count_without_spread_is_the_answer_itself(
    latent: float, scale: tuple[float, ...], aggregate: int
) -> None:
    low, high, good, bad = scale
    exact = survey.counts_for(customer.on_scale(latent, low, high), aggregate, good, bad)
    unit = (high - low) / 10.0
    edge = abs((low + unit * latent + 0.5) - round(low + unit * latent + 0.5))
    if edge > 1e-9:  # on the very edge of rounding the last bit decides
        assert survey.expected_count(latent, 0.0, low, high, aggregate, good, bad) == exact


@quick
@given(latent=reals(-2, 12), spread=reals(0, 4), lift=reals(0, 3), scale=st.sampled_from(SCALES),
       aggregate=st.sampled_from([survey.NET, survey.TOP, survey.MEAN]))  # fmt: skip
def test_a_lift_never_lowers_what_an_answer_counts_for(
    latent: float, spread: float, lift: float, scale: tuple[float, ...], aggregate: int
) -> None:
    low, high, good, bad = scale
    before = survey.expected_count(latent, spread, low, high, aggregate, good, bad)
    assert survey.expected_count(latent + lift, spread, low, high, aggregate, good, bad) >= before - 1e-12
