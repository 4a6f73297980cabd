"""From a scenario to a world at its first week: arrays allocated, customers settled, posts filled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.scenario.schema import Scenario
from sim.world import chance, hand, opening
from sim.world import state as st
from sim.world.layout import QUESTIONS
from sim.world.params import measure_table, params, read_at

if TYPE_CHECKING:
    from sim.world.start import Start

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


def weakness(spec: Scenario, replicate: int) -> np.ndarray:
    """How often each team's process fails, relative to the firm's, (T,): log-normal with median 1."""
    spread = spec.service.process.failure_spread
    z = [chance.normal(spec.seed, replicate, team, 0, chance.WEAK, 0) for team in range(spec.teams)]
    return np.exp(spread * np.array(z))


def allocate(spec: Scenario, p: Any, table: Any, customers: int, weeks: int) -> st.World:
    """Empty arrays for the sizes in `p`, so many customers and prospects, and accounts for calls of up to `weeks` weeks."""
    measures, teams, employees = len(table), int(p["teams"]), int(p["employees"])
    surveys = int((table["reads"] < len(QUESTIONS)).sum())
    kinds = segments(spec)
    places = read_at(table)
    dealt = hand.places(table, places)
    made = st.World(
        p=p, firm=st.records(1, st.FIRM)[0], measures=table, segments=kinds, members=np.zeros((teams, len(kinds)), np.int64),
        read_at=places, hand_places=dealt, hands=np.empty((teams, 5, dealt.shape[1])),
        customers=st.customers(customers), next_at=np.full(customers, st.NEVER),
        invited_at=np.full((customers, surveys), -1e9, np.float32),
        staff=st.records(employees, st.EMPLOYEE), teams=st.records(teams, st.TEAM),
        lessons=st.records(employees * (measures + 1), st.LESSON).reshape(employees, measures + 1),
        panel=st.records(teams * st.PANEL_SIZE, st.PANEL).reshape(teams, st.PANEL_SIZE),
        readings=st.records(weeks * (employees + teams) * measures, st.CELL).reshape(weeks, employees + teams, measures),
        tallies=st.records(weeks * (employees + teams), st.TALLY).reshape(weeks, employees + teams),
    )  # fmt: skip
    made.teams["minutes"] = spec.service.work.minutes
    made.teams["drag"] = made.teams["weakness"] = 1.0
    return made


def world(spec: Scenario, replicate: int, weeks: int, start: Start) -> st.World:
    """A world of the contacts technology at the start of its burn-in, with accounts for calls of up to `weeks` weeks."""
    n = spec.customers.count + math.ceil(prospects_a_week(spec) * (spec.weeks + spec.burn_in))
    p = params(spec, replicate)
    p["stands_for"] = start.stands_for
    made = allocate(spec, p, measure_table(spec), n, weeks)
    made.teams["minutes"] = start.minutes
    made.teams["weakness"] = weakness(spec, replicate)
    opening.settle(made, float(-spec.burn_in), start)
    return made
