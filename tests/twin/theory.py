"""A twin of the textbook technology: workers who choose once a pay period, and are read, paid and audited.

Who sets the strength of their pay is in `twin.principal`; competition for survival in `twin.survival`.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from sim.incentives import schemes as kinds
from sim.incentives.expectation import moments, prospects_of
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.scenario.textbook import COMMON, NOISE
from sim.world import chance, choice
from sim.world.params import draw
from sim.world.textbook import FIRST, MORAL, RISK_AVERSION, SHARED, ratchet_weight
from twin.contracts import Contract
from twin.draws import Keyed
from twin.people import sum_of
from twin.principal import Principal


class Worker(mesa.Agent):
    """Picks intensities `acts`, by activity; his results are read week by week."""

    def __init__(self, model: TheoryTwin, post: int) -> None:
        super().__init__(model)
        self.model: TheoryTwin = model
        self.post, self.key, self.targets = post, post, {}
        section, activities = model.section, model.activities.values()
        self.risk = self.trait(section.risk_aversion, RISK_AVERSION)
        self.moral = [self.trait(a.moral, MORAL + k) for k, a in enumerate(activities)]
        self.rest()
        self.bonus = self.fine = self.surplus = 0.0
        self.begin_period()

    def trait(self, latent: Latent, place: int) -> float:
        return chance.from_latent(*draw(latent), self.model.chance.one(self.post, 0, chance.STAFF, place))

    def rest(self) -> None:
        """Do as little as one can."""
        self.acts = [min(max(0.0, a.least), math.inf if a.most is None else a.most) for a in self.model.activities.values()]

    def first_acts(self) -> None:
        """Acts that the scenario gives him."""
        for k, (name, a) in enumerate(self.model.activities.items()):
            latent = self.model.spec.staff.first_acts.get(name)
            value = 0.0 if latent is None else self.trait(latent, FIRST + k)
            self.acts[k] = min(max(value, a.least), math.inf if a.most is None else a.most)

    def begin_period(self) -> None:
        self.weeks, self.total = 0, dict.fromkeys(self.model.labels, 0.0)

    def expected(self, label: str) -> float:
        """What he is expected to read at his acts."""
        row = self.model.section.measures[label]
        return sum_of(row.get(name, 0.0) * a for name, a in zip(self.model.activities, self.acts, strict=True))

    def luck(self, place: int, label: str) -> float:
        """This week's error of a reading, in part the team's."""
        model, row = self.model, self.model.section.measures[label]
        sd, common = row.get(NOISE, 0.0) * math.sqrt(model.spec.pay.every), row.get(COMMON, 0.0)
        own = chance.normal_from(model.chance.one(self.post, model.week, chance.NOISE, place))
        if common > 0.0:
            first = self.post - self.post % model.spec.staff.team_size
            shared = chance.normal_from(model.chance.one(first, model.week, chance.NOISE, SHARED + place))
            own = math.sqrt(1.0 - common) * own + math.sqrt(common) * shared
        return sd * own

    def step(self) -> None:
        """A week of work, read by every measure."""
        self.weeks += 1
        for place, label in enumerate(self.model.labels):
            self.total[label] += self.expected(label) + self.luck(place, label)

    @property
    def readings(self) -> list[float]:
        """Means of the pay period so far, by measure."""
        return [self.total[label] / self.weeks for label in self.model.labels]

    def be_audited(self) -> None:
        """What an audit finds is fined by the unit."""
        audit, units = self.model.spec.audit, 0.0
        for entry, a in zip(self.model.activities.values(), self.acts, strict=True):
            units += entry.traceability * max(a, 0.0)
        audited = self.model.chance.four(self.post, self.model.week, chance.AUDIT)[0] < audit.rate
        self.fine = audit.fine * units if audited else 0.0

    def gain(self) -> list[float]:
        """Linear worth of a unit of each activity to him."""
        spec = self.model.spec
        loss = spec.audit.fine + spec.audit.dismissal * spec.staff.dismissal_loss * spec.pay.base
        entries = zip(self.model.activities.values(), self.moral, strict=True)
        return [entry.motive - moral - spec.audit.rate * loss * entry.traceability for entry, moral in entries]

    def foresee(self, spread: float, heeded: int) -> None:
        """Expected surplus of the coming period: value and motives less effort, scruples, attention and the risk in pay."""
        model, cost = self.model, self.model.section.cost_matrix()
        value = sum_of(model.section.value.get(name, 0.0) * a for name, a in zip(model.activities, self.acts, strict=True))
        inner = sum_of((e.motive - m) * a for e, m, a in zip(model.activities.values(), self.moral, self.acts, strict=True))
        effort = 0.5 * sum_of(a * cost[k][j] * b for k, a in enumerate(self.acts) for j, b in enumerate(self.acts))
        self.surplus = value + inner - model.section.attention * heeded - effort - 0.5 * self.risk * spread


class TheoryTwin(mesa.Model):
    """One firm of the theory papers."""

    def __init__(self, spec: Scenario, replicate: int, told: list[float] | None = None) -> None:
        """told: the strengths of pay, by scheme, where the principal is not to seek them himself."""
        super().__init__(rng=spec.seed)
        self.spec, self.section = spec, spec.service.textbook
        self.activities, self.labels = self.section.activities, list(self.section.measures)
        self.chance, self.week = Keyed(spec.seed, replicate), -spec.burn_in
        self.measures = [SimpleNamespace(points=1.0, spec=SimpleNamespace(better="more")) for _ in self.labels]
        self.workers = [Worker(self, post) for post in range(spec.staff.count)]
        self.people: dict[str, list[Any]] = {"employee": self.workers}
        self.contracts = [Contract(self, number, "employee") for number in range(len(spec.pay.schemes))]
        self.principal = Principal(self)
        if told is None:
            self.principal.step()
        else:
            self.principal.tell(told)
        for worker in self.workers:
            worker.rest()
        if spec.staff.choice == "fixed":
            for worker in self.workers:
                worker.first_acts()
        else:
            self.choose([])
        self.prepare(-spec.burn_in, [math.nan] * len(self.labels))

    def in_force(self, week: int) -> list[Contract]:
        return [contract for contract in self.contracts if week >= 0 and contract.in_force(week)]

    def step(self) -> None:
        """Play one week; on the last one of a pay period, pay for it and choose for the next."""
        self.agents_by_type[Worker].do("step")
        if (self.week + 1) % self.spec.pay.every == 0:
            self.payday()
        self.week += 1

    def payday(self) -> None:
        """Pay and audit the period that ends with this week, move the targets, prepare the next."""
        for worker in self.workers:
            worker.bonus = 0.0
        for contract in self.in_force(self.week + 1 - self.spec.pay.every):
            standing = [0.0 if contract.place < 0 else worker.readings[contract.place] for worker in self.workers]
            for worker, money in zip(self.workers, self.payments(contract, standing), strict=True):
                worker.bonus += money
            if contract.place >= 0:
                usual = contract.usual(standing)
                for worker, y in zip(self.workers, standing, strict=True):
                    worker.targets[contract] = contract.next_target(worker.targets[contract], y, usual)
        for worker in self.workers:
            worker.be_audited()
        firm = [sum_of(column) / len(self.workers) for column in zip(*(w.readings for w in self.workers), strict=True)]
        for worker in self.workers:
            worker.begin_period()
        self.prepare(self.week + 1, firm)

    def payments(self, contract: Contract, standing: list[float]) -> list[float]:
        y, target = np.array(standing), np.array([worker.targets[contract] for worker in self.workers])
        if isinstance(contract.payout, kinds.Group):
            money: Any = contract.payout.payout(y, target, self.teams, np.ones(len(y)))
        else:
            money = contract.payout.payout(y, target)
        return money.tolist()

    @property
    def teams(self) -> Any:
        return np.array([worker.post // self.spec.staff.team_size for worker in self.workers], np.int64)

    def prepare(self, week: int, firm: list[float]) -> None:
        """Set first targets of the schemes in force from `week`, and let everybody choose under them."""
        live = self.in_force(week)
        for contract in live:
            if not contract.begun:
                contract.begin(math.nan if contract.place < 0 else firm[contract.place])
        if self.spec.staff.choice != "fixed":
            self.choose(live)
        self.foresee(live)

    def foresee(self, live: list[Contract]) -> None:
        """What everybody's period is expected to come to at his acts."""
        heeded = {c.place for c in live if c.place >= 0 and kinds.strength_of(c.payout) != 0.0}
        problem = self.problem(live)
        spread = moments(self.prospects(live, problem.gap), problem.gap)[1].tolist()
        for worker, parts in zip(self.workers, spread, strict=True):
            worker.foresee(sum_of(parts), len(heeded))

    def choose(self, live: list[Contract]) -> None:
        """Best acts under these schemes, mutually so where pay depends on others."""
        problem = self.problem(live)
        if any(isinstance(contract.payout, kinds.Group) for contract in live):
            acts = choice.settle(problem, lambda gap: self.prospects(live, gap)).choice.acts
        else:
            acts = choice.choose(problem, self.prospects(live, problem.gap)).acts
        for worker, own in zip(self.workers, acts.tolist(), strict=True):
            worker.acts = own

    def problem(self, live: list[Contract]) -> choice.Problem:
        """Everybody's decision problem, for the solver."""
        n, schemes, names = len(self.workers), len(live), list(self.activities)
        gap, loadings, ratchet = np.zeros((n, schemes)), np.zeros((n, len(names), schemes)), np.zeros((n, schemes))
        for p, contract in enumerate(live):
            if contract.ratchets:
                ratchet[:, p] = ratchet_weight(self.section.discount, contract.written.target.step)
            for e, worker in enumerate(self.workers):
                expected = 0.0
                if contract.place >= 0:
                    label = self.labels[contract.place]
                    expected = worker.expected(label)
                    loadings[e, :, p] = [self.section.measures[label].get(name, 0.0) for name in names]
                gap[e, p] = expected - worker.targets[contract]
        most = [math.inf if a.most is None else a.most for a in self.activities.values()]
        return choice.problem_of(
            np.array([worker.acts for worker in self.workers]), gap, loadings, np.array(self.section.cost_matrix(), np.float64),
            risk=np.array([worker.risk for worker in self.workers]), ratchet=ratchet,
            gain=np.array([worker.gain() for worker in self.workers]),
            lower=np.array([a.least for a in self.activities.values()]), upper=np.array(most),
        )  # fmt: skip

    def prospects(self, live: list[Contract], gap: Any) -> Any:
        """What everybody is to expect from pay at these gaps, the others' results as they are."""
        rows = [self.section.measures[self.labels[c.place]] if c.place >= 0 else {} for c in live]
        sigma = np.array([[row.get(NOISE, 0.0) for row in rows]] * len(self.workers)).reshape(gap.shape)
        target = np.array([[w.targets[c] for c in live] for w in self.workers]).reshape(gap.shape)
        common = np.array([row.get(COMMON, 0.0) for row in rows])
        return prospects_of([c.payout for c in live], sigma, target, gap + target, self.teams, common=common)
