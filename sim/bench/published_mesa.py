"""Braganza (2022), "Proxyeconomics", as a plain Mesa model: an agent a person, `step()` in random order, Python's own chance.

Written from the published description, as a modeller would write it; it has nothing of the engine's. Angles in radians.
"""

from __future__ import annotations

import math
from bisect import insort

import mesa

TRIALS = (-10.0, -5.0, -1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0, 5.0, 10.0)


class Person(mesa.Agent):
    """Works along a practice, an angle between the proxy (0) and beyond the goal, as hard as pays best."""

    def __init__(self, model: Proxyeconomics) -> None:
        super().__init__(model)
        self.angle = model.random.uniform(0, model.goal_angle)
        self.talent = max(model.random.gauss(10, 1), 0.01)
        self.effort = self.proxy = 0.0

    def utility(self, effort: float, threshold: float) -> float:
        """Prospect on the proxy, weighted goal, cost."""
        ahead = effort * math.cos(self.angle) - threshold
        prospect = abs(ahead) ** 0.88 * (1.0 if ahead >= 0 else -2.25) if self.model.competition > 0 else 0.0
        goal = effort * math.cos(self.model.goal_angle - self.angle)
        return prospect + self.model.goal_weight * goal - effort**2 / self.talent

    def step(self) -> None:
        """Try every change of effort in turn; the threshold that is seen contains one's own trial before."""
        others = sorted(other.proxy for other in self.model.agents if other is not self)
        own, best, chosen = self.proxy, -math.inf, 0.0
        for change in TRIALS:
            effort = self.effort + change
            if effort > 0:
                everybody = others.copy()
                insort(everybody, own)
                worth = self.utility(effort, everybody[self.model.rank])
                own = effort * math.cos(self.angle)
                if worth > best:
                    best, chosen = worth, effort
        self.effort, self.proxy = chosen, chosen * math.cos(self.angle)

    def succeeded_by(self, model: Person) -> None:
        """The place goes to a newcomer who copies `model` but for an error and has talent of his own."""
        self.talent = max(self.model.random.gauss(10, 1), 0.01)
        self.effort = model.effort
        self.angle = model.angle + self.model.random.gauss(0, self.model.mutation)


class Proxyeconomics(mesa.Model):
    """A hundred people who compete on a proxy for their places."""

    def __init__(self, competition: float, goal_weight: float, seed: int, n: int = 100) -> None:
        super().__init__(rng=seed)
        self.random.seed(seed)
        self.competition, self.goal_weight = competition, goal_weight
        self.goal_angle, self.mutation, self.leaving = math.pi / 4, math.radians(2), 0.1
        self.rank = int(competition * n) - 1
        for _ in range(n):
            Person(self)

    def step(self) -> None:
        """Everybody chooses; then some of the losers are replaced by copies of winners."""
        self.agents.shuffle_do("step")
        self.delivered = self.means()
        threshold = sorted(person.proxy for person in self.agents)[self.rank]
        winners = [person for person in self.agents if person.proxy >= threshold]
        for person in [person for person in self.agents if person.proxy <= threshold]:
            if self.random.random() < self.leaving:
                person.succeeded_by(self.random.choice(winners))

    def means(self) -> tuple[float, float, float]:
        """Mean angle (circular, degrees), proxy and goal."""
        people = list(self.agents)
        north, east = (sum(f(person.angle) for person in people) for f in (math.sin, math.cos))
        proxy = sum(person.proxy for person in people) / len(people)
        goal = sum(person.effort * math.cos(self.goal_angle - person.angle) for person in people) / len(people)
        return math.degrees(math.atan2(north, east)), proxy, goal
