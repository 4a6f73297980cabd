"""One row a scenario and measure: reported, true, gap, floor, excess with intervals, and differences from the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis import gap, indices
from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.analysis.manifest import Arm, Study, read
from sim.analysis.paired import differences

Tables = Mapping[str, pd.DataFrame]
FIRM = 0


def own_firm(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables of the firm whose scheme is studied: the first of its industry."""
    out = {}
    for name, table in tables.items():
        keep = table["firm"] == table["firm"].min() if "firm" in table and len(table) else slice(None)
        out[name] = table[keep]
    return out


@dataclass(frozen=True)
class Change:
    """Paired changes of one measure against the reference arm, a value a replicate, in the measure's unit.

    `seen` is what the reports say. Where the arms read by other instruments, part of it is no effect of pay but the
    instruments' own honest error (`instrument`; else 0): `reported` leaves it out.
    """

    seen: pd.Series
    instrument: pd.Series
    true: pd.Series

    @property
    def reported(self) -> pd.Series:
        """The change of the report as one and the same instrument would show it."""
        return self.seen - self.instrument


@dataclass(frozen=True)
class Reader:
    """The tables of a study with the window over which its headline numbers are means."""

    tables: Tables
    study: Study
    window: gap.Window
    readings: pd.DataFrame

    def value(self, column: str, measure: str) -> pd.Series:
        """A column of `gap.readings` for one measure, by (scenario, replicate)."""
        return self.readings[column].xs(measure, level="measure")

    def floor(self, arm: Arm, measure: str) -> pd.DataFrame:
        """`gap.floors` of an arm, with the fixed-pay arm if that reads the measure by the same instrument."""
        base = arm if not arm.pays_on_measures else self.study.fixed_pay
        same = base is not None and arm.reads_like(base, measure)
        return gap.floors(self.readings, arm.scenario, measure, base.scenario if base is not None and same else None)

    def change(self, arm: Arm, measure: str) -> Change | None:
        """Changes against the reference arm; None where that has no such measure, or one whose truth is another thing."""
        base = self.study.reference
        if arm is base or measure not in base.measures or base.measures[measure].truth != arm.measures[measure].truth:
            return None
        pair = (arm.scenario, base.scenario)
        seen = differences(self.value("reported", measure), *pair)
        true = differences(self.value("true_always", measure), *pair)
        instrument = seen * 0.0
        if not arm.reads_like(base, measure):
            for part in gap.HONEST:
                instrument = instrument + differences(self.value(part, measure), *pair)
        return Change(seen, instrument, true)

    def weekly(self, column: str, arm: Arm, measure: str, less: Arm | None = None) -> pd.DataFrame:
        """A column of `series`, weeks in rows and replicates in columns; minus that of another arm, if one is given."""
        rows = self.tables["series"]
        rows = rows[rows["measure"] == measure]
        out = rows[rows["scenario"] == arm.scenario].pivot(index="week", columns="replicate", values=column)
        if less is None:
            return out
        other = rows[rows["scenario"] == less.scenario].pivot(index="week", columns="replicate", values=column)
        both = out.columns.intersection(other.columns)
        return out[both] - other[both]

    def weekly_change(self, arm: Arm, measure: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Weekly changes of reported and true against the reference arm; instruments as in `change`."""
        base = self.study.reference
        reported, true = (self.weekly(column, arm, measure, less=base) for column in ("reported", "true"))
        if not arm.reads_like(base, measure):
            honest = self.weekly_parts(arm, measure, gap.HONEST) - self.weekly_parts(base, measure, gap.HONEST)
            reported = reported - honest.reindex(index=reported.index, columns=reported.columns)
        return reported, true

    def weekly_excess(self, arm: Arm, measure: str) -> pd.DataFrame:
        """Weekly excess over the honest floor, weeks in rows and replicates in columns."""
        return self.weekly_parts(arm, measure, gap.ACTED)

    def weekly_parts(self, arm: Arm, measure: str, parts: Sequence[str]) -> pd.DataFrame:
        """Sum of these components of the gap, weeks in rows and replicates in columns."""
        rows = self.tables["waterfall"]
        rows = rows[(rows["measure"] == measure) & rows["component"].isin(parts) & (rows["scenario"] == arm.scenario)]
        return rows.groupby(["week", "replicate"], observed=True)["value"].sum().unstack()


def reader(tables: Tables, manifest: Mapping[str, Any]) -> Reader:
    """Everything that the summary and the report read from."""
    study = read(manifest)
    own = own_firm(tables)
    window = gap.last_year(study.weeks, study.pay_every)
    return Reader(own, study, window, gap.readings(own["series"], own["waterfall"], window))


def summarise(tables: Tables, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The table summary.csv. Columns `<x>`, `<x>_low`, `<x>_high` are a mean and its 95 % interval over replicates.

    Values are in the measure's unit and are means over the window (`from_week` up to, not including, `until_week`).
    `d_<x>` is the paired difference from the arm `reference`; `gap = floor + excess + shift`. Where the two arms read the
    measure by other instruments, `d_instrument` is the part of `d_reported` that is the instruments' own honest error, and
    `pass_through` leaves it out. `stake` and `pay_sd` are
    those of the arm's employees, money per pay period (`indices`), whatever the measure.
    """
    return summary(reader(tables, manifest))


def summary(source: Reader) -> pd.DataFrame:
    """`summarise` for tables that are being read already."""
    staff, window = source.tables["staff"], source.window
    money = {"stake": indices.stake(staff, window), "pay_sd": indices.pay_sd(staff, window)}
    rows = [_row(source, arm, label, money) for arm in source.study.arms for label in arm.measures]
    return pd.DataFrame([row for row in rows if row])


def _row(source: Reader, arm: Arm, label: str, money: Mapping[str, pd.Series]) -> dict[str, Any]:
    study, measure = source.study, arm.measures[label]
    present = source.readings.index
    if not (
        (present.get_level_values("scenario") == arm.scenario) & (present.get_level_values("measure") == label)
    ).any():
        return {}
    row: dict[str, Any] = {
        "scenario": arm.scenario, "measure": label, "unit": measure.unit, "better": measure.better,
        "paid": label in arm.paid_measures, "from_week": source.window.start, "until_week": source.window.end,
    }  # fmt: skip
    for column in ("reported", "true", "true_always", "true_with_leavers"):
        _spread(row, column, _own(source.value(column, label), arm))
    split = source.floor(arm, label)
    for column in ("gap", "floor", "excess", "shift"):
        _spread(row, column, estimate(split[column]))
    row["floor_paired"] = bool(len(split) and split["paired"].all())
    row |= {component: float(source.value(component, label).loc[arm.scenario].mean()) for component in gap.COMPONENTS}
    row["answers"] = float(source.value("answers", label).loc[arm.scenario].mean())
    row["unread_weeks"] = float(source.value("unread", label).loc[arm.scenario].mean())
    for name, values in money.items():
        _spread(row, name, _own(values, arm))
    row["replicates"] = int(source.value("true_always", label).loc[arm.scenario].notna().sum())
    return row | _against(source, study.reference, arm, label)


def _against(source: Reader, reference: Arm, arm: Arm, label: str) -> dict[str, Any]:
    row: dict[str, Any] = {"reference": reference.scenario}
    change = source.change(arm, label)
    if change is None:
        return row
    _spread(row, "d_reported", estimate(change.seen))
    _spread(row, "d_instrument", estimate(change.instrument))
    _spread(row, "d_true", estimate(change.true))
    _spread(row, "pass_through", indices.pass_through(change.reported, change.true))
    return row


def _own(values: pd.Series, arm: Arm) -> Estimate:
    if values.empty or arm.scenario not in values.index.get_level_values("scenario"):
        return UNDEFINED
    return estimate(values.loc[arm.scenario])


def _spread(row: dict[str, Any], name: str, value: Estimate) -> None:
    row |= {name: value.mean, f"{name}_low": value.low, f"{name}_high": value.high}
