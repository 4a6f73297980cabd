"""report.html in a real headless Chromium, opened as a file: nothing asked of any host, hover, keys, toggles, print, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import SIZES, Watched, accessible, chromium, needs_browser, overflow

from sim import compare, load, render, run

pytestmark = needs_browser
FLAGS = {"weeks": 26, "burn_in": 13, "customers.count": 300, "staff.count": 10, "staff.team_size": 5}
LARGEST = 2_000_000  # bytes; what a mail may carry without a thought


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    arms = [load(name, flags=FLAGS) for name in ("salary", "nps_bonus")]
    run(arms[1], replicates=2, workers=1, out=folder / "run")
    compare(arms, replicates=2, workers=1, out=folder / "compare", budget="as_written")
    found = {name: render(folder / name).html for name in ("run", "compare")}
    return {name: path for name, path in found.items() if path is not None}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def opened(browser: Any, path: Path, size: str = "desk", **more: Any) -> Watched:
    tab = Watched(browser, size, offline=True, **more)
    tab.page.goto(path.as_uri())
    return tab


@pytest.mark.parametrize("name", ["run", "compare"])
def test_it_stands_alone_and_begins_with_the_verdict(browser: Any, pages: dict[str, Path], name: str) -> None:
    tab = opened(browser, pages[name])
    order = tab.page.locator("h2").all_inner_texts()
    assert order[0].lower() == "verdict"
    assert order[-1].lower() == "method and caveats"
    assert pages[name].stat().st_size < LARGEST
    tab.close()


def test_a_curve_is_read_by_pointer_and_by_keys(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["compare"])
    page = tab.page
    figure = page.locator("#reported-and-true-nps")
    figure.scroll_into_view_if_needed()
    assert not figure.locator(".reading").is_visible()
    box = figure.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.6)
    told = figure.locator(".reading").inner_text()
    assert "Week" in told
    assert "Reported" in told
    page.mouse.move(0, 0)
    figure.locator(".picture").focus()
    page.keyboard.press("End")
    assert "Week 25" in figure.locator(".reading").inner_text()
    last = figure.locator(".reading").inner_text()
    page.keyboard.press("ArrowDown")
    assert figure.locator(".reading").inner_text() != last
    page.keyboard.press("Escape")
    assert not figure.locator(".reading").is_visible()
    tab.close()


def test_ticks_hide_and_show_layers(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["compare"])
    figure = tab.page.locator("#reported-and-true-nps")
    names = figure.locator(".layers label").all_inner_texts()
    assert [name.strip() for name in names] == ["Reported", "True", "Spread of replicates", "True under fixed pay"]
    line = figure.locator('svg [id^="nps-reported-0"]')
    assert line.is_visible()
    figure.get_by_label("Reported", exact=True).uncheck()
    assert not line.is_visible()
    assert figure.locator('svg [id^="nps-true-0"]').is_visible()
    figure.get_by_label("Reported", exact=True).check()
    assert line.is_visible()
    tab.close()


def test_ids_stand_once(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["compare"])
    twice = tab.page.evaluate(
        "[...document.querySelectorAll('[id]')].map(n => n.id).filter((id, i, all) => all.indexOf(id) !== i)"
    )
    assert twice == []
    tab.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["run", "compare"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, size: str) -> None:
    tab = opened(browser, pages[name], size)
    assert accessible(tab.page) == []
    tab.close()


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_window(browser: Any, pages: dict[str, Path], size: str, tmp_path: Path) -> None:
    tab = opened(browser, pages["compare"], size)
    assert overflow(tab.page) <= 0
    tab.page.screenshot(path=tmp_path / f"{size}.png", full_page=True)
    tab.close()


def test_it_prints_with_all_that_is_folded_away_on_screen(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["compare"])
    page = tab.page
    assert len(page.pdf(format="A4")) > 50_000
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("details:not(.long):not([open])").count() == 0
    assert not page.locator(".layers").first.is_visible()
    tab.close()


def test_it_can_be_read_without_script(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["compare"], java_script_enabled=False)
    assert tab.page.locator("svg").first.is_visible()
    assert not tab.page.locator(".layers").first.is_visible()
    tab.close()
