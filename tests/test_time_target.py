"""Targets can work: a deadline on the customer's own clock, which nobody can write off, improves the truth when it is paid.

And they can harm without a lie: where there is no time to spare.

Each world beside its twin in which the same money is fixed pay, eight replicates, weeks 26 to 129; intervals are 95 %.
"""

from __future__ import annotations

import pytest

from sim.analysis.estimate import Estimate, estimate
from sim.analysis.gap import Window
from sim.experiments.claims import World
from sim.experiments.claims.case import Figure
from sim.experiments.claims.figures import needs_met, reading
from sim.experiments.claims.play import play
from sim.incentives import tactics as act

REPLICATES, SETTLED = 8, Window(26, 130)
NO_TACTICS = tuple(f"tactics.{name}=false" for name in act.EMPLOYEE_ACTS[act.FIRST_TACTIC :])
IN_TIME = reading("in_time", "true", "%", SETTLED)


def gains(figures: tuple[Figure, ...], *sets: str) -> list[Estimate]:
    """What the paid target gains on the same money as fixed pay, pair by pair."""
    paid, fixed = (World("benign_target", ("weeks=130", *sets), fixed=fixed) for fixed in (False, True))
    runs = play([paid, fixed], REPLICATES, 1, False)
    pairs = list(zip(runs[paid], runs[fixed], strict=True))
    return [estimate([figure.read(one) - figure.read(other) for one, other in pairs]) for figure in figures]


@pytest.mark.parametrize("doubt", [0.05, 0.1, 0.4])
def test_without_opportunity_a_time_target_improves_the_truth(doubt: float) -> None:
    """Learners who can only serve: more needs are met in time and at all, however widely they doubt and lore errs."""
    wide = (f"staff.learning.doubt={doubt}", f"staff.learning.lore_error={doubt}")
    assert all(gain.low > 0 for gain in gains((IN_TIME, needs_met(SETTLED)), *NO_TACTICS, *wide))


@pytest.mark.parametrize("choice", ["learning", "rational"])
def test_where_queues_are_full_the_same_target_does_harm(choice: str) -> None:
    """The care that is paid for takes time that others wait: fewer needs are met in time and at all, without a tactic."""
    full = ("service.queue.occupancy=0.97", f"staff.choice={choice}", f"management.choice={choice}")
    assert all(gain.high < 0 for gain in gains((IN_TIME, needs_met(SETTLED)), *NO_TACTICS, *full))


def test_nor_need_anybody_have_told_them() -> None:
    """They find out by themselves what helps."""
    (gain,) = gains((IN_TIME,), *NO_TACTICS, "staff.learning.lore=0")
    assert gain.low > 0


@pytest.mark.parametrize("choice", ["learning", "rational"])
def test_as_shipped_tactics_can_be_tried_that_move_nothing_and_it_still_helps(choice: str) -> None:
    """For learners this hangs on how little they doubt (docs/assumptions.md); for those who know what acts do it does not."""
    (gain,) = gains((IN_TIME,), f"staff.choice={choice}")
    assert gain.low > 0
