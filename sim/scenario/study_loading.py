"""Loads a study and makes the scenario of each of its points: the base with changes laid over it.

Faults of a point are told where its value stands in the study's file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario.catalogue import find, find_study, shown
from sim.scenario.errors import Fault, Mark, ScenarioError, details
from sim.scenario.explain import explain, say
from sim.scenario.fieldpaths import members, step
from sim.scenario.loading import settle, written
from sim.scenario.merging import put
from sim.scenario.schema import Scenario
from sim.scenario.studies import BASE, Factor, Study
from sim.scenario.yamltree import Tree, grown, read_file, read_text


@dataclass(frozen=True)
class Ground:
    """What every point of a study starts from: base scenarios as trees, by the name under which a point asks for one."""

    trees: Mapping[str, Tree]

    def scenario(self, base: str, changes: Mapping[str, Tree]) -> Scenario:
        """The checked scenario of one point: changes by path, laid over a base in their order."""
        tree = self.trees[base]
        for path, value in changes.items():
            tree = put(tree, path.split("."), value, Scenario)
        return settle(tree)[0]


@dataclass(frozen=True)
class LoadedStudy:
    """A checked study, where it stands, what its points start from, and the places of its factors and changes."""

    study: Study
    path: Path
    ground: Ground
    tree: Tree

    def changes(self, values: Mapping[str, Any]) -> tuple[str, dict[str, Tree]]:
        """The base and the changes of the point at which factors take `values` (variants by name)."""
        base, changes = self.study.base, {path: _entry(self.tree, "set", path) for path in self.study.set}
        for flag in ("weeks", "replicates"):
            if getattr(self.study, flag) is not None:
                changes[flag] = self.tree.value[flag]
        for name, value in values.items():
            for path, written_value in self._settings(name, value).items():
                if path == BASE:
                    base = str(written_value.value)
                else:
                    changes[path] = written_value
        return base, changes

    def _settings(self, name: str, value: Any) -> dict[str, Tree]:
        """The fields that one factor sets at one of its values."""
        factor = self.study.factors[name]
        if factor.variants is not None:
            entries = _entry(self.tree, "factors", name).value["variants"].value[str(value)].value
            return dict(entries)
        mark = self.mark(name, value)
        return {path: grown(value, mark) for path in paths_of(name, factor)}

    def mark(self, name: str, value: Any = None) -> Mark:
        """Where a factor, or one of its listed values, is written."""
        entry = _entry(self.tree, "factors", name)
        listed = entry if isinstance(entry.value, list) else entry.value.get("values")
        levels = self.study.factors[name].values
        if listed is not None and levels is not None and value in levels:
            found: Mark = listed.value[levels.index(value)].mark
            return found
        return entry.mark


def paths_of(name: str, factor: Factor) -> list[str]:
    """The fields of the scenario that a factor sets; those of variants stand in each of them."""
    if factor.variants is not None:
        return list(dict.fromkeys(path for fields in factor.variants.values() for path in fields))
    if factor.path is None:
        return [name]
    return [factor.path] if isinstance(factor.path, str) else list(factor.path)


def whole(name: str, factor: Factor) -> bool:
    """Whether a factor sets whole numbers only, so that what is drawn for it is rounded."""
    return all(int in members(_annotation(path)) for path in paths_of(name, factor))


def is_study(text: str) -> bool:
    """Whether a name or path means a study rather than a scenario: a study says what varies."""
    try:
        path = find_study(text)
        tree = read_file(path, shown(path))
    except ScenarioError:
        return False
    return isinstance(tree.value, dict) and "factors" in tree.value


def load_study(
    name_or_path: str | Path, sets: Sequence[str] = (), flags: Mapping[str, object] | None = None
) -> LoadedStudy:
    """Load a shipped study by name or one from a file; `sets` (`path=value`) change what holds at every point, `flags`
    (`replicates`, `weeks`) the study itself.

    Raises `ScenarioError` with every fault that was found.
    """
    path = find_study(str(name_or_path))
    tree = read_file(path, shown(path))
    for name, value in (flags or {}).items():
        if value is not None:
            tree = Tree({**tree.value, name: grown(value, Mark(f"--{name} {value}"))}, tree.mark, tree.key)
    for text in sets:
        tree = _set(tree, text)
    try:
        study = Study.model_validate(tree.plain(), strict=True)
    except ValidationError as error:
        raise ScenarioError(explain(error, tree, Study)) from None
    _check_paths(study, tree)
    trees: dict[str, Tree] = {}
    for base, mark in _bases(study, tree):
        trees[base] = written(find(base, path.parent, mark, "base"))[0]
    return LoadedStudy(study, path, Ground(trees), tree)


def _set(tree: Tree, text: str) -> Tree:
    """The study with one `path=value` of the command line added to what holds at every point."""
    mark = Mark(f"--set {text}"[:80])
    path, equals, value = text.partition("=")
    if not equals or not all(path.strip().split(".")):
        raise ScenarioError.at(mark, "is not of the form path.to.field=value")
    new = read_text(value, mark.file, placed=False) or Tree(None, mark, mark)
    old = tree.value.get("set")
    entries = dict(old.value) if old is not None and isinstance(old.value, dict) else {}
    return Tree({**tree.value, "set": Tree({**entries, path.strip(): new}, mark, mark)}, tree.mark, tree.key)


def _bases(study: Study, tree: Tree) -> list[tuple[str, Mark]]:
    """Every scenario that a point can start from, and where it is named."""
    found = [(study.base, tree.value["base"].mark)]
    for name, factor in study.factors.items():
        entry = _entry(tree, "factors", name)
        if factor.variants is not None:
            entries = entry.value["variants"].value
            found += [(str(each.value[BASE].value), each.value[BASE].mark) for each in entries.values() if BASE in each.value]
        elif BASE in paths_of(name, factor):
            if factor.values is None or not all(isinstance(value, str) for value in factor.values):
                told = details("allowed a list of names of scenarios")
                raise ScenarioError.at(entry.mark, "a base is a scenario" + told, f"factors.{name}")
            found += [(value, entry.mark) for value in factor.values]
    return found


def _check_paths(study: Study, tree: Tree) -> None:
    """No field is set by two factors, nor by one and `set`; whatever a factor names can be named."""
    faults: list[Fault] = []
    owner = dict.fromkeys(study.set, "set")
    for name, factor in study.factors.items():
        entry = _entry(tree, "factors", name)
        for path in paths_of(name, factor):
            where = f"factors.{name}"
            if path in ("extends", "seed", "replicates") or not all(path.split(".")):
                instead = details(f"found {say(path)}", "bases: `base`; luck: `luck`; replicates: `replicates`")
                faults.append(Fault(entry.key, "is nothing that a factor can set" + instead, where))
            elif path in owner:
                faults.append(Fault(entry.key, f"{path} is set by {owner[path]} already", where))
            owner[path] = where
    if faults:
        raise ScenarioError(faults)


def _annotation(path: str) -> Any:
    annotation: Any = Scenario
    for key in path.split("."):
        annotation, _ = step(annotation, key)
    return annotation


def _entry(tree: Tree, *keys: str) -> Tree:
    for key in keys:
        tree = tree.value[key]
    return tree

