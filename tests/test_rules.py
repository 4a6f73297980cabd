"""The rulebook: every rule against numbers worked out by hand. What holds for all inputs stands in `test_rules_*`."""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable
from typing import Any

import pytest

from sim.rules import customer, employee, manager, market, service, survey, voice

MODULES = ("customer", "employee", "manager", "market", "service", "survey", "voice")
ENDLESS = service.NO_PATIENCE_LIMIT

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
    (customer.contact_answer, (8.0, 0.2, 0.5, 7.5, 2.0), 7.95),
    (customer.contact_answer, (8.0, 0.2, 0.0, 7.5, 2.0), 8.0),
    (customer.ease_answer, (-0.4, 1.0, 5.0, 8.5, 0.5, 1.2, 0.08), 6.7),
    (manager.called_memory, (-1.0, 0.0, 0.0, 0.8, 0.3), -0.2),
    (manager.called_memory, (-1.0, 1.0, 1.0, 0.8, 0.3), -0.2),
    (manager.called_memory, (-1.0, 1.0, 0.0, 0.8, 0.3), -1.3),
    (manager.repaired, (0.0, 0.15, 0.6, 0.05), 0.09),
    (manager.repaired, (0.4, 0.0, 0.6, 0.05), 0.38),
    (manager.repaired, (0.6, 1.0, 0.5, 0.0), 0.6),
    (manager.failure_left, (0.1, 2.0, 0.5), 0.1),
    (manager.failure_left, (0.8, 2.0, 0.0), 1.0),
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
    (service.offered_wait_exponent, (2.0, 2.0, 0.5, 4.0, 1.0), 0.5),
    (service.offered_wait_exponent, (2.0, 2.0 * (1.0 - math.exp(-1.0)), 0.5, 4.0, 1.0), 0.13212055882855767),
    (service.offered_wait_exponent, (0.0, 0.0, 0.5, 4.0, 1.0), 0.0),
    (service.mean_stay, (2.0, 0.3, ENDLESS), 2.0),
    (service.mean_stay, (2.0, 0.3, 4.0), 1.2),
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
    (service.sound_process, (0.1, 4.0), 0.6561),
    (service.sound_process, (0.0, 4.0), 1.0),
    (service.process_minutes, (3, 1, 3, 1), 1.0),
    (service.process_minutes, (4, 2, 3, 1), 10.0 / 7.0),
    (service.coordinated, (1, 0.1), 1.0),
    (service.coordinated, (11, 0.1), 2.0),
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
    (service.seasonal_weeks, (-7.0, 52.0, 0.7), 52.0),
    (service.seasonal_weeks, (0.0, 26.0, 0.5), 26.0 + 26.0 / math.pi),
    (service.gap_in_season, (26.0, 3.0, 0.0), 26.0),
    (service.gap_in_season, (26.0 + 26.0 / math.pi, 0.0, 0.5), 26.0),
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
