"""From a pay period's accounts to what each person reads: value, observations, the team's reading, standard error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from twin.people import Figures

if TYPE_CHECKING:
    from twin.accounts import Desk
    from twin.model import TwinFirm

Part = tuple[float, float, float]  # numerator, denominator, sum of squares


class Period:
    """A pay period as reported, each measure as it was `lag` weeks earlier."""

    def __init__(self, model: TwinFirm) -> None:
        self.model, every = model, model.spec.pay.every

        def parts(desk: Desk) -> list[Part]:
            return [desk.period(m.place, model.week - m.spec.lag, every) for m in model.measures]

        self.staff = {employee: parts(employee.desk) for employee in model.people["employee"]}
        self.teams = {}
        for team in model.teams:
            everybody = [parts(team.desk), *(self.staff[employee] for employee in team.staff)]
            self.teams[team] = [total(column) for column in zip(*everybody, strict=True)]
        self.firm = [total(column) for column in zip(*self.teams.values(), strict=True)]
        desks = [employee.desk for employee in model.people["employee"]] + [team.desk for team in model.teams]
        self.counts = [desk.counted(model.week, every) for desk in desks]
        self.variance = [self.spread(m.per_contact, *self.firm[m.place]) for m in model.measures]

    @staticmethod
    def spread(per_contact: float, num: float, den: float, squares: float) -> float:
        """Variance of what a single observation brings."""
        n = den / per_contact
        return max(squares / n - (num / n) * (num / n), 0.0) if n > 0.0 else 0.0

    def spreads(self, known: list[float]) -> list[float]:
        """Standard deviation of what one contact brings to perceived quality and to each measure; else what was known."""
        cases = squares = 0.0
        for employee in self.staff:
            cases += employee.lessons[0].cases
            squares += employee.lessons[0].squares
        seen = [squares / cases if cases > 0.0 else 0.0]
        for m, variance in zip(self.model.measures, self.variance, strict=True):
            rate = self.published[m.place]
            events = m.spec.reads in ("departures", "backlog")
            seen.append((0.0 if rate != rate else rate) if events else variance / m.per_contact**2)
        return [math.sqrt(new) if new > 0.0 else old for new, old in zip(seen, known, strict=True)]

    @property
    def published(self) -> list[float]:
        """The firm's readings; NaN where nothing was observed."""
        return [ratio(part) for part in self.firm]

    def read(self, person: Any) -> Figures:
        """What a person reads: an employee his own contacts, a manager his team, the others the firm."""
        if person.role == "employee":
            own, above = self.staff[person], self.teams[person.team]
        elif person.role == "manager":
            own = above = self.teams[self.model.teams[person.post]]
        else:
            own = above = self.firm
        measures = self.model.measures
        value = [ratio(part) for part in own]
        observed = [part[1] / m.per_contact for part, m in zip(own, measures, strict=True)]
        shared = [part if part[1] > 0.0 else self.firm[j] for j, part in enumerate(above)]
        sigma = [self.doubt(m.place, own, above, person) for m in measures]
        return Figures(value, observed, [ratio(part) for part in shared], sigma)

    def doubt(self, j: int, own: list[Part], above: list[Part], person: Any) -> float:
        """Standard error of a reading; an employee's rests on as many observations as a colleague's on average."""
        m, usual = self.model.measures[j], own[j][1]
        if person.role == "employee":
            usual = 0.0
            for part in self.staff.values():
                usual += part[j][1]
            usual /= len(self.staff)
        num, den = own[j][0], usual
        if usual <= 0.0:  # of what is read of customers nobody has observations of his own
            num, den = above[j][0], above[j][1]
        if m.spec.reads in ("departures", "backlog"):  # counts of events: noise follows from how many there were
            return math.sqrt(max(num, 1.0)) / max(den, 1.0)
        return math.sqrt(self.variance[j] / max(den / m.per_contact, 1.0)) / m.per_contact


def total(parts: Any) -> Part:
    """Sums of parts, in order."""
    num = den = squares = 0.0
    for n, d, s in parts:
        num, den, squares = num + n, den + d, squares + s
    return num, den, squares


def ratio(part: Part) -> float:
    """Numerator over denominator, NaN where nothing was observed."""
    return part[0] / part[1] if part[1] > 0.0 else math.nan
