"""The floor's loop (see `sim.bench.floor`): draws, calls of the library, rows of customers, accounts, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import hot
from sim.world import chance
from sim.world import state as st

Array = NDArray[np.float64]
LIBM = ("exp", "log", "pow", "cos", "sin", "tanh")  # after the draws, in the vectors of amounts


@hot
def begin(customers: Any, next_at: Array, rate: float) -> None:
    """Everybody's first date."""
    for i in range(len(next_at)):
        next_at[i] = -math.log(chance.uniform(0, 0, i, 0, chance.PILOT, 0)) / rate
        customers[i].due = next_at[i]


@hot
def take(amounts: Array, owed: Array, i: int, when: int, drawn: Array, sink: Array) -> float:
    """As many draws and calls as `amounts` say, what is left over being owed to the next; drawn (4, n): draws side by side."""
    total = 0.0
    for kind in range(len(amounts)):
        owed[kind] += amounts[kind]
    draws = int(owed[0])
    owed[0] -= draws
    first, second, third, fourth = drawn[0], drawn[1], drawn[2], drawn[3]
    for j in range(draws):
        first[j], second[j], third[j], fourth[j] = chance.block(0, 1, i, when, chance.PILOT, j)
    u = first[0] if draws > 0 else 0.5
    for kind in range(1, len(amounts)):
        x = u
        while owed[kind] >= 1.0:
            x += 0.01
            if kind == 1:
                total += math.exp(x)
            elif kind == 2:
                total += math.log(x)
            elif kind == 3:
                total += math.pow(x, u)
            elif kind == 4:
                total += math.cos(x)
            elif kind == 5:
                total += math.sin(x)
            else:
                total += math.tanh(x)
            owed[kind] -= 1.0
    sink[0] += total
    return u


@hot
def one_week(
    customers: Any, next_at: Array, tallies: Any, accounts: Array, due: NDArray[np.int64], now: float, rate: float,
    a_contact: Array, a_team: Array, owed: Array, drawn: Array, sink: Array,
) -> None:  # fmt: skip
    """Queues, then who is due, then their rows and the accounts (E, ·) of who serves them read and written once."""
    n = 0
    for k in range(len(tallies)):
        take(a_team, owed, k, int(now), drawn, sink)
    for i in range(len(next_at)):
        if next_at[i] < now + 1.0:
            due[n] = i
            n += 1
    for j in range(n):
        i = due[j]
        c = customers[i]
        while c.due < now + 1.0:
            u = take(a_contact, owed, i, c.need, drawn, sink)
            touch(c, u)
            account = accounts[int(u * len(accounts))]
            for place in range(len(account)):
                account[place] += u
            c.due -= math.log(u) / rate
            tallies[i % len(tallies)].n[st.N_CONTACTS] += 1.0
            sink[1] += 1.0
        next_at[i] = c.due


@hot
def touch(c: Any, u: float) -> None:
    """Read and write every field of a customer's row."""
    c.need_at += u
    c.leaves_at += u
    c.taste += u
    c.expectation += u
    c.end += u
    c.peak += u
    c.difficulty += u
    c.first_after += u
    c.second_after += u
    c.marked_after += u
    c.closed_after += u
    c.need += 1
    c.server += 1
    c.first_server += 1
    c.acts += 1
    c.first_acts += 1
    c.contacts += 1
    c.answer ^= 1
    c.status ^= 1
    c.segment ^= 1
    c.contract ^= 1
    c.marks ^= 1
