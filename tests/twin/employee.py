"""An employee: what he attempts in a contact, how he serves, what he writes in the log, how he tires, grows and leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.incentives import tactics as act
from sim.rules import employee as rules
from sim.rules import renewal, service
from sim.world import chance
from sim.world.params import draw
from sim.world.people import ABILITY, ENGAGEMENT, FIRST_ACT, FIRST_SKILL, NOTHING
from twin import choosing
from twin.accounts import Desk, Lesson
from twin.chooser import Chooser
from twin.contact import Contact
from twin.people import own_ways

if TYPE_CHECKING:
    from twin.customer import Issue
    from twin.model import TwinFirm

BLOCKS = (range(4), range(4, 8), range(8, act.ACTS))  # acts that share four uniforms


class Employee(Chooser):
    """Serves the customers of his team. His accounts stay with the post."""

    role = "employee"

    def __init__(self, model: TwinFirm, post: int) -> None:
        super().__init__(model, post)
        self.team = model.teams[post // model.spec.staff.team_size]
        self.team.staff.append(self)
        self.desk = Desk(len(model.measures), model.remembered_weeks)
        self.forget_lessons()
        self.take_post()

    def forget_lessons(self) -> None:
        """The pay period's contacts have taught what they can."""
        self.lessons = [Lesson() for _ in range(len(self.model.measures) + 1)]

    def grow_older(self) -> None:
        """A week older in the job."""
        self.tenure += 1.0

    # --- a contact --------------------------------------------------------------------------------------------------

    def attempt(self, customer: int, when: int) -> tuple[set[int], set[int]]:
        """Which acts he attempts in this contact and which of them work: one uniform an act."""
        tried, worked = set(), set()
        for block, acts in enumerate(BLOCKS):
            if not any(self.intensity[k] > 0.0 for k in acts):
                continue
            u = self.model.chance.four(customer, when, chance.ACTS, block)
            for k in acts:
                if u[k % 4] < self.intensity[k]:
                    tried.add(k)
                    if u[k % 4] < self.intensity[k] * self.skill[k]:
                        worked.add(k)
        return tried, worked

    def serve(self, contact: Contact, difficulty: float, u_solve: float, u_minutes: float) -> None:
        """Work on the need: how long it takes, whether it is solved, how it feels."""
        w, scripts = self.model.spec.service.work, self.model.spec.service.process.scripts
        care, rush = (float(k in contact.tried) for k in (act.CARE, act.RUSH))
        plead = float(act.PLEAD in contact.worked)
        fresh = service.novice(self.tenure, w.proficiency, scripts)
        minutes = service.handle_minutes(
            w.minutes * self.model.process_minutes, w.minutes_by_difficulty, w.minutes_by_ability, difficulty, self.ability,
            w.novice_minutes * fresh,
        )  # fmt: skip
        spread = w.minutes_spread * (1.0 - 0.5 * scripts)
        if spread > 0.0:
            minutes *= math.exp(spread * chance.normal_from(u_minutes) - 0.5 * spread * spread)
        contact.minutes = service.paced_minutes(minutes, care, rush, w.care_minutes, w.rush_minutes)
        odds = service.resolution_log_odds(
            w.resolution, w.resolution_by_difficulty, w.resolution_by_ability, w.resolution_by_engagement, difficulty,
            self.ability, self.engagement, w.novice_resolution * fresh, scripts, self.model.spec.service.process.script_error,
            self.model.spec.service.process.script_rigidity,
        )  # fmt: skip
        solving = service.resolve_probability(odds, care, rush, w.care_resolution, w.rush_resolution, self.team.sound)
        contact.solved = float(u_solve < solving)
        contact.courtesy = service.courtesy(
            self.engagement, w.courtesy_by_engagement, care, rush, plead, w.care_courtesy, w.rush_courtesy, w.plead_courtesy
        )

    def write_log(self, contact: Contact, issue: Issue, u_misjudged: float) -> None:
        """What the log will say: done, taken for done in good faith, or done because he wants it so."""
        misjudged = self.model.spec.service.work.misjudged
        contact.good_faith = float(contact.solved > 0.0 or u_misjudged < misjudged)
        closing = contact.solved <= 0.0 and act.CLOSE in contact.worked
        contact.written = float(contact.good_faith > 0.0 or closing)
        issue.log(contact.at, contact.good_faith, contact.written)
        contact.gaming += contact.time_beside_serving()
        contact.minutes += contact.gaming

    # --- who he is --------------------------------------------------------------------------------------------------

    @property
    def base(self) -> float:
        return self.model.spec.pay.base

    @property
    def section(self) -> Any:
        return self.model.spec.staff

    @property
    def substitution(self) -> float:
        return self.model.spec.staff.substitution

    def prices(self) -> list[Any]:
        s, t = self.model.spec.staff, self.model.spec.tactics
        tactics = [getattr(t, name) for name in act.EMPLOYEE_ACTS[act.FIRST_TACTIC :]]
        return [own_ways(s.care_cost), own_ways(s.rush_cost), *tactics]

    def peers(self) -> list[Any]:
        return self.team.staff

    def begin_acts(self) -> None:
        """A newcomer to the job, with the skill and the ways that he brings."""
        s = self.model.spec.staff
        self.ability, self.engagement = self.trait(s.ability, ABILITY), self.trait(s.engagement, ENGAGEMENT)
        self.tenure = self.strain = 0.0
        self.uncoached, self.resting = self.ability, self.engagement
        for k in range(act.FIRST_TACTIC, act.ACTS):
            self.skill[k] = min(max(self.trait(s.first_skill, FIRST_SKILL + k), 0.0), 1.0)
        for k, name in enumerate(act.EMPLOYEE_ACTS):
            self.intensity[k] = min(max(self.trait(s.first_acts.get(name, NOTHING), FIRST_ACT + k), 0.0), 1.0)

    def has_been_here(self, law: Any, u: float, v: float) -> None:
        """At the start he has been here for a while: `law` says who stays, and what usual work does to him (`twin.opening`)."""
        rank = renewal.rank_among_newcomers(law.edges, u)
        self.resting = chance.from_latent(*draw(self.model.spec.staff.engagement), rank)
        self.tenure = renewal.time_there(v, law.hazard[int(rank * len(law.hazard))], law.history)
        self.strain, self.engagement = law.strain, self.resting + law.shift

    # --- the end of a pay period ------------------------------------------------------------------------------------

    @property
    def may_choose(self) -> bool:
        return self.choice != "fixed"

    @property
    def superior(self) -> Any:
        return self.model.people["manager"][self.team.number]

    def has_reason(self) -> bool:
        return True

    def step(self) -> None:
        """His turn: his own best response, or what a better-paid colleague did."""
        super().step()
        if self.task is not None and self.model.spec.mechanisms.imitation:
            self.intended = choosing.imitated(self, self.task, self.intended)

    def practise(self) -> None:
        """Skill at tactics grows by practice and fades without."""
        learning = self.model.spec.staff.learning
        for k in range(act.FIRST_TACTIC, act.ACTS):
            self.skill[k] = rules.practised(self.skill[k], self.intensity[k], learning.practice, learning.fading)

    def shortfall(self, contracts: list[Any]) -> float:
        """Standard errors by which he expects to miss a target at which pay jumps."""
        out = 0.0
        for contract in contracts:
            if not contract.has_target or self.level is None:
                continue
            sigma = self.figures.sigma[contract.place] * contract.points
            behind = contract.payout.sign * (self.targets[contract] - self.level[contract.place] * contract.points)
            worst = behind / sigma if sigma > 0 else 0.0
            out = worst if math.isnan(worst) or math.isnan(out) else max(out, worst)
        return 0.0 if math.isnan(out) else out

    def feel(self, contracts: list[Any], pressed: float) -> None:
        """Engagement moves towards where work, pay and conscience draw it."""
        spec, wb = self.model.spec, self.model.spec.staff.wellbeing
        gamed = max([a for a, tactic in zip(self.intensity, self.tactics, strict=True) if tactic], default=0.0)
        total = self.base + self.allowance + self.contingent
        contingent = self.contingent / (total if total > 0 else 1.0)
        self.strain = rules.strain_of(
            self.team.occupancy, wb.strain_from_load, self.shortfall(contracts), wb.strain_from_targets
        )
        if spec.mechanisms.engagement:
            level = rules.engagement_level(
                self.resting, contingent, wb.crowding, spec.service.process.scripts, wb.autonomy, max(gamed, 0.0),
                self.conscience, wb.moral_stress, pressed, wb.pressure, self.strain, wb.strain,
            )  # fmt: skip
            self.engagement = rules.engagement_after(self.engagement, level, wb.recovery, wb.decline)

    def wants_to_go(self) -> bool:
        """Whether he quits in this pay period."""
        wb, every = self.model.spec.staff.wellbeing, self.model.spec.pay.every
        premium = (self.base + self.allowance + self.bonus) / wb.pay_elsewhere - 1.0
        hazard = rules.quit_hazard(wb.quit_rate, wb.quit_slope, self.engagement, wb.quit_by_pay, premium)
        u = self.model.chance.four(self.key, self.model.week, chance.QUIT)[0]
        return u < 1.0 - math.exp(-hazard * every)
