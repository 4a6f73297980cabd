"""Expected effects of acts (rational people know them, lore is made of them) against what acts really do to one's readings.

Half the staff do an act in every contact, half never; everything else is equal. The difference between the halves is what
`sim.world.foresight` claims to know: same sign, and within a quarter wherever the effect is beyond noise.
"""

import numpy as np
import pytest

from sim.incentives import tactics as act
from sim.scenario.loading import load
from sim.world import Organisation, foresight
from sim.world import state as st
from sim.world.aftermath import stretch

QUIET = [
    "staff.choice=fixed", "staff.count=20", "weeks=40", "burn_in=4", "customers.count=20000", "management.choice=fixed",
    "mechanisms.turnover=false", "mechanisms.engagement=false", "mechanisms.management=false",
]  # fmt: skip
# effects of an act on a team's shared readings are not seen in a difference between its members
SHARED = {"service_level", "wait", "abandonment", "churn", "backlog"}


def difference(spec, number, replicate):
    """(real, claimed) effect on every measure, in its points; and the measures' weights by answers."""
    model = Organisation(spec, replicate)
    staff = model.world.staff
    staff["intensity"], staff["skill"], staff["tenure"], staff["ability"] = 0.0, 1.0, 500.0, 0.0
    staff["intensity"][::2, number] = 1.0
    num = den = 0.0
    while model.week < spec.weeks:
        model.step()
        cells = model.world.readings[(model.week - 1) % spec.pay.every]
        num = num + cells["num"][:20, :, st.REALISED]
        den = den + cells["den"][:20, :, st.REALISED]
    with np.errstate(invalid="ignore"):
        real = num[::2].sum(0) / den[::2].sum(0) - num[1::2].sum(0) / den[1::2].sum(0)
    is_open = np.zeros(act.ALL_ACTS, bool)
    is_open[number] = True
    claimed = foresight.effects(model.world, is_open, np.arange(len(spec.measures)), 0.01)[1][:, number, 1:-1].mean(axis=0)
    return real * model.recorder.points, claimed * model.recorder.points


@pytest.mark.parametrize("number", [act.CARE, act.RUSH, act.PLEAD, act.GIFT, act.CLOSE, act.SELECT])
def test_claimed_effects_are_the_real_ones(number):
    spec = load("salary", QUIET).spec
    pairs = [difference(spec, number, replicate) for replicate in range(3)]
    real = np.array([pair[0] for pair in pairs])
    claimed = np.array([pair[1] for pair in pairs]).mean(axis=0)
    error = real.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    checked = 0
    for j, label in enumerate(spec.measures):
        if label in SHARED or np.isnan(real[:, j]).any():
            continue
        mean = real[:, j].mean()
        assert abs(mean - claimed[j]) <= 0.25 * abs(mean) + 4 * error[j] + 0.05, (label, mean, claimed[j], error[j])
        if abs(mean) > 8 * error[j]:
            assert np.sign(mean) == np.sign(claimed[j]), (label, mean, claimed[j])
            checked += 1
    assert checked > 0


# --- what is read of customers rather than of contacts ------------------------------------------------------------------

CUSTOMERS = [
    *QUIET, "staff.team_size=10", "mechanisms.queue=false", "weeks=48",
    "measures={all: {like: nps, population: customers, sample: census}, churn: {}, backlog: {logging: automatic}}",
]  # fmt: skip
IMPATIENCE, TRIED = 0.0128, 0.3


@pytest.mark.parametrize("a_week", [0.05, 0.4, 2.0])
@pytest.mark.parametrize("impatience", [0.002, 0.0128, 0.3])
def test_the_time_until_each_further_contact_is_discounted(a_week, impatience):
    """Contacts by a Poisson process: mean discounted weeks between one and the next; of all of them together 1 / impatience."""
    rng = np.random.default_rng(5)
    dates = np.cumsum(np.concatenate([np.zeros((40000, 1)), rng.exponential(1 / a_week, (40000, 5))], axis=1), axis=1)
    weeks = -np.diff(np.exp(-impatience * dates), axis=1) / impatience
    error = weeks.std(axis=0) / np.sqrt(len(weeks))
    assert (abs(weeks.mean(axis=0) - [stretch(n, a_week, impatience) for n in range(5)]) < 4 * error).all()
    assert sum(stretch(n, a_week, impatience) for n in range(20000)) == pytest.approx(1 / impatience)


def played(spec, number, replicate, tried):
    """Weekly readings (weeks, M) of the firm if everybody does an act in a share of the first pay period's contacts."""
    model = Organisation(spec, replicate)
    staff = model.world.staff
    staff["intensity"], staff["skill"], staff["tenure"], staff["ability"] = 0.0, 1.0, 500.0, 0.0
    while model.week < 0:
        model.step()
    is_open = np.zeros(act.ALL_ACTS, bool)
    is_open[number] = True
    everything = np.arange(len(spec.measures))
    claimed = foresight.effects(model.world, is_open, everything, IMPATIENCE)[1][:, number, 1:-1].mean(axis=0)
    while model.week < spec.weeks:
        model.world.staff["intensity"][:, number] = tried if model.week < spec.pay.every else 0.0
        model.step()
    read = model.recorder.readings[spec.burn_in :, :, st.REALISED]
    return read[..., 0] / read[..., 1] * model.recorder.points, claimed * model.recorder.points


@pytest.mark.parametrize("number", [act.CARE, act.RUSH, act.DIVERT])
def test_what_customers_remember_is_foreseen(number):
    """One pay period of an act, against what all later readings of surveys, departures and backlog lose or gain by it."""
    spec = load("salary", CUSTOMERS).spec
    weight = np.exp(-IMPATIENCE * np.arange(spec.weeks))[:, None] / spec.pay.every
    real, claims = [], []
    for replicate in range(3):
        without, claimed = played(spec, number, replicate, 0.0)
        real.append(((played(spec, number, replicate, TRIED)[0] - without) * weight).sum(axis=0) / TRIED)
        claims.append(claimed * spec.staff.team_size)  # of a single employee: the team moves its reading so much more
    error = np.std(real, axis=0, ddof=1) / np.sqrt(len(real))
    for label in ("all", "churn", "backlog"):
        j = list(spec.measures).index(label)
        mean, claimed, noise = np.mean(real, axis=0)[j], np.mean(claims, axis=0)[j], error[j]
        assert np.sign(mean) == np.sign(claimed), (label, mean, claimed)
        assert abs(mean - claimed) <= 0.25 * abs(mean) + 4 * noise, (label, mean, claimed, noise)
