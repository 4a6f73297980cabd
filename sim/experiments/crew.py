"""The crew: worker processes that play jobs, replaced when one dies, gone when their parent goes.

Results arrive in any order and are sorted by their key later, so that the number of workers changes no byte.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection
from types import TracebackType

from sim.experiments.jobs import Failure, Job, Outcome, failed, play, play_all

CHUNK_SECONDS = 0.5  # work per message: long against a message (1 ms), short against the patience of a progress bar
MOST_IN_CHUNK = 50
SHARED_STRIKES = 2  # deaths in company before a job is tried alone ...
ALONE_STRIKES = 2  # ... and deaths alone before it is given up


class Pool:
    """A process pool whose workers hang on a lifeline: they end when this end of it closes, however that comes."""

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        far_end, self._lifeline = context.Pipe(duplex=False)
        self._far_end = far_end
        self._executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_enter_service, initargs=(far_end,)
        )

    def submit(self, jobs: list[Job]) -> Future[list[Outcome]]:
        """Hand a chunk to the next free worker. A worker started here never sees Ctrl-C: the parent decides."""
        with _interrupts_held():
            return self._executor.submit(play_all, jobs)

    def close(self) -> None:
        """End the workers at once, whatever they are doing."""
        self._lifeline.close()
        self._executor.shutdown(wait=True)  # cancelling futures of a broken pool trips Python 3.11: they fail anyway
        self._far_end.close()


class Crew:
    """Plays jobs on `workers` processes; with one worker, in this process. Use it in a `with` statement."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._pool: Pool | None = None
        self._done = 0
        self._seconds = 0.0

    def __enter__(self) -> Crew:
        if self.workers > 1 and not self._open():
            self.workers = 1
            warnings.warn(
                "worker processes cannot start; running in this one. "
                'In a script, call run() and compare() under `if __name__ == "__main__":`.',
                RuntimeWarning,
                stacklevel=2,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def play(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Yield one outcome for every job, as they finish. On Ctrl-C what is finished comes first, then the error."""
        if self._pool is None:
            yield from map(play, jobs)
            return
        work = _Work(iter(jobs))
        try:
            while self._fill(work):
                yield from self._harvest(work)
        except KeyboardInterrupt:
            yield from work.finished()
            raise
        for job in work.suspects:
            yield _alone(job)

    def _fill(self, work: _Work) -> bool:
        """Keep every worker busy and one chunk waiting; False when nothing is left."""
        assert self._pool is not None
        while len(work.flying) <= self.workers and (chunk := work.chunk(self._chunk_size())):
            try:
                work.flying[self._pool.submit(chunk)] = chunk
            except BrokenProcessPool:
                self._mend(work, chunk)
        return bool(work.flying)

    def _harvest(self, work: _Work) -> Iterator[Outcome]:
        """Wait for a chunk and hand over what it brought; if a worker died, sort out what was lost with it."""
        wait(work.flying, return_when=FIRST_COMPLETED)
        lost: list[Job] = []
        for future in [future for future in work.flying if future.done()]:
            chunk = work.flying.pop(future)
            try:
                outcomes = future.result()
            except BrokenProcessPool:
                lost += chunk
                continue
            except Exception as error:
                outcomes = [Outcome(job.key, failure=failed("transfer", error)) for job in chunk]
            self._done += len(outcomes)
            self._seconds += sum(outcome.seconds for outcome in outcomes)
            yield from outcomes
        if lost:
            self._mend(work, lost)

    def _mend(self, work: _Work, lost: list[Job]) -> None:
        """A new pool, and every lost job again: by itself in a chunk first, alone in a process if it is lost twice."""
        wait(work.flying)  # a broken pool fails all its futures; finished ones keep their results
        for future in [future for future in work.flying if future.exception() is not None]:
            lost += work.flying.pop(future)
        for job in lost:
            work.strikes[job.key] += 1
            tired = work.strikes[job.key] >= SHARED_STRIKES
            (work.suspects if tired else work.again).append(job)
        self._close()
        self._pool = Pool(self.workers)

    def _chunk_size(self) -> int:
        """One job a chunk until we know how long a job takes."""
        if not self._done:
            return 1
        return max(1, min(MOST_IN_CHUNK, int(CHUNK_SECONDS * self._done / max(self._seconds, 1e-9))))

    def _open(self) -> bool:
        """Start a pool; False if no worker comes up in it: no semaphores, or a script without a main guard."""
        try:
            self._pool = Pool(self.workers)
            self._pool.submit([]).result()
        except (BrokenProcessPool, OSError):
            self._close()
            return False
        except KeyboardInterrupt:
            self._close()
            raise
        return True

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Work:
    """Where every job of one call stands: not yet sent, on its way, to be sent again, suspected of killing workers."""

    def __init__(self, fresh: Iterator[Job]) -> None:
        self.fresh = fresh
        self.again: deque[Job] = deque()
        self.flying: dict[Future[list[Outcome]], list[Job]] = {}
        self.suspects: list[Job] = []
        self.strikes: Counter[tuple[int, int]] = Counter()

    def chunk(self, size: int) -> list[Job]:
        """The next jobs to send; lost ones go singly, so that the next death names fewer suspects."""
        return [self.again.popleft()] if self.again else list(islice(self.fresh, size))

    def finished(self) -> Iterator[Outcome]:
        """What has come back but was not handed over yet."""
        for future in self.flying:
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from future.result()


def _alone(job: Job) -> Outcome:
    """A job that keeps losing its worker, in a process of its own: now a death is its own doing."""
    for _ in range(ALONE_STRIKES):
        pool = Pool(1)
        try:
            return pool.submit([job]).result()[0]
        except BrokenProcessPool:
            continue
        finally:
            pool.close()
    message = "the worker process died each time this run was tried (out of memory, or killed by the system)"
    return Outcome(job.key, failure=Failure("worker", message))


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


def _enter_service(lifeline: Connection) -> None:
    """First words of a worker: leave Ctrl-C to the parent, and end when the lifeline is cut."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def cores() -> int:
    """Processors that this process may use (containers and clusters grant fewer than the machine has)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
