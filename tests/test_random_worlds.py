"""The random worlds of the invariants: the same on every machine, and all of them worlds that the schema allows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from scenarios_random import CHANGES, Tree, build, worlds

ALONE = """
import importlib, json, pkgutil, conftest, sim
for module in pkgutil.walk_packages(sim.__path__, "sim."):
    if "__main__" not in module.name:
        importlib.import_module(module.name)
from test_random_worlds import drawn
print(json.dumps(drawn(25)))
"""


def drawn(examples: int) -> list[Tree]:
    """So many worlds."""
    seen: list[Tree] = []

    @seed(1)
    @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(worlds())
    def note(tree: Tree) -> None:
        seen.append(tree)

    note()
    return seen


def test_the_worlds_are_the_same_whatever_is_loaded_and_whatever_the_hash_seed() -> None:
    out = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=Path(__file__).parent, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )  # fmt: skip
    assert json.loads(out.stdout) == json.loads(json.dumps(drawn(25)))


def test_the_worlds_differ_and_can_be_built() -> None:
    made = drawn(60)
    assert len({tree["seed"] for tree in made}) > 55
    specs = [build(tree) for tree in made]
    changed = {path for spec in specs for event in spec.events for path in event.set}
    assert len(changed) > len(CHANGES) / 2
    assert {spec.staff.choice for spec in specs} == {"learning", "rational", "fixed"}
    assert {m.sample for spec in specs for m in spec.measures.values()} == {"census", "random", "employee", "central"}
