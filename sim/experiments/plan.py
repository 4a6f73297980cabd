"""The plan of a study: its points, what is kept of each run, and the identity by which a folder knows its study again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa

import sim
from sim.analysis import run_indices
from sim.analysis.gap import Window, last_year
from sim.experiments.designs import MOST_FAULTS, Points, points_of
from sim.experiments.instruments import instruments
from sim.experiments.jobs import ENGINE, Job
from sim.experiments.manifest import package_versions
from sim.experiments.reading import read_run
from sim.rules.sources import PACKAGE, reachable
from sim.scenario.errors import Fault, Mark, ScenarioError, details, guess
from sim.scenario.schema import Scenario
from sim.scenario.studies import Study
from sim.scenario.study_loading import Ground, LoadedStudy
from sim.scenario.yamltree import Tree, grown

FORMAT = "gamed sweep 1"
WORDS = {"name", "about", "story", "sources", "outcomes"}
# What decides the numbers of a run, with all that it imports; a report may change while a sweep is on its way.
MODEL = (
    "sim.world.model", "sim.analysis.run_indices", "sim.scenario.study_loading", "sim.experiments.designs",
    "sim.experiments.tables",
)  # fmt: skip
RESERVED = ("run", "point", "replicate", "stage", "message", "trace", "week")
SERIES_KINDS = ("reported", "true")


@dataclass(frozen=True)
class Recipe:
    """The scenario of one point, made where it is played."""

    ground: Ground
    base: str
    changes: Mapping[str, Tree]

    def scenario(self) -> Scenario:
        """The checked scenario."""
        return self.ground.scenario(self.base, self.changes)


@dataclass(frozen=True)
class Plan:
    """A study with everything worked out that its runs need."""

    loaded: LoadedStudy
    points: Points
    replicates: int
    seeds: tuple[int, ...] | None  # a seed a point, where luck is independent
    indices: tuple[str, ...]
    series: tuple[str, ...]
    window: Window
    units: Mapping[str, str]

    @property
    def study(self) -> Study:
        """The study as written."""
        return self.loaded.study

    @property
    def runs(self) -> int:
        """Runs in all: number = replicate x points + point, so that whole designs are finished one after the other."""
        return len(self.points) * self.replicates

    def jobs(self, runs: Sequence[int] | np.ndarray) -> Iterator[Job]:
        """Jobs for these runs, made one by one. Their key is (run, 0)."""
        read = partial(read_run, indices=self.indices, series=self.series, window=self.window)
        for run in runs:
            replicate, point = divmod(int(run), len(self.points))
            yield Job((int(run), 0), self.recipe(point), replicate, read, ENGINE)

    def recipe(self, point: int) -> Recipe:
        """How the scenario of a point is made."""
        base, changes = self.loaded.changes(self.points.at(point))
        if self.seeds is not None:
            changes["seed"] = grown(self.seeds[point], Mark("luck"))
        return Recipe(self.loaded.ground, base, changes)

    def factor_columns(self) -> dict[str, pa.Array]:
        """The values of each factor, one a point, as numbers where they are numbers."""
        return {name: column(values) for name, values in self.points.values.items()}

    def schemas(self) -> tuple[pa.Schema, pa.Schema | None]:
        """Of the tables of runs and of series."""
        return schemas({name: array.type for name, array in self.factor_columns().items()}, self.indices, self.series)

    def design_table(self) -> pa.Table:
        """One row a point: the values of the factors and, where a sampler drew them, the place in the unit cube."""
        columns = {"point": pa.array(range(len(self.points)), pa.int32()), **self.factor_columns()}
        if self.points.unit is not None:
            columns |= {f"unit:{name}": pa.array(self.points.unit[:, i]) for i, name in enumerate(self.points.values)}
        return pa.table(columns)

    def identity(self) -> dict[str, Any]:
        """All that the numbers depend on. A folder made by another identity is not touched."""
        points = json.dumps([list(values) for values in self.points.values.values()], sort_keys=True)
        return {
            "study": self.study.model_dump(mode="json", exclude=WORDS),
            "scenarios": {name: tree.plain() for name, tree in self.loaded.ground.trees.items()},
            "points": hashlib.sha256(points.encode()).hexdigest(),
            "model": model_digest(),
            "versions": package_versions(),
        }

    def manifest(self) -> dict[str, Any]:
        """What stands in the folder before the first run."""
        words = self.study.model_dump(mode="json", include=WORDS)
        return {
            "format": FORMAT, **words, "outcomes": self.outcomes(), "points": len(self.points), "replicates": self.replicates,
            "runs": self.runs, "window": [self.window.start, self.window.end], "indices": list(self.indices),
            "units": dict(self.units), "series": list(self.series), "gamed": sim.__version__, "path": str(self.loaded.path),
            "identity": self.identity(),
        }  # fmt: skip

    def outcomes(self) -> list[str]:
        """The indices that the study speaks of."""
        return self.study.outcomes or list(self.indices[:3])


def plan(loaded: LoadedStudy) -> Plan:
    """Work out a study and check every one of its points. Raises `ScenarioError` with what is wrong."""
    points = points_of(loaded)
    specs = _checked(loaded, points)
    first = specs[0]
    labels = list(dict.fromkeys(label for spec in specs for label in _labels(spec)))
    window = last_year(first.weeks, first.pay.every)
    known = [*run_indices.usual(labels), *_asked(loaded, specs, ("world.", "books."), loaded.study.keep.indices or ())]
    indices = _kept(loaded, "indices", loaded.study.keep.indices, known)
    of_measures = [f"{label}.{kind}" for label in labels for kind in SERIES_KINDS]
    beside = _asked(loaded, specs, ("world.", "books."), loaded.study.keep.series)
    series = _kept(loaded, "series", loaded.study.keep.series or [], [*of_measures, *beside])
    for name in loaded.study.outcomes:
        if name not in indices:
            told = details(f"found {name}", guess(name, indices), f"kept: {', '.join(indices[:8])}, ...")
            raise ScenarioError.at(loaded.tree.value["outcomes"].mark, "is no index that is kept" + told, "outcomes")
    _no_clash(loaded, [*RESERVED, *indices])
    seeds = _seeds(first.seed, len(points)) if loaded.study.luck == "independent" else None
    notes = {label: told for spec in reversed(specs) for label, told in instruments(spec).items()}
    units = {name: unit_of(name, notes, first.currency) for name in indices}
    return Plan(loaded, points, first.replicates, seeds, tuple(indices), tuple(series), window, units)


def _checked(loaded: LoadedStudy, points: Points) -> list[Scenario]:
    """The scenarios of the points that differ in what they measure; every point is checked. Lengths must be equal."""
    seen: dict[tuple[str, ...], Scenario] = {}
    faults: list[Fault] = []
    weeks: set[tuple[int, int]] = set()
    for point in range(len(points)):
        base, changes = loaded.changes(points.at(point))
        try:
            spec = loaded.ground.scenario(base, changes)
        except ScenarioError as error:
            where = ", ".join(f"{name} = {value}" for name, value in points.at(point).items())
            faults += [Fault(fault.mark, f"{fault.message} (at the point {where})", fault.path) for fault in error.faults]
            if len({_about(fault) for fault in faults}) >= MOST_FAULTS:
                break
            continue
        weeks.add((spec.weeks, spec.pay.every))
        seen.setdefault((base, *_labels(spec)), spec)
    if faults:
        raise ScenarioError({_about(fault): fault for fault in reversed(faults)}.values())
    if len(weeks) > 1:
        told = f"weeks and pay.every are the same at all points (found {' and '.join(map(str, sorted(weeks)))})"
        raise ScenarioError.at(loaded.tree.mark, told)
    return list(seen.values())


def _about(fault: Fault) -> tuple[str, int, str]:
    """Where a fault lies: the values of one line are wrong in one way, told once."""
    return fault.mark.file, fault.mark.line, fault.path


def _labels(spec: Scenario) -> tuple[str, ...]:
    textbook = spec.service.textbook
    return tuple(textbook.measures if spec.service.technology == "textbook" and textbook is not None else spec.measures)


def _asked(loaded: LoadedStudy, specs: Sequence[Scenario], prefixes: tuple[str, ...], wanted: Sequence[str]) -> list[str]:
    """Names of world and books that worlds of this study have, if any are asked for: read off a world of a moment."""
    if not any(name.startswith(prefixes) for name in wanted):
        return []
    from sim.world import Organisation

    found: dict[str, None] = {}
    for spec in specs:
        tiny = spec.model_copy(update={"weeks": spec.pay.every, "burn_in": 0})
        names = run_indices.series_names(Organisation(tiny).run().results())
        found |= dict.fromkeys(name for name in names if name.startswith(prefixes))
    return list(found)


def _kept(loaded: LoadedStudy, what: str, patterns: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """Names that the study keeps; a pattern that asks for nothing is a fault."""
    names = run_indices.matching(patterns, known)
    for place, pattern in enumerate(patterns or ()):
        if not run_indices.matching([pattern], known):
            entry = loaded.tree.value["keep"].value[what].value[place]
            told = details(f"found {pattern}", guess(pattern, known), f"known: {', '.join(known[:6])}, ...")
            noun = "index" if what == "indices" else what
            raise ScenarioError.at(entry.mark, f"there is no such {noun}" + told, f"keep.{what}")
    return names


def _no_clash(loaded: LoadedStudy, taken: Sequence[str]) -> None:
    """Factors and indices are columns of one table: a factor that is called like another column is a fault."""
    for name in loaded.study.factors:
        if name in taken:
            entry = loaded.tree.value["factors"].value[name]
            told = f"{name} is the name of {'an index' if name not in RESERVED else 'a column'} already; call it otherwise"
            raise ScenarioError.at(entry.key, told + details("`path` says which field it sets"), f"factors.{name}")


def _seeds(seed: int, points: int) -> tuple[int, ...]:
    """Seeds for points with luck of their own."""
    state = np.random.SeedSequence(seed).generate_state(points, np.uint32)
    return tuple(int(word) & 0x7FFFFFFF for word in state)


def unit_of(name: str, notes: Mapping[str, Mapping[str, Any]], currency: str) -> str:
    """The unit of an index; `notes` are those of the instruments by label."""
    if name in run_indices.FIRM:
        unit = run_indices.FIRM[name][0]
        return unit.replace("money", currency)
    label, _, reading = name.rpartition(".")
    if reading == "unread":
        return "weeks"
    if label == "books":
        return f"{currency} a year"
    return str(notes.get(label, {}).get("unit", "a week" if label == "world" else ""))


def schemas(
    factors: Mapping[str, pa.DataType], indices: Sequence[str], series: Sequence[str]
) -> tuple[pa.Schema, pa.Schema | None]:
    """The table of runs (its place in the design, what went wrong if something did, factors, indices); that of series."""
    keys = [("run", pa.int64()), ("point", pa.int32()), ("replicate", pa.int32())]
    words = [(name, pa.string()) for name in ("stage", "message", "trace")]
    runs = pa.schema([*keys, *words, *factors.items(), *((name, pa.float64()) for name in indices)])
    weekly = [("run", pa.int64()), ("week", pa.int32()), *((name, pa.float64()) for name in series)]
    return runs, pa.schema(weekly) if series else None


def column(values: Sequence[Any]) -> pa.Array:
    """A column of factor values: numbers or truth values as such, words as words, anything else as JSON."""
    kinds = {type(value) for value in values}
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int}:
        return pa.array(values, pa.int64())
    if kinds <= {int, float}:
        return pa.array([float(value) for value in values], pa.float64())
    if kinds <= {str}:
        return pa.array(values, pa.string())
    return pa.array([json.dumps(value) for value in values], pa.string())


@cache
def model_digest() -> str:
    """Digest of the source that decides the numbers of a run."""
    digest = hashlib.sha256()
    for path in sorted({path for module in MODEL for path in reachable(module)}):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
