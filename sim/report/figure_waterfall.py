"""Figure: from the true reading to the reported one, the honest survey's part and the part that only stakes make apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.gap import COMPONENTS, HONEST
from sim.analysis.summary import Reader
from sim.report import style
from sim.report.findings import Finding, Reading
from sim.report.style import INK, MUTED, REPORTED, RULE, STAKE, TRUE, Picture, grid, looks, panel_title
from sim.report.words import LOG_PARTS, PARTS, Scale, capital, last, listed, part

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 3
ROW_INCHES = 0.27
BAR = 0.62
LABEL = 0.26
# Shown in two groups; the parts add up in any order.
ACTED_UPON = tuple(name for name in COMPONENTS if name not in HONEST)


def draw(source: Reader, found: list[Finding], label: str) -> Picture:
    """The picture of one measure in all arms that read it."""
    items = [item for item in found if label in item.readings and item.readings[label].reported.defined]
    readings = [item.readings[label] for item in items]
    measure = readings[0].measure
    scale = Scale(measure, readings[0].true.mean)
    honest = [name for name in HONEST if any(scale.visible(r.parts[name].mean) for r in readings)]
    acted = [name for name in ACTED_UPON if any(scale.visible(r.parts[name].mean) for r in readings)]
    with looks():
        height = ROW_INCHES * (len(honest) + max(len(acted), 1) + 4)
        layout = grid(
            len(items), COLUMNS, height, left=2.0, across=0.25, bottom=0.2,
            title=f"From true to reported {measure.title}", subtitle=_subtitle(source, measure.survey),
        )  # fmt: skip
        low, high = _limits(readings, honest, acted, scale)
        for place, (axes, item) in enumerate(zip(layout.axes, items, strict=True)):
            bars = _Bars(axes, item.readings[label], scale, honest, acted)
            bars.draw()
            axes.set_xlim(low, high)
            axes.set_ylim(bars.rows - 0.4, -0.7)
            bars.frame(first=place % layout.columns == 0)
            panel_title(
                axes, item.arm.name, f"paid on {measure.title}" if label in item.arm.paid_measures else "not paid on it"
            )
    return Picture(
        f"waterfall-{label}", layout.figure, alt=_alt(items, label, scale),
        caption=_caption(source, honest, acted, measure.survey),
    )  # fmt: skip


def _subtitle(source: Reader, survey: bool) -> str:
    kind = "an honest survey shows" if survey else "honest records show"
    fixed = " Dotted: where the reading would stand with nothing paid." if source.study.fixed_pay else ""
    lines = " Lines: 95 % intervals." if source.study.replicates > 1 else ""
    return (
        f"Mean of the {last(source.window.weeks)}. Grey: what {kind} as well. "
        f"Orange: what exists only because somebody acts on the reading.{fixed}{lines}"
    )


def _caption(source: Reader, honest: list[str], acted: list[str], survey: bool) -> str:
    names = PARTS if survey else LOG_PARTS
    absent = [name for name in COMPONENTS if name not in honest and name not in acted]
    zero = f" Zero at this rounding in every arm: {listed([names[name] for name in absent])}." if absent else ""
    kind = "A survey" if survey else "A log"
    return (
        f"{kind} differs from the truth even when nobody has a stake; only what lies beyond that floor is gaming.{zero}"
    )


def _alt(items: list[Finding], label: str, scale: Scale) -> str:
    said = []
    for item in items:
        r = item.readings[label]
        said.append(
            f"{item.arm.name}: true {scale.plain(r.true.mean)}, honest floor {scale.plain(r.floor.mean)}, excess "
            f"{scale.plain(r.excess.mean)}, reported {scale.plain(r.reported.mean)}"
        )
    return f"Waterfall bars from true to reported. {'; '.join(said)}."


def _limits(readings: list[Reading], honest: list[str], acted: list[str], scale: Scale) -> tuple[float, float]:
    """Shared limits that hold every step. Bars start at the truth, so the axis need not begin at zero."""
    places = []
    for r in readings:
        place = r.true.mean
        places += [place, r.reported.mean, place + r.floor.mean]
        for name in [*honest, *acted]:
            place += r.parts[name].mean
            places.append(place)
    low, high = min(places) * scale.factor, max(places) * scale.factor
    span = max(high - low, 10 * scale.step)
    # The label beside the last dot takes LABEL of the panel's width, however short the bars are; so do those of bars
    # that run to the left, and row names must not touch them.
    falls = any(
        r.parts[name].mean < 0 and scale.visible(r.parts[name].mean) for r in readings for name in [*honest, *acted]
    )
    left = LABEL if falls else 0.06
    width = span / (1 - LABEL - left)
    return low - left * width, high + LABEL * width


class _Bars:
    """One panel: rows from the truth at the top down to the reported reading."""

    def __init__(self, axes: Axes, reading: Reading, scale: Scale, honest: list[str], acted: list[str]) -> None:
        self.axes, self.reading, self.scale = axes, reading, scale
        self.honest, self.acted = honest, acted
        self.gap_row = 1 + len(honest)
        self.rows = self.gap_row + 1 + max(len(acted), 1) + 1
        self.names: list[tuple[float, str, str]] = []

    def draw(self) -> None:
        """Draw all rows."""
        r, factor = self.reading, self.scale.factor
        place = r.true.mean * factor
        self._stop(0, "True", place, TRUE)
        for i, name in enumerate(self.honest):
            place = self._step(1 + i, name, place, style.HONEST)
        self._floor((r.true.mean + r.floor.mean) * factor)
        for i, name in enumerate(self.acted):
            place = self._step(self.gap_row + 1 + i, name, place, STAKE)
        if not self.acted:
            self.names.append((self.gap_row + 1, "acts on the reading", MUTED))
            self.axes.annotate("0", (place, self.gap_row + 1), (5, 0), textcoords="offset points", color=MUTED, va="center",
                               fontsize=9)  # fmt: skip
        self._stop(self.rows - 1, "Reported", r.reported.mean * factor, REPORTED)

    def _stop(self, row: float, name: str, place: float, color: str) -> None:
        self.names.append((row, name, color))
        self.axes.plot([place], [row], marker="o", markersize=9, color=color, zorder=4)
        value = self.reading.true if row == 0 else self.reading.reported
        if value.known:
            ends = [value.low * self.scale.factor, value.high * self.scale.factor]
            self.axes.plot(ends, [row, row], color=color, linewidth=1.6, zorder=3, alpha=0.6)
        right = max(place, value.high * self.scale.factor) if value.known else place
        self.axes.annotate(
            self.scale.plain(place / self.scale.factor), (right, row), (8, 0), textcoords="offset points",
            color=color, fontweight="bold", va="center", fontsize=10.5,
        )  # fmt: skip
        self.axes.plot([place, place], [row, row + 1 if row == 0 else row - 1], color=RULE, linewidth=0.8, zorder=1)

    def _step(self, row: int, name: str, place: float, color: str) -> float:
        size = self.reading.parts[name].mean * self.scale.factor
        self.names.append((row, part(name, self.reading.measure), INK))
        self.axes.barh(row, size, left=place, height=BAR, color=color, zorder=3)
        self.axes.plot([place + size] * 2, [row - BAR / 2, row + 1 + BAR / 2], color=RULE, linewidth=0.8, zorder=1)
        text = self.scale.plain(size / self.scale.factor, signed=True)
        if not self.scale.visible(size / self.scale.factor):
            text = "0"
        side = 4 if size >= 0 else -4
        self.axes.annotate(
            text, (place + size, row), (side, 0), textcoords="offset points", va="center",
            ha="left" if size >= 0 else "right", fontsize=9, color=INK if text != "0" else MUTED,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}, zorder=2.5,
        )  # fmt: skip
        return place + size

    def _floor(self, place: float) -> None:
        rows = [self.gap_row - 0.4, self.rows - 1]
        self.axes.plot([place] * 2, rows, color=INK, linewidth=1.0, linestyle=(0, (1, 2)), zorder=2)
        self.names.append((self.gap_row, "honest floor", INK))
        self.axes.annotate(
            self.scale.plain(place / self.scale.factor), (place, self.gap_row), (5, 0), textcoords="offset points",
            va="center", fontsize=9, fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2}, zorder=5,
        )  # fmt: skip

    def frame(self, first: bool) -> None:
        """Row names at the left of the first panel of a line, no ticks: every value is written beside its bar."""
        self.axes.set_xticks([])
        self.axes.set_yticks([row for row, _, _ in self.names])
        self.axes.set_yticklabels([capital(name) for _, name, _ in self.names] if first else [])
        for tick, (_, name, color) in zip(self.axes.get_yticklabels(), self.names, strict=first):
            tick.set_color(color)
            tick.set_fontweight("bold" if name in ("True", "Reported", "honest floor") else "normal")
        self.axes.spines["bottom"].set_visible(False)
