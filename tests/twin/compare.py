"""Engine and twin side by side: what stands in both after a week, agent by agent, as plain arrays under the same names."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.incentives import tactics as act
from sim.world import state as st
from sim.world.model import Organisation
from twin.model import TwinFirm

State = dict[str, Any]
OF_CUSTOMERS = ("need_at", "due", "leaves_at", "taste", "expectation", "end", "peak", "difficulty", "need", "answer", "contract")
OF_ISSUES = ("first_after", "second_after", "marked_after", "closed_after", "contacts")
OF_TEAMS = ("minutes", "same_week", "delayed", "occupancy", "backlog", "drag", "repair", "sound", "filtering", "noted")
OF_PEOPLE = ("bonus", "allowance", "fine", "dismissed", "equivalent", "stake", "spread", "audit_belief", "conscience", "never")
WHOLE = ("place", "need", "answer", "contract", "contacts", "marks", "server", "first_server", "noted", "dismissed", "never",
         "person", "counts")  # fmt: skip


def of_engine(model: Organisation, row: int) -> State:
    """The engine's state after a week that was accounted in `row`."""
    w, firm = model.world, model.firm
    there = np.flatnonzero(w.customers["status"] == st.ACTIVE)
    out: State = {"customer.place": there}
    for name in (*OF_CUSTOMERS, *OF_ISSUES, "marks"):
        out[f"customer.{name}"] = w.customers[name][there].astype(np.float64)
    served = (w.customers["marks"][there] & st.SERVED) > 0
    for name in ("server", "first_server"):
        out[f"customer.{name}"] = np.where(served, w.customers[name][there], -1)
    for name in OF_TEAMS:
        out[f"team.{name}"] = w.teams[name].copy()
    out["desk.num"], out["desk.den"] = w.readings["num"][row].copy(), w.readings["den"][row].copy()
    out["desk.square"], out["desk.counts"] = w.readings["square"][row].copy(), w.tallies["n"][row].copy()
    for name in ("ability", "engagement", "tenure"):
        out[f"employee.{name}"] = w.staff[name].copy()
    out["employee.strain"] = firm.strain.copy()
    for role, group in firm.groups.items():
        for name in (*OF_PEOPLE, "intensity", "skill", "belief", "level", "last_reading"):
            out[f"{role}.{name}"] = np.array(getattr(group, name))
        out[f"{role}.person"] = group.succession.copy()
        targets = [contract.target for contract in firm.contracts if contract.role == role and contract.begun]
        out[f"{role}.targets"] = np.array(targets).reshape(len(targets), group.n)
    out["market"] = np.array([model.reputation.talk, model.reputation.published, firm.audit_rate, w.firm.quality])
    out["levers"] = w.firm.levers.copy()[act.ACTS :]
    return out


def of_twin(model: TwinFirm) -> State:
    """The twin's state after a week."""
    there = sorted(model.customers, key=lambda customer: customer.place)
    out: State = {"customer.place": np.array([customer.place for customer in there], np.int64)}
    for name in OF_CUSTOMERS:
        out[f"customer.{name}"] = np.array([float(getattr(customer, name)) for customer in there])
    for name in OF_ISSUES:
        at_rest = 0.0 if name == "contacts" else st.NEVER
        issues = [customer.issue for customer in there]
        out[f"customer.{name}"] = np.array([at_rest if issue is None else float(getattr(issue, name)) for issue in issues])
    out["customer.marks"] = np.array([_marks(customer) for customer in there], np.float64)
    for name in ("server", "first_server"):
        out[f"customer.{name}"] = np.array([_post(customer.issue, name) for customer in there])
    for name in OF_TEAMS:
        out[f"team.{name}"] = np.array([getattr(team, name) for team in model.teams])
    desks, shape = model.desks, (len(model.desks), len(model.measures), st.STAGES)
    out["desk.num"] = np.array([[r.num for r in desk.readings] for desk in desks]).reshape(shape)
    out["desk.den"] = np.array([[r.den for r in desk.readings] for desk in desks]).reshape(shape)
    out["desk.square"] = np.array([[r.square for r in desk.readings] for desk in desks]).reshape(shape[:2])
    out["desk.counts"] = np.array([desk.counts.values() for desk in desks])
    for name in ("ability", "engagement", "tenure", "strain"):
        out[f"employee.{name}"] = np.array([getattr(employee, name) for employee in model.people["employee"]])
    for role, people in model.people.items():
        for name in (*OF_PEOPLE, "intensity", "skill", "belief", "level", "last_reading", "person"):
            values = [getattr(person, name) for person in people]
            out[f"{role}.{name}"] = np.array([] if None in values else values)
        begun = [contract for contract in model.contracts if contract.role == role and contract.begun]
        targets = [[person.targets[contract] for person in people] for contract in begun]
        out[f"{role}.targets"] = np.array(targets).reshape(len(targets), len(people))
    market = model.reputation
    out["market"] = np.array([market.talk, market.published, model.owner.audit_rate, model.usual_quality])
    out["levers"] = np.array([model.levers[k] for k in sorted(model.levers)])
    return out


def _marks(customer: Any) -> int:
    """The marks that the engine keeps of him, as bits."""
    bits = st.LOST_HOPE * customer.lost_hope | st.TO_CALL * customer.to_call
    issue = customer.issue
    if issue is not None:
        bits |= st.OPEN | st.LOG_CLOSED * issue.log_closed | st.LOG_MARKED * issue.log_marked
        bits |= st.SERVED * (issue.server is not None) | st.FIRST_SOLVED * issue.first_solved
    return bits


def _post(issue: Any, name: str) -> int:
    server = None if issue is None else getattr(issue, name)
    return -1 if server is None else server.post


def differences(engine: State, twin: State, tolerance: float = 1e-9) -> list[str]:
    """What the two do not agree on: whole numbers exactly, reals to the tolerance (relative above 1); empty if nothing."""
    found = []
    for name, a in engine.items():
        b = twin[name]
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        if a.shape != b.shape:
            if a.size or b.size:
                found.append(f"{name}: shape {a.shape} in the engine, {b.shape} in the twin")
            continue
        slack = 0.0 if name.split(".")[-1] in WHOLE else tolerance
        off = ~np.isclose(a, b, rtol=slack, atol=slack, equal_nan=True)
        if off.any():
            at = tuple(int(i) for i in np.argwhere(off)[0])
            found.append(f"{name}{list(at)}: {a[at]!r} in the engine, {b[at]!r} in the twin ({int(off.sum())} differ)")
    return found
