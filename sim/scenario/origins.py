"""Where every value of a scenario comes from, and the scenario written out in full with that beside each value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.scenario.errors import Mark
from sim.scenario.fieldpaths import step, unit
from sim.scenario.fields import Latent
from sim.scenario.yamltree import Tree

if TYPE_CHECKING:
    from sim.scenario.loading import Loaded

_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9 _/().'+%$-]*")
_READ_AS_OTHER = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_NOTHING = object()


@dataclass(frozen=True)
class Origin:
    """Where a value comes from; `file` and `line` say where it was written, if it was."""

    text: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return self.text


DEFAULT = Origin("shipped default")


def trace(spec: BaseModel, tree: Tree, own_file: str) -> dict[str, Origin]:
    """The origin of every value, by dotted path; `own_file` is how messages call the scenario's own file."""
    tracer = _Tracer(own_file)
    tracer.section(spec, tree, _NOTHING, ())
    return tracer.origins


class _Tracer:
    """Walks a scenario beside what was written and beside the defaults."""

    def __init__(self, own_file: str) -> None:
        self.own_file = own_file
        self.origins: dict[str, Origin] = {}

    def written(self, mark: Mark) -> Origin:
        """The origin of a value that stands in a file or on the command line."""
        if not mark.file:
            return DEFAULT
        if mark.file.startswith("--"):
            return Origin(mark.file.split("=")[0].split(" ")[0])
        kind = "this file" if mark.file == self.own_file else f"parent {mark.file}"
        return Origin(f"{kind}:{mark.line}", mark.file, mark.line)

    def section(self, value: BaseModel, tree: Tree | None, default: Any, path: tuple[str, ...]) -> None:
        """Every field of a section; what the section's own validator filled in is a preset's or derived."""
        like = getattr(value, "like", None)
        filled = Origin(f"preset {like}") if isinstance(like, str) else Origin("derived")
        if tree is not None and not isinstance(tree.value, dict) and tree.value is not None:
            filled = self.written(tree.mark)
        entries = tree.value if tree is not None and isinstance(tree.value, dict) else {}
        for name, field in type(value).model_fields.items():
            usual = getattr(default, name, _NOTHING) if isinstance(default, BaseModel) else _default(field)
            self.value(getattr(value, name), entries.get(name), usual, (*path, name), filled)

    def value(self, value: Any, tree: Tree | None, default: Any, path: tuple[str, ...], filled: Origin) -> None:
        """One value: go on into sections, mappings and lists of sections; note the origin of everything else."""
        if isinstance(value, BaseModel) and not isinstance(value, Latent):
            self.section(value, tree, default, path)
        elif isinstance(value, dict) and value:
            entries = tree.value if tree is not None and isinstance(tree.value, dict) else {}
            for label, entry in value.items():
                usual = default.get(label, _NOTHING) if isinstance(default, dict) else _NOTHING
                self.value(entry, entries.get(label), usual, (*path, str(label)), filled)
        elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
            items = tree.value if tree is not None and isinstance(tree.value, list) else []
            usuals = default if isinstance(default, list) else []
            for i, entry in enumerate(value):
                item, usual = (each[i] if i < len(each) else None for each in (items, usuals))
                self.value(entry, item, usual, (*path, str(i)), filled)
        elif tree is not None:
            self.origins[".".join(path)] = self.written(tree.mark)
        else:
            self.origins[".".join(path)] = DEFAULT if value == default else filled


def _default(field: FieldInfo) -> Any:
    """The default of a field, made anew where it is made by a function."""
    found = field.get_default(call_default_factory=True)
    return _NOTHING if found is PydanticUndefined else found


def show_full(loaded: Loaded) -> str:
    """The scenario as YAML with every default filled in; beside each value its unit and its origin."""
    lines: list[str] = []
    _write(loaded.spec, type(loaded.spec), None, (), loaded.origins, lines)
    return "\n".join(lines) + "\n"


def _write(
    value: Any,
    annotation: Any,
    field: FieldInfo | None,
    path: tuple[str, ...],
    origins: dict[str, Origin],
    lines: list[str],
) -> None:
    """Append the lines of one value; sections, mappings and lists of sections take a line for each entry."""
    pad = "  " * (len(path) - 1)
    key = "" if not path else _text(path[-1]) + ":"
    origin = origins.get(".".join(path))
    if origin is not None:
        note = "; ".join(part for part in (unit(field), origin.text) if part)
        if isinstance(value, str) and "\n" in value:
            block = "\n".join(f"{pad}  {line}" if line else "" for line in value.rstrip("\n").split("\n"))
            lines.append(f"{pad}{key} |{'' if value.endswith(chr(10)) else '-'}  # {note}\n{block}")
        else:
            lines.append(f"{pad}{key} {scalar(value)}  # {note}")
        return
    if path:
        lines.append(f"{pad}{key}")
    if isinstance(value, BaseModel):
        entries = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, dict):
        entries = [(str(label), entry) for label, entry in value.items()]
    else:
        _write_list(value, annotation, path, origins, lines)
        return
    for name, entry in entries:
        _write(entry, *step(annotation, name), (*path, name), origins, lines)


def _write_list(
    value: list[Any], annotation: Any, path: tuple[str, ...], origins: dict[str, Origin], lines: list[str]
) -> None:
    """A list of sections: the first key of each entry follows its dash."""
    for i, entry in enumerate(value):
        below: list[str] = []
        inner = step(annotation, i)[0]
        for name in type(entry).model_fields:
            _write(getattr(entry, name), *step(inner, name), (*path, str(i), name), origins, below)
        indent = "  " * (len(path) + 1)
        below[0] = f"{indent[:-2]}- {below[0].removeprefix(indent)}"
        lines.extend(below)


def scalar(value: Any) -> str:
    """A value on one line, in YAML."""
    if isinstance(value, Latent):
        if value.kind == "constant":
            return scalar(value.a)
        return f"{{kind: {value.kind}, a: {scalar(value.a)}, b: {scalar(value.b)}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(str(name))}: {scalar(entry)}' for name, entry in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(scalar(entry) for entry in value)}]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    """Text, in quotes where YAML would read it as something else or as several things."""
    plain = _PLAIN_TEXT.fullmatch(value) and value.lower() not in _READ_AS_OTHER and not value.endswith(" ")
    return value if plain else json.dumps(value, ensure_ascii=False)
