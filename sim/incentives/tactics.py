"""The catalogue of acts: a number for each, who can do it, what it needs, what it bends, where in the engine it acts.

The usual direction for the truth is not here: it comes out of the contacts.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.schema import Scenario

CARE, RUSH, SELECT, PLEAD, GIFT, CLOSE, CHERRY, DIVERT, CHARM = range(9)
ACTS = 9
FIRST_TACTIC = SELECT

# Levers of those above, numbered on so that one table of expected effects serves everybody.
FILTER, SELECT_CENTRAL, RECLASSIFY, DIVERSION, PRESS, COACH, STRETCH, PROMISE = range(ACTS, ACTS + 8)
ALL_ACTS = ACTS + 8
SERVING = (CARE, RUSH, PRESS, COACH, STRETCH)  # ways of working and leading; all others are tactics


@dataclass(frozen=True)
class Act:
    """One thing that somebody can do more or less of (an intensity between 0 and 1)."""

    number: int
    name: str
    who: str
    needs: str
    bends: str
    acts_in: str

    @property
    def tactic(self) -> bool:
        """Whether it is a way round serving: it has no worth but through pay, and those who never game do not do it."""
        return self.number not in SERVING


CATALOGUE: tuple[Act, ...] = (
    Act(CARE, "care", "employee", "time", "nothing: it serves", "rules.service.resolve_probability, courtesy"),
    Act(RUSH, "rushing", "employee", "nothing", "handle time, jobs per hour", "rules.service.paced_minutes"),
    Act(SELECT, "selective_invitation", "employee", "a survey to which staff invite", "surveys",
        "rules.survey.passes_over"),
    Act(PLEAD, "pleading", "employee", "a survey that is not confidential", "surveys", "the stated answer"),
    Act(GIFT, "gifts", "employee", "a survey that is not confidential", "surveys", "the stated answer"),
    Act(CLOSE, "closing_early", "employee", "a log that staff write", "jobs, first-contact resolution, deadlines",
        "the log; no follow-up comes"),
    Act(CHERRY, "cherry_picking", "employee", "colleagues and a look at the case", "everything read per employee",
        "who serves; a hand-off for the customer"),
    Act(DIVERT, "complaint_diversion", "employee", "a complaint made to staff", "recorded complaints",
        "the complaint; no remedy comes"),
    Act(CHARM, "charm", "employee", "nothing", "nothing", "nowhere"),
    Act(FILTER, "filtering", "manager", "answers that pass his hands", "surveys", "the report"),
    Act(SELECT_CENTRAL, "selecting", "central", "a survey that the office runs", "surveys", "the frame"),
    Act(RECLASSIFY, "reclassifying", "central", "answers that pass its hands", "surveys", "the report"),
    Act(DIVERSION, "diversion", "head", "a team for it", "recorded complaints", "the complaint; no remedy comes"),
    Act(PRESS, "pressing", "manager", "pay on the team's results", "what staff strive for", "staff's choice"),
    Act(COACH, "coaching", "manager", "staff time", "nothing: it teaches", "ability"),
    Act(STRETCH, "stretching", "manager", "targets that he sets", "what staff strive for", "staff's targets"),
    Act(PROMISE, "promising", "head", "marketing", "new customers", "rules.market.join_probability, expectation"),
)  # fmt: skip

BY_NUMBER = {act.number: act for act in CATALOGUE}
EMPLOYEE_ACTS = tuple(act.name for act in CATALOGUE[:ACTS])
BY_ROLE = {
    role: tuple(act.number for act in CATALOGUE if act.who == role)
    for role in ("employee", "manager", "central", "head")
}


def has_occasion(number: int, spec: Scenario) -> bool:
    """Whether the world holds what the act needs, by the properties of its measures and schemes; nobody does what he cannot do.

    What everybody meets who serves (a case, a log that he writes, a complaint) is always there.
    """
    asked = [m for m in spec.measures.values() if m.is_survey or m.reads == "needs_met"]
    if number == SELECT:
        return any(m.sample == "employee" for m in asked)
    if number in (PLEAD, GIFT):
        return any(m.is_survey and m.population == "contacts" and m.confidential < 1.0 for m in asked)
    if number == SELECT_CENTRAL:
        return any(m.sample == "central" for m in asked)
    if number in (FILTER, RECLASSIFY):
        return any(BY_NUMBER[number].who in m.handled_by for m in asked)
    if number == STRETCH:
        return any(scheme.target.rule == "manager" for scheme in spec.pay.schemes)
    return True


def by_name(name: str) -> Act:
    """The act of that name; KeyError names the known ones."""
    for act in CATALOGUE:
        if act.name == name:
            return act
    raise KeyError(f"no act {name!r}; there are {', '.join(act.name for act in CATALOGUE)}")
