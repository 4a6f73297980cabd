"""The end of a pay period: read → pay → audit and sanction → learning → contracts → choice → well-being → leaving and hiring.

`Payday` is the part of the model that holds the contracts and plays this; everybody moves at once within a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.incentives import tactics as act
from sim.rules import manager
from sim.world import chance
from twin import beliefs, choosing
from twin.accounts import COUNTED
from twin.contracts import Contract
from twin.figures import Period
from twin.people import sum_of

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from twin.employee import Employee
    from twin.measures import Measure
    from twin.team import Team

ABOVE = ("manager", "central", "head")


class Payday:
    """What the firm does with its people. The model proper (`twin.model`) provides the rest."""

    spec: Scenario
    week: int
    people: dict[str, list[Any]]
    teams: list[Team]
    measures: list[Measure]
    labels: list[str]
    chance: Any

    def found_office(self) -> None:
        """Nothing is agreed, known or believed yet."""
        self.contracts = [
            Contract(self, number, role) for number, scheme in enumerate(self.spec.pay.schemes) for role in scheme.who
        ]
        self.read_places = sorted({c.place for c in self.contracts if c.place >= 0})
        self.expected: list[Any] = []
        self.effects: list[Any] = []
        self.spreads = [0.0] * (len(self.measures) + 1)
        self.audit_rate = self.spec.audit.rate
        self.unpaid = self.exposure_due = self.begun = self.began_choosing = False
        self.week_ahead, self.usual_quality, self.nonconverged = 0, 0.0, 0
        self.hires = self.exposures = 0
        for role in self.people:  # without a burn-in there is no reading to start targets from
            for contract in self.in_force(role, self.week):
                contract.begin(float("nan"))

    def in_force(self, role: str, week: int) -> list[Contract]:
        """The contracts of a role for a pay period that begins in `week`."""
        if week < 0 or self.unpaid:
            return []
        return [c for c in self.contracts if c.role == role and c.in_force(week)]

    def payday(self) -> None:
        """Everything that happens at the end of the pay period that ends with this week."""
        began, staff = self.week + 1 - self.spec.pay.every, self.people["employee"]
        period = Period(self)
        for people in self.people.values():
            for person in people:
                person.figures = period.read(person)
        contacts = COUNTED.index("contacts")
        self.contacts_each = sum_of(row[contacts] for row in period.counts[: len(staff)]) / len(staff)
        for role in self.people:
            self.pay(role, began)
        self.check()
        self.spreads = period.spreads(self.spreads)
        self.note_usual(period)
        self.learn()
        self.week_ahead = self.week + 1
        self.begin_contracts(period)
        for role in self.people:
            choosing.choose(self, role)
        for employee in staff:
            employee.feel(self.in_force("employee", began), self.pressing(employee.team))
        for role in self.people:
            self.replace(role)
        self.coach()
        self.repair()
        self.pull_levers()
        for employee in staff:
            employee.forget_lessons()

    def pay(self, role: str, began: int) -> None:
        """What everybody of a role earned by the contracts that were in force, and where their targets go."""
        people = self.people[role]
        for person in people:
            person.bonus = person.allowance = person.contingent = 0.0
        for contract in self.in_force(role, began):
            standing = [contract.standing(person) for person in people]
            for person, money in zip(people, contract.payments(people, standing), strict=True):
                if contract.place < 0:
                    person.allowance += money
                else:
                    person.bonus += money
                    person.contingent += abs(money)
            if contract.place >= 0:
                contract.move_targets(people, standing)
        for person in people:
            value = person.figures.value
            last = value if person.last_reading is None else person.last_reading
            person.last_reading = [old if new != new else new for old, new in zip(last, value, strict=True)]

    # --- audit and sanction -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Audits of people; what they find is fined and may cost the job; colleagues notice who was audited."""
        found_out = {role: [person.traces() for person in people] for role, people in self.people.items()}
        for role, people in self.people.items():
            audited = [person.audit(traces) for person, traces in zip(people, found_out[role], strict=True)]
            for person in people:
                seen = [audited[mate.post] for mate in person.peers()]
                person.notice(sum(seen) / len(seen))
        self.expose(found_out)

    def expose(self, found_out: dict[str, list[float]]) -> None:
        """Gaming comes out by a hazard that grows with volume × traceability, or by an event of the scenario."""
        due, self.exposure_due = self.exposure_due, False
        if not due and self.spec.mechanisms.exposure:
            clean = 1.0
            for traces in found_out.values():
                if traces:
                    clean *= 1.0 - sum_of(traces) / len(traces)
            due = self.chance.one(0, self.week, chance.EXPOSE) < self.spec.owners.exposure * (1.0 - clean)
        if not due:
            return
        self.exposures += 1
        if self.spec.owners.response == "hush":
            return
        self.audit_rate = min(1.0, self.audit_rate * self.spec.owners.audit_after)
        self.unpaid = self.unpaid or self.spec.owners.response == "unpay"
        for role in ABOVE:
            for person, traces in zip(self.people[role], found_out[role], strict=True):
                traced = self.chance.four(person.key, self.week, chance.EXPOSE, 1)[0] < traces
                person.dismissed = person.dismissed or traced
        for people in self.people.values():
            for person in people:
                person.audit_belief = max(person.audit_belief, self.audit_rate)

    # --- learning and contracts -------------------------------------------------------------------------------------

    def note_usual(self, period: Period) -> None:
        """What a contact brings on average, for the lessons of the next pay period."""
        contacts, quality = (sum_of(row[COUNTED.index(name)] for row in period.counts) for name in ("contacts", "quality"))
        for m in self.measures:
            num, den, _ = period.firm[m.place]
            if den > 0.0:
                m.centre = num / den
                if contacts > 0.0 and m.spec.reads == "jobs":
                    m.per_contact = den / contacts
        if contacts > 0.0:
            self.usual_quality = quality / contacts

    def learn(self) -> None:
        """Skill by practice; beliefs from single contacts (staff) or whole periods (those above)."""
        if self.spec.mechanisms.skill:
            for employee in self.people["employee"]:
                employee.practise()
        if self.begun:
            beliefs.learn_from_contacts(self.teams)
            for role in ABOVE:
                for person in self.people[role]:
                    beliefs.learn_from_period(person)

    def begin_contracts(self, period: Period) -> None:
        """Set first targets of contracts that come into force, and what the trade says about their measures."""
        wanted = []
        for m in self.measures:
            m.taught = False
        for role in self.people:
            for contract in self.in_force(role, self.week_ahead):
                if contract.place >= 0:
                    self.measures[contract.place].taught = True
                if not contract.begun:
                    contract.begin(float("nan") if contract.place < 0 else period.published[contract.place])
                    wanted.append(role)
        if not self.effects or wanted or "rational" in (self.spec.staff.choice, self.spec.management.choice):
            choosing.look(self)
        for role in [role for role in self.people if role in wanted or not self.begun]:
            places = {c.place + 1 for c in self.in_force(role, self.week_ahead) if c.place >= 0}
            places |= set() if self.begun else {0}
            for person, effects in zip(self.people[role], choosing.true_effects(self, role), strict=True):
                beliefs.from_lore(person, effects, sorted(places))
                if role == "employee" and not self.begun:
                    beliefs.remember(person, effects)
        self.begun = True

    # --- who goes, who comes ----------------------------------------------------------------------------------------

    def replace(self, role: str) -> None:
        """Who was dismissed or quits is followed by the next in succession, with traits and lore of his own."""
        people, leaving = self.people[role], []
        for person in people:
            quits = role == "employee" and self.spec.mechanisms.turnover and person.wants_to_go()
            if person.dismissed or quits:
                leaving.append(person)
        self.hires += len(leaving)
        for person in leaving:
            person.succeed()
        if leaving and self.begun and people[0].belief:
            effects = choosing.true_effects(self, role)
            for person in leaving:
                beliefs.from_lore(person, effects[person.post], range(len(self.measures) + 1))

    # --- what managers do -------------------------------------------------------------------------------------------

    def pressing(self, team: Team) -> float:
        """How hard a team is pressed."""
        return self.people["manager"][team.number].amount(act.PRESS) if self.spec.mechanisms.management else 0.0

    def coach(self) -> None:
        """Coaching where reported figures are worst; what was coached fades; it takes staff time."""
        m = self.spec.management
        for employee in self.people["employee"]:
            employee.ability = employee.uncoached + (1.0 - m.coaching_fading) * (employee.ability - employee.uncoached)
        if not self.spec.mechanisms.management:
            return
        place, sign = self.watched()
        for team, leader in zip(self.teams, self.people["manager"], strict=True):
            effort = leader.amount(act.COACH)
            team.drag = 1.0 / (1.0 - m.coaching_minutes * effort)
            if place is not None:
                for employee in self.worst(team, place, sign)[: round(m.coached * len(team.staff))]:
                    employee.ability += m.coaching_gain * effort

    @staticmethod
    def worst(team: Team, place: int, sign: float) -> list[Employee]:
        """The team from the worst figure on; who has none comes last."""

        def figure(employee: Employee) -> tuple[bool, float]:
            value = sign * employee.last_reading[place]
            return value != value, 0.0 if value != value else value

        return sorted(team.staff, key=figure)

    def watched(self) -> tuple[int | None, float]:
        """The measure by which managers see who needs coaching: that of the closed loop, else the first that is paid."""
        if self.used is not None:
            return self.used.place, self.used_sign
        for contract in (*self.in_force("manager", self.week_ahead), *self.in_force("employee", self.week_ahead)):
            if contract.place >= 0:
                return contract.place, contract.payout.sign
        return None, 1.0

    @property
    def used(self) -> Measure | None:
        """The measure of the closed loop."""
        label = self.spec.management.closed_loop.measure
        if label is None or not self.spec.mechanisms.closed_loop:
            return None
        return self.measures[self.labels.index(label)]

    @property
    def used_sign(self) -> float:
        return -1.0 if self.used is not None and self.used.spec.better == "less" else 1.0

    def repair(self) -> None:
        """A pay period of repair goes to the team with the worst reading of the measure that is used."""
        loop = self.spec.management.closed_loop
        if self.used is None:
            return
        figures = [self.used_sign * leader.figures.value[self.used.place] for leader in self.people["manager"]]
        known = [(value, team) for team, value in enumerate(figures) if value == value]
        worst = min(known)[1] if known else None
        for team in self.teams:
            effort = loop.repair if team.number == worst else 0.0
            team.repair = manager.repaired(team.repair, effort, loop.repair_most, loop.repair_fading)

    def pull_levers(self) -> None:
        """Bring the levers of those above to where they act."""
        if not self.spec.mechanisms.management:
            return
        for team, leader in zip(self.teams, self.people["manager"], strict=True):
            team.filtering = leader.amount(act.FILTER)
        for role in ("central", "head"):
            people = self.people[role]
            for place, k in enumerate(act.BY_ROLE[role]):
                amounts = [person.intensity[place] for person in people]
                self.levers[k] = sum_of(amounts) / len(people) if people else 0.0
