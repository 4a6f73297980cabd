"""How the people of a firm come to their choices: what they know or believe of their acts, what they expect, what they do.

The decision problem itself stands in `sim.world.decide`; here it is put to every group in its turn.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.incentives import tactics as act
from sim.incentives.expectation import Prospects
from sim.world import beliefs, decide, foresight, sums
from sim.world import state as st
from sim.world.choice import Choice, Problem
from sim.world.decide import Outlook
from sim.world.people import Array, Group, Posts

if TYPE_CHECKING:
    from sim.world.firm import Firm


BESIDE_PAY = (0, -1)  # columns of the effects: perceived quality, and minutes


class Solved(NamedTuple):
    """What a group chose, the problem it solved, what it was to expect of pay, and whether mutual responses settled."""

    choice: Choice
    problem: Problem
    worth: Array  # (n, K) of acts beside pay and approval
    prospects: Prospects
    settled: bool


def look(firm: Firm) -> None:
    """Compute the true effects of all acts from the latest contacts (rational people know them, lore declares them).

    What an act does beside pay, lore settles when it first speaks of it: that a scheme begins changes what is said of its
    measure, not what is said of care.
    """
    is_open = np.zeros(act.ALL_ACTS, dtype=np.bool_)
    for group in firm.groups.values():
        is_open[list(group.acts)] = group.open
    is_open[[act.PRESS, act.COACH, act.PROMISE]] = False
    firm.expected, effects = foresight.effects(firm.w, is_open, firm.read_places, impatience(firm))
    if firm.known and "rational" not in (firm.spec.staff.choice, firm.spec.management.choice):
        effects[:, :, BESIDE_PAY] = firm.effects[:, :, BESIDE_PAY]
    firm.effects, firm.known = effects, True
    firm.team_effects = foresight.of_teams(firm.w, effects, is_open, firm.read_places, impatience(firm))


def impatience(firm: Firm) -> float:
    """How fast later pay loses worth to staff, 1/week."""
    return -math.log(max(firm.spec.staff.discount, 1e-9)) / firm.spec.pay.every


def true_effects(firm: Firm, group: Group, posts: Posts | None = None) -> Array:
    """(posts, M + 1, K) effects of acts that work, on what those who hold the posts read; all posts if none are named."""
    chosen = np.arange(group.n) if posts is None else posts
    of_acts = firm.effects if group.role == "employee" else firm.team_effects
    found = of_acts[:, :, : len(firm.w.measures) + 1][:, list(group.acts), :].transpose(0, 2, 1)
    if group.role == "employee":
        return found[group.team[chosen]]
    if group.role == "manager":
        return (found + effects_through_staff(firm, group))[chosen]
    own = sums.mean(found) / (max(group.n, 1) if group.role == "central" else 1)
    return np.repeat(own[None], len(chosen), axis=0)


def effects_through_staff(firm: Firm, managers: Group) -> Array:
    """What pressing, stretching targets and coaching do, one step ahead: by how staff would answer, by what ability is worth."""
    out = np.zeros((managers.n, len(firm.w.measures) + 1, len(managers.acts)))
    place = {k: managers.acts.index(k) for k in managers.acts}
    m = firm.spec.management
    gained = m.coaching_gain * m.horizon * m.coached
    out[:, :, place[act.COACH]] = foresight.ability_effects(firm.w, firm.read_places, impatience(firm))[:, :-1] * gained
    staff = firm.groups["employee"]
    if not firm.began_choosing:
        return out
    none, full = np.zeros(managers.n), np.ones(managers.n)
    unmoved = solve(firm, staff, firm.week_ahead, none, none).choice.acts
    by_act = firm.team_effects[:, : act.ACTS, :-1].copy()
    by_act[:, :, 1:][:, :, foresight.shared(firm.w)] *= firm.spec.staff.team_size  # there a member's part is a part already
    for lever, pressing, stretching in ((act.PRESS, full, none), (act.STRETCH, none, full)):
        moved = (solve(firm, staff, firm.week_ahead, pressing, stretching).choice.acts - unmoved) * staff.skill
        for e in range(staff.n):
            team = staff.team[e]
            out[team, :, place[lever]] += sums.product(moved[e], by_act[team]) / firm.spec.staff.team_size
    return out


def outlook_of(firm: Firm, group: Group, effects: Array) -> Outlook:
    """What the group chooses on, from the period that has just been read."""
    read = firm.read[group.role]
    staff = firm.spec.staff.count
    contacts = sums.in_order(firm.counts[:staff, st.N_CONTACTS]) / staff
    per_contact = np.zeros(group.intensity.shape)
    if group.role == "employee":
        found = firm.effects[:, : act.ACTS, -1][group.team]
        per_contact = np.where(group.tactics & (found <= 0), group.minutes, found)
    expected = np.where(np.isnan(read.value), read.team, read.value)
    recency = firm.spec.staff.learning.recency
    if group.level.shape == expected.shape:
        group.level = np.where(np.isnan(group.level), expected, group.level + recency * (expected - group.level))
    else:
        group.level = expected.copy()
    level = group.level
    if firm.choice_of(group) == "rational":
        level = rational_level(firm, group, effects)
    return Outlook(
        expected=level, sigma=read.sigma, effects=effects, observed=read.observed,
        minutes=per_contact * contacts * firm.w.p.stands_for,
    )  # fmt: skip


def rational_level(firm: Firm, group: Group, effects: Array) -> Array:
    """Expected readings at present acts: the team's by the panel, moved by how one's own acts differ from the mean."""
    places = slice(1, len(firm.w.measures) + 1)
    if group.role == "employee":
        own = group.intensity - decide.team_means(group, firm.spec.staff.team_size)
        moves = effects[:, 1:, :] * own[:, None, :]
        level = firm.expected[group.team][:, places] + sums.in_order(moves.transpose(2, 0, 1))
    elif group.role == "manager":
        level = firm.expected[:, places]
    else:
        usual = sums.mean(firm.expected[:, places])
        level = np.repeat(usual[None], group.n, axis=0)
    return np.where(np.isnan(level), group.level, level)


def choose(firm: Firm, week: int) -> None:
    """Everybody chooses for the period that begins next week: staff under the pressing they feel, then those above."""
    firm.week_ahead = week + 1
    for role in ("employee", "manager", "central", "head"):
        group = firm.groups[role]
        if group.n == 0 or firm.choice_of(group) == "fixed" or not has_reason(firm, group, week + 1):
            continue
        firm.solved[role] = solved = solve_full(firm, group, week + 1, firm.pressing())
        chosen, made, worth, chances, settled = solved
        firm.recorder.tally(week, "nonconverged", float(not settled))
        acts = chosen.acts
        if role == "employee" and firm.spec.mechanisms.imitation:
            acts = decide.imitate(firm.spec, firm.replicate, group, week, acts, made)
        gain, outlook = made.gain, firm.outlook_now[role]
        if firm.choice_of(group) == "learning":  # what one samples to choose by is not what one believes on the whole
            sober = replace(outlook, effects=group.belief)
            gain = gain - worth + decide.worth_beside_pay(firm.spec, group, sober)
        feared = decide.sanction(firm.spec, group)  # what was paid in fines stands in the equivalent itself
        live = firm.in_force(role, week + 1)
        care = firm.effects[group.team, act.CARE, 1:-1]  # of an employee's own; those above do not serve
        group.stake, group.spread, group.care_pay = decide.at_stake(live, outlook, made, chances, care)
        group.equivalent = decide.equivalents(group, made, gain + feared)
        group.intensity[...] = acts
        if role == "employee":
            firm.began_choosing = True


def has_reason(firm: Firm, group: Group, week: int) -> bool:
    """Whether anything can move the group: pay on a measure, or acts that are worth doing unpaid; else nobody stirs."""
    if group.role == "employee":
        return True
    if not firm.spec.mechanisms.management:
        return False
    if firm.in_force(group.role, week) or bool((~group.tactics & group.open).any()):
        return True
    group.intensity[:, group.open] = 0.0
    group.stake, group.spread = np.zeros(group.n), np.zeros(group.n)
    group.equivalent = group.base + group.allowance + group.bonus - group.fine
    return False


def solve(firm: Firm, group: Group, week: int, pressing: Array, stretching: Array) -> Solved:
    """The group's choice if it were pressed and its targets stretched so, by mean beliefs."""
    return solve_full(firm, group, week, pressing, stretching, sample=False)


def solve_full(
    firm: Firm, group: Group, week: int, pressing: Array, stretching: Array | None = None, sample: bool = True
) -> Solved:
    """Beliefs, outlook, problem, best response; `sample`: beliefs are sampled (a real choice), else their means."""
    live = firm.in_force(group.role, week)
    rational = firm.choice_of(group) == "rational"
    if rational:
        effects = true_effects(firm, group) * group.skill[:, None, :]
    elif sample:
        places = [0, *sorted({c.place + 1 for c in live if c.place >= 0})]
        effects = beliefs.sampled(firm.spec, firm.replicate, group, week, places)
    else:
        effects = group.belief
    if sample:
        firm.outlook_now[group.role] = outlook_of(firm, group, effects)
    outlook = replace(firm.outlook_now[group.role], effects=effects)
    approval = np.zeros(group.intensity.shape)
    if group.role == "employee":
        approval = decide.approval_of(firm.spec, group, pressing, firm.in_force("manager", week), outlook)
    asked = [firm.stretch(contract, group, stretching) for contract in live] if stretching is not None else None
    worth = decide.worth_beside_pay(firm.spec, group, outlook)
    made = decide.problem(firm.spec, group, live, outlook, worth + approval, asked)
    chances = decide.prospects(group, live, outlook, made.gap)
    chosen, settled = decide.best(group, live, outlook, made, chances, rational)
    return Solved(chosen, made, worth, chances, settled)
