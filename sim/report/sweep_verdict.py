"""What a sweep says, in plain words and with its doubts: a lead, the points behind it. Every sentence follows from the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.analysis import response
from sim.analysis.estimate import Estimate
from sim.analysis.sensitivity import Sensitivity
from sim.report.outcomes import TRUE
from sim.report.sweep_levels import factorial
from sim.report.sweep_view import View
from sim.report.verdict import Point, Verdict
from sim.report.words import capital, listed, number

ONE_REPLICATE = "One replicate a point: nothing here can be told from luck."


def verdict(view: View, found: Sequence[Sensitivity]) -> Verdict:
    """The verdict on a sweep: of its sensitivities where the design was made for them, else of its levels or its range."""
    if view.design["kind"] in ("saltelli", "morris"):
        lead, points = _sensitivities(view, found)
    elif view.design["kind"] == "factorial" and view.stepped:
        lead, points = factorial(view)
    else:
        lead, points = _sample(view)
    if view.replicates == 1 and view.design["kind"] == "factorial":  # holds for every sentence, so it comes before them all
        lead = f"{ONE_REPLICATE} {lead}"
    return Verdict(lead, [*points, *(Point("", [text]) for text in _doubts(view))], [])


def _sensitivities(view: View, found: Sequence[Sensitivity]) -> tuple[str, list[Point]]:
    """What each outcome depends on most, or that the sample cannot tell."""
    points = [Point(capital(view.written[item.outcome].title), [_ranked(view, item), *_too_small(item)]) for item in found]
    clear = [item for item in found if item.conclusive]
    if not clear:
        return "The sample is too small to conclude what the outcomes depend on.", points
    told = [f"{view.written[item.outcome].title} depends most on {_first(item)}" for item in clear]
    short = len(found) - len(clear)
    rest = f" For {short} of {len(found)} outcomes the sample is too small to conclude." if short else ""
    return f"{capital('; '.join(told))}.{rest}", points


def _too_small(item: Sensitivity) -> list[str]:
    return [f"Too small to conclude: {doubt}." for doubt in item.doubts]


def _kind(item: Sensitivity) -> str:
    return "total" if item.method == "sobol" else "mu_star"


def _first(item: Sensitivity) -> str:
    """The factors whose interval reaches that of the greatest index."""
    kind = _kind(item)
    table = item.table.sort_values(kind, ascending=False, kind="stable")
    top = table[table[f"{kind}_high"] >= table[f"{kind}_low"].iloc[0]]
    names = list(top["factor"])
    return names[0] if len(names) == 1 else f"{listed(names)}, which cannot be told apart"


def _ranked(view: View, item: Sensitivity) -> str:
    """Every factor with its index, the greatest first."""
    if not len(item.table):
        return "No indices."
    kind, sobol = _kind(item), item.method == "sobol"
    table = item.table.sort_values(kind, ascending=False, kind="stable")
    written = view.written[item.outcome]

    def index(row: Any) -> str:
        value = Estimate(row[kind], row[f"{kind}_low"], row[f"{kind}_high"], 2)
        if not sobol:
            return f"{row['factor']} {written.size(value)}"
        mean, low, high = (number(100 * share) for share in (value.mean, value.low, value.high))
        return f"{row['factor']} {mean} % ({low} to {high})"

    what = "Share of the variance, with interactions" if sobol else "Mean absolute effect from one end to the other"
    return f"{what}: {', '.join(index(row) for _, row in table.iterrows())}."


def _sample(view: View) -> tuple[str, list[Point]]:
    """The range of each outcome over the points, and with which factors it goes along by rank."""
    points, count = view.points, len(view.points)
    own = view.design["kind"] == "table"
    told = []
    for name in view.outcomes:
        low, high = (view.written[name].plain(float(points[name].quantile(share))) for share in (0.05, 0.95))
        going = [text for factor in view.numbers if (text := _rank(view, name, factor))]
        with_what = f"It {listed(going)} (rank correlations)." if going else "It rises or falls with no factor beyond chance."
        told.append(Point(capital(view.written[name].title), [f"Nine in ten points lie between {low} and {high}.", with_what]))
    main = next((name for name in view.outcomes if name.endswith(TRUE)), view.outcomes[0])
    low, high = (view.written[main].plain(value) for value in (points[main].min(), points[main].max()))
    of = f"{count:,} points of your own table" if own else f"{count:,} points spread over the factors"
    lead = f"Over {of}, the {view.written[main].title} lies between {low} and {high}."
    if own:
        caution = "In a table of your own factors may move together: what goes along with one need not come from it."
        told.append(Point("", [caution]))
    return lead, told


def _rank(view: View, name: str, factor: str) -> str:
    value = response.rank_correlation(view.points[factor], view.points[name])
    if not value.sign:
        return ""
    mean, low, high = (number(end, 0.01) for end in (value.mean, value.low, value.high))
    return f"{'rises' if value.sign > 0 else 'falls'} with {factor} ({mean}, {low} to {high})"


def _doubts(view: View) -> Iterable[str]:
    """What to bear in mind with every number above."""
    runs, planned, failed = len(view.runs), int(view.source.manifest["runs"]), view.source.parts.failures
    if failed:
        yield f"{failed:,} of {planned:,} runs failed and {'is' if failed == 1 else 'are'} not in these numbers."
    if runs + failed < planned:
        yield f"The sweep is not finished: {runs + failed:,} of {planned:,} runs are there."
    if "bonus" in view.written and view.written["bonus"].varies:
        yield (
            "The bonus bill is not the same at all points: a difference may come from more money as well as from what it is "
            "paid for. The command gamed compare holds the bills equal."
        )
    factorial_design = view.design["kind"] == "factorial"
    if view.replicates == 1 and not factorial_design:
        yield "One replicate a point: what a single point shows is luck in part."
    elif view.replicates > 1 and factorial_design:
        yield (
            f"{view.replicates} replicates a point, 95 % intervals of paired differences. One interval in twenty misses by "
            "chance, and a level that is called best was picked from the same runs that judge it."
        )
