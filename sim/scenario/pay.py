"""Pay: base pay, schemes that read measures, targets and audits. A scheme never sees what a measure is called."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.scenario.fields import Section, param

Role = Literal["employee", "manager", "central", "head"]


class Target(Section):
    """How the target of a scheme is set, per person, in the unit of the measure."""

    rule: Literal["fixed", "ratchet", "benchmark", "manager"] = param(
        "fixed",
        "fixed: stays at `start`; ratchet: q' = q + step (y - q) with own result y; "
        "benchmark: q' = q + step (mean of the peers - q); manager: a ratchet on top of which the manager stretches",
        source="Weitzman (1980)",
    )
    start: float | None = param(
        None,
        "first target; left out: the firm's mean reported value in the period before, where pay jumps at the target or the "
        "target moves; else 0, so that a rate pays for every point",
        unit="measure points",
    )
    step: float = param(0.5, "share of the distance moved each pay period", ge=0, le=1)
    reach: float = param(2.0, "how far a manager can stretch a target (rule: manager)", unit="standard errors", ge=0, le=10)
    stretch: float = param(
        0.0, "added to a target that is read from the past (negative: asks less)", unit="measure points"
    )


class Tier(Section):
    """One step of a tiered scheme: pay `bonus` from where the target is beaten by `at`."""

    at: float = param(0.0, "points by which the target is beaten (where less is better: points below it)",
                      unit="measure points")
    bonus: float = param(0.0, "money paid in total from this step on", unit="money per pay period", ge=0)


class Scheme(Section):
    """One rule that turns a reported measure into money each pay period."""

    kind: Literal["fixed", "linear", "cliff", "tiered", "team", "relative", "tournament"] = param(
        ..., "fixed: `bonus` always; linear: rate x (y - target); cliff: `bonus` from the target on; "
        "tiered: the highest step reached; team: rate x (the team's pooled result - target) to every member, that is a pot "
        "split evenly; relative: rate x (y - peers x the colleagues' pooled result - target); "
        "tournament: `bonus` to each of the best `winners` of the team, ties share"
    )
    measure: str | None = param(None, "label of the measure that is read (none for kind: fixed)")
    who: list[Role] = param(lambda: ["employee"], "whose pay this is; managers read their team, the others the firm")
    rate: float = param(0.0, "money per measure point above the target", unit="money per point per pay period")
    bonus: float = param(0.0, "the prize of a cliff or a tournament, or the sum of kind: fixed", unit="money", ge=0)
    peers: float = param(1.0, "share of the colleagues' result that is deducted from one's own (kind: relative)", ge=0, le=10,
                         source="Holmström (1982), relative performance")
    tiers: list[Tier] = param(list, "steps of kind: tiered, in rising order")
    winners: int = param(1, "prizes a team in a tournament", ge=1, le=10_000)
    cap: float | None = param(None, "most that the scheme pays a person a period", unit="money", ge=0)
    floor: float | None = param(0.0, "least that it pays; null: what falls short is deducted", unit="money")
    better: Literal["more", "less"] | None = param(
        None, "whether more or less of the measure earns money; left out: as the measure itself says"
    )
    target: Target = param(Target, "target of the scheme")
    from_week: int = param(0, "first week in force, counted after the burn-in", unit="weeks", ge=0)
    until_week: int | None = param(None, "week from which it is no longer in force", unit="weeks", ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Scheme:
        if self.kind != "fixed" and self.measure is None:
            raise ValueError(f"a scheme of kind {self.kind} needs a measure")
        if self.kind in ("linear", "team", "relative") and "rate" not in self.model_fields_set:
            raise ValueError(f"a scheme of kind {self.kind} needs a rate")
        if self.kind in ("cliff", "tournament") and self.bonus == 0:
            raise ValueError(f"a scheme of kind {self.kind} needs a bonus")
        if self.kind == "tiered":
            if not self.tiers:
                raise ValueError("a tiered scheme needs tiers")
            if any(b.at <= a.at or b.bonus < a.bonus for a, b in zip(self.tiers, self.tiers[1:], strict=False)):
                raise ValueError("tiers rise: each `at` above the one before, each `bonus` at least the one before")
        if self.cap is not None and self.floor is not None and self.cap < self.floor:
            raise ValueError("cap is at least floor")
        if self.until_week is not None and self.until_week <= self.from_week:
            raise ValueError("until_week must lie after from_week")
        return self


class Pay(Section):
    """Everything money: how often, how much is fixed, which schemes."""

    every: int = param(4, "length of a pay period", unit="weeks", ge=1, le=52)
    base: float = param(
        3050.0,
        "base pay of an employee",
        unit="money per pay period",
        ge=0,
        source="about 39,700 a year: median US customer service representative, BLS OES 43-4051, May 2023",
    )
    base_manager: float = param(4200.0, "base pay of a manager, the head, or a person in the central office",
                                unit="money per pay period", ge=0)
    budget: float | None = param(
        None, "expected bonus bill to which a comparison at equal budgets tunes; left out: that of the first paying world",
        unit="money per employee and pay period", ge=0,
    )
    schemes: list[Scheme] = param(list, "bonus rules; their payments add up")


class Audit(Section):
    """Checks on people: a person is audited with chance `rate` a pay period and found out with rate x traceability."""

    rate: float = param(0.02, "chance that a person is audited in a pay period", ge=0, le=1)
    fine: float = param(400.0, "money taken from a person who is found out", unit="money", ge=0)
    dismissal: float = param(0.1, "chance that a person who is found out is dismissed", ge=0, le=1)
    cost: float = param(60.0, "cost of one audit to the firm", unit="money", ge=0)
