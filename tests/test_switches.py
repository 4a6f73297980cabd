"""Switches: what is off has no effect at all, whatever its parameters.

Tolerances are four standard errors unless said; where both sides are the same sum of the same draws they are exact.
"""

from __future__ import annotations

from worlds_known import same, weekly, wild


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
