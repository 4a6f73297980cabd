"""Studies: what may be written, what is told when it is wrong, and which points a design gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from sim.analysis import gap, indices
from sim.analysis.run_indices import READINGS, run_indices, weekly
from sim.experiments.designs import points_of
from sim.experiments.plan import plan
from sim.scenario import catalogue
from sim.scenario.editors import study_schema
from sim.scenario.errors import ScenarioError
from sim.scenario.loading import load
from sim.scenario.study_loading import LoadedStudy, load_study
from sim.world import Organisation

HEAD = "name: x\nbase: nps_bonus\nreplicates: 2\n"


def shipped() -> list[Path]:
    return sorted((catalogue.root() / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_shipped_studies_satisfy_the_editor_schema(path: Path) -> None:
    jsonschema.validate(catalogue.read_file(path, path.stem).plain(), study_schema())


def test_the_editor_schema_takes_every_form_and_finds_faults() -> None:
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    good = {"name": "x", "base": "salary", "factors": {"audit.rate": [0, 1]}, "design": "factorial"}
    more = {"audit.fine": {"low": 1, "high": 9, "scale": "log"}, "s": {"variants": {"a": {"base": "salary"}, "b": {}}}}
    assert judge.is_valid(good)
    assert judge.is_valid({**good, "factors": more, "design": {"kind": "latin", "points": 8}})
    for bad in ({"weeks": "3"}, {"wekes": 3}, {"factors": {"audit.rate": 1}}, {"design": {"kind": "latine"}}, {"factors": None}):
        assert not judge.is_valid({**good, **bad})
    assert not judge.is_valid({"name": "x", "base": "salary"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study(text: str, **more: Any) -> LoadedStudy:
    Path("s.yaml").write_text(HEAD + text)
    return load_study("s.yaml", **more)


def complaint(text: str, **more: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        plan(study(text, **more))
    return str(caught.value)


FAULTS = [
    ("factros: {audit.rate: [0, 1]}\nfactors: {audit.fine: [1, 2]}", "4:1: factros: unknown key (did you mean factors?)"),
    ("factors: {}", "4:10: factors: there is nothing to vary"),
    ("factors: {audit.rate: [0]}", "4:23: factors.audit.rate: a factor takes at least two values"),
    ("factors: {audit.rate: [0, 0]}", "a value stands twice"),
    ("factors: {audit.rate: {values: [0, 1], low: 0, high: 1}}", "one is enough"),
    ("factors: {audit.rate: {}}", "factors.audit.rate: needs values, variants, a range (low, high) or a distribution (kind)"),
    ("factors: {audit.rate: {low: 1, high: 0}}", "low is below high"),
    ("factors: {audit.rate: {low: 0, high: 1, scale: log, steps: 3}}", "a range on a log scale lies above 0"),
    ("factors: {audit.rate: {low: 0, high: 1}}", "a factorial design needs values, or a range with steps"),
    ("factors: {audit.rate: {kind: normal, a: 0}}", "a distribution of kind normal needs a and b"),
    ("factors: {audit.fine: {kind: normal, a: 0, b: 1}}\ndesign: {kind: morris, trajectories: 4}", "give low and high"),
    ("factors: {audit.rate: [0, 1]}\ndesign: {kind: sobol}", "5:9: design: a design of kind sobol needs points"),
    ("factors: {audit.rate: [0, 1]}\ndesign: {kind: saltelli, points: 48}", "a power of two keeps the sequence balanced"),
    ("factors: {audit.rate: [0, 1]}\ndesign: latine", "design.kind: is not one of the choices"),
    ("factors: {audit.raet: [0, 1]}", "4:24: audit.raet: unknown key (did you mean rate?) (at the point audit.raet = 0)"),
    ("factors: {audit.rate: [0, 2]}", "4:27: audit.rate: is out of bounds (found 2; allowed a number from 0 to 1)"),
    ("factors: {pay.schemes.3.rate: [0, 2]}", "pay.schemes: no such entry in the list"),
    ("factors: {seed: [0, 2]}", "is nothing that a factor can set"),
    ("set: {audit.rate: 0}\nfactors: {audit.rate: [0, 1]}", "audit.rate is set by set already"),
    ("factors: {a: {path: audit.rate, values: [0, 1]}, audit.rate: [0, 1]}", "audit.rate is set by factors.a already"),
    ("factors: {base: [salary, salry]}", "no such scenario or file (found salry; did you mean salary?"),
    ("factors: {who: {variants: {a: {base: nowhere}, b: {}}}}", "no such scenario or file (found nowhere"),
    ("factors: {bonus: {path: audit.rate, values: [0, 1]}}", "4:11: factors.bonus: bonus is the name of an index already"),
    ("factors: {weeks: [20, 30]}", "weeks and pay.every are the same at all points (found (20, 4) and (30, 4))"),
    ("factors: {audit.rate: [0, 1]}\nkeep: {indices: [npc.true]}", "5:18: keep.indices: there is no such index (found npc.true"),
    ("factors: {audit.rate: [0, 1]}\nkeep: {series: [nps.gap]}", "keep.series: there is no such series"),
    ("factors: {audit.rate: [0, 1]}\noutcomes: [nps.treu]", "outcomes: is no index that is kept (found nps.treu; did you mean"),
    ("factors: {audit.rate: {}}\ndesign: {kind: table, file: no.csv}", "design.file: cannot be read"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[text[:50] for text, _ in FAULTS])
def test_what_is_wrong_is_told(folder: Path, text: str, message: str) -> None:
    told = complaint(text)
    assert message in told
    assert len(told.splitlines()) == 1


def test_changes_from_the_command_line(folder: Path) -> None:
    text = "factors: {audit.rate: [0, 0.5]}"
    loaded = study(text, sets=["staff.count=20", "pay.schemes.0.rate=3"], flags={"weeks": 30, "replicates": 5})
    planned = plan(loaded)
    spec = planned.recipe(1).scenario()
    assert (spec.staff.count, spec.pay.schemes[0].rate, spec.weeks, spec.audit.rate) == (20, 3, 30, 0.5)
    assert planned.replicates == 5
    assert "--set audit.fien=3: audit.fien: unknown key" in complaint(text, sets=["audit.fien=3"])
    assert "is not of the form" in complaint(text, sets=["audit.fine"])


def test_variants_and_bases(folder: Path) -> None:
    loaded = study("""
factors:
  system:
    variants:
      fixed: {base: salary}
      score: {base: nps_bonus, pay.schemes.0.rate: 2}
  noise: {path: [measures.nps.rate, measures.outcomes.rate], values: [0.1, 0.9]}
  staff: [{choice: rational, count: 20}, {choice: learning}]
""")
    planned = plan(loaded)
    assert len(planned.points) == 8
    first, last = planned.recipe(0).scenario(), planned.recipe(7).scenario()
    assert (first.name, first.pay.schemes, first.measures["outcomes"].rate) == ("Salary", [], 0.1)
    assert (first.staff.choice, first.staff.count) == ("rational", 20)
    assert (last.name, last.pay.schemes[0].rate, last.measures["nps"].rate) == ("NPS bonus", 2, 0.9)
    table = planned.design_table()
    assert table.column("system").to_pylist() == ["fixed"] * 4 + ["score"] * 4
    assert table.column("staff").to_pylist()[0] == '{"choice": "rational", "count": 20}'


class TestDesigns:
    def test_factorial_takes_every_combination(self, folder: Path) -> None:
        points = points_of(study("factors: {audit.rate: {low: 0, high: 1, steps: 3}, audit.fine: [1, 5]}"))
        assert points.values == {"audit.rate": [0, 0, 0.5, 0.5, 1, 1], "audit.fine": [1, 5] * 3}

    def test_a_range_of_whole_numbers_gives_whole_numbers(self, folder: Path) -> None:
        points = points_of(study("factors: {measures.nps.window: {low: 1, high: 4, steps: 7}}"))
        assert points.values == {"measures.nps.window": [1, 2, 3, 4]}
        drawn = points_of(study("factors: {measures.nps.window: {low: 1, high: 4}}\ndesign: {kind: sobol, points: 512}"))
        counts = np.bincount(drawn.values["measures.nps.window"])[1:]
        np.testing.assert_allclose(counts, 128, atol=2)  # the ends are as likely as what lies between

    @pytest.mark.parametrize(
        ("design", "count"),
        [
            ("{kind: latin, points: 7}", 7), ("{kind: sobol, points: 8}", 8), ("{kind: saltelli, points: 8}", 8 * 4),
            ("{kind: saltelli, points: 8, second_order: true}", 8 * 6), ("{kind: morris, trajectories: 5}", 5 * 3),
        ],
    )  # fmt: skip
    def test_samplers(self, folder: Path, design: str, count: int) -> None:
        text = f"factors: {{audit.rate: {{low: 0, high: 0.5}}, audit.fine: {{low: 1, high: 100, scale: log}}}}\ndesign: {design}"
        points, again = points_of(study(text)), points_of(study(text))
        assert len(points) == count
        assert points.values == again.values
        assert points.unit is not None
        rate, fine = (np.array(points.values[name]) for name in ("audit.rate", "audit.fine"))
        np.testing.assert_allclose(rate, 0.5 * points.unit[:, 0])
        np.testing.assert_allclose(np.log10(fine), 2 * points.unit[:, 1], atol=1e-12)

    @pytest.mark.parametrize(
        ("factor", "mean", "sd"),
        [
            ("{kind: normal, a: 5, b: 2}", 5, 2), ("{kind: uniform, a: 2, b: 8}", 5, 6 / 12**0.5),
            ("{kind: exponential, a: 4}", 4, 4),
            ("{kind: normal, a: 0, b: 1, low: 0}", (2 / np.pi) ** 0.5, (1 - 2 / np.pi) ** 0.5),
        ],
    )  # fmt: skip
    def test_distributions(self, folder: Path, factor: str, mean: float, sd: float) -> None:
        points = points_of(study(f"factors: {{audit.fine: {factor}}}\ndesign: {{kind: sobol, points: 4096}}"))
        values = np.array(points.values["audit.fine"])
        assert values.mean() == pytest.approx(mean, abs=5 * sd / 4096**0.75)
        assert values.std() == pytest.approx(sd, rel=0.02)

    def test_lists_are_drawn_evenly(self, folder: Path) -> None:
        points = points_of(study("factors: {staff.choice: [rational, learning, fixed]}\ndesign: {kind: latin, points: 30}"))
        assert pd.Series(points.values["staff.choice"]).value_counts().tolist() == [10, 10, 10]

    def test_the_users_own_table(self, folder: Path) -> None:
        choice = ["fixed", "rational"]
        frame = pd.DataFrame({"audit.rate": [0.1, 0.2], "measures.nps.window": [2.0, 3.0], "staff.choice": choice})
        text = "factors: {audit.rate: {low: 0, high: 1}, measures.nps.window: {}, staff.choice: {}}\n"
        text += "design: {kind: table, file: t}"
        for ending, write in ((".csv", frame.to_csv), (".parquet", frame.to_parquet)):
            write(f"t{ending}", index=False)
            planned = plan(study(text.replace("file: t", f"file: t{ending}")))
            assert planned.points.values["measures.nps.window"] == [2, 3]
            assert planned.recipe(1).scenario().staff.choice == "rational"

    def test_a_wrong_table_is_told(self, folder: Path) -> None:
        text = "factors: {audit.rate: {low: 0, high: 1}, audit.fine: {}}\ndesign: {kind: table, file: t.csv}"
        Path("t.csv").write_text("audit.rate,audit.fin\n0.5,3\n")
        assert complaint(text).splitlines() == [
            "t.csv: factors.audit.fine: has no column audit.fine",
            "t.csv: column 'audit.fin' is no factor of the study (allowed audit.rate, audit.fine; did you mean audit.fine?)",
        ]
        Path("t.csv").write_text("audit.rate,audit.fine\n0.5,3\n1.5,\n")
        assert complaint(text).splitlines() == [
            "t.csv: row 2, audit.rate: is outside of its factor (found 1.5; allowed a number from 0 to 1)",
            "t.csv: row 2, audit.fine: is outside of its factor (found nan; allowed a value)",
        ]


@pytest.mark.parametrize("name", ["nps_bonus", "textbook/baker"])
def test_indices_of_a_run_are_those_of_the_report(name: str) -> None:
    small = ["customers.count=300", "staff.count=10"] if name == "nps_bonus" else []
    model = Organisation(load(name, [*small, "weeks=24", "burn_in=8"]).spec, 3).run()
    tables = model.tables()
    window = gap.last_year(24, 4)
    found = run_indices(model.results(), window)
    worlds = [key for key in found if key.startswith("world.")]
    assert {key: found[key] for key in found if key not in worlds[1:]} == pytest.approx(
        run_indices(model.results(), window, worlds[:1]), nan_ok=True
    )
    named = {table: frame.assign(scenario="") for table, frame in tables.items()}
    for (_, _, label), row in gap.readings(named["series"], named["waterfall"], window).iterrows():
        values = (
            row["reported"], row["true_always"], row["gap"], row[list(gap.HONEST)].sum(), row[list(gap.ACTED)].sum(),
            row["unread"],
        )  # fmt: skip
        assert [found[f"{label}.{reading}"] for reading in READINGS] == pytest.approx(values, abs=1e-9, nan_ok=True)
    books = indices.yearly_books(named["books"], window).iloc[0]
    assert [found[key] for key in ("profit", "cost", "revenue")] == pytest.approx(
        [books["profit"], books["cost"], books.get("revenue", 0.0)]
    )
    single = {
        "gaming_time": indices.gaming_time(named["world"], window),
        "complaints_on_record": indices.complaints_on_record(named["world"], window),
        "engagement": indices.engagement(named["world"], window),
        "certainty_equivalent": indices.certainty_equivalent(named["staff"], window),
        "turnover": indices.turnover(named["world"], named["staff"], window),
    }
    for key, values in single.items():
        assert found[key] == pytest.approx(values.iloc[0] if len(values) else np.nan, nan_ok=True), key
    weeks, lines = weekly(model.results(), ["world.minutes", "books.revenue"])
    world = named["world"]
    minutes = world[world["indicator"] == "minutes"].set_index("week")["value"]
    np.testing.assert_array_equal(lines[:, 0], minutes.reindex(weeks).to_numpy())


def test_no_bonus_at_all_is_a_bonus_of_rate_nothing() -> None:
    """The lower end of every response curve: at rate 0 nothing is paid and nobody acts on a reading."""
    small = ["customers.count=300", "staff.count=10", "weeks=24", "burn_in=8"]
    tables = Organisation(load("nps_bonus", [*small, "pay.schemes.0.rate=0"]).spec, 0).run().tables()
    acted = tables["waterfall"][tables["waterfall"]["component"].isin(gap.ACTED)]
    assert acted["value"].abs().max() == 0
    for table, key, name, value in (("books", "item", "bonus", "amount"), ("world", "indicator", "gaming_minutes", "value")):
        rows = tables[table]
        assert rows.loc[rows[key] == name, value].abs().max() == 0


def test_a_linear_scheme_says_its_rate(folder: Path) -> None:
    Path("p.yaml").write_text("name: p\nmeasures: {nps: {}}\npay: {schemes: [{kind: linear, measure: nps}]}\n")
    with pytest.raises(ScenarioError, match="needs a rate"):
        load("p.yaml")
