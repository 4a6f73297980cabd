"""The manifest: what was simulated, in full, with which versions, and what came of it. Time is told here and only here."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sim
from sim.experiments.arms import Arm, differences
from sim.experiments.describe import activities, describe

FORMAT = 1
PACKAGES = ("mesa", "numpy", "pandas", "scipy", "numba", "pydantic", "pyarrow")


def manifest_of(arms: Sequence[Arm], job: Mapping[str, Any]) -> dict[str, Any]:
    """All that is known before the first run; `job` is what was asked for (`resume.job_of`)."""
    spec = arms[0].spec
    return {
        "format": FORMAT,
        "arms": [_arm(arm) for arm in arms],
        "scenarios": {arm.label: arm.spec.model_dump(mode="json") for arm in arms},
        "differences": differences(arms),
        "activities": {name: note for arm in reversed(arms) for name, note in activities(arm.spec).items()},
        "job": job,
        "replicates": job["replicates"],
        "weeks": spec.weeks,
        "burn_in": spec.burn_in,
        "pay_every": spec.pay.every,
        "currency": spec.currency,
        "budget": {"mode": job["budget"]},
        "gamed": sim.__version__,
        "source": job["source"],
        "python": platform.python_version(),
        "versions": package_versions(),
    }


def completed(
    manifest: Mapping[str, Any],
    *,
    begun: datetime,
    ended: datetime,
    workers: int | None,
    interrupted: bool,
    finished: Mapping[str, Sequence[int]],
    paid: Mapping[str, Mapping[str, Any]],
    pilots: Sequence[Mapping[str, Any]],
    failures: Sequence[Mapping[str, Any]],
    warnings: Sequence[str],
) -> dict[str, Any]:
    """The manifest with what came of the runs; `finished` are the replicates that each arm has, `pilots` the bills tried;
    `workers` are processes of this machine, None where a cluster played."""
    arms = [{**arm, "finished": list(finished.get(arm["scenario"], ()))} for arm in manifest["arms"]]
    return {
        **manifest,
        "arms": arms,
        "budget": {**manifest["budget"], **_budget(arms, paid)},
        "interrupted": interrupted,
        "pilots": list(pilots),
        "failures": list(failures),
        "warnings": list(warnings),
        "begun": begun.isoformat(timespec="seconds"),
        "seconds": round((ended - begun).total_seconds(), 3),
        "workers": workers,
    }


def _arm(arm: Arm) -> dict[str, Any]:
    return {
        **describe(arm),
        "path": None if arm.path is None else str(arm.path),
        "seed": arm.spec.seed,
        "hash": spec_digest(arm),
        "origins": {path: origin.text for path, origin in arm.origins.items()},
        "money": None if arm.money is None else dict(arm.money),
    }


def _budget(arms: Sequence[Mapping[str, Any]], paid: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Bills and certainty equivalents of the real runs beside the target, for the report and the terminal."""
    targets = [arm["money"]["target"] for arm in arms if arm["money"]]
    missed = [arm["scenario"] for arm in arms if arm["money"] and not arm["money"]["reached"]]
    return {
        **({"mode": "partly equal"} if missed else {}),
        "missed": missed,
        "unit": "money per employee and pay period",
        "target": targets[0] if targets else None,
        "reached": {label: found["bonus_bill"] for label, found in paid.items()},
        "paid": {label: dict(found) for label, found in paid.items()},
    }


def spec_digest(arm: Arm) -> str:
    """Digest of all that a world depends on; two files that say the same in other words have the same."""
    text = json.dumps(arm.spec.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def source_digest() -> str:
    """Digest of the package's own source: results of another model are not mixed with these."""
    root = Path(sim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of the packages that numbers may depend on."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
