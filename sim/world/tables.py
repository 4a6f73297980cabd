"""The tidy tables of a run (docs/architecture.md), made of what the recorder kept. Each column is built in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.world import state as st
from sim.world.people import Array

if TYPE_CHECKING:
    from sim.world.record import Recorder

# waterfall: component, the stage it leads to, the stage it starts from
COMPONENTS = (
    ("coverage", st.COVERAGE, st.TRUE), ("selection", st.SELECTION, st.COVERAGE), ("steering", st.STEERING, st.SELECTION),
    ("nonresponse", st.NONRESPONSE, st.STEERING), ("luck", st.REALISED, st.PROCESSING), ("style", st.STYLE, st.NONRESPONSE),
    ("measurement", st.MEASUREMENT, st.STYLE), ("pressure", st.PRESSURE, st.MEASUREMENT),
    ("processing", st.PROCESSING, st.PRESSURE),
)  # fmt: skip
COUNTED = {
    "needs": st.N_NEEDS, "contacts": st.N_CONTACTS, "repeats": st.N_REPEATS, "abandoned": st.N_ABANDONED,
    "left": st.N_LEFT, "minutes": st.N_MINUTES, "gaming_minutes": st.N_GAMING, "complaints_intended": st.N_INTENDED,
    "complaints_voiced": st.N_VOICED, "complaints_recorded": st.N_RECORDED,
    "called_back": st.N_CALLED, "needs_ended": st.N_ENDED, "needs_met": st.N_MET,
}  # fmt: skip


def tables(kept: Recorder, weeks: int, micro: bool) -> dict[str, pd.DataFrame]:
    """All tables of the first `weeks` weeks, burn-in included."""
    pooled = windows(kept, weeks)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(pooled[..., 1] > 0, pooled[..., 0] / pooled[..., 1], np.nan) * kept.points[None, :, None]
    made = {
        "series": series(kept, values, pooled), "waterfall": waterfall(kept, values), "books": books(kept, weeks),
        "world": world(kept, weeks), "staff": staff(kept),
    }  # fmt: skip
    if micro:
        made["customers"] = customers(kept)
    for table in made.values():
        table.insert(0, "replicate", kept.replicate)
    return made


def windows(kept: Recorder, weeks: int) -> Array:
    """Readings pooled over each measure's window and shifted by its lag, (weeks, M, STAGES, 2); NaN before there are any.

    The true stage is that of the window itself; reported stages are those of the window `lag` weeks earlier, so a
    lag shows as coverage: the report speaks of another time.
    """
    out = np.zeros((weeks, *kept.readings.shape[1:]))
    for j, m in enumerate(kept.spec.measures.values()):
        for back in range(min(m.window, weeks) - 1, -1, -1):  # sums, not differences of running sums: exact zeros stay zeros
            out[back:, j] += kept.readings[: weeks - back, j]
        if m.lag:
            late = np.full_like(out[:, j, 1:], np.nan)
            late[m.lag :] = out[: max(weeks - m.lag, 0), j, 1:]
            out[:, j, 1:] = late
    return out


def tidy(kept: Recorder, keys: Mapping[str, Sequence[str]], columns: Mapping[str, Array]) -> pd.DataFrame:
    """One row for each combination of `keys` and week, in this order; columns (…, weeks)."""
    weeks = next(iter(columns.values())).shape[-1]
    repeats = np.indices([len(names) for names in keys.values()]).reshape(len(keys), -1)
    first = np.arange(weeks, dtype=np.int64) - kept.spec.burn_in
    table: dict[str, Any] = {"firm": np.zeros(repeats.shape[1] * weeks, np.int64), "week": np.tile(first, repeats.shape[1])}
    for (name, names), places in zip(keys.items(), repeats, strict=True):
        table[name] = pd.array(list(names), dtype="str").take(places.repeat(weeks))
    return pd.DataFrame(table | {name: values.ravel() for name, values in columns.items()}, copy=False)


def series(kept: Recorder, values: Array, pooled: Array) -> pd.DataFrame:
    """Reported and true readings of every measure."""
    return tidy(kept, {"measure": list(kept.spec.measures)}, {
        "reported": values[:, :, st.REALISED].T, "true": values[:, :, st.TRUE].T,
        "true_with_leavers": with_leavers(kept, values).T, "answers": np.nan_to_num(pooled[:, :, st.REALISED, 1].T),
    })  # fmt: skip


def with_leavers(kept: Recorder, values: Array) -> Array:
    """Truth for all customers and those who left within 52 weeks, by their last answer; only where it is defined."""
    weeks = len(values)
    out = np.full(values.shape[:2], np.nan)
    left = np.cumsum(kept.counts[:weeks, st.N_LEFT_ANSWER : st.N_LEFT_ANSWER + 11], axis=0)  # whole numbers: no rounding
    left[52:] -= left[:-52].copy()
    there = kept.snapshots["customers"][:weeks]
    total = there + left.sum(axis=1)
    for j, m in enumerate(kept.spec.measures.values()):
        if m.population == "customers" and m.reads == "recommend" and m.aggregate != "mean":
            counted = np.array([(s >= m.high) - (m.aggregate == "net") * (s <= m.low) for s in range(11)], dtype=float)
            gone = 100.0 * (left * counted).sum(axis=1)
            out[:, j] = np.where(total > 0, (values[:, j, st.TRUE] * there + gone) / np.maximum(total, 1.0), np.nan)
    return out


def waterfall(kept: Recorder, values: Array) -> pd.DataFrame:
    """What each component adds on the way from the true reading to the reported one."""
    steps = np.stack([values[:, :, stage] - values[:, :, before] for _, stage, before in COMPONENTS])
    names, labels = [name for name, _, _ in COMPONENTS], list(kept.spec.measures)
    made = tidy(kept, {"component": names, "measure": labels}, {"value": steps.transpose(0, 2, 1)})
    return made[["firm", "week", "measure", "component", "value"]]


def book_items(kept: Recorder, weeks: int) -> dict[str, Array]:
    """The firm's money by item for the first `weeks` weeks (burn-in included), (weeks,) each; costs are negative."""
    b, spec, c = kept.spec.books, kept.spec, kept.counts[:weeks]
    like = float(kept.w.p.stands_for)  # the customers played are a sample; staff and their pay are not
    value = kept.w.segments["value"]
    heads = spec.staff.count * spec.pay.base
    heads += (spec.teams + spec.management.central_count + 1) * spec.pay.base_manager
    money, happened = kept.money, kept.tallies
    return {
        "revenue": like * b.revenue * (kept.active[:weeks] * value).sum(axis=1),
        "wages": -heads / spec.pay.every - money["allowances"][:weeks],
        "bonus": -money["bonus"][:weeks], "fines": money["fines"][:weeks],
        "serving": -like * b.minute * c[:, st.N_MINUTES], "complaints": -like * b.complaint * c[:, st.N_RECORDED],
        "gifts": -like * b.gift * c[:, st.N_GIFTS],
        "audits": -spec.audit.cost * happened["audits"][:weeks] - like * c[:, st.N_ASKING],
        "hiring": -b.hire * happened["hires"][:weeks], "acquisition": -like * b.joiner * happened["joined"][:weeks],
        "improvement": -spec.management.closed_loop.repair_cost * happened["repairs"][:weeks],
        "diversion": -like * b.diverted * c[:, st.N_DIVERTED] - spec.owners.cost * happened["exposures"][:weeks],
    }  # fmt: skip


def books(kept: Recorder, weeks: int) -> pd.DataFrame:
    """The firm's income and costs."""
    items = book_items(kept, weeks)
    return tidy(kept, {"item": list(items)}, {"amount": np.stack(list(items.values()))})


def world(kept: Recorder, weeks: int) -> pd.DataFrame:
    """What the firm looks like, week by week."""
    c = kept.counts[:weeks]
    rows = {name: c[:, column] for name, column in COUNTED.items()}
    rows["complaints_diverted"] = c[:, st.N_HUSHED] + c[:, st.N_DIVERTED]
    attempts = c[:, st.N_CONTACTS] + c[:, st.N_ABANDONED]
    rows["wait_minutes"] = np.where(attempts > 0, c[:, st.N_WAIT] / np.maximum(attempts, 1), np.nan)
    for kind in (kept.snapshots, dict(zip(kept.shared, kept.shares.T, strict=True)), kept.tallies):
        rows |= {name: values[:weeks] for name, values in kind.items()}
    return tidy(kept, {"indicator": list(rows)}, {"value": np.stack(list(rows.values()))})


def staff(kept: Recorder) -> pd.DataFrame:
    """One row a person and pay period, role after role; what a role does not have is missing."""
    paydays = kept.paydays
    parts = {role: {name: values[:paydays] for name, values in kept.staff[role].items()} for role in kept.staff if paydays}
    if not parts:
        return pd.DataFrame(columns=["firm", "period", "week", "role", "post", "person", "team", "base", "bonus"])
    sizes = [part["post"].size for part in parts.values()]
    missing = {role: np.full(size, np.nan) for role, size in zip(parts, sizes, strict=True)}
    names = dict.fromkeys(name for part in parts.values() for name in part)
    columns = {
        name: np.concatenate([part[name].ravel() if name in part else missing[role] for role, part in parts.items()])
        for name in names
    }
    table = pd.DataFrame(columns, copy=False)
    table.insert(0, "firm", 0)
    table.insert(3, "role", pd.Series(list(parts), dtype="str").repeat(sizes).reset_index(drop=True))
    return table


def customers(kept: Recorder) -> pd.DataFrame:
    """One row a customer who is or was there, as he stands at the end; dates that never came are missing."""
    rows = kept.w.customers
    there = np.flatnonzero(rows["status"] != st.PROSPECT)
    table = pd.DataFrame({name: rows[name][there] for name in rows.dtype.names})
    for name in table.select_dtypes("float64").columns:
        table[name] = table[name].where(table[name] < st.NEVER)
    table.insert(0, "firm", 0)
    table.insert(1, "customer", there)
    table.insert(2, "active", table.pop("status") == st.ACTIVE)
    return table
