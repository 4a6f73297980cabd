"""How a world begins: a pilot of the same service is played, and those who are there are told from all who came.

What `sim.world.start`, `pilot` and `survivors` work out in arrays is worked out here person by person, on a firm of the
twin's own customers and employees.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.incentives import tactics as act
from sim.rules import customer as mind
from sim.rules import voice
from sim.scenario.managers import ClosedLoop
from sim.scenario.pay import Pay
from sim.scenario.schema import Scenario
from sim.world import chance, pilot, survivors
from sim.world.opening import MEMORY
from sim.world.params import draw, servers_of
from sim.world.start import Start
from twin.customer import Customer
from twin.employee import Employee
from twin.model import TwinFirm
from twin.people import sum_of
from twin.staying import shares_below, staff_law, stay


class Pilot(TwinFirm):
    """Some customers of a few teams of the firm at fixed pay. Nobody comes or goes, nobody above staff pulls a lever."""

    def __init__(self, spec: Scenario, customer: type[Customer]) -> None:
        self.asked, self.in_world = spec, spec.customers.count / spec.teams
        self.each = min(max(int(self.in_world), 1), pilot.OF_A_TEAM)
        teams = math.ceil(pilot.PEOPLE / self.each)
        size = math.ceil(pilot.STAFF / teams)
        told: dict[str, Any] = {"measures": {}, "events": [], "pay": Pay(base=spec.pay.base), "burn_in": 0}
        told["customers"] = spec.customers.model_copy(update={"count": self.each * teams})
        told["staff"] = spec.staff.model_copy(update={"count": size * teams, "team_size": size})
        queue = spec.service.queue.model_copy(update={"staffed": servers_of(spec)})
        told["service"] = spec.service.model_copy(update={"queue": queue})
        told["mechanisms"] = spec.mechanisms.model_copy(update={"exit": False})
        told["management"] = spec.management.model_copy(update={"closed_loop": ClosedLoop()})
        self.usual, self.swing = 0.0, min(1.0, math.sqrt(self.each / self.in_world))
        begin = SimpleNamespace(stands_for=self.guess() * self.in_world / self.each, minutes=spec.service.work.minutes, join=0.0)
        super().__init__(spec.model_copy(update=told), pilot.REPLICATE, begin, customer=customer)
        self.seen: list[tuple[float, float, float, float]] = []  # by week: stands_for, contacts, minutes, needs
        self.minds: list[list[dict[str, Any]]] = []  # by age and customer

    # --- who is in it -----------------------------------------------------------------------------------------------

    def weakness_of(self, team: int) -> float:
        return 1.0

    def hire_everybody(self) -> None:
        """Staff spread evenly over ability, engagement and tenure (Roberts 2018), with the acts of the start."""
        spec, law = self.spec, staff_law(self.asked)
        self.people = {"employee": [], "manager": [], "central": [], "head": []}
        for post in range(spec.staff.count):
            one = Employee(self, post)
            u = [(0.5 + (post + 1) * 1.2207440846057596**-j) % 1.0 for j in (1.0, 2.0, 3.0)]
            one.has_been_here(law, u[0], u[1])
            one.ability = chance.from_latent(*draw(spec.staff.ability), u[2])
            for k, name in enumerate(act.EMPLOYEE_ACTS):
                first = spec.staff.first_acts.get(name)
                done = first is not None and (k < act.FIRST_TACTIC or spec.staff.choice == "fixed")
                one.intensity[k] = min(1.0, max(0.0, first.mean)) if done else 0.0
                one.skill[k] = 1.0 if k < act.FIRST_TACTIC else min(1.0, max(0.0, spec.staff.first_skill.mean))
            self.people["employee"].append(one)

    def settle_everybody(self, begin: Any) -> None:
        """Newcomers all, each segment by its share; `first` tells where it begins."""
        shares, n = [kind.share for kind in self.segments], self.spec.customers.count
        self.first, edge = [0], 0.0
        for share in shares:
            edge += share / sum(shares)
            self.first.append(round(edge * n))
        for segment in range(len(shares)):
            for place in range(self.first[segment], self.first[segment + 1]):
                one = self.new_customer(self, place)
                bringing = self.brought_by(one)
                memory = bringing.memory
                one.enter(0.0, bringing.expectation, memory, memory, bringing.taste, bringing.contract, segment)

    # --- its weeks --------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Play all its weeks, and keep what everybody has in mind at each age."""
        every = self.every
        for week in range(pilot.AGES * every):
            if week % every == 0:
                self.note_minds()
            self.step()
        self.note_minds()

    def note_minds(self) -> None:
        there = sorted(self.customers, key=lambda one: one.place)
        kept = ("expectation", "end", "peak", "lost_hope")
        self.minds.append([{name: getattr(one, name) for name in kept} for one in there])

    def step(self) -> None:
        """One week. A team's load swings the less about its mean the more customers share it."""
        for desk in self.desks:
            desk.open_week()
        calls = [float(sum(one.will_call for one in team.customers)) for team in self.teams]
        mean = sum_of(calls) / len(calls)
        self.usual += (mean - self.usual) * max(1.0 / (self.week + 1.0), 1.0 / MEMORY)
        for team, own in zip(self.teams, calls, strict=True):
            team.form_queue(self.usual + self.swing * (own - self.usual))
        self.customers.do("step")
        for team in self.teams:
            team.close_week()
        counts = [one.desk.counts for one in self.people["employee"]]
        contacts, minutes = sum_of(c.contacts for c in counts), sum_of(c.minutes for c in counts)
        self.seen.append((self.stands_for, contacts, minutes, sum_of(team.desk.counts.needs for team in self.teams)))
        if self.goal > 0.0:
            self.approach_goal()
        self.week += 1

    def approach_goal(self) -> None:
        """Move the load until occupancy meets the stated one on average, by ever smaller steps (Robbins & Monro 1951)."""
        occupancy = sum_of(team.occupancy / len(self.teams) for team in self.teams)
        settling = pilot.AGES * self.every // 4
        gain = 0.5 if self.week < settling else 1.0 / (2.0 + self.week - settling)
        self.stands_for *= 1.0 + gain * (self.goal - occupancy) / self.goal

    # --- what it is asked for ---------------------------------------------------------------------------------------

    @property
    def goal(self) -> float:
        """The occupancy to be met; 0 where the load is given otherwise, or nobody queues."""
        q = self.asked.service.queue
        given = q.stands_for is not None or q.arrivals_per_hour is not None
        return q.occupancy if self.asked.mechanisms.queue and not given else 0.0

    @property
    def rate(self) -> float:
        """Needs of an average newcomer a week."""
        kinds = self.asked.customers.segments
        return self.asked.customers.needs_per_week * sum(k.share * k.needs for k in kinds) / sum(k.share for k in kinds)

    @property
    def every(self) -> int:
        """Weeks between ages."""
        step = min(max(math.ceil(pilot.NEEDS / pilot.AGES / max(self.rate, 1e-9)), 1), pilot.LONGEST)
        return 4 * math.ceil(step / 4) if self.asked.customers.season > 0.0 else step

    @property
    def capacity(self) -> float:
        """Minutes a week that a team handles contacts at the stated occupancy."""
        q = self.asked.service.queue
        return q.occupancy * servers_of(self.asked) * q.hours * 60.0

    def guess(self) -> float:
        """For how many contacts one stands, at first."""
        spec = self.asked
        if spec.service.queue.stands_for is not None:
            return spec.service.queue.stands_for
        weekly = spec.customers.count / spec.teams * spec.customers.needs_per_week * 1.3 * spec.service.work.minutes
        return self.capacity / weekly if weekly > 0.0 else 1.0

    def found(self) -> tuple[float, float]:
        """For how many contacts one stands in the world, and minutes of a contact, by the second half of the weeks."""
        late = self.seen[len(self.seen) // 2 :]
        like, contacts, minutes, needs = (sum_of(column) / len(late) for column in zip(*late, strict=True))
        busy = needs / (self.spec.customers.count * self.rate) if needs > 0.0 else 1.0
        if self.asked.service.queue.stands_for is not None:
            busy = 1.0
        elif self.goal == 0.0:
            like = self.capacity * len(self.teams) / minutes if minutes > 0.0 else 1.0
        each = minutes / contacts if contacts > 0.0 else self.asked.service.work.minutes
        return like * busy * self.each / self.in_world, each

    def hazards(self, segment: int) -> list[float]:
        """Departures a week by cell of newcomers' taste, averaged over settled minds."""
        low, high = self.first[segment], self.first[segment + 1]
        low, high = (low, high) if low < high else (0, self.first[-1])
        settled = [one for minds in self.minds[2 * len(self.minds) // 3 :] for one in minds[low:high]]
        e, v, cells = self.spec.customers.experience, self.spec.customers.voice, survivors.CELLS
        memories = [mind.memory(one["peak"], one["end"], e.peak_weight) for one in settled]
        out = []
        for j in range(cells):
            taste = chance.from_latent(*self.taste, (j + 0.5) / cells)
            scores = [mind.experience(self.level, self.slope, memory, taste) for memory in memories]
            each = [voice.exit_hazard(score, v.exit_rate, v.exit_at, v.exit_slope, 1.0) for score in scores]
            out.append(sum_of(each) / len(each))
        return out


def of(spec: Scenario, customer: type[Customer] = Customer) -> Start:
    """The start of a world."""
    played = Pilot(spec, customer)
    played.play()
    people, on, cells = spec.customers, spec.mechanisms, survivors.CELLS
    voices, history = people.voice, spec.history * survivors.WEEKS_A_YEAR
    kinds = [kind.share / sum(k.share for k in people.segments) for kind in people.segments]
    free = [played.hazards(s) if on.exit else [0.0] * cells for s in range(len(kinds))]
    hazard = [[own, [h * voices.contract_damping for h in own]] for own in free]
    renewed = on.exit and on.acquisition
    there = []
    for share, by_contract in zip(kinds, hazard, strict=True):
        parts = []
        for bound, row in zip((1.0 - voices.contract_share, voices.contract_share), by_contract, strict=True):
            parts.append([share * bound / cells * (stay(h, history) if renewed else 1.0) for h in row])
        there.append(parts)
    total = sum_of(w for parts in there for row in parts for w in row)
    there = [[[w / total for w in row] for row in parts] for parts in there]
    rows = [(row, h) for parts, hs in zip(there, hazard, strict=True) for row, h in zip(parts, hs, strict=True)]
    leaving = people.count * sum_of(w * h for row, hs in rows for w, h in zip(row, hs, strict=True))
    coming = people.market.prospects * people.count / 52.0 if on.acquisition else 0.0
    weights = [[sum_of(row) for row in parts] for parts in there]
    stands_for, minutes = played.found()
    return Start(
        edges=shares_below([sum_of(pair) for pair in weights]), bound=np.array([pair[1] / sum_of(pair) for pair in weights]),
        taste=np.array([[shares_below(row) for row in parts] for parts in there]),
        hazard=np.array(hazard if renewed else [[[0.0] * cells] * 2] * len(kinds)), history=history, minds=played.minds,
        first=played.first, every=float(played.every), stands_for=stands_for, minutes=minutes,
        join=min(1.0, leaving / coming) if coming > 0.0 else 0.0,
    )  # fmt: skip
