"""What the analysis and the words need to know of a scenario beside its tables: who is paid on what, what measures mean.

The shape is `sim.analysis.manifest.ManifestDict`.
"""

from __future__ import annotations

from typing import Any

from sim.analysis.manifest import written
from sim.experiments.arms import Arm
from sim.experiments.instruments import TITLES, instruments
from sim.incentives.tactics import CARE, CATALOGUE, COACH, PRESS, PROMISE, RUSH, STRETCH
from sim.scenario.pay import Scheme
from sim.scenario.schema import Scenario
from sim.world.textbook import loadings_of

LEVERS = (PRESS, COACH, STRETCH, PROMISE)
ORDER = {"employee": 0, "manager": 1, "central": 2, "head": 3}


def describe(arm: Arm) -> dict[str, Any]:
    """An `ArmDict`."""
    spec = arm.spec
    reading = [scheme for scheme in spec.pay.schemes if scheme.measure is not None]
    reading.sort(key=lambda scheme: min(ORDER[role] for role in scheme.who) if scheme.who else len(ORDER))
    return {
        "scenario": arm.label,
        "name": spec.name,
        "about": spec.about,
        "pays_on_measures": bool(reading),
        "paid_measures": list(dict.fromkeys(scheme.measure for scheme in reading)),
        "scheme_changes": _changes(spec),
        "like": instruments(spec),
    }


def activities(spec: Scenario) -> dict[str, dict[str, str]]:
    """An `ActivityDict` for every activity and lever, by its indicator in the table `world` (without `share_`)."""
    if spec.service.textbook is not None and spec.service.technology == "textbook":
        found = zip(spec.service.textbook.activities, loadings_of(spec, spec.service.textbook).tactic, strict=True)
        return {name: {"kind": "tactic" if gaming else "service", "who": "employee"} for name, gaming in found}
    kinds = {CARE: "service", RUSH: "speed", **dict.fromkeys(LEVERS, "lever")}
    return {
        act.name if act.who == "employee" else f"{act.who}_{act.name}": {
            "title": act.name.replace("_", " "),
            "kind": kinds.get(act.number, "tactic"),
            "who": act.who,
        }
        for act in CATALOGUE
    }


def _changes(spec: Scenario) -> list[dict[str, Any]]:
    """Schemes that start or end, and exogenous events; the verdict says which of them this run is too short for."""
    marks: list[tuple[int, str]] = []
    for scheme in spec.pay.schemes:
        marks.append((scheme.from_week, f"{_scheme(scheme)} starts"))
        if scheme.until_week is not None:
            marks.append((scheme.until_week, f"{_scheme(scheme)} ends"))
    for event in spec.events:
        text = event.text or ("gaming comes out" if event.exposure else ", ".join(event.set))
        marks.append((event.week, text if "exogenous" in text else f"{text} (exogenous)"))
    unique = dict.fromkeys(sorted(marks))
    return [{"week": week, "text": text} for week, text in unique]


def _scheme(scheme: Scheme) -> str:
    title = TITLES.get(scheme.measure or "") or written(scheme.measure or "")
    return f"{scheme.kind} pay" if scheme.measure is None else f"{scheme.kind} pay on {title}"
