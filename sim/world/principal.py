"""The principal of the textbook technology: seeks the strength of pay under which mean expected surplus is largest.

He knows how staff answer, because he asks the same choice that they make in a run. Strength is a scheme's rate or bonus.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import minimize

from sim.incentives.schemes import strength_of, strengthened
from sim.world.textbook import Array, Pay, Textbook, ordered_mean

Search = Literal["scale", "each", "first"]
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


class Best(NamedTuple):
    """The best strength of every scheme (P,), and what an employee's surplus then is, money per pay period."""

    strength: Array
    surplus: float


def seek(world: Textbook, search: Search) -> Best:
    """The best strengths of the schemes that this world comes to; 0 for a scheme that he does without."""
    pay = world.written_pay()
    written = np.array([strength_of(payout) for payout in pay.payouts])
    if search == "first":
        tries = [_scaled(world, _first(pay, k), written[:k]) for k in range(1, len(written) + 1)]
        best = max(tries, key=lambda found: found.surplus)
        return Best(np.concatenate([best.strength, np.zeros(len(written) - len(best.strength))]), best.surplus)
    best = _scaled(world, pay, written)
    if search == "scale" or len(written) == 1:
        return best
    found = minimize(
        lambda strengths: -surplus_at(world, pay, strengths), best.strength, method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-15, "maxfev": 2000 * len(written)},
    )  # fmt: skip
    return Best(found.x, -float(found.fun))


def surplus_at(world: Textbook, pay: Pay, strengths: Array) -> float:
    """Mean expected surplus of an employee when the schemes have these strengths (P,), money per pay period."""
    payouts = [strengthened(payout, float(b)) for payout, b in zip(pay.payouts, strengths, strict=True)]
    tried = pay._replace(payouts=payouts)
    acts = world.respond(world.unpaid(), tried).choice.acts
    return float(ordered_mean(world.outlook(acts, tried)))


def _first(pay: Pay, count: int) -> Pay:
    """The first `count` schemes alone."""
    return Pay(pay.payouts[:count], pay.places[:count], pay.target[:, :count], pay.ratchet[:, :count])


def _scaled(world: Textbook, pay: Pay, written: Array) -> Best:
    """The best factor on strengths as written: doubled until surplus falls, then a grid, then golden section."""

    def surplus(factor: float) -> float:
        return surplus_at(world, pay, factor * written)

    high = 1.0
    while surplus(high) > surplus(0.5 * high) and high < 1e12:
        high *= 2.0
    grid = np.linspace(0.0, high, 41)
    at = int(np.argmax([surplus(float(factor)) for factor in grid]))
    factor = golden_section(surplus, float(grid[max(at - 1, 0)]), float(grid[min(at + 1, 40)]))
    return Best(factor * written, surplus(factor))


def golden_section(function: Callable[[float], float], low: float, high: float, turns: int = 60) -> float:
    """Where a single-peaked function is largest between low and high (Kiefer 1953)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(turns):
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return 0.5 * (low + high)
