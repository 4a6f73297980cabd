"""A twin of competition for survival: rivals who work along a practice, and lose their posts to copies of those who win."""

from __future__ import annotations

import math

import mesa

from sim.rules.selection import prospect, worth_of_effort
from sim.scenario.schema import Scenario
from sim.scenario.selection import Selection
from sim.scenario.textbook import Textbook
from sim.world import chance
from sim.world.params import draw
from sim.world.selection import TRAITS
from twin.draws import Keyed


class Rival(mesa.Agent):
    """Holds a post; `person` counts those who have held it. Works `effort` hard along a practice, an angle in radians."""

    model: SurvivalTwin

    def __init__(self, model: SurvivalTwin, post: int) -> None:
        super().__init__(model)
        self.post, self.person = post, 0
        self.effort = self.delivered = self.utility = 0.0
        talent, practice = self.born()
        self.talent = talent
        self.angle = math.radians(chance.from_latent(*draw(model.rules.practice), practice))

    def born(self) -> tuple[float, float]:
        """Talent, and the uniform that his practice hangs on."""
        u = self.model.chance.four(self.post, self.person, chance.STAFF, TRAITS)
        return max(chance.from_latent(*draw(self.model.rules.talent), u[0]), self.model.rules.least_talent), u[1]

    def along(self, first: float, second: float) -> float:
        """What a unit of effort brings of something that loads so on the two activities."""
        return first * math.cos(self.angle) + second * math.sin(self.angle)

    @property
    def reading(self) -> float:
        """Measure points a unit of effort."""
        return self.along(*self.model.loading)

    @property
    def motive(self) -> float:
        """Worth of a unit of effort beside the contest."""
        return self.along(*self.model.motive)

    @property
    def cost(self) -> float:
        """Of a squared unit of effort, before talent."""
        x, y, c = math.cos(self.angle), math.sin(self.angle), self.model.cost
        return c[0][0] * x * x + 2.0 * c[0][1] * x * y + c[1][1] * y * y

    def step(self) -> None:
        """Try each change of effort and keep the best. Before each trial the line is read again, his last trial included."""
        tried, best = self.effort, -math.inf
        chosen = 0.0
        for change in self.model.rules.trials:
            effort = tried + change
            if effort <= 0.0:
                continue
            line = self.model.line()
            worth = worth_of_effort(effort, self.motive, self.cost, self.talent)
            if line is not None:
                worth += prospect(effort * self.reading - line, self.model.rules.curvature, self.model.rules.loss_weight)
            self.delivered = effort * self.reading
            if worth > best:
                best, chosen = worth, effort
        self.effort, self.utility, self.delivered = chosen, best, chosen * self.reading

    def succeed(self, winner: Rival) -> None:
        """The next person takes the post and does as a winner does, with an error; his talent is his own.

        What the post delivered stands until he has worked.
        """
        self.person += 1
        self.talent, luck = self.born()
        self.effort = winner.effort
        self.angle = winner.angle + math.radians(self.model.rules.mutation) * chance.normal_from(luck)


class SurvivalTwin(mesa.Model):
    """One firm whose people compete for their posts, after Braganza (2022)."""

    def __init__(self, spec: Scenario, replicate: int) -> None:
        super().__init__(rng=spec.seed)
        section: Textbook = spec.service.textbook
        rules: Selection = section.selection
        self.spec, self.rules, self.week = spec, rules, -spec.burn_in
        self.chance = Keyed(spec.seed, replicate)
        row, acts = section.measures[rules.measure], section.activities
        self.loading = [row.get(name, 0.0) for name in acts]
        self.motive = [a.motive + rules.goal_weight * section.value.get(name, 0.0) for name, a in acts.items()]
        self.cost = section.cost_matrix()
        self.losing = math.floor(rules.competition * spec.staff.count + 1e-9)
        self.rivals = [Rival(self, post) for post in range(spec.staff.count)]

    def line(self) -> float | None:
        """The result of the best of those who lose as things stand; None where nobody loses."""
        return sorted(rival.delivered for rival in self.rivals)[self.losing - 1] if self.losing else None

    def step(self) -> None:
        """Play one week: choices at the beginning of a pay period, exits at its end."""
        if self.week % self.spec.pay.every == 0:
            for post in self.order():
                self.rivals[post].step()
        if (self.week + 1) % self.spec.pay.every == 0 and self.losing:
            self.replace_losers()
        self.week += 1

    def order(self) -> list[int]:
        """The posts in keyed random order (Fisher & Yates; four swaps a block of uniforms, named after its first)."""
        posts = list(range(len(self.rivals)))
        swaps = list(range(len(posts) - 1, 0, -1))
        for at, i in enumerate(swaps):
            u = self.chance.four(swaps[at - at % 4], self.week, chance.TURN)[at % 4]
            other = int(u * (i + 1))
            posts[i], posts[other] = posts[other], posts[i]
        return posts

    def replace_losers(self) -> None:
        """Some of those up to the line are replaced by copies of some from the line up, one after the other."""
        line = self.line()
        winners = [rival for rival in self.rivals if rival.delivered >= line]
        for rival in self.rivals:
            if rival.delivered <= line:
                u = self.chance.four(rival.post, self.week, chance.SURVIVE)
                if u[0] < self.rules.exit:
                    rival.succeed(winners[int(u[1] * len(winners))])
