"""The scenario: everything that a user can write down about a world, its people, its measures and its pay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import model_validator

from sim.scenario.customers import Customers
from sim.scenario.fields import Section, param
from sim.scenario.managers import Event, Management, Owners
from sim.scenario.measures import Measure, with_preset
from sim.scenario.pay import Audit, Pay
from sim.scenario.service import Books, Service
from sim.scenario.staff import Staff
from sim.scenario.tactics import Tactics
from sim.scenario.textbook import without_floors

CELLS = 4_000_000_000
SETTLED = (
    "weeks", "burn_in", "history", "seed", "replicates", "books.", "customers.count", "customers.segments",
    "customers.market.prospects",
    "staff.count", "staff.team_size", "management.central_count", "pay.every", "service.queue.staffed",
    "service.queue.shrinkage", "service.queue.stands_for", "service.queue.occupancy", "service.textbook", "events",
)  # fmt: skip
SETTLED_OF_MEASURES = ("reads", "population", "aggregate", "lag", "window", "better", "published")


class Mechanisms(Section):
    """Switches. Off means: the mechanism has no effect at all, whatever its parameters."""

    queue: bool = param(True, "waiting and abandonment (off: nobody waits)")
    repeats: bool = param(True, "unmet needs come back (off: they are lost at once)")
    expectation: bool = param(True, "expectations adapt and drift (off: they stay as they were at the start)")
    memory: bool = param(True, "contacts change what customers remember (off: their answers never change)")
    complaints: bool = param(True, "customers complain")
    exit: bool = param(True, "customers leave")
    acquisition: bool = param(True, "prospects join")
    word_of_mouth: bool = param(True, "talk reaches prospects")
    engagement: bool = param(True, "engagement moves with work, pay and pressure (off: stays at its resting level)")
    turnover: bool = param(True, "employees quit")
    management: bool = param(True, "managers, central office and head use their levers")
    closed_loop: bool = param(True, "the measure of management.closed_loop is used (off: it is as if none were named)")
    imitation: bool = param(True, "colleagues are copied")
    skill: bool = param(True, "skill at tactics grows by practice and fades")
    exposure: bool = param(True, "gaming can come out")


class Scenario(Section):
    """One world. `extends` (start from another scenario) is resolved before this is read."""

    name: str = param(..., "name of the world, as the reports write it")
    about: str = param("", "one line: what this world is")
    story: str = param("", "the story in a few sentences")
    sources: list[str] = param(list, "where its numbers and its story come from")
    notice: list[str] = param(list, "things to notice and to try")
    currency: str = param("USD", "currency of all money")
    seed: int = param(1, "seed of the keyed chance; two worlds with one seed meet the same luck", ge=0, le=2**31 - 1)
    replicates: int = param(8, "replicates of a run unless asked otherwise", ge=1, le=1_000_000)
    weeks: int = param(156, "length after the burn-in", unit="weeks", ge=1, le=20_000)
    burn_in: int = param(28, "weeks at fixed pay before week 0", unit="weeks", ge=0, le=5200)
    history: float = param(
        100.0,
        "years of steady business at fixed pay before the burn-in: customers and staff of the start are those who are "
        "left of all who came in that time (0: everybody is new)",
        unit="years",
        ge=0,
        le=1000,
        source="renewal theory: Cox (1962)",
    )
    mechanisms: Mechanisms = param(Mechanisms, "which mechanisms are in force")
    customers: Customers = param(Customers, "the customers")
    service: Service = param(Service, "the service")
    staff: Staff = param(Staff, "the employees")
    tactics: Tactics = param(Tactics, "tactics open to employees")
    management: Management = param(Management, "managers, central office, head")
    owners: Owners = param(Owners, "owners")
    measures: dict[str, Measure] = param(dict, "the measures, by a free label")
    pay: Pay = param(Pay, "pay")
    audit: Audit = param(Audit, "audits of people")
    books: Books = param(Books, "the firm's money")
    events: list[Event] = param(list, "one-off events")

    @model_validator(mode="before")
    @classmethod
    def _presets(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("measures"), dict):
            value = {**value, "measures": {k: with_preset(str(k), v) for k, v in value["measures"].items()}}
        return without_floors(value) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _whole(self) -> Scenario:
        if self.staff.count % self.staff.team_size:
            raise ValueError(
                f"staff.count ({self.staff.count}) must be a multiple of staff.team_size ({self.staff.team_size})"
            )
        known = set(self.measures)
        if self.service.technology == "textbook":
            if self.service.textbook is None:
                raise ValueError("service.technology is textbook: service.textbook must say which activities there are")
            known = set(self.service.textbook.measures)
            if self.service.textbook.selection is not None and self.pay.schemes:
                raise ValueError("pay.schemes: under service.textbook.selection people are kept or replaced, not paid by schemes")
            for i, scheme in enumerate(self.pay.schemes):
                if scheme.who != ["employee"]:
                    raise ValueError(f"pay.schemes.{i}.who: a textbook world has employees alone")
                if scheme.target.rule == "manager":
                    raise ValueError(f"pay.schemes.{i}.target.rule: a textbook world has no managers who set targets")
        used = self.management.closed_loop.measure
        if used is not None and used not in self.measures:
            there = ", ".join(sorted(self.measures)) or "none"
            raise ValueError(f"management.closed_loop.measure: no measure {used!r}; there are {there}")
        for i, scheme in enumerate(self.pay.schemes):
            if scheme.measure is not None and scheme.measure not in known:
                raise ValueError(
                    f"pay.schemes.{i}.measure: no measure {scheme.measure!r}; there are {', '.join(sorted(known)) or 'none'}"
                )
            if scheme.kind == "tournament" and "employee" in scheme.who and scheme.winners > self.staff.team_size:
                raise ValueError(
                    f"pay.schemes.{i}.winners: {scheme.winners} prizes for a team of {self.staff.team_size}; "
                    "allowed: as many as it has members (staff.team_size)"
                )
        for i, event in enumerate(self.events):
            for path in event.set:
                if not _leads_to_number(self, path):
                    raise ValueError(f"events.{i}.set: no number at {path!r} in this scenario")
                if path.startswith(SETTLED) or path.endswith((".window", ".lag")):
                    raise ValueError(
                        f"events.{i}.set: {path!r} is settled at the start of a world and cannot change in it"
                    )
        if self.customers.count * (self.weeks + self.burn_in) > CELLS:
            raise ValueError("customers.count x weeks is above 4,000,000,000: no machine of this size plays that")
        return self

    @classmethod
    def load(cls, name_or_path: str | Path, sets: tuple[str, ...] = ()) -> Scenario:
        """A shipped scenario by name, or one from a file; `sets` are changes such as "pay.every=4"."""
        from sim.scenario.loading import load

        return load(name_or_path, sets).spec

    @property
    def teams(self) -> int:
        """Number of teams."""
        return self.staff.count // self.staff.team_size


def _leads_to_number(tree: Any, path: str) -> bool:
    """Whether a dotted path leads through sections, mappings and lists to a number, or to where one may stand."""
    may_be_number = False
    for name in path.split("."):
        may_be_number = False
        if isinstance(tree, list):
            tree = tree[int(name)] if name.isdigit() and int(name) < len(tree) else None
        elif isinstance(tree, dict):
            tree = tree.get(name)
        elif name in getattr(type(tree), "model_fields", {}):
            may_be_number = type(tree).model_fields[name].annotation in (float | None, int | None)
            tree = getattr(tree, name)
        else:
            tree = None
    return may_be_number if tree is None else isinstance(tree, (int, float)) and not isinstance(tree, bool)
