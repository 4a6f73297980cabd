"""Measures: what is read, of whom, through whose hands. The key in the YAML is a free label; properties decide.

`PRESETS` are the field's usual measures, spelled out in those properties; `like: nps` takes one as a start.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from sim.scenario.fields import Section, param

SURVEYS = ("recommend", "satisfaction", "ease", "first_time")


class Measure(Section):
    """One measure, with its reported reading (as the firm gets it) and its true one (a census of unedited events)."""

    like: str | None = param(None, "preset whose properties are taken where none is given here")
    reads: Literal[
        "recommend", "satisfaction", "ease", "first_time",
        "jobs", "handle_minutes", "service_level", "wait", "abandonment", "first_closed", "no_repeat", "in_time",
        "complaints", "departures", "backlog", "needs_met",
    ] = param(..., "what is read: answers to a question (recommend 0-10, satisfaction 1-5, ease 1-7, solved first "
              "time 0/1), or events in the log, or verified outcomes (needs_met)")  # fmt: skip
    population: Literal["contacts", "customers"] = param("contacts", "whom it speaks for: contacts, or all customers")
    sample: Literal["census", "random", "employee", "central"] = param(
        "random", "who decides who is asked: nobody (census), a draw, the employee at the contact, the central office"
    )
    rate: float = param(0.5, "share invited (a contact, or a customer and week) where nobody steers", ge=0, le=1)
    invite: list[float] | None = param(None, "share invited by honest answer class [detractor, passive, promoter], "
                                       "instead of `rate`")
    respond: list[float] | None = param(None, "share of the invited who answer, by class [detractor, passive, promoter]")
    channel: Literal["email", "after_contact", "interview"] = param("email", "how people are asked")
    response: float | None = param(None, "response of the least extreme; left out: by channel", ge=0, le=1)
    aggregate: Literal["net", "top", "mean"] = param("net", "share at or above `high` minus share at or below `low`; "
                                                     "share at or above `high`; mean")
    high: float = param(9.0, "lowest answer that counts as good", unit="scale points")
    low: float = param(6.0, "highest answer that counts as bad", unit="scale points")
    confidential: float = param(0.0, "share of pleas and gifts that do not reach the answer, because it goes to "
                                "somebody independent", ge=0, le=1)
    handled_by: list[Literal["manager", "central"]] = param(list, "whose hands the answers pass before they are reported")
    logging: Literal["manual", "automatic"] = param("manual", "written by staff, or by the system on the customer's word")
    threshold: float = param(3.0, "wait that still counts as served in time (service_level)", unit="minutes", ge=0)
    within: float = param(2.0, "deadline or window (no_repeat, in_time, needs_met)", unit="weeks", gt=0, le=104)
    error: float = param(0.0, "chance that a verified outcome is misread", ge=0, le=0.5)
    cost: float = param(0.0, "cost of an answer or verification to the firm", unit="money", ge=0)
    lag: int = param(0, "weeks until a reading is known", unit="weeks", ge=0, le=52)
    window: int = param(4, "weeks pooled in the published reading", unit="weeks", ge=1, le=104)
    minimum_n: int = param(1, "fewest answers on which a person is paid", ge=1, le=10_000)
    below_minimum: Literal["nothing", "last", "team", "target"] = param(
        "team", "what counts for a person below that number: no pay, the last reading, the team's, the target"
    )
    better: Literal["more", "less"] = param("more", "which direction is better")
    published: bool = param(False, "whether prospects see it")

    @model_validator(mode="after")
    def _consistent(self) -> Measure:
        for name in ("invite", "respond"):
            shares = getattr(self, name)
            if shares is not None and (len(shares) != 3 or not all(0 <= x <= 1 for x in shares)):
                raise ValueError(f"{name}: three shares between 0 and 1, [detractor, passive, promoter]")
        if self.reads == "needs_met" and (self.aggregate, self.high, self.low) != ("top", 1, 0):
            raise ValueError("needs_met is a share: aggregate: top, high: 1, low: 0")
        if self.reads == "needs_met" and self.sample == "employee":
            raise ValueError("whether a need was met is asked when all is over: sample random, central or census")
        if self.error > 0 and self.reads not in ("needs_met", "first_time"):
            raise ValueError("error: only answers of yes or no can be misread (needs_met, first_time)")
        if self.error > 0 and self.aggregate == "net":
            raise ValueError("error: a misread yes or no needs aggregate top or mean (net makes a no of it count as -1)")
        if self.population == "customers" and self.reads not in ("recommend", "needs_met"):
            raise ValueError("only the answer to recommend can be asked of all customers, wherever they stand")
        if self.population == "customers" and self.sample == "employee":
            raise ValueError("employees invite at a contact: population customers needs sample random, central or census")
        return self

    @model_validator(mode="before")
    @classmethod
    def _shares(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("reads") in ("needs_met", "first_time"):
            return {"aggregate": "top", "high": 1, "low": 0, **value}
        return value

    @property
    def is_survey(self) -> bool:
        """Whether customers answer a question."""
        return self.reads in SURVEYS


PRESETS: dict[str, dict[str, Any]] = {
    "nps": {"reads": "recommend", "aggregate": "net", "high": 9, "low": 6, "sample": "employee",
            "handled_by": ["manager", "central"]},
    "csat": {"reads": "satisfaction", "aggregate": "top", "high": 4, "low": 2, "sample": "employee",
             "channel": "after_contact", "handled_by": ["manager", "central"]},
    "ces": {"reads": "ease", "aggregate": "top", "high": 5, "low": 3, "sample": "employee",
            "channel": "after_contact", "handled_by": ["manager", "central"]},
    "fcr_experienced": {"reads": "first_time", "aggregate": "top", "high": 1, "low": 0, "sample": "random",
                        "channel": "after_contact", "confidential": 1.0},
    "jobs_closed": {"reads": "jobs"},
    "handle_time": {"reads": "handle_minutes", "better": "less", "logging": "automatic"},
    "service_level": {"reads": "service_level", "logging": "automatic"},
    "wait": {"reads": "wait", "better": "less", "logging": "automatic"},
    "abandonment": {"reads": "abandonment", "better": "less", "logging": "automatic"},
    "fcr_logged": {"reads": "first_closed"},
    "fcr_window": {"reads": "no_repeat", "within": 2, "logging": "automatic"},
    "in_time": {"reads": "in_time", "within": 1},
    "complaints": {"reads": "complaints", "better": "less"},
    "churn": {"reads": "departures", "better": "less", "logging": "automatic", "window": 13},
    "backlog": {"reads": "backlog", "better": "less"},
    "outcomes": {"reads": "needs_met", "within": 3, "sample": "random", "rate": 0.2, "lag": 2, "error": 0.05, "cost": 0.5,
                 "channel": "interview", "respond": [1, 1, 1], "aggregate": "top", "high": 1, "low": 0,
                 "confidential": 1.0},
}  # fmt: skip


def with_preset(label: str, value: Any) -> Any:
    """The properties of a measure as written, filled up from its preset (`like`, or the label where it equals one)."""
    if value is None:
        value = {}
    if not isinstance(value, dict):
        return value
    name = value.get("like", label if label in PRESETS and "reads" not in value else None)
    if name is None:
        return value
    if name not in PRESETS:
        raise ValueError(f"like: no preset {name!r}; there are {', '.join(PRESETS)}")
    return {**PRESETS[name], **value, "like": name}
