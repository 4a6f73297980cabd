"""What compiled code depends on: every file that a kernel can reach, however its import is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.rules import kernel, sources

SOURCES = sorted(sources.PACKAGE.rglob("*.py"))


def parsed(path: Path) -> set[Path]:
    """What `sources.imports` finds, by Python's own parser."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {found for name in names if (found := sources.source_of(name)) is not None}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(sources.PACKAGE)))
def test_no_import_is_overlooked(path: Path) -> None:
    assert sources.imports(path) >= parsed(path)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package in the place of ours."""
    folder = tmp_path / sources.PACKAGE.name
    (folder / "rules").mkdir(parents=True)
    monkeypatch.setattr(sources, "PACKAGE", folder)
    caches = (sources.digest, sources._digest, sources.source_of, sources.imports)
    for known in caches:
        known.cache_clear()
    yield folder
    for known in caches:
        known.cache_clear()


@pytest.mark.parametrize(
    "statement",
    [
        "import sim.rules.a",
        "import math, sim.rules.a as a",
        "import math; import sim.rules.a",
        "from sim.rules import a",
        "from sim.rules import b as c, a as d",
        "from sim.rules.a import rule",
        "from sim.rules import (\n    b,  # (the first)\n    a,\n)",
        "from sim.rules import b, \\\n    a",
        "from sim.rules \\\n    import a",
        "def late():\n    from sim.rules import a\n    return a",
        "if True: from sim.rules import a",
        "try:\n    from sim.rules import(a)\nexcept ImportError:\n    pass",
    ],
)
def test_every_way_to_import_is_seen(package: Path, statement: str) -> None:
    for name in "ab":
        (package / "rules" / f"{name}.py").write_text("")
    engine = package / "engine.py"
    engine.write_text(f'"""Words."""\n\n{statement}\n')
    assert package / "rules" / "a.py" in parsed(engine)
    assert sources.imports(engine) == parsed(engine)


def digest(module: str) -> str:
    """The digest as a fresh process sees it."""
    for known in (sources.digest, sources._digest, sources.source_of, sources.imports):
        known.cache_clear()
    return sources.digest(module)


def test_a_change_of_anything_reachable_and_of_nothing_else_makes_code_stale(package: Path) -> None:
    texts = {"engine": "from sim.rules import a", "rules/a": "from sim.rules.b import rule", "rules/b": "rule = 1"}
    texts["rules/c"] = "x = 1"
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    before = digest("sim.engine")
    for name, text in texts.items():
        (package / f"{name}.py").write_text(f"{text}  # changed")
        assert (digest("sim.engine") != before) == (name != "rules/c")
        (package / f"{name}.py").write_text(text)
    assert digest("sim.engine") == before


def test_a_kernel_captures_nothing() -> None:
    """A name by which compiled code is kept knows the sources, not what happened to be in a variable."""
    factor = 2.0

    def scaled(x: float) -> float:
        return factor * x

    with pytest.raises(ValueError, match="captures nothing"):
        kernel.kernel(scaled)
