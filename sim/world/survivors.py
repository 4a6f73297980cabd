"""Who is still there of those who came: shares by how long people stay, and the staff of the start (`sim.rules.renewal`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rules import employee, renewal
from sim.scenario.schema import Scenario
from sim.world import opening
from sim.world import state as st
from sim.world.params import draw

Array = NDArray[np.float64]
CELLS = 128  # equally likely intervals of a trait among newcomers
WEEKS_A_YEAR = 52.0


class Staff(NamedTuple):
    """The employees of the start, by resting engagement."""

    edges: Array  # (CELLS + 1,) share of those who are there below each edge of the cells
    hazard: Array  # (CELLS,) quits a week
    history: float  # weeks
    strain: float  # at the stated occupancy
    shift: float  # engagement at fixed pay less its resting level


def staff(spec: Scenario) -> Staff:
    """Who holds the posts at the start: as many years of base pay, stated occupancy and honest work have left them."""
    wb, on, history = spec.staff.wellbeing, spec.mechanisms, spec.history * WEEKS_A_YEAR
    strain = employee.strain_of(spec.service.queue.occupancy if on.queue else 0.0, wb.strain_from_load, 0.0, 0.0)
    pressed = spec.management.first_levers.get("pressing", 0.0) if on.management else 0.0
    shift = employee.engagement_level(
        0.0, 0.0, 0.0, spec.service.process.scripts, wb.autonomy, 0.0, 0.0, 0.0, pressed, wb.pressure, strain, wb.strain
    )
    shift = shift if on.engagement else 0.0
    rate, premium = wb.quit_rate if on.turnover else 0.0, spec.pay.base / wb.pay_elsewhere - 1.0
    hazard = np.zeros(CELLS)
    opening.quit_hazards(*draw(spec.staff.engagement), shift, rate, wb.quit_slope, wb.quit_by_pay, premium, hazard)
    return Staff(cumulated(stays(hazard, history)), hazard, history, float(strain), float(shift))


def hold_posts(law: Staff, spec: Scenario, of_trait: Array, of_tenure: Array, w: st.World) -> None:
    """Resting engagement and tenure of those who hold the posts, each from uniforms (n,) of their own."""
    resting = draw(spec.staff.engagement)
    seats = w.staff["engagement"], w.staff["tenure"]
    opening.hold_posts(law.edges, law.hazard, law.history, *resting, of_trait, of_tenure, *seats)


def stays(hazard: Any, history: float) -> Array:
    """How long people stay within the history at each hazard, weeks; the same for all where there is no history."""
    if history <= 0.0:
        return np.ones(np.shape(hazard))
    return np.array([renewal.expected_stay(h, history) for h in np.ravel(hazard)]).reshape(np.shape(hazard))


def cumulated(weights: Any) -> Array:
    """Shares of the weights (…, n) below each edge, (…, n + 1), from 0 to 1; equal shares where all weights are 0."""
    weights = np.asarray(weights, dtype=np.float64)
    weights = np.where(weights.sum(axis=-1, keepdims=True) > 0.0, weights, 1.0)
    total = np.cumsum(weights, axis=-1)
    return np.concatenate([np.zeros((*total.shape[:-1], 1)), total / total[..., -1:]], axis=-1)
