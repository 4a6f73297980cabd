"""Serves the page: one route, one visitor a browser tab, nothing asked of any other host."""

from __future__ import annotations

import socket
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nicegui import app, ui

from sim.classroom import names
from sim.classroom.page import Visitor, draw_charts
from sim.scenario.schema import Scenario

TEMPLATES = Path(__file__).parent / "templates"
SPEEDS = ((2, "2 weeks/s"), (5, "5 weeks/s"), (10, "10 weeks/s"), (26, "26 weeks/s"))
SPEED = 10
BEAT = 0.08  # seconds between two looks at what is due
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke-width="2">'
    '<path d="M2 12 6 8l3 2 5-7" stroke="#b8430f"/><path d="M2 13h12" stroke="#1f5f99"/></svg>'
)
PARTS = (
    {"name": "outcomes", "title": "Successful outcomes", "size": "",
     "note": "Needs met by the customer's own definition and in time, %. "
             "Where answers can be misread, an honest report lies nearer 50 % than the truth."},
    {"name": "gap", "title": "Where the gap comes from", "size": "high",
     "note": "From the true to the reported reading, last twelve weeks. Grey: an honest survey has it too. "
             "Striped: somebody acted."},
    {"name": "acts", "title": "What staff spend their time on", "size": "high",
     "note": "Minutes a week of each employee beside plain serving, last four weeks; in grey the share of contacts. Blue: what "
             "care adds and haste saves. Orange: tactics."},
    {"name": "complaints", "title": "Complaints", "size": "",
     "note": "A week, mean of the last four weeks: intended by customers, and on record."},
)  # fmt: skip

visitors: weakref.WeakSet[Visitor] = weakref.WeakSet()


def serve(
    catalogue: dict[str, Scenario], chosen: tuple[str, str], host: str, port: int, show: bool, announce: Callable[[str], None]
) -> None:
    """Serve until interrupted; `announce` is told the address once the page can be had."""
    spec = catalogue[chosen[0]]
    html = page_html(spec)
    style = (TEMPLATES / "classroom.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "classroom.js").read_text(encoding="utf-8")

    @ui.page("/", title="Gamed: two firms, one difference")
    async def room() -> None:
        client = ui.context.client
        visitor = Visitor(client, catalogue, chosen, SPEED)
        visitors.add(visitor)
        ui.add_head_html(f"<style>{style}</style>")
        ui.add_body_html(f"<script>{script}</script>")
        ui.html(html, sanitize=False).props("id=room")
        draw_charts(visitor)
        ui.on("gamed", visitor.hear)
        last = time.monotonic()

        async def beat() -> None:
            nonlocal last
            now = time.monotonic()
            seconds, last = now - last, now
            await visitor.tick(seconds)

        ui.timer(BEAT, beat)
        await client.connected(timeout=30)
        client.run_javascript("gamed.wire()")

    @app.get("/visitors")
    def count() -> dict[str, int]:
        return {"visitors": sum(1 for v in visitors if v.session is not None and not v.client.is_deleted)}

    app.on_startup(lambda: announce(address(host, port)))
    ui.run(
        host=host, port=port, show=show, reload=False, title="Gamed", favicon=ICON, language="en-US", tailwind=False,
        show_welcome_message=False, binding_refresh_interval=None, reconnect_timeout=3.0,
    )  # fmt: skip


def address(host: str, port: int) -> str:
    """Where the page is, and who can open it."""
    everybody = host in ("0.0.0.0", "::")
    shown = "localhost" if everybody else f"[{host}]" if ":" in host else host
    text = f"Gamed is at http://{shown}:{port}/  (Ctrl-C ends it)"
    return f"{text}\nEverybody who can reach this computer can open it." if everybody else text


def page_html(spec: Scenario) -> str:
    """The page before anything is drawn on it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    context: dict[str, Any] = {
        "levers": names.LEVERS, "parts": PARTS, "speeds": SPEEDS, "speed": SPEED, "customers": f"{spec.customers.count:,}",
        "staff": spec.staff.count,
    }  # fmt: skip
    return environment.get_template("page.html").render(context)


def free_port(host: str) -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
