"""The draws of what happens to a customer at one date, dealt together before it happens.

The ten rounds of a block of chance wait for each other, but blocks do not: in one loop over blocks that nothing else is
in, the processor works on several at once. A draw that is dealt and not used costs little; its key is spent on nobody else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import hot
from sim.world import chance
from sim.world import layout as code
from sim.world import state as st

# places in the hand; from SURVEYS on, the questions asked at a contact, then those asked when a need has ended
CONTACT, AFTER, ACTS, COMPLAINT, FOLLOW_UP, NEXT_NEED, SURVEYS = 0, 1, 2, 5, 6, 7, 8
SIDE_BY_SIDE = 4  # blocks that a processor takes at once
BETWEEN, ENDED = 1000, 2000  # indices of draws for questions of all customers, and for those about a need that has ended

OF_CONTACT, OF_NEED, OF_NEXT_NEED = range(3)  # what the draw is keyed by
FIXED = (
    (OF_CONTACT, chance.CONTACT, 0), (OF_CONTACT, chance.AFTER, 0),
    (OF_CONTACT, chance.ACTS, 0), (OF_CONTACT, chance.ACTS, 1), (OF_CONTACT, chance.ACTS, 2),
    (OF_CONTACT, chance.VOICE, 0), (OF_CONTACT, chance.VOICE, 1), (OF_NEXT_NEED, chance.NEED, 0),
)  # fmt: skip


def places(measures: Any, read_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """What each place of the hand is keyed by, for what and with which index: (3, H)."""
    asked, ended = (row[1 : row[0] + 1] for row in (read_at[st.AT_ANSWER], read_at[st.AT_END]))
    surveys: list[tuple[int, int, int]] = [(OF_CONTACT, chance.SURVEY, 2 * j) for j in asked]
    surveys += [(OF_NEED, chance.SURVEY, 2 * j + ENDED) for j in ended if measures[j].reads == code.MET]
    spare = -(len(FIXED) + len(surveys)) % SIDE_BY_SIDE  # a hand that is not full would end in blocks that wait for each other
    return np.ascontiguousarray(np.array([*FIXED, *surveys, *FIXED[:spare]], np.int64).T)


@hot
def deal(p, c, i, dealt_for, hand):
    """Deal the draws of customer i's next date: the contact that is due, the end of its need, the need after it."""
    keyed, purpose, index = dealt_for[0], dealt_for[1], dealt_for[2]
    first, second, third, fourth, middle = hand[0], hand[1], hand[2], hand[3], hand[4]
    need = np.int64(c.need)
    contact = need * 256 + c.contacts
    for j in range(len(purpose)):
        when = contact if keyed[j] == OF_CONTACT else need + keyed[j] - OF_NEED
        first[j], second[j], third[j], fourth[j] = chance.block(p.seed, p.replicate, i, when, purpose[j], index[j])
    for j in range(len(purpose)):
        middle[j] = chance.middle_normal(second[j] - 0.5)


@hot
def look(hand, place):
    """The four uniforms at one place of the hand."""
    return hand[0, place], hand[1, place], hand[2, place], hand[3, place]


@hot
def look_normal(hand, place):
    """The standard normal of the second of them."""
    u = hand[1, place]
    return hand[4, place] if abs(u - 0.5) <= chance.MIDDLE else chance.normal_from(u)
