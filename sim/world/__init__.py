"""The engine: state, keyed chance, contacts, choice, and the Mesa model that plays a scenario.

The model is imported when it is first asked for: who reads results needs no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.world.model import Organisation as Organisation

__all__ = ["Organisation"]


def __getattr__(name: str) -> Any:
    """Import the model."""
    if name != "Organisation":
        raise AttributeError(f"module 'sim.world' has no attribute {name!r}")
    from sim.world.model import Organisation

    return Organisation
