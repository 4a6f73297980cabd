"""The table for the terminal: scenario x headline measures, aligned, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.estimate import Estimate
from sim.analysis.manifest import Study
from sim.report.findings import Finding
from sim.report.words import Scale, money

WIDTH = 100
HEADS = ("scenario", "measure", "reported", "true", "gap", "floor", "excess", "bonus/yr", "profit/yr", "staff CE")
NAMES = 2


def rows(study: Study, found: Sequence[Finding]) -> list[list[str]]:
    """The cells of the table. Money and staff stand in the first row of a scenario; CE is money per pay period."""
    out = []
    for item in found:
        sums = [_sum(item.levels[name], study.currency) for name in ("bonus", "profit", "certainty_equivalent")]
        labels = [label for label in study.shown if label in item.readings] or [""]
        for place, label in enumerate(labels):
            first = place == 0
            paid = "*" if label in item.arm.paid_measures else ""
            title = f"{item.readings[label].measure.title}{paid}" if label else "–"
            out.append(
                [item.arm.name if first else "", title, *_reading(item, label), *(sums if first else ["", "", ""])]
            )
    return out


def _reading(item: Finding, label: str) -> list[str]:
    if not label:
        return [""] * 5
    reading = item.readings[label]
    scale = Scale(reading.measure, reading.true.mean)
    values = (reading.reported, reading.true, reading.gap, reading.floor, reading.excess)
    return [scale.plain(value.mean) for value in values]


def _sum(value: Estimate, currency: str) -> str:
    return money(value.mean, currency)


def text(study: Study, found: Sequence[Finding]) -> str:
    """The table as text; long names are cut so that it fits the width."""
    body = rows(study, found)
    numbers = [max(len(row[i]) for row in [list(HEADS), *body]) for i in range(NAMES, len(HEADS))]
    room = WIDTH - sum(numbers) - 2 * (len(HEADS) - 1)
    names = [max(len(row[i]) for row in [list(HEADS), *body]) for i in range(NAMES)]
    while sum(names) > room and max(names) > 8:
        names[names.index(max(names))] -= 1
    widths = [*names, *numbers]
    lines = [_line(HEADS, widths), "  ".join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * width for width in widths)]
    lines += [_line(row, widths) for row in body]
    note = f"* paid on this measure. Staff CE: what the job is worth as a sure sum, {study.currency} a pay period."
    return "\n".join([*lines, note])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    fitted = [
        cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(cells, widths, strict=True)
    ]
    placed = [
        cell.ljust(width) if i < NAMES else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(fitted, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()
