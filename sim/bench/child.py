"""Measurements in processes of their own, so that no cache, no compiler and no memory of another one gets into them.

`elsewhere` calls a function of this package in a fresh process; `Player` keeps one that answers one order after the other.
Arguments and answers travel pickled through the standard streams.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import sim

SOURCES = Path(sim.__file__).resolve().parent.parent
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def environment(compiled: bool = True, **more: str) -> dict[str, str]:
    """The environment of a child: this package, one thread, with or without the compiler."""
    path = os.pathsep.join([str(SOURCES), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = {**os.environ, **ONE_THREAD, "PYTHONPATH": path, **more}
    found.pop("NUMBA_DISABLE_JIT", None)
    return found if compiled else {**found, "NUMBA_DISABLE_JIT": "1"}


def elsewhere(task: str, *arguments: Any, compiled: bool = True) -> tuple[Any, float]:
    """What function `task` ("module:name") returns in a process of its own, and the peak memory of that process, MB."""
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from sim.bench.child import main; main()"],
        env=environment(compiled), input=pickle.dumps((task, arguments)), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    answer: tuple[Any, float] = pickle.loads(out.stdout)
    return answer


def main() -> None:
    """Answer the order on standard input; whatever is printed meanwhile goes to standard error."""
    task, arguments = pickle.load(sys.stdin.buffer)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    module, _, name = task.partition(":")
    value = getattr(importlib.import_module(module), name)(*arguments)
    answers.write(pickle.dumps((value, peak())))
    answers.flush()


def peak() -> float:
    """Peak memory of this process, MB; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1024.0**2 if sys.platform == "darwin" else 1024.0)


class Player:
    """A process that runs `program` and answers orders one by one. Use it in a `with` statement."""

    def __init__(self, program: str, folder: Path, compiled: bool) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program], cwd=folder, env=environment(compiled),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Player:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.process.kill()
        self.process.communicate()

    def ask(self, order: Any) -> Any:
        """Send an order and wait for its answer; RuntimeError if the process has ended."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("a player without streams")
        try:
            pickle.dump(order, self.process.stdin)
            self.process.stdin.flush()
            return pickle.load(self.process.stdout)
        except (BrokenPipeError, EOFError):
            raise RuntimeError("a process that was to be measured has ended; see its message above") from None
