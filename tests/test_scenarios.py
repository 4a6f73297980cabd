"""Every shipped scenario: it validates, plays, and its tables hold together; what the stories promise of their worlds.

If this fails: a scenario names what is no longer there, or the engine changed what a world shows. Numbers belong in
docs/scenarios.md; here stands only what must be true of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.scenario import catalogue
from sim.scenario.loading import load
from sim.scenario.schema import Scenario
from sim.world import Organisation

WORLDS = [name for name in catalogue.names() if "/" not in name]
PAYING = [name for name in WORLDS if name != "salary"]
SHORT = ("weeks=26", "burn_in=8", "customers.count=400", "staff.count=8", "staff.team_size=4")
REPLICATES = 2
COMPONENTS = (
    "coverage", "selection", "steering", "nonresponse", "luck", "style", "measurement", "pressure", "processing",
)  # fmt: skip
COLUMNS = {
    "series": ["replicate", "firm", "week", "measure", "reported", "true", "true_with_leavers", "answers"],
    "waterfall": ["replicate", "firm", "week", "measure", "component", "value"],
    "books": ["replicate", "firm", "week", "item", "amount"],
    "world": ["replicate", "firm", "week", "indicator", "value"],
}
VALUES = ("reported", "true", "true_with_leavers", "answers", "value", "amount")
# Worlds that differ from salary in more than pay and measures, and in what.
OTHER_WORLDS = {
    "diversion_team": {"management", "events"},  # promises
}

Tables = dict[str, pd.DataFrame]


def spec_of(name: str, *sets: str) -> Scenario:
    return load(name, (*SHORT, *sets)).spec


@cache
def played(name: str, replicate: int = 0) -> Tables:
    return Organisation(spec_of(name), replicate).run().tables()


def leaves(tree: Any, path: str = "") -> dict[str, Any]:
    """Every value of a nested structure by its path."""
    if isinstance(tree, dict):
        return {k: v for name, part in tree.items() for k, v in leaves(part, f"{path}.{name}").items()}
    if isinstance(tree, list):
        return {k: v for i, part in enumerate(tree) for k, v in leaves(part, f"{path}.{i}").items()}
    return {path[1:]: tree}


# --- they say what they are ---------------------------------------------------------------------------------------------


def test_the_worlds_are_there() -> None:
    wanted = {
        "salary", "jobs_closed", "handle_time", "csat_bonus", "nps_bonus", "nps_cliff", "nps_audited", "outcomes",
        "diversion_team", "benign_target", "tempting_target",
    }  # fmt: skip
    assert wanted <= set(WORLDS)


@pytest.mark.parametrize("name", WORLDS)
def test_it_says_what_it_is(name: str) -> None:
    spec = load(name).spec
    assert spec.about
    assert "\n" not in spec.about
    assert spec.story.strip()
    assert spec.sources
    assert 3 <= len(spec.notice) <= 5


@pytest.mark.parametrize("name", PAYING)
def test_it_carries_the_measures_of_salary_in_their_order(name: str) -> None:
    carried = list(load("salary").spec.measures)
    assert list(load(name).spec.measures)[: len(carried)] == carried


def test_exogenous_events_are_labelled_so() -> None:
    for name in WORLDS:
        for event in load(name).spec.events:
            assert "exogenous" in event.text


# --- they play ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("replicate", range(REPLICATES))
def test_tables_are_well_formed(name: str, replicate: int) -> None:
    tables, spec = played(name, replicate), spec_of(name)
    weeks = range(-spec.burn_in, spec.weeks)
    for table, columns in COLUMNS.items():
        frame = tables[table]
        assert set(columns) <= set(frame.columns), table
        assert set(frame["week"]) <= set(weeks), table
        assert (frame["replicate"] == replicate).all(), table
        assert not frame.duplicated([c for c in columns if c not in VALUES]).any(), table
    assert set(tables["series"]["measure"]) == set(spec.measures)
    assert set(tables["series"]["week"]) == set(weeks)
    assert set(tables["waterfall"]["component"]) == set(COMPONENTS)
    assert np.isfinite(tables["books"]["amount"]).all()
    assert np.isfinite(tables["world"]["value"]).all()
    assert (tables["series"]["answers"] >= 0).all()
    staff = tables["staff"]
    assert set(staff["role"]) == {"employee", "manager", "central", "head"}
    acts = staff[[c for c in staff if str(c).startswith("a_")]]
    assert ((acts >= 0) & (acts <= 1) | acts.isna()).all().all()
    assert (staff["bonus"] >= 0).all()


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("replicate", range(REPLICATES))
def test_the_waterfall_is_the_gap(name: str, replicate: int) -> None:
    tables = played(name, replicate)
    series = tables["series"].set_index(["week", "measure"])
    gap = (series["reported"] - series["true"]).dropna()
    bars = tables["waterfall"].groupby(["week", "measure"])["value"].sum()
    assert len(gap) > 0.8 * len(series)
    assert np.abs(gap - bars.reindex(gap.index)).max() < 1e-9


@pytest.mark.parametrize("replicate", range(REPLICATES))
def test_nobody_acts_under_fixed_pay(replicate: int) -> None:
    tables = played("salary", replicate)
    waterfall, world = tables["waterfall"], tables["world"]
    acted = waterfall.loc[waterfall["component"].isin(["steering", "pressure", "processing"]), "value"].dropna()
    assert len(acted) > 0
    assert (acted == 0.0).all()
    assert (world.loc[world["indicator"] == "gaming_minutes", "value"] == 0.0).all()
    assert (tables["staff"]["bonus"] == 0.0).all()


@pytest.mark.parametrize("name", PAYING)
def test_bonuses_are_paid(name: str) -> None:
    tables = [played(name, r)["staff"] for r in range(REPLICATES)]
    assert sum(t.loc[t["week"] >= 0, "bonus"].sum() for t in tables) > 0
    assert all((t.loc[t["week"] < 0, "bonus"] == 0).all() for t in tables)


@pytest.mark.parametrize("name", [name for name in PAYING if name not in OTHER_WORLDS])
def test_it_meets_the_luck_of_salary_until_it_pays(name: str) -> None:
    """Twin worlds: before week 0 nothing differs in what customers live through, whoever surveys or keeps the log."""
    both = [played(n)["series"].query("week < 0").set_index(["week", "measure"]) for n in ("salary", name)]
    pd.testing.assert_series_equal(both[0]["true"], both[1]["true"], check_exact=True)


def test_worlds_differ_in_pay_and_opportunity_alone() -> None:
    words = {"name", "about", "story", "sources", "notice"}
    for name in PAYING:
        changed = {path.split(".")[0] for path in differences("salary", name)} - words
        assert changed <= {"pay", "measures"} | OTHER_WORLDS.get(name, set()), name


# --- twins and names ----------------------------------------------------------------------------------------------------


def differences(one: str, other: str) -> dict[str, tuple[Any, Any]]:
    """What two scenarios differ in, by path, with everything filled in."""
    first, second = (leaves(load(name).spec.model_dump()) for name in (one, other))
    return {k: (first.get(k), second.get(k)) for k in first.keys() | second.keys() if first.get(k) != second.get(k)}


def test_temptation_is_one_value() -> None:
    words = ("name", "about", "story", "sources", "notice")
    found = {k: v for k, v in differences("benign_target", "tempting_target").items() if not k.startswith(words)}
    assert found == {"measures.in_time.logging": ("automatic", "manual")}


KINDS = ("reported", "true", "answers", "target")  # columns of the staff table that name a measure


def test_names_do_not_matter() -> None:
    """Another name for the world, other labels for its measures: every number is the same."""
    spec = spec_of("nps_bonus")
    raw = spec.model_dump()
    label = {name: f"m{len(raw['measures']) - i}" for i, name in enumerate(raw["measures"])}
    raw["name"], raw["about"], raw["story"] = "Fixed pay", "Outcomes", "Nobody games."
    raw["measures"] = {label[name]: value for name, value in raw["measures"].items()}
    for scheme in raw["pay"]["schemes"]:
        scheme["measure"] = label[scheme["measure"]]
    renamed = Organisation(Scenario.model_validate(raw), 0).run().tables()
    for table, frame in played("nps_bonus").items():
        if "measure" in frame:
            frame = frame.assign(measure=frame["measure"].astype(str).map(label))
            renamed[table] = renamed[table].assign(measure=renamed[table]["measure"].astype(str))
        heads = {f"{kind}_{old}": f"{kind}_{new}" for old, new in label.items() for kind in KINDS}
        frame = frame.rename(columns=heads)
        pd.testing.assert_frame_equal(frame, renamed[table], check_exact=True)


# --- what the stories promise -------------------------------------------------------------------------------------------
