"""The recorder: what is kept of a run, week by week, and the tidy tables made of it (docs/architecture.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import state as st
from sim.world.people import ROLES, Array

if TYPE_CHECKING:
    from sim.world.firm import Firm

COMPONENTS = (
    ("coverage", st.COVERAGE), ("selection", st.SELECTION), ("steering", st.STEERING), ("nonresponse", st.NONRESPONSE),
    ("luck", st.REALISED), ("style", st.STYLE), ("measurement", st.MEASUREMENT), ("pressure", st.PRESSURE),
    ("processing", st.PROCESSING),
)  # fmt: skip
BEFORE = {
    st.COVERAGE: st.TRUE, st.SELECTION: st.COVERAGE, st.STEERING: st.SELECTION, st.NONRESPONSE: st.STEERING,
    st.STYLE: st.NONRESPONSE, st.MEASUREMENT: st.STYLE, st.PRESSURE: st.MEASUREMENT, st.PROCESSING: st.PRESSURE,
    st.REALISED: st.PROCESSING,
}  # fmt: skip
TALLIES = ("joined", "quits", "dismissals", "hires", "audits", "caught", "exposures", "nonconverged", "repairs")
COUNTED = {
    "needs": st.N_NEEDS, "contacts": st.N_CONTACTS, "repeats": st.N_REPEATS, "abandoned": st.N_ABANDONED,
    "left": st.N_LEFT, "minutes": st.N_MINUTES, "gaming_minutes": st.N_GAMING, "complaints_intended": st.N_INTENDED,
    "complaints_voiced": st.N_VOICED, "complaints_recorded": st.N_RECORDED, "called_back": st.N_CALLED,
}  # fmt: skip
SCORES = np.arange(11.0)
IN_POINTS = ("jobs", "handle_minutes", "wait")


def points_of(spec: Scenario) -> Array:
    """Measure points per raw unit, (M,): 100 for shares and net shares, 1 for jobs an hour, minutes and means."""
    return np.array([
        1.0 if m.reads in IN_POINTS or (m.is_survey and m.aggregate == "mean") else 100.0 for m in spec.measures.values()
    ])  # fmt: skip


class Recorder:
    """Weekly totals of the firm for the whole run, a short ring of weekly readings by person, and rows on payday."""

    def __init__(self, spec: Scenario, replicate: int, w: st.World) -> None:
        self.spec, self.replicate, self.w = spec, replicate, w
        self.points = points_of(spec)
        weeks, measures = spec.weeks + spec.burn_in, len(spec.measures)
        self.readings = np.zeros((weeks, measures, st.STAGES, 2))
        self.counts = np.zeros((weeks, st.COUNTS))
        self.tallies = {name: np.zeros(weeks) for name in TALLIES}
        self.snapshots: dict[str, Array] = {}
        self.active = np.zeros((weeks, len(w.segments)))
        longest = max([m.lag for m in spec.measures.values()], default=0)
        self.recent = np.zeros((longest + spec.pay.every + 1, w.tallies.shape[1], measures, 3))
        self.staff: dict[str, list[dict[str, Any]]] = {role: [] for role in ROLES}
        self.shares: dict[str, float] = {}
        # views on the world, taken once
        self.answers, self.open, self.occupancy = w.firm["answers"], w.teams["open"], w.teams["occupancy"]
        self.cells = {name: w.readings[name] for name in ("num", "den", "square")}
        self.status, self.segment = w.customers["status"], w.customers["segment"]
        self.money = {name: np.zeros(weeks) for name in ("bonus", "fines", "allowances")}

    def slot(self, week: int) -> tuple[Array, Array]:
        """Where the engine adds up the firm's readings and counts of this week."""
        return self.readings[week + self.spec.burn_in], self.counts[week + self.spec.burn_in]

    def tally(self, week: int, name: str, amount: float) -> None:
        """Count something that happened to people."""
        self.tallies[name][week + self.spec.burn_in] += amount

    def close(self, week: int, row: int, joined: int, firm: Firm) -> None:
        """Keep what the week leaves behind."""
        at = week + self.spec.burn_in
        ring = self.recent[week % len(self.recent)]
        ring[:, :, 0] = self.cells["num"][row, :, :, st.REALISED]
        ring[:, :, 1] = self.cells["den"][row, :, :, st.REALISED]
        ring[:, :, 2] = self.cells["square"][row]
        self.tally(week, "joined", joined)
        active = int(self.answers.sum())
        keep = {
            "customers": active, "open_issues": self.open.sum(), "occupancy": self.occupancy.mean(),
            "true_score": float(self.answers @ SCORES) / active if active else np.nan,
        }  # fmt: skip
        keep |= self.shares
        for name, value in keep.items():
            if name not in self.snapshots:
                self.snapshots[name] = np.full(len(self.counts), np.nan)
            self.snapshots[name][at] = value
        there = self.segment[self.status == st.ACTIVE]
        self.active[at] = np.bincount(there, minlength=len(self.w.segments))

    def people(self, firm: Firm) -> None:
        """Mean intensities and engagement, which change on paydays only."""
        self.shares = {"engagement": self.w.staff["engagement"].mean(), "strain": firm.strain.mean()}
        for role in ROLES:
            group = firm.groups[role]
            for place, k in enumerate(group.acts):
                label = f"share_{act.CATALOGUE[k].name}" if role == "employee" else f"{role}_{act.CATALOGUE[k].name}"
                self.shares[label] = group.intensity[:, place].mean() if group.n else 0.0
        for k in range(act.FIRST_TACTIC, act.ACTS):
            self.shares[f"skill_{act.CATALOGUE[k].name}"] = self.w.staff["skill"][:, k].mean()

    def staff_rows(self, firm: Firm, week: int) -> None:
        """One row a person for the pay period that ends with this week."""
        spec, at = self.spec, week + self.spec.burn_in
        for role, group in firm.groups.items():
            if not group.n:
                continue
            self.money["bonus"][at] += group.bonus.sum()
            self.money["fines"][at] += group.fine.sum()
            self.money["allowances"][at] += group.allowance.sum()
            row: dict[str, Any] = {
                "firm": 0, "period": at // spec.pay.every, "week": week, "role": role, "post": np.arange(group.n),
                "person": group.succession.copy(), "team": group.team,
                "base": group.base + group.allowance, "bonus": group.bonus.copy(),
                "fine": group.fine, "dismissed": group.dismissed,
                "certainty_equivalent": group.equivalent if group.equivalent.size else np.nan,
                "stake": group.stake, "pay_sd": np.sqrt(group.spread),
            }  # fmt: skip
            if role == "employee":
                counts = firm.counts[: group.n]
                row |= {name: self.w.staff[name].copy() for name in ("engagement", "ability", "tenure")}
                row |= {
                    "strain": firm.strain.copy(), "contacts": counts[:, st.N_CONTACTS], "minutes": counts[:, st.N_MINUTES],
                    "gaming_minutes": counts[:, st.N_GAMING],
                }  # fmt: skip
                row |= self._own_readings(firm, group.n)
            for place, k in enumerate(group.acts):
                row[f"a_{act.CATALOGUE[k].name}"] = group.intensity[:, place].copy()
            self.staff[role].append(row)

    def _own_readings(self, firm: Firm, n: int) -> dict[str, Array]:
        """Of each of `n` employees and each measure: reported and true reading of the period's own events (no lag), the
        observations behind the reported one, and the target that the period was paid against, if there was one."""
        num, den = (self.cells[name][:, :n].sum(axis=0) for name in ("num", "den"))  # (n, M, STAGES)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(den > 0, num / den, np.nan) * self.points[None, :, None]
        found = {}
        for j, label in enumerate(self.spec.measures):
            found[f"reported_{label}"], found[f"true_{label}"] = values[:, j, st.REALISED], values[:, j, st.TRUE]
            found[f"answers_{label}"] = den[:, j, st.REALISED]
            if any(c.place == j and c.role == "employee" and c.has_target for c in firm.contracts):
                found[f"target_{label}"] = firm.targets.get(j, np.full(n, np.nan))
        return found

    def pooled(self, weeks: int) -> Array:
        """Readings pooled over each measure's window and shifted by its lag, (weeks, M, STAGES, 2); NaN before there are any.

        The true stage is that of the window itself; reported stages are those of the window `lag` weeks earlier, so a
        lag shows as coverage: the report speaks of another time.
        """
        out = np.zeros((weeks, *self.readings.shape[1:]))
        for j, m in enumerate(self.spec.measures.values()):
            windowed = np.zeros((weeks, st.STAGES, 2))
            for t in range(weeks):  # sums of windows, not differences of running sums: exact zeros stay zeros
                windowed[t] = self.readings[max(0, t + 1 - m.window) : t + 1, j].sum(axis=0)
            out[:, j] = windowed
            if m.lag:
                late = np.full_like(windowed[:, 1:], np.nan)
                late[m.lag :] = windowed[: max(weeks - m.lag, 0), 1:]
                out[:, j, 1:] = late
        return out

    def reading(self, week: int, place: int, stage: int) -> float:
        """One pooled reading in measure points; NaN if nobody answered."""
        m = list(self.spec.measures.values())[place]
        at = week + self.spec.burn_in - (m.lag if stage else 0)
        if at < 0:
            return float("nan")
        num, den = self.readings[max(0, at + 1 - m.window) : at + 1, place, stage].sum(axis=0)
        return float(num / den * self.points[place]) if den > 0 else float("nan")

    def tables(self, week: int, micro: bool) -> dict[str, pd.DataFrame]:
        """All tables up to (not including) `week`."""
        weeks = week + self.spec.burn_in
        pooled = self.pooled(weeks)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(pooled[..., 1] > 0, pooled[..., 0] / pooled[..., 1], np.nan) * self.points[None, :, None]
        made = {
            "series": self._series(values, pooled, weeks), "waterfall": self._waterfall(values, weeks),
            "books": self._books(weeks), "world": self._world(weeks), "staff": self._staff(),
        }  # fmt: skip
        if micro:
            made["customers"] = self._customers()
        for table in made.values():
            table.insert(0, "replicate", self.replicate)
        return made

    def _customers(self) -> pd.DataFrame:
        """One row a customer who is or was there, as he stands at the end; dates that never came are missing."""
        rows = self.w.customers
        there = np.flatnonzero(rows["status"] != st.PROSPECT)
        table = pd.DataFrame({name: rows[name][there] for name in rows.dtype.names})
        for name in table.select_dtypes("float64").columns:
            table[name] = table[name].where(table[name] < st.NEVER)
        table.insert(0, "firm", 0)
        table.insert(1, "customer", there)
        table.insert(2, "active", table.pop("status") == st.ACTIVE)
        return table

    def _weeks(self, weeks: int) -> NDArray[np.int64]:
        return np.arange(weeks, dtype=np.int64) - self.spec.burn_in

    def _series(self, values: Array, pooled: Array, weeks: int) -> pd.DataFrame:
        labels = list(self.spec.measures)
        order = np.repeat(np.arange(len(labels)), weeks)
        reported = values[:, :, st.REALISED].T.ravel()
        return pd.DataFrame({
            "firm": 0, "week": np.tile(self._weeks(weeks), len(labels)), "measure": np.array(labels, dtype=object)[order],
            "reported": reported, "true": values[:, :, st.TRUE].T.ravel(),
            "true_with_leavers": self._with_leavers(values, weeks).T.ravel(),
            "answers": np.nan_to_num(pooled[:, :, st.REALISED, 1].T.ravel()),
        })  # fmt: skip

    def _with_leavers(self, values: Array, weeks: int) -> Array:
        """Truth for all customers and those who left within 52 weeks, by their last answer; only where it is defined."""
        out = np.full((weeks, values.shape[1]), np.nan)
        left = self.counts[:weeks, st.N_LEFT_ANSWER : st.N_LEFT_ANSWER + 11]
        for j, m in enumerate(self.spec.measures.values()):
            if m.population != "customers" or m.reads != "recommend" or m.aggregate == "mean":
                continue
            counted = np.array([(s >= m.high) - (m.aggregate == "net") * (s <= m.low) for s in range(11)], dtype=float)
            for t in range(weeks):
                gone = left[max(0, t - 51) : t + 1].sum(axis=0)
                there = self.snapshots["customers"][t]
                total = there + gone.sum()
                out[t, j] = (values[t, j, st.TRUE] * there + 100.0 * (gone * counted).sum()) / total if total else np.nan
        return out

    def _waterfall(self, values: Array, weeks: int) -> pd.DataFrame:
        labels = list(self.spec.measures)
        parts = []
        for name, stage in COMPONENTS:
            for j, label in enumerate(labels):
                parts.append(pd.DataFrame({
                    "firm": 0, "week": self._weeks(weeks), "measure": label, "component": name,
                    "value": values[:, j, stage] - values[:, j, BEFORE[stage]],
                }))  # fmt: skip
        columns = ["firm", "week", "measure", "component", "value"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    def book_items(self, weeks: int) -> dict[str, Array]:
        """The firm's money by item for the first `weeks` weeks (burn-in included), (weeks,) each; costs are negative."""
        b, spec, c = self.spec.books, self.spec, self.counts[:weeks]
        like = float(self.w.p.stands_for)  # the customers played are a sample; staff and their pay are not
        value = self.w.segments["value"]
        heads = spec.staff.count * spec.pay.base
        heads += (spec.teams + spec.management.central_count + 1) * spec.pay.base_manager
        return {
            "revenue": like * b.revenue * (self.active[:weeks] * value).sum(axis=1),
            "wages": -heads / spec.pay.every - self.money["allowances"][:weeks],
            "bonus": -self.money["bonus"][:weeks], "fines": self.money["fines"][:weeks],
            "serving": -like * b.minute * c[:, st.N_MINUTES], "complaints": -like * b.complaint * c[:, st.N_RECORDED],
            "gifts": -like * b.gift * c[:, st.N_GIFTS],
            "audits": -spec.audit.cost * self.tallies["audits"][:weeks] - like * c[:, st.N_ASKING],
            "hiring": -b.hire * self.tallies["hires"][:weeks], "acquisition": -like * b.joiner * self.tallies["joined"][:weeks],
            "improvement": -spec.management.closed_loop.repair_cost * self.tallies["repairs"][:weeks],
            "diversion": -like * b.diverted * c[:, st.N_DIVERTED] - spec.owners.cost * self.tallies["exposures"][:weeks],
        }  # fmt: skip

    def _books(self, weeks: int) -> pd.DataFrame:
        parts = [
            pd.DataFrame({"firm": 0, "week": self._weeks(weeks), "item": item, "amount": amount})
            for item, amount in self.book_items(weeks).items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _world(self, weeks: int) -> pd.DataFrame:
        c = self.counts[:weeks]
        rows = {name: c[:, column] for name, column in COUNTED.items()}
        rows["complaints_diverted"] = c[:, st.N_HUSHED] + c[:, st.N_DIVERTED]
        attempts = c[:, st.N_CONTACTS] + c[:, st.N_ABANDONED]
        rows["wait_minutes"] = np.where(attempts > 0, c[:, st.N_WAIT] / np.maximum(attempts, 1), np.nan)
        rows |= {name: values[:weeks] for name, values in self.snapshots.items()}
        rows |= {name: values[:weeks] for name, values in self.tallies.items()}
        return pd.concat(
            [pd.DataFrame({"firm": 0, "week": self._weeks(weeks), "indicator": k, "value": v}) for k, v in rows.items()],
            ignore_index=True,
        )

    def _staff(self) -> pd.DataFrame:
        frames = []
        for rows in self.staff.values():
            if rows:
                n = len(rows[0]["post"])
                frames.append(pd.DataFrame({
                    name: np.concatenate([np.broadcast_to(row[name], n) for row in rows]) for name in rows[0]
                }))  # fmt: skip
        columns = ["firm", "period", "week", "role", "post", "person", "team", "base", "bonus"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
