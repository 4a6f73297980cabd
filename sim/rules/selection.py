"""Competition for survival: what it is worth to stand above or below the line, and where the line runs."""

from __future__ import annotations

from sim.rules.kernel import fused


@fused
def prospect(ahead: float, curvature: float, loss_weight: float) -> float:
    """Worth of standing `ahead` of a reference point: x^α for gains, −λ |x|^α for losses; Tversky & Kahneman (1992).

    ahead: measure points, negative when behind; curvature α in (0, 1] (0.88); loss_weight λ ≥ 0 (2.25).
    """
    if ahead >= 0.0:
        return ahead**curvature
    return -loss_weight * (-ahead) ** curvature


@fused
def survival_line(own: float, below: float, above: float) -> float:
    """The k-th smallest reading of all, from one's own and the (k−1)-th and k-th smallest of the others.

    One's own counts: who is himself the k-th is on the line. below ≤ above, both measure points.
    """
    if own < below:
        return below
    return above if own > above else own


@fused
def worth_of_effort(effort: float, motive: float, cost: float, talent: float) -> float:
    """What effort is worth beside competition: m e − c e² / (2 T).

    effort e ≥ 0; motive m: money per unit of effort in this practice; cost c ≥ 0: money per squared unit; talent T > 0
    divides the cost. Braganza (2022) has c = 2.
    """
    return motive * effort - cost * effort * effort / (2.0 * talent)
