"""Worlds for tests whose outcome is known: a still one, in which nothing happens but service, and a wild one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.scenario.schema import Mechanisms, Scenario
from sim.world import Organisation

ALL_OFF = dict.fromkeys(Mechanisms.model_fields, False)


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`base` with `more` laid over it, mapping by mapping."""
    out = dict(base)
    for key, value in more.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


# A world in which nothing but service happens, all alike: an average need is resolved with chance 1/2.
STILL: dict[str, Any] = {
    "name": "still", "weeks": 10, "burn_in": 0, "mechanisms": ALL_OFF,
    "customers": {"count": 2000, "needs_per_week": 0.5, "difficulty": 0, "segments": [{}], "return_delay": 0},
    "service": {
        "work": {"resolution": 0, "minutes": 6, "minutes_spread": 0, "followup": 0, "misjudged": 0, "novice_minutes": 0,
                 "novice_resolution": 0},
        "process": {"failure": 0},
    },
    "staff": {"count": 4, "team_size": 2, "choice": "fixed", "ability": 0, "engagement": 0, "first_skill": 1, "first_acts": {}},
}  # fmt: skip


def still(**more: Any) -> Scenario:
    return Scenario.model_validate(merged(STILL, more))


def play(spec: Scenario, replicate: int = 0) -> Organisation:
    return Organisation(spec, replicate).run()


def weekly(model: Organisation) -> pd.DataFrame:
    """World indicators, one column each."""
    table = model.tables()["world"]
    return table.pivot_table(index="week", columns="indicator", values="value", dropna=False)


def same(a: Organisation, b: Organisation, but: tuple[str, ...] = ()) -> bool:
    """Whether two runs have the same tables to the last bit."""
    one, other = a.tables(), b.tables()
    return all(one[name].equals(other[name]) for name in one if name not in but)


WILD: dict[str, Any] = {  # everything that a switch can stop, turned up
    "name": "wild", "weeks": 16, "burn_in": 4,
    "customers": {"count": 600, "needs_per_week": 0.6, "return_probability": 1.0, "patience": 3.0,
                  "experience": {"drift": 0.05, "adaptation": 0.5, "slope": 4.0},
                  "voice": {"exit_rate": 3.0, "complaint_at": 10.0, "aloud": 1.0},
                  "market": {"prospects": 3.0, "talk": 10.0}},
    "service": {"queue": {"occupancy": 0.97}, "work": {"coordination": 0.03}},
    "staff": {"count": 8, "team_size": 4, "wellbeing": {"quit_rate": 5.0, "recovery": 0.9, "decline": 0.9},
              "learning": {"practice": 0.5, "fading": 0.5, "imitation": 10.0}},
    "management": {"first_levers": {"filtering": 0.9, "diversion": 0.9, "selecting": 0.9},
                   "head": {"diversion": {"exists": True}}},
    "owners": {"exposure": 1.0},
    "audit": {"rate": 0.0},
    "measures": {"nps": {"published": True}, "closed": {"like": "jobs_closed"}},
    "pay": {"schemes": [{"kind": "linear", "measure": "closed", "rate": 200.0, "who": ["employee", "manager"]}]},
}  # fmt: skip


def wild(off: str | None = None, **more: Any) -> Organisation:
    tree = merged(WILD, more)
    if off is not None:
        tree = merged(tree, {"mechanisms": {off: False}})
    return Organisation(Scenario.model_validate(tree))
