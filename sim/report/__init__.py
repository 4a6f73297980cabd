"""The report: verdict, table, figures and the mailed page of a result folder. Nothing is computed here that is not shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

PAGE = "report.html"
FIGURES = "figures"


@dataclass(frozen=True)
class Rendered:
    """What a report says and where it stands; `html` and `figures` are empty where no folder was written.

    verdict: the lead and a line a point, not broken to any width; rows: those of summary.csv, one a scenario and measure;
    what is not known is None.
    """

    verdict: str
    table: str
    html: Path | None = None
    figures: list[Path] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The same for --json."""
        return {
            "verdict": self.verdict,
            "table": self.table,
            "rows": self.rows,
            "html": None if self.html is None else str(self.html),
            "figures": [str(path) for path in self.figures],
        }


def render(folder: Path | str) -> Rendered:
    """Write figures/ and report.html into a result folder and give back what they say."""
    from sim.experiments.store import NotAResult, read

    folder = Path(folder)
    tables, manifest = read(folder)
    if not tables:
        raise NotAResult(f"{folder} holds no finished run")
    return _report(tables, manifest, folder)


def describe(tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> Rendered:
    """Verdict and table of a run that keeps nothing: no file is written and nothing is drawn."""
    return _report(tables, manifest, None)


def _report(tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], folder: Path | None) -> Rendered:
    from sim.analysis.summary import reader, summary
    from sim.report import table
    from sim.report.findings import arm_values, findings
    from sim.report.verdict import verdict

    source = reader(tables, manifest)
    values = arm_values(source)
    found = findings(source, values)
    told = verdict(source, found, values)
    words, lines = told.text(), table.text(source.study, found)
    table_rows = summary(source).to_dict(orient="records")
    numbers = [{str(key): None if value != value else value for key, value in row.items()} for row in table_rows]
    if folder is None:
        return Rendered(words, lines, rows=numbers)
    from sim.report.figures import draw_all, save
    from sim.report.page import render_page

    pictures = draw_all(source, found)
    place = folder / FIGURES
    place.mkdir(exist_ok=True)
    figures = [path for group in pictures.values() for picture in group for path in save(picture, place)]
    page = folder / PAGE
    partial = folder / f".{PAGE}.partial"
    partial.write_text(render_page(source, found, told, pictures, manifest), encoding="utf-8")
    os.replace(partial, page)
    return Rendered(words, lines, page, figures, numbers)
