"""From a scenario to the numbers that compiled code reads (`layout`), built anew whenever a value changes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.rules import service
from sim.rules.service import NO_PATIENCE_LIMIT
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.world import chance
from sim.world import layout as code
from sim.world import state as st

FAMILIES = {
    "constant": chance.CONSTANT, "normal": chance.NORMAL, "lognormal": chance.LOGNORMAL,
    "uniform": chance.UNIFORM, "exponential": chance.EXPONENTIAL, "classes": chance.CLASSES,
    "share": chance.SHARE,
}  # fmt: skip


class Draw(NamedTuple):
    """A latent distribution for compiled code."""

    family: int
    a: float
    b: float


def draw(latent: Latent) -> Draw:
    """The compiled form of a latent."""
    return Draw(FAMILIES[latent.kind], float(latent.a), float(latent.b))


def servers_of(spec: Scenario) -> int:
    """Staffed lines of a team at any open hour."""
    q = spec.service.queue
    return q.staffed or max(1, round(spec.staff.team_size * (1.0 - q.shrinkage)))


def params(spec: Scenario, replicate: int) -> Any:
    """Read every scalar of the engine off the scenario (`stands_for` where it says; else a pilot finds it: `start`)."""
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
        "hours": q.hours, "servers": servers_of(spec), "stands_for": q.stands_for or 1.0,
        "failure": p.failure, "failure_points": float(p.steps + p.handoffs),
        "process_minutes": service.process_minutes(p.steps, p.handoffs, p.reference_steps, p.reference_handoffs)
        * service.coordinated(spec.staff.team_size, w.coordination),
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
        "act_minutes": act_minutes(spec), "reach": lever_reach(spec), "loop_measure": heard_measure(spec),
    }  # fmt: skip
    for section in (w, e, s, v, c, spec.management.closed_loop):
        for name in code.PARAMS.names or ():
            if name not in given and name in type(section).model_fields:
                given[name] = getattr(section, name)
    for name in [name for name, value in given.items() if isinstance(value, Draw)]:
        given |= {f"{name}_{part}": value for part, value in given.pop(name)._asdict().items()}
    record = st.records(1, code.PARAMS)[0]
    for name in code.PARAMS.names or ():
        record[name] = given[name]
    return record


def heard_measure(spec: Scenario) -> int:
    """Place of the survey whose bad answers are called back, -1 for none: answers must have a name and no lag."""
    label = spec.management.closed_loop.measure
    if label is None or not spec.mechanisms.closed_loop:
        return -1
    measure = spec.measures[label]
    return list(spec.measures).index(label) if measure.is_survey and measure.lag == 0 else -1


WRITTEN = {  # stages at which events of the log are written; answers are written at all of them
    "complaints": (st.TRUE, st.NONRESPONSE, st.PROCESSING),
    "no_repeat": (st.TRUE, st.MEASUREMENT),
    "needs_met": range(st.STAGES),
}
LOG_STAGES = (st.TRUE, st.COVERAGE, st.MEASUREMENT, st.PRESSURE)


def stages_written(reads: str) -> int:
    """Stages at which a reading is written, as bits (see `readings.carry`)."""
    stages = range(st.STAGES) if reads in code.QUESTIONS else WRITTEN.get(reads, LOG_STAGES)
    return sum(1 << stage for stage in stages)


def read_at(table: Any) -> NDArray[np.int64]:
    """(PLACES, M + 1): how many measures are read at each place of a contact, and which."""
    at_end, at_complaint, at_first = (code.IN_TIME, code.MET), (code.COMPLAINTS,), (code.NO_REPEAT,)
    at_log = (code.JOBS, code.HANDLE, code.SERVICE_LEVEL, code.WAIT, code.ABANDONMENT, code.FIRST_CLOSED)
    out = np.zeros((st.PLACES, len(table) + 1), np.int64)
    for place, kinds in ((st.AT_COMPLAINT, at_complaint), (st.AT_LOG, at_log), (st.AT_FIRST, at_first), (st.AT_END, at_end)):
        found = np.flatnonzero(np.isin(table["reads"], kinds))
        out[place, 0], out[place, 1 : len(found) + 1] = len(found), found
    asked = np.flatnonzero((table["reads"] < len(code.QUESTIONS)) & (table["population"] == 0))
    out[st.AT_ANSWER, 0], out[st.AT_ANSWER, 1 : len(asked) + 1] = len(asked), asked
    return out


def measure_table(spec: Scenario) -> Any:
    """The compiled form of the scenario's measures, (M,) records of code.MEASURE."""
    table = st.records(len(spec.measures), code.MEASURE)
    surveys = 0
    for row, m in zip(table, spec.measures.values(), strict=True):
        low, high = code.SCALES.get(m.reads, (0.0, 1.0))
        response = getattr(spec.customers.survey.channels, m.channel) if m.response is None else m.response
        values = {
            "reads": code.QUESTIONS.get(m.reads, 10 + code.LOGS.index(m.reads) if m.reads in code.LOGS else -1),
            "population": int(m.population == "customers"), "survey": surveys, "written": stages_written(m.reads),
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
        surveys += int(m.reads in code.QUESTIONS)
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
