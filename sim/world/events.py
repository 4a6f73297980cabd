"""What changes while a world runs: one-off events of the scenario, and changes that somebody makes from outside.

Both are exogenous by definition, and both go through `apply`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.schema import SETTLED, SETTLED_OF_MEASURES, Scenario
from sim.world import state as st
from sim.world.dates import redate
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


REGROUPED = "staff.team_size"  # settled too, but for a change from outside: the staff are regrouped then (`reorganise`)


def require_changeable(before: Scenario, after: Scenario) -> None:
    """ValueError names every field in which the scenarios differ although it is settled at the start of a world."""
    old, new = flat(before.model_dump()), flat(after.model_dump())
    differing = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    settled = [path for path in differing if path != REGROUPED and (is_settled(path) or (path in old) != (path in new))]
    if settled:
        raise ValueError(f"settled at the start of a world, cannot change in it: {', '.join(settled)}")


def is_settled(path: str) -> bool:
    """Whether a field is read once, when the world is made."""
    parts = path.split(".")
    if parts[0] == "measures":
        return parts[-1] in SETTLED_OF_MEASURES
    if path.startswith("pay.schemes."):
        return parts[3] in ("measure", "who")
    return path.startswith((*SETTLED, "service.technology"))


def flat(tree: Any, path: str = "") -> dict[str, Any]:
    """Nested sections as dotted paths to values. Words for readers and presets already spelled out are left out."""
    if isinstance(tree, dict) or (isinstance(tree, list) and tree and isinstance(tree[0], dict)):
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        return {k: v for name, value in pairs for k, v in flat(value, f"{path}.{name}" if path else str(name)).items()}
    told = ("name", "about", "story", "currency", "sources", "notice")
    return {} if path.split(".")[0] in told or path.endswith(".like") else {path: tree}


def apply(spec: Scenario, w: st.World, week: int, firm: Firm) -> None:
    """Bring the engine's numbers to those in force from this week on; note exposures that are due."""
    now = changed(spec, week)
    before = firm.spec
    fresh, table, past = params(now, int(w.p.replicate)), measure_table(now), w.p.copy()
    fresh.hours *= w.p.hours / before.service.queue.hours  # a reorganisation may have changed what a line is open
    w.customers["expectation"] += (w.p.drift - fresh.drift) * week  # what drift has added by now stays
    for name in fresh.dtype.names:
        if name not in ("customers", "employees", "teams", "team_size", "servers", "stands_for"):
            w.p[name] = fresh[name]
    for name in table.dtype.names:
        if name not in ("taught", "centre", "per_contact"):
            w.measures[name] = table[name]
    redate(w, past, float(week))
    firm.audit_rate *= now.audit.rate / before.audit.rate if before.audit.rate > 0 else 1.0
    firm.audit_rate = firm.audit_rate if before.audit.rate > 0 else now.audit.rate
    for role, group in firm.groups.items():
        for name, value in prices(now, role).items():
            setattr(group, name, value)
    firm.rewrite(now)
    firm.recorder.pay_base(now, week)
    if any(e.exposure and e.week == week for e in spec.events):
        firm.exposure_due = True
