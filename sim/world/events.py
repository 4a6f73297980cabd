"""One-off events: values that change in a given week and, if asked, change back. Exogenous by definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.schema import Scenario
from sim.world import state as st
from sim.world.params import measure_table, params
from sim.world.people import prices

if TYPE_CHECKING:
    from sim.world.firm import Firm


def changed(spec: Scenario, week: int) -> Scenario:
    """The scenario with the values that are in force in this week."""
    raw = spec.model_dump()
    touched = False
    for event in spec.events:
        if event.week <= week and (event.until is None or week < event.until):
            for path, value in event.set.items():
                put(raw, path.split("."), value)
                touched = True
    return type(spec).model_validate(raw) if touched else spec


def put(tree: Any, path: list[str], value: float) -> None:
    """Set a value by path in nested dicts and lists; KeyError names what is not there."""
    for i, name in enumerate(path):
        key: Any = int(name) if isinstance(tree, list) else name
        if isinstance(tree, dict) and key not in tree:
            raise KeyError(".".join(path))
        if i == len(path) - 1:
            tree[key] = value
        else:
            tree = tree[key]


def apply(spec: Scenario, w: st.World, week: int, firm: Firm) -> None:
    """Bring the engine's numbers to those in force from this week on; note exposures that are due."""
    now = changed(spec, week)
    fresh, table = params(now, int(w.p.replicate)), measure_table(now)
    for name in fresh.dtype.names:
        if name not in ("customers", "employees", "teams", "team_size", "servers", "stands_for"):
            w.p[name] = fresh[name]
    for name in table.dtype.names:
        if name not in ("taught", "centre", "per_contact"):
            w.measures[name] = table[name]
    before, firm.spec = firm.spec, now
    firm.audit_rate *= now.audit.rate / before.audit.rate if before.audit.rate > 0 else 1.0
    firm.audit_rate = firm.audit_rate if before.audit.rate > 0 else now.audit.rate
    for role, group in firm.groups.items():
        for name, value in prices(now, role).items():
            setattr(group, name, value)
    firm.rewrite(now)
    if any(e.exposure and e.week == week for e in spec.events):
        firm.exposure_due = True
