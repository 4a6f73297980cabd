"""Says once what every kernel, and every worker of one parent, would have to say."""

from __future__ import annotations

import logging
import threading
from typing import Any

voice: Any = threading.Lock()  # who speaks takes it and keeps it; the workers of one parent share theirs


def once(words: str) -> None:
    """Log a warning if nobody has spoken before."""
    if voice.acquire(False):
        logging.getLogger("gamed").warning("gamed: %s", words)
