"""The classroom in a real headless Chromium: every control, a live run, several visitors, offline, accessible, at three sizes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import SIZES, Watched, accessible, chromium, needs_browser, overflow

pytestmark = needs_browser
ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60_000  # milliseconds; a busy machine is no fault of the page


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "sim", "demo", "--no-open", "--weeks", "80", "--set", "customers.count=1000"]
    # NiceGUI behaves otherwise where it sees pytest in the environment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONUNBUFFERED"] = "1"
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line + server.stdout.read()
    yield found[0]
    server.send_signal(signal.SIGINT)
    rest, _ = server.communicate(timeout=30)
    assert "Traceback" not in rest
    assert "Error" not in rest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def arrive(browser: Any, address: str, size: str = "desk") -> Watched:
    tab = Watched(browser, size)
    try:
        tab.page.goto(address)
        tab.page.wait_for_selector("#play:not([disabled])", timeout=5 * PATIENCE)  # the first one may find rules to compile
    except Exception:
        tab.context.close()
        raise
    return tab


@pytest.fixture
def tab(browser: Any, address: str) -> Iterator[Watched]:
    found = arrive(browser, address)
    yield found
    found.close()


def week(page: Any) -> int:
    return int(re.findall(r"\d+", page.inner_text("#clock"))[0])


def until(page: Any, text: str) -> None:
    page.wait_for_function(text, timeout=PATIENCE)


def steps(page: Any, count: int) -> None:
    for _ in range(count):
        before = week(page)
        page.click("#step")
        until(page, f"document.getElementById('clock').textContent.startsWith('Week {before + 1} ')")


def slide(page: Any, name: str, value: float) -> None:
    page.eval_on_selector(
        f"#{name}",
        "(node, value) => { node.value = value; ['input', 'change'].forEach((kind) => node.dispatchEvent(new Event(kind))); }",
        value,
    )


def visitors(address: str) -> int:
    return int(json.loads(urllib.request.urlopen(address + "visitors").read())["visitors"])


def eventually(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.25)
    return False


def at_rest(page: Any) -> int:
    """The week in which the worlds have stopped; what was under way when they were asked to may still arrive."""

    def still() -> bool:
        before = week(page)
        page.wait_for_timeout(400)
        return week(page) == before

    assert eventually(still)
    return week(page)


def test_play_pause_step_and_reset(tab: Watched) -> None:
    page = tab.page
    assert week(page) == 0
    assert page.evaluate("gamed.state.weeks.at(-1)") == -1
    steps(page, 2)
    page.click("#play")
    until(page, "gamed.state.weeks.length > 40")
    assert page.inner_text("#play") == "Pause"
    assert page.is_disabled("#step")
    page.click("#play")
    until(page, "document.getElementById('play').textContent === 'Play'")
    stopped = at_rest(page)
    lengths = page.evaluate("gamed.state.sides.map(s => [s.scores[0][0].length, s.profit.length, s.complaints[1].length])")
    assert lengths == [[stopped + 26] * 3] * 2
    assert page.evaluate("gamed.state.weeks") == list(range(-26, stopped))
    page.click("#reset")
    until(page, "document.getElementById('clock').textContent.startsWith('Week 0 ')")
    assert page.evaluate("gamed.state.weeks.length") == 26


def test_it_plays_to_the_end_and_stops(tab: Watched) -> None:
    page = tab.page
    page.select_option("#speed", "26")
    page.click("#play")
    until(page, "document.getElementById('clock').textContent === 'Week 80 of 80'")
    until(page, "document.getElementById('play').textContent === 'Play'")
    assert page.is_disabled("#play")
    assert page.is_enabled("#reset")
    assert "firm B reports" in page.inner_text("#verdict")
    assert page.inner_text("#verdict").endswith("The 80 weeks are over: press Reset to begin again.")
    until(page, "[...document.querySelectorAll('.lever input, .lever select')].every((node) => node.disabled)")
    page.click("#reset")
    until(page, "!document.getElementById('audit-1').disabled")
    assert page.is_disabled("#strength-0")


def test_levers_work_while_it_runs_and_are_marked(tab: Watched) -> None:
    page = tab.page
    assert page.is_disabled("#strength-0")
    page.select_option("#speed", "5")
    page.click("#play")
    until(page, "gamed.state.weeks.length > 30")
    for name, value, text in (("strength", 3, "× 3"), ("audit", 0.4, "40 %"), ("conscience", 2, "× 2"), ("pressure", 0, "× 0")):
        slide(page, f"{name}-1", value)
        until(page, f"document.getElementById('{name}-out-1').textContent === '{text}'")
    page.select_option("#inviter-1", "independent")
    until(page, "gamed.state.marks.length === 5")
    page.click("#play")
    told = page.locator("#marks li").all_inner_texts()
    assert len(told) == 5
    assert re.fullmatch(r"Week \d+, firm B: audits from 2 % to 40 %", told[1])
    until(page, "!gamed.state.dirty.has('score-1')")
    marks = page.evaluate(
        "getElement(gamed.state.charts['score-1']).chart.getOption().series[0].markLine.data.map(d => d.label.formatter)"
    )
    assert marks == ["pay begins", "1", "2", "3", "4", "5"]
    page.click("#reset")
    until(page, "gamed.state.marks.length === 0")
    assert page.inner_text("#audit-out-1") == "2 %"


def test_team_size_takes_effect_while_it_runs(tab: Watched) -> None:
    page = tab.page
    page.click("#play")
    until(page, "gamed.state.weeks.length > 40")
    assert page.inner_text("#team_size-out-1") == "10 people"
    slide(page, "team_size-1", 5)  # the last of 1, 2, 5, 10, 25, 50
    until(page, "document.getElementById('team_size-out-1').textContent === '50 people'")
    until(page, "gamed.state.marks.length === 1")
    before = week(page)
    until(page, f"gamed.state.weeks.length > {before + 26 + 8}")
    page.click("#play")
    stopped = at_rest(page)
    assert page.evaluate("gamed.state.weeks") == list(range(-26, stopped))
    assert re.fullmatch(r"Week \d+, firm B: team size from 10 people to 50 people", page.inner_text("#marks li"))
    assert page.inner_text("#team_size-out-0") == "10 people"


def test_another_measure_and_another_scheme(tab: Watched) -> None:
    page = tab.page
    steps(page, 1)
    assert [page.inner_text(f"#{name}-aside-1") for name in ("score", "outcomes")] == ["each point: the last 4 weeks"] * 2
    assert page.inner_text("#firm-1 ~ .window") == "Last twelve weeks"
    page.select_option("#measure", "handle_time")
    until(page, "document.querySelector('[data-measure-long]').textContent.includes('Handle time')")
    assert week(page) == 1
    page.select_option("#scheme-0", "outcomes")
    until(page, "document.getElementById('about-0').textContent.includes('verified')")
    assert week(page) == 0
    assert page.is_enabled("#strength-0")


def test_an_employee_and_the_twin(tab: Watched) -> None:
    page = tab.page
    steps(page, 4)
    page.click("#staff-1 button >> nth=7")
    until(page, "!document.getElementById('closer').hidden")
    assert page.inner_text("#closer-title") == "Employee 7, the same person in both firms"
    for side in (0, 1):
        assert "Care in" in page.inner_text(f"#story-{side}")
        assert page.locator(f"#story-{side} tbody tr").count() == 8
    assert page.evaluate("document.activeElement.id") == "closer"
    before = page.inner_text("#story-1")
    steps(page, 4)
    until(page, "document.getElementById('story-1').innerText !== " + json.dumps(before))


def test_a_customer_and_the_twin(tab: Watched) -> None:
    page = tab.page
    page.select_option("#speed", "26")
    page.click("#play")
    until(page, "gamed.state.weeks.length > 50")
    page.click("#play")
    until(page, "document.getElementById('play').textContent === 'Play'")
    page.fill("#customer", "123")
    page.press("#customer", "Enter")
    until(page, "document.getElementById('closer-title').textContent.startsWith('Customer 123,')")
    assert "in confidence" in page.inner_text("#story-0") or "Has left" in page.inner_text("#story-0")
    page.click("#complained")
    until(page, "/complain/i.test(document.getElementById('story-1').textContent)")
    page.click("#differs")
    until(page, "!document.getElementById('closer-title').textContent.startsWith('Customer 123,')")
    crowd = page.locator("#crowd-0")
    box = crowd.bounding_box()

    def found() -> bool:
        """What was told of somebody may still be moving the picture when one points at it."""
        crowd.click(position={"x": box["width"] * 0.555, "y": box["height"] * 0.25})
        page.wait_for_timeout(500)
        return str(page.inner_text("#closer-title")).startswith("Customer 255,")

    assert eventually(found)


def test_all_of_it_by_keyboard(tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#step")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('clock').textContent.startsWith('Week 1 ')")
    page.focus("#audit-1")
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('audit-out-1').textContent === '3 %'")
    assert page.get_attribute("#audit-1", "aria-valuetext") == "3 %"
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('audit-out-1').textContent === '4 %'")
    until(page, "document.getElementById('marks').textContent === 'Week 1, firm B: audits from 2 % to 4 %'")
    page.focus("#staff-1 button")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.post") == "25"
    page.keyboard.press("Enter")
    until(page, "document.getElementById('closer-title').textContent.startsWith('Employee 25,')")
    page.focus("#large")
    page.keyboard.press("Space")
    assert page.get_attribute("#large", "aria-pressed") == "true"


def test_visitors_have_worlds_of_their_own_and_leaving_frees_them(browser: Any, address: str) -> None:
    assert eventually(lambda: visitors(address) == 0)
    first, second = arrive(browser, address), arrive(browser, address)
    assert visitors(address) == 2
    steps(first.page, 3)
    slide(second.page, "audit-1", 0.3)
    until(second.page, "gamed.state.marks.length === 1")
    assert (week(first.page), week(second.page)) == (3, 0)
    assert first.page.evaluate("gamed.state.marks.length") == 0
    first.page.click("#play")
    until(first.page, "gamed.state.weeks.length > 40")
    first.close()
    assert eventually(lambda: visitors(address) == 1)
    steps(second.page, 1)
    second.close()
    assert eventually(lambda: visitors(address) == 0)


def test_axe_finds_nothing(tab: Watched) -> None:
    page = tab.page
    assert accessible(page) == []
    steps(page, 4)
    slide(page, "audit-1", 0.3)
    page.click("#staff-1 button >> nth=7")
    until(page, "!document.getElementById('closer').hidden")
    for details in page.locator("details > summary").all():
        details.click()
    page.click("#large")
    page.wait_for_timeout(300)
    assert accessible(page) == []


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_and_is_painted_at_three_sizes(
    browser: Any, address: str, size: str, large: bool, tmp_path: Path
) -> None:
    tab = arrive(browser, address, size)
    page = tab.page
    if large:
        page.click("#large")
    page.select_option("#speed", "26")
    page.click("#play")
    until(page, "gamed.state.weeks.length > 60")
    page.click("#play")
    until(page, "document.getElementById('play').textContent === 'Play'")  # what is clicked next no longer moves
    page.click("#staff-1 button >> nth=7")
    until(page, "!document.getElementById('closer').hidden")
    assert overflow(page) <= 0
    box = page.locator("#play").bounding_box()
    assert box["y"] >= 0  # at hand wherever one has scrolled to
    for name in ("score-0", "gap-1", "acts-1", "profit"):
        page.locator(f"#chart-{name}").scroll_into_view_if_needed()
        until(page, f"!gamed.state.dirty.has('{name}')")
        page.wait_for_timeout(100)
        colours = page.eval_on_selector(
            f"#chart-{name} canvas",
            "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size",
        )
        assert colours > 20
    page.screenshot(path=tmp_path / f"{size}.png", full_page=True)
    assert (tmp_path / f"{size}.png").stat().st_size > 50_000
    tab.close()
