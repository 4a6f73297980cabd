"""The commands about studies: sweep, status. What they need is imported when they run."""

from __future__ import annotations

import json as json_format
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.experiments.sweep import SweepResult
    from sim.report.sweeps import SweepReport
    from sim.scenario.study_loading import LoadedStudy

RESULTS = Path("results")
MOST_FAILURES = 3

Study = Annotated[str, typer.Argument(metavar="STUDY", help="Name of a shipped study, or a file.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the sweep (default: results/<study>).")]
Workers = Annotated[int | None, typer.Option(min=1, help="Worker processes (default: one a core).")]
Dask = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Play on the Dask cluster at this address.")]
Retry = Annotated[bool, typer.Option("--retry-failed", help="Play failed runs again.")]
Replicates = Annotated[int | None, typer.Option(help="Replicates of every point.")]
Weeks = Annotated[int | None, typer.Option(help="Weeks after the burn-in.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words: events, one a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the folder; no progress.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(sweep)
    app.command()(status)
    app.command()(sensitivity)


def sweep(
    study: Study,
    out: Out = None,
    workers: Workers = None,
    dask: Dask = None,
    retry_failed: Retry = False,
    replicates: Replicates = None,
    weeks: Weeks = None,
    sets: Sets = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a study, or what is missing of it: the same command goes on where a sweep was stopped."""
    from sim.scenario.study_loading import load_study

    loaded = load_study(study, sets or (), {"replicates": replicates, "weeks": weeks})
    folder = out or RESULTS / loaded.path.stem
    result = _played(loaded, folder, workers, dask, retry_failed, json, quiet)
    talks = not quiet and not json
    if talks:
        typer.echo(f"{loaded.study.name}: {_told(result)}")
    if result.complete:
        _show_softly(folder, talks)
    if not json:
        typer.echo(str(folder) if quiet else f"folder: {folder}")
    _finish(result, study)


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds a sweep, not the result of a run."""
    from sim.experiments.sweep_folder import read_manifest
    from sim.scenario.errors import ScenarioError

    try:
        return bool(read_manifest(folder))
    except ScenarioError:
        return False


def words(found: SweepReport) -> str:
    """What a report of a sweep says in a terminal."""
    from sim.report.verdict import wrapped

    told = wrapped(found.verdict)
    return told if found.html is None else f"{told}\n\nreport: {found.html}"


def _show_softly(folder: Path, talks: bool) -> None:
    """Report at the end of a sweep: a report that breaks does not hide that the runs are there."""
    from sim.report.sweeps import render_sweep

    try:
        found = render_sweep(folder)
        if talks:
            typer.echo(words(found))
    except Exception as error:
        traceback.print_exception(error)
        typer.echo(f"gamed: the report failed: {error}\nonce mended: gamed report {folder}", err=True)


def _played(
    loaded: LoadedStudy, folder: Path, workers: int | None, dask: str | None, retry: bool, json: bool, quiet: bool
) -> SweepResult:
    """Play, with what may be wrong with the folder told as the user's input."""
    from sim.experiments.lock import Busy
    from sim.experiments.progress import Progress
    from sim.experiments.sweep import sweep as play
    from sim.scenario.errors import Mark, ScenarioError

    progress = Progress(show=not quiet, events=sys.stdout if json else None)
    try:
        return play(loaded, out=folder, workers=workers, cluster=dask, retry=retry, progress=progress)
    except Busy as error:
        raise ScenarioError.at(Mark(str(folder)), str(error)) from None
    except OSError as error:
        raise ScenarioError.at(Mark(str(folder)), f"cannot be written to: {error.strerror or error}") from None


def _told(result: SweepResult) -> str:
    failed = f", {result.failed:,} of them failed" if result.failed else ""
    return f"{result.done:,} of {result.runs:,} runs done{failed}"


def _finish(result: SweepResult, study: str) -> None:
    """Tell what went wrong, and end with the status of it."""
    for warning in result.warnings:
        typer.echo(f"gamed: {warning}", err=True)
    if result.failed:
        from sim.experiments.sweep_folder import SweepFolder

        messages = SweepFolder(result.folder).failures().groupby("message", sort=False).size()
        for message, count in list(messages.items())[:MOST_FAILURES]:
            typer.echo(f"gamed: {count} failed: {message}", err=True)
        typer.echo("gamed: their traces are in the table runs; to play them again: --retry-failed", err=True)
    on = f"to go on: gamed sweep {study} (with the same flags)"
    if result.interrupted:
        typer.echo(f"gamed: interrupted; {_told(result)} and kept. {on}", err=True)
        raise typer.Exit(130)
    if result.problem is not None:
        typer.echo(f"gamed: {result.problem}; {_told(result)} and kept. {on}", err=True)
    if result.failed or not result.complete:
        raise typer.Exit(1)


def status(folder: Folder, json: Json = False) -> None:
    """How far a sweep is: done, failed, missing, and whether somebody is at work."""
    from sim.experiments.sweep_folder import SweepFolder

    found = SweepFolder(folder).status()
    if json:
        row: dict[str, Any] = {**asdict(found), "missing": found.missing}
        typer.echo(json_format.dumps(row, indent=1, ensure_ascii=False))
        return
    state = "a sweep is at work" if found.working else "finished" if not found.missing else "stopped; gamed sweep goes on"
    typer.echo(
        f"{found.name}: {found.points:,} points, {found.replicates:,} replicates, {found.runs:,} runs\n"
        f"done {found.done:,}, failed {found.failed:,}, missing {found.missing:,} ({state})"
    )


def sensitivity(
    study: Annotated[str, typer.Argument(metavar="STUDY|DIR", help="A study (played if need be), or the folder of a sweep.")],
    outcome: Annotated[list[str] | None, typer.Option(help="An index that was kept; repeatable.")] = None,
    out: Out = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Which factors matter: Sobol' indices or Morris' effects, with intervals; says when the sample cannot tell."""
    from sim.experiments.sweep_folder import SweepFolder
    from sim.report.sweeps import render_sweep, sensitivities, sensitivity_table
    from sim.scenario.errors import Mark, ScenarioError, details, guess
    from sim.scenario.study_loading import load_study

    folder = Path(study)
    if not folder.is_dir():
        loaded = load_study(study)
        folder = out or RESULTS / loaded.path.stem
        result = _played(loaded, folder, workers, None, False, json=False, quiet=json)
        if not result.complete:
            _finish(result, study)
    source = SweepFolder(folder)
    kind = source.manifest["identity"]["study"]["design"]["kind"]
    if kind not in ("saltelli", "morris"):
        told = details(f"found {kind}", "allowed saltelli (Sobol' indices) and morris (elementary effects)")
        raise ScenarioError.at(Mark(str(folder)), "was not designed for sensitivities" + told, "design")
    for name in outcome or ():
        if name not in source.manifest["indices"]:
            raise ScenarioError.at(Mark(f"--outcome {name}"), "was not kept" + details(guess(name, source.manifest["indices"])))
    found = sensitivities(source, source.runs(), outcome)
    page = render_sweep(folder).html
    if json:
        rows = sensitivity_table(found).to_dict(orient="records")
        doubts = {item.outcome: list(item.doubts) for item in found}
        typer.echo(json_format.dumps({"rows": rows, "doubts": doubts}, indent=1, ensure_ascii=False))
        return
    for item in found:
        typer.echo(f"{item.outcome}\n{item.table.round(3).to_string(index=False)}")
        for doubt in item.doubts:
            typer.echo(f"  too small to conclude: {doubt}")
    if page is not None:
        typer.echo(f"report: {page}")
