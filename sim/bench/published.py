"""(g) A published model, Braganza's Proxyeconomics: the shipped scenario against a plain Mesa model, and the published sweep."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.bench.child import elsewhere
from sim.bench.row import Row, Target, row
from sim.bench.size import Size

NAME = "published"
SCENARIO, STUDY = "textbook/proxyeconomics", "proxyeconomics"
COMPETITION, GOAL_WEIGHT = 0.5, 1.0
ERROR = 0.001  # chance that one of the three means of equal models looks different
LEVELS, RUNS, STEPS = 9, 10, 10_000  # of the published sweep


def rows(size: Size) -> Iterator[Row]:
    """A step of both, means compared; the published sweep, one of its ten replicates played and the others like it."""
    mesa, engine, theirs, ours = [], [], [], []
    for seed in range(size.repetitions):
        (seconds, means), _ = elsewhere("sim.bench.published:ordinary", seed, size.steps)
        mesa.append(1e3 * seconds / size.steps)
        theirs.append(means)
        (seconds, found), _ = elsewhere("sim.bench.published:compiled", seed, size.steps)
        engine.append(1e3 * seconds / size.steps)
        ours += found
    correct, told = alike(np.array(ours), np.array(theirs)) if size.full else (None, "")
    yield row(NAME, "Mesa", "a step of a hundred people, in plain Mesa", "ms CPU", mesa,
              ratio=float(np.median(mesa) / np.median(engine)), correct=correct, note=told)  # fmt: skip
    yield row(NAME, "engine", "the same in the engine", "ms CPU", engine)
    steps = STEPS if size.full else size.steps
    seconds, _ = elsewhere("sim.bench.published:sweep_once", steps)
    yield row(
        NAME, "published sweep", f"{LEVELS} levels x {RUNS} runs x {steps:,} steps, one core, in a result folder", "s wall",
        [RUNS * seconds], target=Target("at most", 60.0, "median") if size.full else None,
        note=f"one run a level was played, {seconds:.1f} s, and the others are taken to be like it; plain Mesa would take "
        f"{LEVELS * RUNS * steps * float(np.median(mesa)) / 3.6e6:.1f} hours",
    )  # fmt: skip


def ordinary(seed: int, steps: int) -> tuple[float, list[float]]:
    """CPU seconds of the plain Mesa model, and its means over the last third."""
    from sim.bench.published_mesa import Proxyeconomics

    model = Proxyeconomics(COMPETITION, GOAL_WEIGHT, seed)
    begun, delivered = time.process_time(), []
    for _ in range(steps):
        model.step()
        delivered.append(model.delivered)
    seconds = time.process_time() - begun
    return seconds, np.mean(delivered[2 * steps // 3 :], axis=0).tolist()


def compiled(seed: int, steps: int, replicates: int = 5) -> tuple[float, list[list[float]]]:
    """CPU seconds of a run of the engine, and the means of several runs over the last third."""
    from sim.scenario.loading import load
    from sim.world import Organisation

    at = "service.textbook.selection."
    spec = load(SCENARIO, flags={"weeks": steps, f"{at}competition": COMPETITION, f"{at}goal_weight": GOAL_WEIGHT}).spec
    Organisation(spec, 10_000).run()
    spent, means = [], []
    for replicate in range(replicates * seed, replicates * (seed + 1)):
        model = Organisation(spec, replicate)
        begun = time.process_time()
        model.run()
        spent.append(time.process_time() - begun)
        tables = model.tables()
        late = {name: table[table["week"] >= 2 * steps // 3] for name, table in tables.items()}
        practice = late["world"].loc[late["world"]["indicator"] == "practice", "value"].mean()
        means.append([float(practice), float(late["series"]["reported"].mean()), float(late["series"]["true"].mean())])
    return float(np.median(spent)), means


def alike(ours: Any, theirs: Any) -> tuple[bool, str]:
    """Whether mean practice, proxy and goal of both could be of one model (Welch's t, Bonferroni); (n, 3) and (m, 3)."""
    from scipy import stats

    found = stats.ttest_ind(ours, theirs, axis=0, equal_var=False)
    told = ", ".join(
        f"{name} {a:.2f} and {b:.2f}"
        for name, a, b in zip(("practice", "proxy", "goal"), ours.mean(axis=0), theirs.mean(axis=0), strict=True)
    )
    return bool((found.pvalue > ERROR / 3).all()), f"means over the last third, engine and Mesa: {told}"


def sweep_once(steps: int) -> float:
    """Wall seconds of one replicate of the published sweep, tables and folder included."""
    from sim.experiments.sweep import sweep
    from sim.scenario.study_loading import load_study

    with tempfile.TemporaryDirectory() as folder:
        sweep(load_study(STUDY, flags={"replicates": 1, "weeks": 60}), out=Path(folder) / "first", workers=1)
        planned = load_study(STUDY, flags={"replicates": 1, "weeks": steps})
        begun = time.perf_counter()
        result = sweep(planned, out=Path(folder) / "out", workers=1)
        if result.done != LEVELS or result.failed:
            raise RuntimeError(f"the sweep played {result.done} of {LEVELS} runs, {result.failed} failed")
        return time.perf_counter() - begun
