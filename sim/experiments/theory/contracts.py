"""Closed forms of one person and his contract: distortion, two tasks, the best linear contract, falsification, deterrence."""

from __future__ import annotations

import numpy as np

from sim.experiments.theory.case import Case, Claim, Played
from sim.experiments.theory.reading import act, cost, last, loadings, motive, rate, risk, series, weekly

SEARCHED = 1e-6  # what a search by comparing values finds of a flat top
SEARCHED_IN_TWO = 1e-5
BEST = "service.textbook.principal=scale"
TURNED = ("service.textbook.measures.score.care=0.8", "service.textbook.measures.score.gaming=0.6")
TILTED = ("service.textbook.measures.score.care=2", "service.textbook.value.gaming=0.5")


def along(played: Played) -> tuple[float, float, float]:
    """f·g, ‖f‖² and ‖g‖² of the first measure."""
    f, _, g = loadings(played)
    return float(f[0] @ g), float(f[0] @ f[0]), float(g @ g)


def baker_surplus(played: Played) -> float:
    """Surplus at the written rate without risk aversion."""
    (fg, ff, _), b = along(played), rate(played)
    return b * fg - 0.5 * b * b * ff


def risky(played: Played) -> float:
    """‖f‖² + r σ²."""
    return along(played)[1] + risk(played) * float(loadings(played)[1][0]) ** 2


def cosine_squared(played: Played) -> float:
    """Share of the first best that the best rate reaches; with risk the premium counts as length of f."""
    fg, _, gg = along(played)
    return fg * fg / (risky(played) * gg)


def second_task(played: Played) -> float:
    """Effort on the unpaid task; 0 from b = m (1 − c) / c on."""
    assert played.spec.service.textbook is not None
    c, b, m = played.spec.service.textbook.cost_matrix()[0][1], rate(played), motive(played)
    return max(0.0, (m - c * (b + m)) / (1.0 - c * c))


def first_task(played: Played) -> float:
    """Effort on the paid task, given the other one."""
    assert played.spec.service.textbook is not None
    c = played.spec.service.textbook.cost_matrix()[0][1]
    return rate(played) + motive(played) - c * second_task(played)


def weight(number: int, played: Played) -> float:
    """The best rate on a signal of one effort: (f / σ²) / (r c + Σ f² / σ²)."""
    f, noise, _ = loadings(played)
    precise = f[:, 0] / noise**2
    return float(precise[number] / (risk(played) * cost(played) + precise @ f[:, 0]))


def benchmarked(played: Played) -> float:
    """The best rate when ρ of a colleague's result is deducted."""
    section, scheme = played.spec.service.textbook, played.spec.pay.schemes[0]
    assert section is not None
    row = next(iter(section.measures.values()))
    left = row["noise"] ** 2 * (1.0 - row["common"] ** 2)
    assert scheme.peers == row["common"], "the formula is of a benchmark at the correlation"
    return 1.0 / (1.0 + risk(played) * cost(played) * left)


def falsified(played: Played) -> float:
    """k max(0, b − p F), k = 1 / cost."""
    audit = played.spec.audit
    return max(0.0, rate(played) - audit.rate * audit.fine) / cost(played)


def fines_a_head(played: Played) -> float:
    """Mean fine of an employee and pay period."""
    books = played.tables["books"]
    rows = books[(books["item"] == "fines") & (books["week"] >= 0)]
    return float(rows["amount"].sum() / played.spec.staff.count / (played.spec.weeks / played.spec.pay.every))


def prevalence(played: Played) -> float:
    """clip((G − p F) / C, 0, 1)."""
    audit, section = played.spec.audit, played.spec.service.textbook
    assert section is not None
    most = next(iter(section.activities.values())).moral.b
    return float(np.clip((rate(played) - audit.rate * audit.fine) / most, 0.0, 1.0))


CASES = (
    Case(
        1, "baker", "Distorted linear bonus", "textbook/baker", "Baker (1992, 2002)",
        ((), ("pay.schemes.0.rate=1.3",), ("pay.schemes.0.rate=0.9", *TURNED), ("pay.schemes.0.rate=0.4", *TILTED)),
        (
            Claim("effort on the first activity", "a = b f", lambda p: rate(p) * float(loadings(p)[0][0, 0]), act(0)),
            Claim("effort on the second", "a = b f", lambda p: rate(p) * float(loadings(p)[0][0, 1]), act(1)),
            Claim("value", "b f·g", lambda p: rate(p) * along(p)[0], last("value")),
            Claim("surplus", "b f·g − ½ b² ‖f‖²", baker_surplus, last("surplus")),
        ),
    ),
    Case(
        1, "baker_best", "Best rate of a distorted bonus", "textbook/baker", "Baker (1992, 2002)",
        (
            (BEST,), (BEST, *TURNED), (BEST, *TILTED), (BEST, "service.textbook.risk_aversion=0.5"),
            (BEST, "service.textbook.risk_aversion=3", "service.textbook.measures.score.noise=0.6", *TURNED),
        ),
        (
            Claim("best rate", "b* = f·g / (‖f‖² + r σ²)", lambda p: along(p)[0] / risky(p), last("strength_0"), SEARCHED),
            Claim(
                "share of the first best", "S* / S_fb = (f·g)² / ((‖f‖² + r σ²) ‖g‖²), cos²θ at r = 0", cosine_squared,
                lambda p: last("surplus")(p) / (0.5 * along(p)[2]), SEARCHED,
            ),
        ),
    ),
    Case(
        2, "two_tasks", "Two tasks that are substitutes", "textbook/two_tasks", "Holmström & Milgrom (1991)",
        (
            (), ("pay.schemes.0.rate=1.2",), ("pay.schemes.0.rate=1.5",), ("pay.schemes.0.rate=3",),
            ("pay.schemes.0.rate=0.4", "service.textbook.cross.counted.uncounted=0.8"),
        ),
        (
            Claim("effort on the paid task", "(b + m − c m) / (1 − c²); b + m once the other is dead", first_task, act(0)),
            Claim("effort on the unpaid task", "(m − c (b + m)) / (1 − c²); 0 from b = m (1 − c) / c on", second_task, act(1)),
        ),
    ),
    Case(
        3, "linear_contract", "The best linear contract", "textbook/linear_contract", "Holmström & Milgrom (1987)",
        (
            (), ("service.textbook.risk_aversion=0",), ("service.textbook.risk_aversion=4",),
            ("service.textbook.measures.result.noise=0.4", "service.textbook.activities.work.cost=0.7"),
        ),
        (Claim("best rate", "b* = 1 / (1 + r σ² c)", lambda p: weight(0, p), last("strength_0"), SEARCHED),),
    ),
    Case(
        3, "two_signals", "Two signals, weighed by precision", "textbook/two_signals", "Holmström (1979)",
        (
            (), ("service.textbook.measures.other.noise=0.7",), ("service.textbook.measures.other.work=0",),
            ("service.textbook.risk_aversion=0.5", "service.textbook.measures.result.work=0.5"),
        ),
        (
            Claim("rate on the first", "b ∝ f / σ²: (f / σ²) / (r c + Σ f² / σ²)", lambda p: weight(0, p),
                  last("strength_0"), SEARCHED_IN_TWO),
            Claim("rate on the second", "the same; 0 for a signal that does not see effort", lambda p: weight(1, p),
                  last("strength_1"), SEARCHED_IN_TWO),
        ),
    ),
    Case(
        3, "peer_benchmark", "A colleague as benchmark", "textbook/peer_benchmark", "Holmström (1982)",
        (
            (), ("service.textbook.measures.result.common=0.9", "pay.schemes.0.peers=0.9"),
            ("service.textbook.measures.result.common=0", "pay.schemes.0.peers=0", "service.textbook.risk_aversion=2"),
        ),
        (Claim("best rate", "b* = 1 / (1 + r c σ² (1 − ρ²))", benchmarked, last("strength_0"), SEARCHED),),
    ),
    Case(
        4, "falsification", "Falsification under audit", "textbook/falsification", "Becker (1968)",
        (
            (), ("audit.rate=0.2",), ("audit.rate=0.25",), ("audit.rate=0.5",),
            ("service.textbook.activities.falsify.cost=2", "pay.schemes.0.rate=3", "audit.fine=10"),
        ),
        (
            Claim("units falsified", "k max(0, b − p F)", falsified, act(0)),
            Claim("reported − true", "the same", falsified,
                  lambda p: float((series(p, "reported") - series(p, "true")).iloc[-1])),
            Claim("fines, a person and period", "p F k max(0, b − p F)",
                  lambda p: p.spec.audit.rate * p.spec.audit.fine * falsified(p), fines_a_head, None),
        ),
        replicates=32,
    ),
    Case(
        5, "deterrence", "Deterrence", "textbook/deterrence", "Becker (1968)",
        (
            (), ("audit.rate=0",), ("audit.fine=500",), ("pay.schemes.0.rate=300",),
            ("audit.rate=0.5", "audit.fine=50", "service.textbook.activities.cheat.moral.b=400"),
        ),
        (Claim("share who cheat", "clip((G − p F) / C, 0, 1)", prevalence,
               lambda p: float(weekly(p, "share_cheat").iloc[-1]), None),),
        replicates=12, always=("weeks=4", "burn_in=4"),
    ),
)  # fmt: skip
