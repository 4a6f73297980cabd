"""Who is left of all who came, by how long people stay."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.rules import employee, renewal
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world.params import draw
from sim.world.survivors import CELLS, WEEKS_A_YEAR


class StaffLaw(NamedTuple):
    """Which employees are there at the start, by cell of resting engagement, and what usual work does to them."""

    edges: Any
    hazard: list[float]  # quits a week
    history: float  # weeks
    strain: float
    shift: float  # of engagement


def stay(hazard: float, history: float) -> float:
    """How long somebody stays within the history, weeks; the same for all where there is none."""
    return renewal.expected_stay(hazard, history) if history > 0.0 else 1.0


def shares_below(weights: list[float]) -> Any:
    """Shares of the weights below each edge, from 0 to 1; equal shares where all weights are 0."""
    weights = weights if sum(weights) > 0.0 else [1.0] * len(weights)
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + weight)
    return np.array([edge / edges[-1] for edge in edges])


def staff_law(spec: Scenario) -> StaffLaw:
    """Which employees are left at the start, after years of base pay, stated occupancy and honest work, and how they feel."""
    wb, on, history = spec.staff.wellbeing, spec.mechanisms, spec.history * WEEKS_A_YEAR
    strain = employee.strain_of(spec.service.queue.occupancy if on.queue else 0.0, wb.strain_from_load, 0.0, 0.0)
    pressed = spec.management.first_levers.get("pressing", 0.0) if on.management else 0.0
    shift = employee.engagement_level(
        0.0, 0.0, 0.0, spec.service.process.scripts, wb.autonomy, 0.0, 0.0, 0.0, pressed, wb.pressure, strain, wb.strain
    )
    shift = shift if on.engagement else 0.0
    rate, premium, cells = wb.quit_rate if on.turnover else 0.0, spec.pay.base / wb.pay_elsewhere - 1.0, CELLS
    hazard = []
    for i in range(cells):
        level = chance.from_latent(*draw(spec.staff.engagement), (i + 0.5) / cells) + shift
        hazard.append(employee.quit_hazard(rate, wb.quit_slope, level, wb.quit_by_pay, premium))
    edges = shares_below([stay(h, history) for h in hazard])
    return StaffLaw(edges, hazard, history, strain, shift)
