"""The levers of the page and what each means in a scenario: from the position of the sliders to the world as it then is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sim.experiments.budget import raised, scaled
from sim.scenario.measures import Measure
from sim.scenario.schema import Scenario

OPINIONS = ("recommend", "satisfaction", "ease")  # surveys of opinion, to which somebody invites
SIZES = (1, 2, 5, 10, 25, 50)  # of teams, as far as the staff can be divided into them
BOTH_HANDS = ["manager", "central"]
# Who decides whom to ask, as a scenario writes it.
INVITERS: dict[str, dict[str, Any]] = {
    "employee": {"sample": "employee", "confidential": 0.0, "handled_by": BOTH_HANDS},
    "central": {"sample": "central", "confidential": 0.0, "handled_by": BOTH_HANDS},
    "lot": {"sample": "random", "confidential": 0.0, "handled_by": BOTH_HANDS},
    "independent": {"sample": "random", "confidential": 1.0, "handled_by": []},
}


@dataclass(frozen=True)
class Levers:
    """Where the levers of one world stand. Factors multiply what its scenario says."""

    strength: float = 1.0  # factor on all bonus money; 0: the schemes are not in force
    inviter: str = "employee"  # a key of INVITERS
    audit: float = 0.02  # chance that a person is audited in a pay period
    conscience: float = 1.0  # factor on the moral cost of every tactic
    pressure: float = 1.0  # factor on what a manager's approval is worth to staff
    team_size: int = 10  # employees a team

    def moved(self, name: str, value: Any) -> Levers:
        """One lever moved."""
        return replace(self, **{name: value})


def first(spec: Scenario) -> Levers:
    """The levers as a scenario has them."""
    surveys = [m for m in spec.measures.values() if m.reads in OPINIONS]
    paid = [spec.measures[s.measure] for s in spec.pay.schemes if s.measure in spec.measures]
    asked = [m for m in paid if m.reads in OPINIONS] or surveys
    inviter = who_invites(asked[0]) if asked else "independent"
    return Levers(inviter=inviter, audit=spec.audit.rate, team_size=spec.staff.team_size)


def who_invites(measure: Measure) -> str:
    """The key of INVITERS that comes nearest to a survey as it is written."""
    if measure.sample in ("employee", "central"):
        return measure.sample
    return "independent" if measure.confidential >= 0.5 else "lot"


def applied(spec: Scenario, levers: Levers) -> Scenario:
    """The scenario with the levers where they stand."""
    start = first(spec)
    changes: dict[str, Any] = {}
    if levers.strength == 0:  # a scheme without a rate is none: it begins after the end instead
        idle = [s if s.kind == "fixed" else s.model_copy(update=_never(spec)) for s in spec.pay.schemes]
        changes["pay"] = spec.pay.model_copy(update={"schemes": idle})
    elif levers.strength != 1.0:
        changes["pay"] = scaled(spec, levers.strength).pay
    if levers.inviter != start.inviter:
        how = INVITERS[levers.inviter]
        changes["measures"] = {
            label: m.model_copy(update=how) if m.reads in OPINIONS else m for label, m in spec.measures.items()
        }
    if levers.audit != start.audit:
        changes["audit"] = spec.audit.model_copy(update={"rate": levers.audit})
    if levers.conscience != 1.0:
        changes["tactics"] = _heavier(spec.tactics, levers.conscience)
    if levers.conscience != 1.0 or levers.pressure != 1.0:
        m = spec.management
        sections = {name: _heavier(getattr(m, name), levers.conscience) for name in ("levers", "central", "head")}
        changes["management"] = m.model_copy(update={**sections, "approval": m.approval * levers.pressure})
    if levers.team_size != spec.staff.team_size:
        changes["staff"] = spec.staff.model_copy(update={"team_size": levers.team_size})
    return spec.model_copy(update=changes)


def _never(spec: Scenario) -> dict[str, Any]:
    return {"from_week": spec.weeks, "until_week": None}


def _heavier(catalogue: Any, factor: float) -> Any:
    """A catalogue of acts whose moral cost is multiplied."""
    entries = {
        name: getattr(catalogue, name).model_copy(update={"moral": getattr(catalogue, name).moral * factor})
        for name in type(catalogue).model_fields
    }
    return catalogue.model_copy(update=entries)


def without_bonus(spec: Scenario) -> Scenario:
    """A world that pays no bonus pays the budget of its scenario as base pay, so that neither world has more money to give."""
    if spec.pay.schemes or spec.pay.budget is None:
        return spec
    return raised(spec, spec.pay.budget, {"employee": 1.0})


def team_sizes(spec: Scenario) -> list[int]:
    """Sizes of team into which the staff can be divided while the world runs, smallest first."""
    queue, own = spec.service.queue, spec.staff.team_size
    if queue.staffed is not None or queue.arrivals_per_hour is not None:  # the queue of a team is stated
        return [own]
    least = max((s.winners for s in spec.pay.schemes if s.kind == "tournament"), default=1)
    return [n for n in sorted({*SIZES, own}) if spec.staff.count % n == 0 and least <= n <= spec.staff.count]
