"""Braganza (2022), "Proxyeconomics", in ordinary Python, as an oracle: lists and loops, no keyed chance, nothing compiled.

Written anew from the model's description, apart from the engine; where the description leaves a point open, the published
program was read to settle it. Angles are in radians inside, degrees outside.
`python tests/proxyeconomics_oracle.py` compares it with the engine over 30 seeds (half an hour) and prints the table of
docs/proxyeconomics.md.
"""

from __future__ import annotations

import math
import random
from bisect import insort
from dataclasses import dataclass
from statistics import fmean, stdev

TRIALS = (-10.0, -5.0, -1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0, 5.0, 10.0)


@dataclass(frozen=True)
class State:
    """What was delivered in a step: mean angle (circular, degrees), mean proxy and mean goal."""

    angle: float
    proxy: float
    goal: float


class Dice:
    """Every chance event of the model, from one stream of ordinary random numbers."""

    def __init__(self, seed: int) -> None:
        self.stream = random.Random(seed)

    def first_angle(self, i: int, widest: float) -> float:
        return self.stream.uniform(0, widest)

    def talent(self, i: int) -> float:
        return self.stream.gauss(10, 1)

    def order(self, n: int) -> list[int]:
        return self.stream.sample(range(n), n)

    def leaves(self, i: int, probability: float) -> bool:
        return self.stream.random() < probability

    def winner(self, i: int, winners: list[int]) -> int:
        return self.stream.choice(winners)

    def error(self, i: int, sd: float) -> float:
        return self.stream.gauss(0, sd)


@dataclass
class Proxyeconomics:
    """The published model. `competition` c is the share who lose, `goal_weight` g what the goal is worth to a person."""

    competition: float
    goal_weight: float
    dice: Dice
    n: int = 100
    goal_angle: float = math.pi / 4
    mutation: float = math.radians(2)
    leaving: float = 0.1

    def __post_init__(self) -> None:
        self.angle = [self.dice.first_angle(i, self.goal_angle) for i in range(self.n)]
        self.talent = [max(self.dice.talent(i), 0.01) for i in range(self.n)]
        self.effort = [0.0] * self.n
        self.proxy = [0.0] * self.n
        self.rank = int(self.competition * self.n) - 1

    def utility(self, i: int, effort: float, threshold: float) -> float:
        ahead = effort * math.cos(self.angle[i]) - threshold
        prospect = abs(ahead) ** 0.88 * (1.0 if ahead >= 0 else -2.25) if self.competition > 0 else 0.0
        goal = effort * math.cos(self.goal_angle - self.angle[i])
        return prospect + self.goal_weight * goal - effort**2 / self.talent[i]

    def choose(self, i: int) -> None:
        """Try every change of effort in turn; the threshold that is seen contains one's own trial before."""
        others = sorted(self.proxy[:i] + self.proxy[i + 1 :])
        own, best, chosen = self.proxy[i], -math.inf, 0.0
        for change in TRIALS:
            effort = self.effort[i] + change
            if effort <= 0:
                continue
            everybody = others.copy()
            insort(everybody, own)
            worth = self.utility(i, effort, everybody[self.rank])
            own = effort * math.cos(self.angle[i])
            if worth > best:
                best, chosen = worth, effort
        self.effort[i] = chosen
        self.proxy[i] = chosen * math.cos(self.angle[i])

    def replace(self) -> None:
        """Some of the losers are replaced by copies of winners, one after the other.

        What a place shows of its proxy stays until the newcomer's first step.
        """
        if self.rank < 0:
            return
        threshold = sorted(self.proxy)[self.rank]
        winners = [j for j in range(self.n) if self.proxy[j] >= threshold]
        for i in [j for j in range(self.n) if self.proxy[j] <= threshold]:
            if self.dice.leaves(i, self.leaving):
                model = self.dice.winner(i, winners)
                self.talent[i] = max(self.dice.talent(i), 0.01)
                self.effort[i] = self.effort[model]
                self.angle[i] = self.angle[model] + self.dice.error(i, self.mutation)

    def step(self) -> State:
        for i in self.dice.order(self.n):
            self.choose(i)
        east, north = fmean(map(math.cos, self.angle)), fmean(map(math.sin, self.angle))
        goals = [e * math.cos(self.goal_angle - a) for e, a in zip(self.effort, self.angle, strict=True)]
        delivered = State(math.degrees(math.atan2(north, east)), fmean(self.proxy), fmean(goals))
        self.replace()
        return delivered


def oracle_means(c: float, g: float, seed: int, first: int, steps: int) -> tuple[float, float, float]:
    """Mean angle, proxy and goal over the steps from `first` up to `steps`."""
    model = Proxyeconomics(c, g, Dice(seed))
    late = [model.step() for _ in range(steps)][first:]
    return fmean(s.angle for s in late), fmean(s.proxy for s in late), fmean(s.goal for s in late)


def engine_means(c: float, g: float, replicate: int, first: int, steps: int) -> tuple[float, float, float]:
    """The same from the shipped scenario."""
    import sim

    at = "service.textbook.selection."
    spec = sim.load("textbook/proxyeconomics", (f"{at}competition={c}", f"{at}goal_weight={g}", f"weeks={steps}")).spec
    tables = sim.Organisation(spec, replicate).run().tables()
    late, world = tables["series"].query("week >= @first"), tables["world"].query("week >= @first")
    practice = world.loc[world["indicator"] == "practice", "value"].mean()
    return float(practice), float(late["reported"].mean()), float(late["true"].mean())


def main(seeds: int = 30, first: int = 1100, steps: int = 1500) -> None:
    """Print the table: mean ± standard error over seeds, engine and oracle, and their distance in standard errors."""
    for g in (0, 1, 2):
        for c in (0.1, 0.5, 0.9):
            ours = [engine_means(c, g, seed, first, steps) for seed in range(seeds)]
            theirs = [oracle_means(c, g, seed, first, steps) for seed in range(seeds)]
            cells = [str(g), str(c)]
            for a, b in zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True):
                errors = stdev(a) / seeds**0.5, stdev(b) / seeds**0.5
                z = (fmean(a) - fmean(b)) / math.hypot(*errors)
                cells += [f"{fmean(a):.2f} ± {errors[0]:.2f}", f"{fmean(b):.2f} ± {errors[1]:.2f}", f"{z:+.1f}"]
            print("| " + " | ".join(cells) + " |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
