"""Walks the pydantic models along a path of keys: which field stands there, which names are known, what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.fields import Latent

_NOUNS: dict[Any, str] = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}


def members(annotation: Any) -> list[Any]:
    """What an annotation may be, without None: the members of a union, or the type itself."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [inner for arg in get_args(annotation) if arg is not NoneType for inner in members(arg)]
    return [annotation]


def step(annotation: Any, key: str | int) -> tuple[Any, FieldInfo | None]:
    """The annotation (and field) one key further down; (None, None) where the key is not known."""
    for member in members(annotation):
        if get_origin(member) is dict:
            return get_args(member)[1], None
        if get_origin(member) is list and str(key).isdecimal():
            return get_args(member)[0], None
        if is_section(member) and key in member.model_fields:
            field = member.model_fields[key]
            return field.annotation, field
    return None, None


def is_section(annotation: Any) -> bool:
    """Whether an annotation is a pydantic model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_free(annotation: Any) -> bool:
    """Whether keys here are free labels, as under `measures`."""
    return any(get_origin(member) is dict for member in members(annotation))


def is_list(annotation: Any) -> bool:
    """Whether a list stands here."""
    return any(get_origin(member) is list for member in members(annotation))


def known(annotation: Any) -> list[str]:
    """The keys that are allowed here, where they are not free."""
    return [name for member in members(annotation) if is_section(member) for name in member.model_fields]


def elsewhere(key: str, annotation: Any) -> str | None:
    """The path of another field with exactly this name, for keys written in the wrong section."""
    return next((path for path in _paths(annotation, "", 0) if path.rsplit(".", 1)[-1] == key), None)


def _paths(annotation: Any, prefix: str, depth: int) -> Iterator[str]:
    deeper: list[tuple[Any, str]] = []
    for member in members(annotation):
        if is_section(member) and not issubclass(member, Latent):
            for name, field in member.model_fields.items():
                yield prefix + name
                deeper.append((field.annotation, f"{prefix}{name}."))
    for inner, path in deeper if depth < 4 else ():
        yield from _paths(inner, path, depth + 1)


def unit(field: FieldInfo | None) -> str:
    """The unit that a field declares; empty where it has none worth a word."""
    extra = field.json_schema_extra if field is not None else None
    told = extra.get("unit", "") if isinstance(extra, dict) else ""
    return "" if told in ("1", None) else str(told)


def allowed(annotation: Any, field: FieldInfo | None = None) -> str:
    """What may stand here, in words: type, choices, bounds and unit."""
    words = [" or ".join(noun for member in members(annotation) if (noun := _noun(member)))]
    if any(member in (int, float) for member in members(annotation)):
        words.append(bounds(field))
    told = " ".join(word for word in words if word)
    return f"{told}, {unit(field)}" if unit(field) and told else told


def choices(annotation: Any) -> list[str]:
    """The values of a Literal."""
    return [str(value) for member in members(annotation) if get_origin(member) is Literal for value in get_args(member)]


def _noun(member: Any) -> str:
    if get_origin(member) is Literal:
        return ", ".join(str(value) for value in get_args(member))
    if get_origin(member) is list:
        inner = get_args(member)[0]
        if any(map(is_section, members(inner))):
            return "a list of mappings"
        return f"a list of {allowed(inner)}".removesuffix(" of ")
    if get_origin(member) is dict:
        return "a mapping"
    if is_section(member):
        return "a number or a distribution" if issubclass(member, Latent) else "a mapping"
    return _NOUNS.get(member, "")


def bounds(field: FieldInfo | None) -> str:
    """The bounds of a number in words."""
    found: dict[str, Any] = {}
    for limit in field.metadata if field is not None else ():
        for name in ("ge", "gt", "le", "lt"):
            bound = getattr(limit, name, None)
            if bound is not None:
                found[name] = f"{bound:g}" if abs(bound) < 1e6 else f"{bound:,}"
    if "ge" in found and "le" in found:
        return f"from {found['ge']} to {found['le']}"
    words = {"gt": "above {}", "ge": "of {} or more", "le": "of at most {}", "lt": "below {}"}
    return " and ".join(words[name].format(limit) for name, limit in found.items())
