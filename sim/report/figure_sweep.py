"""Figures of a sweep: response and over-optimisation curves, the phase diagram, contrasts, sensitivities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.response import Turn
from sim.analysis.sensitivity import Sensitivity
from sim.report.outcomes import title
from sim.report.style import HONEST, INK, MUTED, REPORTED, RULE, TRUE, Picture, grid, looks, panel_title
from sim.report.words import capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

PANEL = 1.9
CELL = 0.46


def over_optimisation(
    curves: Mapping[str, tuple[pd.DataFrame, pd.DataFrame, Turn]], strength: str, measure: str, unit: str, replicates: int
) -> Picture:
    """Reported and true change along the strength of a bonus, a panel for each level of the other factor.

    curves: by the name of the panel, the response curves of reported and true and the turn of the true one.
    """
    start = _start(strength, next(iter(curves.values()))[1][strength].iloc[0])
    with looks():
        layout = grid(
            len(curves), 2 if len(curves) in (2, 4) else 3, PANEL, left=0.6, bottom=0.7, down=1.0,
            title=f"What is reported and what is true, as {strength} grows",
            subtitle=f"Change of {measure} against {start}, {unit}; {_sample(replicates)}. "
            "The dot is where the truth is best, if that can be told; the hollow dot from where it has fallen again beyond "
            "noise.",
        )  # fmt: skip
        drawn = ["d", "d_low", "d_high"]  # a single replicate has no interval, a short run perhaps not even a reading
        ends = [frame[drawn].to_numpy().ravel() for reported, true, _ in curves.values() for frame in (reported, true)]
        found = np.concatenate(ends)
        found = found[np.isfinite(found)]
        low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
        room = 0.08 * (high - low)
        for place, (axes, (name, (reported, true, turn))) in enumerate(zip(layout.axes, curves.items(), strict=True)):
            names = list(reported[strength])
            for frame, color, word in ((reported, REPORTED, "reported"), (true, TRUE, "true")):
                _line(axes, frame, color)
                if place == 0:
                    axes.annotate(
                        word, (len(names) - 1, frame["d"].iloc[-1]), (0, 8),
                        textcoords="offset points", ha="right", color=color, fontsize=9.5, fontweight="bold",
                    )  # fmt: skip
            if len(turn.as_good) < len(names):
                _dot(axes, names, true, turn.best, filled=True)
            if turn.falls is not None:
                _dot(axes, names, true, turn.falls, filled=False)
            _level_axis(axes, names, strength if place >= len(curves) - layout.columns else "")
            axes.set_ylim(low - room, high + room)
            panel_title(axes, name)
    worst = "; ".join(
        f"{name}: the truth is best at {_best(turn.best, told=len(turn.as_good) < len(true))}"
        for name, (_, true, turn) in curves.items()
    )
    return Picture(
        "over_optimisation", layout.figure, alt=f"Curves of reported and true {measure} against {strength}. {worst}.",
        caption=f"What is reported and what is true of {measure}, on one scale in all panels.",
    )  # fmt: skip


def response(
    curves: Mapping[str, pd.DataFrame], factor: str, units: Mapping[str, str], replicates: int
) -> Picture:
    """Outcomes along one factor, as paired differences from its first level; a panel an outcome."""
    with looks():
        first = next(iter(curves.values()))[factor].iloc[0]
        layout = grid(
            len(curves), 3, PANEL, left=0.75, bottom=0.6, across=0.6, down=1.0, title=f"What changes with {factor}",
            subtitle=f"Paired difference from {factor} = {_say(first)}, averaged over the other factors; "
            f"{_sample(replicates)}.",
        )  # fmt: skip
        for axes, (name, frame) in zip(layout.axes, curves.items(), strict=True):
            if pd.api.types.is_numeric_dtype(frame[factor]):
                _line(axes, frame, INK)
            else:
                _bars(axes, frame)
            _level_axis(axes, list(frame[factor]), "")
            _short_numbers(axes.yaxis)
            panel_title(axes, capital(title(name)), _unit(units.get(name, "")))
    return Picture(
        f"response_{_slug(factor)}", layout.figure, alt=f"Response of {', '.join(map(title, curves))} to {factor}.",
        caption=f"How the outcomes answer to {factor}.",
    )  # fmt: skip


def phase_diagram(table: pd.DataFrame, strength: str, other: str, measure: str, unit: str, replicates: int) -> Picture:
    """Strength against another factor: change of the truth in each cell, and the line where it starts to fall."""
    import matplotlib as mpl

    across, down = sorted(set(table[strength])), sorted(set(table[other]))
    wide = table.pivot_table(index=other, columns=strength, values="d")
    certain = (table.assign(sure=(table["d_low"] > 0) | (table["d_high"] < 0))).pivot_table(
        index=other, columns=strength, values="sure", aggfunc="first"
    )
    limit = max(float(np.nanmax(np.abs(wide.to_numpy()))), 1e-9)
    start = _start(strength, across[0])
    shades = mpl.colors.LinearSegmentedColormap.from_list("truth", [REPORTED, "#ffffff", TRUE])
    with looks():
        layout = grid(
            1, 1, CELL * len(down), left=1.0, right=0.3, bottom=0.75,
            title="Where the truth starts to fall",
            subtitle=f"Change of the true {measure} against {start}, {unit}, {_mean_of(replicates)}"
            f"{'; bold: beyond noise' if replicates > 1 else ''}. The line joins the strengths at which the truth is best, where "
            "that can be told: to the right of it more bonus means "
            f"less truth. Dashed: from here on it is worse than at {start}, beyond noise.",
        )  # fmt: skip
        axes = layout.axes[0]
        axes.imshow(wide.to_numpy(), cmap=shades, vmin=-1.4 * limit, vmax=1.4 * limit, aspect="auto", origin="lower")
        for row, value in enumerate(down):
            for column, level in enumerate(across):
                change = f"{wide.loc[value, level]:+.1f}".replace("-", "\u2212")
                axes.annotate(
                    change if column else "0", (column, row), ha="center", va="center",
                    fontsize=9.5, color=INK, fontweight="bold" if certain.loc[value, level] else "normal",
                )  # fmt: skip
        turns = table.drop_duplicates(other).set_index(other).loc[down]
        told = ~table.groupby(other)["as_good"].all()
        at = [across.index(turns.loc[value, "best"]) + 0.5 if told[value] else np.nan for value in down]
        _steps(axes, at, "-")
        _steps(axes, [np.nan if pd.isna(below) else across.index(below) - 0.5 for below in turns["below"]], (0, (3, 2)))
        axes.set_xticks(range(len(across)), [_say(level) for level in across], fontsize=9.5)
        axes.set_yticks(range(len(down)), [_say(level) for level in down], fontsize=9.5)
        axes.set_xlabel(strength)
        axes.set_ylabel(other, labelpad=10)
        axes.spines["bottom"].set_visible(False)
    best = "; ".join(f"{other} {_say(value)}: best at {_best(turns.loc[value, 'best'], told=told[value])}" for value in down)
    return Picture(
        "phase_diagram", layout.figure, alt=f"Heat map of the change of true {measure} by {strength} and {other}. {best}.",
        caption=f"Each cell is a world; only {strength} and {other} differ.",
    )  # fmt: skip


def contrast(table: pd.DataFrame, factor: str, others: Sequence[str], outcome: str, unit: str, first: str) -> Picture:
    """Each level of a factor against its first one, in every world of the other factors: a panel a combination."""
    groups = list(table.groupby(list(others), sort=True))
    names = list(dict.fromkeys(table[factor]))
    columns = len(set(table[others[-1]])) if others else 1
    with looks():
        layout = grid(
            len(groups), columns, 0.27 * len(names) + 0.1, left=1.3, bottom=0.45, down=0.6, across=0.3,
            title=f"{capital(title(outcome))}: what each {factor} changes against {first}",
            subtitle=f"Paired difference, {_unit(unit)}, with its 95 % interval; a panel for each world of "
            f"{' and '.join(others)}. Filled: beyond noise.",
        )  # fmt: skip
        low, high = min(float(table["d_low"].min()), 0.0), max(float(table["d_high"].max()), 0.0)
        high = high if high > low else low + 1.0
        for place, (axes, (where, group)) in enumerate(zip(layout.axes, groups, strict=True)):
            for row, name in enumerate(names):
                cell = group[group[factor] == name].iloc[0]
                color = TRUE if cell["d"] >= 0 else REPORTED
                sure = cell["d_low"] > 0 or cell["d_high"] < 0
                axes.plot([cell["d_low"], cell["d_high"]], [row, row], color=color, linewidth=1.6)
                axes.plot(cell["d"], row, "o", color=color, markersize=5.5, markerfacecolor=color if sure else "white")
            axes.axvline(0, color=MUTED, linewidth=0.8, zorder=0)
            axes.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
            _short_numbers(axes.xaxis)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), names if place % layout.columns == 0 else [""] * len(names), color=INK)
            words = [f"{name} {_say(value)}" for name, value in zip(others, where, strict=True)]
            panel_title(axes, ", ".join(words))
    return Picture(
        f"contrast_{_slug(outcome)}", layout.figure, alt=f"{title(outcome)} by {factor}, in worlds of {', '.join(others)}.",
        caption=f"{capital(title(outcome))}, each {factor} against {first} with the same luck.",
    )  # fmt: skip


def sensitivities(found: Sequence[Sensitivity], units: Mapping[str, str]) -> Picture:
    """Indices of each factor with their intervals; a panel an outcome."""
    sobol = found[0].method == "sobol"
    marks = (("total", HONEST), ("first", TRUE)) if sobol else (("mu_star", TRUE),)
    words = (
        "Shares of the variance: blue, by the factor alone (first order); grey, with all its interactions (total). 95 % "
        "intervals." if sobol else "Mean absolute elementary effect (mu*), with its 95 % interval."
    )  # fmt: skip
    with looks():
        names = list(found[0].table["factor"])
        layout = grid(
            len(found), 3, 0.34 * max(len(names), 2) + 0.1, left=1.7, bottom=0.5, across=0.4, down=0.9,
            title="What the outcomes depend on", subtitle=words,
        )  # fmt: skip
        for place, (axes, item) in enumerate(zip(layout.axes, found, strict=True)):
            for kind, color in marks:
                for row, (_, cell) in enumerate(item.table.iterrows()):
                    at = row + (0.17 if kind == "first" else -0.17 if sobol else 0.0)
                    axes.barh(at, max(cell[kind], 0.0), height=0.3, color=color)
                    axes.plot([cell[f"{kind}_low"], cell[f"{kind}_high"]], [at, at], color=INK, linewidth=1.0)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), names if place % layout.columns == 0 else [""] * len(names), color=INK)
            axes.axvline(0, color=RULE, linewidth=0.8)
            unit = "" if sobol else _unit(units.get(item.outcome, ""))
            note = unit if item.conclusive else "too small a sample to conclude"
            panel_title(axes, capital(title(item.outcome)), note)
    return Picture(
        "sensitivity", layout.figure, alt=f"Sensitivity of {', '.join(title(item.outcome) for item in found)} to the factors.",
        caption="What the outcomes depend on.",
    )  # fmt: skip


def _line(axes: Axes, frame: pd.DataFrame, color: str) -> None:
    at = np.arange(len(frame))
    axes.axhline(0, color=RULE, linewidth=0.8, zorder=0)
    if frame["d_low"].notna().any():
        axes.fill_between(at, frame["d_low"], frame["d_high"], color=color, alpha=0.16, linewidth=0)
    axes.plot(at, frame["d"], color=color, linewidth=1.8, marker="o", markersize=2.5)


def _bars(axes: Axes, frame: pd.DataFrame) -> None:
    at = np.arange(len(frame))
    axes.axhline(0, color=RULE, linewidth=0.8, zorder=0)
    axes.vlines(at, frame["d_low"], frame["d_high"], color=INK, linewidth=1.2)
    axes.plot(at, frame["d"], "o", color=INK, markersize=5)


def _dot(axes: Axes, names: Sequence[Any], frame: pd.DataFrame, level: Any, *, filled: bool) -> None:
    place = names.index(level)
    axes.plot(place, frame["d"].iloc[place], "o", color=TRUE, markersize=8, markerfacecolor=TRUE if filled else "white", zorder=4)


def _level_axis(axes: Axes, names: Sequence[Any], label: str) -> None:
    """Levels stand evenly, whatever their distance: each is one world."""
    axes.set_xticks(range(len(names)), [_say(name).replace(" ", "\n") for name in names])
    axes.set_xlim(-0.3, len(names) - 0.7)
    if label:
        axes.set_xlabel(label)


def _unit(unit: str) -> str:
    return "share" if unit == "1" else unit


def _short_numbers(axis: Axis) -> None:
    """Thousands and millions by their letter, so that sums of money leave room for what they are about."""
    far = max(abs(end) for end in axis.get_view_interval())
    if far >= 2000:
        size, letter = (1e6, "M") if far >= 2e6 else (1e3, "k")
        axis.set_major_formatter(lambda value, _: f"{value / size:g}{letter}".replace("-", "\u2212") if value else "0")


def _steps(axes: Axes, places: Sequence[float], style: Any) -> None:
    """A line up through the rows of cells, at the edge of one cell in each."""
    xs = [x for place in places for x in (place, place)]
    ys = [y for row in range(len(places)) for y in (row - 0.5, row + 0.5)]
    axes.plot(xs, ys, color=INK, linewidth=1.8, linestyle=style, zorder=5, clip_on=False)


def _sample(replicates: int) -> str:
    """What a point and the band around it stand for."""
    return f"{_mean_of(replicates)} and its 95 % interval" if replicates > 1 else f"{_mean_of(replicates)}, which has no interval"


def _mean_of(replicates: int) -> str:
    return f"the mean of {replicates} paired replicates" if replicates > 1 else "a single pair of runs"


def _start(strength: str, first: Any) -> str:
    """The level against which a strength is read."""
    return "no bonus" if first == 0 else f"{strength} {_say(first)}"


def _say(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _best(level: Any, *, told: bool) -> str:
    """Where the truth is best; no level is called so where none can be told from it."""
    return _say(level) if told else "a level that cannot be told"


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in text)
