"""Managers, central office, head and owners: the same kind of people with levers of their own."""

from __future__ import annotations

from typing import Literal

from sim.scenario.fields import Latent, Section, latent, param
from sim.scenario.tactics import CentralLevers, HeadLevers, ManagerLevers


class ClosedLoop(Section):
    """What is done with what is measured, paid or not: coaching and repair go where it is worst, bad answers are called back.

    Nothing is done by a measure that is not named here; what is done acts on the real process, whether the reading was
    true or not. Coaching is the managers' lever; the rest is what the firm has decided to spend.
    """

    measure: str | None = param(None, "label of the measure that is used; left out: none, and there is no loop")
    call_backs: int = param(3, "bad answers (at most the measure's `low`) that a team calls back in a week; answers without "
                            "a name (`confidential`) or with a lag, and logs, give nobody to call", unit="per team and week",
                            ge=0, le=10_000)
    call_minutes: float = param(10.0, "work time of a call-back", unit="minutes", ge=0, le=600)
    call_meets: float = param(0.5, "chance that a call-back gets an open need met", ge=0, le=1)
    call_relief: float = param(0.8, "remembered satisfaction that a call-back gives to who has no open need, or has it met",
                               unit="quality", ge=0, le=5,
                               source="service recovery: Smith, Bolton & Wagner (1999), direction; size assumed")
    call_failed: float = param(0.3, "remembered satisfaction lost by who is called and not helped", unit="quality", ge=0, le=5,
                               source="double deviation: Maxham & Netemeyer (2002), direction; size assumed")
    repair: float = param(0.15, "share of what can be mended of a process's failures that a pay period of repair mends; it "
                          "goes to the team with the worst reading", ge=0, le=1)
    repair_most: float = param(0.6, "largest share of failures that repair can mend", ge=0, le=1)
    repair_fading: float = param(0.05, "share of what was mended that is lost in a pay period", ge=0, le=1)
    repair_cost: float = param(300.0, "cost of a pay period of repair", unit="money per pay period", ge=0)


class Management(Section):
    """One manager a team, a central office, one head. They choose by the same utility as everybody."""

    choice: Literal["rational", "learning", "fixed"] = param(
        "learning", "as for staff; learners know their levers as well as lore tells them"
    )
    conscience: Latent = param(latent("lognormal", 1.0, 0.9), "multiplier of moral costs", unit="ratio")
    never: float = param(0.1, "share of managers who never game at any price", ge=0, le=1)
    risk_aversion: Latent = param(latent("lognormal", 0.0005, 0.5), "absolute risk aversion over pay", unit="1/money")
    discount: float = param(0.95, "weight of the next pay period", ge=0, le=0.9999)
    intrinsic: Latent = param(latent("lognormal", 300.0, 0.4), "worth of a team that serves better by one unit of "
                              "perceived quality", unit="money per quality per pay period")
    approval: float = param(
        100.0, "worth to an employee of the approval that full pressing attaches to one standard error of the "
        "pressed measure", unit="money per pay period", ge=0,
    )
    coaching_gain: float = param(0.02, "ability gained per pay period by a fully coached employee", unit="sd", ge=0, le=1)
    coached: float = param(1 / 3, "share of a team that is coached at a time: those with the worst reported figures",
                           ge=0, le=1)
    horizon: float = param(13.0, "time over which a manager counts what coaching brings", unit="pay periods", gt=0, le=1000)
    coaching_minutes: float = param(0.03, "share of work time that full coaching takes", ge=0, le=0.5)
    coaching_fading: float = param(0.05, "share of what was coached that fades in a pay period", ge=0, le=1)
    closed_loop: ClosedLoop = param(ClosedLoop, "what is done with what is measured")
    central_count: int = param(3, "people in the central office", ge=0, le=100)
    levers: ManagerLevers = param(ManagerLevers, "levers of a team's manager")
    central: CentralLevers = param(CentralLevers, "levers of the central office")
    head: HeadLevers = param(HeadLevers, "levers of the head")
    first_levers: dict[str, float] = param(
        dict, "intensities at the start by name of the lever; a lever that nobody can choose (`exists: false`) stays there",
        unit="0-1",
    )


class Owners(Section):
    """What comes out, and what the owners then do."""

    exposure: float = param(
        0.02, "chance a pay period that gaming at full volume and traceability comes out", ge=0, le=1
    )
    response: Literal["hush", "dismiss", "unpay"] = param(
        "dismiss", "hush: nothing follows; dismiss: those whose acts are traced are dismissed and audits rise; "
        "unpay: the schemes end as well"
    )
    audit_after: float = param(4.0, "factor on the audit rate after an exposure", unit="ratio", ge=0, le=1000)
    cost: float = param(20000.0, "cost of an exposure to the firm", unit="money", ge=0)


class Event(Section):
    """A one-off event, exogenous by definition and labelled so in every report."""

    week: int = param(..., "week in which it happens, counted after the burn-in", unit="weeks", ge=0)
    until: int | None = param(None, "week from which a changed value is as before", unit="weeks", ge=0)
    text: str = param("", "what to write beside the curve")
    exposure: bool = param(False, "gaming comes out in this week, whatever its hazard")
    set: dict[str, float] = param(dict, "values that change, by path in the scenario, as `customers.needs_per_week: 0.2`")
