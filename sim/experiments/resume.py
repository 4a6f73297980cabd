"""What an earlier call left in a result folder, and what of it the same call need not play again.

A result is a pure function of its job, so equal jobs may share runs; a run is taken over only with the very scenario it was
played with.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.experiments import store
from sim.experiments.arms import Arm
from sim.experiments.jobs import Outcome
from sim.experiments.manifest import package_versions, source_digest, spec_digest
from sim.experiments.tables import Packed, stream

_NAMED = 3  # files that a message names


def job_of(arms: Sequence[Arm], replicates: int, budget: str, micro: bool) -> dict[str, Any]:
    """All that the bytes of a result depend on, as asked for: before budgets are made equal."""
    here = {"replicates": 1}  # what a scenario says of it gives way to what was asked for
    return {
        "scenarios": {arm.label: spec_digest(replace(arm, spec=arm.spec.model_copy(update=here))) for arm in arms},
        "replicates": replicates,
        "budget": budget.replace("_", " "),
        "micro": micro,
        "source": source_digest(),
        "versions": {"python": platform.python_version(), **package_versions()},
    }


@dataclass(frozen=True)
class Left:
    """What is in a folder, in words; `ours`: the same job, to be gone on with (or shown, where `whole`)."""

    told: str
    ours: bool = False
    whole: bool = False


def left_in(folder: Path, job: Mapping[str, Any]) -> Left:
    """Look into a folder that a result is to be written to."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not names:
        return Left("is empty", ours=True)
    manifest = _manifest(folder)
    if manifest is None:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return Left(f"holds no result of gamed, but {', '.join(names[:_NAMED])}{more}")
    if manifest.get("job") != job:
        arms = ", ".join(str(arm.get("scenario")) for arm in manifest.get("arms") or [])
        return Left(f"holds another result ({arms or 'unknown'}), {_differs(manifest.get('job') or {}, job)}")
    there, asked = _finished(manifest), len(job["scenarios"]) * job["replicates"]
    if there == asked:
        return Left(f"holds this result already, all {asked} runs", ours=True, whole=True)
    pilots = len(manifest.get("pilots") or [])
    return Left(f"holds {there} of {asked} runs of this" + (f" and {pilots} pilots" if pilots else ""), ours=True)


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder, or None where none can be read."""
    try:
        found = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _finished(manifest: Mapping[str, Any]) -> int:
    return sum(len(arm["finished"]) for arm in manifest["arms"])


def _differs(there: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """In what another job differs, in words."""
    if not there:
        return "which does not say what was asked for"
    plain = [key for key in ("replicates", "budget") if there.get(key) != asked[key]]
    said = [f"{key} {there.get(key)} there, {asked[key]} asked for" for key in plain]
    if there.get("micro") != asked["micro"]:
        said.append(f"{'with' if there.get('micro') else 'without'} --micro there")
    scenarios = there.get("scenarios") or {}
    changed = [label for label, digest in asked["scenarios"].items() if scenarios.get(label) not in (None, digest)]
    if list(scenarios) != list(asked["scenarios"]):
        said.append("other scenarios")
    elif changed:
        said.append(f"{', '.join(changed)} with other values")
    if any(there.get(key) != asked[key] for key in ("source", "versions")):
        said.append("made by another version of gamed or of its packages")
    return f"which differs: {'; '.join(said)}"


@dataclass(frozen=True)
class Kept:
    """What may be taken over: pilots of the equal budget as rows, and whole runs by label and replicate."""

    manifest: Mapping[str, Any]
    runs: Mapping[tuple[str, int], Packed]

    @property
    def pilots(self) -> list[dict[str, Any]]:
        """Rows of the manifest, a pilot each."""
        return list(self.manifest.get("pilots") or [])

    def outcomes(self, arms: Sequence[Arm]) -> dict[tuple[int, int], Outcome]:
        """The runs of these arms, each only if it was played with the scenario that the arm has now."""
        played = {arm["scenario"]: arm for arm in self.manifest.get("arms") or []}
        return {
            (i, replicate): Outcome((i, replicate), value=self.runs[arm.label, replicate])
            for i, arm in enumerate(arms)
            if arm.label in played and played[arm.label]["hash"] == spec_digest(arm)
            for replicate in played[arm.label]["finished"]
            if (arm.label, replicate) in self.runs
        }


def kept_in(folder: Path, job: Mapping[str, Any]) -> Kept:
    """What the same job left in a folder; nothing where it holds nothing, or something else."""
    manifest = _manifest(folder)
    if manifest is None or manifest.get("job") != job:
        return Kept({}, {})
    runs: dict[tuple[str, int], Packed] = {}
    for name in manifest["files"]:
        if name.endswith(".parquet"):
            table = pq.read_table(folder / name)
            scenarios, replicates = table.column("scenario").to_pylist(), table.column("replicate").to_pylist()
            rows: dict[tuple[str, int], list[int]] = {}
            for row, key in enumerate(zip(scenarios, replicates, strict=True)):
                rows.setdefault(key, []).append(row)
            for key, places in rows.items():  # the rows of a run stand together
                part = table.slice(places[0], len(places)).drop_columns(["scenario"])
                runs.setdefault(key, {})[name.removesuffix(".parquet")] = stream(part)
    return Kept(manifest, runs)
