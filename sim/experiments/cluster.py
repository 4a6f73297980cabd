"""Workers of a Dask cluster that is there already: on this machine, on several hosts, or from a queue such as SLURM's.

Workers play the very same jobs; one with another version of the model or of its packages is refused, because its
numbers would not be the same.
"""

from __future__ import annotations

import asyncio
import platform
import time
from concurrent.futures import CancelledError, Future
from functools import cache
from typing import Any

from distributed import Client, KilledWorker

from sim.experiments.crew import ClusterLost, Workers
from sim.experiments.jobs import Job, Outcome, play_all
from sim.experiments.manifest import package_versions
from sim.experiments.plan import model_digest

CONNECT_SECONDS = 15
COUNT_SECONDS = 5.0  # workers come and go: how often they are counted


class Cluster:
    """The workers behind a scheduler. A chunk whose worker is lost is given to another by the scheduler itself."""

    deaths: tuple[type[Exception], ...] = (KilledWorker,)
    shared_fate = False

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClusterLost(f"no Dask scheduler answers at {address} ({told})") from None
        self._away: set[Any] = set()  # Dask forgets what nobody holds
        self._home = identity()
        self._counted, self._threads = -COUNT_SECONDS, 1

    def wanted(self) -> int:
        """Two chunks a thread, so that none waits for the post."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._threads = max(sum(self._client.nthreads().values()), 1)
            self._counted = time.monotonic()
        return 2 * self._threads + 1

    def submit(self, jobs: list[Job]) -> Future[list[Outcome]]:
        """Hand a chunk to the scheduler."""
        ours: Future[list[Outcome]] = Future()
        theirs = self._client.submit(play_at, self._home, jobs, pure=False, retries=0)
        self._away.add(theirs)
        theirs.add_done_callback(lambda done: self._pass_on(done, ours))
        return ours

    def _pass_on(self, theirs: Any, ours: Future[list[Outcome]]) -> None:
        """What a chunk brought, or that its worker died, or that there is no going on.

        Asking for the result waits, and plays the chunk again, where its worker died after playing and before handing over.
        """
        try:
            ours.set_result(theirs.result())
        except (KilledWorker, ClusterLost) as error:
            ours.set_exception(error)
        except (asyncio.CancelledError, CancelledError):
            ours.set_exception(ClusterLost(f"the Dask scheduler at {self.address} is gone"))
        except Exception as error:  # a job that fails comes back as an outcome: no gamed there, or a connection that broke
            ours.set_exception(ClusterLost(f"the Dask cluster at {self.address}: {type(error).__name__}: {error}"))
        finally:
            self._away.discard(theirs)

    def renewed(self) -> Workers:
        """The same cluster: its workers are replaced by themselves."""
        return self

    def close(self) -> None:
        """Let go of what is on its way and of the scheduler."""
        self._client.cancel(list(self._away))
        self._client.close()


def play_at(home: dict[str, str], jobs: list[Job]) -> list[Outcome]:
    """Play jobs at a worker, if it is at home where they come from: the same model, the same packages."""
    here = identity()
    other = [name for name in home if home[name] != here.get(name)]
    if other:
        told = "; ".join(f"{name}: {here.get(name)} there, {home[name]} here" for name in other[:3])
        raise ClusterLost(f"a worker on {platform.node()} would give other numbers ({told})")
    return play_all(jobs)


@cache
def identity() -> dict[str, str]:
    """Model and packages of this process."""
    return {"model": model_digest(), "python": platform.python_version(), **package_versions()}
