"""The Mesa model. One step is one week; its order is the model's own:

demand → queue → service → experience → voice (survey, complaint, repeat, exit, word of mouth) → logging → measurement →
*every pay period:* pay → books → audit and sanction → learning and choice → managers' turn → hiring.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pandas as pd

from sim.rules import market
from sim.scenario.schema import Scenario
from sim.world import build, events, parallel, reorganise, results, start, tables, windows
from sim.world import state as st
from sim.world import week as engine
from sim.world.firm import Firm
from sim.world.record import Recorder
from sim.world.survival import Survival
from sim.world.theory import Theory


class Organisation(mesa.Model):
    """Customers, employees and managers under a pay scheme; reported and true experience from one history.

    A run is a pure function of (spec, replicate). `firm` holds the people who choose, `world` the arrays, `week` the
    next week to play (negative in the burn-in).
    """

    def __init__(self, spec: Scenario, replicate: int = 0, threads: int = 1) -> None:
        """Build the world at the start of its burn-in; `replicate` (0, 1, …) is part of the key of chance.

        threads: how many play a week side by side, each its own teams; a matter of time alone, the result is the same.
        """
        super().__init__(rng=spec.seed)
        self.spec, self.replicate, self.threads = spec, replicate, threads
        self.week = -spec.burn_in
        self._windows: windows.Windows | None = None
        self.theory = _theory(spec, replicate)
        if self.theory is None:
            self._found()

    def _found(self) -> None:
        """The technology `contacts`: customers and everybody who serves them."""
        spec, replicate = self.spec, self.replicate
        opening = start.of(spec)
        self.world = build.world(spec, replicate, spec.pay.every, opening)
        self.recorder = Recorder(spec, replicate, self.world)
        self.firm = Firm(spec, replicate, self.world, self.recorder)
        self.reputation = Reputation(spec, opening.join)
        self._due = np.zeros((2, len(self.world.customers)), np.int32)
        self._look_at_arrays()
        self._turning_points = {t for e in spec.events for t in (e.week, e.until) if t is not None}

    def _look_at_arrays(self) -> None:
        """Take the world in the form in which every week asks for it."""
        self._load = np.zeros(len(self.world.teams))
        self._arrays = st.arrays(self.world)
        self._accounts = [kept.view(np.uint8) for kept in (self.world.readings, self.world.tallies)]

    def step(self) -> None:
        """Play one week."""
        if self.theory is None:
            self._serve_week()
        else:
            self.theory.step(self.week)
        self.week += 1
        self.running = self.week < self.spec.weeks

    def _serve_week(self) -> None:
        spec, w, week = self.spec, self.world, self.week
        if week in self._turning_points:
            events.apply(spec, w, week, self.firm)
            self.reputation.spec = self.firm.spec
        row = week % spec.pay.every
        since = week + spec.burn_in
        pace = build.prospects_a_week(spec)
        first = spec.customers.count + int(pace * since)
        last = spec.customers.count + int(pace * (since + 1))
        for accounts in self._accounts:
            accounts[row] = 0
        promise = self.firm.promise
        joined = engine.begin(
            float(week), row, self._due, self._load, first, last, self.reputation.join(promise),
            promise * spec.customers.market.promise_kept, *self._arrays,
        )  # fmt: skip
        parallel.play(w, self._arrays, self._due, float(week), row, self.threads)
        engine.finish(float(week), row, *self.recorder.slot(week), *self._arrays)
        self.recorder.tally(week, "joined", joined)
        self.reputation.hear(self.recorder, week)
        if (week + 1) % spec.pay.every == 0:
            self.firm.payday(week)

    def change(self, spec: Scenario) -> None:
        """Go on under another scenario from the next week on, as if an event had rewritten it.

        The new scenario differs only in what can change in a running world; ValueError names what cannot. What people
        are, believe and were promised stays theirs; whoever joins later is drawn from the new scenario. Another
        `staff.team_size` regroups the same staff and customers (`reorganise`).
        """
        if self.theory is not None:
            raise ValueError("a world of the textbook technology is settled at its start: nothing can change in it")
        events.require_changeable(self.spec, spec)
        regrouped = spec.staff.team_size != self.spec.staff.team_size
        if regrouped:
            reorganise.require_possible(spec)
        self.spec = spec
        events.apply(spec, self.world, self.week, self.firm)
        self.reputation.spec = self.firm.spec
        if regrouped:
            self.world = reorganise.regroup(self.firm, self.week)
            self.threads = 1  # an open case may end in the accounts of an employee who served it for another team
            self._windows = None
            self._look_at_arrays()

    def run(self) -> Organisation:
        """Play on to the end of the scenario."""
        while self.week < self.spec.weeks:
            self.step()
        return self

    def tables(self, micro: bool = False) -> dict[str, pd.DataFrame]:
        """The results so far as tidy tables (see docs/architecture.md); `micro` adds one row a customer, if there are any."""
        made = tables.tables(self.results())
        if micro and self.theory is None:
            made["customers"] = tables.customers(self.world, self.replicate)
        return made

    def results(self) -> results.Results:
        """The results so far as plain arrays: what the tables are made of."""
        if self.theory is not None:
            return self.theory.results(self.week)
        return results.of(self.recorder, self.week + self.spec.burn_in)

    @property
    def agents(self) -> Any:
        """All agents, as windows on the rows of the world, made when somebody looks."""
        return self._look().agents

    @property
    def agents_by_type(self) -> Any:
        """Agents by class: Customer, Employee, Manager."""
        return self._look().by_type

    def _look(self) -> windows.Windows:
        if self._windows is None:
            self._windows = windows.Windows(self)
        self._windows.refresh()
        return self._windows


def _theory(spec: Scenario, replicate: int) -> Theory | Survival | None:
    """Who plays the technology `textbook`, where that is asked for: with pay, or with competition for survival."""
    section = spec.service.textbook
    if spec.service.technology != "textbook" or section is None:
        return None
    return Survival(spec, replicate) if section.selection is not None else Theory(spec, replicate)


class Reputation:
    """What prospects know: the published reading and the talk of customers, against what both were in the burn-in."""

    def __init__(self, spec: Scenario, balance: float) -> None:
        self.spec, self.balance = spec, balance
        self.talk = self.usual_talk = self.published = self.usual_published = 0.0
        self.heard = 0
        published = [(j, m) for j, m in enumerate(spec.measures.values()) if m.published]
        self.place = published[0][0] if published else None
        self.sign = -1.0 if published and published[0][1].better == "less" else 1.0

    def join(self, promise: float) -> float:
        """Chance that a prospect joins this week."""
        m, on = self.spec.customers.market, self.spec.mechanisms
        talk = m.talk * (self.talk - self.usual_talk) if on.word_of_mouth else 0.0
        published = m.reputation * self.sign * (self.published - self.usual_published) / 10.0
        base = self.balance if m.join is None else m.join
        return float(market.join_probability(base, published, talk, m.promise * promise))

    def hear(self, recorder: Recorder, week: int) -> None:
        """Take in the week's talk and the published reading; what is usual is settled when the burn-in ends."""
        counts = recorder.counts[week + self.spec.burn_in]
        if counts[st.N_CONTACTS] > 0:
            latest = counts[st.N_TALK] / counts[st.N_CONTACTS]
            memory = self.spec.customers.market.memory
            self.talk = latest if self.heard == 0 else market.remembered_talk(self.talk, latest, memory)
            self.heard += 1
        if self.place is not None:
            value = recorder.reading(week, self.place, st.REALISED)
            if not np.isnan(value):
                self.published = value
        if week < 0 or (self.spec.burn_in == 0 and week == 0):
            self.usual_talk, self.usual_published = self.talk, self.published
