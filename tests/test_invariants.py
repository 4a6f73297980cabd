"""What must hold in every world, over random small ones (see `scenarios_random`): the invariants of the model's contract.

If one fails, Hypothesis prints the world; `build` it and look at the tables. Exact comparisons are of bits; 1e-9 is the
contract's tolerance for sums of reals.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, seed, settings
from hypothesis import strategies as some
from scenarios_random import Tree, build, reals, worlds

from sim.incentives import tactics as act
from sim.scenario.loading import load
from sim.scenario.measures import SURVEYS
from sim.scenario.schema import Scenario
from sim.world import Organisation, decide
from sim.world import state as st
from sim.world.layout import SCALES
from sim.world.windows import Customer

TINY = 1e-9
TACTICS = [f"a_{entry.name}" for entry in act.CATALOGUE if entry.tactic]
GAMED = ("steering", "pressure", "processing")


def over(examples: int, *drawn: some.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Test that many random examples: the same ones on every machine, by the name of the test alone (see `conftest`)."""
    limits = settings(
        max_examples=examples, phases=(Phase.explicit, Phase.generate), print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        return seed(zlib.crc32(test.__name__.encode()))(limits(given(*drawn)(test)))

    return decorate


def play(spec: Scenario, replicate: int = 0) -> Organisation:
    return Organisation(spec, replicate).run()


def same(a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame]) -> None:
    """Every table to the last bit."""
    assert a.keys() == b.keys()
    for name in a:
        pd.testing.assert_frame_equal(a[name], b[name], check_exact=True, obj=name)


def with_(tree: Tree, **changes: Any) -> Tree:
    """The world with some of its sections changed; a mapping changes only what it names."""
    out = dict(tree)
    for name, value in changes.items():
        out[name] = {**out.get(name, {}), **value} if isinstance(value, dict) else value
    return out


# --- accounts --------------------------------------------------------------------------------------------------------------


@over(24, worlds())
def test_accounts_add_up(tree: Tree) -> None:
    """Waterfall, customers, needs, calls, complaints and money: what goes in comes out or is still there."""
    spec = build(tree)
    world = play(spec)
    tables = world.tables()
    parts = tables["waterfall"].pivot_table(
        index=["measure", "week"], columns="component", values="value", dropna=False, aggfunc="first"
    )
    series = tables["series"].set_index(["measure", "week"])
    whole = series[series["reported"].notna() & series["true"].notna()]
    gap = whole["reported"] - whole["true"]
    total = parts.loc[whole.index].sum(axis=1, skipna=False)
    assert (total - gap).abs().max() < TINY or whole.empty
    assert (series["answers"] >= 0).all()
    assert (series["reported"].notna() <= (series["answers"] > 0)).all()

    for label, measure in spec.measures.items():
        if measure.is_survey or measure.reads == "needs_met":
            low, high = {"net": (-100, 100), "top": (0, 100), "mean": SCALES.get(measure.reads, (0, 1))}[
                measure.aggregate
            ]
            read = series.loc[label][["reported", "true"]].dropna().to_numpy()
            assert ((read >= low - TINY) & (read <= high + TINY)).all(), f"{label} reads beyond its scale"

    weekly = tables["world"].pivot_table(
        index="week", columns="indicator", values="value", dropna=False, aggfunc="first"
    )
    created = spec.customers.count + weekly["joined"].cumsum()
    assert (weekly["customers"] + weekly["left"].cumsum() == created).all()
    status = world.world.customers["status"]
    assert (status == st.ACTIVE).sum() == weekly["customers"].iloc[-1]
    assert (status == st.LEFT).sum() == weekly["left"].sum()
    assert world.world.teams["active"].sum() == weekly["customers"].iloc[-1]
    assert world.world.teams["answers"].sum() == weekly["customers"].iloc[-1]

    counts = world.recorder.counts
    opened, ended = counts[:, st.N_NEEDS].cumsum(), counts[:, st.N_ENDED].cumsum()
    assert (opened - ended == weekly["open_issues"].to_numpy()).all()
    still_open = (world.world.customers["marks"] & st.OPEN).astype(bool)
    assert still_open.sum() == weekly["open_issues"].iloc[-1]
    # every call is the first of its need or follows one; those under way are known to their customers
    calls = counts[:, st.N_CONTACTS].sum() + counts[:, st.N_ABANDONED].sum()
    assert calls >= opened[-1]
    assert (counts[:, st.N_MET] <= counts[:, st.N_ENDED]).all()
    assert (weekly["repeats"] <= weekly["contacts"]).all()
    assert (weekly["complaints_voiced"] <= weekly["complaints_intended"]).all()
    assert (weekly["complaints_recorded"] + weekly["complaints_diverted"] == weekly["complaints_voiced"]).all()
    assert (weekly["gaming_minutes"] <= weekly["minutes"] + TINY).all()

    books = tables["books"].groupby("item")["amount"].sum()
    people = tables["staff"]
    if len(people):
        assert books["bonus"] == pytest.approx(-people["bonus"].sum(), abs=1e-6)
        assert books["fines"] == pytest.approx(people["fine"].sum(), abs=1e-6)
        intensities = people[[c for c in people if c.startswith("a_")]].to_numpy()
        assert np.nanmin(intensities) >= 0.0
        assert np.nanmax(intensities) <= 1.0
    skill = world.world.staff["skill"]
    assert skill.min() >= 0.0
    assert skill.max() <= 1.0


@over(14, worlds())
def test_every_choice_is_at_least_the_status_quo_by_own_beliefs(tree: Tree) -> None:
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    chosen = decide.best

    def watched(*args: Any) -> Any:
        choice, settled = chosen(*args)
        seen.append((choice.worth.copy(), choice.before.copy()))
        return choice, settled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide, "best", watched)
        play(build(tree))
    for worth, before in seen:
        assert np.isfinite(worth).all()
        assert (worth >= before - TINY * (1.0 + np.abs(before))).all()


# --- nothing paid, nothing gamed -------------------------------------------------------------------------------------------


def test_pay_of_nothing_is_no_pay() -> None:
    """A scheme that pays nothing for a measure changes nothing that is true, to the last bit, where no manager asks for it."""
    small = ["customers.count=400", "staff.count=10", "weeks=24", "mechanisms.management=false"]
    fixed, nothing = (
        Organisation(load(name, [*small, *more]).spec).run().tables()
        for name, more in (("salary", []), ("nps_bonus", ["pay.schemes.0.rate=0"]))
    )
    pd.testing.assert_series_equal(fixed["series"]["true"], nothing["series"]["true"], check_exact=True)
    pd.testing.assert_frame_equal(fixed["world"], nothing["world"], check_exact=True)



@over(24, worlds(paid=False))
def test_without_pay_and_targets_nobody_games(tree: Tree) -> None:
    tables = play(build(tree)).tables()
    parts = tables["waterfall"]
    gamed = parts[parts["component"].isin(GAMED)]["value"].dropna()
    assert (gamed.abs() < TINY).all(), "steering, pressure or processing where nothing is paid"
    people = tables["staff"]
    for column in set(TACTICS) & set(people.columns):
        used = people[column].dropna()
        assert (used < TINY).all(), f"{column} up to {used.max()} where nothing is paid"
    assert (tables["world"].query("indicator == 'gaming_minutes'")["value"] == 0.0).all()


# --- what nobody sees, what is only a name ---------------------------------------------------------------------------------

HIDDEN = some.fixed_dictionaries(
    {
        "reads": some.sampled_from([*SURVEYS, "needs_met"]), "lag": some.integers(0, 3), "population": some.just("contacts"),
        "sample": some.sampled_from(["census", "random", "central"]), "channel": some.sampled_from(["email", "interview"]),
        "handled_by": some.sampled_from([[], ["manager", "central"]]), "window": some.integers(1, 9),
    }
)  # fmt: skip


# Managers who reckon how their staff would answer to them: with BLAS that came out otherwise by the last bit beside one more
# measure.
EVERYBODY = ["employee", "manager"]
MANAGED: Tree = {
    "name": "managed", "seed": 3, "weeks": 24, "burn_in": 4, "customers": {"count": 300, "needs_per_week": 0.4},
    "staff": {"count": 6, "team_size": 3}, "measures": {"csat": {"sample": "random"}, "jobs_closed": {}},
    "pay": {"every": 2, "schemes": [
        {"kind": "tiered", "measure": "csat", "tiers": [{"at": 0, "bonus": 50}, {"at": 5, "bonus": 400}], "who": EVERYBODY},
        {"kind": "linear", "measure": "jobs_closed", "rate": 40, "who": EVERYBODY},
    ]},
}  # fmt: skip


@over(14, worlds(least=0), HIDDEN, some.booleans())
@example(MANAGED, {"reads": "ease", "population": "contacts", "sample": "census", "handled_by": ["manager"]}, False)
@example(
    {**MANAGED, "management": {"closed_loop": {"measure": "csat", "call_backs": 9}}},
    {"reads": "recommend", "population": "customers", "sample": "census"}, False,
)  # fmt: skip
def test_a_survey_that_nobody_sees_changes_nothing_true(tree: Tree, hidden: Tree, by_employee: bool) -> None:
    if by_employee and hidden["reads"] != "needs_met":
        hidden = {**hidden, "sample": "employee"}
    elif hidden["reads"] == "recommend":
        hidden = {**hidden, "population": "customers"}
    alone = play(build(tree)).tables()
    beside = play(build(with_(tree, measures={"unseen": hidden}))).tables()
    beside["staff"] = beside["staff"].drop(columns=own_columns("unseen"), errors="ignore")
    for name in ("series", "waterfall"):
        beside[name] = beside[name][beside[name]["measure"] != "unseen"]
        if len(alone[name]):
            order = ["measure", "component", "week"] if name == "waterfall" else ["measure", "week"]
            alone[name], beside[name] = (t[name].sort_values(order, ignore_index=True) for t in (alone, beside))
        else:
            assert beside.pop(name).empty
            alone.pop(name)
    same(alone, beside)


def own_columns(label: str) -> list[str]:
    """Columns of the staff table that tell of one measure."""
    return [f"{column}_{label}" for column in ("reported", "true", "answers", "target")]


def relabelled(tree: Tree, names: dict[str, str]) -> Tree:
    """The same world with other labels on its measures, in the same places."""
    spec = build(tree).model_dump()
    spec["measures"] = {names[label]: {**measure, "like": None} for label, measure in spec["measures"].items()}
    for scheme in spec["pay"]["schemes"]:
        if scheme.get("measure"):
            scheme["measure"] = names[scheme["measure"]]
    return spec


@over(10, worlds(), some.permutations(["nps", "jobs_closed", "salary", "zzz"]))
def test_labels_of_measures_are_only_labels(tree: Tree, labels: list[str]) -> None:
    """Whatever a measure is called, even by the name of another's preset, no number changes."""
    names = dict(zip(tree["measures"], labels, strict=False))
    plain, other = play(build(tree)).tables(), play(build(relabelled(tree, names))).tables()
    for name in ("series", "waterfall"):
        plain[name] = plain[name].assign(measure=plain[name]["measure"].map(names))
    columns = {a: b for old, new in names.items() for a, b in zip(own_columns(old), own_columns(new), strict=True)}
    plain["staff"] = plain["staff"].rename(columns=columns)
    same(plain, other)


@over(10, worlds(), some.text(min_size=1, max_size=12))
def test_name_and_story_of_a_world_are_only_words(tree: Tree, name: str) -> None:
    renamed = with_(tree, name=name, about="x", story=name, currency="EUR", sources=["y"], notice=["z"])
    same(play(build(tree)).tables(), play(build(renamed)).tables())


@over(10, worlds(), some.data())
def test_two_measures_with_equal_properties_read_the_same(tree: Tree, data: some.DataObject) -> None:
    """A twin at the end of the list: its truth is the original's; so is its report, where no draw decides who is read.

    Draws are keyed by a measure's place, so two random surveys ask different people; logs and full surveys do not draw.
    """
    label = data.draw(some.sampled_from(list(tree["measures"])))
    twin = {**tree["measures"][label], "published": False}
    world = play(build(with_(tree, measures={"twin": twin})))
    series = world.tables()["series"]
    a, b = (series[series["measure"] == x].drop(columns="measure").reset_index(drop=True) for x in (label, "twin"))
    drawn = world.spec.measures[label].is_survey or world.spec.measures[label].reads == "needs_met"
    exact = ["firm", "week", "true", "true_with_leavers"] if drawn else list(a.columns)
    pd.testing.assert_frame_equal(a[exact], b[exact], check_exact=True)


# --- the honest limit ------------------------------------------------------------------------------------------------------


@over(
    14,
    worlds(), some.sampled_from(["contacts", "customers"]), some.sampled_from(SURVEYS),
    some.sampled_from(["net", "top", "mean"]), some.integers(1, 8),
)  # fmt: skip
def test_a_full_honest_survey_reports_the_truth(
    tree: Tree, population: str, reads: str, aggregate: str, window: int
) -> None:
    """Census, everybody answers, no style, no lag, through nobody's hands, confidential: reported is true to the last bit."""
    population = population if reads == "recommend" else "contacts"
    full = {
        "reads": reads, "aggregate": aggregate, "population": population, "sample": "census", "respond": [1, 1, 1],
        "confidential": 1.0, "window": window, "high": {"satisfaction": 4, "ease": 5, "first_time": 1}.get(reads, 9),
        "low": {"satisfaction": 2, "ease": 3, "first_time": 0}.get(reads, 6),
    }  # fmt: skip
    people = {**tree["customers"], "survey": {**tree["customers"].get("survey", {}), "style": 0}}
    series = play(build(with_(tree, customers=people, measures={"full": full}))).tables()["series"]
    full_series = series[series["measure"] == "full"]
    pd.testing.assert_series_equal(full_series["reported"], full_series["true"], check_names=False, check_exact=True)


# --- chance ----------------------------------------------------------------------------------------------------------------


@over(10, worlds(), some.integers(0, 1000))
def test_same_world_same_tables(tree: Tree, replicate: int) -> None:
    spec = build(tree)
    same(play(spec, replicate).tables(micro=True), play(spec, replicate).tables(micro=True))


@over(10, worlds())
def test_week_by_week_is_the_same_as_in_one_go_even_if_somebody_looks(tree: Tree) -> None:
    spec = build(tree)
    model, looked = Organisation(spec), 0
    while model.week < spec.weeks:
        model.step()
        if model.week % 5 == 0:
            looked += len(model.agents_by_type[Customer])
            model.tables()
    assert looked > 0 or model.world.teams["answers"].sum() == 0
    same(model.tables(micro=True), play(spec).tables(micro=True))


# --- audits ----------------------------------------------------------------------------------------------------------------


@over(14, worlds(), reals(0, 1), reals(0, 1))
def test_more_audits_never_raise_what_a_tactic_seems_worth(tree: Tree, one: float, other: float) -> None:
    """Others held fixed: the worth beside pay at the beliefs of the end of a run, for a lower and a higher audit rate."""
    world = play(build(tree))
    low, high = min(one, other), max(one, other)
    for role, group in world.firm.groups.items():
        outlook = world.firm.outlook_now.get(role)
        if outlook is None:
            continue
        worth = []
        for rate in (low, high):
            group.audit_belief[:] = rate
            worth.append(decide.worth_beside_pay(world.spec, group, outlook))
        assert (worth[1] <= worth[0]).all()
        loss = world.spec.audit.fine + world.spec.audit.dismissal * world.spec.staff.dismissal_loss * group.base
        fall = (high - low) * loss[:, None] * group.traceability[None, :]
        assert worth[0] - worth[1] == pytest.approx(fall, abs=1e-6)


@over(10, worlds(), reals(0, 1), reals(0, 1))
def test_a_higher_audit_rate_is_what_people_start_by_believing(tree: Tree, one: float, other: float) -> None:
    low, high = (Organisation(build(with_(tree, audit={"rate": rate}))) for rate in sorted((one, other)))
    for role, group in low.firm.groups.items():
        assert (group.audit_belief <= high.firm.groups[role].audit_belief).all()
