"""The command `gamed claims`: what the material claims, and what the shipped worlds say of it."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli_scenarios import write

Ids = Annotated[list[str] | None, typer.Argument(metavar="[CLAIM]...", help="S1 to S22 (default: all).")]
Replicates = Annotated[int | None, typer.Option(min=2, help="Replicates of every world (default: 4).")]
Workers = Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Vary = Annotated[
    bool, typer.Option("--vary", help="Also change the parameter that carries each claim most; some minutes more.")
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the rows in a file, as docs/claims.json.")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(claims)


def claims(
    ids: Ids = None,
    replicates: Replicates = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
    vary: Vary = False,
    out: Out = None,
) -> None:
    """Test the claims S1 to S22: shown, refuted, assumed, undetermined or not testable yet."""
    from sim.experiments import claims as catalogue
    from sim.experiments.claims import table
    from sim.scenario.errors import Mark, ScenarioError, details, guess

    known = [claim.id for claim in catalogue.CLAIMS]
    for name in ids or ():
        if name.upper() not in known:
            raise ScenarioError.at(Mark(name), f"no such claim{details('allowed S1 to S22', guess(name, known))}")
    try:
        found = catalogue.claims(
            ids or (), replicates=replicates or catalogue.REPLICATES, workers=workers, progress=not quiet and not json,
            vary=vary,
        )  # fmt: skip
    except RuntimeError as error:
        typer.echo(f"gamed: {error}", err=True)
        raise typer.Exit(1) from None
    rows = [row.plain() for row in found]
    if out is not None:
        write(out, _json([table.rounded(row) for row in rows]) + "\n")
    typer.echo(_json(rows) if json else "\n".join([*table.text(rows), "", *table.foot(rows)]).lstrip("\n"))


def _json(rows: list[dict[str, Any]]) -> str:
    return json_format.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
