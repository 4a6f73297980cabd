"""Employees: who they are, how they choose, learn, tire and leave; and the acts open to them (tactics)."""

from __future__ import annotations

from typing import Literal

from sim.scenario.fields import Latent, Section, latent, param


class Learning(Section):
    """Beliefs about what each act does to each measure, and how they change."""

    lore: float = param(0.5, "strength of trade lore: 0 nothing is known beforehand, 1 the declared effects are believed",
                        ge=0, le=1)
    lore_error: float = param(0.05, "sd of the error of lore, relative to the sd of what one contact brings to the measure",
                              unit="ratio", ge=0, le=10)
    doubt: float = param(0.05, "sd of the prior belief, relative to the sd of what one contact brings to the measure",
                         unit="ratio", ge=0, le=10,
                         source="assumed, and chosen with results in sight: see docs/assumptions.md, how doubt was chosen")
    forgetting: float = param(0.02, "share of the certainty of beliefs lost each pay period", ge=0, le=1)
    colleagues: float = param(0.3, "weight of a colleague's contact relative to one's own", ge=0, le=1)
    imitation: float = param(0.05, "chance to copy a colleague per 100 money of his higher pay",
                             unit="1/(100 money)", ge=0, le=10, source="proportional imitation: Schlag (1998)")
    recency: float = param(0.3, "weight of the latest pay period in what one expects of one's own result", ge=0, le=1)
    practice: float = param(0.08, "share of the missing skill gained per pay period of full practice", ge=0, le=1)
    fading: float = param(0.02, "share of skill lost per pay period without practice", ge=0, le=1)
    audit_memory: float = param(0.1, "weight of the latest pay period in the belief about being audited", ge=0, le=1)


class Wellbeing(Section):
    """Engagement, strain and turnover: from work to the person and back to the customer."""

    recovery: float = param(0.1, "share of the way to its level that engagement rises in a pay period", ge=0, le=1)
    decline: float = param(0.2, "the same when it falls", ge=0, le=1,
                           source="slow recovery: Gneezy & Rustichini (2000)")
    crowding: float = param(0.3, "engagement lost (negative: gained) when all pay is contingent; scaled by its share",
                            unit="engagement", ge=-5, le=5, source="both signs: Frey & Jegen (2001); size assumed")
    autonomy: float = param(0.3, "engagement lost under a full script", unit="engagement", ge=-5, le=5)
    moral_stress: float = param(0.3, "engagement lost when every contact is gamed, scaled by conscience",
                                unit="engagement", ge=0, le=5)
    pressure: float = param(0.3, "engagement lost under full pressing by the manager", unit="engagement", ge=-5, le=5)
    strain: float = param(0.4, "engagement lost per unit of strain", unit="engagement", ge=0, le=5)
    strain_from_load: float = param(2.0, "strain per unit of occupancy above 0.85", unit="strain", ge=0, le=20)
    strain_from_targets: float = param(0.5, "strain when a target is out of reach by two standard errors or more",
                                       unit="strain", ge=0, le=5)
    quit_rate: float = param(0.36, "turnover at engagement 0", unit="per year", ge=0, le=20,
                             source="30-45 % a year")
    quit_slope: float = param(1.0, "growth of the log hazard per unit of lower engagement", unit="1/engagement",
                              ge=0, le=10)
    quit_by_pay: float = param(0.15, "fall of the log hazard per 10 % of total pay above that elsewhere", unit="1/(10 %)",
                               ge=0, le=10)
    pay_elsewhere: float = param(3050.0, "what the same work earns elsewhere", unit="money per pay period", gt=0)


class Staff(Section):
    """The employees of the firm."""

    count: int = param(50, "employees", ge=1, le=20_000)
    team_size: int = param(10, "employees a team; the count must be a multiple of it", ge=1, le=20_000)
    choice: Literal["rational", "learning", "fixed"] = param(
        "learning", "rational: knows the expected effects; learning: believes, tries and learns; fixed: never changes"
    )
    ability: Latent = param(latent("normal", 0.0, 0.5), "lasting ability", unit="sd")
    engagement: Latent = param(latent("normal", 0.0, 0.3), "resting level of engagement", unit="engagement")
    intrinsic: Latent = param(latent("lognormal", 220.0, 0.4), "worth of serving better by one unit of perceived quality",
                              unit="money per quality per pay period")
    conscience: Latent = param(latent("lognormal", 1.0, 0.9), "multiplier of the moral cost of tactics", unit="ratio")
    never: float = param(0.1, "share of people who never game at any price", ge=0, le=1)
    risk_aversion: Latent = param(latent("lognormal", 0.0008, 0.5), "absolute risk aversion over pay", unit="1/money")
    discount: float = param(0.95, "weight of the next pay period", ge=0, le=0.9999)
    norm: float = param(20.0, "pull towards what the team does", unit="money per squared intensity", ge=0)
    first_skill: Latent = param(latent("uniform", 0.2, 0.6), "chance that a tactic works when first tried (bounded to 0-1)")
    care_cost: float = param(200.0, "convex cost of taking care in every contact", unit="money per pay period", ge=0)
    rush_cost: float = param(150.0, "convex cost of rushing every contact", unit="money per pay period", ge=0)
    substitution: float = param(0.25, "cross cost between any two acts, relative to the geometric mean of their costs",
                                ge=0, le=0.99, source="effort substitution: Holmström & Milgrom (1991)")
    minute: float = param(0.02, "what a minute of work feels like", unit="money/minute", ge=0, le=10)
    dismissal_loss: float = param(2.0, "loss of the job, in pay periods of base pay", unit="pay periods", ge=0, le=100)
    occasion: float = param(0.9, "share of contacts in which there is occasion for an act: the most that anybody can do of it",
                            unit="0-1", gt=0, le=1)
    learning: Learning = param(Learning, "beliefs and skill")
    wellbeing: Wellbeing = param(Wellbeing, "engagement and turnover")
    first_acts: dict[str, Latent] = param(
        lambda: {"care": Latent(kind="constant", a=0.4)}, "intensities at the start by name of the act (and for ever "
        "under choice: fixed), bounded to 0-1; a distribution makes people differ", unit="0-1"
    )


class Tactic(Section):
    """One way to move a measure other than by serving. What it does is in the rules; here is what it costs."""

    exists: bool = param(True, "whether anybody can do it in this world, if there is an occasion for it (to invite "
                         "selectively, a survey with sample employee; to plead or give, one at the contact that is not "
                         "wholly confidential)")
    minutes: float = param(0.3, "work time of one attempt", unit="minutes", ge=0, le=600)
    cost: float = param(60.0, "convex cost of doing it in every contact", unit="money per pay period", ge=0)
    moral: float = param(60.0, "moral cost of doing it in every contact, for conscience 1", unit="money per pay period",
                         ge=0)
    traceability: float = param(0.3, "chance that an audit finds one who does it in every contact", ge=0, le=1)
    lore: float | None = param(
        None, "what the trade says it does, relative to the best useful tactic; left out: what it really does",
        unit="ratio",
    )
