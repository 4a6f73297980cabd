"""A call that was interrupted goes on where it stopped, and ends with the bytes of one that was not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toy_engine import PAID, put_in_place, spec

from sim.experiments import NotAResult, compare, read, run, standing
from sim.experiments import runner as runner_module
from sim.report import render

ARMS = [spec("S"), spec("A", pay={"schemes": PAID}), spec("B", pay={"schemes": [{**PAID[0], "rate": 9}]})]


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch)


class Watch:
    """Stands in for the progress bar: counts what was played, and presses Ctrl-C after `until` runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.played, self.until = 0, 10**9
        self.real = runner_module.watched
        monkeypatch.setattr(runner_module, "watched", self)

    def __call__(self, *args: Any, **options: Any) -> Iterator[Any]:
        for outcome in self.real(*args, **options):
            yield outcome
            self.played += 1
            if self.played == self.until:
                raise KeyboardInterrupt


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def files(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text())["files"]


@pytest.mark.parametrize("until", [1, 3, 8, 14])
def test_what_was_played_is_not_played_again(tmp_path: Path, watch: Watch, until: int) -> None:
    whole = compare(ARMS, workers=1, replicates=5, out=tmp_path / "whole")
    all_of_it, watch.played, watch.until = watch.played, 0, until
    cut = compare(ARMS, workers=1, replicates=5, out=tmp_path / "cut")
    assert cut.interrupted
    assert cut.folder == tmp_path / "cut"
    assert not standing(tmp_path / "cut", ARMS, replicates=5, budget="equal").whole
    watch.until = 10**9
    again = compare(ARMS, workers=1, replicates=5, out=tmp_path / "cut")
    assert not again.interrupted
    assert files(tmp_path / "cut") == files(tmp_path / "whole")
    assert [arm["money"] for arm in again.manifest["arms"]] == [arm["money"] for arm in whole.manifest["arms"]]
    # Pilots at the settled factor are runs played early; resumed, they are known by their bills and played once more.
    assert watch.played <= all_of_it + 2 * 4
    watch.played = 0
    shown = compare(ARMS, workers=1, replicates=5, out=tmp_path / "cut")
    assert watch.played == 0
    assert shown.manifest == again.manifest


def test_interrupted_among_the_pilots_keeps_them(tmp_path: Path, watch: Watch) -> None:
    watch.until = 3
    result = compare(ARMS, workers=1, out=tmp_path)
    assert (result.interrupted, result.folder, result.tables) == (True, tmp_path, {})
    assert len(result.manifest["pilots"]) == 3
    assert "0 of 9 runs of this and 3 pilots" in standing(tmp_path, ARMS, budget="equal").told
    with pytest.raises(NotAResult, match="no finished run"):
        render(tmp_path)


def test_another_job_takes_nothing_over(tmp_path: Path, watch: Watch) -> None:
    run(spec(), workers=1, out=tmp_path)
    watch.played = 0
    run(spec(seed=5), workers=1, out=tmp_path)
    assert watch.played == 3
    assert read(tmp_path)[1]["arms"][0]["seed"] == 5


def test_what_failed_is_tried_again(tmp_path: Path, watch: Watch) -> None:
    run(spec(about="fail 1"), workers=1, out=tmp_path)
    watch.played = 0
    assert len(run(spec(about="fail 1"), workers=1, out=tmp_path).failures) == 1
    assert watch.played == 1
