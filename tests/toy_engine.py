"""A toy engine in the place of Organisation, and scripts that run it in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.experiments import runner
from sim.scenario.schema import Scenario

HERE = Path(__file__).resolve().parent
PAID = [{"kind": "linear", "measure": "nps", "rate": 2.0}]


def spec(name: str = "Toy", **more: Any) -> Scenario:
    """A small world; the toy engine reads its orders in `about`."""
    base: dict[str, Any] = {"name": name, "weeks": 12, "burn_in": 4, "replicates": 3, "measures": {"nps": {}}}
    return Scenario.model_validate({**base, **more})


class Toy:
    """Stands in for Organisation. `about` may ask for trouble: `fail 1`, `kill 1`, `once PATH`, `slow PATH`."""

    def __init__(self, spec: Scenario, replicate: int, threads: int) -> None:
        self.spec = spec
        self.replicate = replicate

    def run(self) -> None:
        order, _, what = self.spec.about.partition(" ")
        if order == "fail" and self.replicate == int(what):
            raise ValueError("this one is broken\non purpose")
        if order == "kill" and self.replicate == int(what):
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "once" and self.replicate == 1 and not Path(what).exists():
            Path(what).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "slow":
            (Path(what) / f"begun-{self.replicate}").touch()
            time.sleep(0.15)

    def tables(self, micro: bool = False) -> dict[str, pd.DataFrame]:
        weeks = range(-self.spec.burn_in, self.spec.weeks, self.spec.pay.every)
        luck = 0.9 + 0.05 * self.replicate
        tidy = {"replicate": self.replicate, "firm": 0, "week": list(weeks)}
        series = pd.DataFrame({**tidy, "measure": "nps", "reported": luck * 30, "true": 20.0, "answers": 9})
        schemes = [scheme for scheme in self.spec.pay.schemes if scheme.from_week < self.spec.weeks]
        bonus = sum(scheme.rate**1.5 * luck + scheme.bonus for scheme in schemes)
        staff = pd.DataFrame({**tidy, "role": "employee", "bonus": bonus, "certainty_equivalent": 3000.0 + bonus})
        return {"series": series, "staff": staff} | ({"customers": series} if micro else {})


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs of this test play the toy, here and in workers."""
    monkeypatch.setattr(runner, "ENGINE", f"{__name__}:Toy")
    monkeypatch.setattr(runner, "summaries", lambda tables, manifest: {"summary.csv": tables["series"].head(1)})


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


def script(folder: Path, body: str, *, guard: bool = True) -> SimpleNamespace:
    """Run a script of its own, as a user would, and give back what it printed."""
    process = start(folder, body, guard=guard)
    stdout, stderr = process.communicate(timeout=60)
    return SimpleNamespace(stdout=stdout, stderr=stderr, status=process.returncode)


def start(folder: Path, body: str, *, guard: bool = True) -> subprocess.Popen[str]:
    head = "from toy_engine import spec\nfrom sim.experiments import run, runner\nrunner.ENGINE = 'toy_engine:Toy'\n"
    lines = "\n".join("    " + line.strip() for line in body.strip().splitlines())
    path = folder / "script.py"
    path.write_text(head + ("if __name__ == '__main__':\n" if guard else "if True:\n") + lines + "\n")
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    return subprocess.Popen(
        [sys.executable, str(path)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def workers_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                line = (entry / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[1]) == parent and "spawn_main" in line:
                found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Any, seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
