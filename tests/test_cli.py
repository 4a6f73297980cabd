"""The command line: what it prints, where it writes, with which status it ends. The engine is a stand-in here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.__main__ import main
from sim.experiments.arms import resolve
from sim.experiments.resume import job_of
from sim.scenario import catalogue
from sim.scenario.loading import load

WORLD = "name: World\nabout: A small world.\nweeks: 4\n"
TEXTBOOK = """
customers: {count: 1}
service:
  technology: textbook
  textbook: {activities: {work: {cost: 1, motive: 1}}, measures: {count: {work: 1}}, value: {work: 1}}
"""


@dataclass
class Told:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass
class Ran:
    """What a stand-in for `run` gives back."""

    folder: Path | None
    tables: dict[str, Any] = field(default_factory=lambda: {"series": []})
    failures: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False
    problem: str | None = None


@dataclass
class Rendered:
    """What a stand-in for `render` gives back."""

    html: Path | None
    verdict: str = "All is well."
    table: str = "measure  reported  true"

    def as_dict(self) -> dict[str, Any]:
        return {"verdict": self.verdict}


Gamed = Callable[..., Told]


@pytest.fixture
def gamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gamed:
    """The command, run in an empty folder beside a catalogue with the scenarios `salary` and `textbook/small`."""
    shipped = tmp_path / "shipped"
    (shipped / "textbook").mkdir(parents=True)
    (shipped / "salary.yaml").write_text("name: Salary\nabout: Nobody is paid on anything.\nstory: Once.\nnotice: [this]\n")
    (shipped / "textbook/small.yaml").write_text(f"name: Small\nabout: Theory.\n{TEXTBOOK}")
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(catalogue, "root", lambda: shipped)
    monkeypatch.chdir(tmp_path / "work")
    Path("world.yaml").write_text(WORLD)

    def call(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["gamed", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return Told(int(end.value.code or 0), told.out, told.err)

    return call


@dataclass
class Engine:
    """Notes how it was called, and makes a folder as a real run does."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None
    makes_a_folder: bool = True

    def __call__(self, loaded: Any, **options: Any) -> Ran:
        self.calls.append({"loaded": loaded, **options})
        if self.error is not None:
            raise self.error
        if self.makes_a_folder:
            options["out"].mkdir(parents=True)
            (options["out"] / "manifest.json").write_text("{}")
        return Ran(**{"folder": options["out"], **self.changes})


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A stand-in for `run`, `compare` and `render`."""
    stand_in = Engine()
    monkeypatch.setattr(sim, "run", stand_in, raising=False)
    monkeypatch.setattr(sim, "compare", stand_in, raising=False)
    monkeypatch.setattr(sim, "render", lambda folder: Rendered(folder / "report.html"), raising=False)
    return stand_in


# --- scenarios ----------------------------------------------------------------------------------------------------------


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


# --- runs ---------------------------------------------------------------------------------------------------------------


def test_run_passes_on_what_was_asked_and_prints_the_verdict(gamed: Gamed, engine: Engine) -> None:
    told = gamed("run", "world.yaml", "--weeks", "3", "--seed", "5", "--replicates", "2", "--workers", "1", "--micro")
    assert told.status == 0
    assert told.out == (
        "All is well.\n\nmeasure  reported  true\n\n"
        "report: results/world-1/report.html\ntables: results/world-1\n"
    )
    call = engine.calls[0]
    spec = call.pop("loaded").spec
    assert (spec.weeks, spec.seed, spec.replicates) == (3, 5, 2)
    where = {"workers": 1, "cluster": None, "out": Path("results/world-1")}
    assert call == {"replicates": 2, **where, "progress": True, "micro": True}


def test_compare_takes_several_and_equal_budgets(gamed: Gamed, engine: Engine) -> None:
    gamed("compare", "salary", "world.yaml", "--set", "customers.count=100", "--quiet")
    gamed("compare", "salary", "world.yaml", "--budget", "as_written")
    assert [each.spec.name for each in engine.calls[0]["loaded"]] == ["Salary", "World"]
    assert [each.spec.customers.count for each in engine.calls[0]["loaded"]] == [100, 100]
    assert [call["budget"] for call in engine.calls] == ["equal", "as_written"]
    assert [call["progress"] for call in engine.calls] == [False, True]
    assert [call["out"] for call in engine.calls] == [Path(f"results/salary-world-{n}") for n in (1, 2)]


def test_an_empty_folder_may_be_named(gamed: Gamed, engine: Engine) -> None:
    assert gamed("run", "world.yaml", "--out", "a/b").status == 0
    assert engine.calls[0]["out"] == Path("a/b")
    told = gamed("run", "world.yaml", "--out", "a/b")
    assert (told.status, "gamed report a/b" in told.err) == (2, True)


def test_a_folder_that_holds_the_same_job_is_gone_on_with(gamed: Gamed, engine: Engine) -> None:
    def leave(finished: list[int], **changes: Any) -> None:
        job = {**job_of(resolve([load("world.yaml")]), 3, "as_written", False), **changes}
        arms = [{"scenario": "World", "finished": finished}]
        Path("a").mkdir(exist_ok=True)
        Path("a/manifest.json").write_text(json.dumps({"job": job, "arms": arms, "pilots": []}))

    engine.makes_a_folder = False
    asked = ("run", "world.yaml", "--replicates", "3", "--out", "a")
    leave([0, 2])
    told = gamed(*asked)
    assert (told.status, told.err) == (0, "gamed: a holds 2 of 3 runs of this; going on from there.\n")
    assert engine.calls[-1]["out"] == Path("a")
    assert gamed(*asked, "--quiet").err == ""
    leave([0, 1, 2])
    assert "holds this result already, all 3 runs; nothing is played again" in gamed(*asked).err
    for changes, words in (
        ({"replicates": 8}, "replicates 8 there, 3 asked for"),
        ({"scenarios": {"World": "other"}}, "World with other values"),
        ({"scenarios": {"Salary": "other"}}, "other scenarios"),
        ({"micro": True}, "with --micro there"),
        ({"source": "other"}, "made by another version of gamed"),
    ):
        leave([0, 1, 2], **changes)
        told = gamed(*asked)
        assert (told.status, words in told.err, "gamed report a)" in told.err) == (2, True, True), told.err


def test_json_and_quiet_print_nothing_else(gamed: Gamed, engine: Engine) -> None:
    assert json.loads(gamed("run", "world.yaml", "--json").out) == {"verdict": "All is well."}
    assert gamed("run", "world.yaml", "--quiet").out == "results/world-2/report.html\n"


@pytest.mark.parametrize(("display", "opened"), [(":0", 1), ("", 0)])
def test_the_report_is_opened_only_where_there_is_a_screen(
    gamed: Gamed, engine: Engine, monkeypatch: pytest.MonkeyPatch, display: str, opened: int
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("webbrowser.open", seen.append)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    gamed("run", "world.yaml", "--open")
    assert len(seen) == opened


def test_a_run_in_which_replicates_fail_ends_with_1_and_says_what_is_kept(gamed: Gamed, engine: Engine) -> None:
    engine.changes = {"failures": [{"scenario": "World", "replicate": 3, "stage": "run", "message": "it broke"}]}
    told = gamed("run", "world.yaml")
    assert told.status == 1
    assert "gamed: scenario World, replicate 3: it broke\n" in told.err
    assert "1 failed; what was finished is in results/world-1. The traces are in results/world-1/manifest.json." in told.err
    assert "All is well." in told.out


def test_an_interrupted_run_ends_with_130_and_says_what_is_kept(gamed: Gamed, engine: Engine) -> None:
    engine.changes = {"interrupted": True}
    told = gamed("run", "world.yaml")
    assert told.status == 130
    assert "interrupted; what was finished is in results/world-1" in told.err
    engine.changes = {"interrupted": True, "tables": {}, "folder": None}
    told = gamed("run", "world.yaml")
    assert (told.status, told.out) == (130, "")
    assert "interrupted; nothing was finished" in told.err
    engine.changes = {"interrupted": True, "tables": {}}
    told = gamed("run", "world.yaml")
    assert (told.status, told.out) == (130, "")
    assert "pilots that make budgets equal are kept in results/world-" in told.err
    assert "The same command with --out results/world-" in told.err
    engine.error = KeyboardInterrupt()
    assert gamed("run", "world.yaml").status == 130


@pytest.mark.parametrize("command", ["run salary", "compare salary world.yaml", "sweep study.yaml"])
def test_a_cluster_without_its_packages_is_refused_with_the_way_to_get_them(
    gamed: Gamed, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    Path("study.yaml").write_text("name: Study\nbase: world.yaml\nfactors: {audit.rate: [0, 0.5]}\n")
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = gamed(*command.split(), "--dask", "tcp://127.0.0.1:1")
    assert told.status == 2
    assert "--dask tcp://127.0.0.1:1: needs the package distributed" in told.err
    assert "pip install '.[cluster]'" in told.err
    assert not Path("results").exists()


def test_a_cluster_that_is_lost_ends_with_1_and_says_what_is_kept(gamed: Gamed, engine: Engine) -> None:
    engine.changes = {"interrupted": True, "problem": "the Dask scheduler at here is gone"}
    told = gamed("compare", "salary", "world.yaml", "--dask", "here")
    assert engine.calls[-1]["cluster"] == "here"
    assert told.status == 1
    assert "gamed: the Dask scheduler at here is gone; what was finished is in results/salary-world-1" in told.err


def test_a_fault_of_the_program_ends_with_1_and_its_trace(gamed: Gamed, engine: Engine) -> None:
    engine.error = RuntimeError("a bug")
    told = gamed("run", "world.yaml")
    assert told.status == 1
    assert "Traceback" in told.err
    assert told.err.endswith("gamed: the run failed: RuntimeError: a bug\nNothing was finished.\n")
    engine.error = PermissionError(13, "Permission denied", "results")
    told = gamed("run", "world.yaml")
    assert (told.status, "Traceback" in told.err) == (1, False)


def test_a_report_that_breaks_does_not_hide_the_result(
    gamed: Gamed, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> Rendered:
        raise RuntimeError("no ink")

    monkeypatch.setattr(sim, "render", broken)
    told = gamed("run", "world.yaml")
    assert told.status == 1
    assert told.err.endswith(
        "gamed: the report failed: RuntimeError: no ink\n"
        "The tables are in results/world-1; once mended: gamed report results/world-1\n"
    )
    engine.changes = {"interrupted": True}
    assert gamed("run", "world.yaml").status == 130
    told = gamed("report", "results/world-1")
    assert (told.status, "The tables are as they were in results/world-1." in told.err) == (1, True)


def test_a_folder_without_a_result_is_wrong_input(gamed: Gamed) -> None:
    Path("broken").mkdir()
    Path("broken/manifest.json").write_text("oops")
    told = gamed("report", "broken")
    assert (told.status, told.err.startswith("broken: holds no finished result: JSONDecodeError")) == (2, True)


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
