"""The start of a world: who is there of all who came, what a pilot taught them, and that nothing drifts under fixed pay."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.rules import renewal
from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation, start, survivors
from sim.world import state as st


def spec_of(**more: Any) -> Scenario:
    base: dict[str, Any] = {"name": "start", "weeks": 4, "burn_in": 0, "staff": {"count": 4, "team_size": 2}}
    return Scenario.model_validate(base | more)


# --- the rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hazard", "history"), [(0.0, 52.0), (1e-14, 52.0), (0.003, 5200.0), (0.02, 30.0), (0.5, 2.0)])
def test_stay_and_time_there_are_those_of_an_even_inflow(hazard: float, history: float) -> None:
    """E[min(stay, T)] = ∫₀ᵀ exp(−h a) da; the time since coming has the distribution of that integral."""
    ages = np.linspace(0.0, history, 20_001)
    survive = np.exp(-hazard * ages)
    below = np.concatenate([[0.0], np.cumsum((survive[1:] + survive[:-1]) / 2 * np.diff(ages))])
    assert renewal.expected_stay(hazard, history) == pytest.approx(below[-1], rel=1e-6)
    for u in (0.001, 0.2, 0.5, 0.9, 0.999):
        assert np.interp(renewal.time_there(u, hazard, history), ages, below) / below[-1] == pytest.approx(u, rel=1e-4)


def test_ranks_are_met_as_often_as_people_of_that_rank_stay() -> None:
    """Cells of weight 1, 0, 3, 4: so many of 8 of those who are there, and nobody of the second."""
    edges = survivors.cumulated(np.array([1.0, 0.0, 3.0, 4.0]))
    ranks = np.array([renewal.rank_among_newcomers(edges, (i + 0.5) / 8000) for i in range(8000)])
    assert np.histogram(ranks, bins=[0, 0.25, 0.5, 0.75, 1.0])[0].tolist() == [1000, 0, 3000, 4000]
    assert (np.diff(ranks) > 0).all()


# --- customers -------------------------------------------------------------------------------------------------------------

CLASSES = {"kind": "classes", "a": 0.5, "b": 0.25}  # half score 4, a quarter 7, a quarter 10
VOICE = {"exit_rate": 0.4, "exit_at": 7.0, "exit_slope": 0.3, "contract_share": 0.3, "contract_damping": 0.25}
HAZARD = {4: 0.4 * math.exp(0.9), 7: 0.4, 10: 0.4 * math.exp(-0.9)}  # a year


def crowd(history: float, market: dict[str, Any] | None = None, **mechanisms: bool) -> Scenario:
    return spec_of(
        history=history, mechanisms=mechanisms,
        customers={"count": 20_000, "needs_per_week": 0, "voice": VOICE, "experience": {"fixed_score": CLASSES},
                   "market": {"talk": 0, **(market or {})}},
    )  # fmt: skip


def expected_shares(history: float) -> dict[tuple[int, int], float]:
    """Share of each class and contract among those who are there: that of newcomers × (1 − exp(−h T)) / h."""
    weight = {}
    for score, share in ((4, 0.5), (7, 0.25), (10, 0.25)):
        for bound in (0, 1):
            hazard = HAZARD[score] * (0.25 if bound else 1.0)
            stay = (1 - math.exp(-hazard * history)) / hazard if history else 1.0
            weight[score, bound] = share * (0.3 if bound else 0.7) * stay
    total = sum(weight.values())
    return {key: value / total for key, value in weight.items()}


def shares(spec: Scenario) -> dict[tuple[int, int], float]:
    rows = Organisation(spec).world.customers[: spec.customers.count]
    return {(s, k): float(((rows["taste"] == s) & (rows["contract"] == k)).mean()) for s in (4, 7, 10) for k in (0, 1)}


@pytest.mark.parametrize("history", [0.0, 3.0, 100.0])
def test_who_is_there_has_come_and_stayed(history: float) -> None:
    found, expected = shares(crowd(history)), expected_shares(history)
    for key, share in expected.items():
        assert found[key] == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 20_000)), key


@pytest.mark.parametrize("off", ["exit", "acquisition"])
def test_where_nobody_leaves_or_nobody_comes_nobody_is_selected(off: str) -> None:
    found, expected = shares(crowd(100.0, **{off: False})), expected_shares(0.0)
    for key, share in expected.items():
        assert found[key] == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 20_000)), key


def test_the_balance_lets_as_many_join_as_leave() -> None:
    """Departures expected are Σ share × hazard; the chance to join is that over the prospects; they do come and go so."""
    spec = crowd(100.0, {"prospects": 0.9})
    leaving = sum(
        share * HAZARD[score] * (0.25 if bound else 1.0) for (score, bound), share in expected_shares(100.0).items()
    )
    assert start.of(spec).join == pytest.approx(leaving / 0.9, rel=1e-3)
    world = Organisation(spec.model_copy(update={"weeks": 26})).run().tables()["world"]
    total = world.groupby("indicator")["value"].sum()
    expected = 20_000 * leaving / 2
    assert total["left"] == pytest.approx(expected, abs=4 * math.sqrt(expected))
    assert total["joined"] == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_a_chance_to_join_that_is_given_is_taken() -> None:
    spec = crowd(100.0, {"prospects": 2.0, "join": 0.7})
    joined = Organisation(spec).run().tables()["world"].query("indicator == 'joined'")["value"].sum()
    prospects = 2.0 * 20_000 * 4 / 52
    assert joined == pytest.approx(0.7 * prospects, abs=4 * math.sqrt(prospects * 0.21) + 1)


def test_without_a_history_everybody_begins_as_a_newcomer() -> None:
    """Memory and expectation are what newcomers bring, and nobody in the staff has any tenure."""
    brought = {
        "first_expectation": {"kind": "uniform", "a": 3, "b": 4},
        "first_memory": {"kind": "uniform", "a": 1, "b": 2},
    }
    world = Organisation(spec_of(history=0.0, customers={"count": 500, "experience": brought})).world
    rows = world.customers[:500]
    assert rows["expectation"].min() >= 3.0
    assert (rows["end"].min(), (rows["peak"] == rows["end"]).all()) >= (1.0, True)
    assert (world.staff["tenure"] == 0.0).all()


def test_minds_of_the_start_are_what_service_makes_of_them() -> None:
    """A promise too good to be true is forgotten, but for a twentieth, by those who have been there for years."""
    too_good = {"customers": {"count": 2000, "experience": {"first_expectation": 3.0}}}
    rows = Organisation(spec_of(**too_good)).world.customers[:2000]
    plain = Organisation(spec_of(customers={"count": 2000})).world.customers[:2000]
    assert np.median(rows["expectation"]) == pytest.approx(np.median(plain["expectation"]), abs=0.25)
    assert rows["expectation"].max() > 2.0  # some have come lately


# --- staff -----------------------------------------------------------------------------------------------------------------


def test_tenure_and_engagement_of_the_staff_are_those_of_a_renewed_staff() -> None:
    """Quits ∝ exp(−s e) of normal e: who is there has mean engagement s σ² higher, and mean tenure E[1/h²] / E[1/h]."""
    spec = spec_of(
        staff={"count": 4000, "team_size": 100, "engagement": {"kind": "normal", "a": 0.1, "b": 0.4}, "choice": "fixed"},
        customers={"count": 4000}, mechanisms={"exit": False},
    )  # fmt: skip
    staff = Organisation(spec).world.staff
    engagement, tenure = staff["engagement"], staff["tenure"]
    assert engagement.mean() == pytest.approx(0.1 + 0.16, abs=4 * 0.4 / math.sqrt(4000) + 0.002)
    mean = 52 / 0.36 * math.exp(0.1 + 1.5 * 0.16)  # for lognormal 1/h
    assert tenure.mean() == pytest.approx(mean, abs=4 * tenure.std() / math.sqrt(4000))
    hazard = 0.36 / 52 * np.exp(-engagement)
    assert stats.kstest(hazard * tenure, "expon").pvalue > 1e-3


def test_staff_begin_where_load_and_scripts_leave_them() -> None:
    """At 95 % occupancy under a full script: strain 2 × 0.1, engagement 0.4 × strain + 0.3 below its resting level."""
    spec = spec_of(service={"queue": {"occupancy": 0.95}, "process": {"scripts": 1.0}}, customers={"count": 500})
    model = Organisation(spec)
    assert model.firm.strain == pytest.approx(0.2)
    assert model.world.staff["engagement"] == pytest.approx(model.firm.resting - 0.38)


# --- the pilot -------------------------------------------------------------------------------------------------------------


def test_worlds_that_differ_in_pay_and_measures_start_alike() -> None:
    """One pilot serves all arms of a comparison: twins begin with the same people and the same chance to join."""
    salary, bonus = load("salary").spec, load("nps_bonus").spec
    assert start.of(salary) is start.of(bonus)
    one, other = Organisation(salary).world, Organisation(bonus).world
    assert one.customers.tobytes() == other.customers.tobytes()
    assert one.staff["tenure"].tolist() == other.staff["tenure"].tolist()


@pytest.mark.parametrize(
    ("occupancy", "more"),
    [(0.6, {}), (0.8, {}), (0.9, {}), (0.8, {"patience": None}), (0.8, {"count": 300}), (0.8, {"season": 0.3})],
    ids=["60 %", "80 %", "90 %", "endless patience", "few customers", "seasonal"],
)
def test_the_stated_occupancy_is_what_comes_out(occupancy: float, more: dict[str, Any]) -> None:
    """Over a year after the burn-in, mean of six replicates; 2 % for the pilot's own error."""
    spec = Scenario.model_validate({
        "name": "load", "weeks": 52, "service": {"queue": {"occupancy": occupancy}},
        "customers": {"count": 2000, "needs_per_week": 0.25, **more}, "staff": {"count": 20, "team_size": 10},
    })  # fmt: skip
    found = []
    for replicate in range(6):
        world = Organisation(spec, replicate).run().tables()["world"].query("indicator == 'occupancy' and week >= 0")
        found.append(world["value"].mean())
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(occupancy, abs=0.02 * occupancy + 4 * error)


# --- stationarity ----------------------------------------------------------------------------------------------------------

REPLICATES = 16


@pytest.fixture(scope="module")
def trends() -> dict[str, np.ndarray]:
    """Slopes over the weeks after the burn-in of `salary`, in units of the indicator over the whole time, by replicate."""
    spec = load("salary").spec
    out: dict[str, list[float]] = {}
    for replicate in range(REPLICATES):
        tables = Organisation(spec, replicate).run().tables()
        true = tables["series"].pivot_table(index="week", columns="measure", values="true")
        world = tables["world"].pivot_table(index="week", columns="indicator", values="value")
        staff = tables["staff"].query("role == 'employee'").groupby("week")["tenure"].mean()
        series = {name: true[name] for name in ("nps", "churn", "handle_time", "outcomes")}
        series |= {name: world[name] for name in ("customers", "engagement", "occupancy", "wait_minutes")} | {
            "tenure": staff
        }
        for name, values in series.items():
            after = values[values.index >= 0].dropna()
            slope = np.polyfit(after.index.to_numpy(dtype=float), after.to_numpy(), 1)[0]
            out.setdefault(name, []).append(slope * spec.weeks)
    return {name: np.array(values) for name, values in out.items()}


@pytest.mark.parametrize(
    "name",
    ["nps", "churn", "customers", "engagement", "tenure", "handle_time", "outcomes", "occupancy", "wait_minutes"],
)
def test_nothing_drifts_under_fixed_pay(trends: dict[str, np.ndarray], name: str) -> None:
    """Trend within three standard errors of zero over sixteen replicates (which the start before this law did not pass)."""
    slopes = trends[name]
    assert abs(slopes.mean()) <= 3 * slopes.std(ddof=1) / math.sqrt(len(slopes)), slopes.mean()


def test_a_start_customer_is_active_and_on_time() -> None:
    """Whatever his past, everybody of the start is there, and his next need lies ahead."""
    model = Organisation(load("salary", ["weeks=4"]).spec)
    rows = model.world.customers[: model.spec.customers.count]
    assert (rows["status"] == st.ACTIVE).all()
    assert (rows["due"] >= model.week).all()
