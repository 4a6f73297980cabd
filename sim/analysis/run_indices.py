"""The indices of a single run, one number each, as a sweep keeps them: by the definitions of `gap` and `indices`.

Names: `LABEL.reading` for a measure, a bare name for the firm, `world.NAME` and `books.NAME` for what those tables hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis import gap, indices

if TYPE_CHECKING:
    from sim.world.results import Results

_NOTHING = np.empty(0)
# What is kept of every measure: name and meaning; unit: the measure's.
READINGS = {
    "reported": "mean reported reading over the last year",
    "true": "mean true reading over the last year",
    "gap": "reported less true, over the weeks in which somebody answered",
    "honest": "the part of the gap that is there without anybody's acting",
    "excess": "the part of the gap that exists only because somebody acts",
    "unread": "weeks of the last year without an answer",
}
# What is kept of the firm: name, unit and meaning.
FIRM = {
    "gaming_time": ("1", "share of work time that goes into tactics"),
    "needs_met": ("1", "needs met in the end over needs that ended"),
    "care_pay": ("money per pay period", "expected pay that full care would earn an employee"),
    "complaints_on_record": ("1", "complaints recorded over complaints intended"),
    "engagement": ("sd", "mean engagement of employees"),
    "turnover": ("1/year", "employees who quit or are dismissed"),
    "certainty_equivalent": ("money per pay period", "what the job is worth to an employee, as a sure sum"),
    "bonus": ("money a year", "bonus bill"),
    "revenue": ("money a year", "revenue"),
    "cost": ("money a year", "all outlays"),
    "profit": ("money a year", "what remains"),
}


def usual(measures: Iterable[str]) -> list[str]:
    """The indices that are kept unless others are asked for."""
    return [*(f"{label}.{reading}" for label in measures for reading in READINGS), *FIRM]


def matching(patterns: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The known names that patterns ask for, in the order of `known`; without patterns those outside of `world.`, `books.`."""
    if patterns is None:
        return [name for name in known if not name.startswith(("world.", "books."))]
    return [name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns)]


def run_indices(results: Results, window: gap.Window, wanted: Collection[str] | None = None) -> dict[str, float]:
    """Every index of one run, over the window; of the many means of `world.` only those `wanted`, if that is said.

    The definitions are those of `gap.readings` and `indices`, worked out on arrays: a sweep reads every small run, and
    data frames would take longer than the run (a test holds the two against each other).
    """
    within = _weeks(results, window)
    world = {name: values[within] for name, values in results.world.items()}
    found = _readings(results, window)
    means = world if wanted is None else [name for name in world if f"world.{name}" in wanted]
    found |= {f"world.{name}": _mean(world[name]) for name in means}
    yearly = {name: float(np.nansum(values[within])) * indices.YEAR / window.weeks for name, values in results.books.items()}
    found |= {f"books.{name}": value for name, value in yearly.items()}
    found["revenue"], found["profit"] = yearly.get("revenue", 0.0), sum(yearly.values())
    found["bonus"], found["cost"] = -yearly.get("bonus", 0.0), found["revenue"] - found["profit"]
    found["gaming_time"] = _share(world, "gaming_minutes", "minutes")
    found["needs_met"] = _share(world, "needs_met", "needs_ended")
    found["complaints_on_record"] = _share(world, "complaints_recorded", "complaints_intended")
    found["engagement"] = _mean(world.get("engagement", _NOTHING))
    return found | _staff(results.staff.get("employee", {}), world, window)


def _weeks(results: Results, window: gap.Window) -> slice:
    """Where the weeks of the window stand."""
    first, last = np.searchsorted(results.weeks, (window.start, window.end))
    return slice(int(first), int(last))


def _readings(results: Results, window: gap.Window) -> dict[str, float]:
    """What is kept of every measure. `true` is over all weeks: it is what points are compared on."""
    found: dict[str, float] = {}
    within = _weeks(results, window)
    parts = np.zeros((len(results.measures), within.stop - within.start, len(gap.COMPONENTS)))
    for name, values in results.parts.items():
        parts[..., gap.COMPONENTS.index(name)] = values[:, within]
    np.nan_to_num(parts, copy=False)
    honest = [gap.COMPONENTS.index(name) for name in gap.HONEST]
    acted = [gap.COMPONENTS.index(name) for name in gap.ACTED]
    for j, label in enumerate(results.measures):
        reported, true = results.reported[j, within], results.true[j, within]
        read = np.isfinite(reported)
        own = parts[j, read]
        sums = own.sum(axis=0) / len(own) if len(own) else np.full(len(gap.COMPONENTS), np.nan)
        numbers = (
            _mean(reported), _mean(true), _mean(reported) - _mean(true[read]),
            float(sums[honest].sum()), float(sums[acted].sum()), float(window.weeks - read.sum()),
        )  # fmt: skip
        found |= {f"{label}.{name}": value for name, value in zip(READINGS, numbers, strict=True)}
    return found


def _staff(
    employees: Mapping[str, NDArray[Any]], world: Mapping[str, NDArray[np.float64]], window: gap.Window
) -> dict[str, float]:
    """Turnover and what the job is worth, of the employees."""
    if not employees:
        return {"turnover": np.nan, "certainty_equivalent": np.nan, "care_pay": np.nan}
    keep = (employees["week"] >= window.start) & (employees["week"] < window.end)
    heads = len(np.unique(employees["post"][keep]))
    left = sum(float(np.nansum(world[name])) for name in ("quits", "dismissals") if name in world)
    per_head = left / heads * indices.YEAR / window.weeks if heads and "quits" in world else np.nan
    found = {name: _mean(employees[name][keep]) for name in ("certainty_equivalent", "care_pay") if name in employees}
    return {"turnover": per_head, "care_pay": np.nan, **found}


def _mean(values: NDArray[np.float64]) -> float:
    """Mean of what is there; NaN of nothing."""
    there = values[np.isfinite(values)]
    return float(there.sum() / len(there)) if len(there) else np.nan


def _share(world: Mapping[str, NDArray[np.float64]], part: str, whole: str) -> float:
    if part not in world or whole not in world:
        return np.nan
    total = float(np.nansum(world[whole]))
    return float(np.nansum(world[part])) / total if total > 0 else np.nan


def series_names(results: Results) -> list[str]:
    """Every weekly series of a run."""
    return [
        *(f"{label}.{reading}" for label in results.measures for reading in ("reported", "true")),
        *(f"world.{name}" for name in results.world), *(f"books.{name}" for name in results.books),
    ]  # fmt: skip


def weekly(results: Results, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Weeks, (w,), and the series asked for, (w, len(names)); NaN where a run has no such series."""
    lines: dict[str, NDArray[np.float64]] = {}
    for j, label in enumerate(results.measures):
        lines |= {f"{label}.reported": results.reported[j], f"{label}.true": results.true[j]}
    for part, rows in (("world", results.world), ("books", results.books)):
        lines |= {f"{part}.{name}": values for name, values in rows.items()}
    out = np.full((len(results.weeks), len(names)), np.nan)
    for place, name in enumerate(names):
        if name in lines:
            out[:, place] = lines[name]
    return results.weeks, out
