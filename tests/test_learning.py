"""What people learn of their acts, against Bayes' rule worked out here once more from single contacts."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.incentives import tactics as act
from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation, beliefs
from sim.world import state as st

PEOPLE, CONTACTS, PLACES = 6, 40, 2  # two teams of three; perceived quality and one measure


def world(**learning: float) -> Scenario:
    return Scenario.model_validate({"name": "beliefs", "staff": {"count": PEOPLE, "team_size": 3, "learning": learning}})


def group(rng: np.random.Generator) -> Any:
    """People with beliefs of their own, some of them certain."""
    shape = (PEOPLE, PLACES, act.ACTS)
    certainty = rng.uniform(1.0, 30.0, shape)
    certainty[:, 1, act.GIFT] = np.inf
    return SimpleNamespace(
        belief=rng.normal(0, 1, shape), certainty=certainty, keys=np.arange(PEOPLE),
        skill=rng.uniform(0.2, 1, (PEOPLE, act.ACTS)), open=np.ones(act.ACTS, np.bool_),
        tactics=np.arange(act.ACTS) >= act.FIRST_TACTIC,
    )  # fmt: skip


def lessons(did: np.ndarray, result: np.ndarray) -> Any:
    """What is kept of contacts: did (people, contacts, acts) 0 or 1, result (people, contacts, places)."""
    kept = st.records(PEOPLE * PLACES, st.LESSON).reshape(PEOPLE, PLACES)
    kept["n"] = did.shape[1]
    kept["y"], kept["yy"] = result.sum(axis=1), (result**2).sum(axis=1)
    kept["did"] = did.sum(axis=1)[:, None, :]
    kept["did_y"] = np.einsum("ecj,eck->ejk", result, did)
    return kept


def contacts(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Everybody does as much of each act as suits him, and each has a level of his own."""
    did = (rng.uniform(size=(PEOPLE, CONTACTS, act.ACTS)) < rng.uniform(size=(PEOPLE, 1, act.ACTS))).astype(float)
    result = rng.normal(0, 1, (PEOPLE, CONTACTS, PLACES)) + rng.normal(0, 3, (PEOPLE, 1, PLACES)) + did[:, :, :1]
    return did, result


@pytest.mark.parametrize("colleagues", [0.0, 0.3, 1.0])
def test_contacts_teach_by_bayes_rule(colleagues: float) -> None:
    """A regression on each act alone, within persons: own contacts count in full, those of the team at a discount."""
    rng, spec = np.random.default_rng(1), world(colleagues=colleagues, forgetting=0.1)
    people, (did, result) = group(rng), contacts(rng)
    before, sure = people.belief.copy(), people.certainty.copy()
    beliefs.learn_from_contacts(spec, people, lessons(did, result), 3)
    noise = (result**2).mean(axis=(0, 1))
    x = did - did.mean(axis=1, keepdims=True)
    information = np.repeat((x**2).sum(axis=1)[:, None, :], PLACES, axis=1) / noise[None, :, None]
    evidence = np.einsum("ecj,eck->ejk", result, x) / noise[None, :, None]
    for e in range(PEOPLE):
        team = slice(e - e % 3, e - e % 3 + 3)
        seen = (1 - colleagues) * information[e] + colleagues * information[team].sum(axis=0)
        shown = (1 - colleagues) * evidence[e] + colleagues * evidence[team].sum(axis=0)
        kept = 0.9 * sure[e]
        doubtful = np.isfinite(kept)
        wanted = (np.where(doubtful, kept, 0.0) * before[e] + shown) / np.where(doubtful, kept + seen, 1.0)
        np.testing.assert_allclose(people.belief[e], np.where(doubtful, wanted, before[e]), rtol=1e-9)
        np.testing.assert_allclose(people.certainty[e][doubtful], (kept + seen)[doubtful], rtol=1e-9)


def test_who_always_does_the_same_learns_nothing() -> None:
    """Without a contrast there is nothing to be seen, however good the results; certainty fades."""
    rng, spec = np.random.default_rng(2), world(forgetting=0.1)
    people, did = group(rng), np.zeros((PEOPLE, CONTACTS, act.ACTS))
    did[:, :, ::2] = 1.0
    before, sure = people.belief.copy(), people.certainty.copy()
    beliefs.learn_from_contacts(spec, people, lessons(did, rng.normal(5, 1, (PEOPLE, CONTACTS, PLACES))), 3)
    np.testing.assert_allclose(people.belief, before, rtol=1e-12)
    np.testing.assert_allclose(people.certainty, np.where(np.isinf(sure), sure, 0.9 * sure), rtol=1e-12)


def test_a_sample_is_a_draw_from_the_belief() -> None:
    """Mean and spread over many periods; of what a tactic does to customers nothing is drawn."""
    people, spec, periods = group(np.random.default_rng(3)), world(), 400
    drawn = np.array([beliefs.sampled(spec, 0, people, period, [0, 1]) for period in range(periods)])
    fixed = np.isinf(people.certainty)
    fixed[:, 0, act.FIRST_TACTIC :] = True
    assert (drawn[:, fixed] == people.belief[fixed]).all()
    z = (drawn - people.belief)[:, ~fixed] * np.sqrt(people.certainty[~fixed])
    assert abs(z.mean()) < 4 / math.sqrt(z.size)
    assert abs(z.var() - 1) < 4 * math.sqrt(2 / z.size)


def test_years_of_service_are_periods_like_the_latest_one() -> None:
    """What is remembered at the start is what as many periods of contacts would have taught, were each true to the mean."""
    rng, spec = np.random.default_rng(4), world(forgetting=0.05, colleagues=0.3)
    people, (did, result) = group(rng), contacts(rng)
    effects, periods = rng.normal(0, 1, (PEOPLE, PLACES, act.ACTS)), np.arange(PEOPLE) * 3
    kept = lessons(did, result)
    mean, sure = people.belief[:, 0].copy(), people.certainty[:, 0].copy()
    x = did - did.mean(axis=1, keepdims=True)
    own = (x**2).sum(axis=1)
    seen = (0.7 * own + 0.3 * np.repeat(own.reshape(2, 3, -1).sum(axis=1), 3, axis=0)) / (result[:, :, 0] ** 2).mean()
    beliefs.remember(spec, people, effects, kept, periods * float(spec.pay.every))
    for e in range(PEOPLE):
        for _ in range(periods[e]):
            mean[e], sure[e] = (
                (0.95 * sure[e] * mean[e] + seen[e] * effects[e, 0] * people.skill[e]) / (0.95 * sure[e] + seen[e]),
                0.95 * sure[e] + seen[e],
            )
    np.testing.assert_allclose(people.belief[:, 0], mean, rtol=1e-9)
    np.testing.assert_allclose(people.certainty[:, 0], sure, rtol=1e-9)


def test_what_was_learned_of_one_measure_stays_when_pay_on_another_begins() -> None:
    """Lore speaks of a measure when somebody is first paid on it, and of that one alone: also of one paid a second time."""
    spec = load("nps_bonus", flags={"customers.count": 1000, "staff.count": 20, "weeks": 24, "burn_in": 8}).spec.model_dump()
    more = [{"kind": "linear", "measure": label, "rate": 5, "from_week": 16} for label in ("csat", "nps")]
    firms = []
    for schemes in ([], more):
        model = Organisation(Scenario.model_validate(spec | {"pay": spec["pay"] | {"schemes": spec["pay"]["schemes"] + schemes}}))
        while model.week < 16:
            model.step()
        firms.append(model.firm)
    nps, csat = (list(spec["measures"]).index(label) + 1 for label in ("nps", "csat"))
    for role in ("employee", "manager"):
        alone, beside = (firm.groups[role] for firm in firms)
        there = alone.succession == 0  # who came at this payday was told of more than in the other world
        assert there.any()
        assert np.ptp(alone.certainty[there, nps]) > 0.0, "they have learned something"
        np.testing.assert_array_equal(alone.belief[there, nps], beside.belief[there, nps])
        np.testing.assert_array_equal(alone.certainty[there, nps], beside.certainty[there, nps])
    alone, beside = (firm.groups["employee"] for firm in firms)
    assert not alone.certainty[alone.succession == 0, csat].any()
    assert (beside.certainty[:, csat] > 0.0).all(), "and lore has spoken of what is new"
