"""The tidy tables of a run (docs/architecture.md), made of its results. Each column is built in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.world import state as st
from sim.world.people import Array

if TYPE_CHECKING:
    from sim.world.results import Results


def tables(results: Results) -> dict[str, pd.DataFrame]:
    """All tables of a run but that of its customers, burn-in included."""
    made = {
        "series": series(results), "waterfall": waterfall(results),
        "books": tidy(results, {"item": list(results.books)}, {"amount": stacked(results.books)}),
        "world": tidy(results, {"indicator": list(results.world)}, {"value": stacked(results.world)}),
        "staff": staff(results),
    }  # fmt: skip
    for table in made.values():
        table.insert(0, "replicate", results.replicate)
    return made


def stacked(rows: Mapping[str, Array]) -> Array:
    """Rows of one shape as one array, in their order."""
    return np.stack(list(rows.values()))


def tidy(results: Results, keys: Mapping[str, Sequence[str]], columns: Mapping[str, Array]) -> pd.DataFrame:
    """One row for each combination of `keys` and week, in this order; columns (…, weeks)."""
    weeks = len(results.weeks)
    repeats = np.indices([len(names) for names in keys.values()]).reshape(len(keys), -1)
    table: dict[str, Any] = {"firm": np.zeros(repeats.shape[1] * weeks, np.int64)}
    table["week"] = np.tile(results.weeks, repeats.shape[1])
    for (name, names), places in zip(keys.items(), repeats, strict=True):
        table[name] = pd.array(list(names), dtype="str").take(places.repeat(weeks))
    return pd.DataFrame(table | {name: values.ravel() for name, values in columns.items()}, copy=False)


def series(results: Results) -> pd.DataFrame:
    """Reported and true readings of every measure."""
    return tidy(results, {"measure": results.measures}, {
        "reported": results.reported, "true": results.true, "true_with_leavers": results.true_with_leavers,
        "answers": results.answers,
    })  # fmt: skip


def waterfall(results: Results) -> pd.DataFrame:
    """What each component adds on the way from the true reading to the reported one."""
    keys = {"component": list(results.parts), "measure": results.measures}
    made = tidy(results, keys, {"value": stacked(results.parts)})
    return made[["firm", "week", "measure", "component", "value"]]


def staff(results: Results) -> pd.DataFrame:
    """One row a person and pay period, role after role; what a role does not have is missing."""
    parts = {role: columns for role, columns in results.staff.items() if columns["post"].size}
    if not parts:
        return pd.DataFrame(columns=["firm", "period", "week", "role", "post", "person", "team", "base", "bonus"])
    there = {role: part["post"] >= 0 for role, part in parts.items()}  # after a reorganisation some posts are no more
    sizes = [int(posts.sum()) for posts in there.values()]
    missing = {role: np.full(size, np.nan) for role, size in zip(parts, sizes, strict=True)}
    names = dict.fromkeys(name for part in parts.values() for name in part)
    columns = {
        name: np.concatenate([part[name][there[role]] if name in part else missing[role] for role, part in parts.items()])
        for name in names
    }
    table = pd.DataFrame(columns, copy=False)
    table.insert(0, "firm", 0)
    table.insert(3, "role", pd.Series(list(parts), dtype="str").repeat(sizes).reset_index(drop=True))
    return table


def customers(w: st.World, replicate: int) -> pd.DataFrame:
    """One row a customer who is or was there, as he stands at the end; dates that never came are missing."""
    rows = w.customers
    there = np.flatnonzero(rows["status"] != st.PROSPECT)
    table = pd.DataFrame({name: rows[name][there] for name in rows.dtype.names})
    for name in table.select_dtypes("float64").columns:
        table[name] = table[name].where(table[name] < st.NEVER)
    table.insert(0, "replicate", replicate)
    table.insert(1, "firm", 0)
    table.insert(2, "customer", there)
    table.insert(3, "active", table.pop("status") == st.ACTIVE)
    return table
