"""How everybody chooses: from what the schemes in force pay for which reading, what he believes his acts do to it, and costs.

The utility is that of `sim.world.choice`; here stands what goes into it. No act has any worth but through pay, approval
or served customers; no scheme, measure or scenario is known by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.incentives import schemes as kinds
from sim.incentives.expectation import Prospects, marginal, moments, prospects_of
from sim.rules import employee as rules
from sim.rules.kernel import hot, kernel
from sim.scenario.schema import Scenario
from sim.world import chance, choice
from sim.world.contracts import Contract
from sim.world.people import Array, Group


@dataclass
class Outlook:
    """What a group chooses on: raw readings expected now, their noise, effects believed, observations a period."""

    expected: Array  # (n, M) raw units
    sigma: Array  # (n, M) standard error of a period's reading
    effects: Array  # (n, M + 1, K) of an attempt; row 0 perceived quality
    observed: Array  # (n, M)
    minutes: Array  # (n, K) work minutes a pay period that an act takes when done in every contact


def problem(
    spec: Scenario, group: Group, contracts: list[Contract], outlook: Outlook, gain: Array,
    asked: list[Array] | None = None,
) -> choice.Problem:
    """The decision problem of everybody in the group; gain (n, K) is the linear worth of acts beside pay.

    asked: for each contract, measure points (n,) by which targets would be further off than they are.
    """
    n, count = group.intensity.shape
    gap, loadings = np.zeros((n, len(contracts))), np.zeros((n, count, len(contracts)))
    ratchet = np.zeros((n, len(contracts)))
    for p, contract in enumerate(contracts):
        if contract.place >= 0:
            expected = outlook.expected[:, contract.place]
            gap[:, p] = np.where(np.isnan(expected), 0.0, expected) * contract.points - contract.target
            if asked is not None:
                gap[:, p] -= asked[p]
            loadings[:, :, p] = outlook.effects[:, contract.place + 1, :] * contract.points
        if contract.ratchets:
            step = contract.written.target.step
            ratchet[:, p] = group.discount * step / (1.0 - group.discount * (1.0 - step))
    norm, pull, most = np.zeros((n, count)), np.zeros(n), 1.0
    if group.role == "employee":
        norm, pull, most = team_means(group, spec.staff.team_size), np.full(n, spec.staff.norm), spec.staff.occasion
    acts = group.intensity.copy()
    lower = np.where(group.open, 0.0, acts)
    upper = np.where(group.open, most * ~(group.never[:, None] & group.tactics), acts)
    return choice.Problem(acts, gap, loadings, group.risk.copy(), ratchet, gain, group.cost, pull, norm, lower, upper)


def worth_beside_pay(spec: Scenario, group: Group, outlook: Outlook) -> Array:
    """Linear worth of an act done in every contact: serving well − conscience − sanction − minutes, (n, K), money.

    Serving better is worth something in itself for acts that are service; what is traceable or troubles the conscience
    has no worth of its own, only harm.
    """
    served = outlook.effects[:, 0, :]
    served = np.where(group.tactics, np.minimum(served, 0.0), served)
    scruples = group.conscience[:, None] * group.moral
    return group.intrinsic[:, None] * served - scruples - sanction(spec, group) - spec.staff.minute * outlook.minutes


def sanction(spec: Scenario, group: Group) -> Array:
    """Expected loss by being found out when an act is done in every contact: belief × traceability × loss, (n, K), money."""
    loss = spec.audit.fine + spec.audit.dismissal * spec.staff.dismissal_loss * group.base
    return (group.audit_belief * loss)[:, None] * group.traceability


def team_means(staff: Group, size: int) -> Array:
    """(n, K) what one's team does on average; sums in order of the members."""
    members = staff.intensity.reshape(-1, size, len(staff.acts))
    return np.repeat(np.cumsum(members, axis=1)[:, -1] / size, size, axis=0)


def prospects(group: Group, contracts: list[Contract], outlook: Outlook, gap: Array) -> Prospects:
    """What everybody is to expect from pay at expected gaps (n, P), the others' results as they are."""
    shape = (group.n, len(contracts))
    sigma, target, weights = np.zeros(shape), np.zeros(shape), np.ones(shape)
    for p, contract in enumerate(contracts):
        target[:, p] = contract.target
        if contract.place >= 0:
            sigma[:, p] = outlook.sigma[:, contract.place] * contract.points
            weights[:, p] = np.maximum(outlook.observed[:, contract.place], 1e-9)
    team: NDArray[np.int64] = np.zeros(group.n, np.int64) if group.role == "manager" else group.team
    return prospects_of([c.payout for c in contracts], sigma, target, gap + target, team, weights)


def best(
    group: Group, contracts: list[Contract], outlook: Outlook, made: choice.Problem, chances: Prospects, rational: bool
) -> tuple[choice.Choice, bool]:
    """Everybody's choice and whether it is a fixed point where pay depends on others and all reason it through."""
    if rational and any(isinstance(c.payout, kinds.Group) for c in contracts):
        settled = choice.settle(made, lambda gap: prospects(group, contracts, outlook, gap), tolerance=1e-4, rounds=60)
        return settled.choice, settled.converged
    return choice.choose(made, chances), True


def imitate(
    spec: Scenario, replicate: int, group: Group, period: int, chosen: Array, made: choice.Problem
) -> Array:
    """Proportional imitation (Schlag 1998): look at one colleague; if he was paid better, perhaps do as he did.

    One copies what one may do oneself, and only if the difference in pay is worth the effort and the scruple.
    """
    out = chosen.copy()
    u = chance.fours(spec.seed, replicate, group.keys, period, chance.PEER, 0)
    _imitate(
        u, spec.staff.team_size, spec.staff.learning.imitation, group.bonus, made.acts,
        made.lower, made.upper, made.gain, group.cost, out,
    )  # fmt: skip
    return out


@kernel
def _imitate(u, size, imitation, bonus, acts, lower, upper, gain, cost, out):
    for e in range(len(bonus)):
        if size < 2:
            return
        first = e - e % size
        other = first + (e - first + 1 + int(u[e, 0] * (size - 1))) % size
        difference = bonus[other] - bonus[e]
        if u[e, 1] < rules.copy_probability(difference, imitation):
            copied = np.minimum(np.maximum(acts[other], lower[e]), upper[e])
            if difference > burden(gain[e], cost, copied) - burden(gain[e], cost, acts[e]):
                out[e] = copied


@hot
def burden(gain: Array, cost: Array, acts: Array) -> float:
    """What acts cost a person beside what they earn, money: effort, scruple and risk less the worth of serving."""
    total = 0.0
    for k in range(len(acts)):
        total -= gain[k] * acts[k]
        for j in range(len(acts)):
            total += 0.5 * acts[k] * cost[k, j] * acts[j]
    return total


@hot
def _burdens(gain, cost, acts, out):
    for e in range(len(out)):
        out[e] = burden(gain[e], cost, acts[e])


def at_stake(
    contracts: list[Contract], outlook: Outlook, made: choice.Problem, chances: Prospects, care: Array
) -> tuple[Array, Array, Array]:
    """What a period's pay hangs on: how far a standard error of each reading moves expected pay (money), Var(pay), and what
    full care would add to expected pay (money), (n,) each. care (n, M): true effects of care on the readings.

    Schemes are added up as if their readings were independent: pay on two measures of the same contacts, or twice on one
    measure, varies more than that.
    """
    stake, spread, earned = np.zeros((3, len(made.acts)))
    if contracts:
        slopes, variances = marginal(chances, made.gap), moments(chances, made.gap)[1]
        for p, contract in enumerate(contracts):
            spread += variances[:, p]
            if contract.place >= 0:
                stake += np.abs(slopes[:, p]) * outlook.sigma[:, contract.place] * contract.points
                earned += slopes[:, p] * care[:, contract.place] * contract.points
    return stake, spread, earned


def equivalents(group: Group, made: choice.Problem, gain: Array) -> Array:
    """Certainty equivalents (n,) of the period paid: pay − fine − ½ r Var(bonus) + worth of serving − efforts, scruples."""
    burdens = np.empty(group.n)
    _burdens(gain, group.cost, made.acts, burdens)
    return group.base + group.allowance + group.bonus - group.fine - 0.5 * group.risk * group.spread - burdens


def approval_of(spec: Scenario, staff: Group, pressing: Array, pressed: list[Contract], outlook: Outlook) -> Array:
    """Worth of approval: pressing × how far an act moves the manager's measures, in standard errors, (n, K), money."""
    out = np.zeros(staff.intensity.shape)
    for contract in pressed:
        if contract.place < 0:
            continue
        sigma = outlook.sigma[:, contract.place]
        sign = contract.payout.sign
        moved = np.where(sigma[:, None] > 0, outlook.effects[:, contract.place + 1, :] / np.maximum(sigma, 1e-12)[:, None], 0.0)
        out += spec.management.approval * pressing[staff.team][:, None] * sign * moved
    return out

