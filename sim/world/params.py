"""From a scenario to the numbers that compiled code reads: one flat named tuple, built anew whenever a value changes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.incentives import tactics as act
from sim.rules import service
from sim.rules.service import NO_PATIENCE_LIMIT
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world import state as st

FAMILIES = {
    "constant": chance.CONSTANT, "normal": chance.NORMAL, "lognormal": chance.LOGNORMAL,
    "uniform": chance.UNIFORM, "exponential": chance.EXPONENTIAL, "classes": chance.CLASSES,
}  # fmt: skip


class Draw(NamedTuple):
    """A latent distribution for compiled code."""

    family: int
    a: float
    b: float


def draw(latent: Latent) -> Draw:
    """The compiled form of a latent."""
    return Draw(FAMILIES[latent.kind], float(latent.a), float(latent.b))


# All scalars that the engine reads. Units as in the schema; switches are 0 or 1.
PARAMS = np.dtype([
    # chance
    ("seed", "i8"),
    ("replicate", "i8"),
    # size
    ("customers", "i8"),
    ("employees", "i8"),
    ("team_size", "i8"),
    ("teams", "i8"),
    # needs
    ("needs_per_week", "f8"),
    ("season", "f8"),
    ("difficulty_family", "i8"), ("difficulty_a", "f8"), ("difficulty_b", "f8"),
    ("return_probability", "f8"),
    ("return_fading", "f8"),
    ("return_cap", "i8"),
    ("return_delay_family", "i8"), ("return_delay_a", "f8"), ("return_delay_b", "f8"),
    ("repeats", "i8"),
    # queue
    ("queue", "i8"),
    ("patience", "f8"),
    ("arrivals_per_hour", "f8"),
    ("hours", "f8"),
    ("servers", "f8"),
    ("stands_for", "f8"),
    # work
    ("minutes", "f8"),
    ("minutes_by_difficulty", "f8"),
    ("minutes_by_ability", "f8"),
    ("minutes_spread", "f8"),
    ("resolution", "f8"),
    ("resolution_by_difficulty", "f8"),
    ("resolution_by_ability", "f8"),
    ("resolution_by_engagement", "f8"),
    ("courtesy_by_engagement", "f8"),
    ("care_resolution", "f8"),
    ("care_minutes", "f8"),
    ("care_courtesy", "f8"),
    ("rush_resolution", "f8"),
    ("rush_minutes", "f8"),
    ("rush_courtesy", "f8"),
    ("plead_courtesy", "f8"),
    ("followup", "f8"),
    ("followup_weeks", "f8"),
    ("misjudged", "f8"),
    ("hard_case", "f8"),
    ("cherry_sight", "f8"),
    ("novice_minutes", "f8"),
    ("novice_resolution", "f8"),
    ("proficiency", "f8"),
    # process
    ("sound", "f8"),
    ("process_minutes", "f8"),
    ("extra_handoffs", "f8"),
    ("scripts", "f8"),
    ("script_error", "f8"),
    ("script_rigidity", "f8"),
    # experience
    ("resolution_weight", "f8"),
    ("wait_weight", "f8"),
    ("wait_cap", "f8"),
    ("courtesy_weight", "f8"),
    ("effort_weight", "f8"),
    ("loss_weight", "f8"),
    ("adaptation", "f8"),
    ("drift", "f8"),
    ("peak_weight", "f8"),
    ("peak_fading", "f8"),
    ("forgetting", "f8"),
    ("level", "f8"),
    ("slope", "f8"),
    ("expectation", "i8"),
    ("memory", "i8"),
    # survey
    ("extreme", "f8"),
    ("centre", "f8"),
    ("fatigue", "f8"),
    ("fatigue_weeks", "f8"),
    ("style_family", "i8"), ("style_a", "f8"), ("style_b", "f8"),
    ("style_mean", "f8"), ("style_sd", "f8"),
    ("plead_lift", "f8"),
    ("gift_lift", "f8"),
    ("mood_error", "f8"),
    ("contented", "f8"),
    ("sharpness", "f8"),
    # voice
    ("complaints", "i8"),
    ("complaint_at", "f8"),
    ("complaint_slope", "f8"),
    ("aloud", "f8"),
    ("lost_hope", "f8"),
    ("remedy", "f8"),
    ("relief", "f8"),
    ("hushed", "f8"),
    ("exit", "i8"),
    ("exit_rate", "f8"),
    ("exit_at", "f8"),
    ("exit_slope", "f8"),
    ("contract_damping", "f8"),
    ("bad_news", "f8"),
    # people who come
    ("first_expectation_family", "i8"), ("first_expectation_a", "f8"), ("first_expectation_b", "f8"),
    ("first_memory_family", "i8"), ("first_memory_a", "f8"), ("first_memory_b", "f8"),
    ("taste_family", "i8"), ("taste_a", "f8"), ("taste_b", "f8"),
    ("contract_share", "f8"),
    ("act_minutes", "f8", (act.ACTS,)),  # work time of one attempt, minutes
    ("reach", "f8", (act.ALL_ACTS,)),  # share of the cases that a lever reaches when fully used
])  # fmt: skip


def servers_of(spec: Scenario) -> int:
    """Staffed lines of a team at any open hour."""
    q = spec.service.queue
    return q.staffed or max(1, round(spec.staff.team_size * (1.0 - q.shrinkage)))


def stands_for(spec: Scenario) -> float:
    """How many like contacts one simulated contact stands for, so that the stated occupancy holds at the start.

    Contacts per issue are 1 / (1 − r), r = (1 − p) · P(return); p and handle time are those of the first staff over the
    distribution of difficulty, a tenth of them new, at the care of the start.
    """
    q, c, w = spec.service.queue, spec.customers, spec.service.work
    if q.stands_for is not None:
        return q.stands_for
    care = spec.staff.first_acts.get("care", 0.0)
    latent = draw(c.difficulty)
    load = 0.0
    shares = sum(s.share for s in c.segments)
    for segment in c.segments:
        for u in (np.arange(20) + 0.5) / 20:
            hard = chance.from_latent(latent.family, latent.a, latent.b, u) + segment.difficulty
            odds = w.resolution - w.resolution_by_difficulty * hard + w.care_resolution * care - 0.1 * w.novice_resolution
            again = (1.0 - service.logistic(odds)) * c.return_probability * (1.0 - w.followup)
            issue = 1.0 / (1.0 - min(again, 0.9)) if spec.mechanisms.repeats else 1.0
            minutes = w.minutes * np.exp(w.minutes_by_difficulty * hard) * (1.0 + w.care_minutes * care)
            load += segment.share / shares * segment.needs / 20 * issue * minutes * (1.0 + 0.1 * w.novice_minutes)
    load *= c.count * c.needs_per_week / spec.teams
    return float(q.occupancy * servers_of(spec) * q.hours * 60.0 / load) if load > 0 else 1.0


def params(spec: Scenario, replicate: int) -> Any:
    """Read every scalar of the engine off the scenario."""
    c, w, p = spec.customers, spec.service.work, spec.service.process
    e, s, v = c.experience, c.survey, c.voice
    on = spec.mechanisms
    q = spec.service.queue
    given: dict[str, Any] = {
        "seed": spec.seed, "replicate": replicate, "customers": c.count, "employees": spec.staff.count,
        "team_size": spec.staff.team_size, "teams": spec.teams, "difficulty": draw(c.difficulty),
        "return_delay": draw(c.return_delay), "repeats": int(on.repeats), "queue": int(on.queue),
        "patience": NO_PATIENCE_LIMIT if c.patience is None else c.patience,
        "arrivals_per_hour": -1.0 if q.arrivals_per_hour is None else q.arrivals_per_hour,
        "hours": q.hours, "servers": servers_of(spec), "stands_for": stands_for(spec),
        "sound": (1.0 - p.failure) ** (p.steps + p.handoffs),
        "process_minutes": (p.steps + 0.5 * p.handoffs) / (p.reference_steps + 0.5 * p.reference_handoffs),
        "extra_handoffs": float(p.handoffs - p.reference_handoffs), "scripts": p.scripts,
        "script_error": p.script_error, "script_rigidity": p.script_rigidity,
        "resolution_weight": e.resolution, "wait_weight": e.wait, "courtesy_weight": e.courtesy,
        "effort_weight": e.effort, "expectation": int(on.expectation),
        "memory": int(on.memory and e.fixed_score is None), "style": draw(s.style),
        "style_mean": s.style.mean, "style_sd": s.style.sd,
        "level": 0.0 if e.fixed_score is not None else e.level,
        "slope": 0.0 if e.fixed_score is not None else e.slope,
        "complaints": int(on.complaints), "exit": int(on.exit), "bad_news": c.market.bad_news,
        "first_expectation": draw(e.first_expectation), "first_memory": draw(e.first_memory),
        "taste": draw(e.taste if e.fixed_score is None else e.fixed_score),
        "act_minutes": act_minutes(spec), "reach": lever_reach(spec),
    }  # fmt: skip
    for section in (w, e, s, v, c):
        for name in PARAMS.names or ():
            if name not in given and name in type(section).model_fields:
                given[name] = getattr(section, name)
    for name in [name for name, value in given.items() if isinstance(value, Draw)]:
        given |= {f"{name}_{part}": value for part, value in given.pop(name)._asdict().items()}
    record = st.records(1, PARAMS)[0]
    for name in PARAMS.names or ():
        record[name] = given[name]
    return record


RESPONSE_BY_CHANNEL = {"email": 0.13, "after_contact": 0.28, "interview": 0.6}
QUESTIONS = {"recommend": 0, "satisfaction": 1, "ease": 2, "first_time": 3}
SCALES = {"recommend": (0.0, 10.0), "satisfaction": (1.0, 5.0), "ease": (1.0, 7.0), "first_time": (0.0, 1.0)}
LOGS = ("jobs", "handle_minutes", "service_level", "wait", "abandonment", "first_closed", "no_repeat", "in_time",
        "complaints", "departures", "backlog", "needs_met")  # fmt: skip
JOBS, HANDLE, SERVICE_LEVEL, WAIT, ABANDONMENT, FIRST_CLOSED, NO_REPEAT, IN_TIME, COMPLAINTS, DEPARTURES, BACKLOG, MET = range(
    10, 22
)
CENSUS, RANDOM, BY_EMPLOYEE, BY_CENTRAL = range(4)


# Properties of the measures, a record each in the order of the scenario; labels are not among them.
MEASURE = np.dtype([
    ("reads", "i8"),  # 0-3 a question, 10 and above an event of the log
    ("population", "i8"),  # 0 contacts, 1 customers
    ("sample", "i8"),
    ("rate", "f8"),
    ("invite", "f8", (3,)),  # by class; negative: by rate
    ("respond", "f8", (3,)),  # by class; negative: by rule
    ("response", "f8"),  # response of the least extreme
    ("aggregate", "i8"),
    ("high", "f8"),
    ("low", "f8"),
    ("scale_low", "f8"),
    ("scale_high", "f8"),
    ("confidential", "f8"),
    ("by_manager", "i8"),  # answers pass the manager's hands
    ("by_central", "i8"),  # answers pass the central office's hands
    ("manual", "i8"),
    ("threshold", "f8"),  # minutes
    ("within", "f8"),  # weeks
    ("error", "f8"),
    ("cost", "f8"),
    ("taught", "i8"),  # whether anybody wants to know what moves it
    ("centre", "f8"),  # what a contact brings on average, last pay period
    ("per_contact", "f8"),  # mean denominator of a contact that is counted, last pay period
])  # fmt: skip


def measure_table(spec: Scenario) -> Any:
    """The compiled form of the scenario's measures, (M,) records of MEASURE."""
    table = st.records(len(spec.measures), MEASURE)
    for row, m in zip(table, spec.measures.values(), strict=True):
        low, high = SCALES.get(m.reads, (0.0, 1.0))
        response = RESPONSE_BY_CHANNEL[m.channel] if m.response is None else m.response
        values = {
            "reads": QUESTIONS.get(m.reads, 10 + LOGS.index(m.reads) if m.reads in LOGS else -1),
            "population": int(m.population == "customers"),
            "sample": ("census", "random", "employee", "central").index(m.sample),
            "rate": 1.0 if m.sample == "census" else m.rate,
            "invite": m.invite or [-1.0] * 3, "respond": m.respond or [-1.0] * 3, "response": response,
            "aggregate": ("net", "top", "mean").index(m.aggregate), "high": m.high, "low": m.low,
            "scale_low": low, "scale_high": high, "confidential": m.confidential,
            "by_manager": int("manager" in m.handled_by), "by_central": int("central" in m.handled_by),
            "manual": int(m.logging == "manual"), "threshold": m.threshold, "within": m.within,
            "error": m.error, "cost": m.cost, "per_contact": 1.0,
        }  # fmt: skip
        for name, value in values.items():
            row[name] = value
    return table


def act_minutes(spec: Scenario) -> np.ndarray:
    """Work time of one attempt at each act, shape (ACTS,), minutes."""
    minutes = np.zeros(act.ACTS)
    for entry in act.CATALOGUE[act.FIRST_TACTIC : act.ACTS]:
        minutes[entry.number] = getattr(spec.tactics, entry.name).minutes
    return minutes


def lever_reach(spec: Scenario) -> np.ndarray:
    """Share of the cases that each lever reaches when fully used, shape (ALL_ACTS,)."""
    reach = np.ones(act.ALL_ACTS)
    levers = spec.management
    for entry in act.CATALOGUE[act.ACTS :]:
        part = {"manager": levers.levers, "central": levers.central, "head": levers.head}[entry.who]
        reach[entry.number] = getattr(part, entry.name).reach
    return reach
