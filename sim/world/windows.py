"""Mesa agents as windows: each reads and writes its row of the world's arrays, and exists only while somebody looks.

They do not call `mesa.Agent.__init__`, which in Mesa 3.3 keeps the model alive through a class-wide register.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.incentives import tactics as act
from sim.world import state as st
from sim.world.theory import Theory

if TYPE_CHECKING:
    from sim.world.model import Organisation


class Window(mesa.Agent):
    """An agent whose attributes are the fields of one record. `unique_id` is its row, for ever."""

    def __init__(self, model: Organisation, row: int, record: Any, person: int = 0) -> None:  # no super: see above
        self.__dict__.update(model=model, unique_id=row, pos=None, record=record, person=person)

    def __getattr__(self, name: str) -> Any:
        record = self.__dict__.get("record")
        if record is not None and name in record.dtype.names:
            value = record[name]
            return value if isinstance(value, np.ndarray) else value.item()  # plain numbers add up without overflow
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.record.dtype.names:
            self.record[name] = value
        else:
            self.__dict__[name] = value

    def remove(self) -> None:
        """Rows are identities for ever: nobody is removed by hand."""
        raise RuntimeError("a window cannot be removed: customers leave and employees quit by the rules of the model")


class Customer(Window):
    """An active customer. Fields: see `sim.world.state.CUSTOMER`."""


class Employee(Window):
    """Whoever holds a post; `person` is the succession number. Fields: see `sim.world.state.EMPLOYEE`.

    In the textbook technology: those of `sim.world.theory.Theory.staff_now`.
    """

    @property
    def acts(self) -> dict[str, float]:
        """Chosen intensity by name of the act."""
        theory = self.model.theory
        names = act.EMPLOYEE_ACTS if theory is None else theory.world.names
        return dict(zip(names, (float(x) for x in self.record["intensity"]), strict=True))


class Manager(Window):
    """A team's manager, with his team's record. Fields: see `sim.world.state.TEAM`."""

    @property
    def acts(self) -> dict[str, float]:
        """Chosen intensity by name of the lever."""
        group = self.model.firm.groups["manager"]
        return {act.CATALOGUE[k].name: float(group.intensity[self.unique_id, i]) for i, k in enumerate(group.acts)}


class Windows:
    """All windows of a model, held strongly: Mesa's AgentSet is weak."""

    def __init__(self, model: Organisation) -> None:
        self.model = model
        self.customers: dict[int, Customer] = {}
        self.employees: dict[int, Employee] = {}
        served = model.theory is None  # the textbook technology has employees alone, the same ones for ever
        self.managers = [Manager(model, t, row) for t, row in enumerate(model.world.teams)] if served else []
        if isinstance(model.theory, Theory):
            self.employees = {post: Employee(model, post, row) for post, row in enumerate(model.theory.staff_now)}

    def refresh(self) -> None:
        """Windows on exactly those who are there now."""
        if self.model.theory is not None:
            return
        w, people = self.model.world, self.model.firm.groups["employee"]
        there = (w.customers["status"] == st.ACTIVE).nonzero()[0]
        known = self.customers
        self.customers = {int(i): known.get(int(i)) or Customer(self.model, int(i), w.customers[i]) for i in there}
        for post in range(people.n):
            window, person = self.employees.get(post), int(people.succession[post])
            if window is None or window.person != person:
                self.employees[post] = Employee(self.model, post, w.staff[post], person)

    @property
    def by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """Agent sets by class."""
        return {
            Customer: AgentSet(self.customers.values(), random=self.model.random),
            Employee: AgentSet(self.employees.values(), random=self.model.random),
            Manager: AgentSet(self.managers, random=self.model.random),
        }

    @property
    def agents(self) -> AgentSet:
        """Everybody."""
        everybody = [*self.customers.values(), *self.employees.values(), *self.managers]
        return AgentSet(everybody, random=self.model.random)
