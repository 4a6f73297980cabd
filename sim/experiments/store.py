"""The result folder: Parquet tables, the summary as CSV, the manifest as JSON.

Everything is written beside its place and renamed into it; the manifest goes first when an old result is replaced
and comes last when the new one stands. A folder without a manifest is not a result.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.tables import MICRO, NAMES
from sim.scenario.errors import Mark, ScenarioError

MANIFEST = "manifest.json"
SUMMARY, INDICES = "summary.csv", "indices.csv"
ROWS_IN_GROUP = 131_072


class NotAResult(ValueError):
    """The folder holds no finished result."""


def prepare(folder: Path) -> None:
    """Make the folder and see that it can be written to, before hours of work hang on it; else a `ScenarioError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        told = f"cannot be written to ({error.strerror or error}); choose another folder with --out"
        raise ScenarioError.at(Mark(str(folder)), told) from None


def abandon(folder: Path) -> None:
    """Take a prepared folder away again, unless something is in it."""
    with suppress(OSError):
        folder.rmdir()


def write(
    folder: Path, tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], summaries: Mapping[str, pd.DataFrame] | None
) -> dict[str, Any]:
    """Replace what an earlier run left in `folder`; give back the manifest as written, with a digest of every file.

    `summaries` are written as CSV, by file name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    try:
        for name, table in tables.items():
            _write_parquet(table, stage / f"{name}.parquet")
        for name, summary in (summaries or {}).items():
            summary.to_csv(stage / name, index=False, lineterminator="\n")
        files = {path.name: _digest(path) for path in sorted(stage.iterdir())}
        complete = {**manifest, "files": files}
        text = json.dumps(complete, indent=1, ensure_ascii=False, allow_nan=False)
        (stage / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _clear(folder)
        for name in [*files, MANIFEST]:
            os.replace(stage / name, folder / name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return complete


def read(folder: Path | str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables, by name, and the manifest of a finished result."""
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        names = [name for name in manifest["files"] if name.endswith(".parquet")]
        return {Path(name).stem: pd.read_parquet(folder / name) for name in names}, manifest
    except (FileNotFoundError, NotADirectoryError, KeyError, TypeError, json.JSONDecodeError, pa.ArrowInvalid) as error:
        message = f"{folder} holds no finished result: {type(error).__name__}: {error}"
        raise NotAResult(message) from error


def write_csv(folder: Path | str) -> list[Path]:
    """Write every table of a result beside its Parquet file, for programs that read nothing else."""
    folder = Path(folder)
    tables, _ = read(folder)
    written = []
    for name, frame in tables.items():
        place = folder / f"{name}.csv"
        partial = place.with_suffix(".csv.partial")
        frame.to_csv(partial, index=False, lineterminator="\n")
        os.replace(partial, place)
        written.append(place)
    return written


def _write_parquet(table: pa.Table, path: Path) -> None:
    """Fixed settings: the same rows give the same bytes, and any reader sees plain columns."""
    pq.write_table(
        table,
        path,
        row_group_size=ROWS_IN_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        store_schema=False,
    )


def _clear(folder: Path) -> None:
    """Take away what an earlier run wrote, the manifest first: from here on the folder is not a result."""
    names = [MANIFEST, SUMMARY, INDICES, *(f"{name}{ending}" for name in (*NAMES, MICRO) for ending in (".parquet", ".csv"))]
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
