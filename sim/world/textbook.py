"""The technology `textbook`: the linear world of the theory papers, on the same schemes and the same choice as everywhere.

Each employee picks intensities a (K,) once a pay period. Measures read y = F a + noise, the firm earns V = g a, effort
costs a'C a / 2. All of these are per pay period; a week brings its share of them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives import schemes as kinds
from sim.incentives.expectation import Prospects, moments, prospects_of
from sim.rules.kernel import kernel
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.scenario.textbook import NOISE
from sim.world import chance, choice
from sim.world.params import draw

Array = NDArray[np.float64]
RISK_AVERSION, MORAL = 30, 40  # places of traits in the blocks of chance.STAFF
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@kernel
def fill_noise(seed: int, replicate: int, week: int, sd: Array, noise: Array) -> None:
    """Fill `noise` (n, M) with keyed normal errors of standard deviation sd (M,), measure points."""
    for e in range(noise.shape[0]):
        for m in range(noise.shape[1]):
            noise[e, m] = sd[m] * chance.normal(seed, replicate, e, week, chance.NOISE, m)


class Pay(NamedTuple):
    """The schemes that pay in a period: P payouts, the place of the measure of each (-1: none), targets, ratchets."""

    payouts: Sequence[kinds.Scheme]
    places: Sequence[int]
    target: Array  # (n, P) measure points
    ratchet: Array  # (n, P) phi, see `ratchet_weight`


class Textbook:
    """One firm of `n` employees in a world without customers; a pure function of (spec, replicate).

    How to run it: `respond(acts, pay)` gives the acts of the next pay period, `advance(week, acts)` plays one of its
    weeks, `readings()` is what is reported of it, `turn()` begins the next. `sim.world.theory` does so week by week.
    """

    def __init__(self, spec: Scenario, replicate: int = 0) -> None:
        """Read the technology and draw the people: employee e has the same traits in every world of this seed."""
        section = spec.service.textbook
        if section is None:
            raise ValueError("the scenario has no textbook technology")
        self.spec, self.replicate, self.n = spec, replicate, spec.staff.count
        self.names, self.labels = tuple(section.activities), tuple(section.measures)
        acts = list(section.activities.values())
        rows = section.measures.values()
        self._loadings = np.array([[row.get(name, 0.0) for name in self.names] for row in rows])
        truth = [section.truth.get(label, section.value) for label in self.labels]
        self.truth = np.array([[row.get(name, 0.0) for name in self.names] for row in truth])
        self.noise = np.array([row.get(NOISE, 0.0) for row in rows])
        self.value = np.array([section.value.get(name, 0.0) for name in self.names])
        self.cost = np.array(section.cost_matrix(), dtype=np.float64)
        self.motive = np.array([act.motive for act in acts])
        self.least = np.array([act.least for act in acts])
        self.most = np.array([np.inf if act.most is None else act.most for act in acts])
        self.traceability = np.array([act.traceability for act in acts])
        self.tactic = np.array([act.tactic for act in acts])
        self.discount = section.discount
        self.team = np.arange(self.n, dtype=np.int64) // spec.staff.team_size
        self.risk = self._traits(section.risk_aversion, RISK_AVERSION)
        self.moral = np.stack([self._traits(act.moral, MORAL + k) for k, act in enumerate(acts)], axis=1)
        self.turn()

    def _traits(self, latent: Latent, place: int) -> Array:
        """One trait of every employee, (n,)."""
        family, a, b = draw(latent)
        key = (self.spec.seed, self.replicate)
        uniforms = [chance.uniform(*key, e, 0, chance.STAFF, place) for e in range(self.n)]
        return np.array([chance.from_latent(family, a, b, u) for u in uniforms])

    # --- the technology ---------------------------------------------------------------------------------------------

    def loadings(self) -> Array:
        """F (M, K): what a unit of each activity adds to each reading, measure points."""
        return self._loadings

    def turn(self) -> None:
        """Begin a pay period: nothing has been read of it."""
        self.weeks = 0
        self.reported_sum, self.true_sum = np.zeros((2, self.n, len(self.labels)))

    def advance(self, week: int, acts: Array) -> tuple[Array, Array]:
        """Play one week with acts (n, K): reported and true readings (n, M) of that week.

        The week's noise is scaled so that the mean over a pay period has the standard deviation of the scenario,
        however long the period.
        """
        noise = np.empty((self.n, len(self.labels)))
        sd = self.noise * math.sqrt(self.spec.pay.every)
        fill_noise(self.spec.seed, self.replicate, week, sd, noise)
        reported, true = self.expected(acts) + noise, acts @ self.truth.T
        self.weeks += 1
        self.reported_sum += reported
        self.true_sum += true
        return reported, true

    def readings(self) -> Array:
        """Mean reported reading (n, M) of the pay period so far; NaN before its first week."""
        return self.reported_sum / self.weeks if self.weeks else np.full_like(self.reported_sum, np.nan)

    def expected(self, acts: Array) -> Array:
        """Expected readings (n, M) at acts (n, K)."""
        return acts @ self._loadings.T

    def gap_parts(self, acts: Array) -> dict[str, Array]:
        """Expected reported - true reading of the firm's mean, (M,) by component; luck is what is left.

        `pressure`: what tactics add to the report and not to the truth. `measurement`: how far the measure's weights
        on ordinary activities miss the truth's.
        """
        mean, wedge = ordered_mean(acts), self._loadings - self.truth
        return {
            "measurement": wedge @ np.where(self.tactic, 0.0, mean),
            "pressure": wedge @ np.where(self.tactic, mean, 0.0),
        }

    def true_value(self, acts: Array) -> Array:
        """V = g a of each employee, (n,), money per pay period."""
        return acts @ self.value

    def effort(self, acts: Array) -> Array:
        """a'C a / 2 of each employee, (n,), money per pay period."""
        return 0.5 * np.einsum("nk,kj,nj->n", acts, self.cost, acts)

    def surplus(self, acts: Array, spread: Array | float = 0.0) -> Array:
        """Value + motives - effort - moral costs - risk premium r/2 Var(pay), (n,); pay itself only changes hands.

        spread (n,): variance of pay, money squared.
        """
        inner = ((self.motive - self.moral) * acts).sum(axis=1)
        return self.true_value(acts) + inner - self.effort(acts) - 0.5 * self.risk * spread

    # --- choice -----------------------------------------------------------------------------------------------------

    def unpaid(self) -> Array:
        """Acts (n, K) if nothing is paid on any measure."""
        start = np.clip(np.zeros((self.n, len(self.names))), self.least, self.most)
        return self.respond(start, self.pay_of([], [])).choice.acts

    def pay_of(self, payouts: Sequence[kinds.Scheme], places: Sequence[int], target: Array | None = None) -> Pay:
        """Schemes without a ratchet; targets (n, P) are 0 where none are given."""
        shape = (self.n, len(payouts))
        return Pay(payouts, places, np.zeros(shape) if target is None else target, np.zeros(shape))

    def written_pay(self) -> Pay:
        """The employees' schemes as the scenario writes them, all in force at their first targets."""
        written = [scheme for scheme in self.spec.pay.schemes if "employee" in scheme.who]
        places = [-1 if scheme.measure is None else self.labels.index(scheme.measure) for scheme in written]
        target = np.array([[scheme.target.start or 0.0 for scheme in written]] * self.n).reshape(self.n, len(written))
        return self.pay_of([kinds.build(scheme) for scheme in written], places, target)

    def respond(self, acts: Array, pay: Pay) -> choice.Settled:
        """The best acts of everybody who knows F, from the present ones; mutually so where pay depends on others."""
        problem = self.problem(acts, pay)
        if any(isinstance(payout, kinds.Group) for payout in pay.payouts):
            return choice.settle(problem, lambda gap: self.prospects(pay, gap))
        return choice.Settled(choice.choose(problem, self.prospects(pay, problem.gap)), True, 1, 0.0)

    def problem(self, acts: Array, pay: Pay) -> choice.Problem:
        """The decision problem of everybody: motives, moral costs, the sanctions they expect."""
        audit, staff = self.spec.audit, self.spec.staff
        loss = audit.fine + audit.dismissal * staff.dismissal_loss * self.spec.pay.base
        loadings = self._read(self._loadings.T, pay)
        return choice.problem_of(
            acts,
            self._read(self.expected(acts), pay) - pay.target,
            np.broadcast_to(loadings, (self.n, *loadings.shape)),
            self.cost,
            risk=self.risk,
            ratchet=pay.ratchet,
            gain=self.motive - self.moral - audit.rate * loss * self.traceability,
            lower=self.least,
            upper=self.most,
        )

    def prospects(self, pay: Pay, gap: Array) -> Prospects:
        """What everybody is to expect from pay at everybody's expected gaps (n, P)."""
        sigma = np.broadcast_to(self._read(self.noise[None, :], pay), gap.shape)
        return prospects_of(pay.payouts, sigma, pay.target, gap + pay.target, self.team)

    def _read(self, values: Array, pay: Pay) -> Array:
        """The columns of values (., M) that the schemes read, (., P); 0 for a scheme that reads none."""
        columns = [values[:, place] if place >= 0 else np.zeros(len(values)) for place in pay.places]
        return np.stack(columns, axis=1) if columns else np.zeros((len(values), 0))

    def payments(self, pay: Pay) -> Array:
        """Money (n, P) that the schemes pay for the period that was read."""
        read = self._read(self.readings(), pay)
        money = np.zeros(read.shape)
        for p, payout in enumerate(pay.payouts):
            if isinstance(payout, kinds.Group):
                money[:, p] = payout.payout(read[:, p], pay.target[:, p], self.team, np.ones(self.n))
            elif isinstance(payout, kinds.Individual):
                money[:, p] = payout.payout(read[:, p], pay.target[:, p])
        return money


def ordered_mean(values: Array) -> Array:
    """Mean over the first axis, added up in order."""
    total = np.zeros(values.shape[1:])
    for row in values:
        total += row
    return total / len(values)


def ratchet_weight(discount: float, step: float) -> float:
    """Share of marginal pay that later targets take back: phi = d l / (1 - d (1 - l)); Weitzman (1980).

    With q' = q + l (y - q) a point now raises the target by l (1 - l)^(t-1) in t periods. discount d in [0, 1), step l
    in [0, 1].
    """
    return discount * step / (1.0 - discount * (1.0 - step))


class Best(NamedTuple):
    """The principal's best strength of pay, and what an employee's surplus then is (money per pay period)."""

    strength: float
    surplus: float


def best_rate(world: Textbook, scheme: int = 0, low: float = 0.0, high: float | None = None) -> Best:
    """The rate (or bonus) of the scenario's scheme number `scheme` at which mean expected surplus is largest.

    Searched on a grid from `low` to `high` (left out: doubled until surplus falls), then by golden section; employees
    answer through the same choice as in a run.
    """
    pay = world.written_pay()
    field = "rate" if hasattr(pay.payouts[scheme], "rate") else "bonus"
    start = world.unpaid()

    def surplus(strength: float) -> float:
        payouts = list(pay.payouts)
        payouts[scheme] = dataclasses.replace(payouts[scheme], **{field: strength})  # type: ignore[type-var]
        tried = pay._replace(payouts=payouts)
        acts = world.respond(start, tried).choice.acts
        gap = world.problem(acts, tried).gap
        spread = moments(world.prospects(tried, gap), gap)[1].sum(axis=1)
        return float(ordered_mean(world.surplus(acts, spread)))

    if high is None:
        high = low + 1.0
        while surplus(high) > surplus(low + 0.5 * (high - low)) and high < 1e12:
            high = low + 2.0 * (high - low)
    grid = np.linspace(low, high, 41)
    at = int(np.argmax([surplus(float(strength)) for strength in grid]))
    strength = golden_section(surplus, float(grid[max(at - 1, 0)]), float(grid[min(at + 1, 40)]))
    return Best(strength, surplus(strength))


def golden_section(function: Callable[[float], float], low: float, high: float, turns: int = 60) -> float:
    """Where a single-peaked function is largest between low and high (Kiefer 1953)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(turns):
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return 0.5 * (low + high)
