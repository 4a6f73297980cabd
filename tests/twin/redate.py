"""Dates that a customer has ahead of him, when an event changes the rates by which they were set."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.rules import service
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world.state import NEVER

if TYPE_CHECKING:
    from twin.customer import Customer


class Redating:
    """A customer as he stood before the event: what is left of a threshold is used up at the new pace."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.hazard = customer.hazard(customer.score())

    def settle(self, before: Scenario, now: Scenario, at: float) -> None:
        """His dates by the values in force from `at` on; what drift has added by now stays."""
        customer, was, new = self.customer, before.customers, now.customers
        customer.expectation += (was.experience.drift - new.experience.drift) * at
        changed = (was.needs_per_week, was.season) != (new.needs_per_week, new.season)
        if changed and customer.need_at > at:
            self.next_need(was.needs_per_week, was.season, at)
        hazard = customer.hazard(customer.score())
        if now.mechanisms.exit and hazard != self.hazard:
            customer.put_off(at, self.hazard, hazard)
            if self.hazard <= 0.0:
                u = customer.model.chance.one(customer.place, int(at), chance.EXIT, 1)
                customer.leaves_at = at - math.log(u) / hazard

    def next_need(self, needs: float, season: float, at: float) -> None:
        """The next need of somebody who has none now."""
        customer, c = self.customer, self.customer.model.spec.customers
        rate, now = needs * customer.segment.needs, c.needs_per_week * customer.segment.needs
        if now <= 0.0:
            customer.need_at = NEVER
        elif rate > 0.0:
            left = rate * service.seasonal_weeks(at, customer.need_at - at, season)
            customer.need_at = at + service.gap_in_season(left / now, at, c.season)
        else:
            u = customer.model.chance.one(customer.place, int(at), chance.NEED, 1)
            customer.need_at = at + service.gap_in_season(-math.log(u) / now, at, c.season)
        customer.due = customer.need_at
