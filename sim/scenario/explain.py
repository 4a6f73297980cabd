"""Turns pydantic's complaints into faults: the line in the file, the path, what was found, what is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.errors import Fault, Mark, details, guess, nearest
from sim.scenario.fieldpaths import allowed, choices, elsewhere, known, step
from sim.scenario.yamltree import Tree

_LEADING_PATH = re.compile(r"^([A-Za-z_]\w*(?:\.\w+)*)(: | )")


def explain(error: ValidationError, tree: Tree, model: type[BaseModel]) -> list[Fault]:
    """Every fault of a scenario."""
    return [_fault(dict(item), tree, model) for item in error.errors(include_url=False)]


@dataclass
class _Place:
    """Where a path leads, in the file and in the models."""

    path: list[str]
    node: Tree | None
    key: Mark
    value: Mark
    annotation: Any
    parent: Any
    field: FieldInfo | None


def _locate(loc: tuple[str | int, ...], tree: Tree, model: type[BaseModel]) -> _Place:
    """Follow a path as far as the file goes. Parts that neither file nor models know are union tags: left out."""
    place = _Place([], tree, tree.key, tree.mark, model, None, None)
    for i, part in enumerate(loc):
        annotation, field = step(place.annotation, part)
        child = _child(place.node, part)
        if child is None and annotation is None and i < len(loc) - 1:
            continue
        place.path.append(str(part))
        place.parent, place.annotation, place.field = place.annotation, annotation, field
        if child is not None:
            place.key, place.value = child.key, child.mark
        place.node = child
    return place


def _child(node: Tree | None, part: str | int) -> Tree | None:
    if node is None:
        return None
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, list) and str(part).isdecimal() and int(part) < len(node.value):
        child: Tree = node.value[int(part)]
        return child
    return None


def _fault(item: dict[str, Any], tree: Tree, model: type[BaseModel]) -> Fault:
    kind, loc = item["type"], item["loc"]
    place = _locate(loc, tree, model)
    if kind == "value_error":
        return _own_words(str(item["ctx"]["error"]), loc, tree, model)
    path = ".".join(place.path)
    if kind == "extra_forbidden":
        return Fault(place.key, _unknown(place, model), path)
    if kind == "missing":
        return Fault(place.key, "is missing" + details(_may(place)), path)
    found = f"found {say(item['input'])}"
    if kind == "literal_error":
        options = choices(place.annotation)
        told = details(found, _may(place), guess(item["input"], options))
        return Fault(place.value, "is not one of the choices" + told, path)
    if kind.startswith(("greater_than", "less_than", "finite_number")):
        return Fault(place.value, "is out of bounds" + details(found, _may(place)), path)
    if kind.endswith(("_type", "_parsing", "_from_float", "_parsing_size")):
        return Fault(place.value, "has the wrong type" + details(found, _may(place)), path)
    return Fault(place.value, str(item["msg"]) + details(found, _may(place)), path)


def _may(place: _Place) -> str:
    told = allowed(place.annotation, place.field)
    return f"allowed {told}" if told else ""


def _unknown(place: _Place, model: type[BaseModel]) -> str:
    """An unknown key: the nearest known one, or where a key of that name belongs, or all that are known here."""
    key, names = place.path[-1], known(place.parent)
    if nearest(key, names) is not None:
        return "unknown key" + details(guess(key, names))
    home = elsewhere(key, model)
    return "unknown key" + details(f"allowed {', '.join(names)}", f"did you mean {home}?" if home else "")


def _own_words(message: str, loc: tuple[str | int, ...], tree: Tree, model: type[BaseModel]) -> Fault:
    """A complaint of the scenario's own checks; where it opens with a path (`name: ...`, `a.b ...`), that is the place."""
    opening = _LEADING_PATH.match(message)
    place = _locate(loc, tree, model)
    if opening and (opening[2] == ": " or "." in opening[1]):
        further = opening[1].split(".")
        if step(place.annotation, further[0])[1] is not None:
            place = _locate((*loc, *further), tree, model)
            message = message[opening.end() :] if opening[2] == ": " else message
    return Fault(place.value, message, ".".join(place.path))


def say(value: Any) -> str:
    """A value as the user would write it, shortened."""
    if isinstance(value, (dict, list, BaseModel)):
        return "a list" if isinstance(value, list) else "a mapping"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    text = f"the text {value!r}" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
