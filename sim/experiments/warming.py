"""Compiles the rules ahead of time, so that no run and no worker waits for the compiler."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from sim.experiments.processes import cores, speak_with, voice
from sim.scenario.catalogue import names
from sim.scenario.loading import load


def warm() -> list[str]:
    """Play every shipped scenario for a moment; returns what could not be played, with the reason.

    Two processes share the work. The textbook's worlds need the rules of choice at once; those of contacts need the rules
    of service first and find the others compiled when their first payday comes.
    """
    shipped = names()
    theory = [name for name in shipped if _is_textbook(name)]
    parts = [theory, [name for name in shipped if name not in theory]]
    if cores() < len(parts):
        return [doubt for part in parts for doubt in play(part)]
    with ProcessPoolExecutor(len(parts), multiprocessing.get_context("spawn"), speak_with, (voice(),)) as pool:
        return [doubt for doubts in pool.map(play, parts) for doubt in doubts]


def _is_textbook(name: str) -> bool:
    return load(name).spec.service.technology == "textbook"


def play(scenarios: Sequence[str]) -> list[str]:
    """Play the scenarios for a few weeks each."""
    from sim.world import Organisation

    doubts = []
    for name in scenarios:
        spec = load(name, flags={"weeks": 9, "burn_in": 4, "customers.count": 200}).spec
        try:
            Organisation(spec).run()
        except Exception as error:
            doubts.append(f"{name} could not be compiled beforehand: {type(error).__name__}: {error}")
    return doubts
