"""Writes the table of docs/assumptions.md: what pay on NPS and pay on outcomes do when an assumption is changed.

Each world is set against its twin in which the same money is fixed pay, both under the changed assumption, replicate by
replicate (`sim.experiments.claims.play`). The text above the table is kept. `python docs/assumptions.py [replicates]`; four take
some minutes on one core.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate import Estimate, estimate
from sim.analysis.gap import Window
from sim.experiments.budget import bill
from sim.experiments.claims import World
from sim.experiments.claims.case import Figure, Run
from sim.experiments.claims.figures import felt, gamed, money, needs_met, reading
from sim.experiments.claims.play import play
from sim.incentives import tactics as act
from sim.scenario.tactics import Tactics

PAGE = Path(__file__).parent / "assumptions.md"
MARK = "<!-- written by docs/assumptions.py from here on -->\n"
SPAN = 104  # figures are means of the last two years
FIRST = Window(0, 52)
NPS, OUTCOMES = "nps_bonus", "outcomes"


class Change(NamedTuple):
    """One assumption changed: in words, by which sets, and for which of the two schemes it matters at all."""

    words: str
    sets: tuple[str, ...]
    schemes: tuple[str, ...] = (NPS, OUTCOMES)
    told: str = ""  # in place of the sets, where these are many

    @property
    def title(self) -> str:
        """What stands in the table."""
        return f"{self.words}: `{self.told or ' '.join(self.sets)}`" if self.sets else self.words


def tactics(words: str, name: str, factor: float) -> Change:
    """A field of all tactics of staff, so many times what it is by default."""
    known = {label: getattr(tactic, name) for label, tactic in Tactics() if label in act.EMPLOYEE_ACTS}
    sets = tuple(f"tactics.{label}.{name}={factor * value:g}" for label, value in known.items())
    return Change(words, sets, told=f"tactics: {name} × {factor:g}")


def both(path: str, value: str) -> tuple[str, ...]:
    """The same trait for staff and for those above."""
    return (f"staff.{path}={value}", f"management.{path}={value}")


CHANGES = (
    Change("as shipped", ()),
    Change("nobody has a conscience", (*both("conscience", "0"), *both("never", "0"))),
    Change("all consciences alike (1), all may game", (*both("conscience", "1"), *both("never", "0"))),
    Change("consciences three times as strong", both("conscience", "{kind: lognormal, a: 3, b: 0.9}")),
    Change("no trade lore", ("staff.learning.lore=0",)),
    Change("lore is believed in full", ("staff.learning.lore=1",)),
    Change("lore errs not at all", ("staff.learning.lore_error=0",)),
    Change("lore errs half as much", ("staff.learning.lore_error=0.025",)),
    Change("lore errs twice as much", ("staff.learning.lore_error=0.1",)),
    Change("half as much doubt beforehand", ("staff.learning.doubt=0.025",)),
    Change("twice as much doubt beforehand", ("staff.learning.doubt=0.1",)),
    Change("everybody knows what acts do (rational)", ("staff.choice=rational", "management.choice=rational")),
    Change("occasion for an act in half of the contacts", ("staff.occasion=0.5",)),
    Change("occasion in every contact", ("staff.occasion=1",)),
    Change("no audits", ("audit.rate=0",)),
    Change("audits of 30 % a period", ("audit.rate=0.3",)),
    Change("fines ten times as high", ("audit.fine=4000",)),
    Change("response not J-shaped", ("customers.survey.extreme=0",)),
    Change("response three times as J-shaped", ("customers.survey.extreme=2.7",)),
    Change("pleas and gifts lift an answer by half as much",
           ("customers.survey.plead_lift=0.6", "customers.survey.gift_lift=0.9"), (NPS,)),
    Change("staff see a customer's mood exactly", ("customers.survey.mood_error=0",), (NPS,)),
    Change("staff do not see it at all", ("customers.survey.mood_error=20",), (NPS,)),
    Change("expectations do not adapt", ("customers.experience.adaptation=0",)),
    Change("expectations adapt half as fast", ("customers.experience.adaptation=0.04",)),
    Change("expectations adapt twice as fast", ("customers.experience.adaptation=0.16",)),
    Change("expectations adapt four times as fast", ("customers.experience.adaptation=0.32",)),
    Change("losses weigh no more than gains", ("customers.experience.loss_weight=1",)),
    Change("contingent pay crowds in", ("staff.wellbeing.crowding=-0.3",)),
    Change("contingent pay crowds out three times as much", ("staff.wellbeing.crowding=0.9",)),
    Change("own motive half as strong", ("staff.intrinsic={kind: lognormal, a: 110, b: 0.4}",)),
    Change("own motive twice as strong", ("staff.intrinsic={kind: lognormal, a: 440, b: 0.4}",)),
    Change("care helps half as much", ("service.work.care_resolution=0.4",)),
    Change("care helps half as much again", ("service.work.care_resolution=1.2",)),
    Change("care takes no time", ("service.work.care_minutes=0",)),
    Change("care takes twice the time more", ("service.work.care_minutes=0.4",)),
    tactics("tactics take half the time", "minutes", 0.5),
    tactics("tactics take twice the time", "minutes", 2.0),
    tactics("tactics leave half the trace", "traceability", 0.5),
    tactics("tactics leave twice the trace", "traceability", 2.0),
    Change("risk aversion four times as strong", ("staff.risk_aversion={kind: lognormal, a: 0.0032, b: 0.5}",)),
    Change("horizon: the next period counts half", both("discount", "0.5")),
    Change("ten years instead of three", ("weeks=520",)),
    Change("no norm, no imitation", ("staff.norm=0", "staff.learning.imitation=0")),
    Change("nobody learns from colleagues' contacts", ("staff.learning.colleagues=0",)),
    Change("turnover a third", ("staff.wellbeing.quit_rate=0.12",)),
    Change("turnover three times as high", ("staff.wellbeing.quit_rate=1.08",)),
    Change("occupancy 0.7", ("service.queue.occupancy=0.7",)),
    Change("occupancy 0.9", ("service.queue.occupancy=0.9",)),
    Change("managers, office and head do nothing", ("mechanisms.management=false",)),
    Change("outcomes verified without error, at once, of all", ("measures.outcomes.error=0", "measures.outcomes.lag=0",
           "measures.outcomes.rate=1"), (OUTCOMES,)),
    Change("outcomes: 30 % misread", ("measures.outcomes.error=0.3",), (OUTCOMES,)),
    Change("outcomes: half a year late", ("measures.outcomes.lag=26",), (OUTCOMES,)),
    Change("outcomes: a twentieth asked", ("measures.outcomes.rate=0.05",), (OUTCOMES,)),
)  # fmt: skip


def figures(scheme: str, window: Window) -> tuple[tuple[str, Figure], ...]:
    """What is read off a world of this scheme, with its heading."""
    customers = (("needs met, %", needs_met(window)), ("felt, 0–10", felt(window)), ("felt, first year", felt(FIRST)))
    profit = ("profit, 1,000 a year", money(None, "profit", window))
    if scheme == NPS:
        return (("NPS reported", reading("nps", "reported", "points", window)), ("of it gamed", gamed("nps", "points", window)),
                ("NPS true", reading("nps", "true", "points", window)), *customers, profit)  # fmt: skip
    return ("outcomes reported, %", reading("outcomes", "reported", "%", window)), *customers, profit


def gains(scheme: str, sets: tuple[str, ...], replicates: int) -> tuple[float, list[np.ndarray]]:
    """Mean bill of a scheme under these sets, and of each figure what it gains on the same money as fixed pay, (replicates,)."""
    paid, fixed = World(scheme, sets), World(scheme, sets, fixed=True)
    runs = play([paid, fixed], replicates, 1, False)

    def read(figure: Figure, played: list[Run]) -> np.ndarray:
        return np.array([figure.read(run) for run in played])

    weeks = runs[paid][0].spec.weeks
    wanted = figures(scheme, Window(weeks - SPAN, weeks))
    money_paid = float(np.mean([bill(run.tables["staff"]) for run in runs[paid]]))
    return money_paid, [read(figure, runs[paid]) - read(figure, runs[fixed]) for _, figure in wanted]


def cell(found: Estimate, apart: Estimate) -> str:
    """Mean and half of the interval; bold if it differs from the shipped world's beyond noise."""
    digits = 0 if abs(found.mean) >= 20 else 1 if abs(found.mean) >= 2 else 2
    told = f"{found.mean:.{digits}f} ± {(found.high - found.low) / 2:.{digits}f}".replace("-", "−")
    return f"**{told}**" if apart.sign else told


def table(scheme: str, replicates: int) -> Iterator[str]:
    """The table of one scheme, row by row."""
    heads = [name for name, _ in figures(scheme, FIRST)]
    yield "| " + " | ".join(["assumption", "bill", *heads]) + " |"
    yield "|---" * (len(heads) + 2) + "|"
    shipped: list[np.ndarray] = []
    for change in CHANGES:
        if scheme in change.schemes:
            paid, found = gains(scheme, change.sets, replicates)
            shipped = shipped or found
            cells = [cell(estimate(x), estimate(x - y)) for x, y in zip(found, shipped, strict=True)]
            yield "| " + " | ".join([change.title, f"{paid:.0f}", *cells]) + " |"
            sys.stderr.write(f"{scheme}: {change.words}\n")


def main() -> None:
    """Play everything and write the tables below the mark."""
    replicates = int(sys.argv[1]) if sys.argv[1:] else 4
    lines = []
    for scheme in (NPS, OUTCOMES):
        lines += ["", f"## `{scheme}` ({replicates} replicates)", "", *table(scheme, replicates)]
    kept = PAGE.read_text(encoding="utf-8").split(MARK)[0] if PAGE.is_file() else ""
    PAGE.write_text(kept + MARK + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
