"""The table of claims as text for a terminal and as the page docs/claims.md, from rows as `Row.plain` gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sim.experiments.claims.case import ASSUMED, HANGS, UNTESTED

Line = dict[str, Any]
DIGITS = 5  # kept in a file
SIDES = {1: "up", 0: "not told from no change", -1: "down"}

INTRODUCTION = """\
# Claims

What the material behind this project claims (S1–S22), and what the shipped worlds say of it. A claim is a set of checks; each
names a world, a figure of its tables, and on which side of which bar the figure must lie for the claim to hold
(`sim/experiments/claims/catalogue.py`); the data decide: **shown** if the whole 95 % interval over replicates lies
beyond the bar, **refuted** if it lies short of it, **undetermined** if the bar is in it. Two things more keep a check from
being shown:

- **assumed**: it came out, but the machinery contains it; the line below the table names what would have to be changed to
  refute it. Playing such a check says how large the effect is, not whether there is one.
- **hangs on** a parameter: each claim names one that carries it, of the few that were tried the one that moved it most. All is
  played again with that one changed (halved and doubled, or switched off where that is nearer to the doubt); what the data
  decide must keep its side of the bar under each change, by the mean. That one parameter was changed does not say that no
  other would turn the claim.

A claim is shown or refuted if all its checks are, *in part* if some are shown and others refuted or assumed; otherwise it is what
the weakest of them is. What cannot be tested yet says what it needs.

Worlds are paid as they are written and compared, replicate by replicate, with a twin in which the same money is fixed pay
and nothing else differs; "against" names other twins. This is not `gamed compare`, which retunes all schemes to one bill:
figures here and in [scenarios.md](scenarios.md) are of the same kind and differ in size. A shown claim is shown of the
shipped worlds, not of the world; [assumptions.md](assumptions.md) changes what two of them hang on.

What customers got is needs met; what they feel is an answer relative to what they have got used to, from which a lasting
change fades. Where the two do not say the same, a line below the table says so.

`gamed claims` plays all of it anew with the parameters as shipped, `--vary` also with the carrying ones changed,
`gamed claims S1 --replicates 16` one claim with narrower intervals; `gamed claims --vary --out docs/claims.json` keeps the
rows from which this page is written (`make docs`).
"""


def rounded(line: Line) -> Line:
    """A row as it is kept in a file."""
    short = {k: float(f"{v:.{DIGITS}g}") if isinstance(v, float) else v for k, v in line.items()}
    return short | ({"varied": [rounded(each) for each in line["varied"]]} if "varied" in line else {})


def number(value: float | None) -> str:
    """Three digits."""
    return "–" if value is None else f"{value:.3g}"


def measured(line: Line) -> str:
    """The figure with its interval."""
    if line["low"] is None:
        return number(line["measured"])
    return f"{number(line['measured'])} ({number(line['low'])} to {number(line['high'])}) {line['unit']}"


def called(line: Line, status: str) -> str:
    """A status in words, with what it hangs on."""
    return f"{status} {line['carrier']}" if status == HANGS else status


def varied(line: Line) -> str:
    """The figure under each change of the carrier."""
    return "; ".join(f"{each['change']}: {number(each['measured'])}" for each in line["varied"])


def text(rows: Iterable[Line]) -> Iterator[str]:
    """The table for a terminal."""
    for _, found in groupby(rows, key=lambda line: line["id"]):
        lines = list(found)
        yield f"\n{lines[0]['id']}. {lines[0]['claim']}: {called(lines[0], lines[0]['verdict'])}"
        for line in lines:
            if line["status"] == UNTESTED:
                yield f"  needs {line['needs']}"
                continue
            yield f"  {called(line, line['status'])}: {line['says']}"
            yield f"      {measured(line)}, must be {line['target']}: {line['figure']}"
            yield f"      {line['ran']}" + ("" if line["against"] is None else f" against {line['against']}")
            if line["varied"]:
                yield f"      {line['carrier']} {varied(line)}"
            if line["status"] == ASSUMED:
                yield f"      {line['assumed']}"
        yield from (f"  {sentence}" for sentence in parted(lines))


def foot(rows: list[Line]) -> Iterator[str]:
    """What stands below the table for a terminal."""
    yield counted(rows)
    if not any(line.get("varied") for line in rows):
        yield "All with the parameters as shipped; --vary also changes the one that carries each claim most."


def parted(lines: list[Line]) -> Iterator[str]:
    """Where what customers got and what they feel about it do not say the same of the same worlds."""
    about = [line for line in lines if line.get("about")]
    for needs in [line for line in about if line["about"] == "needs"]:
        for felt in [line for line in about if line["about"] == "felt"]:
            if (needs["ran"], needs["against"]) == (felt["ran"], felt["against"]) and sign(needs) != sign(felt):
                yield (
                    f"What customers got and what they feel do not say the same of {needs['ran']}: needs met are "
                    f"{SIDES[sign(needs)]} ({measured(needs)}, {when(needs)}), felt experience is {SIDES[sign(felt)]} "
                    f"({measured(felt)}, {when(felt)})."
                )


def sign(line: Line) -> int:
    """The sign of a figure; 0 if its interval does not tell."""
    if line["low"] is None:
        return 0
    return int(line["low"] > 0) - int(line["high"] < 0)


def when(line: Line) -> str:
    """The window of a figure."""
    return str(line["figure"].rsplit("mean of ", 1)[-1])


def page(rows: list[Line]) -> str:
    """The whole page docs/claims.md."""
    out = [INTRODUCTION, f"{counted(rows)}.", ""]
    for _, found in groupby(rows, key=lambda line: line["id"]):
        lines = list(found)
        first = lines[0]
        out += [f"## {first['id']}: {first['claim']}", "", f"**{called(first, first['verdict']).capitalize()}**."]
        if first["status"] == UNTESTED:
            out[-1] += f" Needs {first['needs']}."
        else:
            out += ["", *_table(lines)]
        notes = [f"Assumed: {reason}" for reason in dict.fromkeys(x["assumed"] for x in lines if x["status"] == ASSUMED)]
        for note in [*notes, *parted(lines), *([first["note"]] if first["note"] else [])]:
            out += ["", note]
        out.append("")
    return "\n".join(out)


def _table(lines: list[Line]) -> Iterator[str]:
    changed = any(line["varied"] for line in lines)
    heads = ["what would be seen", "figure", "world", "against", "must be", "found"]
    heads += [f"`{lines[0]['carrier']}`"] if changed else []
    yield "| " + " | ".join([*heads, ""]) + " |"
    yield "|---" * (len(heads) + 1) + "|"
    for line in lines:
        against = "–" if line["against"] is None else line["against"]
        if line["against"] == f"the same money fixed ({line['ran']})":
            against = "the same money fixed"
        cells = [line["says"], line["figure"], f"`{line['ran']}`", against, line["target"], measured(line)]
        cells += [varied(line) or "–"] if changed else []
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, line["status"])) + " |"


def counted(rows: list[Line]) -> str:
    """How many claims came out how."""
    verdicts = Counter({line["id"]: "hanging on a parameter" if line["verdict"] == HANGS else line["verdict"]
                        for line in rows}.values())  # fmt: skip
    many = sorted({line["replicates"] for line in rows if line["status"] != UNTESTED})
    told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    return f"{sum(verdicts.values())} claims: {told}; {', '.join(map(str, many)) or 'no'} replicates"
