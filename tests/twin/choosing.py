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


class Own(NamedTuple):
    """What a person chose, how far a standard error of his readings moves his pay, and the variance of that (money)."""

    acts: list[float]
    stake: float
    spread: float


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
    found = foresight.effects(model, is_open, model.read_places, impatience(model))
    model.expected, model.effects, model.team_effects = found
    if before and "rational" not in (model.spec.staff.choice, model.spec.management.choice):
        for known in (model.effects, model.team_effects):
            for old, new in zip(before, known, strict=True):
                for told, seen in zip(old, new, strict=True):
                    seen[0], seen[-1] = told[0], told[-1]


def impatience(model: TwinFirm) -> float:
    """How fast later pay loses worth to staff, 1/week."""
    return -math.log(max(model.spec.staff.discount, 1e-9)) / model.spec.pay.every


def true_effects(model: TwinFirm, role: str) -> list[Effects]:
    """For each of a role: what acts that work do to what he reads."""
    people, places = model.people[role], range(len(model.measures) + 1)
    if not people:
        return []
    known = model.effects if role == "employee" else model.team_effects
    by_team = [[[found[k][j] for k in people[0].acts] for j in places] for found in known]
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
    unmoved = would_do(model, 0.0, 0.0)
    for lever, pressing, stretching in ((act.PRESS, 1.0, 0.0), (act.STRETCH, 0.0, 1.0)):
        moved = would_do(model, pressing, stretching)
        for employee, now, then in zip(staff, unmoved, moved, strict=True):
            shift = [(b - a) * s for a, b, s in zip(now, then, employee.skill, strict=True)]
            rows = out[employee.team.number]
            for j, row in enumerate(rows):
                share = size if j > 0 and is_shared(model.measures[j - 1].spec) else 1
                found = model.team_effects[employee.team.number]
                row[place[lever]] += sum_of(x * (found[k][j] * share) for k, x in enumerate(shift)) / size
    return out


def is_shared(measure: Any) -> bool:
    """Whether a team shares a reading, so that an employee moves it by his part."""
    of_customers = measure.is_survey and measure.population == "customers"
    return of_customers or measure.reads in (*WAITS, "departures", "backlog")


# --- choosing -------------------------------------------------------------------------------------------------------


def task_of(person: Any) -> Task:
    """What a person has to choose on, as he sees it now: the rational know what acts do, learners sample their beliefs."""
    model = person.model
    contracts = model.in_force(person.role, model.week_ahead)
    places = [0, *sorted({c.place + 1 for c in contracts if c.place >= 0})]
    if person.choice == "rational":
        believed = working(person, person.known)
    else:
        believed = beliefs.sampled(person, model.week_ahead, places)
    person.outlook = outlook_of(model, person, believed)
    return task(model, person, contracts, person.outlook, None, None)


def working(person: Any, effects: Effects) -> Effects:
    """What his attempts do, who succeeds in some of them, if acts that work do this."""
    return [[x * s for x, s in zip(row, person.skill, strict=True)] for row in effects]


def best(person: Any) -> Own:
    """A person's best response to his task; where pay depends on others he thinks their tasks through as well."""
    contracts = person.model.in_force(person.role, person.model.week_ahead)
    shared = any(isinstance(c.payout, kinds.Group) for c in contracts)
    players = person.model.people[person.role] if shared else [person]
    return search(players, contracts, [player.task for player in players])[players.index(person)]


def would_do(model: TwinFirm, pressing: float, stretching: float) -> list[list[float]]:
    """What staff would do, by what they believe on the whole, were they pressed and their targets stretched so."""
    staff, contracts = model.people["employee"], model.in_force("employee", model.week_ahead)
    if staff[0].choice == "rational":
        believed = [working(e, effects) for e, effects in zip(staff, true_effects(model, "employee"), strict=True)]
    else:
        believed = [employee.belief for employee in staff]
    tasks = [
        task(model, employee, contracts, employee.outlook._replace(effects=effects), pressing, stretching)
        for employee, effects in zip(staff, believed, strict=True)
    ]
    return [own.acts for own in search(staff, contracts, tasks)]


def search(people: list[Any], contracts: list[Contract], tasks: list[Task]) -> list[Own]:
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

    chances = prospects(problem.gap)
    if people[0].choice == "rational" and any(isinstance(c.payout, kinds.Group) for c in contracts):
        chosen = solver.settle(problem, prospects, tolerance=1e-4, rounds=60).choice
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
    return [Own(*own) for own in zip(chosen.acts.tolist(), stakes, spreads, strict=True)]


def _array(values: Any, *shape: int) -> Any:
    return np.array(values, np.float64).reshape(shape)


def _norm_weight(person: Person) -> float:
    return person.model.spec.staff.norm if person.role == "employee" else 0.0


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
