"""The command line: scenarios listed, shown, checked, begun; what is wrong with what was typed. The engine is a stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import WORLD, Gamed, gamed

import sim
from sim.scenario.loading import load

__all__ = ["gamed"]  # a fixture


def test_list_groups_by_folder(gamed: Gamed) -> None:
    told = gamed("list")
    assert told.status == 0
    assert told.out.splitlines() == [
        "  salary          Nobody is paid on anything.",
        "",
        "textbook/",
        "  textbook/small  Theory.",
    ]
    assert json.loads(gamed("list", "--json").out)[1] == {"name": "textbook/small", "about": "Theory."}


def test_show_prints_the_story_and_the_file(gamed: Gamed) -> None:
    told = gamed("show", "salary")
    assert told.out.startswith("Salary: Nobody is paid on anything.\n\nOnce.\n\nThings to notice:\n  - this\n")
    assert told.out.endswith("notice: [this]\n")


def test_show_full_fills_in_every_default(gamed: Gamed) -> None:
    lines = gamed("show", "world.yaml", "--full", "--set", "audit.rate=0.5").out.splitlines()
    assert "weeks: 4  # weeks; this file:3" in lines
    assert "  rate: 0.5  # --set" in lines
    assert "burn_in: 28  # weeks; shipped default" in lines
    assert json.loads(gamed("show", "world.yaml", "--full", "--json").out)["origins"]["weeks"] == "this file:3"


def test_validate_tells_every_fault_of_every_file(gamed: Gamed) -> None:
    Path("bad.yaml").write_text("name: x\nwekes: 3\naudit: {rate: 2}\n")
    told = gamed("validate", "world.yaml", "bad.yaml", "salary")
    assert told.status == 2
    assert told.out == "world.yaml: ok (World)\nsalary: ok (Salary)\n"
    assert [line.split(": ")[0] for line in told.err.splitlines()] == ["bad.yaml:2:1", "bad.yaml:3:15"]
    rows = json.loads(gamed("validate", "--json", "world.yaml", "bad.yaml").out)
    assert [row["ok"] for row in rows] == [True, False]
    assert rows[1]["faults"][0]["path"] == "wekes"


def test_validate_knows_a_study_from_a_scenario(gamed: Gamed) -> None:
    Path("study.yaml").write_text("name: S\nbase: salary\nfactors: {audit.rate: [0, 0.1]}\n")
    assert gamed("validate", "study.yaml").out == "study.yaml: ok (S)\n"
    Path("study.yaml").write_text("name: S\nbase: salary\nfactors: {audit.rat: [0, 0.1]}\n")
    told = gamed("validate", "study.yaml")
    assert told.status == 2
    assert told.err.startswith("study.yaml:3:23: audit.rat: unknown key (did you mean rate?)")


def test_schema_prints_or_writes(gamed: Gamed) -> None:
    schema = json.loads(gamed("schema").out)
    assert "extends" in schema["properties"]
    assert gamed("schema", "--out", "s.json").out == "wrote s.json\n"
    assert json.loads(Path("s.json").read_text()) == schema
    told = gamed("schema", "--out", "nowhere/s.json")
    assert (told.status, told.err) == (2, "nowhere/s.json: cannot be written: No such file or directory\n")


def test_new_writes_a_valid_scenario_and_overwrites_nothing(gamed: Gamed) -> None:
    assert gamed("new", "mine").status == 0
    assert load("mine.yaml").spec.pay.schemes[0].rate == 6
    assert json.loads(Path("gamed.schema.json").read_text())["title"] == "Gamed scenario"
    Path("mine.yaml").write_text(WORLD)
    told = gamed("new", "mine")
    assert (told.status, "exists already" in told.err) == (2, True)
    assert Path("mine.yaml").read_text() == WORLD
    assert gamed("new", "../mine").status == 2


# --- wrong input --------------------------------------------------------------------------------------------------------

WRONG = [
    (["rnu"], "No such command 'rnu'. Did you mean 'run'?"),
    (["run", "world.yaml", "--wekes", "3"], "--weeks"),
    (["run"], "Missing argument"),
    (["run", "salry"], "salry: no such scenario or file (did you mean salary?"),
    (["run", "world.yaml", "--weeks", "0"], "--weeks=0: weeks: is out of bounds"),
    (["run", "world.yaml", "--weeks", "many"], "Invalid value for '--weeks'"),
    (["run", "world.yaml", "--replicates", "0"], "--replicates=0: replicates: is out of bounds"),
    (["run", "world.yaml", "--seed", "-1"], "--seed=-1: seed: is out of bounds"),
    (["run", "world.yaml", "--workers", "0"], "Invalid value for '--workers'"),
    (["run", "world.yaml", "--set", "wekes=3"], "--set wekes=3: wekes: unknown key (did you mean weeks?)"),
    (["run", "world.yaml", "--out", "."], "--out .: holds no result of gamed, but world.yaml; nothing is overwritten"),
    (["run", "world.yaml", "--out", "world.yaml"], "--out world.yaml: is a file; a folder is needed"),
    (["run", "world.yaml", "--out", "world.yaml/below/it"], "world.yaml/below/it: cannot be written to (Not a directory)"),
    (["compare", "salary", "textbook/small"], "textbook, but Salary has contacts: they share neither customers nor"),
    (["compare", "salary", "world.yaml", "--budget", "none"], "Invalid value for '--budget'"),
    (["compare", "slary", "wrld"], "slary: no such scenario or file"),
    (["report", "nowhere"], "nowhere: holds no finished result"),
    (["show", "nowhere"], "nowhere: no such scenario or file"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_wrong_input_ends_with_2_and_no_traceback(
    gamed: Gamed, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    told = gamed(*arguments)
    assert told.status == 2
    assert message in told.err
    assert "Traceback" not in told.err
    assert sorted(path.name for path in Path().iterdir()) == ["world.yaml"]


def test_the_faults_of_all_scenarios_are_told(gamed: Gamed) -> None:
    told = gamed("compare", "slary", "wrld")
    assert [line.split(":")[0] for line in told.err.splitlines()] == ["slary", "wrld"]


def test_without_a_command_there_is_help(gamed: Gamed) -> None:
    assert "Commands:" in gamed("--help").out
    told = gamed()
    assert "Commands:" in told.out + told.err


def test_the_version_is_told(gamed: Gamed) -> None:
    told = gamed("--version")
    assert (told.status, told.out) == (0, f"gamed {sim.__version__}\n")


def test_the_public_names_exist() -> None:
    assert set(sim.__all__) <= set(dir(sim))
    assert sim.ScenarioError.__name__ == "ScenarioError"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sim.nothing
