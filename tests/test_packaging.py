"""Packaging: one version everywhere, pinned packages for all that is needed, and nothing of the machine it was made on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
EXTRAS = PROJECT["optional-dependencies"]


def canonical(requirement: str) -> str:
    """The name of a package, in the one spelling that matters."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()  # type: ignore[index]


@pytest.mark.parametrize("pin", PINS)
def test_a_pin_is_a_name_and_a_version_and_no_address(pin: str) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( ; [\w.' !=<>()]+)?", pin)


@pytest.mark.parametrize("requirement", [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)])
def test_everything_needed_is_pinned(requirement: str) -> None:
    assert canonical(requirement) in {"gamed", *(canonical(pin) for pin in PINS)}  # an extra may name our own extras


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {sim.__version__}\n" in citation
    assert PROJECT["dynamic"] == ["version"]


def test_the_checks_run_first_and_the_tests_last() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert script[-1] == "make test"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
