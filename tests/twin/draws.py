"""Where the twin's chance comes from: keyed draws as in the engine, or Python's own generator."""

from __future__ import annotations

import random

from sim.world import chance

Four = tuple[float, float, float, float]


class Keyed:
    """Each event meets the same luck as in the engine."""

    def __init__(self, seed: int, replicate: int) -> None:
        self.seed, self.replicate = seed, replicate

    def four(self, entity: int, when: int, purpose: int, index: int = 0) -> Four:
        """Four uniforms in (0, 1) for one event."""
        return chance.four(self.seed, self.replicate, entity, when, purpose, index)

    def one(self, entity: int, when: int, purpose: int, index: int = 0) -> float:
        """One uniform in (0, 1) for one event."""
        return chance.uniform(self.seed, self.replicate, entity, when, purpose, index)


class Unkeyed:
    """Draws from one stream, whatever they are for: another history of the same world, as an ordinary model has it."""

    def __init__(self, seed: int, replicate: int) -> None:
        self.random = random.Random(f"{seed} {replicate}").random

    def four(self, entity: int, when: int, purpose: int, index: int = 0) -> Four:
        """Four uniforms, the next ones."""
        draw = self.random
        return draw(), draw(), draw(), draw()

    def one(self, entity: int, when: int, purpose: int, index: int = 0) -> float:
        """One uniform, the next one."""
        return self.random()
