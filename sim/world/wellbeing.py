"""Engagement and strain at the end of a pay period: from pay, pressure, gaming, scripts and load to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.rules import employee as rules
from sim.world.people import Array

if TYPE_CHECKING:
    from sim.world.firm import Firm


def shortfall(firm: Firm, began: int) -> Array:
    """(n,) standard errors by which an employee's expectation lies below a target at which pay jumps."""
    group = firm.groups["employee"]
    out = np.zeros(group.n)
    for contract in firm.in_force("employee", began):
        if contract.place < 0 or not contract.jumps or not group.level.size:
            continue
        sigma = firm.read["employee"].sigma[:, contract.place] * contract.points
        behind = contract.payout.sign * (contract.target - group.level[:, contract.place] * contract.points)
        out = np.maximum(out, np.where(sigma > 0, behind / np.where(sigma > 0, sigma, 1.0), 0.0))
    return np.nan_to_num(out)


def period(firm: Firm, began: int) -> None:
    """Engagement moves towards its level, faster down than up; strain is noted for the record."""
    spec, w = firm.spec, firm.w
    wb, group = spec.staff.wellbeing, firm.groups["employee"]
    behind = shortfall(firm, began)
    occupancy = w.teams["occupancy"][group.team]
    pressing = firm.pressing() if spec.mechanisms.management else np.zeros(spec.teams)
    moved = spec.mechanisms.engagement
    gamed = group.intensity[:, group.moral > 0].max(axis=1, initial=0.0)
    for e in range(group.n):
        firm.strain[e] = rules.strain_of(occupancy[e], wb.strain_from_load, behind[e], wb.strain_from_targets)
    total = group.base + group.bonus
    contingent = group.bonus / np.where(total > 0, total, 1.0)
    engagement = firm.engagement
    for e in range(group.n if moved else 0):
        level = rules.engagement_level(
            firm.resting[e], contingent[e], wb.crowding, spec.service.process.scripts, wb.autonomy, gamed[e],
            group.conscience[e], wb.moral_stress, pressing[group.team[e]], wb.pressure, firm.strain[e], wb.strain,
        )  # fmt: skip
        engagement[e] = rules.engagement_after(engagement[e], level, wb.recovery, wb.decline)
