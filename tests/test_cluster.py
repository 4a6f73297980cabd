"""Studies on a Dask cluster: a real scheduler and real workers on the loopback address, some of which are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import toy_sweep
from distributed import KilledWorker
from toy_engine import PAID, put_in_place, spec, wait_for
from toy_sweep import write_study

from sim.experiments import compare, run
from sim.experiments.crew import Crew
from sim.experiments.jobs import Job, Outcome
from sim.experiments.sweep import sweep
from sim.experiments.sweep_folder import SweepFolder

HERE = Path(__file__).resolve().parent
FINAL = ("runs.parquet", "series.parquet")


@dataclass
class Site:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def hire(self, *, nanny: bool = True) -> subprocess.Popen[bytes]:
        """Another worker with one thread."""
        options = ["--nthreads", "1", "--no-dashboard", "--nanny" if nanny else "--no-nanny"]
        self.workers.append(dask(self.folder, "distributed.cli.dask_worker", self.address, *options))
        return self.workers[-1]

    def close(self) -> None:
        """End them all with their children; a nanny asked politely may first start a new worker."""
        for process in [*self.workers, self.scheduler]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def dask(folder: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-m", module, "--local-directory", str(folder), *arguments]
    if module.endswith("scheduler"):
        command = [sys.executable, "-m", module, *arguments]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    note = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(note)]
    scheduler = dask(tmp_path, "distributed.cli.dask_scheduler", *options)
    wait_for(lambda: note.exists() and note.read_text(), 60)
    found = Site(tmp_path, scheduler, json.loads(note.read_text())["address"])
    yield found
    found.close()


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    toy_sweep.put_in_place(monkeypatch)


def tables(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FINAL]


def test_a_cluster_gives_the_same_bytes_and_a_lost_worker_costs_nothing(site: Site, tmp_path: Path) -> None:
    study = write_study(tmp_path, about="slow 0.02", replicates=6)
    site.hire()
    lost = site.hire(nanny=False)

    def kill_midway() -> None:
        wait_for(lambda: (tmp_path / "out" / "manifest.json").exists() and SweepFolder(tmp_path / "out").status().done > 5, 60)
        lost.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_midway)
    killer.start()
    result = sweep(study, out=tmp_path / "out", cluster=site.address)
    killer.join()
    assert lost.wait() == -signal.SIGKILL
    assert result.complete
    assert result.failed == 0
    sweep(study, out=tmp_path / "here", workers=1)
    assert tables(tmp_path / "out") == tables(tmp_path / "here")


def test_a_run_that_kills_its_worker_is_a_row(site: Site, tmp_path: Path) -> None:
    site.hire()
    study = write_study(tmp_path, about="kill 1", steps=2, replicates=2)
    study.write_text(study.read_text().replace("  pay.schemes.0.rate: [1, 2, 3]\n", ""))
    result = sweep(study, out=tmp_path / "out", cluster=site.address)
    assert result.complete
    assert result.failed == 2
    assert set(SweepFolder(tmp_path / "out").failures()["stage"]) == {"worker"}


class Blaming:
    """A cluster that gives up every job once, the one that killed its worker and those that waited behind it."""

    deaths: tuple[type[Exception], ...] = (KilledWorker,)
    shared_fate = False

    def __init__(self) -> None:
        self.seen: set[tuple[int, int]] = set()

    def wanted(self) -> int:
        return 3

    def submit(self, jobs: list[Job]) -> Future[list[Outcome]]:
        future: Future[list[Outcome]] = Future()
        keys = {job.key for job in jobs}
        if keys <= self.seen and not any(job.spec == "killer" for job in jobs):
            future.set_result([Outcome(job.key, value="played") for job in jobs])
        else:
            self.seen |= keys
            future.set_exception(KilledWorker("a chunk", None, 1))
        return future

    def renewed(self) -> Blaming:
        return self

    def close(self) -> None: ...


def test_a_run_that_waited_behind_a_killer_is_not_blamed() -> None:
    specs = ["harmless", "killer", "harmless", "killer", "harmless"]
    jobs = [Job((0, i), spec, i, read=id) for i, spec in enumerate(specs)]
    with Crew(cluster=Blaming()) as crew:
        outcomes = sorted(crew.play(jobs), key=lambda outcome: outcome.key)
    assert [outcome.value for outcome in outcomes] == ["played", None, "played", None, "played"]
    assert [outcome.failure.stage for outcome in outcomes if outcome.failure] == ["worker", "worker"]


def test_a_scheduler_that_goes_away_stops_the_sweep_and_keeps_what_is_finished(site: Site, tmp_path: Path) -> None:
    site.hire()
    study = write_study(tmp_path, about="slow 0.05", replicates=20)

    def stop() -> None:
        wait_for(lambda: (tmp_path / "out" / "manifest.json").exists() and SweepFolder(tmp_path / "out").status().done > 5, 60)
        site.scheduler.kill()

    killer = threading.Thread(target=stop)
    killer.start()
    begun = time.monotonic()
    result = sweep(study, out=tmp_path / "out", cluster=site.address)
    killer.join()
    assert time.monotonic() - begun < 120
    assert result.problem is not None
    assert "Dask" in result.problem
    assert 0 < result.done < 240
    assert sweep(study, out=tmp_path / "out", workers=2).complete


def test_a_worker_with_another_model_is_refused(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments import cluster

    site.hire()
    monkeypatch.setattr(cluster, "identity", lambda: {"model": "another"})
    result = sweep(write_study(tmp_path), out=tmp_path / "out", cluster=site.address)
    assert result.problem is not None
    assert "would give other numbers (model:" in result.problem
    assert result.done == 0


def test_nobody_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    result = sweep(write_study(tmp_path), out=tmp_path / "out", cluster="tcp://127.0.0.1:9")
    assert result.problem is not None
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in result.problem


def test_a_comparison_on_a_cluster_gives_the_same_bytes(site: Site, tmp_path: Path) -> None:
    site.hire()
    small = {
        "weeks": 6, "burn_in": 2, "history": 0, "customers": {"count": 100}, "staff": {"count": 6, "team_size": 3},
        "measures": {"nps": {}},
    }  # fmt: skip
    arms = [spec("paid", **small, pay={"every": 2, "schemes": PAID}), spec("fixed", **small, pay={"every": 2})]
    there = compare(arms, replicates=2, cluster=site.address, out=tmp_path / "there", progress=False)
    here = compare(arms, replicates=2, workers=1, out=tmp_path / "here", progress=False)
    assert there.problem is None
    assert there.failures == []
    assert there.manifest["arms"][0]["finished"] == [0, 1]
    assert there.manifest["pilots"] == here.manifest["pilots"] != []
    assert there.manifest["files"] == here.manifest["files"]


def test_a_run_whose_scheduler_goes_away_keeps_what_is_finished(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch)
    site.hire()
    (begun := tmp_path / "begun").mkdir()
    world = spec(about=f"slow {begun}", replicates=400)

    def stop() -> None:
        wait_for(lambda: len(list(begun.iterdir())) > 9, 60)
        site.scheduler.kill()

    killer = threading.Thread(target=stop)
    killer.start()
    result = run(world, cluster=site.address, out=tmp_path / "out", progress=False)
    killer.join()
    assert result.problem is not None
    assert "Dask" in result.problem
    assert (result.interrupted, result.folder) == (True, tmp_path / "out")
    assert 0 < len(result.manifest["arms"][0]["finished"]) < 400


def test_a_run_with_nobody_at_the_address_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    result = run(spec(), cluster="tcp://127.0.0.1:9", out=tmp_path / "out", progress=False)
    assert result.problem is not None
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in result.problem
    assert (result.tables, result.folder, (tmp_path / "out").exists()) == ({}, None, False)
