"""The state of a world as structured arrays: one record a customer, employee, team, measure. A row is an identity for ever."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.incentives import tactics as act
from sim.rules.service import GRID

PROSPECT, ACTIVE, LEFT = 0, 1, 2
# bits of `flags`
OPEN, SERVED, FIRST_SOLVED, LOST_HOPE, LOG_CLOSED, LOG_MARKED = 1, 2, 4, 8, 16, 32
NEVER = 1e18  # a date that does not come

# stages of a reading, from the true one to the reported one; the waterfall is their differences
TRUE, COVERAGE, SELECTION, STEERING, NONRESPONSE, STYLE, MEASUREMENT, PRESSURE, PROCESSING, REALISED = range(10)
STAGES = 10

# columns of the counts, by row of staff (employees, then teams); from N_LEFT_ANSWER on, leavers by their last answer
(
    N_CONTACTS, N_MINUTES, N_GAMING, N_ABANDONED, N_WAIT, N_REPEATS, N_NEEDS, N_INTENDED, N_VOICED,
    N_RECORDED, N_DIVERTED, N_HUSHED, N_GIFTS, N_LEFT, N_TALK, N_QUALITY, N_ASKING, N_MET, N_ENDED, N_SAME_WEEK,
    N_LEFT_ANSWER,
) = range(21)  # fmt: skip
COUNTS = N_LEFT_ANSWER + 11

CUSTOMER = np.dtype([
    ("taste", "f8"),  # 0-10 points; the answer itself where scores are fixed
    ("expectation", "f8"),  # quality
    ("end", "f8"),  # remembered satisfaction, quality
    ("peak", "f8"),
    ("touched", "f8"),  # week of the last contact: drift of the expectation counts from it
    ("need_at", "f8"),  # week of the current or next need: the customer's clock
    ("due", "f8"),  # week of the next contact
    ("leaves_at", "f8"),  # week in which he leaves if nothing changes
    ("first_at", "f8"),  # week of the first served contact on the issue
    ("second_at", "f8"),  # week of the next one
    ("marked_at", "f8"),  # week in which the log first had the issue as done, in good faith
    ("closed_at", "f8"),  # week in which the log first had it as done at all
    ("need", "i4"),  # ordinal of the current or next need
    ("server", "i4"),  # employee of the last contact
    ("acts", "i4"),  # what that employee attempted in it (bits)
    ("first_server", "i4"),  # employee of the first contact on the issue
    ("first_acts", "i4"),  # what that one attempted
    ("contacts", "i2"),  # contacts on the open issue
    ("answer", "i1"),  # the whole 0-10 answer he would give in confidence now
    ("status", "u1"),
    ("segment", "u1"),
    ("contract", "u1"),  # bound by a contract
    ("flags", "u1"),
])  # fmt: skip

EMPLOYEE = np.dtype([
    ("ability", "f8"),  # sd
    ("engagement", "f8"),
    ("tenure", "f8"),  # weeks
    ("skill", "f8", (act.ACTS,)),  # chance that an attempt works
    ("intensity", "f8", (act.ACTS,)),  # chance that it is attempted in a contact
])  # fmt: skip

TEAM = np.dtype([
    ("minutes", "f8"),  # mean handle time, last week's
    ("same_week", "f8"),  # contacts that came back within last week
    ("delayed", "f8"),  # chance that a caller waits
    ("arrivals", "f8"),  # callers a minute
    ("occupancy", "f8"),  # share of staffed time that is handling
    ("backlog", "f8"),  # work left over from last week, minutes (endless patience only)
    ("drag", "f8"),  # factor on handle time for what else keeps staff busy (coaching)
    ("filtering", "f8"),  # the manager's intensity of striking bad answers
    ("active", "i8"),  # customers
    ("open", "i8"),  # issues open by the customers' word
    ("open_in_log", "i8"),  # and by the log
    ("open_in_good_faith", "i8"),  # and by the log as it would be if nobody closed cases early
    ("noted", "i8"),  # contacts ever written into the panel
    ("waits", "f8", (GRID,)),  # quantiles of the wait of those who wait, minutes
])  # fmt: skip

FIRM = np.dtype([
    ("answers", "i8", (11,)),  # how many active customers would give each answer now
    ("levers", "f8", (act.ALL_ACTS,)),  # intensities of central office and head, by number of the lever
    ("quality", "f8"),  # mean perceived quality of a contact, last pay period
])  # fmt: skip

# Sufficient statistics of single contacts for learners: what was attempted against what came of it, y.
LESSON = np.dtype([
    ("n", "f8"),  # contacts
    ("y", "f8"),
    ("yy", "f8"),
    ("passed", "f8"),  # of these, contacts that a colleague passed on: nobody could pick and choose there
    ("passed_y", "f8"),
    ("did", "f8", (act.ACTS,)),  # contacts with the act
    ("did_y", "f8", (act.ACTS,)),
])  # fmt: skip

STILL_OPEN = -1e18  # in place of the date at which a need was met

# One reading of one measure: numerator and denominator at every stage, and the sum of squares of what was reported.
CELL = np.dtype([
    ("num", "f8", (STAGES,)),
    ("den", "f8", (STAGES,)),
    ("square", "f8"),
])  # fmt: skip

TALLY = np.dtype([("n", "f8", (COUNTS,))])  # by the columns above

PANEL_SIZE = 256
# What is kept of a contact as it stood before service.
PANEL = np.dtype([
    (name, "f8")
    for name in ("difficulty", "expectation", "end", "peak", "taste", "wait", "contacts", "voice", "hope", "age", "chance")
])  # fmt: skip


class World(NamedTuple):
    """Everything that a compiled week reads and writes."""

    p: Any  # record: Params
    firm: Any  # record: FIRM
    measures: Any  # (M,) records: the measures' properties
    segments: Any  # (S,) records
    customers: Any  # (n,) CUSTOMER
    next_at: Any  # (n,) float64: the earlier of `due` and `leaves_at`
    invited_at: Any  # (n, M) float32: week of the last invitation by each survey
    staff: Any  # (E,) EMPLOYEE
    teams: Any  # (T,) TEAM
    lessons: Any  # (E, M + 1) LESSON; column 0 is perceived quality
    panel: Any  # (T, PANEL_SIZE) PANEL
    readings: Any  # (weeks, E + T, M) CELL
    tallies: Any  # (weeks, E + T) TALLY


def records(n: int, dtype: Any) -> Any:
    """n zeroed records whose fields are attributes."""
    return np.zeros(n, dtype=np.dtype((np.record, dtype))).view(np.recarray)


def customers(n: int) -> Any:
    """Empty rows for customers and prospects."""
    rows = records(n, CUSTOMER)
    for name in ("need_at", "due", "leaves_at", "first_at", "second_at", "marked_at", "closed_at"):
        rows[name] = NEVER
    rows["server"] = rows["first_server"] = -1
    return rows
