"""Sensitivities and response curves, on functions and worlds whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from sim.analysis import response
from sim.analysis.sensitivity import luck_share, morris, sobol

NAMES = ["a", "b", "c"]
PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami & Homma (1990) with a = 7, b = 0.1."""
    x = (2 * unit - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def replicated(values: np.ndarray, noise: float, common: float = 0.0, count: int = 4) -> np.ndarray:
    """Values with luck of each run, and luck that a replicate shares over all points."""
    rng = np.random.default_rng(3)
    shared = common * rng.normal(size=(1, count))
    return values[:, None] + shared + noise * rng.normal(size=(len(values), count))


def test_sobol_indices_of_the_ishigami_function() -> None:
    unit = sobol_sample.sample(PROBLEM, 1024, calc_second_order=False, seed=1)
    found = sobol("y", NAMES, replicated(ishigami(unit), 0.05), second_order=False)
    table = found.table.set_index("factor")
    # closed form: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2
    first, total = {"a": 0.3139, "b": 0.4424, "c": 0.0}, {"a": 0.5576, "b": 0.4424, "c": 0.2437}
    for name in NAMES:
        for kind, truth in (("first", first), ("total", total)):
            half = (table.loc[name, f"{kind}_high"] - table.loc[name, f"{kind}_low"]) / 2
            assert table.loc[name, kind] == pytest.approx(truth[name], abs=2 * half)
    assert found.conclusive
    assert found.luck < 0.01


def test_a_small_sample_says_so_and_how_many_would_do() -> None:
    unit = sobol_sample.sample(PROBLEM, 16, calc_second_order=False, seed=1)
    found = sobol("y", NAMES, replicated(ishigami(unit), 0.05), second_order=False)
    assert not found.conclusive
    (doubt,) = found.doubts
    assert doubt.startswith("16 base points are too few")
    enough = int(doubt.split("about ")[1].split()[0].replace(",", ""))
    assert enough > 16
    assert enough & (enough - 1) == 0


def test_noise_is_told_from_factors() -> None:
    values = np.linspace(0, 1, 200)
    assert luck_share(replicated(values, 0.0, common=5.0)) == pytest.approx(0.0, abs=1e-9)
    noisy = luck_share(replicated(values, 1.0))
    assert noisy == pytest.approx(0.25 / (0.25 + values.var(ddof=1)), abs=0.1)
    assert np.isnan(luck_share(values[:, None]))
    unit = sobol_sample.sample(PROBLEM, 256, calc_second_order=False, seed=1)
    found = sobol("y", NAMES, replicated(ishigami(unit), 10.0), second_order=False)
    assert any("is luck, not factors" in doubt for doubt in found.doubts)
    alone = sobol("y", NAMES, ishigami(unit)[:, None], second_order=False)
    assert any("with one replicate" in doubt for doubt in alone.doubts)


def test_missing_points_and_constant_outcomes_give_no_table() -> None:
    unit = sobol_sample.sample(PROBLEM, 16, calc_second_order=False, seed=1)
    values = replicated(ishigami(unit), 0.1)
    values[3] = np.nan
    assert sobol("y", NAMES, values, second_order=False).doubts == (
        f"1 of {len(unit)} points have no value: an analysis needs them all",
    )
    assert "same at all points" in sobol("y", NAMES, np.ones((len(unit), 2)), second_order=False).doubts[0]


def test_morris_ranks_a_linear_function_by_its_slopes() -> None:
    unit = morris_sample.sample(PROBLEM, 30, num_levels=4, seed=1)
    values = replicated(unit @ np.array([5.0, -2.0, 0.0]), 1e-3)
    found = morris("y", NAMES, unit, values, levels=4)
    np.testing.assert_allclose(found.table["mu_star"], [5, 2, 0], atol=0.01)
    np.testing.assert_allclose(found.table["mu"], [5, -2, 0], atol=0.01)
    np.testing.assert_allclose(found.table["sigma"], 0, atol=0.01)
    assert found.conclusive


def test_morris_with_few_trajectories_says_so() -> None:
    unit = morris_sample.sample(PROBLEM, 4, num_levels=4, seed=1)
    found = morris("y", NAMES, unit, replicated(ishigami(unit), 1e-3), levels=4)
    assert any(doubt.startswith("4 trajectories are too few") for doubt in found.doubts)


def world(noise: float = 0.2, shared: float = 10.0, replicates: int = 12) -> pd.DataFrame:
    """Runs in which the truth is 4 b - b^2 (1 - audit) and all points of a replicate share their luck."""
    rng = np.random.default_rng(5)
    rows = []
    for replicate in range(replicates):
        luck = shared * rng.normal()
        for audit in (0.0, 0.5):
            for bonus in (0, 1, 2, 3, 4, 5):
                true = 4 * bonus - bonus**2 * (1 - audit) + luck + noise * rng.normal()
                rows.append({"replicate": replicate, "bonus": bonus, "audit": audit, "true": true})
    return pd.DataFrame(rows)


class TestResponse:
    def test_differences_are_paired(self) -> None:
        frame = response.curve(world(), "bonus", "true", ["audit"])
        at_two = frame.set_index("bonus").loc[2]
        assert at_two["d"] == pytest.approx(8 - 4 * 0.75, abs=0.3)
        assert at_two["d_high"] - at_two["d_low"] < 1
        assert at_two["mean_high"] - at_two["mean_low"] > 5

    def test_the_turn_of_the_truth(self) -> None:
        runs = world()
        turn = response.turn(response.by_level(runs[runs["audit"] == 0], "bonus", "true", []))
        assert (turn.best, turn.as_good, turn.falls, turn.below) == (2, (2,), 3, 5)
        turn = response.turn(response.by_level(runs[runs["audit"] == 0.5], "bonus", "true", []))
        assert (turn.best, turn.below) == (4, None)

    def test_noise_makes_no_turn(self) -> None:
        runs = world(noise=60.0, shared=0.0, replicates=4)
        turn = response.turn(response.by_level(runs, "bonus", "true", ["audit"]))
        assert len(turn.as_good) > 3
        assert turn.below is None

    def test_where_less_is_better_the_turn_is_the_lowest(self) -> None:
        runs = world().assign(true=lambda frame: -frame["true"])
        assert response.turn(response.by_level(runs[runs["audit"] == 0], "bonus", "true", []), better=-1).best == 2

    def test_the_phase_diagram(self) -> None:
        table = response.phase(world(), "bonus", "audit", "true")
        assert len(table) == 12
        assert table.drop_duplicates("audit")["best"].tolist() == [2, 4]
        cell = table[(table["audit"] == 0.5) & (table["bonus"] == 4)].iloc[0]
        assert cell["d"] == pytest.approx(8, abs=0.4)

    def test_a_combination_without_all_levels_does_not_count(self) -> None:
        runs = world(noise=0.0)
        lame = runs[~((runs["replicate"] == 0) & (runs["audit"] == 0) & (runs["bonus"] == 2))]
        pd.testing.assert_frame_equal(
            response.by_level(lame, "bonus", "true", ["audit"]).iloc[1:],
            response.by_level(runs, "bonus", "true", ["audit"]).iloc[1:],
        )

    def test_contrasts_in_every_world(self) -> None:
        runs = world(noise=0.0).assign(system=lambda frame: np.where(frame["bonus"] < 3, "x", "y"))
        runs["bonus"] %= 3
        table = response.contrasts(runs, "system", "true", ["audit", "bonus"])
        assert len(table) == 6
        cell = table[(table["audit"] == 0) & (table["bonus"] == 1)].iloc[0]
        assert (cell["system"], cell["d"]) == ("y", pytest.approx(0 - 3))
