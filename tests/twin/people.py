"""People who choose: what a person of any role is, what acts cost him, what audits find."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import mesa

from sim.incentives import tactics as act
from sim.rules import employee as rules
from sim.scenario.fields import Latent
from sim.scenario.staff import Tactic
from sim.world import chance
from sim.world.params import draw
from sim.world.people import CONSCIENCE, EVENLY, INTRINSIC, NEVER_GAMES, RISK, ROLE_KEY

if TYPE_CHECKING:
    from twin.contracts import Contract
    from twin.model import TwinFirm

NOBODY = math.nan  # in place of a reading where there is none


class Outlook(NamedTuple):
    """What a person chooses on; lists by measure, effects by place (0: perceived quality) and act."""

    expected: list[float]
    sigma: list[float]
    effects: list[list[float]]
    observed: list[float]
    minutes: list[float]  # work minutes a pay period that an act takes when done in every contact


class Figures(NamedTuple):
    """What a person reads of the period that is over, by measure; NaN where nothing was observed."""

    value: list[float]
    observed: list[float]
    team: list[float]
    sigma: list[float]


class Person(mesa.Agent):
    """Whoever holds a post; `person` counts those who have held it. Lists are by act, in the order of `acts`."""

    role: ClassVar[str]

    def __init__(self, model: TwinFirm, post: int) -> None:
        super().__init__(model)
        self.model: TwinFirm = model
        self.post, self.person = post, 0
        self.acts = act.BY_ROLE[self.role]
        self.intensity = [0.0] * len(self.acts)
        self.skill = [1.0] * len(self.acts)
        self.bonus = self.allowance = self.contingent = self.fine = 0.0
        self.equivalent = self.stake = self.spread = 0.0
        self.dismissed = False
        self.belief: list[list[float]] = []  # by place of what is read and act: mean effect of an attempt
        self.certainty: list[list[float]] = []  # precision of the same
        self.level: list[float] | None = None  # what he expects to read, by measure
        self.last_reading: list[float] | None = None
        self.baseline: list[float] | None = None  # slow means of readings and of intensities
        self.last_lever: list[float] | None = None
        self.targets: dict[Contract, float] = {}
        self.figures: Figures
        self.outlook: Outlook

    @property
    def key(self) -> int:
        """Under which chance knows the post."""
        return ROLE_KEY[self.role] + self.post

    @property
    def base(self) -> float:
        return self.model.spec.pay.base_manager

    @property
    def section(self) -> Any:
        """Where the scenario describes people of this role."""
        return self.model.spec.management

    @property
    def choice(self) -> str:
        return self.section.choice

    @property
    def tactics(self) -> list[bool]:
        return [act.CATALOGUE[k].tactic for k in self.acts]

    def prices(self) -> list[Any]:
        """Cost, moral cost, traceability of every act, as the scenario stands."""
        m = self.model.spec.management
        levers = {"manager": m.levers, "central": m.central, "head": m.head}[self.role]
        return [getattr(levers, act.CATALOGUE[k].name) for k in self.acts]

    def is_open(self) -> list[bool]:
        """Which acts he may choose: those that there are in this world, and for which it has an occasion."""
        prices = zip(self.acts, self.prices(), strict=True)
        return [entry.exists and act.has_occasion(k, self.model.spec) for k, entry in prices]

    def costs(self) -> list[list[float]]:
        """Convex costs with substitution: C_kk = c_k, C_kj = s √(c_k c_j)."""
        own, s = [entry.cost for entry in self.prices()], self.substitution
        return [[c if j == k else s * math.sqrt(c * d) for j, d in enumerate(own)] for k, c in enumerate(own)]

    @property
    def substitution(self) -> float:
        return 0.0

    def trait(self, latent: Latent, place: int) -> float:
        """One trait of this person."""
        return chance.from_latent(*draw(latent), self.model.chance.one(self.key, self.person, chance.STAFF, place))

    def take_post(self) -> None:
        """Bring what he brings."""
        section = self.section
        self.conscience = max(0.0, self.trait(section.conscience, CONSCIENCE))
        self.risk = max(0.0, self.trait(section.risk_aversion, RISK))
        self.intrinsic = self.trait(section.intrinsic, INTRINSIC)
        self.never = self.trait(EVENLY, NEVER_GAMES) < section.never
        self.audit_belief = self.model.spec.audit.rate
        self.begin_acts()

    def begin_acts(self) -> None:
        first = self.model.spec.management.first_levers
        self.intensity = [first.get(act.CATALOGUE[k].name, 0.0) for k in self.acts]

    def succeed(self) -> None:
        """The next person takes the post: lore instead of experience, and what his team does instead of a record."""
        self.person += 1
        if self.level is not None:
            self.level = list(self.figures.team)
            if self.choice == "learning":  # the rational work out what they are to expect when they next choose
                self.outlook = self.outlook._replace(expected=self.level)
        if self.last_reading is not None:
            self.last_reading = list(self.figures.team)
        if self.baseline is not None:
            self.baseline = list(self.figures.team)
        peers = [other for other in self.peers() if other is not self]
        for contract in self.targets:
            if peers:
                self.targets[contract] = sum_of(other.targets[contract] for other in peers) / len(peers)
        self.take_post()

    def peers(self) -> list[Any]:
        """Who shares a team with him, himself included."""
        return self.model.people[self.role]

    # --- being found out --------------------------------------------------------------------------------------------

    def traces(self) -> float:
        """Chance that an audit finds something."""
        total = 0.0
        for entry, a in zip(self.prices(), self.intensity, strict=True):
            total += entry.traceability * a
        return min(total, 1.0)

    def audit(self, found_out: float) -> bool:
        """He may be audited, fined and dismissed."""
        spec, week = self.model.spec.audit, self.model.week
        u = self.model.chance.four(self.key, week, chance.AUDIT)
        audited = u[0] < self.model.owner.audit_rate
        found = audited and u[1] < found_out
        self.fine = spec.fine if found else 0.0
        self.dismissed = found and u[2] < spec.dismissal
        return audited

    def notice(self, share: float) -> None:
        """What is seen of audits becomes belief."""
        if self.choice == "rational":
            self.audit_belief = self.model.owner.audit_rate
        else:
            memory = self.model.spec.staff.learning.audit_memory
            self.audit_belief = rules.audit_belief(self.audit_belief, share, memory)

    # --- what acts are worth to him ---------------------------------------------------------------------------------

    def sanctions(self) -> list[float]:
        """Expected loss by being found out when an act is done in every contact, money."""
        spec = self.model.spec
        loss = spec.audit.fine + spec.audit.dismissal * spec.staff.dismissal_loss * self.base
        return [self.audit_belief * loss * entry.traceability for entry in self.prices()]

    def worth_beside_pay(self, effects: list[list[float]], minutes: list[float]) -> list[float]:
        """Serving well − conscience − sanction − minutes of an act done in every contact, money."""
        worth, minute = [], self.model.spec.staff.minute
        for served, tactic, entry, sanction, takes in zip(
            effects[0], self.tactics, self.prices(), self.sanctions(), minutes, strict=True
        ):
            harm_alone = min(served, 0.0) if tactic else served
            worth.append(self.intrinsic * harm_alone - self.conscience * entry.moral - sanction - minute * takes)
        return worth

    def burden(self, gain: list[float], acts: list[float]) -> float:
        """What acts cost him beside what they earn: effort, scruple and risk less the worth of serving, money."""
        cost, total = self.costs(), 0.0
        for k, a in enumerate(acts):
            total -= gain[k] * a
            for j, b in enumerate(acts):
                total += 0.5 * a * cost[k][j] * b
        return total

    def certainty_equivalent(self, gain: list[float], acts: list[float]) -> float:
        """Of the period that was paid, money."""
        fixed = self.base + self.allowance + self.bonus - self.fine
        return fixed - 0.5 * self.risk * self.spread - self.burden(gain, acts)


def own_ways(cost: float) -> Tactic:
    """What an employee's care and haste cost: effort alone."""
    return Tactic(cost=cost, moral=0.0, traceability=0.0, minutes=0.0)


def sum_of(values: Any) -> float:
    """Sum, term by term in order."""
    total = 0.0
    for value in values:
        total += value
    return total
