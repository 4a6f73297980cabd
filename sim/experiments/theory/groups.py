"""Closed forms of many people, steps and time: team bonus, tournament, cliff, ratchet, many metrics."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from sim.experiments.theory.case import Case, Claim, Played
from sim.experiments.theory.contracts import BEST, SEARCHED
from sim.experiments.theory.reading import act, cost, employees, last, loadings, motive, rate, weekly

TABULATED = 1e-5  # the chance of winning is a table of 81 points


def prize_effort(played: Played) -> float:
    """W (N − 1) / (c σ) ∫ φ² Φ^(N − 2); with two W / (2 c σ √π)."""
    n, prize = played.spec.staff.team_size, played.spec.pay.schemes[0].bonus
    sigma = float(loadings(played)[1][0])
    if n == 2:
        return prize / (2.0 * cost(played) * sigma * math.sqrt(math.pi))
    density = quad(lambda z: norm.pdf(z) ** 2 * norm.cdf(z) ** (n - 2), -12.0, 12.0, epsabs=1e-13)[0]
    return prize * (n - 1) / (cost(played) * sigma) * density


def cliff(played: Played) -> tuple[float, float, float]:
    """Prize, target and noise."""
    scheme = played.spec.pay.schemes[0]
    assert scheme.target.start is not None
    return scheme.bonus, scheme.target.start, float(loadings(played)[1][0])


def cliff_effort(played: Played) -> float:
    """The e that maximises B Φ((e − q) / σ) + m e − ½ c e²: the best of a fine grid, made exact between its neighbours."""
    (prize, q, sigma), c, m = cliff(played), cost(played), motive(played)

    def loss(e: float) -> float:
        return float(0.5 * c * e * e - m * e - prize * norm.cdf((e - q) / sigma))

    grid = np.linspace(0.0, m / c + 2.0 * math.sqrt(2.0 * prize / c), 4001)
    near = grid[int(np.argmin(0.5 * c * grid**2 - m * grid - prize * norm.cdf((grid - q) / sigma)))]
    bounds = (max(near - grid[1], 0.0), near + grid[1])
    return float(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x)


def marginal_incentive(played: Played) -> float:
    """(B / σ) φ((q − e) / σ) at the best effort."""
    prize, q, sigma = cliff(played)
    return float(prize / sigma * norm.pdf((q - cliff_effort(played)) / sigma))


def chance_of_bonus(played: Played) -> float:
    """Φ((e − q) / σ) at the best effort."""
    _, q, sigma = cliff(played)
    return float(norm.cdf((cliff_effort(played) - q) / sigma))


def share_paid(played: Played) -> float:
    """Share of employees and pay periods with a bonus."""
    return float((employees(played)["bonus"] > 0).mean())


def ratcheted(played: Played) -> float:
    """b (1 − δ) / (1 − δ + δ λ) over the cost."""
    section = played.spec.service.textbook
    assert section is not None
    d, step = section.discount, played.spec.pay.schemes[0].target.step
    return rate(played) * (1.0 - d) / (1.0 - d + d * step) / cost(played)


def reach(played: Played, count: int) -> float:
    """Share of the best possible surplus that `count` of the measures reach: cos²θ_k = a² / (a² + (1 − a²) / k)."""
    a = float(loadings(played)[0][0, 0])
    return a * a / (a * a + (1.0 - a * a) / count)


def best_count(played: Played) -> int:
    """The k that maximises ½ cos²θ_k − κ k."""
    section = played.spec.service.textbook
    assert section is not None
    worth = [0.5 * reach(played, k) - section.attention * k for k in range(1, available(played) + 1)]
    return 1 + worth.index(max(worth))


def available(played: Played) -> int:
    """How many of the schemes this world comes to."""
    return sum(scheme.from_week < played.spec.weeks for scheme in played.spec.pay.schemes)


def used(played: Played) -> int:
    """How many schemes pay in the last week."""
    return sum(bool(weekly(played, f"strength_{i}").iloc[-1] > 0.0) for i in range(len(played.spec.pay.schemes)))


def gross_share(played: Played) -> float:
    """Surplus before attention, as a share of the first best ½ ‖g‖²."""
    section = played.spec.service.textbook
    assert section is not None
    g = loadings(played)[2]
    return (last("surplus")(played) + section.attention * used(played)) / (0.5 * float(g @ g))


def only(count: int) -> tuple[str, ...]:
    """The sets that leave the first `count` of the six measures to be paid on."""
    return tuple(f"pay.schemes.{i}.from_week=999" for i in range(count, 6))


def pointing(a: float, *places: str) -> tuple[str, ...]:
    """The sets that turn measures (named with what useless thing each sees) towards the value by cosine a."""
    sets = []
    for place in places:
        path = f"service.textbook.measures.{place.split('.')[0]}"
        sets += [f"{path}.good={a}", f"service.textbook.measures.{place}={math.sqrt(1.0 - a * a)!r}"]
    return tuple(sets)


CASES = (
    Case(
        6, "team_bonus", "Team bonus", "textbook/team_bonus", "Holmström (1982); Kandel & Lazear (1992)",
        (("staff.team_size=1",), ("staff.team_size=2", "service.textbook.activities.work.cost=0.8"), (),
         ("staff.team_size=20", "pay.schemes.0.rate=1.7")),
        (Claim("effort", "b / (N c)", lambda p: rate(p) / p.spec.staff.team_size / cost(p), act(0)),),
    ),
    Case(
        7, "tournament", "Tournament", "textbook/tournament", "Lazear & Rosen (1981)",
        (
            (), ("pay.schemes.0.bonus=3", "service.textbook.measures.result.noise=1.5"),
            ("staff.team_size=3", "service.textbook.activities.work.cost=2"), ("staff.team_size=8",),
        ),
        (Claim("effort", "W / (2 c σ √π); N: W (N − 1) / (c σ) ∫ φ² Φ^(N − 2)", prize_effort, act(0), TABULATED),),
    ),
    Case(
        8, "cliff", "A cliff in pay", "textbook/cliff", "Oyer (1998)",
        (
            (), ("pay.schemes.0.target.start=-3",), ("pay.schemes.0.target.start=1.2",), ("pay.schemes.0.target.start=3",),
            ("pay.schemes.0.bonus=3", "pay.schemes.0.target.start=2", "service.textbook.measures.result.noise=1"),
            ("service.textbook.activities.work.motive=1", "pay.schemes.0.target.start=1.5"),
        ),
        (
            Claim("effort", "argmax B Φ((e − q) / σ) + m e − ½ e²", cliff_effort, act(0), SEARCHED),
            Claim("what the last unit costs beside the motive", "(B / σ) φ((q − e) / σ)", marginal_incentive,
                  lambda p: cost(p) * act(0)(p) - motive(p), SEARCHED),
            Claim("share who reach the target", "Φ((e − q) / σ)", chance_of_bonus, share_paid, None),
        ),
        replicates=16, always=("staff.count=1000",),
    ),
    Case(
        9, "ratchet", "The ratchet", "textbook/ratchet", "Weitzman (1980)",
        ((), ("service.textbook.discount=0",), ("service.textbook.discount=0.5", "pay.schemes.0.target.step=1"),
         ("service.textbook.discount=0.99", "pay.schemes.0.target.step=0.05", "pay.schemes.0.rate=1.5")),
        (Claim("effort", "b (1 − δ) / (1 − δ + δ λ); b if myopic", ratcheted, act(0)),),
    ),
    Case(
        20, "metrics", "k imperfect measures", "textbook/many_metrics", "Baker (2002)",
        (*((BEST, *only(k)) for k in (1, 2, 4, 6)), (BEST, *only(2), *pointing(0.7, "one.a", "two.b"))),
        (Claim("share of the first best", "cos²θ_k = a² / (a² + (1 − a²) / k)", lambda p: reach(p, available(p)),
               gross_share, SEARCHED),),
    ),
    Case(
        20, "metrics_best", "How many measures pay", "textbook/many_metrics", "Baker (2002); attention: Simon (1971)",
        ((), ("service.textbook.attention=0",), ("service.textbook.attention=0.045",), ("service.textbook.attention=0.08",)),
        (
            Claim("measures used", "argmax ½ cos²θ_k − κ k", lambda p: float(best_count(p)), lambda p: float(used(p))),
            Claim("share of the first best, attention aside", "cos²θ_k at the best k", lambda p: reach(p, best_count(p)),
                  gross_share, SEARCHED),
        ),
    ),
)  # fmt: skip
