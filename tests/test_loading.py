"""Loading: what is merged, what `--set` reaches, and where values come from."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from sim.scenario import catalogue
from sim.scenario.editors import editor_schema
from sim.scenario.errors import ScenarioError
from sim.scenario.loading import Loaded, load
from sim.scenario.origins import show_full
from sim.scenario.templates import new_scenario

WORLD = """\
name: World
weeks: 40
staff: {count: 20, team_size: 10}
measures:
  nps: {rate: 0.3}
  score: {like: csat, window: 8}
pay:
  schemes:
    - {kind: linear, measure: nps, rate: 3}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a scenario in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of our own: `plain`, `textbook/theory`, and a study, which is no scenario."""
    root = tmp_path / "shipped"
    for name in ("plain", "textbook/theory", "studies/sweep"):
        path = root / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\nabout: About {name}.\nweeks: 30\n")
    monkeypatch.setattr(catalogue, "root", lambda: root)
    return root


def written(folder: Path, text: str, name: str = "child.yaml") -> str:
    """Write a scenario; give back its name."""
    (folder / name).write_text(text)
    return name


# --- extends ------------------------------------------------------------------------------------------------------------


def test_only_differences_are_written(folder: Path) -> None:
    child = written(folder, "extends: world\nname: Child\nmeasures: {nps: {window: 2}}\nstaff: {count: 30}\n")
    spec = load(child).spec
    assert (spec.name, spec.weeks, spec.staff.count, spec.staff.team_size) == ("Child", 40, 30, 10)
    assert (spec.measures["nps"].rate, spec.measures["nps"].window) == (0.3, 2)
    assert spec.measures["score"].window == 8
    assert spec.pay.schemes[0].rate == 3


def test_lists_replace_and_null_removes_a_free_entry(folder: Path) -> None:
    child = written(folder, "extends: ./world.yaml\nmeasures: {score: null}\npay: {schemes: []}\n")
    spec = load(child).spec
    assert list(spec.measures) == ["nps"]
    assert spec.pay.schemes == []


def test_a_section_that_changes_its_kind_starts_afresh(folder: Path) -> None:
    written(folder, "name: a\nstaff: {ability: {kind: uniform, a: -1, b: 1}}\nmeasures: {m: {like: nps, window: 9}}\n", "a.yaml")
    spec = load(
        written(folder, "extends: a\nstaff: {ability: {kind: constant, a: 2}}\nmeasures: {m: {like: csat}}\n")
    ).spec
    assert (spec.staff.ability.a, spec.staff.ability.b) == (2, 0)
    assert spec.measures["m"].window == 4


def test_a_distribution_written_in_part_keeps_its_default(folder: Path) -> None:
    whole = load("world.yaml").spec.staff.conscience
    part = load("world.yaml", ["staff.conscience.b=0.1"]).spec.staff.conscience
    assert (part.kind, part.a, part.b) == (whole.kind, whole.a, 0.1)


def test_shipped_names_and_paths(folder: Path, shipped: Path) -> None:
    assert catalogue.names() == ["plain", "textbook/theory"]
    assert catalogue.about("textbook/theory") == "About textbook/theory."
    assert load(written(folder, "extends: textbook/theory\nname: c\n")).spec.weeks == 30
    (folder / "deep").mkdir()
    written(folder, "extends: ../world.yaml\n", "deep/child.yaml")
    assert load("deep/child").spec.name == "World"
    written(folder, "name: mine\n", "plain.yaml")
    assert load("plain").spec.name == "plain"
    assert load("plain.yaml").spec.name == "mine"


def test_a_missing_file_is_told_the_nearest_name(folder: Path, shipped: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^plian: no such scenario or file \(did you mean plain\?"):
        load("plian")
    with pytest.raises(ScenarioError, match=r"^plian\.yaml: no such scenario or file"):
        load("plian.yaml")


def test_a_folder_is_no_scenario(folder: Path, shipped: Path) -> None:
    (folder / "textbook").mkdir()
    with pytest.raises(ScenarioError, match=r"is a directory \(scenarios in it: textbook/theory\)"):
        load("textbook")
    (folder / "dir.yaml").mkdir()
    with pytest.raises(ScenarioError, match=r"dir\.yaml: is a directory"):
        load("dir.yaml")


@pytest.mark.parametrize("text", ["x" * 300, "a\0b", "~nobody_here/x.yaml", "loop.yaml", ""])
def test_an_impossible_path_is_told(folder: Path, text: str) -> None:
    (folder / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(ScenarioError):
        load(text)


def test_a_circle_is_told_with_its_chain(folder: Path) -> None:
    written(folder, "extends: b\n", "a.yaml")
    written(folder, "extends: c.yaml\n", "b.yaml")
    written(folder, "extends: b\n", "c.yaml")
    with pytest.raises(ScenarioError) as caught:
        load("a")
    assert str(caught.value) == "c.yaml:1:10: extends: goes round in a circle: b.yaml -> c.yaml -> b.yaml"


def test_a_fault_in_a_parent_names_the_parent(folder: Path) -> None:
    written(folder, "name: p\nweeks: -4\n", "p.yaml")
    with pytest.raises(ScenarioError, match=r"^p\.yaml:2:8: weeks: is out of bounds \(found -4;"):
        load(written(folder, "extends: p\n"))


def test_there_are_no_more_prizes_than_people(folder: Path) -> None:
    scheme = "{kind: tournament, measure: nps, bonus: 9, winners: %d}"
    text = f"name: p\nmeasures: {{nps: {{}}}}\nstaff: {{count: 30, team_size: 10}}\npay: {{schemes: [{scheme}]}}\n"
    assert load(written(folder, text % 10)).spec.pay.schemes[0].winners == 10
    with pytest.raises(ScenarioError, match=r"^child\.yaml:4:\d+: pay\.schemes\.0\.winners: 11 prizes for a team of 10"):
        load(written(folder, text % 11))


# --- --set --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("weeks=52", "weeks", 52),
        ("audit.rate=1e-3", "audit.rate", 0.001),
        ("name=a b", "name", "a b"),
        ("pay.schemes.0.rate=7", "pay.schemes.0.rate", 7.0),
        ("pay.schemes.0.target={rule: ratchet}", "pay.schemes.0.target.rule", "ratchet"),
        ("pay.schemes.0.who=[manager]", "pay.schemes.0.who", ["manager"]),
        ("pay.schemes.1={kind: fixed, bonus: 5}", "pay.schemes.1.bonus", 5.0),
        ("measures.nps.channel=interview", "measures.nps.channel", "interview"),
        ("measures.new.like=outcomes", "measures.new.lag", 2),
        ("customers.segments.1.share=0.2", "customers.segments.1.share", 0.2),
        ("customers.segments.1.share=0.2", "customers.segments.1.value", 1.4),
        ("tactics.gifts=false", "tactics.gifts.exists", False),
        ("tactics.gifts.cost=1", "tactics.gifts.moral", 60.0),
        ("pay.schemes.0.floor=null", "pay.schemes.0.floor", None),
    ],
)
def test_set_reaches_every_place(folder: Path, text: str, path: str, value: object) -> None:
    found: object = load("world.yaml", [text]).spec
    for key in path.split("."):
        if isinstance(found, list):
            found = found[int(key)]
        else:
            found = found[key] if isinstance(found, dict) else getattr(found, key)
    assert found == value


def test_set_null_removes_a_measure(folder: Path) -> None:
    assert list(load("world.yaml", ["measures.score=null"]).spec.measures) == ["nps"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weeks", "--set weeks: is not of the form path.to.field=value"),
        ("=3", "--set =3: is not of the form path.to.field=value"),
        ("audit..rate=3", "is not of the form path.to.field=value"),
        ("wekes=3", "--set wekes=3: wekes: unknown key (did you mean weeks?)"),
        ("audit.rat=3", "--set audit.rat=3: audit.rat: unknown key (did you mean rate?)"),
        ("weeks.x=3", "--set weeks.x=3: weeks: is 40, which holds no x; set it whole"),
        ("weeks=abc", "--set weeks=abc: weeks: has the wrong type (found the text 'abc'; allowed a whole number"),
        ("weeks=[1", "--set weeks=[1: is not YAML that can be read"),
        ("weeks=.nan", "--set weeks=.nan: a number must be finite (found .nan)"),
        ("pay.schemes.3.rate=1", "pay.schemes: no such entry in the list (found 3; it has 1, counted from 0)"),
        ("pay.schemes.x.rate=1", "pay.schemes: no such entry in the list (found x; it has 1, counted from 0)"),
        ("extends=other", "extends cannot be set here"),
    ],
)
def test_a_wrong_set_is_told(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("world.yaml", [text])
    assert message in str(caught.value)


def test_flags_are_told_by_their_own_name(folder: Path) -> None:
    assert load("world.yaml", flags={"weeks": 7, "seed": None}).spec.weeks == 7
    with pytest.raises(ScenarioError, match=r"^--weeks=0: weeks: is out of bounds"):
        load("world.yaml", flags={"weeks": 0})


# --- origins ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def child(folder: Path) -> Loaded:
    """A scenario with values of every origin."""
    text = "extends: world\nname: Child\ntactics:\n  gifts: false\n  pleading: {cost: 1}\nstaff:\n  ability: {b: 0.1}\n"
    return load(written(folder, text), ["audit.rate=0.5"], {"seed": 9})


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("name", "this file:2"),
        ("weeks", "parent world.yaml:2"),
        ("burn_in", "shipped default"),
        ("seed", "--seed"),
        ("audit.rate", "--set"),
        ("measures.nps.rate", "parent world.yaml:5"),
        ("measures.nps.sample", "preset nps"),
        ("measures.score.high", "preset csat"),
        ("measures.score.cost", "shipped default"),
        ("pay.schemes.0.rate", "parent world.yaml:9"),
        ("pay.schemes.0.cap", "shipped default"),
        ("tactics.gifts.exists", "this file:4"),
        ("tactics.gifts.moral", "shipped default"),
        ("tactics.pleading.cost", "this file:5"),
        ("tactics.pleading.moral", "shipped default"),
        ("staff.ability", "this file:7"),
        ("staff.conscience", "shipped default"),
        ("customers.segments.1.value", "shipped default"),
    ],
)
def test_every_value_has_an_origin(child: Loaded, path: str, origin: str) -> None:
    assert child.origins[path].text == origin


def test_show_full_is_the_same_scenario(child: Loaded, folder: Path) -> None:
    text = show_full(child)
    assert load(written(folder, text, "full.yaml")).spec == child.spec
    assert "  rate: 0.5  # --set\n" in text
    assert "weeks: 40  # weeks; parent world.yaml:2\n" in text


def test_show_full_keeps_awkward_text(folder: Path) -> None:
    awkward = 'name: "yes: #no"\nabout: "12"\nstory: |\n  One: # two\n\n    three\nsources: ["a, b", "null", " x"]\n'
    loaded = load(written(folder, awkward))
    assert load(written(folder, show_full(loaded), "full.yaml")).spec == loaded.spec


def test_a_loaded_scenario_remembers_its_file(child: Loaded, folder: Path) -> None:
    assert child.path == (folder / "child.yaml").resolve()
    assert child.raw["audit"] == {"rate": 0.5}
    assert "extends" not in child.raw


# --- shipped scenarios, editors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", catalogue.names())
def test_shipped_scenarios_load_and_satisfy_the_editor_schema(name: str) -> None:
    loaded = load(name)
    assert loaded.spec.about
    text = catalogue.root() / f"{name}.yaml"
    jsonschema.validate(catalogue.read_file(text, name).plain(), editor_schema())


def test_the_editor_schema_is_a_schema_and_finds_faults() -> None:
    schema = editor_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    good = {"extends": "salary", "measures": {"nps": None}, "staff": {"ability": 1}, "tactics": {"gifts": False}}
    assert judge.is_valid(good)
    for bad in ({"weeks": "3"}, {"wekes": 3}, {"measures": {"x": {"like": "y"}}}, {"pay": {"schemes": [{"rate": 2}]}}):
        assert not judge.is_valid(bad)


def test_the_template_is_valid(folder: Path, shipped: Path) -> None:
    (shipped / "salary.yaml").write_text("name: Salary\n")
    text = new_scenario("mine")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=./gamed.schema.json"
    assert load(written(folder, text)).spec.name == "mine"
