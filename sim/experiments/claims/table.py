"""The table of claims as text for a terminal and as the page docs/claims.md, from rows as `Row.plain` gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sim.experiments.claims.case import UNTESTED

Line = dict[str, Any]
DIGITS = 5  # kept in a file

INTRODUCTION = """\
# Claims

What the material behind this project claims (S1–S22), and what the shipped worlds say of it. A claim is a set of checks; each
names a world, a figure of its tables, and on which side of which bar the figure must lie for the claim to hold
(`sim/experiments/claims/catalogue.py`); the data decide: **shown** if the whole 95 % interval over replicates lies
beyond the bar, **refuted** if it lies short of it, **undetermined** if the bar is in it. A claim is shown or refuted if all its
checks are, *in part* if some are shown and some refuted. What cannot be tested yet says what it needs.

Worlds are paid as they are written and compared, replicate by replicate, with a twin in which the same money is fixed pay
and nothing else differs; "against" names other twins. This is not `gamed compare`, which retunes all schemes to one bill:
figures here and in [scenarios.md](scenarios.md) are of the same kind and differ in size. A shown claim is shown of the
shipped worlds, not of the world; [assumptions.md](assumptions.md) changes what two of them hang on.

`gamed claims` plays all of it anew, `gamed claims S1 --replicates 16` one with narrower intervals;
`gamed claims --out docs/claims.json` keeps the rows from which this page is written (`make docs`).
"""


def rounded(line: Line) -> Line:
    """A row as it is kept in a file."""
    return {k: float(f"{v:.{DIGITS}g}") if isinstance(v, float) else v for k, v in line.items()}


def number(value: float | None) -> str:
    """Three digits."""
    return "–" if value is None else f"{value:.3g}"


def measured(line: Line) -> str:
    """The figure with its interval."""
    if line["low"] is None:
        return number(line["measured"])
    return f"{number(line['measured'])} ({number(line['low'])} to {number(line['high'])}) {line['unit']}"


def text(rows: Iterable[Line]) -> Iterator[str]:
    """The table for a terminal."""
    for _, found in groupby(rows, key=lambda line: line["id"]):
        for place, line in enumerate(found):
            if place == 0:
                yield f"\n{line['id']}. {line['claim']}: {line['verdict'].upper()}"
            if line["status"] == UNTESTED:
                yield f"  needs {line['needs']}"
                continue
            yield f"  {line['status']}: {line['says']}"
            yield f"      {measured(line)}, must be {line['target']}: {line['figure']}"
            yield f"      {line['ran']}" + ("" if line["against"] is None else f" against {line['against']}")


def page(rows: list[Line]) -> str:
    """The whole page docs/claims.md."""
    out = [INTRODUCTION, f"{counted(rows)}.", ""]
    for _, found in groupby(rows, key=lambda line: line["id"]):
        lines = list(found)
        first = lines[0]
        out += [f"## {first['id']}: {first['claim']}", "", f"**{first['verdict'].capitalize()}**."]
        if first["status"] == UNTESTED:
            out[-1] += f" Needs {first['needs']}."
        else:
            out += ["", "| what would be seen | figure | world | against | must be | found | |", "|---|---|---|---|---|---|---|"]
            out += [_row(line) for line in lines]
        if first["note"]:
            out += ["", first["note"]]
        out.append("")
    return "\n".join(out)


def _row(line: Line) -> str:
    against = "–" if line["against"] is None else line["against"]
    if line["against"] == f"the same money fixed ({line['ran']})":
        against = "the same money fixed"
    cells = (line["says"], line["figure"], f"`{line['ran']}`", against, line["target"], measured(line), line["status"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def counted(rows: list[Line]) -> str:
    """How many claims came out how."""
    verdicts = Counter({line["id"]: line["verdict"] for line in rows}.values())
    many = sorted({line["replicates"] for line in rows if line["status"] != UNTESTED})
    told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    return f"{sum(verdicts.values())} claims: {told}; {', '.join(map(str, many)) or 'no'} replicates"
