"""Loads a scenario: reads it and what it extends, applies `--set`, checks everything, and remembers every origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.catalogue import find, shown
from sim.scenario.errors import Fault, ScenarioError, details, guess
from sim.scenario.explain import explain, say
from sim.scenario.fieldpaths import members, step
from sim.scenario.fields import Latent
from sim.scenario.measures import PRESETS
from sim.scenario.merging import assign, chain, merge
from sim.scenario.origins import Origin, trace
from sim.scenario.schema import Scenario
from sim.scenario.yamltree import Tree, grown, read_file


@dataclass(frozen=True)
class Loaded:
    """A checked scenario, the origin of each of its values, and what was written."""

    spec: Scenario
    origins: dict[str, Origin]
    path: Path
    raw: dict[str, Any]


def load(name_or_path: str | Path, sets: Sequence[str] = (), flags: Mapping[str, object] | None = None) -> Loaded:
    """Load a shipped scenario by name or a file by path, with `sets` (`path=value`) and `flags` (`--weeks`) applied.

    Raises `ScenarioError` with every fault that was found.
    """
    path = find(str(name_or_path))
    tree, shown_as = written(path)
    for text in [*sets, *(f"--{name}={value}" for name, value in (flags or {}).items() if value is not None)]:
        tree = assign(tree, text, Scenario)
    spec, tree = settle(tree)
    return Loaded(spec, trace(spec, tree, shown_as), path, tree.plain())


def written(path: Path) -> tuple[Tree, str]:
    """What a file and all that it extends say together, and how messages call the file."""
    ancestors = chain(path, lambda each: read_file(each, shown(each)))
    tree = ancestors[0]
    for child in ancestors[1:]:
        tree = merge(tree, child, Scenario)
    return tree, ancestors[-1].mark.file


def settle(tree: Tree) -> tuple[Scenario, Tree]:
    """The scenario that a tree describes, checked, and the tree with its distributions completed."""
    tree = _complete(tree, Scenario, None)
    return _check(tree), tree


def _check(tree: Tree) -> Scenario:
    """The tree as a scenario. Strict: text is no number, and true is not 1."""
    tree, faults = _known_presets(tree)
    try:
        spec = Scenario.model_validate(tree.plain(), strict=True)
    except ValidationError as error:
        raise ScenarioError([*faults, *explain(error, tree, Scenario)]) from None
    if faults:
        raise ScenarioError(faults)
    return spec


def _known_presets(tree: Tree) -> tuple[Tree, list[Fault]]:
    """Faults for presets that do not exist; a known one takes their place, so that the rest can be checked too."""
    measures = tree.value.get("measures")
    if measures is None or not isinstance(measures.value, dict):
        return tree, []
    faults, entries = [], dict(measures.value)
    for label, entry in measures.value.items():
        like = entry.value.get("like") if isinstance(entry.value, dict) else None
        if like is not None and like.value is not None and like.value not in list(PRESETS):
            told = details(f"found {say(like.value)}", f"allowed {', '.join(PRESETS)}", guess(like.value, PRESETS))
            faults.append(Fault(like.mark, "no such preset" + told, f"measures.{label}.like"))
            known = replace(like, value=next(iter(PRESETS)))
            entries[label] = replace(entry, value={**entry.value, "like": known})
    return replace(tree, value={**tree.value, "measures": replace(measures, value=entries)}), faults


def _complete(tree: Tree, annotation: Any, field: FieldInfo | None) -> Tree:
    """Distributions written in part (`ability: {b: 0.3}`) keep the rest of their default, as sections do."""
    if isinstance(tree.value, list):
        inner, _ = step(annotation, 0)
        return replace(tree, value=[_complete(child, inner, None) for child in tree.value])
    if not isinstance(tree.value, dict):
        return tree
    if Latent in members(annotation):
        default = field.get_default(call_default_factory=True) if field is not None else None
        kind = tree.value.get("kind")
        if isinstance(default, Latent) and (kind is None or kind.value == default.kind):
            rest = grown(default.model_dump(), tree.mark).value
            return replace(tree, value={**rest, **tree.value})
        return tree
    return replace(tree, value={
        name: _complete(child, *step(annotation, name)) if isinstance(child.value, (dict, list)) else child
        for name, child in tree.value.items()
    })  # fmt: skip
