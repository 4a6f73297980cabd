"""Worker processes on this machine: gone when their parent goes, deaf to Ctrl-C (the parent decides)."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from sim.experiments.jobs import Job, Outcome, engine_of, play_all
from sim.rules import notice


class Pool:
    """A process pool whose workers hang on a lifeline: they end when this end of it closes, however that comes."""

    deaths: tuple[type[Exception], ...] = (BrokenProcessPool,)
    shared_fate = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        context = multiprocessing.get_context("spawn")
        far_end, self._lifeline = context.Pipe(duplex=False)
        self._far_end = far_end
        self._executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_enter_service, initargs=(far_end, voice())
        )

    def submit(self, jobs: list[Job]) -> Future[list[Outcome]]:
        """Hand a chunk to the next free worker. A worker started here never sees Ctrl-C: the parent decides."""
        with _interrupts_held():
            return self._executor.submit(_play_all, jobs)

    def wanted(self) -> int:
        """One chunk a worker, and one waiting."""
        return self.workers + 1

    def renewed(self) -> Pool:
        """Other processes, after these were ended."""
        self.close()
        return Pool(self.workers)

    def close(self) -> None:
        """End the workers at once, whatever they are doing."""
        self._lifeline.close()
        self._executor.shutdown(wait=True)  # cancelling futures of a broken pool trips Python 3.11: they fail anyway
        self._far_end.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started inside inherit a blocked SIGINT; one that arrives meanwhile is delivered on leaving."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: _enter_service has to do
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@functools.cache
def voice() -> Any:
    """A lock that all workers of this process share: who takes it speaks for all (`sim.rules.notice`)."""
    return multiprocessing.get_context("spawn").Lock()


def speak_with(shared: Any) -> None:
    """Let this worker say what concerns all of them only if no other did."""
    notice.voice = shared


def _enter_service(lifeline: Connection, shared: Any) -> None:
    """First words of a worker: leave Ctrl-C to the parent, and end when the lifeline is cut."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    speak_with(shared)


def _play_all(jobs: list[Job]) -> list[Outcome]:
    for job in jobs:
        _take_up(job.engine)
    return play_all(jobs)


@functools.cache
def _take_up(engine: str) -> None:
    """Import what is to be played, once a worker.

    What is imported stays: the collector of garbage need look at it neither now nor at every payday.
    """
    gc.disable()
    with suppress(Exception):  # it comes again, as the failure of a run
        engine_of(engine)
    gc.enable()
    gc.freeze()


def _watch(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def cores() -> int:
    """Processors that this process may use (containers and clusters grant fewer than the machine has)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
