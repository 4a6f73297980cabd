"""Keyed chance: every draw is a pure function of (seed, replicate, entity, when, purpose, index). No stream, no state.

The generator is Philox4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3"), written once with
64-bit signed integers and masks, so that the same source gives the same bits compiled and in plain Python.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import kernel

Array = NDArray[np.float64]

MASK: Final = 0xFFFFFFFF
TO_UNIT: Final = 1.0 / 4294967296.0

# Purposes: what a draw is for. Each is an event of the model, never a user's label; each number stands once.
PURPOSES: Final = (
    "NEED",  # (customer, need ordinal): date, difficulty, product of the next need
    "CONTACT",  # (customer, contact ordinal): wait, patience, which employee, resolved
    "ACTS",  # (customer, contact ordinal, block): which activities are done in this contact
    "AFTER",  # (customer, contact ordinal): minutes, follow-up, return, delay
    "VOICE",  # (customer, contact ordinal): complaint intended, voiced, diverted, remedied
    "SURVEY",  # (customer, contact ordinal or week, place of the measure): invited, answered, style, mood as seen
    "PERSON",  # (customer, block): fixed traits
    "EXIT",  # (customer): how much dissatisfaction it takes to leave
    "PROSPECT",  # (prospect): joins or not
    "STAFF",  # (post, succession number, block): traits of a hire
    "BELIEF",  # (post, period, activity): Thompson draws
    "LORE",  # (post, succession number, activity): errors of trade lore
    "PEER",  # (post, period): which colleague is looked at, copied or not
    "AUDIT",  # (post, period): audited, found out, dismissed
    "QUIT",  # (post, week)
    "EXPOSE",  # (firm, period)
    "NOISE",  # (employee, week, place of the measure): noise of the textbook technology
    "PANEL",  # (team, place in the panel, block): which acts are done in a contact that is only thought through
    "TURN",  # (four places in the queue, period): who moves next where people move one after the other
    "SURVIVE",  # (post, period): one who lost is replaced or not, whom the successor copies
    "PILOT",  # (anything): free for tests
    "CALL",  # (customer, week): rank among those to be called back, known by name, need met, who calls
    "WEAK",  # (team): how often its process fails
)
(
    NEED, CONTACT, ACTS, AFTER, VOICE, SURVEY, PERSON, EXIT, PROSPECT,
    STAFF, BELIEF, LORE, PEER, AUDIT, QUIT, EXPOSE, NOISE, PANEL, TURN, SURVIVE, PILOT, CALL, WEAK,
) = range(len(PURPOSES))  # fmt: skip

if len(set(PURPOSES)) != len(PURPOSES):
    raise RuntimeError("a purpose of chance is registered twice")


@kernel(inline=True)
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key."""
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = ((p1 >> 32) & MASK) ^ c1 ^ k0, p1 & MASK, ((p0 >> 32) & MASK) ^ c3 ^ k1, p0 & MASK
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


@kernel(inline=True)
def block(
    seed: int, replicate: int, entity: int, when: int, purpose: int, index: int
) -> tuple[float, float, float, float]:
    """`four`, put where it is called: for loops that draw many blocks and nothing else."""
    a, b, c, d = philox(
        int(entity) & MASK, int(when) & MASK, int(purpose) & MASK, int(index) & MASK, int(seed) & MASK, int(replicate) & MASK
    )
    return (a + 0.5) * TO_UNIT, (b + 0.5) * TO_UNIT, (c + 0.5) * TO_UNIT, (d + 0.5) * TO_UNIT


@kernel
def four(
    seed: int, replicate: int, entity: int, when: int, purpose: int, index: int
) -> tuple[float, float, float, float]:
    """Four independent uniforms in (0, 1), 32 bits each, for one event.

    `entity` and `index` are non-negative below 2^32; `when` may be negative (weeks of the burn-in).
    """
    return block(seed, replicate, entity, when, purpose, index)


@kernel
def fours(seed: int, replicate: int, entities: NDArray[np.int64], when: int, purpose: int, index: int) -> Array:
    """`four` for many entities at once, (n, 4)."""
    out = np.empty((len(entities), 4))
    for i in range(len(entities)):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = four(seed, replicate, entities[i], when, purpose, index)
    return out


@kernel
def uniform(seed: int, replicate: int, entity: int, when: int, purpose: int, index: int) -> float:
    """One uniform in (0, 1): the first of `four`."""
    return four(seed, replicate, entity, when, purpose, index)[0]


MIDDLE: Final = 0.425  # distance from ½ within which `middle_normal` holds


@kernel(inline=True, divides=False)
def middle_normal(q: float) -> float:
    """Standard normal quantile of ½ + q for |q| ≤ MIDDLE: the part of AS 241 that knows no cases."""
    r = 0.180625 - q * q
    return (
        q
        * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
        / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
            + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)
    )  # fmt: skip


@kernel
def normal_from(u: float) -> float:
    """Standard normal quantile of u in (0, 1): Wichura's AS 241, relative error about 1e-16."""
    q = u - 0.5
    if abs(q) <= MIDDLE:
        return middle_normal(q)
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        x = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
                + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
                + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
                + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        x = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
                + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
                + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
                + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -x if q < 0.0 else x


@kernel
def normal(seed: int, replicate: int, entity: int, when: int, purpose: int, index: int) -> float:
    """One standard normal by inversion of one uniform."""
    return normal_from(uniform(seed, replicate, entity, when, purpose, index))


# Families of `Latent` distributions, as numbers for compiled code.
CONSTANT, NORMAL, LOGNORMAL, UNIFORM, EXPONENTIAL, CLASSES, SHARE = range(7)


@kernel
def from_latent(family: int, a: float, b: float, u: float) -> float:
    """The u-quantile of a latent distribution (see `sim.scenario.fields.Latent`)."""
    return from_latent_at(family, a, b, u, normal_from(u) if family in (NORMAL, LOGNORMAL) else 0.0)


@kernel
def from_latent_at(family: int, a: float, b: float, u: float, z: float) -> float:
    """The same where z, the standard normal u-quantile, is known if the family needs it."""
    if family == CONSTANT:
        return a
    if family == NORMAL:
        return a + b * z
    if family == LOGNORMAL:
        return a * math.exp(b * z)
    if family == UNIFORM:
        return a + (b - a) * u
    if family == EXPONENTIAL:
        return -a * math.log(1.0 - u)
    if family == SHARE:
        return 1.0 if u < a else 0.0
    if u < a:
        return 4.0
    return 7.0 if u < a + b else 10.0
