"""What a full factorial sweep says, in words: along a factor of numbers, or each name against the first.

Directions are told only where a 95 % interval of paired differences lies on one side of zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from sim.analysis import response
from sim.analysis.estimate import Estimate, estimate
from sim.report.outcomes import REPORTED, TRUE, measure
from sim.report.sweep_view import View, say
from sim.report.verdict import Point
from sim.report.words import capital, listed

MONEY = ("bonus", "profit")
MOST_ARTICLES = 8
# What both readings do, by the signs of their changes in the direction that is better.
TOGETHER = {
    (1, -1): "The score improves while what it stands for gets worse.",
    (1, 0): "The score improves; for what it stands for that cannot be said.",
    (0, -1): "What the score stands for gets worse, and the score does not show it beyond noise.",
    (0, 1): "What the score stands for improves, and the score does not show it beyond noise.",
    (-1, 1): "What the score stands for improves while the score gets worse.",
    (-1, 0): "The score gets worse; for what it stands for that cannot be said.",
    (-1, -1): "Both get worse.",
    (0, 0): "Neither moves beyond noise.",
}


def moves(view: View, name: str, change: Estimate) -> str:
    """What an index does: rises by 25 points (20 to 30); does not move beyond noise (+0.3 points, -0.8 to 1.4)."""
    written = view.written[name]
    if not change.defined:
        return "has no value in enough of the runs"
    if not change.known:
        return f"changes by {written.change(change)}"
    if change.sign:
        return f"{'rises' if change.sign > 0 else 'falls'} by {written.size(change)}"
    return "stays the same" if change.within(0) else f"does not move beyond noise ({_inner(written.change(change))})"


def _inner(text: str) -> str:
    """A value and its interval as they stand in brackets themselves."""
    return text.replace(" (", ", ").removesuffix(")")


def _ends(view: View, runs: pd.DataFrame, factor: str, name: str, others: Sequence[str]) -> Estimate:
    """The paired change of an index from the first to the last level of a factor."""
    wide = response.by_level(runs, factor, name, others)
    return estimate(wide[wide.columns[-1]] - wide[wide.columns[0]])


def factorial(view: View) -> tuple[str, list[Point]]:
    """A factor of numbers is told from its first to its last level, one of names against its first."""
    along = view.strength or next((name for name in view.stepped if name in view.numbers), None)
    named = next((name for name in view.stepped if name not in view.numbers), None)
    leads, points = [], []
    if named is not None and (view.strength is None or along is None):
        lead, more = _names(view, named)
        leads, points = [lead], more
    elif along is not None:
        lead, more = _levels(view, along)
        leads, points = [lead], more
        points += _names(view, named)[1] if named is not None else []
    return " ".join(leads), points


def _levels(view: View, factor: str) -> tuple[str, list[Point]]:
    """The story along a factor of numbers."""
    others, label = view.others(factor), view.measure
    first, *_, last = response.levels(view.runs, factor)
    over = f", averaged over {listed(others)}" if others else ""
    begin = f"As {factor} goes from {say(first)} to {say(last)}{over},"
    told = [label + REPORTED, label + TRUE] if label is not None else view.outcomes[:1]
    if label is None:
        change = _ends(view, view.runs, factor, told[0], others)
        lead = f"{begin} {view.written[told[0]].title} {moves(view, told[0], change)}."
        points = []
    else:
        lead = f"{begin} {_both(view, view.runs, factor, label, others, meant=True)}"
        points = list(_by_other(view, factor, label))
    rest = [name for name in dict.fromkeys([*view.outcomes, *MONEY]) if name not in told and name in view.written]
    changes = [f"{view.written[name].title} {moves(view, name, _ends(view, view.runs, factor, name, others))}" for name in rest]
    if changes:
        points.append(Point("", [f"{begin} {'; '.join(changes)}."]))
    return lead, points


def _both(view: View, runs: pd.DataFrame, factor: str, label: str, others: Sequence[str], *, meant: bool = False) -> str:
    """What both readings do between the ends of a factor, what is `meant` by it, and where the truth turns."""
    name, sign = measure(label), view.better(label)
    reported, true = (response.by_level(runs, factor, label + kind, others) for kind in (REPORTED, TRUE))
    ends = [estimate(wide[wide.columns[-1]] - wide[wide.columns[0]]) for wide in (reported, true)]
    signs = (sign * ends[0].sign, sign * ends[1].sign)
    meaning = TOGETHER.get(signs, "")
    if signs == (1, 1):
        apart = estimate((reported - true)[reported.columns[-1]] - (reported - true)[reported.columns[0]]).times(sign)
        more = {1: "the score by more than what it stands for", -1: "the score by less than what it stands for"}
        meaning = f"Both improve, {more.get(apart.sign, 'by amounts that cannot be told apart')}."
    less = " (less is better)" if sign < 0 else ""
    parts = [moves(view, label + kind, end) for kind, end in zip((REPORTED, TRUE), ends, strict=True)]
    lead = f"the reported {name}{less} {parts[0]} and the true one {parts[1]}."
    known = all(end.known for end in ends)
    turned = turning(factor, name, response.turn(true, sign), list(true.columns)) if known and len(true.columns) > 2 else ""
    return " ".join(part for part in (lead, meaning if known and meant else "", f"{capital(turned)}." if turned else "") if part)


def turning(factor: str, name: str, turn: response.Turn, levels: Sequence[Any]) -> str:
    """Where the truth turns, in words; no level is called best where none can be told from it."""
    if len(turn.as_good) == len(levels):
        return f"at which {factor} the true {name} is best cannot be told"
    best = f"best at {factor} {say(turn.best)}"
    if len(turn.as_good) > 1:
        others = listed([say(level) for level in turn.as_good if level != turn.best], "or")
        best = f"best around {factor} {say(turn.best)} (not to be told from {others})"
    told = [f"the true {name} is {best}"]

    def since(level: Any) -> str:
        return f"at {say(level)}" if level == levels[-1] else f"from {say(level)} on"

    if turn.falls is not None and turn.best == levels[0]:
        told.append(f"{since(turn.falls)} it is worse than that")
    elif turn.falls is not None and turn.falls == turn.below:
        told.append(f"{since(turn.falls)} it is worse than that, and than at {say(levels[0])}")
    else:
        told += [f"{since(turn.falls)} it is worse than that"] if turn.falls is not None else []
        told += [f"{since(turn.below)} it is worse than at {say(levels[0])}"] if turn.below is not None else []
    return "; ".join(told)


def _by_other(view: View, factor: str, label: str) -> Iterable[Point]:
    """The same story at each level of another factor."""
    other = view.beside(factor)
    if other is None:
        return
    rest = [name for name in view.others(factor) if name != other]
    for value in response.levels(view.runs, other)[:MOST_ARTICLES]:
        runs = view.runs[view.runs[other] == value]
        yield Point(f"{other} {say(value)}", [f"{capital(_both(view, runs, factor, label, rest))}"])


def _names(view: View, factor: str) -> tuple[str, list[Point]]:
    """Each level of a factor of names against its first one, with the same luck, in every world of the other factors."""
    others = view.others(factor)
    first, *rest = response.levels(view.runs, factor)
    main = next((name for name in view.outcomes if name.endswith(TRUE)), view.outcomes[0])
    lead = f"Against {say(first)}, by {view.written[main].title}: {_worlds(view, factor, main, rest, others)}"
    points = []
    for name in view.outcomes:
        curve = response.curve(view.runs, factor, name, others).set_index(factor)
        points.append(Point(f"{capital(view.written[name].title)}, against {say(first)}", _against(view, name, curve, rest)))
    return lead, points


def _against(view: View, name: str, curve: pd.DataFrame, levels: Sequence[Any]) -> list[str]:
    """The paired difference of each level from the first one, averaged over the other factors."""
    told = []
    for level in levels:
        row = curve.loc[level]
        change = Estimate(float(row["d"]), float(row["d_low"]), float(row["d_high"]), int(row["replicates"]))
        within = ", within noise" if change.known and not change.sign and not change.within(0) else ""
        told.append(f"{capital(say(level))}: {view.written[name].change(change)}{within}.")
    return told


def _worlds(view: View, factor: str, name: str, levels: Sequence[Any], others: Sequence[str]) -> str:
    """In how many worlds of the other factors each level lies above and below the first one, beyond noise."""
    table = response.contrasts(view.runs, factor, name, others)
    told = []
    for level in levels:
        rows = table[table[factor] == level]
        up, down, count = int((rows["d_low"] > 0).sum()), int((rows["d_high"] < 0).sum()), len(rows)
        where = [f"{word}{_of(number, count)}" for word, number in (("higher", up), ("lower", down)) if number]
        told.append(f"{say(level)} {f'is {listed(where)}' if where else 'cannot be told from it' + _of(0, count)}")
    meant = "higher and lower mean beyond the 95 % interval of the paired difference."
    meant = f"A world is a combination of {listed(list(others))}; {meant}" if others else capital(meant)
    return f"{'; '.join(told)}. {meant}"


def _of(number: int, count: int) -> str:
    """In how many of the worlds; nothing where there is only one."""
    if count == 1:
        return ""
    if number == count:
        return " in both worlds" if count == 2 else f" in all {count} worlds"
    return " in any world" if number == 0 else f" in {number} of {count} worlds"
