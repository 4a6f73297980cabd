"""What a sweep has to say: verdict, tables, figures and the page for its design, written into its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import response
from sim.analysis.manifest import written
from sim.analysis.sensitivity import Sensitivity, morris, sobol
from sim.experiments.files import write_safely, write_text
from sim.experiments.sweep_folder import SweepFolder
from sim.report import FIGURES, PAGE, figure_sweep
from sim.report.figures import save
from sim.report.outcomes import REPORTED, TRUE
from sim.report.style import Picture
from sim.report.sweep_page import render_page
from sim.report.sweep_verdict import verdict
from sim.report.sweep_view import View
from sim.report.verdict import Verdict

NOTHING = "No run is finished yet: there is nothing to show."


@dataclass(frozen=True)
class SweepReport:
    """What a sweep says in words, and what was written; without finished runs nothing is."""

    verdict: str
    html: Path | None = None
    files: list[Path] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The same for --json."""
        return {
            "verdict": self.verdict,
            "html": None if self.html is None else str(self.html),
            "files": [str(path) for path in self.files],
        }


def render_sweep(folder: Path | str) -> SweepReport:
    """Write the page, tables and figures that the design of a sweep allows, from the runs that are there."""
    source = SweepFolder(folder)
    runs = source.runs()
    if not len(runs):
        return SweepReport(NOTHING)
    made = compose(View(source, runs))
    page = source.folder / PAGE
    write_text(page, made.html)
    return SweepReport(made.verdict.text(), page, _written(source.folder, made.tables, made.pictures))


@dataclass(frozen=True)
class Composed:
    """All that is said of a sweep, before it is written."""

    verdict: Verdict
    tables: dict[str, pd.DataFrame]
    pictures: list[Picture]
    html: str


def compose(view: View) -> Composed:
    """Verdict, tables, pictures and page of a sweep."""
    found = sensitivities(view.source, view.runs) if view.design["kind"] in ("saltelli", "morris") else []
    tables, pictures = _drawn(view, found)
    told = verdict(view, found)
    return Composed(told, tables, pictures, render_page(view, told, pictures, tables))


def _drawn(view: View, found: Sequence[Sensitivity]) -> tuple[dict[str, pd.DataFrame], list[Picture]]:
    """The tables and pictures that the design allows."""
    columns = [f"{name}{end}" for name in view.outcomes for end in ("", "_low", "_high")]
    tables = {"points": view.points[["point", *view.factors, "replicates", *columns]]}
    pictures: list[Picture] = []
    if found:
        tables["sensitivity"] = sensitivity_table(found)
        known = [item for item in found if len(item.table)]
        pictures = [figure_sweep.sensitivities(known, view.units)] if known else []
    if view.design["kind"] == "factorial":
        factorial = _Factorial(view)
        factorial.draw()
        tables, pictures = tables | factorial.tables, [*pictures, *factorial.pictures]
    return tables, pictures


def _written(folder: Path, tables: Mapping[str, pd.DataFrame], pictures: Sequence[Picture]) -> list[Path]:
    """Tables and figures as files."""
    place = folder / FIGURES
    place.mkdir(exist_ok=True)
    files = [path for picture in pictures for path in save(picture, place)]
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        write_safely(path, lambda partial, table=table: table.to_csv(partial, index=False, lineterminator="\n"))  # type: ignore[misc]
        files.append(path)
    return files


def sensitivities(source: SweepFolder, runs: pd.DataFrame, outcomes: Sequence[str] | None = None) -> list[Sensitivity]:
    """The sensitivity of each outcome, by the method that the design was made for."""
    design = source.manifest["identity"]["study"]["design"]
    shape = range(source.manifest["points"]), range(source.manifest["replicates"])
    found = []
    for outcome in outcomes or source.manifest["outcomes"]:
        wide = runs.pivot_table(index="point", columns="replicate", values=outcome).reindex(index=shape[0], columns=shape[1])
        values = wide.to_numpy(float)
        if design["kind"] == "saltelli":
            found.append(sobol(outcome, source.factors, values, second_order=design["second_order"]))
        else:
            unit = source.design[[f"unit:{name}" for name in source.factors]].to_numpy(float)
            found.append(morris(outcome, source.factors, unit, values, levels=design["levels"]))
    return found


def sensitivity_table(found: Sequence[Sensitivity]) -> pd.DataFrame:
    """One row an outcome and factor."""
    parts = [item.table.assign(outcome=item.outcome, luck=item.luck, conclusive=item.conclusive) for item in found]
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return table[["outcome", *(name for name in table.columns if name != "outcome")]]


class _Factorial:
    """Curves, contrasts and the phase diagram of a full factorial design."""

    def __init__(self, view: View) -> None:
        self.view, self.runs = view, view.runs
        self.tables: dict[str, pd.DataFrame] = {}
        self.pictures: list[Picture] = []

    def draw(self) -> None:
        """Everything that this design allows."""
        view = self.view
        if view.strength is not None and view.measure is not None:
            self._along(view.strength, view.measure)
        named = next((name for name in view.stepped if name not in view.numbers), None)
        if named is not None and len(view.factors) > 1:
            self._contrast(named)
        for factor in view.stepped:
            self._response(factor)

    def _response(self, factor: str) -> None:
        others = self.view.others(factor)
        curves = {name: response.curve(self.runs, factor, name, others) for name in self.view.outcomes}
        frames = [frame.rename(columns={factor: "level"}).assign(factor=factor, outcome=name) for name, frame in curves.items()]
        known = self.tables.get("response")
        table = pd.concat([*([known] if known is not None else []), *frames], ignore_index=True)
        self.tables["response"] = table[["outcome", "factor", *(name for name in table if name not in ("outcome", "factor"))]]
        self.pictures.append(figure_sweep.response(curves, factor, self.view.units, self.view.replicates))

    def _along(self, strength: str, measure: str) -> None:
        """Over-optimisation and, with another factor, the phase diagram, of the measure that is told first."""
        view, better = self.view, self.view.better(measure)
        other = view.beside(strength)
        panels: dict[str, pd.DataFrame] = {"": self.runs}
        if other is not None:
            panels = {f"{other} {value:g}": self.runs[self.runs[other] == value] for value in response.levels(self.runs, other)}
        rest = [name for name in view.others(strength) if name != other]
        curves = {}
        for name, runs in panels.items():
            reported, true = (response.curve(runs, strength, measure + kind, rest) for kind in (REPORTED, TRUE))
            curves[name] = (reported, true, response.turn(response.by_level(runs, strength, measure + TRUE, rest), better))
        unit, title = view.units[measure + TRUE], written(measure)
        self.pictures.append(figure_sweep.over_optimisation(curves, strength, title, unit, view.replicates))
        if other is not None:
            table = response.phase(self.runs, strength, other, measure + TRUE, better)
            self.tables["phase"] = table
            self.pictures.append(figure_sweep.phase_diagram(table, strength, other, title, unit, view.replicates))

    def _contrast(self, factor: str) -> None:
        others = self.view.others(factor)
        frames = []
        first = response.levels(self.runs, factor)[0]
        for outcome in self.view.outcomes:
            table = response.contrasts(self.runs, factor, outcome, others)
            frames.append(table.assign(outcome=outcome))
            unit = self.view.units.get(outcome, "")
            self.pictures.append(figure_sweep.contrast(table, factor, others, outcome, unit, str(first)))
        table = pd.concat(frames, ignore_index=True)
        self.tables["contrasts"] = table[["outcome", *(name for name in table if name != "outcome")]]
