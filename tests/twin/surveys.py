"""Asking a customer: who is invited, who answers, what is stated, what reaches the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.incentives import tactics as act
from sim.rules import customer as mind
from sim.rules import survey as rules
from sim.world import chance
from sim.world.layout import SCALES
from sim.world.state import (
    COVERAGE,
    MEASUREMENT,
    NONRESPONSE,
    PRESSURE,
    PROCESSING,
    REALISED,
    SELECTION,
    STEERING,
    STYLE,
    TRUE,
)  # fmt: skip
from twin.accounts import Reading

if TYPE_CHECKING:
    from twin.customer import Customer
    from twin.measures import Measure

AGGREGATES = {"net": rules.NET, "top": rules.TOP, "mean": rules.MEAN}


class Answer(NamedTuple):
    """What became of a question."""

    invited: bool
    given: bool = False
    counts: float | None = None  # what the reported answer counts for; None: there is none
    bad: bool = False  # a bad answer that reached the report


class Survey:
    """A question with its scale, its sample and the hands that its answers pass."""

    def __init__(self, measure: Measure) -> None:
        self.measure, self.model = measure, measure.model
        self.low, self.high = SCALES.get(measure.spec.reads, (0.0, 1.0))
        self.aggregate = AGGREGATES[measure.spec.aggregate]

    def invitation(self, latent: float) -> float:
        """Chance to be invited where nobody steers."""
        m = self.measure.spec
        if m.invite is not None:
            return m.invite[answer_class(latent)]
        return 1.0 if m.sample == "census" else m.rate

    def steering(self, customer: Customer, feeling: float, noise: float, selecting: bool, in_trouble: bool) -> float:
        """Factor on that chance by whoever selects: the employee by mood, the central office by record."""
        s, sample = self.model.spec.customers.survey, self.measure.spec.sample
        if sample == "employee" and selecting:
            return 1.0 - rules.passes_over(rules.seen_mood(feeling, s.mood_error, noise), s.contented, s.sharpness)
        if sample == "central":
            lever = act.SELECT_CENTRAL
            return 1.0 - rules.spared(float(in_trouble), self.model.levers[lever], self.model.reach[lever])
        return 1.0

    def response(self, latent: float, feeling: float, fatigued: bool) -> float:
        """Chance that an invited customer answers."""
        m, s = self.measure.spec, self.model.spec.customers.survey
        if m.respond is not None:
            return m.respond[answer_class(latent)]
        least = getattr(s.channels, m.channel) if m.response is None else m.response
        return rules.respond_probability(feeling, least, s.extreme, s.centre, float(fatigued), s.fatigue)

    def kept(self, customer: Customer, answer: float) -> float:
        """Chance that an answer reaches the report."""
        m, keep = self.measure.spec, 1.0
        if "manager" in m.handled_by:
            keep *= 1.0 - rules.struck(answer, m.low, customer.team.filtering, self.model.reach[act.FILTER])
        if "central" in m.handled_by:
            lever = act.RECLASSIFY
            keep *= 1.0 - rules.struck(answer, m.low, self.model.levers[lever], self.model.reach[lever])
        return keep

    def counts(self, answer: float) -> float:
        m = self.measure.spec
        return rules.counts_for(answer, self.aggregate, m.high, m.low)

    def ask(
        self, customer: Customer, reading: Reading, when: int, index: int, latent: float, feeling: float, *, in_trouble: bool,
        fatigued: bool = False, selecting: bool = False, lift: float = 0.0,
    ) -> Answer:  # fmt: skip
        """Ask (or not): every stage gets its expectation, the last what happened."""
        m, model, low, high = self.measure.spec, self.model, self.low, self.high
        u = model.chance.four(customer.place, when, chance.SURVEY, index)
        by_protocol = self.invitation(latent)
        noise = chance.normal_from(u[0]) if selecting else 0.0
        invited = by_protocol * self.steering(customer, feeling, noise, selecting, in_trouble)
        answering = self.response(latent, feeling, fatigued)
        style = chance.from_latent(*model.style, u[1])
        honest = self.counts(mind.on_scale(latent, low, high))
        styled = self.counts(mind.on_scale(latent + style, low, high))
        answer = mind.on_scale(latent + style + lift * (1.0 - m.confidential), low, high)
        stated, keep = self.counts(answer), self.kept(customer, answer)
        self.note_stages(reading, by_protocol, invited, answering, keep, honest, styled, stated)
        if u[2] >= invited:
            return Answer(invited=False)
        if u[3] >= answering:
            return Answer(invited=True)
        if keep < 1.0 or m.error > 0.0:
            v = model.chance.four(customer.place, when, chance.SURVEY, index + 1)
            if v[0] >= keep:
                return Answer(invited=True, given=True)
            if v[1] < m.error:
                stated, answer = 1.0 - stated, low + high - answer
        reading.add(REALISED, stated, 1.0)
        reading.square += stated * stated
        return Answer(invited=True, given=True, counts=stated, bad=answer <= m.low)

    def note_stages(
        self, reading: Reading, by_protocol: float, invited: float, answering: float, keep: float, honest: float,
        styled: float, stated: float,
    ) -> None:  # fmt: skip
        """What is expected of this customer at every stage, given his chances to be asked and to answer."""
        error, both = self.measure.spec.error, invited * answering
        misread, stated = styled + error * (1.0 - 2.0 * styled), stated + error * (1.0 - 2.0 * stated)
        reading.add(TRUE, honest, 1.0)
        reading.add(COVERAGE, honest, 1.0)
        reading.add(SELECTION, by_protocol * honest, by_protocol)
        reading.add(STEERING, invited * honest, invited)
        reading.add(NONRESPONSE, both * honest, both)
        reading.add(STYLE, both * styled, both)
        reading.add(MEASUREMENT, both * misread, both)
        reading.add(PRESSURE, both * stated, both)
        reading.add(PROCESSING, both * keep * stated, both * keep)


def answer_class(latent: float) -> int:
    """0 detractor, 1 passive, 2 promoter."""
    answer = mind.whole(latent)
    return 2 if answer >= 9.0 else (0 if answer <= 6.0 else 1)
