"""The command line: runs and comparisons, what is printed, where they go, how they end. The engine is a stand-in."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Engine, Gamed, Rendered, engine, gamed

import sim
from sim.experiments.arms import resolve
from sim.experiments.resume import job_of
from sim.scenario.loading import load

__all__ = ["engine", "gamed"]  # fixtures


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
    assert "to see what is there: gamed report results/world-1" in told.err
    assert told.out == ""
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
