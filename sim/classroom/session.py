"""What one visitor has: two worlds with the same customers, staff and luck, and the levers of each. No web in here."""

from __future__ import annotations

import base64
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.classroom import levers as lever
from sim.classroom.levers import Levers
from sim.classroom.meter import Meter
from sim.scenario.schema import Scenario
from sim.world import state as st
from sim.world import trace
from sim.world.model import Organisation
from sim.world.reasons import Reasons, reasons
from sim.world.trace import Snapshot

REMEMBERED = 4  # weeks of which it can be told what happened to a customer
SHOWN_BEFORE = 26  # weeks of the burn-in on the curves
GONE = 11  # in the picture of the customers: has left


@dataclass(frozen=True)
class Mark:
    """A change made while the worlds ran, as the curves show it."""

    week: int
    side: int
    name: str
    before: Any
    after: Any


@dataclass
class Side:
    """One of the two worlds, with its levers and what is remembered of its last weeks."""

    base: Scenario
    levers: Levers
    in_force: Levers  # those of the week that was played last
    model: Organisation
    meter: Meter
    reasons: Reasons | None = None
    past: deque[Snapshot] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @classmethod
    def made(cls, base: Scenario, levers: Levers) -> Side:
        """A world at the end of its burn-in."""
        model = Organisation(lever.applied(base, levers))
        side = cls(base, levers, levers, model, Meter(model))
        while model.week < 0:
            side.step()
        return side

    def step(self) -> None:
        """Play a week with the levers where they stand and keep what is needed to tell of it."""
        model = self.model
        if self.levers != self.in_force:
            model.change(lever.applied(self.base, self.levers))
            self.in_force = self.levers
        kept = trace.snapshot(model) if model.week >= -REMEMBERED else None
        model.step()
        if kept is not None:
            self.past.append(trace.settled(kept, model))
        if model.week > -SHOWN_BEFORE:
            self.meter.read()
        if model.week % model.spec.pay.every == 0:
            self.reasons = reasons(model.firm)

    def faces(self) -> str:
        """The answers (0-10) that the customers of the start would give now, or GONE; a byte each, base64."""
        rows = self.model.world.customers[: self.base.customers.count]
        answers = np.where(rows["status"] == st.ACTIVE, rows["answer"], GONE).astype(np.uint8)
        return base64.b64encode(answers.tobytes()).decode()

    def busy(self) -> list[float]:
        """How much each employee games: the intensity of the tactic that he uses most, 0-1."""
        group = self.model.firm.groups["employee"]
        return [round(float(x), 3) for x in group.intensity[:, group.tactics].max(axis=1)]


class Session:
    """Two worlds, side by side. `weeks` is the last week that they can play."""

    def __init__(self, left: Scenario, right: Scenario) -> None:
        self.bases = [lever.without_bonus(left), lever.without_bonus(right)]
        self.marks: list[Mark] = []
        self.sides = [Side.made(base, lever.first(base)) for base in self.bases]

    @property
    def week(self) -> int:
        """Weeks played since the burn-in."""
        return self.sides[0].model.week

    @property
    def weeks(self) -> int:
        """Weeks that can be played in all."""
        return min(side.base.weeks for side in self.sides)

    @property
    def over(self) -> bool:
        """Whether the end is reached."""
        return self.week >= self.weeks

    def advance(self, weeks: int) -> int:
        """Play on, at most to the end; returns how many weeks were played."""
        played = 0
        while played < weeks and not self.over:
            for side in self.sides:
                side.step()
            played += 1
        return played

    def move(self, number: int, name: str, value: Any) -> None:
        """Move one lever of one world, from the week that comes next; at the end there is none, and nothing moves.

        A lever that is moved in several steps within a week leaves one mark, and none if it ends where it began.
        """
        if self.over:
            return
        side = self.sides[number]
        side.levers = side.levers.moved(name, value)
        mark = Mark(self.week, number, name, getattr(side.in_force, name), value)
        same = [i for i, m in enumerate(self.marks) if (m.week, m.side, m.name) == (mark.week, number, name)]
        place = same[0] if same else len(self.marks)
        self.marks[place : place + 1] = [mark] if mark.before != mark.after else []

    def choose(self, number: int, base: Scenario) -> None:
        """Put another scenario in one of the places; both worlds begin again."""
        self.bases[number] = lever.without_bonus(base)
        self.restart(levers={number: lever.first(self.bases[number])})

    def restart(self, levers: dict[int, Levers] | None = None) -> None:
        """Both worlds from the start, with the levers where they stand or as given by place."""
        given = levers or {}
        self.marks = []
        self.sides = [
            Side.made(base, given.get(i, side.levers))
            for i, (base, side) in enumerate(zip(self.bases, self.sides, strict=True))
        ]

    def reset(self) -> None:
        """Both worlds from the start, with the levers as their scenarios have them."""
        self.restart(levers={i: lever.first(base) for i, base in enumerate(self.bases)})
