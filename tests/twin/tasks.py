"""What a person chooses on: what he expects to read and to be paid for, and what his acts are worth beside pay."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.incentives import tactics as act
from twin.contracts import Contract
from twin.people import Outlook, sum_of

if TYPE_CHECKING:
    from twin.beliefs import Effects
    from twin.model import TwinFirm


class Task(NamedTuple):
    """A person's decision problem: what he chooses on, and what his acts are worth beside pay."""

    outlook: Outlook
    gap: list[float]  # by contract: expected reading less target, measure points
    loadings: list[list[float]]  # by act and contract
    ratchet: list[float]  # by contract
    worth: list[float]  # of acts beside pay and approval
    gain: list[float]  # and with approval
    norm: list[float]
    lower: list[float]
    upper: list[float]


def added(a: list[float], b: list[float]) -> list[float]:
    return [x + y for x, y in zip(a, b, strict=True)]


def outlook_of(model: TwinFirm, person: Any, effects: Effects) -> Outlook:
    """What he expects to read as things are, and what his acts do to it, from the period that has just been read."""
    figures, recency = person.figures, model.spec.staff.learning.recency
    expected = [t if math.isnan(v) else v for v, t in zip(figures.value, figures.team, strict=True)]
    if person.level is None:
        person.level = expected
    else:
        person.level = [e if math.isnan(a) else a + recency * (e - a) for a, e in zip(person.level, expected, strict=True)]
    level = rational_level(model, person, effects) if person.choice == "rational" else person.level
    minutes = [0.0] * len(person.acts)
    if person.role == "employee":
        found = [row[-1] for row in model.effects[person.team.number][: act.ACTS]]
        for k, (entry, tactic) in enumerate(zip(person.prices(), person.tactics, strict=True)):
            each = entry.minutes if tactic and found[k] <= 0 else found[k]
            minutes[k] = each * model.contacts_each * model.stands_for
    return Outlook(list(level), figures.sigma, effects, figures.observed, minutes)


def rational_level(model: TwinFirm, person: Any, effects: Effects) -> list[float]:
    """Readings at present acts: the team's by the panel, moved by how one's own acts differ from the mean."""
    places = range(1, len(model.measures) + 1)
    if person.role == "employee":
        own = [a - b for a, b in zip(person.intensity, team_mean(person), strict=True)]
        usual = model.expected[person.team.number]
        level = [usual[j] + sum_of(effects[j][k] * x for k, x in enumerate(own)) for j in places]
    elif person.role == "manager":
        level = [model.expected[person.post][j] for j in places]
    else:
        level = [sum_of(team[j] for team in model.expected) / len(model.expected) for j in places]
    return [own if math.isnan(x) else x for x, own in zip(level, person.level, strict=True)]


def team_mean(person: Any) -> list[float]:
    """What one's team does on average."""
    mates = person.team.staff
    return [sum_of(mate.intensity[k] for mate in mates) / len(mates) for k in range(len(person.acts))]


def task(model: TwinFirm, person: Any, contracts: list[Contract], outlook: Outlook, pressing: float | None,
         stretching: float | None) -> Task:  # fmt: skip
    """His decision problem, if he were pressed and his targets stretched so (left out: as things are)."""
    count, spec = len(person.acts), model.spec
    gap, ratchet = [0.0] * len(contracts), [0.0] * len(contracts)
    loadings = [[0.0] * len(contracts) for _ in range(count)]
    discount = spec.staff.discount if person.role == "employee" else spec.management.discount
    for p, contract in enumerate(contracts):
        if contract.place >= 0:
            expected = outlook.expected[contract.place]
            gap[p] = (0.0 if math.isnan(expected) else expected) * contract.points - person.targets[contract]
            if stretching is not None:
                gap[p] -= person.superior.asks_beyond(contract, person, stretching)
            for k in range(count):
                loadings[k][p] = outlook.effects[contract.place + 1][k] * contract.points
        if contract.ratchets:
            step = contract.written.target.step
            ratchet[p] = discount * step / (1.0 - discount * (1.0 - step))
    worth = person.worth_beside_pay(outlook.effects, outlook.minutes)
    gain = list(worth)
    norm, most = [0.0] * count, 1.0
    if person.role == "employee":
        norm, most = team_mean(person), spec.staff.occasion
        gain = added(worth, approval(model, person, outlook, person.superior.pressing if pressing is None else pressing))
    closed = [not there for there in person.is_open()]
    barred = [person.never and tactic for tactic in person.tactics]
    lower = [a if shut else 0.0 for a, shut in zip(person.intensity, closed, strict=True)]
    upper = [a if shut else most * (not no) for a, shut, no in zip(person.intensity, closed, barred, strict=True)]
    return Task(outlook, gap, loadings, ratchet, worth, gain, norm, lower, upper)


def approval(model: TwinFirm, employee: Any, outlook: Outlook, pressing: float) -> list[float]:
    """Worth of approval: how far an act moves the manager's measures, in standard errors, money."""
    out = [0.0] * len(employee.acts)
    for contract in model.in_force("manager", model.week_ahead):
        if contract.place >= 0 and outlook.sigma[contract.place] > 0:
            sigma = max(outlook.sigma[contract.place], 1e-12)
            for k, effect in enumerate(outlook.effects[contract.place + 1]):
                out[k] += model.spec.management.approval * pressing * contract.payout.sign * (effect / sigma)
    return out
