"""The catalogue of claims: it is whole, the data decide and nothing else, and the twin of a paid world differs in pay alone."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.estimate import Estimate, estimate
from sim.experiments.budget import bill
from sim.experiments.claims import CLAIMS, Carrier, claims, named
from sim.experiments.claims.case import (
    ASSUMED,
    HANGS,
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
    stand,
    weighed,
)  # fmt: skip
from sim.experiments.claims.play import same_money
from sim.experiments.claims.table import page, parted, rounded
from sim.scenario.loading import load
from sim.world import Organisation

ROOT = Path(__file__).resolve().parent.parent
SMALL = ("weeks=24", "burn_in=8", "customers.count=400", "staff.count=8", "staff.team_size=4")


def test_every_claim_is_there_and_has_checks_or_says_what_it_needs() -> None:
    assert [claim.id for claim in CLAIMS] == [f"S{n}" for n in range(1, 23)]
    for claim in CLAIMS:
        assert bool(claim.checks) != bool(claim.needs), claim.id
        free = any(not check.assumed for check in claim.checks)
        assert bool(claim.carrier) == free, f"{claim.id}: what is not assumed names the parameter that carries it"
        for check in claim.checks:
            assert check.side in (-1, 1)
            assert load(check.world.scenario, check.world.sets).spec.weeks >= 156, "windows reach to week 156"


def settled(value: Any) -> dict[str, Any]:
    """All values of a scenario by path."""
    if not isinstance(value, dict):
        return {"": value}
    return {f"{key}.{path}".rstrip("."): each for key, below in value.items() for path, each in settled(below).items()}


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.carrier], ids=lambda claim: claim.id)
def test_a_carrier_is_halved_and_doubled_from_what_is_shipped_or_switched_off(claim: Claim) -> None:
    for check in claim.checks:
        if check.assumed:
            continue
        shipped = settled(load(check.world.scenario, check.world.sets).spec.model_dump())
        for words, sets in claim.changes():
            world = check.world.under(sets)
            now = settled(load(world.scenario, world.sets).spec.model_dump())
            factors = {now[path] / shipped[path] for path in shipped if now[path] != shipped[path]}
            assert factors == {{"none": 0.0, "halved": 0.5, "doubled": 2.0}[words]}, f"{claim.id} {words}"


def test_what_customers_get_and_what_they_feel_are_looked_at_together() -> None:
    for claim in CLAIMS:
        about: dict[Any, set[str]] = {(check.world, check.against): set() for check in claim.checks}
        for check in claim.checks:
            about[check.world, check.against].add(check.figure.about)
        for seen in about.values():
            assert "felt" not in seen or "needs" in seen, f"{claim.id}: what is felt adapts and carries no claim alone"


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
    assert on_the_whole([ASSUMED, ASSUMED]) == ASSUMED
    assert on_the_whole([SHOWN, ASSUMED]) == IN_PART
    assert on_the_whole([REFUTED, ASSUMED]) == IN_PART
    assert on_the_whole([SHOWN, HANGS]) == HANGS
    assert on_the_whole([HANGS, ASSUMED]) == HANGS
    assert on_the_whole([HANGS, UNDETERMINED, SHOWN]) == UNDETERMINED


def test_what_the_machinery_contains_is_never_shown_but_can_be_refuted() -> None:
    check = Check("", Figure("", "", lambda run: 0.0), World("salary"), None, 1, assumed="it is so")
    told = [check.status(estimate(found)) for found in ([3.0, 3.1, 2.9], [-3.0, -3.1, -2.9], [-3.0, 3.1, 0.1])]
    assert told == [ASSUMED, REFUTED, UNDETERMINED]


@pytest.mark.parametrize(
    ("shipped", "halved", "doubled", "status"),
    [
        (3.0, 1.0, 6.0, SHOWN),
        (3.0, -0.1, 6.0, HANGS),
        (3.0, 1.0, math.nan, HANGS),
        (-3.0, -1.0, -6.0, REFUTED),
        (-3.0, 0.1, -6.0, HANGS),
        (0.0, 1.0, 1.0, UNDETERMINED),
    ],
)
def test_what_changes_sides_with_the_carrier_hangs_on_it(shipped: float, halved: float, doubled: float, status: str) -> None:
    for side in (1, -1):  # the same with everything mirrored
        check = Check("", Figure("", "", lambda run: 0.0), World("salary"), None, side)
        found = estimate([side * shipped + luck for luck in (-0.1, 0.0, 0.1)])
        varied = [(words, estimate([side * x] * 3)) for words, x in (("halved", halved), ("doubled", doubled))]
        assert stand(check, found, varied) == status


def test_a_varied_claim_plays_both_worlds_of_a_pair_changed() -> None:
    carrier = Carrier("x", (("none", ("x=0",)), ("doubled", ("x=2",))))
    figure = Figure("", "", lambda run: 0.0)
    paid, fixed = World("nps_bonus", ("y=1",)), World("nps_bonus", ("y=1",), fixed=True)
    free, put = Check("", figure, paid, fixed, 1), Check("", figure, World("salary"), None, 1, assumed="it is so")
    claim = Claim("S0", "", (free, put), carrier=carrier)
    assert set(claim.worlds(vary=False)) == {paid, fixed, World("salary")}
    changed = {World("nps_bonus", ("y=1", sets), fixed=twin) for sets in ("x=0", "x=2") for twin in (False, True)}
    assert set(claim.worlds(vary=True)) == {paid, fixed, World("salary")} | changed


def test_where_what_customers_get_and_feel_part_it_is_said() -> None:
    def line(about: str, low: float, high: float) -> dict[str, Any]:
        return {"about": about, "ran": "nps_bonus", "against": "x", "low": low, "high": high, "measured": (low + high) / 2,
                "unit": "", "figure": f"{about}, mean of weeks 104–155"}  # fmt: skip

    assert list(parted([line("needs", -2.0, -1.0), line("felt", -0.3, -0.1)])) == []
    for felt, words in (((0.1, 0.3), "is up"), ((-0.1, 0.3), "is not told from no change")):
        (said,) = parted([line("needs", -2.0, -1.0), line("felt", *felt)])
        assert "needs met are down" in said
        assert words in said
        assert "weeks 104–155" in said


def test_planted_data_are_decided_pair_by_pair() -> None:
    """Luck that both worlds share cancels: a difference of 1 under luck of 100 is seen in four replicates."""
    spec = load("salary").spec

    def runs(shift: list[float]) -> list[Run]:
        return [Run(spec, {"x": pd.DataFrame({"v": [100.0 * r + shift[r]]})}) for r in range(4)]

    figure = Figure("v", "", lambda run: float(run.tables["x"]["v"].iloc[0]))
    one, other = World("nps_bonus"), World("nps_bonus", fixed=True)
    played = {one: runs([1.0, 1.1, 0.9, 1.0]), other: runs([0.0] * 4)}
    claim = Claim("S0", "", (Check("up", figure, one, other, 1), Check("alone", figure, one, None, 1)))
    rows = weighed(claim, played, vary=False)
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
    assert [row["part"] for row in rows] == ["S5", *(f"S14.{i + 1}" for i in range(len(named(["S14"])[0].checks)))]
    assert rows[0]["ok"] is False
    assert rows[0]["status"] == UNTESTED
    for row in rows[1:]:
        assert row["ok"] is (None if row["status"] == UNDETERMINED else True)
        assert row["low"] <= row["measured"] <= row["high"]
        assert row["replicates"] == 2
    json.dumps(rows, allow_nan=False)
    assert "## S14" in page(rows)


def test_a_varied_claim_is_played_and_told() -> None:
    rows = [rounded(row.plain()) for row in claims(["S4"], replicates=2, workers=1, vary=True)]
    assert all([each["change"] for each in row["varied"]] == ["halved", "doubled"] for row in rows)
    assert "halved: " in page(rows)


def test_names_of_claims() -> None:
    assert named(()) == list(CLAIMS)
    with pytest.raises(KeyError):
        named(["S23"])
