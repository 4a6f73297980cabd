"""Schemes: what a reported reading earns. Each kind is a small frozen class, registered by the name used in scenarios.

A scheme is a function of numbers: it never sees what a measure is called. Every kind says what it pays by points above
the target as a piecewise-linear `shape`; payout, expected pay and its variance are all derived from it.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.incentives.pieces import Array, Pieces, Segment, bounded, joined
from sim.scenario import pay


class Scheme(Protocol):
    """What every scheme offers."""

    @property
    def sign(self) -> float:
        """+1 where more of the measure is better, -1 where less is."""

    @property
    def pieces(self) -> Pieces:
        """Money by points above the target (team: of the pooled result; tournament: from the cut on)."""

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Scheme:
        """The scheme that a scenario writes down."""


KINDS: dict[str, type[Scheme]] = {}
Kind = TypeVar("Kind", bound=type)


def scheme_kind(name: str) -> Callable[[Kind], Kind]:
    """Register a class as the scheme that scenarios call `kind: name`; a name stands once."""

    def enter(kind: Kind) -> Kind:
        if name in KINDS:
            raise RuntimeError(f"a scheme of kind {name} is registered twice")
        KINDS[name] = kind
        return kind

    return enter


def build(scheme: pay.Scheme, better: str = "more") -> Scheme:
    """The payout of a scenario's scheme; `better` is the measure's own direction, which the scheme may turn round."""
    return KINDS[scheme.kind].of(scheme, -1.0 if (scheme.better or better) == "less" else 1.0)


@dataclass(frozen=True, kw_only=True)
class Bounded(ABC):
    """Base of all kinds: the direction of the measure, and the bounds of what the scheme pays a person (money)."""

    sign: float = 1.0
    floor: float | None = 0.0
    cap: float | None = None

    @abstractmethod
    def shape(self) -> list[Segment]:
        """The payout before floor and cap."""

    @functools.cached_property
    def pieces(self) -> Pieces:
        """The payout after floor and cap."""
        return joined(bounded(self.shape(), self.floor, self.cap))

    def advantage(self, y: Array, target: Array | float) -> Array:
        """Measure points by which the target is beaten."""
        return self.sign * (np.asarray(y, dtype=np.float64) - target)


class Individual(Bounded):
    """A scheme that reads a person's own result alone."""

    def payout(self, y: Array, target: Array | float = 0.0) -> Array:
        """Money per person for readings y (n,) against targets; a NaN reading gives NaN."""
        return self.pieces.value(self.advantage(y, target))


class Group(Bounded):
    """A scheme that reads the results of a whole team."""

    @abstractmethod
    def payout(self, y: Array, target: Array | float, team: NDArray[np.int64], weights: Array) -> Array:
        """Money per person for readings y (n,) of the members of teams (n,), resting on weights (n,) observations."""


@scheme_kind("fixed")
@dataclass(frozen=True, kw_only=True)
class Fixed(Individual):
    """`bonus` whatever is read."""

    bonus: float = 0.0

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Fixed:
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, bonus=scheme.bonus)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, self.bonus, 0.0)]

    def payout(self, y: Array, target: Array | float = 0.0) -> Array:
        """The same sum for everybody, answered or not."""
        return np.full(np.shape(y), self.pieces.intercept)


@scheme_kind("linear")
@dataclass(frozen=True, kw_only=True)
class Linear(Individual):
    """rate x (points above the target): the contract s + bP of Holmström & Milgrom (1987)."""

    rate: float = 0.0

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Linear:
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, rate=scheme.rate)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, 0.0, self.rate)]


@scheme_kind("cliff")
@dataclass(frozen=True, kw_only=True)
class Cliff(Individual):
    """`bonus` from the target on, nothing below (Oyer 1998)."""

    bonus: float = 0.0

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Cliff:
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, bonus=scheme.bonus)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, 0.0, 0.0), Segment(0.0, self.bonus, 0.0)]


@scheme_kind("tiered")
@dataclass(frozen=True, kw_only=True)
class Tiered(Individual):
    """The bonus of the highest step reached; steps are (points above the target, money in total)."""

    tiers: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Tiered:
        tiers = tuple((tier.at, tier.bonus) for tier in scheme.tiers)
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, tiers=tiers)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, 0.0, 0.0), *(Segment(at, bonus, 0.0) for at, bonus in self.tiers)]


@scheme_kind("team")
@dataclass(frozen=True, kw_only=True)
class Team(Group):
    """A pot of rate x (points of the team's pooled result above the target) x members, split evenly.

    Each member gets rate x points and moves the pooled result by his share of the observations: with N equal members
    his own marginal pay is rate / N (Holmström 1982; Kandel & Lazear 1992). Floor and cap hold per person.
    """

    rate: float = 0.0

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Team:
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, rate=scheme.rate)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, 0.0, self.rate)]

    def payout(self, y: Array, target: Array | float, team: NDArray[np.int64], weights: Array) -> Array:
        """Money per person; members without a reading get it too; NaN where the whole team has none."""
        return self.pieces.value(self.advantage(pool(y, team, weights)[1], target))


@scheme_kind("tournament")
@dataclass(frozen=True, kw_only=True)
class Tournament(Group):
    """`bonus` to each of the best `winners` of a team; who tie at the cut share what is left (Lazear & Rosen 1981)."""

    bonus: float = 0.0
    winners: int = 1

    @classmethod
    def of(cls, scheme: pay.Scheme, sign: float) -> Tournament:
        return cls(sign=sign, floor=scheme.floor, cap=scheme.cap, bonus=scheme.bonus, winners=scheme.winners)

    def shape(self) -> list[Segment]:
        return [Segment(-np.inf, 0.0, 0.0), Segment(0.0, self.bonus, 0.0)]

    def payout(self, y: Array, target: Array | float, team: NDArray[np.int64], weights: Array) -> Array:
        """Money per person; who has no reading cannot win; NaN where the whole team has none."""
        score = self.sign * np.asarray(y, dtype=np.float64)
        pieces = self.pieces
        money = np.full(score.shape, np.nan)
        for label in np.unique(team):
            members = np.flatnonzero(team == label)
            if not np.isnan(score[members]).all():
                prize = sum(pieces.jumps)
                money[members] = pieces.intercept + prize * prizes(score[members], self.winners)
        return money


def prizes(score: Array, winners: int) -> Array:
    """Share of a prize for each of the scores (n,); ties at the cut share evenly, NaN gets none."""
    share = np.zeros(score.shape)
    for i, own in enumerate(score):
        above = np.count_nonzero(score > own)
        level = np.count_nonzero(score == own)
        if level:
            share[i] = min(max((winners - above) / level, 0.0), 1.0)
    return share


def pool(y: Array, team: NDArray[np.int64], weights: Array) -> tuple[Array, Array]:
    """Each person's share of his team's observations (n,), and the team's pooled reading (n,) on every member.

    pooled = sum_j w_j y_j / sum_j w_j over the members with a reading. Where all weights are 0 they count alike.
    """
    y = np.asarray(y, dtype=np.float64)
    share = np.zeros(y.shape)
    pooled = np.full(y.shape, np.nan)
    for label in np.unique(team):
        members = np.flatnonzero(team == label)
        read = members[~np.isnan(y[members])]
        if not len(read):
            continue
        weight = np.asarray(weights, dtype=np.float64)[read]
        if not weight.any():
            weight = np.ones(len(read))
        total = 0.0
        for w in weight:
            total += w
        share[read] = weight / total
        mean = 0.0
        for person in read:
            mean += share[person] * y[person]
        pooled[members] = mean
    return share, pooled
