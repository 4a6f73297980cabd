"""Figure: reported against true over time, one panel an arm on shared axes, bands over replicates."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.manifest import Arm, Measure
from sim.analysis.summary import Reader
from sim.report.style import (
    MUTED,
    POINTS,
    REPORTED,
    RULE,
    SHADE,
    TRUE,
    Layer,
    Panel,
    Picture,
    Track,
    box,
    grid,
    looks,
    panel_title,
    spread,
)  # fmt: skip
from sim.report.words import Scale, capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 3
BURN_IN_SHOWN = 26
LABEL_ROOM = 0.32
PANEL_HEIGHT = 2.5
MARK_LETTERS = 40
MARK_POINTS = 13
STEPS = (1, 2, 4, 13, 26, 52, 104, 260, 520, 1040, 2080)


def draw(source: Reader, label: str) -> Picture:
    """The picture of one measure in all arms that read it."""
    study = source.study
    arms = [arm for arm in study.arms if label in arm.measures and len(source.weekly("true", arm, label))]
    measure = arms[0].measures[label]
    scale = Scale(measure, float(source.value("true_always", label).mean()))
    with looks():
        layout = grid(
            len(arms), COLUMNS if len(arms) != 4 else 2, PANEL_HEIGHT,
            title=f"Reported and true {measure.title}", subtitle=_subtitle(source, measure),
        )  # fmt: skip
        panels = [_panel(source, axes, arm, label, scale) for axes, arm in zip(layout.axes, arms, strict=True)]
        _share_axes(layout.axes, arms, layout.columns, source, scale)
        layers = _name_layers(layout.axes, label)
        hover = [_hover(axes, weeks, tracks) for axes, (weeks, tracks) in zip(layout.axes, panels, strict=True)]
    ends = "; ".join(
        f"{arm.name}: reported {t[0].values[-1]}, true {t[1].values[-1]}"
        for arm, (_, t) in zip(arms, panels, strict=True)
    )
    return Picture(
        f"reported-and-true-{label}", layout.figure,
        alt=f"Lines over {study.weeks} weeks of reported and true {measure.title}, one panel an arm. In the last week: {ends}.",
        caption=f"{capital(measure.title)} week by week, reported and true, from the same customers and contacts.",
        panels=hover, layers=layers,
    )  # fmt: skip


def _name_layers(all_axes: list[Axes], label: str) -> list[Layer]:
    """Give every mark its own id by the layer it belongs to, so that the page can hide a layer in all panels at once."""
    titles = {REPORTED: ("reported", "Reported"), TRUE: ("true", "True"), MUTED: ("twin", "True under fixed pay")}
    found: dict[str, str] = {}
    for place, axes in enumerate(all_axes):
        for number, line in enumerate(axes.get_lines()):
            if line.get_gid() == "series":
                kind, title = titles[str(line.get_color())]
                found[kind] = title
                line.set_gid(f"{label}-{kind}-{place}-{number}")
        for number, band in enumerate(axes.collections):
            if band.get_gid() == "band":
                found["band"] = "Spread of replicates"
                band.set_gid(f"{label}-band-{place}-{number}")
    return [Layer(f"{label}-{kind}", title) for kind, title in found.items()]


def _subtitle(source: Reader, measure: Measure) -> str:
    study = source.study
    unit = {"share": "per cent", "%": "per cent", "1": "ratio"}.get(measure.unit, measure.unit)
    what = f"{capital(unit)}{f', {measure.scale}' if measure.scale else ''}."
    bands = (
        f" Lines: mean of {study.replicates} replicates; bands: the middle 90 % of them."
        if study.replicates > 1
        else ""
    )
    fixed = study.fixed_pay
    twin = (
        " Dashed: the truth under fixed pay, with the same luck." if fixed is not None and len(study.arms) > 1 else ""
    )
    return what + bands + twin


def _panel(source: Reader, axes: Axes, arm: Arm, label: str, scale: Scale) -> tuple[list[int], list[Track]]:
    study = source.study
    shown = -min(BURN_IN_SHOWN, study.burn_in)
    tracks, ends, weeks = [], [], []
    fixed = study.fixed_pay
    if fixed is not None and fixed is not arm and label in fixed.measures:
        twin = source.weekly("true", fixed, label).mean(axis=1) * scale.factor
        twin = twin[twin.index >= shown]
        axes.plot(twin.index, twin, color=MUTED, linewidth=1.1, dashes=(3, 2), zorder=2.5, gid="series")
    for name, column, color in (("Reported", "reported", REPORTED), ("True", "true", TRUE)):
        values = source.weekly(column, arm, label) * scale.factor
        values = values[values.index >= shown]
        mean = values.mean(axis=1)
        _band(axes, values, color)
        axes.plot(mean.index, mean, color=color, linewidth=2.0, solid_capstyle="round", zorder=3, gid="series")
        weeks = [int(week) for week in mean.index]
        tracks.append(Track(name, color, [scale.plain(value / scale.factor) for value in mean]))
        last = mean.dropna()
        ends.append((name, color, float(last.iloc[-1]) if len(last) else np.nan))
    paid = (
        f"paid on {source.study.arm(arm.scenario).measures[label].title}"
        if label in arm.paid_measures
        else "not paid on it"
    )
    panel_title(axes, arm.name, paid)
    axes.ends = ends  # type: ignore[attr-defined]
    _marks(axes, arm, shown, study.weeks)
    return weeks, tracks


def _band(axes: Axes, values: pd.DataFrame, color: str) -> None:
    if values.shape[1] > 1:
        low, high = values.quantile(0.05, axis=1), values.quantile(0.95, axis=1)
        axes.fill_between(values.index, low, high, color=color, alpha=0.15, linewidth=0, zorder=2, gid="band")


def _marks(axes: Axes, arm: Arm, shown: int, weeks: int) -> None:
    """Burn-in shaded; every change of the scheme a thin line, its words in a row of their own at the top."""
    if shown < 0:
        axes.axvspan(shown, 0, color=SHADE, linewidth=0, zorder=0)
    for place, (week, text) in enumerate(_within(arm, weeks)):
        axes.axvline(week, color=MUTED, linewidth=0.8, zorder=1)
        late = week > 0.5 * weeks
        axes.annotate(
            textwrap.shorten(text, MARK_LETTERS, placeholder="…"), (week, 1), (-3 if late else 3, -2 - MARK_POINTS * place),
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8.5, color=MUTED, va="top",
            ha="right" if late else "left", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, zorder=4,
        )  # fmt: skip


def _within(arm: Arm, weeks: int) -> list[tuple[int, str]]:
    return [(week, text) for week, text in arm.changes if 0 <= week < weeks]


def _share_axes(all_axes: list[Axes], arms: list[Arm], columns: int, source: Reader, scale: Scale) -> None:
    study = source.study
    shown = min(BURN_IN_SHOWN, study.burn_in)
    low = min(axes.get_ylim()[0] for axes in all_axes)
    high = max(axes.get_ylim()[1] for axes in all_axes)
    marks = max(len(_within(arm, study.weeks)) for arm in arms)
    high += (high - low) * marks * MARK_POINTS / (PANEL_HEIGHT * POINTS - marks * MARK_POINTS)
    step = next(step for step in STEPS if study.weeks / step <= 3.5 or step == STEPS[-1])
    for place, axes in enumerate(all_axes):
        axes.set_ylim(low, high)
        axes.set_xlim(-shown, study.weeks + LABEL_ROOM * (study.weeks + shown))
        ticks = range(0, study.weeks + 1, step)
        axes.set_xticks(ticks, [f"week {tick}" if tick == 0 else f"{tick}" for tick in ticks])
        axes.hlines(axes.get_yticks(), -shown, study.weeks, color=RULE, linewidth=0.6, zorder=0.5)
        axes.set_ylim(low, high)
        axes.spines["bottom"].set_bounds(-shown, study.weeks)
        axes.spines["bottom"].set_color(RULE)
        axes.tick_params(labelleft=place % columns == 0)
        _label_ends(axes, scale, study.weeks, low, high)
        if place == 0 and shown >= 13:
            axes.annotate("burn-in", (-shown, low), (3, 3), textcoords="offset points", fontsize=8, color=MUTED)


def _label_ends(axes: Axes, scale: Scale, weeks: int, low: float, high: float) -> None:
    """Name and last value beside each line, moved apart where they would meet."""
    known = [end for end in axes.ends if np.isfinite(end[2])]  # type: ignore[attr-defined]
    places = spread([value for _, _, value in known], 0.17 * (high - low))
    span = axes.get_xlim()
    x = weeks + 0.02 * (span[1] - span[0])
    for (name, color, value), y in zip(known, places, strict=True):
        text = f"{name}\n{scale.plain(value / scale.factor)}"
        axes.text(x, y, text, color=color, fontsize=9.5, fontweight="bold", va="center", linespacing=1.1)


def _hover(axes: Axes, weeks: list[int], tracks: list[Track]) -> Panel:
    left, right, top, bottom = box(axes)
    first, last = axes.get_xlim()
    return Panel(left, right, top, bottom, first, last, weeks, tracks)
