"""Tables on their way from a world to a file: packed small by a worker, joined in the order of the jobs.

Strings travel as dictionaries and are stored as plain strings (Parquet compresses them by itself), so that every
reader, pandas or not, sees ordinary columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

Packed = dict[str, bytes]
NAMES = ("series", "waterfall", "books", "staff", "world")
MICRO = "customers"


def read_tables(model: Any, *, micro: bool = False) -> Packed:
    """What every run hands back: the model's tables, packed; the one of customers only when asked for."""
    return pack(model.tables(micro=micro))


def pack(tables: Mapping[str, pd.DataFrame]) -> Packed:
    """Each table as an Arrow stream in which a repeated word is stored once."""
    return {name: stream(pa.Table.from_pandas(frame, preserve_index=False)) for name, frame in tables.items()}


def stream(table: pa.Table) -> bytes:
    """A table as an Arrow stream, words as dictionaries."""
    table = table.replace_schema_metadata(None)
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            words = table.column(place).cast(pa.string()).dictionary_encode()
            table = table.set_column(place, field.name, words)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack(packed: bytes) -> pd.DataFrame:
    """One packed table as a frame."""
    return _plain(pa.ipc.open_stream(packed).read_all()).to_pandas()


def join(packed: Iterable[tuple[str, Packed]]) -> dict[str, pa.Table]:
    """One table a name, with the column `scenario` first, rows in the order given.

    Arms may differ in their columns (activities, tactics): what an arm does not have is empty there.
    """
    parts: dict[str, list[pa.Table]] = {}
    for scenario, tables in packed:
        for name, packed_table in tables.items():
            parts.setdefault(name, []).append(_labelled(scenario, packed_table))
    return {name: _plain(pa.concat_tables(tables, promote_options="permissive")) for name, tables in parts.items()}


def _labelled(scenario: str, packed: bytes) -> pa.Table:
    table = pa.ipc.open_stream(packed).read_all()
    label = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), len(table)), pa.array([scenario]))
    return table.add_column(0, "scenario", label)


def _plain(table: pa.Table) -> pa.Table:
    """Ordinary string columns in one piece, so that the bytes written do not tell how the rows arrived."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table.combine_chunks()


def to_frames(tables: Mapping[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """The same as reading the files back."""
    return {name: table.to_pandas() for name, table in tables.items()}
