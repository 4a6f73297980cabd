"""What an employee does and why, in words and in the money of the utility that was maximised."""

from __future__ import annotations

from html import escape

import numpy as np

from sim.classroom.names import ACTS
from sim.classroom.session import Side
from sim.classroom.words import name_of, number, signed
from sim.incentives import tactics as act
from sim.world import state as st
from sim.world.reasons import TERMS, TRIAL, Reasons

# How the terms of utility are put together for a table that fits a page.
COLUMNS: dict[str, tuple[str, ...]] = {
    "pay": ("pay", "risk", "later_targets"), "serving": ("serving",), "approval": ("approval",), "conscience": ("conscience",),
    "audit": ("sanction",), "effort": ("effort", "minutes"), "team": ("norm",),
}  # fmt: skip
LEAST = 0.5  # money; a term below it is not told in a sentence


def employee_story(side: Side, post: int) -> str:
    """One employee in one world, as HTML: who it is, last payday, what is done now and why."""
    parts = [f"<h3>{escape(side.base.name)}</h3>", _who(side, post)]
    if side.model.week >= side.model.spec.pay.every:
        parts.append(_payday(side, post))
    if _newcomer(side, post):
        parts.append("<p>New in this post: works as newcomers do and has not chosen yet.</p>")
    elif side.reasons is None:
        parts.append("<p>Nobody has had anything to choose yet.</p>")
    else:
        parts.append(_choice(side.reasons, side, post))
    return "".join(parts)


def _newcomer(side: Side, post: int) -> bool:
    """Whether whoever holds the post came after the last choice."""
    model = side.model
    return bool(model.world.staff[post].tenure <= model.week % model.spec.pay.every)


def _who(side: Side, post: int) -> str:
    group, row = side.model.firm.groups["employee"], side.model.world.staff[post]
    person = int(group.succession[post])
    before = f" Number {person + 1} in this post: {_times(person)} somebody left it." if person else ""
    moral = (
        "never games at any price" if group.never[post]
        else f"a conscience of {group.conscience[post]:.1f} (the usual one is 1)"
    )  # fmt: skip
    return (
        f"<p>{int(row.tenure)} weeks in the job, ability {signed(float(row.ability), 1)} sd, engagement "
        f"{signed(float(row.engagement), 1)} sd; {moral}; thinks the chance of an audit is "
        f"{100 * group.audit_belief[post]:.0f} % a pay period.{before}</p>"
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _payday(side: Side, post: int) -> str:
    """What the last pay period brought."""
    model = side.model
    firm, spec = model.firm, model.spec
    group, counts = firm.groups["employee"], firm.counts[post]
    contacts, minutes = int(counts[st.N_CONTACTS]), float(counts[st.N_MINUTES])
    end = model.week - model.week % spec.pay.every
    told = [f"{contacts} contacts"]
    if contacts:
        told.append(f"{minutes / contacts:.1f} minutes each, {100 * counts[st.N_GAMING] / minutes:.0f} % of them on tactics")
    for scheme in spec.pay.schemes:
        if scheme.measure is None or "employee" not in scheme.who:
            continue
        place = firm.places[scheme.measure]
        read = firm.read["employee"]
        short = name_of(scheme.measure, spec.measures[scheme.measure])[0]
        value = float(read.value[post, place]) * float(firm.points[place])
        answers = round(float(read.observed[post, place]))
        told.append(f"a reported {short} of {number(value, 1)} from {answers} observations" if answers else f"no {short} to read")
    money = f"base pay {group.base[post] + group.allowance[post]:,.0f}, bonus <strong>{group.bonus[post]:,.0f}</strong>"
    fine = f", <strong>fined {group.fine[post]:,.0f}</strong> after an audit" if group.fine[post] else ""
    return f"<h4>Last pay period, weeks {end - spec.pay.every} to {end - 1}</h4><p>{', '.join(told)}. Paid: {money}{fine}.</p>"


def _choice(reasons: Reasons, side: Side, post: int) -> str:
    """What is done in this pay period, and what each act is worth to the one who does it."""
    group, currency = side.model.firm.groups["employee"], side.model.spec.currency
    rows, sentences = [], []
    for place, k in enumerate(reasons.acts):
        if not group.open[place]:
            continue
        name = act.CATALOGUE[k].name
        share = float(reasons.chosen[post, place])
        terms = dict(zip(TERMS, reasons.of_act(post, place), strict=True))
        columns = {title: sum(terms[each] for each in parts) for title, parts in COLUMNS.items()}
        worth = sum(columns.values())
        rows.append(_row(ACTS[name], share, columns, worth))
        if share > 0 or (columns["pay"] > LEAST and act.CATALOGUE[k].tactic):
            barred = bool(group.never[post]) and act.CATALOGUE[k].tactic
            sentences.append((share, abs(worth), _sentence(ACTS[name], share, columns, worth, barred)))
    sentences.sort(reverse=True)
    copied = bool(np.abs(reasons.chosen[post] - reasons.own[post]).max() > 1e-9)
    source = "<p>This was copied from a colleague who was paid more.</p>" if copied else ""
    told = "".join(f"<li>{text}</li>" for _, _, text in sentences[:4])
    heads = "".join(f'<th scope="col" class="n">{title}</th>' for title in ("share", *COLUMNS, "worth"))
    return (
        f"<h4>This pay period</h4>{source}<ul>{told}</ul>"
        f"<table><caption>Worth to this employee, {escape(currency)} a pay period, by own beliefs: what is done against "
        f"leaving it; what is left, if done in {100 * TRIAL:.0f} % of contacts. Audit: fear of being found out; team: "
        "going along with it.</caption>"
        f'<thead><tr><th scope="col">Act</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _row(name: str, share: float, columns: dict[str, float], worth: float) -> str:
    cells = "".join(f'<td class="n">{_money(value)}</td>' for value in (*columns.values(), worth))
    kind = ' class="done"' if share > 0 else ""
    return f'<tr{kind}><th scope="row">{name}</th><td class="n">{100 * share:.0f} %</td>{cells}</tr>'


def _money(value: float) -> str:
    return "·" if abs(value) < LEAST else signed(value)


def _sentence(name: str, share: float, columns: dict[str, float], worth: float, barred: bool) -> str:
    """One act in words: what speaks for it, what against."""
    gains = [f"{title} {signed(value)}" for title, value in columns.items() if value >= LEAST]
    losses = [f"{title} {signed(value)}" for title, value in columns.items() if value <= -LEAST]
    balance = f"for it: {', '.join(gains) or 'nothing'}; against it: {', '.join(losses) or 'nothing'}"
    if share > 0:
        return f"<strong>{name} in {100 * share:.0f} % of contacts</strong>, worth {signed(worth)}. {balance.capitalize()}."
    if barred:
        return f"{name}: not done, at no price. In {100 * TRIAL:.0f} % of contacts it would be worth {signed(worth)}."
    return f"{name}: left, since in {100 * TRIAL:.0f} % of contacts it would be worth {signed(worth)}. {balance.capitalize()}."
