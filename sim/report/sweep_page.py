"""The page of a sweep: verdict first, an explorer of its design points, figures, tables, the study in full, method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.report.explorer import payload
from sim.report.outcomes import Outcome
from sim.report.page import figure, fill, script_json, yaml_text
from sim.report.style import Picture
from sim.report.sweep_view import View, say
from sim.report.verdict import Verdict
from sim.report.words import number

MOST_ROWS = 200  # longer tables stand in their files
MOST_FAILURES = 20
DESIGNS = {
    "factorial": "every combination of the levels", "latin": "a Latin hypercube", "sobol": "a scrambled Sobol' sequence",
    "saltelli": "a Saltelli design, for Sobol' indices", "morris": "Morris trajectories, for elementary effects",
    "table": "a table of the user's own points",
}  # fmt: skip
TITLES = {
    "points": "Every design point", "response": "Response to each factor, averaged over the others",
    "phase": "Phase diagram: change of the truth", "contrasts": "Contrasts in every world", "sensitivity": "Sensitivities",
}  # fmt: skip
# Columns whose numbers carry an interval in `_low` and `_high`, and what they are called.
INTERVALS = {"mean": "Mean", "d": "Change", "first": "First order", "total": "Total", "mu_star": "μ*"}
ENDS = ("_low", "_high")
PLAIN = {
    "best": "Best at", "falls": "Falls from", "below": "Below the first from", "as_good": "Not told from the best",
    "replicates": "Replicates", "mu": "μ", "sigma": "σ", "luck": "Luck", "conclusive": "Conclusive", "level": "Level",
    "factor": "Factor", "outcome": "Outcome", "point": "Point",
}  # fmt: skip


def render_page(view: View, told: Verdict, pictures: Sequence[Picture], tables: Mapping[str, pd.DataFrame]) -> str:
    """The whole page as HTML."""
    manifest = view.source.manifest
    words = {name: manifest[name] for name in ("name", "about", "story", "sources") if manifest[name]}
    failures = view.source.failures()
    context = {
        "study": manifest,
        "verdict": told,
        "design": DESIGNS[view.design["kind"]],
        "factorial": view.design["kind"] == "factorial",
        "sampled": view.design["kind"] in ("saltelli", "morris"),
        "common": view.study["luck"] == "common",
        "data": script_json(payload(view)),
        "figures": [figure(picture) for picture in pictures],
        "tables": [_table(view, name, table) for name, table in tables.items()],
        "yaml": yaml_text(words | _given(view.study) | {"outcomes": manifest["outcomes"]}),
        "scenarios": {name: yaml_text(tree) for name, tree in manifest["identity"]["scenarios"].items()},
        "failures": [(text, int(count)) for text, count in failures.groupby("message").size().items()][:MOST_FAILURES],
        "versions": manifest["identity"]["versions"],
        "model": manifest["identity"]["model"][:12],
    }
    return fill("sweep.html", ("report.js", "sweep.js"), context)


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    """What a section says, without what was left open."""
    kept = {name: _given(value) if isinstance(value, dict) else value for name, value in section.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {} and value != []}


def _table(view: View, name: str, table: pd.DataFrame) -> dict[str, Any]:
    """A table as its rows of cells (number, interval); only its file is named where it is long."""
    found: dict[str, Any] = {"title": TITLES[name], "file": f"{name}.csv", "count": len(table), "heads": [], "rows": []}
    if len(table) > MOST_ROWS:
        return found
    ends = {f"{column}{end}" for column in table for end in ENDS}
    columns = [str(column) for column in table if column not in ends]
    rows: list[dict[str, Any]] = [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]
    main = f"{view.measure}.true" if view.measure is not None else ""
    found["heads"] = [(_head(view, column), _right(table[column])) for column in columns]
    found["rows"] = [[_cell(_written(view, row, column, main), row, column) for column in columns] for row in rows]
    return found


def _head(view: View, column: str) -> str:
    if column in view.written:
        unit = view.written[column].unit
        return f"{column}, {unit}" if unit not in ("points", "") else column
    return {**PLAIN, **INTERVALS}.get(column, column) if column not in view.factors else column


def _right(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _written(view: View, row: Mapping[str, Any], column: str, main: str) -> Outcome | None:
    """The outcome in whose way a cell is written; None for factors, shares and counts."""
    if column in view.written:
        return view.written[column]
    return view.written.get(row.get("outcome", main)) if column in ("mean", "d", "mu_star", "mu", "sigma") else None


def _cell(written: Outcome | None, row: Mapping[str, Any], column: str) -> tuple[str, str]:
    """A value and its interval as they are shown."""
    value = row[column]
    limits = [row[f"{column}{end}"] for end in ENDS] if math.isfinite(row.get(f"{column}_low", math.nan)) else []
    if isinstance(value, (bool, np.bool_)):
        return ("yes" if value else "no", "")
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ("–", "")
    if written is not None:
        text = written.plain(value, signed=column in ("d", "mu"))
        ends = [written.plain(limit) for limit in limits]
    elif column in INTERVALS or column == "luck":
        text, ends = number(value, 0.01), [number(limit, 0.01) for limit in limits]
    else:
        return (say(value), "")
    return (text, f"({ends[0]} to {ends[1]})" if ends else "")
