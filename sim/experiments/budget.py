"""`budget: equal`: every scheme costs the same, so that schemes are compared and not spending.

People answer to money, so the bill is no multiple of the rate: pilots with the same luck find, arm by arm, the one
factor on all money of its schemes at which the bill is the reference. An arm without a bonus gets the sum as base pay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from statistics import fmean, stdev
from typing import Any

import pandas as pd

from sim.experiments.arms import Arm
from sim.experiments.jobs import ENGINE, Failure, Job, Outcome
from sim.experiments.search import Search
from sim.experiments.tables import Packed, unpack
from sim.scenario.pay import Scheme
from sim.scenario.schema import Scenario

PILOTS = 4  # replicates a pilot plays

Play = Callable[[Sequence[Job], str], Iterator[Outcome]]
Read = Callable[[Any], Packed]
Failed = tuple[int, int, Failure]  # arm, replicate, why


@dataclass(frozen=True)
class Pilot:
    """What is asked of a pilot: the bill, and the bonus of each role over the whole run (money)."""

    bill: float
    by_role: Mapping[str, float]


class Equaliser:
    """Retunes the arms of one comparison with pilots that `play` runs; failed pilots are kept in `failures`.

    A pilot at the settled factor is the real run, played early: `outcomes` hands these over. Pilots that are known from an
    earlier call (`rows`) are not played again.
    """

    def __init__(
        self,
        arms: Sequence[Arm],
        replicates: int,
        play: Play,
        read: Read,
        engine: str = ENGINE,
        rows: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.arms = arms
        self.pilots = min(PILOTS, replicates)
        self.failures: list[Failed] = []
        self._play, self._read, self._engine = play, read, engine
        place = {arm.label: i for i, arm in enumerate(arms)}
        self._known = {
            (place[row["arm"]], row["factor"], row["replicate"]): Pilot(row["bill"], row["bonus"]) for row in rows
        }
        self._outcomes: dict[tuple[int, float, int], Outcome] = {}  # by arm, factor and replicate

    def arms_of_equal_cost(self) -> list[Arm]:
        """Every arm at the reference bill, or as near as it gets; what was done to it is in `Arm.money`."""
        as_written = self._bills({i: 1.0 for i, arm in enumerate(self.arms) if arm.spec.pay.schemes}, "as written")
        target = self._reference(as_written)
        if target is None:  # nobody is paid a bonus: bills are equal as they are
            return [replace(arm, money=_money(0.0, reached=True)) for arm in self.arms]
        if target <= 0:
            note = "the first scheme pays nothing as written, so there is no bill to equal; set pay.budget"
            moneys = [_money(target, before=as_written.get(i), note=note) for i in range(len(self.arms))]
            return [replace(arm, money=money) for arm, money in zip(self.arms, moneys, strict=True)]
        searches = {i: Search(target, {1.0: bill}) for i, bill in as_written.items()}
        self._solve(searches)
        return [self._settled(i, arm, target, searches.get(i)) for i, arm in enumerate(self.arms)]

    def outcomes(self, arms: Sequence[Arm]) -> dict[tuple[int, int], Outcome]:
        """The pilots that were played with the arms as settled."""
        settled = {i: arm.money["factor"] for i, arm in enumerate(arms) if arm.money is not None}
        return {outcome.key: outcome for (i, factor, _), outcome in self._outcomes.items() if settled.get(i) == factor}

    def rows(self) -> list[dict[str, Any]]:
        """Every pilot so far, for the manifest."""
        return [
            {"arm": self.arms[i].label, "factor": factor, "replicate": replicate, "bill": it.bill, "bonus": dict(it.by_role)}
            for (i, factor, replicate), it in sorted(self._known.items(), key=lambda item: item[0])
        ]

    def _reference(self, as_written: Mapping[int, float]) -> float | None:
        """The bill that a scenario sets, or that of the first arm that pays a bonus."""
        budgets = [arm.spec.pay.budget for arm in self.arms if arm.spec.pay.budget is not None]
        return budgets[0] if budgets else next(iter(as_written.values()), None)

    def _solve(self, searches: Mapping[int, Search]) -> None:
        """All arms take a step at once, so that every round fills the workers; one whose pilots all fail stops."""
        going = dict(searches)
        while steps := {i: step for i, search in going.items() if (step := search.propose()) is not None}:
            bills = self._bills(steps, "equal budgets")
            going = {i: going[i] for i in bills}
            for i, found in bills.items():
                going[i].tried[steps[i]] = found

    def _bills(self, factors: Mapping[int, float], label: str) -> dict[int, float]:
        """Mean bill of each arm over its pilots; an arm whose pilots all failed is left out."""
        specs = {i: scaled(self.arms[i].spec, factor) for i, factor in factors.items()}
        jobs = [
            Job((i, r), spec, r, self._read, self._engine)
            for i, spec in specs.items()
            for r in range(self.pilots)
            if (i, factors[i], r) not in self._known
        ]
        failed: list[Failed] = []
        for outcome in self._play(jobs, label):  # each is noted as it comes, so that Ctrl-C loses none
            (arm, replicate), failure = outcome.key, outcome.failure
            if failure is None:
                self._known[arm, factors[arm], replicate] = _pilot(unpack(outcome.value["staff"]))
                self._outcomes[arm, factors[arm], replicate] = outcome
            else:
                failed.append((arm, replicate, replace(failure, stage=f"budget pilot, {failure.stage}")))
        self.failures += sorted(failed, key=lambda each: each[:2])
        found = {arm: self._pilots(arm, factor) for arm, factor in factors.items()}
        return {arm: fmean(pilot.bill for pilot in pilots) for arm, pilots in found.items() if pilots}

    def _pilots(self, arm: int, factor: float) -> list[Pilot]:
        keys = [(arm, factor, replicate) for replicate in range(self.pilots)]
        return [self._known[key] for key in keys if key in self._known]

    def _shares(self) -> dict[str, float]:
        """How the first paying arm's bill is spread over the roles; to employees alone if nobody's was played."""
        for arm, factor in sorted({key[:2] for key in self._known}):
            if self.arms[arm].spec.pay.schemes:
                pilots = self._pilots(arm, factor)
                roles = dict.fromkeys(role for pilot in pilots for role in sorted(pilot.by_role))
                by_role = {role: fsum(pilot.by_role.get(role, 0.0) for pilot in pilots) for role in roles}
                if (total := fsum(by_role.values())) > 0:
                    return {role: money / total for role, money in by_role.items()}
        return {"employee": 1.0}

    def _settled(self, i: int, arm: Arm, target: float, search: Search | None) -> Arm:
        if not arm.spec.pay.schemes:
            money = _money(target, base_added=target, before=0.0, after=0.0, reached=True)
            return replace(arm, spec=raised(arm.spec, target, self._shares()), money=money)
        if search is None:
            return replace(arm, money=_money(target, note="its pilots failed: left as written"))
        factor = search.best
        money = _money(
            target, factor=factor, before=search.tried[1.0], after=search.tried[factor], reached=search.reached,
            note=search.note, tried=sorted(search.tried.items()), pilots=self.pilots,
        )  # fmt: skip
        return replace(arm, spec=scaled(arm.spec, factor), money=money)


def _pilot(staff: pd.DataFrame) -> Pilot:
    by_role = _counted(staff).groupby("role")["bonus"].sum()
    return Pilot(bill(staff), {str(role): float(money) for role, money in by_role.items()})


def _money(
    target: float,
    *,
    factor: float = 1.0,
    base_added: float = 0.0,
    before: float | None = None,
    after: float | None = None,
    reached: bool = False,
    note: str = "",
    tried: Sequence[tuple[float, float]] = (),
    pilots: int = 0,
) -> dict[str, Any]:
    """What the manifest tells of an arm's retuning; money per employee and pay period."""
    return {
        "target": target, "factor": factor, "base_added": base_added, "bill_before": before, "bill_after": after,
        "reached": reached, "note": note, "tried": [list(pair) for pair in tried], "pilots": pilots,
    }  # fmt: skip


def scaled(spec: Scenario, factor: float) -> Scenario:
    """The same world with all money of its schemes multiplied: rates, prizes, tiers, caps and floors alike."""
    if factor == 1:
        return spec
    schemes = [_scaled_scheme(scheme, factor) for scheme in spec.pay.schemes]
    return spec.model_copy(update={"pay": spec.pay.model_copy(update={"schemes": schemes})})


def _scaled_scheme(scheme: Scheme, factor: float) -> Scheme:
    money: dict[str, Any] = {"rate": scheme.rate * factor, "bonus": scheme.bonus * factor}
    money["tiers"] = [tier.model_copy(update={"bonus": tier.bonus * factor}) for tier in scheme.tiers]
    money["cap"] = None if scheme.cap is None else scheme.cap * factor
    money["floor"] = None if scheme.floor is None else scheme.floor * factor
    return scheme.model_copy(update=money)


def raised(spec: Scenario, sum_: float, shares: Mapping[str, float]) -> Scenario:
    """The same world with the same sum as unconditional pay, from week 0 on and to the same roles as in a paying arm.

    sum_: money per employee and pay period in all; shares: of each role in it.
    """
    heads = {
        "employee": spec.staff.count, "manager": spec.teams, "central": spec.management.central_count, "head": 1,
    }  # fmt: skip
    schemes = [
        Scheme.model_validate({"kind": "fixed", "bonus": sum_ * spec.staff.count * share / heads[role], "who": [role]})
        for role, share in shares.items()
        if share > 0 and heads[role]
    ]
    return spec.model_copy(update={"pay": spec.pay.model_copy(update={"schemes": [*spec.pay.schemes, *schemes]})})


def bill(staff: pd.DataFrame) -> float:
    """Bonus paid to all roles of the first firm from week 0 on, per employee and pay period."""
    counted = _counted(staff)
    periods = int((counted["role"] == "employee").sum())
    return float(counted["bonus"].sum() / periods) if periods else 0.0


def _counted(staff: pd.DataFrame) -> pd.DataFrame:
    return staff[(staff["week"] >= 0) & (staff["firm"] == staff["firm"].min())]


def paid(staff: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """By scenario, over the replicates of the real run: bonus bill and employees' certainty equivalent, with their
    standard errors (None with a single replicate); money per employee and pay period."""
    found: dict[str, dict[str, float | None]] = {}
    for scenario, rows in _counted(staff).groupby("scenario", sort=False):
        runs = [run for _, run in rows.groupby("replicate")]
        worth = [float(run.loc[run["role"] == "employee", "certainty_equivalent"].mean()) for run in runs]
        found[str(scenario)] = {
            **_mean_and_error("bonus_bill", [bill(run) for run in runs]),
            **_mean_and_error("certainty_equivalent", worth),
        }
    return found


def _mean_and_error(name: str, values: Sequence[float]) -> dict[str, float | None]:
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
    return {name: fmean(values), f"{name}_error": error}
