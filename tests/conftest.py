"""Random tests draw the same numbers on every machine, whatever was loaded or run before them; Ctrl-C reaches who they start."""

from __future__ import annotations

import signal
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

# Whoever starts the tests in the background (a shell's &, nohup) has them ignore Ctrl-C, and all that they start with them.
signal.signal(signal.SIGINT, signal.default_int_handler)
