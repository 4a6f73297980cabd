"""From a pay period's accounts to what each role reads: numerators, denominators, noise, at person, team and firm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.world import layout as code
from sim.world import state as st
from sim.world.people import Array
from sim.world.sums import in_order


@dataclass
class Period:
    """A pay period as reported, by row (employees, then teams) and measure; raw units. Lagged measures are older."""

    num: Array  # (E + T, M)
    den: Array  # (E + T, M)
    counts: Array  # (E + T, COUNTS)
    team_num: Array  # (T, M)
    team_den: Array  # (T, M)
    firm_num: Array  # (M,)
    firm_den: Array  # (M,)
    variance: Array  # (M,) of the numerator of a single observation
    per_contact: Array  # (M,) denominator of a single observation


@dataclass
class Readings:
    """What one role reads: value, observations it rests on, fallback of the team, standard error. All (n, M)."""

    value: Array
    observed: Array
    team: Array
    sigma: Array


def gather(w: st.World, recent: Array, week: int, weeks: int, lags: list[int]) -> Period:
    """Add up the last `weeks` weeks, each measure as it was `lag` weeks earlier.

    recent (H, E + T, M, 3) is a ring of weekly (numerator, denominator, squares) of reported readings.
    """
    rows, measures = w.tallies.shape[1], len(w.measures)
    total = np.zeros((rows, measures, 3))
    for j in range(measures):
        for back in range(weeks - 1, -1, -1):
            total[:, j] += recent[(week - back - lags[j]) % len(recent), :, j]
    counts = np.zeros((rows, st.COUNTS))
    for row in range(weeks):
        counts += w.tallies["n"][row]
    num, den = total[:, :, 0], total[:, :, 1]
    employees, size = int(w.p.employees), int(w.p.team_size)
    team_num, team_den = teams_of(num, employees, size), teams_of(den, employees, size)
    firm_num, firm_den, square = in_order(team_num), in_order(team_den), in_order(total[:, :, 2])
    per_contact = np.asarray(w.measures["per_contact"])
    mean = ratio(firm_num, firm_den / per_contact)
    variance = np.nan_to_num(np.maximum(ratio(square, firm_den / per_contact) - mean * mean, 0.0))
    return Period(num, den, counts, team_num, team_den, firm_num, firm_den, variance, per_contact)


def ratio(num: Array, den: Array) -> Array:
    """num / den, NaN where nothing was observed."""
    return np.where(den > 0, num / np.where(den > 0, den, 1.0), np.nan)


def teams_of(values: Array, employees: int, size: int) -> Array:
    """(T, …) totals of each team: its own row, then its employees' in order (running sums, so the order is fixed)."""
    own = values[employees:, None]
    members = values[:employees].reshape(employees // size, size, *values.shape[1:])
    return np.cumsum(np.concatenate([own, members], axis=1), axis=1)[:, -1]


def standard_error(w: st.World, period: Period, num: Array, den: Array) -> Array:
    """Standard error of readings with these numerators and denominators (rows, M); counts of events are Poisson."""
    n = np.maximum(den / period.per_contact, 1.0)
    sigma = np.sqrt(period.variance / n) / period.per_contact
    reads = np.asarray(w.measures["reads"])
    for j in np.flatnonzero((reads == code.DEPARTURES) | (reads == code.BACKLOG)):
        sigma[:, j] = np.sqrt(np.maximum(num[:, j], 1.0)) / np.maximum(den[:, j], 1.0)
    return sigma


def read(w: st.World, period: Period, role: str, n: int) -> Readings:
    """What the role reads: an employee his own contacts, a manager his team, the others the firm."""
    employees, size = int(w.p.employees), int(w.p.team_size)
    rests_on = None
    if role == "employee":
        num, den = period.num[:employees], period.den[:employees]
        usual = np.broadcast_to(in_order(den) / employees, den.shape)
        fallback = np.repeat(ratio(period.team_num, period.team_den), size, axis=0)
        unseen = in_order(den) <= 0  # read of customers, not of contacts: there everybody's reading is the team's
        rests_on = np.where(unseen, np.repeat(period.team_num, size, axis=0), num)
        usual = np.where(unseen, np.repeat(period.team_den, size, axis=0), usual)
    elif role == "manager":
        num, den = period.team_num, period.team_den
        usual, fallback = den, ratio(num, den)
    else:
        num, den = (np.broadcast_to(x, (n, len(x))) for x in (period.firm_num, period.firm_den))
        usual, fallback = den, ratio(num, den)
    fallback = np.where(np.isnan(fallback), ratio(period.firm_num, period.firm_den)[None, :], fallback)
    sigma = standard_error(w, period, num if rests_on is None else rests_on, usual)
    return Readings(ratio(num, den), den / period.per_contact, fallback, sigma)


def centre(w: st.World, period: Period) -> None:
    """What a contact brings on average, for the lessons of the next pay period."""
    num, den = period.firm_num, period.firm_den
    counts = in_order(period.counts)
    contacts = counts[st.N_CONTACTS]
    for j in range(len(w.measures)):
        m = w.measures[j]
        if den[j] > 0:
            m.centre = num[j] / den[j]
            if m.reads == code.JOBS and contacts > 0:
                m.per_contact = den[j] / contacts
    if contacts > 0:
        w.firm.quality = counts[st.N_QUALITY] / contacts
