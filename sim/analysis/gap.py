"""The gap between reported and true: its parts, the honest survey's floor, and what goes beyond it.

Components are those of docs/architecture.md; in every week and measure they add up to reported - true.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COMPONENTS = (
    "coverage", "selection", "steering", "nonresponse", "luck", "style", "pressure", "measurement", "processing",
)  # fmt: skip
# Parts that a survey has when nobody has a stake in it.
HONEST = ("coverage", "selection", "nonresponse", "luck", "style")
# Parts that are zero unless somebody acts on the reading. `measurement` is neither: staff also err in good faith.
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


def floors(table: pd.DataFrame, arm: str, measure: str, fixed_pay: str | None, same: bool) -> pd.DataFrame:
    """The gap of one arm and measure, split three ways, a row a replicate: gap = floor + excess + shift.

    floor   what an honest survey shows with nothing paid. With a fixed-pay arm that uses the same instrument
            (`same`): coverage + selection + nonresponse + luck + style + errors in good faith (`measurement`) of
            that arm, in the same replicate. Otherwise this arm's own honest parts, `paired` being False.
    excess  steering + pressure + processing + measurement of this arm beyond that of the fixed-pay arm: all that may
            be called gaming. Without a fixed-pay arm errors in good faith cannot be told from false entries and
            stand in the excess.
    shift   change of the honest parts against the fixed-pay arm, because other customers now answer.

    Unit: the measure's. Source: model.md, "The gap, exactly".
    """
    own = _of(table, arm, measure)
    honest, acted = own[list(HONEST)].sum(axis=1), own[list(ACTED)].sum(axis=1)
    base = _of(table, fixed_pay, measure) if fixed_pay and same else pd.DataFrame()
    base = base[base["reported"].notna()] if len(base) else base
    if base.empty:
        split = {"floor": honest, "excess": acted + own["measurement"], "good_faith": honest * 0.0}
        return pd.DataFrame({"gap": own["gap"], **split, "shift": honest * 0.0, "paired": False}).dropna()
    good_faith = base["measurement"]
    floor = base[list(HONEST)].sum(axis=1) + good_faith
    excess = acted + own["measurement"] - good_faith
    return pd.DataFrame(
        {
            "gap": own["gap"],
            "floor": floor,
            "excess": excess,
            "good_faith": good_faith,
            "shift": own["gap"] - floor - excess,
            "paired": True,
        }
    ).dropna()


def _of(table: pd.DataFrame, arm: str | None, measure: str) -> pd.DataFrame:
    """The rows of one arm and measure, by replicate."""
    names = table.index.get_level_values("scenario")
    rows = table[(names == arm) & (table.index.get_level_values("measure") == measure)]
    return rows.droplevel(["scenario", "measure"])
