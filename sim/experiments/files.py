"""Files that are whole or not there: written beside their place, brought to the disk, renamed into it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PARTIAL = ".partial"
SETTINGS: dict[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": True,
    "store_schema": False,
}


def write_safely(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`; it takes the place of `path` when it is whole and on the disk."""
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        write(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def write_table(path: Path, table: pa.Table) -> None:
    """A small table, with checksums, in one piece."""
    write_safely(path, lambda place: pq.write_table(table, place, write_page_checksum=True, **SETTINGS))


def write_text(path: Path, text: str) -> None:
    """A text file."""

    def write(place: Path) -> None:
        place.write_text(text, encoding="utf-8")

    write_safely(path, write)


def clear_partials(folder: Path) -> None:
    """Take away what a killed process was writing."""
    for path in folder.glob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
