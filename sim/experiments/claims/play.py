"""Playing what claims need: every world as written, and its twin in which the same money is fixed pay.

The twin differs in nothing but pay: same measures, same surveys, same luck. Its money is the mean bill of the paid world
over the replicates, spread over the roles as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from sim.experiments.budget import bill, raised
from sim.experiments.claims.case import Run, World
from sim.experiments.runner import compare
from sim.scenario.loading import load
from sim.scenario.schema import Scenario


def play(worlds: Iterable[World], replicates: int, workers: int | None, progress: bool) -> dict[World, list[Run]]:
    """All replicates of all worlds; RuntimeError if any cannot be played."""
    wanted = list(dict.fromkeys(worlds))
    paid = {World(w.scenario, w.sets): load(w.scenario, w.sets).spec for w in wanted}
    runs = _played(paid, replicates, workers, progress)
    twins = {w: same_money(runs[World(w.scenario, w.sets)]) for w in wanted if w.fixed}
    return runs | _played(twins, replicates, workers, progress)


def same_money(runs: Sequence[Run]) -> Scenario:
    """The world of these runs with its schemes left out and their mean bill paid as fixed pay, role by role."""
    spec = runs[0].spec
    staff = [run.tables["staff"] for run in runs]
    by_role = sum((each[each["week"] >= 0].groupby("role", observed=True)["bonus"].sum() for each in staff[1:]),
                  staff[0][staff[0]["week"] >= 0].groupby("role", observed=True)["bonus"].sum())  # fmt: skip
    total = float(by_role.sum())
    pay = spec.pay.model_copy(update={"schemes": []})
    unpaid = spec.model_copy(update={"pay": pay})
    if total <= 0:
        return unpaid
    mean = sum(bill(each) for each in staff) / len(staff)
    return raised(unpaid, mean, {str(role): float(money) / total for role, money in by_role.items()})


def _played(
    specs: dict[World, Scenario], replicates: int, workers: int | None, progress: bool
) -> dict[World, list[Run]]:
    """Play the worlds, those of equal length together."""
    out: dict[World, list[Run]] = {}
    for weeks in dict.fromkeys(spec.weeks for spec in specs.values()):
        group = {world: spec for world, spec in specs.items() if spec.weeks == weeks}
        named = [spec.model_copy(update={"name": f"{i} {w.told()}"}) for i, (w, spec) in enumerate(group.items())]
        result = compare(named, replicates=replicates, workers=workers, budget="as_written", progress=progress)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.failures:
            raise RuntimeError("; ".join(f"{each['scenario']}: {each['message']}" for each in result.failures))
        for (world, spec), alias in zip(group.items(), named, strict=True):
            out[world] = [Run(spec, _of(result.tables, alias.name, r)) for r in range(replicates)]
    return out


def _of(tables: dict[str, pd.DataFrame], scenario: str, replicate: int) -> dict[str, pd.DataFrame]:
    """The tables of one run."""
    return {
        name: table[(table["scenario"] == scenario) & (table["replicate"] == replicate)] for name, table in tables.items()
    }
