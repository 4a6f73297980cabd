"""How a scenario's fields are declared: every number carries a unit, bounds, a description and a source.

`Section` is the base of every part of a scenario (unknown keys refused, values frozen);
`param` declares one field; `Latent` is a distribution that a user may write as a number.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ASSUMED = "assumed"


class Section(BaseModel):
    """A part of a scenario: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def param(
    default: Any,
    description: str,
    *,
    unit: str = "1",
    source: str = ASSUMED,
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
) -> Any:
    """Declare a field: its default, what it means, its unit, its bounds and where its value comes from.

    A callable default (a class, a lambda) is called for each new section.
    """
    kwargs: dict[str, Any] = {
        "description": description,
        "json_schema_extra": {"unit": unit, "source": source},
    }
    kwargs.update({name: bound for name, bound in (("ge", ge), ("le", le), ("gt", gt)) if bound is not None})
    if callable(default):
        return Field(default_factory=default, **kwargs)
    return Field(default, **kwargs)


class Latent(Section):
    """A distribution over people, contacts or delays. A bare number means everybody has that value.

    `constant`: a. `normal`: mean a, standard deviation b. `lognormal`: median a, sd of the log b.
    `uniform`: from a to b. `exponential`: mean a. `classes`: shares [detractor, passive, promoter]
    of a score, placed at 4, 7 and 10 on the 0-10 scale. `share`: 1 for a share a of them, else 0.
    """

    kind: Literal["constant", "normal", "lognormal", "uniform", "exponential", "classes", "share"] = param(
        "constant", "family of the distribution"
    )
    a: float = param(0.0, "first parameter (value, mean, median, lower end, share of detractors)", unit="as its field")
    b: float = param(0.0, "second parameter (sd, sd of the log, upper end, share of passives)", unit="as its field")

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("a number or a distribution such as {kind: normal, a: 0, b: 1}")
        if isinstance(value, (int, float)):
            return {"kind": "constant", "a": float(value)}
        if isinstance(value, dict) and "kind" not in value:
            raise ValueError("a distribution says its kind, such as {kind: normal, a: 0, b: 1}")
        return value

    @model_validator(mode="after")
    def _sane(self) -> Latent:
        if self.kind in ("normal", "lognormal") and self.b < 0:
            raise ValueError("b is a standard deviation: 0 or more")
        if self.kind in ("lognormal", "exponential") and self.a < 0:
            raise ValueError(f"a of a {self.kind} is 0 or more")
        if self.kind == "uniform" and self.b < self.a:
            raise ValueError("a uniform runs from a to b: b is at least a")
        if self.kind == "classes" and (self.a < 0 or self.b < 0 or self.a + self.b > 1):
            raise ValueError("classes: a (detractors) and b (passives) are shares that sum to at most 1")
        if self.kind == "share" and not 0 <= self.a <= 1:
            raise ValueError("share: a is a share between 0 and 1")
        return self

    @property
    def mean(self) -> float:
        """The expected value, in the unit of the field."""
        if self.kind == "lognormal":
            return self.a * math.exp(self.b * self.b / 2)
        if self.kind == "uniform":
            return (self.a + self.b) / 2
        if self.kind == "classes":
            return 4 * self.a + 7 * self.b + 10 * (1 - self.a - self.b)
        return self.a

    @property
    def sd(self) -> float:
        """The standard deviation, in the unit of the field."""
        if self.kind == "normal":
            return self.b
        if self.kind == "lognormal":
            return self.mean * math.sqrt(math.exp(self.b * self.b) - 1)
        if self.kind == "uniform":
            return (self.b - self.a) / math.sqrt(12)
        if self.kind == "exponential":
            return self.a
        if self.kind == "classes":
            square = 16 * self.a + 49 * self.b + 100 * (1 - self.a - self.b)
            return math.sqrt(max(square - self.mean**2, 0.0))
        if self.kind == "share":
            return math.sqrt(self.a * (1 - self.a))
        return 0.0


def latent(kind: str, a: float, b: float = 0.0) -> Any:
    """A default for a `Latent` field."""
    return lambda: Latent(kind=kind, a=a, b=b)  # type: ignore[arg-type]
