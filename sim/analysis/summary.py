"""One row a scenario and measure: reported, true, gap, floor, excess with intervals, and differences from the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis import gap, indices
from sim.analysis.estimate import Estimate, estimate
from sim.analysis.manifest import Arm, Study, read
from sim.analysis.paired import difference, differences

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
        same = base is not None and measure in base.measures
        if same and base is not None:
            same = base.measures[measure].instrument == arm.measures[measure].instrument
        return gap.floors(self.readings, arm.scenario, measure, base.scenario if base is not None and same else None)

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

    def weekly_excess(self, arm: Arm, measure: str) -> pd.DataFrame:
        """Weekly excess over the honest floor, weeks in rows and replicates in columns."""
        rows = self.tables["waterfall"]
        rows = rows[
            (rows["measure"] == measure) & rows["component"].isin(gap.ACTED) & (rows["scenario"] == arm.scenario)
        ]
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
    `d_<x>` is the paired difference from the arm `reference`; `gap = floor + excess + shift`.
    """
    return summary(reader(tables, manifest))


def summary(source: Reader) -> pd.DataFrame:
    """`summarise` for tables that are being read already."""
    rows = [_row(source, arm, label) for arm in source.study.arms for label in arm.measures]
    return pd.DataFrame([row for row in rows if row])


def _row(source: Reader, arm: Arm, label: str) -> dict[str, Any]:
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
    row["replicates"] = int(source.value("true_always", label).loc[arm.scenario].notna().sum())
    return row | _against(source, study.reference, arm, label)


def _against(source: Reader, reference: Arm, arm: Arm, label: str) -> dict[str, Any]:
    row: dict[str, Any] = {"reference": reference.scenario}
    if arm is reference or label not in reference.measures:
        return row
    pair = (arm.scenario, reference.scenario)
    reported, true = source.value("reported", label), source.value("true_always", label)
    _spread(row, "d_reported", difference(reported, *pair))
    _spread(row, "d_true", difference(true, *pair))
    _spread(row, "pass_through", indices.pass_through(differences(reported, *pair), differences(true, *pair)))
    return row


def _own(values: pd.Series, arm: Arm) -> Estimate:
    return estimate(values.loc[arm.scenario])


def _spread(row: dict[str, Any], name: str, value: Estimate) -> None:
    row |= {name: value.mean, f"{name}_low": value.low, f"{name}_high": value.high}
