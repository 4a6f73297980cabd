"""Figure: the money, item by item: a year's books of a run, or what each arm changes against the reference arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.estimate import Estimate, estimate
from sim.analysis.indices import yearly_books
from sim.analysis.manifest import Study
from sim.analysis.paired import difference
from sim.analysis.summary import Reader
from sim.report.findings import Finding
from sim.report.style import HONEST, INK, MUTED, RULE, Picture, grid, looks, panel_title
from sim.report.words import capital, last, listed, money, written_item

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.3
COLUMNS = 3


def draw(source: Reader, found: list[Finding]) -> Picture:
    """The picture: differences in a comparison, levels in a single run."""
    study = source.study
    books = yearly_books(source.tables["books"], source.window)
    items = [str(item) for item in books.columns if item != "cost"]
    alone = len(found) == 1
    shown = found if alone else [item for item in found if item.arm is not study.reference]
    values = {item.arm.scenario: _values(books, items, item, None if alone else study) for item in shown}
    items = [name for name in items if any(abs(v[name].mean) > 0.5 for v in values.values()) or name == "profit"]
    with looks():
        intervals = " Lines: 95 % intervals." if study.replicates > 1 else ""
        layout = grid(
            len(shown), COLUMNS, ROW_INCHES * len(items) + 0.2, left=1.35, across=0.3, bottom=0.2,
            title="A year's money" if alone else f"A year's money, as differences from {study.reference.name}",
            subtitle=f"{study.currency} a year, {last(source.window.weeks)}. To the right: more profit.{intervals}",
        )  # fmt: skip
        limit = _limit(values, items)
        for place, (axes, item) in enumerate(zip(layout.axes, shown, strict=True)):
            _panel(axes, items, values[item.arm.scenario], study.currency, limit)
            names = [capital(written_item(name)) for name in items] if place % layout.columns == 0 else []
            axes.set_yticks(range(len(names)), names, fontsize=9.5, color=INK)
            panel_title(axes, item.arm.name)
    profits = listed(
        [f"{item.arm.name} {money(values[item.arm.scenario]['profit'].mean, study.currency)}" for item in shown]
    )
    return Picture(
        "money", layout.figure, alt=f"Bars of the books by item. Profit: {profits}.",
        caption="Income and outlays by item; the last row is what remains.",
    )  # fmt: skip


def _values(books: pd.DataFrame, items: list[str], item: Finding, study: Study | None) -> dict[str, Estimate]:
    if study is None:
        return {name: estimate(books[name].loc[item.arm.scenario]) for name in items}
    return {name: difference(books[name], item.arm.scenario, study.reference.scenario) for name in items}


def _limit(values: dict[str, dict[str, Estimate]], items: list[str]) -> tuple[float, float]:
    ends = [
        end
        for v in values.values()
        for name in items
        for end in (v[name].mean, v[name].low, v[name].high)
        if end == end
    ]
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    room = 0.32 * max(high - low, 1.0)
    return low - room, high + room


def _panel(
    axes: Axes, items: list[str], values: dict[str, Estimate], currency: str, limit: tuple[float, float]
) -> None:
    for row, name in enumerate(items):
        value = values[name]
        if not value.defined:
            continue
        color = INK if name == "profit" else HONEST
        axes.barh(row, value.mean, height=0.6, color=color, zorder=2)
        if value.known:
            axes.plot(
                [value.low, value.high], [row, row], color=MUTED if name == "profit" else INK, linewidth=1.0, zorder=3
            )
        right = value.mean >= 0
        ends = (value.mean, value.low, value.high) if value.known else (value.mean,)
        axes.annotate(
            money(value.mean, currency, signed=True), (max(ends) if right else min(ends), row), (4 if right else -4, 0),
            textcoords="offset points", va="center", ha="left" if right else "right", fontsize=9, color=INK,
            fontweight="bold" if name == "profit" else "normal",
        )  # fmt: skip
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    axes.axhline(len(items) - 1.5, color=RULE, linewidth=0.8, zorder=0)
    axes.set_xlim(*limit)
    axes.set_ylim(len(items) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
