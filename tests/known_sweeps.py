"""Sweeps by a formula, so that what their report has to say is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from fake_sweep import fake

from sim.report.sweep_view import View

BASE = "base: nps_bonus\nkeep: {indices: [nps.reported, nps.true, bonus, profit]}\noutcomes: [nps.true, profit]\nreplicates: "
GRID = (
    "name: Grid\n" + BASE + "6\nfactors:\n"
    "  bonus rate: {path: pay.schemes.0.rate, values: [0, 2, 4, 6, 8]}\n"
    "  audit rate: {path: audit.rate, values: [0, 0.5]}\n"
)
NAMES = (
    "name: Names\n" + BASE + "6\nfactors:\n"
    "  system: {variants: {fixed: {base: salary}, good: {base: nps_bonus}, bad: {base: nps_audited}, same: {base: outcomes}}}\n"
    "  quit rate: {path: staff.wellbeing.quit_rate, values: [0.1, 1]}\n"
)
SPACE = (
    "factors:\n"
    "  bonus rate: {path: pay.schemes.0.rate, low: 0, high: 10}\n"
    "  audit.rate: {low: 0.001, high: 0.5, scale: log}\n"
    "  staff.choice: [rational, learning]\n"
)


def bonus_and_audit(factors: dict[str, Any], luck: float, rng: np.random.Generator) -> dict[str, float]:
    """Reported: + 3 a unit of the bonus. True: 2 b - b^2 (1 - audit) / 2: best at 2 without audit, at 4 with. Shared luck."""
    b, audit = factors["bonus rate"], factors["audit rate"]
    true = 20 * luck + 2 * b - b * b * (1 - audit) / 2 + 0.05 * rng.normal()
    reported = 20 * luck + 3 * b + 0.05 * rng.normal()
    return {"nps.true": true, "nps.reported": reported, "bonus": 1000.0 * b, "profit": 1e5 - 2000.0 * b + 10 * rng.normal()}


def systems(factors: dict[str, Any], luck: float, rng: np.random.Generator) -> dict[str, float]:
    """`good` + 3 everywhere, `bad` - 3 where staff leave, `same` as fixed pay but for noise that is far smaller."""
    bad = -3.0 if factors["quit rate"] == 1 else 0.0
    effect = {"fixed": 0.0, "good": 3.0, "bad": bad, "same": 0.0}[factors["system"]]
    return {"nps.true": 10 * luck + effect + 0.01 * rng.normal(), "nps.reported": 10 * luck, "bonus": 0.0, "profit": 1e5}


def straight(factors: dict[str, Any], luck: float, rng: np.random.Generator) -> dict[str, float]:
    """True: 4 a unit of the bonus, on top of luck that all points share; the reported one twice that; the rest does nothing."""
    b = factors["bonus rate"]
    return {"nps.true": 4 * b + luck, "nps.reported": 8 * b + luck, "bonus": 1000.0, "profit": 5e4 + rng.normal()}


def grid(folder: Path, **more: Any) -> View:
    """Bonus strength x audit, a full factorial."""
    return fake(folder, GRID, bonus_and_audit, **more)


def names(folder: Path) -> View:
    """Four systems in two worlds."""
    return fake(folder, NAMES, systems)


def space(folder: Path, design: str, replicates: int = 2) -> View:
    """A design that fills the space or is made for sensitivities."""
    return fake(folder, f"name: Space\n{BASE}{replicates}\n{SPACE}design: {design}\n", straight)
