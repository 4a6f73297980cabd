"""The indices of a single run, one number each, as a sweep keeps them: by the definitions of `gap` and `indices`.

Names: `LABEL.reading` for a measure, a bare name for the firm, `world.NAME` and `books.NAME` for what those tables hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import gap, indices
from sim.analysis.summary import own_firm

Tables = Mapping[str, pd.DataFrame]
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


def run_indices(tables: Tables, window: gap.Window) -> dict[str, float]:
    """Every index of one run, over the window.

    The definitions are those of `gap.readings` and `indices`, worked out on arrays: a sweep reads every small run, and
    data frames would take longer than the run (a test holds the two against each other).
    """
    world = _wide(tables["world"], "indicator", "value", window)
    books = _wide(tables["books"], "item", "amount", window)
    found = _readings(tables, window)
    found |= {f"world.{name}": _mean(values) for name, values in world.items()}
    yearly = {name: float(np.nansum(values)) * indices.YEAR / window.weeks for name, values in books.items()}
    found |= {f"books.{name}": value for name, value in yearly.items()}
    found["revenue"], found["profit"] = yearly.get("revenue", 0.0), sum(yearly.values())
    found["bonus"], found["cost"] = -yearly.get("bonus", 0.0), found["revenue"] - found["profit"]
    found["gaming_time"] = _share(world, "gaming_minutes", "minutes")
    found["needs_met"] = _share(world, "needs_met", "needs_ended")
    found["complaints_on_record"] = _share(world, "complaints_recorded", "complaints_intended")
    found["engagement"] = _mean(world.get("engagement", _NOTHING))
    return found | _staff(tables["staff"], world, window)


def _wide(
    table: pd.DataFrame, key: str, value: str, window: gap.Window, more: str | None = None
) -> dict[str, NDArray[np.float64]]:
    """A column of a long table as one array a key, (weeks,), of the first firm; NaN where nothing stands.

    With `more`, a second key: (weeks, number of its values in `gap.COMPONENTS`).
    """
    week = table["week"].to_numpy()
    firm = table["firm"].to_numpy()
    keep = (week >= window.start) & (week < window.end) & (firm == (firm.min() if len(firm) else 0))
    codes, names = pd.factorize(table[key])
    at: tuple[NDArray[np.int64], ...] = (codes[keep], week[keep] - window.start)
    shape: tuple[int, ...] = (len(names), window.weeks)
    if more is not None:
        inner, found = pd.factorize(table[more])
        places = np.array([gap.COMPONENTS.index(str(name)) for name in found])
        at, shape = (*at, places[inner[keep]]), (*shape, len(gap.COMPONENTS))
    out = np.full(shape, np.nan)
    out[at] = table[value].to_numpy(float)[keep]
    return {str(name): out[place] for place, name in enumerate(names)}


def _readings(tables: Tables, window: gap.Window) -> dict[str, float]:
    """What is kept of every measure. `true` is over all weeks: it is what points are compared on."""
    found: dict[str, float] = {}
    reported = _wide(tables["series"], "measure", "reported", window)
    true = _wide(tables["series"], "measure", "true", window)
    parts = _wide(tables["waterfall"], "measure", "value", window, "component")
    honest = [gap.COMPONENTS.index(name) for name in gap.HONEST]
    acted = [gap.COMPONENTS.index(name) for name in gap.ACTED]
    for label, readings in reported.items():
        read = np.isfinite(readings)
        own = np.nan_to_num(parts.get(label, np.zeros((window.weeks, len(gap.COMPONENTS)))))[read]
        sums = own.sum(axis=0) / len(own) if len(own) else np.full(len(gap.COMPONENTS), np.nan)
        values = (
            _mean(readings), _mean(true[label]), _mean(readings) - _mean(true[label][read]),
            float(sums[honest].sum()), float(sums[acted].sum()), float((~read).sum()),
        )  # fmt: skip
        found |= {f"{label}.{name}": value for name, value in zip(READINGS, values, strict=True)}
    return found


def _staff(staff: pd.DataFrame, world: Mapping[str, NDArray[np.float64]], window: gap.Window) -> dict[str, float]:
    """Turnover and what the job is worth, of the employees of the first firm."""
    if not len(staff):
        return {"turnover": np.nan, "certainty_equivalent": np.nan, "care_pay": np.nan}
    week, firm = staff["week"].to_numpy(), staff["firm"].to_numpy()
    codes, roles = pd.factorize(staff["role"])
    is_employee = codes == list(roles).index("employee")
    keep = (week >= window.start) & (week < window.end) & is_employee & (firm == firm.min())
    heads = len(np.unique(staff["post"].to_numpy()[keep]))
    left = sum(float(np.nansum(world[name])) for name in ("quits", "dismissals") if name in world)
    per_head = left / heads * indices.YEAR / window.weeks if heads and "quits" in world else np.nan
    found = {name: _mean(staff[name].to_numpy(float)[keep]) for name in ("certainty_equivalent", "care_pay") if name in staff}
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


def series_names(tables: Tables) -> list[str]:
    """Every weekly series of a run."""
    labels = tables["series"]["measure"].unique()
    return [
        *(f"{label}.{reading}" for label in labels for reading in ("reported", "true")),
        *(f"world.{name}" for name in tables["world"]["indicator"].unique()),
        *(f"books.{name}" for name in tables["books"]["item"].unique()),
    ]


def weekly(tables: Tables, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Weeks, (w,), and the series asked for, (w, len(names)); NaN where a run has no such series or week."""
    tables = own_firm(tables)
    weeks = np.unique(tables["series"]["week"].to_numpy(np.int64))
    out = np.full((len(weeks), len(names)), np.nan)
    for place, name in enumerate(names):
        part, _, last = name.rpartition(".")
        table, key, wanted, column = {
            "world": ("world", "indicator", last, "value"),
            "books": ("books", "item", last, "amount"),
        }.get(part, ("series", "measure", part, last))
        rows = tables[table]
        rows = rows[rows[key] == wanted]
        at = np.searchsorted(weeks, rows["week"].to_numpy(np.int64))
        out[at, place] = rows[column].to_numpy(float)
    return weeks, out
