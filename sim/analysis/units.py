"""In what unit the readings of a measure stand in the tables, and between which ends, from its properties alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Scales of the questions, as the customer sees them.
QUESTIONS = {"recommend": (0.0, 10.0), "satisfaction": (1.0, 5.0), "ease": (1.0, 7.0), "first_time": (0.0, 1.0)}
SHARES = {
    "service_level": "share of callers served in time",
    "abandonment": "share of callers who hang up",
    "first_closed": "share of needs closed at the first contact",
    "no_repeat": "share of needs without another contact in the window",
    "in_time": "share of needs done by the deadline",
    "needs_met": "share of needs met by the customer's own definition and deadline",
}
OTHERS = {
    "jobs": ("jobs an hour", "jobs done per hour of work"),
    "handle_minutes": ("minutes", "work time per contact"),
    "wait": ("minutes", "wait before being served"),
    "complaints": ("per 100 contacts", "complaints"),
    "departures": ("% a year", "customers who leave"),
    "backlog": ("per 100 customers", "issues still open"),
}


def units(spec: Mapping[str, Any] | None) -> dict[str, Any]:
    """`unit`, `scale` (in words) and, where the scale has ends, `low` and `high`; nothing where nothing is known."""
    reads = (spec or {}).get("reads")
    if spec is None or reads is None:
        return {}
    if reads in QUESTIONS:
        low, high = QUESTIONS[reads]
        if spec["aggregate"] == "mean":
            return {"unit": "points", "scale": f"mean answer, {low:g} to {high:g}", "low": low, "high": high}
        top = "share who say so" if high - low == 1 else f"share of answers from {spec['high']:g} up"
        if spec["aggregate"] == "top":
            return {"unit": "%", "scale": top, "low": 0.0, "high": 100.0}
        return {"unit": "points", "scale": f"{top}, less share up to {spec['low']:g}", "low": -100.0, "high": 100.0}
    if reads in SHARES:
        return {"unit": "%", "scale": SHARES[reads], "low": 0.0, "high": 100.0}
    unit, scale = OTHERS.get(reads, ("points", ""))
    return {"unit": unit, "scale": scale}
