"""A customer's mind: what he feels now, what a contact does to memory and expectation, when he has had enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.rules import customer as rules
from sim.rules import voice
from sim.world.state import NEVER

if TYPE_CHECKING:
    from sim.scenario.customers import Segment
    from twin.model import TwinFirm


class Minded(mesa.Agent):
    """Somebody with a mind. Dates in weeks, scores 0-10, the rest in quality."""

    model: TwinFirm
    segment: Segment
    contract: bool
    lost_hope: bool  # since a complaint was put off
    taste: float
    expectation: float  # less what drift has added since week 0
    end: float  # remembered satisfaction
    peak: float
    leaves_at: float  # if nothing changes

    def score(self) -> float:
        """The true experience now, 0-10, before rounding."""
        model = self.model
        remembered = rules.memory(self.peak, self.end, model.spec.customers.experience.peak_weight)
        return rules.experience(model.level, model.slope, remembered, self.taste)

    @property
    def answer(self) -> int:
        """The whole answer that he would give in confidence now."""
        return int(rules.whole(self.score()))

    def expected(self, at: float) -> float:
        """The quality he expects at a date, drift included."""
        return self.expectation + self.model.spec.customers.experience.drift * at

    def expect(self, at: float, quality: float) -> None:
        """He expects this quality at this date."""
        self.expectation = quality - self.model.spec.customers.experience.drift * at

    def hope(self) -> float:
        """Hope that a complaint would help, 0-1."""
        return self.model.spec.customers.voice.lost_hope if self.lost_hope else 1.0

    def hazard(self, score: float) -> float:
        """Departures a week at this score."""
        v = self.model.spec.customers.voice
        damping = v.contract_damping if self.contract else 1.0
        return voice.exit_hazard(score, v.exit_rate, v.exit_at, v.exit_slope, damping)

    def experience(self, at: float, solved: float, wait: float, courtesy: float, efforts: float) -> tuple[float, float]:
        """Perceived quality against expectation; memory and expectation move. Returns quality and satisfaction."""
        e, model = self.model.spec.customers.experience, self.model
        quality = rules.perceived_quality(
            solved, wait, courtesy, efforts, e.resolution, e.wait, e.wait_cap, e.courtesy, e.effort
        )
        expectation = self.expected(at)
        satisfaction = rules.disconfirmation(quality, expectation, e.loss_weight)
        if model.remembers:
            self.end = rules.remembered_end(self.end, satisfaction, e.forgetting)
            self.peak = rules.remembered_peak(self.peak, satisfaction, e.peak_fading)
        if model.spec.mechanisms.expectation:
            self.expect(at, rules.adapted(expectation, quality, e.adaptation))
        return quality, satisfaction

    def reconsider(self, at: float, before: float) -> float:
        """After a contact: what was left of the threshold of leaving is used up at the pace of the new score."""
        score = self.score()
        if self.model.spec.mechanisms.exit and score != before:
            self.put_off(at, self.hazard(before), self.hazard(score))
        return score

    def put_off(self, at: float, before: float, now: float) -> None:
        """The hazard of leaving has changed."""
        if before > 0.0:
            self.leaves_at = at + (self.leaves_at - at) * before / now if now > 0.0 else NEVER
