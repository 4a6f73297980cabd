"""Worlds whose outcome is known: honest surveys, Little's law, closed forms, the queue.

Tolerances are four standard errors unless said; where both sides are the same sum of the same draws they are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from worlds_known import play, still, weekly

from sim.rules import service
from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world import state as st

# --- the honest survey -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "reads"),
    [("contacts", "recommend"), ("contacts", "satisfaction"), ("contacts", "first_time"), ("customers", "recommend")],
)
def test_gap_of_a_full_response_without_style_is_its_sampling_error(population: str, reads: str) -> None:
    """Half of them asked at random, all answer as they feel: nothing but luck, and of the size that sampling has."""
    high = {"recommend": 9, "satisfaction": 4, "first_time": 1}[reads]
    ask = {"reads": reads, "population": population, "sample": "random", "rate": 0.5, "respond": [1, 1, 1], "window": 1,
           "aggregate": "top", "high": high, "low": 0}  # fmt: skip
    spec = Scenario.model_validate({
        "name": "honest", "weeks": 60, "burn_in": 4, "customers": {"count": 1500, "needs_per_week": 0.3, "survey": {"style": 0}},
        "staff": {"count": 8, "team_size": 4}, "measures": {"asked": ask},
    })  # fmt: skip
    model = play(spec)
    parts = model.tables()["waterfall"].pivot_table(index="week", columns="component", values="value", dropna=False)
    assert np.nanmax(np.abs(parts.drop(columns=["luck", "selection"]).to_numpy())) < 1e-9
    assert np.nanmax(np.abs(parts["selection"].to_numpy())) < 1e-9  # a flat rate selects nobody
    num, den = model.recorder.readings[:, 0, st.TRUE].T
    share = num / den
    # Bernoulli sampling at rate 1/2 of `den` yes-or-no answers: variance share (1 − share) / (den / 2) (1 − 1/2)
    error = 100 * np.sqrt(share * (1 - share) / (0.5 * den) * 0.5)
    z = (parts["luck"].to_numpy() / error)[error > 0]
    assert abs(z.mean()) <= 4 / math.sqrt(len(z))
    assert z.var() == pytest.approx(1.0, abs=4 * math.sqrt(2 / len(z)))


# --- Little's law ----------------------------------------------------------------------------------------------------------


def test_little_open_needs_are_those_that_will_come_back() -> None:
    """With a delay of exactly a week, the needs open at the end of a week are next week's repeats, one by one."""
    spec = still(mechanisms={"repeats": True}, customers={"return_delay": 1, "return_fading": 1, "return_cap": 200})
    world = weekly(play(spec))
    assert (world["open_issues"].to_numpy()[:-1] == world["repeats"].to_numpy()[1:]).all()
    assert world["repeats"].sum() > 1000


@pytest.mark.parametrize("delay", [{"kind": "exponential", "a": 0.8}, {"kind": "uniform", "a": 0.0, "b": 3.0}])
def test_little_open_needs_are_arrivals_times_time_in_the_system(delay: dict[str, Any]) -> None:
    """L = λ W: W is the mean delay times the returns of a need, so L is the mean delay times the repeats a week."""
    weeks, warm = 400, 20
    spec = still(weeks=weeks, mechanisms={"repeats": True}, customers={"return_delay": delay, "count": 1000})
    world = weekly(play(spec))[warm:]
    mean = delay["a"] if delay["kind"] == "exponential" else (delay["a"] + delay["b"]) / 2
    length, inflow = world["open_issues"].to_numpy(), mean * world["repeats"].to_numpy()
    parts = (
        (length - inflow).reshape(20, -1).mean(axis=1)
    )  # batches of 19 weeks, many times the delay: nearly independent
    assert abs(parts.mean()) <= 4 * parts.std(ddof=1) / math.sqrt(len(parts))
    assert length.mean() == pytest.approx(inflow.mean(), rel=0.03)


# --- closed forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("solved", "back", "cap"), [(0.5, 0.8, 200), (0.25, 0.9, 200), (0.2, 1.0, 0), (0.2, 0.9, 1),
                                                     (0.2, 0.9, 2), (0.4, 1.0, 5)])  # fmt: skip
def test_form_16_contacts_per_need(solved: float, back: float, cap: int) -> None:
    """1 / (1 − r) contacts a need with r = (1 − FCR) P(return); (1 − r^(k+1)) / (1 − r) with at most k returns."""
    spec = still(
        mechanisms={"repeats": True}, service={"work": {"resolution": math.log(solved / (1 - solved))}},
        customers={"return_probability": back, "return_fading": 1, "return_cap": cap},
    )  # fmt: skip
    world = weekly(play(spec))
    r, most = (1 - solved) * back, min(cap, 200) + 1
    chance = np.array([r ** (n - 1) * (1 - r if n < most else 1) for n in range(1, most + 1)])
    numbers = np.arange(1, most + 1)
    mean = (chance * numbers).sum()
    assert mean == pytest.approx((1 - r**most) / (1 - r))
    needs = world["needs"].sum()
    error = math.sqrt((chance * (numbers - mean) ** 2).sum() / needs)
    assert world["contacts"].sum() / needs == pytest.approx(mean, abs=4 * error + 1e-12)
    assert (world["open_issues"] == 0).all()


@pytest.mark.parametrize("fading", [0.0, 0.5])
def test_returns_fade(fading: float) -> None:
    """Contacts a need = 1 + r + r² f + r³ f³ + …, with P(return) falling by f each time."""
    spec = still(
        mechanisms={"repeats": True}, customers={"return_probability": 1.0, "return_fading": fading, "return_cap": 200}
    )
    world = weekly(play(spec))
    mean = sum(0.5**n * fading ** (n * (n - 1) / 2) for n in range(40))
    needs = world["needs"].sum()
    assert world["contacts"].sum() / needs == pytest.approx(
        mean, abs=4 / math.sqrt(needs)
    )  # spread of the number below 1


def test_needs_are_poisson() -> None:
    """Of customers whose needs are met at once, needs a week are Poisson, whatever the week."""
    spec = still(
        weeks=200, burn_in=0, service={"work": {"resolution": 20}}, customers={"count": 500, "needs_per_week": 0.4}
    )
    needs = weekly(play(spec))["needs"].to_numpy()
    assert needs.mean() == pytest.approx(200, abs=4 * math.sqrt(200 / len(needs)))
    assert needs.var() / 200 == pytest.approx(1.0, abs=4 * math.sqrt(2 / len(needs)))


def test_exits_have_the_hazard_of_the_rule() -> None:
    """Fixed scores, no contacts: survivors after t weeks are exp(−rate t / 52), each class at its own rate."""
    spec = still(
        weeks=26, mechanisms={"exit": True},
        customers={"count": 6000, "needs_per_week": 0, "experience": {"fixed_score": {"kind": "classes", "a": 0.5, "b": 0}},
                   "voice": {"exit_rate": 0.8, "exit_at": 7, "exit_slope": 0.3, "contract_share": 0}},
    )  # fmt: skip
    model = play(spec)
    for score in (4, 10):
        row = model.world.customers[model.world.customers["taste"] == score]
        survive = math.exp(-0.8 * math.exp(0.3 * (7 - score)) * 26 / 52)
        stayed = (row["status"] == st.ACTIVE).mean()
        assert stayed == pytest.approx(survive, abs=4 * math.sqrt(survive * (1 - survive) / len(row)))


# --- the queue in the world ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arrivals", "staffed"), [(40.0, 5), (60.0, 5), (110.0, 5)], ids=["80 %", "120 %", "220 %"])
def test_waits_and_occupancy_are_those_of_the_queue(arrivals: float, staffed: int) -> None:
    """Load fixed by the scenario: hang-ups and waits in contacts as drawn from M/M/c+M, occupancy as the servers' own."""
    patience, minutes = 15.0, 6.0
    spec = still(
        mechanisms={"queue": True}, weeks=20, customers={"patience": patience, "count": 3000},
        service={"queue": {"arrivals_per_hour": arrivals, "staffed": staffed}},
    )  # fmt: skip
    model = play(spec)
    world = weekly(model)
    table = np.zeros(service.GRID)
    delayed = service.tabulate_wait(arrivals / 60, minutes, float(staffed), patience, table)
    waits = np.array([service.wait_quantile((j + 0.5) / 20_000, delayed, table) for j in range(20_000)])
    gone = 1 - np.exp(-waits / patience).mean()
    calls = world["contacts"].sum() + world["abandoned"].sum()
    assert world["abandoned"].sum() / calls == pytest.approx(gone, abs=4 * math.sqrt(gone * (1 - gone) / calls))
    # time in line ends with service or with patience: mean θ (1 − E exp(−w/θ)); its spread is below patience
    waited = (world["wait_minutes"] * (world["contacts"] + world["abandoned"])).sum() / calls
    assert waited == pytest.approx(patience * gone, abs=4 * patience / math.sqrt(calls))
    handled = arrivals / 60 * minutes / staffed * (1 - gone)
    assert world["occupancy"].to_numpy() == pytest.approx(handled, rel=5e-3)
    assert (world["occupancy"] <= 1.0).all()


@pytest.mark.parametrize(("size", "factor"), [(1, 1.0), (2, 1.1), (4, 1.3)])
def test_larger_teams_may_cost_coordination(size: int, factor: float) -> None:
    model = play(still(service={"work": {"coordination": 0.1}}, staff={"team_size": size}))
    counts = model.recorder.counts.sum(axis=0)
    assert counts[st.N_MINUTES] / counts[st.N_CONTACTS] == pytest.approx(6.0 * factor)


def test_what_a_week_leaves_behind_is_what_stands_in_the_world() -> None:
    small = ["customers.count=400", "staff.count=20", "staff.team_size=5", "weeks=9", "burn_in=4"]
    model = Organisation(load("nps_bonus", small).spec, 2).run()
    last, w = {name: values[-1] for name, values in model.results().world.items()}, model.world
    active = w.customers[w.customers["status"] == st.ACTIVE]
    assert last["customers"] == len(active) > 0
    assert last["true_score"] == pytest.approx(active["answer"].mean())
    assert last["open_issues"] == ((active["marks"] & st.OPEN) != 0).sum() > 0
    assert last["occupancy"] == pytest.approx(w.teams["occupancy"].mean())
    assert model.recorder.active[-1].tolist() == np.bincount(active["segment"], minlength=len(w.segments)).tolist()
