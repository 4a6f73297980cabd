"""Pilots of a few customers, for worlds that are played in plain Python: their start is cruder, their rules are the same."""

from __future__ import annotations

import sys

from sim.world import pilot


def shrink() -> None:
    """From now on pilots have twenty customers who have two needs each, and twenty employees."""
    settings = {"PEOPLE": 20, "OF_A_TEAM": 20, "STAFF": 20, "NEEDS": 2.0}
    for name, value in settings.items():
        setattr(sys.modules[pilot.__name__], name, value)
