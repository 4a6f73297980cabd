"""The end of a pay period: read → pay → audit and sanction → learning → contracts → choice → well-being → leaving and hiring.

`Payday` is the part of the model that holds the contracts and plays this; everybody moves at once within a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin import beliefs, choosing
from twin.accounts import COUNTED
from twin.contracts import Contract
from twin.figures import Period
from twin.people import sum_of
from twin.superiors import ABOVE, Owner

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from twin.measures import Measure
    from twin.team import Team


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
        self.team_effects: list[Any] = []
        self.spreads = [0.0] * (len(self.measures) + 1)
        self.owner = Owner(self)
        self.begun = self.began_choosing = False
        self.told: dict[str, set[int]] = {role: set() for role in self.people}  # places of belief of which lore has spoken
        self.week_ahead, self.usual_quality = 0, 0.0
        for role in self.people:  # without a burn-in there is no reading to start targets from
            for contract in self.in_force(role, self.week):
                contract.begin(float("nan"))

    @property
    def leaders(self) -> list[Any]:
        """Everybody above the front line."""
        return [person for role in ABOVE for person in self.people[role]]

    def in_force(self, role: str, week: int) -> list[Contract]:
        """The contracts of a role for a pay period that begins in `week`."""
        if week < 0 or self.owner.unpaid:
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
        self.owner.step()
        self.spreads = period.spreads(self.spreads)
        self.note_usual(period)
        self.learn()
        self.week_ahead = self.week + 1
        self.begin_contracts(period)
        for role in self.people:
            self.take_turns(role)
        for employee in staff:
            employee.feel(self.in_force("employee", began), employee.superior.pressing)
        for role in self.people:
            self.replace(role)
        for leader in self.leaders:
            leader.lead()
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
            usual = contract.usual(standing)
            for person, y in zip(people, standing, strict=True):
                if contract.place >= 0:
                    person.superior.set_target(contract, person, y, usual)
        for person in people:
            value = person.figures.value
            last = value if person.last_reading is None else person.last_reading
            person.last_reading = [old if new != new else new for old, new in zip(last, value, strict=True)]

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
            news = sorted(({0} | places) - self.told[role])
            self.told[role] |= {0} | places
            for person, effects in zip(self.people[role], choosing.true_effects(self, role), strict=True):
                beliefs.from_lore(person, effects, news)
                if role == "employee" and not self.begun:
                    beliefs.remember(person, effects)
        self.begun = True

    def take_turns(self, role: str) -> None:
        """Everybody of a role chooses for the next period, on what stands before any of them has moved."""
        people = self.people[role]
        if people and people[0].may_choose and people[0].choice == "rational":
            for person, effects in zip(people, choosing.true_effects(self, role), strict=True):
                person.known = effects
        for stage in ("consider", "step", "advance"):
            for person in people:
                getattr(person, stage)()
        self.began_choosing = self.began_choosing or (role == "employee" and people[0].may_choose)

    # --- who goes, who comes ----------------------------------------------------------------------------------------

    def replace(self, role: str) -> None:
        """Who was dismissed or quits is followed by the next in succession, with traits and lore of his own."""
        people, leaving = self.people[role], []
        for person in people:
            quits = role == "employee" and self.spec.mechanisms.turnover and person.wants_to_go()
            if person.dismissed or quits:
                leaving.append(person)
        for person in leaving:
            person.succeed()
        if leaving and self.begun and people[0].belief:
            effects = choosing.true_effects(self, role)
            for person in leaving:
                beliefs.from_lore(person, effects[person.post], range(len(self.measures) + 1))

    # --- the closed loop --------------------------------------------------------------------------------------------

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
