"""`run` and `compare`: from scenarios to tables, over arms and replicates, with whatever happens on the way kept.

Replicate r of every arm has the same luck, so that arms are compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from sim.experiments import resume, store
from sim.experiments.arms import Arm, Source, check, resolve
from sim.experiments.budget import Equaliser, paid
from sim.experiments.crew import ClusterLost, Crew, hired, require_cluster
from sim.experiments.jobs import ENGINE, Failure, Job, Outcome, failed
from sim.experiments.manifest import completed, manifest_of, source_digest
from sim.experiments.processes import cores
from sim.experiments.progress import watched
from sim.experiments.tables import join, read_tables, to_frames
from sim.scenario.schema import Scenario

Budget = Literal["equal", "as_written"]

# What a run takes on one core of 2024, roughly: only to tell whether starting workers (2 s) can pay.
SECONDS_PER_CUSTOMER_WEEK = 6e-7
SECONDS_PER_EMPLOYEE_WEEK = {"contacts": 5e-5, "textbook": 2e-6}
WORTH_WORKERS = 3.0
WORTH_THREADS = 20_000  # customers


@dataclass(frozen=True)
class Result:
    """What a run or a comparison gave. `folder` is where it was written; None if it was not.

    Interrupted while budgets were made equal, it has no tables, but its folder keeps the pilots. `problem` tells in words
    what interrupted it where that was not the user: a cluster that does not answer (any more).
    """

    folder: Path | None
    tables: dict[str, pd.DataFrame]
    failures: list[dict[str, Any]]
    interrupted: bool
    manifest: dict[str, Any]
    problem: str | None = None


def run(
    scenario: Source,
    *,
    replicates: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: bool = True,
    micro: bool = False,
) -> Result:
    """Play one scenario. With `micro`, the table `customers` is kept as well. `cluster`: the address of a Dask scheduler.

    What the same call left in the folder `out` is not played again; any other result in it is replaced.
    """
    study = _Study(resolve([scenario]), replicates, workers, cluster, out, progress, micro)
    return study.play("as_written")


def compare(
    scenarios: Sequence[Source],
    *,
    replicates: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    budget: Budget = "equal",
    progress: bool = True,
    micro: bool = False,
) -> Result:
    """Play several scenarios with the same luck; `budget="equal"` first retunes their schemes to the same bonus bill.

    `cluster` is the address of a Dask scheduler whose workers play; the results are the same bytes.
    """
    if not scenarios:
        raise ValueError("there is nothing to compare")
    return _Study(resolve(scenarios), replicates, workers, cluster, out, progress, micro).play(budget)


def standing(
    folder: str | Path,
    scenarios: Sequence[Source],
    *,
    replicates: int | None = None,
    budget: Budget = "as_written",
    micro: bool = False,
) -> resume.Left:
    """What is in `folder` already, seen by a call that would write there."""
    arms = resolve(scenarios)
    replicates = arms[0].spec.replicates if replicates is None else replicates
    return resume.left_in(Path(folder), resume.job_of(arms, replicates, budget, micro))


class _Study:
    """One call of `run` or `compare`: what goes in, and the outcomes as they come."""

    def __init__(
        self,
        arms: list[Arm],
        replicates: int | None,
        workers: int | None,
        cluster: str | None,
        out: str | Path | None,
        progress: bool,
        micro: bool,
    ) -> None:
        require_cluster(cluster)
        self.arms = arms
        self.replicates = replicates if replicates is not None else arms[0].spec.replicates
        if self.replicates < 1 or (workers is not None and workers < 1):
            raise ValueError("replicates and workers are at least 1")
        self.out = None if out is None else Path(out)
        self.progress = progress
        self.read, self.micro = partial(read_tables, micro=micro), micro
        self.begun = datetime.now(UTC)
        self.warnings = check(arms)
        self.pilots: list[dict[str, Any]] = []
        specs = [arm.spec for arm in arms]
        self.workers = workers_for(specs, self.replicates, workers)
        self.cluster = cluster
        self.threads = threads_for(specs, self.replicates) if workers is None and cluster is None else 1
        self.failures: list[tuple[int, int, Failure]] = []
        self.outcomes: dict[tuple[int, int], Outcome] = {}

    def play(self, budget: Budget) -> Result:
        """Retune if asked to, play everything, and make the best of what was finished."""
        job = resume.job_of(self.arms, self.replicates, budget, self.micro)
        kept = resume.Kept({}, {})
        if self.out is not None:
            if resume.left_in(self.out, job).whole:
                tables, manifest = store.read(self.out)
                return Result(self.out, tables, manifest["failures"], False, manifest)
            store.prepare(self.out)
            kept = resume.kept_in(self.out, job)
        interrupted, problem = False, None
        try:
            with hired(self.workers, self.cluster) as crew:
                self.workers = crew.workers
                if budget == "equal":
                    self._equalise(crew, kept.pilots)
                self.outcomes |= kept.outcomes(self.arms)
                for outcome in watched(crew, self._jobs(), "runs", show=self.progress):
                    self.outcomes[outcome.key] = outcome
        except (KeyboardInterrupt, ClusterLost) as error:
            interrupted, problem = True, str(error) if isinstance(error, ClusterLost) else None
            if kept.runs and not self.outcomes and self.out is not None:  # too early to tell which of them still hold
                tables, manifest = store.read(self.out)
                return Result(self.out, tables, manifest["failures"], True, manifest, problem)
        return replace(self._result(job, interrupted), problem=problem)

    def _jobs(self) -> list[Job]:
        """What is still to play, replicate by replicate over all arms: an interrupted comparison has whole pairs."""
        return [
            Job((i, replicate), arm.spec, replicate, self.read, ENGINE, self.threads)
            for replicate in range(self.replicates)
            for i, arm in enumerate(self.arms)
            if (i, replicate) not in self.outcomes
        ]

    def _equalise(self, crew: Crew, known: Sequence[Mapping[str, Any]]) -> None:
        def pilots(jobs: Sequence[Job], label: str) -> Iterator[Outcome]:
            return watched(crew, jobs, label, show=self.progress)

        equaliser = Equaliser(self.arms, self.replicates, pilots, self.read, ENGINE, known)
        try:
            self.arms = equaliser.arms_of_equal_cost()
        finally:
            self.pilots = equaliser.rows()
        self.outcomes = equaliser.outcomes(self.arms)
        self.failures += equaliser.failures
        for arm in self.arms:
            if arm.money is not None and arm.money["note"]:
                self.warnings.append(f"{arm.label}: equal budgets not reached: {arm.money['note']}")

    def _result(self, job: Mapping[str, Any], interrupted: bool) -> Result:
        """Tables in the order of the jobs, never of their coming; failures as rows."""
        done = [self.outcomes[key] for key in sorted(self.outcomes)]
        good = [outcome for outcome in done if outcome.failure is None]
        self.failures += [(*outcome.key, outcome.failure) for outcome in done if outcome.failure is not None]
        if source_digest() != job["source"]:
            self.warnings.append("the source of gamed changed while this ran: its worlds may not be of one model")
        tables = join((self.arms[outcome.key[0]].label, outcome.value) for outcome in good)
        frames = to_frames(tables)
        manifest = completed(
            manifest_of(self.arms, job),
            begun=self.begun,
            ended=datetime.now(UTC),
            workers=None if self.cluster else self.workers,
            interrupted=interrupted,
            finished={arm.label: [o.key[1] for o in good if o.key[0] == i] for i, arm in enumerate(self.arms)},
            paid=paid(frames["staff"]) if "staff" in frames else {},
            pilots=self.pilots,
            failures=[self._row(*failure) for failure in self.failures],
            warnings=self.warnings,
        )
        result = Result(None, frames, manifest["failures"], interrupted, manifest)
        if self.out is None:
            return result
        if not done and not self.pilots:
            store.abandon(self.out)
            return result
        return self._written(result, tables)

    def _written(self, result: Result, tables: dict[str, pa.Table]) -> Result:
        """Write the folder. Neither a summary that fails nor a full disk takes the tables away from the caller."""
        assert self.out is not None
        manifest, failures, written = result.manifest, list(result.failures), None
        try:
            if tables:
                written = summaries(result.tables, manifest)
        except Exception as error:
            failures.append(self._row(None, None, failed("summary", error)))
            manifest = {**manifest, "failures": failures}
        try:
            manifest = store.write(self.out, tables, manifest, written)
        except OSError as error:
            failures.append(self._row(None, None, failed("write", error)))
            return replace(result, failures=failures, manifest={**manifest, "failures": failures})
        return replace(result, folder=self.out, failures=failures, manifest=manifest)

    def _row(self, arm: int | None, replicate: int | None, failure: Failure) -> dict[str, Any]:
        return {
            "scenario": None if arm is None else self.arms[arm].label,
            "replicate": replicate,
            "stage": failure.stage,
            "message": failure.message,
            "trace": failure.trace,
        }


def workers_for(specs: Sequence[Scenario], replicates: int, asked: int | None) -> int:
    """As many workers as asked for; else one a core, and none beside this process where little is to be done."""
    tasks = len(specs) * replicates
    if asked is not None:
        return min(asked, tasks)
    seconds = replicates * sum(_seconds(spec) for spec in specs)
    return min(cores(), tasks) if seconds > WORTH_WORKERS else 1


def threads_for(specs: Sequence[Scenario], replicates: int) -> int:
    """Threads a world: cores that would stand idle since there are fewer worlds to play; small worlds do not gain by them."""
    large = all(spec.customers.count >= WORTH_THREADS for spec in specs)
    return max(1, cores() // (len(specs) * replicates)) if large else 1


def _seconds(spec: Scenario) -> float:
    technology = spec.service.technology
    week = SECONDS_PER_EMPLOYEE_WEEK[technology] * spec.staff.count
    week += SECONDS_PER_CUSTOMER_WEEK * spec.customers.count if technology == "contacts" else 0.0
    return week * (spec.weeks + spec.burn_in)


def summaries(tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """What a result folder holds as CSV: a row a scenario and measure, and a row a scenario and index."""
    # Not at the top: workers import this module, and play without any of it.
    from sim.analysis import catalogue
    from sim.analysis.summary import reader, summary

    source = reader(tables, manifest)
    return {store.SUMMARY: summary(source), store.INDICES: catalogue.table(source)}
