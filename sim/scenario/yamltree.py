"""Reads YAML into a tree that remembers where every value was written.

Only plain data come out: no tags, no objects, no merge keys; sizes are bounded before anything is expanded.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from sim.scenario.errors import Fault, Mark, ScenarioError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_VALUES = 20_000

_PREFIX = "tag:yaml.org,2002:"
_PLAIN = {_PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")}


@dataclass(frozen=True)
class Tree:
    """A value and its place; `value` is a dict of trees, a list of trees, or a scalar."""

    value: Any
    mark: Mark
    key: Mark

    def plain(self) -> Any:
        """The value as ordinary dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


def grown(value: Any, mark: Mark) -> Tree:
    """Ordinary data as a tree, all of it at one place."""
    if isinstance(value, dict):
        return Tree({name: grown(child, mark) for name, child in value.items()}, mark, mark)
    if isinstance(value, list):
        return Tree([grown(child, mark) for child in value], mark, mark)
    return Tree(value, mark, mark)


def read_file(path: Path, shown: str) -> Tree:
    """Read one YAML file; `shown` is how messages call it. The root is a mapping."""
    here = Mark(shown)
    try:
        if path.is_dir():
            raise ScenarioError.at(here, "is a directory; name a scenario file in it")
        if path.exists() and not path.is_file():
            raise ScenarioError.at(here, "is not a regular file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ScenarioError.at(here, f"too large for a scenario (found {size:,} bytes; allowed {MAX_BYTES:,})")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError.at(here, "is not a text file (a scenario is YAML in UTF-8)") from None
    except OSError as error:
        raise ScenarioError.at(here, f"cannot be read: {error.strerror or error}") from None
    tree = read_text(text, shown)
    if tree is None or tree.value is None:
        raise ScenarioError.at(here, "is empty; a scenario is a mapping such as `name: ...` (try: gamed new my_scenario)")
    if not isinstance(tree.value, dict):
        found = "a list" if isinstance(tree.value, list) else repr(tree.value)[:60]
        raise ScenarioError.at(tree.mark, f"a scenario is a mapping such as `name: ...` (found {found})")
    return tree


def read_text(text: str, shown: str, placed: bool = True) -> Tree | None:
    """Parse YAML text; None if it holds nothing. Without `placed`, marks name `shown` but no line."""
    parser = YAML(typ="safe", pure=True)
    parser.max_depth = MAX_DEPTH
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            node = parser.compose(text)
    except MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(shown, place.line + 1, place.column + 1) if place is not None and placed else Mark(shown)
        raise ScenarioError.at(mark, f"is not YAML that can be read: {_complaint(error)}") from None
    except (YAMLError, ValueError) as error:
        raise ScenarioError.at(Mark(shown), f"is not YAML that can be read: {_complaint(error)}") from None
    if node is None:
        return None
    builder = _Builder(parser, shown, placed)
    tree = builder.build(node, builder.mark(node), ())
    if builder.faults:
        raise ScenarioError(builder.faults)
    return tree


def _complaint(error: Exception) -> str:
    """What the parser complained about, without its own quotation of the text."""
    if isinstance(error, MaxDepthExceededError):
        return f"nested too deeply (allowed {MAX_DEPTH} levels)"
    told = [getattr(error, "context", None), getattr(error, "problem", None)]
    return ", ".join(str(part).strip() for part in told if part) or str(error).strip().splitlines()[0]


class _Builder:
    """Turns the parser's nodes into a tree and collects every fault on the way."""

    def __init__(self, parser: YAML, shown: str, placed: bool) -> None:
        self.parser = parser
        self.shown = shown
        self.placed = placed
        self.faults: list[Fault] = []
        self.values = 0
        self.open: set[int] = set()

    def mark(self, node: Node) -> Mark:
        """Where a node begins."""
        if not self.placed:
            return Mark(self.shown)
        return Mark(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: Node, path: tuple[str, ...], message: str) -> None:
        """Note what is wrong with a node."""
        self.faults.append(Fault(self.mark(node), message, ".".join(path)))

    def build(self, node: Node, key: Mark, path: tuple[str, ...]) -> Tree:
        """The tree below a node. Shared nodes are expanded, so the count of values bounds alias bombs."""
        self.values += 1
        if self.values > MAX_VALUES:
            raise ScenarioError.at(self.mark(node), f"holds too many values (allowed {MAX_VALUES:,}, aliases expanded)")
        if id(node) in self.open:
            raise ScenarioError.at(self.mark(node), "contains itself through an alias", ".".join(path))
        if str(node.tag) not in _PLAIN:
            self.fault(node, path, f"tags are not allowed (found {node.tag})")
            return Tree(None, self.mark(node), key)
        self.open.add(id(node))
        value: Any
        if isinstance(node, MappingNode):
            value = self._mapping(node, path)
        elif isinstance(node, ScalarNode):
            value = self._scalar(node, path)
        else:
            value = [self.build(child, self.mark(child), (*path, str(i))) for i, child in enumerate(node.value)]
        self.open.discard(id(node))
        return Tree(value, self.mark(node), key)

    def _mapping(self, node: MappingNode, path: tuple[str, ...]) -> dict[str, Tree]:
        """The entries of a mapping; keys are text and stand once."""
        entries: dict[str, Tree] = {}
        for key, child in node.value:
            if str(key.tag) == _PREFIX + "merge":
                self.fault(key, path, "merge keys (<<) are not allowed; use `extends`")
            elif str(key.tag) != _PREFIX + "str":
                self.fault(key, path, f"a key is text; put it in quotes (found {str(key.value)[:40]!r})")
            elif key.value in entries:
                first = entries[key.value].key
                where = f"; first on line {first.line}" if first.line else ""
                self.fault(key, (*path, key.value), f"the key stands twice{where}")
            else:
                entries[key.value] = self.build(child, self.mark(key), (*path, key.value))
        return entries

    def _scalar(self, node: ScalarNode, path: tuple[str, ...]) -> Any:
        """A scalar as text, number, truth value or null; numbers are finite."""
        if str(node.tag) == _PREFIX + "timestamp":
            return str(node.value)
        try:
            value = self.parser.constructor.construct_object(node)
        except (ValueError, YAMLError):
            self.fault(node, path, f"is not a number that can be read (found {str(node.value)[:40]})")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.fault(node, path, f"a number must be finite (found {str(node.value)[:40]})")
        return value if isinstance(value, (bool, int, float)) or value is None else str(value)
