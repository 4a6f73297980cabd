"""The table indices.csv: every index of a run or comparison, a row an arm, with its interval and its no-gaming floor.

`CATALOGUE` says of each what it is, its unit and its floor; how it is computed stands with the functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import pandas as pd

from sim.analysis import flags, indices, people
from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.analysis.gap import Window
from sim.analysis.indices import Onset
from sim.analysis.manifest import Arm
from sim.analysis.paired import difference, differences
from sim.analysis.summary import Change, Reader

YEAR = 52


class Entry(NamedTuple):
    """What an index is: definition, unit, what it shows where nobody games, the function that computes it, its source."""

    meaning: str
    unit: str
    floor: str
    function: str
    source: str = "own definition"


CATALOGUE = {
    "pass_through": Entry("truth gained per point reported, against fixed pay; 1 also where both fell", "1", "1",
                          "indices.pass_through",
         "own definition; interval: Fieller (1954)"),
    "goodhart_onset": Entry("first week with the report above and the truth below the fixed-pay world's for three pay "
                            "periods", "week", "never", "indices.goodhart_onset",
         "Goodhart (1975), made a test"),
    "parting": Entry("first week with the report beyond the honest floor for three pay periods", "week", "never",
                     "indices.parting"),
    "bonus_on_gap": Entry("part of the bonus bill that bought score and no experience, where the reported reading "
                          "gained", "money a year", "0",
                          "indices.bonus_on_gap"),
    "cost_per_true_point": Entry("outlays beyond fixed pay per point of truth gained", "money a year per point",
                                 "what the gain costs honestly", "indices.cost_per_true_point",
         "incremental cost-effectiveness: Drummond et al. (2015); interval: Fieller (1954)"),
    "rank_agreement": Entry("Kendall's τ of employees' reported and true readings", "1", "that of the fixed-pay arm",
                            "people.agreement",
         "Kendall (1945); floor: Kruskal (1958)"),
    "rank_inversion": Entry("rank agreement lost against the fixed-pay arm", "1", "0", "people.rank_inversion"),
    "bunching": Entry("reported readings just above less just below the target, over both", "1",
                      "that of the fixed-pay arm at the same targets", "people.bunched",
         "McCrary (2008), in its simplest form"),
    "gaming_time": Entry("share of work time that goes into tactics", "1", "0", "indices.gaming_time"),
    "needs_met": Entry("needs met in the end, by the customers' word, over needs that ended", "1",
                       "that of the fixed-pay arm", "indices.needs_met"),
    "care_pay": Entry("expected pay that full care would earn an employee", "money per pay period", "0 where nothing is paid",
                      "indices.care_pay"),
    "complaints_on_record": Entry("complaints recorded over complaints intended (suppression ratio)", "1",
                                  "that of the fixed-pay arm", "indices.complaints_on_record"),
    "engagement": Entry("mean engagement of employees", "sd", "that of the fixed-pay arm", "indices.engagement"),
    "turnover": Entry("employees who quit or are dismissed", "1/year", "that of the fixed-pay arm", "indices.turnover",
         "usual ratio"),
    "triple_crown": Entry("revenue up, cost down and true experience up, each beyond noise, and needs met not down beyond "
                          "noise", "0 or 1", "0 or 1",
                          "indices.crown", "claim S15 of claims.md"),
    "false_crown": Entry("the reported reading claims a crown that the truth does not give", "0 or 1", "0",
                         "indices.crown", "claim S15 of claims.md"),
    "flag_jump": Entry("leap of the paid reading since before the scheme", "sd", "that of the fixed-pay arm",
                       "flags.jump",
         "unexpected gains: Jacob & Levitt (2003)"),
    "flag_fewer_answers": Entry("fall in answers since before the scheme", "log ratio", "that of the fixed-pay arm",
                                "flags.fewer_answers"),
    "flag_divergence": Entry("leap of the paid reading beyond that of the unpaid ones", "sd",
                             "that of the fixed-pay arm", "flags.divergence",
         "comparison with a test at low stakes: Klein et al. (2000)"),
    "flag_sameness": Entry("how much more alike employees' readings are than before", "log ratio",
                           "that of the fixed-pay arm", "flags.sameness",
         "answers too much alike: Jacob & Levitt (2003), simplified"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One index of one arm; `floor` is NaN where the catalogue says it in words, `area` and `alarms` are a red flag's."""

    index: str
    value: Estimate
    floor: Estimate = UNDEFINED
    note: str = ""
    area: float = float("nan")
    area_error: float = float("nan")
    alarms: Estimate = UNDEFINED


def table(source: Reader) -> pd.DataFrame:
    """indices.csv: a row an arm and index, on the arm's headline measure; what an arm has nothing for is left out.

    `value` and `floor` have 95 % intervals over replicates; `area` is how well a red flag tells this arm's runs from the
    fixed-pay arm's (0.5: not at all) and `area_error` its standard error; `false_alarms`, the share of fixed-pay runs that
    show more of the flag than half of this arm's runs do.
    """
    rows = []
    headlines = {arm.scenario: source.study.headline(arm) for arm in source.study.arms}
    firm, books = _firm_values(source), indices.yearly_books(source.inside["books"], source.window)
    staff = source.inside["staff"]
    agreements = {label: people.agreement(staff, label, source.window) for label in set(headlines.values()) if label}
    for arm in source.study.arms:
        label = headlines[arm.scenario]
        found = _of_firm(source, arm, firm)
        if label is not None:
            found = chain(found, _of_measure(source, arm, label, agreements[label], books))
        for row in found:
            entry = CATALOGUE[row.index]
            rows.append({
                "scenario": arm.scenario, "measure": label, "index": row.index, "unit": entry.unit,
                "value": row.value.mean, "value_low": row.value.low, "value_high": row.value.high,
                "floor": row.floor.mean, "floor_low": row.floor.low, "floor_high": row.floor.high,
                "area": row.area, "area_error": row.area_error, "false_alarms": row.alarms.mean,
                "false_alarms_low": row.alarms.low, "false_alarms_high": row.alarms.high,
                "note": row.note, "meaning": entry.meaning,
                "no_gaming": entry.floor,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _firm_values(source: Reader) -> dict[str, pd.Series]:
    """What is read off the firm, whatever its measures; a value a (scenario, replicate)."""
    world, staff, window = source.inside["world"], source.inside["staff"], source.window
    return {
        "gaming_time": indices.gaming_time(world, window),
        "needs_met": indices.needs_met(world, window),
        "care_pay": indices.care_pay(staff, window),
        "complaints_on_record": indices.complaints_on_record(world, window),
        "engagement": indices.engagement(world, window),
        "turnover": indices.turnover(world, staff, window),
    }


def _of_firm(source: Reader, arm: Arm, values: Mapping[str, pd.Series]) -> Iterator[Row]:
    for name, series in values.items():
        yield from _level(name, series, arm, None if name == "gaming_time" else source.study.fixed_pay)


def _of_measure(source: Reader, arm: Arm, label: str, agreements: pd.Series, books: pd.DataFrame) -> Iterator[Row]:
    measure, fixed = arm.measures[label], source.study.fixed_pay
    yield from _of_people(source, arm, label, agreements)
    yield _week("parting", indices.parting(source.weekly_excess(arm, label), measure.sign, source.study.pay_every))
    change = source.change(arm, label)
    if change is None or change.true.empty:
        return
    through = indices.pass_through(change.reported, change.true)
    yield Row("pass_through", through)
    weekly = source.weekly_change(arm, label)
    yield _week("goodhart_onset", indices.goodhart_onset(*weekly, measure.sign, source.study.pay_every))
    yield from _of_money(source, arm, change, measure.sign, through, books)
    if fixed is not None and arm.pays_on_measures:
        yield from _red_flags(source, arm, fixed, label)


def _of_people(source: Reader, arm: Arm, label: str, agreements: pd.Series) -> Iterator[Row]:
    staff, window, fixed = source.inside["staff"], source.window, source.study.fixed_pay
    yield from _level("rank_agreement", agreements, arm, fixed)
    if fixed is not None and fixed is not arm:
        lost = people.rank_inversion(agreements, arm.scenario, fixed.scenario)
        if lost.defined:
            yield Row("rank_inversion", lost)
    sign = arm.measures[label].sign
    own = people.bunched(staff, label, sign, window, arm.scenario, arm.scenario)
    if len(own):
        unpaid = UNDEFINED
        if fixed is not None:
            unpaid = estimate(people.bunched(staff, label, sign, window, arm.scenario, fixed.scenario))
        yield Row("bunching", estimate(own), unpaid)


def _of_money(
    source: Reader, arm: Arm, change: Change, sign: int, through: Estimate, books: pd.DataFrame
) -> Iterator[Row]:
    pair, reported = (arm.scenario, source.study.reference.scenario), estimate(change.reported)
    if "bonus" in books:
        yield Row("bonus_on_gap", indices.bonus_on_gap(_mean(-books["bonus"], arm), through, reported, sign))
    yield Row("cost_per_true_point", indices.cost_per_true_point(differences(books["cost"], *pair), change.true, sign))
    score = indices.indicator(source.inside["world"], "true_score", source.window)
    felt = difference(score, *pair) if len(score) else estimate(change.true * sign)
    met = difference(indices.needs_met(source.inside["world"], source.window), *pair)
    revenue, cost = (difference(books[item], *pair) for item in ("revenue", "cost"))
    crown = indices.crown(revenue, cost, felt, met, reported.times(sign))
    for name, won in (("triple_crown", crown.won), ("false_crown", crown.false_crown)):
        yield Row(name, Estimate(float(won), float("nan"), float("nan"), through.n))


def _red_flags(source: Reader, arm: Arm, fixed: Arm, label: str) -> Iterator[Row]:
    """The flags of this arm, with the fixed-pay arm's as floor; before: up to a year before the scheme starts."""
    start = min((week for week, _ in arm.changes), default=0)
    before = Window(max(start - YEAR, -source.study.burn_in), start)
    if label not in fixed.measures or before.weeks < source.study.pay_every:
        return
    seen = flags.as_seen(source.tables)
    unpaid = [name for name in arm.measures if name not in arm.paid_measures and name in fixed.measures]
    better = {name: arm.measures[name].sign for name in [label, *unpaid]}
    found = {
        "flag_jump": flags.jump(seen["series"], label, better[label], before, source.window),
        "flag_fewer_answers": flags.fewer_answers(seen["series"], label, before, source.window),
        "flag_divergence": flags.divergence(seen["series"], label, better, before, source.window),
        "flag_sameness": flags.sameness(seen["staff"], label, before, source.window),
    }
    for name, values in found.items():
        for row in _level(name, values, arm, fixed):
            if row.floor.defined:
                own, honest = values.loc[arm.scenario], values.loc[fixed.scenario]
                roc = flags.roc(own, honest)
                alarms = Estimate(*flags.false_alarm_rate(honest, float(own.median())), len(honest))
                yield Row(name, row.value, row.floor, area=roc.area, area_error=roc.error, alarms=alarms)


def _level(name: str, values: pd.Series, arm: Arm, floor: Arm | None) -> Iterator[Row]:
    value = _mean(values, arm)
    if value.defined:
        yield Row(name, value, UNDEFINED if floor is None else _mean(values, floor))


def _mean(values: pd.Series, arm: Arm) -> Estimate:
    if values.empty or arm.scenario not in values.index.get_level_values("scenario"):
        return UNDEFINED
    return estimate(values.loc[arm.scenario])


def _week(name: str, onset: Onset) -> Row:
    if onset.week is not None:
        return Row(name, Estimate(float(onset.week), float("nan"), float("nan"), 1))
    return Row(name, UNDEFINED, note="never in this run" if onset.censored else "one replicate tells nothing")
