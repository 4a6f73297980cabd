"""(b) The engine against a floor: as many keyed draws, the same libm calls, and one touch of the same state, nothing else.

The state is the customer's row and, of the accounts, as many numbers as a contact writes, in one piece.

How many there are is counted in plain Python, where every call can be seen. The floor's draws lie side by side, and its calls
do not wait for each other, so it is what the generator and the library cost at best; a slow generator would flatter the ratio, so
nanoseconds stand beside, and the engine's own parts, each alone (`sim.bench.parts`).
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sim.bench.child import elsewhere
from sim.bench.floor_kernel import LIBM, begin, one_week
from sim.bench.parts import PARTS, Bench
from sim.bench.row import Row, Target, row
from sim.bench.size import Size
from sim.bench.worlds import play, world
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world import state as st

NAME = "floor"
DRAWS, ACCOUNTS = "draws", "numbers of the accounts"
KINDS = (DRAWS, *LIBM, ACCOUNTS)  # places in the vectors of how much a contact or a team's week takes
IDLE = 1e-4  # needs a customer-week of a world in which next to nothing happens


def rows(size: Size) -> Iterator[Row]:
    """Nanoseconds of the engine's service and of the floor, and of a customer for whom nothing happens."""
    from sim.world import start

    teams = max(size.staff // size.team // 10, 1)  # a tenth of the world, teams of the same size with as many customers each
    counted = world(size.customers * size.team * teams // size.staff, size.team * teams, size.team, size.counted_weeks)
    (a_contact, a_team), _ = elsewhere("sim.bench.floor:count", counted, start.of(counted), compiled=False)
    spec = world(size.customers, size.staff, size.team, size.weeks)
    (engine, whole, floor, parts, same), _ = elsewhere("sim.bench.floor:measure", spec, a_contact, a_team, size.repetitions)
    limit = size.full
    told = ", ".join(f"{amount:.2f} {kind}" for kind, amount in zip(KINDS, a_contact, strict=True) if amount > 0)
    weekly = ", ".join(f"{amount:.0f} {kind}" for kind, amount in zip(KINDS, a_team, strict=True) if amount > 0)
    yield row(
        NAME, "engine, service", "a contact of the engine without paydays, idle customers included; ratio to the floor", "ns CPU",
        engine, ratio=float(np.median(np.divide(engine, floor))), target=Target("at most", 2.5) if limit else None,
        note=f"a contact takes {told} (draws of four uniforms each); the queue of a team takes {weekly} a week",
    )  # fmt: skip
    yield row(NAME, "engine, service, per contact", "the same against nanoseconds", "ns CPU", engine,
              target=Target("at most", 400.0, "median") if limit else None)  # fmt: skip
    yield row(NAME, "engine, whole run, per contact", "a contact of the engine, paydays included", "ns CPU", whole,
              target=Target("at most", 400.0, "median") if limit else None)  # fmt: skip
    yield row(NAME, "floor", "a contact of the floor, idle customers and queues included", "ns CPU", floor,
              note=f"its contacts are {same:.2f} times the engine's")  # fmt: skip
    each = ", ".join(f"{part.name} {np.median(alone):.0f}" for part, alone in zip(PARTS, np.transpose(parts), strict=True))
    yield row(
        NAME, "parts of a contact", "the engine's steps one by one, each for all customers before the next; ratio to the floor",
        "ns CPU", np.sum(parts, axis=1), ratio=float(np.median(np.sum(parts, axis=1) / floor)),
        note=f"{each}; without queues and all that stands between two steps",
    )  # fmt: skip
    idle, _ = elsewhere("sim.bench.floor:idle", size.populations[-2], size.weeks, float(np.median(engine)), size.repetitions)
    yield row(
        NAME, "idle customer-week", "a customer for whom nothing happens in a week", "ns CPU", idle,
        target=Target("at most", 10.0, "median") if limit else None,
        note=f"worlds of {size.populations[-2]:,} customers and half of that at {IDLE:g} needs a customer-week: difference in "
        "time less the contacts at the price above, over the difference in customer-weeks",
    )  # fmt: skip


# --- counting, in plain Python --------------------------------------------------------------------------------------


def count(spec: Scenario, begin_at: Any) -> tuple[list[float], list[float]]:
    """Draws, libm calls and numbers of the accounts written of a contact, and of a team's queue in a week.

    From the second pay period on if there is one. Counted by wrapping the generator, the functions of `math` and what writes
    accounts while the engine plays a week in plain Python.
    """
    from sim.rules import service
    from sim.world import Organisation, contact, readings, start

    start.of = lambda spec: begin_at
    seen: dict[str, Counter[str]] = {"service": Counter(), "queues": Counter(), "else": Counter()}
    where = ["else"]

    def counting(owner: Any, name: str, kind: str, amount: Callable[..., int] = lambda *_: 1) -> None:
        inner = getattr(owner, name)

        def counted(*arguments: Any) -> Any:
            seen[where[-1]][kind] += amount(*arguments)
            return inner(*arguments)

        setattr(owner, name, counted)

    def within(owner: Any, name: str, place: str) -> None:
        inner = getattr(owner, name)

        def entered(*arguments: Any) -> Any:
            where.append(place)
            try:
                return inner(*arguments)
            finally:
                where.pop()

        setattr(owner, name, entered)

    counting(chance, "philox", DRAWS)
    for name in LIBM:
        counting(math, name, name)
    counting(readings, "add", ACCOUNTS, lambda *_: 2)  # numerator and denominator of a stage
    counting(readings, "learn", ACCOUNTS, lambda lesson, mask, *_: 3 + 2 * int(mask).bit_count())
    counting(contact, "note_panel", ACCOUNTS, lambda *_: len(st.PANEL.names or ()))
    counting(contact, "count_contact", ACCOUNTS, lambda *_: 6)
    within(service, "tabulate_wait", "queues")
    model = Organisation(spec)
    within(model, "step", "service")
    within(model.firm, "payday", "else")
    contacts = weeks = 0.0
    while model.week < spec.weeks:
        if model.week == min(spec.pay.every, spec.weeks - 1):
            for each in seen.values():
                each.clear()
            contacts = weeks = 0.0
        model.step()
        contacts, weeks = contacts + float(model.recorder.counts[model.week - 1][st.N_CONTACTS]), weeks + 1
    each_contact = [seen["service"][kind] / contacts for kind in KINDS]
    return each_contact, [seen["queues"][kind] / (weeks * spec.teams) for kind in KINDS]


# --- measuring ------------------------------------------------------------------------------------------------------


def measure(
    spec: Scenario, a_contact: list[float], a_team: list[float], repetitions: int
) -> tuple[list[float], list[float], list[float], list[list[float]], float]:
    """CPU nanoseconds a contact of engine (service; whole), floor and parts, in turns; the floor's contacts over the engine's."""
    engine, whole, floor, parts, same = [], [], [], [], 1.0
    bench = Bench(spec)
    for repetition in range(-1, repetitions):
        cost = play(spec, repetition + 1)
        contacts, seconds = play_floor(spec, cost.rows, cost.contacts / (cost.rows * spec.weeks), a_contact, a_team)
        if repetition >= 0:  # the first round loads what is compiled
            engine.append(1e9 * cost.service / cost.contacts)
            whole.append(1e9 * cost.seconds / cost.contacts)
            floor.append(1e9 * seconds / contacts)
            parts.append(bench.nanoseconds())
            same = contacts / cost.contacts
    return engine, whole, floor, parts, same


def play_floor(spec: Scenario, n: int, rate: float, a_contact: list[float], a_team: list[float]) -> tuple[float, float]:
    """Contacts and CPU seconds of the floor's run over `n` rows at so many contacts a row and week."""
    customers, next_at = st.customers(n), np.empty(n)
    tallies, due, sink = st.records(spec.teams, st.TALLY), np.zeros(n, np.int64), np.zeros(2)
    each_contact, each_team, owed = np.array(a_contact[:-1]), np.array(a_team[:-1]), np.zeros(len(a_contact) - 1)
    drawn, accounts = np.empty((4, int(max(a_contact[0], a_team[0])) + 2)), np.zeros((spec.staff.count, int(a_contact[-1])))
    begin(customers, next_at, rate)
    begun = time.process_time()
    for week in range(spec.weeks):
        one_week(customers, next_at, tallies, accounts, due, float(week), rate, each_contact, each_team, owed, drawn, sink)
    return float(sink[1]), time.process_time() - begun


def idle(customers: int, weeks: int, a_contact: float, repetitions: int) -> list[float]:
    """CPU nanoseconds of a customer-week in which nothing happens: two sizes, so that what a week costs anyway falls out."""
    specs = [world(n, 10, 10, weeks, customers__needs_per_week=IDLE, mechanisms__acquisition=False)
             for n in (customers // 2, customers)]  # fmt: skip
    play(specs[0], 1)
    found = []
    for replicate in range(repetitions):
        small, large = (play(spec, replicate) for spec in specs)
        spent = large.service - small.service - 1e-9 * a_contact * (large.contacts - small.contacts)
        found.append(1e9 * spent / ((large.rows - small.rows) * weeks))
    return found
