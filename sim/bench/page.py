"""The benchmarks in words: a table for the terminal, and docs/performance.md with the machine on which they were taken."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

MARK = "<!-- written by gamed bench from here on -->\n"
PACKAGES = ("mesa", "numpy", "numba", "pandas")
MARKS = {True: "yes", False: "NO", None: ""}


def text(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lines for the terminal."""
    lines = []
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{number(row['ratio'])} x"
        told = "" if row["target"] is None else f"{row['target']}: {MARKS[row['ok']]}"
        figure = f"{number(row['median'])} {row['unit']}"
        lines.append(f"{row['bench']:10} {row['name']:58} {figure:>22} {ratio:>10}  {told}".rstrip())
        if row["correct"] is False:
            lines.append(f"{'':10} results differ: {row['note']}")
    return lines


def number(value: float) -> str:
    """Three figures, as long as that says more than whole numbers."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def kept(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    """What is to be written into a file: rows as JSON, or the page, of which what stands above the mark stays."""
    if path.suffix == ".json":
        return json.dumps({"machine": machine(), "rows": list(rows)}, indent=1, ensure_ascii=False) + "\n"
    above = path.read_text(encoding="utf-8").split(MARK)[0] if path.is_file() else "# Performance\n\n"
    return above + MARK + "\n" + "\n".join(written(rows)) + "\n"


def written(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The page below the mark."""
    yield "Measured with `gamed bench`: " + "; ".join(f"{name} {value}" for name, value in machine().items()) + "."
    yield ""
    yield "| | what | median | quartiles | ratio | target | reached | results agree |"
    yield "|---|---|---:|---:|---:|---|---|---|"
    notes: list[str] = []
    for row in rows:
        low, high = (number(value) for value in row["spread"])
        name = row["name"]
        if row["note"]:
            notes.append(f"{len(notes) + 1}. {row['note']}")
            name += f" ({len(notes)})"
        cells = [
            name, row["what"], f"{number(row['median'])} {row['unit']}", f"{low} – {high}" if row["repetitions"] > 1 else "once",
            "" if row["ratio"] is None else number(row["ratio"]), row["target"] or "",
            "" if row["target"] is None else MARKS[row["ok"]], MARKS[row["correct"]],
        ]  # fmt: skip
        yield "| " + " | ".join(cells) + " |"
    yield from ["", *notes]


def machine() -> dict[str, str]:
    """Machine and versions."""
    from sim import __version__
    from sim.experiments.processes import cores

    found = {"date": datetime.now(UTC).date().isoformat(), "processor": processor(), "cores": str(cores())}
    found |= {"system": f"{platform.system()} {platform.machine()}", "Python": platform.python_version(), "gamed": __version__}
    return found | {name: version(name) for name in PACKAGES}


def processor() -> str:
    """Its name, as the system tells it."""
    if sys.platform.startswith("linux"):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
