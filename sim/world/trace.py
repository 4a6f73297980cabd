"""What happened to one customer in a past week: the week is played again, by the engine itself, for him alone.

Customers meet only through the queue and through staff, who do not change within a week, and chance is keyed; so a copy
of the state before the week and the week's queue are enough to tell exactly what befell one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import state as st
from sim.world import week as engine
from sim.world.layout import QUESTIONS
from sim.world.readings import carry

if TYPE_CHECKING:
    from sim.world.model import Organisation

STANDING = ("delayed", "arrivals", "occupancy", "backlog", "waits", "sound")
INSTANT = 1e-9  # weeks; shorter than any delay, longer than the rounding of a date


@dataclass(frozen=True)
class Snapshot:
    """A world before the week `week`, with the queue as it was in that week."""

    week: int
    world: st.World


@dataclass(frozen=True)
class Happening:
    """One date on which something happened to a customer: his record before and after, and what was counted.

    counts (COUNTS,) by the columns of `state`; readings (M,) CELL: stage by stage what it meant for each measure.
    """

    at: float
    before: Any
    after: Any
    counts: Any
    readings: Any
    invited: Any  # (M,) bool: asked by each survey of opinion


def snapshot(model: Organisation) -> Snapshot:
    """Keep the world as it stands before the week that comes next."""
    w = model.world
    rows = int(np.flatnonzero(w.customers["status"] != st.PROSPECT)[-1]) + 1
    return Snapshot(model.week, w._replace(
        p=w.p.copy(), firm=w.firm.copy(), measures=w.measures.copy(), segments=w.segments.copy(),
        customers=_copied(w.customers[:rows]), next_at=w.next_at[:rows].copy(),
        invited_at=w.invited_at[:rows].copy(), staff=w.staff.copy(), teams=w.teams.copy(), members=w.members.copy(),
    ))  # fmt: skip


def _copied(records: Any) -> Any:
    """A copy byte by byte: NumPy's own goes through unaligned records field by field."""
    out = np.empty_like(records)
    out.view(np.uint8)[...] = records.view(np.uint8)
    return out


def settled(kept: Snapshot, model: Organisation) -> Snapshot:
    """The same after the week was played, with the queue and the process that its customers met."""
    for name in STANDING:
        kept.world.teams[name] = model.world.teams[name]
    kept.world.staff["fresh"] = model.world.staff["fresh"]
    return kept


def happenings(kept: Snapshot, customer: int) -> list[Happening]:
    """Everything that happened to a customer in the week of a settled snapshot, in the order of its dates."""
    source = kept.world
    if customer >= len(source.customers) or source.customers[customer].status != st.ACTIVE:
        return []
    w = source._replace(
        firm=source.firm.copy(), customers=source.customers.copy(), next_at=source.next_at.copy(),
        invited_at=source.invited_at.copy(), teams=source.teams.copy(), members=source.members.copy(), panel=source.panel.copy(),
    )  # fmt: skip
    row = w.customers[customer]
    row.due = max(float(row.due), float(kept.week))
    found = []
    while row.status == st.ACTIVE and min(row.due, row.leaves_at) < kept.week + 1.0:
        found.append(_next(w, customer))
    return found


def _next(w: st.World, customer: int) -> Happening:
    """Play the customer's next date and count it by itself."""
    fresh = w._replace(
        lessons=np.zeros_like(w.lessons), readings=np.zeros_like(w.readings[:1]), tallies=np.zeros_like(w.tallies[:1])
    )
    row = fresh.customers[customer]
    at = float(min(row.due, row.leaves_at))
    before, asked = row.copy(), fresh.invited_at[customer].copy()
    engine.play(fresh, customer, at - 1.0 + INSTANT, 0)
    measures, cells = fresh.measures, fresh.readings[0]
    total = st.records(cells.shape[1], st.CELL)
    for name in cells.dtype.names:
        total[name] = cells[name].sum(axis=0)
    for measure, cell in zip(measures, total, strict=True):
        carry(measure.written, cell)
    invited = measures["reads"] < len(QUESTIONS)
    invited[invited] = (fresh.invited_at[customer] != asked)[measures["survey"][invited]]
    return Happening(at, before, row.copy(), fresh.tallies[0]["n"].sum(axis=0), total, invited)
