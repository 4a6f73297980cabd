"""Plain names of what staff do, by the field's term: those of the report and of the classroom page."""

from __future__ import annotations

PLAIN = {
    "care": "Care", "rushing": "Haste", "selective_invitation": "Ask only the pleased", "pleading": "Beg for a high score",
    "gifts": "Give gifts for a ten", "closing_early": "Close cases early", "cherry_picking": "Pass on hard cases",
    "complaint_diversion": "Talk out of complaints", "charm": "Charm",
}  # fmt: skip


def terms(names: list[str]) -> str:
    """The field's terms of those plain names that hide them, in a sentence; nothing where all are the same."""
    hidden = [name for name in names if name in PLAIN and PLAIN[name].lower() != name]
    other = [f"{PLAIN[name].lower()} is {name.replace('_', ' ')}" for name in hidden]
    return f" In the words of the scenarios {', '.join(other)}." if other else ""
