"""The state of a world as structured arrays: one record a customer, employee, team, measure. A row is an identity for ever."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.incentives import tactics as act
from sim.rules.service import GRID

PROSPECT, ACTIVE, LEFT = 0, 1, 2
# bits of `marks`
OPEN, SERVED, FIRST_SOLVED, LOST_HOPE, LOG_CLOSED, LOG_MARKED, TO_CALL = 1, 2, 4, 8, 16, 32, 64
OF_THE_PERSON = LOST_HOPE | TO_CALL  # the others end with the issue
NEVER = 2.0**60  # a date that does not come (the same number in single precision)

# stages of a reading, from the true one to the reported one; the waterfall is their differences
TRUE, COVERAGE, SELECTION, STEERING, NONRESPONSE, STYLE, MEASUREMENT, PRESSURE, PROCESSING, REALISED = range(10)
STAGES = 10

# places of a contact at which measures are read
AT_ANSWER, AT_COMPLAINT, AT_LOG, AT_FIRST, AT_END = range(5)
PLACES = 5

# columns of the counts, by row of staff (employees, then teams); from N_LEFT_ANSWER on, leavers by their last answer
(
    N_CONTACTS, N_MINUTES, N_GAMING, N_ABANDONED, N_WAIT, N_REPEATS, N_NEEDS, N_INTENDED, N_VOICED,
    N_RECORDED, N_DIVERTED, N_HUSHED, N_GIFTS, N_LEFT, N_TALK, N_QUALITY, N_ASKING, N_MET, N_ENDED, N_SAME_WEEK,
    N_CALLED, N_LEFT_ANSWER,
) = range(22)  # fmt: skip
COUNTS = N_LEFT_ANSWER + 11

# A customer in few bytes, since there may be a million: dates in double precision, minds and delays in single, to be
# widened wherever they are read.
CUSTOMER = np.dtype([
    ("need_at", "f8"),  # week of the current or next need: the customer's clock
    ("due", "f8"),  # week of the next contact
    ("leaves_at", "f8"),  # week in which he leaves if nothing changes
    ("taste", "f4"),  # 0-10 points; the answer itself where scores are fixed
    ("expectation", "f4"),  # quality, less what drift has added since week 0
    ("end", "f4"),  # remembered satisfaction, quality
    ("peak", "f4"),
    ("difficulty", "f4"),  # of the current or next need, sd
    ("first_after", "f4"),  # weeks from the need to the first served contact on it
    ("second_after", "f4"),  # and to the next one
    ("marked_after", "f4"),  # weeks until the log first had the issue as done, in good faith
    ("closed_after", "f4"),  # weeks until the log first had it as done at all
    ("need", "i4"),  # ordinal of the current or next need
    ("server", "i2"),  # employee of the last contact
    ("first_server", "i2"),  # employee of the first contact on the issue
    ("acts", "i2"),  # what the last employee attempted (bits)
    ("first_acts", "i2"),  # what the first one attempted
    ("contacts", "i2"),  # contacts on the open issue
    ("answer", "i1"),  # the whole 0-10 answer he would give in confidence now
    ("status", "u1"),
    ("segment", "u1"),
    ("contract", "u1"),  # bound by a contract
    ("marks", "u1"),
])  # fmt: skip

EMPLOYEE = np.dtype([
    ("ability", "f8"),  # sd
    ("engagement", "f8"),
    ("tenure", "f8"),  # weeks
    ("fresh", "f8"),  # how much of the newcomer is left this week
    ("skill", "f8", (act.ACTS,)),  # chance that an attempt works
    ("intensity", "f8", (act.ACTS,)),  # chance that it is attempted in a contact
])  # fmt: skip

TEAM = np.dtype([
    ("minutes", "f8"),  # mean handle time, last week's
    ("same_week", "f8"),  # last week's contacts beyond the first of each customer
    ("delayed", "f8"),  # chance that a caller waits
    ("arrivals", "f8"),  # callers a minute
    ("occupancy", "f8"),  # share of staffed time that is handling
    ("backlog", "f8"),  # work left over from last week, minutes (endless patience only)
    ("drag", "f8"),  # factor on handle time for what else keeps staff busy (coaching)
    ("weakness", "f8"),  # failure of its process relative to the firm's
    ("repair", "f8"),  # share of these failures that is mended
    ("sound", "f8"),  # chance that no step or hand-off fails
    ("filtering", "f8"),  # the manager's intensity of striking bad answers
    ("active", "i8"),  # customers
    ("answers", "i8", (11,)),  # how many of them would give each answer now
    ("open", "i8"),  # issues open by the customers' word
    ("open_in_log", "i8"),  # and by the log
    ("open_in_good_faith", "i8"),  # and by the log as it would be if nobody closed cases early
    ("noted", "i8"),  # contacts ever written into the panel
    ("place", "i8"),  # where its next customer stands in the list of the week
    ("waits", "f8", (GRID,)),  # quantiles of the wait of those who wait, minutes
])  # fmt: skip

FIRM = np.dtype([
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

STILL_OPEN = -(2.0**60)  # in place of the date at which a need was met

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
    for name in (
        "difficulty", "expectation", "end", "peak", "taste", "wait", "contacts", "voice", "hope", "age", "closed", "chance",
    )
])  # fmt: skip


class World(NamedTuple):
    """Everything that a compiled week reads and writes."""

    p: Any  # record: Params
    firm: Any  # record: FIRM
    measures: Any  # (M,) records: the measures' properties
    segments: Any  # (S,) records
    customers: Any  # (n,) CUSTOMER
    next_at: Any  # (n,) float64: the earlier of `due` and `leaves_at`
    read_at: Any  # (PLACES, M + 1) int64: how many measures are read at each place of a contact, and which
    hand_places: Any  # (3, H) int64: what each place of a hand of draws is for (`hand`)
    hands: Any  # (T, 5, H) float64: draws of the customer whose turn it is, and a normal
    invited_at: Any  # (n, surveys) float32: week of the last invitation by each survey
    staff: Any  # (E,) EMPLOYEE
    teams: Any  # (T,) TEAM
    members: Any  # (T, S) int64: active customers by team and segment
    lessons: Any  # (E, M + 1) LESSON; column 0 is perceived quality
    panel: Any  # (T, PANEL_SIZE) PANEL
    readings: Any  # (weeks, E + T, M) CELL
    tallies: Any  # (weeks, E + T) TALLY


def records(n: int, dtype: Any) -> Any:
    """n zeroed records; the fields of each are attributes."""
    return np.zeros(n, dtype=_record(dtype))


@cache
def _record(dtype: Any) -> Any:
    """One object for all arrays of a kind: compiled code knows it again at once, where it would compare field by field."""
    return np.dtype((np.record, dtype))


def arrays(w: World) -> tuple[Any, ...]:
    """The same memory as arrays alone: what is asked for every week takes a world in this form, as its last arguments.

    A compiled function knows an array at once, but has to look through the fields of a record at every call (50 µs). It has
    the world again by `World(arrays[0][0], arrays[1][0], *arrays[2:])`.
    """
    return (w.p.base, w.firm.base, *w[2:])


def customers(n: int) -> Any:
    """Empty rows for customers and prospects."""
    rows = records(n, CUSTOMER)
    for name in ("need_at", "due", "leaves_at", "first_after", "second_after", "marked_after", "closed_after"):
        rows[name] = NEVER
    rows["server"] = rows["first_server"] = -1
    return rows
