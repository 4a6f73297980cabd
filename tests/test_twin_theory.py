"""The textbook technology and its twin of ordinary Mesa objects agree, worker by worker and week by week, to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
from twin.theory import TheoryTwin

from sim.scenario.catalogue import names
from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world.theory import Theory

SIZE = ("staff.count=6", "staff.team_size=3", "weeks=26", "burn_in=4")


def of_theory() -> list[str]:
    """The shipped scenarios of the textbook technology in which people are paid (not selected)."""
    sections = {name: Scenario.load(name).service for name in names()}
    return [name for name, s in sections.items() if s.technology == "textbook" and s.textbook and s.textbook.selection is None]


@pytest.mark.parametrize("name", of_theory())
def test_on_every_shipped_scenario(name: str) -> None:
    spec = Scenario.load(name, SIZE)
    model = Organisation(spec, 1)
    theory = model.theory
    assert isinstance(theory, Theory)
    twin = TheoryTwin(spec, 1, [contract.payout for contract in theory.contracts])
    while model.week < spec.weeks:
        now = theory.staff_now
        np.testing.assert_allclose([worker.acts for worker in twin.workers], now["intensity"], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose([worker.surplus for worker in twin.workers], theory.surplus, rtol=1e-9, atol=1e-9)
        model.step()
        twin.step()
        total = [[worker.total[label] for label in twin.labels] for worker in twin.workers]
        np.testing.assert_allclose(total, theory.world.reported_sum, rtol=1e-9, atol=1e-9)
        for name_, column in (("bonus", now["bonus"]), ("fine", now["fine"])):
            np.testing.assert_allclose([getattr(worker, name_) for worker in twin.workers], column, rtol=1e-9, atol=1e-9)
        for contract, own in zip(theory.contracts, twin.contracts, strict=True):
            if contract.begun:
                targets = [worker.targets[own] for worker in twin.workers]
                np.testing.assert_allclose(targets, contract.target, rtol=1e-9, atol=1e-9)
