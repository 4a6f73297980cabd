"""The mailed page: verdict first, then figures, tables, the scenarios in full, method and caveats, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.analysis.gap import imbalance
from sim.analysis.manifest import Study
from sim.analysis.summary import Reader, Standing
from sim.report.figures import svg
from sim.report.findings import Finding
from sim.report.style import Picture
from sim.report.verdict import Verdict
from sim.report.words import MINUS, Scale, capital, last, listed, money, money_interval, number, percent

TEMPLATES = Path(__file__).parent / "templates"
# Keys of the manifest that are told elsewhere on the page, or are too long for a line.
TOLD = {"arms", "scenarios", "activities", "differences", "failures", "warnings", "files", "budget"}


def render_page(
    source: Reader,
    found: list[Finding],
    told: Verdict,
    pictures: Mapping[str, list[Picture]],
    manifest: Mapping[str, Any],
) -> str:
    """The whole page as HTML."""
    context = {
        "study": source.study,
        "title": listed([arm.name for arm in source.study.arms]),
        "window": source.window,
        "last": last(source.window.weeks),
        "verdict": told,
        "sections": {title: [figure(picture) for picture in group] for title, group in pictures.items()},
        "headline": _headline(source.study, found),
        "levels": _levels(source.study, found),
        "measures": _measures(source),
        "imbalance": f"{imbalance(source.tables['series'], source.tables['waterfall']):.0e}",
    }
    return fill("report.html", ("report.js",), context | _provenance(source.study, manifest))


def fill(template: str, scripts: Sequence[str], context: Mapping[str, Any]) -> str:
    """A page from a template: style and scripts stand in it, so that it asks no host for anything."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole"] = _whole
    texts = {name: Markup((TEMPLATES / name).read_text(encoding="utf-8")) for name in ("report.css", *scripts)}
    parts = {"style": texts.pop("report.css"), "script": Markup("\n").join(texts.values())}
    return environment.get_template(template).render({**context, **parts})


def _provenance(study: Study, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What was simulated and what went wrong, from the manifest."""
    plain = {key: value for key, value in manifest.items() if key not in TOLD and not isinstance(value, (dict, list))}
    return {
        "scenarios": {arm.name: yaml_text(manifest.get("scenarios", {}).get(arm.scenario)) for arm in study.arms},
        "differences": {
            path: [_value(value) for value in values] for path, values in (manifest.get("differences") or {}).items()
        },
        "warnings": [str(text) for text in manifest.get("warnings") or []],
        "failures": [_failure(row) for row in manifest.get("failures") or []],
        "facts": plain,
        "versions": manifest.get("versions") or {},
    }


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "–" if value is None or value == [] else str(value)


def _whole(text: str) -> str:
    """Words in which no line breaks between a minus sign and its number, nor between a number and its unit."""
    return text.replace(MINUS, MINUS + "\u2060").replace(" %", "\u00a0%")


def figure(picture: Picture) -> dict[str, Any]:
    """A figure as the templates take it."""
    panels = script_json([asdict(panel) for panel in picture.panels])
    return {
        "name": picture.name, "alt": picture.alt, "caption": picture.caption, "svg": Markup(svg(picture)),
        "panels": panels if picture.panels else "", "layers": picture.layers,
    }  # fmt: skip


def script_json(value: Any) -> Markup:
    """JSON that may stand in a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _headline(study: Study, found: list[Finding]) -> list[dict[str, Any]]:
    """Rows of the first table: scenario x headline measures, every number with its interval."""
    rows = []
    for item in found:
        labels = [label for label in study.shown if label in item.readings]
        for place, label in enumerate(labels):
            cells = _cells(item.readings[label])
            rows.append({"arm": item.arm.name, "span": len(labels) if place == 0 else 0} | cells | {
                "paid": label in item.arm.paid_measures})  # fmt: skip
    return rows


def _cells(r: Standing) -> dict[str, Any]:
    scale = Scale(r.measure, r.true.mean)
    values = {"reported": r.reported, "true": r.true, "gap": r.gap, "floor": r.floor, "excess": r.excess}
    cells: dict[str, Any] = {
        name: (scale.plain(value.mean), scale.interval(value).strip()) for name, value in values.items()
    }
    unit = "%" if r.measure.unit == "share" else r.measure.unit
    return cells | {"measure": capital(r.measure.title), "unit": unit, "title": r.measure.scale}


def _measures(source: Reader) -> list[dict[str, Any]]:
    """Rows of the full table: every measure of every arm."""
    rows = []
    for arm in source.study.arms:
        known = [r for label in arm.measures if (r := source.standings.get((arm.scenario, label))) is not None]
        for place, r in enumerate(known):
            row = {
                "arm": arm.name,
                "span": len(known) if place == 0 else 0,
                "paid": r.measure.label in arm.paid_measures,
            }
            scale = Scale(r.measure, r.true.mean)
            row["otherwise"] = r.otherwise
            marks = {"d_reported": "†" if row["otherwise"] else "", "d_true": ""}
            for name, change in (("d_reported", r.d_reported), ("d_true", r.d_true)):
                told = change is not None and change.defined
                cell = (f"{scale.moved(change)}{marks[name]}", scale.interval(change).strip()) if change and told else ("–", "")
                row[name] = cell
            row["through"] = number(r.through.mean, 0.01) if r.through.known else "–"
            rows.append(row | _cells(r))
    return rows


def _levels(study: Study, found: list[Finding]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rows of the second table: money, staff and customers, a column an arm."""
    writers = {
        "true_score": ("True experience, all customers (0–10)", lambda x: number(x, 0.01)),
        "needs_met": ("Needs met in the end, by the customers' word", lambda x: percent(x, 1)),
        "revenue": ("Revenue a year", lambda x: money(x, study.currency)),
        "cost": ("Cost a year", lambda x: money(x, study.currency)),
        "bonus": ("of which bonuses", lambda x: money(x, study.currency)),
        "profit": ("Profit a year", lambda x: money(x, study.currency)),
        "stake": ("At stake: expected pay moved by a standard error of the reading", lambda x: money(x, study.currency)),
        "care_pay": ("Pay for care: what full care would add to expected pay", lambda x: money(x, study.currency)),
        "pay_sd": ("Standard deviation of pay, a pay period", lambda x: money(x, study.currency)),
        "certainty_equivalent": ("Worth of the job to an employee, a pay period", lambda x: money(x, study.currency)),
        "engagement": ("Engagement (sd)", lambda x: number(x, 0.01)),
        "turnover": ("Turnover a year", percent),
        "gaming_time": ("Work time spent on tactics", lambda x: percent(x, 1)),
        "complaints": ("Intended complaints on record", percent),
    }
    rows = []
    for name, (title, write) in writers.items():
        values = [item.levels[name] for item in found]
        if not any(value.defined for value in values):
            continue
        cells = [(write(v.mean), f"({write(v.low)} to {write(v.high)})" if v.known else "") for v in values]
        rows.append((title, cells))
    lost = [
        (money(f.bonus_on_gap.mean, study.currency), money_interval(f.bonus_on_gap, study.currency).strip())
        for f in found
    ]
    if any(item.bonus_on_gap.defined for item in found):
        rows.append(("Bonuses that bought score without substance", lost))
    return rows


def yaml_text(spec: Any) -> str:
    """A scenario or study as YAML."""
    if spec is None:
        return ""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe")
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = StringIO()
    writer.dump(spec, out)
    return out.getvalue()


def _failure(row: Mapping[str, Any]) -> str:
    where = ", ".join(f"{key} {row[key]}" for key in ("scenario", "replicate", "stage") if row.get(key) is not None)
    return f"{where}: {row.get('message', '')}"
