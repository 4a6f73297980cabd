"""Writes what the documentation takes from the code: `docs/parameters.md`, `docs/indices.md`, `docs/scenario.schema.json`,
`docs/study.schema.json`, `docs/theory.md`, `docs/claims.md`.

The last two show what `gamed theory --out docs/theory.json` and `gamed claims --out docs/claims.json` kept; nothing is
simulated here.
With `--check` it writes nothing: it fails where those files are out of date, or where a link or a name in the documentation
leads nowhere.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.analysis.catalogue import CATALOGUE
from sim.experiments.claims import CLAIMS
from sim.experiments.claims import table as claims_table
from sim.experiments.theory import CASES
from sim.experiments.theory import table as theory_table
from sim.scenario.editors import editor_schema, study_schema
from sim.scenario.fieldpaths import allowed, is_section, members, step
from sim.scenario.fields import ASSUMED, Latent
from sim.scenario.measures import PRESETS
from sim.scenario.origins import scalar
from sim.scenario.schema import Scenario
from sim.scenario.studies import Study

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FIGURES, DECIDED = DOCS / "theory.json", DOCS / "claims.json"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAME = re.compile(r"`(sim(?:\.\w+)+)`")
FILE = re.compile(r"`((?:sim|tests|scenarios|docs)/[\w/.-]+\.\w+)`")


def parameters() -> str:
    """The reference of every field: default, what is allowed, meaning and source."""
    lines = [
        "# Parameters",
        "",
        "Written by `make docs` from `sim/scenario/`; do not edit. `gamed show NAME --full` prints the values of a scenario.",
    ]
    lines += _reference(Scenario, "The scenario", numbers=True)
    lines += ["", "## Presets of measures", "", "`like: NAME` takes these; a label that equals a name does so too.", ""]
    lines += ["| preset | properties |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(f'{k}: {scalar(v)}' for k, v in preset.items())} |" for name, preset in PRESETS.items()]
    lines += ["", "# Parameters of a study", "", "What `gamed sweep` plays; [sweeps.md](sweeps.md) explains it by examples."]
    lines += _reference(Study, "The study", numbers=False)
    return "\n".join(lines) + "\n"


def _reference(root: type[BaseModel], title: str, *, numbers: bool) -> list[str]:
    """A table of fields for each section of a model; `numbers`: whether its numbers are claims that need a source."""
    lines = []
    for path, section, default in _sections(root, "", None):
        lines += ["", f"## {f'`{path}`' if path else title}", "", " ".join((section.__doc__ or "").split()), ""]
        lines += ["| field | default | allowed | what it is | source |", "|---|---|---|---|---|"]
        lines += [_row(name, section, default, numbers) for name in section.model_fields]
    return lines


def indices() -> str:
    """Every index with its definition, unit, what it shows where nobody games, and the function that computes it."""
    lines = [
        "# Indices read off a run",
        "",
        "Written by `make docs` from `sim/analysis/catalogue.py`; do not edit. A run or comparison writes them to `indices.csv`, "
        "a row an arm and index: value and floor with 95 % intervals over replicates and, for red flags, the area under the ROC "
        "curve against the fixed-pay arm's runs (0.5: tells nothing) and the false alarms: the share of those runs that show "
        "more of the flag than half of the arm's. Limits stand with the functions.",
        "",
        "Series, waterfall and floor are in `series`, `waterfall` and `summary.csv`; the over-optimisation curve is a sweep's.",
        "",
        "| index | what it is | unit | where nobody games | function | source |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {entry.meaning} | {entry.unit} | {entry.floor} | `sim.analysis.{entry.function}` | {entry.source} |"
        for name, entry in CATALOGUE.items()
    ]
    return "\n".join(lines) + "\n"


def _sections(section: type[BaseModel], path: str, default: Any) -> Iterator[tuple[str, type[BaseModel], Any]]:
    """Every section with its path and, where it has one, its default."""
    yield path, section, default
    for name, field in section.model_fields.items():
        below = field.get_default(call_default_factory=True) if field.default_factory or not field.is_required() else None
        if isinstance(default, BaseModel):
            below = getattr(default, name)
        for inner in members(field.annotation):
            more = "" if is_section(inner) else ".*"
            inner = inner if is_section(inner) else step(inner, 0)[0]
            for each in members(inner) if inner is not None else ():
                if is_section(each) and not issubclass(each, Latent):
                    yield from _sections(each, f"{path}.{name}{more}".lstrip("."), below if not more else None)


def _row(name: str, section: type[BaseModel], default: Any, numbers: bool) -> str:
    field = section.model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    usual = getattr(default, name) if isinstance(default, BaseModel) else None
    if not isinstance(default, BaseModel) and not field.is_required():
        usual = field.get_default(call_default_factory=True)
    told = "required" if field.is_required() and default is None else _value(usual)
    source = str(extra.get("source", ""))
    measured = {float, int, Latent} & set(members(field.annotation))
    measured = measured if numbers else set()
    source = source if measured or source != ASSUMED else ""  # words and switches have no source to lack
    cells = [f"`{name}`", told, allowed(field.annotation, field), str(field.description), source]
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def _value(value: Any) -> str:
    if isinstance(value, BaseModel) and not isinstance(value, Latent):
        return "see below"
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        return f"{len(value)} entries"
    return scalar(value)


def kept_in(path: Path) -> list[dict[str, Any]]:
    """The rows that were kept of the closed forms or of the claims."""
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def unkept() -> list[str]:
    """Whether rows are kept of exactly the cases, settings and formulas, and the claims and checks, that there are."""
    claims = [
        (case.name, [*case.always, *sets], claim.what, claim.formula)
        for case in CASES for sets in case.settings for claim in case.claims
    ]  # fmt: skip
    kept = [(row["case"], row["set"], row["what"], row["formula"]) for row in kept_in(FIGURES)]
    faults = [] if kept == claims else [f"{FIGURES.relative_to(ROOT)} is out of date: gamed theory --out docs/theory.json"]
    checks = [(claim.text, check and check.says) for claim in CLAIMS for check in claim.checks or (None,)]
    rows = [(row["claim"], row.get("says")) for row in kept_in(DECIDED)]
    if rows != checks:
        faults.append(f"{DECIDED.relative_to(ROOT)} is out of date: gamed claims --vary --out docs/claims.json")
    return faults


def broken() -> list[str]:
    """Links, files and names in the documentation that lead nowhere."""
    found = []
    for page in [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        text = page.read_text(encoding="utf-8")
        where = page.relative_to(ROOT)
        links = [link for link in LINK.findall(text) if "://" not in link and not (page.parent / link).exists()]
        files = [file for file in FILE.findall(text) if not (ROOT / file).exists()]
        names = [name for name in NAME.findall(text) if not _exists(name)]
        found += [f"{where}: {name} leads nowhere" for name in dict.fromkeys([*links, *files, *names])]
    return found


def _exists(name: str) -> bool:
    """Whether a dotted name is a module, or is defined or imported at the top of one, or is a member of a class there."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:cut])
        path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if base.is_dir() and cut == len(parts):
            return True
        if path.is_file():
            body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
            for part in parts[cut:]:
                node = next((each for each in body if part in _defined(each)), None)
                if node is None:
                    return False
                body = node.body if isinstance(node, ast.ClassDef) else []
            return True
    return False


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.ImportFrom, ast.Import)):
        return {(alias.asname or alias.name) for alias in node.names}
    if isinstance(node, ast.If):
        return {name for each in node.body for name in _defined(each)}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def main() -> int:
    """Write, or check; 1 where something is wrong."""
    pages = {
        DOCS / "parameters.md": parameters(),
        DOCS / "indices.md": indices(),
        DOCS / "scenario.schema.json": json.dumps(editor_schema(), indent=1, ensure_ascii=False) + "\n",
        DOCS / "study.schema.json": json.dumps(study_schema(), indent=1, ensure_ascii=False) + "\n",
        DOCS / "theory.md": theory_table.page(kept_in(FIGURES)),
        DOCS / "claims.md": claims_table.page(kept_in(DECIDED)),
    }
    if "--check" not in sys.argv:
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    faults = [f"{path.relative_to(ROOT)} is out of date: make docs" for path in stale] + unkept() + broken()
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
