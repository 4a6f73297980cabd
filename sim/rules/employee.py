"""Employees: skill, beliefs, being found out, engagement, strain, quitting."""

from __future__ import annotations

import math

from sim.rules.kernel import kernel


@kernel
def practised(skill: float, practice: float, gain: float, fading: float) -> float:
    """Skill after a pay period: s + η p (1 − s) − φ (1 − p) s; practice p is the share of contacts in which it was tried.

    With p = 1 from 0 it is 1 − (1 − η)^t.
    """
    return skill + gain * practice * (1.0 - skill) - fading * (1.0 - practice) * skill


@kernel
def certainty_after(certainty: float, forgetting: float) -> float:
    """Precision of a belief after a pay period in which the world may have moved: τ (1 − f)."""
    return certainty * (1.0 - forgetting)


@kernel
def belief_mean(mean: float, precision: float, evidence: float, information: float) -> float:
    """Posterior mean of a Gaussian belief (Kalman): (τ m + Σ x y / R) / (τ + Σ x² / R)."""
    total = precision + information
    return (precision * mean + evidence) / total if total > 0.0 else mean


@kernel
def audit_belief(belief: float, seen: float, memory: float) -> float:
    """Believed chance of an audit: moves by `memory` towards the share of colleagues seen audited."""
    return belief + memory * (seen - belief)


@kernel
def engagement_after(engagement: float, level: float, recovery: float, decline: float) -> float:
    """Engagement moves towards its level, faster down than up (hysteresis)."""
    speed = recovery if level > engagement else decline
    return engagement + speed * (level - engagement)


@kernel
def engagement_level(
    resting: float, contingent: float, crowding: float, scripts: float, autonomy: float, gamed: float, conscience: float,
    moral_stress: float, pressed: float, pressure: float, strain: float, by_strain: float,
) -> float:  # fmt: skip
    """Where engagement tends: resting level − crowding-out − lost autonomy − moral stress − pressure − strain.

    contingent = share of pay that hangs on measures; gamed = intensity of the tactic used most. Negative weights crowd in.
    """
    felt = conscience if conscience < 3.0 else 3.0
    return (
        resting - crowding * contingent - autonomy * scripts - moral_stress * gamed * felt
        - pressure * pressed - by_strain * strain
    )  # fmt: skip


@kernel
def strain_of(occupancy: float, from_load: float, shortfall: float, from_targets: float) -> float:
    """Strain: load above 0.85 occupancy, and targets out of reach (shortfall in standard errors, from 1 to 2 and more)."""
    load = from_load * (occupancy - 0.85) if occupancy > 0.85 else 0.0
    reach = shortfall - 1.0
    reach = 0.0 if reach < 0.0 else (1.0 if reach > 1.0 else reach)
    return load + from_targets * reach


@kernel
def quit_hazard(rate: float, slope: float, engagement: float, by_pay: float, premium: float) -> float:
    """Quits a week: rate / 52 · exp(−slope · engagement − by_pay · premium / 10 %); premium = total pay / pay elsewhere − 1."""
    return rate / 52.0 * math.exp(-slope * engagement - by_pay * premium * 10.0)


@kernel
def copy_probability(difference: float, imitation: float) -> float:
    """Proportional imitation (Schlag 1998): chance to copy ∝ how much better the other was paid, at most 1."""
    p = imitation * difference / 100.0
    return 0.0 if p < 0.0 else (1.0 if p > 1.0 else p)
