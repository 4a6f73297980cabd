"""The result folder and its manifest, on a toy engine."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from toy_engine import PAID, full_disk, put_in_place, spec

from sim.analysis.manifest import read as read_study
from sim.experiments import NotAResult, compare, read, run, store, write_csv
from sim.experiments.instruments import instruments
from sim.experiments.tables import join, pack
from sim.scenario.errors import ScenarioError
from sim.scenario.measures import PRESETS


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch)


class TestStore:
    TABLES = join([("A", pack({"series": pd.DataFrame({"week": [0, 1], "measure": ["nps", "nps"]})}))])

    def test_a_folder_without_a_manifest_is_no_result(self, tmp_path: Path) -> None:
        store.write(tmp_path, self.TABLES, {}, None)
        (tmp_path / "manifest.json").unlink()
        with pytest.raises(NotAResult):
            read(tmp_path)

    @pytest.mark.parametrize("step", range(4))
    def test_a_write_cut_short_never_looks_finished(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        store.write(tmp_path, self.TABLES, {"which": "old"}, None)
        replaced: list[str] = []

        def cut(source: Path, target: Path) -> None:
            if len(replaced) == step:
                raise KeyboardInterrupt
            replaced.append(target.name)
            Path(source).rename(target)

        monkeypatch.setattr(os, "replace", cut)
        more = {**self.TABLES, "books": self.TABLES["series"]}
        try:
            store.write(tmp_path, more, {"which": "new"}, None)
        except KeyboardInterrupt:
            with pytest.raises(NotAResult):
                read(tmp_path)
        else:
            assert replaced == ["books.parquet", "series.parquet", "manifest.json"]
            assert read(tmp_path)[1]["which"] == "new"
        assert not list(tmp_path.glob(".partial-*"))

    def test_a_table_that_cannot_be_written_leaves_the_old_result(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write(tmp_path, self.TABLES, {"which": "old"}, None)
        monkeypatch.setattr(store.pq, "write_table", full_disk)
        result = run(spec(), workers=1, out=tmp_path)
        assert result.folder is None
        assert result.failures[-1]["stage"] == "write"
        assert len(result.tables["series"]) == 12
        assert read(tmp_path)[1]["which"] == "old"

    def test_tables_of_an_earlier_run_do_not_stay(self, tmp_path: Path) -> None:
        run(spec(), workers=1, out=tmp_path, micro=True)
        write_csv(tmp_path)
        (tmp_path / "notes.txt").touch()
        run(spec(), workers=1, out=tmp_path)
        assert not list(tmp_path.glob("customers.*")) + list(tmp_path.glob("series.csv"))
        assert (tmp_path / "notes.txt").exists()

    def test_csv_holds_the_same_rows(self, tmp_path: Path) -> None:
        run(spec(), workers=1, out=tmp_path)
        (series, _staff) = write_csv(tmp_path)
        pd.testing.assert_frame_equal(pd.read_csv(series), read(tmp_path)[0]["series"])

    def test_arms_may_differ_in_their_columns(self) -> None:
        one = pack({"staff": pd.DataFrame({"role": ["employee"], "a_care": [1]})})
        two = pack({"staff": pd.DataFrame({"role": ["head"], "a_gaming": [0.5]})})
        frame = join([("A", one), ("B", two)])["staff"].to_pandas()
        assert list(frame.columns) == ["scenario", "role", "a_care", "a_gaming"]
        assert frame["scenario"].tolist() == ["A", "B"]
        assert frame["a_care"].isna().tolist() == [False, True]


class TestArms:
    def test_equal_names_are_told_apart(self) -> None:
        result = compare([spec(), spec()], workers=1, replicates=1, budget="as_written")
        assert result.tables["series"]["scenario"].unique().tolist() == ["Toy", "Toy (2)"]

    def test_other_length_is_refused(self) -> None:
        with pytest.raises(ScenarioError, match="weeks"):
            compare([spec(), spec("Long", weeks=16)])

    def test_what_breaks_the_pairing_is_said(self) -> None:
        result = compare([spec(), spec("Other", seed=2)], workers=1, replicates=1, budget="as_written")
        assert len(result.manifest["warnings"]) == 1
        assert "seed differs" in result.manifest["warnings"][0]
        assert result.manifest["differences"] == {"seed": [1, 2]}


class TestManifest:
    def test_the_analysis_reads_what_the_runner_writes(self) -> None:
        measures = {"score": {"like": "nps"}, "again": {"like": "nps"}, "calls": {"like": "service_level"}}
        pay = [{"kind": "team", "measure": "calls", "rate": 1, "who": ["head"]}, {**PAID[0], "measure": "score"}]
        arms = [spec("S", measures=measures), spec("P", measures=measures, pay={"schemes": pay})]
        study = read_study(compare(arms, workers=1, replicates=1, budget="as_written").manifest)
        assert study.fixed_pay is study.arms[0]
        paid = study.arms[1]
        assert paid.paid_measures == ("score", "calls")
        assert paid.changes == ((0, "linear pay on score starts"), (0, "team pay on calls starts"))
        assert paid.measures["score"].instrument == paid.measures["again"].instrument
        assert (paid.measures["score"].low, paid.measures["calls"].unit) == (-100, "%")
        assert paid.measures["score"].scale == "share of answers 9-10 less share of 0-6"
        assert paid.measures["calls"].scale == "share of callers answered within 3 minutes"

    def test_every_kind_of_measure_has_a_unit(self) -> None:
        everything = instruments(spec(measures={key: {} for key in PRESETS}))
        assert set(everything) == set(PRESETS)
        assert all(note["unit"] and note["scale"] for note in everything.values())
