"""(a) The engine against the same model as ordinary Mesa objects (`tests/twin`), pay period by pay period in turns.

Three processes stand ready - the engine, the twin with keyed draws, the twin with Python's own `random` - and each plays the
same pay period before any plays the next one. Where the draws are the same, the states are compared agent by agent.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from sim.bench.child import SOURCES, Player
from sim.bench.row import Row, Target, row
from sim.bench.size import Size
from sim.bench.worlds import world
from sim.scenario.schema import Scenario

NAME = "twin"
TESTS = SOURCES / "tests"
PROGRAM = "from twin.turns import main; main()"
ENGINE, KEYED, UNKEYED = "engine", "keyed", "unkeyed"
FAMILY_ERROR = 0.001  # chance that some reading of an equal model looks different


class NoTwinError(Exception):
    """The twin is part of the tests of a clone; an installed package has none."""


def rows(size: Size, tests: Path = TESTS) -> Iterator[Row]:
    """Time of the engine and of both twins over the horizon, and whether their results agree."""
    if not (tests / "twin" / "turns.py").is_file():
        raise NoTwinError(f"the twin stands in the tests of a clone and is not at {tests}: run this from a clone")
    spec = world(size.customers, size.staff, size.team, size.weeks)
    turns, equal = in_turns(spec, size.keyed_weeks, tests)
    own, sums = turns[ENGINE], {kind: totals(found) for kind, found in turns.items()}
    whole = sums[ENGINE]
    rate = [whole[what] / (size.customers * size.weeks) for what in ("needs", "contacts")]
    told = f"{size.customers:,} customers x {size.weeks} weeks x {size.staff} staff; a customer-week has {rate[0]:.3f} needs, "
    told += f"{rate[1]:.3f} contacts; whole run {whole['seconds']:.3f} s CPU ({whole['wall']:.3f} s wall), of it paydays "
    told += f"{whole['payday']:.3f} s"
    yield row(NAME, "engine", "a pay period of the engine, pay included", "ms CPU", [1e3 * t.seconds for t in own], note=told)
    likeness = alike(spec, turns[UNKEYED], size.replicates)
    yield from _against(turns[UNKEYED], own, "Python's random", Target("at least", 100.0) if size.full else None, likeness)
    first = sums[KEYED]
    told = f"{first['contacts']:.0f} contacts in the first {size.keyed_weeks} weeks; all agents and desks compared after each "
    told += "pay period: whole numbers equal, reals to 1e-9; the engine's ratio is to the same weeks"
    part = totals(own[: len(turns[KEYED])])
    yield row(
        NAME, "twin, keyed draws", "a pay period of the twin with the engine's draws", "ms CPU",
        [1e3 * t.seconds for t in turns[KEYED]], ratio=first["seconds"] / part["seconds"], correct=equal, note=told,
    )  # fmt: skip


def in_turns(spec: Scenario, keyed_weeks: int, tests: Path) -> tuple[dict[str, list[Any]], bool]:
    """What every player says of every pay period, and whether engine and keyed twin always agreed."""
    from sim.world import start

    sys.path.insert(0, str(tests))  # what the players tell is made of the twin's classes
    from twin.compare import differences  # type: ignore[import-not-found]

    begin, equal = start.of(spec), True
    turns: dict[str, list[Any]] = {ENGINE: [], KEYED: [], UNKEYED: []}
    with ExitStack() as stack:
        players = {kind: stack.enter_context(Player(PROGRAM, tests, kind == ENGINE)) for kind in turns}
        for kind, player in players.items():
            player.ask((kind, spec, begin))
        for week in range(0, spec.weeks, spec.pay.every):
            playing = [kind for kind in turns if kind != KEYED or week < keyed_weeks]
            states = {}
            for kind in playing:
                turn = players[kind].ask(min(spec.pay.every, spec.weeks - week))
                turns[kind].append(turn._replace(state=None))
                states[kind] = turn.state
            if KEYED in playing:
                found = differences(states[ENGINE], states[KEYED])
                equal = equal and not found
                sys.stderr.writelines(f"engine and twin differ after week {week}: {line}\n" for line in found[:3])
    return turns, equal


def totals(turns: Sequence[Any]) -> dict[str, float]:
    """Sums over turns."""
    names = ("seconds", "wall", "payday", "called", "contacts", "needs")
    return {name: float(sum(getattr(turn, name) for turn in turns)) for name in names}


def _against(turns: list[Any], own: list[Any], luck: str, target: Target | None, likeness: tuple[bool, str]) -> Iterator[Row]:
    """The honest baseline in four readings of what belongs to it."""
    theirs, ours = totals(turns), totals(own)
    told = f"whole run {theirs['seconds']:.1f} s CPU, of it paydays {theirs['payday']:.1f} s, of these {theirs['called']:.1f} s "
    told += "in the search for intensities and the effects expected of acts, which the twin calls in plain Python; " + likeness[1]
    yield row(
        NAME, f"twin, {luck}", "a pay period of the twin; ratio of whole runs, pay included on both sides", "ms CPU",
        [1e3 * t.seconds for t in turns], ratio=theirs["seconds"] / ours["seconds"], target=target, correct=likeness[0],
        note=told,
    )  # fmt: skip
    yield row(
        NAME, f"twin, {luck}, search and foresight left out", "the same without them on either side", "ms CPU",
        [1e3 * (t.seconds - t.called) for t in turns],
        ratio=(theirs["seconds"] - theirs["called"]) / (ours["seconds"] - ours["called"]),
    )  # fmt: skip
    yield row(
        NAME, f"twin, {luck}, search and foresight for nothing", "without them in the twin, with them in the engine", "ms CPU",
        [1e3 * (t.seconds - t.called) for t in turns], ratio=(theirs["seconds"] - theirs["called"]) / ours["seconds"],
        note="a lower bound: as if the ordinary model had them compiled, at no cost",
    )  # fmt: skip
    yield row(
        NAME, f"twin, {luck}, no paydays", "weeks of service alone, on both sides", "us a contact",
        [1e6 * (t.seconds - t.payday) / t.contacts for t in turns],
        ratio=a_contact(theirs) / a_contact(ours), note="ratio per contact",
    )  # fmt: skip


def a_contact(sums: dict[str, float]) -> float:
    """Seconds of a contact in weeks without paydays."""
    return (sums["seconds"] - sums["payday"]) / sums["contacts"]


def alike(spec: Scenario, turns: Sequence[Any], replicates: int) -> tuple[bool, str]:
    """Whether one history of the twin could be one of the engine's: every reading of the whole run within Student's t.

    Reported and true readings of all measures, contacts and departures; Bonferroni over all of them.
    """
    from scipy import stats

    from sim.world import Organisation
    from sim.world import state as st

    def figures(parts: Any, contacts: float, left: float) -> Any:
        stages = parts[:, [st.REALISED, st.TRUE]]
        return np.concatenate([(stages[..., 0] / np.where(stages[..., 1] > 0, stages[..., 1], np.nan)).ravel(), [contacts, left]])

    other = figures(sum(t.parts for t in turns), sum(t.contacts for t in turns), sum(t.left for t in turns))
    runs = []
    for replicate in range(replicates):
        kept = Organisation(spec, replicate).run().recorder
        counts = kept.counts.sum(axis=0)
        runs.append(figures(kept.readings.sum(axis=0), counts[st.N_CONTACTS], counts[st.N_LEFT]))
    own = np.array(runs)
    there = ~np.isnan(own).any(axis=0) & ~np.isnan(other) & (own.std(axis=0) > 0)
    error = own[:, there].std(axis=0, ddof=1) * math.sqrt(1.0 + 1.0 / replicates)
    far = np.abs(other[there] - own[:, there].mean(axis=0)) / error
    limit = float(stats.t.ppf(1.0 - FAMILY_ERROR / (2 * there.sum()), replicates - 1))
    told = f"one history against {replicates} of the engine's: of {there.sum()} readings the farthest is {far.max():.1f} "
    return bool((far <= limit).all()), told + f"standard errors off, allowed {limit:.1f}"
