"""Designs: which points of the space of factors are played.

Samplers work in the unit cube (scipy.stats.qmc, SALib); every factor maps its side of the cube to its values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario.errors import Fault, Mark, ScenarioError, details, guess
from sim.scenario.explain import say
from sim.scenario.studies import MOST_POINTS, Factor
from sim.scenario.study_loading import LoadedStudy, whole

Unit = NDArray[np.float64]
MOST_FAULTS = 5


@dataclass(frozen=True)
class Points:
    """The points of a design: values by factor, (n,) each; `unit`, (n, k), is where a sampler put them in the unit cube."""

    values: Mapping[str, Sequence[Any]]
    unit: Unit | None = None

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    def at(self, point: int) -> dict[str, Any]:
        """The values of all factors at one point."""
        return {name: values[point] for name, values in self.values.items()}


def points_of(loaded: LoadedStudy) -> Points:
    """The points of a study. The same study gives the same points."""
    design, factors = loaded.study.design, loaded.study.factors
    if design.kind == "table":
        return _table(loaded)
    if design.kind == "factorial":
        return _factorial(loaded)
    unit = _sample(loaded)
    return Points({name: spread(name, factor, unit[:, i]) for i, (name, factor) in enumerate(factors.items())}, unit)


def _factorial(loaded: LoadedStudy) -> Points:
    """Every combination; the last factor changes fastest."""
    sides = [_steps(name, factor) for name, factor in loaded.study.factors.items()]
    count = math.prod(len(side) for side in sides)
    if count > MOST_POINTS:
        told = f"{count:,} combinations (allowed {MOST_POINTS:,} points); another design takes a sample"
        raise ScenarioError.at(loaded.tree.value["factors"].key, told, "factors")
    rows = list(itertools.product(*sides))
    return Points({name: [row[i] for row in rows] for i, name in enumerate(loaded.study.factors)})


def _steps(name: str, factor: Factor) -> list[Any]:
    if factor.levels is not None:
        return list(factor.levels)
    (low, high), steps = _ends(factor), factor.steps or 2
    even = np.geomspace if factor.scale == "log" else np.linspace
    values = even(low, high, steps).tolist()
    values[0], values[-1] = low, high
    return list(dict.fromkeys(round(value) for value in values)) if whole(name, factor) else values


def _sample(loaded: LoadedStudy) -> Unit:
    """Points in the unit cube, (n, k)."""
    design, names = loaded.study.design, list(loaded.study.factors)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if design.kind in ("latin", "sobol"):
        from scipy.stats import qmc

        maker = qmc.LatinHypercube if design.kind == "latin" else qmc.Sobol
        return np.asarray(maker(len(names), rng=np.random.default_rng(design.seed)).random(design.points))
    if design.kind == "saltelli":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem, design.points, calc_second_order=design.second_order, seed=design.seed))
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed))


def spread(name: str, factor: Factor, unit: Unit) -> list[Any]:
    """The values of a factor at places between 0 and 1 on its side of the cube, (n,)."""
    if factor.levels is not None:
        last = len(factor.levels) - 1
        return [factor.levels[min(int(u * (last + 1)), last)] for u in unit]
    values = _quantiles(factor, unit) if factor.kind is not None else _along(factor, unit, whole(name, factor))
    if whole(name, factor):
        return [round(value) for value in values.tolist()]
    found: list[Any] = values.tolist()
    return found


def _along(factor: Factor, unit: Unit, in_whole: bool) -> Unit:
    """Places along a range; in whole numbers the two ends are as likely as what lies between."""
    low, high = _ends(factor)
    if factor.scale == "log":
        return np.asarray(low * (high / low) ** unit)
    if in_whole:
        return np.minimum(np.floor(low + unit * (high - low + 1)), high)
    return low + unit * (high - low)


def _ends(factor: Factor) -> tuple[float, float]:
    """The two ends of a range."""
    return float(factor.low or 0.0), float(factor.high or 0.0)


def _quantiles(factor: Factor, unit: Unit) -> Unit:
    """Quantiles of a distribution, cut at `low` and `high` where these are given."""
    from scipy import stats

    a, b = factor.a or 0.0, factor.b or 0.0
    family = {
        "uniform": lambda: stats.uniform(a, b - a),
        "normal": lambda: stats.norm(a, b),
        "lognormal": lambda: stats.lognorm(b, scale=a),
        "exponential": lambda: stats.expon(scale=a),
    }[str(factor.kind)]()
    first = 0.0 if factor.low is None else family.cdf(factor.low)
    last = 1.0 if factor.high is None else family.cdf(factor.high)
    return np.asarray(family.ppf(first + unit * (last - first)))


def _table(loaded: LoadedStudy) -> Points:
    """The user's own points."""
    study = loaded.study
    mark = loaded.tree.value["design"].value["file"].mark
    place = loaded.path.parent / Path(str(study.design.file)).expanduser()
    try:
        frame = pd.read_parquet(place) if place.suffix == ".parquet" else pd.read_csv(place)
    except (OSError, ValueError) as error:  # pandas and pyarrow raise kinds of ValueError for what they cannot read
        told = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ScenarioError.at(mark, f"cannot be read: {told} (found {study.design.file})", "design.file") from None
    file, names = str(study.design.file), list(study.factors)
    faults = [Fault(Mark(file), f"has no column {name}", f"factors.{name}") for name in names if name not in frame]
    for column in frame.columns:
        if column not in names:
            told = details(f"allowed {', '.join(names)}", guess(column, names))
            faults.append(Fault(Mark(file), f"column {column!r} is no factor of the study" + told))
    if not len(frame):
        faults.append(Fault(Mark(file), "holds no points"))
    if len(frame) > MOST_POINTS:
        faults.append(Fault(Mark(file), f"{len(frame):,} points (allowed {MOST_POINTS:,})"))
    if faults:
        raise ScenarioError(faults)
    values = {name: [_plain(value) for value in frame[name]] for name in names}
    for name, factor in study.factors.items():
        faults += _outside(Mark(file), name, factor, values[name])
    if faults:
        raise ScenarioError(faults[:MOST_FAULTS])
    return Points({name: _whole_numbers(name, study.factors[name], values[name]) for name in names})


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _whole_numbers(name: str, factor: Factor, values: list[Any]) -> list[Any]:
    """A column of whole numbers that a file holds as 3.0."""
    if whole(name, factor) and all(isinstance(value, float) and value.is_integer() for value in values):
        return [int(value) for value in values]
    return values


def _outside(file: Mark, name: str, factor: Factor, values: list[Any]) -> list[Fault]:
    """Values of a table that are missing or outside of what the study says of the factor."""
    faults = []
    for row, value in enumerate(values):
        where, allowed = f"row {row + 1}, {name}", ""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            allowed = "a value"
        elif factor.levels is not None and value not in factor.levels:
            allowed = ", ".join(map(str, factor.levels))
        elif factor.low is not None or factor.high is not None:
            low = -math.inf if factor.low is None else factor.low
            high = math.inf if factor.high is None else factor.high
            if not isinstance(value, (int, float)) or not low <= value <= high:
                allowed = f"a number from {low:g} to {high:g}"
        if allowed:
            faults.append(Fault(file, "is outside of its factor" + details(f"found {say(value)}", f"allowed {allowed}"), where))
    return faults
