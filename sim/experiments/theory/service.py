"""Closed forms of expectations, repeats and the queue, on the contacts technology."""

from __future__ import annotations

import pandas as pd

from sim.experiments.theory.case import Case, Claim, Played
from sim.experiments.theory.reading import weekly
from sim.rules.service import logistic


def customers(played: Played) -> pd.DataFrame:
    """The table of customers at the end; `gap`: what each will expect at his next contact above what he has been getting.

    The table's `expectation` is that of week 0: drift since then comes on top.
    """
    table, e = played.tables["customers"], played.spec.customers.experience
    resolved = played.spec.service.work.resolution > 0
    quality = e.resolution if resolved else -e.resolution
    return table.assign(gap=table["expectation"].astype("float64") + e.drift * table["due"] - quality)


def step_gap(played: Played) -> float:
    """d / α + (g − d / α)(1 − α)^t, with g the gap at the start and t the contacts of the typical customer."""
    e = played.spec.customers.experience
    settled = e.drift / e.adaptation
    first = e.first_expectation.a + e.resolution
    return settled + (first - settled) * (1.0 - e.adaptation) ** typical(played)


def typical(played: Played) -> int:
    """The commonest number of contacts on the issue that stays open."""
    return int(customers(played)["contacts"].mode()[0])


def typical_gap(played: Played) -> float:
    """Mean gap of customers with that number of contacts."""
    table = customers(played)
    return float(table["gap"][table["contacts"] == typical(played)].mean())


def settled_gap(played: Played) -> float:
    """d / α, d the drift between two contacts."""
    e = played.spec.customers.experience
    return e.drift / played.spec.customers.needs_per_week / e.adaptation


def gap_now(played: Played) -> float:
    """Mean gap over all customers at the end of the last week: what those who call just then expect too much."""
    table, e = played.tables["customers"], played.spec.customers.experience
    return float(table["expectation"].astype("float64").mean() + e.drift * played.spec.weeks - e.resolution)


def come_back(played: Played) -> float:
    """r = (1 − first-contact resolution) · P(return)."""
    return (1.0 - logistic(played.spec.service.work.resolution)) * played.spec.customers.return_probability


def multiplier(played: Played) -> float:
    """(1 − r^(k + 1)) / (1 − r) with at most k returns."""
    r = come_back(played)
    return (1.0 - r ** (played.spec.customers.return_cap + 1)) / (1.0 - r)


def contacts_a_need(played: Played) -> float:
    """Contacts over needs, both counted over the run."""
    return float(weekly(played, "contacts").sum() / weekly(played, "needs").sum())


# --- Erlang ------------------------------------------------------------------------------------------------------------


def load(played: Played) -> tuple[float, float, int]:
    """Calls a minute, repeats included; calls a minute that one line can serve; lines."""
    spec = played.spec
    queue = spec.service.queue
    assert queue.stands_for is not None
    assert queue.staffed is not None
    first = spec.customers.count * spec.customers.needs_per_week * queue.stands_for / (60.0 * queue.hours)
    return first / (1.0 - come_back(played)), 1.0 / spec.service.work.minutes, queue.staffed


def erlang_c(arrivals: float, served: float, lines: int) -> float:
    """Chance to wait in M/M/c, by the recursion of Erlang B: B_k = a B / (k + a B), C = B / (1 − ρ (1 − B))."""
    load, blocked = arrivals / served, 1.0
    for k in range(1, lines + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1.0 - load / lines * (1.0 - blocked))


def erlang_wait(played: Played) -> float:
    """C / (c μ − λ), λ with repeats, minutes."""
    arrivals, served, lines = load(played)
    return erlang_c(arrivals, served, lines) / (lines * served - arrivals)


def mean_wait(played: Played) -> float:
    """Mean wait of a contact once repeats have built up, minutes."""
    half = played.spec.weeks // 2
    contacts = weekly(played, "contacts").iloc[half:]
    return float((weekly(played, "wait_minutes").iloc[half:] * contacts).sum() / contacts.sum())


def busy(played: Played) -> float:
    """Mean occupancy once repeats have built up."""
    return float(weekly(played, "occupancy").iloc[played.spec.weeks // 2 :].mean())


def utilisation(played: Played) -> float:
    """λ / (c μ)."""
    arrivals, served, lines = load(played)
    return arrivals / (lines * served)


STORED = 2e-6  # customers' expectations are kept in single precision
LONG = "weeks=180"  # (1 − α)^t of the start is then below 1e-9

CASES = (
    Case(
        15, "expectation", "Expectations that adapt", "textbook/expectation", "Johnson, Anderson & Fornell (1995)",
        (
            ("weeks=2",), ("weeks=5",), ("weeks=12", "customers.experience.adaptation=0.05"),
            (LONG, "customers.experience.drift=0.01"),
            (LONG, "customers.experience.drift=0.05", "customers.experience.adaptation=0.5"),
        ),
        (Claim("gap of expectation and service", "(1 − α)^t of a step; d / α in the end", step_gap, typical_gap, STORED),),
        micro=True,
    ),
    Case(
        15, "drift", "Expectations that drift between needs at random", "textbook/drift", "Johnson, Anderson & Fornell (1995)",
        ((), ("customers.experience.adaptation=0.5", "customers.needs_per_week=1"), ("customers.experience.drift=-0.01",)),
        (Claim("gap in the long run", "E − Q = d / α", settled_gap, gap_now, None),),
        replicates=12, micro=True,
    ),
    Case(
        16, "failure_demand", "Contacts per issue", "textbook/failure_demand", "geometric series; Seddon (2003)",
        (
            (), ("service.work.resolution=1.1",), ("customers.return_probability=1", "service.work.resolution=-1"),
            ("customers.return_cap=2",), ("customers.return_cap=0",),
            ("customers.return_cap=5", "customers.return_probability=1", "service.work.resolution=-3"),
        ),
        (Claim("contacts per issue", "1 / (1 − r); at most k returns: (1 − r^(k + 1)) / (1 − r)", multiplier, contacts_a_need,
               None),),
        replicates=12,
    ),
    Case(
        17, "queue", "A queue with those who call again", "textbook/queue", "Erlang (1917); Takács (1963)",
        ((), ("service.work.resolution=20", "service.queue.stands_for=0.9"),
         ("service.queue.staffed=3", "service.queue.stands_for=0.16"),
         ("customers.return_probability=0.3", "service.queue.stands_for=0.8", "service.queue.staffed=12")),
        (
            Claim("mean wait, minutes", "Erlang C at λ / (1 − r): C / (c μ − λ)", erlang_wait, mean_wait, None),
            Claim("occupancy", "ρ = λ / ((1 − r) c μ)", utilisation, busy, None),
        ),
        replicates=16,
    ),
)  # fmt: skip
