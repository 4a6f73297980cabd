"""The table of closed forms as text for a terminal and as the page docs/theory.md.

A row is what `Row.plain` gives: the same that `gamed theory --json` prints and `--out` keeps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from statistics import fmean
from typing import Any

from sim.experiments.theory.case import ERRORS, EXACT

Line = dict[str, Any]
DIGITS = 7  # kept in a file: what differs between machines lies beyond

INTRODUCTION = """\
# Theory

Results of the literature that can be written down, each a scenario under `scenarios/textbook/` that `gamed run` plays:
what the formula says, and what came out of the run. Nothing in the engine knows of them: it gets a scenario, and the
formula is a function of the same scenario. Those about incentives run on the linear technology of the theory papers
(`textbook`), those about surveys, queues, expectations, imitation and skill on the full service process (`contacts`), with
everything switched off by the scenario that the formula does not speak of.

A drawn figure agrees if it lies within {errors:.0f} standard errors (±, over replicates, of simulated − predicted); where a
run has no luck in it, if it lies within the tolerance: 1e-09, or what a search or a tabulated chance allows. Every setting has
luck of its own (its seed is kept in `docs/theory.json`); figures of one setting are read off the same runs.
{agreed}.

`gamed theory` plays all of this anew, `gamed theory baker` one case; `gamed theory --out docs/theory.json` keeps the figures
from which this page is written (`make docs`). The tests play every case and compare with the formula and with this page.
Try values of your own: `gamed run textbook/baker --set pay.schemes.0.rate=1.3`.
"""


def rounded(line: Line) -> Line:
    """A row as it is kept in a file."""
    figures = ("target", "measured", "error")
    return {k: float(f"{v:.{DIGITS}g}") if k in figures and v is not None else v for k, v in line.items()}


def number(value: float) -> str:
    """Five digits."""
    return "0" if abs(value) < EXACT else f"{value:.5g}"


def margin(line: Line) -> str:
    """The standard error of a drawn figure; the tolerance of one that has no luck in it."""
    return f"± {line['error']:.2g}" if line["tolerance"] is None else f"within {line['tolerance']:.0e}"


def text(rows: Iterable[Line]) -> Iterator[str]:
    """The table for a terminal."""
    for _, found in groupby(rows, key=lambda line: line["case"]):
        for place, line in enumerate(found):
            if place == 0:
                yield f"\n{line['number']}. {line['title']} ({line['source']}): {line['case']}, scenario {line['scenario']}"
            yield f"  {'ok' if line['ok'] else 'NO'}  {line['what']}: {line['formula']}"
            found_out = f"predicted {number(line['target'])}, simulated {number(line['measured'])} {margin(line)}"
            yield f"      {found_out}   {' '.join(line['set'])}".rstrip()


def page(rows: list[Line]) -> str:
    """The whole page docs/theory.md."""
    out = [INTRODUCTION.format(errors=ERRORS, agreed=agreed(rows))]
    for _, found in groupby(rows, key=lambda line: line["case"]):
        lines = list(found)
        first = lines[0]
        many = f"{first['replicates']} replicates" if first["replicates"] > 1 else "one run, without luck"
        out += [
            f"## {first['number']}. {first['title']}", "",
            f"`gamed theory {first['case']}`, scenario `{first['scenario']}`, {many}. {first['source']}.", "",
            "| what | formula | changed | predicted | simulated | | ok |", "|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for line in lines:
            changed = "<br>".join(f"`{each}`" for each in line["set"])
            figures = (number(line["target"]), number(line["measured"]), margin(line), "yes" if line["ok"] else "**no**")
            cells = (line["what"], line["formula"], changed, *figures)
            out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        out.append("")
    return "\n".join(out)


def agreed(rows: list[Line]) -> str:
    """How many agree, and how far drawn figures are off on the whole: about one standard error if the errors are right."""
    off = misses(rows)
    told = f"{sum(line['ok'] for line in rows)} of {len(rows)} figures agree"
    if not off:
        return told
    drawn, size = sum(map(len, off)), math.sqrt(fmean(fmean(z * z for z in own) for own in off))
    return f"{told}; the {drawn} drawn ones, of {len(off)} settings that weigh the same, are off by {size:.2f} standard errors " \
        "(root mean square)"


def misses(rows: Iterable[Line]) -> list[list[float]]:
    """By how many standard errors drawn figures are off, those that are read off the same runs together."""
    found: dict[tuple[str, int], list[float]] = {}
    for line in rows:
        if line["tolerance"] is None and line["error"]:
            off = (line["measured"] - line["target"]) / line["error"]
            found.setdefault((line["scenario"], line["seed"]), []).append(off)
    return list(found.values())
