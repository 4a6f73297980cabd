"""The tables for the terminal: scenario x headline measures, and what pay puts on people; at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.estimate import Estimate
from sim.analysis.manifest import Study
from sim.report.findings import Finding
from sim.report.words import Scale, money

WIDTH = 100
HEADS = ("scenario", "measure", "reported", "true", "gap", "floor", "excess", "bonus/yr", "profit/yr")
NAMES = 2
PAY_HEADS = ("scenario", "bill", "at stake", "sd of pay", "staff CE")


def rows(study: Study, found: Sequence[Finding]) -> list[list[str]]:
    """The cells of the first table. Money stands in the first row of a scenario."""
    out = []
    for item in found:
        sums = [_sum(item.levels[name], study.currency) for name in ("bonus", "profit")]
        labels = [label for label in study.shown if label in item.readings] or [""]
        for place, label in enumerate(labels):
            first = place == 0
            paid = "*" if label in item.arm.paid_measures else ""
            title = f"{item.readings[label].measure.title}{paid}" if label else "–"
            out.append(
                [item.arm.name if first else "", title, *_reading(item, label), *(sums if first else ["", ""])]
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


def pay_rows(study: Study, found: Sequence[Finding]) -> list[list[str]]:
    """The cells of the second table, money per employee and pay period; the bill is that of the whole run, of all roles."""
    bills = study.budget.get("reached") or {}
    return [
        [
            item.arm.name,
            money(bills.get(item.arm.scenario, float("nan")), study.currency),
            *[_sum(item.levels[name], study.currency) for name in ("stake", "pay_sd", "certainty_equivalent")],
        ]
        for item in found
    ]


def text(study: Study, found: Sequence[Finding]) -> str:
    """Both tables as text; long names are cut so that they fit the width."""
    body = rows(study, found)
    notes = [
        *(["* paid on this measure."] if any(row[1].endswith("*") for row in body) else []),
        "",
        *_aligned(PAY_HEADS, pay_rows(study, found), 1),
        f"All in {study.currency} per employee and pay period; the bill is that of the whole run. At stake: how far a",
        "standard error of the reading moves expected pay; people answer to it, not to the bill. Staff CE:",
        "the job's worth as a sure sum.",
    ]
    return "\n".join([*_aligned(HEADS, body, NAMES), *notes])


def _aligned(heads: Sequence[str], body: Sequence[Sequence[str]], names: int) -> list[str]:
    """Head, rule and rows; the first `names` columns are words and give way."""
    widths = [max(len(row[i]) for row in [list(heads), *body]) for i in range(len(heads))]
    room = WIDTH - sum(widths[names:]) - 2 * (len(heads) - 1)
    while sum(widths[:names]) > room and max(widths[:names]) > 8:
        widths[widths.index(max(widths[:names]), 0, names)] -= 1
    rule = "  ".join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * width for width in widths)
    return [_line(heads, widths, names), rule, *(_line(row, widths, names) for row in body)]


def _line(cells: Sequence[str], widths: Sequence[int], names: int) -> str:
    fitted = [
        cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(cells, widths, strict=True)
    ]
    placed = [
        cell.ljust(width) if i < names else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(fitted, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()
