"""The JSON Schemas that editors read: what may be written in a scenario file, before `extends` is resolved, and in a study."""

from __future__ import annotations

from typing import Any

from sim.scenario.measures import PRESETS
from sim.scenario.schema import Scenario
from sim.scenario.studies import Study

# What the models' own validators accept beside a mapping.
_SHORT_FORMS = {"Latent": "number", "Tactic": "boolean", "Lever": "boolean", "Factor": "array", "Design": "string"}
_REF = "#/$defs/"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def editor_schema() -> dict[str, Any]:
    """The schema of `Scenario`, with `extends`, short forms and null (which takes an inherited entry away)."""
    schema = Scenario.model_json_schema()
    whole = _names_in_lists(schema)
    for name, section in [("", schema), *schema["$defs"].items()]:
        if name not in whole:
            section.pop("required", None)  # the rest may be inherited
        section["properties"] = {key: _field(value) for key, value in section["properties"].items()}
    schema["$defs"]["Measure"]["properties"]["like"]["enum"] = [*PRESETS, None]
    extends = {"type": "string", "description": "shipped scenario or file to start from; only differences are written"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    return {"$schema": _DIALECT, **schema, "title": "Gamed scenario"}


def study_schema() -> dict[str, Any]:
    """The schema of `Study`, with short forms. Which fields a factor may name is checked when the study is loaded."""
    schema = Study.model_json_schema()
    for section in (schema, *schema["$defs"].values()):
        section["properties"] = {key: _field(value, inherited=False) for key, value in section["properties"].items()}
    return {"$schema": _DIALECT, **schema, "title": "Gamed study"}


def _names_in_lists(node: Any) -> set[str]:
    """Models that stand in lists: list entries are written whole."""
    if isinstance(node, list):
        return {name for child in node for name in _names_in_lists(child)}
    if not isinstance(node, dict):
        return set()
    items = node.get("items")
    found = {items["$ref"].removeprefix(_REF)} if isinstance(items, dict) and "$ref" in items else set()
    return found.union(*(_names_in_lists(child) for child in node.values()))


def _field(field: dict[str, Any], *, inherited: bool = True) -> dict[str, Any]:
    """One field: its unit and source told in the description, short forms let in, and null where entries are inherited."""
    field = dict(field)
    unit, source = field.pop("unit", "1"), field.pop("source", "")
    notes = [f"[{unit}]"] if unit != "1" else []
    notes += [f"Source: {source}."] if source and source != "assumed" else []
    field.pop("title", None)
    field["description"] = " ".join([field.get("description", ""), *notes])
    if isinstance(field.get("additionalProperties"), dict):
        entry = _reference(field["additionalProperties"])
        field["additionalProperties"] = {"anyOf": [entry, {"type": "null"}]} if inherited else entry
    if "anyOf" in field:
        field["anyOf"] = [_reference(option) for option in field["anyOf"]]
    if "$ref" in field:
        field.update(_reference({"$ref": field.pop("$ref")}))
    return field


def _reference(option: dict[str, Any]) -> dict[str, Any]:
    """A reference to a section, or its short form."""
    short = _SHORT_FORMS.get(option.get("$ref", "").removeprefix(_REF))
    return {"anyOf": [{"type": short}, option]} if short else option
