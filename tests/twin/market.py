"""What prospects know: the published reading and the talk of customers, against what both were in the burn-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.rules import market as rules
from sim.world.state import REALISED

if TYPE_CHECKING:
    from twin.model import TwinFirm


class Reputation:
    """The firm's name in the market; `balance` is the chance to join at which as many come as leave."""

    def __init__(self, model: TwinFirm, balance: float) -> None:
        self.model, self.balance = model, balance
        self.talk = self.usual_talk = self.published = self.usual_published = 0.0
        self.heard = False
        self.measure = next((m for m in model.measures if m.spec.published), None)
        self.readings: list[tuple[float, float]] = []  # of the published measure, by week

    def join(self, promise: float) -> float:
        """Chance that a prospect joins this week."""
        market, on = self.model.spec.customers.market, self.model.spec.mechanisms
        sign = -1.0 if self.measure is not None and self.measure.spec.better == "less" else 1.0
        talk = market.talk * (self.talk - self.usual_talk) if on.word_of_mouth else 0.0
        published = market.reputation * sign * (self.published - self.usual_published) / 10.0
        base = self.balance if market.join is None else market.join
        return rules.join_probability(base, published, talk, market.promise * promise)

    def hear(self) -> None:
        """Take in the week's talk and the published reading; what is usual is settled when the burn-in ends."""
        model = self.model
        contacts = talk = 0.0
        for desk in model.desks:
            contacts += desk.counts.contacts
            talk += desk.counts.talk
        if contacts > 0.0:
            latest, memory = talk / contacts, model.spec.customers.market.memory
            self.talk = rules.remembered_talk(self.talk, latest, memory) if self.heard else latest
            self.heard = True
        if self.measure is not None:
            self.publish()
        if model.week < 0 or (model.spec.burn_in == 0 and model.week == 0):
            self.usual_talk, self.usual_published = self.talk, self.published

    def publish(self) -> None:
        """The reading of the measure's window, as late as it is known."""
        m, place = self.measure.spec, self.measure.place
        num = den = 0.0
        for desk in self.model.desks:
            num += desk.readings[place].num[REALISED]
            den += desk.readings[place].den[REALISED]
        self.readings.append((num, den))
        last = len(self.readings) - m.lag
        pooled = self.readings[max(0, last - m.window) : last] if last > 0 else []
        num, den = sum(n for n, _ in pooled), sum(d for _, d in pooled)
        if den > 0.0:
            self.published = num / den * self.measure.points
