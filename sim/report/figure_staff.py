"""Figure: what staff did with their days, as intensities of every activity and lever, with fixed pay marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.analysis.manifest import written
from sim.analysis.summary import Reader
from sim.report.acts import PLAIN, terms
from sim.report.findings import Finding
from sim.report.style import INK, MUTED, REPORTED, RULE, TRUE, Picture, grid, looks, panel_title
from sim.report.words import capital, last, listed, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARE = "share_"
PREFIXES = (SHARE, "manager_", "central_", "head_")
WHO = {SHARE: "employees", "manager_": "managers", "central_": "central office", "head_": "head"}
LEVER = "#9db2c7"
COLORS = {"service": TRUE, "speed": MUTED, "tactic": REPORTED, "lever": LEVER}
KINDS = list(COLORS)
LEAST = 0.005
ROW_INCHES = 0.27
COLUMNS = 4


@dataclass(frozen=True)
class Act:
    """One activity or lever: the indicator that holds it, its words, its kind and whose it is."""

    indicator: str
    title: str
    kind: str
    prefix: str


def draw(source: Reader, found: list[Finding]) -> Picture | None:
    """The picture, or None where the world records no activity."""
    levels = _levels(source)
    acts = [act for act in _acts(source, levels) if levels[act.indicator].max() >= LEAST]
    if not acts:
        return None
    reference = source.study.reference
    with looks():
        columns = min(COLUMNS, len(found))
        twin = f" Upright stroke: {reference.name}." if len(found) > 1 else ""
        layout = grid(
            len(found), columns, ROW_INCHES * len(acts) + 0.2, left=2.1, across=0.25, bottom=0.2,
            title="What people put their effort into",
            subtitle=f"Mean intensity over the {last(source.window.weeks)}, per cent of the most that can be done.{twin}",
        )  # fmt: skip
        for place, (axes, item) in enumerate(zip(layout.axes, found, strict=True)):
            twin_levels = None if item.arm is reference else dict(levels.loc[reference.scenario])
            _panel(axes, acts, dict(levels.loc[item.arm.scenario]), twin_levels)
            _names(axes, acts, shown=place % columns == 0)
            time = item.levels["gaming_time"]
            panel_title(axes, item.arm.name, f"{percent(time.mean, 1)} of time on tactics" if time.defined else "")
    return Picture(
        "what-staff-did", layout.figure, alt=_alt(acts, levels, found),
        caption="Blue: serving. Dark grey: speed. Orange: tactics. Light blue: managing. Left out: what nobody does."
        + terms([act.indicator.removeprefix(SHARE) for act in acts if act.prefix == SHARE]),
    )  # fmt: skip


def _levels(source: Reader) -> pd.DataFrame:
    """Mean intensity, a row a scenario, a column an indicator."""
    world = source.tables["world"]
    names = [name for name in world["indicator"].unique() if str(name).startswith(PREFIXES)]
    rows = source.window.of(world[world["indicator"].isin(names)])
    means = rows.groupby(["scenario", "indicator"], observed=True, sort=False)["value"].mean().unstack()
    order = [arm.scenario for arm in source.study.arms]
    return means.reindex(order).fillna(0.0)


def _acts(source: Reader, levels: pd.DataFrame) -> list[Act]:
    acts = []
    for indicator in map(str, levels.columns):
        prefix = next(p for p in PREFIXES if indicator.startswith(p))
        known = source.study.activities
        note = known.get(indicator.removeprefix(SHARE)) or known.get(indicator.removeprefix(prefix)) or {}
        default = "service" if prefix == SHARE else "lever"
        acts.append(
            Act(
                indicator,
                _title(indicator, note.get("title") or written(indicator.removeprefix(prefix))),
                note.get("kind") or default,
                prefix,
            )
        )
    return sorted(acts, key=lambda act: (PREFIXES.index(act.prefix), KINDS.index(act.kind)))


def _title(indicator: str, term: str) -> str:
    """What an activity of the staff is called; levers and tactics of those above keep their term."""
    return PLAIN.get(indicator.removeprefix(SHARE), term)


def _panel(axes: Axes, acts: list[Act], values: Mapping[Any, Any], twin: Mapping[Any, Any] | None) -> None:
    for row, act in enumerate(acts):
        value = float(values[act.indicator])
        axes.barh(row, value, height=0.6, color=COLORS[act.kind], zorder=2)
        right = value
        if twin is not None and max(value, float(twin[act.indicator])) >= LEAST:
            mark = float(twin[act.indicator])
            axes.plot([mark, mark], [row - 0.42, row + 0.42], color=INK, linewidth=1.6, zorder=3)
            right = max(value, mark)
        axes.annotate(f"{100 * value:.0f}", (right, row), (4, 0), textcoords="offset points", va="center", fontsize=9,
                      color=INK if value >= LEAST else MUTED)  # fmt: skip
    for row in range(1, len(acts)):
        if acts[row].prefix != acts[row - 1].prefix:
            axes.axhline(row - 0.5, color=RULE, linewidth=0.8)
    axes.set_xlim(0, 1.12)
    axes.set_ylim(len(acts) - 0.4, -0.6)
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _names(axes: Axes, acts: list[Act], shown: bool) -> None:
    labels = []
    for act in acts:
        whose = f" ({WHO[act.prefix]})" if act.prefix != SHARE else ""
        labels.append(capital(act.title) + whose)
    axes.set_yticks(range(len(acts)), labels if shown else [], fontsize=9.5, color=INK)


def _alt(acts: list[Act], levels: pd.DataFrame, found: list[Finding]) -> str:
    said = []
    for item in found:
        row: Mapping[Any, Any] = dict(levels.loc[item.arm.scenario])
        used = [f"{act.title} {percent(float(row[act.indicator]))}" for act in acts if row[act.indicator] >= LEAST]
        said.append(f"{item.arm.name}: {listed(used) or 'nothing'}")
    return f"Bars of the intensity of every activity. {'; '.join(said)}."
