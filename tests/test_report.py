"""The report is honest: in words, in the table and on the page, for worlds whose answers are known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_tables import GAMED, HONEST_GAIN, LOSING, NOISY, NOTHING, PERVERSE, SALARY, FakeArm, build

from sim.analysis.estimate import Estimate
from sim.analysis.manifest import Measure
from sim.analysis.summary import summarise
from sim.report import Rendered, describe, render
from sim.report.style import spread
from sim.report.verdict import wrapped
from sim.report.words import Scale, listed, money, money_interval, number, when

RUSHED = FakeArm("rushed", "Speed bonus", ("handle_time",), truth={"handle_time": -1.0, "nps": -5.0})
BESIDE = FakeArm("beside", "Score bonus", ("nps",), truth={"handle_time": 1.2, "outcomes": 4.0, "nps": 6.0})
FALLEN = FakeArm("fallen", "Loud bonus", ("nps",), acted={"nps": {"steering": -6.0}})


def told(*arms: FakeArm, replicates: int = 8) -> str:
    text = describe(*build(list(arms), replicates=replicates)).verdict
    return " ".join(text.split())


def write(folder: Path, arms: list[FakeArm], **changes: Any) -> Path:
    tables, manifest = build(arms, replicates=3, weeks=64, burn_in=16)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    manifest |= {"files": {f"{name}.parquet": "" for name in tables}} | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


# What the verdict says


def test_nothing_happens() -> None:
    text = told(SALARY, NOTHING)
    assert "Under Idle bonus neither the score nor the service moved beyond noise." in text
    assert "gaming" not in text


def test_pure_gaming() -> None:
    text = told(SALARY, GAMED)
    assert "Under Score bonus the score got better and the service did not." in text
    assert "None of the reported gain is true." in text
    assert (
        "Gap: reported 35 points above true; an honest survey would show +9, gaming adds 26 (choosing whom to ask 19"
        in text
    )
    assert re.search(r"It exceeds the honest gap from week 2[6-9]", text)


def test_perverse() -> None:
    text = told(SALARY, PERVERSE)
    assert "the score got better while the service got worse" in text
    assert re.search(r"From week (2[6-9]|3\d) .* the score stands above and the truth below fixed pay", text)
    assert re.search(r"Who (gains and who )?pays: customers −0.1", text)


def test_what_is_not_paid_and_moves_is_told_by_its_own_good_direction() -> None:
    text = told(SALARY, BESIDE)
    assert re.search(r"Not paid, and changed in truth: customer outcomes \+4\.\d \(\S+ to \S+\) for the better; "
                     r"handle time \+1\.2\d* minutes \(\S+ to \S+\) for the worse\.", text)  # fmt: skip
    for arm in (NOTHING, GAMED):
        assert "changed in truth" not in told(SALARY, arm), "what stays level is not told"


def test_the_target_works() -> None:
    text = told(SALARY, HONEST_GAIN)
    assert "the target worked: the score got better because the service did" in text
    assert "gaming" not in text
    assert "Who gains: customers +0.1" in text


def test_outcome_pay_loses() -> None:
    text = told(SALARY, LOSING)
    assert "Under Late outcome pay the score and the service both got worse." in text
    assert "gaming" not in text
    assert "on true experience, Salary, then Late outcome pay" in text


def test_a_target_met_at_the_customers_cost() -> None:
    assert "the target was met and customers were worse off for it" in told(SALARY, RUSHED)


def test_too_wide_to_tell_says_how_many_replicates_would() -> None:
    text = told(SALARY, NOISY, replicates=6)
    assert "too uncertain to call" in text
    assert re.search(r"It would take about \d+ replicates to tell", text)


def test_one_replicate() -> None:
    text = told(SALARY, GAMED, replicates=1)
    assert "cannot tell luck from effect" in text
    assert "gaming" not in text
    assert "One replicate gives no interval" in text


def test_acts_that_make_the_score_look_worse_are_not_called_gaming() -> None:
    text = told(SALARY, FALLEN)
    assert "makes it look worse" in text
    assert "gaming" not in text


def test_a_score_that_fell_gained_nothing_that_could_be_true() -> None:
    """The pass-through is 1 where score and truth fell together, and 0 where the score fell alone: neither is a gain."""
    sunk = FakeArm("sunk", "Sad bonus", ("nps",), truth={"nps": -6.0}, bonus=50_000)
    for arm, says in ((sunk, "the score and the service both got worse"), (FALLEN, "the score got worse and the service stayed")):
        text = told(SALARY, arm)
        assert says in text
        for word in ("reported gain", "the target worked"):
            assert word not in text


def test_a_run_alone() -> None:
    text = told(GAMED)
    assert text.startswith("Over the last 52 weeks the reported NPS was 47")
    assert "gaming adds 26" in text
    assert "compare it with fixed pay" in text
    text = told(SALARY)
    assert "about as with an honest survey and nothing paid (+9)" in text
    assert "gaming" not in text
    text = told(NOTHING)
    assert "about as with an honest survey (+9)" in text, "what it would be with nothing paid, a paid world alone cannot say"


def test_a_gap_moved_by_who_answers_is_not_said_to_be_the_floor() -> None:
    tables, manifest = build([SALARY, NOTHING])
    idle = "scenario == 'idle' and measure == 'nps' and week >= 0"
    tables["series"].loc[tables["series"].query(idle).index, "reported"] += 6.0
    tables["waterfall"].loc[tables["waterfall"].query(f"{idle} and component == 'nonresponse'").index, "value"] += 6.0
    text = " ".join(describe(tables, manifest).verdict.split())
    assert "an honest survey would show +9, other customers answering now +6." in text
    assert "about as with an honest survey" not in text


def test_nobody_answers() -> None:
    text = told(FakeArm("never", "Never", ("nps",), unread=tuple(range(-26, 156))))
    assert "Nobody answered, so there is no reported NPS." in text


def test_without_fixed_pay_the_first_arm_is_the_yardstick() -> None:
    assert told(GAMED, PERVERSE).startswith("Against Score bonus, under Harsh bonus")


def test_many_arms_stay_short() -> None:
    text = describe(*build([SALARY, GAMED, PERVERSE, HONEST_GAIN, LOSING, NOTHING], replicates=4)).verdict
    assert text.count("\n- ") <= 7
    assert all(line.startswith("- ") and line.endswith(".") for line in text.splitlines()[1:]), "no line breaks in sentences"
    lines = wrapped(text).splitlines()
    assert all(len(line) <= 92 for line in lines)
    assert " ".join(wrapped(text).split()) == " ".join(text.split())
    assert {line[:2] for line in lines[len(wrapped(text.splitlines()[0]).splitlines()) :]} == {"- ", "  "}


# The table


def test_the_table_is_aligned_and_fits() -> None:
    lines = describe(*build([SALARY, GAMED, HONEST_GAIN], replicates=2)).table.splitlines()
    assert all(len(line) <= 100 for line in lines)
    end = lines[0].index("reported") + len("reported")
    assert all(line[end] == " " for line in lines[2 : lines.index("* paid on this measure.")])
    assert "NPS*" in lines[4]


def test_what_is_at_stake_stands_beside_the_bill() -> None:
    study = [SALARY, GAMED, NOTHING]
    lines = describe(*build(study, replicates=2)).table.splitlines()
    pay = lines.index("* paid on this measure.") + 2
    assert lines[pay].split() == ["scenario", "bill", "at", "stake", "sd", "of", "pay", "staff", "CE"]
    assert lines[pay + 3].split()[:5] == ["Score", "bonus", "$769", "$38.5", "$0"]
    assert "moves an employee's expected pay by $38.5 under Score bonus and $23.1 under Idle bonus." in told(*study)


def by_hand(tables: dict[str, Any], manifest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The second arm's score is read from a log that errs by four points in good faith."""
    shown = {"scenario": "idle", "measure": "nps"}
    for name, column, extra in (("series", "reported", {}), ("waterfall", "value", {"component": "measurement"})):
        table = tables[name]
        rows = (table[list(shown | extra)] == pd.Series(shown | extra)).all(axis=1)
        table.loc[rows, column] += 4.0
    like = {**manifest["arms"][1]["like"], "nps": {**manifest["arms"][1]["like"]["nps"], "instrument": "by hand"}}
    manifest["arms"][1]["like"] = like
    for scenario, logging in (("salary", "automatic"), ("idle", "manual")):
        manifest["scenarios"][scenario]["measures"] = {"nps": {"logging": logging}}
    return tables, manifest


def test_honest_error_of_another_instrument_is_no_effect_of_pay() -> None:
    tables, manifest = by_hand(*build([SALARY, NOTHING]))
    text = " ".join(describe(tables, manifest).verdict.split())
    assert "neither the score nor the service moved beyond noise" in text
    assert "NPS is read otherwise than under Salary (logging manual, not automatic)" in text
    assert re.search(r", \+(?:3\.\d|4[\d.]*) \([\d.]+ to [\d.]+\) is honest error of another instrument and no effect", text)
    row = summarise(tables, manifest).query("scenario == 'idle' and measure == 'nps'").iloc[0]
    assert row["d_reported"] == pytest.approx(4.0, abs=1.0)
    assert row["d_instrument"] == pytest.approx(4.0, abs=1.0)


def test_how_instruments_differ_is_told_in_words() -> None:
    tables, manifest = by_hand(*build([SALARY, NOTHING]))
    there = {"sample": "employee", "confidential": 0.0, "handled_by": ["manager", "central"]}
    here = {"sample": "random", "confidential": 1.0, "handled_by": []}
    for scenario, properties in (("salary", there), ("idle", here)):
        manifest["scenarios"][scenario]["measures"] = {"nps": properties}
    text = " ".join(describe(tables, manifest).verdict.split())
    told = "(a draw decides who is asked, answers are given in confidence and answers pass nobody's hands)"
    assert f"NPS is read otherwise than under Salary {told}" in text


def test_truths_of_different_things_are_not_compared() -> None:
    tables, manifest = build([SALARY, GAMED])
    for arm, truth in zip(manifest["arms"], ("a", "b"), strict=True):
        arm["like"] = {**arm["like"], "nps": {**arm["like"]["nps"], "truth": truth}}
    assert "stands for something else" in " ".join(describe(tables, manifest).verdict.split())


def test_fixed_pay_is_not_said_to_be_the_same_as_a_bill_that_was_missed() -> None:
    tables, manifest = build([SALARY, NOTHING])
    assert "Salary pays the same as base pay" in " ".join(describe(tables, manifest).verdict.split())
    manifest["budget"] |= {"mode": "partly equal", "target": 305.0}
    assert "Salary pays $305 as base pay" in " ".join(describe(tables, manifest).verdict.split())


# The page


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return render(write(tmp_path_factory.mktemp("result"), [SALARY, GAMED, HONEST_GAIN]))


def text_of(rendered: Rendered) -> str:
    assert rendered.html is not None
    return rendered.html.read_text(encoding="utf-8")


def test_the_page_stands_alone(rendered: Rendered) -> None:
    page = text_of(rendered)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)", page)
    assert not re.findall(r"url\((?!#)", page)
    assert "@import" not in page
    assert len(page) < 1_500_000


def test_the_page_reads_from_the_verdict_to_the_method(rendered: Rendered) -> None:
    page = text_of(rendered)
    assert page.index("Verdict") < page.index("<figure") < page.index("Method and caveats")
    assert page.count('role="img"') == page.count("<figure")
    assert all(len(alt) > 30 for alt in re.findall(r'role="img" aria-label="([^"]*)"', page))


def test_ids_of_figures_do_not_clash(rendered: Rendered) -> None:
    clips = re.findall(r'<clipPath id="([^"]+)"', text_of(rendered))
    assert len(clips) == len(set(clips))


def test_figures_stand_in_their_folder(rendered: Rendered) -> None:
    assert rendered.html is not None
    assert {path.suffix for path in rendered.figures} == {".png", ".svg"}
    assert all(path.stat().st_size > 1000 for path in rendered.figures)
    assert not list(rendered.html.parent.rglob("*.partial"))


def test_a_report_is_the_same_twice(tmp_path: Path) -> None:
    folder = write(tmp_path, [SALARY, GAMED])
    render(folder)
    first = (folder / "report.html").read_bytes()
    render(folder)
    assert (folder / "report.html").read_bytes() == first


def test_words_of_a_user_cannot_break_the_page(tmp_path: Path) -> None:
    evil = FakeArm("evil", '<script>alert(1)</script> $x^2$ & "quotes"', ("nps",))
    render(write(tmp_path, [SALARY, evil]))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page


def test_failures_and_warnings_are_told(tmp_path: Path) -> None:
    failure = {"scenario": "gamed", "replicate": 2, "stage": "run", "message": "no luck"}
    render(write(tmp_path, [SALARY, GAMED], failures=[failure], warnings=["equal budgets not reached"]))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "1 run failed" in page
    assert "no luck" in page
    assert "equal budgets not reached" in page


def test_nothing_is_written_where_nothing_is_kept() -> None:
    rendered = describe(*build([SALARY], replicates=2))
    assert isinstance(rendered, Rendered)
    told = rendered.as_dict()
    rows = told.pop("rows")
    assert told == {"verdict": rendered.verdict, "table": rendered.table, "html": None, "figures": []}
    assert [row["measure"] for row in rows] == ["nps", "outcomes", "handle_time"]
    assert rows[0]["reported"] > rows[0]["true"]
    assert rows[0].get("d_true") is None, "there is nothing to compare with"


# Words


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_254_000, "$1.25 m"), (-84_300, "−$84.3k"), (0.0, "$0"), (999_900, "$1.00 m"), (12.5, "$12.5"), (0.001, "$0")],
)
def test_money(value: float, text: str) -> None:
    assert money(value, "USD") == text


def test_the_ends_of_an_interval_have_no_unit_of_their_own_but_a_sign_for_money() -> None:
    change = Estimate(mean=1.5, low=1.0, high=2.0, n=8)
    assert money_interval(change, "money") == " (1.00 to 2.00)"
    assert money_interval(change, "USD") == " ($1.00 to $2.00)"


def test_other_words() -> None:
    assert money(500, "CHF") == "500 CHF"
    assert number(-0.04, 0.1) == "0.0"
    assert number(-3.26, 0.1, signed=True) == "−3.3"
    assert when(0) == "week 0 (month 1)"
    assert listed(["a", "b", "c"]) == "a, b and c"
    share = Scale(Measure("x", "x", unit="share", low=0.0, high=1.0), 0.7)
    assert share.level(Estimate(0.714, 0.70, 0.73, 8)) == "71.4 % (70.0 to 73.0)"


def test_labels_are_moved_apart_and_no_further() -> None:
    assert spread([1.0, 5.0], 2.0) == [1.0, 5.0]
    assert spread([1.0, 1.0], 2.0) == [0.0, 2.0]
    out = spread([3.0, 1.0, 2.9], 1.0)
    assert out[1] < out[2] < out[0]


# What may be missing


def test_a_world_that_records_only_readings_is_reported_all_the_same() -> None:
    tables, manifest = build([SALARY, GAMED], replicates=3, weeks=64)
    bare = {name: table if name in ("series", "waterfall") else table.iloc[:0] for name, table in tables.items()}
    rendered = describe(bare, manifest)
    assert re.search("the score got better and the service (did not|hardly did)", rendered.verdict)
    assert "Who pays" not in rendered.verdict
    assert "NPS*" in rendered.table


def test_replicates_that_are_missing_are_told() -> None:
    tables, manifest = build([SALARY, GAMED], replicates=3, weeks=64)
    lost = {n: t[(t["scenario"] != "gamed") | (t["replicate"] != 1)] for n, t in tables.items()}
    assert "Score bonus: only 2 of 3 replicates are there." in describe(lost, manifest).verdict.replace("\n  ", " ")
    none = {name: table[table["scenario"] != "gamed"] for name, table in tables.items()}
    assert "nothing can be compared" in describe(none, manifest).verdict.replace("\n", " ")


def test_a_scenario_without_measures() -> None:
    tables, manifest = build([SALARY], replicates=2, weeks=30)
    manifest["arms"][0]["like"] = {}
    empty = tables | {name: tables[name].iloc[:0] for name in ("series", "waterfall")}
    assert describe(empty, manifest).verdict.startswith("This scenario reads no measure")
