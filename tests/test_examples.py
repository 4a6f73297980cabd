"""The examples: they import without their extras, their models play, and their pages can be made where the extras are."""

from __future__ import annotations

import runpy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "solara_viz.py"


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLE), run_name="example")


def test_the_model_of_solara_viz_plays_and_collects(example: dict[str, Any]) -> None:
    defaults = {name: slider["value"] for name, slider in example["SLIDERS"].items()}
    model = example["PaidOnScore"](**defaults)
    for _ in range(8):
        model.step()
    rows = model.datacollector.get_model_vars_dataframe()
    series = model.tables()["series"].query("measure == 'nps' and week >= -1")
    assert rows["True NPS"].to_list() == pytest.approx(series["true"].to_list())
    assert rows["Reported NPS"].to_list() == pytest.approx(series["reported"].to_list(), nan_ok=True)
    assert rows["Gifts, %"].iloc[-1] > 0


@pytest.mark.skipif(find_spec("solara") is None, reason="SolaraViz is not installed (pip install '.[solara]')")
def test_the_page_of_solara_viz_can_be_made(example: dict[str, Any]) -> None:
    assert type(example["page"]).__name__ == "Element"
