"""Imports go one way (docs/architecture.md): a part knows only the parts below it. Lazy imports count too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIM = ROOT / "sim"

# What each part may import beside itself; the package's own front doors (`sim`, `sim.cli*`) may import everything.
BELOW = {
    "scenario": set(),
    "rules": {"scenario"},
    "incentives": {"rules", "scenario"},
    "world": {"incentives", "rules", "scenario"},
    "analysis": {"world", "incentives", "rules", "scenario"},
    "experiments": {"analysis", "world", "incentives", "rules", "scenario"},
    "report": {"experiments", "analysis", "world", "incentives", "rules", "scenario"},
    "bench": {"experiments", "analysis", "world", "incentives", "rules", "scenario"},
    "classroom": {"report", "experiments", "analysis", "world", "incentives", "rules", "scenario"},
}
HEAVY = (
    "mesa", "pandas", "numpy", "numba", "scipy", "matplotlib", "networkx", "pyarrow", "bokeh", "tqdm", "SALib", "distributed",
    "duckdb",
)  # fmt: skip
FILES = sorted(path for path in SIM.rglob("*.py") if path.parent != SIM)


def imported(path: Path) -> set[str]:
    """Every module of ours that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "sim"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SIM)))
def test_imports_go_one_way(path: Path) -> None:
    part = path.relative_to(SIM).parts[0]
    parts = {name.split(".")[1] for name in imported(path) if "." in name}
    assert parts - {part, "__version__"} <= BELOW[part]


def test_every_part_has_its_place() -> None:
    parts = {path.name for path in SIM.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert parts <= set(BELOW)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"], ["run", "--help"], ["sweep", "--help"], ["list"], ["schema"], ["validate", "scenario.yaml"],
        ["show", "scenario.yaml", "--full"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_commands_that_run_nothing_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("name: x\n")
    program = (
        "import atexit, sys; sys.argv[0] = 'gamed'\n"
        f"atexit.register(lambda: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr))\n"
        "from sim.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stderr == "[]\n"


def test_help_needs_neither_pydantic_nor_yaml() -> None:
    program = "import sys, sim, sim.cli; print([m for m in ('pydantic', 'ruamel.yaml', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
