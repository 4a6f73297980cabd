"""Finds scenarios: those shipped with the package by name (`salary`, `textbook/baker`), the user's own by path."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.errors import Mark, ScenarioError, details, guess
from sim.scenario.yamltree import read_file

SUFFIXES = (".yaml", ".yml")
STUDIES = "studies"
_PACKAGE = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The folder of the shipped scenarios: inside an installed package, or at the top level of a clone."""
    packed = _PACKAGE / "_scenarios"
    return packed if packed.is_dir() else _PACKAGE.parent / "scenarios"


def names() -> list[str]:
    """The names of all shipped scenarios, folders last."""
    found = [path.relative_to(root()).with_suffix("") for path in root().rglob("*.yaml")]
    kept = [path for path in found if path.parts[0] != STUDIES]
    return [path.as_posix() for path in sorted(kept, key=lambda path: (len(path.parts) > 1, path.parts))]


def study_names() -> list[str]:
    """The names of all shipped studies."""
    return sorted(path.stem for path in (root() / STUDIES).glob("*.yaml"))


def about(name: str) -> str:
    """The one line that a shipped scenario says of itself, read without checking the rest."""
    path = root() / f"{name}.yaml"
    line = read_file(path, shown(path)).value.get("about")
    return str(line.value) if line is not None else ""


def shown(path: Path) -> str:
    """A path as messages write it: relative to the working folder where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def find(text: str, beside: Path | None = None, mark: Mark | None = None, field: str = "extends") -> Path:
    """The file of a scenario, given by name or path; `beside` is the folder from which relative paths are read.

    A fault is told at `mark` and `field`, where the scenario is named.
    """
    try:
        return _find(text, (beside or Path.cwd()) / Path(text).expanduser(), mark, field)
    except (OSError, ValueError, RuntimeError):  # too long, null bytes, nobody's home, links in a circle
        raise _missing(text[:80], mark, field, "is not the path of a file") from None


def find_study(text: str) -> Path:
    """The file of a study, given by name or path."""
    if text in study_names():
        return (root() / STUDIES / f"{text}.yaml").resolve()
    given = Path(text).expanduser()
    for path in (given, given.with_name(given.name + ".yaml")) if given.name else ():
        if path.is_file():
            return path.resolve()
    if text in names():
        raise ScenarioError.at(Mark(text), "is a scenario, not a study" + details(f"to run it: gamed run {text}"))
    told = details(guess(_stem(text), study_names()), f"shipped ones: {', '.join(study_names())}")
    raise ScenarioError.at(Mark(text[:80]), "no such study or file" + told)


def _find(text: str, given: Path, mark: Mark | None, field: str) -> Path:
    written_as_path = given.suffix in SUFFIXES or text.startswith((".", "/", "~"))
    if not written_as_path and text in names():
        return (root() / f"{text}.yaml").resolve()
    if given.is_file():
        return given.resolve()
    with_suffix = given.with_name(given.name + ".yaml") if given.name else given
    if with_suffix.is_file():
        return with_suffix.resolve()
    if given.is_dir():
        inside = [name for name in names() if name.startswith(f"{text}/")]
        raise _missing(text, mark, field, "is a directory", f"scenarios in it: {', '.join(inside)}" if inside else "")
    if given.exists():
        return given.resolve()
    if text in study_names():
        raise _missing(text, mark, field, "is a study, not a scenario", f"to play it: gamed sweep {text}")
    raise _missing(text, mark, field, "no such scenario or file", guess(_stem(text), names()), "shipped ones: gamed list")


def _missing(text: str, mark: Mark | None, field: str, what: str, *parts: str) -> ScenarioError:
    if mark is None:
        return ScenarioError.at(Mark(text), what + details(*parts))
    return ScenarioError.at(mark, what + details(f"found {text}", *parts), field)


def _stem(text: str) -> str:
    return text.removesuffix(".yaml").removesuffix(".yml")
