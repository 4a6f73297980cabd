"""Every draw has one use: what decides a wait decides nothing else. Seen by playing a wild little world in plain Python.

If two events drew the same number, they would move together for no reason, in every world.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from worlds_known import wild

from sim.world import chance

PLAIN = """
import json
import numba
assert numba.config.DISABLE_JIT
import conftest, small_pilot
small_pilot.shrink()
from test_draws import places
print(json.dumps(places()))
"""
# One draw that two functions take different numbers of, or that replaces what the other made of it.
TOGETHER = [
    {"call_back", "call"},  # four numbers of one draw: the rank and the name; whether it helps and who calls
    {"settle", "person"},  # four numbers of one draw: a customer of the start is a newcomer in all but these
    {"employees", "hire_employees"},  # who holds a post at the start is drawn anew from those who stay
]
HELPERS = ("uniform", "normal", "fours", "watched", "_traits", "traits")


def places() -> list[list[str]]:
    """The sets of functions that asked for one and the same draw, and how many draws there were."""
    asked: dict[tuple[int, ...], set[str]] = defaultdict(set)
    original = chance.four

    def watched(*key: Any) -> tuple[float, float, float, float]:
        frame = sys._getframe(1)
        while frame.f_code.co_name in HELPERS and frame.f_back is not None:
            frame = frame.f_back
        asked[tuple(int(part) for part in key)].add(frame.f_code.co_name)
        return original(*key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chance, "four", watched)
        wild(customers={"count": 120}, weeks=12, management={"closed_loop": {"measure": "nps"}}).run()
    return [*sorted(sorted(each) for each in {frozenset(x) for x in asked.values()}), [str(len(asked))]]


def test_no_draw_is_used_for_two_things() -> None:
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLAIN], cwd=Path(__file__).parent, check=True, capture_output=True, text=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    *found, (draws,) = json.loads(out.stdout)
    assert int(draws) > 5000
    assert len(found) > 15
    assert not [each for each in found if len(each) > 1 and set(each) not in TOGETHER]
