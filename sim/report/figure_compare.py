"""Figure: scheme against scheme on revenue, cost, true and reported service, each as a paired difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.estimate import UNDEFINED, Estimate
from sim.analysis.summary import Reader
from sim.report.findings import Finding
from sim.report.style import INK, MUTED, REPORTED, RULE, TRUE, Picture, grid, looks, panel_title
from sim.report.words import Scale, last, listed, money, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.5
RULE_ABOVE, RULE_BELOW = 0.14, 0.4  # how far the rule reaches from a row's line, in rows


@dataclass(frozen=True)
class Column:
    """One quantity: its title, which way is better, its colour, its differences by arm and how they are written."""

    title: str
    better: int
    color: str
    changes: list[Estimate]
    write: Callable[[float], str]


def draw(source: Reader, found: list[Finding]) -> Picture:
    """The picture of all arms against the reference arm."""
    study = source.study
    items = [item for item in found if item.arm is not study.reference]
    columns = _columns(source, items)
    longest = max(len(item.arm.name) for item in items)
    with looks():
        layout = grid(
            len(columns), len(columns), ROW_INCHES * len(items) + 0.2, left=min(0.35 + 0.085 * longest, 2.6), bottom=0.45,
            title=f"Scheme against scheme: differences from {study.reference.name}",
            subtitle=f"Means of the {last(source.window.weeks)}, paired by replicate; lines are 95 % intervals, hollow dots "
            f"lie within noise. The upright rule is {study.reference.name}.",
        )  # fmt: skip
        limits = [_limit([column]) for column in columns]
        # The two readings of service are in one unit: one scale lets the eye compare them.
        same = [i for i, column in enumerate(columns) if column.color in (TRUE, REPORTED)]
        for i in same:
            limits[i] = _limit([columns[k] for k in same])
        for place, (axes, column) in enumerate(zip(layout.axes, columns, strict=True)):
            _panel(axes, column, limits[place])
            names = [item.arm.name for item in items] if place == 0 else []
            axes.set_yticks(range(len(names)), names, fontsize=10.5, color=INK)
    return Picture(
        "scheme-against-scheme", layout.figure, alt=_alt(columns, items, study.reference.name),
        caption=f"What each scheme changed against {study.reference.name}, with the same luck in every replicate.",
    )  # fmt: skip


def _columns(source: Reader, items: list[Finding]) -> list[Column]:
    currency, label = source.study.currency, source.study.service_measure

    def sums(name: str) -> list[Estimate]:
        return [item.changes.get(name, UNDEFINED) for item in items]

    def write(value: float) -> str:
        return money(value, currency, signed=True)

    columns = [
        Column("Revenue a year", 1, INK, sums("revenue"), write),
        Column("Cost a year", -1, INK, sums("cost"), write),
    ]
    readings = [item.readings.get(label) for item in items] if label else []
    if not label or any(reading is None for reading in readings):
        score = Column(
            "True experience, 0–10", 1, TRUE, sums("true_score"), lambda value: number(value, 0.01, signed=True)
        )
        return [*columns, score]
    known = [reading for reading in readings if reading is not None]
    measure, scale = known[0].measure, Scale(known[0].measure, known[0].true.mean)
    true = [(r.d_true or UNDEFINED).times(scale.factor) for r in known]
    reported = [(r.d_reported or UNDEFINED).times(scale.factor) for r in known]

    def points(value: float) -> str:
        return scale.plain(value / scale.factor, signed=True)

    columns.append(Column(f"True {measure.title}", measure.sign, TRUE, true, points))
    return [*columns, Column(f"Reported {measure.title}", measure.sign, REPORTED, reported, points)]


def _limit(columns: list[Column]) -> float:
    ends = [abs(end) for c in columns for e in c.changes for end in (e.mean, e.low, e.high) if end == end]
    return 1.45 * max([*ends, 1e-6])


def _panel(axes: Axes, column: Column, limit: float) -> None:
    for row, change in enumerate(column.changes):
        # The rule leaves room for the numbers above the dots.
        axes.plot([0, 0], [row - RULE_ABOVE, row + RULE_BELOW], color=MUTED, linewidth=0.9, zorder=1)
        axes.axhline(row, color=RULE, linewidth=0.6, zorder=0)
        if not change.defined:
            axes.text(0, row, " not known", color=MUTED, fontsize=9, va="center")
            continue
        clear = change.sign != 0
        if change.known:
            axes.plot(
                [change.low, change.high],
                [row, row],
                color=column.color,
                linewidth=2.2,
                solid_capstyle="butt",
                zorder=2,
            )
        axes.plot([change.mean], [row], "o", markersize=7.5, color=column.color, zorder=3,
                  markerfacecolor=column.color if clear else "white", markeredgewidth=1.6)  # fmt: skip
        axes.annotate(column.write(change.mean), (change.mean, row), (0, 7), textcoords="offset points", ha="center",
                      fontsize=9, color=column.color, fontweight="bold" if clear else "normal",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
    axes.set_xlim(-limit, limit)
    axes.set_ylim(len(column.changes) - 0.4, -0.65)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    better = (1, "better →", "right") if column.better > 0 else (0, "← better", "left")
    axes.annotate(better[1], (better[0], 0), (0, -4), xycoords="axes fraction", textcoords="offset points", va="top",
                  ha=better[2], fontsize=8.5, color=MUTED)  # fmt: skip
    panel_title(axes, column.title, color=column.color)


def _alt(columns: list[Column], items: list[Finding], reference: str) -> str:
    said = []
    for i, item in enumerate(items):
        each = listed([f"{c.title} {c.write(c.changes[i].mean)}" for c in columns if c.changes[i].defined])
        said.append(f"{item.arm.name}: {each}")
    return f"Dots with intervals, differences from {reference}. {'; '.join(said)}. Hollow dots are within noise."
