"""The analysis against worlds whose answers are known: nothing happens, pure gaming, honest gain, harm, loss, silence."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from fake_tables import GAMED, HONEST_GAIN, LOSING, NOTHING, PERVERSE, SALARY, FakeArm, build
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis import gap, indices
from sim.analysis.estimate import UNDEFINED, estimate, half_width, ratio
from sim.analysis.manifest import ManifestDict, read, required_manifest, written
from sim.analysis.paired import difference, differences
from sim.analysis.summary import Reader, reader, summarise
from sim.analysis.units import units


def source(*arms: FakeArm, replicates: int = 8) -> Reader:
    tables, manifest = build(list(arms), replicates=replicates)
    return reader(tables, manifest)


def row(table: pd.DataFrame, scenario: str, measure: str) -> pd.Series:
    return table[(table["scenario"] == scenario) & (table["measure"] == measure)].iloc[0]


# Estimates


def test_t_interval_of_a_mean() -> None:
    e = estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    # Student's t with 4 degrees of freedom: 2.776; sd 1.5811.
    assert e.mean == 3.0
    assert e.high - e.mean == pytest.approx(2.776445 * 1.5811388 / math.sqrt(5), rel=1e-6)
    assert e.sign == 1


def test_one_replicate_has_a_mean_and_no_interval() -> None:
    e = estimate([2.0, math.nan])
    assert (e.mean, e.n, e.known, e.sign) == (2.0, 1, False, 0)
    assert not estimate([]).defined


def test_the_interval_of_a_mean_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    hits = sum(abs(e.mean - 1.0) <= e.high - e.mean for e in (estimate(rng.normal(1, 2, 6)) for _ in range(4000)))
    assert hits / 4000 == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 4000))


def test_fieller_covers_a_ratio_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    hits, known = 0, 0
    for _ in range(2000):
        below = pd.Series(rng.normal(4, 1, 10))
        above = 0.5 * below + rng.normal(0, 0.5, 10)
        e = ratio(above, below)
        known += e.known
        hits += e.known and e.low <= 0.5 <= e.high
    assert hits / known == pytest.approx(0.95, abs=0.02)


def test_a_ratio_is_undefined_where_the_lower_change_is_within_noise() -> None:
    rng = np.random.default_rng(9)
    assert not ratio(pd.Series(rng.normal(1, 1, 8)), pd.Series(rng.normal(0, 1, 8))).defined


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.floats(-1e3, 1e3))
@settings(max_examples=60)
def test_an_estimate_scales_with_its_unit(values: list[float], factor: float) -> None:
    e, scaled = estimate(values), estimate(np.array(values) * factor)
    assert scaled.low == pytest.approx(e.times(factor).low, rel=1e-6, abs=1e-3)
    assert e.low <= e.mean <= e.high


def test_replicates_to_see_a_difference_are_enough_and_hardly_more() -> None:
    e = estimate(np.random.default_rng(3).normal(0, 5, 20))
    n = e.replicates_to_see(1.0)
    assert n is not None
    assert half_width(e.sd, n) <= 1.0 < half_width(e.sd, int(n * 0.9))


# The gap


def test_the_parts_add_up_to_the_gap() -> None:
    tables, _ = build([SALARY, GAMED])
    assert gap.imbalance(tables["series"], tables["waterfall"]) < 1e-9
    tables["waterfall"].loc[0, "value"] += 0.5
    assert gap.imbalance(tables["series"], tables["waterfall"]) == pytest.approx(0.5)


def test_windows_add_up_too_and_split_into_floor_excess_and_shift() -> None:
    table = summarise(*build([SALARY, GAMED, PERVERSE, HONEST_GAIN]))
    parts = table[list(gap.COMPONENTS)].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["gap"].to_numpy(), abs=1e-9)
    assert (table["reported"] - table["true"]).to_numpy() == pytest.approx(table["gap"].to_numpy(), abs=1e-9)
    split = table["floor"] + table["excess"] + table["shift"]
    assert split.to_numpy() == pytest.approx(table["gap"].to_numpy(), abs=1e-9)


def test_excess_is_what_was_done_and_floor_is_that_of_the_fixed_pay_arm() -> None:
    table = summarise(*build([SALARY, GAMED]))
    paid, unpaid = row(table, "gamed", "nps"), row(table, "salary", "nps")
    assert paid["excess"] == pytest.approx(26.0, abs=0.3)
    assert paid["floor"] == pytest.approx(unpaid["gap"], abs=1e-9)
    assert (unpaid["excess"], unpaid["excess_low"], unpaid["excess_high"]) == (0.0, 0.0, 0.0)
    assert paid["floor_paired"]


def test_without_a_fixed_pay_arm_the_floor_is_the_arms_own_honest_part() -> None:
    paid = row(summarise(*build([GAMED])), "gamed", "nps")
    assert not paid["floor_paired"]
    assert paid["floor"] == pytest.approx(8.9, abs=0.5)
    assert paid["shift"] == pytest.approx(0.0, abs=1e-9)


def test_another_instrument_is_no_floor() -> None:
    tables, manifest = build([SALARY, GAMED])
    manifest["arms"][1]["like"] = {
        **manifest["arms"][1]["like"],
        "nps": {**manifest["arms"][1]["like"]["nps"], "instrument": "z"},
    }
    assert not row(summarise(tables, manifest), "gamed", "nps")["floor_paired"]


def test_weeks_without_an_answer_are_counted_and_left_out_of_the_gap() -> None:
    silent = FakeArm("silent", "Silent", ("nps",), unread=tuple(range(104, 130)))
    table = summarise(*build([SALARY, silent]))
    found = row(table, "silent", "nps")
    assert found["unread_weeks"] == 26
    assert sum(found[name] for name in gap.COMPONENTS) == pytest.approx(found["gap"], abs=1e-9)
    never = FakeArm("never", "Never", ("nps",), unread=tuple(range(-26, 156)))
    found = row(summarise(*build([SALARY, never])), "never", "nps")
    assert math.isnan(found["reported"])
    assert math.isfinite(found["true_always"])


def test_nothing_depends_on_labels() -> None:
    tables, manifest = build([SALARY, GAMED])
    before = summarise(tables, manifest).drop(columns=["scenario", "measure", "reference"])
    renamed = {
        k: v.replace({"measure": {"nps": "zz"}, "scenario": {"salary": "b", "gamed": "a"}}) for k, v in tables.items()
    }
    for arm in manifest["arms"]:
        arm["scenario"] = {"salary": "b", "gamed": "a"}[arm["scenario"]]
        arm["like"] = {"zz" if k == "nps" else k: v for k, v in arm["like"].items()}
        arm["paid_measures"] = ["zz" if label == "nps" else label for label in arm["paid_measures"]]
    after = summarise(renamed, manifest).drop(columns=["scenario", "measure", "reference"])
    pd.testing.assert_frame_equal(before, after)


# Pairs and indices


def test_pairs_take_common_luck_out_of_a_difference() -> None:
    s = source(SALARY, HONEST_GAIN, replicates=12)
    values = s.value("true_always", "nps")
    paired = difference(values, "honest", "salary")
    apart = estimate(values.loc["honest"]).sd
    assert paired.mean == pytest.approx(5.0, abs=0.5)
    assert paired.sd < 0.3 * apart


def test_a_replicate_without_its_twin_is_left_out() -> None:
    index = pd.MultiIndex.from_tuples([("a", 0), ("a", 1), ("b", 0)], names=["scenario", "replicate"])
    values = pd.Series([5.0, 100.0, 3.0], index=index)
    assert differences(values, "a", "b").tolist() == [2.0]
    assert differences(values, "a", "missing").empty


@pytest.mark.parametrize(
    ("arm", "measure", "expected"), [(GAMED, "nps", 0.0), (HONEST_GAIN, "outcomes", 1.0), (PERVERSE, "nps", -0.41)]
)
def test_pass_through(arm: FakeArm, measure: str, expected: float) -> None:
    found = row(summarise(*build([SALARY, arm])), arm.scenario, measure)
    assert found["pass_through"] == pytest.approx(expected, abs=0.06)
    assert found["pass_through_low"] <= found["pass_through"] <= found["pass_through_high"]


def test_pass_through_is_undefined_where_nothing_moved() -> None:
    found = row(summarise(*build([SALARY, NOTHING], replicates=4)), "idle", "nps")
    assert math.isnan(found["pass_through"]) or abs(found["d_reported"]) < 0.5


def onset(s: Reader, arm: FakeArm) -> indices.Onset:
    of, fixed = s.study.arm(arm.scenario), s.study.arm("salary")
    pair = [s.weekly(column, of, "nps", less=fixed) for column in ("reported", "true")]
    return indices.goodhart_onset(pair[0], pair[1], 1, s.study.pay_every)


def test_onset_of_goodharts_law_is_found_and_otherwise_censored() -> None:
    found = onset(source(SALARY, PERVERSE), PERVERSE)
    assert found.week is not None
    assert 26 <= found.week <= 36
    for arm in (GAMED, HONEST_GAIN, NOTHING):
        assert onset(source(SALARY, arm), arm) == indices.Onset(None, censored=True)


def test_one_replicate_does_not_determine_an_onset() -> None:
    assert not onset(source(SALARY, PERVERSE, replicates=1), PERVERSE).determined


def test_parting_needs_no_harm_and_is_never_seen_where_nobody_acts() -> None:
    s = source(SALARY, GAMED, HONEST_GAIN)
    week = indices.parting(s.weekly_excess(s.study.arm("gamed"), "nps"), 1, 4).week
    assert week is not None
    assert 26 < week <= 30
    for arm in ("salary", "honest"):
        assert indices.parting(s.weekly_excess(s.study.arm(arm), "nps"), 1, 4).censored


def test_a_lasting_difference_must_last() -> None:
    weeks = np.arange(0, 40)
    flash = (
        pd.DataFrame({r: np.where((weeks >= 8) & (weeks < 16), 5.0, 0.0) + 0.01 * r for r in range(4)}, index=weeks)
        - 0.02
    )
    assert indices.first_lasting([(flash, 1)], 4, 3).censored
    assert indices.first_lasting([(flash, 1)], 4, 2).week == 8


def test_shares_books_and_people() -> None:
    s = source(SALARY, GAMED)
    world, window = s.tables["world"], s.window
    assert indices.gaming_time(world, window).loc["gamed"].mean() == pytest.approx(0.03)
    assert indices.complaints_on_record(world, window).loc["gamed"].mean() == pytest.approx(0.2)
    books = indices.yearly_books(s.tables["books"], window)
    assert books["profit"].to_numpy() == pytest.approx((books["revenue"] - books["cost"]).to_numpy())
    assert books.loc["gamed", "bonus"].mean() == pytest.approx(-100_000)
    # Ten posts, Poisson(0.35) quits a week: 1.82 an employee and year.
    assert indices.turnover(world, s.tables["staff"], window).loc["salary"].mean() == pytest.approx(1.82, abs=0.4)


def test_bonus_on_the_gap_and_the_price_of_truth() -> None:
    gamed, honest = (source(SALARY, arm) for arm in (GAMED, HONEST_GAIN))
    lost = {}
    for s, arm, measure in ((gamed, "gamed", "nps"), (honest, "honest", "outcomes")):
        pair = [differences(s.value(c, measure), arm, "salary") for c in ("reported", "true_always")]
        lost[arm] = indices.bonus_on_gap(estimate([100_000.0] * 8), indices.pass_through(*pair), estimate(pair[0]), 1).mean
    assert lost["gamed"] == pytest.approx(100_000, rel=0.02)
    assert lost["honest"] < 5_000
    cost = indices.yearly_books(honest.tables["books"], honest.window)["cost"]
    price = indices.cost_per_true_point(
        differences(cost, "honest", "salary"),
        differences(honest.value("true_always", "outcomes"), "honest", "salary"),
        1,
    )
    assert price.mean == pytest.approx(100_000 / 6, rel=0.05)
    d_cost = indices.yearly_books(gamed.tables["books"], gamed.window)["cost"]
    d_true = differences(gamed.value("true_always", "nps"), "gamed", "salary")
    assert not indices.cost_per_true_point(differences(d_cost, "gamed", "salary"), d_true, 1).defined


@pytest.mark.parametrize(("better", "moved"), [(1, -5.0), (-1, 5.0)])
def test_no_bonus_bought_a_score_that_fell(better: int, moved: float) -> None:
    noise = np.random.default_rng(3)
    reported = pd.Series(moved + noise.normal(0, 0.3, 12))
    for true in (pd.Series(noise.normal(0, 0.3, 12)), reported + noise.normal(0, 0.3, 12)):  # the truth stood, or fell, too
        through = indices.pass_through(reported, true)
        assert through.known
        bill = estimate([100_000.0] * 12)
        assert not indices.bonus_on_gap(bill, through, estimate(reported), better).defined
        assert indices.bonus_on_gap(bill, through, estimate(reported), -better).defined
    unclear = pd.Series(noise.normal(0, 0.3, 12))
    assert not indices.bonus_on_gap(bill, estimate([0.0, 0.1]), estimate(unclear - unclear.mean()), 1).defined


def test_crowns() -> None:
    up, down, level = estimate([1.0, 1.1]), estimate([-1.0, -1.1]), estimate([1.0, -1.0])
    for met in (up, level, UNDEFINED):
        assert indices.crown(up, down, up, met, up).won
    assert indices.crown(up, down, level, up, up).false_crown
    assert not indices.crown(up, up, level, up, up).false_crown


def test_customers_who_feel_better_and_get_less_are_no_crown() -> None:
    up, down = estimate([1.0, 1.1]), estimate([-1.0, -1.1])
    found = indices.crown(up, down, up, down, up)
    assert not found.won
    assert found.false_crown


# The manifest


def test_the_fixed_pay_arm_is_found_by_what_it_pays_and_by_nothing_else() -> None:
    study = source(GAMED, SALARY, LOSING).study
    assert study.fixed_pay is not None
    assert study.reference.scenario == "salary"
    assert [study.headline(arm) for arm in study.arms] == ["nps", "nps", "outcomes"]
    assert source(GAMED, LOSING).study.reference.scenario == "gamed"


def test_a_manifest_of_one_bare_arm_is_enough() -> None:
    study = read({"arms": [{"scenario": "x", "pays_on_measures": False}]})
    assert study.headline(study.arms[0]) is None
    assert set(required_manifest()) == set(ManifestDict.__annotations__)
    with pytest.raises(ValueError, match="no arm"):
        read({"arms": []})


@pytest.mark.parametrize(
    ("label", "words"),
    [("nps", "NPS"), ("csat", "CSAT"), ("jobs_closed", "jobs closed"), ("fcr_logged", "FCR logged"), ("wait", "wait")],
)
def test_labels_as_words(label: str, words: str) -> None:
    assert written(label) == words


def test_units_follow_from_properties() -> None:
    assert units({"reads": "recommend", "aggregate": "net", "high": 9.0, "low": 6.0})["low"] == -100.0
    assert units({"reads": "handle_minutes"})["unit"] == "minutes"
    assert units(None) == {}
