"""The recorder: what is kept of a run, week by week and payday by payday. `sim.world.results` reads it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import state as st
from sim.world.people import ROLES, Array, Group

if TYPE_CHECKING:
    from sim.world.firm import Firm

TALLIES = ("joined", "quits", "dismissals", "hires", "audits", "caught", "exposures", "nonconverged", "repairs")
SNAPSHOTS = ("customers", "open_issues", "occupancy", "true_score")
IN_POINTS = ("jobs", "handle_minutes", "wait")


def points_of(spec: Scenario) -> Array:
    """Measure points per raw unit, (M,): 100 for shares and net shares, 1 for jobs an hour, minutes and means."""
    return np.array([
        1.0 if m.reads in IN_POINTS or (m.is_survey and m.aggregate == "mean") else 100.0 for m in spec.measures.values()
    ])  # fmt: skip


class Recorder:
    """Weekly totals of the firm for the whole run, a short ring of weekly readings by person, and rows on payday."""

    def __init__(self, spec: Scenario, replicate: int, w: st.World) -> None:
        self.spec, self.replicate = spec, replicate
        self.points = points_of(spec)
        self.measures = list(spec.measures.values())
        weeks, measures = spec.weeks + spec.burn_in, len(spec.measures)
        self.readings = np.zeros((weeks, measures, st.STAGES, 2))
        self.counts = np.zeros((weeks, st.COUNTS))
        self.tallies = {name: np.zeros(weeks) for name in TALLIES}
        self.stock = np.full((weeks, len(SNAPSHOTS)), np.nan)
        self.snapshots = dict(zip(SNAPSHOTS, self.stock.T, strict=True))
        self.shared = ["engagement", "strain"]  # names of what changes on paydays only
        for role in ROLES:
            prefix = "share" if role == "employee" else role
            self.shared += [f"{prefix}_{act.CATALOGUE[k].name}" for k in act.BY_ROLE[role]]
        self.shared += [f"skill_{name}" for name in act.EMPLOYEE_ACTS[act.FIRST_TACTIC :]]
        self.shares = np.zeros((weeks, len(self.shared)))
        self.active = np.zeros((weeks, len(w.segments)))
        longest = max([m.lag for m in spec.measures.values()], default=0)
        self.recent = np.zeros((longest + spec.pay.every + 1, w.tallies.shape[1], measures, 3))
        self.staff: dict[str, dict[str, Array]] = {}  # by role and column: (paydays, posts)
        self.paydays = 0
        self.money = {name: np.zeros(weeks) for name in ("bonus", "fines", "allowances", "base")}
        self.pay_base(spec, -spec.burn_in)
        self.look_at(w)

    def look_at(self, w: st.World) -> None:
        """Take the views on the world that are read every week."""
        self.w = w
        self.cells = {name: w.readings[name] for name in ("num", "den")}

    def pay_base(self, spec: Scenario, week: int) -> None:
        """Base pay of everybody from this week on, money a week."""
        heads = spec.staff.count * spec.pay.base
        heads += (spec.teams + spec.management.central_count + 1) * spec.pay.base_manager
        self.money["base"][week + self.spec.burn_in :] = heads / spec.pay.every

    def slot(self, week: int) -> tuple[Array, ...]:
        """Where the engine puts this week's readings by person and adds up the firm's readings and counts, and what it leaves:
        the snapshots (4,) and the customers by segment."""
        at = week + self.spec.burn_in
        return self.recent[week % len(self.recent)], self.readings[at], self.counts[at], self.stock[at], self.active[at]

    def tally(self, week: int, name: str, amount: float) -> None:
        """Count something that happened to people."""
        self.tallies[name][week + self.spec.burn_in] += amount

    def people(self, firm: Firm, week: int) -> None:
        """Mean engagement, strain and intensities from this week on; they change on paydays only."""
        means = [firm.engagement.mean(), firm.strain.mean()]
        for role in ROLES:
            group = firm.groups[role]
            by_act = np.ascontiguousarray(group.intensity.T)
            means += list(by_act.mean(axis=1)) if group.n else [0.0] * len(by_act)
        skill = np.ascontiguousarray(firm.groups["employee"].skill[:, act.FIRST_TACTIC :].T)
        means += list(skill.mean(axis=1))
        self.shares[week + self.spec.burn_in :] = means

    def payday(self, firm: Firm, week: int) -> None:
        """One row a person for the pay period that ends with this week."""
        at = week + self.spec.burn_in
        for role, group in firm.groups.items():
            if not group.n:
                continue
            self.money["bonus"][at] += group.bonus.sum()
            self.money["fines"][at] += group.fine.sum()
            self.money["allowances"][at] += group.allowance.sum()
            columns, n = self.staff.setdefault(role, {}), group.n
            for name, value in self._row(firm, group, week).items():
                column = columns.get(name)
                if column is None or column.shape[1] < n:
                    column = columns[name] = self._column(n, np.asarray(value).dtype, column)
                column[self.paydays, :n] = value
        self.paydays += 1

    def _column(self, posts: int, kind: np.dtype[Any], before: Array | None = None) -> Any:
        """Room for a value a person and payday of the run, (paydays, posts), with what was there `before` in fewer posts.

        What is not there is missing: NaN, and −1 of whole numbers, so that post −1 is none.
        """
        paydays = self.spec.weeks // self.spec.pay.every + (self.spec.burn_in - 1) // self.spec.pay.every + 1
        room = np.full((paydays, posts), {"f": np.nan, "i": -1}.get(kind.kind, 0), kind)
        if before is not None:
            room[:, : before.shape[1]] = before
        return room

    def _row(self, firm: Firm, group: Group, week: int) -> dict[str, Any]:
        """What is kept of everybody in a role: numbers, or arrays (n,)."""
        row: dict[str, Any] = {
            "period": (week + self.spec.burn_in) // self.spec.pay.every, "week": week, "post": np.arange(group.n),
            "person": group.succession, "team": group.team, "base": group.base + group.allowance, "bonus": group.bonus,
            "fine": group.fine, "dismissed": group.dismissed, "certainty_equivalent": group.equivalent,
            "stake": group.stake, "pay_sd": np.sqrt(group.spread),
        }  # fmt: skip
        if group.role == "employee":
            counts = firm.counts[: group.n]
            row |= {
                "engagement": firm.engagement, "ability": firm.ability, "tenure": self.w.staff["tenure"],
                "strain": firm.strain, "care_pay": group.care_pay, "contacts": counts[:, st.N_CONTACTS],
                "minutes": counts[:, st.N_MINUTES],
                "gaming_minutes": counts[:, st.N_GAMING],
            }  # fmt: skip
            row |= self._own_readings(firm, group.n)
        return row | {f"a_{act.CATALOGUE[k].name}": group.intensity[:, place] for place, k in enumerate(group.acts)}

    def _own_readings(self, firm: Firm, n: int) -> dict[str, Array]:
        """Of each of `n` employees and each measure: reported and true reading of the period's own events (no lag), the
        observations behind the reported one, and the target that the period was paid against, if there was one."""
        reported, true = (self._own_reading(stage, n) for stage in (st.REALISED, st.TRUE))
        found = {}
        for j, label in enumerate(self.spec.measures):
            found[f"reported_{label}"], found[f"true_{label}"] = reported[0][j], true[0][j]
            found[f"answers_{label}"] = reported[1][j]
            if any(c.place == j and c.role == "employee" and c.has_target for c in firm.contracts):
                found[f"target_{label}"] = firm.targets.get(j, np.full(n, np.nan))
        return found

    def _own_reading(self, stage: int, n: int) -> tuple[Array, Array]:
        """One stage of each measure in the period's own events, and the observations behind it, (M, n) each."""
        num, den = (np.add.reduce(self.cells[name][:, :n, :, stage].transpose(0, 2, 1)) for name in ("num", "den"))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(den > 0, num / den, np.nan) * self.points[:, None], den

    def reading(self, week: int, place: int, stage: int) -> float:
        """One pooled reading in measure points; NaN if nobody answered."""
        m = self.measures[place]
        at = week + self.spec.burn_in - (m.lag if stage else 0)
        if at < 0:
            return float("nan")
        num, den = self.readings[max(0, at + 1 - m.window) : at + 1, place, stage].sum(axis=0)
        return float(num / den * self.points[place]) if den > 0 else float("nan")
