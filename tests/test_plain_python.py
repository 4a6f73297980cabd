"""The rulebook and chance in plain Python are what they are compiled: chance to the last bit, rules to 1e-12."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_rules import TABLE

from sim.world import chance

PLAIN = """
import json
import numba
assert numba.config.DISABLE_JIT
import conftest
from test_plain_python import worked_out
print(json.dumps(worked_out()))
"""
KEYS = [(0, 0, 0, 0), (1, 2, 3, 4), (2**31 - 1, 7, 2**32 - 1, -52), (5, 2**20, 11, 2**31 - 1)]  # seed, replicate, entity, when


def worked_out() -> dict[str, Any]:
    """Every row of the rules' table, and draws of every purpose and family at a few keys, also for fields of records."""
    draws = [
        chance.four(seed, replicate, np.int64(entity), np.int32(when), purpose, 3)
        for seed, replicate, entity, when in KEYS
        for purpose in range(len(chance.PURPOSES))
    ]
    uniforms = [u for draw in draws for u in draw]
    latents = [chance.from_latent(family, 0.3, 0.4, u) for family in range(6) for u in uniforms]
    return {"rules": [float(rule(*inputs)) for rule, inputs, _ in TABLE], "draws": uniforms, "latents": latents}


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLAIN], cwd=Path(__file__).parent, check=True, capture_output=True, text=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(out.stdout)
    return found


def test_plain_python_gives_what_the_compiled_code_gives(plain: dict[str, Any]) -> None:
    compiled = worked_out()
    assert plain["draws"] == compiled["draws"]
    assert plain["rules"] == pytest.approx(compiled["rules"], rel=1e-12, abs=1e-12)
    assert plain["latents"] == pytest.approx(compiled["latents"], rel=1e-12, abs=1e-12)
