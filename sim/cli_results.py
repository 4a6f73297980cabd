"""What the commands that run share: loading, the result folder, what is printed, and how a run that fails ends."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.scenario.errors import Fault, Mark, ScenarioError

if TYPE_CHECKING:
    from sim.experiments import Result
    from sim.scenario.loading import Loaded

RESULTS = Path("results")
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Wishes:
    """How the user wants to be told."""

    csv: bool
    json: bool
    quiet: bool
    open_report: bool


def load_all(names: Sequence[str], sets: Sequence[str] | None, **flags: int | None) -> list[Loaded]:
    """Load every scenario, or tell the faults of all of them."""
    from sim.scenario.loading import load

    loaded: list[Loaded] = []
    faults: list[Fault] = []
    for name in names:
        try:
            loaded.append(load(name, sets or (), flags))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return loaded


def free_folder(out: Path | None, loaded: Sequence[Loaded], wishes: Wishes, **asked: Any) -> Path:
    """The folder to write to: the one asked for, if it is empty or holds the same job, else the first free one of this name.

    asked: what else the job is (replicates, budget, micro), as `sim.experiments.standing` takes it.
    """
    if out is not None:
        _inspect(out, loaded, wishes, asked)
        return out
    name = "-".join(_slug(each.path.stem) for each in loaded)[:_LONGEST_NAME].strip("-")
    number = 1
    while (RESULTS / f"{name}-{number}").exists():
        number += 1
    return RESULTS / f"{name}-{number}"


def _inspect(out: Path, loaded: Sequence[Loaded], wishes: Wishes, asked: Mapping[str, Any]) -> None:
    """Refuse a place for a result that is no folder, or a folder that must not be looked into."""
    try:
        if out.exists() and not out.is_dir():
            raise ScenarioError.at(Mark(f"--out {out}"), "is a file; a folder is needed")
        full = out.exists() and any(out.iterdir())
    except OSError as error:
        raise ScenarioError.at(Mark(f"--out {out}"), f"cannot be read: {error.strerror or error}") from None
    if full:
        _look_into(out, loaded, wishes, asked)


def _look_into(out: Path, loaded: Sequence[Loaded], wishes: Wishes, asked: Mapping[str, Any]) -> None:
    """Say what is in a folder that is not empty; refuse it unless it holds the same job."""
    from sim.experiments import standing

    left = standing(out, loaded, **asked)
    if not left.ours:
        see = f" (to see it: gamed report {out})" if (out / "manifest.json").is_file() else ""
        raise ScenarioError.at(Mark(f"--out {out}"), f"{left.told}; nothing is overwritten{see}")
    if not wishes.quiet:
        what = "nothing is played again" if left.whole else "going on from there"
        typer.echo(f"gamed: {out} {left.told}; {what}.", err=True)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_") or "scenario"


@contextmanager
def failing_softly(folder: Path) -> Iterator[None]:
    """A run that breaks ends with status 1, the trace for a bug report, and what is kept."""
    try:
        yield
    except (ScenarioError, KeyboardInterrupt):
        raise
    except OSError as error:
        typer.echo(f"gamed: {error}\nNothing was finished. Choose another folder with --out.", err=True)
        raise typer.Exit(1) from None
    except Exception as error:
        kept = f"What was written before is in {folder}." if folder.exists() else "Nothing was finished."
        _confess("the run", error, kept)
        raise typer.Exit(1) from None


def _confess(what: str, error: Exception, kept: str) -> None:
    """A fault of the program: the trace for a bug report, what it was, what is kept."""
    traceback.print_exception(error)
    typer.echo(f"gamed: {what} failed: {type(error).__name__}: {error}\n{kept}", err=True)


def finish(result: Result, wishes: Wishes) -> None:
    """Print what came of a run and end with its status."""
    told = True
    if result.folder is not None and result.tables and not result.interrupted:  # who stops a run is not kept waiting for a report
        told = _told(result.folder, wishes)
    for failure in result.failures:
        where = ", ".join(f"{key} {failure[key]}" for key in ("scenario", "replicate") if failure[key] is not None)
        typer.echo(f"gamed: {where or failure['stage']}: {failure['message']}", err=True)
    kept = "nothing was finished" if not result.tables else f"what was finished is in {result.folder or 'no file'}"
    if result.interrupted:
        if not result.tables and result.folder is not None:
            kept = f"no run was finished, but the pilots that make budgets equal are kept in {result.folder}"
        again = f"with --out {result.folder} goes on from there" if result.folder else "begins anew"
        if result.tables and result.folder is not None:
            again += f"; to see what is there: gamed report {result.folder}"
        typer.echo(f"gamed: {result.problem or 'interrupted'}; {kept}. The same command {again}.", err=True)
        raise typer.Exit(1 if result.problem else 130)
    if result.failures:
        traces = f" The traces are in {result.folder / 'manifest.json'}." if result.folder else ""
        typer.echo(f"gamed: {len(result.failures)} failed; {kept}.{traces}", err=True)
    if result.failures or not told:
        raise typer.Exit(1)


def _told(folder: Path, wishes: Wishes) -> bool:
    """Report a result; a report that breaks does not hide that the result is there."""
    try:
        _tell(folder, wishes)
    except Exception as error:
        _confess("the report", error, f"The tables are in {folder}; once mended: gamed report {folder}")
        return False
    return True


def show_folder(folder: Path, wishes: Wishes) -> None:
    """Print and write the report of a finished result."""
    if not (folder / "manifest.json").is_file():
        raise ScenarioError.at(Mark(str(folder)), "holds no finished result (there is no manifest.json in it)")
    from sim import cli_studies
    from sim.experiments import NotAResult

    try:
        if cli_studies.is_sweep(folder):
            _tell_sweep(folder, wishes)
            return
        _tell(folder, wishes)
    except NotAResult as error:
        raise ScenarioError.at(Mark(str(folder)), str(error).removeprefix(f"{folder} ")) from None
    except Exception as error:
        _confess("the report", error, f"The tables are as they were in {folder}.")
        raise typer.Exit(1) from None


def _tell_sweep(folder: Path, wishes: Wishes) -> None:
    """The same for the folder of a sweep."""
    from sim import cli_studies
    from sim.report.sweeps import render_sweep

    found = render_sweep(folder)
    if wishes.json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
    elif wishes.quiet:
        typer.echo(str(found.html or folder))
    else:
        typer.echo(cli_studies.words(found))
    _open(found.html, wishes)


def _tell(folder: Path, wishes: Wishes) -> None:
    """Verdict, table and the path of the report; or JSON; or only the path."""
    import sim

    rendered = sim.render(folder)
    if wishes.csv:
        from sim.experiments import write_csv

        write_csv(folder)
    if wishes.json:
        typer.echo(json.dumps(rendered.as_dict(), indent=1, ensure_ascii=False, allow_nan=False))
    elif wishes.quiet:
        typer.echo(str(rendered.html))
    else:
        from sim.report.verdict import wrapped

        typer.echo(f"{wrapped(rendered.verdict)}\n\n{rendered.table}\n\nreport: {rendered.html}\ntables: {folder}")
    _open(rendered.html, wishes)


def _open(page: Path | None, wishes: Wishes) -> None:
    if wishes.open_report and page is not None and has_screen():
        import webbrowser

        webbrowser.open(page.resolve().as_uri())


def has_screen() -> bool:
    """Whether somebody can see a window: always on a desktop system, elsewhere with a display."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
