"""What the analysis has to be told beside the tables: who is paid on what, and what each measure means.

`ManifestDict` is the part of manifest.json that is read here; `read` turns it into `Study` with defaults filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NotRequired, TypedDict

from sim.analysis.units import units

Truth = Literal["experience", "outcome", "operations"]


class MeasureDict(TypedDict):
    """One measure of one arm. `unit` is as in the tables ("points", "%", "minutes"; "share" is shown as per cent).

    Where unit, scale and ends are left out they follow from the measure's properties in `scenarios` (`units`).
    """

    kind: NotRequired[str]  # preset it is like, for display only
    title: NotRequired[str]  # how to write it; left out: made from the label
    better: NotRequired[Literal["more", "less"]]
    unit: NotRequired[str]
    scale: NotRequired[str]  # in words: "share of 9-10 less share of 0-6, -100 to 100"
    low: NotRequired[float | None]  # ends of the scale, where it has ends
    high: NotRequired[float | None]
    truth_of: NotRequired[Truth]  # what the true reading speaks of
    survey: NotRequired[bool]  # answers (True) or logged events (False)
    instrument: NotRequired[str]  # digest of the measure's properties: equal in two arms = the same instrument
    truth: NotRequired[str]  # digest of what its true reading is: equal in two arms = true readings can be compared


class ActivityDict(TypedDict):
    """One activity or lever, keyed by its indicator in the table `world` without `share_`; levers keep `manager_` etc."""

    title: NotRequired[str]
    kind: NotRequired[Literal["service", "speed", "tactic", "lever"]]
    who: NotRequired[Literal["employee", "manager", "central", "head"]]


class ChangeDict(TypedDict):
    """Something to mark on the time axis: a scheme starts or ends, an exogenous event."""

    week: int
    text: str


class ArmDict(TypedDict):
    """One scenario: `scenario` is its name in the tables, `pays_on_measures` whether any scheme of anybody reads one."""

    scenario: str
    name: NotRequired[str]
    about: NotRequired[str]
    pays_on_measures: bool
    paid_measures: NotRequired[list[str]]  # labels, the employees' first scheme first
    scheme_changes: NotRequired[list[ChangeDict]]
    like: NotRequired[dict[str, MeasureDict]]


class ManifestDict(TypedDict):
    """The keys of manifest.json that are read; everything else in it is left to the method section as it stands."""

    arms: list[ArmDict]
    currency: NotRequired[str]
    pay_every: NotRequired[int]
    replicates: NotRequired[int]
    weeks: NotRequired[int]
    burn_in: NotRequired[int]
    budget: NotRequired[
        dict[str, Any]
    ]  # {mode: "equal" | "as written", target: money a year, reached: {scenario: money}}
    activities: NotRequired[dict[str, ActivityDict]]
    scenarios: NotRequired[dict[str, Any]]  # every scenario in full, by its name in the tables
    differences: NotRequired[dict[str, list[Any]]]  # fields that differ, by path, one value an arm
    warnings: NotRequired[list[str]]
    failures: NotRequired[list[dict[str, Any]]]  # {scenario, replicate, stage, message}


def required_manifest() -> dict[str, str]:
    """The keys read from the manifest, each with what it is for."""
    return {key: str(kind) for key, kind in ManifestDict.__annotations__.items()}


@dataclass(frozen=True)
class Measure:
    """A measure with every property that the analysis and the words need."""

    label: str
    title: str
    better: Literal["more", "less"] = "more"
    unit: str = "points"
    scale: str = ""
    low: float | None = None
    high: float | None = None
    truth_of: Truth = "operations"
    survey: bool = False
    instrument: str = ""
    truth: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)  # as the scenario has them, for words

    @property
    def sign(self) -> int:
        """+1 where more is better, -1 where less is."""
        return 1 if self.better == "more" else -1

    def matters(self, level: float) -> float:
        """The smallest difference worth a word: 1 % of the scale, or 2 % of the level where the scale has no ends.

        A convention of this report, not a finding: it separates "no difference" from "too wide to tell".
        """
        if self.low is not None and self.high is not None:
            return 0.01 * (self.high - self.low)
        return 0.02 * abs(level)


@dataclass(frozen=True)
class Arm:
    """One scenario of a comparison."""

    scenario: str
    name: str
    about: str
    pays_on_measures: bool
    paid_measures: tuple[str, ...]
    changes: tuple[tuple[int, str], ...]
    measures: Mapping[str, Measure]

    def reads_like(self, other: Arm, label: str) -> bool:
        """Whether both arms read this measure, by the same instrument."""
        both = label in self.measures and label in other.measures
        return both and self.measures[label].instrument == other.measures[label].instrument

    @property
    def measures_title(self) -> str:
        """What this arm pays on, in words."""
        return " and ".join(self.measures[label].title for label in self.paid_measures if label in self.measures)


@dataclass(frozen=True)
class Study:
    """A run or a comparison: its arms and what holds for all of them."""

    arms: tuple[Arm, ...]
    currency: str = "USD"
    pay_every: int = 4
    replicates: int = 1
    weeks: int = 52
    burn_in: int = 0
    budget: Mapping[str, Any] = field(default_factory=dict)
    activities: Mapping[str, ActivityDict] = field(default_factory=dict)

    def arm(self, scenario: str) -> Arm:
        """The arm with this name in the tables."""
        return next(arm for arm in self.arms if arm.scenario == scenario)

    @property
    def fixed_pay(self) -> Arm | None:
        """The arm in which no scheme reads a measure, if there is one."""
        return next((arm for arm in self.arms if not arm.pays_on_measures), None)

    @property
    def reference(self) -> Arm:
        """What the others are compared with: the fixed-pay arm, else the first."""
        return self.fixed_pay or self.arms[0]

    def headline(self, arm: Arm) -> str | None:
        """The measure to speak of: the first that is paid; in an unpaid arm, one that the paid arms are paid on."""
        for label in arm.paid_measures:
            if label in arm.measures:
                return label
        if not arm.measures:
            return None
        paid = [label for other in self.arms for label in other.paid_measures if label in arm.measures]
        return paid[0] if paid else next(iter(_by_truth(arm)))

    @property
    def service_measure(self) -> str | None:
        """One measure of experience that every arm has, paid in one of them if possible."""
        shared = [label for label in self.arms[0].measures if all(label in arm.measures for arm in self.arms)]
        of_experience = [label for label in shared if self.arms[0].measures[label].truth_of == "experience"]
        paid = {label for arm in self.arms for label in arm.paid_measures}
        ranked = sorted(of_experience, key=lambda label: label not in paid)
        return ranked[0] if ranked else None

    @property
    def shown(self) -> list[str]:
        """The headline measures of all arms, each once, in the order of the arms; paid ones first."""
        labels = [self.headline(arm) for arm in sorted(self.arms, key=lambda arm: not arm.pays_on_measures)]
        return list(dict.fromkeys(label for label in labels if label is not None))


def read(manifest: Mapping[str, Any]) -> Study:
    """The study that a manifest describes."""
    scenarios = manifest.get("scenarios") or {}
    arms = tuple(_arm(raw, scenarios.get(raw["scenario"]) or {}) for raw in manifest["arms"])
    names = [arm.name for arm in arms]
    arms = tuple(replace(arm, name=arm.scenario) if names.count(arm.name) > 1 else arm for arm in arms)
    if not arms:
        raise ValueError("the manifest names no arm")
    plain = ("currency", "pay_every", "replicates", "weeks", "burn_in")
    known = {key: manifest[key] for key in plain if manifest.get(key) is not None}
    return Study(arms, budget=manifest.get("budget") or {}, activities=manifest.get("activities") or {}, **known)


def _arm(raw: Mapping[str, Any], scenario: Mapping[str, Any]) -> Arm:
    notes, spec = raw.get("like") or {}, scenario.get("measures") or {}
    changes = sorted((int(change["week"]), str(change["text"])) for change in raw.get("scheme_changes") or [])
    return Arm(
        scenario=raw["scenario"],
        name=raw.get("name") or raw["scenario"],
        about=raw.get("about") or "",
        pays_on_measures=bool(raw["pays_on_measures"]),
        paid_measures=tuple(raw.get("paid_measures") or ()),
        changes=tuple(changes),
        measures={label: _measure(label, note, spec.get(label)) for label, note in notes.items()},
    )


def _measure(label: str, note: Mapping[str, Any], properties: Mapping[str, Any] | None) -> Measure:
    note = {**units(properties), **note}
    keys = ("better", "unit", "scale", "low", "high", "truth_of", "survey", "instrument", "truth")
    known = {key: note[key] for key in keys if note.get(key) is not None}
    return Measure(label, note.get("title") or written(label), properties=properties or {}, **known)


def written(label: str) -> str:
    """A label as words, acronyms raised: `jobs_closed` "jobs closed", `nps` "NPS", `fcr_logged` "FCR logged"."""
    words = label.split("_")
    if len(words) == 1 and label.islower() and len(label) <= 4 and not set(label[1:]) & set("iou"):
        return label.upper()
    return " ".join(word.upper() if word.islower() and not set(word) & set("aeiouy") else word for word in words)


def _by_truth(arm: Arm) -> list[str]:
    order = {"experience": 0, "outcome": 1, "operations": 2}
    return sorted(arm.measures, key=lambda label: order[arm.measures[label].truth_of])
