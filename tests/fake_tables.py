"""Synthetic tables in the exact format of docs/architecture.md, with answers that are known beforehand.

A `FakeArm` says what is true and what is done to the reading; the noise is keyed to the replicate, as in the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.gap import COMPONENTS

MEASURES: dict[str, dict[str, Any]] = {
    "nps": {
        "kind": "nps", "title": "NPS", "better": "more", "unit": "points", "low": -100.0, "high": 100.0,
        "scale": "share of 9-10 less share of 0-6", "truth_of": "experience", "survey": True, "instrument": "a",
    },
    "outcomes": {
        "kind": "outcomes", "title": "customer outcomes", "better": "more", "unit": "%", "low": 0.0, "high": 100.0,
        "scale": "share of needs met in time", "truth_of": "outcome", "survey": True, "instrument": "b",
    },
    "handle_time": {
        "kind": "handle_time", "title": "handle time", "better": "less", "unit": "minutes",
        "scale": "minutes a contact", "truth_of": "operations", "survey": False, "instrument": "c",
    },
}  # fmt: skip
LEVELS = {"nps": 12.0, "outcomes": 71.0, "handle_time": 6.4}
HONEST = {
    "nps": {"selection": 0.4, "nonresponse": 6.5, "style": 2.0},
    "outcomes": {"nonresponse": 0.6, "style": 0.0},
    "handle_time": {},
}
NOISE = {"nps": 1.6, "outcomes": 0.7, "handle_time": 0.05}
ACTIVITIES: dict[str, dict[str, Any]] = {
    "care": {"title": "taking care", "kind": "service", "who": "employee"},
    "rushing": {"title": "rushing", "kind": "speed", "who": "employee"},
    "selective_invitation": {"title": "selective invitation", "kind": "tactic", "who": "employee"},
    "pleading": {"title": "pleading", "kind": "tactic", "who": "employee"},
    "manager_filtering": {"title": "filtering", "kind": "lever", "who": "manager"},
}


@dataclass(frozen=True)
class FakeArm:
    """One arm. `truth`: full change of the true reading; `acted`: full size of the parts that only stakes make."""

    scenario: str
    name: str
    paid: tuple[str, ...] = ()
    truth: dict[str, float] = field(default_factory=dict)
    acted: dict[str, dict[str, float]] = field(default_factory=dict)
    own_noise: float = 0.3
    start: int = 26
    ramp: int = 30
    bonus: float = 0.0
    revenue: float = 0.0
    gaming: float = 0.0
    acts: dict[str, float] = field(default_factory=dict)
    unread: tuple[int, ...] = ()


def build(
    arms: list[FakeArm], replicates: int = 8, weeks: int = 156, burn_in: int = 26, seed: int = 1
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The five tables of all arms, and the manifest."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in ("series", "waterfall", "books", "staff", "world")}
    for number, arm in enumerate(arms):
        for replicate in range(replicates):
            one = _run(arm, number, replicate, weeks, burn_in, seed)
            for name, table in one.items():
                table.insert(0, "scenario", arm.scenario)
                table.insert(1, "replicate", replicate)
                parts[name].append(table)
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    return tables, manifest(arms, replicates, weeks, burn_in)


def manifest(arms: list[FakeArm], replicates: int, weeks: int, burn_in: int) -> dict[str, Any]:
    """The manifest as the runner writes it."""
    rows = [
        {
            "scenario": arm.scenario,
            "name": arm.name,
            "about": f"A made-up world: {arm.name}.",
            "pays_on_measures": bool(arm.paid),
            "paid_measures": list(arm.paid),
            "scheme_changes": [{"week": arm.start, "text": "bonus starts"}] if arm.paid else [],
            "like": MEASURES,
        }
        for arm in arms
    ]
    return {
        "arms": rows, "currency": "USD", "pay_every": 4, "replicates": replicates, "weeks": weeks, "burn_in": burn_in,
        "budget": {"mode": "equal", "reached": {arm.scenario: arm.bonus / 130 for arm in arms}}, "activities": ACTIVITIES,
        "scenarios": {arm.scenario: {"name": arm.name, "weeks": weeks, "pay": {"every": 4}} for arm in arms},
        "versions": {"gamed": "0.1.0"}, "seed": 1,
    }  # fmt: skip


def _run(arm: FakeArm, number: int, replicate: int, weeks: int, burn_in: int, seed: int) -> dict[str, pd.DataFrame]:
    week = np.arange(-burn_in, weeks)
    phase = np.clip((week - arm.start) / arm.ramp, 0.0, 1.0) if arm.paid else np.zeros(len(week))
    common = np.random.default_rng([seed, replicate, 0])
    own = np.random.default_rng([seed, replicate, 1, number])
    readings = [_measure(arm, label, week, phase, common, own) for label in MEASURES]
    lift = arm.truth.get("nps", 0.0) / 40.0
    return {
        "series": pd.concat([series for series, _ in readings], ignore_index=True),
        "waterfall": pd.concat([waterfall for _, waterfall in readings], ignore_index=True),
        "books": _books(arm, week, phase, common),
        "world": _world(arm, week, phase, lift, common, own),
        "staff": _staff(arm, weeks, burn_in, common),
    }


def _measure(
    arm: FakeArm, label: str, week: np.ndarray, phase: np.ndarray, common: np.random.Generator, own: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    noise = NOISE[label]
    walk = np.convolve(common.normal(0, noise, len(week) + 7), np.ones(8) / 8**0.5, "valid") * 0.6
    own_walk = np.convolve(own.normal(0, noise, len(week) + 7), np.ones(8) / 8**0.5, "valid") * arm.own_noise
    level = LEVELS[label] + common.normal(0, noise)
    true = level + walk + own_walk + arm.truth.get(label, 0.0) * phase
    parts = {component: np.zeros(len(week)) for component in COMPONENTS}
    for component, size in HONEST[label].items():
        parts[component] += size * (1 + 0.05 * own.normal(0, 1, len(week)))
    if MEASURES[label]["survey"]:
        parts["luck"] += own.normal(0, 1.2 * noise, len(week))
    for component, size in arm.acted.get(label, {}).items():
        parts[component] += size * phase * (1 + 0.05 * own.normal(0, 1, len(week)))
    reported = true + sum(parts.values())
    blind = np.isin(week, arm.unread)
    reported[blind] = np.nan
    parts["luck"][blind] = np.nan
    series = pd.DataFrame(
        {"firm": 0, "week": week, "measure": label, "reported": reported, "true": true,
         "true_with_leavers": true - 0.05 * abs(LEVELS[label]), "answers": np.where(blind, 0, 240)}
    )  # fmt: skip
    rows = [
        pd.DataFrame({"firm": 0, "week": week, "measure": label, "component": name, "value": value})
        for name, value in parts.items()
    ]
    return series, pd.concat(rows, ignore_index=True)


def _books(arm: FakeArm, week: np.ndarray, phase: np.ndarray, common: np.random.Generator) -> pd.DataFrame:
    paid = phase > 0
    amounts = {
        "revenue": 45_000 + common.normal(0, 400) + arm.revenue / 52 * phase,
        "wages": np.full(len(week), -38_000.0) + np.where(paid, 0.0, -arm.bonus / 52 * 0),
        "bonus": -arm.bonus / 52 * paid,
        "serving": np.full(len(week), -2_200.0) - 300 * phase * (arm.truth.get("nps", 0.0) < 0),
        "complaints": np.full(len(week), -250.0),
        "gifts": -120.0 * phase * bool(arm.acts.get("pleading")),
        "hiring": np.full(len(week), -900.0),
    }
    rows = [pd.DataFrame({"firm": 0, "week": week, "item": item, "amount": amount}) for item, amount in amounts.items()]
    return pd.concat(rows, ignore_index=True)


def _world(
    arm: FakeArm,
    week: np.ndarray,
    phase: np.ndarray,
    lift: float,
    common: np.random.Generator,
    own: np.random.Generator,
) -> pd.DataFrame:
    n = len(week)
    intended = common.poisson(60, n).astype(float)
    values: dict[str, Any] = {
        "customers": np.full(n, 5000.0), "true_score": 7.1 + common.normal(0, 0.03, n) + lift * phase,
        "minutes": np.full(n, 90_000.0), "gaming_minutes": 90_000.0 * arm.gaming * phase,
        "complaints_intended": intended, "complaints_recorded": intended * (0.5 - 0.3 * phase * bool(arm.gaming)),
        "engagement": own.normal(0, 0.01, n) - 0.2 * phase * bool(arm.gaming), "quits": common.poisson(0.35, n),
        "dismissals": np.zeros(n), "needs": common.poisson(900, n), "contacts": common.poisson(1300, n),
        "left": common.poisson(25, n) * (1 - lift * phase), "nonconverged": np.zeros(n),
    }  # fmt: skip
    acts = {"care": 0.55} | arm.acts
    for name in ACTIVITIES:
        column = name if name.startswith("manager_") else f"share_{name}"
        base = acts.get(name, 0.0)
        values[column] = base * (phase if name != "care" else 1.0) + 0.0 * week
    rows = [pd.DataFrame({"firm": 0, "week": week, "indicator": key, "value": value}) for key, value in values.items()]
    return pd.concat(rows, ignore_index=True)


def _staff(arm: FakeArm, weeks: int, burn_in: int, common: np.random.Generator) -> pd.DataFrame:
    first = -(burn_in // 4)
    period = np.repeat(np.arange(first, weeks // 4), 10)
    post = np.tile(np.arange(10), weeks // 4 - first)
    paid = (period * 4 >= arm.start) & bool(arm.paid)
    return pd.DataFrame(
        {
            "firm": 0, "period": period, "week": period * 4, "role": "employee", "post": post, "person": post,
            "team": post // 5, "base": 3050.0, "bonus": np.where(paid, arm.bonus / 13 / 10, 0.0), "fine": 0.0,
            "dismissed": False, "certainty_equivalent": 3050.0 + np.where(paid, arm.bonus / 13 / 10 * 0.8, 0.0)
            + common.normal(0, 5, len(period)), "engagement": 0.0, "strain": 0.1, "ability": 0.0, "tenure": 50.0,
            "contacts": 100.0, "minutes": 7000.0, "gaming_minutes": 7000.0 * arm.gaming * paid,
            "stake": np.where(paid, arm.bonus / 2600, 0.0), "pay_sd": 0.0,
        }
    )  # fmt: skip


SALARY = FakeArm("salary", "Salary")
NOTHING = FakeArm("idle", "Idle bonus", ("nps",), bonus=60_000.0)
GAMED = FakeArm(
    "gamed", "Score bonus", ("nps",), truth={"nps": 0.0}, bonus=100_000.0, gaming=0.03,
    acted={"nps": {"steering": 19.0, "pressure": 5.0, "processing": 2.0}},
    acts={"care": 0.5, "selective_invitation": 0.7, "pleading": 0.3, "manager_filtering": 0.2},
)  # fmt: skip
PERVERSE = FakeArm(
    "perverse", "Harsh bonus", ("nps",), truth={"nps": -6.0, "outcomes": -4.0, "handle_time": -0.8}, bonus=100_000.0,
    gaming=0.04, revenue=-60_000.0, acted={"nps": {"steering": 15.0, "pressure": 6.0}},
    acts={"care": 0.2, "rushing": 0.5, "selective_invitation": 0.6, "pleading": 0.4},
)  # fmt: skip
HONEST_GAIN = FakeArm(
    "honest", "Outcome pay", ("outcomes",), truth={"nps": 5.0, "outcomes": 6.0, "handle_time": 0.4}, bonus=100_000.0,
    revenue=120_000.0, acts={"care": 0.8},
)  # fmt: skip
LOSING = FakeArm(
    "losing", "Late outcome pay", ("outcomes",), truth={"nps": -3.0, "outcomes": -2.5}, bonus=100_000.0,
    revenue=-40_000.0, acts={"care": 0.45},
)  # fmt: skip
NOISY = FakeArm("noisy", "Noisy bonus", ("nps",), truth={"nps": 2.0}, own_noise=6.0, bonus=50_000.0)
