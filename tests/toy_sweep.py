"""A toy world for sweeps: it takes milliseconds, has all results, and makes trouble when its `about` asks for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments import plan as plan_module
from sim.experiments import sweep as sweep_module
from sim.world.results import Results

if TYPE_CHECKING:
    import pytest

ENGINE = "toy_sweep:Toy"
STUDY = """
name: Toy
base: toy.yaml
replicates: {replicates}
factors:
  pay.schemes.0.rate: [1, 2, 3]
  audit.rate: {{low: 0, high: 0.5, steps: {steps}}}
keep: {{indices: ["nps.*", profit, world.minutes], series: [nps.true, world.minutes]}}
"""
BASE = """
name: Toy
about: {about}
weeks: 12
burn_in: 4
measures: {{nps: {{}}}}
pay: {{schemes: [{{kind: linear, measure: nps, rate: 2}}]}}
"""


class Toy:
    """Stands in for Organisation. Its numbers depend on rate, audit, seed and replicate.

    `about`: `fail R` breaks in replicate R; `fail-unless PATH` breaks at rate 2 until the file is there; `kill R` kills its
    process; `once PATH` kills it the first time; `slow S` takes S seconds.
    """

    def __init__(self, spec: Any, replicate: int, threads: int) -> None:
        self.spec, self.replicate = spec, replicate

    def run(self) -> Toy:
        order, _, what = self.spec.about.partition(" ")
        if order == "fail" and self.replicate == int(what):
            raise ValueError("this one is broken")
        if order == "fail-unless" and self.spec.pay.schemes[0].rate == 2 and not Path(what).exists():
            raise ValueError("not yet")
        if order == "kill" and self.replicate == int(what):
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "once" and self.replicate == 1 and not Path(what).exists():
            Path(what).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "slow":
            time.sleep(float(what))
        return self

    def results(self) -> Results:
        spec = self.spec
        weeks = np.arange(-spec.burn_in, spec.weeks)
        rng = np.random.default_rng([spec.seed, self.replicate])
        rate, audit = spec.pay.schemes[0].rate, spec.audit.rate
        line = 10 + rng.normal(size=len(weeks)) - rate * (1 - audit)
        true = line[None]
        people = {"bonus": rate, "certainty_equivalent": 3000.0 + rate}
        staff = {"week": weeks[:, None], "post": np.zeros((len(weeks), 1), np.int64)}
        staff |= {name: np.full((len(weeks), 1), value) for name, value in people.items()}
        return Results(
            self.replicate, weeks, ["nps"], reported=true + rate, true=true, true_with_leavers=true,
            answers=np.full_like(true, 9.0),
            parts={"pressure": np.full_like(true, rate)}, books={"revenue": 100.0 + line}, world={"minutes": line * 3},
            staff={"employee": staff},
        )  # fmt: skip


def write_study(folder: Path, *, about: str = "", steps: int = 4, replicates: int = 2, more: str = "") -> Path:
    """A study of 3 x `steps` points, and its base."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.yaml").write_text(BASE.format(about=about or "nothing"))
    path = folder / "study.yaml"
    path.write_text(STUDY.format(steps=steps, replicates=replicates) + more)
    return path


def play_toys() -> None:
    """Let this process's sweeps play the toy and land every run at once, so that they can be cut short everywhere."""
    plan_module.ENGINE = ENGINE
    plan_module._asked = lambda loaded, specs, prefixes, wanted: ["world.minutes"]
    sweep_module.LAND_SECONDS = 0.0


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the length of a test."""
    for name in ("ENGINE", "_asked"):
        monkeypatch.setattr(plan_module, name, getattr(plan_module, name))
    monkeypatch.setattr(sweep_module, "LAND_SECONDS", 0.0)
    play_toys()


if __name__ == "__main__":  # a sweep to be killed: toy_sweep.py STUDY DIR WORKERS [SECONDS KILLS]
    import random
    import sys

    from sim.experiments import parts as parts_module
    from sim.experiments.sweep import sweep

    play_toys()
    parts_module.FANOUT = 4
    study, folder, workers, *kills = sys.argv[1:]
    if not kills:
        sweep(study, out=folder, workers=int(workers))
        sys.exit(0)
    chance = random.Random(int(kills[1]))
    # Everything is imported here, so that a child begins at once and is killed at its work; it is killed for good.
    for _ in range(int(kills[1])):
        child = os.fork()
        if child == 0:
            sweep(study, out=folder, workers=int(workers))
            os._exit(0)
        time.sleep(chance.uniform(0.0, float(kills[0])))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        from sim.experiments.sweep_folder import SweepFolder

        grandchild = os.fork()  # the parent itself opens nothing: threads and locks would be inherited
        if grandchild == 0:
            sys.stdout.write(f"{SweepFolder(folder).status().done if (Path(folder) / 'manifest.json').exists() else 0}\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(grandchild, 0)
