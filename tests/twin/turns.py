"""Engine or twin as one who takes turns: it plays some weeks when asked and tells what they cost (`sim.bench.twin`).

`main` reads pickled orders from standard input - first who is to play what, then how many weeks - and writes pickled answers.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from sim.scenario.schema import Scenario
from sim.world import Organisation, choice, foresight, start
from sim.world import state as st
from twin.compare import State, of_engine, of_twin
from twin.draws import Unkeyed
from twin.model import TwinFirm
from twin.single import SingleCustomer

ENGINE, KEYED, UNKEYED = "engine", "keyed", "unkeyed"


class Turn(NamedTuple):
    """What some weeks cost, in seconds of this process's CPU time, and what came of them."""

    seconds: float
    wall: float
    payday: float  # of the seconds
    called: float  # of those, in the search for intensities and the effects expected of acts, which the twin only calls
    contacts: float
    needs: float
    parts: Any  # (M, STAGES, 2): numerators and denominators of the readings
    left: float
    state: State | None


class Clock:
    """CPU seconds spent in functions, by what they are for."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def on(self, owner: Any, name: str, purpose: str) -> None:
        """Time a function or method wherever it is reached through its owner."""
        inner = getattr(owner, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return inner(*arguments, **named)
            finally:
                self.spent[purpose] += time.process_time() - begun

        setattr(owner, name, timed)


class Player:
    """One who plays a world: the engine, or the twin with keyed or with Python's own chance."""

    def __init__(self, kind: str, spec: Scenario, begin: Any, replicate: int) -> None:
        self.kind, self.clock = kind, Clock()
        start.of = lambda _: begin  # a start takes minutes in plain Python and is no part of the history
        if kind == ENGINE:
            Organisation(spec, replicate + 1).run()  # what is compiled gets loaded
        for owner, name in ((choice, "choose"), (foresight, "effects"), (foresight, "ability_effects")):
            self.clock.on(owner, name, "called")
        if kind == ENGINE:
            self.model: Any = Organisation(spec, replicate)
            self.clock.on(self.model.firm, "payday", "payday")
        else:
            luck = Unkeyed(spec.seed, replicate) if kind == UNKEYED else None
            customer = {} if kind == UNKEYED else {"customer": SingleCustomer}
            self.model = TwinFirm(spec, replicate, begin, luck, **customer)
            self.clock.on(self.model, "payday", "payday")

    def play(self, weeks: int) -> Turn:
        """Play so many weeks."""
        self.clock.spent.clear()
        cpu = wall = 0.0
        total = np.zeros(st.COUNTS)
        parts = np.zeros((len(self.model.spec.measures), st.STAGES, 2))
        for _ in range(weeks):
            begun = time.process_time(), time.perf_counter()
            self.model.step()
            cpu, wall = cpu + time.process_time() - begun[0], wall + time.perf_counter() - begun[1]
            total, parts = total + self.counts(), parts + self.parts()
        spent = self.clock.spent
        return Turn(
            cpu, wall, spent["payday"], spent["called"], total[st.N_CONTACTS], total[st.N_NEEDS], parts, total[st.N_LEFT],
            self.state(),
        )  # fmt: skip

    def counts(self) -> Any:
        """What was counted in the week just played, (COUNTS,)."""
        if self.kind == ENGINE:
            return self.model.recorder.counts[self.model.week - 1 + self.model.spec.burn_in]
        return np.sum([desk.counts.values() for desk in self.model.desks], axis=0)

    def parts(self) -> Any:
        """The firm's readings of the week just played, (M, STAGES, 2)."""
        if self.kind == ENGINE:
            return self.model.recorder.readings[self.model.week - 1 + self.model.spec.burn_in]
        rows = [[np.column_stack([r.num, r.den]) for r in desk.readings] for desk in self.model.desks]
        return np.sum(rows, axis=0)

    def state(self) -> State | None:
        """What stands after the last week, where it can be compared."""
        if self.kind == ENGINE:
            return of_engine(self.model, (self.model.week - 1) % self.model.spec.pay.every)
        return of_twin(self.model) if self.kind == KEYED else None


def main() -> None:
    """Play as told until no more is asked."""
    orders, answers, sys.stdout = sys.stdin.buffer, sys.stdout.buffer, sys.stderr
    player = Player(*pickle.load(orders))
    answer: Any = None
    while True:
        pickle.dump(answer, answers)
        answers.flush()
        try:
            answer = player.play(pickle.load(orders))
        except EOFError:
            return
