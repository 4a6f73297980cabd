"""The measures: each hears of the events that it reads and writes them at the desk concerned, stage by stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.rules import customer as mind
from sim.scenario.measures import Measure as Written
from sim.world.state import COVERAGE, MEASUREMENT, NEVER, NONRESPONSE, PRESSURE, PROCESSING, STAGES, TRUE
from twin.accounts import Reading
from twin.surveys import Survey

if TYPE_CHECKING:
    from twin.contact import Contact
    from twin.customer import Customer, Issue
    from twin.model import TwinFirm
    from twin.team import Team


class Measure:
    """One measure of the scenario. A subclass says what becomes of an event; most events concern it not."""

    written: tuple[int, ...] = (TRUE, COVERAGE, MEASUREMENT, PRESSURE)  # stages at which something is written

    def __init__(self, model: TwinFirm, place: int, spec: Written) -> None:
        self.model, self.place, self.spec = model, place, spec
        self.taught = False  # whether anybody wants to know what moves it
        self.centre = 0.0  # what a contact brought on average in the last pay period
        self.per_contact = 1.0  # mean denominator of a contact that is counted

    @property
    def points(self) -> float:
        """Measure points per raw unit: 100 for shares, 1 for jobs an hour, minutes and means."""
        plain = self.spec.reads in ("jobs", "handle_minutes", "wait") or (self.spec.is_survey and self.spec.aggregate == "mean")
        return 1.0 if plain else 100.0

    def asked(self, contact: Contact) -> None:
        """The contact is over, and customers may be asked."""

    def complained(self, contact: Contact, intended: float, voiced: float, recorded: float) -> None:
        """A served customer wished to complain, did, and was recorded, or not."""

    def served(self, contact: Contact) -> None:
        """The contact is written in the log."""

    def abandoned(self, team: Team, first: bool, wait: float) -> None:
        """A caller of the team has hung up."""

    def ended(self, customer: Customer, issue: Issue, met_at: float) -> None:
        """An issue has come to its end."""

    def week_ends(self, team: Team) -> None:
        """What is read once a week of a team's customers."""

    def log(self, reading: Reading, true: tuple[float, float], logged: tuple[float, float], honest: float, bent: float) -> float:
        """One event as it was, as far as it is in the log, as written in good faith, and as staff bent it.

        Where the system writes the log on the customer's word, what is logged is what was. Returns what the log says.
        """
        if self.spec.logging != "manual":
            honest = bent = logged[0]
        reading.add(TRUE, *true)
        reading.add(COVERAGE, *logged)
        reading.add(MEASUREMENT, honest, logged[1])
        reading.add(PRESSURE, bent, logged[1])
        reading.square += bent * bent
        return bent

    def log_served(self, contact: Contact, value: float, true: tuple[float, float] | None = None,
                   good_faith: float | None = None, logged: tuple[float, float] | None = None) -> None:  # fmt: skip
        """A served contact of which the log says `value`; whoever served may learn from it."""
        plain = (value, 1.0)
        logged = logged or plain
        honest = value if good_faith is None else good_faith
        num = self.log(contact.desk.readings[self.place], true or plain, logged, honest, value)
        if self.taught:
            self.teach(contact, (num - self.centre * logged[1]) / self.per_contact)

    def teach(self, contact: Contact, surplus: float) -> None:
        contact.employee.lessons[self.place + 1].learn(contact.tried, contact.passed, surplus)


class Jobs(Measure):
    """Jobs done an hour of work."""

    def served(self, contact: Contact) -> None:
        hours = contact.minutes / 60.0
        solved = (contact.solved, hours)
        self.log_served(contact, contact.written, solved, contact.good_faith, solved)


class HandleTime(Measure):
    def served(self, contact: Contact) -> None:
        self.log_served(contact, contact.minutes)


class ServiceLevel(Measure):
    """Share served within the threshold; by the log, whoever hung up never called."""

    def served(self, contact: Contact) -> None:
        self.log_served(contact, 1.0 if contact.wait <= self.spec.threshold else 0.0)

    def abandoned(self, team: Team, first: bool, wait: float) -> None:
        self.log(team.desk.readings[self.place], (0.0, 1.0), (0.0, 0.0), 0.0, 0.0)


class Wait(Measure):
    def served(self, contact: Contact) -> None:
        self.log_served(contact, contact.wait)

    def abandoned(self, team: Team, first: bool, wait: float) -> None:
        self.log(team.desk.readings[self.place], (wait, 1.0), (0.0, 0.0), 0.0, 0.0)


class Abandonment(Measure):
    def served(self, contact: Contact) -> None:
        self.log_served(contact, 0.0)

    def abandoned(self, team: Team, first: bool, wait: float) -> None:
        self.log(team.desk.readings[self.place], (1.0, 1.0), (1.0, 1.0), 1.0, 1.0)


class FirstClosed(Measure):
    """First-contact resolution: the log's first contact is the first that was served, the customer's his first call."""

    def served(self, contact: Contact) -> None:
        if contact.first:
            count = 0.0 if contact.repeat else 1.0
            logged = (contact.solved, 1.0)
            self.log_served(contact, contact.written, (contact.solved * count, count), contact.good_faith, logged)

    def abandoned(self, team: Team, first: bool, wait: float) -> None:
        if first:
            self.log(team.desk.readings[self.place], (0.0, 1.0), (0.0, 0.0), 0.0, 0.0)


class NoRepeat(Measure):
    """No repeat within the window, read off the system: that silence is not success is an honest error of it."""

    written = (TRUE, MEASUREMENT)

    def ended(self, customer: Customer, issue: Issue, met_at: float) -> None:
        if issue.first_server is None:
            return
        quiet = 0.0 if issue.second_after - issue.first_after <= self.spec.within else 1.0
        reading = issue.first_server.desk.readings[self.place]
        reading.add(TRUE, 1.0 if issue.first_solved else 0.0, 1.0)
        reading.add(MEASUREMENT, quiet, 1.0)
        reading.square += quiet * quiet
        if self.taught:
            issue.first_server.lessons[self.place + 1].learn(issue.first_acts, False, quiet - self.centre)


class InTime(Measure):
    """Share of needs met within the deadline; needs of which nobody ever heard are missing in the log."""

    def ended(self, customer: Customer, issue: Issue, met_at: float) -> None:
        true = 1.0 if met_at - issue.since <= self.spec.within else 0.0
        there = 1.0 if issue.server is not None else 0.0
        honest = there if issue.marked_after <= self.spec.within else 0.0
        bent = there if issue.closed_after <= self.spec.within else 0.0
        desk = customer.team.desk if issue.server is None else issue.server.desk
        value = self.log(desk.readings[self.place], (true, 1.0), (true * there, there), honest, bent)
        if self.taught and issue.server is not None:
            issue.server.lessons[self.place + 1].learn(issue.acts, False, value - self.centre)


class Complaints(Measure):
    """Share of contacts with a complaint: intended, voiced, recorded."""

    written = (TRUE, NONRESPONSE, PROCESSING)

    def complained(self, contact: Contact, intended: float, voiced: float, recorded: float) -> None:
        reading = contact.desk.readings[self.place]
        reading.add(TRUE, intended, 1.0)
        reading.add(NONRESPONSE, voiced, 1.0)
        reading.add(PROCESSING, recorded, 1.0)
        reading.square += recorded * recorded
        if self.taught:
            self.teach(contact, recorded - self.centre)


class Departures(Measure):
    """Customers who left, a year."""

    def week_ends(self, team: Team) -> None:
        left, years = team.desk.counts.left, len(team.customers) / 52.0
        self.log(team.desk.readings[self.place], (left, years), (left, years), left, left)


class Backlog(Measure):
    """Open issues a customer, by his word and by the log."""

    def week_ends(self, team: Team) -> None:
        issues = team.open_issues()
        count, active = float(len(issues)), float(len(team.customers))
        honest = float(sum(not issue.log_marked for issue in issues))
        bent = float(sum(not issue.log_closed for issue in issues))
        self.log(team.desk.readings[self.place], (count, active), (count, active), honest, bent)


class Asked(Measure):
    """A measure made of answers."""

    written = tuple(range(STAGES))

    def __init__(self, model: TwinFirm, place: int, spec: Written) -> None:
        super().__init__(model, place, spec)
        self.survey = Survey(self)


class NeedsMet(Asked):
    """Verified outcomes: customers are asked, when all is over, whether the need was met in time."""

    def ended(self, customer: Customer, issue: Issue, met_at: float) -> None:
        true = 1.0 if met_at - issue.since <= self.spec.within else 0.0
        desk = customer.team.desk if issue.server is None else issue.server.desk
        answer = self.survey.ask(
            customer, desk.readings[self.place], customer.need, 2 * self.place + 2000, 10.0 * true, customer.score(),
            in_trouble=issue.contacts > 0 or met_at >= NEVER,
        )  # fmt: skip
        if answer.given:
            customer.team.desk.counts.asking += self.spec.cost
        if self.taught and issue.server is not None and answer.counts is not None:
            issue.server.lessons[self.place + 1].learn(issue.acts, False, answer.counts - self.centre)


class ContactSurvey(Asked):
    """A question about a contact, put right after it."""

    def asked(self, contact: Contact) -> None:
        if self.spec.reads == "first_time" and not contact.first:
            return
        customer = contact.customer
        answer = self.survey.ask(
            customer, contact.desk.readings[self.place], contact.when, 2 * self.place, self.latent(contact),
            self.feeling(contact), in_trouble=contact.solved <= 0.0 or contact.repeat,
            fatigued=customer.is_tired_of(self.place, contact.at), selecting=contact.selecting, lift=contact.lift,
        )  # fmt: skip
        customer.note_answer(self, answer, contact.at, contact.desk)
        if self.taught and answer.counts is not None:
            self.teach(contact, answer.counts - self.centre)

    def latent(self, contact: Contact) -> float:
        """What he would say in confidence, on the 0-10 latent."""
        s = self.model.spec.customers.survey
        if self.spec.reads == "recommend":
            return contact.score
        if self.spec.reads == "satisfaction":
            return self.feeling(contact)
        if self.spec.reads == "first_time":
            return 10.0 * contact.solved
        return mind.ease_answer(
            contact.satisfaction, contact.efforts, contact.wait, s.ease_level, s.ease_slope, s.ease_by_effort, s.ease_by_wait
        )

    def feeling(self, contact: Contact) -> float:
        """How he feels about what is asked: about the relationship, else about this contact."""
        if self.spec.reads == "recommend":
            return contact.score
        s = self.model.spec.customers.survey
        return mind.contact_answer(contact.score, contact.satisfaction, s.contact_share, s.contact_level, s.contact_slope)


class CustomerSurvey(Asked):
    """A question to all customers, wherever they stand, by the week."""

    def week_ends(self, team: Team) -> None:
        for customer in team.customers:
            at, score = self.model.now + 1.0, customer.score()
            answer = self.survey.ask(
                customer, team.desk.readings[self.place], math.floor(self.model.now), 2 * self.place + 1000, score, score,
                in_trouble=customer.issue is not None, fatigued=customer.is_tired_of(self.place, at),
            )  # fmt: skip
            customer.note_answer(self, answer, at, team.desk)


KINDS: dict[str, type[Measure]] = {
    "jobs": Jobs, "handle_minutes": HandleTime, "service_level": ServiceLevel, "wait": Wait, "abandonment": Abandonment,
    "first_closed": FirstClosed, "no_repeat": NoRepeat, "in_time": InTime, "complaints": Complaints,
    "departures": Departures, "backlog": Backlog, "needs_met": NeedsMet,
}  # fmt: skip


def measure(model: TwinFirm, place: int, spec: Written) -> Measure:
    """The measure that the scenario writes down."""
    if spec.is_survey:
        return (CustomerSurvey if spec.population == "customers" else ContactSurvey)(model, place, spec)
    return KINDS[spec.reads](model, place, spec)
