"""Schemes in force: whom they pay, on which reading, against whose target. What a reading earns is the scheme's own rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.incentives import schemes as kinds
from sim.scenario.pay import Scheme

if TYPE_CHECKING:
    from twin.model import TwinFirm
    from twin.people import Person

class Contract:
    """One scheme for one role. `place` is the measure's, -1 for none; points is its unit. Targets stand with the people."""

    def __init__(self, model: TwinFirm, number: int, role: str) -> None:
        self.model, self.number, self.role = model, number, role
        label = self.written.measure
        self.place = -1 if label is None else model.labels.index(label)
        self.points = 1.0 if label is None else model.measures[self.place].points
        self.begun = False
        self.rewrite()

    @property
    def written(self) -> Scheme:
        return self.model.spec.pay.schemes[self.number]

    def rewrite(self) -> None:
        """What the scheme pays, as the scenario stands."""
        better = "more" if self.place < 0 else self.model.measures[self.place].spec.better
        self.payout: Any = kinds.build(self.written, better)

    def in_force(self, week: int) -> bool:
        until = self.written.until_week
        return week >= self.written.from_week and (until is None or week < until)

    @property
    def jumps(self) -> bool:
        """Whether pay rises at a stroke somewhere."""
        return any(jump != 0.0 for jump in self.payout.pieces.jumps)

    @property
    def has_target(self) -> bool:
        """Whether there is a level of one's own reading that is to be reached."""
        return self.place >= 0 and self.jumps and isinstance(self.payout, kinds.Individual)

    @property
    def ratchets(self) -> bool:
        return self.written.target.rule in ("ratchet", "manager")

    def begin(self, published: float) -> None:
        """First targets: as written, else, where they are to be reached or move, what the firm reported (raw units)."""
        target = self.written.target
        start = target.start
        if start is None:
            past = 0.0 if self.place < 0 else published * self.points
            reached = self.jumps or target.rule != "fixed"
            start = past + target.stretch if reached and not math.isnan(past) else 0.0
        for person in self.model.people[self.role]:
            person.targets[self] = start
        self.begun = True

    def standing(self, person: Person) -> float:
        """The reading that counts for a person, in measure points; NaN: nothing counts and nothing is paid."""
        if self.place < 0:
            return 0.0
        m, figures = self.model.measures[self.place].spec, person.figures
        if figures.observed[self.place] >= m.minimum_n:
            return figures.value[self.place] * self.points
        if m.below_minimum == "last" and person.last_reading is not None:
            return person.last_reading[self.place] * self.points
        if m.below_minimum == "team":
            return figures.team[self.place] * self.points
        if m.below_minimum == "target":
            return person.targets[self] / self.points * self.points
        return math.nan

    def payments(self, people: list[Any], standing: list[float]) -> list[float]:
        """Money for each; nothing where nothing can be read."""
        y, target = np.array(standing), np.array([person.targets[self] for person in people])
        if isinstance(self.payout, kinds.Group):
            weights = [1.0 if self.place < 0 else person.figures.observed[self.place] for person in people]
            money = self.payout.payout(y, target, teams_of(people), np.maximum(weights, 1e-9))
        else:
            money = self.payout.payout(y, target)
        return [0.0 if math.isnan(x) else float(x) for x in money]

    def next_target(self, before: float, standing: float, usual: float, asked: float = 0.0) -> float:
        """Ratchet (own result, and what is asked beyond it) and benchmark (`usual`): q' = q + step (y - q); fixed ones stay."""
        target = self.written.target
        if target.rule == "fixed" or math.isnan(standing):
            return before
        goal = standing + target.stretch + asked if self.ratchets else usual + target.stretch
        return before + target.step * (goal - before)

    @staticmethod
    def usual(standing: list[float]) -> float:
        """Mean of the readings that there are."""
        known = [y for y in standing if not math.isnan(y)]
        total = 0.0
        for y in known:
            total += y
        return total / max(1, len(known))


def teams_of(people: list[Any]) -> Any:
    """Numbers of the teams within which a group's results are compared; those above the front line are one."""
    return np.array([person.team.number if person.role == "employee" else 0 for person in people], np.int64)
