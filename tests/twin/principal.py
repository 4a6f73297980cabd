"""The principal of the textbook technology as an agent: he asks how workers would answer, and sets what serves him best.

His search is not the engine's (`sim.world.principal`): Brent's and Powell's methods instead of golden sections and simplices.
Two searches for the top of the same smooth hill agree in its height to the last digits, in its place to about half of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from scipy.optimize import minimize, minimize_scalar

from sim.incentives.schemes import strength_of, strengthened
from twin.people import sum_of

if TYPE_CHECKING:
    from twin.contracts import Contract
    from twin.theory import TheoryTwin

POINTS = 64  # at which a range of strengths is looked at before the search goes on around the best


class Principal(mesa.Agent):
    """Sets the strength of pay: all schemes by one factor, each by itself, or the first few of them."""

    def __init__(self, model: TheoryTwin) -> None:
        super().__init__(model)
        self.model: TheoryTwin = model
        self.reached = [c for c in model.contracts if c.written.from_week < model.spec.weeks]
        self.strengths = [strength_of(c.payout) for c in self.reached]
        self.surplus = 0.0  # that he expects of a worker, money per pay period

    def step(self) -> None:
        """Before the first week: seek the strengths with the largest surplus, and write them into the schemes."""
        written, search = list(self.strengths), self.model.section.principal
        if search == "none" or not written:
            return
        if search == "first":
            for count in range(1, len(written) + 1):
                self.try_factors(written[:count])
        else:
            self.try_factors(written)
            if search == "each" and len(written) > 1:
                found = minimize(lambda b: -self.expects(list(b)), self.strengths, method="Powell",
                                 options={"xtol": 1e-10, "ftol": 1e-15})  # fmt: skip
                self.keep([float(b) for b in found.x])
        self.tell(self.strengths)

    def tell(self, strengths: list[float]) -> None:
        """These are the strengths; a scheme that is not named is not used."""
        rest = [0.0] * (len(self.reached) - len(strengths))
        for contract, strength in zip(self.reached, [*strengths, *rest], strict=True):
            contract.payout = strengthened(contract.payout, strength)

    def try_factors(self, written: list[float]) -> None:
        """The best factor on the first strengths as they are written."""

        def loss(factor: float) -> float:
            return -self.expects([factor * b for b in written])

        high = 1.0
        while loss(high) < loss(0.5 * high) and high < 1e12:
            high *= 2.0
        tried = np.linspace(0.0, high, POINTS + 1).tolist()
        at = min(range(len(tried)), key=lambda i: loss(tried[i]))
        around = tried[max(at - 1, 0)], tried[min(at + 1, POINTS)]
        factor = float(minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-12}).x)
        self.keep([factor * b for b in written])

    def keep(self, strengths: list[float]) -> None:
        """Remember these if nothing better was found before."""
        surplus = self.expects(strengths)
        if surplus > self.surplus:
            self.surplus = surplus
            self.strengths = [*strengths, *[0.0] * (len(self.reached) - len(strengths))]

    def expects(self, strengths: list[float]) -> float:
        """Mean surplus if the first schemes had these strengths and workers answered from where they would be unpaid."""
        model, tried = self.model, self.reached[: len(strengths)]
        before = [(contract, contract.payout) for contract in tried]
        for contract, strength in zip(tried, strengths, strict=True):
            contract.payout = strengthened(contract.payout, strength)
            self.hope_for(contract)
        for worker in model.workers:
            worker.rest()
        model.choose([])
        model.choose(tried)
        model.foresee(tried)
        for contract, payout in before:
            contract.payout = payout
        return sum_of(worker.surplus for worker in model.workers) / len(model.workers)

    def hope_for(self, contract: Contract) -> None:
        """The targets with which a scheme begins, as far as they are written."""
        for worker in self.model.workers:
            worker.targets[contract] = contract.written.target.start or 0.0
