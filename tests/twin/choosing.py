"""How people choose: what each knows or believes, what he is paid for it, and what he then does.

The numerical work - expected pay under noise (`sim.incentives.expectation`) and the search for the best intensities
(`sim.world.choice`) - is called, not written a second time: plain Python could only copy it. What goes into it is made here,
person by person.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.incentives import schemes as kinds
from sim.incentives import tactics as act
from sim.incentives.expectation import marginal, moments, prospects_of
from sim.rules import employee as rules
from sim.world import chance
from sim.world import choice as solver
from twin import beliefs, foresight
from twin.contracts import Contract, teams_of
from twin.people import Person, sum_of
from twin.tasks import Task, added, outlook_of, task

if TYPE_CHECKING:
    from twin.beliefs import Effects
    from twin.model import TwinFirm

WAITS = ("service_level", "wait", "abandonment")


class Solved(NamedTuple):
    """What the people of a role chose, their tasks, how far pay hangs on readings, and whether mutual responses settled."""

    acts: list[list[float]]
    tasks: list[Task]
    stakes: list[float]
    spreads: list[float]
    settled: bool


# --- what is known of acts ------------------------------------------------------------------------------------------


def look(model: TwinFirm) -> None:
    """Work out the true effects of all acts on the latest cases (rational people know them, lore declares them).

    What an act does beside pay (quality, minutes) lore settles when it first speaks of it.
    """
    is_open = [False] * act.ALL_ACTS
    for people in model.people.values():
        for person in people[:1]:
            for k, there in zip(person.acts, person.is_open(), strict=True):
                is_open[k] = there and k not in (act.PRESS, act.COACH, act.PROMISE)
    before = model.effects
    model.expected, model.effects = foresight.effects(model, is_open, model.read_places, impatience(model))
    if before and "rational" not in (model.spec.staff.choice, model.spec.management.choice):
        for old, new in zip(before, model.effects, strict=True):
            for told, found in zip(old, new, strict=True):
                found[0], found[-1] = told[0], told[-1]


def impatience(model: TwinFirm) -> float:
    """How fast later pay loses worth to staff, 1/week."""
    return -math.log(max(model.spec.staff.discount, 1e-9)) / model.spec.pay.every


def true_effects(model: TwinFirm, role: str) -> list[Effects]:
    """For each of a role: what acts that work do to what he reads."""
    people, places = model.people[role], range(len(model.measures) + 1)
    if not people:
        return []
    by_team = [[[found[k][j] for k in people[0].acts] for j in places] for found in model.effects]
    if role == "employee":
        return [by_team[person.team.number] for person in people]
    if role == "manager":
        through = effects_through_staff(model)
        return [[added(a, b) for a, b in zip(by_team[m.post], through[m.post], strict=True)] for m in people]
    parts = len(people) if role == "central" else 1
    mean = [[sum_of(team[j][i] for team in by_team) / len(by_team) / parts for i in range(len(people[0].acts))] for j in places]
    return [mean for _ in people]


def effects_through_staff(model: TwinFirm) -> list[Effects]:
    """What a manager's pressing, stretching and coaching do, one step ahead: by how staff would answer, by ability."""
    managers, m, size = model.people["manager"], model.spec.management, model.spec.staff.team_size
    place = {k: managers[0].acts.index(k) for k in managers[0].acts}
    out = [[[0.0] * len(place) for _ in range(len(model.measures) + 1)] for _ in managers]
    gained = m.coaching_gain * m.horizon * m.coached
    worth = foresight.ability(model, model.read_places, impatience(model))
    for team in range(len(managers)):
        for j in range(len(out[team])):
            out[team][j][place[act.COACH]] = worth[team][j] * gained
    if not model.began_choosing:
        return out
    staff = model.people["employee"]
    unmoved = solve(model, "employee", 0.0, 0.0, sample=False).acts
    for lever, pressing, stretching in ((act.PRESS, 1.0, 0.0), (act.STRETCH, 0.0, 1.0)):
        moved = solve(model, "employee", pressing, stretching, sample=False).acts
        for employee, now, then in zip(staff, unmoved, moved, strict=True):
            shift = [(b - a) * s for a, b, s in zip(now, then, employee.skill, strict=True)]
            rows = out[employee.team.number]
            for j, row in enumerate(rows):
                share = size if j > 0 and is_shared(model.measures[j - 1].spec) else 1
                found = model.effects[employee.team.number]
                row[place[lever]] += sum_of(x * (found[k][j] * share) for k, x in enumerate(shift)) / size
    return out


def is_shared(measure: Any) -> bool:
    """Whether a team shares a reading, so that an employee moves it by his part."""
    of_customers = measure.is_survey and measure.population == "customers"
    return of_customers or measure.reads in (*WAITS, "departures", "backlog")


# --- choosing -------------------------------------------------------------------------------------------------------


def solve(model: TwinFirm, role: str, pressing: float | None = None, stretching: float | None = None, *,
          sample: bool = True) -> Solved:  # fmt: skip
    """What the people of a role would choose; `sample`: a real choice, by sampled beliefs, else by their means."""
    people, contracts = model.people[role], model.in_force(role, model.week_ahead)
    rational = people[0].choice == "rational"
    known = true_effects(model, role) if rational else [[] for _ in people]
    places = [0, *sorted({c.place + 1 for c in contracts if c.place >= 0})]
    tasks = []
    for person, effects in zip(people, known, strict=True):
        if rational:
            believed = [[x * s for x, s in zip(row, person.skill, strict=True)] for row in effects]
        else:
            believed = beliefs.sampled(person, model.week_ahead, places) if sample else person.belief
        outlook = outlook_of(model, person, believed) if sample else person.outlook._replace(effects=believed)
        if sample:
            person.outlook = outlook
        tasks.append(task(model, person, contracts, outlook, pressing, stretching))
    return _search(people, contracts, tasks, rational)


def _search(people: list[Any], contracts: list[Contract], tasks: list[Task], rational: bool) -> Solved:
    """Put the tasks to the solver; where pay depends on others and all reason it through, to mutual best responses."""
    n, count, schemes = len(people), len(people[0].acts), len(contracts)
    problem = solver.Problem(
        acts=_array([p.intensity for p in people], n, count), gap=_array([t.gap for t in tasks], n, schemes),
        loadings=_array([t.loadings for t in tasks], n, count, schemes), risk=_array([p.risk for p in people], n),
        ratchet=_array([t.ratchet for t in tasks], n, schemes), gain=_array([t.gain for t in tasks], n, count),
        cost=_array(people[0].costs(), count, count), pull=_array([_norm_weight(p) for p in people], n),
        norm=_array([t.norm for t in tasks], n, count), lower=_array([t.lower for t in tasks], n, count),
        upper=_array([t.upper for t in tasks], n, count),
    )  # fmt: skip
    sigma = _array([[t.outlook.sigma[c.place] * c.points if c.place >= 0 else 0.0 for c in contracts] for t in tasks], n, schemes)
    target = _array([[p.targets[c] for c in contracts] for p in people], n, schemes)
    resting = [[max(t.outlook.observed[c.place], 1e-9) if c.place >= 0 else 1.0 for c in contracts] for t in tasks]

    def prospects(gap: Any) -> Any:
        payouts = [c.payout for c in contracts]
        return prospects_of(payouts, sigma, target, gap + target, teams_of(people), _array(resting, n, schemes))

    chances, settled = prospects(problem.gap), True
    if rational and any(isinstance(c.payout, kinds.Group) for c in contracts):
        found = solver.settle(problem, prospects, tolerance=1e-4, rounds=60)
        chosen, settled = found.choice, found.converged
    else:
        chosen = solver.choose(problem, chances)
    stakes, spreads = [0.0] * n, [0.0] * n
    if contracts:
        slopes, variances = marginal(chances, problem.gap), moments(chances, problem.gap)[1]
        for e in range(n):
            for p, c in enumerate(contracts):
                spreads[e] += float(variances[e, p])
                if c.place >= 0:
                    stakes[e] += abs(float(slopes[e, p])) * tasks[e].outlook.sigma[c.place] * c.points
    return Solved(chosen.acts.tolist(), tasks, stakes, spreads, settled)


def _array(values: Any, *shape: int) -> Any:
    return np.array(values, np.float64).reshape(shape)


def _norm_weight(person: Person) -> float:
    return person.model.spec.staff.norm if person.role == "employee" else 0.0


def choose(model: TwinFirm, role: str) -> None:
    """Everybody of a role chooses for the period that begins next week."""
    people = model.people[role]
    off = role != "employee" and not model.spec.mechanisms.management
    if not people or people[0].choice == "fixed" or off:
        return
    if not has_reason(model, role):
        for person in people:
            person.intensity = [0.0 if there else a for a, there in zip(person.intensity, person.is_open(), strict=True)]
            person.stake = person.spread = 0.0
            person.equivalent = person.base + person.allowance + person.bonus - person.fine
        return
    found = solve(model, role)
    model.nonconverged += not found.settled
    acts = found.acts
    if role == "employee" and model.spec.mechanisms.imitation:
        acts = [imitated(person, t, own) for person, t, own in zip(people, found.tasks, found.acts, strict=True)]
    for person, t, stake, spread in zip(people, found.tasks, found.stakes, found.spreads, strict=True):
        gain = t.gain
        if person.choice == "learning":  # what one samples to choose by is not what one believes on the whole
            sober = person.worth_beside_pay(person.belief, t.outlook.minutes)
            gain = [g - w + s for g, w, s in zip(t.gain, t.worth, sober, strict=True)]
        person.stake, person.spread = stake, spread
        unfeared = [g + s for g, s in zip(gain, person.sanctions(), strict=True)]  # fines stand in the equivalent themselves
        person.equivalent = person.certainty_equivalent(unfeared, person.intensity)
    for person, own in zip(people, acts, strict=True):
        person.intensity = list(own)
    model.began_choosing = model.began_choosing or role == "employee"


def has_reason(model: TwinFirm, role: str) -> bool:
    """Whether anything can move the people of a role: pay on a measure, or acts that are worth doing unpaid."""
    if role == "employee":
        return True
    one = model.people[role][0]
    worth_doing = any(there and not tactic for there, tactic in zip(one.is_open(), one.tactics, strict=True))
    return bool(model.in_force(role, model.week_ahead)) or worth_doing


def imitated(person: Any, own: Task, chosen: list[float]) -> list[float]:
    """Proportional imitation (Schlag 1998): look at one colleague; if he was paid better, perhaps do as he did."""
    mates = person.team.staff
    if len(mates) < 2:
        return chosen
    u = person.model.chance.four(person.key, person.model.week, chance.PEER)
    other = mates[(mates.index(person) + 1 + int(u[0] * (len(mates) - 1))) % len(mates)]
    difference = other.bonus - person.bonus
    if u[1] < rules.copy_probability(difference, person.model.spec.staff.learning.imitation):
        copied = [min(max(a, low), high) for a, low, high in zip(other.intensity, own.lower, own.upper, strict=True)]
        if difference > person.burden(own.gain, copied) - person.burden(own.gain, person.intensity):
            return copied
    return chosen
