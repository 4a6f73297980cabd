"""The store of a sweep: finished runs land in Parquet parts, and in the end in two tables in the order of the runs.

A part is a file of runs and, where series are kept, one of series that was written before it: the file of runs makes it
valid. Every run is owned by one part, so that no run counts twice, whatever was written twice; what cannot be read is
set aside and its runs are played again. Only the holder of the folder's lock writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiments.files import SETTINGS, clear_partials, write_safely, write_table

RUNS, SERIES = "runs", "series"
FOLDER, DAMAGED = "parts", "damaged"
FANOUT = 48  # parts of one level that become one of the next
MOST_MERGED = 20_000  # runs a part, beyond which parts are left as they are: memory stays flat
BLOCK = 2_000  # runs a row group of the final tables
MISSING = -1


class Damaged(RuntimeError):
    """A part that was written whole cannot be read any more."""

    def __init__(self, part: Part, why: str) -> None:
        super().__init__(f"{part.runs.name} {why}")
        self.part, self.why = part, why


@dataclass(frozen=True)
class Part:
    """A part by the paths of its files; `level` counts how often it was merged, `number` orders parts by age."""

    runs: Path
    series: Path | None
    level: int = 0
    number: int = 0

    @property
    def paths(self) -> list[Path]:
        """Its files, the one of runs first: without it the other means nothing."""
        return [self.runs, *([self.series] if self.series else [])]


class Parts:
    """The finished runs of a sweep of `total` runs; `series` is the schema of the series kept, if any are."""

    def __init__(self, folder: Path, total: int, runs: pa.Schema, series: pa.Schema | None) -> None:
        self.folder, self.total = folder, total
        self.schema = {RUNS: runs, **({SERIES: series} if series is not None else {})}
        self.parts: list[Part] = []
        self.owner = np.full(total, MISSING, np.int32)  # index into `parts`
        self.failed = np.zeros(total, bool)
        self.warnings: list[str] = []
        self.vanished = 0  # parts that were gone when they were to be read: a writer is merging them

    # --- reading ------------------------------------------------------------------------------------------------------

    def read(self, *, mend: bool) -> None:
        """Find out what is there. With `mend` (under the lock), what a killed process left behind is tidied away."""
        self.parts, self.warnings, self.vanished = [], [], 0
        self.owner[:] = MISSING
        self.failed[:] = False
        if mend:
            (self.folder / FOLDER).mkdir(exist_ok=True)
            clear_partials(self.folder)
            clear_partials(self.folder / FOLDER)
        for part in self._found():
            try:
                rows = self._checked(part)
            except FileNotFoundError:
                self.vanished += 1
                if mend:
                    self.set_aside(part, "is incomplete")
                continue
            except (OSError, pa.ArrowException) as error:
                if mend:
                    self.set_aside(part, _why(error))
                continue
            self._own(part, *rows)
        if mend:
            self._tidy()

    def _found(self) -> Iterator[Part]:
        """The final tables first, then the parts by age."""
        final = self._final()
        if final.runs.exists():
            yield final
        inside = self.folder / FOLDER
        for path in sorted(inside.glob(f"{RUNS}-*.parquet"), key=lambda path: _numbers(path)[1]):
            level, number = _numbers(path)
            yield self._part(level, number)

    def _final(self) -> Part:
        series = self.folder / f"{SERIES}.parquet" if SERIES in self.schema else None
        return Part(self.folder / f"{RUNS}.parquet", series, level=99)

    def _part(self, level: int, number: int) -> Part:
        names = {kind: self.folder / FOLDER / f"{kind}-{level}-{number:07}.parquet" for kind in self.schema}
        return Part(names[RUNS], names.get(SERIES), level, number)

    def _checked(self, part: Part) -> tuple[np.ndarray, np.ndarray]:
        """Runs of a part, and which of them failed. Raises where a file is missing, cut short or of another shape."""
        for path in part.paths:
            kind = RUNS if path is part.runs else SERIES
            if not pq.read_schema(path).equals(self.schema[kind]):
                raise pa.ArrowInvalid(f"{path.name} has other columns")
        table = pq.read_table(part.runs, columns=["run", "stage"], page_checksum_verification=True)
        run = table.column("run").to_numpy()
        if len(run) and not (run.min() >= 0 and run.max() < self.total):
            raise pa.ArrowInvalid(f"{part.runs.name} holds runs that are none of this study")
        return run, np.asarray(table.column("stage").is_valid())

    def _own(self, part: Part, run: np.ndarray, failed: np.ndarray) -> None:
        """Give a part the runs that nobody has, and the good ones that others have as failed."""
        free = self.owner[run] == MISSING
        better = self.failed[run] & ~failed
        taken = free | better
        self.owner[run[taken]] = len(self.parts)
        self.failed[run[taken]] = failed[taken]
        self.parts.append(part)

    def set_aside(self, part: Part, why: str) -> None:
        """Put a part where nobody reads it, and say so."""
        aside = self.folder / DAMAGED
        aside.mkdir(exist_ok=True)
        for path in part.paths:
            with suppress(FileNotFoundError):
                os.replace(path, aside / path.name)
        self.warnings.append(f"{part.runs.name} {why}; it was put into {DAMAGED}/ and its runs are played again")

    def _tidy(self) -> None:
        """Take away parts whose runs stand elsewhere, and series whose runs were never written."""
        idle = [place for place in range(len(self.parts)) if not (self.owner == place).any()]
        self._drop(idle)
        known = {path for part in self.parts for path in part.paths}
        for path in (self.folder / FOLDER).glob("*.parquet"):
            if path not in known:
                path.unlink()

    @property
    def done(self) -> int:
        """Runs that came to an end, well or not."""
        return int((self.owner != MISSING).sum())

    @property
    def failures(self) -> int:
        """Runs that failed."""
        return int(self.failed.sum())

    def wanted(self, *, retry: bool) -> np.ndarray:
        """Runs to be played, in their order: those that are missing and, if asked for, those that failed."""
        return np.flatnonzero((self.owner == MISSING) | (self.failed & retry))

    @property
    def whole(self) -> bool:
        """Whether the final tables hold everything."""
        return len(self.parts) == 1 and self.parts[0].runs == self._final().runs and self.done == self.total

    def blocks(self, kind: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows of every finished run, in the order of the runs, a table for each block of runs."""
        spans = [self._span(place) for place in range(len(self.parts))]
        for first in range(0, self.total, BLOCK):
            last = min(first + BLOCK, self.total) - 1
            near = [place for place, (low, high) in enumerate(spans) if low <= last and high >= first]
            tables = [self._owned(place, kind, first, last, columns) for place in near]
            if tables:
                yield _in_order(pa.concat_tables(tables), kind)

    def _span(self, place: int) -> tuple[int, int]:
        owned = np.flatnonzero(self.owner == place)
        return (int(owned[0]), int(owned[-1])) if len(owned) else (self.total, -1)

    def _owned(self, place: int, kind: str, first: int, last: int, columns: Sequence[str] | None) -> pa.Table:
        """The rows of one part that are its own, between two runs."""
        part = self.parts[place]
        path = part.runs if kind == RUNS else part.series
        within = (pc.field("run") >= first) & (pc.field("run") <= last)
        names = None if columns is None else list(dict.fromkeys(["run", *(["week"] if kind == SERIES else []), *columns]))
        try:
            table = pq.read_table(path, columns=names, filters=within, page_checksum_verification=True)
        except (OSError, pa.ArrowException) as error:
            raise Damaged(part, _why(error)) from error
        return table.filter(pa.array(self.owner[table.column("run").to_numpy()] == place))

    # --- writing ------------------------------------------------------------------------------------------------------

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Make finished runs a part of their own, and merge small parts where there are many."""
        part = self._part(0, self._next())
        self._write(part, tables)
        table = tables[RUNS]
        self._own(part, table.column("run").to_numpy(), np.asarray(table.column("stage").is_valid()))
        try:
            self._merge_level(0)
        except Damaged as damage:
            self._recover(damage)

    def _recover(self, damage: Damaged) -> None:
        """Go on without a part that cannot be read any more: its runs are missing again."""
        self.set_aside(damage.part, damage.why)
        warnings = self.warnings
        self.read(mend=True)
        self.warnings = [*warnings, *self.warnings]

    def _next(self) -> int:
        return max((part.number for part in self.parts), default=0) + 1

    def _write(self, part: Part, tables: Mapping[str, pa.Table]) -> None:
        if part.series is not None:
            write_table(part.series, tables[SERIES])
        write_table(part.runs, tables[RUNS])

    def _merge_level(self, level: int) -> None:
        """Make one part of the parts of a level when there are many, unless it would grow too large."""
        places = [place for place, part in enumerate(self.parts) if part.level == level]
        if len(places) < FANOUT or np.isin(self.owner, places).sum() > MOST_MERGED:
            return
        merged = self._part(level + 1, self._next())
        tables = {
            kind: _in_order(pa.concat_tables([self._owned(p, kind, 0, self.total, None) for p in places]), kind)
            for kind in self.schema
        }
        self._write(merged, tables)
        self._replace(places, merged)
        self._merge_level(level + 1)

    def _replace(self, places: Sequence[int], merged: Part) -> None:
        """Hand over what parts own to the part that was made of them, and take them away."""
        self.parts.append(merged)
        self.owner[np.isin(self.owner, places)] = len(self.parts) - 1
        self._drop(places)

    def _drop(self, places: Sequence[int]) -> None:
        """Take parts away that own nothing any more. A file that was replaced by one of the same name stays."""
        kept = [place for place in range(len(self.parts)) if place not in set(places)]
        renumbered = np.full(len(self.parts) + 1, MISSING, np.int32)  # the last entry is where MISSING points
        renumbered[kept] = np.arange(len(kept))
        self.owner = renumbered[self.owner]
        staying = {path for place in kept for path in self.parts[place].paths}
        for path in (path for place in places for path in self.parts[place].paths if path not in staying):
            path.unlink(missing_ok=True)
        self.parts = [self.parts[place] for place in kept]

    def finish(self) -> None:
        """Write the final tables and take the parts away: the same bytes, however the runs came in.

        A part that turns out to be damaged is set aside instead; then runs are missing again.
        """
        if self.whole:
            return
        final = self._final()
        try:
            if final.series is not None:  # first, as always: the file of runs makes it valid
                write_safely(final.series, partial(self._stream, SERIES))
            write_safely(final.runs, partial(self._stream, RUNS))
        except Damaged as damage:
            self._recover(damage)
        else:
            self._replace(range(len(self.parts)), final)

    def _stream(self, kind: str, place: Path) -> None:
        with pq.ParquetWriter(place, self.schema[kind], write_page_checksum=True, **SETTINGS) as writer:
            for block in self.blocks(kind):
                writer.write_table(block.combine_chunks(), row_group_size=max(len(block), 1))


def _in_order(table: pa.Table, kind: str) -> pa.Table:
    keys = [("run", "ascending"), *([("week", "ascending")] if kind == SERIES else [])]
    return table.take(pc.sort_indices(table, sort_keys=keys))


def _why(error: Exception) -> str:
    return f"cannot be read ({str(error).splitlines()[0][:120]})"


def _numbers(path: Path) -> tuple[int, int]:
    level, number = path.stem.split("-")[1:]
    return int(level), int(number)


def rows(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """A table of this shape; columns that are not given are empty."""
    length = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=False) if field.name in columns else pa.nulls(length, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
