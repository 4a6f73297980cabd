"""The catalogue of claims S1–S22: what the material says, and the checks that would show or refute it.

Sides follow from the words of a claim, whatever came out. A bar other than 0 is the least that would be worth talking of.
"""

from __future__ import annotations

from sim.analysis.gap import Window
from sim.experiments.claims import figures as read
from sim.experiments.claims.case import Check, Claim, Figure, World
from sim.experiments.claims.figures import EARLY

UP, DOWN = 1, -1
POINT = 1.0  # the least change of a score worth talking of, points
SALARY = World("salary")
NPS, CSAT = World("nps_bonus"), World("csat_bonus")
JOBS, HANDLE = World("jobs_closed"), World("handle_time")
OUTCOMES, BENIGN, DIVERSION = World("outcomes"), World("benign_target"), World("diversion_team")
BEFORE_PRESS, AFTER_PRESS = Window(52, 104), Window(108, 156)  # the press finds out in week 104
HARD = World("outcomes", ("measures.outcomes.rate=0.1", "measures.outcomes.error=0.2", "measures.outcomes.lag=12",
                          "staff.wellbeing.quit_rate=1.08"))  # fmt: skip
SCRIPTED = World("salary", ("events=[{week: 0, set: {service.process.scripts: 1}}]",))
LEAN = World("salary", ("events=[{week: 0, set: {service.process.steps: 2, service.process.handoffs: 0}}]",))
ENGAGED = World("salary", ("staff.engagement={kind: normal, a: 0.5, b: 0.3}",))
LONG = World("salary", ("weeks=312",))
IMPROVED = World("salary", ("weeks=312", "events=[{week: 0, set: {service.work.resolution: 2.1}}]"))
SOON, MUCH_LATER = Window(13, 39), Window(260, 312)
TRICKS = ("selective_invitation", "pleading", "gifts")


def fixed(world: World) -> World:
    """The twin in which the same money is fixed pay."""
    return World(world.scenario, world.sets, fixed=True)


def paid(says: str, figure: Figure, world: World, side: int, bar: float = 0.0) -> Check:
    """A check against the same money as fixed pay."""
    return Check(says, figure, world, fixed(world), side, bar)


def outcomes(column: str = "true") -> Figure:
    """Needs met in three weeks by the customer's word."""
    return read.reading("outcomes", column, "%")


def score() -> Figure:
    """The true experience: the mean 0–10 answer of all customers."""
    return read.indicator("true_score", "0–10 points")


def trouble(world: World) -> tuple[Check, ...]:
    """Customers have more trouble and complain more."""
    return (
        paid("more contacts are repeats of what was not settled", read.share("repeats", "contacts"), world, UP),
        paid("fewer needs are met", outcomes(), world, DOWN),
        paid("more customers wish to complain", read.share("complaints_intended", "needs"), world, UP),
        paid("more complaints are on record", read.share("complaints_recorded", "needs"), world, UP),
    )


def rises(world: World, label: str) -> tuple[Check, ...]:
    """The paid score rises, and goes on rising."""
    reported = read.reading(label, "reported", "points")
    growth = read.less(reported, read.reading(label, "reported", "points", EARLY))
    return (
        paid("the reported score is higher", reported, world, UP, POINT),
        paid("it is still rising: higher in the last year than in the first half-year", growth, world, UP),
    )


def crown(world: World) -> tuple[Check, ...]:
    """Revenue up, cost down, service up."""
    return (
        paid("revenue is up", read.revenue(), world, UP),
        paid("cost is down", read.cost(), world, DOWN),
        paid("service is up", score(), world, UP),
    )


STAFF_CLAIMS = (
    Claim("S1", "Tie NPS to bonuses and the score rises month after month, while customers have more and more trouble and "
          "complain more", (*rises(NPS, "nps"), *trouble(NPS))),
    Claim("S2", "The score rises because those who run the surveys become very selective about whom they ask", (
        paid("whom staff ask flatters the score", read.part("nps", ("steering",), "points"), NPS, UP, POINT),
        paid("it flatters more than all else that is done", read.less(read.part("nps", ("steering",), "points"), read.part(
            "nps", ("pressure", "processing"), "points")), NPS, UP),
        paid("whom a central office asks flatters the score", read.part("nps", ("steering",), "points", BEFORE_PRESS),
             DIVERSION, UP, POINT),
    )),
    Claim("S3", "A special team was set up to make thousands of complaints disappear", (
        Check("a team diverts part of the complaints that are made", read.share("complaints_diverted", "complaints_voiced",
             BEFORE_PRESS), DIVERSION, None, UP, 10.0),
        paid("less of what customers wish to complain about is on record",
             read.share("complaints_recorded", "complaints_intended", BEFORE_PRESS), DIVERSION, DOWN),
        paid("while more of them wish to complain", read.share("complaints_intended", "needs", BEFORE_PRESS), DIVERSION, UP),
    ), note="Thousands: each customer of the scenario stands for many; the share is what is tested."),
    Claim("S4", "When the gaming came out, people in the centre were dismissed for it", (
        Check("people of the central office are dismissed", read.dismissed("central"), DIVERSION, None, UP),
        Check("it hits the centre more than the managers of teams", Figure(
            "dismissals per post (central) less those per post (manager), whole run", "per post",
            lambda run: read.dismissed("central").read(run) - read.dismissed("manager").read(run)), DIVERSION, None, UP),
        Check("less is gamed afterwards", read.less(read.gamed("nps", "points", AFTER_PRESS),
             read.gamed("nps", "points", BEFORE_PRESS)), DIVERSION, None, DOWN),
    ), note="That people of the centre were dismissed is alleged in the source."),
    Claim("S5", "A firm can lead its industry on the published score while its customers fare worse",
          needs="several competing firms over one market"),
    Claim("S6", "CSAT tied to bonuses does the same as NPS", (*rises(CSAT, "csat"), *trouble(CSAT))),
    Claim("S7", "Pay people for doing dumb stuff and they get really smart at it", (
        paid("skill at the tactics of the survey grows",
             read.less(read.skill(TRICKS), read.skill(TRICKS, EARLY)), NPS, UP),
        paid("the score is gamed more in the last year than in the first half-year",
             read.less(read.gamed("nps", "points"), read.gamed("nps", "points", EARLY)), NPS, UP, POINT),
        paid("skill at closing cases early grows", read.less(read.skill(("closing_early",)), read.skill(
            ("closing_early",), EARLY)), JOBS, UP),
    )),
    Claim("S8", "What you measure is what you get", (
        paid("paid handle time falls", read.reading("handle_time", "true", "minutes"), HANDLE, DOWN),
        paid("care, which is not paid, falls", read.indicator("share_care", "0–1"), HANDLE, DOWN),
        paid("needs met, which are not paid, fall", outcomes(), HANDLE, DOWN),
        paid("paid jobs an hour rise in the log", read.reading("jobs_closed", "reported", "jobs/hour"), JOBS, UP),
        paid("needs met, which are not paid, fall (jobs paid)", outcomes(), JOBS, DOWN),
        paid("care rises where customers' answers are paid", read.indicator("share_care", "0–1"), NPS, UP),
    )),
    Claim("S9", "Organisations fall into the same trap over and over",
          needs="owners who replace a measure after a scandal, and an organisation that remembers"),
    Claim("S10", "A measurement system built on successful customer outcomes works", (
        paid("more needs are met", outcomes(), OUTCOMES, UP),
        paid("what is gamed of it stays below half a point", read.gamed("outcomes", "points"), OUTCOMES, DOWN, 0.5),
        paid("more needs are met also where few are asked, late, misread, and staff leave", outcomes(), HARD, UP),
        paid("the firm earns no less than with the same money as fixed pay (by 10 thousand)", read.profit(), OUTCOMES, UP, -10.0),
    ), note="How it compares with other systems under noise and turnover: docs/study_noise_and_turnover.md."),
    Claim("S11", "So many metrics, so little time", needs="a scenario with many paid measures in the contacts technology and "
          "attention to be divided; the closed form is case 20 of gamed theory (many_metrics)"),
)  # fmt: skip

FIRM_CLAIMS = (
    Claim("S12", "Measuring jobs done, tasks completed and outputs holds people back; freeing them from scripts and outputs "
          "gives better experience, cost and shareholder value", (
        paid("pay on jobs closed: experience is worse", score(), JOBS, DOWN),
        paid("pay on jobs closed: cost is higher", read.cost(), JOBS, UP),
        paid("pay on jobs closed: profit is lower", read.profit(), JOBS, DOWN),
        Check("without scripts experience is better", score(), SALARY, SCRIPTED, UP),
        Check("without scripts cost is lower", read.cost(), SALARY, SCRIPTED, DOWN),
        Check("without scripts profit is higher", read.profit(), SALARY, SCRIPTED, UP),
    ), note="Scripts err less on ordinary cases and more on unusual ones; how much of each is assumed."),
    Claim("S13", "Great customer experience is born of engaged employees; why is it so often not so?", (
        Check("engaged staff meet more needs", outcomes(), ENGAGED, SALARY, UP),
        Check("where staff have always been engaged, experience is better", score(), ENGAGED, SALARY, UP),
        paid("pay on NPS lowers engagement", read.indicator("engagement", "sd"), NPS, DOWN),
        paid("pay on handle time lowers engagement", read.indicator("engagement", "sd"), HANDLE, DOWN),
        paid("pay on jobs closed lowers engagement", read.indicator("engagement", "sd"), JOBS, DOWN),
    ), note="That engagement helps in a single contact is a parameter with a source; tested is what is left of it in the firm, "
          "whose customers expect what they have always had. "
          "Crowding-out has a sign that a scenario sets (wellbeing.crowding)."),
    Claim("S14", "Call centres fail by their own measures", (
        paid("paid on handle time, it falls", read.reading("handle_time", "reported", "minutes"), HANDLE, DOWN),
        paid("and the service level is up", read.reading("service_level", "reported", "%"), HANDLE, UP),
        paid("while fewer needs are met at the first contact", read.reading("fcr_experienced", "true", "%"), HANDLE, DOWN),
        paid("failure demand is up", read.share("repeats", "contacts"), HANDLE, UP),
        paid("and experience is worse", score(), HANDLE, DOWN),
    )),
    Claim("S15", "The triple crown: revenue up, cost down, service up, all at once", (*crown(OUTCOMES), *crown(BENIGN))),
    Claim("S16", "Customers are never satisfied for long", (
        Check("better service from week 0 pleases", read.indicator("true_score", "0–10 points", SOON), IMPROVED, LONG, UP),
        Check("five years later the gain is smaller", read.less(read.indicator("true_score", "0–10 points", MUCH_LATER),
             read.indicator("true_score", "0–10 points", SOON)), IMPROVED, LONG, DOWN),
        Check("less than half of it is left", read.less(read.indicator("true_score", "0–10 points", MUCH_LATER),
             read.indicator("true_score", "0–10 points", SOON), 0.5), IMPROVED, LONG, DOWN),
    ), note="Adaptation is a parameter (experience.adaptation); without it the gain would stay."),
    Claim("S17", "Long-term thinking beats short-term targets",
          needs="deferred pay with clawback, and horizons of managers over more than targets and coaching"),
    Claim("S18", "Small teams decide better; big meetings end in groupthink",
          needs="decisions taken in teams, with coordination cost and conformity"),
    Claim("S19", "Redesign the process from the outside in: fewer steps, hand-offs and failure points", (
        Check("with two steps and no hand-off instead of three and one, experience is better", score(), LEAN, SALARY, UP),
        Check("failure demand falls", read.share("repeats", "contacts"), LEAN, SALARY, DOWN),
        Check("cost falls", read.cost(), LEAN, SALARY, DOWN),
        Check("profit rises", read.profit(), LEAN, SALARY, UP),
    ), note="The redesign itself is free here and loses nothing; what a step was good for is not in the model."),
    Claim("S20", "Good intentions pave the road", (
        paid("what the owners see of the NPS bonus is good: the score is up", read.reading("nps", "reported", "points"),
             NPS, UP, POINT),
        paid("fewer needs are met", outcomes(), NPS, DOWN),
        paid("the firm earns less", read.profit(), NPS, DOWN),
        paid("pay on jobs: what the owners see is good", read.reading("jobs_closed", "reported", "jobs/hour"), JOBS, UP),
        paid("pay on jobs: fewer needs are met", outcomes(), JOBS, DOWN),
        paid("pay on jobs: the firm earns less", read.profit(), JOBS, DOWN),
    ), note="Owners who adopt a scheme by their beliefs are not simulated. That everybody's choice is no worse than his status "
          "quo by his own beliefs is an invariant (tests/test_invariants.py)."),
    Claim("S21", "Watching competitors instead of customers misleads", needs="competing firms and targets set on their scores"),
    Claim("S22", "Had I asked them, they would have said faster horses",
          needs="what customers say they want, apart from what they need"),
)  # fmt: skip
CLAIMS: tuple[Claim, ...] = (*STAFF_CLAIMS, *FIRM_CLAIMS)
