"""The closed loop: bad answers are called back, repair goes where the reading is worst, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.loading import load
from sim.world import Organisation

SMALL = {"customers.count": 1000, "staff.count": 20, "weeks": 20, "burn_in": 8}
USED = "management.closed_loop.measure=nps"


def play(*sets: str, **flags: Any) -> Organisation:
    return Organisation(load("salary", sets, {**SMALL, **flags}).spec).run()


def total(model: Organisation, indicator: str) -> float:
    world = model.tables()["world"]
    return float(world.loc[world["indicator"] == indicator, "value"].sum())


def same(one: Organisation, other: Organisation) -> bool:
    pairs = zip(one.tables().values(), other.tables().values(), strict=True)
    return all(left.equals(right) for left, right in pairs)


def test_switched_off_or_without_a_measure_there_is_no_loop() -> None:
    plain = play()
    assert same(plain, play(USED, "mechanisms.closed_loop=false"))
    assert same(plain, play("management.closed_loop.call_backs=50", "management.closed_loop.repair=1"))
    assert total(plain, "called_back") == total(plain, "repairs") == 0.0


def test_calls_are_as_many_as_there_is_time_for_and_take_work_time() -> None:
    few, many = (play(USED, f"management.closed_loop.call_backs={n}", "management.closed_loop.repair=0") for n in (1, 40))
    weeks = SMALL["weeks"] + SMALL["burn_in"]
    assert 0 < total(few, "called_back") <= 2 * weeks
    assert total(many, "called_back") > 2 * total(few, "called_back")
    free = play(USED, "management.closed_loop.call_backs=40", "management.closed_loop.repair=0",
                "management.closed_loop.call_minutes=0")  # fmt: skip
    assert total(many, "minutes") > total(free, "minutes")


@pytest.mark.parametrize(
    "nobody",
    [
        "measures.nps.confidential=1",  # an answer without a name
        "measures.nps.lag=2",  # an answer that comes too late
        "management.closed_loop.measure=handle_time",  # a log
        "measures.nps={like: nps, low: -1, high: 9}",  # no answer is bad
    ],
)
def test_there_may_be_nobody_to_call(nobody: str) -> None:
    assert total(play(USED, nobody), "called_back") == 0.0


def test_calls_that_help_please_customers_and_calls_that_fail_do_not() -> None:
    helping = ["management.closed_loop.call_meets=1", "management.closed_loop.call_relief=3"]
    failing = ["management.closed_loop.call_meets=0", "management.closed_loop.call_relief=0",
               "management.closed_loop.call_failed=3"]  # fmt: skip
    rest = [USED, "management.closed_loop.call_backs=40", "management.closed_loop.repair=0", "mechanisms.queue=false",
            "mechanisms.exit=false"]  # fmt: skip
    plain = total(play("mechanisms.queue=false", "mechanisms.exit=false"), "true_score")
    assert total(play(*rest, *failing), "true_score") < plain < total(play(*rest, *helping), "true_score")


def test_repair_goes_to_the_weak_team_if_the_reading_is_true() -> None:
    census = ["measures.nps={like: nps, sample: census, respond: [1, 1, 1], handled_by: []}", "customers.survey.style=0"]
    rest = ["management.closed_loop.call_backs=0", "service.process.failure=0.1", "customers.count=3000", *census]
    shares = []
    for replicate in range(4):
        model = Organisation(load("salary", [USED, *rest], {**SMALL, "weeks": 40, "customers.count": 3000}).spec, replicate)
        model.world.teams["weakness"] = [0.2, 3.0]
        model.run()
        assert (model.world.teams["repair"] <= 0.6).all()
        shares.append(model.world.teams["repair"][1] - model.world.teams["repair"][0])
    assert np.mean(shares) > 0.3
    assert total(model, "repairs") == (40 + 8) / 4


def test_repair_makes_service_better_and_is_paid_for() -> None:
    sets = ["service.process.failure=0.1", "mechanisms.turnover=false"]
    mended = [USED, *(f"management.closed_loop.{key}" for key in ("call_backs=0", "repair=1", "repair_most=1"))]
    worse, better = play(*sets, weeks=40), play(*sets, *mended, weeks=40)
    outcomes = [m.tables()["series"].query("measure == 'outcomes' and week >= 0")["true"].mean() for m in (worse, better)]
    assert outcomes[1] > outcomes[0] + 1.0
    books: pd.DataFrame = better.tables()["books"]
    assert books.loc[books["item"] == "improvement", "amount"].sum() == -300.0 * total(better, "repairs")


def test_a_measure_that_is_not_there_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"management.closed_loop.measure: no measure 'npss'"):
        load("salary", ["management.closed_loop.measure=npss"])
