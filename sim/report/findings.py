"""What was found, before any word is chosen: one `Finding` an arm, every number an estimate over replicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from sim.analysis import indices
from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.analysis.gap import ACTED, COMPONENTS
from sim.analysis.indices import Crown, Onset
from sim.analysis.manifest import Arm, Measure
from sim.analysis.paired import difference, differences
from sim.analysis.summary import Reader


@dataclass(frozen=True)
class Reading:
    """One measure in one arm: levels, split of the gap, and paired changes against the reference arm (if it is another).

    `d_instrument` is there where the two arms read by other instruments: the part of the change that was seen (`d_seen`)
    which is these instruments' own honest error. `d_reported` leaves it out.
    """

    measure: Measure
    reported: Estimate
    true: Estimate
    gap: Estimate
    floor: Estimate
    excess: Estimate
    shift: Estimate
    paired_floor: bool
    parts: Mapping[str, Estimate]
    beyond: Mapping[str, Estimate]
    parting: Onset
    onset: Onset | None = None
    d_reported: Estimate | None = None
    d_true: Estimate | None = None
    d_seen: Estimate | None = None
    d_instrument: Estimate | None = None
    through: Estimate = UNDEFINED
    unread: float = 0.0

    @property
    def matters(self) -> float:
        """The smallest difference worth a word, in the measure's unit."""
        return self.measure.matters(self.true.mean)

    @property
    def flattered(self) -> bool:
        """Whether the reading stands on the better side of the floor by more than noise: what may be called gaming."""
        return self.excess.sign * self.measure.sign > 0


@dataclass(frozen=True)
class Finding:
    """One arm: its headline reading, the other paid ones, levels of money, staff and customers, and paired differences."""

    arm: Arm
    headline: Reading | None
    readings: Mapping[str, Reading]
    levels: Mapping[str, Estimate]
    changes: Mapping[str, Estimate] = field(default_factory=dict)
    crown: Crown | None = None
    bonus_on_gap: Estimate = UNDEFINED
    cost_per_point: Estimate = UNDEFINED


def findings(source: Reader) -> list[Finding]:
    """The findings of every arm, in the order of the manifest."""
    values = arm_values(source)
    return [_finding(source, arm, values) for arm in source.study.arms]


def arm_values(source: Reader) -> dict[str, pd.Series]:
    """Arm-level numbers, each one value a (scenario, replicate); empty where the world does not record it."""
    world, staff, window = source.tables["world"], source.tables["staff"], source.window
    books = indices.yearly_books(source.tables["books"], window)
    out = {
        "true_score": indices.indicator(world, "true_score", window),
        "needs_met": indices.needs_met(world, window),
        "certainty_equivalent": indices.certainty_equivalent(staff, window),
        "stake": indices.stake(staff, window),
        "care_pay": indices.care_pay(staff, window),
        "pay_sd": indices.pay_sd(staff, window),
        "engagement": indices.engagement(world, window),
        "turnover": indices.turnover(world, staff, window),
        "gaming_time": indices.gaming_time(world, window),
        "complaints": indices.complaints_on_record(world, window),
    }
    for item in ("revenue", "cost", "profit"):
        out[item] = books[item] if item in books else pd.Series(dtype=float)
    out["bonus"] = -books["bonus"] if "bonus" in books else pd.Series(dtype=float)
    return out


def _finding(source: Reader, arm: Arm, values: Mapping[str, pd.Series]) -> Finding:
    study = source.study
    labels = list(dict.fromkeys([label for label in [study.headline(arm), *arm.paid_measures, *study.shown] if label]))
    readings = {label: r for label in labels if (r := reading(source, arm, label)) is not None}
    head = readings.get(study.headline(arm) or "")
    levels = {name: _level(value, arm) for name, value in values.items()}
    if arm is study.reference:
        return Finding(arm, head, readings, levels)
    pair = (arm.scenario, study.reference.scenario)
    changes = {name: difference(value, *pair) for name, value in values.items() if len(value)}
    if head is None or head.d_true is None or head.d_reported is None:
        return Finding(arm, head, readings, levels, changes)
    d_true = differences(source.value("true_always", head.measure.label), *pair)
    served = changes.get("true_score", head.d_true.times(head.measure.sign))
    claimed = head.d_reported.times(head.measure.sign)
    crown = indices.crown(changes.get("revenue", UNDEFINED), changes.get("cost", UNDEFINED), served, claimed)
    return Finding(
        arm, head, readings, levels, changes, crown,
        bonus_on_gap=indices.bonus_on_gap(levels["bonus"], head.through),
        cost_per_point=indices.cost_per_true_point(differences(values["cost"], *pair), d_true, head.measure.sign),
    )  # fmt: skip


def reading(source: Reader, arm: Arm, label: str) -> Reading | None:
    """All that is known of one measure in one arm; None where the tables do not hold it."""
    names = source.readings.index
    there = (names.get_level_values("scenario") == arm.scenario) & (names.get_level_values("measure") == label)
    if label not in arm.measures or not there.any():
        return None
    measure, split = arm.measures[label], source.floor(arm, label)
    own = {name: _level(source.value(name, label), arm) for name in ("reported", "true", *COMPONENTS, "unread")}
    beyond = {name: own[name] for name in ACTED}
    parts = {name: own[name] for name in COMPONENTS}
    parting = indices.parting(source.weekly_excess(arm, label), measure.sign, source.study.pay_every)
    plain = Reading(
        measure, own["reported"], own["true"], gap=estimate(split["gap"]), floor=estimate(split["floor"]),
        excess=estimate(split["excess"]), shift=estimate(split["shift"]), paired_floor=bool(split["paired"].all()),
        parts=parts, beyond=beyond, parting=parting, unread=own["unread"].mean,
    )  # fmt: skip
    return _compared(source, arm, plain)


def _compared(source: Reader, arm: Arm, plain: Reading) -> Reading:
    label = plain.measure.label
    change = source.change(arm, label)
    if change is None or change.true.empty:
        return plain
    onset = indices.goodhart_onset(*source.weekly_change(arm, label), plain.measure.sign, source.study.pay_every)
    other = not arm.reads_like(source.study.reference, label)
    return replace(
        plain, onset=onset, d_reported=estimate(change.reported), d_true=estimate(change.true),
        d_seen=estimate(change.seen), d_instrument=estimate(change.instrument) if other else None,
        through=indices.pass_through(change.reported, change.true),
    )  # fmt: skip


def _level(values: pd.Series, arm: Arm) -> Estimate:
    if values.empty or arm.scenario not in values.index.get_level_values("scenario"):
        return UNDEFINED
    return estimate(values.loc[arm.scenario])


def ranking(values: pd.Series, found: list[Finding], name: str) -> list[list[Finding]]:
    """Arms ordered by a level, best first, in groups: an arm joins a group while it cannot be told from its best arm."""
    known = [f for f in found if f.levels[name].defined]
    groups: list[list[Finding]] = []
    for item in sorted(known, key=lambda f: -f.levels[name].mean):
        level = groups and difference(values, item.arm.scenario, groups[-1][0].arm.scenario).sign == 0
        if level:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups
