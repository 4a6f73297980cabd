"""Outcome pay is no winner by construction: few answers, misread, half a year late, staff gone within a year, and it loses.

Both schemes at the rate at which they cost about 305 a person and pay period there (`gamed compare` finds these), beside
a twin in which the same money is fixed pay. Eight replicates, weeks 52 to 155; intervals are 95 %.
"""

from __future__ import annotations

import pytest

from sim.analysis.estimate import Estimate, estimate
from sim.analysis.gap import Window
from sim.experiments.budget import bill
from sim.experiments.claims import World
from sim.experiments.claims.case import Figure, Run
from sim.experiments.claims.figures import reading
from sim.experiments.claims.play import play

HARD = ("measures.outcomes.rate=0.05", "measures.outcomes.error=0.3", "measures.outcomes.lag=26", "staff.wellbeing.quit_rate=1.5")
PAID = World("outcomes", (*HARD, "pay.schemes.0.rate=15.1"))
TIMED = World("benign_target", (*HARD, "pay.schemes.0.rate=17.9"))
FIXED = World(PAID.scenario, PAID.sets, fixed=True)
SETTLED = Window(52, 156)


def worth(run: Run) -> float:
    """What the job is worth to an employee, money per pay period."""
    staff = SETTLED.of(run.tables["staff"])
    return float(staff[staff["role"] == "employee"]["certainty_equivalent"].mean())


@pytest.fixture(scope="module")
def runs() -> dict[World, list[Run]]:
    return play([PAID, FIXED, TIMED], 8, 1, False)


def gain(runs: dict[World, list[Run]], figure: Figure, world: World) -> Estimate:
    """What another world has more of than the one with outcome pay, pair by pair."""
    other, own = ([figure.read(run) for run in runs[w]] for w in (world, PAID))
    return estimate([a - b for a, b in zip(other, own, strict=True)])


def test_the_bills_are_alike(runs: dict[World, list[Run]]) -> None:
    bills = [estimate([bill(run.tables["staff"]) for run in runs[world]]).mean for world in (PAID, TIMED)]
    assert bills == pytest.approx([305, 305], rel=0.05)


def test_the_same_money_as_fixed_pay_is_worth_more_to_staff(runs: dict[World, list[Run]]) -> None:
    """They bear the risk of readings that tell nothing."""
    assert gain(runs, Figure("worth", "money", worth), FIXED).low > 0


@pytest.mark.parametrize(("label", "unit"), [("outcomes", "%"), ("nps", "points")])
def test_a_time_target_does_more_for_customers(runs: dict[World, list[Run]], label: str, unit: str) -> None:
    """Also by the very thing that outcome pay is paid for."""
    assert gain(runs, reading(label, "true", unit, SETTLED), TIMED).low > 0
