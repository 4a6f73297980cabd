"""The parts of a contact, each alone: one step for many customers, then the next, on the records of a world that was played.

Nothing waits here for another step, and what a step needs lies close by; so their sum is what the rules of a contact cost as
they are written, without what holds them together. Every step gets the same plausible contact: four in five are solved.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.rules import service
from sim.rules.kernel import hot
from sim.scenario.schema import Scenario
from sim.world import contact, hand, heard, issue, mind, readings
from sim.world import state as st

Order = NDArray[np.int64]
CARES = 1 << act.CARE
ROUNDS = 10  # so that what is timed takes about as long as the floor
WAIT, MINUTES, COURTESY, QUALITY, SATISFACTION = 0.3, 6.0, 0.3, 0.3, 0.2  # of the contact that is taken for all


@hot
def server(w: Any, i: int) -> int:
    """Who serves customer i: a member of his team, every time another."""
    return (i % w.p.teams) * w.p.team_size + (i // w.p.teams) % w.p.team_size


@hot
def solved(i: int) -> float:
    """Whether the contact of customer i solves his need."""
    return 0.0 if i % 5 == 0 else 1.0


@hot
def draws(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        hand.deal(w.p, w.customers[i], i, w.hand_places, w.hands[i % w.p.teams])


@hot
def waiting(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        c, team = w.customers[i], w.teams[i % w.p.teams]
        u = (i % 997 + 0.5) / 997.0
        wait = service.wait_quantile(u, team.delayed, team.waits)
        if wait > 0.0:
            wait = min(wait, -w.p.patience * math.log(u))
        row = w.panel[i % w.p.teams, i % st.PANEL_SIZE]
        voice = w.segments[c.segment].voice
        contact.note_panel(w.p, row, c, voice, mind.hope_of(w.p, c), at, np.float64(c.difficulty), wait, u)


@hot
def work(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    p = w.p
    for i in order:
        post, difficulty = server(w, i), np.float64(w.customers[i].difficulty)
        e = w.staff[post]
        tried, worked = contact.attempts(e, w.hands[i % p.teams])
        care, rush = heard.done(tried, act.CARE), heard.done(tried, act.RUSH)
        minutes = contact.own_minutes(p, e, difficulty, (i % 997 + 0.5) / 997.0)
        minutes = service.paced_minutes(minutes, care, rush, p.care_minutes, p.rush_minutes)
        chance = contact.solve_probability(p, e, w.teams[i % p.teams].sound, difficulty, care, rush)
        courtesy = service.courtesy(
            e.engagement, p.courtesy_by_engagement, care, rush, heard.done(worked, act.PLEAD),
            p.care_courtesy, p.rush_courtesy, p.plead_courtesy,
        )  # fmt: skip
        w.hands[i % p.teams, 0, 0] = minutes + chance + courtesy


@hot
def experience(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        c = w.customers[i]
        before = mind.score_of(w.p, c)
        mind.experience_contact(w.p, c, at, solved(i), WAIT, COURTESY, c.contacts + w.p.extra_handoffs)
        mind.reconsider(w.p, w.teams[i % w.p.teams], c, at, before)


@hot
def questions(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        k, score = i % w.p.teams, mind.score_of(w.p, w.customers[i])
        when = np.int64(w.customers[i].need) * 256
        heard.ask_all(
            w, i, server(w, i), k, when, 0, at, CARES, 0, 0.0, score, SATISFACTION, 1.0, WAIT, solved(i), True, w.hands[k]
        )


@hot
def log(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        c, post, yes = w.customers[i], server(w, i), solved(i)
        cells, lessons = w.readings[0, post], w.lessons[post]
        issue.note_visit(c, post, at, CARES, yes)
        readings.log_complaint(w.measures, w.read_at[st.AT_COMPLAINT], cells, lessons, CARES, 0.0, 1.0 - yes, 0.0, 0.0)
        good_faith, written = issue.mark_log(w.p, c, w.teams[i % w.p.teams], at, yes, 0.5, False)
        readings.log_contact(
            w.measures, w.read_at[st.AT_LOG], cells, lessons, CARES, 0.0, True, True, yes, good_faith, written, MINUTES, WAIT
        )
        readings.learn(lessons[0], CARES, 0.0, QUALITY - w.firm.quality)
        contact.count_contact(w.p, c, w.tallies[0, post], MINUTES, 0.0, WAIT, QUALITY, 0, 6.0)


@hot
def ends(order: Order, at: float, *arrays: Any) -> None:
    w = st.World(arrays[0][0], arrays[1][0], *arrays[2:])
    for i in order:
        issue.end_need(w, i, at, 0, at if solved(i) > 0.0 else st.NEVER)


class Part(NamedTuple):
    """A step of a contact: what it is, what plays it, and of which count of the accounts there are as many."""

    name: str
    play: Callable[..., None]
    as_often_as: int = st.N_CONTACTS


PARTS = (
    Part("draws", draws), Part("waiting", waiting), Part("acts and work", work), Part("experience", experience),
    Part("questions", questions), Part("log, accounts and lessons", log), Part("the end of a need", ends, st.N_ENDED),
)  # fmt: skip


class Bench:
    """A world in the middle of its run, on which the parts are timed again and again from the same state."""

    def __init__(self, spec: Scenario) -> None:
        from sim.world import Organisation

        model = Organisation(spec)
        while model.week < spec.weeks // 2:
            model.step()
        self.world, self.arrays, self.at = model.world, st.arrays(model.world), float(model.week)
        active = np.flatnonzero(self.world.customers["status"] == st.ACTIVE)
        self.order = active[np.argsort(active % len(self.world.teams), kind="stable")]  # team by team, as in the engine
        counts = model.recorder.counts.sum(axis=0)
        self.often = [float(counts[part.as_often_as] / counts[st.N_CONTACTS]) for part in PARTS]
        self.before = self.world.customers.copy()
        for part in PARTS:  # compiled once, before time is taken
            self._time(part)

    def nanoseconds(self) -> list[float]:
        """CPU nanoseconds a contact of each part alone, one part after the other, several times."""
        rounds = [[self._time(part) for part in PARTS] for _ in range(ROUNDS)]
        return [float(each) for each in 1e9 * np.mean(rounds, axis=0) * self.often / len(self.order)]

    def _time(self, part: Part) -> float:
        self.world.customers[:] = self.before
        begun = time.process_time()
        part.play(self.order, self.at, *self.arrays)
        return time.process_time() - begun
