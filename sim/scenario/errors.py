"""What is wrong with a user's input, told so that it can be mended: file, line, field, found, allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Mark:
    """A place in the user's input; `line` and `column` count from 1, 0 means that there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong at one place."""

    mark: Mark
    message: str
    path: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.mark), self.path, self.message) if part)


class ScenarioError(Exception):
    """The user's input is wrong: carries every fault that was found, in the order of the lines, each once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        places = {fault: (fault.mark.file, fault.mark.line, fault.mark.column) for fault in faults}
        self.faults = tuple(sorted(places, key=lambda fault: places[fault]))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def at(cls, mark: Mark, message: str, path: str = "") -> ScenarioError:
        """An error with a single fault."""
        return cls([Fault(mark, message, path)])


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one probably means."""
    names = {name.lower(): name for name in known}
    close = get_close_matches(str(word).lower(), list(names), n=1, cutoff=0.6)
    return names[close[0]] if close else None


def details(*parts: str) -> str:
    """Join what was found, what is allowed and a guess into one bracket; empty parts are left out."""
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def guess(word: object, known: Iterable[str]) -> str:
    """`did you mean ...?`, or nothing when no known name is near."""
    name = nearest(word, known)
    return f"did you mean {name}?" if name is not None else ""
