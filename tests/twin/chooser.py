"""Whose turn comes at the end of a pay period: everybody of a role considers, then steps, then all advance at once."""

from __future__ import annotations

from typing import Any

from twin import choosing
from twin.beliefs import Effects
from twin.people import Person
from twin.tasks import Task


class Chooser(Person):
    """Somebody who chooses how much he does of what is open to him."""

    task: Task | None = None  # what he chooses on; None: he goes on as before, or has no reason to do anything
    known: Effects  # what acts that work really do; only the rational are told
    intended: list[float]

    @property
    def may_choose(self) -> bool:
        """Whether he ever changes what he does."""
        return self.choice != "fixed" and self.model.spec.mechanisms.management

    @property
    def superior(self) -> Any:
        """Who sets his targets (those of the head follow their rule)."""
        return self.model.people["head"][0]

    def has_reason(self) -> bool:
        """Whether anything can move him: pay on a measure, or acts that are worth doing unpaid."""
        worth_doing = any(there and not tactic for there, tactic in zip(self.is_open(), self.tactics, strict=True))
        return bool(self.model.in_force(self.role, self.model.week_ahead)) or worth_doing

    def consider(self) -> None:
        """What there is to choose from, as things stand before anybody of his role has moved."""
        self.task = choosing.task_of(self) if self.may_choose and self.has_reason() else None

    def step(self) -> None:
        """His turn: settle what he does in the next pay period, and look back on what the last one was worth to him."""
        self.intended = list(self.intensity)
        if self.task is not None:
            own = choosing.best(self)
            self.look_back(own.stake, own.spread)
            self.intended = own.acts
        elif self.may_choose:
            self.intended = [0.0 if there else a for a, there in zip(self.intensity, self.is_open(), strict=True)]
            self.stake = self.spread = 0.0
            self.equivalent = self.base + self.allowance + self.bonus - self.fine

    def advance(self) -> None:
        """He does what he has settled on."""
        self.intensity = self.intended

    def look_back(self, stake: float, spread: float) -> None:
        """The certainty equivalent of the period that was paid, by what he believes on the whole."""
        assert self.task is not None
        gain = self.task.gain
        if self.choice == "learning":  # what one samples to choose by is not what one believes on the whole
            sober = self.worth_beside_pay(self.belief, self.task.outlook.minutes)
            gain = [g - w + s for g, w, s in zip(gain, self.task.worth, sober, strict=True)]
        self.stake, self.spread = stake, spread
        unfeared = [g + s for g, s in zip(gain, self.sanctions(), strict=True)]  # fines stand in the equivalent themselves
        self.equivalent = self.certainty_equivalent(unfeared, self.intensity)
