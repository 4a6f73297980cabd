"""The charts of the page as they stand before there is anything to draw; the page's script fills them."""

from __future__ import annotations

from typing import Any

RULE = "#d5dade"
PAIRS = ("score", "outcomes", "gap", "acts", "complaints")


def names() -> list[str]:
    """Every chart of the page, by the place where it stands."""
    return [f"{name}-{side}" for name in PAIRS for side in (0, 1)] + ["profit"]


def option(name: str) -> dict[str, Any]:
    """The empty chart: bars for what stands side by side, lines for what moves with the weeks."""
    quiet = {"axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": RULE}}, "splitLine": {"show": False}}
    ruled = {"splitLine": {"lineStyle": {"color": RULE}}, "axisLine": {"show": False}, "axisTick": {"show": False}}
    bars = name.split("-")[0] in ("gap", "acts")
    made: dict[str, Any] = {
        "animation": False,
        "xAxis": {"type": "value", **(ruled if bars else quiet)},
        "yAxis": {"type": "category", "inverse": True, **quiet} if bars else {"type": "value", **ruled},
        "series": [],
    }
    if not bars:
        made["tooltip"] = {"trigger": "axis", "transitionDuration": 0, "confine": True, "order": "seriesAsc"}
    return made
