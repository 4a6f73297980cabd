"""The world that benchmarks play: NPS pay for everybody, all default mechanisms on, in the size asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.scenario.loading import load
from sim.scenario.schema import Scenario

SCENARIO = "nps_bonus"


class Cost(NamedTuple):
    """What a run cost, in CPU seconds of one core: everything but the start of the world, and the paydays in it."""

    seconds: float
    wall: float
    payday: float
    first_payday: float
    paydays: int
    contacts: float
    needs: float
    rows: int  # customers and prospects

    @property
    def service(self) -> float:
        """Seconds of everything that is no payday."""
        return self.seconds - self.payday


def world(customers: int, staff: int, team: int, weeks: int, **flags: Any) -> Scenario:
    """The scenario of the benchmarks without a burn-in: everybody is paid on the measure from the first week on."""
    sizes = {"customers.count": customers, "staff.count": staff, "staff.team_size": team, "weeks": weeks, "burn_in": 0}
    return load(SCENARIO, flags={**sizes, **{name.replace("__", "."): value for name, value in flags.items()}}).spec


def play(spec: Scenario, replicate: int = 0) -> Cost:
    """Play a world in this process and tell what it cost."""
    return in_turns(spec, replicate=replicate)[0]


def in_turns(*specs: Scenario, replicate: int = 0) -> list[Cost]:
    """Play worlds side by side, a pay period of each in its turn, and tell what each of them cost."""
    from sim.world import Organisation

    models = [Organisation(spec, replicate) for spec in specs]
    paydays: list[list[float]] = [[] for _ in models]
    for model, kept in zip(models, paydays, strict=True):
        model.firm.payday = _timed(model.firm.payday, kept)  # type: ignore[method-assign]
    cpu, wall = [0.0] * len(models), [0.0] * len(models)
    while any(model.week < model.spec.weeks for model in models):
        for k, model in enumerate(models):
            begun = time.process_time(), time.perf_counter()
            for _ in range(min(model.spec.pay.every, model.spec.weeks - model.week)):
                model.step()
            cpu[k] += time.process_time() - begun[0]
            wall[k] += time.perf_counter() - begun[1]
    return [_cost(*each) for each in zip(models, cpu, wall, paydays, strict=True)]


def _cost(model: Any, cpu: float, wall: float, paydays: list[float]) -> Cost:
    from sim.world import state as st

    counts = model.recorder.counts.sum(axis=0)
    return Cost(
        cpu, wall, sum(paydays), paydays[0] if paydays else 0.0, len(paydays), float(counts[st.N_CONTACTS]),
        float(counts[st.N_NEEDS]), len(model.world.customers),
    )  # fmt: skip


def _timed(inner: Callable[..., Any], kept: list[float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        begun = time.process_time()
        value = inner(*arguments)
        kept.append(time.process_time() - begun)
        return value

    return timed
