"""The twin's firm: a Mesa model of customers, employees, managers and teams. One step is one week:

demand → queue → service → experience → voice → logging → measurement → every pay period: `twin.payday`.

How to run it: `TwinFirm(spec, replicate, start.of(spec))`, then `step()`. The start of a world (who is there of all who
came, how busy they are) is handed over: it is where a history begins, not part of one.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import mesa

from sim.incentives import tactics as act
from sim.rules import renewal, service
from sim.rules.service import NO_PATIENCE_LIMIT
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world.events import changed
from sim.world.params import draw, servers_of
from sim.world.people import ENGAGEMENT, TENURE
from sim.world.start import Start
from twin.customer import Customer
from twin.draws import Keyed
from twin.employee import Employee
from twin.market import Reputation
from twin.measures import measure
from twin.payday import Payday
from twin.redate import Redating
from twin.staying import staff_law
from twin.superiors import Head, Manager, Officer
from twin.team import Team


class Newcomer(NamedTuple):
    """What somebody brings who has not been a customer before, and on which day of the week he comes."""

    segment: int
    expectation: float
    memory: float
    taste: float
    contract: bool
    day: float


class TwinFirm(Payday, mesa.Model):
    """One firm and its customers. `now` is the week that is being played, `spec` the scenario as it stands."""

    def __init__(
        self, spec: Scenario, replicate: int, start: Start, luck: Any = None, customer: type[Customer] = Customer
    ) -> None:
        """luck: where chance comes from (`twin.draws`), keyed if left out; customer: the class of customers."""
        super().__init__(rng=spec.seed)
        self.written, self.replicate, self.new_customer = spec, replicate, customer
        self.chance = luck or Keyed(spec.seed, replicate)
        self.week = -spec.burn_in
        self.adopt(spec)
        self.servers, self.stands_for = float(servers_of(spec)), start.stands_for
        self.remembered_weeks = max([m.lag for m in spec.measures.values()], default=0) + spec.pay.every + 1
        self.measures = [measure(self, place, m) for place, m in enumerate(spec.measures.values())]
        self.labels = list(spec.measures)
        self.levers = dict.fromkeys(range(act.ACTS, act.ALL_ACTS), 0.0)
        self.teams = [Team(self, k, start.minutes, self.weakness_of(k)) for k in range(spec.teams)]
        self.hire_everybody()
        self.desks = [employee.desk for employee in self.people["employee"]] + [team.desk for team in self.teams]
        self.settle_everybody(start)
        self.reputation = Reputation(self, start.join)
        self.found_office()
        if spec.mechanisms.management:
            for leader in self.leaders:
                leader.pull_levers()

    def adopt(self, spec: Scenario) -> None:
        """The scenario as it stands from now on, and what follows from it for everybody."""
        self.spec = spec
        c, p, e = spec.customers, spec.service.process, spec.customers.experience
        self.difficulty, self.return_delay, self.style = draw(c.difficulty), draw(c.return_delay), draw(c.survey.style)
        self.taste = draw(e.taste if e.fixed_score is None else e.fixed_score)
        self.level, self.slope = (e.level, e.slope) if e.fixed_score is None else (0.0, 0.0)
        self.remembers = spec.mechanisms.memory and e.fixed_score is None
        self.patience = NO_PATIENCE_LIMIT if c.patience is None else c.patience
        self.process_minutes = service.process_minutes(p.steps, p.handoffs, p.reference_steps, p.reference_handoffs)
        self.process_minutes *= service.coordinated(spec.staff.team_size, spec.service.work.coordination)
        self.extra_handoffs = float(p.handoffs - p.reference_handoffs)
        self.segments = c.segments
        ways, m = act.CATALOGUE[act.FIRST_TACTIC : act.ACTS], spec.management
        self.act_minutes = {entry.number: getattr(spec.tactics, entry.name).minutes for entry in ways}
        levers = {"manager": m.levers, "central": m.central, "head": m.head}
        self.reach = {entry.number: getattr(levers[entry.who], entry.name).reach for entry in act.CATALOGUE[act.ACTS :]}

    def weakness_of(self, team: int) -> float:
        """How often a team's process fails, relative to the firm's: log-normal with median 1."""
        z = chance.normal_from(self.chance.one(team, 0, chance.WEAK))
        return math.exp(self.spec.service.process.failure_spread * z)

    def hire_everybody(self) -> None:
        """The posts are filled: employees as many as are still there of those hired long ago."""
        spec, law = self.spec, staff_law(self.spec)
        self.people: dict[str, list[Any]] = {"employee": [Employee(self, post) for post in range(spec.staff.count)]}
        for employee in self.people["employee"]:
            u, v = (self.chance.one(employee.key, 0, chance.STAFF, place) for place in (ENGAGEMENT, TENURE))
            employee.has_been_here(law, u, v)
        for kind, posts in ((Manager, spec.teams), (Officer, spec.management.central_count), (Head, 1)):
            self.people[kind.role] = [kind(self, post) for post in range(posts)]
            for person in self.people[kind.role]:
                person.take_post()

    # --- customers come ---------------------------------------------------------------------------------------------

    @property
    def customers(self) -> Any:
        """All customers who are there."""
        return self.agents_by_type.get(self.new_customer, ())

    def settle_everybody(self, start: Start) -> None:
        """The customers of the start."""
        for place in range(self.spec.customers.count):
            self.settle(self.new_customer(self, place), start)

    def settle(self, customer: Customer, start: Start) -> None:
        """A customer of the start: somebody who is there of all who came, with what he has in mind by now."""
        c, on = self.spec.customers, self.spec.mechanisms
        u = self.chance.four(customer.place, 0, chance.PERSON, 0)
        v = self.chance.four(customer.place, 0, chance.PERSON, 1)
        segment = renewal.cell_of(start.edges, u[0])
        contract = int(v[0] < start.bound[segment])
        rank = renewal.rank_among_newcomers(start.taste[segment, contract], u[3])
        hazard = start.hazard[segment, contract]
        weeks = renewal.time_there(v[2], hazard[int(rank * len(hazard))], start.history)
        expectation = chance.from_latent(*draw(c.experience.first_expectation), u[1])
        end = peak = chance.from_latent(*draw(c.experience.first_memory), u[2])
        low, high = start.first[segment], start.first[segment + 1]
        if low == high:
            low, high = 0, start.first[-1]
        place, ages = v[3] * (high - low), len(start.minds)
        age, settled = int(min(weeks / start.every, 1e6) + 0.5), 2 * ages // 3
        if age >= settled:
            age = settled + int((place - int(place)) * (ages - settled))
        mind = start.minds[age][low + int(place)]
        if age > 0 and on.expectation:
            expectation = float(mind["expectation"])
        if age > 0 and self.remembers:
            end, peak = float(mind["end"]), float(mind["peak"])
            customer.lost_hope = bool(mind["lost_hope"])
        taste = chance.from_latent(*self.taste, rank)
        customer.enter(float(self.week), expectation, end, peak, taste, bool(contract), segment)

    def newcomers(self) -> None:
        """The prospects of this week join or go by."""
        spec, since = self.spec, self.week + self.spec.burn_in
        pace = spec.customers.market.prospects * spec.customers.count / 52.0 if spec.mechanisms.acquisition else 0.0
        promise = self.levers[act.PROMISE] if spec.mechanisms.management else 0.0
        join, self.joined = self.reputation.join(promise), 0
        for place in range(spec.customers.count + int(pace * since), spec.customers.count + int(pace * (since + 1))):
            if self.chance.one(place, 0, chance.PROSPECT) < join:
                self.joined += 1
                self.welcome(self.new_customer(self, place), promise * spec.customers.market.promise_kept)

    def welcome(self, customer: Customer, promised: float) -> None:
        """A newcomer, who expects what he brings and what was promised."""
        who = self.brought_by(customer)
        expectation, at = who.expectation + promised, self.now + who.day
        customer.enter(at, expectation, who.memory, who.memory, who.taste, who.contract, who.segment)

    def brought_by(self, customer: Customer) -> Newcomer:
        """Who somebody is among all who may come."""
        c = self.spec.customers
        u = self.chance.four(customer.place, 0, chance.PERSON, 0)
        v = self.chance.four(customer.place, 0, chance.PERSON, 1)
        shares, segment = [kind.share for kind in c.segments], 0
        edge = shares[0] / sum(shares)
        while segment < len(shares) - 1 and u[0] >= edge:
            segment += 1
            edge += shares[segment] / sum(shares)
        expectation = chance.from_latent(*draw(c.experience.first_expectation), u[1])
        memory = chance.from_latent(*draw(c.experience.first_memory), u[2])
        taste = chance.from_latent(*self.taste, u[3])
        return Newcomer(segment, expectation, memory, taste, v[0] < c.voice.contract_share, v[1])

    # --- a week -----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Date at which this week begins."""
        return float(self.week)

    def step(self) -> None:
        """Play one week."""
        if any(self.week in (event.week, event.until) for event in self.written.events):
            self.turn()
        for desk in self.desks:
            desk.open_week()
        for team in self.teams:
            team.stand()
        if self.loop_measure is not None:
            for team in self.teams:
                team.call_back()
        for team in self.teams:
            team.step()
        self.newcomers()
        if self.customers:
            self.customers.do("step")
        self.agents_by_type[Employee].do("grow_older")
        self.close_week()
        if (self.week + 1) % self.spec.pay.every == 0:
            self.payday()
        self.week += 1

    def close_week(self) -> None:
        """What is read weekly is read; the accounts of the week are closed."""
        for team in self.teams:
            for m in self.measures:
                m.week_ends(team)
            team.close_week()
        for desk in self.desks:
            for m in self.measures:
                desk.readings[m.place].carry(m.written)
            desk.close_week(self.week)
        self.reputation.hear()

    @property
    def loop_measure(self) -> Any:
        """The survey whose bad answers are called back: it has names and comes without a lag."""
        m = self.used
        return m if m is not None and m.spec.is_survey and m.spec.lag == 0 else None

    def turn(self) -> None:
        """The scenario's events: values change, exposures fall due; dates ahead follow the new rates."""
        before, now = self.spec, changed(self.written, self.week)
        held = [Redating(customer) for customer in self.customers]
        self.adopt(now)
        for m, written in zip(self.measures, now.measures.values(), strict=True):
            m.spec = written
        for dates in held:
            dates.settle(before, now, self.now)
        old = before.audit.rate
        self.owner.audit_rate = self.owner.audit_rate * (now.audit.rate / old) if old > 0 else now.audit.rate
        for contract in self.contracts:
            contract.rewrite()
        if any(event.exposure and event.week == self.week for event in self.written.events):
            self.owner.exposure_due = True
