"""The README: every command in it works, in its order, in one folder; the Python in it runs; the YAML in it loads."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.loading import load

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


LINES = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("gamed ")]
TARGETS = [line.split()[1] for line in LINES if line.startswith("make ")] + re.findall(r"`make (\w+)`", README)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all commands: later ones use what earlier ones wrote."""
    return tmp_path_factory.mktemp("readme")


def test_the_readme_has_commands() -> None:
    verbs = {command.split()[1] for command in COMMANDS}
    assert verbs >= {"list", "show", "run", "compare", "new", "validate", "schema"}
    assert {line.split()[0] for line in LINES if line} == {"gamed", "make"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works(command: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", *shlex.split(command)[1:]], cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("target", sorted(set(TARGETS)))
def test_every_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("program", blocks("python"))
def test_the_python_runs(program: str, folder: Path) -> None:
    (folder / "program.py").write_text(program, encoding="utf-8")
    subprocess.run([sys.executable, "program.py"], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_the_yaml_loads(text: str, folder: Path) -> None:
    (folder / "readme.yaml").write_text(text, encoding="utf-8")
    assert load(folder / "readme.yaml").spec.name == "My firm"


def test_the_mistake_is_answered_as_the_readme_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    Path("my_firm.yaml").write_text(blocks("yaml")[0].replace("rate: 0.02", "rat: 0.02"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load("my_firm.yaml")
    assert f"`{caught.value}`" in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^):]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
