"""The engine: state, keyed chance, contacts, choice, and the Mesa model that plays a scenario."""

from sim.world.model import Organisation

__all__ = ["Organisation"]
