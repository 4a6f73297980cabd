"""Sweeps whose answer is known: the real plan of a study, and runs by a formula instead of a simulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.plan import plan
from sim.report.sweep_view import View
from sim.scenario.study_loading import load_study

Formula = Callable[[dict[str, Any], float, np.random.Generator], dict[str, float]]


def fake(
    folder: Path, study: str, formula: Formula, *, skip: Callable[[int, int], bool] = lambda point, replicate: False
) -> View:
    """A sweep of `study` in which `formula` gives the indices of a run, from its factors, the luck that all points of a
    replicate share (standard normal) and a generator of its own; runs that are to `skip`ped are missing."""
    path = folder / "study.yaml"
    path.write_text(study, encoding="utf-8")
    planned = plan(load_study(path))
    manifest = json.loads(json.dumps(planned.manifest()))
    rng = np.random.default_rng(1)
    rows = []
    for replicate in range(planned.replicates):
        luck = rng.normal()
        for point in range(len(planned.points)):
            factors = planned.points.at(point)
            found = formula(factors, luck, rng)
            if not skip(point, replicate):
                run = replicate * len(planned.points) + point
                rows.append({"run": run, "point": point, "replicate": replicate, **factors, **found})
    failures = pd.DataFrame({"message": pd.Series(dtype=str)})
    source = SimpleNamespace(
        folder=folder, manifest=manifest, factors=list(planned.points.values), design=planned.design_table().to_pandas(),
        parts=SimpleNamespace(failures=0), failures=lambda: failures,
    )  # fmt: skip
    return View(source, pd.DataFrame(rows))  # type: ignore[arg-type]
