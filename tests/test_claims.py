"""The catalogue of claims: it is whole, the data decide and nothing else, and the twin of a paid world differs in pay alone."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.estimate import Estimate, estimate
from sim.experiments.budget import bill
from sim.experiments.claims import CLAIMS, claims, named
from sim.experiments.claims.case import (
    IN_PART,
    REFUTED,
    SHOWN,
    UNDETERMINED,
    UNTESTED,
    Check,
    Claim,
    Figure,
    Run,
    World,
    on_the_whole,
    weighed,
)  # fmt: skip
from sim.experiments.claims.play import same_money
from sim.experiments.claims.table import page
from sim.scenario.loading import load
from sim.world import Organisation

ROOT = Path(__file__).resolve().parent.parent
SMALL = ("weeks=24", "burn_in=8", "customers.count=400", "staff.count=8", "staff.team_size=4")


def test_every_claim_is_there_and_has_checks_or_says_what_it_needs() -> None:
    assert [claim.id for claim in CLAIMS] == [f"S{n}" for n in range(1, 23)]
    for claim in CLAIMS:
        assert bool(claim.checks) != bool(claim.needs), claim.id
        for check in claim.checks:
            assert check.side in (-1, 1)
            assert load(check.world.scenario, check.world.sets).spec.weeks >= 156, "windows reach to week 156"


@pytest.mark.parametrize(
    ("found", "above", "below"),
    [
        ([3.0, 3.1, 2.9], SHOWN, REFUTED),
        ([-3.0, -3.1, -2.9], REFUTED, SHOWN),
        ([-3.0, 3.1, 0.1], UNDETERMINED, UNDETERMINED),
        ([0.0, 0.0, 0.0], REFUTED, REFUTED),  # nothing happened: neither more nor less
        ([3.0], UNDETERMINED, UNDETERMINED),
        ([math.nan, math.nan], UNDETERMINED, UNDETERMINED),
    ],
)
def test_the_interval_decides(found: list[float], above: str, below: str) -> None:
    figure = Figure("", "", lambda run: 0.0)
    for side, expected in ((1, above), (-1, below)):
        assert Check("", figure, World("salary"), None, side).status(estimate(found)) == expected


def test_a_bar_moves_what_counts() -> None:
    figure, found = Figure("", "", lambda run: 0.0), Estimate(0.5, 0.4, 0.6, 8, 0.1)
    told = {bar: Check("", figure, World("salary"), None, 1, bar).status(found) for bar in (0.0, 0.5, 1.0)}
    assert told == {0.0: SHOWN, 0.5: UNDETERMINED, 1.0: REFUTED}
    told = {bar: Check("", figure, World("salary"), None, -1, bar).status(found) for bar in (0.0, 0.5, 1.0)}
    assert told == {0.0: REFUTED, 0.5: UNDETERMINED, 1.0: SHOWN}


def test_a_claim_on_the_whole() -> None:
    assert on_the_whole([SHOWN, SHOWN]) == SHOWN
    assert on_the_whole([REFUTED]) == REFUTED
    assert on_the_whole([SHOWN, REFUTED, UNDETERMINED]) == IN_PART
    assert on_the_whole([SHOWN, UNDETERMINED]) == UNDETERMINED


def test_planted_data_are_decided_pair_by_pair() -> None:
    """Luck that both worlds share cancels: a difference of 1 under luck of 100 is seen in four replicates."""
    spec = load("salary").spec

    def runs(shift: list[float]) -> list[Run]:
        return [Run(spec, {"x": pd.DataFrame({"v": [100.0 * r + shift[r]]})}) for r in range(4)]

    figure = Figure("v", "", lambda run: float(run.tables["x"]["v"].iloc[0]))
    one, other = World("nps_bonus"), World("nps_bonus", fixed=True)
    played = {one: runs([1.0, 1.1, 0.9, 1.0]), other: runs([0.0] * 4)}
    claim = Claim("S0", "", (Check("up", figure, one, other, 1), Check("alone", figure, one, None, 1)))
    rows = weighed(claim, played)
    assert [row.status for row in rows] == [SHOWN, UNDETERMINED]
    assert {row.verdict for row in rows} == {UNDETERMINED}


def test_the_twin_differs_in_pay_alone_and_costs_the_same() -> None:
    spec = load("nps_bonus", SMALL).spec
    paid = [Run(spec, Organisation(spec, r).run().tables()) for r in range(2)]
    fixed = same_money(paid)
    assert fixed.model_copy(update={"pay": spec.pay}) == spec
    assert not any(scheme.measure for scheme in fixed.pay.schemes)
    money = pd.concat([run.tables["staff"].query("week >= 0") for run in paid]).groupby("role")["bonus"].mean()
    staff = Organisation(fixed).run().tables()["staff"].query("week >= 0")
    extra = (staff["base"] - staff["role"].map({r: fixed.pay.base if r == "employee" else fixed.pay.base_manager
                                               for r in money.index})).groupby(staff["role"]).mean()  # fmt: skip
    assert sum(bill(run.tables["staff"]) for run in paid) > 0
    pd.testing.assert_series_equal(extra.astype(float), money.astype(float), check_names=False, rtol=1e-9)


def test_a_claim_is_played_and_told() -> None:
    rows = [row.plain() for row in claims(["s5", "S14"], replicates=2, workers=1)]
    assert [row["part"] for row in rows] == ["S5", *(f"S14.{i}" for i in range(1, 6))]
    assert rows[0]["ok"] is False
    assert rows[0]["status"] == UNTESTED
    for row in rows[1:]:
        assert row["ok"] is (None if row["status"] == UNDETERMINED else True)
        assert row["low"] <= row["measured"] <= row["high"]
        assert row["replicates"] == 2
    json.dumps(rows, allow_nan=False)
    assert "## S14" in page(rows)


def test_names_of_claims() -> None:
    assert named(()) == list(CLAIMS)
    with pytest.raises(KeyError):
        named(["S23"])
