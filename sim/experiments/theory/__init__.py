"""Closed forms of the literature, each a scenario that anybody can run: what the formula says against what a run gives."""

from __future__ import annotations

from collections.abc import Iterator

from sim.experiments.theory import contracts, groups, people, service, surveys
from sim.experiments.theory.case import Case, Claim, Played, Row, check, compared

CASES: tuple[Case, ...] = tuple(
    sorted(
        (*contracts.CASES, *groups.CASES, *surveys.CASES, *service.CASES, *people.CASES), key=lambda case: case.number
    )
)


def named(name: str) -> list[Case]:
    """The cases of this name, number or scenario; none if there are none."""
    return [case for case in CASES if name in (case.name, str(case.number), case.scenario)]


def theory(names: tuple[str, ...] = ()) -> Iterator[Row]:
    """Play the cases (all, or those named) and compare; rows come as they are found."""
    for case in CASES if not names else [case for name in names for case in named(name)]:
        yield from check(case)


__all__ = ["CASES", "Case", "Claim", "Played", "Row", "check", "compared", "named", "theory"]
