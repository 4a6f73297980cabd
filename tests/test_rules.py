"""The rulebook: every rule against numbers worked out by hand, then what must hold for all inputs, then closed forms.

Numbers of closed forms are those of the shared model contract (10, 12, 15, 18, 19).
"""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules import customer, employee, market, service, survey, voice

MODULES = ("customer", "employee", "market", "service", "survey", "voice")
ENDLESS = service.NO_PATIENCE_LIMIT
quick = settings(derandomize=True, deadline=None, max_examples=40, database=None)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


shares = reals(0.0, 1.0)
scores = reals(0.0, 10.0)

# --- tables: rule, inputs, what comes out (by hand) ---------------------------------------------------------------------

# resolved, wait, courtesy, efforts, then weights of resolution, wait, cap, courtesy, effort
QUALITY = (1.0, 0.04, 1.0, 0.4, 0.25)
# base, by difficulty, ability, engagement
ODDS = (1.0, 0.9, 0.6, 0.25)

TABLE: list[tuple[Callable[..., Any], tuple[Any, ...], float]] = [
    (customer.perceived_quality, (1.0, 10.0, 0.5, 1.0, *QUALITY), 0.55),
    (customer.perceived_quality, (0.0, 10.0, 0.5, 1.0, *QUALITY), -1.45),
    (customer.perceived_quality, (1.0, 1000.0, 0.0, 0.0, *QUALITY), 0.0),  # waiting costs no more than its cap
    (customer.disconfirmation, (0.5, 0.3, 2.0), 0.2),
    (customer.disconfirmation, (0.1, 0.3, 2.0), -0.4),
    (customer.remembered_end, (0.5, -0.5, 0.5), 0.0),
    (customer.remembered_end, (0.5, -0.5, 0.1), 0.4),
    (customer.remembered_peak, (1.0, 0.5, 0.15), 0.85),
    (customer.remembered_peak, (1.0, -0.9, 0.15), -0.9),
    (customer.remembered_peak, (-1.0, 0.9, 0.15), 0.9),
    (customer.memory, (1.0, -1.0, 0.25), -0.5),
    (customer.adapted, (0.3, 1.3, 0.08), 0.38),
    (customer.experience, (9.0, 1.25, -0.8, 0.5), 8.5),
    (customer.experience, (9.0, 1.25, 3.0, 0.0), 10.0),
    (customer.experience, (1.0, 1.25, -3.0, 0.0), 0.0),
    (customer.whole, (2.5,), 3.0),
    (customer.whole, (2.49,), 2.0),
    (customer.whole, (-0.5,), 0.0),
    (customer.latent_answer, (0, 8.0, 0.2, 1.0, 5.0, 0.0), 8.0),
    (customer.latent_answer, (1, 8.0, 0.2, 1.0, 5.0, 0.0), 7.95),
    (customer.latent_answer, (2, 8.0, -0.4, 1.0, 5.0, 0.0), 6.7),
    (customer.latent_answer, (3, 8.0, 0.2, 1.0, 5.0, 1.0), 10.0),
    (customer.latent_answer, (3, 8.0, 0.2, 1.0, 5.0, 0.0), 0.0),
    (customer.feeling, (0, 8.0, 0.2), 8.0),
    (customer.feeling, (2, 8.0, 0.2), 7.95),
    (customer.on_scale, (8.5, 0.0, 10.0), 9.0),
    (customer.on_scale, (12.0, 0.0, 10.0), 10.0),
    (customer.on_scale, (-3.0, 1.0, 5.0), 1.0),
    (customer.on_scale, (7.5, 1.0, 5.0), 4.0),
    (customer.on_scale, (5.0, 0.0, 1.0), 1.0),
    (customer.on_scale, (4.9, 0.0, 1.0), 0.0),
    (employee.practised, (0.5, 1.0, 0.1, 0.02), 0.55),
    (employee.practised, (0.5, 0.0, 0.1, 0.02), 0.49),
    (employee.practised, (0.5, 0.5, 0.1, 0.02), 0.52),
    (employee.certainty_after, (4.0, 0.02), 3.92),
    (employee.belief_mean, (1.0, 4.0, 2.0, 1.0), 1.2),
    (employee.belief_mean, (1.0, 0.0, 0.0, 0.0), 1.0),
    (employee.audit_belief, (0.02, 0.5, 0.1), 0.068),
    (employee.engagement_after, (0.0, 1.0, 0.1, 0.2), 0.1),
    (employee.engagement_after, (0.0, -1.0, 0.1, 0.2), -0.2),
    # 0.1 - 0.3*0.2 - 0.3*0.5 - 0.3*0.5*2 - 0.3*1 - 0.4*0.5
    (employee.engagement_level, (0.1, 0.2, 0.3, 0.5, 0.3, 0.5, 2.0, 0.3, 1.0, 0.3, 0.5, 0.4), -0.91),
    (employee.engagement_level, (0.1, 0.2, 0.3, 0.5, 0.3, 0.5, 9.0, 0.3, 1.0, 0.3, 0.5, 0.4), -1.06),  # felt up to 3
    (employee.engagement_level, (0.1, 0.2, -0.3, 0.0, 0.3, 0.0, 2.0, 0.3, 0.0, 0.3, 0.0, 0.4), 0.16),  # crowding in
    (employee.strain_of, (0.80, 2.0, 0.5, 0.5), 0.0),
    (employee.strain_of, (0.95, 2.0, 0.5, 0.5), 0.2),
    (employee.strain_of, (0.80, 2.0, 1.5, 0.5), 0.25),
    (employee.strain_of, (0.80, 2.0, 9.0, 0.5), 0.5),
    (employee.quit_hazard, (0.52, 1.0, 0.0, 0.5, 0.0), 0.01),
    (employee.quit_hazard, (0.52, 1.0, -1.0, 0.5, 0.0), 0.02718281828459045),
    (employee.quit_hazard, (0.52, 1.0, 0.0, 0.5, 0.2), 0.0036787944117144235),
    (employee.copy_probability, (200.0, 0.05), 0.1),
    (employee.copy_probability, (-200.0, 0.05), 0.0),
    (employee.copy_probability, (1e6, 0.05), 1.0),
    (market.join_probability, (0.32, 0.0, 0.0, 0.0), 0.32),
    (market.join_probability, (0.5, math.log(3.0), 0.0, 0.0), 0.75),
    (market.join_probability, (0.5, 1.0, 1.0, -2.0), 0.5),
    (market.join_probability, (0.0, 9.0, 9.0, 9.0), 0.0),
    (market.join_probability, (1.0, -9.0, -9.0, -9.0), 1.0),
    (market.remembered_talk, (0.2, 0.8, 12.0), 0.25),
    (market.remembered_talk, (0.2, 0.8, 1.0), 0.8),
    (service.logistic, (0.0,), 0.5),
    (service.logistic, (math.log(3.0),), 0.75),
    (service.logistic, (-math.log(3.0),), 0.25),
    (service.logistic, (800.0,), 1.0),
    (service.logistic, (-800.0,), 0.0),
    (service.busy_ratio, (1.0, 1.0), 1.0),
    (service.busy_ratio, (1.0, 2.0), 2.0),
    (service.busy_ratio, (2.0, 3.0), 2.5),  # (1 + 2 + 2) / 2
    (service.occupancy, (0.0, 3.0, 0.0), 0.0),
    (service.occupancy, (1.0, 2.0, 1.0 / 3.0), 0.5),  # Erlang C: the load
    (service.occupancy, (8.0, 2.0, 1.0), 1.0),
    (service.occupancy, (1.0, 1.0, 0.25), 0.25),  # one server, busy when one must wait
    (service.offered_wait_exponent, (2.0, 0.5, 4.0, 1.0, ENDLESS), 0.5),
    (service.offered_wait_exponent, (2.0, 0.5, 4.0, 1.0, 2.0), 0.13212055882855767),
    (service.offered_wait_exponent, (0.0, 0.5, 4.0, 1.0, 2.0), 0.0),
    (service.depth_at, (0,), 0.0),
    (service.depth_at, (service.GRID - 1,), service.DEPTH),
    (service._peak_of_wait, (0.5, 4.0, 3.0, 20.0), 0.0),
    (service._peak_of_wait, (1.0, 4.0, 2.0, 20.0), 13.862943611198906),  # 20 ln 2
    (service._peak_of_wait, (1.0, 4.0, 2.0, ENDLESS), 0.0),
    (service.novice, (0.0, 10.0, 0.0), 1.0),
    (service.novice, (10.0, 10.0, 0.0), 0.36787944117144233),
    (service.novice, (10.0, 10.0, 1.0), 0.1353352832366127),
    (service.handle_minutes, (5.0, 0.2, 0.15, 0.0, 0.0, 0.0), 5.0),
    (service.handle_minutes, (5.0, 0.2, 0.15, 1.0, 0.5, 0.1), 6.232316491867545),  # 5.5 e^0.125
    (service.paced_minutes, (6.0, 0.0, 0.0, 0.2, 0.35), 6.0),
    (service.paced_minutes, (6.0, 1.0, 0.0, 0.2, 0.35), 7.2),
    (service.paced_minutes, (6.0, 0.0, 1.0, 0.2, 0.35), 3.9),
    (service.paced_minutes, (6.0, 1.0, 1.0, 0.2, 0.35), 4.68),
    (service.resolution_log_odds, (*ODDS, 1.0, 0.5, 0.4, 0.2, 0.0, 0.3, 0.6), 0.3),
    (service.resolution_log_odds, (*ODDS, 1.0, 0.5, 0.4, 0.2, 1.0, 0.3, 0.6), 0.0),  # a script hurts an unusual case
    (service.resolution_log_odds, (*ODDS, -1.0, 0.5, 0.4, 0.2, 1.0, 0.3, 0.6), 2.4),  # and helps an ordinary one
    (service.resolve_probability, (0.0, 0.0, 0.0, 0.8, 1.0, 1.0), 0.5),
    (service.resolve_probability, (0.0, 1.0, 0.0, math.log(3.0), 1.0, 1.0), 0.75),
    (service.resolve_probability, (0.0, 0.0, 1.0, 0.8, math.log(3.0), 1.0), 0.25),
    (service.resolve_probability, (0.0, 0.0, 0.0, 0.8, 1.0, 0.9), 0.45),
    (service.sound_process, (0.1, 3, 1), 0.6561),
    (service.sound_process, (0.0, 3, 1), 1.0),
    (service.process_minutes, (3, 1, 3, 1), 1.0),
    (service.process_minutes, (4, 2, 3, 1), 10.0 / 7.0),
    (service.courtesy, (0.5, 0.3, 1.0, 0.0, 0.0, 0.5, 0.5, 0.1), 0.65),
    (service.courtesy, (0.0, 0.3, 0.0, 1.0, 1.0, 0.5, 0.5, 0.1), -0.6),
    (service.return_probability, (0.85, 0.5, 0, 6), 0.85),
    (service.return_probability, (0.85, 0.5, 2, 6), 0.2125),
    (service.return_probability, (0.85, 0.5, 6, 6), 0.0),
    (service.return_probability, (0.85, 0.5, 0, 0), 0.0),
    (service.seems_hard, (1.0, 1.0, -9.0, 0.43), True),
    (service.seems_hard, (0.4, 1.0, 9.0, 0.43), False),
    (service.seems_hard, (-9.0, 0.0, 0.5, 0.43), True),
    (service.seems_hard, (0.5, 0.6, 0.2, 0.43), True),  # 0.30 + 0.16 > 0.43
    (service.seems_hard, (0.5, 0.6, 0.1, 0.43), False),
    (survey.seen_mood, (7.0, 1.2, -1.0), 5.8),
    (survey.passes_over, (7.0, 7.0, 2.0), 0.5),
    (survey.passes_over, (7.0 + 0.5 * math.log(3.0), 7.0, 2.0), 0.25),
    (survey.passes_over, (1.0, 7.0, 0.0), 0.5),
    (survey.respond_probability, (7.0, 0.1, 0.9, 7.0, 0.0, 0.35), 0.1),
    (survey.respond_probability, (10.0, 0.1, 0.9, 7.0, 0.0, 0.35), 0.19),
    (survey.respond_probability, (1.0, 0.1, 0.9, 7.0, 0.0, 0.35), 0.46),
    (survey.respond_probability, (10.0, 0.1, 0.9, 7.0, 1.0, 0.35), 0.1235),
    (survey.respond_probability, (1.0, 0.5, 0.9, 7.0, 0.0, 0.35), 1.0),
    (survey.counts_for, (9.0, survey.NET, 9.0, 6.0), 1.0),
    (survey.counts_for, (8.0, survey.NET, 9.0, 6.0), 0.0),
    (survey.counts_for, (7.0, survey.NET, 9.0, 6.0), 0.0),
    (survey.counts_for, (6.0, survey.NET, 9.0, 6.0), -1.0),
    (survey.counts_for, (4.0, survey.TOP, 4.0, 2.0), 1.0),
    (survey.counts_for, (3.0, survey.TOP, 4.0, 2.0), 0.0),
    (survey.counts_for, (3.0, survey.MEAN, 4.0, 2.0), 3.0),
    (survey.struck, (6.0, 6.0, 0.5, 0.8), 0.4),
    (survey.struck, (7.0, 6.0, 0.5, 0.8), 0.0),
    (survey.spared, (1.0, 0.5, 0.95), 0.475),
    (survey.spared, (0.0, 0.5, 0.95), 0.0),
    (survey.normal_tail, (0.0,), 0.5),
    (survey.normal_tail, (1.959963984540054,), 0.025),
    (survey.normal_tail, (-1.959963984540054,), 0.975),
    (survey.reached, (9.0, 8.5, 1.0, 0.0, 10.0), 0.5),
    (survey.reached, (0.0, 8.5, 1.0, 0.0, 10.0), 1.0),
    (survey.reached, (11.0, 8.5, 1.0, 0.0, 10.0), 0.0),
    (survey.expected_count, (8.4, 0.0, 0.0, 10.0, survey.NET, 9.0, 6.0), 0.0),
    (survey.expected_count, (8.5, 0.0, 0.0, 10.0, survey.NET, 9.0, 6.0), 1.0),
    (survey.expected_count, (-4.0, 0.0, 0.0, 10.0, survey.NET, 9.0, 6.0), -1.0),
    (survey.expected_count, (7.5, 0.0, 1.0, 5.0, survey.MEAN, 4.0, 2.0), 4.0),
    (survey.expected_count, (8.5, 1.0, 0.0, 10.0, survey.TOP, 9.0, 6.0), 0.5),
    # P(x >= 8.5) - P(x < 6.5) about a mean of 7.5 with sd 1: nothing
    (survey.expected_count, (7.5, 1.0, 0.0, 10.0, survey.NET, 9.0, 6.0), 0.0),
    (survey.expected_count, (5.0, 2.0, 0.0, 10.0, survey.MEAN, 9.0, 6.0), 5.0),
    (voice.complaint_wish, (4.5, 4.5, 1.0), 0.5),
    (voice.complaint_wish, (4.5 - math.log(3.0), 4.5, 1.0), 0.75),
    (voice.aloud, (0.5, 0.5, 1.2), 0.3),
    (voice.aloud, (1.0, 1.0, 2.0), 1.0),
    (voice.exit_hazard, (7.8, 0.52, 7.8, 0.35, 1.0), 0.01),
    (voice.exit_hazard, (7.8, 0.52, 7.8, 0.35, 0.4), 0.004),
    (voice.exit_hazard, (6.8, 0.52, 7.8, 1.0, 1.0), 0.02718281828459045),
    (voice.talk, (9.0, 2.0), 1.0),
    (voice.talk, (8.0, 2.0), 0.0),
    (voice.talk, (7.0, 2.0), 0.0),
    (voice.talk, (6.0, 2.0), -2.0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "inputs", "expected"), TABLE, ids=lambda x: getattr(x, "__name__", None))
def test_rule_gives_what_was_worked_out_by_hand(
    rule: Callable[..., Any], inputs: tuple[Any, ...], expected: float
) -> None:
    assert rule(*inputs) == pytest.approx(expected, rel=1e-12, abs=1e-12)


# Rules whose output is a table; they have tests of their own below and in test_queue.
OF_TABLES = {"tabulate_wait", "_invert_wait", "wait_quantile"}


def test_every_rule_is_in_the_table() -> None:
    there = {rule.__name__ for rule, _, _ in TABLE} | OF_TABLES
    for name in MODULES:
        module = importlib.import_module(f"sim.rules.{name}")
        rules = {
            key for key, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not inspect.isclass(value)
        }  # fmt: skip
        assert rules <= there, f"{name}: without a row of numbers: {sorted(rules - there)}"


# --- the queue's table ---------------------------------------------------------------------------------------------------


DEPTHS = np.array([service.depth_at(j) for j in range(service.GRID)])  # −log(1 − p) at the points of the table


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
@given(failure=shares, steps=st.integers(1, 50), handoffs=st.integers(0, 50))
def test_longer_processes_fail_more_and_take_longer(failure: float, steps: int, handoffs: int) -> None:
    sound = service.sound_process(failure, steps, handoffs)
    assert 0.0 <= service.sound_process(failure, steps, handoffs + 1) <= sound <= 1.0
    assert service.process_minutes(steps, handoffs + 1, 3, 1) > service.process_minutes(steps, handoffs, 3, 1)


@pytest.mark.parametrize("sight", [0.0, 0.4, 0.7, 1.0])
def test_a_third_of_the_cases_seem_hard_whatever_the_sight(sight: float) -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    hard = [service.seems_hard(d, sight, e, 0.43) for d, e in rng.standard_normal((n, 2))]
    assert np.mean(hard) == pytest.approx(1 / 3, abs=4 * math.sqrt(2 / 9 / n))  # 4 standard errors


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
    score=scores, satisfaction=reals(-9, 9), better=reals(0, 3), efforts=reals(0, 9), wait=reals(0, 90),
    question=st.sampled_from([0, 1, 2]),
)  # fmt: skip
def test_every_question_is_answered_better_after_better_service(
    score: float, satisfaction: float, better: float, efforts: float, wait: float, question: int
) -> None:
    now = customer.latent_answer(question, score, satisfaction, efforts, wait, 0.0)
    slack = 1e-9
    assert customer.latent_answer(question, score + better, satisfaction, efforts, wait, 0.0) >= now - slack
    assert customer.latent_answer(question, score, satisfaction + better, efforts, wait, 0.0) >= now - slack
    assert customer.latent_answer(question, score, satisfaction, efforts + better, wait + better, 0.0) <= now + slack
    assert (
        customer.feeling(question, score + better, satisfaction)
        >= customer.feeling(question, score, satisfaction) - slack
    )


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
