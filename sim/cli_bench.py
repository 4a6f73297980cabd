"""The command `gamed bench`: how fast the engine is on this machine, beside what it is compared with."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli_scenarios import write

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Keep them: a page (docs/performance.md), or rows (.json).")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Only this family; repeatable.")]
Quick = Annotated[bool, typer.Option("--quick", help="At a tiny size, to see that it works: no targets.")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(bench)


def bench(json: Json = False, out: Out = None, only: Only = None, quick: Quick = False) -> None:
    """Measure the engine: against Mesa objects, a floor, size, sweeps, start-up, paydays, a published model."""
    from sim.bench import catalogue, page
    from sim.bench.twin import NoTwinError
    from sim.scenario.errors import Mark, ScenarioError, details, guess

    for name in only or ():
        if name not in catalogue.NAMES:
            told = details(f"allowed {', '.join(catalogue.NAMES)}", guess(name, catalogue.NAMES))
            raise ScenarioError.at(Mark(name), f"no such family of benchmarks{told}")
    rows = []
    try:
        for row in catalogue.measure(only or (), quick):
            rows.append(row.plain())
            if sys.stderr.isatty():
                typer.echo(f"\r{len(rows)} figures measured, at {row.bench}\033[K", nl=False, err=True)
    except NoTwinError as error:
        raise ScenarioError.at(Mark("twin"), str(error)) from None
    if sys.stderr.isatty():
        typer.echo("\r\033[K", nl=False, err=True)
    if out is not None:
        write(out, page.kept(out, rows))
    told = json_format.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) if json else "\n".join(page.text(rows))
    typer.echo(told)
    raise typer.Exit(1 if any(row["correct"] is False for row in rows) else 0)
