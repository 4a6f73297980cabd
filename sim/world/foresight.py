"""What acts are expected to bring, team by team: effects on every reading, of ability, and of work time through the queue.

Rational people know these numbers; trade lore is made of them. All come from `sim.world.panel`, the rules thought through.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.rules import service
from sim.world import layout as code
from sim.world import state as st
from sim.world import sums
from sim.world.aftermath import AHEAD, outlasts, stretch
from sim.world.panel import DIRECT, secants, think_team
from sim.world.relationship import think_customers

Places = NDArray[np.int64]  # of measures, in the order of the scenario


def _average(w: st.World, team: int) -> tuple[np.ndarray, float, float, float]:
    """The chances that acts are done and work in a team, and its average ability, engagement and tenure."""
    size = int(w.p.team_size)
    staff = w.staff[team * size : (team + 1) * size]
    level = np.concatenate([sums.mean(staff["intensity"] * staff["skill"]), w.firm.levers[act.ACTS :]])
    level[act.FILTER] = w.teams[team].filtering
    return level, float(sums.mean(staff["ability"])), float(sums.mean(staff["engagement"])), float(sums.mean(staff["tenure"]))


def ability_effects(w: st.World, read: Places, impatience: float, step: float = 0.1) -> np.ndarray:
    """What one sd of ability of a team is worth to the measures `read`, (T, M + 2), by a central difference on the panel."""
    places, arrays, of_people = len(w.measures) + 2, st.arrays(w), read_of_people(w)
    out = np.zeros((len(w.teams), places))
    closed, none = np.zeros(act.ALL_ACTS, np.bool_), np.zeros((DIRECT, places, 2))
    for team in range(len(w.teams)):
        level, ability, engagement, tenure = _average(w, team)
        ahead = np.array([contacts_a_week(w, team), impatience])
        values = []
        for moved in (-step, step):
            base = np.zeros((places, 2))
            think_team(team, level, closed, read, ahead, 1.0, ability, moved, engagement, tenure, none, none, base, *arrays)
            values.append(base[:, 0] / np.where(base[:, 1] > 0, base[:, 1], 1.0))
        out[team] = (values[1] - values[0]) / (2 * step)
        for j in read:
            if of_people[j]:
                out[team, j + 1] *= reach_of_contacts(w, w.measures[j], ahead)[0] * w.p.team_size
    return out


def effects(
    w: st.World, is_open: np.ndarray, read: Places, impatience: float, together: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Expected readings (T, M + 2) and effects (T, ALL_ACTS, M + 2) of acts that work, for each team's average employee.

    Readings are in their own unit (shares and net shares of 1); an empty panel gives zeros. Measures that are not among
    those `read` are left out: nothing is expected of them, and nothing moves them. impatience (1/week): how fast what is
    paid later loses worth. An employee's effects are those of his acts on his own reading; `together`: of what all of a
    team do on the team's, where a need that comes back never leaves it.
    """
    teams = len(w.teams)
    places, arrays = len(w.measures) + 2, st.arrays(w)
    readings_now, found = np.zeros((teams, places)), np.zeros((teams, act.ALL_ACTS, places))
    for team in range(teams):
        level, ability, engagement, tenure = _average(w, team)
        base = np.zeros((places, 2))
        with_act, without = np.zeros((DIRECT, places, 2)), np.zeros((DIRECT, places, 2))
        ahead = np.array([contacts_a_week(w, team), impatience])
        own_returns = 1.0 if together else 1.0 / w.p.team_size
        think_team(
            team, level, is_open, read, ahead, own_returns, ability, 0.0, engagement, tenure, with_act, without, base, *arrays
        )
        secants(with_act, without, base, level, is_open, found[team])
        readings_now[team] = base[:, 0] / np.where(base[:, 1] > 0, base[:, 1], np.nan)
        found[team] += queue_effects(w, team, found[team, :, places - 1], read)
        of_customers(w, team, level, is_open, read, ahead, readings_now[team], found[team])
    return readings_now, found


def of_customers(
    w: st.World, team: int, level: np.ndarray, is_open: np.ndarray, read: Places, ahead: np.ndarray,
    readings_now: np.ndarray, found: np.ndarray,
) -> None:  # fmt: skip
    """Bring readings (M + 2,) and effects (ALL_ACTS, M + 2) from contacts to customers, where it is these that are read."""
    base, direct, of_people = np.zeros((len(w.measures) + 2, 2)), np.zeros(found.shape), read_of_people(w)
    with_act, without = np.zeros((DIRECT, len(base), 2)), np.zeros((DIRECT, len(base), 2))
    think_customers(team, level, is_open, read, with_act, without, base, *st.arrays(w))
    secants(with_act, without, base, level, is_open, direct)
    for j in read:
        if of_people[j]:
            readings_now[j + 1] = base[j + 1, 0] / base[j + 1, 1] if base[j + 1, 1] > 0 else np.nan
            found[:, j + 1] = found[:, j + 1] * reach_of_contacts(w, w.measures[j], ahead) + direct[:, j + 1]


def of_teams(w: st.World, own: np.ndarray, is_open: np.ndarray, read: Places, impatience: float) -> np.ndarray:
    """(T, ALL_ACTS, M + 2) effects on the team's reading of what all of it do, by those of one's acts on one's own.

    They differ where needs are read as a whole: one that comes back leaves whoever left it unmet, but not his team.
    """
    whole = read[np.isin(w.measures["reads"][read], (code.IN_TIME, code.MET))]
    if not len(whole):
        return own
    out = own.copy()
    out[:, :, whole + 1] = effects(w, is_open, whole, impatience, together=True)[1][:, :, whole + 1]
    return out


def shared(w: st.World) -> NDArray[np.bool_]:
    """(M,) measures that a team shares, so that an employee moves them by his part: waits, and what is read of customers."""
    return read_of_people(w) | np.isin(w.measures["reads"], (code.SERVICE_LEVEL, code.WAIT, code.ABANDONMENT))


def read_of_people(w: st.World) -> NDArray[np.bool_]:
    """(M,) measures that read customers, of whom a contact is only one thing that they remember or wait for."""
    return np.array([outlasts(int(m["reads"]), int(m["population"])) for m in w.measures], np.bool_)


def contacts_a_week(w: st.World, team: int) -> float:
    """Contacts of a customer of the team in a week, by the accounts of the pay period."""
    size, contacts = int(w.p.team_size), 0.0
    for row in w.tallies["n"][:, team * size : (team + 1) * size, st.N_CONTACTS]:
        for count in row:
            contacts += count
    return contacts / len(w.tallies) / max(int(w.teams[team].active), 1)


def reach_of_contacts(w: st.World, measure: np.record, ahead: np.ndarray) -> np.ndarray:
    """(ALL_ACTS,) factor from a change in each of his contacts to the change of what is read of the team's customers.

    An employee serves a share of the customers a week; what they then remember lasts for weeks, and counts less the later
    it is paid, so that an act weighs as much as all that it will have moved. ahead: contacts a customer and week, and
    impatience. Levers of managers and of the office act on the answers of all customers, whether or not there is a contact.
    """
    a_week, impatience = ahead
    weeks = 1.0 if measure.reads == code.BACKLOG else sum(stretch(n, a_week, impatience) for n in range(AHEAD))
    out = np.full(act.ALL_ACTS, a_week * weeks / w.p.team_size)
    out[act.ACTS :] = 0.0
    out[act.DIVERSION] = a_week * weeks
    return out


def queue_effects(w: st.World, team: int, minutes_by_act: np.ndarray, read: Places) -> np.ndarray:
    """What a change of one employee's handle time does to waits, through the queue that the team shares."""
    p, t = w.p, w.teams[team]
    places = len(w.measures) + 2
    out = np.zeros((act.ALL_ACTS, places))
    watched = [j for j in read if w.measures[j].reads in (code.SERVICE_LEVEL, code.WAIT, code.ABANDONMENT)]
    if not watched or not p.queue or t.minutes <= 0:
        return out
    step = 0.05 * t.minutes
    table = np.zeros(service.GRID)
    for j in watched:
        level = []
        for minutes in (t.minutes - step, t.minutes + step):
            delayed = service.tabulate_wait(t.arrivals, minutes * t.drag, p.servers, p.patience, table)
            waits = np.array([service.wait_quantile(u, delayed, table) for u in (np.arange(200) + 0.5) / 200])
            level.append(_served(w.measures[j], waits, p.patience))
        out[:, j + 1] = (level[1] - level[0]) / (2 * step) * minutes_by_act / p.team_size
    return out


def _served(measure: np.record, waits: np.ndarray, patience: float) -> float:
    """The log's reading of waits: share within the threshold, mean wait, or share who hang up."""
    stays = np.exp(-waits / patience)
    if measure.reads == code.ABANDONMENT:
        return float(1.0 - sums.mean(stays))
    value = waits if measure.reads == code.WAIT else (waits <= measure.threshold).astype(float)
    return float(sums.in_order(value * stays) / sums.in_order(stays))
