"""What people believe their acts do: trade lore to start with, single contacts to learn from, sampling to choose by.

One rule for genuine service, useful and useless tactics alike: prior mean = strength × (declared effect + error).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.incentives import tactics as act
from sim.rules import employee as rules
from sim.rules.kernel import hot
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world.people import Array, Group, Posts
from sim.world.sums import in_order


def declared(spec: Scenario, group: Group, effects: Array) -> Array:
    """What the trade says an act does when it works, (n, M + 1, K): what it does, unless the scenario declares otherwise.

    effects (n, M + 1, K) are the true expected effects; a declared one is relative to the largest among the others.
    """
    said = effects.copy()
    if group.role == "employee":
        for place, name in enumerate(act.EMPLOYEE_ACTS[act.FIRST_TACTIC :], start=act.FIRST_TACTIC):
            lore = getattr(spec.tactics, name).lore
            if lore is not None:
                said[:, 1:, place] = lore * np.abs(effects[:, 1:]).max(axis=2)
    return said


def start(
    spec: Scenario, replicate: int, group: Group, effects: Array, spreads: Array, posts: Posts, places: Sequence[int]
) -> None:
    """Beliefs of people who have tried nothing yet, from lore: the named posts, about the named places of measures.

    effects (posts, M + 1, K): what acts that work do to what each of those posts reads; spreads (M + 1,): standard
    deviation of what one contact brings to it, as everybody can see.
    """
    learning = spec.staff.learning
    shape = (group.n, *effects.shape[1:])
    if group.belief.shape != shape:
        group.belief, group.certainty = np.zeros(shape), np.zeros(shape)
    said = declared(spec, group, effects) * group.skill[posts, None, :]
    if group.role != "employee":  # they serve nobody: of what pleases customers they know what is said
        spreads = np.concatenate([[0.0], spreads[1:]])
    _start(
        spec.seed, replicate, group.keys[posts], group.succession[posts], posts, np.array(places, dtype=np.int64), said,
        spreads, learning.lore, learning.lore_error, learning.doubt, group.belief, group.certainty,
    )  # fmt: skip


@hot
def _start(seed, replicate, keys, persons, posts, places, said, spreads, strength, error, doubt, belief, certainty):
    """Prior mean = strength × (declared + error · s · z), prior sd = doubt · s; s, the spread of single contacts, is public.

    So nobody knows beforehand how much or how little can be moved. What does not vary is known.
    """
    for i in range(len(posts)):
        for j in places:
            size = spreads[j]
            for k in range(said.shape[2]):
                z = chance.normal(seed, replicate, keys[i], persons[i], chance.LORE, k * 256 + j)
                belief[posts[i], j, k] = strength * (said[i, j, k] + error * size * z)
                spread = doubt * size
                certainty[posts[i], j, k] = 1.0 / (spread * spread) if spread > 0.0 else np.inf


def remember(spec: Scenario, group: Group, effects: Array, lessons: Any, tenure: Array) -> None:
    """At the start of a world: what employees have learned of serving in their time, as if every period had been like this one.

    effects (n, M + 1, K) of acts that work; tenure (n,) weeks. Only of perceived quality (place 0), for nothing was paid before.
    Certainty c after t periods with information I in each and forgetting f: c₀ (1 − f)ᵗ + I Σ (1 − f)ˢ, s < t; the mean moves
    from lore to the truth accordingly.
    """
    learning, size = spec.staff.learning, spec.staff.team_size
    cases, squares = in_order(lessons["n"][:, 0]), in_order(lessons["yy"][:, 0])
    if squares <= 0.0:
        return
    own = np.empty((len(lessons), group.belief.shape[2]))
    _informed(lessons, own)
    teams = own.reshape(-1, size, own.shape[1])
    shared = own + learning.colleagues * (np.repeat(np.cumsum(teams, axis=1)[:, -1], size, axis=0) - own)
    kept = (1.0 - learning.forgetting) ** (tenure / spec.pay.every)[:, None]
    past = (1.0 - kept) / learning.forgetting if learning.forgetting > 0.0 else (tenure / spec.pay.every)[:, None]
    seen = shared * cases / squares * past
    known = group.certainty[:, 0] * kept
    open_to_doubt = np.isfinite(known) & (known + seen > 0.0)
    truth = effects[:, 0] * group.skill
    total = np.where(open_to_doubt, known + seen, 1.0)
    moved = (np.where(open_to_doubt, known, 0.0) * group.belief[:, 0] + seen * truth) / total
    group.belief[:, 0] = np.where(open_to_doubt, moved, group.belief[:, 0])
    group.certainty[:, 0] = np.where(open_to_doubt, total, group.certainty[:, 0])


def learn_from_contacts(spec: Scenario, group: Group, lessons: Any, size: int) -> None:
    """Take the pay period's contacts into belief: one's own fully, colleagues' at a discount (Kalman, batch by period)."""
    learning = spec.staff.learning
    total = np.cumsum(lessons["n"], axis=0)[-1]
    noise = np.cumsum(lessons["yy"], axis=0)[-1] / np.maximum(total, 1.0)
    noise = np.where(noise > 0, noise, np.inf)
    _learn(lessons, noise, size, learning.colleagues, learning.forgetting, group.belief, group.certainty)


@hot
def _learn(lessons, noise, size, colleagues, forgetting, belief, certainty):
    """Bayes' rule for independent Gaussian beliefs; noise (M + 1,) is the variance of what one contact brings."""
    n, places, count = belief.shape
    for first in range(0, n, size):
        for j in range(places):
            for k in range(count):
                team_information = team_evidence = 0.0
                for e in range(first, first + size):
                    information, evidence = _taught(lessons[e, j], k)
                    team_information += information
                    team_evidence += evidence
                for e in range(first, first + size):
                    if certainty[e, j, k] < np.inf:
                        information, evidence = _taught(lessons[e, j], k)
                        information += colleagues * (team_information - information)
                        evidence += colleagues * (team_evidence - evidence)
                        before = rules.certainty_after(certainty[e, j, k], forgetting)
                        belief[e, j, k] = rules.belief_mean(
                            belief[e, j, k], before, evidence / noise[j], information / noise[j]
                        )
                        certainty[e, j, k] = before + information / noise[j]


@hot
def _informed(lessons, out):
    """Information on perceived quality in each person's contacts of a period, (n, K)."""
    for e in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[e, k] = _taught(lessons[e, 0], k)[0]


@hot
def _taught(lesson, k):
    """Sums of squares and products of what one person did and what it brought, about his own means.

    So who he is does not pass for what he does.
    """
    cases, result = lesson.n, lesson.y
    if k == act.CHERRY:
        cases -= lesson.passed
        result -= lesson.passed_y
    if cases <= 1.0:
        return 0.0, 0.0
    share = lesson.did[k] / cases
    return lesson.did[k] * (1.0 - share), lesson.did_y[k] - share * result


def learn_from_periods(group: Group, readings: Array, sigma: Array, forgetting: float) -> None:
    """Those above learn from whole periods: y above its slow mean against the lever above its slow mean.

    readings, sigma (n, M) of the period, raw units; NaN where there was none.
    """
    if group.last_lever.shape != group.intensity.shape:
        group.last_lever = group.intensity.copy()
        group.baseline = readings.copy()
        return
    _take_in(group.intensity - group.last_lever, readings - group.baseline, sigma, forgetting, group.belief, group.certainty)
    group.last_lever += 0.3 * (group.intensity - group.last_lever)
    fresh = np.where(np.isnan(group.baseline), readings, group.baseline)
    group.baseline = np.where(np.isnan(readings), fresh, fresh + 0.3 * (readings - fresh))


@hot
def _take_in(pulled, surprise, sigma, forgetting, belief, certainty):
    """Bayes' rule for independent Gaussian beliefs; certainty fades a little first. Of quality (place 0) nothing is read."""
    for post in range(belief.shape[0]):
        for j in range(belief.shape[1]):
            weight = news = 0.0
            if j > 0 and not math.isnan(surprise[post, j - 1]) and sigma[post, j - 1] * sigma[post, j - 1] > 0.0:
                weight = 1.0 / (sigma[post, j - 1] * sigma[post, j - 1])
                news = weight * surprise[post, j - 1]
            for k in range(belief.shape[2]):
                if certainty[post, j, k] < np.inf:
                    x = pulled[post, k]
                    before, information = rules.certainty_after(certainty[post, j, k], forgetting), weight * (x * x)
                    belief[post, j, k] = rules.belief_mean(belief[post, j, k], before, news * x, information)
                    certainty[post, j, k] = before + information


def sampled(spec: Scenario, replicate: int, group: Group, period: int, places: list[int]) -> Array:
    """Thompson sampling: one draw from each belief at `places` of the measures, (n, M + 1, K); the rest stays the mean.

    What a tactic does to customers (place 0) stays the mean too: it is never a reason to do it, only against (see
    `decide.worth_beside_pay`), and sampling what counts on one side only would make harm out of luck.
    """
    out = group.belief.copy()
    _sample(
        spec.seed, replicate, group.keys, period, np.array(places, dtype=np.int64), group.open, group.tactics,
        group.certainty, out,
    )  # fmt: skip
    return out


@hot
def _sample(seed, replicate, keys, period, places, is_open, tactics, certainty, out):
    for post in range(out.shape[0]):
        for k in range(out.shape[2]):
            if is_open[k]:
                for j in places:
                    sure = certainty[post, j, k]
                    if 0.0 < sure < np.inf and (j > 0 or not tactics[k]):
                        z = chance.normal(seed, replicate, keys[post], period, chance.BELIEF, k * 256 + j)
                        out[post, j, k] += z / math.sqrt(sure)


def practise(spec: Scenario, group: Group) -> None:
    """Employees' skill at tactics grows by practice and fades without."""
    learning = spec.staff.learning
    _practise(group.intensity, learning.practice, learning.fading, group.skill)


@hot
def _practise(intensity, practice, fading, skill):
    for e in range(skill.shape[0]):
        for k in range(act.FIRST_TACTIC, act.ACTS):
            skill[e, k] = rules.practised(skill[e, k], intensity[e, k], practice, fading)
