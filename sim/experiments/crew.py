"""The crew: workers that play jobs, here or on a cluster. A worker may die; its jobs are played by another.

Results arrive in any order and are sorted by their key later, so that neither the number nor the place of workers
changes a byte.
"""

from __future__ import annotations

import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from itertools import islice
from types import TracebackType
from typing import Protocol

from sim.experiments.jobs import Failure, Job, Outcome, failed, play
from sim.experiments.processes import Pool
from sim.scenario.errors import Mark, ScenarioError

CHUNK_SECONDS = 0.5  # work per message: long against a message (1 ms), short against the patience of a progress bar
MOST_IN_CHUNK = 50
SHARED_STRIKES = 2  # deaths in company before a job is tried alone ...
ALONE_STRIKES = 2  # ... and deaths alone before it is given up


class ClusterLost(RuntimeError):
    """Nothing can be played on the cluster (any more): it does not answer, or it would play another model."""


class Workers(Protocol):
    """Processes that play chunks of jobs. `deaths` are the errors of a chunk whose worker died.

    `shared_fate`: one death breaks everything that is on its way, and `renewed` workers are needed; else only the chunks
    that waited at that worker are lost, after they were tried by several workers.
    """

    deaths: tuple[type[Exception], ...]
    shared_fate: bool

    def wanted(self) -> int:
        """Chunks that are to be on their way, so that nobody waits."""

    def submit(self, jobs: list[Job]) -> Future[list[Outcome]]:
        """Hand a chunk to the next free worker."""

    def renewed(self) -> Workers:
        """As many fresh workers in the place of broken ones."""

    def close(self) -> None:
        """End the work, whatever is on its way."""


class Crew:
    """Plays jobs on `workers` processes; with one worker, in this process; or on a cluster. Use it in a `with` statement."""

    def __init__(self, workers: int = 1, cluster: Workers | None = None) -> None:
        self.workers = workers
        self._pool: Workers | None = cluster
        self._done = 0
        self._seconds = 0.0

    def __enter__(self) -> Crew:
        if self._pool is None and self.workers > 1 and not self._open():
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
        """Yield one outcome for every job, as they finish. Whatever stops it, what is finished comes first, then the error."""
        if self._pool is None:
            yield from map(play, jobs)
            return
        work = _Work(iter(jobs))
        try:
            while self._fill(work):
                yield from self._harvest(work)
        except (KeyboardInterrupt, ClusterLost):
            yield from work.finished()
            raise
        for job in work.suspects:
            yield self._alone(job)

    def _fill(self, work: _Work) -> bool:
        """Keep every worker busy; False when nothing is left."""
        assert self._pool is not None
        while len(work.flying) < self._pool.wanted() and (chunk := work.chunk(self._chunk_size())):
            try:
                work.flying[self._pool.submit(chunk)] = chunk
            except self._pool.deaths:
                self._mend(work, [chunk])
        return bool(work.flying)

    def _harvest(self, work: _Work) -> Iterator[Outcome]:
        """Wait for a chunk and hand over what it brought; if a worker died, sort out what was lost with it."""
        assert self._pool is not None
        wait(work.flying, return_when=FIRST_COMPLETED)
        lost: list[list[Job]] = []
        for future in [future for future in work.flying if future.done()]:
            chunk = work.flying.pop(future)
            try:
                outcomes = future.result()
            except self._pool.deaths:
                lost.append(chunk)
                continue
            except ClusterLost:
                raise
            except Exception as error:
                outcomes = [Outcome(job.key, failure=failed("transfer", error)) for job in chunk]
            self._done += len(outcomes)
            self._seconds += sum(outcome.seconds for outcome in outcomes)
            work.came += outcomes
        if lost:
            self._mend(work, lost)
        while work.came:
            yield work.came.popleft()

    def _mend(self, work: _Work, lost: list[list[Job]]) -> None:
        """Every lost job again: by itself in a chunk first, and last of all with nothing else on its way.

        Only then is a death its own doing: before, it may have waited behind the job that killed its workers.
        """
        assert self._pool is not None
        if not self._pool.shared_fate:
            for chunk in lost:
                (work.again if len(chunk) > 1 else work.suspects).extend(chunk)
            return
        wait(work.flying)  # broken workers fail all their futures; finished ones keep their results
        broken = [future for future in work.flying if future.exception() is not None]
        lost = [*lost, *(work.flying.pop(future) for future in broken)]
        self._pool = self._pool.renewed()
        for job in (job for chunk in lost for job in chunk):
            work.strikes[job.key] += 1
            tired = work.strikes[job.key] >= SHARED_STRIKES
            (work.suspects if tired else work.again).append(job)

    def _alone(self, job: Job) -> Outcome:
        """A job that lost its workers more than once, while nothing else is on its way: in a process of its own."""
        assert self._pool is not None
        for _ in range(ALONE_STRIKES if self._pool.shared_fate else 1):  # a cluster tries several workers by itself
            pool = Pool(1) if self._pool.shared_fate else self._pool
            try:
                return pool.submit([job]).result()[0]
            except self._pool.deaths:
                continue
            finally:
                if pool is not self._pool:
                    pool.close()
        message = "the worker process died each time this run was tried (out of memory, or killed by the system)"
        return Outcome(job.key, failure=Failure("worker", message))

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


def require_cluster(address: str | None) -> None:
    """`ScenarioError` where a cluster is asked for and what speaks to one is not installed."""
    if address is not None and find_spec("distributed") is None:
        how = "`pip install '.[cluster]'` in the project's folder"
        raise ScenarioError.at(Mark(f"--dask {address}"), f"needs the package distributed, which is not installed: {how}")


def hired(workers: int, cluster: str | None) -> Crew:
    """A crew on this machine or, given the address of a Dask scheduler, there; `ClusterLost` where none answers."""
    if cluster is None:
        return Crew(workers)
    from sim.experiments.cluster import Cluster  # an extra: only who asks for it needs it

    return Crew(cluster=Cluster(cluster))


class _Work:
    """Where every job of one call stands: not yet sent, on its way, to be sent again, suspected of killing workers."""

    def __init__(self, fresh: Iterator[Job]) -> None:
        self.fresh = fresh
        self.again: deque[Job] = deque()
        self.flying: dict[Future[list[Outcome]], list[Job]] = {}
        self.came: deque[Outcome] = deque()
        self.suspects: list[Job] = []
        self.strikes: Counter[tuple[int, int]] = Counter()

    def chunk(self, size: int) -> list[Job]:
        """The next jobs to send; lost ones go singly, so that the next death names fewer suspects."""
        return [self.again.popleft()] if self.again else list(islice(self.fresh, size))

    def finished(self) -> Iterator[Outcome]:
        """What has come back but was not handed over yet."""
        yield from self.came
        for future in self.flying:
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from future.result()
