"""The start of a world, worked out by the engine and by its twin: who is there, what they have in mind, how busy they are.

Pilots are small here, so that the twin plays one in a second; their size changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scenarios_random import Tree, build, worlds
from test_twin_agrees import disagreements, of_contacts
from twin import opening, runs
from twin.single import SingleCustomer

from sim.world import pilot, start
from sim.world.start import Start

SMALL = {"PEOPLE": 50, "OF_A_TEAM": 50, "STAFF": 20, "NEEDS": 3.0}


@pytest.fixture(scope="module", autouse=True)
def _small_pilots() -> Iterator[None]:
    """Nothing that was found by small pilots may be met elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SMALL.items():
            patch.setattr(pilot, name, value)
        start._of.cache_clear()
        yield
    start._of.cache_clear()


def agree(ours: Start, theirs: Start) -> None:
    """Whole numbers equal, reals to 1e-9."""
    for name in ("edges", "bound", "taste", "hazard", "history", "first", "every", "stands_for", "minutes", "join"):
        np.testing.assert_allclose(getattr(theirs, name), getattr(ours, name), rtol=1e-9, atol=1e-9, err_msg=name)
    for name in ("expectation", "end", "peak", "lost_hope"):
        minds = [[float(mind[name]) for mind in people] for people in theirs.minds]
        np.testing.assert_allclose(minds, ours.minds[name] != 0 if name == "lost_hope" else ours.minds[name], rtol=1e-9,
                                   atol=1e-9, err_msg=name)  # fmt: skip


@pytest.mark.parametrize("name", of_contacts())
def test_on_every_shipped_scenario(name: str) -> None:
    """The starts agree, and so do the worlds that begin there."""
    spec = runs.small(name, "weeks=4")
    own = opening.of(spec, SingleCustomer)
    agree(start.of(spec), own)
    assert disagreements(runs.play_engine(spec), runs.play_twin(spec, own)) == []


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_on_random_worlds(tree: Tree) -> None:
    spec = build(tree)
    agree(start.of(spec), opening.of(spec, SingleCustomer))


def test_who_stays_is_told_from_who_came(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison sees it: were newcomers taken as they come, other tastes would be there."""
    spec = runs.small("salary")
    monkeypatch.setattr(opening, "stay", lambda hazard, history: 1.0)
    assert np.abs(opening.of(spec).taste - start.of(spec).taste).max() > 0.01
