"""What happened to a customer lately and why, in words and numbers, from the same week played again for him alone."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.classroom.levers import OPINIONS
from sim.classroom.session import Session, Side
from sim.classroom.words import name_of, number
from sim.incentives import tactics as act
from sim.rules import customer as rules
from sim.world import mind, trace
from sim.world import state as st
from sim.world.trace import Happening

MOST_FOUND = 8  # people that the search buttons go through, in a circle
DOES = {
    "care": "took care", "rushing": "hurried", "selective_invitation": "asked only whoever seemed pleased",
    "pleading": "begged for a high score", "gifts": "offered a gift for a ten",
    "closing_early": "was ready to close the case early", "cherry_picking": "was out for easy cases",
    "complaint_diversion": "was ready to talk a complaint away", "charm": "was charming",
}  # fmt: skip
COUNTS_AS = {
    "net": {1: "one who recommends", 0: "indifferent", -1: "one who warns others"},
    "top": {1: "satisfied", 0: "not satisfied"},
}  # fmt: skip


def customer_story(side: Side, who: int) -> str:
    """One customer in one world, as HTML: how he feels, what happened in the last weeks, what comes next."""
    row = side.model.world.customers[who]
    parts = [f"<h3>{escape(side.base.name)}</h3>"]
    if row.status == st.LEFT:
        parts.append(f"<p><strong>Has left this firm.</strong> The last answer would have been {int(row.answer)} of 10.</p>")
    else:
        parts.append(_feeling(side, row))
    told = [_happening(side, each) for kept in side.past for each in trace.happenings(kept, who)]
    since = side.model.week - len(side.past)
    parts.append(f"<h4>Weeks {since} to {side.model.week - 1}</h4>")
    parts.append(f"<ul>{''.join(told)}</ul>" if told else "<p>Nothing happened: no need, no contact with the firm.</p>")
    if row.status == st.ACTIVE:
        parts.append(_next(side, row))
    return "".join(parts)


def _feeling(side: Side, row: Any) -> str:
    """The answer now and what it is made of; the chance to leave."""
    p = side.model.world.p
    memory = float(rules.memory(row.peak, row.end, p.peak_weight))
    score = float(mind.score_of(p, row))
    expected = float(mind.expectation_of(p, row, float(side.model.week)))
    hazard = float(mind.hazard_of(p, row, score)) * 52 if p.exit else 0.0
    bound = ", bound by a contract" if row.contract else ""
    return (
        f"<p>Would answer <strong>{int(row.answer)} of 10</strong> in confidence now{bound}. "
        f"That is {number(float(p.level), 1)} to begin with, {_plus(float(p.slope) * memory)} for what is remembered of "
        f"contacts (worst or best {_plus(float(row.peak))}, latest {_plus(float(row.end))}), {_plus(float(row.taste))} for "
        f"taste, together {number(score, 1)}. Expects a contact of quality {_plus(expected)}. "
        f"Leaves at this rate with {100 * (1 - np.exp(-hazard)):.0f} % within a year.</p>"
    )


def _plus(value: float) -> str:
    return ("+" if value >= 0 else "") + number(value, 1)


def _next(side: Side, row: Any) -> str:
    """What is due: the date is chance's and the same in both worlds, unless a case is still open."""
    at = float(row.due)
    if at >= st.NEVER or at > side.model.week + 520:
        return "<p>No need is in sight.</p>"
    what = "Comes back about the open case" if row.contacts > 0 else "The next need arises"
    return f"<p>{what} in week {int(at)}.</p>"


def _happening(side: Side, each: Happening) -> str:
    """One date of the story."""
    counts, p = each.counts, side.model.world.p
    if counts[st.N_LEFT]:
        return f"<li><strong>Week {int(each.at)}: left the firm.</strong> The answer was {int(each.before.answer)} of 10.</li>"
    again = ", about the same matter again" if each.before.contacts else ""
    start = f"<strong>Week {int(each.at)}:</strong> called{again}. "
    if counts[st.N_ABANDONED]:
        return f"<li>{start}Hung up after {counts[st.N_WAIT]:.1f} minutes of waiting.{_moved(each)}{_after(each)}</li>"
    wait = f"Waited {counts[st.N_WAIT]:.1f} minutes. " if counts[st.N_WAIT] > 0.05 else ""
    done = [DOES[act.EMPLOYEE_ACTS[k]] for k in range(act.ACTS) if each.after.acts & (1 << k)]
    who = f"Employee {int(each.after.server)} " + (_listed(done) if done else "did the usual")
    solved = _solved(each, p)
    text = f"{start}{wait}{who}; the need was <strong>{'met' if solved else 'not met'}</strong>."
    return f"<li>{text}{_moved(each)}{_complaint(each, solved)}{_after(each)}{_surveys(side, each)}</li>"


def _solved(each: Happening, p: Any) -> bool:
    """Whether the contact itself met the need: quality without waiting and effort lies on the good side."""
    efforts = float(each.before.contacts) + float(p.extra_handoffs)
    waiting = min(float(p.wait_weight) * float(each.counts[st.N_WAIT]), float(p.wait_cap))
    return not each.counts[st.N_INTENDED] and float(each.counts[st.N_QUALITY]) + waiting + float(p.effort_weight) * efforts > 0


def _moved(each: Happening) -> str:
    before, after = int(each.before.answer), int(each.after.answer)
    if before == after:
        return f" The answer stays {after}."
    return f" The answer goes from {before} to <strong>{after}</strong>."


def _complaint(each: Happening, solved: bool) -> str:
    counts = each.counts
    if solved or not counts[st.N_INTENDED]:
        return ""
    if not counts[st.N_VOICED]:
        return " Wanted to complain and said nothing."
    if counts[st.N_HUSHED]:
        return " Complained; the employee talked it away, so it is on no record."
    if counts[st.N_DIVERTED]:
        return " Complained; the firm's team for it closed it, so it is on no record."
    return " Complained; it was recorded" + (" and put right." if counts[st.N_MET] else ".")


def _after(each: Happening) -> str:
    if each.counts[st.N_ENDED] and not each.counts[st.N_MET]:
        return " Gave up."
    if not each.counts[st.N_ENDED]:
        return " Will call again."
    return ""


def _surveys(side: Side, each: Happening) -> str:
    """Who was asked, who answered, what it counted for: opinion surveys at this contact."""
    spec, told = side.model.spec, []
    for place, (label, measure) in enumerate(spec.measures.items()):
        cell = each.readings[place]
        if measure.reads not in OPINIONS or measure.population != "contacts" or cell["den"][st.TRUE] <= 0:
            continue
        told.append(f"<br><em>{escape(name_of(label, measure)[0])} survey:</em> {_asked(each, place, measure.aggregate)}")
    return "".join(told)


def _asked(each: Happening, place: int, aggregate: str) -> str:
    num, den = each.readings[place]["num"], each.readings[place]["den"]
    usual, invited, both = float(den[st.SELECTION]), float(den[st.STEERING]), float(den[st.NONRESPONSE])
    text = f"chance to be asked {100 * invited:.0f} %"
    if abs(invited - usual) > 0.005:
        text += f" ({100 * usual:.0f} % if nobody chose)"
    if not each.invited[place]:
        return text + "; not asked."
    text += f"; asked, answers with {100 * both / invited:.0f} %" if invited > 0 else "; asked"
    if den[st.REALISED] <= 0:
        return text + "; no answer came into the report."
    names = COUNTS_AS.get(aggregate, {})
    stated, honest = float(num[st.REALISED]), float(num[st.TRUE])
    text += f"; counted as {names.get(round(stated), number(stated, 1))}"
    if round(stated) != round(honest):
        text += f", in confidence {names.get(round(honest), number(honest, 1))}"
    return text + "."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def who_differs(session: Session, before: tuple[str, int] | None) -> int:
    """A customer whose answers lie far apart in the two worlds; another one than before."""
    rows = [side.model.world.customers[: side.base.customers.count] for side in session.sides]
    there = min(len(each) for each in rows)
    a, b = (each[:there] for each in rows)
    both = (a["status"] == st.ACTIVE) & (b["status"] == st.ACTIVE)
    apart = np.where(both, np.abs(a["answer"].astype(int) - b["answer"]), -1)
    return following(np.argsort(-apart, kind="stable")[:MOST_FOUND], before)


def following(found: NDArray[np.int64], before: tuple[str, int] | None) -> int:
    """The one after the last that was looked at, in a circle; 0 if there is none."""
    known = [int(i) for i in found]
    if before is not None and before[0] == "customer" and before[1] in known:
        return known[(known.index(before[1]) + 1) % len(known)]
    return known[0] if known else 0


def who_complained(session: Session, before: tuple[str, int] | None) -> int:
    """A customer who wanted to complain in the last weeks in the second world; another one than before."""
    side = session.sides[1]
    found: list[int] = []
    for kept in reversed(side.past):
        due = np.flatnonzero(kept.world.next_at[: side.base.customers.count] < kept.week + 1.0)
        for who in due:
            if len(found) < MOST_FOUND and any(h.counts[st.N_INTENDED] for h in trace.happenings(kept, int(who))):
                found.append(int(who))
    return following(np.array(found, np.int64), before)
