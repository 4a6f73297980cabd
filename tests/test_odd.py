"""docs/ODD.md names what there is: functions that exist, every rule, every state variable with its type."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from sim.world import state as st

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(sim/[\w/]+\.py):(\w+)`", PAGE)))
NO_RULES = ("__init__", "kernel", "notice", "sources")  # how rules are compiled
RULES = sorted(path for path in (ROOT / "sim" / "rules").glob("*.py") if path.stem not in NO_RULES)
ENTITIES = {"CUSTOMER": st.CUSTOMER, "EMPLOYEE": st.EMPLOYEE, "TEAM": st.TEAM, "FIRM": st.FIRM}


def defined(path: Path) -> set[str]:
    """Functions, classes and names set at the top of a source file."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_the_page_names_exists(file: str, name: str) -> None:
    assert (ROOT / file).is_file(), file
    assert name in defined(ROOT / file), f"docs/ODD.md names {file}:{name}, which is not there"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_stands_in_the_page(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rules = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    named = {name for file, name in NAMED if file == f"sim/rules/{path.name}"}
    assert rules <= named, f"rules without an entry in docs/ODD.md: {sorted(rules - named)}"


@pytest.mark.parametrize("entity", ENTITIES)
def test_state_variables_are_those_of_the_code(entity: str) -> None:
    """The table below the entity's heading, row by row: names, order and types."""
    table = PAGE.split(f"`sim/world/state.py:{entity}`", 1)[1].split("\n#", 1)[0]
    told = re.findall(r"^\| `(\w+)` \| ([\w ×]+) \|", table, re.MULTILINE)
    there = []
    for name in ENTITIES[entity].names or ():
        kind = ENTITIES[entity][name]
        many = f" × {np.prod(kind.shape)}" if kind.shape else ""
        there.append((name, f"{kind.base.name}{many}"))
    assert told == there


def test_the_page_has_the_seven_elements_and_the_eleven_concepts() -> None:
    elements = ("Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling",
                "Design concepts", "Initialization", "Input data", "Submodels")  # fmt: skip
    assert re.findall(r"^## \d\. (.+)$", PAGE, re.MULTILINE) == list(elements)
    concepts = ("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
                "Stochasticity", "Collectives", "Observation")  # fmt: skip
    assert re.findall(r"^\*\*([\w ]+)\.\*\*", PAGE.split("## 4.")[1].split("## 5.")[0], re.MULTILINE) == list(concepts)
