"""(c) Growth: the same world from a thousand to a million customers, each size in a process of its own.

Staff grow with customers, one to a hundred, as in a real firm; a million customers are played with a hundred employees too, so
that what customers cost and what the people who are paid cost can be told apart. Beside every world the one of the targets is
played, pay period by pay period, so that an hour in which the machine is slow makes no size dear.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.bench.child import elsewhere
from sim.bench.row import Row, Target, row
from sim.bench.size import Size
from sim.bench.worlds import Cost, in_turns, play, world
from sim.scenario.schema import Scenario

NAME = "growth"
AT_ONCE = 300_000  # customers played in all repetitions together, at least once
NEEDS = 0.112  # a customer-week: about 0.14 contacts
FLAT = 1.35


def rows(size: Size) -> Iterator[Row]:
    """Cost of a contact and peak memory by the number of customers; the largest world in one run."""
    ladder: dict[int, list[Cost]] = {}
    beside: dict[int, list[Cost]] = {}
    usual_size = world(size.customers, size.staff, size.team, size.weeks, customers__needs_per_week=NEEDS)
    peaks: dict[int, float] = {}
    bytes_a_row = 0.0
    for n in size.populations:
        staff = max(n // 100 // size.team * size.team, size.team)
        spec = world(n, staff, size.team, size.weeks, customers__needs_per_week=NEEDS)
        times = max(1, min(size.repetitions, AT_ONCE // n))
        (pairs, bytes_a_row), peaks[n] = elsewhere("sim.bench.growth:several", [spec, usual_size], times)
        ladder[n], beside[n] = ([pair[k] for pair in pairs] for k in range(2))
        costs = ladder[n]
        usual = {part: float(np.median([getattr(c, part) for c in costs])) for part in ("seconds", "payday", "first_payday")}
        told = f"{staff:,} staff; whole run {usual['seconds']:.2f} s, of it paydays {usual['payday']:.2f} s, of these the first "
        told += f"{usual['first_payday']:.2f} s; {costs[0].contacts:,.0f} contacts; peak memory {peaks[n]:,.0f} MB"
        yield row(NAME, f"{n:,} customers", "a contact without paydays, idle customers included", "ns CPU",
                  [1e9 * c.service / c.contacts for c in costs], note=told)  # fmt: skip
    yield from _flat(size, ladder, beside)
    slope = (peaks[size.populations[-1]] - peaks[size.populations[-2]]) * 1024.0**2
    slope /= ladder[size.populations[-1]][0].rows - ladder[size.populations[-2]][0].rows
    yield row(
        NAME, "state", "a row of a customer or prospect, in all arrays with such rows", "bytes", [bytes_a_row],
        target=Target("at most", 100.0, "median") if size.full else None,
        note=f"peak memory grows by {slope:.0f} bytes a row between the two largest worlds, in which staff grow too",
    )  # fmt: skip
    yield from _largest(size, ladder[size.populations[-1]][0])


def _flat(size: Size, ladder: dict[int, list[Cost]], beside: dict[int, list[Cost]]) -> Iterator[Row]:
    """How much dearer the dearest size is than the cheapest, each by the price of the same world played beside it."""
    large = [n for n in size.populations if n >= size.customers]
    for name, part in (("service", "service"), ("whole run", "seconds")):
        prices = {}
        for n in large:
            own, others = ([getattr(c, part) / c.contacts for c in costs] for costs in (ladder[n], beside[n]))
            prices[n] = float(np.median(np.divide(own, others)))
        spread = max(prices.values()) / min(prices.values())
        told = ", ".join(f"{n:,}: {price:.2f}" for n, price in prices.items())
        yield row(
            NAME, f"flatness, {name}", f"dearest over cheapest contact from {large[0]:,} to {large[-1]:,} customers", "",
            [spread], ratio=spread, target=Target("at most", FLAT) if size.full else None,
            note=f"over the price of {size.customers:,} customers played beside: {told}",
        )  # fmt: skip


def _largest(size: Size, with_staff: Cost) -> Iterator[Row]:
    """The largest world in one run, with staff as a firm has them, and with few."""
    n = size.populations[-1]
    spec = world(n, size.staff, size.team, size.weeks, customers__needs_per_week=NEEDS)
    ([[with_few]], _), _ = elsewhere("sim.bench.growth:several", [spec], 1)
    for staff, cost in (("a hundredth as many staff", with_staff), (f"{size.staff} staff", with_few)):
        rate = cost.contacts / (n * size.weeks)
        told = f"{rate:.3f} contacts a customer-week; paydays {cost.payday:.1f} s, wall {cost.wall:.1f} s"
        yield row(
            NAME, f"{n:,} customers x {size.weeks} weeks, {staff}", "one run on one core", "s CPU", [cost.seconds],
            target=Target("at most", 10.0, "median") if size.full else None, note=told,
        )  # fmt: skip


def several(specs: list[Scenario], times: int) -> tuple[list[list[Cost]], float]:
    """Costs of worlds played side by side, so many times, and bytes of state a customer; what is compiled is loaded before."""
    from sim.world import Organisation

    spec = specs[0]
    small = spec.model_copy(update={"customers": spec.customers.model_copy(update={"count": 200}), "weeks": 9})
    small = small.model_copy(update={"staff": spec.staff.model_copy(update={"count": spec.staff.team_size})})
    play(small)
    costs = [in_turns(*specs, replicate=replicate) for replicate in range(times)]
    return costs, bytes_a_customer(Organisation(small))


def bytes_a_customer(model: Any) -> float:
    """Bytes in arrays that have a row a customer or prospect, over the rows."""
    n = len(model.world.customers)
    arrays = [*model.world, *vars(model).values()]
    held = [array for array in arrays if isinstance(array, np.ndarray) and array.ndim and len(array) == n]
    return math.fsum(array.nbytes for array in held) / n
