"""One job is one world played from start to end, and what is read off it.

Jobs and outcomes travel between processes; a job that fails comes back as a row of its own, never as an exception.
"""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

ENGINE = "sim.world:Organisation"


@runtime_checkable
class Recipe(Protocol):
    """A scenario that is made where it is played: a message with the changes is smaller than one with the whole."""

    def scenario(self) -> Any:
        """The scenario."""


@dataclass(frozen=True)
class Job:
    """Play replicate `replicate` of `spec` (a scenario, or a recipe for one) and hand back `read(model)`.

    `key` places the outcome among the others: outcomes are sorted by it, so that nothing depends on who was first.
    `engine` names the class as `module:name`, because a worker has to import it by itself. So many `threads` play the
    world side by side, which changes no bit.
    """

    key: tuple[int, int]
    spec: Any
    replicate: int
    read: Callable[[Any], Any]
    engine: str = ENGINE
    threads: int = 1


@dataclass(frozen=True)
class Failure:
    """Why a job gave nothing: the stage it reached, the error in a line, the trace."""

    stage: str
    message: str
    trace: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: a value, or a failure; and the seconds it took (never written into a table)."""

    key: tuple[int, int]
    value: Any = None
    failure: Failure | None = None
    seconds: float = 0.0


def play(job: Job) -> Outcome:
    """Build the world, run it, read it. Only a request to stop (Ctrl-C, exit) passes through."""
    begun = time.perf_counter()
    stage = "import"
    try:
        build = engine_of(job.engine)
        stage = "scenario"
        spec = job.spec.scenario() if isinstance(job.spec, Recipe) else job.spec
        stage = "build"
        model = build(spec, replicate=job.replicate, threads=job.threads)
        stage = "run"
        model.run()
        stage = "read"
        value = job.read(model)
    except Exception as error:
        return Outcome(job.key, failure=failed(stage, error), seconds=time.perf_counter() - begun)
    return Outcome(job.key, value=value, seconds=time.perf_counter() - begun)


def engine_of(name: str) -> Any:
    """The class that `module:name` stands for."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def play_all(jobs: Sequence[Job]) -> list[Outcome]:
    """One message to a worker: a chunk of jobs, so that small worlds are not outweighed by their postage."""
    return [play(job) for job in jobs]


def failed(stage: str, error: BaseException) -> Failure:
    """An exception as data."""
    trace = "".join(traceback.format_exception(error))
    message = "; ".join(str(error).splitlines()) or "no message"
    return Failure(stage, f"{type(error).__name__}: {message}", trace)
