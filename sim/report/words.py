"""Numbers and things in plain words: one place decides how a point, a share, a sum of money or a week is written."""

from __future__ import annotations

import math

from sim.analysis.estimate import ZERO, Estimate
from sim.analysis.manifest import Measure

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
WEEKS_A_MONTH = 52 / 12

PARTS = {
    "coverage": "what it does not reach",
    "selection": "the sampling rule",
    "steering": "choosing whom to ask",
    "nonresponse": "who answers",
    "luck": "chance",
    "style": "how people use the scale",
    "pressure": "pleading and gifts",
    "measurement": "honest errors",
    "processing": "edited records",
}
LOG_PARTS = PARTS | {
    "coverage": "what is not logged",
    "selection": "the counting rule",
    "steering": "cases left out",
    "nonresponse": "who stays silent",
    "pressure": "false entries",
}


def part(component: str, measure: Measure) -> str:
    """A component of the gap in words, as it reads for a survey or for a log."""
    return (PARTS if measure.survey else LOG_PARTS)[component]


def number(value: float, step: float = 1.0, signed: bool = False) -> str:
    """A number rounded to about two digits of the scale `step` of what matters; a real minus sign."""
    if not math.isfinite(value):
        return "–"
    digits = max(0, -math.floor(math.log10(step))) if step > 0 else 1
    text = f"{abs(value):,.{min(digits, 6)}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return f"{MINUS if value < 0 else '+' if signed else ''}{text}"


def step_of(measure: Measure, level: float) -> float:
    """How finely to write values of a measure: to a tenth where a point matters, finer for small quantities."""
    matters = measure.matters(level)
    if measure.unit == "share":
        matters *= 100
    return 10 ** math.floor(math.log10(matters) - 0.3) if matters > 0 else 0.1


class Scale:
    """How the values of one measure are written: factor, unit and rounding."""

    def __init__(self, measure: Measure, level: float) -> None:
        self.factor = 100.0 if measure.unit == "share" else 1.0
        self.step = step_of(measure, level)
        self.unit = {"share": "%", "points": "", "1": ""}.get(measure.unit, measure.unit)

    def plain(self, value: float, signed: bool = False) -> str:
        """A bare number."""
        return number(value * self.factor, self.step, signed)

    def near(self, value: float) -> str:
        """A bare number with one more digit where it is small against the rounding: 26, but 3.8."""
        return number(value * self.factor, self.step / 10 if abs(value) * self.factor < 10 * self.step else self.step)

    def visible(self, value: float) -> bool:
        """Whether a value shows at this rounding, or would be written as zero."""
        return abs(value) * self.factor >= self.step / 2

    def level(self, value: Estimate) -> str:
        """A level with its interval: 62 (60 to 64), 71.4 % (70.9 to 71.9)."""
        return f"{self._with_unit(self.plain(value.mean))}{self.interval(value)}"

    def value(self, value: float) -> str:
        """A level: 62, 71.4 %, 6.4 minutes."""
        return self._with_unit(self.plain(value))

    def change(self, value: Estimate) -> str:
        """A change with its sign and interval: +26 (25 to 27), -0.4 minutes (-0.6 to -0.2)."""
        unit = f" {self.unit}" if self.unit not in ("", "%") else ""
        return f"{self.moved(value)}{unit}{self.interval(value)}"

    def moved(self, value: Estimate) -> str:
        """A change with its sign alone."""
        return number(value.mean * self.factor, self._fine(value), signed=True)

    def size(self, value: float) -> str:
        """A distance: 5.1 points, 0.4 minutes."""
        text = self.plain(abs(value))
        return f"{text} {self.unit if self.unit not in ('', '%') else 'point' if text == '1' else 'points'}"

    def interval(self, value: Estimate) -> str:
        """The interval in brackets, or nothing where there is none or all replicates are the same to the last digit."""
        if not value.known or value.high - value.low <= ZERO:
            return ""
        low, high = (number(end * self.factor, self._fine(value)) for end in (value.low, value.high))
        return f" ({low} to {high})"

    def _fine(self, value: Estimate) -> float:
        # An interval narrower than the rounding would read "6 to 6".
        narrow = value.known and (value.high - value.low) * self.factor < 2 * self.step
        return self.step / 10 if narrow else self.step

    def _with_unit(self, text: str) -> str:
        return f"{text}{f' {self.unit}' if self.unit else ''}"


def money(value: float, currency: str, signed: bool = False) -> str:
    """A sum to three digits: $1.25 m, −$840 k, 40 CHF."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size < 0.005:
        return f"{SYMBOLS[currency]}0" if currency in SYMBOLS else f"0 {currency}"
    for least, factor, suffix in ((1e6, 1e6, " m"), (1e4, 1e3, "k"), (0.0, 1.0, "")):
        if size >= least * 0.9995:
            text = _three(size / factor) + suffix
            break
    sign = MINUS if value < 0 else "+" if signed else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def _three(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def money_interval(value: Estimate, currency: str) -> str:
    """The interval of a sum in brackets, or nothing."""
    if not value.known:
        return ""
    low, high = (money(end, currency) for end in (value.low, value.high))
    return f" ({low.removesuffix(f' {currency}')} to {high.removesuffix(f' {currency}')})"  # the mean before it has the unit


def percent(value: float, digits: int = 0) -> str:
    """A share as per cent."""
    return f"{number(100 * value, 10.0**-digits)} %" if math.isfinite(value) else "–"


def when(week: int) -> str:
    """A week, with the month of the run it falls in."""
    return f"week {week} (month {int(week / WEEKS_A_MONTH) + 1})"


def last(weeks: int) -> str:
    """The window in words: "last week", "last 52 weeks"."""
    return f"last {weeks} weeks" if weeks != 1 else "last week"


def listed(items: list[str], word: str = "and") -> str:
    """a; a and b; a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def capital(text: str) -> str:
    """First letter raised, the rest as it is."""
    return text[:1].upper() + text[1:]


ITEMS = {
    "bonus": "bonuses", "serving": "serving", "complaints": "complaints", "acquisition": "new customers",
    "diversion": "diversion team",
}  # fmt: skip


def written_item(item: str) -> str:
    """An item of the books in words."""
    return ITEMS.get(item, item.replace("_", " "))
