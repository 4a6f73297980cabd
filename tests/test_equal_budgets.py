"""`budget: equal`: the search on known responses, and comparisons on a toy engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toy_engine import PAID, put_in_place, spec

from sim.experiments import compare
from sim.experiments.budget import scaled
from sim.experiments.search import ROUNDS, TOLERANCE, Search


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch)


class TestEqualBudgets:
    def test_bills_meet_and_salary_gets_the_sum_unconditionally(self) -> None:
        arms = [spec("S"), spec("A", pay={"schemes": PAID}), spec("B", pay={"schemes": [{**PAID[0], "rate": 0.01}]})]
        result = compare(arms, workers=1)
        salary, first, second = (arm["money"] for arm in result.manifest["arms"])
        assert first["factor"] == 1.0
        assert second["bill_after"] == pytest.approx(first["bill_before"], rel=TOLERANCE)
        assert second["reached"]
        assert salary["base_added"] == first["bill_before"]
        pay = result.manifest["scenarios"]["S"]["pay"]
        assert pay["base"] == arms[0].pay.base, "before week 0 the worlds are the same"
        assert [(s["kind"], s["measure"], s["who"], s["from_week"]) for s in pay["schemes"]] == [
            ("fixed", None, ["employee"], 0)
        ]
        assert pay["schemes"][0]["bonus"] == pytest.approx(first["bill_before"])
        paid = result.manifest["budget"]["paid"]
        assert paid["B"]["bonus_bill"] == pytest.approx(paid["A"]["bonus_bill"], rel=TOLERANCE)
        assert paid["A"]["certainty_equivalent"] == pytest.approx(3000 + paid["A"]["bonus_bill"])

    def test_pilots_at_the_settled_factor_are_the_runs(self, tmp_path: Path) -> None:
        arms = [spec("S"), spec("A", pay={"schemes": PAID}), spec("B", pay={"schemes": [{**PAID[0], "rate": 9}]})]
        retuned = compare(arms, workers=1, replicates=6)
        factor = retuned.manifest["arms"][2]["money"]["factor"]
        plain = compare([scaled(arms[2], factor)], workers=1, replicates=6, budget="as_written")
        rows = retuned.tables["staff"].query("scenario == 'B'").reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, plain.tables["staff"])

    def test_a_given_budget_is_the_reference(self) -> None:
        result = compare([spec("A", pay={"schemes": PAID, "budget": 50.0})], workers=1)
        assert result.manifest["arms"][0]["money"]["bill_after"] == pytest.approx(50, rel=TOLERANCE)

    def test_nobody_paid_changes_nothing(self) -> None:
        result = compare([spec("A"), spec("B")], workers=1)
        assert result.manifest["budget"]["mode"] == "equal"
        assert result.manifest["budget"]["target"] == 0
        assert result.manifest["scenarios"]["A"]["pay"]["base"] == spec().pay.base

    def test_a_reference_that_pays_nothing_is_said(self) -> None:
        late = [{**PAID[0], "from_week": 99}]
        arms = [spec("A", pay={"schemes": late}), spec("B", pay={"schemes": PAID})]
        result = compare(arms, workers=1)
        assert result.manifest["budget"]["mode"] == "partly equal"
        assert result.manifest["budget"]["missed"] == ["A", "B"]
        assert "pays nothing" in result.manifest["warnings"][0]

    def test_failing_pilots_are_told_and_leave_the_arm_as_written(self) -> None:
        arms = [spec("A", pay={"schemes": PAID}), spec("B", about="fail 0", pay={"schemes": PAID})]
        result = compare(arms, workers=1, replicates=1)
        assert [f["stage"] for f in result.failures] == ["budget pilot, run", "run"]
        assert not result.manifest["arms"][1]["money"]["reached"]

    @pytest.mark.parametrize("power", [0.5, 1.0, 1.4, 2.5])
    @pytest.mark.parametrize("start", [0.02, 0.3, 1.0, 40.0])
    def test_search_finds_a_smooth_response(self, power: float, start: float) -> None:
        search = solve(lambda factor: start * factor**power)
        assert search.reached
        assert search.note == ""

    def test_search_finds_the_far_side_of_a_threshold(self) -> None:
        assert solve(lambda factor: max(0.0, factor - 3) ** 2).reached

    def test_search_says_when_a_cliff_jumps_over_the_target(self) -> None:
        search = solve(lambda factor: 0.5 * factor if factor < 1.2 else 5 * factor)
        assert not search.reached
        assert "jumps" in search.note

    def test_search_says_when_nothing_is_ever_paid(self) -> None:
        search = solve(lambda factor: 0.0)
        assert search.best == 1.0
        assert "pays nothing" in search.note


def solve(bill: Any) -> Search:
    search = Search(1.0)
    while (factor := search.propose()) is not None:
        search.tried[factor] = bill(factor)
    assert len(search.tried) <= ROUNDS + 1
    return search
