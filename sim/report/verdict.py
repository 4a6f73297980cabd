"""The verdict: what a reader takes away in twenty seconds, then the details. Every sentence is built from findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.estimate import Estimate
from sim.analysis.indices import Onset
from sim.analysis.manifest import Study
from sim.analysis.summary import Reader
from sim.report.findings import Finding, Reading, ranking
from sim.report.phrases import (
    State,
    changed,
    gap,
    needed,
    other_instrument,
    passed_through,
    score_change,
    state,
    states,
    story,
)
from sim.report.words import Scale, capital, last, listed, money, money_interval, number, percent, when

if TYPE_CHECKING:
    import pandas as pd

MOST_ARMS = 3
MOST_BESIDE = 2  # measures that are told of beside what is paid, of each direction
# Who has a stake, and the arm-level value by which it is judged.
STAKES = {"customers": "true_score", "needs": "needs_met", "staff": "certainty_equivalent", "owners": "profit"}


@dataclass(frozen=True)
class Point:
    """A few short sentences under a title (an arm's name; empty for what concerns all)."""

    title: str
    sentences: list[str]

    @property
    def text(self) -> str:
        """All of it in one paragraph."""
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Verdict:
    """A lead of one to three sentences, the points behind it, and details arm by arm."""

    lead: str
    points: list[Point]
    details: list[Point]

    def text(self) -> str:
        """The lead and a line a point; lines are as long as they are (`wrapped` breaks them)."""
        points = [f"- {point.title}. {point.text}" if point.title else f"- {point.text}" for point in self.points]
        return "\n".join([self.lead, *points])


def wrapped(text: str, width: int = 92) -> str:
    """The text of a verdict for a terminal."""
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="  " if line.startswith("- ") else "") for line in text.splitlines()
    )


def verdict(source: Reader, found: list[Finding], values: Mapping[str, pd.Series]) -> Verdict:
    """The verdict on a run (one arm) or a comparison; `values`: those of `findings.arm_values`."""
    study = source.study
    details = [Point(item.arm.name, list(_details(study, item))) for item in found]
    if len(found) == 1:
        return Verdict(_run_lead(source, found[0]), list(_run_points(source, found[0])), details)
    others = [item for item in found if item.arm is not study.reference]
    points = [Point(item.arm.name, list(_arm_sentences(source, item))) for item in others[:MOST_ARMS]]
    points += [Point("", [text]) for text in _all_arms(source, found, others, values)]
    return Verdict(_lead(study, others), [point for point in points if point.sentences], details)


def _run_lead(source: Reader, item: Finding) -> str:
    reading = item.headline
    if reading is None:
        return "This scenario reads no measure, so there is nothing that could be reported wrongly."
    scale, title = Scale(reading.measure, reading.true.mean), reading.measure.title
    if not reading.reported.defined:
        return f"Nobody answered, so there is no reported {title}."
    return (
        f"Over the {last(source.window.weeks)} the reported {title} was {scale.level(reading.reported)}, "
        f"the true one {scale.level(reading.true)}."
    )


def _run_points(source: Reader, item: Finding) -> Iterable[Point]:
    study, reading = source.study, item.headline
    if reading is not None and reading.reported.defined:
        yield Point("", [gap(reading), *([_parted(reading.parting)] if item.arm.pays_on_measures else [])])
    conduct = list(_conduct(study, item))
    if conduct:
        yield Point("", conduct)
    if item.levels["profit"].defined:
        yield Point("", [f"{_owners(study, item)}."])
    if item.arm.pays_on_measures:
        advice = "Whether the bonus changed the truth, one scenario alone cannot say: compare it with fixed pay."
        yield Point("", [advice])
    yield from (Point("", [text]) for text in _caveats(source, [item]))


def _lead(study: Study, others: list[Finding]) -> str:
    """One sentence a story, arms with the same story together; measured against the reference arm."""
    groups: dict[str, tuple[str, list[str]]] = {}
    for item in others:
        told = story(item)
        groups.setdefault(told.key + told.clause, (told.clause, []))[1].append(item.arm.name)
    if not groups:
        return f"There is nothing to compare with {study.reference.name}."
    sentences = [f"under {listed(names)} {clause}." for clause, names in groups.values()]
    if study.reference.pays_on_measures:
        return f"Against {study.reference.name}, {' '.join([sentences[0], *map(capital, sentences[1:])])}"
    return " ".join(map(capital, sentences))


def _arm_sentences(source: Reader, item: Finding) -> Iterable[str]:
    study, reading = source.study, item.headline
    if reading is not None and reading.d_reported is not None:
        scale, (reported, true) = Scale(reading.measure, reading.true.mean), states(reading)
        if reading.otherwise:
            yield other_instrument(reading, study.reference)
        yield (
            f"Against {_against(study)}, reported {reading.measure.title} {changed(reading.d_reported, scale, reported)}; "
            f"true {changed(reading.d_true, scale, true)}."
        )
        yield from filter(None, (passed_through(reading), needed(reading)))
    if reading is not None and item.arm.pays_on_measures:
        yield gap(reading)
        yield from filter(None, (_since(study, reading),))
    yield from filter(None, (_who_pays(study, item), _beside(source, item)))


def _beside(source: Reader, item: Finding) -> str:
    """What else moved in truth, although it is not paid: of each direction what moved most for what matters of it."""
    moved: dict[State, list[tuple[float, str]]] = {"better": [], "worse": []}
    for label, measure in item.arm.measures.items():
        standing = source.standings.get((item.arm.scenario, label))
        if standing is None or standing.d_true is None or label in (*item.arm.paid_measures, source.study.headline(item.arm)):
            continue
        matters = measure.matters(standing.true.mean)
        found = state(standing.d_true, matters, measure.sign)
        if found in moved and matters > 0:
            change = Scale(measure, standing.true.mean).change(standing.d_true)
            moved[found].append((-abs(standing.d_true.mean) / matters, f"{measure.title} {change}"))
    said = [f"{listed([text for _, text in sorted(each)[:MOST_BESIDE]])} for the {way}" for way, each in moved.items() if each]
    return f"Not paid, and changed in truth: {'; '.join(said)}." if said else ""


def _against(study: Study) -> str:
    return study.reference.name if study.reference.pays_on_measures else "fixed pay"


def _parted(parting: Onset) -> str:
    if not parting.determined:
        return "One replicate cannot tell since when."
    if parting.week is None:
        return "It never exceeds the honest gap by more than noise."
    return f"It exceeds the honest gap from {when(parting.week)} on."


def _since(study: Study, reading: Reading) -> str:
    onset = reading.onset
    if onset is not None and onset.week is not None:
        return f"From {when(onset.week)} the score stands above and the truth below {_against(study)}."
    return _parted(reading.parting) if reading.parting.week is not None else ""


def _conduct(study: Study, item: Finding) -> Iterable[str]:
    time, complaints = item.levels["gaming_time"], item.levels["complaints"]
    if time.defined and time.mean > 0.0005:
        yield f"Staff put {percent(time.mean, 1)} of their work time into tactics."
    if complaints.defined:
        before = item.changes.get("complaints")
        differs = before is not None and before.sign != 0
        other = f" ({percent(complaints.mean - before.mean)} under {_against(study)})" if before and differs else ""
        yield f"Of the complaints that customers meant to make, {percent(complaints.mean)} are on record{other}."


def _owners(study: Study, item: Finding) -> str:
    profit, bonus = item.levels["profit"], item.levels["bonus"]
    said = f"Profit is {money(profit.mean, study.currency)} a year{money_interval(profit, study.currency)}"
    return f"{said}, the bonus bill {money(bonus.mean, study.currency)}" if bonus.defined and bonus.mean else said


def _who_pays(study: Study, item: Finding) -> str:
    """Customers by what they feel and by what they got, staff and owners, with numbers where the change is beyond noise."""
    changes = {who: item.changes.get(name) for who, name in STAKES.items()}
    known = {who: change for who, change in changes.items() if change is not None and change.known}
    if not known:
        return "Who pays cannot be told from one replicate." if study.replicates == 1 else ""
    names = {"needs": "needs met"}
    said = [f"{names.get(who, who)} {_stake(study, STAKES[who], change)}" for who, change in known.items() if change.sign]
    level = [names.get(who, who) for who, change in known.items() if not change.sign]
    if not said:
        return f"{capital(listed(level))}: no gain or loss beyond noise."
    signs = {change.sign for change in known.values()}
    title = "Who gains and who pays" if {-1, 1} <= signs else "Who pays" if -1 in signs else "Who gains"
    return f"{title}: {'; '.join(said)}{f'; {listed(level)} level' if level else ''}."


def _stake(study: Study, name: str, change: Estimate) -> str:
    if name == "true_score":
        return score_change(change)
    if name == "needs_met":
        mean, low, high = (number(100.0 * x, 0.01, signed=x == change.mean) for x in (change.mean, change.low, change.high))
        return f"{mean} ({low} to {high}) in a hundred"
    per = "a person and pay period" if name == "certainty_equivalent" else "a year"
    span = money_interval(change, study.currency)
    return f"{money(change.mean, study.currency, signed=True)}{span} {per}"


def _all_arms(
    source: Reader, found: list[Finding], others: list[Finding], values: Mapping[str, pd.Series]
) -> Iterable[str]:
    study, said = source.study, []
    for value, title in (("true_score", "true experience"), ("needs_met", "needs met"), ("profit", "profit")):
        groups = ranking(values[value], found, value)
        if len(groups) > 1:
            order = ", then ".join(_level_names(group) for group in groups)
            said.append(f"on {title}, {order}")
        elif groups and len(groups[0]) > 1:
            said.append(f"on {title} they cannot be told apart")
    if said and study.replicates > 1:
        yield f"Best first: {'; '.join(said)}."
    false = [item.arm.name for item in found if item.crown is not None and item.crown.false_crown]
    if false:
        yield f"{listed(false)} would claim revenue up, cost down and service up; the true figures do not bear it out."
    yield from _budget(study, others)
    if len(others) > MOST_ARMS:
        yield f"{listed([item.arm.name for item in others[MOST_ARMS:]])}: see the details."
    yield from _caveats(source, others)


def _budget(study: Study, others: list[Finding]) -> Iterable[str]:
    """The bills of the whole run, for which budgets are set; a year's bill of the window stands in the table."""
    mode, reached = study.budget.get("mode"), study.budget.get("reached") or {}
    if mode not in ("equal", "partly equal"):
        return
    bills = [
        f"{i.arm.name} {money(reached[i.arm.scenario], study.currency)}" for i in others if i.arm.scenario in reached
    ]
    title = "Budgets are equal" if mode == "equal" else "Budgets could not all be made equal"
    same = mode == "equal" or "target" not in study.budget  # where a bill was missed, base pay is still the sum aimed at
    sum_ = "the same" if same else money(study.budget["target"], study.currency)
    fixed = f"; {study.fixed_pay.name} pays {sum_} as base pay" if study.fixed_pay else ""
    yield f"{title} over the whole run. Bonus bill a person and pay period: {', '.join(bills)}{fixed}."
    stakes = [(item.arm.name, item.levels["stake"]) for item in others if item.arm.pays_on_measures]
    told = [f"{money(stake.mean, study.currency)} under {name}" for name, stake in stakes if stake.defined]
    if told:
        cares = [(item.arm.name, item.levels["care_pay"]) for item in others if item.arm.pays_on_measures]
        care = [f"{money(value.mean, study.currency)} under {name}" for name, value in cares if value.defined]
        yield (
            "Equal bills are not equal incentives, since where a target starts decides how much of a bill is at stake: "
            f"one standard error of the reading moves an employee's expected pay by {listed(told)}"
            + (f", and serving every customer with full care would earn him {listed(care)}." if care else ".")
        )


def _level_names(group: list[Finding]) -> str:
    names = listed([item.arm.name for item in group])
    return f"{names} (level)" if len(group) > 1 else names


def _caveats(source: Reader, found: list[Finding]) -> Iterable[str]:
    study, window = source.study, source.window
    if any(item.levels["needs_met"].defined for item in found):
        yield (
            f"Read over the {last(window.weeks)} of {window.end}. What customers say is relative to what they have got "
            "used to, so a lasting change of service fades from it; needs met do not fade."
        )
    if study.replicates == 1:
        yield "One replicate gives no interval: luck and effect cannot be told apart. Ask for --replicates 20."
    table = next((table for table in source.tables.values() if len(table)), source.tables["series"])
    played = table.groupby("scenario")["replicate"].nunique()
    for arm in study.arms:
        if (finished := int(played.get(arm.scenario, 0))) < study.replicates:
            yield f"{arm.name}: only {finished} of {study.replicates} replicates are there."
    for item in found:
        for week, text in item.arm.changes:
            if week >= window.end:
                yield f"{item.arm.name}: {text} in week {week}, after the end of this run."
    late = {week for item in found for week, _ in item.arm.changes if window.start < week < window.end}
    if late:
        yield f"Something changed within the weeks averaged here ({listed([when(week) for week in sorted(late)])})."


def _details(study: Study, item: Finding) -> Iterable[str]:
    for label, reading in item.readings.items():
        scale = Scale(reading.measure, reading.true.mean)
        paid = "paid" if label in item.arm.paid_measures else "not paid"
        yield (
            f"{capital(reading.measure.title)} ({paid}): reported {scale.level(reading.reported)}, "
            f"true {scale.level(reading.true)}."
        )
        yield gap(reading)
    yield from _conduct(study, item)
    if item.levels["profit"].defined:
        yield f"{_owners(study, item)}."
    lost, cost = item.bonus_on_gap, item.cost_per_point
    if lost.defined and lost.mean:
        span = money_interval(lost, study.currency)
        yield f"{money(lost.mean, study.currency)}{span} a year of the bonus bill bought score without substance."
    if cost.known and item.headline is not None:
        span = money_interval(cost, study.currency)
        yield f"A point of true {item.headline.measure.title} cost {money(cost.mean, study.currency)}{span} a year in outlays."
    mood, leaving = item.levels["engagement"], item.levels["turnover"]
    if mood.defined and leaving.defined:
        yield f"Engagement {number(mood.mean, 0.01)} sd, turnover {percent(leaving.mean)} a year."
