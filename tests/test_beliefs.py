"""What people believe before they have tried anything: as sure of lore as it deserves, whatever the measure and its noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.scenario.loading import load
from sim.world import Organisation, choosing


@pytest.mark.parametrize("name", ["nps_bonus", "csat_bonus", "outcomes", "benign_target"])
@pytest.mark.parametrize("lore", [0.0, 0.5, 1.0])
def test_people_are_as_sure_of_lore_as_it_deserves(name: str, lore: float) -> None:
    """The squared error of a belief is on average the variance that its owner gives it; half the doubt, four times that."""
    sizes = {"customers.count": 4000, "staff.count": 200, "weeks": 1, "burn_in": 4}
    for doubt in (1.0, 0.5):
        flags = {**sizes, "staff.learning.lore": lore, "staff.learning.doubt": doubt, "staff.learning.lore_error": 0.2}
        model = Organisation(load(name, flags=flags).spec)
        model.run()
        firm = model.firm
        staff = firm.groups["employee"]
        (place,) = (contract.place + 1 for contract in firm.contracts if contract.role == "employee")
        truth = choosing.true_effects(firm, staff)[:, place] * staff.skill
        ratio = ((staff.belief[:, place] - truth) ** 2 * staff.certainty[:, place])[:, staff.open].mean(axis=1)
        if lore == 0.0:
            assert ratio == pytest.approx(1.0 / doubt**2)  # lore says nothing, so it errs by what there is
        else:
            assert abs(ratio.mean() - 1.0 / doubt**2) < 4.0 * ratio.std(ddof=1) / math.sqrt(len(ratio))
        assert np.ptp(staff.certainty[:, place], axis=1).max() == 0.0, "no act is doubted more than another"
