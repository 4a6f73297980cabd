"""The firm as people: on payday they are read, paid, checked, learn, choose, come and go."""

from __future__ import annotations

import numpy as np

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import beliefs, choosing, contracts, loop, payday, people, sanction, survivors, wellbeing
from sim.world import state as st
from sim.world.contracts import Contract
from sim.world.decide import Outlook
from sim.world.payday import Period
from sim.world.people import Array, Group
from sim.world.record import Recorder


class Firm:
    """All groups of people, the schemes in force, and what is known of the effects of acts."""

    def __init__(self, spec: Scenario, replicate: int, w: st.World, recorder: Recorder) -> None:
        self.replicate, self.w, self.recorder = replicate, w, recorder
        self.adopt(spec)
        self.groups: dict[str, Group] = {"employee": people.employees(spec, replicate, w)}
        self.groups |= {role: people.above(spec, replicate, role) for role in ("manager", "central", "head")}
        self.places = {label: j for j, label in enumerate(spec.measures)}
        self.points = recorder.points
        self.contracts = contracts.contracts(spec, self.places, self.points, [m.better for m in self.measures])
        self.read_places = np.array(sorted({c.place for c in self.contracts if c.place >= 0}), np.int64)
        self.effects = self.team_effects = np.zeros((spec.teams, act.ALL_ACTS, len(self.measures) + 2))
        self.expected = np.zeros((spec.teams, len(self.measures) + 2))
        self.spreads = np.zeros(len(self.measures) + 1)
        self.known = False
        used = spec.management.closed_loop.measure if spec.mechanisms.closed_loop else None
        self.used = None if used is None else self.places[used]  # the measure of the closed loop
        self.used_sign = -1.0 if used is not None and spec.measures[used].better == "less" else 1.0
        self.audit_rate = spec.audit.rate
        self.exposure_due = False
        self.unpaid = False
        self.abolished: dict[int, int] = {}  # posts of managers that a reorganisation did away with: who held them last
        self.coached = w.staff["ability"].copy()  # ability without coaching
        self.resting = w.staff["engagement"].copy()  # where engagement tends if nothing weighs on it
        usual = survivors.staff(spec)
        self.strain = np.full(spec.staff.count, usual.strain)
        w.staff["engagement"] += usual.shift
        self.begun = False  # whether beliefs have been started
        self.began_choosing = False
        self.week_ahead = 0
        self.read: dict[str, payday.Readings] = {}
        self.targets: dict[int, Array] = {}  # what employees had to reach in the last period, by place of the measure
        self.outlook_now: dict[str, Outlook] = {}
        self.solved: dict[str, choosing.Solved] = {}  # the latest choice of each role, as it was put to them
        self.engagement, self.ability, self.levers = w.staff["engagement"], w.staff["ability"], w.firm["levers"]  # views
        self.pull_levers()
        recorder.people(self, -spec.burn_in)
        for role, group in self.groups.items():  # without a burn-in there is no reading to start targets from
            for contract in self.in_force(role, -spec.burn_in):
                contracts.begin(contract, group.n, np.full(len(self.measures), np.nan))

    @property
    def promise(self) -> float:
        """How much more than usual is promised."""
        return float(self.levers[act.PROMISE]) if self.spec.mechanisms.management else 0.0

    def in_force(self, role: str, week: int) -> list[Contract]:
        """The contracts of a role for a pay period that begins in `week`."""
        if week < 0 or self.unpaid:
            return []
        return [c for c in self.contracts if c.role == role and c.in_force(week)]

    def adopt(self, spec: Scenario) -> None:
        """The scenario as it stands from now on, and what every payday asks of it."""
        self.spec = spec
        self.measures = list(spec.measures.values())
        self.lags = np.array([m.lag for m in self.measures], np.int64)

    def rewrite(self, spec: Scenario) -> None:
        """The scenario and its schemes as an event has rewritten them; targets stay."""
        self.adopt(spec)
        fresh = contracts.contracts(spec, self.places, self.points, [m.better for m in self.measures])
        for contract, new in zip(self.contracts, fresh, strict=True):
            contract.written, contract.payout = new.written, new.payout

    def payday(self, week: int) -> None:
        """Everything that happens at the end of the pay period that ends with `week`."""
        spec, w = self.spec, self.w
        began = week + 1 - spec.pay.every
        period = payday.gather(w, self.recorder.recent, week, self.lags)
        self.read = {role: payday.read(period, role, group.n) for role, group in self.groups.items()}
        self.counts = period.counts
        self.pay(began)
        sanction.check(self, week)
        self.spreads = payday.spreads(w, period, self.spreads)
        payday.centre(w, period)
        self.learn(week)
        self.begin_contracts(week + 1, period)
        choosing.choose(self, week)
        wellbeing.period(self, began)
        self.recorder.payday(self, week)
        sanction.replace(self, week)
        self.coach()
        loop.repair(self, week)
        self.pull_levers()
        self.recorder.people(self, week + 1)
        w.lessons.view(np.uint8)[...] = 0

    def pay(self, began: int) -> None:
        """What everybody earned in the period by the contracts that were in force."""
        self.targets.clear()
        for role, group in self.groups.items():
            group.bonus, group.allowance, group.contingent = np.zeros((3, group.n))
            for contract in self.in_force(role, began):
                standing, observed = self.standing(contract, group)
                money = contracts.pay(contract, group, standing, observed)
                if contract.place < 0:
                    group.allowance += money
                    continue
                group.bonus += money
                group.contingent += np.abs(money)
                if role == "employee" and contract.has_target:
                    self.targets[contract.place] = contract.target.copy()
                contracts.move_target(contract, standing, self.stretch(contract, group))
            value = self.read[role].value
            if group.last_reading.shape != value.shape:
                group.last_reading = value.copy()
            group.last_reading = np.where(np.isnan(value), group.last_reading, value)

    def stretch(self, contract: Contract, group: Group, pulled: Array | None = None) -> Array:
        """(n,) measure points that managers ask of staff beyond their last results, where they set the targets.

        pulled (T,): how hard each pulls the lever; left out: as he does.
        """
        if not contract.stretched or not self.spec.mechanisms.management:
            return np.zeros(group.n)
        managers = self.groups["manager"]
        pulled = managers.intensity[:, managers.acts.index(act.STRETCH)] if pulled is None else pulled
        sigma = self.read[group.role].sigma[:, contract.place] * contract.points
        return contract.payout.sign * contract.written.target.reach * sigma * pulled[group.team]

    def standing(self, contract: Contract, group: Group) -> tuple[Array, Array]:
        """The reading that counts (points) and the observations it rests on, for each person."""
        read, place = self.read[group.role], contract.place
        if place < 0:
            return np.zeros(group.n), np.ones(group.n)
        measure = self.measures[place]
        observed = read.observed[:, place]
        standing = contracts.standing(
            contract, group, read.value[:, place], observed, read.team[:, place], measure.minimum_n, measure.below_minimum
        )
        return standing, observed

    def begin_contracts(self, week: int, period: Period) -> None:
        """Set first targets of contracts that come into force, and what the trade says about their measures."""
        self.week_ahead = week
        self.w.measures["taught"] = 0
        wanted: dict[str, Group] = {}  # in the order of the groups: what managers foresee hangs on what staff believe
        for role, group in self.groups.items():
            for contract in self.in_force(role, week):
                if contract.place >= 0:
                    self.w.measures["taught"][contract.place] = 1
                if not contract.begun:
                    contracts.begin(contract, group.n, period.published)
                    wanted[role] = group
        if not self.known or wanted or "rational" in (self.spec.staff.choice, self.spec.management.choice):
            choosing.look(self)
        for role, group in (wanted if self.begun else self.groups).items():
            places = {0} | {c.place + 1 for c in self.in_force(role, week) if c.place >= 0}
            news = sorted(places - group.told)  # what is known of a measure by now stays
            group.told |= places
            effects = choosing.true_effects(self, group)
            beliefs.start(self.spec, self.replicate, group, effects, self.spreads, np.arange(group.n), news)
            if role == "employee" and not self.begun:
                beliefs.remember(self.spec, group, effects, self.w.lessons, self.w.staff["tenure"])
        self.begun = True

    def choice_of(self, group: Group) -> str:
        """How the group chooses: rational, learning or fixed."""
        return self.spec.staff.choice if group.role == "employee" else self.spec.management.choice

    def learn(self, week: int) -> None:
        """Skill by practice; beliefs from single contacts (staff) or whole periods (those above)."""
        staff = self.groups["employee"]
        if self.spec.mechanisms.skill:
            beliefs.practise(self.spec, staff)
        if not self.begun:
            return
        beliefs.learn_from_contacts(self.spec, staff, self.w.lessons, self.spec.staff.team_size)
        for role in ("manager", "central", "head"):
            group, read = self.groups[role], self.read[role]
            if group.n:
                beliefs.learn_from_periods(group, read.value, read.sigma, self.spec.staff.learning.forgetting)

    def pressing(self) -> Array:
        """How hard each team is pressed, (T,)."""
        managers = self.groups["manager"]
        if not self.spec.mechanisms.management:
            return np.zeros(managers.n)
        return managers.intensity[:, managers.acts.index(act.PRESS)]

    def coach(self) -> None:
        """Coaching where reported figures are worst; what was coached fades; it takes staff time."""
        m, w, managers = self.spec.management, self.w, self.groups["manager"]
        staff = self.groups["employee"]
        effort = managers.intensity[:, managers.acts.index(act.COACH)]
        self.ability[:] = self.coached + (1.0 - m.coaching_fading) * (self.ability - self.coached)
        if not self.spec.mechanisms.management:
            return
        w.teams["drag"] = 1.0 / (1.0 - m.coaching_minutes * effort)
        place, sign = self.watched()
        if place is None:
            return
        size = self.spec.staff.team_size
        figures = sign * staff.last_reading[:, place].reshape(managers.n, size)
        worst = np.argsort(figures, axis=1, kind="stable")[:, : round(m.coached * size)]  # who has no figure comes last
        self.ability.reshape(managers.n, size)[np.arange(managers.n)[:, None], worst] += (m.coaching_gain * effort)[:, None]

    def watched(self) -> tuple[int | None, float]:
        """The measure by which managers see who needs coaching: that of the closed loop, else the first that is paid."""
        if self.used is not None:
            return self.used, self.used_sign
        for contract in (*self.in_force("manager", self.week_ahead), *self.in_force("employee", self.week_ahead)):
            if contract.place >= 0:
                return contract.place, contract.payout.sign
        return None, 1.0

    def pull_levers(self) -> None:
        """Bring the levers of those above to where the engine reads them."""
        w = self.w
        if not self.spec.mechanisms.management:
            return
        managers = self.groups["manager"]
        w.teams["filtering"] = managers.intensity[:, managers.acts.index(act.FILTER)]
        for role in ("central", "head"):
            group = self.groups[role]
            for place, k in enumerate(group.acts):
                total = 0.0
                for value in group.intensity[:, place]:
                    total += value
                self.levers[k] = total / group.n if group.n else 0.0
