"""Indices of people, targets and red flags, on data where the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from fake_tables import GAMED, HONEST_GAIN, PERVERSE, SALARY, FakeArm, build
from scipy.stats import kendalltau

from sim.analysis import catalogue, flags, indices, people
from sim.analysis.gap import Window
from sim.analysis.summary import reader
from sim.report.findings import arm_values, findings

YEAR = Window(0, 52)


def staff(values: dict[str, np.ndarray], scenario: str = "a", replicate: int = 0, n: int = 10) -> pd.DataFrame:
    """A row an employee and pay period; every column has (periods, n) values."""
    periods = len(next(iter(values.values())))
    period = np.repeat(np.arange(periods), n)
    rows = {"scenario": scenario, "replicate": replicate, "role": "employee", "period": period, "week": period * 4 + 3,
            "post": np.tile(np.arange(n), periods)}  # fmt: skip
    return pd.DataFrame(rows | {name: array.ravel() for name, array in values.items()})


# Rank agreement


def test_agreement_of_orders() -> None:
    true = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert people.rank_agreement(true * 3 + 7, true) == pytest.approx(1)
    assert people.rank_agreement(-true, true) == pytest.approx(-1)
    # one of ten pairs is the wrong way round: (9 - 1) / 10
    assert people.rank_agreement(np.array([2.0, 1.0, 3.0, 4.0, 5.0]), true) == pytest.approx(0.8)
    assert math.isnan(people.rank_agreement(np.array([1.0, np.nan, 2.0]), true[:3]))
    assert math.isnan(people.rank_agreement(np.ones(5), true))


@pytest.mark.parametrize("digits", [0, 1, 3])
@pytest.mark.parametrize("people_there", [3, 50, 700])
def test_agreement_is_scipys_to_the_last_bit(people_there: int, digits: int) -> None:
    rng = np.random.default_rng(people_there + digits)
    for pull in (-1.0, 0.0, 0.3, 3.0):
        true = rng.normal(size=people_there)
        reported = pull * true + rng.normal(size=people_there)
        true, reported = true.round(digits), reported.round(digits)
        wanted = float(kendalltau(reported, true).statistic)
        assert people.rank_agreement(reported, true) == wanted or math.isnan(wanted)


def kruskal(reliability: float) -> float:
    """The τ that noise alone leaves between a normal reading of this reliability and the truth (Kruskal 1958)."""
    return 2.0 / math.pi * math.asin(math.sqrt(reliability))


@pytest.mark.parametrize("reliability", [0.1, 0.5, 0.9])
def test_noise_alone_leaves_the_closed_form(reliability: float) -> None:
    rng = np.random.default_rng(1)
    taus = []
    for _ in range(200):
        true = rng.normal(0, math.sqrt(reliability), 100)
        taus.append(people.rank_agreement(true + rng.normal(0, math.sqrt(1 - reliability), 100), true))
    error = np.std(taus, ddof=1) / math.sqrt(len(taus))
    assert np.mean(taus) == pytest.approx(kruskal(reliability), abs=4 * error)


def test_inversion_is_what_pay_takes_from_the_agreement() -> None:
    rng = np.random.default_rng(2)
    tables = []
    for replicate in range(8):
        true, noise = rng.normal(0, 1, (13, 40)), rng.normal(0, 0.5, (13, 40))
        skill = -2.0 * true  # the worst serve their score best
        for scenario, gaming in (("salary", 0.0), ("paid", skill)):
            columns = {"reported_nps": true + noise + gaming, "true_nps": true}
            tables.append(staff(columns, scenario, replicate, n=40))
    agreements = people.agreement(pd.concat(tables), "nps", YEAR)
    floor = kruskal(1 / 1.25)
    assert agreements.loc["salary"].mean() == pytest.approx(floor, abs=0.02)
    assert agreements.loc["paid"].mean() == pytest.approx(-floor, abs=0.02)  # the reading is noise - truth
    lost = people.rank_inversion(agreements, "paid", "salary")
    assert lost.sign == 1
    assert lost.mean == pytest.approx(2 * floor, abs=0.03)
    assert people.agreement(pd.concat(tables), "other", YEAR).empty


# Bunching


def test_bunching() -> None:
    assert people.bunching([-0.5, -0.1, 0.1, 0.5], 1) == 0
    assert people.bunching([0.0, 0.2, 0.3, 5.0], 1) == 1
    assert people.bunching([-0.1, -0.2, 0.3, 5.0], 1) == pytest.approx(-1 / 3)
    assert math.isnan(people.bunching([5.0, -5.0], 1))
    with pytest.raises(ValueError, match="above 0"):
        people.bunching([1.0], 0)


def test_lifting_those_who_just_miss_bunches_the_paid_and_not_the_unpaid() -> None:
    rng = np.random.default_rng(3)
    honest = rng.uniform(-10, 10, (13, 400))
    lifted, target = np.where((honest < 0) & (honest > -2), 0.1, honest), np.full((13, 400), 0.0)
    for better in (1, -1):
        paid = staff({"reported_x": better * lifted, "target_x": target}, "paid", n=400)
        table = pd.concat([paid, staff({"reported_x": better * honest}, "salary", n=400)])
        assert people.bunched(table, "x", better, YEAR, "paid", "paid")[0] > 0.3
        assert abs(people.bunched(table, "x", better, YEAR, "paid", "salary")[0]) < 0.1
    assert people.bunched(table.drop(columns="target_x"), "x", 1, YEAR, "paid", "paid").empty


# Red flags


def series(shift: float, answers: float, replicates: int = 30, true_shift: float = 0.0, seed: int = 6) -> pd.DataFrame:
    """A paid and an unpaid reading over two years of weeks, shifted from week 0 on; the truth is in it as in a run."""
    rng, rows = np.random.default_rng(seed), []
    week = np.arange(-52, 52)
    for replicate in range(replicates):
        for label, moved in (("paid", shift), ("unpaid", true_shift)):
            rows.append(pd.DataFrame({
                "scenario": "a", "replicate": replicate, "week": week, "measure": label, "true": 3.0,
                "reported": 10 + moved * (week >= 0) + rng.normal(0, 2, len(week)),
                "answers": np.where(week >= 0, answers, 200.0),
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


BEFORE, AFTER = Window(-52, 0), Window(0, 52)


def test_flags_read_what_was_put_in() -> None:
    table = series(shift=8.0, answers=100.0)
    assert flags.jump(table, "paid", 1, BEFORE, AFTER).mean() == pytest.approx(4.0, rel=0.1)  # 8 points of sd 2
    assert flags.jump(table, "paid", -1, BEFORE, AFTER).mean() == pytest.approx(-4.0, rel=0.1)
    assert flags.fewer_answers(table, "paid", BEFORE, AFTER).to_numpy() == pytest.approx(math.log(2))
    assert flags.divergence(table, "paid", {"paid": 1, "unpaid": 1}, BEFORE, AFTER).mean() == pytest.approx(4.0, rel=0.1)
    moved = series(shift=8.0, answers=200.0, true_shift=8.0)  # everything got better
    assert abs(flags.divergence(moved, "paid", {"paid": 1, "unpaid": 1}, BEFORE, AFTER).mean()) < 0.3
    assert flags.divergence(moved, "paid", {"paid": 1}, BEFORE, AFTER).empty


def test_sameness_of_people() -> None:
    rng = np.random.default_rng(7)
    spread = np.where(np.arange(26)[:, None] < 13, 4.0, 2.0)
    table = staff({"reported_x": rng.normal(0, 1, (26, 50)) * spread}, n=50)
    assert flags.sameness(table, "x", Window(0, 52), Window(52, 104))["a", 0] == pytest.approx(math.log(2), abs=0.1)


def test_a_flag_sees_no_truth() -> None:
    people_table = staff({"reported_x": np.zeros((2, 10)), "true_x": np.ones((2, 10)), "a_care": np.ones((2, 10))})
    seen = flags.as_seen({"series": series(0, 200, 1), "staff": people_table})
    names = [str(column) for table in seen.values() for column in table]
    assert not [name for name in names if name.startswith(("true", "a_"))]
    assert "reported_x" in names


def test_roc_of_known_samples() -> None:
    assert flags.roc([3.0, 4.0], [1.0, 2.0]).area == 1
    assert flags.roc([1.0, 2.0], [1.0, 2.0]).area == 0.5
    assert flags.roc([2.0], [1.0, 2.0, 3.0]).area == 0.5
    rng = np.random.default_rng(8)
    found = flags.roc(rng.normal(1, 1, 2000), rng.normal(0, 1, 2000))
    assert found.area == pytest.approx(0.7602, abs=4 * found.error)  # Φ(1/√2)
    trapezes = np.trapezoid(found.curve["hits"], found.curve["false_alarms"])
    assert trapezes == pytest.approx(found.area, abs=1e-12)
    assert found.curve.iloc[-1].tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="gamed and honest"):
        flags.roc([], [1.0])


def test_false_alarms_where_nobody_games() -> None:
    honest = np.arange(100.0)
    share, low, high = flags.false_alarm_rate(honest, 94.0)  # 95 to 99 stand above
    assert share == pytest.approx(0.05)
    assert low < 0.05 < high
    assert (low, high) == pytest.approx((0.0215, 0.1118), abs=1e-3)  # Wilson's interval of 5 in 100
    quiet = flags.jump(series(0.0, 200.0, 200), "paid", 1, BEFORE, AFTER)
    assert flags.false_alarm_rate(quiet, 1.0)[0] == 0  # 52 weeks on either side: sd of a jump is 0.2


# The table


def test_the_table_of_indices_knows_gamed_from_honest_and_gives_each_its_floor() -> None:
    tables, manifest = build([SALARY, GAMED, PERVERSE, HONEST_GAIN])
    found = catalogue.table(reader(tables, manifest)).set_index(["scenario", "index"])
    assert set(found.index.get_level_values("index")) <= set(catalogue.CATALOGUE)
    assert found.loc[("gamed", "pass_through"), "value"] == pytest.approx(0, abs=0.1)
    assert found.loc[("honest", "pass_through"), "value"] == pytest.approx(1, abs=0.1)
    assert found.loc[("perverse", "goodhart_onset"), "note"] == ""
    assert found.loc[("honest", "goodhart_onset"), "note"] == "never in this run"
    assert found.loc[("gamed", "bonus_on_gap"), "value"] == pytest.approx(100_000, rel=0.1)
    suppressed = found.loc[("gamed", "complaints_on_record")]
    assert suppressed["value"] == pytest.approx(0.2, abs=0.02)
    assert suppressed["floor"] == pytest.approx(0.5, abs=0.01)
    leap = found.loc[("gamed", "flag_jump")]
    assert leap["value_low"] > leap["floor_high"]
    assert leap["area"] == 1
    assert (leap["false_alarms"], leap["false_alarms_low"]) == (0, 0)
    assert 0 < leap["false_alarms_high"] < 1
    assert math.isnan(found.loc[("gamed", "gaming_time"), "false_alarms"])
    assert found.loc[("gamed", "false_crown"), "value"] == 0
    assert not [index for scenario, index in found.index if scenario == "salary" and index.startswith("flag_")]


def test_money_on_the_gap_only_where_the_paid_reading_gained() -> None:
    """Scores that fell, beside a truth that did not: more is better of the one, less of the other."""
    fallen = FakeArm("fallen", "Fallen", ("nps",), acted={"nps": {"pressure": -5.0}}, bonus=100_000)
    slower = FakeArm("slower", "Slower", ("handle_time",), acted={"handle_time": {"pressure": 1.0}}, bonus=100_000)
    quicker = FakeArm("quicker", "Quicker", ("handle_time",), acted={"handle_time": {"pressure": -1.0}}, bonus=100_000)
    source = reader(*build([SALARY, fallen, slower, quicker]))
    found = catalogue.table(source).set_index(["scenario", "index"])["value"]
    told = {item.arm.scenario: item.bonus_on_gap for item in findings(source, arm_values(source))}
    for arm in ("fallen", "slower"):
        assert math.isfinite(found[arm, "pass_through"])
        assert math.isnan(found[arm, "bonus_on_gap"])
        assert not told[arm].defined
    assert found["quicker", "bonus_on_gap"] == pytest.approx(100_000, rel=0.1)
    assert told["quicker"].mean == pytest.approx(100_000, rel=0.1)


@pytest.mark.parametrize("met", [0.0, -0.1])
def test_a_crown_asks_for_the_needs_met_too(met: float) -> None:
    arms = [FakeArm("cheap", "Cheap", ("nps",), truth={"nps": 8.0}, revenue=50_000.0), SALARY]
    tables, manifest = build(arms)
    books, world = tables["books"], tables["world"]
    books.loc[(books["scenario"] == "cheap") & (books["item"] == "serving"), "amount"] += 500.0
    ended = world[world["indicator"] == "needs"].assign(indicator="needs_ended")
    share = np.where(ended["scenario"] == "cheap", 0.7 + met, 0.7)
    luck = np.random.default_rng(5).normal(0, 0.01, len(ended))
    tables["world"] = pd.concat([world, ended, ended.assign(indicator="needs_met", value=ended["value"] * (share + luck))])
    source = reader(tables, manifest)
    found = catalogue.table(source).set_index(["scenario", "index"])["value"]
    crowns = {item.arm.scenario: item.crown for item in findings(source, arm_values(source))}
    assert (found["cheap", "triple_crown"], found["cheap", "false_crown"]) == ((1, 0) if met == 0 else (0, 1))
    assert crowns["cheap"] is not None
    assert (crowns["cheap"].won, crowns["cheap"].false_crown) == (met == 0, met < 0)


def test_every_index_is_documented_with_its_floor() -> None:
    modules = {"indices": indices, "people": people, "flags": flags}
    for entry in catalogue.CATALOGUE.values():
        module, name = entry.function.split(".")
        text = getattr(modules[module], name).__doc__
        assert entry.meaning
        assert entry.unit
        assert entry.floor
        assert entry.source
        assert "Unit:" in text or name in ("crown", "goodhart_onset"), name
