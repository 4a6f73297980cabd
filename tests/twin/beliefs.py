"""What a person believes his acts do: trade lore to begin with, contacts or periods to learn from, a sample to choose by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.incentives import tactics as act
from sim.rules import employee as rules
from sim.world import chance

if TYPE_CHECKING:
    from twin.people import Person

Effects = list[list[float]]  # by place of what is read (0: perceived quality, then the measures) and act of the role


def from_lore(person: Person, effects: Effects, places: Iterable[int]) -> None:
    """Beliefs of somebody who has tried nothing yet; effects are those of acts that work."""
    learning = person.model.spec.staff.learning
    if not person.belief:
        person.belief = [[0.0] * len(person.acts) for _ in effects]
        person.certainty = [[0.0] * len(person.acts) for _ in effects]
    said = [[x * s for x, s in zip(row, person.skill, strict=True)] for row in declared(person, effects)]
    for j in places:
        size = person.model.spreads[j] if j > 0 or person.role == "employee" else 0.0
        for k in range(len(person.acts)):
            z = chance.normal_from(person.model.chance.one(person.key, person.person, chance.LORE, k * 256 + j))
            person.belief[j][k] = learning.lore * (said[j][k] + learning.lore_error * size * z)
            doubt = learning.doubt * size
            person.certainty[j][k] = 1.0 / (doubt * doubt) if doubt > 0.0 else math.inf


def declared(person: Person, effects: Effects) -> Effects:
    """What the trade says an act does when it works: what it does, unless the scenario declares otherwise."""
    said = [list(row) for row in effects]
    if person.role == "employee":
        for k, name in enumerate(act.EMPLOYEE_ACTS[act.FIRST_TACTIC :], start=act.FIRST_TACTIC):
            lore = getattr(person.model.spec.tactics, name).lore
            if lore is not None:
                for j in range(1, len(said)):
                    said[j][k] = lore * max(abs(x) for x in effects[j])
    return said


def remember(employee: Any, effects: Effects) -> None:
    """At the start: what an employee has learned of serving in his time, as if every period had been like this one."""
    learning, staff = employee.model.spec.staff.learning, employee.model.people["employee"]
    cases = squares = 0.0
    for colleague in staff:
        cases += colleague.lessons[0].cases
        squares += colleague.lessons[0].squares
    if squares <= 0.0:
        return
    periods = employee.tenure / employee.model.spec.pay.every
    kept = (1.0 - learning.forgetting) ** periods
    past = (1.0 - kept) / learning.forgetting if learning.forgetting > 0.0 else periods
    for k in range(act.ACTS):
        own, together = employee.lessons[0].taught(k)[0], 0.0
        for mate in employee.team.staff:
            together += mate.lessons[0].taught(k)[0]
        seen = (own + learning.colleagues * (together - own)) * cases / squares * past
        known = employee.certainty[0][k] * kept
        if known < math.inf and known + seen > 0.0:
            truth = effects[0][k] * employee.skill[k]
            employee.belief[0][k] = (known * employee.belief[0][k] + seen * truth) / (known + seen)
            employee.certainty[0][k] = known + seen


def learn_from_contacts(teams: list[Any]) -> None:
    """Employees take the pay period's contacts into belief: their own fully, colleagues' at a discount (Kalman)."""
    staff = [employee for team in teams for employee in team.staff]
    learning = staff[0].model.spec.staff.learning
    for j in range(len(staff[0].lessons)):
        cases = squares = 0.0
        for employee in staff:
            cases += employee.lessons[j].cases
            squares += employee.lessons[j].squares
        noise = squares / max(cases, 1.0)
        noise = noise if noise > 0.0 else math.inf
        for team in teams:
            for k in range(act.ACTS):
                _share(team.staff, j, k, noise, learning.colleagues, learning.forgetting)


def _share(staff: list[Any], j: int, k: int, noise: float, colleagues: float, forgetting: float) -> None:
    """A team learns what act k does to what is read at place j."""
    own = [employee.lessons[j].taught(k) for employee in staff]
    together = evidence_together = 0.0
    for information, evidence in own:
        together += information
        evidence_together += evidence
    for employee, (information, evidence) in zip(staff, own, strict=True):
        if employee.certainty[j][k] < math.inf:
            information += colleagues * (together - information)
            evidence += colleagues * (evidence_together - evidence)
            _update(employee, j, k, evidence / noise, information / noise, forgetting)


def _update(person: Person, j: int, k: int, evidence: float, information: float, forgetting: float) -> None:
    """Bayes' rule for a Gaussian belief; certainty fades a little first."""
    before = rules.certainty_after(person.certainty[j][k], forgetting)
    person.belief[j][k] = rules.belief_mean(person.belief[j][k], before, evidence, information)
    person.certainty[j][k] = before + information


def learn_from_period(person: Person) -> None:
    """Those above learn from a whole period: the reading above its slow mean against the lever above its slow mean."""
    value, sigma = person.figures.value, person.figures.sigma
    if person.last_lever is None or person.baseline is None:
        person.last_lever, person.baseline = list(person.intensity), list(value)
        return
    pulled = [a - b for a, b in zip(person.intensity, person.last_lever, strict=True)]
    forgetting = person.model.spec.staff.learning.forgetting
    for j in range(len(value) + 1):
        weight = news = 0.0
        if j > 0:
            surprise = value[j - 1] - person.baseline[j - 1]
            if not math.isnan(surprise) and sigma[j - 1] * sigma[j - 1] > 0.0:
                weight = 1.0 / (sigma[j - 1] * sigma[j - 1])
                news = weight * surprise
        for k, x in enumerate(pulled):
            if person.certainty[j][k] < math.inf:
                _update(person, j, k, news * x, weight * (x * x), forgetting)
    person.last_lever = [b + 0.3 * x for b, x in zip(person.last_lever, pulled, strict=True)]
    person.baseline = [_slow(old, new) for old, new in zip(person.baseline, value, strict=True)]


def _slow(old: float, new: float) -> float:
    """A slow mean; what is missing leaves it, and it begins with the first that is there."""
    old = new if math.isnan(old) else old
    return old if math.isnan(new) else old + 0.3 * (new - old)


def sampled(person: Person, week: int, places: Iterable[int]) -> Effects:
    """Thompson sampling: one draw from each belief at these places; the rest stays the mean."""
    out = [list(row) for row in person.belief]
    for k, is_open in enumerate(person.is_open()):
        if is_open:
            for j in places:
                sure = person.certainty[j][k]
                if 0.0 < sure < math.inf and (j > 0 or not person.tactics[k]):
                    z = chance.normal_from(person.model.chance.one(person.key, week, chance.BELIEF, k * 256 + j))
                    out[j][k] += z / math.sqrt(sure)
    return out
