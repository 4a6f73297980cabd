"""How large a benchmark is: the full one, of which targets are asked, and a quick one that shows that it works."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Sizes of all families."""

    customers: int  # of the world of the targets
    staff: int
    team: int
    weeks: int
    histories: int  # of that world in which the twins take turns with the engine
    keyed_weeks: int  # how long the twin with keyed draws is played, for the slow part of it repeats nothing new
    replicates: int  # of the engine, to which the histories of the twin with Python's chance are compared
    repetitions: int
    counted_weeks: int  # in plain Python, to count draws and calls
    populations: tuple[int, ...]
    sweep_runs: int
    payrolls: tuple[int, ...]
    steps: int  # of Proxyeconomics in Mesa
    full: bool


FULL = Size(
    customers=10_000, staff=100, team=10, weeks=104, histories=3, keyed_weeks=8, replicates=20, repetitions=7, counted_weeks=24,
    populations=(1_000, 10_000, 100_000, 1_000_000), sweep_runs=2_000, payrolls=(50, 500, 5_000), steps=300, full=True,
)  # fmt: skip
QUICK = Size(
    customers=60, staff=2, team=2, weeks=3, histories=2, keyed_weeks=3, replicates=4, repetitions=2, counted_weeks=3,
    populations=(200, 400), sweep_runs=6, payrolls=(4, 8), steps=3, full=False,
)  # fmt: skip
