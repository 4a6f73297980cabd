"""The command line: verbs only. Each command parses, calls the public API of `sim` and prints.

Nothing heavy is imported before a command needs it: `gamed --help` answers at once.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim import cli_bench, cli_claims, cli_demo, cli_scenarios, cli_studies, cli_theory

app = typer.Typer(
    name="gamed",
    help="Pay people on a measure and see what was reported, what was true, and who paid for the difference.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from sim import __version__

        typer.echo(f"gamed {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


cli_scenarios.add_to(app)
cli_theory.add_to(app)
cli_claims.add_to(app)
cli_bench.add_to(app)
app.command()(cli_demo.demo)
cli_studies.add_to(app)


class Budget(StrEnum):
    """How the schemes of a comparison are made comparable."""

    equal = "equal"
    as_written = "as_written"


Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario (gamed list) or a file.")]
Names = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names of shipped scenarios, or files.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all chance.")]
Replicates = Annotated[int | None, typer.Option(help="Replicates, each with luck of its own.")]
Weeks = Annotated[int | None, typer.Option(help="Weeks after the burn-in.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Result folder (default: results/<name>-<n>).")]
Workers = Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).")]
Dask = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Play on the Dask cluster at this address.")]
Micro = Annotated[bool, typer.Option("--micro", help="Keep every customer too (customers.parquet).")]
Csv = Annotated[bool, typer.Option("--csv", help="Write every table as CSV too.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the report; no progress.")]
Open = Annotated[bool, typer.Option("--open", help="Open the report where there is a screen.")]


@app.command()
def run(
    scenario: Name,
    seed: Seed = None,
    replicates: Replicates = None,
    weeks: Weeks = None,
    sets: Sets = None,
    out: Out = None,
    workers: Workers = None,
    dask: Dask = None,
    micro: Micro = False,
    csv: Csv = False,
    json: Json = False,
    quiet: Quiet = False,
    open_report: Open = False,
) -> None:
    """Run one scenario: reported against true, week by week."""
    import sim
    from sim import cli_results as results

    loaded = results.load_all([scenario], sets, seed=seed, replicates=replicates, weeks=weeks)
    wishes = results.Wishes(csv, json, quiet, open_report)
    folder = results.free_folder(out, loaded, wishes, replicates=replicates, micro=micro)
    with results.failing_softly(folder):
        result = sim.run(
            loaded[0],
            replicates=replicates,
            workers=workers,
            cluster=dask,
            out=folder,
            progress=not quiet,
            micro=micro,
        )
    results.finish(result, wishes)


@app.command()
def compare(
    scenarios: Names,
    budget: Annotated[Budget, typer.Option(help="equal: every scheme costs the same; as_written.")] = Budget.equal,
    seed: Seed = None,
    replicates: Replicates = None,
    weeks: Weeks = None,
    sets: Sets = None,
    out: Out = None,
    workers: Workers = None,
    dask: Dask = None,
    micro: Micro = False,
    csv: Csv = False,
    json: Json = False,
    quiet: Quiet = False,
    open_report: Open = False,
) -> None:
    """Run several scenarios with the same luck, side by side."""
    import sim
    from sim import cli_results as results

    loaded = results.load_all(scenarios, sets, seed=seed, replicates=replicates, weeks=weeks)
    wishes = results.Wishes(csv, json, quiet, open_report)
    folder = results.free_folder(out, loaded, wishes, replicates=replicates, budget=budget.value, micro=micro)
    with results.failing_softly(folder):
        result = sim.compare(
            loaded,
            replicates=replicates,
            workers=workers,
            cluster=dask,
            out=folder,
            budget=budget.value,
            progress=not quiet,
            micro=micro,
        )
    results.finish(result, wishes)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Result folder of an earlier run.")],
    csv: Csv = False,
    json: Json = False,
    quiet: Quiet = False,
    open_report: Open = False,
) -> None:
    """Write the report of an earlier run again."""
    from sim import cli_results as results

    results.show_folder(folder, results.Wishes(csv, json, quiet, open_report))


@app.command(hidden=True)
def warm() -> None:
    """Compile the rules, so that no run waits for the compiler: every shipped scenario is played for a moment."""
    from sim.experiments.warming import warm as compile_all

    for doubt in compile_all():
        typer.echo(f"gamed: {doubt}", err=True)
