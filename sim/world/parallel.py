"""Threads that play one week side by side, each the customers of its own teams.

Teams share nothing that is written to within a week, and the sums of each are formed in the order of its customers; so the
number of threads changes no bit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from sim.world import week as engine
from sim.world.state import World


def play(w: World, arrays: tuple[Any, ...], due: Any, now: float, row: int, threads: int) -> None:
    """Play everybody who is due in the week that starts at `now`, accounted in `row`, on so many threads."""
    teams = len(w.teams)
    if min(threads, teams) <= 1:
        engine.play_teams(due, 0, teams, now, row, *arrays)
        return
    edges, pool = _shares(w.teams["place"], threads), _pool(threads)
    jobs = [pool.submit(engine.play_teams, due, a, b, now, row, *arrays) for a, b in pairwise(edges) if a < b]
    for job in jobs:
        job.result()


def _shares(ends: Any, threads: int) -> list[int]:
    """Teams from edge to edge have about as many customers to play; `ends` (T,) is where the list of each ends."""
    goals = ends[-1] * np.arange(1, threads) / threads
    return [0, *(int(team) for team in np.searchsorted(ends, goals) + 1), len(ends)]


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gamed")
