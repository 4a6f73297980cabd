"""The arms of a study: scenarios, each with a label of its own, and whether they can be compared week by week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.scenario.errors import Mark, ScenarioError
from sim.scenario.loading import Loaded, load
from sim.scenario.origins import Origin
from sim.scenario.schema import Scenario

Source = Loaded | Scenario | str | Path

# Paired worlds share the luck of every customer and employee. Where these differ, they share it only in part.
PAIRING = (
    "seed", "burn_in", "history", "pay.every", "customers.count", "staff.count", "staff.team_size", "currency",
)  # fmt: skip
WORDS = ("name", "about", "story", "sources", "notice")


@dataclass(frozen=True)
class Arm:
    """One scenario of a study. `money` tells what `budget: equal` did to it."""

    label: str
    spec: Scenario
    origins: Mapping[str, Origin] = field(default_factory=dict)
    path: Path | None = None
    money: Mapping[str, Any] | None = None


def resolve(sources: Sequence[Source]) -> list[Arm]:
    """Arms from loaded scenarios, bare specs, names or paths; equal names are told apart by a number."""
    arms: list[Arm] = []
    seen: dict[str, int] = {}
    for source in sources:
        arm = _arm(source)
        seen[arm.label] = count = seen.get(arm.label, 0) + 1
        arms.append(arm if count == 1 else replace(arm, label=f"{arm.label} ({count})"))
    return arms


def _arm(source: Source) -> Arm:
    if isinstance(source, Scenario):
        return Arm(source.name, source)
    loaded = source if isinstance(source, Loaded) else load(source)
    return Arm(loaded.spec.name, loaded.spec, loaded.origins, loaded.path)


def check(arms: Sequence[Arm]) -> list[str]:
    """Refuse arms of different length or technology; say in words what else keeps them from being twins."""
    first = arms[0]
    for arm in arms[1:]:
        ours, theirs = arm.spec.service.technology, first.spec.service.technology
        if ours != theirs:
            message = f"{ours}, but {first.label} has {theirs}: they share neither customers nor units of money"
            raise ScenarioError.at(Mark(str(arm.path or arm.label)), message, "service.technology")
        if arm.spec.weeks != first.spec.weeks:
            message = f"{arm.spec.weeks}, but {first.label} has {first.spec.weeks}: they cannot be set side by side"
            raise ScenarioError.at(Mark(str(arm.path or arm.label)), message, "weeks")
    found = differences(arms)
    return [
        f"{path} differs between the arms ({', '.join(str(value) for value in found[path])}): "
        "their luck is shared only in part, so differences between them are less certain"
        for path in PAIRING
        if path in found
    ]


def differences(arms: Sequence[Arm]) -> dict[str, list[Any]]:
    """Every field that is not the same in all arms, with its value in each (None where an arm has no such field)."""
    flat = [dict(leaves("", arm.spec.model_dump(mode="json", exclude=set(WORDS)))) for arm in arms]
    paths = dict.fromkeys(path for arm in flat for path in arm)
    values = {path: [arm.get(path) for arm in flat] for path in paths}
    return {path: found for path, found in values.items() if any(value != found[0] for value in found[1:])}


def leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every single value below a tree of mappings and lists, with its dotted path."""
    if isinstance(value, dict) and value:
        items: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, list) and value:
        items = iter(enumerate(value))
    else:
        yield path, value
        return
    for key, part in items:
        yield from leaves(f"{path}.{key}" if path else str(key), part)
