"""The command `gamed`, and `python -m sim`: turns what can go wrong into messages and exit statuses.

0 done; 2 the user's input is wrong; 1 the run failed; 130 interrupted.
"""

from __future__ import annotations

import gc
import sys

from sim.scenario.errors import ScenarioError

OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """Run the command line."""
    from sim.cli import app

    # What is imported and the tables stay to the end; by default they are looked through for garbage every few moments.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        app(prog_name="gamed")
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
