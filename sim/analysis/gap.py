"""The gap between reported and true: its parts, the honest survey's floor, and what goes beyond it.

Components are those of docs/architecture.md; in every week and measure they add up to reported - true.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COMPONENTS = (
    "coverage", "selection", "steering", "nonresponse", "luck", "style", "pressure", "measurement", "processing",
)  # fmt: skip
# Parts that a reading has when nobody has a stake in it; `measurement` is entries that are wrong in good faith.
HONEST = ("coverage", "selection", "nonresponse", "luck", "style", "measurement")
# Parts that are zero unless somebody acts on the reading.
ACTED = ("steering", "pressure", "processing")
KEYS = ["scenario", "replicate", "measure"]


@dataclass(frozen=True)
class Window:
    """Weeks from `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of these weeks."""
        return table[(table["week"] >= self.start) & (table["week"] < self.end)]

    @property
    def weeks(self) -> int:
        """Its length."""
        return self.end - self.start


def last_year(weeks: int, pay_every: int) -> Window:
    """The window of all headline numbers: the last 52 weeks, or the last half of a shorter run, in whole pay periods."""
    length = min(52, max(weeks // 2, 1))
    if length > pay_every:
        length -= length % pay_every
    return Window(weeks - length, weeks)


def imbalance(series: pd.DataFrame, waterfall: pd.DataFrame) -> float:
    """Largest |sum of components - (reported - true)| over all weeks with a reading; it must stay below 1e-9."""
    keys = [*KEYS, "firm", "week"]
    total = waterfall.groupby(keys, observed=True, sort=False)["value"].sum(min_count=1)
    read = series.dropna(subset=["reported", "true"]).set_index(keys)
    residual = (read["reported"] - read["true"]) - total.reindex(read.index)
    return float(residual.abs().max()) if len(residual) else 0.0


def weekly_parts(waterfall: pd.DataFrame) -> pd.DataFrame:
    """One row a (scenario, replicate, measure, week), one column a component; a component nobody recorded is 0."""
    wide = waterfall.pivot_table(
        index=[*KEYS, "week"], columns="component", values="value", aggfunc="sum", observed=True, sort=False
    )
    return wide.reindex(columns=list(COMPONENTS)).fillna(0.0)


def readings(series: pd.DataFrame, waterfall: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Means over a window, one row a (scenario, replicate, measure), in the measure's unit.

    `reported`, `true`, `gap` and the components are means over the weeks in which somebody answered, so that they
    add up; `true_always` is the true reading over all weeks and is what arms are compared on; `unread` counts the
    weeks without an answer. Every week weighs the same: the tables hold readings pooled over the measure's own window.
    """
    rows = window.of(series)
    has = rows["reported"].notna()
    read = rows[has].groupby(KEYS, observed=True, sort=False)[["reported", "true", "answers"]].mean()
    always = rows.groupby(KEYS, observed=True, sort=False)[["true", "true_with_leavers"]].mean()
    always.columns = pd.Index(["true_always", "true_with_leavers"])
    unread = (~has).groupby([rows[key] for key in KEYS], observed=True, sort=False).sum().rename("unread")
    parts = weekly_parts(window.of(waterfall))
    index = pd.MultiIndex.from_frame(rows.loc[has, [*KEYS, "week"]])
    parts = parts.reindex(index, fill_value=0.0).groupby(level=KEYS, observed=True, sort=False).mean()
    out = always.join([read, unread, parts])
    out["gap"] = out["reported"] - out["true"]
    return out


def by_arm(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """`readings` by (scenario, measure), a row a replicate."""
    pieces = table.groupby(level=["scenario", "measure"], observed=True, sort=False)
    return {(str(arm), str(label)): rows.droplevel(["scenario", "measure"]) for (arm, label), rows in pieces}


def floors(own: pd.DataFrame, fixed_pay: pd.DataFrame | None) -> pd.DataFrame:
    """The gap of one arm and measure, split three ways, a row a replicate: gap = floor + excess + shift.

    own, fixed_pay: a piece of `by_arm` each, of the arm and of the fixed-pay arm where that has the same instrument.

    floor   what an honest reading shows with nothing paid: the HONEST components of the fixed-pay arm in the same
            replicate (`paired` True), or this arm's own where there is none with the same instrument.
    excess  steering + pressure + processing of this arm: all that may be called gaming.
    shift   change of the honest parts against the fixed-pay arm, because other customers now answer or call.

    Unit: the measure's. Source: total survey error, Groves & Lyberg (2010). `measurement` counts as honest because the world
    writes entries that are bent on purpose under `pressure`; whether an error is in good faith, it knows itself.
    """
    excess = own[list(ACTED)].sum(axis=1)
    base = own.iloc[:0] if fixed_pay is None else fixed_pay[fixed_pay["reported"].notna()]
    paired = not base.empty
    floor = (base if paired else own)[list(HONEST)].sum(axis=1)
    split = pd.DataFrame({"gap": own["gap"], "floor": floor, "excess": excess, "shift": own["gap"] - floor - excess})
    return split.dropna().assign(paired=paired)
