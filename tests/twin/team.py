"""A team: its queue, its process, who serves whom, and the customers that are his who leads it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from sim.incentives import tactics as act
from sim.rules import manager, service
from sim.world import chance
from sim.world.state import PANEL_SIZE
from twin.accounts import Desk

if TYPE_CHECKING:
    from twin.customer import Customer, Issue
    from twin.employee import Employee
    from twin.model import TwinFirm


class Case(NamedTuple):
    """A contact as it stood before service; expected effects of acts are worked out on such cases."""

    difficulty: float
    expectation: float
    end: float
    peak: float
    taste: float
    wait: float
    contacts: float
    voice: float
    hope: float
    age: float
    closed: float
    chance: float


class Team(mesa.Agent):
    """A team with its own customers and its own queue."""

    def __init__(self, model: TwinFirm, number: int, minutes: float, weakness: float) -> None:
        super().__init__(model)
        self.model: TwinFirm = model
        self.number, self.minutes, self.weakness = number, minutes, weakness
        self.desk = Desk(len(model.measures), model.remembered_weeks)
        self.staff: list[Employee] = []
        self.customers: dict[Customer, None] = {}
        self.cases: deque[tuple[int, Case]] = deque(maxlen=PANEL_SIZE)
        self.noted = 0
        self.same_week = self.delayed = self.arrivals = self.occupancy = self.backlog = self.repair = 0.0
        self.drag, self.filtering = 1.0, 0.0
        self.waits = np.zeros(service.GRID)
        self.stand()

    def stand(self) -> None:
        """How sound the process is now."""
        p = self.model.spec.service.process
        failure = manager.failure_left(p.failure, self.weakness, self.repair)
        self.sound = service.sound_process(failure, float(p.steps + p.handoffs))

    def step(self) -> None:
        """The week's queue."""
        self.form_queue(float(sum(customer.will_call for customer in self.customers)))

    def form_queue(self, load: float) -> None:
        """Waits at the load that is to come, as it was foreseen and as it was not last week, and last week's handle time."""
        model, q = self.model, self.model.spec.service.queue
        if not model.spec.mechanisms.queue:
            return
        contacts = load + self.same_week
        rate = q.arrivals_per_hour
        per_minute = contacts * model.stands_for / (q.hours * 60.0) if rate is None else rate / 60.0
        minutes = self.minutes * self.drag
        self.delayed = service.tabulate_wait(per_minute, minutes, model.servers, model.patience, self.waits)
        self.arrivals = per_minute
        self.occupancy = service.occupancy(per_minute * minutes, model.servers, self.delayed)
        if model.patience >= service.NO_PATIENCE_LIMIT:
            surplus = (per_minute * minutes - service.STABLE * model.servers) * q.hours * 60.0
            self.backlog = max(0.0, self.backlog + surplus)

    def close_week(self) -> None:
        """This week's handle time, and calls that it did not see coming, are what next week's queue is read from."""
        contacts = minutes = 0.0
        for employee in self.staff:
            contacts += employee.desk.counts.contacts
            minutes += employee.desk.counts.minutes
        if contacts > 0.0:
            self.minutes = minutes / contacts
        self.same_week = self.desk.counts.same_week

    def offered_wait(self, u: float) -> float:
        """Minutes that a caller would have to wait."""
        return service.wait_quantile(u, self.delayed, self.waits)

    def route(self, customer: Customer, when: int, u: float) -> tuple[Employee, set[int], set[int], bool]:
        """Who serves: somebody by chance; one who picks easy cases may pass a hard-looking one on.

        Returns the employee, what he attempts, what works, and whether the case was passed to him.
        """
        size, w = len(self.staff), self.model.spec.service.work
        place = int(u * size)
        employee = self.staff[place]
        tried, worked = employee.attempt(customer.place, when)
        if act.CHERRY not in worked or size < 2:
            return employee, tried, worked, False
        v = self.model.chance.four(customer.place, when, chance.ACTS, 3)
        if not service.seems_hard(customer.difficulty, w.cherry_sight, chance.normal_from(v[0]), w.hard_case):
            return employee, tried, worked, False
        employee.desk.counts.minutes += self.model.act_minutes[act.CHERRY]
        employee.desk.counts.gaming += self.model.act_minutes[act.CHERRY]
        other = self.staff[(place + 1 + int(v[1] * (size - 1))) % size]
        tried, worked = other.attempt(customer.place, when)
        return other, tried - {act.CHERRY}, worked - {act.CHERRY}, True

    def remember(self, customer: Customer, at: float, wait: float, u: float) -> None:
        """Keep a case as it stands before service."""
        case = Case(
            customer.difficulty, customer.expected(at), customer.end, customer.peak, customer.taste, wait,
            float(customer.issue.contacts), customer.segment.voice, customer.hope(), at - customer.need_at,
            customer.issue.closed_after, u,
        )  # fmt: skip
        self.cases.append((self.noted % PANEL_SIZE, case))
        self.noted += 1

    def open_issues(self) -> list[Issue]:
        """Issues that are open by the customers' word."""
        return [customer.issue for customer in self.customers if customer.issue is not None]

    def call_back(self) -> None:
        """Call back those whose bad answer has a name, as many as there is time for, by lot."""
        model, loop = self.model, self.model.spec.management.closed_loop
        named = []
        for customer in self.customers:
            if customer.to_call:
                u = model.chance.four(customer.place, int(model.now), chance.CALL)
                if u[1] >= model.loop_measure.spec.confidential:
                    named.append((u[0], customer, u))
        for _, customer, u in sorted(named, key=lambda entry: entry[0])[: loop.call_backs]:
            self.call(customer, u)
        for customer in self.customers:
            customer.to_call = False

    def call(self, customer: Customer, u: tuple[float, float, float, float]) -> None:
        """A colleague calls: an open need may be met, the memory moves either way."""
        model, loop = self.model, self.model.spec.management.closed_loop
        counts = self.staff[int(u[3] * len(self.staff))].desk.counts
        counts.called += 1.0
        counts.minutes += loop.call_minutes
        before = customer.score()
        waiting, met = float(customer.issue is not None), float(u[2] < loop.call_meets)
        if model.remembers:
            customer.end = manager.called_memory(customer.end, waiting, met, loop.call_relief, loop.call_failed)
        customer.reconsider(model.now, before)
        if waiting and met:
            customer.end_issue(model.now, model.now)
