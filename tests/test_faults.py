"""Wrong input: what each kind is told, that all faults are told at once, and that nothing else ever escapes."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.scenario.errors import ScenarioError, nearest
from sim.scenario.loading import load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of our own, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaints(folder: Path, text: str) -> list[str]:
    """What loading a wrong text is told, a line a fault."""
    (folder / "s.yaml").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load("s.yaml")
    return str(caught.value).splitlines()


# --- what is wrong with a value -----------------------------------------------------------------------------------------

HEAD = "name: x\n"
FAULTS = [
    ("wieghts: 3", "2:1: wieghts: unknown key (allowed name, about,"),
    ("wekes: 3", "2:1: wekes: unknown key (did you mean weeks?)"),
    ("audit:\n  rate: 0.1\n  fien: 3", "4:3: audit.fien: unknown key (did you mean fine?)"),
    ("dismissal: 0.5", "did you mean audit.dismissal?)"),
    ("weeks: 12.5", "2:8: weeks: has the wrong type (found 12.5; allowed a whole number from 1 to 20000, weeks)"),
    ('weeks: "12"', "2:8: weeks: has the wrong type (found the text '12'; allowed a whole number"),
    ("weeks: true", "2:8: weeks: has the wrong type (found true; allowed a whole number"),
    ("weeks:", "weeks: has the wrong type (found nothing; allowed a whole number"),
    ("weeks: [3]", "2:8: weeks: has the wrong type (found a list; allowed a whole number"),
    ("weeks: {a: 3}", "2:8: weeks: has the wrong type (found a mapping; allowed a whole number"),
    ("weeks: 0", "2:8: weeks: is out of bounds (found 0; allowed a whole number from 1 to 20000, weeks)"),
    ("audit: {rate: yes}", "2:15: audit.rate: has the wrong type (found the text 'yes'; allowed a number from 0 to 1)"),
    ("audit: {rate: true}", "2:15: audit.rate: has the wrong type (found true; allowed a number from 0 to 1)"),
    ("audit: {fine: -1}", "2:15: audit.fine: is out of bounds (found -1; allowed a number of 0 or more, money)"),
    ("audit: {fine: .nan}", "2:15: audit.fine: a number must be finite (found .nan)"),
    ("audit: {fine: -.inf}", "2:15: audit.fine: a number must be finite (found -.inf)"),
    ("audit: {fine: 1e999}", "2:15: audit.fine: a number must be finite (found 1e999)"),
    ("audit: []", "2:8: audit: has the wrong type (found a list; allowed a mapping)"),
    ("name: 7\n", "the key stands twice; first on line 1"),
    ("mechanisms: {queue: 1}", "2:21: mechanisms.queue: has the wrong type (found 1; allowed true or false)"),
    ("staff: {choice: rationl}", "allowed rational, learning, fixed; did you mean rational?)"),
    ("staff: {count: 55}", "2:16: staff.count: staff.count (55) must be a multiple of staff.team_size (10)"),
    ("staff: {ability: {kind: normal, b: -1}}", "staff.ability: b is a standard deviation: 0 or more"),
    ("staff: {ability: true}", "2:18: staff.ability: a number or a distribution such as"),
    ("staff: {ability: wide}", "staff.ability: has the wrong type (found the text 'wide'; allowed a number or a distribution"),
    ("measures: {a: {like: cast}}", "2:22: measures.a.like: no such preset (found the text 'cast'; allowed nps, csat"),
    ("measures: {a: {like: [nps]}}", "2:22: measures.a.like: no such preset (found a list"),
    ("measures: {a: {window: 2}}", "2:12: measures.a.reads: is missing (allowed recommend,"),
    ("measures: {nps: {invite: [1, 2]}}", "2:26: measures.nps.invite: three shares between 0 and 1"),
    ("measures: {nps: 3}", "2:17: measures.nps: has the wrong type (found 3; allowed a mapping)"),
    ("measures: 3", "2:11: measures: has the wrong type (found 3; allowed a mapping)"),
    ("pay: {schemes: [{kind: linear, measure: a, rate: 1}]}", "pay.schemes.0.measure: no measure 'a'"),
    ("pay:\n  schemes:\n    - {kind: fixed}\n    - {kind: cliff, measure: b}", "5:7: pay.schemes.1: a scheme of kind cliff"),
    ("pay: {schemes: [{kind: fixed, form_week: 3}]}", "2:31: pay.schemes.0.form_week: unknown key (did you mean from_week?)"),
    ("pay: {schemes: {kind: fixed}}", "2:16: pay.schemes: has the wrong type (found a mapping; allowed a list of mappings)"),
    ("extends: [a]", "2:10: extends: names one scenario (found a list"),
    ("extends: nowhere", "2:10: extends: no such scenario or file (found nowhere"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[text[:40] for text, _ in FAULTS])
def test_a_wrong_value_is_told_with_its_line_and_path(folder: Path, text: str, message: str) -> None:
    told = complaints(folder, HEAD + text)
    assert len(told) == 1
    assert told[0].startswith("s.yaml:")
    assert message in told[0]


def test_all_faults_are_told_in_the_order_of_the_lines(folder: Path) -> None:
    told = complaints(
        folder,
        "name: x\nmeasures:\n  a: {like: cast, rate: 2}\nstaff: {choice: none}\naudit: {rate: -1, fien: 2}\nwekes: 3\n",
    )
    assert [line.split(": ")[0] for line in told] == [f"s.yaml:{at}" for at in ("3:13", "3:25", "4:17", "5:15", "5:19", "6:1")]


# --- what is wrong with a file ------------------------------------------------------------------------------------------

BOMB = "a: &a [1]\n" + "\n".join(f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in pairwise("abcdef"))
FILES = [
    (b"", "s.yaml: is empty"),
    (b"# only a comment\n", "s.yaml: is empty"),
    (b"- a\n- b\n", "s.yaml:1:1: a scenario is a mapping such as `name: ...` (found a list)"),
    (b"hello\n", "s.yaml:1:1: a scenario is a mapping such as `name: ...` (found 'hello')"),
    (b"\x89PNG\r\n\x1a\n\xff\xfe", "s.yaml: is not a text file"),
    (b"name: x\x00\n", "s.yaml: is not YAML that can be read"),
    (b"name: [1, 2\n", "s.yaml:2:1: is not YAML that can be read"),
    (b"name: a: b\n", "s.yaml:1:8: is not YAML that can be read: mapping values are not allowed here"),
    (b"name: x\n---\nname: y\n", "but found another document"),
    (b"name: !!python/object/apply:os.system ['true']\n", "s.yaml:1:7: name: tags are not allowed"),
    (b"name: !secret x\n", "s.yaml:1:7: name: tags are not allowed (found !secret)"),
    (b"<<: {name: x}\n", "merge keys (<<) are not allowed; use `extends`"),
    (b"1: x\n", "a key is text; put it in quotes (found '1')"),
    (b"name: &a [*a]\n", "s.yaml:1:7: name.0: contains itself through an alias"),
    (BOMB.encode(), "holds too many values (allowed 20,000, aliases expanded)"),
    (b"name: " + b"[" * 50_000, "nested too deeply (allowed 40 levels)"),
    (b"name: x\nseed: " + b"9" * 5000, "s.yaml:2:7: seed: is not a number that can be read"),
    (b"#" * 300_000, "s.yaml: too large for a scenario (found 300,000 bytes; allowed 262,144)"),
]


@pytest.mark.parametrize(("content", "message"), FILES, ids=[message[:40] for _, message in FILES])
def test_a_wrong_file_is_told(folder: Path, content: bytes, message: str) -> None:
    (folder / "s.yaml").write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load("s.yaml")
    assert message in str(caught.value)
    assert len(caught.value.faults) == 1


def test_a_device_is_no_scenario(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="is not a regular file"):
        load("/dev/zero")


# --- nothing else escapes -----------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["name", "weeks", "extends", "measures", "nps", "like", "pay", "schemes", "staff", "ability", "kind", "0"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, VALUES, max_size=5).map(repr) | st.text(max_size=60))
@example("? [a]\n: b")
@example("- {")
@example("&a *a")
def test_any_text_loads_or_is_told_what_is_wrong(folder: Path, text: str) -> None:
    (folder / "s.yaml").write_text(text, encoding="utf-8", errors="replace")
    with suppress(ScenarioError):
        load("s.yaml")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(KEYS | st.text(max_size=3), min_size=1, max_size=4).map(".".join), VALUES.map(repr))
def test_any_set_is_applied_or_told_what_is_wrong(folder: Path, path: str, value: str) -> None:
    (folder / "s.yaml").write_text("name: x\nmeasures: {nps: {}}\npay: {schemes: [{kind: fixed}]}\n")
    with suppress(ScenarioError):
        load("s.yaml", [f"{path}={value}"])


@pytest.mark.parametrize(
    ("word", "name"), [("Rate", "rate"), ("raet", "rate"), ("zzz", None), (3, None), ("ruel", "rule"), ("", None)]
)
def test_nearest(word: object, name: str | None) -> None:
    assert nearest(word, ["rate", "rule"]) == name
