"""The command `gamed theory`: closed forms of the literature against runs of the scenarios that set them up."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli_scenarios import write

Names = Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="Names or numbers of cases (default: all).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the figures in a file, as docs/theory.json.")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(theory)


def theory(cases: Names = None, json: Json = False, out: Out = None) -> None:
    """Check the closed forms: what the formula says against what a run gives."""
    from sim.experiments import theory as catalogue
    from sim.experiments.theory import table
    from sim.scenario.errors import Mark, ScenarioError, details, guess

    for name in cases or ():
        if not catalogue.named(name):
            known = sorted({case.name for case in catalogue.CASES})
            told = details(f"allowed {', '.join(known)}, or a number from 1 to 20", guess(name, known))
            raise ScenarioError.at(Mark(name), f"no such case{told}")
    rows = []
    for row in catalogue.theory(tuple(cases or ())):
        rows.append(row.plain())
        if sys.stderr.isatty():
            typer.echo(f"\r{len(rows)} figures compared, at {row.case.name}\033[K", nl=False, err=True)
    if sys.stderr.isatty():
        typer.echo("\r\033[K", nl=False, err=True)
    if out is not None:
        write(out, _json([table.rounded(row) for row in rows]) + "\n")
    if json:
        typer.echo(_json(rows))
    else:
        typer.echo("\n".join(table.text(rows)).lstrip("\n"))
        typer.echo(f"\n{table.agreed(rows)}")
    raise typer.Exit(0 if all(row["ok"] for row in rows) else 1)


def _json(rows: list[dict[str, Any]]) -> str:
    return json_format.dumps(rows, indent=1, ensure_ascii=False)
