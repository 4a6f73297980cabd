"""Coming and staying: who is there of all who came, and since when.

If people come evenly for T weeks and leave at a hazard h of their own, those who are there at the end have the traits of
newcomers weighted by E[min(stay, T)], and have been there for a time of density ∝ exp(−h a) on (0, T) (renewal theory: Cox
1962). A trait is drawn from one uniform u: among newcomers it is the u-quantile of its latent, among those who are there
the quantile at a rank that is met the more often the longer people of that rank stay.
"""

from __future__ import annotations

import math

from sim.rules.kernel import kernel

SHORT = 1e-9  # expected departures below which (1 − exp(−x)) / x is 1 to the last bits that count


@kernel
def expected_stay(hazard: float, history: float) -> float:
    """Mean of the shorter of stay and history: (1 − exp(−h T)) / h, T where nobody leaves. Weeks; hazard per week."""
    departures = hazard * history
    if departures < SHORT:
        return history
    return (1.0 - math.exp(-departures)) / hazard


@kernel
def time_there(u: float, hazard: float, history: float) -> float:
    """u-quantile of the time since coming of those who are there: −ln(1 − u (1 − exp(−h T))) / h, u T where nobody leaves."""
    departures = hazard * history
    if departures < SHORT:
        return u * history
    return -math.log(1.0 - u * (1.0 - math.exp(-departures))) / hazard


@kernel
def cell_of(edges: list[float], u: float) -> int:
    """The cell in which u lies; `edges` rise from 0 to 1, one more than there are cells."""
    low, high = 0, len(edges) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if edges[middle] <= u:
            low = middle
        else:
            high = middle
    return low


@kernel
def rank_among_newcomers(edges: list[float], u: float) -> float:
    """Rank among newcomers, in (0, 1), of the one at rank u of those who are there.

    `edges[j]` is the share of those who are there whose rank among newcomers lies below j / cells.
    """
    cell = cell_of(edges, u)
    width = edges[cell + 1] - edges[cell]
    within = (u - edges[cell]) / width if width > 0.0 else 0.5
    within = min(max(within, 1e-9), 1.0 - 1e-9)
    return (cell + within) / (len(edges) - 1)
