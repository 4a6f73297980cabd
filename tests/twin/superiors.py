"""Those above the front line: a manager a team, the central office, the head, and the owners, who buy audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from sim.incentives import tactics as act
from sim.rules import manager as rules
from sim.world import chance
from twin.chooser import Chooser
from twin.people import sum_of

if TYPE_CHECKING:
    from twin.contracts import Contract
    from twin.employee import Employee
    from twin.model import TwinFirm
    from twin.team import Team

ABOVE = ("manager", "central", "head")


class Superior(Chooser):
    """Somebody with levers. His turn has a sequel: when posts are filled, `lead` brings the levers to where they act."""

    def amount(self, lever: int) -> float:
        """How hard he pulls a lever."""
        return self.intensity[self.acts.index(lever)]

    def set_target(self, contract: Contract, person: Any, standing: float, usual: float) -> None:
        """Move the target of somebody below him, by the scheme's rule and what is asked beyond it."""
        asked = self.asks_beyond(contract, person)
        person.targets[contract] = contract.next_target(person.targets[contract], standing, usual, asked)

    def asks_beyond(self, contract: Contract, person: Any, pulled: float | None = None) -> float:
        """Measure points asked of somebody beyond his last result: only managers do, where they set the targets."""
        return 0.0

    def lead(self) -> None:
        """Do with the levers what he has chosen."""
        if self.model.spec.mechanisms.management:
            self.pull_levers()

    def pull_levers(self) -> None:
        """Bring levers to where they act: an office does what its people do on average."""
        for place, k in enumerate(self.acts):
            self.model.levers[k] = sum_of(peer.intensity[place] for peer in self.peers()) / len(self.peers())


class Manager(Superior):
    """Leads a team: presses, coaches, stretches targets, filters answers."""

    role = "manager"

    def peers(self) -> list[Any]:
        return [self]

    @property
    def team(self) -> Team:
        return self.model.teams[self.post]

    @property
    def pressing(self) -> float:
        """How hard his team is pressed."""
        return self.amount(act.PRESS) if self.model.spec.mechanisms.management else 0.0

    def asks_beyond(self, contract: Contract, person: Any, pulled: float | None = None) -> float:
        """As far as he pulls the lever (pulled; left out: as he does), in standard errors of the reading."""
        target = contract.written.target
        if target.rule != "manager" or contract.role != "employee" or not self.model.spec.mechanisms.management:
            return 0.0
        sigma = person.figures.sigma[contract.place] * contract.points
        return contract.payout.sign * target.reach * sigma * (self.amount(act.STRETCH) if pulled is None else pulled)

    def pull_levers(self) -> None:
        """Answers of his customers are filtered."""
        self.team.filtering = self.amount(act.FILTER)

    def lead(self) -> None:
        """Coaching where reported figures are worst; what was coached fades; it takes staff time."""
        super().lead()
        m, team, effort = self.model.spec.management, self.team, self.amount(act.COACH)
        for employee in team.staff:
            employee.ability = employee.uncoached + (1.0 - m.coaching_fading) * (employee.ability - employee.uncoached)
        if not self.model.spec.mechanisms.management:
            return
        team.drag = 1.0 / (1.0 - m.coaching_minutes * effort)
        for employee in self.worst()[: round(m.coached * len(team.staff))]:
            employee.ability += m.coaching_gain * effort

    def worst(self) -> list[Employee]:
        """His team from the worst figure on; who has none comes last. Nobody where no measure is looked at."""
        place, sign = self.watched()
        if place is None:
            return []

        def figure(employee: Employee) -> tuple[bool, float]:
            value = sign * employee.last_reading[place]
            return value != value, 0.0 if value != value else value

        return sorted(self.team.staff, key=figure)

    def watched(self) -> tuple[int | None, float]:
        """The measure by which he sees who needs coaching: that of the closed loop, else the first that is paid."""
        model = self.model
        if model.used is not None:
            return model.used.place, model.used_sign
        for contract in (*model.in_force("manager", model.week_ahead), *model.in_force("employee", model.week_ahead)):
            if contract.place >= 0:
                return contract.place, contract.payout.sign
        return None, 1.0


class Officer(Superior):
    """Of the central office, which asks customers and reports."""

    role = "central"


class Head(Superior):
    """Leads the firm: promises, diverts complaints, and sends repair to where the reading is worst."""

    role = "head"

    def lead(self) -> None:
        """A pay period of repair goes to the team with the worst reading of the measure that is used."""
        super().lead()
        model, loop = self.model, self.model.spec.management.closed_loop
        if model.used is None:
            return
        figures = [model.used_sign * leader.figures.value[model.used.place] for leader in model.people["manager"]]
        known = [(value, team) for team, value in enumerate(figures) if value == value]
        worst = min(known)[1] if known else None
        for team in model.teams:
            effort = loop.repair if team.number == worst else 0.0
            team.repair = rules.repaired(team.repair, effort, loop.repair_most, loop.repair_fading)


class Owner(mesa.Agent):
    """The owners: they buy audits, and respond when gaming comes out."""

    def __init__(self, model: TwinFirm) -> None:
        super().__init__(model)
        self.model: TwinFirm = model
        self.audit_rate = model.spec.audit.rate
        self.unpaid = False  # nothing is paid on measures any more
        self.exposure_due = False  # by an event of the scenario

    def step(self) -> None:
        """The end of a pay period: everybody may be audited, and colleagues notice; then gaming may come out."""
        found_out = {role: [person.traces() for person in people] for role, people in self.model.people.items()}
        for role, people in self.model.people.items():
            audited = [person.audit(traces) for person, traces in zip(people, found_out[role], strict=True)]
            for person in people:
                seen = [audited[mate.post] for mate in person.peers()]
                person.notice(sum(seen) / len(seen))
        if self.comes_out(found_out) and self.model.spec.owners.response != "hush":
            self.respond(found_out)

    def comes_out(self, found_out: dict[str, list[float]]) -> bool:
        """By a hazard that grows with volume × traceability, or by an event of the scenario."""
        due, self.exposure_due = self.exposure_due, False
        if due or not self.model.spec.mechanisms.exposure:
            return due
        clean = 1.0
        for traces in found_out.values():
            if traces:
                clean *= 1.0 - sum_of(traces) / len(traces)
        u = self.model.chance.one(0, self.model.week, chance.EXPOSE)
        return u < self.model.spec.owners.exposure * (1.0 - clean)

    def respond(self, found_out: dict[str, list[float]]) -> None:
        """More audits, perhaps an end of paying on measures; those above who can be traced lose their posts."""
        model, owners = self.model, self.model.spec.owners
        self.audit_rate = min(1.0, self.audit_rate * owners.audit_after)
        self.unpaid = self.unpaid or owners.response == "unpay"
        for role in ABOVE:
            for person, traces in zip(model.people[role], found_out[role], strict=True):
                traced = model.chance.four(person.key, model.week, chance.EXPOSE, 1)[0] < traces
                person.dismissed = person.dismissed or traced
        for people in model.people.values():
            for person in people:
                person.audit_belief = max(person.audit_belief, self.audit_rate)
