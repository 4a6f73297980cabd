"""Runner and crew, on a toy engine: what they promise does not depend on the science."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toy_engine import PAID, alive, full_disk, put_in_place, script, spec, start, wait_for, workers_of

from sim.experiments import compare, read, run
from sim.experiments import runner as runner_module
from sim.experiments.crew import Crew
from sim.experiments.jobs import Job
from sim.experiments.processes import cores
from sim.experiments.runner import workers_for
from sim.scenario.errors import ScenarioError


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch)


def digests(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "manifest.json").read_text())["files"]
    return found


class TestRun:
    def test_tables_carry_the_scenario_first_and_read_back_the_same(self, tmp_path: Path) -> None:
        result = run(spec(), out=tmp_path / "a", workers=1)
        tables, manifest = read(tmp_path / "a")
        assert result.folder == tmp_path / "a"
        assert list(result.tables) == ["series", "staff"]
        assert result.tables["series"].columns[0] == "scenario"
        assert set(result.tables["series"]["replicate"]) == {0, 1, 2}
        for name, frame in result.tables.items():
            pd.testing.assert_frame_equal(frame, tables[name])
        assert manifest == json.loads(json.dumps(result.manifest))
        assert manifest["arms"][0]["finished"] == [0, 1, 2]

    def test_a_summary_that_fails_leaves_the_tables(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runner_module, "summaries", full_disk)
        result = run(spec(), out=tmp_path, workers=1)
        assert [f["stage"] for f in result.failures] == ["summary"]
        assert list(read(tmp_path)[0]) == ["series", "staff"]
        assert not (tmp_path / "summary.csv").exists()

    def test_customers_only_when_asked(self) -> None:
        assert "customers" in run(spec(), workers=1, micro=True, replicates=1).tables

    def test_a_failing_replicate_is_a_row_and_the_others_are_kept(self, tmp_path: Path) -> None:
        result = run(spec(about="fail 1"), workers=1, out=tmp_path)
        assert set(result.tables["series"]["replicate"]) == {0, 2}
        (failure,) = result.failures
        assert failure["scenario"] == "Toy"
        assert failure["replicate"] == 1
        assert failure["stage"] == "run"
        assert failure["message"] == "ValueError: this one is broken; on purpose"
        assert "in run" in failure["trace"]
        assert read(tmp_path)[1]["arms"][0]["finished"] == [0, 2]

    def test_nothing_finished_gives_no_tables_but_a_folder_with_the_failures(self, tmp_path: Path) -> None:
        result = run(spec(about="fail 0"), workers=1, replicates=1, out=tmp_path)
        assert result.tables == {}
        assert read(tmp_path) == ({}, result.manifest)

    def test_interrupted_before_anything_was_finished_leaves_no_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(runner_module, "watched", interrupt)
        result = run(spec(), workers=1, out=tmp_path / "out")
        assert result.interrupted
        assert result.folder is None
        assert not (tmp_path / "out").exists()

    def test_the_folder_is_tried_before_the_work(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for place in (tmp_path / "file", tmp_path / "file" / "folder" / "below"):
            with pytest.raises(ScenarioError, match=r"file.*: cannot be written to"):
                run(spec(), out=place)


class TestCrew:
    def test_any_number_of_workers_gives_the_same_bytes(self, tmp_path: Path) -> None:
        arms = [spec("A"), spec("B", pay={"schemes": PAID})]
        for workers in (1, 2, 3):
            compare(arms, workers=workers, out=tmp_path / str(workers), replicates=5)
        assert digests(tmp_path / "1") == digests(tmp_path / "2") == digests(tmp_path / "3")

    def test_a_worker_killed_once_costs_nothing(self, tmp_path: Path) -> None:
        whole = run(spec(), workers=2, replicates=6)
        hurt = run(spec(about=f"once {tmp_path / 'mark'}"), workers=2, replicates=6)
        assert hurt.failures == []
        pd.testing.assert_frame_equal(whole.tables["series"], hurt.tables["series"])

    def test_a_run_that_always_kills_its_worker_is_given_up_alone(self) -> None:
        result = run(spec(about="kill 2"), workers=2, replicates=6)
        assert [(f["replicate"], f["stage"]) for f in result.failures] == [(2, "worker")]
        assert set(result.tables["series"]["replicate"]) == {0, 1, 3, 4, 5}

    def test_what_cannot_be_sent_is_a_failure(self) -> None:
        with Crew(2) as crew:
            (outcome,) = crew.play([Job((0, 0), spec(), 0, lambda model: None, "toy_engine:Toy")])
        assert outcome.failure is not None
        assert outcome.failure.stage == "transfer"

    def test_a_script_without_a_main_guard_still_gets_its_result(self, tmp_path: Path) -> None:
        done = script(tmp_path, "print('rows', len(run(spec(), workers=2).tables['series']))", guard=False)
        assert done.stdout.splitlines()[-1] == "rows 12"
        assert "__main__" in done.stderr

    def test_workers_end_with_a_killed_parent(self, tmp_path: Path) -> None:
        process = start(tmp_path, f"run(spec(about='slow {tmp_path}'), workers=2, replicates=5000)")
        children = wait_for(lambda: len(workers_of(process.pid)) >= 2 and workers_of(process.pid))
        process.kill()
        process.wait()
        wait_for(lambda: not any(alive(child) for child in children))

    def test_workers_start_only_where_they_can_pay(self) -> None:
        assert workers_for([spec()], 3, None) == 1
        assert workers_for([spec(customers={"count": 100_000}, weeks=500)], 3, None) == min(cores(), 3)
        assert workers_for([spec()], 3, 8) == 3


class TestInterrupt:
    @pytest.mark.parametrize("workers", [1, 2])
    def test_ctrl_c_keeps_what_is_finished(self, tmp_path: Path, workers: int) -> None:
        body = f"""
            result = run(spec(about='slow {tmp_path}'), workers={workers}, replicates=500, out={str(tmp_path / "out")!r})
            print(result.interrupted, len(result.manifest['arms'][0]['finished']))"""
        process = start(tmp_path, body)
        wait_for(lambda: len(list(tmp_path.glob("begun-*"))) > 12)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to parent and workers alike
        begun = time.monotonic()
        stdout, stderr = process.communicate(timeout=20)
        assert time.monotonic() - begun < 5
        assert process.returncode == 0, stderr
        assert "Traceback" not in stderr
        interrupted, finished = stdout.split()
        tables, manifest = read(tmp_path / "out")
        assert interrupted == "True"
        assert manifest["interrupted"] is True
        assert 0 < int(finished) < 500
        assert tables["series"]["replicate"].nunique() == int(finished)
