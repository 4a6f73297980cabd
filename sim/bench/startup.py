"""(e) Start-up: what a user waits for before anything happens. Wall time of whole processes, in turns."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.bench.child import environment
from sim.bench.row import Row, Target, row
from sim.bench.size import Size

NAME, FIRST = "startup", "first_run"
GAMED = [sys.executable, "-m", "sim"]
RUN = [*GAMED, "run", "salary", "--weeks", "4", "--set", "burn_in=0", "--replicates", "1", "--workers", "1", "--quiet"]


def rows(size: Size) -> Iterator[Row]:
    """The help against a bare interpreter, and a small run when everything is compiled."""
    bare, told = [], []
    for _ in range(size.repetitions):
        bare.append(wall([sys.executable, "-c", "pass"]))
        told.append(wall([*GAMED, "--help"]))
    yield row(NAME, "python", "a bare interpreter that does nothing", "s wall", bare)
    yield row(
        NAME, "gamed --help, beyond that", "what the help takes more than a bare interpreter", "s wall",
        [a - b for a, b in zip(told, bare, strict=True)], target=Target("at most", 0.2, "median") if size.full else None,
    )  # fmt: skip
    if size.full:
        runs = [run() for _ in range(4)]
        yield row(NAME, "later runs", "gamed run salary: four weeks, one replicate, with the report", "s wall", runs[1:])


def first(size: Size) -> Iterator[Row]:
    """The same run with nothing compiled yet, as after an installation without `make setup`."""
    with tempfile.TemporaryDirectory() as empty:
        yield row(FIRST, "first run", "the same with nothing compiled yet", "s wall", [run(NUMBA_CACHE_DIR=empty)])


def run(**more: str) -> float:
    """Wall seconds of a small run into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return wall([*RUN, "--out", str(Path(folder) / "run")], **more)


def wall(command: Sequence[str], **more: str) -> float:
    """Wall seconds of a command; what it prints is dropped, but not what it complains of."""
    begun = time.perf_counter()
    subprocess.run(command, env=environment(True, **more), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


