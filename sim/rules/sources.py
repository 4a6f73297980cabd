"""Which source files compiled code is made of, found by their imports, and what they say, as a digest.

Numba's own cache looks at the file of the decorated function alone; a kernel that inlines a rule of another module would go
on returning old numbers.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
import re
import sys

PACKAGE = pathlib.Path(__file__).parent.parent

NO_CODE = re.compile(r"#[^\n]*|\\\n")  # comments, and ends of lines that go on in the next
IMPORT = re.compile(r"\b(?:from\s+([\w.]+)\s+)?import\b\s*(\([^)]*\)|[^\n;]*)")
NAME = re.compile(r"[\w.]+")


@functools.cache
def digest(module: str) -> str:
    """SHA-256 over the sources that a kernel of `module` can be built from: it, what it imports, and so on.

    Of a module outside this package its own file and all of the package: what else it is made of is not known here.
    """
    paths = reachable(module)
    if not paths:
        own = getattr(sys.modules.get(module), "__file__", None)
        paths = {*PACKAGE.rglob("*.py"), *([pathlib.Path(own)] if own else [])}
    return hashlib.sha256(b"".join(_digest(path) for path in sorted(paths))).hexdigest()


@functools.cache
def _digest(path: pathlib.Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def reachable(module: str) -> set[pathlib.Path]:
    """The files of this package that `module` imports, directly or not, and its own."""
    found: set[pathlib.Path] = set()
    waiting = [source_of(module)]
    while waiting:
        path = waiting.pop()
        if path is not None and path not in found:
            found.add(path)
            waiting += imports(path)
    return found


@functools.cache
def source_of(module: str) -> pathlib.Path | None:
    """The file of a module of this package; nothing for other packages and for names within a module."""
    package, *parts = module.split(".")
    if package != PACKAGE.name or not parts:
        return None
    path = PACKAGE.joinpath(*parts).with_suffix(".py")
    return path if path.is_file() else None


@functools.cache
def imports(path: pathlib.Path) -> set[pathlib.Path]:
    """Files of modules that a source file imports by name, and of whatever it takes from them, which may be modules too.

    Found by their words: to parse every file would take longer, at every start, than a small run. A statement quoted in
    a docstring counts as well, which does no harm.
    """
    names: set[str] = set()
    for origin, what in IMPORT.findall(NO_CODE.sub(" ", path.read_text(encoding="utf-8"))):
        words = NAME.findall(what)
        names.update([origin, *(f"{origin}.{word}" for word in words)] if origin else words)
    return {found for name in names if (found := source_of(name)) is not None}
