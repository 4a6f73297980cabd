"""One served contact: who did what for whom, and what came of it, until it is in the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.incentives import tactics as act
from sim.rules import customer as mind
from sim.rules import voice

if TYPE_CHECKING:
    from twin.accounts import Desk
    from twin.customer import Customer
    from twin.employee import Employee

IN_CONTACT = (act.SELECT, act.PLEAD, act.GIFT, act.CHARM)  # attempts that take time in every contact


@dataclass
class Contact:
    """What is known of a contact while it lasts. Times in minutes, `at` in weeks; 1.0 or 0.0 for what is written in logs."""

    customer: Customer
    employee: Employee
    at: float
    when: int  # key of the contact: need and ordinal
    wait: float
    tried: set[int]
    worked: set[int]
    passed: bool  # on by a colleague
    repeat: bool
    efforts: float  # asked of the customer: further contacts and extra hand-offs
    minutes: float = 0.0
    gaming: float = 0.0  # of these, spent on attempts beside serving
    solved: float = 0.0
    courtesy: float = 0.0
    quality: float = 0.0
    satisfaction: float = 0.0
    score: float = 0.0
    first: bool = True  # served contact of the issue
    good_faith: float = 0.0
    written: float = 0.0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = self.employee.desk

    @property
    def selecting(self) -> bool:
        """Whether the employee passes over those who seem displeased."""
        return act.SELECT in self.worked

    @property
    def lift(self) -> float:
        """What pleas and gifts add to the answer, on the 0-10 latent."""
        s = self.employee.model.spec.customers.survey
        pleaded, given = act.PLEAD in self.worked, act.GIFT in self.worked
        return s.plead_lift * float(pleaded) + s.gift_lift * float(given)

    def time_beside_serving(self) -> float:
        """Minutes of attempts in this contact that serve nobody."""
        cost = self.employee.model.act_minutes
        total = 0.0
        for k in IN_CONTACT:
            if k in self.tried:
                total += cost[k]
        if self.solved <= 0.0 and act.CLOSE in self.tried:
            total += cost[act.CLOSE]
        return total

    def count(self, score: float) -> None:
        """Add the contact to what is counted of its employee; the customer leaves it with this score."""
        counts = self.desk.counts
        counts.contacts += 1.0
        counts.minutes += self.minutes
        counts.gaming += self.gaming
        counts.wait += self.wait
        counts.quality += self.quality
        counts.talk += voice.talk(mind.whole(score), self.employee.model.spec.customers.market.bad_news)
        counts.repeats += float(self.repeat)
        counts.gifts += float(act.GIFT in self.worked)
