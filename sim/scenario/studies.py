"""A study: which worlds are played. A base scenario, factors that change it, a design that says which points are taken."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from sim.scenario.fields import Section, param

BASE = "base"
MOST_POINTS = 1_000_000
UNBOUNDED = ("normal", "lognormal", "exponential")


class Factor(Section):
    """What is varied. A list of values, a range (`low`, `high`), a distribution (`kind`, `a`, `b`), or named variants."""

    path: str | list[str] | None = param(
        None, "field of the scenario, or several that take the same value; left out: the factor's own name. "
        f"`{BASE}` stands for the base scenario itself"
    )  # fmt: skip
    values: list[Any] | None = param(None, "the values to take, as they would be written in a scenario")
    variants: dict[str, dict[str, Any]] | None = param(
        None, "named variants, each a mapping from fields of the scenario to values"
    )
    kind: Literal["uniform", "normal", "lognormal", "exponential"] | None = param(
        None, "family of a distribution: uniform from a to b; normal: mean a, sd b; lognormal: median a, sd of the log b; "
        "exponential: mean a"
    )  # fmt: skip
    a: float | None = param(None, "first parameter of the distribution", unit="as its field")
    b: float | None = param(None, "second parameter of the distribution", unit="as its field")
    low: float | None = param(None, "lower end of the range; of a distribution: where it is cut", unit="as its field")
    high: float | None = param(None, "upper end of the range; of a distribution: where it is cut", unit="as its field")
    scale: Literal["linear", "log"] = param("linear", "whether a range is even on its own scale or on that of its logarithm")
    steps: int | None = param(None, "values that a range takes in a factorial design, both ends included", ge=2, le=10_000)

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        return {"values": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _one_form(self) -> Factor:
        ranged = self.kind is None and (self.low is not None or self.high is not None)
        forms = [self.values is not None, self.variants is not None, self.kind is not None, ranged]
        if sum(forms) > 1:
            raise ValueError("values, variants, a range (low, high) and a distribution (kind) are four ways; one is enough")
        if self.values is not None:
            _several(self.values)
        if self.variants is not None:
            _several(list(self.variants))
            if self.path is not None:
                raise ValueError("variants name their own fields: path has no place here")
        if ranged:
            self._check_range()
        elif self.kind is not None:
            self._check_distribution()
        if self.steps is not None and not ranged:
            raise ValueError("steps: only a range has steps")
        if self.scale == "log" and not ranged:
            raise ValueError("scale: only a range has one (a lognormal is on a log scale by itself)")
        return self

    def _check_range(self) -> None:
        if self.low is None or self.high is None or self.low >= self.high:
            raise ValueError("a range has low and high, and low is below high")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low: a range on a log scale lies above 0")

    def _check_distribution(self) -> None:
        if self.a is None or (self.b is None and self.kind != "exponential"):
            raise ValueError(f"a distribution of kind {self.kind} needs a" + ("" if self.kind == "exponential" else " and b"))
        if self.kind == "uniform" and self.b is not None and self.b <= self.a:
            raise ValueError("a uniform runs from a to b: b is above a")
        if self.kind in ("normal", "lognormal") and self.b is not None and self.b <= 0:
            raise ValueError("b is a standard deviation: above 0")
        if self.kind in ("lognormal", "exponential") and self.a <= 0:
            raise ValueError(f"a of a {self.kind} is above 0")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low is below high")

    @property
    def open(self) -> bool:
        """Whether nothing is said of the values, because a table brings them."""
        return self.levels is None and self.kind is None and self.low is None

    @property
    def levels(self) -> list[Any] | None:
        """The values of a factor that has a list of them; names of variants; None where it is continuous."""
        return list(self.variants) if self.variants is not None else self.values

    @property
    def bounded(self) -> bool:
        """Whether both ends can be visited."""
        return self.kind not in UNBOUNDED or (self.low is not None and self.high is not None)


def _several(levels: list[Any]) -> None:
    if len(levels) < 2:
        raise ValueError("a factor takes at least two values; what does not vary belongs under `set`")
    if any(level in levels[:place] for place, level in enumerate(levels)):
        raise ValueError("a value stands twice")


class Design(Section):
    """Which points of the space of factors are played."""

    kind: Literal["factorial", "latin", "sobol", "saltelli", "morris", "table"] = param(
        "factorial", "factorial: every combination; latin: a Latin hypercube; sobol: a scrambled Sobol' sequence; saltelli: "
        "for Sobol' indices; morris: for elementary effects; table: the user's own points",
        source="McKay, Beckman & Conover (1979); Sobol' (1967); Saltelli et al. (2010); Morris (1991)",
    )  # fmt: skip
    points: int | None = param(None, "points of latin and sobol; base points of saltelli (a power of two)", ge=2, le=MOST_POINTS)
    trajectories: int | None = param(None, "trajectories of morris", ge=2, le=100_000)
    levels: int = param(4, "levels of the grid of morris (even)", ge=2, le=100)
    second_order: bool = param(False, "saltelli: points for interactions of two factors as well")
    seed: int = param(1, "seed of the sampler", ge=0, le=2**31 - 1)
    file: str | None = param(None, "table: a CSV or Parquet file, one row a point, one column a factor")

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Design:
        needs = {"latin": "points", "sobol": "points", "saltelli": "points", "morris": "trajectories", "table": "file"}
        for name in ("points", "trajectories", "file"):
            given, wanted = getattr(self, name) is not None, needs.get(self.kind) == name
            if wanted and not given:
                raise ValueError(f"a design of kind {self.kind} needs {name}")
            if given and not wanted:
                raise ValueError(f"{name}: a design of kind {self.kind} has none")
        if self.kind in ("sobol", "saltelli") and self.points is not None and self.points & (self.points - 1):
            raise ValueError(f"points: a power of two keeps the sequence balanced (found {self.points})")
        if self.kind == "morris" and self.levels % 2:
            raise ValueError(f"levels: the grid of morris has an even number of levels (found {self.levels})")
        return self


class Keep(Section):
    """What is kept of a run."""

    indices: list[str] | None = param(
        None, "indices, one number a run; `*` stands for anything (`nps.*`); left out: the usual ones. "
        "`world.NAME` and `books.NAME` are means and yearly sums of what the tables world and books hold"
    )  # fmt: skip
    series: list[str] = param(list, "weekly series: `LABEL.reported`, `LABEL.true`, `world.NAME`, `books.NAME`")


class Study(Section):
    """A study as it is written; what the points are is worked out from it and stored before the first run."""

    name: str = param(..., "name of the study, as its figures write it")
    about: str = param("", "one line: what is asked")
    story: str = param("", "the question in a few sentences")
    sources: list[str] = param(list, "where it comes from")
    base: str = param(..., "scenario that is varied: a shipped name or a file")
    set: dict[str, Any] = param(dict, "changes of the base that hold at every point, by path")
    weeks: int | None = param(None, "length after the burn-in; left out: the base's", unit="weeks", ge=1, le=20_000)
    replicates: int | None = param(None, "replicates of every point; left out: the base's", ge=1, le=1_000_000)
    luck: Literal["common", "independent"] = param(
        "common", "common: replicate r meets the same luck at every point, so that points are compared in pairs; "
        "independent: every point has a seed of its own"
    )  # fmt: skip
    factors: dict[str, Factor] = param(..., "what is varied, by a free label or by the path of the field")
    design: Design = param(Design, "which points are played")
    keep: Keep = param(Keep, "what is kept")
    outcomes: list[str] = param(list, "indices that analysis and figures speak of; left out: the first ones kept")

    @model_validator(mode="after")
    def _whole(self) -> Study:
        if not self.factors:
            raise ValueError("factors: there is nothing to vary")
        for name, factor in self.factors.items():
            if factor.open and self.design.kind != "table":
                raise ValueError(f"factors.{name}: needs values, variants, a range (low, high) or a distribution (kind)")
            if self.design.kind == "factorial" and factor.levels is None and factor.steps is None:
                raise ValueError(f"factors.{name}: a factorial design needs values, or a range with steps")
            if self.design.kind == "morris" and not factor.bounded:
                raise ValueError(f"factors.{name}: a design of kind morris visits both ends: give low and high")
        return self
