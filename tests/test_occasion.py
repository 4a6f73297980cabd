"""Nobody does what the world holds no occasion for: the share of an act is exactly zero then, and not only small.

If this fails: look at `sim.incentives.tactics.has_occasion` and at who reads `exists` beside it.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import Organisation

EVERYBODY = ["employee", "manager", "central", "head"]


def world(survey: dict[str, Any], **target: Any) -> Scenario:
    """A small firm where everybody is paid on one survey and nobody has a conscience."""
    scheme = {"kind": "linear", "measure": "score", "rate": 8.0, "who": EVERYBODY, **target}
    return Scenario.model_validate({
        "name": "Occasion", "weeks": 24, "burn_in": 8, "customers": {"count": 400}, "staff": {"count": 8, "team_size": 4},
        "measures": {"score": {"like": "nps", **survey}, "jobs": {"like": "jobs_closed"}}, "pay": {"schemes": [scheme]},
        "management": {"conscience": 0, "never": 0},
    })  # fmt: skip


def shares(spec: Scenario) -> dict[str, float]:
    """The most that was done of each act in any week, by name."""
    table = Organisation(spec).run().tables()["world"]
    most = table.groupby("indicator")["value"].max()
    found = {}
    for entry in act.CATALOGUE:
        prefix = "share" if entry.who == "employee" else entry.who
        found[entry.name] = float(most[f"{prefix}_{entry.name}"])
    return found


CASES = [
    (act.SELECT, {"sample": "employee"}, {"sample": "random"}),
    (act.PLEAD, {"confidential": 0.0}, {"confidential": 1.0}),
    (act.GIFT, {"confidential": 0.0}, {"confidential": 1.0}),
    (act.FILTER, {"handled_by": ["manager"]}, {"handled_by": ["central"]}),
    (act.RECLASSIFY, {"handled_by": ["central"]}, {"handled_by": ["manager"]}),
    (act.SELECT_CENTRAL, {"sample": "central"}, {"sample": "random"}),
]


@pytest.mark.parametrize(("number", "with_it", "without"), CASES, ids=[act.CATALOGUE[case[0]].name for case in CASES])
def test_of_the_survey(number: int, with_it: dict[str, Any], without: dict[str, Any]) -> None:
    name = act.CATALOGUE[number].name
    assert shares(world(with_it))[name] > 0.0
    assert shares(world(without))[name] == 0.0


def test_only_who_sets_targets_can_stretch_them() -> None:
    assert shares(world({}, target={"rule": "manager"}))["stretching"] > 0.0
    assert shares(world({}, target={"rule": "ratchet"}))["stretching"] == 0.0


def test_a_lever_without_an_occasion_changes_nothing_else() -> None:
    """A manager who cannot stretch has as much time for his people as one in whose world stretching does not exist."""
    spec = world({})
    levers = spec.management.levers
    without = spec.management.model_copy(update={
        "levers": levers.model_copy(update={"stretching": levers.stretching.model_copy(update={"exists": False})})
    })  # fmt: skip
    other = Organisation(spec.model_copy(update={"management": without})).run().tables()
    for name, table in Organisation(spec).run().tables().items():
        assert table.equals(other[name]), name
