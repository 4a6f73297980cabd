"""What a sweep keeps of a run, as it travels from a worker: a number an index, and weekly series if any are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.gap import Window
from sim.analysis.run_indices import run_indices, weekly


@dataclass(frozen=True)
class Kept:
    """Indices, (i,), in the order asked for; weeks, (w,), and series, (w, s). NaN where a run has no such number."""

    indices: NDArray[np.float64]
    weeks: NDArray[np.int64]
    series: NDArray[np.float64]


def read_run(model: Any, *, indices: Sequence[str], series: Sequence[str], window: Window) -> Kept:
    """Read a finished world."""
    results = model.results()
    found = run_indices(results, window, frozenset(indices))
    values = np.array([found.get(name, np.nan) for name in indices])
    weeks, lines = weekly(results, series) if series else (np.empty(0, np.int64), np.empty((0, 0)))
    return Kept(values, weeks, lines)
