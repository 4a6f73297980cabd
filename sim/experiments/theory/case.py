"""A closed form as a case: a scenario, parameter values, what the formula says, what is read off the tables of its runs.

The formula is a function of the scenario alone (of its realised shares of customers where it says so); the reading is a
function of the tables of one replicate, as `gamed run` writes them. `check` plays and compares.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation

ERRORS = 4.0  # standard errors within which a drawn number agrees: one in 15,000 misses where replicates are many
EXACT = 1e-9
KEPT = 4


class Played(NamedTuple):
    """One replicate of a scenario: the scenario as run, and its tables."""

    spec: Scenario
    tables: dict[str, pd.DataFrame]


Figure = Callable[[Played], float]


@dataclass(frozen=True)
class Claim:
    """One number of a case. tolerance: relative where the run is exact or a search; None: the standard error decides."""

    what: str
    formula: str
    predicted: Figure
    simulated: Figure
    tolerance: float | None = EXACT


@dataclass(frozen=True)
class Case:
    """One closed form. settings: for each set of parameter values the `--set`s that make it; replicates: left out, 1."""

    number: int
    name: str
    title: str
    scenario: str
    source: str
    settings: tuple[tuple[str, ...], ...]
    claims: tuple[Claim, ...]
    replicates: int = 1
    micro: bool = False
    always: tuple[str, ...] = ()  # sets that only make the run shorter, or its figures sharper


class Row(NamedTuple):
    """One line of the table: means over replicates, and the standard error of simulated − predicted (NaN: one replicate)."""

    case: Case
    sets: tuple[str, ...]
    claim: Claim
    predicted: float
    simulated: float
    error: float
    ok: bool

    def plain(self) -> dict[str, Any]:
        """The row for programs: the measured figure and its target, and whether they agree."""
        return {
            "number": self.case.number, "case": self.case.name, "scenario": self.case.scenario,
            "set": [*self.case.always, *self.sets], "seed": luck(self.case.scenario, (*self.case.always, *self.sets)),
            "what": self.claim.what, "formula": self.claim.formula, "target": self.predicted, "measured": self.simulated,
            "error": None if math.isnan(self.error) else self.error, "tolerance": self.claim.tolerance,
            "replicates": self.case.replicates, "title": self.case.title, "source": self.case.source, "ok": self.ok,
        }  # fmt: skip


def check(case: Case) -> Iterator[Row]:
    """Play the case at all its settings and compare; one row a setting and claim."""
    for sets in case.settings:
        yield from compared(case, sets)


def compared(case: Case, sets: tuple[str, ...]) -> list[Row]:
    """The rows of one setting, which need not be among the case's own."""
    runs = played(case.scenario, (*case.always, *sets), case.replicates, case.micro)
    return [_row(case, sets, claim, runs) for claim in case.claims]


def luck(scenario: str, sets: tuple[str, ...]) -> int:
    """The seed of these runs. With the scenario's own all settings would meet the same luck and tell one thing many times."""
    return zlib.crc32("\n".join((scenario, *sets)).encode()) >> 1


@lru_cache(maxsize=KEPT)
def played(scenario: str, sets: tuple[str, ...], replicates: int, micro: bool) -> list[Played]:
    """All replicates of a scenario; the latest are kept, for cases that read the same runs."""
    spec = load(scenario, (*sets, f"seed={luck(scenario, sets)}")).spec
    return [Played(spec, Organisation(spec, r).run().tables(micro)) for r in range(replicates)]


def _row(case: Case, sets: tuple[str, ...], claim: Claim, runs: list[Played]) -> Row:
    """Simulated − predicted, replicate by replicate: exact ones must all agree, drawn ones on average."""
    predicted = np.array([claim.predicted(played) for played in runs])
    simulated = np.array([claim.simulated(played) for played in runs])
    apart = simulated - predicted
    error = float(apart.std(ddof=1) / math.sqrt(len(runs))) if len(runs) > 1 else math.nan
    if claim.tolerance is None:
        ok = bool(abs(apart.mean()) <= ERRORS * error + EXACT)
    else:
        ok = bool((np.abs(apart) <= claim.tolerance * np.maximum(1.0, np.abs(predicted))).all())
        error = 0.0 if claim.tolerance == EXACT else error
    return Row(case, sets, claim, float(predicted.mean()), float(simulated.mean()), error, ok)
