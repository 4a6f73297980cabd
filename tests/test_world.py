"""Worlds whose outcome is known: honest surveys, Little's law, switches, closed forms, events, useless tactics, twin worlds.

Tolerances are four standard errors unless said; where both sides are the same sum of the same draws they are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.incentives import tactics as act
from sim.rules import service
from sim.scenario.schema import Mechanisms, Scenario
from sim.world import Organisation, foresight
from sim.world import state as st

ALL_OFF = dict.fromkeys(Mechanisms.model_fields, False)


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`base` with `more` laid over it, mapping by mapping."""
    out = dict(base)
    for key, value in more.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


# A world in which nothing but service happens, all alike: an average need is resolved with chance 1/2.
STILL: dict[str, Any] = {
    "name": "still", "weeks": 10, "burn_in": 0, "mechanisms": ALL_OFF,
    "customers": {"count": 2000, "needs_per_week": 0.5, "difficulty": 0, "segments": [{}], "return_delay": 0},
    "service": {
        "work": {"resolution": 0, "minutes": 6, "minutes_spread": 0, "followup": 0, "misjudged": 0, "novice_minutes": 0,
                 "novice_resolution": 0},
        "process": {"failure": 0},
    },
    "staff": {"count": 4, "team_size": 2, "choice": "fixed", "ability": 0, "engagement": 0, "first_skill": 1, "first_acts": {}},
}  # fmt: skip


def still(**more: Any) -> Scenario:
    return Scenario.model_validate(merged(STILL, more))


def play(spec: Scenario, replicate: int = 0) -> Organisation:
    return Organisation(spec, replicate).run()


def weekly(model: Organisation) -> pd.DataFrame:
    """World indicators, one column each."""
    table = model.tables()["world"]
    return table.pivot_table(index="week", columns="indicator", values="value", dropna=False)


def same(a: Organisation, b: Organisation, but: tuple[str, ...] = ()) -> bool:
    """Whether two runs have the same tables to the last bit."""
    one, other = a.tables(), b.tables()
    return all(one[name].equals(other[name]) for name in one if name not in but)


# --- the honest survey -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "reads"),
    [("contacts", "recommend"), ("contacts", "satisfaction"), ("contacts", "first_time"), ("customers", "recommend")],
)
def test_gap_of_a_full_response_without_style_is_its_sampling_error(population: str, reads: str) -> None:
    """Half of them asked at random, all answer as they feel: nothing but luck, and of the size that sampling has."""
    high = {"recommend": 9, "satisfaction": 4, "first_time": 1}[reads]
    ask = {"reads": reads, "population": population, "sample": "random", "rate": 0.5, "respond": [1, 1, 1], "window": 1,
           "aggregate": "top", "high": high, "low": 0}  # fmt: skip
    spec = Scenario.model_validate({
        "name": "honest", "weeks": 60, "burn_in": 4, "customers": {"count": 1500, "needs_per_week": 0.3, "survey": {"style": 0}},
        "staff": {"count": 8, "team_size": 4}, "measures": {"asked": ask},
    })  # fmt: skip
    model = play(spec)
    parts = model.tables()["waterfall"].pivot_table(index="week", columns="component", values="value", dropna=False)
    assert np.nanmax(np.abs(parts.drop(columns=["luck", "selection"]).to_numpy())) < 1e-9
    assert np.nanmax(np.abs(parts["selection"].to_numpy())) < 1e-9  # a flat rate selects nobody
    num, den = model.recorder.readings[:, 0, st.TRUE].T
    share = num / den
    # Bernoulli sampling at rate 1/2 of `den` yes-or-no answers: variance share (1 − share) / (den / 2) (1 − 1/2)
    error = 100 * np.sqrt(share * (1 - share) / (0.5 * den) * 0.5)
    z = (parts["luck"].to_numpy() / error)[error > 0]
    assert abs(z.mean()) <= 4 / math.sqrt(len(z))
    assert z.var() == pytest.approx(1.0, abs=4 * math.sqrt(2 / len(z)))


# --- Little's law ----------------------------------------------------------------------------------------------------------


def test_little_open_needs_are_those_that_will_come_back() -> None:
    """With a delay of exactly a week, the needs open at the end of a week are next week's repeats, one by one."""
    spec = still(mechanisms={"repeats": True}, customers={"return_delay": 1, "return_fading": 1, "return_cap": 200})
    world = weekly(play(spec))
    assert (world["open_issues"].to_numpy()[:-1] == world["repeats"].to_numpy()[1:]).all()
    assert world["repeats"].sum() > 1000


@pytest.mark.parametrize("delay", [{"kind": "exponential", "a": 0.8}, {"kind": "uniform", "a": 0.0, "b": 3.0}])
def test_little_open_needs_are_arrivals_times_time_in_the_system(delay: dict[str, Any]) -> None:
    """L = λ W: W is the mean delay times the returns of a need, so L is the mean delay times the repeats a week."""
    weeks, warm = 400, 20
    spec = still(weeks=weeks, mechanisms={"repeats": True}, customers={"return_delay": delay, "count": 1000})
    world = weekly(play(spec))[warm:]
    mean = delay["a"] if delay["kind"] == "exponential" else (delay["a"] + delay["b"]) / 2
    length, inflow = world["open_issues"].to_numpy(), mean * world["repeats"].to_numpy()
    parts = (
        (length - inflow).reshape(20, -1).mean(axis=1)
    )  # batches of 19 weeks, many times the delay: nearly independent
    assert abs(parts.mean()) <= 4 * parts.std(ddof=1) / math.sqrt(len(parts))
    assert length.mean() == pytest.approx(inflow.mean(), rel=0.03)


# --- switches: off is off, whatever the parameters --------------------------------------------------------------------------

WILD: dict[str, Any] = {  # everything that a switch can stop, turned up
    "name": "wild", "weeks": 16, "burn_in": 4,
    "customers": {"count": 600, "needs_per_week": 0.6, "return_probability": 1.0, "patience": 3.0,
                  "experience": {"drift": 0.05, "adaptation": 0.5, "slope": 4.0},
                  "voice": {"exit_rate": 3.0, "complaint_at": 10.0, "aloud": 1.0},
                  "market": {"prospects": 3.0, "talk": 10.0}},
    "service": {"queue": {"occupancy": 0.97}},
    "staff": {"count": 8, "team_size": 4, "wellbeing": {"quit_rate": 5.0, "recovery": 0.9, "decline": 0.9},
              "learning": {"practice": 0.5, "fading": 0.5, "imitation": 10.0}},
    "management": {"first_levers": {"filtering": 0.9, "diversion": 0.9, "selecting": 0.9},
                   "head": {"diversion": {"exists": True}}},
    "owners": {"exposure": 1.0},
    "audit": {"rate": 0.0},
    "measures": {"nps": {"published": True}, "closed": {"like": "jobs_closed"}},
    "pay": {"schemes": [{"kind": "linear", "measure": "closed", "rate": 200.0, "who": ["employee", "manager"]}]},
}  # fmt: skip


def wild(off: str | None = None, **more: Any) -> Organisation:
    tree = merged(WILD, more)
    if off is not None:
        tree = merged(tree, {"mechanisms": {off: False}})
    return Organisation(Scenario.model_validate(tree))


def test_everything_moves_when_nothing_is_off() -> None:
    """The control of all switches below: in this world each of them has something to stop."""
    model = wild()
    engaged = model.world.staff["engagement"].copy()
    skilled = model.world.staff["skill"].copy()
    world = weekly(model.run())
    moving = ["wait_minutes", "abandoned", "repeats", "left", "joined", "complaints_intended", "quits", "exposures"]
    for name in moving:
        assert world[name].sum() > 0, name
    assert world["true_score"].std() > 0
    assert (model.world.staff["engagement"] != engaged).any()
    assert (model.world.staff["skill"] != skilled).any()
    assert world["manager_filtering"].max() > 0


def test_without_a_queue_nobody_waits() -> None:
    world = weekly(wild("queue").run())
    assert (world[["wait_minutes", "abandoned"]].to_numpy() == 0.0).all()


def test_without_repeats_every_need_is_one_call() -> None:
    world = weekly(wild("repeats").run())
    assert (world["repeats"] == 0).all()
    assert (world["contacts"] + world["abandoned"] == world["needs"]).all()
    assert (world["open_issues"] == 0).all()


def test_without_exit_nobody_leaves() -> None:
    assert (weekly(wild("exit").run())["left"] == 0).all()


def test_without_acquisition_nobody_joins() -> None:
    model = wild("acquisition")
    assert len(model.world.customers) == 600
    assert (weekly(model.run())["joined"] == 0).all()


def test_without_memory_answers_never_change() -> None:
    model = wild("memory", mechanisms={"exit": False, "acquisition": False})
    before = model.world.customers["answer"].copy()
    model.run()
    assert (model.world.customers["answer"] == before).all()


def test_without_expectation_it_stays_as_it_was() -> None:
    model = wild("expectation", mechanisms={"acquisition": False})
    before = model.world.customers["expectation"].copy()
    model.run()
    assert (model.world.customers["expectation"] == before).all()


def test_without_complaints_nobody_complains() -> None:
    world = weekly(wild("complaints").run())
    assert (world[[f"complaints_{x}" for x in ("intended", "voiced", "recorded", "diverted")]].to_numpy() == 0).all()


def test_without_word_of_mouth_talk_reaches_nobody() -> None:
    quiet = wild("word_of_mouth", customers={"market": {"talk": 0.0}}).run()
    loud = wild("word_of_mouth", customers={"market": {"talk": 20.0, "bad_news": 2.0}}).run()
    assert same(quiet, loud)


def test_without_engagement_it_stays_at_rest() -> None:
    model = wild("engagement", mechanisms={"turnover": False})
    before = model.world.staff["engagement"].copy()
    model.run()
    assert (model.world.staff["engagement"] == before).all()


def test_without_turnover_nobody_quits() -> None:
    assert (weekly(wild("turnover").run())["quits"] == 0).all()


def test_without_management_levers_do_nothing() -> None:
    idle = {"first_levers": {}}
    pulled, left_alone = wild("management").run(), wild("management", management=idle)
    assert (pulled.world.teams["filtering"] == 0).all()
    assert (pulled.world.firm.levers == 0).all()
    assert (pulled.world.teams["drag"] == 1.0).all()
    left_alone.run()
    for name in ("series", "waterfall", "books"):
        assert pulled.tables()[name].equals(left_alone.tables()[name])


def test_without_imitation_its_strength_is_nothing() -> None:
    assert same(wild("imitation").run(), wild("imitation", staff={"learning": {"imitation": 0.0}}).run())
    assert not same(wild().run(), wild(staff={"learning": {"imitation": 0.0}}).run())


def test_without_skill_it_stays_as_people_bring_it() -> None:
    model = wild("skill", mechanisms={"turnover": False})
    before = model.world.staff["skill"].copy()
    model.run()
    assert (model.world.staff["skill"] == before).all()


def test_without_exposure_nothing_comes_out() -> None:
    assert (weekly(wild("exposure").run())["exposures"] == 0).all()


# --- closed forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("solved", "back", "cap"), [(0.5, 0.8, 200), (0.25, 0.9, 200), (0.2, 1.0, 0), (0.2, 0.9, 1),
                                                     (0.2, 0.9, 2), (0.4, 1.0, 5)])  # fmt: skip
def test_form_16_contacts_per_need(solved: float, back: float, cap: int) -> None:
    """1 / (1 − r) contacts a need with r = (1 − FCR) P(return); (1 − r^(k+1)) / (1 − r) with at most k returns."""
    spec = still(
        mechanisms={"repeats": True}, service={"work": {"resolution": math.log(solved / (1 - solved))}},
        customers={"return_probability": back, "return_fading": 1, "return_cap": cap},
    )  # fmt: skip
    world = weekly(play(spec))
    r, most = (1 - solved) * back, min(cap, 200) + 1
    chance = np.array([r ** (n - 1) * (1 - r if n < most else 1) for n in range(1, most + 1)])
    numbers = np.arange(1, most + 1)
    mean = (chance * numbers).sum()
    assert mean == pytest.approx((1 - r**most) / (1 - r))
    needs = world["needs"].sum()
    error = math.sqrt((chance * (numbers - mean) ** 2).sum() / needs)
    assert world["contacts"].sum() / needs == pytest.approx(mean, abs=4 * error + 1e-12)
    assert (world["open_issues"] == 0).all()


@pytest.mark.parametrize("fading", [0.0, 0.5])
def test_returns_fade(fading: float) -> None:
    """Contacts a need = 1 + r + r² f + r³ f³ + …, with P(return) falling by f each time."""
    spec = still(
        mechanisms={"repeats": True}, customers={"return_probability": 1.0, "return_fading": fading, "return_cap": 200}
    )
    world = weekly(play(spec))
    mean = sum(0.5**n * fading ** (n * (n - 1) / 2) for n in range(40))
    needs = world["needs"].sum()
    assert world["contacts"].sum() / needs == pytest.approx(
        mean, abs=4 / math.sqrt(needs)
    )  # spread of the number below 1


def test_needs_are_poisson() -> None:
    """Of customers whose needs are met at once, needs a week are Poisson, whatever the week."""
    spec = still(
        weeks=200, burn_in=0, service={"work": {"resolution": 20}}, customers={"count": 500, "needs_per_week": 0.4}
    )
    needs = weekly(play(spec))["needs"].to_numpy()
    assert needs.mean() == pytest.approx(200, abs=4 * math.sqrt(200 / len(needs)))
    assert needs.var() / 200 == pytest.approx(1.0, abs=4 * math.sqrt(2 / len(needs)))


def test_exits_have_the_hazard_of_the_rule() -> None:
    """Fixed scores, no contacts: survivors after t weeks are exp(−rate t / 52), each class at its own rate."""
    spec = still(
        weeks=26, mechanisms={"exit": True},
        customers={"count": 6000, "needs_per_week": 0, "experience": {"fixed_score": {"kind": "classes", "a": 0.5, "b": 0}},
                   "voice": {"exit_rate": 0.8, "exit_at": 7, "exit_slope": 0.3, "contract_share": 0}},
    )  # fmt: skip
    model = play(spec)
    for score in (4, 10):
        row = model.world.customers[model.world.customers["taste"] == score]
        survive = math.exp(-0.8 * math.exp(0.3 * (7 - score)) * 26 / 52)
        stayed = (row["status"] == st.ACTIVE).mean()
        assert stayed == pytest.approx(survive, abs=4 * math.sqrt(survive * (1 - survive) / len(row)))


# --- the queue in the world ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arrivals", "staffed"), [(40.0, 5), (60.0, 5), (110.0, 5)], ids=["80 %", "120 %", "220 %"])
def test_waits_and_occupancy_are_those_of_the_queue(arrivals: float, staffed: int) -> None:
    """Load fixed by the scenario: hang-ups and waits in contacts as drawn from M/M/c+M, occupancy as the servers' own."""
    patience, minutes = 15.0, 6.0
    spec = still(
        mechanisms={"queue": True}, weeks=20, customers={"patience": patience, "count": 3000},
        service={"queue": {"arrivals_per_hour": arrivals, "staffed": staffed}},
    )  # fmt: skip
    model = play(spec)
    world = weekly(model)
    table = np.zeros(service.GRID)
    delayed = service.tabulate_wait(arrivals / 60, minutes, float(staffed), patience, table)
    waits = np.array([service.wait_quantile((j + 0.5) / 20_000, delayed, table) for j in range(20_000)])
    gone = 1 - np.exp(-waits / patience).mean()
    calls = world["contacts"].sum() + world["abandoned"].sum()
    assert world["abandoned"].sum() / calls == pytest.approx(gone, abs=4 * math.sqrt(gone * (1 - gone) / calls))
    # time in line ends with service or with patience: mean θ (1 − E exp(−w/θ)); its spread is below patience
    waited = (world["wait_minutes"] * (world["contacts"] + world["abandoned"])).sum() / calls
    assert waited == pytest.approx(patience * gone, abs=4 * patience / math.sqrt(calls))
    handled = arrivals / 60 * minutes / staffed * (1 - gone)
    assert world["occupancy"].to_numpy() == pytest.approx(handled, rel=5e-3)
    assert (world["occupancy"] <= 1.0).all()


# --- events ----------------------------------------------------------------------------------------------------------------

EVENTFUL: dict[str, Any] = {
    "name": "eventful", "weeks": 24, "burn_in": 4, "customers": {"count": 500, "needs_per_week": 0.5},
    "staff": {"count": 8, "team_size": 4, "choice": "fixed"}, "mechanisms": {"management": False},
    "measures": {"seen": {"like": "nps", "sample": "random", "window": 3}, "jobs_closed": {}},
}  # fmt: skip


def eventful(**event: Any) -> Organisation:
    return play(Scenario.model_validate(merged(EVENTFUL, {"events": [event] if event else []})))


def test_an_event_with_an_end_leaves_no_trace_where_nothing_remembers_it() -> None:
    """Manners change for six weeks: the report differs then and only then (its window of three weeks is blurred), truth never."""
    plain = eventful().tables()["series"]
    polite = eventful(week=8, until=14, set={"customers.survey.style.a": 3.0}).tables()["series"]
    assert plain["true"].equals(polite["true"])
    changed = plain["week"].between(8, 15) & (plain["measure"] == "seen")
    pd.testing.assert_frame_equal(plain[~changed], polite[~changed], check_exact=True)
    assert (plain[changed]["reported"] < polite[changed]["reported"]).all()


@pytest.mark.parametrize("path", [
    "customers.needs_per_week", "customers.return_probability", "customers.patience", "customers.experience.wait",
    "customers.experience.loss_weight", "customers.survey.extreme", "customers.voice.exit_rate", "customers.voice.aloud",
    "customers.market.join", "service.work.minutes", "service.work.resolution", "service.process.failure",
    "service.process.scripts", "tactics.gifts.minutes", "measures.seen.rate", "measures.seen.confidential",
])  # fmt: skip
def test_the_values_of_an_event_go_back_to_the_last_bit(path: str) -> None:
    spec = Scenario.model_validate(merged(EVENTFUL, {"events": [{"week": 3, "until": 9, "set": {path: 0.77}}]}))
    model, states = Organisation(spec), {}
    names = [name for name in model.world.measures.dtype.names if name not in ("taught", "centre", "per_contact")]
    while model.week < 12:
        model.step()
        measures = [model.world.measures[name].tolist() for name in names]
        states[model.week] = (model.world.p.tobytes(), measures, model.firm.spec.model_dump())
    assert states[3] == states[1]
    assert states[4] != states[3]
    assert states[9] == states[4]
    assert states[10] == states[3]


@pytest.mark.parametrize(("path", "value"), [
    ("customers.needs_per_week", 2.0), ("customers.voice.exit_rate", 10.0), ("customers.market.join", 0.99),
    ("service.work.resolution", -3.0), ("measures.seen.rate", 1.0), ("audit.rate", 1.0), ("pay.schemes.0.rate", 400.0),
    ("tactics.closing_early.moral", 0.0), ("staff.care_cost", 1.0), ("staff.wellbeing.quit_rate", 15.0),
    ("management.coaching_gain", 0.5),
])  # fmt: skip
def test_what_an_event_says_happens(path: str, value: float) -> None:
    """No value that an event may set is silently kept as it was: the world after it is another, before it the same."""
    tree = merged(WILD, {"measures": {"seen": {"like": "nps", "sample": "random", "window": 1}}})
    plain = play(Scenario.model_validate(tree))
    event = play(Scenario.model_validate({**tree, "events": [{"week": 4, "set": {path: value}}]}))
    before, after = plain.tables(), event.tables()
    for name in ("series", "world", "books"):
        early = before[name]["week"] < 4
        pd.testing.assert_frame_equal(before[name][early], after[name][early], check_exact=True)
    assert not all(before[name].equals(after[name]) for name in ("series", "world", "books"))


# --- what learners find out ------------------------------------------------------------------------------------------------


def charmed(rate: float) -> tuple[list[float], list[float]]:
    """Mean intensity of charm in the first six and the last five pay periods under a bonus of so much a point, by replicate."""
    spec = Scenario.model_validate({
        "name": "charm", "weeks": 208, "burn_in": 12,
        "customers": {"count": 3000, "needs_per_week": 0.3},
        "staff": {"count": 30, "team_size": 10, "learning": {"lore": 0.8}},
        "mechanisms": {"management": False, "turnover": False, "exposure": False},
        "tactics": {"charm": {"exists": True, "lore": 1.0}},
        "measures": {"score": {"like": "csat", "handled_by": []}},
        "pay": {"schemes": [{"kind": "linear", "measure": "score", "rate": rate}]},
    })  # fmt: skip
    shares = [weekly(play(spec, replicate))["share_charm"] for replicate in range(4)]
    return [x.loc[0:23].mean() for x in shares], [x.loc[188:].mean() for x in shares]


@pytest.mark.parametrize("rate", [6.0, 20.0])
def test_a_useless_tactic_is_tried_and_then_dropped(rate: float) -> None:
    """Charm does nothing; lore says that it moves the score. Staff paid on the score try it, learn, and leave it."""
    early, late = charmed(rate)
    assert min(early) > 0.1, "lore makes people try it"
    assert max(late) < min(early)
    assert np.mean(late) < 0.5 * np.mean(early)


# --- expected effects against twin worlds ----------------------------------------------------------------------------------

TWINS: dict[str, Any] = {
    "name": "twins", "weeks": 8, "burn_in": 4,
    "customers": {"count": 30000, "needs_per_week": 1.0},
    "staff": {"count": 96, "team_size": 8, "choice": "fixed", "first_skill": 1,
              "first_acts": dict.fromkeys(act.EMPLOYEE_ACTS, 0.3)},
    "mechanisms": {"management": False, "turnover": False, "skill": False, "queue": False, "exposure": False, "exit": False,
                   "engagement": False},
    "tactics": {"charm": {"exists": True}},
    "measures": {
        "nps": {"response": 0.5, "handled_by": []}, "csat": {"response": 0.5, "handled_by": []},
        "ces": {"response": 0.5, "handled_by": []}, "fcr_experienced": {"response": 0.5}, "jobs_closed": {}, "handle_time": {},
        "fcr_logged": {}, "complaints": {}, "fcr_window": {}, "in_time": {}, "outcomes": {"rate": 1.0, "response": 1.0},
    },
}  # fmt: skip
AT_ONCE = ("nps", "csat", "ces", "fcr_experienced", "jobs_closed", "handle_time", "fcr_logged", "complaints")
LATER = ("fcr_window", "in_time", "outcomes")
WIDTH = 0.1


def expected_effects(model: Organisation) -> np.ndarray:
    """What the panel thinks: (T, acts, measures), raw units."""
    open_acts = np.zeros(act.ALL_ACTS, np.bool_)
    open_acts[: act.ACTS] = True
    return foresight.effects(model.world, open_acts, np.arange(len(model.world.measures)))[1][:, : act.ACTS, 1:-1]


def moved(spec: Scenario, k: int, by: float, posts: slice, weeks: int, skip: int) -> np.ndarray:
    """Expected reported readings (before luck) by post and measure after act k has been moved: (E, M, num and den)."""
    model = Organisation(spec)
    while model.week < 0:
        model.step()
    model.world.staff["intensity"][posts, k] += by
    total = np.zeros((spec.staff.count, len(spec.measures), 2))
    for week in range(weeks):
        model.step()
        if week >= skip:
            cells = model.world.readings[week % spec.pay.every][: spec.staff.count]
            total[..., 0] += cells["num"][..., st.PROCESSING]
            total[..., 1] += cells["den"][..., st.PROCESSING]
    return total


def slopes(spec: Scenario, k: int, posts: slice, weeks: int, skip: int) -> np.ndarray:
    """Change of the reading per unit of act k between twin worlds a tenth apart, by team: (T, M)."""
    below, above = (moved(spec, k, by, posts, weeks, skip)[posts] for by in (-WIDTH / 2, WIDTH / 2))
    by_team = [x.reshape(spec.teams, -1, *x.shape[1:]).sum(axis=1) for x in (below, above)]
    return (by_team[1][..., 0] / by_team[1][..., 1] - by_team[0][..., 0] / by_team[0][..., 1]) / WIDTH


@pytest.fixture(scope="module")
def thought() -> tuple[Scenario, np.ndarray]:
    spec = Scenario.model_validate(TWINS)
    model = Organisation(spec)
    while model.week < 0:
        model.step()
    return spec, expected_effects(model)


@pytest.mark.parametrize("name", act.EMPLOYEE_ACTS)
def test_expected_effects_agree_with_twin_worlds(thought: tuple[Scenario, np.ndarray], name: str) -> None:
    """The same world twice, one employee a team a tenth apart for a week (more for what is read when a need has ended).

    What moves is his own reading. Sign, and size within 25 % beside four standard errors (of twelve teams).
    """
    spec, effects = thought
    k = act.EMPLOYEE_ACTS.index(name)
    one_a_team = slice(0, None, spec.staff.team_size)
    failures = []
    for labels, weeks, skip in ((AT_ONCE, 1, 0), (LATER, 6, 2)):
        played = slopes(spec, k, one_a_team, weeks, skip)
        for j, label in enumerate(spec.measures):
            if label not in labels:
                continue
            difference = played[:, j] - effects[:, k, j]
            error = difference.std(ddof=1) / math.sqrt(len(difference))
            truth, thinks = played[:, j].mean(), effects[:, k, j].mean()
            if abs(truth - thinks) > 0.25 * abs(truth) + 4 * error:
                failures.append(f"{label}: twin worlds {truth:.4f}, panel {thinks:.4f} ± {error:.4f}")
            if abs(truth) > 4 * error and truth * thinks < 0 and abs(thinks) > 4 * error:
                failures.append(f"{label}: sign, twin worlds {truth:.4f}, panel {thinks:.4f} ± {error:.4f}")
    assert not failures, "\n".join(failures)
