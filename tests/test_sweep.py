"""Sweeps: nothing finished is lost, nothing counts twice, whatever happens; on a toy world that takes milliseconds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import toy_sweep
from toy_engine import wait_for
from toy_sweep import write_study

from sim.experiments import files, lock, parts
from sim.experiments import plan as plan_module
from sim.experiments import sweep as sweep_module
from sim.experiments.lock import Busy
from sim.experiments.progress import Progress
from sim.experiments.sweep import SweepResult, sweep
from sim.experiments.sweep_folder import SweepFolder
from sim.scenario.errors import ScenarioError

HERE = Path(__file__).resolve().parent
FINAL = ("runs.parquet", "series.parquet", "design.parquet")


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps of this module play the toy and land every run at once."""
    toy_sweep.put_in_place(monkeypatch)
    monkeypatch.setattr(parts, "FANOUT", 4)


def tables(folder: Path) -> dict[str, bytes]:
    """The final tables, as bytes."""
    return {name: (folder / name).read_bytes() for name in FINAL}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study")


@pytest.fixture
def whole(study: Path, tmp_path: Path) -> dict[str, bytes]:
    """The tables of a sweep that nothing happened to."""
    assert sweep(study, out=tmp_path / "whole", workers=1).complete
    return tables(tmp_path / "whole")


class TestFolder:
    def test_manifest_and_design_are_there_before_the_first_run(self, study: Path, tmp_path: Path) -> None:
        seen: list[list[str]] = []

        class Look(Progress):
            def begin(self, total: int, done: int = 0, failed: int = 0) -> None:
                seen.append(sorted(path.name for path in (tmp_path / "out").iterdir()))

        sweep(study, out=tmp_path / "out", workers=1, progress=Look(show=False))
        assert seen == [[".lock", "design.parquet", "manifest.json", "parts"]]

    def test_a_finished_sweep_has_a_row_a_run_and_no_parts(self, study: Path, tmp_path: Path) -> None:
        result = sweep(study, out=tmp_path / "out", workers=1)
        assert (result.runs, result.done, result.failed) == (24, 24, 0)
        runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
        assert runs["run"].tolist() == list(range(24))
        assert (runs["run"] == runs["replicate"] * 12 + runs["point"]).all()
        assert list(runs.columns[6:]) == [
            "pay.schemes.0.rate", "audit.rate", "nps.reported", "nps.true", "nps.gap", "nps.honest", "nps.excess",
            "nps.unread", "profit", "world.minutes",
        ]  # fmt: skip
        np.testing.assert_allclose(runs["nps.gap"], runs["pay.schemes.0.rate"])
        series = pd.read_parquet(tmp_path / "out" / "series.parquet")
        assert len(series) == 24 * 16
        assert list(series.columns) == ["run", "week", "nps.true", "world.minutes"]
        assert not list((tmp_path / "out" / "parts").iterdir())
        design = SweepFolder(tmp_path / "out").design
        assert design["audit.rate"].tolist()[:4] == pytest.approx([0, 1 / 6, 1 / 3, 0.5])

    def test_points_share_their_luck_unless_asked_otherwise(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "common", workers=1)
        more = write_study(tmp_path / "independent", more="luck: independent\n")
        sweep(more, out=tmp_path / "independent" / "out", workers=1)
        for place, spread in ((tmp_path / "common", False), (tmp_path / "independent" / "out", True)):
            runs = SweepFolder(place).runs()
            luck = runs["nps.true"] + runs["pay.schemes.0.rate"] * (1 - runs["audit.rate"])
            assert (luck.groupby(runs["replicate"]).std() > 1e-9).all() == spread

    def test_the_same_command_again_does_nothing(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.suffix == ".parquet"}
        assert sweep(study, out=tmp_path / "out", workers=1).complete
        assert before == {path: path.stat().st_mtime_ns for path in before}

    def test_a_folder_of_another_study_is_refused(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        study.write_text(study.read_text().replace("[1, 2, 3]", "[1, 2, 4]"))
        with pytest.raises(ScenarioError, match=r"holds another study \(factors.pay.schemes.0.rate.values.2: 3 there, 4 here\)"):
            sweep(study, out=tmp_path / "out", workers=1)

    def test_a_base_that_changed_is_another_study(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        base = study.parent / "toy.yaml"
        base.write_text(base.read_text() + "audit: {fine: 3}\n")
        with pytest.raises(ScenarioError, match=r"scenarios.toy.yaml.audit.fine: None there, 3 here"):
            sweep(study, out=tmp_path / "out", workers=1)

    def test_words_may_change(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        study.write_text(study.read_text().replace("name: Toy", "name: Better words"))
        assert sweep(study, out=tmp_path / "out", workers=1).complete

    @pytest.mark.parametrize(
        ("what", "told"), [("model_digest", "another version of the model"), ("package_versions", "made with other packages")]
    )
    def test_another_model_or_other_packages_are_refused(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, told: str
    ) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        monkeypatch.setattr(plan_module, what, lambda: {"numpy": "0"} if what == "package_versions" else "0")
        with pytest.raises(ScenarioError, match=told):
            sweep(study, out=tmp_path / "out", workers=1)

    def test_a_folder_of_something_else_is_refused(self, study: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.doc").touch()
        with pytest.raises(ScenarioError, match=r"is not empty and holds no study \(thesis.doc\)"):
            sweep(study, out=tmp_path / "out", workers=1)

    def test_two_sweeps_in_one_folder(self, study: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        with lock.held(tmp_path / "out"), pytest.raises(Busy, match=f"process {os.getpid()}"):
            sweep(study, out=tmp_path / "out", workers=1)
        assert sweep(study, out=tmp_path / "out", workers=1).complete


class TestFailures:
    def test_a_failed_run_is_a_row_and_the_others_are_played(self, tmp_path: Path) -> None:
        result = sweep(write_study(tmp_path, about="fail 1"), out=tmp_path / "out", workers=2)
        assert (result.done, result.failed, result.complete) == (24, 12, True)
        folder = SweepFolder(tmp_path / "out")
        assert folder.runs()["replicate"].unique().tolist() == [0]
        failed = folder.failures()
        assert set(failed["stage"]) == {"run"}
        assert set(failed["message"]) == {"ValueError: this one is broken"}
        assert failed["trace"].str.contains("in run").all()

    def test_failures_are_played_again_only_on_request(self, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        study = write_study(tmp_path, about=f"fail-unless {mark}")
        assert sweep(study, out=tmp_path / "out", workers=1).failed == 8
        mark.touch()
        assert sweep(study, out=tmp_path / "out", workers=1).failed == 8
        assert sweep(study, out=tmp_path / "out", workers=1, retry=True).failed == 0
        sweep(study, out=tmp_path / "at once", workers=1)
        assert tables(tmp_path / "out") == tables(tmp_path / "at once")

    def test_a_run_that_kills_its_worker_is_a_row(self, tmp_path: Path) -> None:
        study = write_study(tmp_path, about="kill 1", steps=2, replicates=2)
        study.write_text(study.read_text().replace("  pay.schemes.0.rate: [1, 2, 3]\n", ""))
        result = sweep(study, out=tmp_path / "out", workers=2)
        assert (result.done, result.failed) == (4, 2)
        assert set(SweepFolder(tmp_path / "out").failures()["stage"]) == {"worker"}

    def test_a_worker_killed_by_the_system_costs_nothing(self, tmp_path: Path) -> None:
        study = write_study(tmp_path, about=f"once {tmp_path / 'mark'}")
        assert sweep(study, out=tmp_path / "out", workers=2).failed == 0
        sweep(study, out=tmp_path / "again", workers=1)
        assert tables(tmp_path / "out") == tables(tmp_path / "again")


class TestDisk:
    def test_a_full_disk_keeps_what_landed_and_the_sweep_goes_on_later(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
    ) -> None:
        write, left = files.pq.write_table, [15]

        def full(*args: object, **kwargs: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                Path(str(args[1])).write_bytes(b"PAR1 half of it")
                raise OSError(28, "No space left on device")
            write(*args, **kwargs)

        monkeypatch.setattr(files.pq, "write_table", full)
        result = sweep(study, out=tmp_path / "out", workers=1)
        assert result.problem is not None
        assert "No space left" in result.problem
        assert 0 < result.done < 24
        assert SweepFolder(tmp_path / "out").status().done == result.done
        monkeypatch.setattr(files.pq, "write_table", write)
        assert sweep(study, out=tmp_path / "out", workers=1).complete
        assert tables(tmp_path / "out") == whole

    @pytest.mark.parametrize("kind", ["runs", "series"])
    @pytest.mark.parametrize("harm", ["cut", "emptied", "gone", "scribbled"])
    def test_a_damaged_part_is_set_aside_and_played_again(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes], kind: str, harm: str
    ) -> None:
        self._stopped(study, tmp_path / "out", monkeypatch, after=10)
        part = sorted((tmp_path / "out" / "parts").glob(f"{kind}-*.parquet"))[0]
        data = part.read_bytes()
        if harm == "gone":
            part.unlink()
        elif harm == "scribbled":
            part.write_bytes(data[:4] + bytes(200) + data[204:])
        else:
            part.write_bytes(data[: len(data) // 2] if harm == "cut" else b"")
        result = sweep(study, out=tmp_path / "out", workers=1)
        assert result.complete
        assert result.warnings or (kind, harm) == ("runs", "gone")  # a part without its table of runs never was one
        assert tables(tmp_path / "out") == whole

    def test_final_tables_cut_short_are_made_again(self, study: Path, tmp_path: Path, whole: dict[str, bytes]) -> None:
        place = tmp_path / "whole" / "series.parquet"
        place.write_bytes(place.read_bytes()[:100])
        assert sweep(study, out=tmp_path / "whole", workers=1).warnings
        assert tables(tmp_path / "whole") == whole

    def _stopped(self, study: Path, out: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> SweepResult:
        """A sweep stopped by Ctrl-C after some runs."""
        land, count = sweep_module._Sweep._land, [0]

        def stop(self: object) -> None:
            land(self)  # type: ignore[arg-type]
            count[0] += 1
            if count[0] == after:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(sweep_module._Sweep, "_land", stop)
            result = sweep(study, out=out, workers=1)
        assert result.interrupted
        assert result.done == after
        return result

    def test_ctrl_c_keeps_what_is_finished(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
    ) -> None:
        self._stopped(study, tmp_path / "out", monkeypatch, after=7)
        assert SweepFolder(tmp_path / "out").status().missing == 17
        assert len(SweepFolder(tmp_path / "out").runs()) == 7
        assert sweep(study, out=tmp_path / "out", workers=2).complete
        assert tables(tmp_path / "out") == whole


class TestKilled:
    """SIGKILL at random moments: of the whole sweep, from its start to the last byte of the final tables."""

    def test_killed_many_times_it_ends_with_the_same_bytes(self, tmp_path: Path) -> None:
        study = write_study(tmp_path, steps=6, replicates=4)
        out = tmp_path / "out"
        command = [sys.executable, str(HERE / "toy_sweep.py"), str(study)]
        killed = subprocess.run([*command, str(out), "1", "0.6", "30"], capture_output=True, text=True, check=True)
        counts = [int(line) for line in killed.stdout.split()]
        assert len(counts) == 30
        assert counts == sorted(counts)  # what had landed never went away
        subprocess.run([*command, str(out), "2"], check=True)
        sweep(study, out=tmp_path / "whole", workers=1)
        assert tables(out) == tables(tmp_path / "whole")

    def test_killed_with_its_workers_at_work(self, tmp_path: Path) -> None:
        study = write_study(tmp_path, about="slow 0.02", replicates=6)
        out, chance = tmp_path / "out", np.random.default_rng(7)
        command = [sys.executable, str(HERE / "toy_sweep.py"), str(study), str(out), "2"]
        done = 0
        for _ in range(4):
            process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
            wait_for(lambda least=done, p=process: p.poll() is not None or self._done(out) > least)
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
            process.wait()
            before, done = done, self._done(out)
            assert done >= before
        subprocess.run(command, check=True)
        sweep(study, out=tmp_path / "whole", workers=1)
        assert tables(out) == tables(tmp_path / "whole")

    @staticmethod
    def _done(out: Path) -> int:
        return SweepFolder(out).status().done if (out / "manifest.json").exists() else 0


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_bytes(
    study: Path, tmp_path: Path, whole: dict[str, bytes], workers: int
) -> None:
    sweep(study, out=tmp_path / "out", workers=workers)
    assert tables(tmp_path / "out") == whole


class TestReading:
    def test_a_large_sweep_is_read_in_blocks(self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts, "BLOCK", 5)
        sweep(study, out=tmp_path / "out", workers=1)
        assert pq.ParquetFile(tmp_path / "out" / "runs.parquet").metadata.num_row_groups == 5
        assert SweepFolder(tmp_path / "out").runs(["nps.true"])["run"].tolist() == list(range(24))

    def test_series_of_some_columns(self, study: Path, tmp_path: Path) -> None:
        sweep(study, out=tmp_path / "out", workers=1)
        frame = SweepFolder(tmp_path / "out").series(["nps.true"])
        assert list(frame.columns) == ["run", "week", "nps.true"]

    def test_a_folder_without_a_sweep_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match="holds no study"):
            SweepFolder(tmp_path)
