"""Lays one scenario over another: `extends` chains, deep merges and `--set path=value`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.catalogue import find, shown
from sim.scenario.errors import Mark, ScenarioError, details, guess
from sim.scenario.explain import say
from sim.scenario.fieldpaths import is_free, is_list, known, step
from sim.scenario.yamltree import Tree, grown, read_text

# A section that changes what it is starts afresh: what the parent wrote belongs to another kind of thing.
_IDENTITY = ("kind", "like", "reads")
_MAX_CHAIN = 20


def chain(path: Path, read: Any) -> list[Tree]:
    """A scenario and everything that it extends, the oldest ancestor first; `read` reads one file."""
    trees: list[Tree] = []
    visited: list[Path] = []
    while True:
        tree = read(path)
        visited.append(path)
        parent = tree.value.pop("extends", None)
        trees.insert(0, tree)
        if parent is None:
            return trees
        if not isinstance(parent.value, str):
            found = details(f"found {say(parent.value)}", "allowed the name of a shipped scenario or a file")
            raise ScenarioError.at(parent.mark, "names one scenario" + found, "extends")
        path = find(parent.value, path.parent, parent.mark)
        if path in visited:
            round_trip = " -> ".join(shown(each) for each in [*visited[visited.index(path) :], path])
            raise ScenarioError.at(parent.mark, f"goes round in a circle: {round_trip}", "extends")
        if len(visited) >= _MAX_CHAIN:
            raise ScenarioError.at(parent.mark, f"too long a chain (allowed {_MAX_CHAIN} scenarios)", "extends")


def merge(parent: Tree, child: Tree, annotation: Any) -> Tree:
    """The child laid over the parent: mappings merge, everything else is replaced, null removes a free entry."""
    if not (isinstance(parent.value, dict) and isinstance(child.value, dict)) or _starts_afresh(parent, child):
        return child
    merged = dict(parent.value)
    for name, value in child.value.items():
        if name not in merged:
            merged[name] = value
        elif value.value is None and is_free(annotation):
            del merged[name]
        else:
            merged[name] = merge(merged[name], value, step(annotation, name)[0])
    return Tree(merged, child.mark, child.key)


def _starts_afresh(parent: Tree, child: Tree) -> bool:
    both = [name for name in _IDENTITY if name in parent.value and name in child.value]
    return any(parent.value[name].value != child.value[name].value for name in both)


def assign(tree: Tree, text: str, annotation: Any) -> Tree:
    """The tree with one `path=value` of the command line applied."""
    shown_as = text if text.startswith("--") else f"--set {text}"
    mark = Mark(shown_as if len(shown_as) <= 80 else shown_as[:77] + "...")
    path, equals, value = text.removeprefix("--").partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys):
        raise ScenarioError.at(mark, "is not of the form path.to.field=value")
    if keys[0] == "extends":
        raise ScenarioError.at(mark, "extends cannot be set here; write a file, or name the other scenario")
    new = read_text(value, mark.file, placed=False) or Tree(None, mark, mark)
    return put(tree, keys, new, annotation)


def put(tree: Tree, keys: list[str], new: Tree, annotation: Any) -> Tree:
    """The tree with `new` at a path; faults are told at the place where `new` was written."""
    return _put(tree, keys, new, annotation, None, ())


def _put(
    tree: Tree | None, keys: list[str], new: Tree, annotation: Any, field: FieldInfo | None, done: tuple[str, ...]
) -> Tree:
    """The tree with `new` at the path `keys`; sections that are not written yet are opened."""
    if not keys:
        return merge(tree, new, annotation) if tree is not None else new
    if tree is None or tree.value is None:
        tree = _opened(annotation, field, new.mark)
    key, *rest = keys
    path = (*done, key)
    inner, below = step(annotation, key)
    if isinstance(tree.value, list):
        return _put_in_list(tree, key, rest, new, inner, done)
    if not isinstance(tree.value, dict):
        raise ScenarioError.at(new.mark, f"is {say(tree.value)}, which holds no {key}; set it whole", ".".join(done))
    if inner is None:
        raise ScenarioError.at(new.mark, "unknown key" + details(_hint(key, annotation)), ".".join(path))
    entries = dict(tree.value)
    if not rest and new.value is None and is_free(annotation) and key in entries:
        del entries[key]
    else:
        entries[key] = _put(entries.get(key), rest, new, inner, below, path)
    return Tree(entries, new.mark, tree.key)


def _opened(annotation: Any, field: FieldInfo | None, mark: Mark) -> Tree:
    """What stands at a path that nobody has written: an empty section, or the entries of a default list."""
    if not is_list(annotation):
        return Tree({}, mark, mark)
    default = field.get_default(call_default_factory=True) if field is not None else None
    entries = [entry.model_dump() if isinstance(entry, BaseModel) else entry for entry in default or ()]
    return grown(entries, Mark(""))


def _put_in_list(tree: Tree, key: str, rest: list[str], new: Tree, inner: Any, done: tuple[str, ...]) -> Tree:
    """A list with one entry changed, or one appended when the index is the first free one."""
    entries = list(tree.value)
    last = len(entries) if not rest else len(entries) - 1
    if not key.isdecimal() or int(key) > last:
        told = details(f"found {key}", f"it has {len(entries)}, counted from 0")
        raise ScenarioError.at(new.mark, "no such entry in the list" + told, ".".join(done))
    old = entries[int(key)] if int(key) < len(entries) else None
    entries[int(key) : int(key) + 1] = [_put(old, rest, new, inner, None, (*done, key))]
    return Tree(entries, new.mark, tree.key)


def _hint(key: str, annotation: Any) -> str:
    return guess(key, known(annotation)) or f"allowed {', '.join(known(annotation)) or 'nothing below this'}"
