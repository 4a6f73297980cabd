"""Audit, exposure, dismissal, leaving and hiring at the end of a pay period."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.rules import employee as rules
from sim.rules.kernel import hot, kernel
from sim.world import beliefs, chance, choosing, people, sums
from sim.world.people import Array, Group, Posts

if TYPE_CHECKING:
    from sim.world.firm import Firm


def traces(group: Group) -> Array:
    """(n,) chance that an audit of each person finds something: Σ traceability · intensity, at most 1."""
    if not group.n:
        return np.zeros(0)
    return np.minimum(np.cumsum(group.traceability * group.intensity, axis=1)[:, -1], 1.0)


def check(firm: Firm, week: int) -> None:
    """Audits of people; what they find is fined and may cost the job; colleagues notice who was audited."""
    spec = firm.spec
    found_out = {role: traces(group) for role, group in firm.groups.items()}
    for role, group in firm.groups.items():
        u = chance.fours(spec.seed, firm.replicate, group.keys, week, chance.AUDIT, 0)
        audited = u[:, 0] < firm.audit_rate
        found = audited & (u[:, 1] < found_out[role])
        group.fine = np.where(found, spec.audit.fine, 0.0)
        group.dismissed = found & (u[:, 2] < spec.audit.dismissal)
        firm.recorder.tally(week, "audits", float(audited.sum()))
        firm.recorder.tally(week, "caught", float(found.sum()))
        if firm.choice_of(group) == "rational":
            group.audit_belief[:] = firm.audit_rate
        else:
            _notice(group.team, audited, spec.staff.learning.audit_memory, group.audit_belief)
    expose(firm, week, found_out)


@hot
def _notice(team, audited, memory, belief):
    """The believed chance of an audit follows what is seen in the team, whose posts stand side by side."""
    first = 0
    while first < len(team):
        seen, end = 0, first
        while end < len(team) and team[end] == team[first]:
            seen += audited[end]
            end += 1
        for e in range(first, end):
            belief[e] = rules.audit_belief(belief[e], seen / (end - first), memory)
        first = end


def volume(found_out: dict[str, Array]) -> float:
    """How much there is to come out: chance that the average person of at least one role could be traced."""
    clean = 1.0
    for chances in found_out.values():
        if len(chances):
            clean *= 1.0 - float(sums.mean(chances))
    return 1.0 - clean


def expose(firm: Firm, week: int, found_out: dict[str, Array]) -> None:
    """Gaming comes out by press or regulator: a hazard that grows with volume × traceability, or an event by the scenario."""
    spec = firm.spec
    due, firm.exposure_due = firm.exposure_due, False
    if not due and spec.mechanisms.exposure:
        u = chance.uniform(spec.seed, firm.replicate, 0, week, chance.EXPOSE, 0)
        due = u < spec.owners.exposure * volume(found_out)
    if not due:
        return
    firm.recorder.tally(week, "exposures", 1.0)
    if spec.owners.response == "hush":
        return
    firm.audit_rate = min(1.0, firm.audit_rate * spec.owners.audit_after)
    firm.unpaid = firm.unpaid or spec.owners.response == "unpay"
    for role in ("manager", "central", "head"):
        group = firm.groups[role]
        u = chance.fours(spec.seed, firm.replicate, group.keys, week, chance.EXPOSE, 1)
        group.dismissed |= u[:, 0] < found_out[role]
    for group in firm.groups.values():
        group.audit_belief = np.maximum(group.audit_belief, firm.audit_rate)


def replace(firm: Firm, week: int) -> None:
    """Who was dismissed or quits is followed by the next in succession, with traits and lore of his own."""
    for role, group in firm.groups.items():
        leaving = np.zeros(group.n, np.bool_)
        if role == "employee" and firm.spec.mechanisms.turnover:
            leaving = quits(firm, group, week) & ~group.dismissed
        firm.recorder.tally(week, "dismissals", float(group.dismissed.sum()))
        firm.recorder.tally(week, "quits", float(leaving.sum()))
        posts = np.flatnonzero(group.dismissed | leaving)
        if len(posts):
            hire(firm, role, group, posts, week)


def quits(firm: Firm, group: Group, week: int) -> NDArray[np.bool_]:
    """(n,) which employees leave of their own accord in this pay period."""
    spec, wb = firm.spec, firm.spec.staff.wellbeing
    premium = (group.base + group.allowance + group.bonus) / wb.pay_elsewhere - 1.0
    u = chance.fours(spec.seed, firm.replicate, group.keys, week, chance.QUIT, 0)
    chances = _quit_chances(wb.quit_rate, wb.quit_slope, firm.engagement, wb.quit_by_pay, premium, spec.pay.every)
    return u[:, 0] < chances


@kernel
def _quit_chances(rate, slope, engagement, by_pay, premium, weeks):
    out = np.empty(len(premium))
    for e in range(len(premium)):
        out[e] = 1.0 - math.exp(-rules.quit_hazard(rate, slope, engagement[e], by_pay, premium[e]) * weeks)
    return out


def hire(firm: Firm, role: str, group: Group, posts: Posts, week: int) -> None:
    """The next persons take the posts: own traits, lore instead of experience, no skill beyond the first."""
    spec = firm.spec
    group.succession[posts] += 1
    firm.recorder.tally(week, "hires", float(len(posts)))
    for post in posts:
        forget(firm, role, group, post)
    if role == "employee":
        people.hire_employees(spec, firm.replicate, firm.w, group, posts)
        firm.coached[posts] = firm.ability[posts]
        firm.resting[posts] = firm.engagement[posts]
    else:
        people.take_posts(spec, firm.replicate, group, posts)
    if firm.begun and group.belief.size:
        effects = choosing.true_effects(firm, group, posts)
        beliefs.start(spec, firm.replicate, group, effects, firm.spreads, posts, range(group.belief.shape[1]))


def forget(firm: Firm, role: str, group: Group, post: np.int64) -> None:
    """A newcomer expects, and is asked for, what his team does; the predecessor's record is not his."""
    team = firm.read[role].team[post]
    for kept in (group.level, group.last_reading, group.baseline):
        if kept.size:
            kept[post] = team
    peers = np.flatnonzero(group.team == group.team[post])
    peers = peers[peers != post]
    for contract in firm.contracts:
        if contract.role == role and contract.begun and len(peers):
            contract.target[post] = sums.mean(contract.target[peers])
    if role == "employee":
        firm.strain[post] = 0.0
