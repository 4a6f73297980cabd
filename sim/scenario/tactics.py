"""The acts open to employees beside serving, and the levers of managers, central office and head, with their costs.

What an act does stands in `sim/rules`, at the place where it happens; here is what it costs and how it shows.
A partial entry in a scenario changes only what it names.
"""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from sim.scenario.fields import Section, param
from sim.scenario.staff import Tactic


class _Catalogue(Section):
    """Entries with defaults of their own: what a scenario leaves out is taken from the entry's default."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        filled = dict(value)
        for name, entry in value.items():
            field = cls.model_fields.get(name)
            if field is not None and isinstance(entry, bool):
                entry = {"exists": entry}
            if field is not None and isinstance(entry, dict):
                default = field.get_default(call_default_factory=True)
                filled[name] = {**default.model_dump(exclude_defaults=True), **entry}
        return filled


def _tactic(**values: Any) -> Any:
    return lambda: Tactic(**values)


class Tactics(_Catalogue):
    """Employees' tactics. `name: false` removes one from the world."""

    selective_invitation: Tactic = param(
        _tactic(minutes=0.1, cost=25.0, moral=40.0, traceability=0.2),
        "invite those who seem pleased, pass over the others; needs a survey to which staff invite",
        source="half of car buyers report influence on their survey (TrueDelta 2007)",
    )
    pleading: Tactic = param(
        _tactic(minutes=0.4, cost=40.0, moral=30.0, traceability=0.1),
        "ask for a high score",
        source="a quarter of car buyers report open pressure (TrueDelta 2007)",
    )
    gifts: Tactic = param(
        _tactic(minutes=0.3, cost=30.0, moral=60.0, traceability=0.4), "give something for a high score; the firm pays"
    )
    closing_early: Tactic = param(
        _tactic(minutes=0.1, cost=25.0, moral=70.0, traceability=0.35),
        "mark unresolved work as done; the customer has to call again",
    )
    cherry_picking: Tactic = param(
        _tactic(minutes=0.5, cost=40.0, moral=40.0, traceability=0.25), "pass what looks hard to a colleague"
    )
    complaint_diversion: Tactic = param(
        _tactic(minutes=1.0, cost=40.0, moral=90.0, traceability=0.4), "talk a customer out of a complaint, unrecorded"
    )
    charm: Tactic = param(
        _tactic(exists=False, minutes=0.2, cost=20.0, moral=0.0, traceability=0.0, lore=0.7),
        "does nothing at all, though lore says that it does: a check that learners drop what is useless",
    )


class Lever(Section):
    """Something a manager, the central office or the head can do more or less of."""

    exists: bool = param(True, "whether it is open in this world, if there is an occasion for it (a survey that the role "
                         "runs or answers that pass its hands; for stretching, targets with rule manager)")
    cost: float = param(200.0, "convex cost to the person of doing it fully", unit="money per pay period", ge=0)
    moral: float = param(0.0, "moral cost of doing it fully, for conscience 1", unit="money per pay period", ge=0)
    traceability: float = param(0.0, "chance that an audit or exposure finds it when done fully", ge=0, le=1)
    reach: float = param(1.0, "share of the cases on which it acts when done fully", ge=0, le=1)


def _lever(**values: Any) -> Any:
    return lambda: Lever(**values)


class ManagerLevers(_Catalogue):
    """What a team's manager can do."""

    pressing: Lever = param(_lever(cost=150.0, moral=20.0), "press staff for the measures he is paid on (approval)")
    coaching: Lever = param(_lever(cost=150.0), "coach where his reported figures are worst; takes staff time")
    stretching: Lever = param(
        _lever(cost=100.0, moral=10.0), "set staff targets above their last results, where managers set them (rule: manager)"
    )
    filtering: Lever = param(
        _lever(cost=60.0, moral=150.0, traceability=0.5, reach=0.8),
        "strike bad answers of his team from the report as invalid",
    )


class CentralLevers(_Catalogue):
    """What the people who run the surveys and write the reports can do."""

    selecting: Lever = param(
        _lever(cost=50.0, moral=80.0, traceability=0.3, reach=0.95),
        "leave customers with trouble on record out of the survey",
    )
    reclassifying: Lever = param(
        _lever(cost=60.0, moral=150.0, traceability=0.5, reach=0.6), "strike bad answers from the report as invalid"
    )


class HeadLevers(_Catalogue):
    """What the head of the service can do."""

    diversion: Lever = param(
        _lever(exists=False, cost=150.0, moral=250.0, traceability=0.4, reach=0.85),
        "a team of its own that closes complaints without taking them up",
        source="Reuters (2023), at second hand",
    )
    promising: Lever = param(
        _lever(exists=False, cost=100.0, moral=50.0), "promise more in marketing than the service keeps"
    )
