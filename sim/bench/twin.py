"""(a) The engine against the same model as ordinary Mesa objects (`tests/twin`), pay period by pay period in turns.

Three processes stand ready - the engine, the twin with keyed draws, the twin with Python's own `random` - and each plays the
same pay period before any plays the next one. Where the draws are the same, the states are compared agent by agent. Several
histories are played so, each with luck of its own; a ratio is the median of theirs.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim.bench.child import SOURCES, Player
from sim.bench.page import number
from sim.bench.row import Row, Target, row
from sim.bench.size import Size
from sim.bench.worlds import world
from sim.scenario.schema import Scenario

NAME = "twin"
TESTS = SOURCES / "tests"
PROGRAM = "from twin.turns import main; main()"
ENGINE, KEYED, UNKEYED = "engine", "keyed", "unkeyed"
FAMILY_ERROR = 0.001  # chance that some reading of an equal model looks different


Histories = Sequence[Sequence[Any]]  # of every history the turns of a player
Sums = dict[str, float]
Cost = Callable[[Sums], float]


class NoTwinError(Exception):
    """The twin is part of the tests of a clone; an installed package has none."""


def rows(size: Size, tests: Path = TESTS) -> Iterator[Row]:
    """Time of the engine and of both twins over the horizon, and whether their results agree."""
    if not (tests / "twin" / "turns.py").is_file():
        raise NoTwinError(f"the twin stands in the tests of a clone and is not at {tests}: run this from a clone")
    spec = world(size.customers, size.staff, size.team, size.weeks)
    played = [in_turns(spec, replicate, size.keyed_weeks, tests) for replicate in range(size.histories)]
    own, keyed, unkeyed = ([turns[kind] for turns, _ in played] for kind in (ENGINE, KEYED, UNKEYED))
    whole = usual(own)
    rate = [whole[what] / (size.customers * size.weeks) for what in ("needs", "contacts")]
    told = f"{size.customers:,} customers x {size.weeks} weeks x {size.staff} staff, {size.histories} histories; a customer-week "
    told += f"has {rate[0]:.3f} needs, {rate[1]:.3f} contacts; whole run {whole['seconds']:.3f} s CPU ({whole['wall']:.3f} s "
    told += f"wall), of it paydays {whole['payday']:.3f} s"
    yield row(NAME, "engine", "a pay period of the engine, pay included", "ms CPU", milliseconds(own), note=told)
    target = Target("at least", 100.0) if size.full else None
    yield from _against(unkeyed, own, "Python's random", target, alike(spec, unkeyed, size.replicates))
    ratio, ratios = against(keyed, [o[: len(k)] for o, k in zip(own, keyed, strict=True)])
    contacts = sum(turn.contacts for turns in keyed for turn in turns)
    told = f"{contacts:.0f} contacts in the first {size.keyed_weeks} weeks; all agents and desks compared after each "
    told += f"pay period: whole numbers equal, reals to 1e-9; the engine's ratio is to the same weeks; {ratios}"
    yield row(
        NAME, "twin, keyed draws", "a pay period of the twin with the engine's draws", "ms CPU", milliseconds(keyed),
        ratio=ratio, correct=all(equal for _, equal in played), note=told,
    )  # fmt: skip


def in_turns(spec: Scenario, replicate: int, keyed_weeks: int, tests: Path) -> tuple[dict[str, list[Any]], bool]:
    """What every player says of every pay period of a history, and whether engine and keyed twin always agreed."""
    from sim.world import start

    sys.path.insert(0, str(tests))  # what the players tell is made of the twin's classes
    from twin.compare import differences  # type: ignore[import-not-found]

    begin, equal = start.of(spec), True
    turns: dict[str, list[Any]] = {ENGINE: [], KEYED: [], UNKEYED: []}
    with ExitStack() as stack:
        players = {kind: stack.enter_context(Player(PROGRAM, tests, kind == ENGINE)) for kind in turns}
        for kind, player in players.items():
            player.ask((kind, spec, begin, replicate))
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
                where = f"engine and twin differ in history {replicate} after week {week}"
                sys.stderr.writelines(f"{where}: {line}\n" for line in found[:3])
    return turns, equal


def totals(turns: Sequence[Any]) -> Sums:
    """Sums over turns."""
    names = ("seconds", "wall", "payday", "called", "contacts", "needs")
    return {name: float(sum(getattr(turn, name) for turn in turns)) for name in names}


def usual(histories: Histories) -> Sums:
    """Of every sum over a history the median over histories."""
    sums = [totals(turns) for turns in histories]
    return {name: median(each[name] for each in sums) for name in sums[0]}


def cpu(sums: Sums) -> float:
    """Seconds, all in all."""
    return sums["seconds"]


def without_calls(sums: Sums) -> float:
    """Seconds beside the search for intensities and the effects expected of acts."""
    return sums["seconds"] - sums["called"]


def a_contact(sums: Sums) -> float:
    """Seconds of a contact in weeks without paydays."""
    return (sums["seconds"] - sums["payday"]) / sums["contacts"]


def milliseconds(histories: Histories, cost: Cost = cpu) -> list[float]:
    """What every pay period of every history costs."""
    return [1e3 * cost(totals([turn])) for turns in histories for turn in turns]


def against(theirs: Histories, ours: Histories, cost: Cost = cpu, own_cost: Cost | None = None) -> tuple[float, str]:
    """What a history costs them over what the same one costs the engine: the median over histories, and all of them in words."""
    pairs = zip(theirs, ours, strict=True)
    ratios = [cost(totals(turns)) / (own_cost or cost)(totals(own)) for turns, own in pairs]
    return median(ratios), f"histories: {', '.join(number(ratio) for ratio in ratios)}"


def _against(
    theirs: Histories, own: Histories, luck: str, target: Target | None, likeness: tuple[bool, str]
) -> Iterator[Row]:
    """The honest baseline in four readings of what belongs to it. The target is asked of both sides alike."""
    whole, (ratio, ratios) = usual(theirs), against(theirs, own)
    told = f"{ratios}; whole run {whole['seconds']:.1f} s CPU, of it paydays {whole['payday']:.1f} s, of these "
    told += f"{whole['called']:.1f} s in the search for intensities and the effects expected of acts, which the twin calls in "
    told += f"plain Python; {likeness[1]}"
    yield row(
        NAME, f"twin, {luck}", "a pay period of the twin; ratio of whole runs, pay included on both sides", "ms CPU",
        milliseconds(theirs), ratio=ratio, target=target, correct=likeness[0], note=told,
    )  # fmt: skip
    ratio, ratios = against(theirs, own, without_calls)
    yield row(
        NAME, f"twin, {luck}, search and foresight left out", "the same without them on either side", "ms CPU",
        milliseconds(theirs, without_calls), ratio=ratio, target=target, note=ratios,
    )  # fmt: skip
    ratio, ratios = against(theirs, own, without_calls, cpu)
    yield row(
        NAME, f"twin, {luck}, search and foresight for nothing", "without them in the twin, with them in the engine", "ms CPU",
        milliseconds(theirs, without_calls), ratio=ratio,
        note=f"a lower bound: as if the ordinary model had them compiled, at no cost; {ratios}",
    )  # fmt: skip
    ratio, ratios = against(theirs, own, a_contact)
    yield row(
        NAME, f"twin, {luck}, no paydays", "weeks of service alone, on both sides", "us a contact",
        [1e3 * each for each in milliseconds(theirs, a_contact)], ratio=ratio, note=f"ratio per contact; {ratios}",
    )  # fmt: skip


def alike(spec: Scenario, histories: Histories, replicates: int) -> tuple[bool, str]:
    """Whether these histories of the twin could be the engine's: every reading of every whole run within Student's t.

    Reported and true readings of all measures, contacts and departures; Bonferroni over all of them.
    """
    from scipy import stats

    from sim.world import Organisation
    from sim.world import state as st

    def figures(parts: Any, contacts: float, left: float) -> Any:
        stages = parts[:, [st.REALISED, st.TRUE]]
        return np.concatenate([(stages[..., 0] / np.where(stages[..., 1] > 0, stages[..., 1], np.nan)).ravel(), [contacts, left]])

    told = ("parts", "contacts", "left")
    other = np.array([figures(*(sum(getattr(turn, name) for turn in turns) for name in told)) for turns in histories])
    runs = []
    for replicate in range(replicates):
        kept = Organisation(spec, replicate).run().recorder
        counts = kept.counts.sum(axis=0)
        runs.append(figures(kept.readings.sum(axis=0), counts[st.N_CONTACTS], counts[st.N_LEFT]))
    own = np.array(runs)
    there = ~np.isnan(own).any(axis=0) & ~np.isnan(other).any(axis=0) & (own.std(axis=0) > 0)
    error = own[:, there].std(axis=0, ddof=1) * math.sqrt(1.0 + 1.0 / replicates)
    far = np.abs(other[:, there] - own[:, there].mean(axis=0)) / error
    limit = float(stats.t.ppf(1.0 - FAMILY_ERROR / (2 * far.size), replicates - 1))
    said = f"{len(histories)} histories against {replicates} of the engine's: of {far.size} readings the farthest is "
    return bool((far <= limit).all()), f"{said}{far.max():.1f} standard errors off, allowed {limit:.1f}"
