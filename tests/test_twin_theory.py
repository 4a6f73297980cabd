"""The textbook technology and its twin of ordinary Mesa objects agree, worker by worker and week by week, to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
from twin.survival import SurvivalTwin
from twin.theory import TheoryTwin

from sim.incentives.schemes import strength_of
from sim.scenario.catalogue import names
from sim.scenario.schema import Scenario
from sim.world import Organisation, principal
from sim.world.survival import Survival
from sim.world.theory import Theory

AT = "service.textbook."
SIZE = ("staff.count=6", "staff.team_size=3", "weeks=26", "burn_in=4")


def of_theory(selection: bool) -> list[str]:
    """The shipped scenarios of the textbook technology in which people are selected, or are paid."""
    sections = {name: Scenario.load(name).service for name in names()}
    return [name for name, s in sections.items() if s.textbook and (s.textbook.selection is not None) is selection]


def has_principal(name: str) -> bool:
    section = Scenario.load(name).service.textbook
    return section is not None and section.principal != "none"


@pytest.mark.parametrize("name", of_theory(selection=False))
def test_on_every_shipped_scenario(name: str) -> None:
    """Where a principal sets strengths, the twin is told the engine's; whether it finds the same is tested below."""
    spec = Scenario.load(name, SIZE)
    model = Organisation(spec, 1)
    theory = model.theory
    assert isinstance(theory, Theory)
    told = [strength_of(contract.payout) for contract in theory.contracts] if has_principal(name) else None
    twin = TheoryTwin(spec, 1, told)
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


@pytest.mark.parametrize("name", [name for name in of_theory(selection=False) if has_principal(name)])
def test_the_principal_finds_the_same_by_another_search(name: str) -> None:
    """The top of a smooth hill: its height to 1e-9, its place to the root of what rounding hides."""
    spec = Scenario.load(name, SIZE)
    theory = Organisation(spec, 1).theory
    assert isinstance(theory, Theory)
    section = spec.service.textbook
    assert section is not None
    best = principal.seek(theory.world, section.principal)  # type: ignore[arg-type]
    own = TheoryTwin(spec, 1).principal
    assert own.surplus == pytest.approx(best.surplus, rel=1e-9)
    np.testing.assert_allclose(own.strengths, best.strength, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", of_theory(selection=True))
@pytest.mark.parametrize(
    ("competition", "goal_weight", "more"),
    [(0.1, 0, ()), (0.5, 1, ()), (0.9, 2, ()), (0.0, 1, ()), (0.6, 1, ("pay.every=3", f"{AT}measures.proxy.across_it=0.3"))],
)
def test_on_competition_for_survival(name: str, competition: float, goal_weight: float, more: tuple[str, ...]) -> None:
    """Rival by rival: effort, practice, talent, result, worth, and who holds the post."""
    asked = (f"{AT}selection.competition={competition}", f"{AT}selection.goal_weight={goal_weight}", *more)
    spec = Scenario.load(name, ("staff.count=30", "staff.team_size=30", "weeks=40", "burn_in=6", *asked))
    engine, twin = Survival(spec, 1), SurvivalTwin(spec, 1)
    while twin.week < spec.weeks:
        engine.step(twin.week)
        twin.step()
        for column in ("effort", "angle", "talent", "delivered", "utility"):
            own = [getattr(rival, column) for rival in twin.rivals]
            np.testing.assert_allclose(own, getattr(engine.people, column), rtol=1e-9, atol=1e-9, err_msg=column)
        assert [rival.person for rival in twin.rivals] == engine.people.person.tolist()
