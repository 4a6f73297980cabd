"""The command `gamed` in an empty folder beside a small catalogue, and stand-ins for what it calls. Fixtures to be imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.__main__ import main
from sim.scenario import catalogue

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
