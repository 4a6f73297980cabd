"""Textbook worlds of a few lines, for the tests of the closed forms and of the technology."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.scenario.schema import Scenario
from sim.world.textbook import Textbook


def scenario(textbook: dict[str, Any], schemes: list[dict[str, Any]] = (), n: int = 1, **more: Any) -> Scenario:  # type: ignore[assignment]
    """A textbook world of n employees in one team."""
    return Scenario.model_validate(
        {
            "name": "x",
            "customers": {"count": 1},
            "staff": {"count": n, "team_size": n, "choice": "rational"},
            "service": {"technology": "textbook", "textbook": textbook},
            "pay": {"base": 0, "schemes": [{"floor": None, **scheme} for scheme in schemes]},
            **more,
        }
    )


def chosen(spec: Scenario) -> np.ndarray:
    """What the first employee does under the pay of the scenario."""
    world = Textbook(spec)
    settled = world.respond(world.unpaid(), world.written_pay())
    assert settled.converged
    return settled.choice.acts[0]


def single(cost: float = 1.0, noise: float = 1.0, **more: Any) -> dict[str, Any]:
    return {
        "activities": {"work": {"cost": cost}},
        "measures": {"output": {"work": 1.0, "noise": noise}},
        "value": {"work": 1.0},
        **more,
    }
