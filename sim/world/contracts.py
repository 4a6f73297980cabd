"""Schemes in force: whom they pay, on which reading, against which target, and what they pay on payday."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.incentives import schemes as kinds
from sim.scenario.pay import Scheme
from sim.scenario.schema import Scenario
from sim.world.people import Array, Group


@dataclass
class Contract:
    """One scheme for one role. `place` is the measure's place in the scenario, -1 for none; points is its unit."""

    written: Scheme
    payout: kinds.Scheme
    role: str
    place: int
    points: float
    target: Array = field(default_factory=lambda: np.zeros(0))
    begun: bool = False

    def in_force(self, week: int) -> bool:
        """Whether the scheme pays for a period that ends after `week`."""
        until = self.written.until_week
        return week >= self.written.from_week and (until is None or week < until)

    @property
    def jumps(self) -> bool:
        """Whether pay rises at a stroke somewhere: then a target is something to be reached."""
        return any(jump != 0.0 for jump in self.payout.pieces.jumps)

    @property
    def has_target(self) -> bool:
        """Whether there is a level of one's own reading that is to be reached."""
        return self.place >= 0 and self.jumps and isinstance(self.payout, kinds.Individual)

    @property
    def ratchets(self) -> bool:
        """Whether own results move own targets."""
        return self.written.target.rule in ("ratchet", "manager")

    @property
    def stretched(self) -> bool:
        """Whether the manager sets the target."""
        return self.written.target.rule == "manager" and self.role == "employee"


def contracts(spec: Scenario, places: dict[str, int], points: Array, better: list[str]) -> list[Contract]:
    """Every scheme of the scenario, once a role that it pays."""
    made = []
    for scheme in spec.pay.schemes:
        place = -1 if scheme.measure is None else places[scheme.measure]
        payout = kinds.build(scheme, "more" if place < 0 else better[place])
        unit = 1.0 if place < 0 else float(points[place])
        made += [Contract(scheme, payout, role, place, unit) for role in scheme.who]
    return made


def begin(contract: Contract, n: int, firm_reading: Array) -> None:
    """First target: as written; else, where it is to be reached or moves, the firm's reported reading of the period before.

    A rate without a target counts from 0. firm_reading (M,) in raw units.
    """
    written = contract.written.target
    start = written.start
    if start is None:
        past = 0.0 if contract.place < 0 else float(firm_reading[contract.place]) * contract.points
        reached = contract.jumps or written.rule != "fixed"
        start = past + written.stretch if reached and not np.isnan(past) else 0.0
    contract.target = np.full(n, start)
    contract.begun = True


def standing(contract: Contract, group: Group, reading: Array, observed: Array, team_reading: Array, minimum: int,
             below: str) -> Array:  # fmt: skip
    """The reading that counts for each person, in measure points: his own, or what the below-minimum rule says.

    reading, observed, team_reading are (n,), raw units; NaN: nothing counts and nothing is paid.
    """
    if contract.place < 0:
        return np.zeros(group.n)
    fallback: Array | float = np.nan
    if below == "last" and group.last_reading.size:
        fallback = group.last_reading[:, contract.place]
    elif below == "team":
        fallback = team_reading
    elif below == "target":
        fallback = contract.target / contract.points
    return np.where(observed >= minimum, reading, fallback) * contract.points


def pay(contract: Contract, group: Group, standing: Array, observed: Array) -> Array:
    """Money for each person from this scheme, (n,); nothing where nothing can be read."""
    if isinstance(contract.payout, kinds.Group):
        team: NDArray[np.int64] = np.zeros(group.n, np.int64) if group.role == "manager" else group.team
        money = contract.payout.payout(standing, contract.target, team, np.maximum(observed, 1e-9))
    elif isinstance(contract.payout, kinds.Individual):
        money = contract.payout.payout(standing, contract.target)
    else:
        raise TypeError(f"a scheme is neither individual nor of a group: {contract.written.kind}")
    return np.where(np.isnan(money), 0.0, money)


def move_target(contract: Contract, standing: Array, stretch: Array | float = 0.0) -> None:
    """Ratchet (own result) and benchmark (mean of the peers): q' = q + step (y − q); fixed targets stay.

    stretch (n,) is what the manager asks beyond, measure points, where he sets targets.
    """
    rule, step = contract.written.target.rule, contract.written.target.step
    if rule == "fixed":
        return
    known = ~np.isnan(standing)
    if contract.ratchets:
        goal = standing + contract.written.target.stretch + stretch
    else:
        total = 0.0
        for value in standing[known]:
            total += value
        goal = np.full(len(standing), total / max(1, int(known.sum())) + contract.written.target.stretch)
    contract.target = np.where(known, contract.target + step * (goal - contract.target), contract.target)
