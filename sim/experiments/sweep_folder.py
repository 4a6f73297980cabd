"""The folder of a sweep, for reading: finished or not, while it is being written or long after."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments import lock
from sim.experiments.parts import RUNS, SERIES, Parts
from sim.experiments.plan import FORMAT, schemas
from sim.scenario.errors import Mark, ScenarioError

MANIFEST = "manifest.json"
DESIGN = "design.parquet"
LOOKS = 5  # a writer merges parts while we look: look again


@dataclass(frozen=True)
class Status:
    """How far a sweep is. `working`: somebody is at it now."""

    folder: str
    name: str
    runs: int
    done: int
    failed: int
    points: int
    replicates: int
    working: bool

    @property
    def missing(self) -> int:
        """Runs that are still to be played."""
        return self.runs - self.done


class SweepFolder:
    """A sweep's folder, opened. `manifest` and `design` (one row a point) are there from the first moment on."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.manifest = read_manifest(self.folder)
        table = pq.read_table(self.folder / DESIGN)
        self.design: pd.DataFrame = table.to_pandas()
        self.factors = [name for name in table.column_names if name != "point" and not name.startswith("unit:")]
        types = {name: table.schema.field(name).type for name in self.factors}
        made = schemas(types, self.manifest["indices"], self.manifest["series"])
        self.parts = Parts(self.folder, int(self.manifest["runs"]), *made)
        for _ in range(LOOKS):
            self.parts.read(mend=False)
            if not self.parts.vanished:
                break
            time.sleep(0.05)

    def status(self) -> Status:
        """How far it is."""
        m = self.manifest
        return Status(
            str(self.folder), m["name"], m["runs"], self.parts.done, self.parts.failures, m["points"], m["replicates"],
            lock.is_held(self.folder),
        )  # fmt: skip

    def runs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The runs that went well, in their order: run, point, replicate, factors and indices, or some of these."""
        whole = self._read(RUNS, None if columns is None else ["stage", *columns])
        good = whole[whole["stage"].isna()].reset_index(drop=True)
        return good.drop(columns=[name for name in ("stage", "message", "trace") if name in good])

    def failures(self) -> pd.DataFrame:
        """The runs that failed: run, point, replicate, stage, message, trace and factors."""
        whole = self._read(RUNS, ["point", "replicate", "stage", "message", "trace", *self.factors])
        return whole[whole["stage"].notna()].reset_index(drop=True)

    def series(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The weekly series that were kept, by run and week."""
        return self._read(SERIES, columns)

    def _read(self, kind: str, columns: Sequence[str] | None) -> pd.DataFrame:
        if kind not in self.parts.schema:
            return pd.DataFrame(columns=["run", "week"])
        blocks = list(self.parts.blocks(kind, columns))
        if not blocks:
            names = self.parts.schema[kind].names if columns is None else list(dict.fromkeys(["run", *columns]))
            return pd.DataFrame(columns=names)
        frame: pd.DataFrame = pa.concat_tables(blocks).to_pandas()
        return frame


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sweep."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if found.get("format") != FORMAT:
            raise KeyError("format")
    except (OSError, ValueError, KeyError, AttributeError):
        raise ScenarioError.at(Mark(str(folder)), "holds no study (no manifest of a sweep in it)") from None
    return found
