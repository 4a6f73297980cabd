"""The commands about scenarios, not runs: list, show, validate, schema, new. None of them imports the engine."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.scenario.errors import Fault
    from sim.scenario.loading import Loaded
    from sim.scenario.schema import Scenario

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("list")(list_scenarios)
    app.command()(show)
    app.command()(validate)
    app.command()(schema)
    app.command()(new)


def list_scenarios(json: Json = False) -> None:
    """List the shipped scenarios."""
    from sim.scenario.catalogue import about, names

    rows = [{"name": name, "about": about(name)} for name in names()]
    if json:
        _print_json(rows)
        return
    width = max((len(row["name"]) for row in rows), default=0)
    folder = ""
    for row in rows:
        inside = row["name"].rpartition("/")[0]
        if inside != folder:
            typer.echo(f"\n{inside}/")
            folder = inside
        typer.echo(f"  {row['name']:<{width}}  {row['about']}".rstrip())


def show(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or a file.")],
    full: Annotated[bool, typer.Option("--full", help="Fill in every default; say where each value comes from.")] = False,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Print a scenario: its story, and what it says."""
    from sim.scenario.loading import load
    from sim.scenario.origins import show_full

    loaded = load(scenario, sets or ())
    if json:
        _print_json(_as_dict(loaded, full))
    elif full:
        typer.echo(show_full(loaded), nl=False)
    else:
        typer.echo(_story(loaded.spec))
        typer.echo(f"--- {loaded.path}\n{loaded.path.read_text(encoding='utf-8-sig').rstrip()}")


def _checked_study(study: str, sets: Sets) -> str:
    """The name of a study every point of which is a valid scenario."""
    from sim.experiments.plan import plan
    from sim.scenario.study_loading import load_study

    return plan(load_study(study, sets or ())).loaded.study.name


def validate(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Files or shipped names; studies too.")],
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Check scenarios, and studies; every fault by file, line and field."""
    from sim.scenario.errors import ScenarioError
    from sim.scenario.loading import load
    from sim.scenario.study_loading import is_study

    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    for scenario in scenarios:
        name: str | None = None
        found: tuple[Fault, ...] = ()
        try:
            name = _checked_study(scenario, sets) if is_study(scenario) else load(scenario, sets or ()).spec.name
        except ScenarioError as error:
            found = error.faults
        faults += found
        rows.append({"scenario": scenario, "ok": not found, "name": name, "faults": [_fault_row(f) for f in found]})
        if not json and not found:
            typer.echo(f"{scenario}: ok ({name})")
    if json:
        _print_json(rows)
        raise typer.Exit(2 if faults else 0)
    if faults:
        raise ScenarioError(faults)


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file.")] = None,
    study: Annotated[bool, typer.Option("--study", help="That of studies, which gamed sweep plays.")] = False,
) -> None:
    """Print the JSON Schema of scenarios or of studies, for editors."""
    if out is None:
        typer.echo(_schema_text(study), nl=False)
        return
    write(out, _schema_text(study))
    typer.echo(f"wrote {out}")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new scenario; NAME.yaml is written here.")],
) -> None:
    """Write a commented scenario to start from."""
    from sim.scenario.errors import Mark, ScenarioError
    from sim.scenario.templates import SCHEMA_FILE, new_scenario

    stem = name.removesuffix(".yaml")
    path = Path(f"{stem}.yaml")
    if not stem.replace("_", "").replace("-", "").isalnum():
        raise ScenarioError.at(Mark(name), "a name is made of letters, digits, - and _")
    if path.exists():
        raise ScenarioError.at(Mark(str(path)), "exists already and is left as it is; choose another name")
    write(path, new_scenario(stem))
    beside = path.with_name(SCHEMA_FILE)
    if not beside.exists():
        write(beside, _schema_text())
    typer.echo(f"wrote {path} (and {SCHEMA_FILE}, with which editors check it)\nnext: gamed run {path}")


def _schema_text(study: bool = False) -> str:
    from sim.scenario.editors import editor_schema, study_schema

    return json_format.dumps(study_schema() if study else editor_schema(), indent=1, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file that the user asked for, or tell him why not."""
    from sim.scenario.errors import Mark, ScenarioError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError.at(Mark(str(path)), f"cannot be written: {error.strerror or error}") from None


def _fault_row(fault: Fault) -> dict[str, Any]:
    mark = fault.mark
    return {"file": mark.file, "line": mark.line, "column": mark.column, "path": fault.path, "message": fault.message}


def _as_dict(loaded: Loaded, full: bool) -> dict[str, Any]:
    """A scenario for programs: as written, or in full with the origin of each value."""
    if not full:
        return {"path": str(loaded.path), "scenario": loaded.raw}
    origins = {path: str(origin) for path, origin in loaded.origins.items()}
    return {"path": str(loaded.path), "scenario": loaded.spec.model_dump(mode="json"), "origins": origins}


def _story(spec: Scenario) -> str:
    """The words of a scenario: about, story, what to notice, sources."""
    parts = [spec.name + (f": {spec.about}" if spec.about else ""), spec.story.rstrip()]
    for title, lines in (("Things to notice", spec.notice), ("Sources", spec.sources)):
        if lines:
            parts.append("\n".join([f"{title}:", *(f"  - {line}" for line in lines)]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _print_json(value: Any) -> None:
    typer.echo(json_format.dumps(value, indent=1, ensure_ascii=False))
