"""What acts are expected to bring: the twin's world as the engine's panel of expected effects reads it.

The panel (`sim.world.foresight`) is called and not written a second time: it is no part of what happens in the world, but
an expectation worked out on cases; its tests stand elsewhere. What it is given here comes from the twin's objects alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import build, foresight
from sim.world import state as st
from sim.world.params import measure_table, params

if TYPE_CHECKING:
    from twin.model import TwinFirm


def effects(
    model: TwinFirm, is_open: list[bool], read: list[int], impatience: float
) -> tuple[list[Any], list[Any], list[Any]]:
    """Expected readings by team and place, effects by team, act and place, and of what all of a team do; last comes work time."""
    w, which, places = as_arrays(model), np.array(is_open), np.array(read, np.int64)
    expected, found = foresight.effects(w, which, places, impatience)
    together = foresight.of_teams(w, found, which, places, impatience)
    return expected.tolist(), found.tolist(), together.tolist()


def ability(model: TwinFirm, read: list[int], impatience: float) -> list[Any]:
    """What one sd of a team's ability is worth, by team and place."""
    found: list[Any] = foresight.ability_effects(as_arrays(model), np.array(read, np.int64), impatience).tolist()
    return found


def as_arrays(model: TwinFirm) -> st.World:
    """The twin's world as it stands, as arrays."""
    spec = model.spec
    p = params(spec, model.replicate)
    p["stands_for"] = model.stands_for
    there = list(model.customers)
    places = 1 + max((customer.place for customer in there), default=0)
    w = build.allocate(spec, p, measure_table(spec), places, spec.pay.every)
    for k, amount in model.levers.items():
        w.firm.levers[k] = amount
    for row, employee in zip(w.staff, model.people["employee"], strict=True):
        for name in ("ability", "engagement", "tenure", "skill", "intensity"):
            row[name] = getattr(employee, name)
        for account in range(spec.pay.every):
            counts = employee.desk.past_counts.get(model.week - spec.pay.every + 1 + account)
            w.tallies[account, employee.post].n[st.N_CONTACTS] = counts.contacts if counts else 0.0
    for row, team in zip(w.teams, model.teams, strict=True):
        for name in ("minutes", "delayed", "arrivals", "occupancy", "backlog", "drag", "weakness", "repair", "sound", "filtering",
                     "noted"):  # fmt: skip
            row[name] = getattr(team, name)
        row["active"], row["open"], row["waits"] = len(team.customers), len(team.open_issues()), team.waits
        for place, case in team.cases:
            for name, value in case._asdict().items():
                w.panel[team.number, place][name] = value
    for customer in there:
        row = w.customers[customer.place]
        row["status"] = st.ACTIVE
        row["marks"] = st.OPEN if customer.issue is not None else 0
        for name in ("end", "peak", "taste"):
            row[name] = getattr(customer, name)
    return w
