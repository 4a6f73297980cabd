"""Rules of service, voice and market for all inputs: the queue's table first."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbers_random import quick, reals, scores, shares

from sim.rules import market, service, voice

ENDLESS = service.NO_PATIENCE_LIMIT


# --- the queue's table ---------------------------------------------------------------------------------------------------


DEPTHS = service.DEPTH * (np.arange(service.GRID) / (service.GRID - 1)) ** 4  # −log(1 − p) at the points of the table


def table_of(arrivals: float, minutes: float, servers: float, patience: float = ENDLESS) -> tuple[float, np.ndarray]:
    table = np.full(service.GRID, np.nan)
    return service.tabulate_wait(arrivals, minutes, servers, patience, table), table


@pytest.mark.parametrize(
    ("arrivals", "minutes", "servers", "delayed"),
    [(0.5, 1.0, 1.0, 0.5), (1.0, 1.0, 2.0, 1.0 / 3.0), (4.0, 1.0, 5.0, 0.5541125541), (0.4, 5.0, 3.0, 0.4444444444)],
)
def test_wait_with_endless_patience_is_erlang_c(
    arrivals: float, minutes: float, servers: float, delayed: float
) -> None:
    found, table = table_of(arrivals, minutes, servers)
    assert found == pytest.approx(delayed, rel=1e-3)
    rate = servers / minutes - arrivals  # the wait of those who wait is exponential with this rate
    exact = DEPTHS / rate
    assert table == pytest.approx(exact, rel=1e-3, abs=1e-3 / rate)


def test_no_load_no_wait() -> None:
    delayed, table = table_of(0.0, 6.0, 3.0, 20.0)
    assert delayed == 0.0
    assert not table.any()


def test_load_above_capacity_with_endless_patience_is_read_just_below_capacity() -> None:
    above, at = table_of(9.0, 1.0, 5.0), table_of(service.STABLE * 5.0, 1.0, 5.0)
    assert above[0] == at[0]
    assert (above[1] == at[1]).all()


def test_wait_quantile_of_an_exponential_is_exact() -> None:
    table = DEPTHS / 0.5  # rate 0.5
    assert service.wait_quantile(0.5, 0.5, table) == 0.0
    assert service.wait_quantile(0.75, 0.5, table) == pytest.approx(math.log(2.0) / 0.5, rel=1e-9)
    assert service.wait_quantile(0.5 + 0.5 * (1 - math.exp(-3.0)), 0.5, table) == pytest.approx(6.0, rel=1e-9)
    assert service.wait_quantile(1.0 - 1e-12, 0.5, table) == pytest.approx(18.0)  # the table's end


@quick
@given(
    arrivals=reals(0.01, 10.0), minutes=reals(0.5, 30.0), servers=st.integers(1, 40).map(float),
    patience=reals(0.5, 60.0) | st.just(ENDLESS),
)  # fmt: skip
def test_waits_are_a_distribution(arrivals: float, minutes: float, servers: float, patience: float) -> None:
    delayed, table = table_of(arrivals, minutes, servers, patience)
    assert 0.0 <= delayed <= 1.0
    assert np.isfinite(table).all()
    assert (np.diff(table) >= 0.0).all()
    waits = [service.wait_quantile(u, delayed, table) for u in np.linspace(0.001, 0.999, 30)]
    assert all(b >= a for a, b in pairwise(waits))


@quick
@given(
    arrivals=reals(0.05, 3.0),
    minutes=reals(1.0, 12.0),
    servers=st.integers(1, 20).map(float),
    patience=reals(1.0, 60.0),
)
def test_more_load_waits_longer_and_more_servers_wait_less(
    arrivals: float, minutes: float, servers: float, patience: float
) -> None:
    base, busier, relieved = (
        table_of(a, minutes, c, patience)
        for a, c in ((arrivals, servers), (1.2 * arrivals, servers), (arrivals, servers + 1))
    )
    slack = 1e-6
    assert busier[0] >= base[0] - slack
    assert relieved[0] <= base[0] + slack
    half = service.GRID // 8
    assert busier[1][half] >= base[1][half] * (1 - 1e-3)
    assert relieved[1][half] <= base[1][half] * (1 + 1e-3)


# --- for all inputs ------------------------------------------------------------------------------------------------------


@quick
@given(
    score=scores, other=scores, at=reals(-10, 20), slope=reals(0, 20), share=shares, hope=shares, factor=reals(0, 10)
)
def test_voice_is_likelier_the_worse_it_was(
    score: float, other: float, at: float, slope: float, share: float, hope: float, factor: float
) -> None:
    low, high = min(score, other), max(score, other)
    wish = voice.complaint_wish(low, at, slope)
    assert 0.0 <= voice.complaint_wish(high, at, slope) <= wish <= 1.0
    assert 0.0 <= voice.aloud(share, 0.5 * hope, factor) <= voice.aloud(share, hope, factor) <= 1.0


@quick
@given(score=scores, other=scores, rate=reals(0, 50), at=scores, slope=reals(0, 5), damping=shares)
def test_exit_is_likelier_the_worse_it_was_and_damped_by_contracts(
    score: float, other: float, rate: float, at: float, slope: float, damping: float
) -> None:
    low, high = min(score, other), max(score, other)
    assert 0.0 <= voice.exit_hazard(high, rate, at, slope, 1.0) <= voice.exit_hazard(low, rate, at, slope, 1.0)
    assert voice.exit_hazard(low, rate, at, slope, damping) <= voice.exit_hazard(low, rate, at, slope, 1.0)


@quick
@given(score=scores, bad=reals(0, 20))
def test_bad_news_travels_further(score: float, bad: float) -> None:
    assert -bad <= voice.talk(score, bad) <= 1.0


@quick
@given(base=shares, published=reals(-50, 50), talk=reals(-50, 50), promise=reals(-50, 50), more=reals(0, 5))
def test_joining_is_a_chance_that_rises_with_what_is_said(
    base: float, published: float, talk: float, promise: float, more: float
) -> None:
    p = market.join_probability(base, published, talk, promise)
    assert 0.0 <= p <= market.join_probability(base, published + more, talk, promise) + 1e-15 <= 1.0 + 1e-15
    assert market.join_probability(base, 0.0, 0.0, 0.0) == pytest.approx(base, rel=1e-9, abs=1e-300)


@quick
@given(odds=reals(-30, 30), care=shares, rush=shares, gain=reals(0, 10), loss=reals(0, 10), sound=shares, more=shares)
def test_care_resolves_and_haste_does_not(
    odds: float, care: float, rush: float, gain: float, loss: float, sound: float, more: float
) -> None:
    p = service.resolve_probability(odds, care, rush, gain, loss, sound)
    assert 0.0 <= p <= sound
    assert service.resolve_probability(odds, care + more, rush, gain, loss, sound) >= p
    assert service.resolve_probability(odds, care, rush + more, gain, loss, sound) <= p


@quick
@given(
    difficulty=reals(-4, 4), harder=reals(0, 4), ability=reals(-3, 3), abler=reals(0, 3), scripts=shares,
    novice=shares, base=reals(-5, 5), by_difficulty=reals(0, 10), by_ability=reals(0, 10),
)  # fmt: skip
def test_odds_fall_with_difficulty_and_rise_with_ability(
    difficulty: float, harder: float, ability: float, abler: float, scripts: float, novice: float, base: float,
    by_difficulty: float, by_ability: float,
) -> None:  # fmt: skip
    def odds(d: float, a: float) -> float:
        return float(
            service.resolution_log_odds(base, by_difficulty, by_ability, 0.25, d, a, 0.1, novice, scripts, 0.3, 0.6)
        )

    assert odds(difficulty + harder, ability) <= odds(difficulty, ability) + 1e-12
    assert odds(difficulty, ability + abler) >= odds(difficulty, ability) - 1e-12


@quick
@given(minutes=reals(0.1, 600), care=shares, rush=shares, extra=reals(0, 5), saved=reals(0, 0.95), novice=reals(0, 5))
def test_minutes_are_positive_longer_with_care_shorter_in_haste(
    minutes: float, care: float, rush: float, extra: float, saved: float, novice: float
) -> None:
    plain = service.handle_minutes(minutes, 0.2, 0.15, 0.0, 0.0, novice)
    assert plain >= minutes
    assert 0.0 < service.paced_minutes(plain, 0.0, rush, extra, saved) <= plain
    assert service.paced_minutes(plain, care, 0.0, extra, saved) >= plain


@quick
@given(tenure=reals(0, 1000), longer=reals(0, 100), proficiency=reals(0.1, 520), scripts=shares)
def test_newcomers_learn_the_job_sooner_under_scripts(
    tenure: float, longer: float, proficiency: float, scripts: float
) -> None:
    left = service.novice(tenure, proficiency, scripts)
    assert 0.0 <= service.novice(tenure + longer, proficiency, scripts) <= left <= 1.0
    assert left <= service.novice(tenure, proficiency, 0.0)


@quick
@given(first=shares, fading=shares, returns=st.integers(0, 200), cap=st.integers(0, 200))
def test_returning_is_a_chance_that_fades_and_ends_at_the_cap(
    first: float, fading: float, returns: int, cap: int
) -> None:
    p = service.return_probability(first, fading, returns, cap)
    assert 0.0 <= p <= first
    assert service.return_probability(first, fading, returns + 1, cap) <= p
    assert p == 0.0 or returns < cap


@quick
@given(weeks=reals(0, 500), start=reals(-100, 500), season=shares)
def test_the_season_shifts_needs_but_loses_none(weeks: float, start: float, season: float) -> None:
    gap = service.gap_in_season(weeks, start, season)
    assert abs(gap - weeks) <= season * 52.0 / math.pi + 1e-9
    assert service.seasonal_weeks(start, gap, season) == pytest.approx(weeks, abs=1e-9)


@quick
@given(failure=shares, steps=st.integers(1, 50), handoffs=st.integers(0, 50))
def test_longer_processes_fail_more_and_take_longer(failure: float, steps: int, handoffs: int) -> None:
    sound = service.sound_process(failure, float(steps + handoffs))
    assert 0.0 <= service.sound_process(failure, float(steps + handoffs + 1)) <= sound <= 1.0
    assert service.process_minutes(steps, handoffs + 1, 3, 1) > service.process_minutes(steps, handoffs, 3, 1)


@pytest.mark.parametrize("sight", [0.0, 0.4, 0.7, 1.0])
def test_a_third_of_the_cases_seem_hard_whatever_the_sight(sight: float) -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    hard = [service.seems_hard(d, sight, e, 0.43) for d, e in rng.standard_normal((n, 2))]
    assert np.mean(hard) == pytest.approx(1 / 3, abs=4 * math.sqrt(2 / 9 / n))  # 4 standard errors
