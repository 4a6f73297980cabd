"""A claim as checks: which worlds, which number of their tables, and which result would show it and which refute it.

A check says on which side of which bar its figure must lie. The 95 % interval over replicates then decides:
wholly beyond the bar it is shown, wholly short of it refuted, else undetermined. What the machinery of the model contains
already is not shown by playing it: it is assumed. And what changes sides when the parameter that carries the claim most is
changed hangs on that parameter. Nothing here knows what ought to come out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.scenario.schema import Scenario

SHOWN, REFUTED, UNDETERMINED, IN_PART, UNTESTED = "shown", "refuted", "undetermined", "in part", "not testable yet"
ASSUMED, HANGS = "assumed", "hangs on"


@dataclass(frozen=True)
class World:
    """A shipped scenario with values changed, paid as it is written or by the same money as fixed pay."""

    scenario: str
    sets: tuple[str, ...] = ()
    fixed: bool = False

    def under(self, sets: tuple[str, ...]) -> World:
        """The same world with further values changed."""
        return replace(self, sets=(*self.sets, *sets))

    def told(self) -> str:
        """Its name for a reader."""
        words = " ".join([self.scenario, *self.sets])
        return f"the same money fixed ({words})" if self.fixed else words


class Run(NamedTuple):
    """One replicate of a world: the scenario as played and its tables."""

    spec: Scenario
    tables: Mapping[str, pd.DataFrame]


class Figure(NamedTuple):
    """One number of a run: what it is, its unit, how it is read off the tables.

    about: "needs" where it says what customers got, "felt" where what they feel about it, which adapts; else empty.
    """

    what: str
    unit: str
    read: Callable[[Run], float]
    about: str = ""


class Carrier(NamedTuple):
    """The parameter (or few of one kind) that carries a claim most, and what is played in its stead: words and sets."""

    name: str
    changes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Check:
    """One thing that would be seen if the claim held: a figure, alone or against another world with the same luck.

    side: +1 if it must lie above `bar`, −1 if below; bar in the figure's unit. assumed: what of the machinery contains the
    result, and what would have to be changed to refute it; empty if nothing does.
    """

    says: str
    figure: Figure
    world: World
    against: World | None
    side: int
    bar: float = 0.0
    assumed: str = ""

    def status(self, found: Estimate) -> str:
        """What the interval says of the check."""
        if not found.known:
            return UNDETERMINED
        low, high = (found.low, found.high) if self.side > 0 else (-found.high, -found.low)
        bar = self.bar * self.side
        if low > bar:
            return ASSUMED if self.assumed else SHOWN
        return REFUTED if high <= bar else UNDETERMINED

    def beyond(self, found: Estimate) -> bool:
        """Whether the mean lies on the side that the claim asks for; False if there is none."""
        return found.mean * self.side > self.bar * self.side

    def worlds(self) -> Iterator[World]:
        """What it compares."""
        yield self.world
        if self.against is not None:
            yield self.against

    def under(self, sets: tuple[str, ...]) -> Check:
        """The same check with values changed in all its worlds."""
        return replace(self, world=self.world.under(sets), against=self.against and self.against.under(sets))


@dataclass(frozen=True)
class Claim:
    """A claim with its checks; without any, `needs` says what has to be simulated first. `note` is what they leave open."""

    id: str
    text: str
    checks: tuple[Check, ...] = ()
    needs: str = ""
    note: str = ""
    carrier: Carrier | None = None

    def changes(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What is played in the stead of the parameter that carries the claim."""
        return () if self.carrier is None else self.carrier.changes

    def worlds(self, vary: bool) -> Iterator[World]:
        """Everything that has to be played; vary: with the carrier changed as well, for what is not assumed."""
        for check in self.checks:
            yield from check.worlds()
            for _, sets in self.changes() if vary and not check.assumed else ():
                yield from check.under(sets).worlds()


@dataclass(frozen=True)
class Row:
    """What came of one check of a claim, as it is and under each change of its carrier, and of the claim on the whole."""

    id: str
    part: str
    claim: Claim
    check: Check | None
    found: Estimate
    status: str
    verdict: str
    varied: tuple[tuple[str, Estimate], ...] = ()

    def plain(self) -> dict[str, Any]:
        """The row for programs. `ok`: true the data decide, null they do not, false there is no test yet."""
        told: dict[str, Any] = {
            "id": self.id, "part": self.part, "claim": self.claim.text, "ok": _ok(self.status), "status": self.status,
            "verdict": self.verdict, "carrier": None if self.claim.carrier is None else self.claim.carrier.name,
            "note": self.claim.note, "needs": self.claim.needs,
        }  # fmt: skip
        if self.check is None:
            return told
        return told | {
            "says": self.check.says, "figure": self.check.figure.what, "unit": self.check.figure.unit,
            "about": self.check.figure.about, "assumed": self.check.assumed,
            "ran": self.check.world.told(), "against": None if self.check.against is None else self.check.against.told(),
            "target": f"{'above' if self.check.side > 0 else 'below'} {self.check.bar:g}", **_numbers(self.found),
            "replicates": self.found.n, "varied": [{"change": words, **_numbers(found)} for words, found in self.varied],
        }  # fmt: skip


def _ok(status: str) -> bool | None:
    return {UNDETERMINED: None, ASSUMED: None, HANGS: None, UNTESTED: False}.get(status, True)


def _numbers(found: Estimate) -> dict[str, float | None]:
    return {"measured": _plain(found.mean), "low": _plain(found.low), "high": _plain(found.high)}


def _plain(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def weighed(claim: Claim, runs: Mapping[World, Sequence[Run]], vary: bool) -> list[Row]:
    """Every check of a claim on the runs of its worlds, replicate by replicate."""
    found = [estimate(values(check, runs)) for check in claim.checks]
    varied = [
        tuple((words, estimate(values(check.under(sets), runs))) for words, sets in claim.changes())
        if vary and not check.assumed else ()
        for check in claim.checks
    ]  # fmt: skip
    stands = [stand(*each) for each in zip(claim.checks, found, varied, strict=True)]
    verdict = on_the_whole(stands)
    return [
        Row(claim.id, f"{claim.id}.{i + 1}", claim, check, found[i], stands[i], verdict, varied[i])
        for i, check in enumerate(claim.checks)
    ]


def stand(check: Check, found: Estimate, varied: Sequence[tuple[str, Estimate]]) -> str:
    """The status of a check; what the data decide must lie on the same side under every change of the carrier."""
    status = check.status(found)
    if status in (SHOWN, REFUTED) and any(check.beyond(each) != (status == SHOWN) for _, each in varied):
        return HANGS
    return status


def values(check: Check, runs: Mapping[World, Sequence[Run]]) -> list[float]:
    """The figure of each replicate, less that of its twin where there is one."""
    own = [check.figure.read(run) for run in runs[check.world]]
    if check.against is None:
        return own
    return [a - check.figure.read(twin) for a, twin in zip(own, runs[check.against], strict=True)]


def on_the_whole(stands: Sequence[str]) -> str:
    """What all checks agree on; in part where some are shown and others refuted or assumed; else the weakest of them."""
    found = set(stands)
    if len(found) == 1:
        return stands[0]
    if {SHOWN, REFUTED} <= found:
        return IN_PART
    return next((status for status in (UNDETERMINED, HANGS) if status in found), IN_PART)


def unplayed(claim: Claim) -> Row:
    """The row of a claim without a check."""
    return Row(claim.id, claim.id, claim, None, UNDEFINED, UNTESTED, UNTESTED)
