"""A reorganisation: the same staff and customers in teams of another size, from the next week on.

Customer i belongs to team i mod teams, and the posts of a team stand side by side, before as after. Nobody moves his row, so
nothing that is a person's own changes. What is a team's own goes with its customers: sums are handed on in proportion to them,
levels are averaged over them. What can be counted again is counted again.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.scenario.schema import Scenario
from sim.world import beliefs, choosing, people
from sim.world import state as st
from sim.world.params import params, servers_of
from sim.world.people import Array, Group

if TYPE_CHECKING:
    from sim.world.firm import Firm

OF_THE_ROLE = ("team", "open", "cost", "moral", "traceability", "minutes", "base")  # fields of a group that are no person's own
EXPECTED = ("level", "last_reading", "baseline")  # what a newcomer takes over from his colleagues


def require_possible(spec: Scenario) -> None:
    """ValueError where teams of this size cannot be formed, or where a scenario states the queue of a team itself."""
    queue = spec.service.queue
    if queue.staffed is not None or queue.arrivals_per_hour is not None:
        raise ValueError(
            "staff.team_size cannot change in a world whose service.queue states the lines (staffed) or the load "
            "(arrivals_per_hour) of a team"
        )
    Scenario.model_validate(spec.model_dump())


def regroup(firm: Firm, week: int) -> st.World:
    """The world in teams as the firm's scenario now has them; everybody's records of it are brought along.

    No line is gained or lost by rounding: the staffed line-hours of the firm stay, so teams whose lines are rounded up are
    open for less of the week. `week` is the one that comes next.
    """
    w, spec = firm.w, firm.spec
    flow = _flow(w, spec.teams)
    split, mix = _parts(flow, 0), _parts(flow, 1)
    employees, lines = len(w.staff), servers_of(spec)
    made = w._replace(
        teams=_teams(w, split, mix), members=np.zeros((spec.teams, w.members.shape[1]), np.int64), panel=_panel(w, flow),
        hands=np.empty((spec.teams, *w.hands.shape[1:])),
        readings=_handed_on(w.readings, employees, split), tallies=_handed_on(w.tallies, employees, split),
    )  # fmt: skip
    w.p.hours *= w.p.servers * w.p.teams / (lines * spec.teams)
    w.p.teams, w.p.team_size, w.p.servers = spec.teams, spec.staff.team_size, lines
    w.p.process_minutes = params(spec, int(w.p.replicate)).process_minutes
    made.teams["noted"] = np.minimum((flow > 0) @ w.teams["noted"], st.PANEL_SIZE)
    _count_customers(made)
    _remember_week(made, (week - 1) % spec.pay.every)
    firm.recorder.recent = _handed_on(firm.recorder.recent, employees, split)
    firm.w = made
    firm.recorder.look_at(made)
    firm.groups["employee"].team = np.arange(employees) // spec.staff.team_size
    firm.effects, firm.team_effects = _summed(mix, firm.effects), _summed(mix, firm.team_effects)
    firm.expected = np.zeros((spec.teams, firm.expected.shape[1]))
    _appoint(firm, week)
    firm.known = False  # what an act does to what a team shares depends on its size: looked at again on payday
    firm.pull_levers()
    firm.recorder.people(firm, week)
    return made


def _flow(w: st.World, teams: int) -> Array:
    """(teams, T) customers who go from each of the present teams to each of so many new ones."""
    there = np.flatnonzero(w.customers["status"] == st.ACTIVE)
    out = np.zeros((teams, len(w.teams)))
    np.add.at(out, (there % teams, there % len(w.teams)), 1.0)
    return out


def _parts(flow: Array, axis: int) -> Array:
    """Each flow as a part of the sum along an axis; equal parts where nobody is."""
    total = flow.sum(axis=axis, keepdims=True)
    return np.where(total > 0, flow / np.maximum(total, 1.0), 1.0 / flow.shape[axis])


def _summed(weights: Array, old: Array) -> Array:
    """Σ weights[new, old] · old (T, …), in the order of the old teams."""
    out = np.zeros((len(weights), *old.shape[1:]))
    for j, values in enumerate(old):
        out += weights[:, j].reshape(-1, *[1] * values.ndim) * values
    return out


def _teams(w: st.World, split: Array, mix: Array) -> Any:
    """The new teams: work left over is handed on, every other quantity is the mean over a team's customers."""
    made = st.records(len(split), st.TEAM)
    for name in st.TEAM.names or ():
        if st.TEAM[name].base.kind == "f":
            made[name] = _summed(split if name == "backlog" else mix, w.teams[name])
    return made


def _handed_on(accounts: Any, employees: int, split: Array) -> Any:
    """Accounts by week and row of staff, (weeks, E + T, …): an employee's stay his, a team's go with its customers."""
    flat = accounts.view(np.float64).reshape(*accounts.shape[:2], -1)
    teams = _summed(split, flat[:, employees:].swapaxes(0, 1)).swapaxes(0, 1)
    made = np.ascontiguousarray(np.concatenate([flat[:, :employees], teams], axis=1))
    return made.view(accounts.dtype).reshape(len(made), employees + len(split), *accounts.shape[2:])


def _panel(w: st.World, flow: Array) -> Any:
    """The latest contacts of the teams that a new team's customers come from, by turns, oldest first: (T', PANEL_SIZE)."""
    kept = []
    for team, contacts in zip(w.teams, w.panel, strict=True):
        latest = np.roll(contacts, -(int(team["noted"]) % st.PANEL_SIZE))
        kept.append(latest[st.PANEL_SIZE - min(int(team["noted"]), st.PANEL_SIZE) :])
    made = st.records(len(flow) * st.PANEL_SIZE, st.PANEL).reshape(len(flow), st.PANEL_SIZE)
    for k, customers in enumerate(flow):
        sources = [kept[j] for j in np.flatnonzero(customers)]
        turns = [each[-back] for back in range(1, st.PANEL_SIZE + 1) for each in sources if len(each) >= back]
        for place, contact in enumerate(reversed(turns[: st.PANEL_SIZE])):
            made[k, place] = contact
    return made


def _count_customers(w: st.World) -> None:
    """Each team's customers, their answers and open issues, counted again."""
    there = np.flatnonzero(w.customers["status"] == st.ACTIVE)
    team, rows, made = there % len(w.teams), w.customers[there], w.teams
    np.add.at(w.members, (team, rows["segment"]), 1)
    np.add.at(made["answers"], (team, rows["answer"]), 1)
    marks = rows["marks"]
    is_open = (marks & st.OPEN) > 0
    for name, counted in (
        ("active", marks >= 0), ("open", is_open), ("open_in_log", is_open & ((marks & st.LOG_CLOSED) == 0)),
        ("open_in_good_faith", is_open & ((marks & st.LOG_MARKED) == 0)),
    ):  # fmt: skip
        made[name] = np.bincount(team[counted], minlength=len(made))


def _remember_week(w: st.World, row: int) -> None:
    """Last week's handle time and unforeseen calls, from which the next queue is read; nothing before the first week."""
    counts = w.tallies["n"][row]
    own = counts[: len(w.staff)].reshape(len(w.teams), -1, st.COUNTS)
    contacts, minutes = (np.cumsum(own[:, :, column], axis=1)[:, -1] for column in (st.N_CONTACTS, st.N_MINUTES))
    served = contacts > 0
    w.teams["minutes"][served] = minutes[served] / contacts[served]
    w.teams["same_week"] = counts[len(w.staff) :, st.N_SAME_WEEK]


def _appoint(firm: Firm, week: int) -> None:
    """A manager a team: the first keep their posts, others leave theirs, new posts are filled by succession."""
    spec, old = firm.spec, firm.groups["manager"]
    made = people.above(spec, firm.replicate, "manager")
    fresh = np.arange(min(old.n, made.n), made.n)
    firm.abolished |= {post: int(old.succession[post]) for post in range(made.n, old.n)}
    made.succession[fresh] = [firm.abolished.get(int(post), -1) + 1 for post in fresh]
    people.take_posts(spec, firm.replicate, made, fresh)
    for each in fields(Group):
        was = getattr(old, each.name)
        if each.name not in OF_THE_ROLE and isinstance(was, np.ndarray) and was.size:
            setattr(made, each.name, _kept(was, getattr(made, each.name), made.n, each.name in EXPECTED))
    made.told = old.told
    if made.last_lever.size:
        made.last_lever[fresh] = made.intensity[fresh]
    for contract in firm.contracts:
        if contract.role == "manager" and contract.begun:
            contract.target = _kept(contract.target, contract.target, made.n, True)
    firm.groups["manager"] = made
    if len(fresh):
        firm.recorder.tally(week, "hires", float(len(fresh)))
        if firm.begun and made.belief.size:
            effects = choosing.true_effects(firm, made, fresh)
            beliefs.start(spec, firm.replicate, made, effects, firm.spreads, fresh, range(made.belief.shape[1]))


def _kept(was: Any, own: Any, n: int, from_colleagues: bool) -> Any:
    """What those who keep their posts had, (n, …); beyond them what the new ones bring, or the mean of their colleagues."""
    out = np.zeros((n, *was.shape[1:]), was.dtype)
    kept = min(n, len(was))
    out[:kept] = was[:kept]
    if from_colleagues and n > kept:
        known = ~np.isnan(was)
        total = np.cumsum(np.where(known, was, 0.0), axis=0)[-1]
        out[kept:] = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    elif own.shape == out.shape:
        out[kept:] = own[kept:]
    return out
