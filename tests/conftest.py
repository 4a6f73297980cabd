"""Random tests draw the same numbers on every machine, whatever was loaded or run before them; Ctrl-C reaches who they start."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider


class Plain(HypothesisProvider):
    """Hypothesis's own choices, but for the constants that it picks out of whatever modules of this project are loaded.

    With them a changed number anywhere in the sources, or another order of the tests, would make other worlds.
    """

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        return None


AVAILABLE_PROVIDERS["plain"] = Plain
settings.register_profile("same", backend="plain", derandomize=True, database=None, deadline=None)
settings.load_profile("same")

# Whoever starts the tests in the background (a shell's &, nohup) has them ignore Ctrl-C, and all that they start with them.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files that take longest, from long to short: begun first, so that no process is left alone with one of them at the end.
LONG = ("test_twin_agrees", "test_twins", "test_theory", "test_claims", "test_sweep", "test_cluster", "test_experiments",
        "test_readme", "test_kernel_cache", "test_classroom_page")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others as they come."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))
