"""The catalogue of claims S1–S22: what the material says, and the checks that would show or refute it.

Sides follow from the words of a claim, whatever came out. A bar other than 0 is the least that would be worth talking of.
Claims about customers look at needs met and at the felt score: the one is what they got, the other what they make of it.
"""

from __future__ import annotations

from sim.analysis.gap import Window
from sim.experiments.claims import figures as read
from sim.experiments.claims.case import Carrier, Check, Claim, Figure, World
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
CHARMED = World("nps_bonus", ("tactics.charm.exists=true",))
TRICKS = ("selective_invitation", "pleading", "gifts")


def fixed(world: World) -> World:
    """The twin in which the same money is fixed pay."""
    return World(world.scenario, world.sets, fixed=True)


def paid(says: str, figure: Figure, world: World, side: int, bar: float = 0.0, assumed: str = "") -> Check:
    """A check against the same money as fixed pay."""
    return Check(says, figure, world, fixed(world), side, bar, assumed)


def service(says: str, world: World, side: int) -> tuple[Check, Check]:
    """What customers get, and what they feel about it, against the same money as fixed pay."""
    word = "more" if side > 0 else "fewer"
    return paid(f"{word} needs are met{says}", read.needs_met(), world, side), paid(
        f"experience is {'better' if side > 0 else 'worse'}{says}", read.felt(), world, side)  # fmt: skip


def freely(says: str, world: World, against: World, assumed: str) -> tuple[Check, ...]:
    """Needs met, experience, cost and profit of a world whose process is freer than another's."""
    return (
        Check(f"{says} more needs are met", read.needs_met(), world, against, UP, assumed=assumed),
        Check(f"{says} experience is better", read.felt(), world, against, UP, assumed=assumed),
        Check(f"{says} cost is lower", read.cost(), world, against, DOWN, assumed=assumed),
        Check(f"{says} profit is higher", read.profit(), world, against, UP, assumed=assumed),
    )


def halved_and_doubled(name: str, *settings: tuple[str, float]) -> Carrier:
    """These parameters, with the values that are shipped, halved and doubled together."""
    return Carrier(name, tuple(
        (words, tuple(f"{path}={value * factor:g}" for path, value in settings))
        for words, factor in (("halved", 0.5), ("doubled", 2.0))
    ))  # fmt: skip


def trouble(world: World) -> tuple[Check, ...]:
    """Customers have more trouble and complain more."""
    return (
        paid("more contacts are repeats of what was not settled", read.share("repeats", "contacts"), world, UP),
        *service("", world, DOWN),
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
        *service("", world, UP),
    )


CARE = halved_and_doubled("service.work.care_resolution", ("service.work.care_resolution", 0.8))
RUSHING = halved_and_doubled("service.work.rush_resolution", ("service.work.rush_resolution", 1.0))
MOTIVE = Carrier("staff.intrinsic", tuple(
    (words, (f"staff.intrinsic={{kind: lognormal, a: {a}, b: 0.4}}",)) for words, a in (("halved", 110), ("doubled", 440))
))  # fmt: skip
PRACTICE = Carrier("staff.learning.practice", (
    ("none", ("staff.learning.practice=0",)), ("doubled", ("staff.learning.practice=0.16",)),
))  # fmt: skip
LIFTS = Carrier("customers.survey.plead_lift, gift_lift", (
    ("none", ("customers.survey.plead_lift=0", "customers.survey.gift_lift=0")),
    *halved_and_doubled("", ("customers.survey.plead_lift", 1.2), ("customers.survey.gift_lift", 1.8)).changes,
))  # fmt: skip
STRESS = Carrier("staff.wellbeing.moral_stress", (
    ("none", ("staff.wellbeing.moral_stress=0",)), ("doubled", ("staff.wellbeing.moral_stress=0.6",)),
))  # fmt: skip
DIVERTING = halved_and_doubled("management.head.diversion.moral", ("management.head.diversion.moral", 250.0))
TRACES = halved_and_doubled("management.central: traceability", ("management.central.selecting.traceability", 0.3),
                            ("management.central.reclassifying.traceability", 0.5))  # fmt: skip
PRACTISED = ("any act's skill grows by practice, the useless one's too (staff.learning.practice). To refute it: "
             "skill that only grows where an act pays")  # fmt: skip
SCRIPTING = ("whether scripts help or hurt is the difference of two assumed numbers (service.process.script_error 0.3, "
             "script_rigidity 0.6). To refute it: script_error above what script_rigidity takes")  # fmt: skip
LEANER = ("a step and a hand-off only cost: minutes, a chance to fail, effort asked of the customer (service.process). To refute "
          "it: steps that find errors, or hand-offs to somebody who can do more")  # fmt: skip
ADAPTING = ("expectations that move by a share of each gap (customers.experience.adaptation) are the claim. To refute it: "
            "adaptation 0, or expectations that do not follow what was got")  # fmt: skip
BETTER = ("the world is changed so that more contacts settle the need (service.work.resolution 2.1 for 1.1). To refute it: a "
          "service that is better in another way")  # fmt: skip
HELPFUL = ("engagement raises the odds to resolve (service.work.resolution_by_engagement, at least 0). To refute it: 0, or "
           "engaged staff who take longer")  # fmt: skip

STAFF_CLAIMS = (
    Claim("S1", "Tie NPS to bonuses and the score rises month after month, while customers have more and more trouble and "
          "complain more", (*rises(NPS, "nps"), *trouble(NPS)), carrier=CARE),
    Claim("S2", "The score rises because those who run the surveys become very selective about whom they ask", (
        paid("whom staff ask flatters the score", read.part("nps", ("steering",), "points"), NPS, UP, POINT),
        paid("it flatters more than all else that is done", read.less(read.part("nps", ("steering",), "points"), read.part(
            "nps", ("pressure", "processing"), "points")), NPS, UP),
        paid("whom a central office asks flatters the score", read.part("nps", ("steering",), "points", BEFORE_PRESS),
             DIVERSION, UP, POINT),
    ), carrier=LIFTS,
       note="Which part is the larger one is decided by how much a plea and a gift lift an answer: assumed sizes."),
    Claim("S3", "A special team was set up to make thousands of complaints disappear", (
        Check("a team diverts part of the complaints that are made", read.share("complaints_diverted", "complaints_voiced",
             BEFORE_PRESS), DIVERSION, None, UP, 10.0),
        paid("less of what customers wish to complain about is on record",
             read.share("complaints_recorded", "complaints_intended", BEFORE_PRESS), DIVERSION, DOWN),
        paid("while more of them wish to complain", read.share("complaints_intended", "needs", BEFORE_PRESS), DIVERSION, UP),
    ), note="Thousands: each customer of the scenario stands for many; the share is what is tested.",
       carrier=DIVERTING),
    Claim("S4", "When the gaming came out, people in the centre were dismissed for it", (
        Check("people of the central office are dismissed", read.dismissed("central"), DIVERSION, None, UP),
        Check("it hits the centre more than the managers of teams", Figure(
            "dismissals per post (central) less those per post (manager), whole run", "per post",
            lambda run: read.dismissed("central").read(run) - read.dismissed("manager").read(run)), DIVERSION, None, UP),
        Check("less is gamed afterwards", read.less(read.gamed("nps", "points", AFTER_PRESS),
             read.gamed("nps", "points", BEFORE_PRESS)), DIVERSION, None, DOWN),
    ), note="That people of the centre were dismissed is alleged in the source.", carrier=TRACES),
    Claim("S5", "A firm can lead its industry on the published score while its customers fare worse",
          needs="several competing firms over one market"),
    Claim("S6", "CSAT tied to bonuses does the same as NPS", (*rises(CSAT, "csat"), *trouble(CSAT)), carrier=CARE),
    Claim("S7", "Pay people for doing dumb stuff and they get really smart at it", (
        paid("skill at the tactics of the survey grows", read.less(read.skill(TRICKS), read.skill(TRICKS, EARLY)), NPS, UP,
             assumed=PRACTISED),
        paid("skill at closing cases early grows", read.less(read.skill(("closing_early",)), read.skill(
            ("closing_early",), EARLY)), JOBS, UP, assumed=PRACTISED),
        paid("the score is gamed more in the last year than in the first half-year",
             read.less(read.gamed("nps", "points"), read.gamed("nps", "points", EARLY)), NPS, UP, POINT),
        Check("a useless act that lore praises is done less in the last year than in the first half-year", read.less(
            read.indicator("share_charm", "0–1"), read.indicator("share_charm", "0–1", EARLY)), CHARMED, None, DOWN),
    ), carrier=PRACTICE),
    Claim("S8", "What you measure is what you get", (
        paid("paid handle time falls", read.reading("handle_time", "true", "minutes"), HANDLE, DOWN),
        paid("care, which is not paid, falls", read.indicator("share_care", "0–1"), HANDLE, DOWN),
        paid("needs met, which are not paid, fall", read.needs_met(), HANDLE, DOWN),
        paid("paid jobs an hour rise in the log", read.reading("jobs_closed", "reported", "jobs/hour"), JOBS, UP),
        paid("needs met, which are not paid, fall (jobs paid)", read.needs_met(), JOBS, DOWN),
        paid("care rises where customers' answers are paid", read.indicator("share_care", "0–1"), NPS, UP),
    ), carrier=MOTIVE),
    Claim("S9", "Organisations fall into the same trap over and over",
          needs="owners who replace a measure after a scandal, and an organisation that remembers"),
    Claim("S10", "A measurement system built on successful customer outcomes works", (
        *service("", OUTCOMES, UP),
        *service(" also where few are asked, late, misread, and staff leave", HARD, UP),
        paid("the firm earns no less than with the same money as fixed pay (by 10 thousand)", read.profit(), OUTCOMES, UP, -10.0),
    ), note="How it compares with other systems under noise and turnover: docs/study_noise_and_turnover.md. That nothing is "
          "gamed of it is no check: nobody here can steer or lift a yes or no that an independent caller asks for; only a "
          "scenario that gives the answers into the hands of managers or the central office (measures.outcomes.handled_by, "
          "sample) lets them.", carrier=CARE),
    Claim("S11", "So many metrics, so little time", needs="a scenario with many paid measures in the contacts technology and "
          "attention to be divided; the closed form is case 20 of gamed theory (many_metrics)"),
)  # fmt: skip

FIRM_CLAIMS = (
    Claim("S12", "Measuring jobs done, tasks completed and outputs holds people back; freeing them from scripts and outputs "
          "gives better experience, cost and shareholder value", (
        *service(" where jobs closed are paid", JOBS, DOWN),
        paid("pay on jobs closed: cost is higher", read.cost(), JOBS, UP),
        paid("pay on jobs closed: profit is lower", read.profit(), JOBS, DOWN),
        *freely("without scripts", SALARY, SCRIPTED, SCRIPTING),
    ), carrier=MOTIVE),
    Claim("S13", "Great customer experience is born of engaged employees; why is it so often not so?", (
        Check("engaged staff meet more needs", read.needs_met(), ENGAGED, SALARY, UP, assumed=HELPFUL),
        Check("where staff have always been engaged, experience is better", read.felt(), ENGAGED, SALARY, UP),
        paid("pay on NPS lowers engagement", read.indicator("engagement", "sd"), NPS, DOWN),
        paid("pay on handle time lowers engagement", read.indicator("engagement", "sd"), HANDLE, DOWN),
        paid("pay on jobs closed lowers engagement", read.indicator("engagement", "sd"), JOBS, DOWN),
    ), note="That engagement helps in a single contact is a parameter with a source; tested is what is left of it in the firm, "
          "whose customers expect what they have always had. "
          "Crowding-out has a sign that a scenario sets (staff.wellbeing.crowding).", carrier=STRESS),
    Claim("S14", "Call centres fail by their own measures", (
        paid("paid on handle time, it falls", read.reading("handle_time", "reported", "minutes"), HANDLE, DOWN),
        paid("and the service level is up", read.reading("service_level", "reported", "%"), HANDLE, UP),
        paid("while fewer needs are met at the first contact", read.reading("fcr_experienced", "true", "%"), HANDLE, DOWN),
        paid("failure demand is up", read.share("repeats", "contacts"), HANDLE, UP),
        *service("", HANDLE, DOWN),
    ), carrier=RUSHING),
    Claim("S15", "The triple crown: revenue up, cost down, service up, all at once", (*crown(OUTCOMES), *crown(BENIGN)),
          carrier=CARE),
    Claim("S16", "Customers are never satisfied for long", (
        Check("better service from week 0 meets more needs", read.needs_met(SOON), IMPROVED, LONG, UP, assumed=BETTER),
        Check("better service from week 0 pleases", read.felt(SOON), IMPROVED, LONG, UP, assumed=ADAPTING),
        Check("five years later the gain is smaller", read.less(read.felt(MUCH_LATER), read.felt(SOON)), IMPROVED, LONG, DOWN,
              assumed=ADAPTING),
        Check("less than half of it is left", read.less(read.felt(MUCH_LATER), read.felt(SOON), 0.5), IMPROVED, LONG, DOWN,
              assumed=ADAPTING),
        Check("while what they get has lost less than half a point of its gain", read.less(read.needs_met(MUCH_LATER),
              read.needs_met(SOON)), IMPROVED, LONG, UP, -0.5, assumed=ADAPTING),
    ), note="Satisfaction is for long no measure of what a change of service brought: what customers get stays, what they feel "
            "fades."),
    Claim("S17", "Long-term thinking beats short-term targets",
          needs="deferred pay with clawback, and horizons of managers over more than targets and coaching"),
    Claim("S18", "Small teams decide better; big meetings end in groupthink",
          needs="decisions taken in teams, with coordination cost and conformity"),
    Claim("S19", "Redesign the process from the outside in: fewer steps, hand-offs and failure points", (
        *freely("with two steps and no hand-off instead of three and one,", LEAN, SALARY, LEANER),
        Check("failure demand falls", read.share("repeats", "contacts"), LEAN, SALARY, DOWN, assumed=LEANER),
    ), note="The redesign itself is free here and loses nothing."),
    Claim("S20", "Good intentions pave the road", (
        paid("what the owners see of the NPS bonus is good: the score is up", read.reading("nps", "reported", "points"),
             NPS, UP, POINT),
        *service("", NPS, DOWN),
        paid("the firm earns less", read.profit(), NPS, DOWN),
        paid("pay on jobs: what the owners see is good", read.reading("jobs_closed", "reported", "jobs/hour"), JOBS, UP),
        *service(" (pay on jobs)", JOBS, DOWN),
        paid("pay on jobs: the firm earns less", read.profit(), JOBS, DOWN),
    ), note="Owners who adopt a scheme by their beliefs are not simulated. That everybody's choice is no worse than his status "
          "quo by his own beliefs is an invariant (tests/test_invariants.py).", carrier=CARE),
    Claim("S21", "Watching competitors instead of customers misleads", needs="competing firms and targets set on their scores"),
    Claim("S22", "Had I asked them, they would have said faster horses",
          needs="what customers say they want, apart from what they need"),
)  # fmt: skip
CLAIMS: tuple[Claim, ...] = (*STAFF_CLAIMS, *FIRM_CLAIMS)
