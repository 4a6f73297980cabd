"""A claim as checks: which worlds, which number of their tables, and which result would show it and which refute it.

A check says on which side of which bar its figure must lie. The 95 % interval over replicates then decides:
wholly beyond the bar it is shown, wholly short of it refuted, else undetermined. Nothing here knows what ought to come out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.estimate import UNDEFINED, Estimate, estimate
from sim.scenario.schema import Scenario

SHOWN, REFUTED, UNDETERMINED, IN_PART, UNTESTED = "shown", "refuted", "undetermined", "in part", "not testable yet"


@dataclass(frozen=True)
class World:
    """A shipped scenario with values changed, paid as it is written or by the same money as fixed pay."""

    scenario: str
    sets: tuple[str, ...] = ()
    fixed: bool = False

    def told(self) -> str:
        """Its name for a reader."""
        words = " ".join([self.scenario, *self.sets])
        return f"the same money fixed ({words})" if self.fixed else words


class Run(NamedTuple):
    """One replicate of a world: the scenario as played and its tables."""

    spec: Scenario
    tables: Mapping[str, pd.DataFrame]


class Figure(NamedTuple):
    """One number of a run: what it is, its unit, how it is read off the tables."""

    what: str
    unit: str
    read: Callable[[Run], float]


@dataclass(frozen=True)
class Check:
    """One thing that would be seen if the claim held: a figure, alone or against another world with the same luck.

    side: +1 if it must lie above `bar`, −1 if below; bar in the figure's unit.
    """

    says: str
    figure: Figure
    world: World
    against: World | None
    side: int
    bar: float = 0.0

    def status(self, found: Estimate) -> str:
        """What the interval says of the check."""
        if not found.known:
            return UNDETERMINED
        low, high = (found.low, found.high) if self.side > 0 else (-found.high, -found.low)
        bar = self.bar * self.side
        return SHOWN if low > bar else REFUTED if high <= bar else UNDETERMINED


@dataclass(frozen=True)
class Claim:
    """A claim with its checks; without any, `needs` says what has to be simulated first. `note` is what they leave open."""

    id: str
    text: str
    checks: tuple[Check, ...] = ()
    needs: str = ""
    note: str = ""

    def worlds(self) -> Iterator[World]:
        """Everything that has to be played."""
        for check in self.checks:
            yield check.world
            if check.against is not None:
                yield check.against


@dataclass(frozen=True)
class Row:
    """What came of one check of a claim, and of the claim on the whole."""

    id: str
    part: str
    claim: Claim
    check: Check | None
    found: Estimate
    status: str
    verdict: str

    def plain(self) -> dict[str, Any]:
        """The row for programs. `ok`: true the data decide, null they do not, false there is no test yet."""
        told: dict[str, Any] = {
            "id": self.id, "part": self.part, "claim": self.claim.text, "ok": _ok(self.status), "status": self.status,
            "verdict": self.verdict, "note": self.claim.note, "needs": self.claim.needs,
        }  # fmt: skip
        if self.check is None:
            return told
        return told | {
            "says": self.check.says, "figure": self.check.figure.what, "unit": self.check.figure.unit,
            "ran": self.check.world.told(), "against": None if self.check.against is None else self.check.against.told(),
            "target": f"{'above' if self.check.side > 0 else 'below'} {self.check.bar:g}", "measured": _plain(self.found.mean),
            "low": _plain(self.found.low), "high": _plain(self.found.high), "replicates": self.found.n,
        }  # fmt: skip


def _ok(status: str) -> bool | None:
    return {UNDETERMINED: None, UNTESTED: False}.get(status, True)


def _plain(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def weighed(claim: Claim, runs: Mapping[World, Sequence[Run]]) -> list[Row]:
    """Every check of a claim on the runs of its worlds, replicate by replicate."""
    found = [estimate(values(check, runs)) for check in claim.checks]
    stands = [check.status(each) for check, each in zip(claim.checks, found, strict=True)]
    verdict = on_the_whole(stands)
    return [
        Row(claim.id, f"{claim.id}.{i + 1}", claim, check, found[i], stands[i], verdict) for i, check in enumerate(claim.checks)
    ]


def values(check: Check, runs: Mapping[World, Sequence[Run]]) -> list[float]:
    """The figure of each replicate, less that of its twin where there is one."""
    own = [check.figure.read(run) for run in runs[check.world]]
    if check.against is None:
        return own
    return [a - check.figure.read(twin) for a, twin in zip(own, runs[check.against], strict=True)]


def on_the_whole(stands: Sequence[str]) -> str:
    """All checks shown or all refuted; in part where some are shown and some refuted; else undetermined."""
    if len(set(stands)) == 1:
        return stands[0]
    return IN_PART if {SHOWN, REFUTED} <= set(stands) else UNDETERMINED


def unplayed(claim: Claim) -> Row:
    """The row of a claim without a check."""
    return Row(claim.id, claim.id, claim, None, UNDEFINED, UNTESTED, UNTESTED)
