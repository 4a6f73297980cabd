"""The families of benchmarks, by name, and what plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sim.bench import floor, growth, paydays, published, startup, sweeping, twin
from sim.bench.row import Row
from sim.bench.size import FULL, QUICK, Size


class Family(NamedTuple):
    """A family: its name, what it is about, what measures it, and whether it is left out unless asked for."""

    name: str
    about: str
    rows: Callable[[Size], Iterator[Row]]
    asked: bool = False


FAMILIES = (
    Family(twin.NAME, "the engine against the same model as ordinary Mesa objects", twin.rows),
    Family(floor.NAME, "the engine against what its draws and libm calls cost at least", floor.rows),
    Family(growth.NAME, "from a thousand to a million customers", growth.rows),
    Family(sweeping.NAME, "a sweep of many small runs", sweeping.rows),
    Family(startup.NAME, "start-up", startup.rows),
    Family(paydays.NAME, "paydays by the number of employees", paydays.rows),
    Family(published.NAME, "a published model against plain Mesa", published.rows),
    Family(startup.FIRST, "the first run after an installation", startup.first, asked=True),
)
NAMES = tuple(family.name for family in FAMILIES)


def measure(only: Sequence[str] = (), quick: bool = False) -> Iterator[Row]:
    """The rows of the families asked for (default: all but those that have to be asked for)."""
    for family in FAMILIES:
        if family.name in only or (not only and not family.asked):
            yield from family.rows(QUICK if quick else FULL)
