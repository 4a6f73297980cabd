"""From a scenario to a world at its first week: arrays allocated, customers settled, posts filled."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario.schema import Scenario
from sim.world import state as st
from sim.world import week as engine
from sim.world.params import measure_table, params

SEGMENT = np.dtype([(name, "f8") for name in ("edge", "needs", "difficulty", "value", "voice")])


def segments(spec: Scenario) -> Any:
    """The kinds of customers, (S,) records, with cumulated shares."""
    kinds = spec.customers.segments
    rows = st.records(len(kinds), SEGMENT)
    shares = np.array([k.share for k in kinds], dtype=np.float64)
    rows["edge"] = np.cumsum(shares / shares.sum())
    for name in ("needs", "difficulty", "value", "voice"):
        rows[name] = [getattr(k, name) for k in kinds]
    return rows


def prospects_a_week(spec: Scenario) -> float:
    """How many prospects come by in a week."""
    return spec.customers.market.prospects * spec.customers.count / 52.0 if spec.mechanisms.acquisition else 0.0


def world(spec: Scenario, replicate: int, weeks: int) -> st.World:
    """A world of the contacts technology at the start of its burn-in, with accounts for calls of up to `weeks` weeks."""
    table = measure_table(spec)
    measures, teams, employees = len(table), spec.teams, spec.staff.count
    n = spec.customers.count + math.ceil(prospects_a_week(spec) * (spec.weeks + spec.burn_in))
    made = st.World(
        p=params(spec, replicate), firm=st.records(1, st.FIRM)[0], measures=table, segments=segments(spec),
        customers=st.customers(n), next_at=np.full(n, st.NEVER), invited_at=np.full((n, measures), -1e9, np.float32),
        staff=st.records(employees, st.EMPLOYEE), teams=st.records(teams, st.TEAM),
        lessons=st.records(employees * (measures + 1), st.LESSON).reshape(employees, measures + 1),
        panel=st.records(teams * st.PANEL_SIZE, st.PANEL).reshape(teams, st.PANEL_SIZE),
        readings=st.records(weeks * (employees + teams) * measures, st.CELL).reshape(weeks, employees + teams, measures),
        tallies=st.records(weeks * (employees + teams), st.TALLY).reshape(weeks, employees + teams),
    )  # fmt: skip
    made.teams["minutes"] = spec.service.work.minutes
    made.teams["drag"] = 1.0
    engine.settle(made, float(-spec.burn_in))
    return made
