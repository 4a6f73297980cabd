"""The claims of the material behind this project, each with the checks that would show or refute it; played and decided."""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiments.claims.case import Carrier, Check, Claim, Row, World, unplayed, weighed
from sim.experiments.claims.catalogue import CLAIMS
from sim.experiments.claims.play import play

REPLICATES = 4


def named(ids: Sequence[str]) -> list[Claim]:
    """The claims of these ids (S1, s1), all if none are given; KeyError names one that is not there."""
    known = {claim.id: claim for claim in CLAIMS}
    return [known[each.upper()] for each in ids] if ids else list(CLAIMS)


def claims(
    ids: Sequence[str] = (), *, replicates: int = REPLICATES, workers: int | None = None, progress: bool = False,
    vary: bool = False,
) -> list[Row]:  # fmt: skip
    """Play what the claims need and weigh every check; a claim that cannot be tested yet is a row that says so.

    vary: play it all with the parameter that carries each claim changed as well; without, nothing is found to hang on it.
    """
    chosen = named(ids)
    runs = play([world for claim in chosen for world in claim.worlds(vary)], replicates, workers, progress)
    rows: list[Row] = []
    for claim in chosen:
        rows += weighed(claim, runs, vary) if claim.checks else [unplayed(claim)]
    return rows


__all__ = ["CLAIMS", "REPLICATES", "Carrier", "Check", "Claim", "Row", "World", "claims", "named"]
