"""(f) The pay side: what a payday costs by the number of employees. All that is read, paid, learned and chosen is in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.bench.child import elsewhere
from sim.bench.row import Row, row
from sim.bench.size import Size
from sim.bench.worlds import world

NAME = "payday"
CUSTOMERS = 20  # an employee
PERIODS = 6


def rows(size: Size) -> Iterator[Row]:
    """Seconds a payday and an employee; the first payday, on which all effects are worked out, stands beside."""
    for staff in size.payrolls:
        spec = world(CUSTOMERS * staff, staff, min(size.team, staff), 4 * PERIODS)
        (played, _), _ = elsewhere("sim.bench.growth:several", [spec], max(1, min(size.repetitions, 5_000 // staff)))
        costs = [cost for [cost] in played]
        usual = [(c.payday - c.first_payday) / (c.paydays - 1) for c in costs]
        first = float(np.median([c.first_payday for c in costs]))
        told = f"{1e6 * float(np.median(usual)) / staff:.1f} us an employee; the first payday takes {1e3 * first:.1f} ms"
        yield row(NAME, f"{staff:,} employees", "a payday after the first", "ms CPU", [1e3 * each for each in usual], note=told)
