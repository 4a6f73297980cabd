"""Random tests draw the same numbers on every machine, whatever was loaded or run before them."""

from __future__ import annotations

from typing import Any

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
