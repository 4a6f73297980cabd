"""The technology `textbook`: the linear world of the theory papers, on the same schemes and the same choice as everywhere.

Each employee picks intensities a (K,) once a pay period. Measures read y = F a + noise, the firm earns V = g a, effort
costs a'C a / 2. All of these are per pay period; a week brings its share of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives import schemes as kinds
from sim.incentives.expectation import Prospects, moments, prospects_of
from sim.rules.kernel import kernel
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.scenario.textbook import COMMON, NOISE
from sim.scenario.textbook import Textbook as Technology
from sim.world import chance, choice
from sim.world.params import draw

Array = NDArray[np.float64]
RISK_AVERSION, MORAL, FIRST = 30, 40, 1040  # places of traits in the blocks of chance.STAFF
SHARED = 1000  # places of a team's luck in common, above those of its members' own


@kernel
def fill_noise(seed: int, replicate: int, week: int, sd: Array, common: Array, size: int, noise: Array) -> None:
    """Fill `noise` (n, M) with keyed normal errors of standard deviation sd (M,), measure points.

    common (M,) is the share of their variance that all of a team of `size` have in common.
    """
    for e in range(noise.shape[0]):
        for m in range(noise.shape[1]):
            own = chance.normal(seed, replicate, e, week, chance.NOISE, m)
            if common[m] > 0.0:
                shared = chance.normal(seed, replicate, e - e % size, week, chance.NOISE, SHARED + m)
                own = math.sqrt(1.0 - common[m]) * own + math.sqrt(common[m]) * shared
            noise[e, m] = sd[m] * own


class Pay(NamedTuple):
    """The schemes that pay in a period: P payouts, the place of the measure of each (-1: none), targets, ratchets."""

    payouts: Sequence[kinds.Scheme]
    places: Sequence[int]
    target: Array  # (n, P) measure points
    ratchet: Array  # (n, P) phi, see `ratchet_weight`


def flatters(reported: Array, true: Array, value: Array) -> NDArray[np.bool_]:
    """(K,) which activities are gaming: they make a report look better, and are worth nothing in truth nor to the firm.

    reported, true (M, K): what each adds to a reading, so turned that more is better; value (K,) money per unit.
    """
    return (reported > 0.0).any(axis=0) & (true <= 0.0).all(axis=0) & (value <= 0.0)


class Loadings(NamedTuple):
    """What a unit of each of K activities does: to M measures as reported and in truth (points), and to the firm (money)."""

    reported: Array  # F (M, K)
    true: Array  # (M, K)
    value: Array  # g (K,)
    tactic: NDArray[np.bool_]  # (K,) which are gaming, see `flatters`


def loadings_of(spec: Scenario, section: Technology) -> Loadings:
    """The loadings of a scenario's technology, in the order of its measures and activities."""
    names = list(section.activities)
    truth = [section.truth.get(label, section.value) for label in section.measures]
    reported = np.array([[row.get(name, 0.0) for name in names] for row in section.measures.values()])
    true = np.array([[row.get(name, 0.0) for name in names] for row in truth])
    value = np.array([section.value.get(name, 0.0) for name in names])
    less = [label in spec.measures and spec.measures[label].better == "less" for label in section.measures]
    good = np.where(less, -1.0, 1.0)[:, None]
    return Loadings(reported, true, value, flatters(good * reported, good * true, value))


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
        self._loadings, self.truth, self.value, self.tactic = loadings_of(spec, section)
        self.noise = np.array([row.get(NOISE, 0.0) for row in rows])
        self.common = np.array([row.get(COMMON, 0.0) for row in rows])
        self.cost = np.array(section.cost_matrix(), dtype=np.float64)
        self.motive = np.array([act.motive for act in acts])
        self.least = np.array([act.least for act in acts])
        self.most = np.array([np.inf if act.most is None else act.most for act in acts])
        self.traceability = np.array([act.traceability for act in acts])
        self.discount, self.attention, self.principal = section.discount, section.attention, section.principal
        self.team = np.arange(self.n, dtype=np.int64) // spec.staff.team_size
        self.risk = self._traits(section.risk_aversion, RISK_AVERSION)
        self.moral = np.stack([self._traits(act.moral, MORAL + k) for k, act in enumerate(acts)], axis=1)
        self.turn()

    def _traits(self, latent: Latent, place: int) -> Array:
        """One trait of every employee, (n,)."""
        family, a, b = draw(latent)
        key = (self.spec.seed, self.replicate)
        uniforms = chance.fours(*key, np.arange(self.n), 0, chance.STAFF, place)[:, 0]
        return np.array([chance.from_latent(family, a, b, float(u)) for u in uniforms])

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
        fill_noise(self.spec.seed, self.replicate, week, sd, self.common, self.spec.staff.team_size, noise)
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

        `pressure`: what activities that are worth nothing (`flatters`) add to the report. `measurement`: how far the
        measure's weights on the others miss the truth's.
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

    def surplus(self, acts: Array, spread: Array | float = 0.0, heeded: int = 0) -> Array:
        """Value + motives - effort - moral costs - attention - risk premium r/2 Var(pay), (n,); pay only changes hands.

        spread (n,): variance of pay, money squared; heeded: how many measures pay is read from.
        """
        inner = ((self.motive - self.moral) * acts).sum(axis=1) - self.attention * heeded
        return self.true_value(acts) + inner - self.effort(acts) - 0.5 * self.risk * spread

    def outlook(self, acts: Array, pay: Pay) -> Array:
        """Expected surplus of everybody, (n,), at acts (n, K) under this pay, the risk in it included."""
        paying = zip(pay.places, pay.payouts, strict=True)
        heeded = {place for place, payout in paying if place >= 0 and kinds.strength_of(payout) != 0.0}
        return self.surplus(acts, self.spread(acts, pay), len(heeded))

    def spread(self, acts: Array, pay: Pay) -> Array:
        """Variance of everybody's pay, (n,), money squared; the errors of different measures are independent."""
        gap = self.problem(acts, pay).gap
        return moments(self.prospects(pay, gap), gap)[1].sum(axis=1)

    # --- choice -----------------------------------------------------------------------------------------------------

    def first(self) -> Array:
        """Acts (n, K) at the start by the scenario, within their bounds; 0 for those that it does not name."""
        firsts = self.spec.staff.first_acts
        acts = np.zeros((self.n, len(self.names)))
        for k, name in enumerate(self.names):
            if name in firsts:
                acts[:, k] = self._traits(firsts[name], FIRST + k)
        return np.clip(acts, self.least, self.most)

    def unpaid(self) -> Array:
        """Acts (n, K) if nothing is paid on any measure."""
        start = np.clip(np.zeros((self.n, len(self.names))), self.least, self.most)
        return self.respond(start, self.pay_of([], [])).choice.acts

    def pay_of(self, payouts: Sequence[kinds.Scheme], places: Sequence[int], target: Array | None = None) -> Pay:
        """Schemes without a ratchet; targets (n, P) are 0 where none are given."""
        shape = (self.n, len(payouts))
        return Pay(payouts, places, np.zeros(shape) if target is None else target, np.zeros(shape))

    def written_pay(self) -> Pay:
        """The employees' schemes that this world comes to, as written, all in force at their first targets."""
        written = [scheme for scheme in self.spec.pay.schemes if scheme.from_week < self.spec.weeks]
        places = [-1 if scheme.measure is None else self.labels.index(scheme.measure) for scheme in written]
        target = np.array([[scheme.target.start or 0.0 for scheme in written]] * self.n).reshape(self.n, len(written))
        pay = self.pay_of([kinds.build(scheme) for scheme in written], places, target)
        for p, scheme in enumerate(written):
            if scheme.target.rule == "ratchet":
                pay.ratchet[:, p] = ratchet_weight(self.discount, scheme.target.step)
        return pay

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
        common = self._read(self.common[None, :], pay)[0]
        return prospects_of(pay.payouts, sigma, pay.target, gap + pay.target, self.team, common=common)

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
    """Mean over the first axis, added up in order (running sums, so that the order is fixed)."""
    total: Array = np.cumsum(values, axis=0)[-1]
    return total / len(values)


def ratchet_weight(discount: float, step: float) -> float:
    """Share of marginal pay that later targets take back: phi = d l / (1 - d (1 - l)); Weitzman (1980).

    With q' = q + l (y - q) a point now raises the target by l (1 - l)^(t-1) in t periods. discount d in [0, 1), step l
    in [0, 1].
    """
    return discount * step / (1.0 - discount * (1.0 - step))
