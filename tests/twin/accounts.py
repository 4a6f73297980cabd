"""What is written down at a desk: readings of measures stage by stage, counts, and what contacts taught."""

from __future__ import annotations

from collections.abc import Iterable

from sim.incentives import tactics as act
from sim.world.state import COVERAGE, REALISED, STAGES


class Reading:
    """One measure at one desk in one week: numerator and denominator at every stage from the true to the reported one."""

    __slots__ = ("den", "num", "square")

    def __init__(self) -> None:
        self.num = [0.0] * STAGES
        self.den = [0.0] * STAGES
        self.square = 0.0  # sum of squares of what was reported

    def add(self, stage: int, num: float, den: float) -> None:
        self.num[stage] += num
        self.den[stage] += den

    def carry(self, written: Iterable[int]) -> None:
        """Where nothing is written at a stage, nothing changes there."""
        for stage in range(COVERAGE, STAGES):
            if stage not in written:
                self.num[stage], self.den[stage] = self.num[stage - 1], self.den[stage - 1]

    @property
    def reported(self) -> tuple[float, float, float]:
        """Numerator, denominator and squares of what was reported."""
        return self.num[REALISED], self.den[REALISED], self.square


COUNTED = (
    "contacts", "minutes", "gaming", "abandoned", "wait", "repeats", "needs", "intended", "voiced", "recorded", "diverted",
    "hushed", "gifts", "left", "talk", "quality", "asking", "met", "ended", "same_week", "called",
)  # fmt: skip


class Counts:
    """What is counted at one desk in one week; `left_by_answer` has leavers by their last answer (0-10)."""

    __slots__ = (*COUNTED, "left_by_answer")

    def __init__(self) -> None:
        for name in COUNTED:
            setattr(self, name, 0.0)
        self.left_by_answer = [0.0] * 11

    def values(self) -> list[float]:
        """Everything in the order of the engine's columns."""
        return [getattr(self, name) for name in COUNTED] + self.left_by_answer


class Lesson:
    """What an employee's contacts of a pay period showed of one measure: what he attempted against what came of it."""

    __slots__ = ("cases", "did", "did_result", "passed", "passed_result", "result", "squares")

    def __init__(self) -> None:
        self.cases = self.result = self.squares = self.passed = self.passed_result = 0.0
        self.did = [0.0] * act.ACTS
        self.did_result = [0.0] * act.ACTS

    def learn(self, tried: Iterable[int], passed: bool, surplus: float) -> None:
        """A contact in which these acts were tried brought so much more than the mean; passed on to him by a colleague."""
        self.cases += 1.0
        self.result += surplus
        self.squares += surplus * surplus
        if passed:
            self.passed += 1.0
            self.passed_result += surplus
        for k in tried:
            self.did[k] += 1.0
            self.did_result[k] += surplus

    def taught(self, k: int) -> tuple[float, float]:
        """Sum of squares, and of products with the result, of having tried act k, about his own means."""
        cases, result = self.cases, self.result
        if k == act.CHERRY:  # nobody could pick and choose where a colleague passed the case on
            cases -= self.passed
            result -= self.passed_result
        if cases <= 1.0:
            return 0.0, 0.0
        share = self.did[k] / cases
        return self.did[k] * (1.0 - share), self.did_result[k] - share * result


class Desk:
    """The accounts of a post or a team: this week's, and those of past weeks. They stay when people go."""

    def __init__(self, measures: int, remembered: int) -> None:
        self.measures, self.remembered = measures, remembered
        self.past: dict[int, list[tuple[float, float, float]]] = {}  # reported readings by week
        self.past_counts: dict[int, Counts] = {}
        self.open_week()

    def open_week(self) -> None:
        self.readings = [Reading() for _ in range(self.measures)]
        self.counts = Counts()

    def close_week(self, week: int) -> None:
        """Keep what was reported as long as somebody may be paid on it."""
        self.past[week] = [reading.reported for reading in self.readings]
        self.past_counts[week] = self.counts
        self.past.pop(week - self.remembered, None)
        self.past_counts.pop(week - self.remembered, None)

    def period(self, place: int, last: int, weeks: int) -> tuple[float, float, float]:
        """What was reported of a measure in so many weeks up to `last`, oldest first."""
        num = den = square = 0.0
        for week in range(last - weeks + 1, last + 1):
            if week in self.past:
                n, d, s = self.past[week][place]
                num, den, square = num + n, den + d, square + s
        return num, den, square

    def counted(self, last: int, weeks: int) -> list[float]:
        """What was counted in so many weeks up to `last`."""
        total = [0.0] * len(self.counts.values())
        for week in range(last - weeks + 1, last + 1):
            if week in self.past_counts:
                total = [a + b for a, b in zip(total, self.past_counts[week].values(), strict=True)]
        return total
