"""A run of the textbook technology under competition for survival, week by week; see `sim.world.selection`.

Offers the Mesa model what `sim.world.theory` offers: `step(week)` from the burn-in on, and `results()`. Competition is in
force from the first week of the burn-in, which serves to get past the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema import Scenario
from sim.world import selection as engine
from sim.world.ledger import Ledger
from sim.world.results import Results
from sim.world.textbook import Textbook

Array = NDArray[np.float64]
INDICATORS = ("surplus", "value", "effort", "intensity", "practice", "line", "utility", "exits")
CENSUS = 52  # weeks between two rows of a person in the table `staff`


class Survival:
    """One firm whose people compete for their posts; a pure function of (spec, replicate)."""

    def __init__(self, spec: Scenario, replicate: int = 0) -> None:
        """Draw the first people: practices of the scenario, no effort yet."""
        self.spec, self.replicate, self.n = spec, replicate, spec.staff.count
        self.world = Textbook(spec, replicate)
        section = spec.service.textbook
        if section is None or section.selection is None:
            raise ValueError("the textbook technology of this scenario has no selection")
        measure = self.world.labels.index(section.selection.measure)
        self.contest = engine.contest(section, measure, self.n, spec.pay.every)
        self.people = engine.found(spec.seed, replicate, self.n, -spec.burn_in, self.contest)
        self.sums = np.empty((spec.weeks + spec.burn_in, engine.SUMS))
        self.census: list[dict[str, Array | NDArray[np.int64] | int]] = []

    def step(self, week: int) -> None:
        """Play one week; once a year, and at the end, note everybody."""
        spec, at = self.spec, week + self.spec.burn_in
        engine.play(spec.seed, self.replicate, week, self.people, self.contest, self.sums[at : at + 1])
        if (week + 1) % CENSUS == 0 or week + 1 == spec.weeks:
            p = self.people
            kept = {"effort": p.effort, "angle": p.angle, "talent": p.talent, "utility": p.utility}
            kept |= {"person": p.person, "since": p.since}
            self.census.append({"week": week} | {name: values.copy() for name, values in kept.items()})

    def results(self, week: int) -> Results:
        """What the run came to up to (not including) `week`; `staff` holds a row a person and year."""
        kept = Ledger(self.spec, self.replicate, self.world.labels, self.world.names, INDICATORS)
        mean = self.sums / self.n
        acts = mean[:, [engine.FIRST, engine.SECOND]]
        world, service = kept.indicators, np.where(self.world.tactic, 0.0, acts)
        wedge = (self.world.loadings() - self.world.truth).T
        kept.reported, kept.true, kept.shares = acts @ self.world.loadings().T, acts @ self.world.truth.T, acts
        kept.parts["measurement"], kept.parts["pressure"] = service @ wedge, (acts - service) @ wedge
        world["value"], world["effort"] = acts @ self.world.value, mean[:, engine.COST]
        world["surplus"] = world["value"] + mean[:, engine.MOTIVE] - mean[:, engine.COST]
        world["intensity"], world["utility"] = mean[:, engine.EFFORT], mean[:, engine.UTILITY]
        world["practice"] = np.degrees(np.arctan2(mean[:, engine.NORTH], mean[:, engine.EAST]))
        world["line"], world["exits"] = self.sums[:, engine.LINE], self.sums[:, engine.EXITS]
        every = self.spec.pay.every
        kept.books["revenue"] = self.n * world["value"] / every
        kept.books["wages"][:] = -self.n * self.spec.pay.base / every
        for row in self.census:
            kept.keep_staff(self._people(row))
        return kept.results(week)

    def _people(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Everybody at the end of a year; minutes are units of effort, ability is talent, money is utility."""
        spec, tactic, week = self.spec, self.world.tactic, row["week"]
        acts = row["effort"][:, None] * np.stack([np.cos(row["angle"]), np.sin(row["angle"])], axis=1)
        rows = {
            "period": (week + spec.burn_in) // spec.pay.every, "week": week, "post": np.arange(self.n),
            "person": row["person"], "team": self.world.team, "base": spec.pay.base, "bonus": 0.0, "fine": 0.0,
            "dismissed": False, "certainty_equivalent": spec.pay.base + row["utility"], "engagement": 0.0, "strain": 0.0,
            "ability": row["talent"], "tenure": week + 1.0 - row["since"], "contacts": 0.0,
            "minutes": np.abs(acts).sum(axis=1), "gaming_minutes": np.abs(acts[:, tactic]).sum(axis=1),
            "practice": np.degrees(row["angle"]),
        }  # fmt: skip
        return rows | {f"a_{name}": acts[:, k] for k, name in enumerate(self.world.names)}
