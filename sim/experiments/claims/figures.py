"""Numbers that claims are tested on, each read off the tables of one run over a window of weeks (docs/architecture.md)."""

from __future__ import annotations

from sim.analysis.gap import ACTED, Window
from sim.experiments.claims.case import Figure, Run

YEAR = 52.0
EARLY, LATE = Window(0, 26), Window(104, 156)  # the first half-year and the last year of the shipped worlds


def weeks(window: Window) -> str:
    """The window in words."""
    return f"weeks {window.start}–{window.end - 1}"


def reading(label: str, column: str, unit: str, window: Window = LATE) -> Figure:
    """Mean of a measure's weekly reading; column: reported or true."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["series"])
        return float(rows.loc[rows["measure"] == label, column].mean())

    return Figure(f"{label} {column}, mean of {weeks(window)}", unit, read)


def part(label: str, components: tuple[str, ...], unit: str, window: Window = LATE) -> Figure:
    """Mean weekly sum of components of the gap of a measure."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["waterfall"])
        rows = rows[(rows["measure"] == label) & rows["component"].isin(components)]
        return float(rows.groupby("week")["value"].sum(min_count=1).mean())

    return Figure(f"gap of {label} by {' + '.join(components)}, mean of {weeks(window)}", unit, read)


def gamed(label: str, unit: str, window: Window = LATE) -> Figure:
    """Mean of the parts of a measure's gap that exist only because somebody acts."""
    return part(label, ACTED, unit, window)


def needs_met(window: Window = LATE) -> Figure:
    """Needs met in three weeks by the customer's word: what customers got, whatever they have got used to."""
    return reading("outcomes", "true", "%", window)._replace(about="needs")


def felt(window: Window = LATE) -> Figure:
    """The mean 0–10 answer that all customers would give in confidence: relative to what they expect by now."""
    return indicator("true_score", "0–10 points", window)._replace(about="felt")


def indicator(name: str, unit: str, window: Window = LATE) -> Figure:
    """Mean of a weekly indicator of the world."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["world"])
        return float(rows.loc[rows["indicator"] == name, "value"].mean())

    return Figure(f"{name}, mean of {weeks(window)}", unit, read)


def share(some: str, of: str, window: Window = LATE) -> Figure:
    """One indicator over another, in per cent, both summed over the window."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["world"])
        sums = rows[rows["indicator"].isin((some, of))].groupby("indicator", observed=True)["value"].sum()
        return float(100.0 * sums[some] / sums[of])

    return Figure(f"{some} per 100 {of}, {weeks(window)}", "%", read)


def skill(tactics: tuple[str, ...], window: Window = LATE) -> Figure:
    """Mean chance that an attempt at these tactics works."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["world"])
        return float(rows.loc[rows["indicator"].isin([f"skill_{name}" for name in tactics]), "value"].mean())

    return Figure(f"skill at {', '.join(tactics)}, mean of {weeks(window)}", "0–1", read)


def money(items: tuple[str, ...] | None, what: str, window: Window = LATE) -> Figure:
    """Sum of items of the books, 1,000 a year; None: all of them, which is profit."""

    def read(run: Run) -> float:
        rows = window.of(run.tables["books"])
        if items is not None:
            rows = rows[rows["item"].isin(items)]
        return float(rows["amount"].sum() * YEAR / window.weeks / 1000.0)

    return Figure(f"{what}, {weeks(window)}", "1,000 a year", read)


def profit(window: Window = LATE) -> Figure:
    """All income less all outlays."""
    return money(None, "profit", window)


def revenue(window: Window = LATE) -> Figure:
    """Income from customers."""
    return money(("revenue",), "revenue", window)


def cost(window: Window = LATE) -> Figure:
    """All outlays, positive."""
    income, whole = revenue(window), profit(window)
    return Figure(f"cost, {weeks(window)}", "1,000 a year", lambda run: income.read(run) - whole.read(run))


def dismissed(role: str) -> Figure:
    """Dismissals of a role from week 0 on, per post."""

    def read(run: Run) -> float:
        rows = run.tables["staff"]
        rows = rows[(rows["role"] == role) & (rows["week"] >= 0)]
        return float(rows["dismissed"].astype(float).sum() / rows["post"].nunique())

    return Figure(f"dismissals per post ({role}), whole run", "per post", read)


def less(one: Figure, other: Figure, times: float = 1.0) -> Figure:
    """One figure less another (times a factor)."""
    factor = "" if times == 1.0 else f"{times:g} × "
    return Figure(f"{one.what}, less {factor}{other.what}", one.unit, lambda run: one.read(run) - times * other.read(run))
