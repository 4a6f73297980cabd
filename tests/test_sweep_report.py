"""What a sweep's report says and writes, on sweeps whose answer is known: words, tables, what the explorer reads."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toy_sweep
from known_sweeps import grid, names, space

from sim.analysis.estimate import estimate
from sim.analysis.response import Turn, rank_correlation
from sim.experiments.sweep import sweep
from sim.report import explorer
from sim.report.outcomes import outcome, title
from sim.report.sweep_levels import turning
from sim.report.sweep_view import View
from sim.report.sweeps import compose, render_sweep


@pytest.fixture(scope="module")
def bonus(tmp_path_factory: pytest.TempPathFactory) -> View:
    return grid(tmp_path_factory.mktemp("grid"))


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> View:
    return names(tmp_path_factory.mktemp("names"))


class TestAlongABonus:
    def test_the_lead_tells_both_readings_and_the_turn(self, bonus: View) -> None:
        # Averaged over audit: true 2 b - 3/8 b^2 is -8 at 8, best at 2 (2.5); at 4 it is 2.0, at 6 -1.5.
        lead = compose(bonus).verdict.lead
        assert re.match(
            r"As bonus rate goes from 0 to 8, averaged over audit rate, the reported NPS rises by (23\.9|24\.0)\d* points \(.*\) "
            r"and the true one falls by (7\.9|8\.0)\d* points \(", lead,
        )  # fmt: skip
        assert "The score improves while what it stands for gets worse." in lead
        turn = "The true NPS is best at bonus rate 2; from 4 on it is worse than that; from 6 on it is worse than at 0."
        assert lead.endswith(turn)

    def test_a_point_for_each_level_of_the_other_factor(self, bonus: View) -> None:
        told = {point.title: point.text for point in compose(bonus).verdict.points}
        assert "best at bonus rate 2; from 4 on it is worse than that; from 6 on it is worse than at 0" in told["audit rate 0"]
        assert "The true NPS is best at bonus rate 4; from 6 on it is worse than that." in told["audit rate 0.5"]

    def test_money_and_doubts(self, bonus: View) -> None:
        text = compose(bonus).verdict.text()
        assert "profit falls by $16.0k a year" in text
        assert "bonus bill rises by $8,000 a year" in text
        assert "The bonus bill is not the same at all points" in text
        assert "6 replicates a point" in text

    def test_the_tables(self, bonus: View) -> None:
        tables = compose(bonus).tables
        assert set(tables) == {"points", "response", "phase"}
        assert len(tables["points"]) == 10
        cell = tables["response"].query("outcome == 'nps.true' and factor == 'bonus rate' and level == 8").iloc[0]
        assert cell["d"] == pytest.approx(-8, abs=cell["d_high"] - cell["d_low"])
        assert tables["phase"].drop_duplicates("audit rate")["best"].tolist() == [2, 4]

    def test_the_pictures(self, bonus: View) -> None:
        made = compose(bonus)
        names = ["over_optimisation", "phase_diagram", "response_bonus_rate", "response_audit_rate"]
        assert [picture.name for picture in made.pictures] == names
        assert "audit rate 0: the truth is best at 2; audit rate 0.5: the truth is best at 4" in made.pictures[0].alt

    def test_points_have_the_intervals_of_an_estimate(self, bonus: View) -> None:
        row = bonus.points.iloc[3]
        value = estimate(bonus.runs.loc[bonus.runs["point"] == row["point"], "nps.true"])
        assert (row["nps.true"], row["nps.true_low"], row["nps.true_high"]) == pytest.approx((value.mean, value.low, value.high))

    def test_less_is_better_turns_the_meaning(self, bonus: View, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(View, "better", lambda self, label: -1)
        lead = compose(View(bonus.source, bonus.runs)).verdict.lead
        assert "the reported NPS (less is better) rises by" in lead
        assert "What the score stands for improves while the score gets worse." in lead

    def test_noise_is_not_told_as_a_change(self, bonus: View) -> None:
        rng = np.random.default_rng(5)
        luck = {name: rng.normal(size=len(bonus.runs)) for name in ("nps.true", "nps.reported", "profit")}
        lead = compose(View(bonus.source, bonus.runs.assign(**luck))).verdict.lead
        assert "Neither moves beyond noise." in lead
        assert "rises" not in lead
        assert "falls" not in lead


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (Turn(4, (0, 2, 4), None, None), "at which rate the true NPS is best cannot be told"),
        (Turn(2, (2,), 4, 4), "the true NPS is best at rate 2; at 4 it is worse than that, and than at 0"),
        (Turn(0, (0,), 2, 2), "the true NPS is best at rate 0; from 2 on it is worse than that"),
        (Turn(4, (2, 4), None, None), "the true NPS is best around rate 4 (not to be told from 2)"),
    ],
)
def test_the_turn_in_words(turn: Turn, told: str) -> None:
    assert turning("rate", "NPS", turn, [0, 2, 4]) == told


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    view = grid(tmp_path, skip=lambda point, replicate: replicate > 0 or point == 9)
    text = compose(view).verdict.text()
    assert "The sweep is not finished: 9 of 60 runs are there." in text
    caution = "One replicate a point: nothing here can be told from luck."
    assert text.startswith(caution)
    assert text.count("luck") == 1
    assert "paired replicates" not in compose(view).html
    assert "95 % intervals" not in text


class TestFigures:
    def test_the_curves_are_the_paired_changes_and_the_dots_the_turns(self, bonus: View) -> None:
        left, right = compose(bonus).pictures[0].figure.axes
        levels = np.array([0, 2, 4, 6, 8])
        for axes, audit, best, falls in ((left, 0.0, 2, 4), (right, 0.5, 4, 6)):
            drawn = [line for line in axes.lines if len(line.get_xdata()) == len(levels)]
            reported, true = (np.asarray(line.get_ydata()) for line in drawn)
            np.testing.assert_allclose(reported, 3 * levels, atol=0.2)
            np.testing.assert_allclose(true, 2 * levels - levels**2 * (1 - audit) / 2, atol=0.2)
            marked = [line for line in axes.lines if line.get_markersize() == 8]
            dots = {line.get_markerfacecolor() == "white": line.get_xdata()[0] for line in marked}
            assert (levels[dots[False]], levels[dots[True]]) == (best, falls)

    def test_the_phase_diagram_writes_each_change_and_the_line_of_the_best(self, bonus: View) -> None:
        (axes,) = compose(bonus).pictures[1].figure.axes
        told = {text.xyann: (text.get_text(), text.get_fontweight()) for text in axes.texts}
        assert told[(4, 0)] == ("\u221216.0", "bold")
        assert told[(2, 1)] == ("+4.0", "bold")
        assert told[(0, 0)][0] == "0"
        turn, below = axes.lines
        assert list(turn.get_xdata()) == [1.5, 1.5, 2.5, 2.5]
        assert list(below.get_xdata())[:2] == [2.5, 2.5]

    def test_of_noise_no_level_is_drawn_as_the_best(self, bonus: View) -> None:
        noise = np.random.default_rng(5).normal(size=len(bonus.runs))
        curves, diagram, *_ = compose(View(bonus.source, bonus.runs.assign(**{"nps.true": noise}))).pictures
        assert not [line for axes in curves.figure.axes for line in axes.lines if line.get_markersize() == 8]
        assert np.isnan(np.asarray(diagram.figure.axes[0].lines[0].get_xdata(), float)).all()
        for picture in (curves, diagram):
            assert picture.alt.count("best at a level that cannot be told") == 2

    def test_a_strength_that_does_not_begin_at_nothing_is_not_called_so(self, bonus: View) -> None:
        paid = View(bonus.source, bonus.runs[bonus.runs["bonus rate"] > 0])
        made = compose(paid)
        words = " ".join(text.get_text() for text in made.pictures[0].figure.texts)
        assert "against bonus rate 2" in words
        assert "no bonus" not in words
        assert made.verdict.lead.endswith("The true NPS is best at bonus rate 2; from 4 on it is worse than that.")

    def test_bars_of_sensitivities_are_their_indices(self, tmp_path: Path) -> None:
        made = compose(space(tmp_path, "{kind: saltelli, points: 64}"))
        table = made.tables["sensitivity"].query("outcome == 'nps.true'")
        axes = made.pictures[0].figure.axes[0]
        widths = [bar.get_width() for bar in axes.patches]
        np.testing.assert_allclose(widths, [*table["total"].clip(lower=0), *table["first"].clip(lower=0)])

    def test_a_sample_that_is_too_small_is_marked_in_the_figure(self, tmp_path: Path) -> None:
        axes = compose(space(tmp_path, "{kind: saltelli, points: 4}")).pictures[0].figure.axes[0]
        assert any(text.get_text() == "too small a sample to conclude" for text in axes.texts)


class TestNames:
    def test_each_name_against_the_first_in_every_world(self, systems: View) -> None:
        lead = compose(systems).verdict.lead
        assert lead.startswith("Against fixed, by true NPS: ")
        assert "good is higher in both worlds" in lead
        assert "bad is lower in 1 of 2 worlds" in lead
        assert "same cannot be told from it in any world" in lead
        assert "A world is a combination of quit rate" in lead

    def test_the_differences(self, systems: View) -> None:
        (point,) = [p for p in compose(systems).verdict.points if p.title == "True NPS, against fixed"]
        assert point.sentences[0].startswith("Good: +3.0")
        assert point.sentences[1].startswith("Bad: −1.5")
        assert point.sentences[2].endswith("within noise.")


class TestOtherDesigns:
    def test_sobol_indices_in_words(self, tmp_path: Path) -> None:
        view = space(tmp_path, "{kind: saltelli, points: 512}")
        made = compose(view)
        assert "true NPS depends most on bonus rate" in made.verdict.lead.replace("True", "true")
        (point,) = [p for p in made.verdict.points if p.title == "True NPS"]
        assert point.text.startswith("Share of the variance, with interactions: bonus rate 100 % (")
        table = made.tables["sensitivity"].set_index(["outcome", "factor"])
        assert table.loc[("nps.true", "audit.rate"), "total"] == pytest.approx(0, abs=0.01)
        assert [p.name for p in made.pictures] == ["sensitivity"]
        assert "phase" not in made.tables

    def test_a_sample_that_is_too_small_says_so_first(self, tmp_path: Path) -> None:
        made = compose(space(tmp_path, "{kind: saltelli, points: 4}"))
        assert made.verdict.lead.startswith(("The sample is too small to conclude", "Profit depends"))
        assert "Too small to conclude: 4 base points are too few" in made.verdict.text()

    def test_morris_effects_have_the_unit_of_the_outcome(self, tmp_path: Path) -> None:
        made = compose(space(tmp_path, "{kind: morris, trajectories: 10}"))
        (point,) = [p for p in made.verdict.points if p.title == "True NPS"]
        assert point.text.startswith("Mean absolute effect from one end to the other: bonus rate 40.0")

    def test_a_sample_is_told_by_its_range_and_ranks(self, tmp_path: Path) -> None:
        made = compose(space(tmp_path, "{kind: latin, points: 40}"))
        assert made.verdict.lead.startswith("Over 40 points spread over the factors, the true NPS lies between ")
        (point,) = [p for p in made.verdict.points if p.title == "True NPS"]
        assert "It rises with bonus rate (1.00, 1.00 to 1.00)" in point.text
        assert set(made.tables) == {"points"}


class TestExplorer:
    def test_what_it_reads_is_what_was_played(self, tmp_path: Path) -> None:
        view = grid(tmp_path)
        data = json.loads(json.dumps(explorer.payload(view), allow_nan=False))
        true = data["outcomes"][data["measures"][0]["true"]]
        scale = 10.0 ** -true["digits"]
        np.testing.assert_allclose(np.array(true["m"]) * scale, view.points["nps.true"], atol=0.51 * scale)
        half = (view.points["nps.true_high"] - view.points["nps.true_low"]) / 2
        np.testing.assert_allclose(np.array(true["h"]) * scale, half, atol=0.51 * scale)
        rate, audit = data["factors"]
        assert (rate["levels"], audit["levels"]) == (["0", "2", "4", "6", "8"], ["0", "0.5"])
        assert [rate["of"][at] for at in rate["at"]] == view.points["bonus rate"].tolist()
        assert rate["path"] == "pay.schemes.0.rate"

    def test_changes_are_paired(self, tmp_path: Path) -> None:
        view = grid(tmp_path)
        data = explorer.payload(view)
        true = data["outcomes"][data["measures"][0]["true"]]
        last = view.points.query("`bonus rate` == 8 and `audit rate` == 0").index[0]
        assert data["reference"] == ["0", "0"]
        assert true["d"][last] * 10.0 ** -true["digits"] == pytest.approx(-16, abs=0.6)
        assert true["dh"][last] < true["h"][last] / 5

    def test_a_factor_of_any_value_has_its_range(self, tmp_path: Path) -> None:
        view = space(tmp_path, "{kind: latin, points: 40}")
        rate, audit, choice = explorer.payload(view)["factors"]
        assert (rate["log"], audit["log"]) == (False, True)
        assert rate["low"] == min(rate["values"])
        assert choice["levels"] == list(dict.fromkeys(view.points["staff.choice"]))
        assert explorer.payload(view)["reference"] is None

    def test_a_design_of_thousands_of_points_stays_small(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        view = space(tmp_path, "{kind: latin, points: 400}")
        count = 10_000
        many = View(view.source, pd.concat([view.runs] * (count // 400), ignore_index=True))
        many.runs["point"] = np.arange(len(many.runs)) // 2
        assert len(many.points) == count
        assert len(json.dumps(explorer.payload(many), separators=(",", ":"))) < 1_000_000
        monkeypatch.setattr(explorer, "MOST_POINTS", 4_000)
        fewer = explorer.payload(many)
        assert (fewer["every"], len(fewer["numbers"])) == (3, 3_334)


class TestWriting:
    def test_titles(self) -> None:
        assert [title(name) for name in ("nps.true", "outcomes.reported", "gaming_time", "books.wages", "nps.excess")] == [
            "true NPS", "reported customer outcomes", "work time spent on tactics", "wages", "part of the NPS gap made by acts",
        ]  # fmt: skip

    def test_no_more_digits_than_the_numbers_bear(self) -> None:
        assert outcome("nps.true", "points", np.array([0.0, 100.0]), 0.1).digits == 1
        assert outcome("nps.true", "points", np.array([0.0, 100.0]), 40.0).digits == 0
        assert outcome("profit", "USD a year", np.array([0.0, 1e6]), 100.0).digits == -3
        assert outcome("gaming_time", "1", np.array([0.0, 0.5]), 0.001).plain(0.123) == "12.3"

    def test_an_interval_narrower_than_the_rounding_is_written_finer(self) -> None:
        written = outcome("nps.true", "points", np.array([0.0, 100.0]), 1.0)
        assert written.change(estimate([5.0, 5.1, 5.2])) == "+5.1 points (4.9 to 5.3)"
        assert written.change(estimate([5.0, 5.01, 5.02])) == "+5.01 points (4.99 to 5.03)"
        assert outcome("profit", "USD a year", np.array([0.0, 1e6]), 1.0).change(estimate([-5e5])) == "−$500k a year"


def test_rank_correlation() -> None:
    one = pd.Series(np.arange(50.0))
    assert rank_correlation(one, one**3).mean == pytest.approx(1)
    noise = pd.Series(np.random.default_rng(1).normal(size=50))
    assert rank_correlation(one, noise).sign == 0
    assert math.isnan(rank_correlation(one[:9], one[:9]).mean)
    assert math.isnan(rank_correlation(one, pd.Series(np.ones(50))).mean)
    half = rank_correlation(one, one + 30 * noise)
    assert half.low < half.mean < half.high


def test_a_real_folder_gets_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_sweep.put_in_place(monkeypatch)
    study = toy_sweep.write_study(tmp_path, about="fail 1", more="outcomes: [nps.true, profit]\n")
    sweep(study, out=tmp_path / "out", workers=1)
    made = render_sweep(tmp_path / "out")
    assert made.html == tmp_path / "out" / "report.html"
    text = made.html.read_text(encoding="utf-8")
    assert "12 of 24 runs failed" in text
    assert "12 × ValueError: this one is broken" in text
    assert {path.name for path in made.files} >= {"points.csv", "response.csv", "phase.csv", "phase_diagram.png"}
    again = render_sweep(tmp_path / "out").html
    assert again is not None
    assert again.read_text(encoding="utf-8") == text
