"""Runs of engine and twin to be compared, in this process or in one of its own without the compiler.

`main` reads pickled orders from standard input and writes pickled answers to standard output.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numba

from sim.scenario.schema import Scenario
from sim.world import Organisation, start
from twin.compare import State, of_engine, of_twin
from twin.draws import Unkeyed
from twin.model import TwinFirm
from twin.single import SingleCustomer

SIZE = ("customers.count=160", "staff.count=6", "staff.team_size=3", "management.central_count=2", "burn_in=4", "weeks=20")


class Order(NamedTuple):
    """A world to be played in plain Python, and what its start is drawn from."""

    spec: Scenario
    start: Any


class Answer(NamedTuple):
    """What came of an order: the states after every week."""

    compiled: bool
    twin: list[State]
    engine: list[State]


def small(name: str, *sets: str) -> Scenario:
    """A shipped scenario, so small that both can be played in a second."""
    return Scenario.load(name, (*SIZE, *sets))


def play_engine(spec: Scenario) -> list[State]:
    """The engine's states after every week."""
    model, states = Organisation(spec), []
    while model.week < spec.weeks:
        row = model.week % spec.pay.every
        model.step()
        states.append(of_engine(model, row))
    return states


def play_twin(spec: Scenario, begin: Any) -> list[State]:
    """The twin's states after every week."""
    model, states = TwinFirm(spec, 0, begin, customer=SingleCustomer), []
    while model.week < spec.weeks:
        model.step()
        states.append(of_twin(model))
    return states


def unkeyed(spec: Scenario, replicate: int) -> Iterator[TwinFirm]:
    """A history of the world as an ordinary model has it, chance from one stream: the model after every week."""
    model = TwinFirm(spec, replicate, start.of(spec), Unkeyed(spec.seed, replicate))
    while model.week < spec.weeks:
        model.step()
        yield model


def in_plain_python(orders: list[Order]) -> list[Answer]:
    """The same worlds in a process of its own in which nothing is compiled."""
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from twin.runs import main; main()"], cwd=Path(__file__).parents[1],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, input=pickle.dumps(orders), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    answers: list[Answer] = pickle.loads(out.stdout)
    return answers


def main() -> None:
    """Answer the orders on standard input."""
    answers = []
    for spec, begin in pickle.load(sys.stdin.buffer):
        start.of = lambda _, begin=begin: begin  # a start takes minutes in plain Python and is no part of the history
        answers.append(Answer(not numba.config.DISABLE_JIT, play_twin(spec, begin), play_engine(spec)))
    sys.stdout.buffer.write(pickle.dumps(answers))

