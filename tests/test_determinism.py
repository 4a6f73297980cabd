"""Same scenario and seed, same bytes: whatever the number of workers and the seed of Python's hashes; memory is given back.

If this fails: look for a set or a dict in hash order, a sum over arrays whose order depends on chunks, a draw that is
not keyed, or state that survives from one world to the next in one process.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiments import compare, run, runner
from sim.experiments.jobs import Job, play
from sim.scenario.schema import Scenario
from sim.world import Organisation

ROOT = Path(__file__).resolve().parent.parent
SMALL = {
    "weeks": 24,
    "burn_in": 8,
    "customers": {"count": 400},
    "staff": {"count": 8, "team_size": 4},
    "measures": {"nps": {}, "jobs_closed": {}, "complaints": {}},
}
EVERYBODY = ["employee", "manager", "central", "head"]  # so that an order of roles shows
BONUS = {"pay": {"schemes": [{"kind": "linear", "measure": "nps", "rate": 5.0, "from_week": 8, "who": EVERYBODY}]}}


def world(name: str, **more: Any) -> Scenario:
    return Scenario.model_validate({"name": name, **SMALL, **more})


def digests(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "manifest.json").read_text())["files"]
    return found


def test_same_bytes_with_one_worker_and_with_two(tmp_path: Path) -> None:
    arms = [world("salary"), world("bonus", **BONUS)]
    for workers in (1, 2):
        compare(arms, replicates=3, workers=workers, out=tmp_path / str(workers))
    assert digests(tmp_path / "1") == digests(tmp_path / "2")
    assert set(digests(tmp_path / "1")) >= {"series.parquet", "waterfall.parquet", "books.parquet", "staff.parquet"}


def test_same_bytes_with_several_threads() -> None:
    """Teams that differ in load, so that threads end at different times; more threads than teams; customers who come and go."""
    spec = world("bonus", **{**BONUS, "customers": {"count": 3000, "segments": [{"share": 0.5}, {"share": 0.5, "needs": 3}]}})
    spec = spec.model_copy(update={"staff": spec.staff.model_copy(update={"count": 20})})
    alone = Organisation(spec).run().tables(micro=True)
    for threads in (2, 3, 9):
        shared = Organisation(spec, threads=threads).run().tables(micro=True)
        assert alone.keys() == shared.keys()
        for name, table in alone.items():
            pd.testing.assert_frame_equal(table, shared[name], check_exact=True, obj=f"{name} with {threads} threads")


def test_threads_where_cores_would_stand_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "cores", lambda: 4)
    large, small = world("large", customers={"count": 50_000}), world("small")
    assert runner.threads_for([large], 1) == 4
    assert runner.threads_for([large, large], 1) == 2
    assert runner.threads_for([large], 8) == 1
    assert runner.threads_for([small], 1) == 1


def test_same_bytes_with_any_hash_seed(tmp_path: Path) -> None:
    body = (
        "import sys, test_determinism as t\n"
        "t.run(t.world('bonus', **t.BONUS), replicates=1, workers=1, out=sys.argv[1])\n"
    )
    for seed in ("1", "2"):
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        subprocess.run([sys.executable, "-c", body, str(tmp_path / seed)], env=environment, check=True, timeout=300)
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


def test_a_world_does_not_depend_on_those_before_it() -> None:
    alone = run(world("bonus", **BONUS), replicates=1, workers=1).tables
    run(world("other", seed=9), replicates=1, workers=1)
    again = run(world("bonus", **BONUS), replicates=1, workers=1).tables
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


def test_replicates_and_seeds_differ() -> None:
    tables = run(world("salary"), replicates=2, workers=1).tables["series"]
    first, second = (tables[tables["replicate"] == r]["true"].reset_index(drop=True) for r in (0, 1))
    assert not first.equals(second)


@pytest.mark.parametrize("looked_at", [False, True])
def test_a_finished_world_is_given_back(looked_at: bool) -> None:
    models: list[weakref.ref[Organisation]] = []

    def note(model: Organisation) -> int:
        models.append(weakref.ref(model))
        return len(model.agents) if looked_at else 0

    outcome = play(Job((0, 0), world("salary"), 0, note))
    assert outcome.failure is None
    gc.collect()
    assert models[0]() is None
