"""What a sweep has to say: tables and figures for its design, written into its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import response
from sim.analysis.estimate import estimate
from sim.analysis.manifest import written
from sim.analysis.sensitivity import Sensitivity, morris, sobol
from sim.experiments.files import write_safely
from sim.experiments.sweep_folder import SweepFolder
from sim.report import figure_sweep
from sim.report.figures import save
from sim.report.style import Picture

FIGURES = "figures"
MOST_LEVELS = 24  # a factor with more values has no response curve of levels
STRENGTH = (".rate", ".bonus")


@dataclass(frozen=True)
class SweepReport:
    """What was written, and what it says in words."""

    words: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def render_sweep(folder: Path | str) -> SweepReport:
    """Write the tables and figures that the design of a sweep allows, from the runs that are there."""
    source = SweepFolder(folder)
    runs = source.runs()
    if not len(runs):
        return SweepReport(["no run is finished yet: there is nothing to show"])
    tables: dict[str, pd.DataFrame] = {"points": points(source, runs)}
    pictures: list[Picture] = []
    words: list[str] = []
    design = source.manifest["identity"]["study"]["design"]
    if design["kind"] in ("saltelli", "morris"):
        found = sensitivities(source, runs)
        tables["sensitivity"] = sensitivity_table(found)
        pictures += [figure_sweep.sensitivities([item for item in found if len(item.table)], source.manifest["units"])] if any(
            len(item.table) for item in found
        ) else []
        words += [f"{item.outcome}: {doubt}" for item in found for doubt in item.doubts]
    if design["kind"] == "factorial":
        factorial = _Factorial(source, runs)
        factorial.draw()
        tables |= factorial.tables
        pictures, words = [*pictures, *factorial.pictures], [*words, *factorial.words]
    place = source.folder / FIGURES
    place.mkdir(exist_ok=True)
    files = [path for picture in pictures for path in save(picture, place)]
    for name, table in tables.items():
        path = source.folder / f"{name}.csv"
        write_safely(path, lambda partial, table=table: table.to_csv(partial, index=False, lineterminator="\n"))  # type: ignore[misc]
        files.append(path)
    return SweepReport(words, files)


def points(source: SweepFolder, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a point: factors, replicates that went well, and mean and interval of each outcome."""
    rows = []
    for point, group in runs.groupby("point", sort=True):
        row: dict[str, Any] = {"point": point, **{name: group[name].iloc[0] for name in source.factors}, "replicates": len(group)}
        for outcome in source.manifest["outcomes"]:
            value = estimate(group[outcome])
            row |= {outcome: value.mean, f"{outcome}_low": value.low, f"{outcome}_high": value.high}
        rows.append(row)
    return pd.DataFrame(rows)


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

    def __init__(self, source: SweepFolder, runs: pd.DataFrame) -> None:
        self.source, self.runs = source, runs
        self.outcomes: list[str] = source.manifest["outcomes"]
        self.units: dict[str, str] = source.manifest["units"]
        self.replicates = int(runs.groupby("point")["replicate"].nunique().max())
        self.tables: dict[str, pd.DataFrame] = {}
        self.pictures: list[Picture] = []
        self.words: list[str] = []

    def draw(self) -> None:
        """Everything that this design allows."""
        factors = [name for name in self.source.factors if self.runs[name].nunique() <= MOST_LEVELS]
        numbers = [name for name in factors if pd.api.types.is_numeric_dtype(self.runs[name])]
        for factor in factors:
            self._response(factor)
        strength = next((name for name in numbers if self._is_strength(name)), None)
        if strength is not None:
            self._along(strength, [name for name in numbers if name != strength])
        named = next((name for name in factors if name not in numbers), None)
        if named is not None and len(self.source.factors) > 1:
            self._contrast(named)

    def _others(self, factor: str) -> list[str]:
        return [name for name in self.source.factors if name != factor]

    def _response(self, factor: str) -> None:
        curves = {
            outcome: response.curve(self.runs, factor, outcome, self._others(factor)) for outcome in self.outcomes
        }
        frames = [frame.rename(columns={factor: "level"}).assign(factor=factor, outcome=name) for name, frame in curves.items()]
        known = self.tables.get("response")
        self.tables["response"] = pd.concat([*([known] if known is not None else []), *frames], ignore_index=True)
        self.pictures.append(figure_sweep.response(curves, factor, self.units, self.replicates))

    def _is_strength(self, name: str) -> bool:
        """Whether a factor is the money of a scheme."""
        factor = self.source.manifest["identity"]["study"]["factors"][name]
        fields = factor["path"] or name
        paths = [fields] if isinstance(fields, str) else fields
        return all(path.startswith("pay.schemes.") and path.endswith(STRENGTH) for path in paths)

    def _along(self, strength: str, others: Sequence[str]) -> None:
        """Over-optimisation and, with another factor, the phase diagram, of the first outcome that is a true reading."""
        measure = next((name.removesuffix(".true") for name in self.outcomes if name.endswith(".true")), None)
        if measure is None or f"{measure}.reported" not in self.runs:
            return
        better = -1 if self._less_is_better(measure) else 1
        other = others[0] if others else None
        panels: dict[str, pd.DataFrame] = {"": self.runs}
        if other is not None:
            panels = {f"{other} {value:g}": self.runs[self.runs[other] == value] for value in response.levels(self.runs, other)}
        rest = [name for name in self._others(strength) if name != other]
        curves = {}
        for name, runs in panels.items():
            reported, true = (response.curve(runs, strength, f"{measure}.{kind}", rest) for kind in ("reported", "true"))
            turn = response.turn(response.by_level(runs, strength, f"{measure}.true", rest), better)
            curves[name] = (reported, true, turn)
            self.words.append(_told(name, strength, measure, turn))
        unit = self.units[f"{measure}.true"]
        title = written(measure)
        self.pictures.append(figure_sweep.over_optimisation(curves, strength, title, unit, self.replicates))
        if other is not None:
            table = response.phase(self.runs, strength, other, f"{measure}.true", better)
            self.tables["phase"] = table
            self.pictures.append(figure_sweep.phase_diagram(table, strength, other, title, unit, self.replicates))

    def _less_is_better(self, measure: str) -> bool:
        scenarios = self.source.manifest["identity"]["scenarios"].values()
        noted = [(scenario.get("measures") or {}).get(measure) or {} for scenario in scenarios]
        from sim.scenario.measures import PRESETS

        kinds = [note.get("better") or PRESETS.get(note.get("like", measure), {}).get("better") for note in noted]
        return "less" in kinds

    def _contrast(self, factor: str) -> None:
        others = self._others(factor)
        frames = []
        first = response.levels(self.runs, factor)[0]
        for outcome in self.outcomes:
            table = response.contrasts(self.runs, factor, outcome, others)
            frames.append(table.assign(outcome=outcome))
            unit = self.units.get(outcome, "")
            self.pictures.append(figure_sweep.contrast(table, factor, others, outcome, unit, str(first)))
        self.tables["contrasts"] = pd.concat(frames, ignore_index=True)


def _told(where: str, strength: str, measure: str, turn: response.Turn) -> str:
    """Where the truth turns, in words."""
    place = f"{where}: " if where else ""
    if len(turn.as_good) > 1:
        others = ", ".join(f"{level:g}" for level in turn.as_good if level != turn.best)
        best = f"best around {strength} {turn.best:g} (not to be told from {others})"
    else:
        best = f"best at {strength} {turn.best:g}"
    falls = f"; from {turn.falls:g} on it is worse than that" if turn.falls is not None else ""
    below = f"; from {turn.below:g} on it is worse than without a bonus" if turn.below is not None else ""
    return f"{place}the true {written(measure)} is {best}{falls}{below}"
