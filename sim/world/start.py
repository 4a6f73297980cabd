"""The start of a world: customers and a chance to join that at fixed pay would stay as they are.

Who is there has the traits of newcomers, weighted by how long people with such traits stay (`survivors`), and a mind that as
many weeks of usual service have made (`pilot`). The balance is the chance to join at which as many come as leave.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from sim.scenario.managers import ClosedLoop
from sim.scenario.pay import Pay
from sim.scenario.schema import Scenario
from sim.world import build, opening, pilot
from sim.world.params import params
from sim.world.survivors import CELLS, WEEKS_A_YEAR, Array, cumulated, stays


class Start(NamedTuple):
    """What the customers of the start are drawn from, by segment s and contract k (0 free, 1 bound), and what goes with them."""

    edges: Array  # (S + 1,) cumulated shares of the segments
    bound: Array  # (S,) share under contract
    taste: Array  # (S, 2, CELLS + 1) share of those who are there below each edge of the cells of newcomers' taste
    hazard: Array  # (S, 2, CELLS) departures a week
    history: float  # weeks
    minds: Any  # (A, n) MIND
    first: Any  # (S + 1,)
    every: float  # weeks
    stands_for: float
    minutes: float  # of a contact
    join: float  # chance at which joiners equal departures


def of(spec: Scenario) -> Start:
    """The start of a world: the same for all worlds that differ in measures, schemes, length or replicate only."""
    told: dict[str, Any] = {"name": "start", "about": "", "story": "", "measures": {}, "pay": Pay(base=spec.pay.base)}
    told["management"] = spec.management.model_copy(update={"closed_loop": ClosedLoop()})
    told |= {name: [] for name in ("sources", "notice", "events")}
    told |= {name: Scenario.model_fields[name].default for name in ("weeks", "burn_in", "replicates")}
    return _of(spec.model_copy(update=told).model_dump_json(exclude={"audit", "owners", "books"}))


@functools.lru_cache(maxsize=16)
def _of(text: str) -> Start:
    spec = Scenario.model_validate_json(text)
    seen, people = pilot.play(spec), spec.customers
    kinds = np.array([k.share for k in people.segments])
    hazard = np.zeros((len(kinds), 2, CELLS))
    if spec.mechanisms.exit:
        opening.exit_hazards(params(spec, pilot.REPLICATE), seen.minds, seen.first, hazard)
    contract = np.array([1.0 - people.voice.contract_share, people.voice.contract_share])
    come = (kinds / kinds.sum())[:, None, None] * contract[None, :, None] * np.full(hazard.shape, 1.0 / CELLS)
    renewed = spec.mechanisms.exit and spec.mechanisms.acquisition
    there = come * stays(hazard, spec.history * WEEKS_A_YEAR) if renewed else come
    there /= there.sum()
    leaving, coming = people.count * float((there * hazard).sum()), build.prospects_a_week(spec)
    by_contract = there.sum(axis=2)
    return Start(
        edges=cumulated(by_contract.sum(axis=1)), bound=by_contract[:, 1] / by_contract.sum(axis=1), taste=cumulated(there),
        hazard=hazard if renewed else np.zeros_like(hazard), history=spec.history * WEEKS_A_YEAR,
        minds=seen.minds, first=seen.first, every=seen.every, stands_for=seen.stands_for, minutes=seen.minutes,
        join=min(1.0, leaving / coming) if coming > 0.0 else 0.0,
    )  # fmt: skip
