"""The mutants still fit the sources, and docs/mutants.md has one row a mutant, each caught. `make mutants` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import MUTANTS, PAGE, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_line_to_break_is_there_once(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
    compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
    for test in mutant.tests:
        assert Path(ROOT, "tests", test.split("::")[0]).is_file()


def test_the_page_has_them_all_and_none_survived() -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.read_text(encoding="utf-8").splitlines()[7:]]
    assert rows == [mutant.name for mutant in MUTANTS]
    assert "survived" not in PAGE.read_text(encoding="utf-8")
