"""The examples: their models play, and their pages open."""

from __future__ import annotations

import runpy
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


def test_the_page_of_solara_viz_opens_and_steps(example: dict[str, Any]) -> None:
    """Rendered as Solara's server would, without one: a slider a parameter, a picture a plot, and a step draws both anew."""
    import ipyvuetify
    import ipywidgets
    import solara

    _, page = solara.render(solara.AppLayout(children=[example["page"]]), handle_error=False)
    labels = [slider.label for slider in page.find(ipyvuetify.Slider).widgets]
    assert {each["label"] for each in example["SLIDERS"].values()} <= set(labels)
    drawn = [bytes(picture.value) for picture in page.find(ipywidgets.Image).widgets]
    assert [each[:4] for each in drawn] == [b"\x89PNG"] * 2
    next(button for button in page.find(ipyvuetify.Btn).widgets if button.children == ["Step"]).click()
    anew = [bytes(picture.value) for picture in page.find(ipywidgets.Image).widgets]
    assert all(one != other for one, other in zip(drawn, anew, strict=True))
    page.close()
