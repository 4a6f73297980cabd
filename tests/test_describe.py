"""What the manifest says of a scenario for the report: which acts are tactics, and when pay changes."""

from __future__ import annotations

from sim.experiments.arms import resolve
from sim.experiments.describe import activities, describe
from sim.incentives.tactics import CATALOGUE
from sim.scenario.loading import load


def test_what_the_engine_takes_for_a_tactic_is_drawn_as_one() -> None:
    kinds = activities(load("salary").spec)
    for act in CATALOGUE:
        name = act.name if act.who == "employee" else f"{act.who}_{act.name}"
        if name != "head_promising":  # a tactic to a conscience; to a reader a lever, for it bends no reading
            assert (kinds[name]["kind"] == "tactic") == act.tactic, name


def test_in_a_linear_world_too() -> None:
    """Found out by the world from what an activity is worth: it is no property of the scenario."""
    kinds = activities(load("textbook/baker").spec)
    assert {name: note["kind"] for name, note in kinds.items()} == {"care": "service", "gaming": "tactic"}


def test_pay_that_begins_after_the_end_is_told() -> None:
    (arm,) = resolve([load("nps_bonus", ["weeks=20", "pay.schemes.0.from_week=30"])])
    assert describe(arm)["scheme_changes"] == [{"week": 30, "text": "linear pay on NPS starts"}]


def test_an_event_is_called_exogenous_once() -> None:
    (arm,) = resolve([load("diversion_team")])
    assert [change["text"].count("exogenous") for change in describe(arm)["scheme_changes"] if change["week"] == 104] == [1]
