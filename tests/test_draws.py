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

from sim.world import chance, contact, hand, heard, issue, loop, readings, week

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
HELPERS = ("uniform", "normal", "fours", "watched", "looked", "looked_normal", "_traits", "traits")


def places() -> list[list[str]]:
    """The sets of functions that asked for one and the same draw, and how many draws there were.

    Asked for one by one, or looked at in the hand that was dealt: what is dealt and not looked at is used by nobody.
    """
    asked: dict[tuple[int, ...], set[str]] = defaultdict(set)
    dealing: list[tuple[int, ...]] = []
    hands: dict[int, list[tuple[int, ...]]] = {}
    four, block, deal, look, look_normal = chance.four, chance.block, hand.deal, hand.look, hand.look_normal

    def noted(key: tuple[int, ...]) -> None:
        frame = sys._getframe(1)
        while frame.f_code.co_name in HELPERS and frame.f_back is not None:
            frame = frame.f_back
        asked[key].add(frame.f_code.co_name)

    def watched(*key: Any) -> Any:
        noted(tuple(int(part) for part in key))
        return four(*key)

    def drawn(*key: Any) -> Any:
        dealing.append(tuple(int(part) for part in key))
        return block(*key)

    def dealt(p: Any, c: Any, i: int, places: Any, held: Any) -> None:
        dealing.clear()
        deal(p, c, i, places, held)
        hands[held.ctypes.data] = dealing.copy()

    def looked(held: Any, place: int) -> Any:
        noted(hands[held.ctypes.data][place])
        return look(held, place)

    def looked_normal(held: Any, place: int) -> Any:
        noted(hands[held.ctypes.data][place])
        return look_normal(held, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chance, "four", watched)
        patch.setattr(chance, "block", drawn)
        for module in (contact, heard, issue, loop, readings, week):
            for name, instead in (("deal", dealt), ("look", looked), ("look_normal", looked_normal)):
                patch.setattr(module, name, instead, raising=False)
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
