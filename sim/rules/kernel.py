"""One decorator, `kernel`, compiles rules and engine loops with Numba and keeps the machine code on disk.

Numba's own cache looks at the file of the decorated function alone; a kernel that inlines a rule of another
module would go on returning old numbers. Here the key includes a digest of every source file that a kernel can reach.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
import re
import warnings
from collections.abc import Callable
from typing import Any

import numba
from numba.core import caching

PACKAGE = pathlib.Path(__file__).parent.parent


NO_CODE = re.compile(r"#[^\n]*|\\\n")  # comments, and ends of lines that go on in the next
IMPORT = re.compile(r"\b(?:from\s+([\w.]+)\s+)?import\b\s*(\([^)]*\)|[^\n;]*)")
NAME = re.compile(r"[\w.]+")


@functools.cache
def digest(module: str) -> str:
    """SHA-256 over the sources that a kernel of `module` can be built from: it, what it imports, and so on."""
    return hashlib.sha256(b"".join(_digest(path) for path in sorted(reachable(module)))).hexdigest()


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


class _Files(caching.IndexDataCacheFile):
    """Files of one function's machine code, each named by its sources and signature.

    Numba numbers them and writes the index first: a process that is killed in between, or another that compiles at the
    same time, would leave old machine code, or that of another signature, under a fresh entry.
    """

    def save(self, key: Any, data: Any) -> None:
        stamp = hashlib.sha256(self._dump((self._source_stamp, key))).hexdigest()
        name = self._data_name(int(stamp[:15], 16))
        self._save_data(name, data)
        known = {**self._load_index(), key: name}
        self._save_index(known)
        for path in pathlib.Path(self._cache_path).glob(self._data_name_pattern.replace("{number:d}", "*")):
            if path.name not in known.values():
                path.unlink(missing_ok=True)


class _SourceCache(caching.FunctionCache):
    """Numba's on-disk cache with a digest of all that the function is built from as the stamp of freshness."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, digest(function.__module__))

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(signature, target_context)
        except (AttributeError, ImportError):  # written by an older source, with types that are gone
            self._cache_file.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        try:
            super().save_overload(signature, data)
        except OSError as error:
            warnings.warn(f"compiled code could not be kept on disk: {error}", RuntimeWarning, stacklevel=2)


def kernel(
    function: Callable[..., Any] | None = None, *, allocates: bool = True, inline: bool = False, threads: bool = False
) -> Callable[..., Any]:
    """Compile `function`; keep the result on disk where there is a place for it, and go on without where not.

    `allocates=False` is for code that makes no arrays: it is compiled without reference counting, which otherwise costs
    more than the work where many arrays are handed on. `inline` asks the compiler to put the code where it is called.
    `threads`: other threads go on while it runs.
    """
    if function is None:
        return functools.partial(kernel, allocates=allocates, inline=inline, threads=threads)
    if getattr(numba.config, "DISABLE_JIT", 0):
        return function
    options: dict[str, Any] = {"_nrt": allocates, "forceinline": inline, "nogil": threads}
    compiled = numba.njit(**options)(function)
    try:
        compiled._cache = _SourceCache(function)
    except RuntimeError as error:
        warnings.warn(f"no place on disk for compiled code, compiling anew: {error}", RuntimeWarning, stacklevel=2)
    return compiled


hot = kernel(allocates=False)  # for the loops of the engine
fused = kernel(allocates=False, inline=True)  # for what the engine calls at every contact with all arrays in hand
threaded = kernel(allocates=False, threads=True)  # for what several threads play side by side
