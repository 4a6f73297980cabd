"""`sweep`: plays what is missing of a study, into a folder that loses nothing and counts nothing twice.

Killed at any moment, it goes on where it stood; the final tables are the same bytes as if nothing had happened.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments import lock
from sim.experiments.arms import leaves
from sim.experiments.crew import ClusterLost, Crew, hired, require_cluster
from sim.experiments.files import SETTINGS, write_safely, write_text
from sim.experiments.jobs import Outcome
from sim.experiments.parts import FOLDER, RUNS, SERIES, Parts, rows
from sim.experiments.plan import Plan, plan
from sim.experiments.processes import cores
from sim.experiments.progress import Progress
from sim.experiments.sweep_folder import DESIGN, MANIFEST, read_manifest
from sim.scenario.errors import Mark, ScenarioError
from sim.scenario.study_loading import LoadedStudy, load_study

OWN = {MANIFEST, DESIGN, FOLDER, lock.LOCK, f".{MANIFEST}.partial", f".{DESIGN}.partial"}
LAND_SECONDS = 1.0  # finished runs wait this long for company before they become a part
LAND_RUNS = 1_000
TRIES = 3  # rounds of playing again what was found damaged
MOST_DIFFERENCES = 3


@dataclass(frozen=True)
class SweepResult:
    """What stands in the folder now. `problem` is what stopped the sweep, in words; None if nothing did."""

    folder: Path
    runs: int
    done: int
    failed: int
    interrupted: bool = False
    problem: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every run came to an end and the final tables are written."""
        return self.done == self.runs and self.problem is None and not self.interrupted


def sweep(
    study: str | Path | LoadedStudy,
    *,
    out: str | Path,
    workers: int | None = None,
    cluster: str | None = None,
    retry: bool = False,
    progress: Progress | None = None,
) -> SweepResult:
    """Play a study into the folder `out`, or what is missing there; with `retry`, what failed is played again.

    `cluster` is the address of a Dask scheduler. Raises `ScenarioError` where the study is wrong or the folder belongs
    to another one, `Busy` where another sweep is at work in it, OSError where it cannot be written to.
    """
    require_cluster(cluster)
    loaded = study if isinstance(study, LoadedStudy) else load_study(study)
    folder = Path(out)
    planned = plan(loaded)
    folder.mkdir(parents=True, exist_ok=True)
    with lock.held(folder):
        _settle_in(folder, planned)
        parts = Parts(folder, planned.runs, *planned.schemas())
        parts.read(mend=True)
        work = _Sweep(planned, parts, progress or Progress(show=False))
        result = SweepResult(folder, planned.runs, parts.done, parts.failures, warnings=parts.warnings)
        if parts.whole and not (retry and parts.failures):
            return result
        return work.play(lambda: hired(min(workers or cores(), planned.runs), cluster), retry, result)


def _settle_in(folder: Path, planned: Plan) -> None:
    """Put manifest and design into an empty folder, or see that those there are this study's."""
    manifest = folder / MANIFEST
    if manifest.exists():
        _recognise(folder, planned)
        return
    strange = sorted(path.name for path in folder.iterdir() if path.name not in OWN)
    if strange:
        told = f"is not empty and holds no study ({', '.join(strange[:3])}{', ...' if len(strange) > 3 else ''})"
        raise ScenarioError.at(Mark(str(folder)), f"{told}; choose another folder with --out")
    table = planned.design_table()
    write_safely(folder / DESIGN, lambda place: pq.write_table(table, place, **SETTINGS))
    write_text(manifest, json.dumps(planned.manifest(), indent=1, ensure_ascii=False) + "\n")


def _recognise(folder: Path, planned: Plan) -> None:
    """Refuse a folder that was made by another study, another model or other packages: its numbers do not go with these."""
    theirs, ours = read_manifest(folder)["identity"], planned.identity()
    ours = json.loads(json.dumps(ours))
    if theirs == ours:
        return
    instead = "choose another folder with --out"
    if theirs["study"] != ours["study"] or theirs["scenarios"] != ours["scenarios"] or theirs["points"] != ours["points"]:
        told = _differences({k: theirs[k] for k in ("study", "scenarios")}, {k: ours[k] for k in ("study", "scenarios")})
        raise ScenarioError.at(Mark(str(folder)), f"holds another study ({told}); {instead}")
    if theirs["model"] != ours["model"]:
        told = "was made by another version of the model (the source of gamed has changed since)"
        raise ScenarioError.at(Mark(str(folder)), f"{told}; go on with that version, or {instead}")
    told = _differences(theirs["versions"], ours["versions"])
    raise ScenarioError.at(Mark(str(folder)), f"was made with other packages ({told}); go on with those, or {instead}")


def _differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """The first fields that differ, in words."""
    there, here = dict(leaves("", theirs)), dict(leaves("", ours))
    found = [path for path in dict.fromkeys([*there, *here]) if there.get(path) != here.get(path)]
    told = [f"{path.removeprefix('study.')}: {there.get(path)} there, {here.get(path)} here" for path in found]
    return "; ".join(told[:MOST_DIFFERENCES]) + ("; ..." if len(told) > MOST_DIFFERENCES else "") or "the table of points"


class _Sweep:
    """One session at a folder: plays, lands what is finished, tells how far it is."""

    def __init__(self, planned: Plan, parts: Parts, progress: Progress) -> None:
        self.plan, self.parts, self.progress = planned, parts, progress
        self.waiting: dict[int, Outcome] = {}
        self.landed = time.monotonic()
        self.factors = planned.factor_columns()

    def play(self, crew: Callable[[], AbstractContextManager[Crew]], retry: bool, result: SweepResult) -> SweepResult:
        """Play until nothing is missing; whatever stops it, what is finished lands first."""
        interrupted, problem = False, None
        wanted = self.parts.wanted(retry=retry)
        self.progress.begin(self.plan.runs, self.parts.done, self.parts.failures)
        try:
            try:
                for _ in range(TRIES):
                    self._play(crew, wanted)
                    wanted = self._finished()
                    if not len(wanted):
                        break
            except BaseException:
                self._land()
                raise
        except KeyboardInterrupt:
            interrupted = True
        except ClusterLost as error:
            problem = str(error)
        except OSError as error:
            problem = f"cannot write to {result.folder}: {error.strerror or error}"
        self.progress.end(self.parts.done, self.parts.failures)
        return replace(
            result, done=self.parts.done, failed=self.parts.failures, interrupted=interrupted, problem=problem,
            warnings=self.parts.warnings,
        )  # fmt: skip

    def _play(self, crew: Callable[[], AbstractContextManager[Crew]], wanted: np.ndarray) -> None:
        if not len(wanted):
            return
        with crew() as players:
            for outcome in players.play(self.plan.jobs(wanted)):
                self.waiting[outcome.key[0]] = outcome
                if len(self.waiting) >= LAND_RUNS or time.monotonic() - self.landed > LAND_SECONDS:
                    self._land()
        self._land()

    def _finished(self) -> np.ndarray:
        """Write the final tables; give back runs that turned out to be lost."""
        if not len(self.parts.wanted(retry=False)):
            self.parts.finish()
        return self.parts.wanted(retry=False)

    def _land(self) -> None:
        """Bring what is finished to the disk. Only then does it count as done."""
        if self.waiting:
            outcomes = [self.waiting[run] for run in sorted(self.waiting)]
            self.parts.add(self._tables(outcomes))
            self.waiting.clear()
        self.landed = time.monotonic()
        self.progress.update(self.parts.done, self.parts.failures)

    def _tables(self, outcomes: Sequence[Outcome]) -> dict[str, pa.Table]:
        runs = np.array([outcome.key[0] for outcome in outcomes])
        replicate, point = np.divmod(runs, len(self.plan.points))
        good = [outcome.value.indices if outcome.failure is None else None for outcome in outcomes]
        columns: dict[str, Any] = {"run": runs, "point": point.astype(np.int32), "replicate": replicate.astype(np.int32)}
        for name in ("stage", "message", "trace"):
            columns[name] = [None if outcome.failure is None else getattr(outcome.failure, name) for outcome in outcomes]
        columns |= {name: array.take(pa.array(point)) for name, array in self.factors.items()}
        for place, name in enumerate(self.plan.indices):
            columns[name] = [None if values is None else values[place] for values in good]
        tables = {RUNS: rows(self.parts.schema[RUNS], columns)}
        if SERIES in self.parts.schema:
            tables[SERIES] = self._series(outcomes)
        return tables

    def _series(self, outcomes: Sequence[Outcome]) -> pa.Table:
        kept = [(outcome.key[0], outcome.value) for outcome in outcomes if outcome.failure is None]
        schema = self.parts.schema[SERIES]
        if not kept:
            return schema.empty_table()
        columns: dict[str, Any] = {
            "run": np.concatenate([np.full(len(value.weeks), run) for run, value in kept]),
            "week": np.concatenate([value.weeks for _, value in kept]).astype(np.int32),
        }
        lines = np.concatenate([value.series for _, value in kept])
        return rows(schema, columns | {name: lines[:, place] for place, name in enumerate(self.plan.series)})
