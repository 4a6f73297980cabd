"""From a pay period's accounts to what each role reads: numerators, denominators, noise, at person, team and firm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import hot
from sim.world import layout as code
from sim.world import state as st
from sim.world.people import Array
from sim.world.sums import in_order

NUM, DEN, SQUARE = range(3)  # the parts of a reading


@dataclass
class Period:
    """A pay period as reported, by row (employees, then teams) and measure; raw units. Lagged measures are older."""

    parts: Array  # (E + T, M, 3) numerator, denominator, squares
    teams: Array  # (T, M, 3)
    firm: Array  # (1, M, 3)
    counts: Array  # (E + T, COUNTS)
    variance: Array  # (M,) of the numerator of a single observation
    per_contact: Array  # (M,) denominator of a single observation
    poisson: NDArray[np.bool_]  # (M,) counts of events, whose noise follows from how many there were

    @property
    def published(self) -> Array:
        """The firm's readings, (M,); NaN where nothing was observed."""
        return ratio(self.firm[0, :, NUM], self.firm[0, :, DEN])


@dataclass
class Readings:
    """What one role reads: value, observations it rests on, fallback of the team, standard error. All (n, M)."""

    value: Array
    observed: Array
    team: Array
    sigma: Array


def gather(w: st.World, recent: Array, week: int, lags: NDArray[np.int64]) -> Period:
    """Add up the pay period that ends with `week`, each measure as it was `lag` weeks earlier.

    recent (H, E + T, M, 3) is a ring of weekly (numerator, denominator, squares) of reported readings.
    """
    weekly = w.tallies["n"]
    parts, counts = np.zeros(recent.shape[1:]), np.zeros(weekly.shape[1:])
    teams, firm = np.zeros((len(w.teams), *parts.shape[1:])), np.zeros((1, *parts.shape[1:]))
    variance, per_contact = np.zeros(len(w.measures)), w.measures["per_contact"].copy()
    _gather(recent, weekly, week, lags, parts, counts)
    _add_up(parts, len(w.staff) // len(w.teams), teams, firm)
    _spread(firm, per_contact, variance)
    reads = w.measures["reads"]
    return Period(parts, teams, firm, counts, variance, per_contact, (reads == code.DEPARTURES) | (reads == code.BACKLOG))


@hot
def _gather(recent: Array, weekly: Array, week: int, lags: NDArray[np.int64], parts: Array, counts: Array) -> None:
    """Totals of the weeks, oldest first; weeks before the start are empty."""
    weeks = weekly.shape[0]
    for row in range(parts.shape[0]):
        for j in range(parts.shape[1]):
            for back in range(weeks - 1, -1, -1):
                for part in range(3):
                    parts[row, j, part] += recent[(week - back - lags[j]) % recent.shape[0], row, j, part]
        for account in range(weeks):
            for k in range(counts.shape[1]):
                counts[row, k] += weekly[account, row, k]


@hot
def _add_up(parts: Array, size: int, teams: Array, firm: Array) -> None:
    """Totals of each team, its own row first, then its employees' in order; of the firm, team by team."""
    employees = teams.shape[0] * size
    for team in range(teams.shape[0]):
        for j in range(parts.shape[1]):
            for part in range(3):
                total = parts[employees + team, j, part]
                for e in range(team * size, (team + 1) * size):
                    total += parts[e, j, part]
                teams[team, j, part] = total
                firm[0, j, part] += total


@hot
def _spread(firm: Array, per_contact: Array, variance: Array) -> None:
    """Variance of what a single observation brings to the firm's readings."""
    for j in range(variance.shape[0]):
        n = firm[0, j, DEN] / per_contact[j]
        if n > 0.0:
            mean = firm[0, j, NUM] / n
            variance[j] = max(firm[0, j, SQUARE] / n - mean * mean, 0.0)


def ratio(num: Array, den: Array) -> Array:
    """num / den, NaN where nothing was observed."""
    return np.where(den > 0, num / np.where(den > 0, den, 1.0), np.nan)


def read(period: Period, role: str, n: int) -> Readings:
    """What the role reads: an employee his own contacts, a manager his team, the others the firm."""
    employees = len(period.parts) - len(period.teams)
    if role == "employee":
        own, above, peers = period.parts[:employees], period.teams, employees
    elif role == "manager":
        own, above, peers = period.teams, period.teams, 1
    else:
        own, above, peers = period.firm.repeat(n, axis=0), period.firm, 1
    value, observed, team, sigma = np.empty((4, *own.shape[:2]))
    size = max(1, n // len(above))
    _read(own, above, period.firm, size, period.per_contact, value, observed, team)
    _doubt(own, above, size, peers, period.variance, period.per_contact, period.poisson, sigma)
    return Readings(value, observed, team, sigma)


@hot
def _read(
    own: Array, above: Array, firm: Array, size: int, per_contact: Array, value: Array, observed: Array, team: Array
) -> None:
    """Value and observations of each; the fallback is the team's reading, or the firm's where the team has none."""
    for e in range(own.shape[0]):
        for j in range(own.shape[1]):
            num, den = own[e, j, NUM], own[e, j, DEN]
            value[e, j] = num / den if den > 0.0 else np.nan
            observed[e, j] = den / per_contact[j]
            num, den = above[e // size, j, NUM], above[e // size, j, DEN]
            if den <= 0.0:
                num, den = firm[0, j, NUM], firm[0, j, DEN]
            team[e, j] = num / den if den > 0.0 else np.nan


@hot
def _doubt(
    own: Array, above: Array, size: int, peers: int, variance: Array, per_contact: Array, poisson: NDArray[np.bool_],
    sigma: Array,
) -> None:
    """Standard error of a reading that rests on as many observations as those of `peers` posts in a row on average.

    What is read of customers, not of contacts, nobody has observations of: there everybody's reading is the team's.
    """
    for j in range(own.shape[1]):
        for first in range(0, own.shape[0], peers):
            usual = 0.0
            for e in range(first, first + peers):
                usual += own[e, j, DEN]
            usual /= peers
            for e in range(first, first + peers):
                num, den = own[e, j, NUM], usual
                if usual <= 0.0:
                    num, den = above[e // size, j, NUM], above[e // size, j, DEN]
                if poisson[j]:
                    sigma[e, j] = math.sqrt(max(num, 1.0)) / max(den, 1.0)
                else:
                    sigma[e, j] = math.sqrt(variance[j] / max(den / per_contact[j], 1.0)) / per_contact[j]


def spreads(w: st.World, period: Period, known: Array) -> Array:
    """Standard deviation of what one contact brings to perceived quality and to each measure, (M + 1,), raw units.

    Where there was nothing to see it is what was `known` before.
    """
    lessons = w.lessons[:, 0]
    cases = in_order(lessons["n"])
    quality = in_order(lessons["yy"]) / cases if cases > 0 else 0.0
    rate = np.nan_to_num(period.published)
    seen = np.concatenate([[quality], np.where(period.poisson, rate, period.variance / period.per_contact**2)])
    return np.where(seen > 0.0, np.sqrt(np.maximum(seen, 0.0)), known)


def centre(w: st.World, period: Period) -> None:
    """What a contact brings on average, for the lessons of the next pay period."""
    num, den = period.firm[0, :, NUM], period.firm[0, :, DEN]
    counts = in_order(period.counts)
    contacts = counts[st.N_CONTACTS]
    np.divide(num, den, out=w.measures["centre"], where=den > 0)
    if contacts > 0:
        jobs = (w.measures["reads"] == code.JOBS) & (den > 0)
        np.divide(den, contacts, out=w.measures["per_contact"], where=jobs)
        w.firm.quality = counts[st.N_QUALITY] / contacts
