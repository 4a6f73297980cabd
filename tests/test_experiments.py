"""Runner, crew, store and equal budgets, on a toy engine: what they promise does not depend on the science."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.analysis.manifest import read as read_study
from sim.experiments import NotAResult, compare, read, run, store, write_csv
from sim.experiments import runner as runner_module
from sim.experiments.crew import Crew, cores
from sim.experiments.instruments import instruments
from sim.experiments.jobs import Job
from sim.experiments.runner import workers_for
from sim.experiments.search import ROUNDS, TOLERANCE, Search
from sim.experiments.tables import join, pack
from sim.scenario.errors import ScenarioError
from sim.scenario.measures import PRESETS
from sim.scenario.schema import Scenario

HERE = Path(__file__).resolve().parent
PAID = [{"kind": "linear", "measure": "nps", "rate": 2.0}]


def spec(name: str = "Toy", **more: Any) -> Scenario:
    """A small world; the toy engine reads its orders in `about`."""
    base: dict[str, Any] = {"name": name, "weeks": 12, "burn_in": 4, "replicates": 3, "measures": {"nps": {}}}
    return Scenario.model_validate({**base, **more})


class Toy:
    """Stands in for Organisation. `about` may ask for trouble: `fail 1`, `kill 1`, `once PATH`, `slow PATH`."""

    def __init__(self, spec: Scenario, replicate: int = 0) -> None:
        self.spec = spec
        self.replicate = replicate

    def run(self) -> None:
        order, _, what = self.spec.about.partition(" ")
        if order == "fail" and self.replicate == int(what):
            raise ValueError("this one is broken\non purpose")
        if order == "kill" and self.replicate == int(what):
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "once" and self.replicate == 1 and not Path(what).exists():
            Path(what).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "slow":
            (Path(what) / f"begun-{self.replicate}").touch()
            time.sleep(0.15)

    def tables(self, micro: bool = False) -> dict[str, pd.DataFrame]:
        weeks = range(-self.spec.burn_in, self.spec.weeks, self.spec.pay.every)
        luck = 0.9 + 0.05 * self.replicate
        tidy = {"replicate": self.replicate, "firm": 0, "week": list(weeks)}
        series = pd.DataFrame({**tidy, "measure": "nps", "reported": luck * 30, "true": 20.0, "answers": 9})
        schemes = [scheme for scheme in self.spec.pay.schemes if scheme.from_week < self.spec.weeks]
        bonus = sum(scheme.rate**1.5 * luck + scheme.bonus for scheme in schemes)
        staff = pd.DataFrame({**tidy, "role": "employee", "bonus": bonus, "certainty_equivalent": 3000.0 + bonus})
        return {"series": series, "staff": staff} | ({"customers": series} if micro else {})


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "ENGINE", f"{__name__}:Toy")
    monkeypatch.setattr(runner_module, "summarise", lambda tables, manifest: tables["series"].head(1))


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
        monkeypatch.setattr(runner_module, "summarise", full_disk)
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
        with pytest.raises(OSError, match="file"):
            run(spec(), out=tmp_path / "file")


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
            (outcome,) = crew.play([Job((0, 0), spec(), 0, lambda model: None, f"{__name__}:Toy")])
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


class TestStore:
    TABLES = join([("A", pack({"series": pd.DataFrame({"week": [0, 1], "measure": ["nps", "nps"]})}))])

    def test_a_folder_without_a_manifest_is_no_result(self, tmp_path: Path) -> None:
        store.write(tmp_path, self.TABLES, {}, None)
        (tmp_path / "manifest.json").unlink()
        with pytest.raises(NotAResult):
            read(tmp_path)

    @pytest.mark.parametrize("step", range(4))
    def test_a_write_cut_short_never_looks_finished(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        store.write(tmp_path, self.TABLES, {"which": "old"}, None)
        replaced: list[str] = []

        def cut(source: Path, target: Path) -> None:
            if len(replaced) == step:
                raise KeyboardInterrupt
            replaced.append(target.name)
            Path(source).rename(target)

        monkeypatch.setattr(os, "replace", cut)
        more = {**self.TABLES, "books": self.TABLES["series"]}
        try:
            store.write(tmp_path, more, {"which": "new"}, None)
        except KeyboardInterrupt:
            with pytest.raises(NotAResult):
                read(tmp_path)
        else:
            assert replaced == ["books.parquet", "series.parquet", "manifest.json"]
            assert read(tmp_path)[1]["which"] == "new"
        assert not list(tmp_path.glob(".partial-*"))

    def test_a_table_that_cannot_be_written_leaves_the_old_result(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write(tmp_path, self.TABLES, {"which": "old"}, None)
        monkeypatch.setattr(store.pq, "write_table", full_disk)
        result = run(spec(), workers=1, out=tmp_path)
        assert result.folder is None
        assert result.failures[-1]["stage"] == "write"
        assert len(result.tables["series"]) == 12
        assert read(tmp_path)[1]["which"] == "old"

    def test_tables_of_an_earlier_run_do_not_stay(self, tmp_path: Path) -> None:
        run(spec(), workers=1, out=tmp_path, micro=True)
        write_csv(tmp_path)
        (tmp_path / "notes.txt").touch()
        run(spec(), workers=1, out=tmp_path)
        assert not list(tmp_path.glob("customers.*")) + list(tmp_path.glob("series.csv"))
        assert (tmp_path / "notes.txt").exists()

    def test_csv_holds_the_same_rows(self, tmp_path: Path) -> None:
        run(spec(), workers=1, out=tmp_path)
        (series, _staff) = write_csv(tmp_path)
        pd.testing.assert_frame_equal(pd.read_csv(series), read(tmp_path)[0]["series"])

    def test_arms_may_differ_in_their_columns(self) -> None:
        one = pack({"staff": pd.DataFrame({"role": ["employee"], "a_care": [1]})})
        two = pack({"staff": pd.DataFrame({"role": ["head"], "a_gaming": [0.5]})})
        frame = join([("A", one), ("B", two)])["staff"].to_pandas()
        assert list(frame.columns) == ["scenario", "role", "a_care", "a_gaming"]
        assert frame["scenario"].tolist() == ["A", "B"]
        assert frame["a_care"].isna().tolist() == [False, True]


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


class TestArms:
    def test_equal_names_are_told_apart(self) -> None:
        result = compare([spec(), spec()], workers=1, replicates=1, budget="as_written")
        assert result.tables["series"]["scenario"].unique().tolist() == ["Toy", "Toy (2)"]

    def test_other_length_is_refused(self) -> None:
        with pytest.raises(ScenarioError, match="weeks"):
            compare([spec(), spec("Long", weeks=16)])

    def test_what_breaks_the_pairing_is_said(self) -> None:
        result = compare([spec(), spec("Other", seed=2)], workers=1, replicates=1, budget="as_written")
        assert len(result.manifest["warnings"]) == 1
        assert "seed differs" in result.manifest["warnings"][0]
        assert result.manifest["differences"] == {"seed": [1, 2]}


class TestManifest:
    def test_the_analysis_reads_what_the_runner_writes(self) -> None:
        measures = {"score": {"like": "nps"}, "again": {"like": "nps"}, "calls": {"like": "service_level"}}
        pay = [{"kind": "team", "measure": "calls", "rate": 1, "who": ["head"]}, {**PAID[0], "measure": "score"}]
        arms = [spec("S", measures=measures), spec("P", measures=measures, pay={"schemes": pay})]
        study = read_study(compare(arms, workers=1, replicates=1, budget="as_written").manifest)
        assert study.fixed_pay is study.arms[0]
        paid = study.arms[1]
        assert paid.paid_measures == ("score", "calls")
        assert paid.changes == ((0, "linear pay on score starts"), (0, "team pay on calls starts"))
        assert paid.measures["score"].instrument == paid.measures["again"].instrument
        assert (paid.measures["score"].low, paid.measures["calls"].unit) == (-100, "%")
        assert paid.measures["score"].scale == "share of answers 9-10 less share of 0-6"
        assert paid.measures["calls"].scale == "share of callers answered within 3 minutes"

    def test_every_kind_of_measure_has_a_unit(self) -> None:
        everything = instruments(spec(measures={key: {} for key in PRESETS}))
        assert set(everything) == set(PRESETS)
        assert all(note["unit"] and note["scale"] for note in everything.values())


class TestEqualBudgets:
    def test_bills_meet_and_salary_gets_the_sum_as_base(self) -> None:
        arms = [spec("S"), spec("A", pay={"schemes": PAID}), spec("B", pay={"schemes": [{**PAID[0], "rate": 0.01}]})]
        result = compare(arms, workers=1)
        salary, first, second = (arm["money"] for arm in result.manifest["arms"])
        assert first["factor"] == 1.0
        assert second["bill_after"] == pytest.approx(first["bill_before"], rel=TOLERANCE)
        assert second["reached"]
        assert salary["base_added"] == first["bill_before"]
        base = result.manifest["scenarios"]["S"]["pay"]["base"]
        assert base == pytest.approx(arms[0].pay.base + first["bill_before"])
        paid = result.manifest["budget"]["paid"]
        assert paid["B"]["bonus_bill"] == pytest.approx(paid["A"]["bonus_bill"], rel=TOLERANCE)
        assert paid["A"]["certainty_equivalent"] == pytest.approx(3000 + paid["A"]["bonus_bill"])

    def test_a_given_budget_is_the_reference(self) -> None:
        result = compare([spec("A", pay={"schemes": PAID, "budget": 50.0})], workers=1)
        assert result.manifest["arms"][0]["money"]["bill_after"] == pytest.approx(50, rel=TOLERANCE)

    def test_nobody_paid_changes_nothing(self) -> None:
        result = compare([spec("A"), spec("B")], workers=1)
        assert result.manifest["budget"]["mode"] == "equal"
        assert result.manifest["budget"]["target"] == 0
        assert result.manifest["scenarios"]["A"]["pay"]["base"] == spec().pay.base

    def test_a_reference_that_pays_nothing_is_said(self) -> None:
        late = [{**PAID[0], "from_week": 99}]
        arms = [spec("A", pay={"schemes": late}), spec("B", pay={"schemes": PAID})]
        result = compare(arms, workers=1)
        assert result.manifest["budget"]["mode"] == "partly equal"
        assert result.manifest["budget"]["missed"] == ["A", "B"]
        assert "pays nothing" in result.manifest["warnings"][0]

    def test_failing_pilots_are_told_and_leave_the_arm_as_written(self) -> None:
        arms = [spec("A", pay={"schemes": PAID}), spec("B", about="fail 0", pay={"schemes": PAID})]
        result = compare(arms, workers=1, replicates=1)
        assert [f["stage"] for f in result.failures] == ["budget pilot, run", "run"]
        assert not result.manifest["arms"][1]["money"]["reached"]

    @pytest.mark.parametrize("power", [0.5, 1.0, 1.4, 2.5])
    @pytest.mark.parametrize("start", [0.02, 0.3, 1.0, 40.0])
    def test_search_finds_a_smooth_response(self, power: float, start: float) -> None:
        search = solve(lambda factor: start * factor**power)
        assert search.reached
        assert search.note == ""

    def test_search_finds_the_far_side_of_a_threshold(self) -> None:
        assert solve(lambda factor: max(0.0, factor - 3) ** 2).reached

    def test_search_says_when_a_cliff_jumps_over_the_target(self) -> None:
        search = solve(lambda factor: 0.5 * factor if factor < 1.2 else 5 * factor)
        assert not search.reached
        assert "jumps" in search.note

    def test_search_says_when_nothing_is_ever_paid(self) -> None:
        search = solve(lambda factor: 0.0)
        assert search.best == 1.0
        assert "pays nothing" in search.note


def solve(bill: Any) -> Search:
    search = Search(1.0)
    while (factor := search.propose()) is not None:
        search.tried[factor] = bill(factor)
    assert len(search.tried) <= ROUNDS + 1
    return search


def script(folder: Path, body: str, *, guard: bool = True) -> SimpleNamespace:
    """Run a script of its own, as a user would, and give back what it printed."""
    process = start(folder, body, guard=guard)
    stdout, stderr = process.communicate(timeout=60)
    return SimpleNamespace(stdout=stdout, stderr=stderr, status=process.returncode)


def start(folder: Path, body: str, *, guard: bool = True) -> subprocess.Popen[str]:
    head = (
        "from test_experiments import spec\nfrom sim.experiments import run, runner\n"
        "runner.ENGINE = 'test_experiments:Toy'\n"
    )
    lines = "\n".join("    " + line.strip() for line in body.strip().splitlines())
    path = folder / "script.py"
    path.write_text(head + ("if __name__ == '__main__':\n" if guard else "if True:\n") + lines + "\n")
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    return subprocess.Popen(
        [sys.executable, str(path)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def workers_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                line = (entry / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[1]) == parent and "spawn_main" in line:
                found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Any, seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
