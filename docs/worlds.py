"""Prints the tables of docs/scenarios.md from result folders: `python docs/worlds.py results/A results/B …`.

A folder with several scenarios: each is held against the first. Means are over the last year of the run, as in the report;
differences are paired replicate by replicate, with their 95 % t interval. A folder with one: its levels from week 0 on, of the
first and last half-year, and trends.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.estimate import estimate

YEAR = 52


def weekly(folder: Path, name: str, key: str, value: str) -> pd.DataFrame:
    """Means over the last year of the run, a row a scenario and replicate, a column a key."""
    rows = pd.read_parquet(folder / f"{name}.parquet")
    late = rows[(rows["firm"] == 0) & (rows["week"] > rows["week"].max() - YEAR)]
    return late.pivot_table(index=["scenario", "replicate"], columns=key, values=value, aggfunc="mean", sort=False)


def interval(pairs: pd.Series, digits: int) -> str:
    """A mean over replicates and half the width of its 95 % interval."""
    found = estimate(pairs.to_numpy())
    return f"{found.mean:+.{digits}f} ± {(found.high - found.low) / 2:.{digits}f}".replace("-", "−")


def report(folder: Path) -> Iterator[str]:
    """What each scenario of a folder shows against the first, line by line."""
    base, *others = json.loads((folder / "manifest.json").read_text())["scenarios"].values()
    reported, true = (weekly(folder, "series", "measure", reading) for reading in ("reported", "true"))
    world, money = weekly(folder, "world", "indicator", "value"), weekly(folder, "books", "item", "amount")
    profit = money.sum(axis=1) * YEAR / 1000.0
    staff = pd.read_parquet(folder / "staff.parquet", columns=["scenario", "replicate", "week", "role", "certainty_equivalent"])
    worth = staff[(staff["role"] == "employee") & (staff["week"] > staff["week"].max() - YEAR)]
    worth = worth.groupby(["scenario", "replicate"])["certainty_equivalent"].mean()
    falls = pd.read_parquet(folder / "waterfall.parquet")
    falls = falls[falls["week"] > falls["week"].max() - YEAR]

    def against(table: pd.DataFrame | pd.Series, name: str, digits: int, column: str | None = None) -> str:
        one = table if column is None else table[column]
        return interval(one[name] - one[base["name"]], digits)

    for told in others:
        name = told["name"]
        paid = sorted({scheme["measure"] for scheme in told["pay"]["schemes"] if scheme["measure"]})
        yield f"\n{name} (paid on {', '.join(paid)}) against {base['name']}, {len(true.loc[name])} replicates"
        for label in paid:
            cells = [against(table, name, 2, label) for table in (reported, true)]
            yield f"  {label}: reported {cells[0]}, true {cells[1]}"
            parts = falls[(falls["measure"] == label) & (falls["scenario"] == name)]
            bars = parts.groupby("component", sort=False)["value"].mean()
            yield "    gap " + ", ".join(f"{part} {value:+.2f}" for part, value in bars.items() if abs(value) > 1e-9)
        cells = [against(true, name, 1, "nps"), against(true, name, 2, "outcomes"), against(world, name, 3, "true_score")]
        yield f"  true NPS {cells[0]}, true outcomes {cells[1]}, true score {cells[2]}"
        yield f"  profit (1,000 a year) {against(profit, name, 0)}, worth of the job {against(worth, name, 0)}"
        moved = [c for c in world.columns if abs((world[c][name] - world[c][base["name"]]).mean()) > 1e-9]
        yield "  " + ", ".join(f"{c} {world[c][base['name']].mean():.3g}→{world[c][name].mean():.3g}" for c in moved)


def levels(folder: Path) -> Iterator[str]:
    """Level of every true reading and indicator of a world, and whether it drifts: over replicates, with 95 % intervals."""
    rows = []
    for name, key, value in (("series", "measure", "true"), ("world", "indicator", "value")):
        table = pd.read_parquet(folder / f"{name}.parquet").query("firm == 0 and week >= 0")
        rows += [(found, t.pivot(index="week", columns="replicate", values=value)) for found, t in table.groupby(key)]
    for name, wide in rows:
        late, weeks = len(wide) - YEAR // 2, len(wide)
        slopes = pd.Series({r: np.polyfit(wide.index, wide[r].interpolate(limit_direction="both"), 1)[0] for r in wide}) * weeks
        ends = wide.iloc[: YEAR // 2].mean().mean(), wide.iloc[late:].mean().mean()
        yield f"{name}: level {interval(wide.mean(), 3)}, halves {ends[0]:.3f} {ends[1]:.3f}, trend {interval(slopes, 3)}"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        folder = Path(argument)
        several = len(json.loads((folder / "manifest.json").read_text())["arms"]) > 1
        sys.stdout.writelines(f"{line}\n" for line in (report if several else levels)(folder))
