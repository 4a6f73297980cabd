"""Customers whose minds and delays are kept in single precision, as the engine stores them, so that both can be compared."""

from __future__ import annotations

import struct
from typing import Any

from sim.world.state import CUSTOMER
from twin.customer import Customer, Issue

FLOAT = struct.Struct("f")
STORED = {name for name in CUSTOMER.names or () if CUSTOMER[name] == "f4"}


def rounded(value: float) -> float:
    """The nearest number in single precision."""
    nearest: float = FLOAT.unpack(FLOAT.pack(value))[0]
    return nearest


class Single:
    """An attribute that is rounded to single precision whenever it is set."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, agent: Any, owner: type) -> float:
        return agent.__dict__[self.name]

    def __set__(self, agent: Any, value: float) -> None:
        agent.__dict__[self.name] = rounded(value)


OF_THE_ISSUE = {name for name in STORED if name.endswith("_after")}
SingleIssue = type("SingleIssue", (Issue,), {name: Single() for name in OF_THE_ISSUE})


class SingleCustomer(type("Rounded", (Customer,), {name: Single() for name in STORED - OF_THE_ISSUE})):  # type: ignore[misc]
    """A customer as the engine stores him."""

    new_issue = SingleIssue

    def date(self, at: float) -> float:
        return rounded(at)
