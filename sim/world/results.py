"""What a run came to, as plain arrays: the tidy tables are made of it, and a sweep reads its indices off it.

`of` makes it of what the recorder kept of a world of customers; the textbook technology's `ledger` makes its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class Results:
    """One firm, W weeks (burn-in included), M measures; NaN where nothing was read.

    Arrays may be parts of a world that goes on: read them before its next step.
    """

    replicate: int
    weeks: NDArray[np.int64]  # (W,) their numbers, those of the burn-in negative
    measures: list[str]
    reported: Array  # (M, W) measure points
    true: Array  # (M, W) measure points
    true_with_leavers: Array  # (M, W) measure points
    answers: Array  # (M, W) observations behind the reported reading
    parts: Mapping[str, Array]  # by component of the gap: (M, W) measure points
    books: Mapping[str, Array]  # by item: (W,) money, costs negative
    world: Mapping[str, Array]  # by indicator: (W,)
    staff: Mapping[str, Mapping[str, NDArray[Any]]]  # by role and column: (paydays, posts); empty before the first payday


def of(kept: Recorder, weeks: int) -> Results:
    """The first `weeks` weeks of a world of customers."""
    pooled = windows(kept, weeks)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(pooled[..., 1] > 0, pooled[..., 0] / pooled[..., 1], np.nan) * kept.points[None, :, None]
    paydays = kept.paydays
    return Results(
        kept.replicate, np.arange(weeks, dtype=np.int64) - kept.spec.burn_in, list(kept.spec.measures),
        reported=values[:, :, st.REALISED].T, true=values[:, :, st.TRUE].T, true_with_leavers=with_leavers(kept, values).T,
        answers=np.nan_to_num(pooled[:, :, st.REALISED, 1].T),
        parts={name: (values[:, :, stage] - values[:, :, before]).T for name, stage, before in COMPONENTS},
        books=book_items(kept, weeks), world=world(kept, weeks),
        staff={role: {name: rows[:paydays] for name, rows in columns.items()} for role, columns in kept.staff.items()},
    )  # fmt: skip


def windows(kept: Recorder, weeks: int) -> Array:
    """Readings pooled over each measure's window and shifted by its lag, (weeks, M, STAGES, 2); NaN before there are any.

    The true stage is that of the window itself; reported stages are those of the window `lag` weeks earlier, so a
    lag shows as coverage: the report speaks of another time.
    """
    out, measures = np.zeros((weeks, *kept.readings.shape[1:])), list(kept.spec.measures.values())
    for window in sorted({m.window for m in measures}):
        alike = [j for j, m in enumerate(measures) if m.window == window]
        weekly, pooled = kept.readings[:weeks, alike], out[:, alike]
        for back in range(min(window, weeks) - 1, -1, -1):  # sums, not differences of running sums: exact zeros stay zeros
            pooled[back:] += weekly[: weeks - back]
        out[:, alike] = pooled
    for j, m in enumerate(measures):
        if m.lag:
            late = np.full_like(out[:, j, 1:], np.nan)
            late[m.lag :] = out[: max(weeks - m.lag, 0), j, 1:]
            out[:, j, 1:] = late
    return out


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


def book_items(kept: Recorder, weeks: int) -> dict[str, Array]:
    """The firm's money by item for the first `weeks` weeks (burn-in included), (weeks,) each; costs are negative."""
    b, spec, c = kept.spec.books, kept.spec, kept.counts[:weeks]
    like = float(kept.w.p.stands_for)  # the customers played are a sample; staff and their pay are not
    value = kept.w.segments["value"]
    money, happened = kept.money, kept.tallies
    return {
        "revenue": like * b.revenue * (kept.active[:weeks] * value).sum(axis=1),
        "wages": -money["base"][:weeks] - money["allowances"][:weeks],
        "bonus": -money["bonus"][:weeks], "fines": money["fines"][:weeks],
        "serving": -like * b.minute * c[:, st.N_MINUTES], "complaints": -like * b.complaint * c[:, st.N_RECORDED],
        "gifts": -like * b.gift * c[:, st.N_GIFTS],
        "audits": -spec.audit.cost * happened["audits"][:weeks] - like * c[:, st.N_ASKING],
        "hiring": -b.hire * happened["hires"][:weeks], "acquisition": -like * b.joiner * happened["joined"][:weeks],
        "improvement": -spec.management.closed_loop.repair_cost * happened["repairs"][:weeks],
        "diversion": -like * b.diverted * c[:, st.N_DIVERTED] - spec.owners.cost * happened["exposures"][:weeks],
    }  # fmt: skip


def world(kept: Recorder, weeks: int) -> dict[str, Array]:
    """What the firm looks like, week by week, (weeks,) each."""
    c = kept.counts[:weeks]
    rows = {name: c[:, column] for name, column in COUNTED.items()}
    rows["complaints_diverted"] = c[:, st.N_HUSHED] + c[:, st.N_DIVERTED]
    attempts = c[:, st.N_CONTACTS] + c[:, st.N_ABANDONED]
    rows["wait_minutes"] = np.where(attempts > 0, c[:, st.N_WAIT] / np.maximum(attempts, 1), np.nan)
    for kind in (kept.snapshots, dict(zip(kept.shared, kept.shares.T, strict=True)), kept.tallies):
        rows |= {name: values[:weeks] for name, values in kind.items()}
    return rows
