"""What the explorer of a sweep's page reads: every design point with its factors and outcomes, rounded as it is shown.

Numbers are whole: a value is `number * 10 ** -digits`, so that ten thousand points make a page that still opens at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.report.outcomes import REPORTED, TRUE, Outcome, measure, pairs
from sim.report.sweep_view import MOST_LEVELS, View, half_widths, is_number, say
from sim.report.words import capital

MOST_POINTS = 20_000  # of a larger design the page holds every k-th point
PLACES = 200  # positions of the slider of a factor that takes any value
FIGURES = 3  # significant figures of such a factor's values
SKEWED = ("lognormal", "exponential")


def payload(view: View) -> dict[str, Any]:
    """The data of the explorer as JSON takes it."""
    every = -(-len(view.points) // MOST_POINTS)
    points = view.points.iloc[::every]
    reference = _reference(view)
    changes = _changes(view, reference) if reference is not None else None
    return {
        "planned": int(view.source.manifest["points"]),
        "every": every,
        "factorial": view.design["kind"] == "factorial" and every == 1,
        "factors": [_factor(view, name, points[name]) for name in view.factors],
        "numbers": points["point"].tolist(),
        "replicates": points["replicates"].tolist(),
        "outcomes": [_outcome(view, name, points, changes) for name in view.shown],
        "measures": [_measure(view, label) for label in pairs(view.shown)],
        "reference": None if reference is None else [say(view.points[name].iloc[reference]) for name in view.factors],
    }


def _factor(view: View, name: str, values: pd.Series) -> dict[str, Any]:
    """A factor: levels and the level of each point, or its range and the value of each point."""
    told = view.study["factors"][name]
    path = told["path"] or (None if told["variants"] is not None else name)
    head = {"name": name, "path": path if isinstance(path, str) or path is None else ", ".join(path)}
    distinct = values.unique()
    if is_number(values) and len(distinct) > MOST_LEVELS:
        log = bool(values.min() > 0 and (told["scale"] == "log" or told["kind"] in SKEWED))
        rounded = [float(f"{value:.{FIGURES}g}") for value in values]
        span = {"low": min(rounded), "high": max(rounded), "log": log, "places": PLACES}
        return {**head, "number": True, "values": rounded, **span}
    levels = sorted(distinct) if is_number(values) else list(distinct)
    at = {level: place for place, level in enumerate(levels)}
    numbers = [float(level) for level in levels] if is_number(values) else None
    return {**head, "number": numbers is not None, "levels": [say(level) for level in levels], "of": numbers,
            "at": [at[value] for value in values]}  # fmt: skip


def _outcome(view: View, name: str, points: pd.DataFrame, changes: dict[str, pd.DataFrame] | None) -> dict[str, Any]:
    """An outcome: how it is written, and mean and half-width of the interval of each point; `d` and `dh` of its change."""
    written = view.written[name]
    half = (points[f"{name}_high"] - points[f"{name}_low"]) / 2
    found: dict[str, Any] = {
        "title": capital(written.title), "unit": written.unit, "digits": written.digits,
        "m": _whole(written, points[name]), "h": _whole(written, half),
    }  # fmt: skip
    if changes is not None:
        found |= {key: _whole(written, changes[key].loc[points["point"], name]) for key in ("d", "dh")}
    return found


def _measure(view: View, label: str) -> dict[str, Any]:
    """A measure with both readings, by their places among the shown outcomes."""
    places = {kind.removeprefix("."): view.shown.index(label + kind) for kind in (REPORTED, TRUE)}
    return {"title": capital(measure(label)), "less": view.better(label) < 0, **places}


def _reference(view: View) -> int | None:
    """The place, among the points that are there, at which all factors of a factorial design take their first level."""
    if view.design["kind"] != "factorial":
        return None
    first = view.points[view.factors].eq([_first(view.points[name]) for name in view.factors]).all(axis=1).to_numpy()
    return int(np.argmax(first)) if first.any() else None


def _first(values: pd.Series) -> Any:
    return values.min() if is_number(values) else values.iloc[0]


def _changes(view: View, reference: int) -> dict[str, pd.DataFrame]:
    """Mean and half-width of the interval of each point's paired difference from the reference point, by point and outcome."""
    point = view.points["point"].iloc[reference]
    runs = view.runs.set_index(["point", "replicate"])[view.shown].replace([np.inf, -np.inf], np.nan)
    base = runs.xs(point, level="point").reindex(runs.index.get_level_values("replicate"))
    grouped = (runs - base.to_numpy()).groupby(level="point")
    return {"d": grouped.mean(), "dh": half_widths(grouped.std(), grouped.count())}


def _whole(written: Outcome, values: pd.Series) -> list[int | None]:
    scaled: NDArray[np.float64] = np.round(values.to_numpy(float) * written.factor * 10.0**written.digits)
    return [int(value) if np.isfinite(value) else None for value in scaled]
