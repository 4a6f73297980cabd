"""What a measure's numbers are: unit, scale in words, ends, and what its true reading speaks of.

The shape is `sim.analysis.manifest.MeasureDict`; the units are those of the engine's tables (shares as per cent).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sim.scenario.measures import Measure
from sim.scenario.schema import Scenario

OUTCOME = ("needs_met",)
ANSWERS = {"recommend": (0, 10), "satisfaction": (1, 5), "ease": (1, 7), "first_time": (0, 1)}
# unit, low, high, scale in words
LOGGED: dict[str, tuple[str, float | None, float | None, str]] = {
    "jobs": ("jobs an hour", None, None, "issues per hour of handling"),
    "handle_minutes": ("minutes", None, None, "minutes a contact"),
    "service_level": ("%", 0.0, 100.0, "share of callers answered within {threshold:g} minutes"),
    "wait": ("minutes", None, None, "minutes a caller waits"),
    "abandonment": ("%", 0.0, 100.0, "share of callers who hang up"),
    "first_closed": ("%", 0.0, 100.0, "share of issues closed at the first contact"),
    "no_repeat": ("%", 0.0, 100.0, "share of first contacts without another within {within:g} weeks"),
    "in_time": ("%", 0.0, 100.0, "share of issues closed within {within:g} weeks"),
    "complaints": ("%", 0.0, None, "complaints per 100 contacts"),
    "departures": ("% a year", 0.0, None, "customers who leave, of 100 a year"),
    "backlog": ("per 100 customers", 0.0, None, "open issues per 100 customers"),
    "needs_met": ("%", 0.0, 100.0, "share of needs met within {within:g} weeks"),
}
# What the true reading of a measure depends on; all else is how it is read.
TRUTH = ("reads", "population", "aggregate", "high", "low", "threshold", "within", "window")
# What does not touch the reading itself: who sees it, what it costs, what is paid on it.
ASIDE = ("like", "published", "cost", "minimum_n", "below_minimum")
# How the presets are called; another label is written as the user wrote it.
TITLES = {
    "jobs_closed": "jobs closed",
    "fcr_experienced": "FCR as experienced",
    "fcr_logged": "FCR as logged",
    "fcr_window": "FCR by no repeat",
    "outcomes": "customer outcomes",
}


def instruments(spec: Scenario) -> dict[str, dict[str, Any]]:
    """A `MeasureDict` for each measure of a scenario, by label."""
    textbook = spec.service.textbook
    if textbook is not None and spec.service.technology == "textbook":
        common = {"unit": "points", "truth_of": "operations", "survey": False}
        return {
            label: {
                **common,
                "instrument": _digest(loadings),
                "truth": _digest(textbook.truth.get(label, textbook.value)),
            }
            for label, loadings in textbook.measures.items()
        }
    return {label: _instrument(label, measure) for label, measure in spec.measures.items()}


def _instrument(label: str, measure: Measure) -> dict[str, Any]:
    unit, low, high, scale = _answers(measure) if measure.is_survey else LOGGED[measure.reads]
    truth = "experience" if measure.is_survey else "outcome" if measure.reads in OUTCOME else "operations"
    return {
        "kind": measure.like or measure.reads,
        **({"title": TITLES[label]} if label == measure.like and label in TITLES else {}),
        "better": measure.better,
        "unit": unit,
        "scale": scale.format(threshold=measure.threshold, within=measure.within),
        "low": low,
        "high": high,
        "truth_of": truth,
        "survey": measure.is_survey,
        "instrument": _digest(measure.model_dump(mode="json", exclude=set(ASIDE))),
        "truth": _digest(measure.model_dump(mode="json", include=set(TRUTH))),
    }


def _answers(measure: Measure) -> tuple[str, float, float, str]:
    """Scale of a measure that is made of answers."""
    least, most = ANSWERS[measure.reads]
    if measure.aggregate == "mean":
        return "points", float(least), float(most), f"mean answer, {least} to {most}"
    good = f"share of answers {_range(measure.high, most)}"
    if measure.aggregate == "top":
        return "%", 0.0, 100.0, good
    return "points", -100.0, 100.0, f"{good} less share of {_range(least, measure.low)}"


def _range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


def _digest(properties: Mapping[str, Any]) -> str:
    """Equal properties, equal digest: the same instrument under any label."""
    return hashlib.sha256(json.dumps(properties, sort_keys=True).encode()).hexdigest()[:16]
