"""Draws docs/figures/proxyeconomics.png: mean practice, proxy and goal against competition, for three goal weights.

`python docs/proxyeconomics.py` plays the shipped scenario at 9 levels of competition x 3 goal weights x 30 replicates.
"""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, stdev

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import sim

AT = "service.textbook.selection."
LEVELS = [c / 10 for c in range(1, 10)]
WEIGHTS = {0: "#b3412f", 1: "#31688e", 2: "#2f7d4f"}
REPLICATES, FIRST, STEPS = 30, 1100, 1500


def means(c: float, g: int, replicate: int) -> tuple[float, float, float]:
    """Mean practice (degrees), proxy and goal over the last steps of one run."""
    spec = sim.load("textbook/proxyeconomics", (f"{AT}competition={c}", f"{AT}goal_weight={g}", f"weeks={STEPS}")).spec
    tables = sim.Organisation(spec, replicate).run().tables()
    late, world = (tables[name][tables[name]["week"] >= FIRST] for name in ("series", "world"))
    practice = world.loc[world["indicator"] == "practice", "value"]
    return float(practice.mean()), float(late["reported"].mean()), float(late["true"].mean())


def main() -> None:
    """Play, draw, save."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)
    for g, colour in WEIGHTS.items():
        cells = [[means(c, g, r) for r in range(REPLICATES)] for c in LEVELS]
        practice, proxy, goal = ([[run[k] for run in cell] for cell in cells] for k in range(3))
        errors = [2.045 * stdev(runs) / REPLICATES**0.5 for runs in practice]  # t of 30 runs, 95 %
        left.errorbar(LEVELS, [fmean(x) for x in practice], errors, color=colour, marker="o", ms=4, capsize=2)
        left.annotate(f"g = {g}", (LEVELS[-1], fmean(practice[-1])), (8, -3), textcoords="offset points", color=colour)
        right.plot(LEVELS, [fmean(x) for x in proxy], color=colour, marker="o", ms=4)
        right.plot(LEVELS, [fmean(x) for x in goal], color=colour, marker="o", ms=4, ls="--", mfc="white")
        right.annotate(f"g = {g}", (LEVELS[-1], fmean(proxy[-1])), (8, -3), textcoords="offset points", color=colour)
    left.set(xlabel="competition c (share who lose)", ylabel="mean practice, degrees from the proxy", ylim=(-1, 18))
    left.set_title("Practices (the goal lies at 45°)", loc="left", fontsize=10)
    right.set(xlabel="competition c (share who lose)", ylabel="mean per person", ylim=(0, 21))
    right.set_title("Proxy (solid) and goal (dashed)", loc="left", fontsize=10)
    for axes in (left, right):
        axes.set_xlim(0.05, 1.0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd", lw=0.6)
    folder = Path(__file__).parent / "figures"
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / "proxyeconomics.png", dpi=130)


if __name__ == "__main__":
    main()
