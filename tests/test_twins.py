"""Expected effects of acts against what they do in twin worlds.

Tolerances are four standard errors unless said; where both sides are the same sum of the same draws they are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from worlds_known import merged

from sim.incentives import tactics as act
from sim.scenario.schema import Scenario
from sim.world import Organisation, foresight
from sim.world import state as st

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
    return foresight.effects(model.world, open_acts, np.arange(len(model.world.measures)), 0.01)[1][:, : act.ACTS, 1:-1]


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


def think(**more: Any) -> tuple[Scenario, np.ndarray]:
    """The world of the twins at the end of its burn-in, and what is expected of the acts in it."""
    spec = Scenario.model_validate(merged(TWINS, more))
    model = Organisation(spec)
    while model.week < 0:
        model.step()
    return spec, expected_effects(model)


@pytest.fixture(scope="module")
def thought() -> tuple[Scenario, np.ndarray]:
    return think()


@pytest.mark.parametrize("name", act.EMPLOYEE_ACTS)
def test_expected_effects_agree_with_twin_worlds(thought: tuple[Scenario, np.ndarray], name: str) -> None:
    """The same world twice, one employee a team a tenth apart for a week (more for what is read when a need has ended)."""
    check_twins(*thought, name)


def test_who_hushes_a_complaint_knows_that_its_remedy_is_lost() -> None:
    """Every unmet need is complained about and would be met by that; hushed, it comes back at once, or ends unmet."""
    voice = {"complaint_at": 12, "complaint_slope": 5, "aloud": 1, "remedy": 1, "hushed": 0}
    spec, effects = think(
        customers={"voice": voice, "return_probability": 0.6, "return_delay": 0.3}, service={"work": {"followup": 0}}
    )
    found = effects[:, act.DIVERT, list(spec.measures).index("fcr_window")].mean()
    assert found < -0.1
    check_twins(spec, effects, "complaint_diversion")


def check_twins(spec: Scenario, effects: np.ndarray, name: str) -> None:
    """What moves is one's own reading. Sign, and size within 25 % beside four standard errors (of twelve teams).

    One event is let pass: where nobody's customer tipped over, the spread between teams is 0.
    """
    contacts = (
        spec.customers.count * spec.customers.needs_per_week * spec.teams / spec.staff.count
    )  # a week, of those moved
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
            if abs(truth - thinks) > 0.25 * abs(truth) + 4 * error + 1 / (contacts * WIDTH):
                failures.append(f"{label}: twin worlds {truth:.4f}, panel {thinks:.4f} ± {error:.4f}")
            if abs(truth) > 4 * error and truth * thinks < 0 and abs(thinks) > 4 * error:
                failures.append(f"{label}: sign, twin worlds {truth:.4f}, panel {thinks:.4f} ± {error:.4f}")
    assert not failures, "\n".join(failures)
