"""The technology of the theory papers: measures y = F a + noise, value V = g a, quadratic costs; one step of a scenario."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from sim.scenario.fields import Latent, Section, latent, param
from sim.scenario.selection import Selection

NOISE, COMMON = "noise", "common"
PROPERTIES = (NOISE, COMMON)  # what stands in the row of a measure beside its loadings


class Activity(Section):
    """Something that an employee can do, at an intensity that he chooses each pay period."""

    cost: float = param(1.0, "convex cost c: an intensity a costs c a^2 / 2", unit="money per squared unit", ge=0,
                        source="Holmström & Milgrom (1987), quadratic cost")
    motive: float = param(0.0, "worth of a unit in itself to who does it", unit="money per unit",
                          source="Holmström & Milgrom (1991)")
    moral: Latent = param(latent("constant", 0.0), "moral cost of a unit, drawn once for each person",
                          unit="money per unit", source="Becker (1968), the population's threshold")
    traceability: float = param(0.0, "chance that an audit finds a unit of it; what is found is fined", ge=0, le=1)
    least: float = param(0.0, "least intensity", unit="unit")
    most: float | None = param(None, "highest intensity; left out: no bound", unit="unit")

    @model_validator(mode="after")
    def _bounded(self) -> Activity:
        if self.most is not None and self.most < self.least:
            raise ValueError("most is at least least")
        if self.cost == 0 and self.most is None:
            raise ValueError("an activity without convex cost needs a highest intensity (most)")
        return self


class Textbook(Section):
    """A linear world: who does what is chosen by the same rule as everywhere, the rest is arithmetic."""

    activities: dict[str, Activity] = param(dict, "what employees choose, by a free label")
    cross: dict[str, dict[str, float]] = param(
        dict, "cross costs, {one: {other: c}}: the pair costs c a_one a_other more (positive: substitutes)",
        unit="money per squared unit", source="effort substitution: Holmström & Milgrom (1991)",
    )
    measures: dict[str, dict[str, float]] = param(
        dict, "for each measure the loading of each activity; `noise`: the standard deviation of a pay period's "
        "reading; `common`: the share of its variance that all members of a team have in common (luck of the season)",
        unit="measure points per unit; measure points; ratio", source="common luck: Holmström (1982)",
    )
    value: dict[str, float] = param(dict, "what a unit of each activity is worth to the firm", unit="money per unit")
    truth: dict[str, dict[str, float]] = param(
        dict, "loadings of a measure's true reading; left out: the value, on which scale the measure then reports",
        unit="measure points per unit",
    )
    risk_aversion: Latent = param(latent("constant", 0.0), "absolute risk aversion over pay", unit="1/money")
    discount: float = param(0.95, "weight of the next pay period (matters where targets ratchet)", ge=0, le=0.9999,
                            source="Weitzman (1980)")
    attention: float = param(0.0, "what it costs an employee to heed a measure on which he is paid",
                             unit="money per measure and pay period", ge=0)
    principal: Literal["none", "scale", "each", "first"] = param(
        "none", "who sets the strength (rate or bonus) of the schemes. none: they stand as written; else a principal seeks, "
        "before pay begins, the largest mean expected surplus. scale: over one factor on all of them; each: over every one "
        "by itself; first: over how many of them are used, from the first on, and one factor on those",
        source="Baker (1992); Holmström & Milgrom (1987)",
    )
    selection: Selection | None = param(None, "competition for survival instead of pay; left out: there is none")

    @model_validator(mode="after")
    def _whole(self) -> Textbook:
        if not self.activities or not self.measures:
            raise ValueError("a textbook world needs activities and measures")
        for word in PROPERTIES:
            if word in self.activities:
                raise ValueError(f"an activity cannot be called {word!r}: that is a property of a measure")
        tables = {f"measures.{label}": loadings for label, loadings in self.measures.items()}
        tables |= {f"truth.{label}": loadings for label, loadings in self.truth.items()}
        tables |= {f"cross.{name}": costs for name, costs in self.cross.items()}
        tables |= {"value": self.value, "cross": dict.fromkeys(self.cross, 0.0)}
        for path, table in tables.items():
            extra = PROPERTIES if path.startswith("measures.") else ()
            for name in table:
                if name not in self.activities and name not in extra:
                    raise ValueError(f"{path}: no activity {name!r}; there are {', '.join(self.activities)}")
        if any(loadings.get(NOISE, 0.0) < 0 for loadings in self.measures.values()):
            raise ValueError(f"measures: {NOISE} is a standard deviation: 0 or more")
        if any(not 0 <= loadings.get(COMMON, 0.0) <= 1 for loadings in self.measures.values()):
            raise ValueError(f"measures: {COMMON} is a share: 0 to 1")
        if any(label not in self.measures for label in self.truth):
            raise ValueError("truth: only measures have a true reading")
        if self.selection is not None:
            self._selects(self.selection)
        if not _is_convex(self.cost_matrix()):
            raise ValueError("cross: costs must be convex; with two activities |c| stays below the root of their product")
        return self

    def _selects(self, selection: Selection) -> None:
        """Under selection a practice mixes two activities, readings are exact, and some traits have nothing to act on."""
        if len(self.activities) != 2:
            raise ValueError(f"selection: a practice mixes two activities; there are {len(self.activities)}")
        if selection.measure not in self.measures:
            raise ValueError(f"selection.measure: no measure {selection.measure!r}; there are {', '.join(self.measures)}")
        idle = [f"measures.{label}.{word}" for label, row in self.measures.items() for word in PROPERTIES if row.get(word)]
        unheeded = ("risk_aversion", "discount", "attention", "principal")
        idle += [f"{name}" for name in unheeded if name in self.model_fields_set]
        for name, activity in self.activities.items():
            unused = ("moral", "traceability", "least", "most")
            idle += [f"activities.{name}.{trait}" for trait in unused if trait in activity.model_fields_set]
        if idle:
            raise ValueError(f"selection: {', '.join(idle)} would have no effect under selection; leave it out")

    def cost_matrix(self) -> list[list[float]]:
        """C of the cost a'C a / 2: own costs on the diagonal, cross costs beside it, in the order of `activities`."""
        names = list(self.activities)
        matrix = [[0.0] * len(names) for _ in names]
        for i, name in enumerate(names):
            matrix[i][i] = self.activities[name].cost
        for one, others in self.cross.items():
            for other, cost in others.items():
                i, j = names.index(one), names.index(other)
                if i == j:
                    raise ValueError(f"cross.{one}: the cost of an activity by itself is its `cost`")
                matrix[i][j] += cost
                matrix[j][i] += cost
        return matrix


def _is_convex(matrix: list[list[float]]) -> bool:
    """Whether the activities that cost something have a positive definite cost, and the others no cross cost."""
    priced = [i for i, row in enumerate(matrix) if row[i] > 0]
    if any(matrix[i][j] for i in range(len(matrix)) for j in range(len(matrix)) if i not in priced):
        return False
    left = [[matrix[i][j] for j in priced] for i in priced]
    while left:
        pivot = left[0][0]
        if pivot <= 1e-12:
            return False
        left = [[row[j] - row[0] * left[0][j] / pivot for j in range(1, len(row))] for row in left[1:]]
    return True


def without_floors(scenario: dict[str, Any]) -> dict[str, Any]:
    """A scenario as written, with pay as theory writes it, s + bP: in a textbook world no floor unless one is given."""
    service, pay = scenario.get("service"), scenario.get("pay")
    if not isinstance(service, dict) or service.get("technology") != "textbook" or not isinstance(pay, dict):
        return scenario
    schemes = pay.get("schemes")
    if not isinstance(schemes, list):
        return scenario
    bare = [{"floor": None, **scheme} if isinstance(scheme, dict) else scheme for scheme in schemes]
    return {**scenario, "pay": {**pay, "schemes": bare}}
