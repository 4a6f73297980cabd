"""The engine in plain Python is the engine compiled: the same contacts, people and choices; reals to 1e-9."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.scenario.schema import Scenario
from sim.world import Organisation

TINY = {
    "name": "tiny", "weeks": 5, "burn_in": 2,
    "customers": {"count": 40, "needs_per_week": 0.5, "patience": 5.0, "season": 0.3, "voice": {"exit_rate": 2.0},
                  "market": {"prospects": 2.0}},
    "staff": {"count": 4, "team_size": 2, "first_acts": {"care": 0.4, "closing_early": 0.3, "cherry_picking": 0.3}},
    "management": {"head": {"diversion": {"exists": True}}, "first_levers": {"filtering": 0.3, "selecting": 0.5}},
    "audit": {"rate": 0.3},
    "measures": {"nps": {}, "all": {"like": "nps", "population": "customers", "sample": "central"}, "ces": {"sample": "census"},
                 "fcr_experienced": {"error": 0.1}, "jobs_closed": {}, "in_time": {}, "fcr_window": {}, "complaints": {},
                 "churn": {}, "backlog": {}, "wait": {}, "outcomes": {}},
    "pay": {"every": 2, "schemes": [
        {"kind": "linear", "measure": "nps", "rate": 10.0, "who": ["employee", "manager"]},
        {"kind": "tournament", "measure": "jobs_closed", "bonus": 200.0},
        {"kind": "linear", "measure": "all", "rate": 10.0, "who": ["central", "head"]},
    ]},
    "events": [{"week": 2, "until": 4, "set": {"customers.needs_per_week": 1.0, "customers.voice.exit_rate": 0.0}}],
}  # fmt: skip
PLAIN = """
import pickle, sys
import numba
assert numba.config.DISABLE_JIT
from test_plain_python import played
sys.stdout.buffer.write(pickle.dumps(played(sys.argv[1])))
"""


def played(choice: str) -> dict[str, pd.DataFrame]:
    """Every table of the tiny world."""
    people = {"staff": {**TINY["staff"], "choice": choice}, "management": {**TINY["management"], "choice": choice}}
    return Organisation(Scenario.model_validate({**TINY, **people})).run().tables(micro=True)


@pytest.mark.parametrize("choice", ["learning", "rational"])
def test_plain_python_plays_the_same_world(choice: str) -> None:
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLAIN, choice], cwd=Path(__file__).parent, check=True, capture_output=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    plain, compiled = pickle.loads(out.stdout), played(choice)
    assert plain.keys() == compiled.keys()
    for name, table in compiled.items():
        assert list(plain[name].columns) == list(table.columns)
        for column in table:
            ours, theirs = table[column], plain[name][column]
            if ours.dtype.kind == "f":
                assert theirs.to_numpy() == pytest.approx(ours.to_numpy(), rel=1e-9, abs=1e-9, nan_ok=True), (name, column)
            else:
                assert np.array_equal(ours, theirs), (name, column)
