"""What was found, before any word is chosen: one `Finding` an arm, every number an estimate over replicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from sim.analysis import indices
from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.analysis.indices import Crown, Onset
from sim.analysis.manifest import Arm
from sim.analysis.paired import difference, differences
from sim.analysis.summary import Reader, Standing


@dataclass(frozen=True, kw_only=True)
class Reading(Standing):
    """How one measure stands in one arm, and since when: reading and floor part, and Goodhart's law (beside a reference)."""

    parting: Onset
    onset: Onset | None = None

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


def findings(source: Reader, values: Mapping[str, pd.Series]) -> list[Finding]:
    """The findings of every arm, in the order of the manifest; `values`: those of `arm_values`."""
    return [_finding(source, arm, values) for arm in source.study.arms]


def arm_values(source: Reader) -> dict[str, pd.Series]:
    """Arm-level numbers, each one value a (scenario, replicate); empty where the world does not record it."""
    world, staff, window = source.inside["world"], source.inside["staff"], source.window
    books = indices.yearly_books(source.inside["books"], window)
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
    felt = changes.get("true_score", head.d_true.times(head.measure.sign))
    revenue, cost, met = (changes.get(name, UNDEFINED) for name in ("revenue", "cost", "needs_met"))
    crown = indices.crown(revenue, cost, felt, met, head.d_reported.times(head.measure.sign))
    return Finding(
        arm, head, readings, levels, changes, crown,
        bonus_on_gap=indices.bonus_on_gap(levels["bonus"], head.through, head.d_reported, head.measure.sign),
        cost_per_point=indices.cost_per_true_point(differences(values["cost"], *pair), d_true, head.measure.sign),
    )  # fmt: skip


def reading(source: Reader, arm: Arm, label: str) -> Reading | None:
    """All that is known of one measure in one arm; None where the tables do not hold it."""
    standing = source.standings.get((arm.scenario, label))
    if standing is None:
        return None
    sign, every = standing.measure.sign, source.study.pay_every
    parting = indices.parting(source.weekly_excess(arm, label), sign, every)
    onset = None
    if standing.d_true is not None:
        onset = indices.goodhart_onset(*source.weekly_change(arm, label), sign, every)
    return Reading(**vars(standing), parting=parting, onset=onset)


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
