"""A run of the textbook technology, week by week: pay, audit, choice and the results, without customers or managers.

`Theory(spec, replicate)` offers what the Mesa model needs: `step(week)` for each week from the burn-in on, `results()` at
the end. Within a pay period acts stay; on its last week it is paid and audited, and the next one is chosen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.incentives import schemes as kinds
from sim.scenario.schema import Scenario
from sim.world import chance, contracts, principal
from sim.world import state as st
from sim.world.contracts import Contract
from sim.world.ledger import Ledger
from sim.world.results import Results
from sim.world.textbook import Pay, Textbook, ordered_mean, ratchet_weight

Array = NDArray[np.float64]
INDICATORS = ("surplus", "value", "effort", "audits", "caught", "nonconverged")


class Theory:
    """One firm of the theory papers; `staff` are its people, `acts` (n, K) what they do now, `world` the technology."""

    def __init__(self, spec: Scenario, replicate: int = 0) -> None:
        """Everybody starts where he would be unpaid: no scheme is in force before week 0.

        Where a principal sets the strength of pay, he does so now.
        """
        self.spec, self.replicate = spec, replicate
        self.world = Textbook(spec, replicate)
        places = {label: m for m, label in enumerate(self.world.labels)}
        every_measure = len(places)
        self.contracts = contracts.contracts(spec, places, np.ones(every_measure), ["more"] * every_measure)
        self._set_strengths()
        kept = (*INDICATORS, *(f"strength_{p}" for p in range(len(self.contracts))))
        self.ledger = Ledger(spec, replicate, self.world.labels, self.world.names, kept)
        self.surplus = np.zeros(self.world.n)
        self.staff_now = self._people()
        self.acts = self.staff_now["intensity"]
        self._prepare(-spec.burn_in, np.full(every_measure, np.nan))

    def _set_strengths(self) -> None:
        """Let the principal, if there is one, set the strength of every scheme that this world comes to."""
        search = self.world.principal
        if search == "none" or not self.contracts:
            return
        reached = [contract for contract in self.contracts if contract.written.from_week < self.spec.weeks]
        for contract, strength in zip(reached, principal.seek(self.world, search).strength, strict=True):
            contract.payout = kinds.strengthened(contract.payout, float(strength))

    def _people(self) -> Any:
        """A record for everybody: what he does, and who he is (EMPLOYEE of `sim.world.state` for the linear world)."""
        world = self.world
        acts = (len(world.names),)
        rows = st.records(world.n, np.dtype([
            ("team", "i8"), ("risk_aversion", "f8"), ("moral", "f8", acts), ("intensity", "f8", acts), ("bonus", "f8"),
            ("fine", "f8"),
        ]))  # fmt: skip
        rows["team"], rows["risk_aversion"], rows["moral"] = world.team, world.risk, world.moral
        rows["intensity"] = world.first() if self.spec.staff.choice == "fixed" else world.unpaid()
        return rows

    def step(self, week: int) -> None:
        """Play one week; on the last one of a pay period, pay for it and choose for the next."""
        at, world, every, kept = week + self.spec.burn_in, self.world, self.spec.pay.every, self.ledger
        reported, true = world.advance(week, self.acts)
        kept.reported[at], kept.true[at] = ordered_mean(reported), ordered_mean(true)
        for name, values in world.gap_parts(self.acts).items():
            kept.parts[name][at] = values
        kept.shares[at] = ordered_mean(self.acts)
        kept.indicators["surplus"][at] = ordered_mean(self.surplus)
        for p, strength in enumerate(self.strengths):
            kept.indicators[f"strength_{p}"][at] = strength
        kept.indicators["value"][at] = ordered_mean(world.true_value(self.acts))
        kept.indicators["effort"][at] = ordered_mean(world.effort(self.acts))
        kept.books["revenue"][at] = world.n * kept.indicators["value"][at] / every
        kept.books["wages"][at] = -world.n * self.spec.pay.base / every
        if (week + 1) % every == 0:
            self._payday(week)

    def _payday(self, week: int) -> None:
        """Pay and audit the period that ends with this week, move the targets, and prepare the next."""
        at, world, kept = week + self.spec.burn_in, self.world, self.ledger
        live, readings = self._in_force(week + 1 - self.spec.pay.every), world.readings()
        bonus = np.zeros(world.n)
        money = world.payments(self._pay(live))
        for p, contract in enumerate(live):
            bonus += money[:, p]
            if contract.place >= 0:
                contracts.move_target(contract, readings[:, contract.place])
        audited, found = self._audit(week)
        fines = self.spec.audit.fine * found
        kept.books["bonus"][at], kept.books["fines"][at] = -bonus.sum(), fines.sum()
        kept.books["audits"][at] = -self.spec.audit.cost * audited.sum()
        kept.indicators["audits"][at], kept.indicators["caught"][at] = audited.sum(), (found > 0.0).sum()
        self.staff_now["bonus"], self.staff_now["fine"] = bonus, fines
        self._keep_staff(week, bonus, fines)
        world.turn()
        self._prepare(week + 1, ordered_mean(readings))

    def _prepare(self, week: int, firm_reading: Array) -> None:
        """Set first targets of the schemes in force from `week`, and let everybody choose under them."""
        live = self._in_force(week)
        for contract in live:
            if not contract.begun:
                contracts.begin(contract, self.world.n, firm_reading)
        pay = self._pay(live)
        if self.spec.staff.choice != "fixed":
            settled = self.world.respond(self.acts, pay)
            if not settled.converged:
                self.ledger.indicators["nonconverged"][min(week + self.spec.burn_in, len(self.ledger.shares) - 1)] += 1.0
            self.acts[...] = settled.choice.acts
        self.surplus = self.world.outlook(self.acts, pay)
        self.strengths = [kinds.strength_of(c.payout) if self._pays(c, week) else 0.0 for c in self.contracts]

    def _in_force(self, week: int) -> list[Contract]:
        """The schemes that pay for a period that begins in `week`."""
        return [contract for contract in self.contracts if self._pays(contract, week)]

    @staticmethod
    def _pays(contract: Contract, week: int) -> bool:
        return week >= 0 and contract.in_force(week)

    def _pay(self, live: list[Contract]) -> Pay:
        """These schemes as the technology reads them."""
        pay = self.world.pay_of([contract.payout for contract in live], [contract.place for contract in live])
        for p, contract in enumerate(live):
            pay.target[:, p] = contract.target
            if contract.ratchets:
                pay.ratchet[:, p] = ratchet_weight(self.world.discount, contract.written.target.step)
        return pay

    def _audit(self, week: int) -> tuple[NDArray[np.bool_], Array]:
        """Who is audited in this pay period, and how many units are then found with him, (n,) each: fines go by the unit."""
        key = (self.spec.seed, self.replicate)
        audited = chance.fours(*key, np.arange(self.world.n), week, chance.AUDIT, 0)[:, 0] < self.spec.audit.rate
        return audited, np.where(audited, np.maximum(self.acts, 0.0) @ self.world.traceability, 0.0)

    def _keep_staff(self, week: int, bonus: Array, fines: Array) -> None:
        """One row an employee; contacts are 0, minutes are units of effort, and nobody tires, learns or leaves."""
        world, n = self.world, self.world.n
        private = self.surplus - world.true_value(self.acts)
        effort = np.abs(self.acts)
        rows = {
            "period": (week + self.spec.burn_in) // self.spec.pay.every, "week": week,
            "post": np.arange(n), "person": 0, "team": world.team, "base": self.spec.pay.base, "bonus": bonus,
            "fine": fines, "dismissed": False, "certainty_equivalent": self.spec.pay.base + bonus - fines + private,
            "engagement": 0.0, "strain": 0.0, "ability": 0.0, "tenure": float(week + self.spec.burn_in + 1),
            "contacts": 0.0, "minutes": effort.sum(axis=1), "gaming_minutes": effort[:, world.tactic].sum(axis=1),
        }  # fmt: skip
        rows |= {f"a_{name}": self.acts[:, k] for k, name in enumerate(world.names)}
        self.ledger.keep_staff(rows)

    def results(self, week: int) -> Results:
        """What the run came to up to (not including) `week`."""
        return self.ledger.results(week)
