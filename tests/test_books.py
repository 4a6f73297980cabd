"""The firm's books: each item is what happened times its price, on a world in which all of it happens.

Prices are powers of ten apart, so that none can stand in for another. Fines and bonuses: `test_invariants`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from worlds_known import wild

from sim.world import state as st

PRICES = {"revenue": 3.0, "minute": 0.01, "complaint": 50.0, "gift": 700.0, "hire": 9e3, "joiner": 11.0, "diverted": 0.13}
BASE, BASE_MANAGER, EVERY, ASKING, AUDIT, REPAIR, EXPOSURE = 1700.0, 2900.0, 2, 0.3, 170.0, 19e3, 2.3e5
VALUE = 1.5  # of a customer, in revenues of the usual one


@pytest.fixture(scope="module")
def played() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Books and indicators, a row a week; pay a week; what a simulated customer stands for and what no table tells."""
    model = wild(
        books=PRICES, audit={"rate": 0.5, "cost": AUDIT}, owners={"cost": EXPOSURE, "response": "hush"},
        customers={"segments": [{"value": VALUE}]}, staff={"choice": "fixed", "first_acts": {"gifts": 0.5, "care": 0.4}},
        measures={"nps": {"cost": ASKING}},
        management={"closed_loop": {"measure": "nps", "call_backs": 2, "repair_cost": REPAIR}, "central_count": 3},
        pay={"every": EVERY, "base": BASE, "base_manager": BASE_MANAGER},
    ).run()  # fmt: skip
    tables = model.tables()
    books = tables["books"].pivot_table(index="week", columns="item", values="amount")
    world = tables["world"].pivot_table(index="week", columns="indicator", values="value", dropna=False)
    counts = model.recorder.counts[: len(books)]
    places = {"gifts": st.N_GIFTS, "asking": st.N_ASKING, "diverted": st.N_DIVERTED}
    told = pd.DataFrame({name: counts[:, place] for name, place in places.items()}, index=books.index)
    return books, world, told, {"like": float(model.world.p.stands_for), "teams": model.spec.teams}


def test_every_item_is_what_happened_times_its_price(
    played: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]],
) -> None:
    books, world, told, whole = played
    like = whole["like"]
    assert like != 1.0, "what hangs on customers would not be told from what hangs on staff"
    expected = {
        "revenue": like * PRICES["revenue"] * VALUE * world["customers"],
        "wages": -(8 * BASE + (whole["teams"] + 3 + 1) * BASE_MANAGER) / EVERY + 0 * world["customers"],
        "serving": -like * PRICES["minute"] * world["minutes"],
        "complaints": -like * PRICES["complaint"] * world["complaints_recorded"],
        "gifts": -like * PRICES["gift"] * told["gifts"],
        "audits": -AUDIT * world["audits"] - like * told["asking"],
        "hiring": -PRICES["hire"] * world["hires"],
        "acquisition": -like * PRICES["joiner"] * world["joined"],
        "improvement": -REPAIR * world["repairs"],
        "diversion": -like * PRICES["diverted"] * told["diverted"] - EXPOSURE * world["exposures"],
    }
    assert set(books.columns) == {*expected, "bonus", "fines"}
    for item, amounts in expected.items():
        assert amounts.abs().sum() > 0, f"nothing happened that costs or earns under {item}"
        np.testing.assert_allclose(books[item], amounts, rtol=1e-12, err_msg=item)


def test_an_answer_costs_what_the_measure_says(
    played: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]],
) -> None:
    """Answers are counted at the desk, in money; each is a whole price."""
    _, _, told, _ = played
    answers = told["asking"] / ASKING
    np.testing.assert_allclose(answers, answers.round(), atol=1e-6)
