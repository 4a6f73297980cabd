"""The page of a sweep in a real headless Chromium, opened as a file: every control, keys, no request to a host, print, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import SIZES, Watched, accessible, chromium, needs_browser, overflow
from known_sweeps import grid, names, space
from PIL import Image

from sim.report.sweep_view import View
from sim.report.sweeps import compose

pytestmark = needs_browser
LARGEST = 2_000_000  # bytes; what a mail may carry without a thought


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    folder = tmp_path_factory.mktemp("sweeps")
    return {
        "grid": grid(folder),
        "names": names(folder),
        "latin": space(folder, "{kind: latin, points: 40}"),
        "saltelli": space(folder, "{kind: saltelli, points: 8}"),
    }


@pytest.fixture(scope="module")
def pages(views: dict[str, View], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in views}
    for name, path in found.items():
        path.write_text(compose(views[name]).html, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def opened(browser: Any, path: Path, size: str = "desk", **more: Any) -> Watched:
    tab = Watched(browser, size, offline=True, **more)
    tab.page.goto(path.as_uri())
    return tab


def shown(page: Any, outcome: str) -> float:
    """The mean of an outcome in the table of the explorer."""
    row = page.locator(".outcomes tbody tr", has=page.get_by_role("rowheader", name=outcome))
    return float(row.locator("td").first.inner_text().replace("\u2212", "-").replace(",", ""))


def coloured(place: Any) -> int:
    """How many pixels of a picture are pale blue, as the dots of true readings are and nothing else is."""
    pixels = np.asarray(Image.open(BytesIO(place.screenshot())).convert("RGB")).astype(int)
    pale = (abs(pixels - np.array([143, 175, 204])) < 12).all(axis=2)
    return int(pale.sum())


@pytest.mark.parametrize("name", ["grid", "names", "latin", "saltelli"])
def test_it_stands_alone_begins_with_the_verdict_and_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str) -> None:
    tab = opened(browser, pages[name])
    order = [text.lower() for text in tab.page.locator("h2").all_inner_texts()]
    assert order[:2] == ["verdict", "explore the design points"]
    assert order[-1] == "method and caveats"
    assert pages[name].stat().st_size < LARGEST
    assert accessible(tab.page) == []
    tab.close()


def test_moving_a_slider_by_keys_shows_that_point(browser: Any, pages: dict[str, Path], views: dict[str, View]) -> None:
    tab = opened(browser, pages["grid"])
    page = tab.page
    assert page.locator(".where").inner_text().startswith("Design point 0: bonus rate 0, audit rate 0;")
    page.get_by_label("bonus rate", exact=True).focus()
    page.keyboard.press("End")
    page.get_by_label("audit rate", exact=True).focus()
    page.keyboard.press("ArrowRight")
    row = views["grid"].points.query("`bonus rate` == 8 and `audit rate` == 0.5").iloc[0]
    assert page.locator(".where").inner_text() == "Design point 9: bonus rate 8, audit rate 0.5; 6 replicates."
    assert shown(page, "True NPS") == pytest.approx(row["nps.true"], abs=1)
    assert page.get_by_label("bonus rate", exact=True).get_attribute("aria-valuetext") == "8"
    assert "gap +24" in page.locator(".measure p").inner_text()
    label = page.locator(".curves svg").first.get_attribute("aria-label")
    assert label.startswith("NPS, reported and true along bonus rate: reported 0: ")
    told = page.locator(".told[role=status][aria-live=polite]")
    told.filter(has_text="bonus rate 8, audit rate 0.5").wait_for(state="attached")
    assert "NPS reported" in told.text_content()
    tab.close()


def test_changes_are_told_against_the_first_point(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["grid"])
    page = tab.page
    row = page.locator(".outcomes tbody tr", has=page.get_by_role("rowheader", name="True NPS"))
    assert row.locator("td").nth(2).inner_text() == "–"
    page.get_by_label("bonus rate", exact=True).press("End")
    assert row.locator("td b").inner_text().startswith("\u221216")
    assert "from bonus rate 0, audit rate 0" in page.locator(".outcomes caption").inner_text()
    tab.close()


def test_a_click_on_a_curve_goes_there_and_another_outcome_can_be_chosen(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["grid"])
    page = tab.page
    page.locator(".curves svg").first.scroll_into_view_if_needed()
    box = page.locator(".curves svg").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.95, box["y"] + box["height"] * 0.4)
    assert "bonus rate 8" in page.locator(".where").inner_text()
    assert page.get_by_label("bonus rate", exact=True).input_value() == "4"
    page.get_by_label("Curves of", exact=True).select_option(label="Profit")
    assert page.locator(".curves svg").first.get_attribute("aria-label").startswith("Profit along bonus rate")
    assert "In USD a year" in page.locator(".curves-told").inner_text()
    tab.close()


def test_names_are_chosen_from_a_list(browser: Any, pages: dict[str, Path], views: dict[str, View]) -> None:
    tab = opened(browser, pages["names"])
    page = tab.page
    page.get_by_label("system", exact=True).select_option(label="good")
    row = views["names"].points.query("system == 'good' and `quit rate` == 0.1").iloc[0]
    assert "system good, quit rate 0.1" in page.locator(".where").inner_text()
    assert shown(page, "True NPS") == pytest.approx(row["nps.true"], abs=0.1)
    tab.close()


@pytest.mark.parametrize("name", ["latin", "saltelli"])
def test_a_sampled_design_begins_at_one_of_its_points(browser: Any, pages: dict[str, Path], name: str) -> None:
    tab = opened(browser, pages[name])
    assert tab.page.locator(".where").inner_text().startswith("Design point ")
    tab.close()


def test_between_points_the_nearest_is_shown_and_named(browser: Any, pages: dict[str, Path], views: dict[str, View]) -> None:
    tab = opened(browser, pages["latin"])
    page = tab.page
    page.get_by_label("staff.choice", exact=True).select_option(label="rational")
    page.get_by_label("bonus rate", exact=True).fill("150")
    page.get_by_label("audit.rate", exact=True).fill("100")
    where = page.locator(".where").inner_text()
    assert where.startswith("No point of the design lies exactly there. Shown is the nearest of 40, point ")
    assert "(asked " in where
    points = views["latin"].points
    near = points[points["staff.choice"] == "rational"].copy()
    low, high = points["bonus rate"].min(), points["bonus rate"].max()
    audit = points["audit.rate"]
    place = np.log(near["audit.rate"] / audit.min()) / np.log(audit.max() / audit.min())
    distance = ((near["bonus rate"] - low) / (high - low) - 0.75) ** 2 + (place - 0.5) ** 2
    best = near.loc[distance.idxmin()]
    assert f"point {best['point']}: " in where
    assert shown(page, "True NPS") == pytest.approx(best["nps.true"], abs=1)
    assert "Nothing is interpolated." in page.locator("#explore .hint").first.inner_text()
    tab.close()


@pytest.mark.parametrize("name", ["latin", "saltelli"])
def test_the_dots_of_all_points_are_drawn(browser: Any, pages: dict[str, Path], name: str) -> None:
    tab = opened(browser, pages[name])
    assert coloured(tab.page.locator(".curves svg").first) > 100
    tab.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["grid", "names", "latin"])
def test_it_fits_every_window(browser: Any, pages: dict[str, Path], name: str, size: str, tmp_path: Path) -> None:
    tab = opened(browser, pages[name], size)
    assert overflow(tab.page) <= 0
    assert accessible(tab.page) == []
    tab.page.screenshot(path=tmp_path / f"{size}.png", full_page=True)
    tab.close()


def test_it_prints_with_the_chosen_point_and_all_that_is_folded_away(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["grid"])
    page = tab.page
    page.get_by_label("bonus rate", exact=True).press("End")
    assert len(page.pdf(format="A4")) > 50_000
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("details:not(.long):not([open])").count() == 0
    assert not page.get_by_label("bonus rate", exact=True).is_visible()
    assert page.locator(".control output").first.inner_text() == "8"
    assert page.locator("pre").first.inner_text().startswith("name: Grid")
    tab.close()


def test_it_can_be_read_without_script(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["grid"], java_script_enabled=False)
    page = tab.page
    assert page.locator(".verdict .lead").is_visible()
    assert not page.locator("#explore").is_visible()
    assert page.get_by_text("The explorer needs JavaScript").is_visible()
    page.get_by_text("Every design point").click()
    assert page.get_by_role("region", name="Every design point").locator("tbody tr").count() == 10
    tab.close()
