"""How the outcomes of a sweep are written: a title in words, a unit, and no more digits than its numbers bear."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimate import ZERO, Estimate
from sim.analysis.manifest import written
from sim.experiments.instruments import TITLES as MEASURES
from sim.report.words import money, money_interval, number

REPORTED, TRUE = ".reported", ".true"
TITLES = {
    "gap": "{} gap (reported less true)",
    "honest": "honest part of the {} gap",
    "excess": "part of the {} gap made by acts",
    "unread": "weeks without an answer ({})",
    "gaming_time": "work time spent on tactics",
    "complaints_on_record": "intended complaints on record",
    "certainty_equivalent": "worth of the job to an employee",
    "bonus": "bonus bill",
}
# Values are written in steps of this part of their range over the design, or of the half-width of their interval.
STEPS = 200
STEPS_OF_HALF = 20
MOST_DIGITS = 6


@dataclass(frozen=True)
class Outcome:
    """One outcome as it is written: values are multiplied by `factor` and rounded to 10 ** -`digits` (which may be negative)."""

    name: str
    title: str
    unit: str
    factor: float
    digits: int
    varies: bool = True  # whether it differs between points at all

    def plain(self, value: float, signed: bool = False) -> str:
        """A bare number, rounded; a dash where there is none."""
        return self._at(value, self.digits, signed)

    def interval(self, value: Estimate) -> str:
        """The interval in brackets, or nothing where there is none."""
        if not value.known or value.high - value.low <= ZERO:
            return ""
        digits = self._fine(value)
        return f" ({self._at(value.low, digits)} to {self._at(value.high, digits)})"

    def level(self, value: Estimate) -> str:
        """A level with its interval and unit: 12.3 (10.1 to 14.5), $556k a year ($502k to $610k)."""
        if self.currency:
            return f"{money(value.mean, self.currency)}{self.unit[3:]}{money_interval(value, self.currency)}"
        text = self._at(value.mean, self._fine(value))
        return f"{self._with_unit(text, self.unit if self.unit != 'points' else '')}{self.interval(value)}"

    def change(self, value: Estimate) -> str:
        """A change with its sign, unit and interval: +4.4 points (3.0 to 5.8)."""
        if self.currency:
            return f"{money(value.mean, self.currency, signed=True)}{self.unit[3:]}{money_interval(value, self.currency)}"
        text = self._at(value.mean, self._fine(value), signed=True)
        return f"{self._with_unit(text, self.distance)}{self.interval(value)}"

    def size(self, value: Estimate) -> str:
        """How large a change is, without its sign; the ends of the interval follow the same direction."""
        return self.change(value.times(-1 if value.mean < 0 else 1)).removeprefix("+")

    @property
    def currency(self) -> str:
        """The currency of a sum of money, else nothing."""
        return self.unit[:3] if self.unit[:3].isupper() and self.unit[3:4] in ("", " ") else ""

    @property
    def distance(self) -> str:
        """The unit of a difference: two shares lie percentage points apart."""
        return "points" + self.unit.removeprefix("%") if self.unit.startswith("%") else self.unit

    def _at(self, value: float, digits: int, signed: bool = False) -> str:
        return number(round(value * self.factor, digits), 10.0 ** -max(digits, 0), signed) if math.isfinite(value) else "–"

    def _fine(self, value: Estimate) -> int:
        # An interval narrower than the rounding would read "6 to 6".
        narrow = value.known and (value.high - value.low) * self.factor < 2 * 10.0**-self.digits
        return self.digits + 1 if narrow else self.digits

    @staticmethod
    def _with_unit(text: str, unit: str) -> str:
        return f"{text} {unit}" if unit else text


def title(name: str) -> str:
    """An index in words: `nps.true` "true NPS", `books.wages` "wages", `gaming_time` "work time spent on tactics"."""
    label, _, reading = name.rpartition(".")
    if not label:
        return TITLES.get(name, name.replace("_", " "))
    if label in ("world", "books"):
        return reading.replace("_", " ")
    if reading in ("reported", "true"):
        return f"{reading} {measure(label)}"
    return TITLES[reading].format(measure(label)) if reading in TITLES else f"{measure(label)} {reading}"


def measure(label: str) -> str:
    """A measure in words."""
    return MEASURES.get(label, written(label))


def outcome(name: str, unit: str, values: NDArray[np.float64], half: float) -> Outcome:
    """How an outcome is written whose values over the design are `values` (n,), with intervals of this half-width; NaN: none."""
    factor, shown = (100.0, "%") if unit == "1" else (1.0, unit)
    there = values[np.isfinite(values)] * factor
    spread = float(there.max() - there.min()) if len(there) else 0.0
    wide = spread if spread > ZERO else float(np.abs(there).max()) if len(there) else 0.0
    step = max(wide / STEPS, half * factor / STEPS_OF_HALF if math.isfinite(half) else 0.0)
    digits = min(math.ceil(-math.log10(step)), MOST_DIGITS) if wide > ZERO else 0
    return Outcome(name, title(name), shown, factor, digits, spread > ZERO)


def pairs(names: list[str]) -> list[str]:
    """Labels of measures of which both the reported and the true reading are there."""
    labels = [name.removesuffix(TRUE) for name in names if name.endswith(TRUE)]
    return [label for label in labels if label + REPORTED in names]
