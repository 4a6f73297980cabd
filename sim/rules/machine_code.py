"""Keeps the machine code of kernels on disk, so that nobody waits for the compiler twice.

A file holds one function compiled for one signature, and its name says what the code hangs on: the sources, Numba, the
processor, the signature. So there is no index over which two processes could fall out, a process that is killed leaves
nothing that another would read, and the code of other sources is never found. A module's constants count as its source has
them: who changes one in a running process must keep no code (`NUMBA_CACHE_DIR` elsewhere, or the interpreter).
"""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core import caching, serialize
from numba.core.compiler import CompileResult

from sim.rules import notice

CHECK = hashlib.sha256().digest_size  # bytes at the head of a file, of what follows


class MachineCode(caching.NullCache):
    """The kept code of one function: beside its source or, where nothing can be written there, in the user's cache.

    Where the environment names a folder (`NUMBA_CACHE_DIR`), there and nowhere else. Code is read wherever it lies, also
    where it could not be written: who installs for others may compile for them.
    """

    def __init__(self, function: Callable[..., Any], sources: str) -> None:
        file = inspect.getfile(function)
        kinds: tuple[Any, ...] = (caching.InTreeCacheLocator, caching.UserWideCacheLocator)
        if getattr(numba.config, "CACHE_DIR", ""):
            kinds = (caching.UserProvidedCacheLocator,)
        folders = [kind(function, file).get_cache_path() for kind in kinds]
        self._places = [Path(folder) for folder in folders if not folder.startswith("~")]  # a user without a home
        self._code = function.__code__.co_code
        title = f"{Path(file).stem}.{function.__qualname__}-{sys.implementation.cache_tag}"
        self._title = title.replace("<", "").replace(">", "")
        self._fresh = f"{self._title}.{_short(sources, numba.__version__)}."

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The code for a signature, ready to be called; None where there is none that is whole."""
        target.refresh()
        name = self._name(signature, target.codegen())
        for place in self._places:
            with suppress(Exception):  # not there, or cut short, or whatever a damaged file may do to its reader
                check, data = (content := (place / name).read_bytes())[:CHECK], content[CHECK:]
                if hashlib.sha256(data).digest() == check:
                    return CompileResult._rebuild(target, *pickle.loads(data))
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep what was compiled in the first place that takes it; where none does, that is said once."""
        if compiled.library.has_dynamic_globals:  # addresses of this process
            return
        data = serialize.dumps(compiled._reduce())
        name, refused = self._name(signature, compiled.codegen), []
        for place in self._places:
            try:
                _write(place / name, hashlib.sha256(data).digest() + data)
            except OSError as error:
                refused.append(f"{place}: {error.strerror}")
            else:
                self._clear(place)
                return
        places = "; ".join(refused) or "no home folder"
        notice.once(
            "compiled code cannot be kept on disk, so every start compiles anew, for a minute or so "
            f"({places}; NUMBA_CACHE_DIR can name another folder)"
        )

    def _name(self, signature: Any, codegen: Any) -> str:
        """The file for a signature (types are equal where their names are) on this processor."""
        return f"{self._fresh}{_short(str(signature), str(codegen.magic_tuple()), self._code.hex())}.nbc"

    def _clear(self, place: Path) -> None:
        """Take away what was compiled from other sources, by another Numba, or not written to the end then."""
        for path in place.glob(f"{self._title}.*"):
            if not path.name.startswith(self._fresh):
                with suppress(OSError):
                    path.unlink()


def _short(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _write(path: Path, data: bytes) -> None:
    """A file that is there as a whole or not at all, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
