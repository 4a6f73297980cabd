"""Closed forms of the literature against runs: every case of the catalogue, and parameter values of our own.

Drawn figures are held to four standard errors over replicates, exact ones to 1e-9 (or to what a search or a table allows).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim.__main__ import main
from sim.experiments.theory import CASES, Case, compared, named, theory
from sim.experiments.theory import table as rendered
from sim.experiments.theory.case import EXACT, Row
from sim.scenario import catalogue

ROOT = Path(__file__).resolve().parent.parent
KEPT = json.loads((ROOT / "docs/theory.json").read_text(encoding="utf-8"))
BY_NAME = {case.name: case for case in CASES}
FEW = 16  # replicates of values of our own: the page's have the power


def wrong(rows: list[Row]) -> list[str]:
    """What does not agree, in words."""
    return [
        f"{row.sets} {row.claim.what}: predicted {row.predicted}, simulated {row.simulated} ± {row.error}"
        for row in rows
        if not row.ok
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_agrees_and_the_page_shows_what_it_gives(case: Case) -> None:
    rows = list(theory((case.name,)))
    assert not wrong(rows)
    kept = [line for line in KEPT if line["case"] == case.name]
    assert len(kept) == len(rows)
    for row, line in zip(rows, kept, strict=True):
        # Drawn ones too: the luck is keyed, so a page that is not what the model gives now is out of date.
        assert line["measured"] == pytest.approx(row.simulated, rel=1e-5, abs=1e-5), row.claim.what


# Values that no shipped scenario and no row of the page has.
OWN: list[tuple[str, tuple[str, ...]]] = [
    ("baker", ("pay.schemes.0.rate=2.7", "service.textbook.measures.score.care=1.1", "service.textbook.value.care=0.3")),
    ("baker_best", ("service.textbook.principal=scale", "service.textbook.measures.score.gaming=0.05",
                    "service.textbook.risk_aversion=1.7", "service.textbook.measures.score.noise=2.1")),
    ("two_tasks", ("service.textbook.cross.counted.uncounted=0.15", "pay.schemes.0.rate=4.4")),
    ("two_tasks", ("service.textbook.cross.counted.uncounted=-0.5", "pay.schemes.0.rate=0.7")),  # complements
    ("linear_contract", ("service.textbook.risk_aversion=9", "service.textbook.activities.work.cost=0.2")),
    ("two_signals", ("service.textbook.measures.other.work=2", "service.textbook.activities.work.cost=1.6")),
    ("peer_benchmark", ("service.textbook.measures.result.common=0.3", "pay.schemes.0.peers=0.3",
                        "service.textbook.measures.result.noise=2.5")),
    ("falsification", ("audit.rate=0.3", "audit.fine=2.5", "service.textbook.activities.falsify.cost=0.1")),
    ("deterrence", ("audit.rate=0.9", "audit.fine=40", "pay.schemes.0.rate=180")),
    ("team_bonus", ("staff.team_size=8", "service.textbook.activities.work.cost=3")),
    ("tournament", ("staff.team_size=12", "pay.schemes.0.bonus=2", "service.textbook.measures.result.noise=2")),
    ("cliff", ("pay.schemes.0.bonus=2", "pay.schemes.0.target.start=1.9", "service.textbook.measures.result.noise=0.8")),
    ("ratchet", ("service.textbook.discount=0.8", "pay.schemes.0.target.step=0.2", "service.textbook.activities.work.cost=2")),
    ("metrics_best", ("service.textbook.attention=0.02", "service.textbook.value.good=1")),
    ("survey_error", ("customers.experience.fixed_score.a=0.4", "customers.experience.fixed_score.b=0.1",
                      "customers.count=2000")),
    ("selective_survey", ("measures.score.invite=[0.3, 0.1, 0.4]",)),
    ("nonresponse", ("customers.survey.extreme=1.5", "customers.survey.centre=5.5", "measures.score.response=0.05")),
    ("begging", ("staff.first_acts.pleading=0.55", "customers.experience.fixed_score.b=0.6")),
    ("regression", ("staff.engagement.b=0.4", "customers.survey.style.b=1.2")),
    ("rank_agreement", ("staff.engagement.b=0.4", "customers.survey.style.b=1.2")),
    ("expectation", ("weeks=7", "customers.experience.adaptation=0.35")),
    ("drift", ("customers.experience.adaptation=0.3", "customers.experience.drift=0.05")),
    ("failure_demand", ("service.work.resolution=0.4", "customers.return_cap=1", "customers.return_probability=0.6")),
    ("queue", ("service.queue.staffed=6", "service.queue.stands_for=0.3")),
    ("imitation", ("pay.schemes.0.rate=3", "staff.first_acts.rushing.a=0.3")),
    ("skill", ("staff.learning.practice=0.17", "weeks=37")),
    ("skill_and_turnover", ("staff.learning.practice=0.15", "staff.wellbeing.quit_rate=0.8")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sets"), OWN, ids=[f"{name}-{i}" for i, (name, _) in enumerate(OWN)])
def test_other_values_agree_too(name: str, sets: tuple[str, ...]) -> None:
    assert all([*BY_NAME[name].always, *sets] != line["set"] for line in KEPT if line["case"] == name)
    case = BY_NAME[name]
    assert not wrong(compared(replace(case, replicates=min(case.replicates, FEW)), sets))


def test_there_are_twenty_closed_forms_at_several_values_each() -> None:
    assert {case.number for case in CASES} == set(range(1, 21))
    assert len(BY_NAME) == len(CASES)
    for number in range(1, 21):
        assert len({sets for case in CASES if case.number == number for sets in case.settings}) >= 3
    assert {case.scenario for case in CASES} <= set(catalogue.names())


def test_a_drawn_figure_would_not_agree_with_much_else() -> None:
    """Four standard errors are 15 % of every predicted figure or less; of one that is zero, of the largest of its kind."""
    drawn = [line for line in KEPT if line["tolerance"] is None and line["error"]]
    largest: dict[tuple[str, str], float] = {}
    for line in drawn:
        key = (line["case"], line["what"])
        largest[key] = max(largest.get(key, 0.0), abs(line["target"]))
    power = {}
    for line in drawn:
        case, what, target = line["case"], line["what"], abs(line["target"])
        power[case, what, *line["set"]] = 4.0 * line["error"] / (target if target > EXACT else largest[case, what])
    assert len(power) == len(drawn)
    assert not {key: share for key, share in power.items() if share > 0.15}


def test_drawn_figures_are_off_by_about_their_errors() -> None:
    """Neither always inside nor outside: a root mean square of 1, more by the tails of Student's t of 15 degrees and more.

    Figures of the same runs move together, so the runs of a setting count once; those of two settings share no luck.
    """
    off = rendered.misses(KEPT)
    assert len(off) > 30
    assert len({line["seed"] for line in KEPT}) == len({(line["scenario"], *line["set"]) for line in KEPT})
    first = [round(own[0], 4) for own in off]
    assert len(set(first)) == len(first), "two settings off by the same: the same luck twice"
    mean_square = sum(sum(z * z for z in own) / len(own) for own in off) / len(off)
    assert 0.4 < mean_square < 2.0


def test_a_wrong_formula_is_seen() -> None:
    """Predictions a tenth off do not agree, exact or drawn."""
    for name in ("baker", "two_signals", "failure_demand", "queue"):
        case = BY_NAME[name]
        off = tuple(replace(claim, predicted=lambda played, p=claim.predicted: 1.1 * p(played)) for claim in case.claims)
        rows = compared(replace(case, claims=off), case.settings[0])
        assert not any(row.ok for row in rows if row.claim.what != "mean wait, minutes"), name


@pytest.mark.parametrize("part", ["world", "rules", "incentives"])
def test_the_engine_knows_no_case(part: str) -> None:
    words = {case.scenario.partition("/")[2] for case in CASES} - {"cliff", "tournament", "ratchet", "queue", "expectation",
             "skill", "drift", "imitation", "nonresponse"}  # fmt: skip
    for path in (ROOT / "sim" / part).glob("*.py"):
        found = set(re.findall(r"[\"']([a-z_]+)[\"']", path.read_text(encoding="utf-8"))) & words
        assert not found, f"{path.name} names {found}"
        assert "textbook/" not in path.read_text(encoding="utf-8")


# --- the command and the page -------------------------------------------------------------------------------------------


def told(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """How `gamed` with these arguments ends: status, output, messages."""
    monkeypatch.setattr("sys.argv", ["gamed", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_the_command_prints_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "rows.json"
    status, out, err = told(["theory", "two_tasks", "6", "--json", "--out", str(file)], monkeypatch, capsys)
    rows = json.loads(out)
    assert (status, err) == (0, "")
    assert {row["case"] for row in rows} == {"two_tasks", "team_bonus"}
    for row in rows:
        assert row["ok"] is True
        assert row["measured"] == pytest.approx(row["target"], rel=1e-9, abs=1e-9)
    assert [line["what"] for line in json.loads(file.read_text(encoding="utf-8"))] == [row["what"] for row in rows]
    status, out, err = told(["theory", "team_bonus"], monkeypatch, capsys)
    assert (status, err) == (0, "")
    assert "b / (N c)" in out
    assert out.endswith("4 of 4 figures agree\n")


def test_what_does_not_agree_is_said_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = BY_NAME["team_bonus"]
    claim = replace(case.claims[0], predicted=lambda played: 7.0)
    monkeypatch.setattr("sim.experiments.theory.CASES", (replace(case, claims=(claim,)),))
    status, out, _ = told(["theory"], monkeypatch, capsys)
    assert status == 1
    assert "  NO  effort" in out


def test_an_unknown_case_is_the_users_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = told(["theory", "bakker"], monkeypatch, capsys)
    assert status == 2
    assert "no such case" in err
    assert "did you mean baker" in err


def test_cases_are_found_by_name_number_and_scenario() -> None:
    assert [case.name for case in named("3")] == ["linear_contract", "two_signals", "peer_benchmark"]
    assert [case.name for case in named("textbook/regression")] == ["regression", "rank_agreement"]
    assert named("four") == []


def test_the_page_is_written_from_the_kept_figures() -> None:
    assert (ROOT / "docs/theory.md").read_text(encoding="utf-8") == rendered.page(KEPT)
    broken = [{**line, "ok": False} for line in KEPT]
    assert "**no**" in rendered.page(broken)
    assert rendered.agreed(broken).startswith(f"0 of {len(KEPT)} figures agree")
