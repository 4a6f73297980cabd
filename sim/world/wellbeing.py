"""Engagement and strain at the end of a pay period: from pay, pressure, gaming, scripts and load to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.rules import employee as rules
from sim.rules.kernel import kernel
from sim.world.people import Array

if TYPE_CHECKING:
    from sim.world.firm import Firm


def shortfall(firm: Firm, began: int) -> Array:
    """(n,) standard errors by which an employee's expectation lies below a target at which pay jumps."""
    group = firm.groups["employee"]
    out = np.zeros(group.n)
    for contract in firm.in_force("employee", began):
        if not contract.has_target or not group.level.size:
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
    pressing = firm.pressing()
    gamed = group.intensity[:, group.tactics].max(axis=1, initial=0.0)
    fixed = group.base + group.allowance
    total = fixed + group.contingent
    contingent = group.contingent / np.where(total > 0, total, 1.0)
    _strain(occupancy, wb.strain_from_load, behind, wb.strain_from_targets, firm.strain)
    if spec.mechanisms.engagement:
        weights = (wb.crowding, wb.autonomy, wb.moral_stress, wb.pressure, wb.strain, wb.recovery, wb.decline)
        felt = pressing[group.team]
        scripts = spec.service.process.scripts
        _engage(firm.resting, contingent, scripts, gamed, group.conscience, felt, firm.strain, weights, firm.engagement)


@kernel
def _strain(occupancy, from_load, behind, from_targets, out):
    for e in range(len(out)):
        out[e] = rules.strain_of(occupancy[e], from_load, behind[e], from_targets)


@kernel
def _engage(resting, contingent, scripts, gamed, conscience, pressed, strain, weights, engagement):
    crowding, autonomy, moral_stress, pressure, by_strain, recovery, decline = weights
    for e in range(len(engagement)):
        level = rules.engagement_level(
            resting[e], contingent[e], crowding, scripts, autonomy, gamed[e], conscience[e], moral_stress, pressed[e],
            pressure, strain[e], by_strain,
        )  # fmt: skip
        engagement[e] = rules.engagement_after(engagement[e], level, recovery, decline)
