"""Experiments: run one scenario or compare several, over replicates and worker processes; the result folder."""

from __future__ import annotations

from sim.experiments.runner import Result, compare, run, standing
from sim.experiments.store import NotAResult, read, write_csv

__all__ = ["NotAResult", "Result", "compare", "read", "run", "standing", "write_csv"]
