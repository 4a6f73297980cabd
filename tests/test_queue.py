"""Waits, abandonment and occupancy against a small event-driven queue, and against Erlang C with endless patience.

The engine never plays the queue event by event: it draws each caller's wait from the table that `tabulate_wait` makes of
M/M/c+M. Here callers arrive, wait in line, hang up and are served one by one, so that the table is checked by something
that knows no formula. Tolerance: four standard errors over independent days, plus 0.5 % for the table's own steps.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from typing import NamedTuple

import numpy as np
import pytest

from sim.rules import service

ENDLESS = service.NO_PATIENCE_LIMIT
DAYS = 30


class Day(NamedTuple):
    """What one day of the queue came to; shares of callers, minutes, share of staffed time."""

    delayed: float  # would have to wait
    served_wait: float  # mean wait of those who are served
    abandoned: float
    in_time: float  # share of the served who waited no longer than the threshold
    occupancy: float


THRESHOLD = 1.0  # minutes


def play_day(rng: random.Random, arrivals: float, minutes: float, servers: int, patience: float, callers: int) -> Day:
    """One day, first come first served: `callers` callers are counted after a tenth as many to fill the line."""
    warm = callers // 10
    free, busy_time, started = servers, 0.0, 0.0
    line: deque[tuple[float, float, int]] = deque()  # arrived, hangs up at, number
    ends: list[float] = []  # of services under way
    clock = 0.0
    delayed = gone = served = in_time = 0
    waited = 0.0

    def serve(number: int, wait: float, now: float) -> None:
        nonlocal free, served, waited, busy_time, in_time
        free -= 1
        length = rng.expovariate(1.0 / minutes)
        heapq.heappush(ends, now + length)
        if number >= warm:
            served += 1
            waited += wait
            in_time += wait <= THRESHOLD
            busy_time += length

    for number in range(warm + callers):
        clock += rng.expovariate(arrivals)
        while ends and ends[0] <= clock:
            now = heapq.heappop(ends)
            free += 1
            while line and free:
                arrived, hangs_up, waiting = line.popleft()
                if hangs_up < now:
                    gone += waiting >= warm
                else:
                    serve(waiting, now - arrived, now)
        if number == warm:
            started = clock
        if free:
            serve(number, 0.0, clock)
        else:
            delayed += number >= warm
            leaves = math.inf if patience >= ENDLESS else clock + rng.expovariate(1.0 / patience)
            line.append((clock, leaves, number))
    length = clock - started
    while line:  # the line is emptied after the last caller
        now = heapq.heappop(ends)
        arrived, hangs_up, waiting = line.popleft()
        if hangs_up < now:
            gone += waiting >= warm
            heapq.heappush(ends, now)
        else:
            free += 1
            serve(waiting, now - arrived, now)
    return Day(
        delayed / callers,
        waited / max(served, 1),
        gone / callers,
        in_time / max(served, 1),
        busy_time / length / servers,
    )


PLACES = 20_000


def waits_of(arrivals: float, minutes: float, servers: int, patience: float) -> tuple[float, np.ndarray]:
    """P(wait > 0) and the offered waits of those who wait, at evenly spread probabilities, as the engine reads them."""
    table = np.zeros(service.GRID)
    delayed = service.tabulate_wait(arrivals, minutes, float(servers), patience, table)
    u = 1.0 - delayed * (1.0 - (np.arange(PLACES) + 0.5) / PLACES)
    return delayed, np.array([service.wait_quantile(x, delayed, table) for x in u])


def by_table(arrivals: float, minutes: float, servers: int, patience: float) -> Day:
    """The same numbers from the table: a wait w is hung up on with chance 1 − exp(−w / θ)."""
    delayed, waits = waits_of(arrivals, minutes, servers, patience)
    stays = np.exp(-waits / patience)
    served = 1.0 - delayed + delayed * stays.mean()
    in_time = 1.0 - delayed + delayed * ((waits <= THRESHOLD) * stays).mean()
    waited = delayed * (waits * stays).mean()
    return Day(delayed, waited / served, 1.0 - served, in_time / served, arrivals * minutes * served / servers)


CASES = [  # arrivals a minute, minutes, servers, patience, callers a day
    pytest.param(0.3, 6.0, 7, 20.0, 3000, id="light load"),
    pytest.param(0.93, 6.0, 7, 20.0, 3000, id="usual load"),
    pytest.param(0.15, 5.0, 1, 20.0, 3000, id="one server"),
    pytest.param(1.17, 6.0, 7, 20.0, 4000, id="full load"),
    pytest.param(0.9, 6.0, 4, 5.0, 4000, id="overload, impatient"),
    pytest.param(2.0, 6.0, 7, 20.0, 4000, id="overload, patient"),
    pytest.param(0.5, 6.0, 1, 3.0, 3000, id="three times too much for one"),
    pytest.param(5.5, 5.0, 30, 10.0, 5000, id="a large team"),
    pytest.param(0.35, 6.0, 3, ENDLESS, 8000, id="Erlang C at 70 %"),
    pytest.param(1.0, 5.95, 7, ENDLESS, 12000, id="Erlang C at 85 %"),
]


@pytest.mark.parametrize(("arrivals", "minutes", "servers", "patience", "callers"), CASES)
def test_table_agrees_with_a_queue_played_event_by_event(
    arrivals: float, minutes: float, servers: int, patience: float, callers: int
) -> None:
    rng = random.Random(f"{arrivals} {minutes} {servers} {patience}")
    days = np.array([play_day(rng, arrivals, minutes, servers, patience, callers) for _ in range(DAYS)])
    error = days.std(axis=0, ddof=1) / math.sqrt(DAYS)
    table = by_table(arrivals, minutes, servers, patience)
    for name, played, expected, se in zip(Day._fields, days.mean(axis=0), table, error, strict=True):
        assert abs(played - expected) <= 4.0 * se + 0.005 * abs(expected), f"{name}: {played} ± {se}, table {expected}"


def erlang_c(load: float, servers: int) -> float:
    """P(wait > 0) in M/M/c by the sum of the textbook."""
    below = sum(load**k / math.factorial(k) for k in range(servers))
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (below + top)


@pytest.mark.parametrize("servers", [1, 2, 5, 12, 40])
@pytest.mark.parametrize("load", [0.3, 0.7, 0.9, 0.98])
def test_endless_patience_is_erlang_c(servers: int, load: float) -> None:
    minutes = 5.0
    arrivals = load * servers / minutes
    table = by_table(arrivals, minutes, servers, ENDLESS)
    delayed = erlang_c(load * servers, servers)
    assert table.delayed == pytest.approx(delayed, rel=2e-3)
    assert table.abandoned == 0.0
    assert table.occupancy == pytest.approx(load)
    # mean wait: C / (c μ − λ); the table ends at probability 1 − exp(−9), which misses 0.2 % of the mean at most
    assert table.served_wait == pytest.approx(delayed / (servers / minutes - arrivals), rel=5e-3)


@pytest.mark.parametrize("load", [0.5, 1.0, 1.5, 4.0])
@pytest.mark.parametrize("patience", [1.0, 10.0, 60.0])
def test_what_is_served_is_what_the_servers_do(load: float, patience: float) -> None:
    """λ (1 − P(abandon)) E[S] = E[busy servers]: all of them when a caller must wait, else as in a queue without a line."""
    minutes, servers = 6.0, 5
    found = by_table(load * servers / minutes, minutes, servers, patience)
    chances = np.array([(load * servers) ** k / math.factorial(k) for k in range(servers)])
    busy = (chances * np.arange(servers)).sum() / chances.sum()
    expected = found.delayed + (1.0 - found.delayed) * busy / servers
    assert found.occupancy == pytest.approx(expected, rel=2e-3)
