"""What things are called on the page, and the sentence that says what is to be seen."""

from __future__ import annotations

from html import escape
from typing import Any

from sim.classroom.levers import Levers
from sim.classroom.meter import GAMED, QUARTER, Meter
from sim.classroom.names import ACTS, LETTERS, LEVERS, MEASURES, PARTS, TITLES
from sim.classroom.session import Mark, Session
from sim.scenario.measures import Measure
from sim.scenario.schema import Scenario

YEAR = 52


def lever_text(name: str, value: Any) -> str:
    """The position of a lever in words."""
    lever = TITLES[name]
    if name == "audit":
        return f"{100 * value:.0f} %"
    if name == "team_size":
        return f"{value} {'person' if value == 1 else 'people'}"
    return dict(lever.choices)[value] if lever.choices else f"× {value:g}"


def mark_text(mark: Mark) -> str:
    """A change in words, as the list below the levers has it."""
    before, after = lever_text(mark.name, mark.before), lever_text(mark.name, mark.after)
    return f"Week {mark.week}, firm {LETTERS[mark.side]}: {TITLES[mark.name].title.lower()} from {before} to {after}"


def name_of(label: str, measure: Measure) -> tuple[str, str]:
    """Short and long name of a measure."""
    return MEASURES.get(measure.like or label, (label, label.replace("_", " ")))


def options(pairs: list[tuple[str, str]], chosen: str) -> str:
    """The options of a select."""
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in pairs
    )


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign and a true minus; never minus nothing."""
    text = f"{value:+.{digits}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{digits}f}"


def number(value: float | None, digits: int = 0) -> str:
    """A number with a true minus; a dash if there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return (text if float(text) else f"{0:.{digits}f}").replace("-", "−")


def window_text(measure: Measure) -> str:
    """What one point of a measure's curve covers."""
    return "each point: one week" if measure.window == 1 else f"each point: the last {measure.window} weeks"


def digits_of(measure: Measure) -> int:
    """Decimals in which a measure is told."""
    return 1 if measure.reads in ("jobs", "handle_minutes", "wait", "complaints", "backlog", "departures") else 0


def gaming_of(meter: Meter, label: str) -> float | None:
    """Points of the gap that exist only because somebody acts on the reading; None where nobody answered."""
    gap = meter.gap(label)
    return sum(gap[part] for part in GAMED) if gap else None


def time_spent(meter: Meter) -> str:
    """What an employee's week goes into, in one line."""
    hours, tactics = meter.work()
    part = 100 * tactics / (60 * hours) if hours else 0.0
    return f"{hours:.0f} hours a week each, {tactics:.0f} minutes of it on tactics ({part:.1f} %)"


def spent(act: tuple[float, float]) -> str:
    """Minutes a week, and in what share of contacts."""
    minutes, share = act
    return f"{number(minutes, 0 if abs(minutes) >= 9.95 else 1)} ({100 * share:.0f} % of contacts)"


def paid_on(spec: Scenario) -> str:
    """The measure that a firm pays its staff for, or nothing."""
    return next((s.measure for s in spec.pay.schemes if s.measure), "")


def verdict(session: Session, label: str) -> str:
    """One paragraph: what the last quarter shows, and what to do next."""
    if session.over:
        return f"{_shown(session, label)} The {session.weeks} weeks are over: press Reset to begin again."
    untouched = session.week >= YEAR and not session.marks
    return _shown(session, label) + (" Now move a lever of firm B, such as who invites to the survey." if untouched else "")


def _shown(session: Session, label: str) -> str:
    """What the last quarter shows, firm B against firm A."""
    a, b = (side.meter for side in session.sides)
    measure = session.sides[1].model.spec.measures[label]
    digits, short = digits_of(measure), name_of(label, measure)[0]
    said, felt = zip(*(meter.ends(label) for meter in (a, b)), strict=True)
    if session.week < QUARTER:
        return _opening(session, said[0], felt[0], gaming_of(a, label) or 0.0, digits)
    if None in said or None in felt:
        return f"Nobody answered the survey in these twelve weeks, so there is no reported {short}."
    text = (
        f"Last twelve weeks: firm B reports {number(said[1], digits)} for {short}, {_against(said, digits)} firm A's. "
        f"Asked in confidence, all concerned would make it {number(felt[1], digits)}, {_against(felt, digits)} firm A's. "
    )
    gamed = [gaming_of(meter, label) or 0.0 for meter in (a, b)]
    return text + gaming_text(gamed, [meter.work()[1] for meter in (a, b)], digits)


def gaming_text(gamed: list[float], minutes: list[float], digits: int) -> str:
    """What gaming makes of each firm's reading, in points, and whose time it takes, in minutes a week each, for nothing."""
    firms = list(zip(LETTERS, gamed, minutes, strict=True))
    least = 10.0**-digits
    told = [f"{signed(x, digits)} of firm {letter}'s" for letter, x, _ in firms if abs(x) >= least]
    vain = [(letter, x, time) for letter, x, time in firms if abs(x) < least and time >= 0.5]
    honest = "the distance between the lines an honest reading has too."
    text = f"Gaming makes {' and '.join(told)} reading; the rest of {honest}" if told else ""
    if vain:
        much = "none" if all(abs(x) < 0.05 for _, x, _ in vain) else "hardly any"
        spent = " and ".join(f"{time:.0f} minutes a week each in firm {letter}" for letter, _, time in vain)
        text += f"{' ' if told else ''}Staff still spend {spent} on tactics, but {much} of it reaches the score"
        text += "." if told else f": {honest}"
    return text or f"Nothing of either reading is gamed: {honest}"


def _opening(session: Session, said: float | None, felt: float | None, gamed: float, digits: int) -> str:
    """Before there is anything to compare: that the firms are the same, and that an honest reading misses the truth too."""
    then = "Now" if session.week else "Then"
    text = f"Before week 0 both firms pay fixed wages and are the same, person by person. {then} each pays as it says below."
    if session.week or said is None or felt is None or abs(gamed) >= 10.0**-digits:
        return text
    apart = number(abs(round(said, digits) - round(felt, digits)), digits)
    return f"{text} The lines stand {apart} apart although nobody games: not everybody answers a survey, and logs err."


def _against(firms: tuple[float, float], digits: int) -> str:
    """How far firm B's reading stands from firm A's, both as rounded as they are told, in words that need no sign."""
    change = round(firms[1], digits) - round(firms[0], digits)
    text = number(abs(change), digits)
    if not float(text):
        return "about the same as"
    return f"{text} {'more' if change > 0 else 'less'} than"


def table(session: Session, label: str) -> str:
    """What the page draws, as a table."""
    spec = session.sides[0].model.spec
    digits = digits_of(spec.measures[label])
    short = name_of(label, spec.measures[label])[0]
    meters = [side.meter for side in session.sides]
    said, felt = zip(*(meter.ends(label) for meter in meters), strict=True)
    rows: list[tuple[str, list[str]]] = [
        (f"Reported {short}", [number(value, digits) for value in said]),
        (f"True {short}", [number(value, digits) for value in felt]),
    ]
    gaps, acts = [meter.gap(label) for meter in meters], [meter.acts() for meter in meters]
    rows += [
        (f"of the gap: {text.lower()}", [signed(gap[part], 1) if gap else "–" for gap in gaps])
        for part, text in PARTS.items()
        if part not in ("true", "reported")
    ]
    rows += [
        (f"{text}, minutes a week each, last four weeks", [spent(each[act]) if act in each else "–" for each in acts])
        for act, text in ACTS.items()
        if any(act in each for each in acts)
    ]
    rows += [
        ("Complaints intended a week", [number(m.mean(m.intended), 1) for m in meters]),
        ("Complaints recorded a week", [number(m.mean(m.recorded), 1) for m in meters]),
    ]
    money = [meter.money() for meter in meters]
    rows += [(f"{item.capitalize()}, thousand {spec.currency} a year", [number(m[item]) for m in money]) for item in money[0]]
    rows.append((f"Profit, thousand {spec.currency} a year", [number(sum(m.values())) for m in money]))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f'<td class="n">{cell}</td>' for cell in cells) + "</tr>"
        for name, cells in rows
    )
    firms = "".join(f'<th scope="col" class="n">Firm {letter}</th>' for letter in LETTERS)
    head = f'<tr><th scope="col">Mean of the last twelve weeks</th>{firms}</tr>'
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def lever_state(spec: Scenario, levers: Levers, sizes: list[int], over: bool) -> dict[str, dict[str, Any]]:
    """All levers of a firm as the page sets them; a lever that moves nothing here is off, and all are at the end.

    The lever of team size goes from place to place in the list of sizes.
    """
    found: dict[str, dict[str, Any]] = {}
    pays = any(scheme.kind != "fixed" for scheme in spec.pay.schemes)
    for lever in LEVERS:
        value = getattr(levers, lever.name)
        idle = lever.name == "strength" and not pays
        found[lever.name] = {"value": value, "text": "none" if idle else lever_text(lever.name, value), "off": over or idle}
    found["team_size"] |= {"value": sizes.index(levers.team_size), "max": len(sizes) - 1, "off": over or len(sizes) == 1}
    return found
