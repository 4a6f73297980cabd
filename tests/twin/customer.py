"""A customer: his needs and calls, what he feels and remembers, whether he complains, answers, comes back, leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.incentives import tactics as act
from sim.rules import service, voice
from sim.world import chance
from sim.world.state import NEVER
from twin.contact import Contact
from twin.mind import Minded

if TYPE_CHECKING:
    from twin.accounts import Desk
    from twin.employee import Employee
    from twin.measures import Measure
    from twin.model import TwinFirm
    from twin.surveys import Answer
    from twin.team import Team


class Issue:
    """A need that has been called about and is not settled yet. Delays are in weeks since the need."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.contacts = 0
        self.server: Employee | None = None  # of the last contact
        self.first_server: Employee | None = None
        self.acts: set[int] = set()  # what the last one attempted
        self.first_acts: set[int] = set()
        self.first_solved = self.log_marked = self.log_closed = False  # marked: in good faith; closed: at all
        self.first_after = self.second_after = self.marked_after = self.closed_after = NEVER

    def visit(self, employee: Employee, at: float, tried: set[int], solved: float) -> bool:
        """Somebody serves; returns whether for the first time."""
        first = self.first_server is None
        if first:
            self.first_after = at - self.since
            self.first_server, self.first_acts, self.first_solved = employee, tried, solved > 0.0
        elif self.second_after >= NEVER:
            self.second_after = at - self.since
        self.server, self.acts = employee, tried
        return first

    def log(self, at: float, good_faith: float, written: float) -> None:
        """The log has the issue as done, in good faith or because somebody wants it so."""
        if good_faith > 0.0 and not self.log_marked:
            self.marked_after, self.log_marked = at - self.since, True
        if written > 0.0 and not self.log_closed:
            self.closed_after, self.log_closed = at - self.since, True

    def met(self, at: float) -> None:
        """What is met is done in any log."""
        self.marked_after = min(self.marked_after, at - self.since)
        self.closed_after = min(self.closed_after, at - self.since)


class Customer(Minded):
    """A customer; `place` is who he is in every world of this seed. Dates in weeks, scores 0-10, the rest in quality."""

    new_issue: type[Issue] = Issue

    def __init__(self, model: TwinFirm, place: int) -> None:
        super().__init__(model)
        self.model = model
        self.place = place
        self.team: Team = model.teams[place % len(model.teams)]
        self.issue: Issue | None = None
        self.need = 0  # ordinal of the current or next need
        self.lost_hope = self.to_call = self.gone = False
        self.invited: dict[int, float] = {}  # date of the last invitation by each survey

    def enter(self, at: float, expectation: float, end: float, peak: float, taste: float, contract: bool, segment: int) -> None:
        """He is there from this date on."""
        model = self.model
        self.segment = model.segments[segment]
        self.contract, self.taste, self.end, self.peak = contract, taste, end, peak
        self.expect(at, expectation)
        self.need_at = at
        self.next_need()
        self.due, self.leaves_at = self.need_at, NEVER
        if model.spec.mechanisms.exit:
            threshold = -math.log(model.chance.one(self.place, 0, chance.EXIT))
            hazard = self.hazard(self.score())
            if hazard > 0.0:
                self.leaves_at = at + threshold / hazard
        self.team.customers[self] = None

    # --- a week -----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Everything that happens to him in this week, in the order of its dates."""
        now, calls = self.model.now, 0
        end = now + 1.0
        while not self.gone and (self.due < end or self.leaves_at < end):
            if self.leaves_at < self.due:
                if self.issue is not None:
                    self.end_issue(self.leaves_at, NEVER)
                self.leave()
                continue
            calls += 1
            at = max(self.due, now)
            met_at = self.call(at)
            if met_at is not None:
                self.end_issue(at, met_at)
        if calls > 1:
            self.team.desk.counts.same_week += calls - 1.0

    @property
    def will_call(self) -> bool:
        """Whether he is to call in this week, as one can tell at its beginning."""
        return self.due < self.model.now + 1.0 and self.due <= self.leaves_at

    def call(self, at: float) -> float | None:
        """He calls about his need. Returns when it is met (NEVER: given up), None if he will call again."""
        model, team = self.model, self.team
        if self.issue is None:
            self.issue = self.new_issue(self.need_at)
            team.desk.counts.needs += 1.0
        when = self.need * 256 + self.issue.contacts
        u = model.chance.four(self.place, when, chance.CONTACT)
        v = model.chance.four(self.place, when, chance.AFTER)
        wait = 0.0
        if model.spec.mechanisms.queue:
            wait = team.offered_wait(u[0])
            if wait > 0.0:
                patience = -model.patience * math.log(1.0 - u[1])
                if wait > patience:
                    return self.hang_up(at, patience, v)
            wait += team.backlog / model.servers
        team.remember(self, at, wait, v[0])
        employee, tried, worked, passed = team.route(self, when, u[2])
        efforts = self.issue.contacts + model.extra_handoffs + float(passed)
        contact = Contact(self, employee, at, when, wait, tried, worked, passed, self.issue.contacts > 0, efforts)
        return self.be_served(contact, u[3], v)

    def hang_up(self, at: float, wait: float, v: tuple[float, float, float, float]) -> float | None:
        """He has waited for nothing, and may try again."""
        issue, before = self.issue, self.score()
        desk = self.team.desk
        desk.counts.abandoned += 1.0
        desk.counts.wait += wait
        for measure in self.model.measures:
            measure.abandoned(self.team, issue.contacts == 0, wait)
        self.experience(at, 0.0, wait, 0.0, issue.contacts + self.model.extra_handoffs)
        self.reconsider(at, before)
        return self.come_back(at, v[2], v[3])

    def be_served(self, contact: Contact, u_solve: float, v: tuple[float, float, float, float]) -> float | None:
        """The contact itself and everything that follows from it."""
        issue, at, before, model = self.issue, contact.at, self.score(), self.model
        contact.employee.serve(contact, self.difficulty, u_solve, v[0])
        contact.quality, contact.satisfaction = self.experience(
            at, contact.solved, contact.wait, contact.courtesy, contact.efforts
        )
        contact.first = issue.visit(contact.employee, at, contact.tried, contact.solved)
        contact.score = self.score()
        for measure in model.measures:
            measure.asked(contact)
        remedied = self.voice(contact)
        contact.employee.write_log(contact, issue, v[1])
        for measure in model.measures:
            measure.served(contact)
        contact.employee.lessons[0].learn(contact.tried, contact.passed, contact.quality - model.usual_quality)
        contact.count(self.reconsider(at, before))
        if contact.solved > 0.0 or remedied:
            return at
        w = model.spec.service.work
        if contact.written <= 0.0 and model.chance.one(self.place, contact.when, chance.VOICE, 1) < w.followup:
            return at + w.followup_weeks
        return self.come_back(at, v[2], v[3])

    def voice(self, contact: Contact) -> bool:
        """He may complain about an unmet need. Returns whether that gets it met."""
        intended = voiced = recorded = 0.0
        remedied = False
        if self.model.spec.mechanisms.complaints and contact.solved <= 0.0:
            intended, voiced, recorded, remedied = self.complain(contact)
        for measure in self.model.measures:
            measure.complained(contact, intended, voiced, recorded)
        return remedied

    def complain(self, contact: Contact) -> tuple[float, float, float, bool]:
        """A complaint: wished for, voiced, recorded (1 or 0 each), and whether the need was met by it."""
        model, counts, v = self.model, contact.desk.counts, self.model.spec.customers.voice
        u = model.chance.four(self.place, contact.when, chance.VOICE)
        if u[0] >= voice.complaint_wish(contact.score, v.complaint_at, v.complaint_slope):
            return 0.0, 0.0, 0.0, False
        counts.intended += 1.0
        if u[1] >= voice.aloud(v.aloud, self.hope(), self.segment.voice):
            return 1.0, 0.0, 0.0, False
        counts.voiced += 1.0
        if act.DIVERT in contact.tried:
            contact.gaming += model.act_minutes[act.DIVERT]
        hushed = act.DIVERT in contact.worked
        diverted = not hushed and u[2] < model.levers[act.DIVERSION] * model.reach[act.DIVERSION]
        counts.hushed += float(hushed)
        counts.diverted += float(diverted)
        if hushed or diverted:
            self.lost_hope = True
            if model.remembers:
                self.end = self.end - v.hushed
            return 1.0, 1.0, 0.0, False
        counts.recorded += 1.0
        if model.remembers:
            self.end = self.end + v.relief
        return 1.0, 1.0, 1.0, u[3] < v.remedy

    def come_back(self, at: float, u_return: float, u_delay: float) -> float | None:
        """An unmet need comes back after a while (None), or is given up (NEVER)."""
        c, issue = self.model.spec.customers, self.issue
        again = service.return_probability(c.return_probability, c.return_fading, issue.contacts, c.return_cap)
        issue.contacts += 1
        if not self.model.spec.mechanisms.repeats or u_return >= again:
            return NEVER
        self.due = at + max(chance.from_latent(*self.model.return_delay, u_delay), 0.0)
        return None

    def end_issue(self, at: float, met_at: float) -> None:
        """The issue ends, met at a date or never; the next need is dated from this one, and waits for nobody."""
        issue, counts = self.issue, self.team.desk.counts
        if met_at < NEVER:
            issue.met(met_at)
            counts.met += 1.0
        for measure in self.model.measures:
            measure.ended(self, issue, met_at)
        counts.ended += 1.0
        self.issue = None
        self.need += 1
        self.next_need()
        self.due = max(self.need_at, at)

    def next_need(self) -> None:
        """Date the next need from the one before, and draw its difficulty."""
        c, model = self.model.spec.customers, self.model
        u = model.chance.four(self.place, self.need, chance.NEED)
        rate = c.needs_per_week * self.segment.needs
        if rate > 0.0:
            self.need_at += service.gap_in_season(-math.log(u[0]) / rate, self.need_at, c.season)
        else:
            self.need_at = NEVER
        self.difficulty = chance.from_latent(*model.difficulty, u[1]) + self.segment.difficulty

    def leave(self) -> None:
        """He is gone."""
        counts = self.team.desk.counts
        counts.left += 1.0
        counts.left_by_answer[self.answer] += 1.0
        self.gone = True
        del self.team.customers[self]
        self.remove()

    # --- surveys and call-backs -------------------------------------------------------------------------------------

    def date(self, at: float) -> float:
        """A date as he remembers it."""
        return at

    def is_tired_of(self, survey: int, at: float) -> bool:
        """Whether he was invited not long ago."""
        return self.date(at) - self.invited.get(survey, -1e9) < self.model.spec.customers.survey.fatigue_weeks

    def note_answer(self, measure: Measure, answer: Answer, at: float, desk: Desk) -> None:
        """An invitation is remembered, an answer costs, a bad one may be called back."""
        if answer.invited:
            self.invited[measure.place] = self.date(at)
        if answer.given:
            desk.counts.asking += measure.spec.cost
        if answer.bad and measure is self.model.loop_measure:
            self.to_call = True
