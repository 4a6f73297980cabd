"""(d) A sweep of many small runs: what it takes beside the engine, in CPU time, and what a second worker brings, in wall time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sim.bench.child import elsewhere
from sim.bench.row import Row, Target, row
from sim.bench.size import Size

NAME = "sweep"
POINTS = 20
STUDY = """\
name: benchmark
about: Many small runs.
base: nps_bonus
set: {{customers.count: 500, staff.count: 10, staff.team_size: 10, burn_in: 8}}
weeks: 26
replicates: {replicates}
factors:
  rate: {{path: pay.schemes.0.rate, values: {rates}}}
outcomes: [nps.reported, nps.true]
"""


def rows(size: Size) -> Iterator[Row]:
    """One worker, then two; share of the engine in the first."""
    points = min(POINTS, size.sweep_runs // 2)
    replicates = size.sweep_runs // points
    runs = points * replicates
    (one, whole, engine), _ = elsewhere("sim.bench.sweeping:play", points, replicates, 1)
    told = "500 customers, 10 staff, 34 weeks a run; the engine: building a world and playing it; the rest: the scenario of a "
    told += "run, its tables and indices, the result folder"
    yield row(NAME, "engine", "a run in the engine, one worker", "ms CPU", [1e3 * engine / runs], note=told)
    yield row(
        NAME, "overhead", f"a run beside the engine; ratio: share of the engine in a sweep of {runs:,} runs", "ms CPU",
        [1e3 * (whole - engine) / runs], ratio=engine / whole, target=Target("at least", 0.9) if size.full else None,
    )  # fmt: skip
    if size.full:
        (both, _, _), _ = elsewhere("sim.bench.sweeping:play", points, replicates, 2)
        yield row(
            NAME, "two workers", f"the sweep of {runs:,} runs; ratio to one worker, start of workers included", "s wall", [both],
            ratio=one / both, target=Target("at least", 1.9), note=f"one worker: {one:.1f} s",
        )  # fmt: skip
        with ThreadPoolExecutor(2) as two:
            halves = list(two.map(lambda _: elsewhere("sim.bench.sweeping:play", points, replicates // 2, 1)[0][0], range(2)))
        yield row(
            NAME, "second process", "half of the sweep twice at once, in processes that share nothing; ratio to the whole in one",
            "s wall", [max(halves)], ratio=one / max(halves), note="what this machine has to give for a second worker",
        )  # fmt: skip


def play(points: int, replicates: int, workers: int) -> tuple[float, float, float]:
    """Wall seconds of a sweep, CPU seconds of this process, and of them in the engine; imports are done before."""
    from sim.experiments.sweep import sweep
    from sim.world import Organisation

    rates = [round(12.0 * (k + 1) / points, 3) for k in range(points)]
    inside: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        sweep(study(Path(folder), [1.0, 2.0], 1), out=Path(folder) / "first", workers=1)
        Organisation.__init__ = timed(Organisation.__init__, inside)  # type: ignore[method-assign]
        Organisation.run = timed(Organisation.run, inside)  # type: ignore[method-assign]
        planned = study(Path(folder), rates, replicates)
        begun = time.perf_counter(), time.process_time()
        result = sweep(planned, out=Path(folder) / "out", workers=workers)
        spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    if result.done != points * replicates or result.failed:
        raise RuntimeError(f"the sweep played {result.done} of {points * replicates} runs, {result.failed} failed")
    return *spent, sum(inside)


def study(folder: Path, rates: list[float], replicates: int) -> Path:
    """The study as a file."""
    path = folder / f"study_{len(rates)}_{replicates}.yaml"
    path.write_text(STUDY.format(replicates=replicates, rates=rates), encoding="utf-8")
    return path


def timed(inner: Callable[..., Any], kept: list[float]) -> Callable[..., Any]:
    """The same, with its CPU seconds kept."""

    def call(*arguments: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return inner(*arguments, **named)
        finally:
            kept.append(time.process_time() - begun)

    return call
