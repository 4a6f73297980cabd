"""One visitor's page: what is sent to it week by week, and what it asks for. A world of its own for each visitor."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from nicegui import run, ui

from sim.classroom import charts, names, words
from sim.classroom import levers as lever
from sim.classroom.customers import customer_story, who_complained, who_differs
from sim.classroom.employees import employee_story
from sim.classroom.levers import Levers
from sim.classroom.meter import GAMED
from sim.classroom.session import Session
from sim.report.words import money
from sim.scenario.schema import Scenario

OUTCOMES = "outcomes"
SLOW = 4  # weeks between two looks at what moves slowly: the gap, acts, people, the table
MOST_AT_ONCE = 13  # weeks played before the page is shown something again
AHEAD = 3  # frames that may be under way to a slow browser


class Visitor:
    """The worlds of one visitor and what the page shows of them."""

    def __init__(self, client: Any, catalogue: dict[str, Scenario], chosen: tuple[str, str], speed: float) -> None:
        self.client, self.catalogue, self.chosen, self.speed = client, catalogue, list(chosen), speed
        self.session: Session | None = None
        self.measure = ""
        self.playing = False
        self.debt = 0.0  # weeks that ought to have been played and were not
        self.sent = self.shown = 0
        self.drawn_slowly = -1
        self.looked_at: tuple[str, int] | None = None
        self.ids: dict[str, int] = {}
        self.turn = asyncio.Lock()  # the worlds are moved by one hand at a time

    # ---- what the page asks for
    async def hear(self, event: Any) -> None:
        """Do what the visitor asked for; anything else than a known wish is ignored."""
        wish = event.args if isinstance(event.args, dict) else {}
        if wish.get("kind") == "shown":
            self.shown = int(wish.get("n", 0))
            return
        answer: Callable[..., Any] | None = getattr(self, f"on_{wish.get('kind')}", None)
        if answer is None:
            return
        async with self.turn:
            await answer(wish)

    async def on_ready(self, _: dict[str, Any]) -> None:
        """The page is there: found the worlds."""
        if self.session is None:
            left, right = (self.catalogue[name] for name in self.chosen)
            self.session = await run.io_bound(Session, left, right)
            self.measure = self.usual_measure()
        self.begin()

    async def on_play(self, _: dict[str, Any]) -> None:
        """Go on."""
        self.playing, self.debt = True, 0.0
        self.frame([])

    async def on_pause(self, _: dict[str, Any]) -> None:
        """Stop, and show everything as it stands."""
        self.playing = False
        self.frame([], slow=True)
        self.renew()

    async def on_step(self, _: dict[str, Any]) -> None:
        """One week."""
        await self.play_on(1, slow=True)
        self.renew()

    async def on_reset(self, _: dict[str, Any]) -> None:
        """Both worlds from the start, with the levers as their scenarios have them."""
        await self.afresh(self.worlds.reset)

    async def on_speed(self, wish: dict[str, Any]) -> None:
        """Weeks a second."""
        self.speed = min(max(float(wish["value"]), 0.5), 52.0)

    async def on_measure(self, wish: dict[str, Any]) -> None:
        """Show another measure."""
        if wish["value"] in self.common():
            self.measure = wish["value"]
            self.begin()

    async def on_scheme(self, wish: dict[str, Any]) -> None:
        """Another scenario in one place."""
        side, name = int(wish["side"]), str(wish["value"])
        if name in self.catalogue and side in (0, 1):
            self.chosen[side] = name
            await self.afresh(self.worlds.choose, side, self.catalogue[name])

    async def on_reading(self, wish: dict[str, Any]) -> None:
        """A lever is under way: tell its position, change nothing yet."""
        side, moved = int(wish["side"]), self.asked(wish)
        if not self.worlds.over:
            state = {"value": wish["value"], "text": words.lever_text(wish["name"], getattr(moved, wish["name"])), "off": False}
            self.tell("setLever", wish["name"], side, state)

    async def on_lever(self, wish: dict[str, Any]) -> None:
        """A lever was moved."""
        side, moved = int(wish["side"]), self.asked(wish)
        self.worlds.move(side, wish["name"], getattr(moved, wish["name"]))
        self.tell("remark", self.marks())
        self.tell("setLever", wish["name"], side, self.lever_states(side)[wish["name"]])

    async def on_employee(self, wish: dict[str, Any]) -> None:
        """Look closer at an employee and the twin."""
        self.look("employee", int(wish["number"]))

    async def on_customer(self, wish: dict[str, Any]) -> None:
        """Look closer at a customer and the twin."""
        self.look("customer", int(wish["number"]))

    async def on_differs(self, _: dict[str, Any]) -> None:
        """Look closer at a customer who fares differently in the two worlds."""
        self.look("customer", who_differs(self.worlds, self.looked_at))

    async def on_complained(self, _: dict[str, Any]) -> None:
        """Look closer at a customer who wanted to complain lately."""
        found = await run.io_bound(who_complained, self.worlds, self.looked_at)
        self.look("customer", found or 0)

    # ---- what is sent to the page
    @property
    def worlds(self) -> Session:
        """The session; there is one as soon as the page is ready."""
        if self.session is None:
            raise RuntimeError("the page asked for something before it was ready")
        return self.session

    def tell(self, function: str, *arguments: Any) -> None:
        """Call a function of the page's script."""
        self.client.run_javascript(f"gamed.{function}({', '.join(json.dumps(each) for each in arguments)})")

    async def tick(self, seconds: float) -> None:
        """Play as many weeks as are due after `seconds`, unless the browser is still busy with earlier ones."""
        if not self.playing or self.session is None or self.sent - self.shown > AHEAD or self.turn.locked():
            return
        self.debt = min(self.debt + self.speed * seconds, MOST_AT_ONCE)
        weeks = int(self.debt)
        if weeks:
            self.debt -= weeks
            async with self.turn:
                if self.playing:  # a pause may have come first
                    await self.play_on(weeks)

    async def play_on(self, weeks: int, slow: bool = False) -> None:
        """Play and show what came of it."""
        before = self.worlds.week
        played = await run.io_bound(self.worlds.advance, weeks) or 0
        self.playing = self.playing and not self.worlds.over
        self.frame(list(range(played, 0, -1)), slow or self.worlds.week // SLOW > before // SLOW or self.worlds.over)
        if self.worlds.over:
            for side in (0, 1):
                self.tell("setLevers", side, self.lever_states(side))

    async def afresh(self, found: Callable[..., Any], *arguments: Any) -> None:
        """Found both worlds anew and show them."""
        self.playing = False
        self.looked_at = None
        self.tell("busy", "Setting up two firms …")
        await run.io_bound(found, *arguments)
        if self.measure not in self.common():
            self.measure = self.usual_measure()
        self.begin()

    def begin(self) -> None:
        """Show everything, from the first week on."""
        session, spec = self.worlds, self.worlds.sides[0].model.spec
        short, long = words.name_of(self.measure, spec.measures[self.measure])
        known = [(label, words.name_of(label, spec.measures[label])[1]) for label in self.common()]
        state = {
            "charts": self.ids, "marks": self.marks(), "customers": min(s.base.customers.count for s in session.sides),
            "measures": words.options(known, self.measure), "measure": {"short": short, "long": long},
            "words": {
                **names.CHARTS, "parts": names.PARTS, "acts": names.ACTS, "gamed": GAMED, "serving": names.SERVING,
                "currency": spec.currency,
            },
            "sides": [self.side_state(i) for i in (0, 1)],
            "frame": self.frame_of(list(range(len(session.sides[0].meter.weeks), 0, -1)), slow=True),
        }  # fmt: skip
        self.tell("begin", state)

    def side_state(self, number: int) -> dict[str, Any]:
        """The head of a column: which scheme, what it is, its levers."""
        side = self.worlds.sides[number]
        known = [(name, spec.name) for name, spec in self.catalogue.items()]
        return {
            "schemes": words.options(known, self.chosen[number]), "about": side.base.about,
            "levers": self.lever_states(number), "staff": side.base.staff.count,
            "windows": [words.window_text(side.model.spec.measures[label]) for label in self.drawn()],
        }  # fmt: skip

    def lever_states(self, number: int) -> dict[str, dict[str, Any]]:
        """All levers of a world as they stand."""
        side = self.worlds.sides[number]
        return words.lever_state(side.base, side.levers, lever.team_sizes(side.base), self.worlds.over)

    def marks(self) -> list[dict[str, Any]]:
        """The changes made, numbered."""
        marks = enumerate(self.worlds.marks, 1)
        return [{"week": m.week, "side": m.side, "number": n, "text": words.mark_text(m)} for n, m in marks]

    def frame(self, back: list[int], slow: bool = False) -> None:
        """Send the weeks that lie `back` weeks before now, and what moves slowly if it is time for it."""
        self.sent += 1
        self.tell("take", {**self.frame_of(back, slow), "n": self.sent})

    def frame_of(self, back: list[int], slow: bool) -> dict[str, Any]:
        """One message to the page."""
        session = self.worlds
        labels = self.drawn()
        frame: dict[str, Any] = {
            "weeks": [session.sides[0].meter.weeks[-b] for b in back],
            "rows": [[side.meter.week_row(labels, b) for side in session.sides] for b in back],
            "clock": f"Week {session.week} of {session.weeks}", "playing": self.playing, "over": session.over,
        }  # fmt: skip
        if slow:
            frame["slow"] = [self.slow_of(i) for i in (0, 1)]
            frame["table"] = words.table(session, self.measure)
            frame["verdict"] = words.verdict(session, self.measure)
        return frame

    def slow_of(self, number: int) -> dict[str, Any]:
        """What a world looks like beside its curves."""
        side = self.worlds.sides[number]
        meter, spec = side.meter, side.model.spec
        digits = words.digits_of(spec.measures[self.measure])
        gamed = words.gaming_of(meter, self.measure)
        reported, true = meter.ends(self.measure)
        outcomes = meter.ends(OUTCOMES)[1] if OUTCOMES in meter.labels else None
        return {
            "gap": meter.gap(self.measure), "acts": meter.acts(), "faces": side.faces(), "busy": side.busy(),
            "time": words.time_spent(meter),
            "gamed": "nobody answered" if gamed is None else f"{words.signed(gamed, 1)} gamed",
            "tiles": {
                "reported": words.number(reported, digits),
                "true": words.number(true, digits),
                "outcomes": "–" if outcomes is None else f"{outcomes:.1f} %",
                "profit": "–" if meter.profit[-1] is None else money(1000 * meter.profit[-1], spec.currency),
            },
        }  # fmt: skip

    # ---- looking closer
    def look(self, kind: str, number: int) -> None:
        """Tell of a person and the twin in the other world."""
        last = min(s.base.staff.count if kind == "employee" else s.base.customers.count for s in self.worlds.sides) - 1
        self.looked_at = (kind, min(max(number, 0), last))
        self.tell("closer", *self.stories())

    def renew(self) -> None:
        """Tell of the same person as things stand now."""
        if self.looked_at is not None:
            self.tell("renew", *self.stories())

    def stories(self) -> tuple[str, list[str], int]:
        """Title, the story in each world, and the post that is marked (-1: none)."""
        kind, number = self.looked_at or ("employee", 0)
        tell = employee_story if kind == "employee" else customer_story
        title = f"{kind.capitalize()} {number}, the same person in both firms"
        return title, [tell(side, number) for side in self.worlds.sides], number if kind == "employee" else -1

    # ---- small questions
    def asked(self, wish: dict[str, Any]) -> Levers:
        """The levers of a side as the page wants them, within their bounds."""
        side = self.worlds.sides[int(wish["side"])]
        known = names.TITLES[wish["name"]]
        value: Any = wish["value"]
        if known.name == "team_size":
            sizes = lever.team_sizes(side.base)
            value = sizes[min(max(int(value), 0), len(sizes) - 1)]
        elif known.kind == "range":
            value = min(max(float(value), known.low), known.high)
        elif value not in lever.INVITERS:
            value = side.levers.inviter
        return side.levers.moved(known.name, value)

    def drawn(self) -> list[str]:
        """The measures of the two pairs of curves."""
        return [self.measure, OUTCOMES if OUTCOMES in self.common() else self.measure]

    def common(self) -> list[str]:
        """Measures that both worlds have."""
        there = [side.model.spec.measures for side in self.worlds.sides]
        return [label for label in there[0] if label in there[1]]

    def usual_measure(self) -> str:
        """What the second world is paid on, or the first, or the first measure that both have."""
        wanted = [words.paid_on(side.base) for side in reversed(self.worlds.sides)]
        return next((label for label in wanted if label in self.common()), self.common()[0])


def draw_charts(visitor: Visitor) -> None:
    """Put every chart in its place on the page."""
    for name in charts.names():
        with ui.teleport(f"#chart-{name}"):
            visitor.ids[name] = ui.echart(charts.option(name)).id
