"""Gamed: an agent-based simulation of incentive-driven metric gaming.

The public names below are imported when they are first used, so that `import sim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiments import compare as compare
    from sim.experiments import run as run
    from sim.experiments.sweep import sweep as sweep
    from sim.experiments.sweep_folder import SweepFolder as SweepFolder
    from sim.report import render as render
    from sim.scenario.errors import ScenarioError as ScenarioError
    from sim.scenario.loading import load as load
    from sim.scenario.schema import Scenario as Scenario
    from sim.world import Organisation as Organisation

__version__ = "0.1.0"

_HOMES = {
    "Organisation": "sim.world",
    "Scenario": "sim.scenario.schema",
    "ScenarioError": "sim.scenario.errors",
    "SweepFolder": "sim.experiments.sweep_folder",
    "compare": "sim.experiments",
    "load": "sim.scenario.loading",
    "render": "sim.report",
    "run": "sim.experiments",
    "sweep": "sim.experiments.sweep",
}

__all__ = ["Organisation", "Scenario", "ScenarioError", "SweepFolder", "compare", "load", "render", "run", "sweep"]


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
