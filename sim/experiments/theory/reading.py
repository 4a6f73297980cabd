"""What the cases read off the tables of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiments.theory.case import Figure, Played


def weekly(played: Played, indicator: str) -> pd.Series:
    """A weekly indicator of the table `world` from week 0 on, by week."""
    table = played.tables["world"]
    rows = table[(table["indicator"] == indicator) & (table["week"] >= 0)]
    return rows.set_index("week")["value"]


def last(indicator: str) -> Figure:
    """The indicator in the last week."""
    return lambda played: float(weekly(played, indicator).iloc[-1])


def series(played: Played, column: str, measure: str | None = None) -> pd.Series:
    """A column of the table `series` from week 0 on, by week; of the first measure unless one is named."""
    table = played.tables["series"]
    rows = table[(table["measure"] == (measure or table["measure"].iloc[0])) & (table["week"] >= 0)]
    return rows.set_index("week")[column]


def component(played: Played, name: str, measure: str | None = None) -> pd.Series:
    """A component of the waterfall from week 0 on, by week; of the first measure unless one is named."""
    table = played.tables["waterfall"]
    chosen = (table["measure"] == (measure or table["measure"].iloc[0])) & (table["component"] == name)
    return table[chosen & (table["week"] >= 0)].set_index("week")["value"]


def employees(played: Played) -> pd.DataFrame:
    """Rows of employees in the table `staff`, from week 0 on."""
    staff = played.tables["staff"]
    return staff[(staff["role"] == "employee") & (staff["week"] >= 0)]


def act(number: int) -> Figure:
    """Mean intensity, in the last week, of the activity that stands in this place of the scenario."""

    def read(played: Played) -> float:
        section = played.spec.service.textbook
        assert section is not None
        return float(weekly(played, f"share_{list(section.activities)[number]}").iloc[-1])

    return read


def loadings(played: Played) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """F (M, K), the noise (M,) and the value g (K,) of a textbook scenario, in the order in which it names them."""
    section = played.spec.service.textbook
    assert section is not None
    rows, names = section.measures.values(), list(section.activities)
    f = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    noise = np.array([row.get("noise", 0.0) for row in rows])
    return f, noise, np.array([section.value.get(name, 0.0) for name in names])


def rate(played: Played, number: int = 0) -> float:
    """The rate of a scheme as the scenario writes it."""
    return played.spec.pay.schemes[number].rate


def risk(played: Played) -> float:
    """Absolute risk aversion, the same for everybody."""
    assert played.spec.service.textbook is not None
    return played.spec.service.textbook.risk_aversion.a


def cost(played: Played, number: int = 0) -> float:
    """The convex cost of the activity in this place."""
    assert played.spec.service.textbook is not None
    return list(played.spec.service.textbook.activities.values())[number].cost


def motive(played: Played, number: int = 0) -> float:
    """What a unit of the activity in this place is worth to who does it."""
    assert played.spec.service.textbook is not None
    return list(played.spec.service.textbook.activities.values())[number].motive
