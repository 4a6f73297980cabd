"""`gamed bench` at a tiny size: rows come out well-formed, and results that differ are seen. No time is asserted."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from twin import turns
from typer.testing import CliRunner

from sim.bench import catalogue, floor, growth, page, paydays, published, sweeping, twin
from sim.bench.child import elsewhere
from sim.bench.row import Row, Target, row
from sim.bench.size import QUICK
from sim.bench.worlds import world
from sim.cli import app
from sim.scenario.errors import ScenarioError
from sim.world import Organisation, choice, foresight, start
from sim.world import state as st

FIELDS = {*Row._fields, "ok"}
SPEC = world(QUICK.customers, QUICK.staff, QUICK.team, QUICK.weeks)


def well_formed(rows: Any) -> None:
    assert isinstance(rows, list)
    assert rows
    for found in rows:
        assert set(found) == FIELDS
        assert found["bench"] in catalogue.NAMES
        low, high = found["spread"]
        assert low <= found["median"] <= high
        assert found["repetitions"] >= 1
        assert found["correct"] in (True, None)
        assert found["target"] is None  # a tiny world is no measurement


def here(task: str, *arguments: Any, compiled: bool = True) -> tuple[Any, float]:
    """What needs no other process than this one, in this one: starting one costs more than a tiny measurement."""
    if not compiled:
        return elsewhere(task, *arguments, compiled=False)
    module, _, name = task.partition(":")
    return getattr(importlib.import_module(module), name)(*arguments), 1.0


def test_a_measurement_elsewhere_comes_back_with_the_memory_it_took() -> None:
    value, peak = elsewhere("math:hypot", 3.0, 4.0)
    assert value == 5.0
    assert peak > 1.0


@pytest.mark.parametrize("name", [family.name for family in catalogue.FAMILIES if not family.asked])
def test_every_family_yields_rows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("__init__", "run"):  # which a sweep that is measured has timed in its process; here they come back
        monkeypatch.setattr(Organisation, method, getattr(Organisation, method))
    for module in (floor, growth, paydays, published, sweeping):
        monkeypatch.setattr(module, "elsewhere", here)
    done = CliRunner().invoke(app, ["bench", "--quick", "--json", "--only", name])
    assert done.exit_code == 0
    well_formed(json.loads(done.stdout))


def test_an_unknown_family_is_named_with_those_there_are() -> None:
    done = CliRunner().invoke(app, ["bench", "--only", "flor"])
    assert isinstance(done.exception, ScenarioError)
    assert "floor" in str(done.exception)


def test_without_the_twin_it_says_where_one_is(tmp_path: Path) -> None:
    with pytest.raises(twin.NoTwinError, match="clone"):
        next(twin.rows(QUICK, tmp_path))


class Double:
    """In the place of a process that plays the twin: the engine here, one mind of which is told wrong by so much."""

    def __init__(self, wrong: float) -> None:
        self.wrong = wrong

    def __enter__(self) -> Double:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def ask(self, order: Any) -> Any:
        if isinstance(order, tuple):
            self.player = turns.Player(turns.ENGINE, *order[1:])
            return None
        turn = self.player.play(order)
        turn.state["customer.end"][0] += self.wrong
        return turn


@pytest.mark.parametrize("wrong", [0.0, 1e-6])
def test_agents_that_differ_are_seen(wrong: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for owner, name in ((start, "of"), (choice, "choose"), (foresight, "effects"), (foresight, "ability_effects")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # players change them for their process; here they come back
    monkeypatch.setattr(twin, "Player", lambda _, __, compiled: Double(0.0 if compiled else wrong))
    found, equal = twin.in_turns(SPEC, 3, QUICK.keyed_weeks, twin.TESTS)
    assert equal == (wrong == 0.0)
    assert ("in history 3 after week 0: customer.end" in capsys.readouterr().err) == (wrong > 0.0)
    played = found[twin.UNKEYED]
    assert sum(turn.contacts for turn in played) == Organisation(SPEC, 3).run().recorder.counts[:, st.N_CONTACTS].sum()
    assert twin.alike(SPEC, [played, played], 6)[0]
    shifted = [turn._replace(contacts=turn.contacts * 5) for turn in played]
    assert not twin.alike(SPEC, [played, shifted], 6)[0], "every history is checked"


def turn(seconds: float, called: float = 0.0) -> turns.Turn:
    return turns.Turn(seconds, seconds, called, called, 10.0, 10.0, None, 0.0, None)


def test_a_ratio_is_the_median_over_histories_and_the_target_is_asked_of_both_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three histories of two pay periods; one of them ten times as slow as the others, and one that went another way."""
    theirs = {0: [turn(100.0, 60.0), turn(300.0, 160.0)], 1: [turn(2000.0), turn(2000.0)], 2: [turn(250.0, 75.0)] * 2}
    asked = []

    def play(_: Any, replicate: int, weeks: int, __: Path) -> Any:
        asked.append(replicate)
        both = {twin.ENGINE: [turn(1.0), turn(1.0)], twin.UNKEYED: theirs[replicate], twin.KEYED: theirs[replicate][:1]}
        return both, differs != replicate

    monkeypatch.setattr(twin, "in_turns", play)
    for agree, differs in ((True, 7), (True, 2), (False, 7)):
        monkeypatch.setattr(twin, "alike", lambda *_, agree=agree: (agree, ""))
        whole, left_out, _, _, keyed = list(twin.rows(QUICK._replace(full=True, histories=3)))[1:]
        assert asked[-3:] == [0, 1, 2]
        assert (whole.ratio, whole.median, whole.repetitions) == (250.0, 275e3, 6)
        assert (left_out.ratio, whole.target, left_out.target) == (175.0, Target("at least", 100.0), Target("at least", 100.0))
        assert keyed.ratio == 250.0
        assert (whole.correct, keyed.correct) == (agree, differs == 7)


def test_a_row_is_all_right_when_results_agree_and_the_target_is_reached() -> None:
    fast = row("floor", "x", "", "ns", [3.0, 1.0, 2.0], ratio=3.0, target=Target("at most", 2.5))
    assert (fast.median, fast.spread, fast.ok) == (2.0, (1.5, 2.5), False)
    assert fast._replace(target=Target("at most", 2.5, "median")).ok is True
    assert fast._replace(target=Target("at least", 2.5), correct=False).ok is False
    assert fast._replace(target=None).ok is None


def test_the_page_keeps_what_stands_above_the_mark(tmp_path: Path) -> None:
    rows = [row("floor", "x", "what", "ns", [2.0], note="so").plain()]
    path = tmp_path / "performance.md"
    path.write_text(f"Mine.\n{page.MARK}old", encoding="utf-8")
    told = page.kept(path, rows)
    assert told.startswith(f"Mine.\n{page.MARK}")
    assert "old" not in told
    assert "| x (1) | what | 2 ns | once |" in told
    kept = json.loads(page.kept(tmp_path / "rows.json", rows))
    assert kept["rows"] == rows
    assert kept["machine"]["mesa"]


def test_numbers_are_told_in_three_figures() -> None:
    assert [page.number(x) for x in (0.12345, 12.345, 1234.5)] == ["0.123", "12.3", "1,234"]
