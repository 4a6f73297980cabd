"""One row a scenario and measure: reported, true, gap, floor, excess with intervals, and differences from the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sim.analysis import gap, indices
from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.analysis.manifest import Arm, Measure, Study, read

Tables = Mapping[str, pd.DataFrame]
FIRM = 0


def own_firm(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables of the firm whose scheme is studied: the first of its industry."""
    out = {}
    for name, table in tables.items():
        own = table["firm"] == table["firm"].min() if "firm" in table and len(table) else None
        out[name] = table if own is None or own.all() else table[own]
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
class Standing:
    """One measure in one arm over the window: levels, split of the gap, and paired changes against the reference arm.

    Changes are there where the reference arm reads the same truth (`compared`) in some replicate. `d_seen` is what the
    reports say; `d_instrument` the part of it that is the two instruments' own honest error, where they are not the same
    (`otherwise`; else 0); `d_reported` leaves it out.
    """

    measure: Measure
    reported: Estimate
    true: Estimate
    gap: Estimate
    floor: Estimate
    excess: Estimate
    shift: Estimate
    floor_paired: bool
    parts: Mapping[str, Estimate]
    compared: bool
    otherwise: bool = False
    d_reported: Estimate | None = None
    d_true: Estimate | None = None
    d_seen: Estimate | None = None
    d_instrument: Estimate | None = None
    through: Estimate = UNDEFINED

    @property
    def beyond(self) -> dict[str, Estimate]:
        """The parts that are there only because somebody acts."""
        return {name: self.parts[name] for name in gap.ACTED}


@dataclass(frozen=True)
class Reader:
    """The tables of a study with the window over which its headline numbers are means.

    inside: the rows of that window; readings: `gap.readings` in it; pieces: the same by (scenario, measure).
    """

    tables: Tables
    study: Study
    window: gap.Window
    inside: Tables
    readings: pd.DataFrame
    pieces: Mapping[tuple[str, str], pd.DataFrame]

    def value(self, column: str, measure: str) -> pd.Series:
        """A column of `gap.readings` for one measure, by (scenario, replicate)."""
        return self.readings[column].xs(measure, level="measure")

    @cached_property
    def standings(self) -> dict[tuple[str, str], Standing]:
        """How every measure of every arm stands, by (scenario, measure); without those that the tables do not hold."""
        keys = ((arm, label) for arm in self.study.arms for label in arm.measures)
        return {(arm.scenario, label): self._standing(arm, label) for arm, label in keys if (arm.scenario, label) in self.pieces}

    def _standing(self, arm: Arm, label: str) -> Standing:
        own = self.pieces[arm.scenario, label]
        split, change = self.floor(arm, label), self.change(arm, label)
        changes: dict[str, Any] = {}
        if change is not None and not change.true.empty:
            changes = {
                "d_reported": estimate(change.reported), "d_true": estimate(change.true), "d_seen": estimate(change.seen),
                "d_instrument": estimate(change.instrument), "through": indices.pass_through(change.reported, change.true),
                "otherwise": not arm.reads_like(self.study.reference, label),
            }  # fmt: skip
        return Standing(
            arm.measures[label], reported=estimate(own["reported"]), true=estimate(own["true"]),
            gap=estimate(split["gap"]), floor=estimate(split["floor"]), excess=estimate(split["excess"]),
            shift=estimate(split["shift"]), floor_paired=bool(len(split) and split["paired"].all()),
            parts={name: estimate(own[name]) for name in gap.COMPONENTS}, compared=change is not None, **changes,
        )  # fmt: skip

    def floor(self, arm: Arm, measure: str) -> pd.DataFrame:
        """`gap.floors` of an arm, with the fixed-pay arm if that reads the measure by the same instrument."""
        base = arm if not arm.pays_on_measures else self.study.fixed_pay
        same = base is not None and arm.reads_like(base, measure)
        own = self.pieces[arm.scenario, measure]
        return gap.floors(own, self.pieces.get((base.scenario, measure)) if base is not None and same else None)

    def change(self, arm: Arm, measure: str) -> Change | None:
        """Changes against the reference arm; None where that has no such measure, or one whose truth is another thing."""
        base = self.study.reference
        if arm is base or measure not in base.measures or base.measures[measure].truth != arm.measures[measure].truth:
            return None
        own, other = (self.pieces.get((each.scenario, measure)) for each in (arm, base))
        if own is None or other is None:
            none = pd.Series(dtype=float)
            return Change(none, none, none)
        seen = (own["reported"] - other["reported"]).dropna()
        true = (own["true_always"] - other["true_always"]).dropna()
        instrument = seen * 0.0
        if not arm.reads_like(base, measure):
            for part in gap.HONEST:
                instrument = instrument + (own[part] - other[part]).dropna()
        return Change(seen, instrument, true)

    def weekly(self, column: str, arm: Arm, measure: str, less: Arm | None = None) -> pd.DataFrame:
        """A column of `series`, weeks in rows and replicates in columns; minus that of another arm, if one is given."""
        out = self._rows("series", arm, measure).pivot(index="week", columns="replicate", values=column)
        if less is None:
            return out
        other = self._rows("series", less, measure).pivot(index="week", columns="replicate", values=column)
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
        rows = self._rows("waterfall", arm, measure)
        rows = rows[rows["component"].isin(parts)]
        return rows.groupby(["week", "replicate"], observed=True)["value"].sum().unstack()

    def _rows(self, table: str, arm: Arm, measure: str) -> pd.DataFrame:
        rows = self.tables[table]
        return rows[(rows["measure"] == measure) & (rows["scenario"] == arm.scenario)]


def reader(tables: Tables, manifest: Mapping[str, Any]) -> Reader:
    """Everything that the summary and the report read from."""
    study = read(manifest)
    own = own_firm(tables)
    window = gap.last_year(study.weeks, study.pay_every)
    inside = {name: window.of(table) for name, table in own.items() if "week" in table}
    readings = gap.readings(inside["series"], inside["waterfall"], window)
    return Reader(own, study, window, inside, readings, gap.by_arm(readings))


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
    staff, window = source.inside["staff"], source.window
    money = {"stake": indices.stake(staff, window), "pay_sd": indices.pay_sd(staff, window)}
    keys = [(arm, label) for arm in source.study.arms for label in arm.measures]
    return pd.DataFrame([_row(source, arm, label, money) for arm, label in keys if (arm.scenario, label) in source.standings])


def _row(source: Reader, arm: Arm, label: str, money: Mapping[str, pd.Series]) -> dict[str, Any]:
    measure, own, standing = arm.measures[label], source.pieces[arm.scenario, label], source.standings[arm.scenario, label]
    row: dict[str, Any] = {
        "scenario": arm.scenario, "measure": label, "unit": measure.unit, "better": measure.better,
        "paid": label in arm.paid_measures, "from_week": source.window.start, "until_week": source.window.end,
    }  # fmt: skip
    _spread(row, "reported", standing.reported)
    _spread(row, "true", standing.true)
    for column in ("true_always", "true_with_leavers"):
        _spread(row, column, estimate(own[column]))
    for column in ("gap", "floor", "excess", "shift"):
        _spread(row, column, getattr(standing, column))
    row["floor_paired"] = standing.floor_paired
    row |= {component: float(own[component].mean()) for component in gap.COMPONENTS}
    row |= {"answers": float(own["answers"].mean()), "unread_weeks": float(own["unread"].mean())}
    for name, values in money.items():
        _spread(row, name, _own(values, arm))
    row |= {"replicates": int(own["true_always"].notna().sum()), "reference": source.study.reference.scenario}
    if standing.compared:
        _spread(row, "d_reported", standing.d_seen or UNDEFINED)
        _spread(row, "d_instrument", standing.d_instrument or UNDEFINED)
        _spread(row, "d_true", standing.d_true or UNDEFINED)
        _spread(row, "pass_through", standing.through)
    return row


def _own(values: pd.Series, arm: Arm) -> Estimate:
    if values.empty or arm.scenario not in values.index.get_level_values("scenario"):
        return UNDEFINED
    return estimate(values.loc[arm.scenario])


def _spread(row: dict[str, Any], name: str, value: Estimate) -> None:
    row |= {name: value.mean, f"{name}_low": value.low, f"{name}_high": value.high}
