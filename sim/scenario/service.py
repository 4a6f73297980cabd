"""The service: work, the queue, resolution, the process, and the money of the firm."""

from __future__ import annotations

from typing import Literal

from sim.scenario.fields import Section, param
from sim.scenario.textbook import Textbook


class Queue(Section):
    """One queue a team, M/M/c+M at the week's hourly load (Erlang A; endless patience: Erlang C with backlog)."""

    hours: float = param(50.0, "opening hours a week", unit="hours", gt=0, le=168)
    staffed: int | None = param(None, "servers a team at any open hour; left out: the team less shrinkage", ge=1, le=100_000)
    shrinkage: float = param(0.3, "share of paid time not available for contacts", ge=0, le=0.95,
                             source="0.25-0.35 is usual in workforce planning (Cleveland & Mayben)")
    occupancy: float = param(0.8, "share of staffed time that is handling at fixed pay", ge=0.01, le=0.99,
                             source="common planning range 0.75-0.85 (Cleveland & Mayben)")
    stands_for: float | None = param(
        None, "like contacts in the queue and at the desk for which one simulated contact stands; left out: as many as "
        "make `occupancy` hold at fixed pay", gt=0,
    )
    arrivals_per_hour: float | None = param(
        None, "fix the load of every team instead of taking it from needs (theory)", unit="per hour", ge=0
    )


class Work(Section):
    """What a contact takes and what it brings. The effects of acts are those on the odds, minutes and courtesy."""

    minutes: float = param(5.2, "handle time of an average contact by a practised employee who neither cares nor rushes",
                           unit="minutes", gt=0, le=600,
                           source="such that all contacts take about 6 minutes (industry surveys)")
    minutes_by_difficulty: float = param(0.2, "growth of the log handle time per sd of difficulty", unit="1/sd",
                                         ge=0, le=3)
    minutes_by_ability: float = param(0.15, "fall of the log handle time per unit of ability", unit="1/sd", ge=0, le=3)
    coordination: float = param(0.0, "share by which each further member of the team lengthens every contact", unit="1/colleague",
                                ge=0, le=1, source="process losses of larger groups: Steiner (1972); none unless set")
    minutes_spread: float = param(0.4, "sd of the log handle time of like contacts", ge=0, le=3)
    resolution: float = param(1.1, "log odds of resolving an average need in an average contact", unit="log odds",
                              ge=-20, le=20, source="first-contact resolution about 70 %")
    resolution_by_difficulty: float = param(0.9, "fall of the log odds per sd of difficulty", unit="log odds/sd",
                                            ge=0, le=10)
    resolution_by_ability: float = param(0.6, "growth of the log odds per unit of ability", unit="log odds/sd",
                                         ge=0, le=10)
    resolution_by_engagement: float = param(0.25, "growth of the log odds per unit of engagement", unit="log odds",
                                            ge=0, le=10, source="EX to CX: Harter, Schmidt & Hayes (2002), direction")
    courtesy_by_engagement: float = param(0.3, "courtesy per unit of engagement", unit="courtesy", ge=0, le=10)
    care_resolution: float = param(0.8, "growth of the log odds when care is taken", unit="log odds", ge=0, le=10)
    care_minutes: float = param(0.2, "extra handle time when care is taken", unit="share", ge=0, le=5)
    care_courtesy: float = param(0.5, "courtesy when care is taken", unit="courtesy", ge=-5, le=5)
    rush_resolution: float = param(1.0, "fall of the log odds when a contact is rushed", unit="log odds", ge=0, le=10)
    rush_minutes: float = param(0.35, "handle time saved by rushing", unit="share", ge=0, le=0.95)
    rush_courtesy: float = param(0.5, "courtesy lost by rushing", unit="courtesy", ge=-5, le=5)
    plead_courtesy: float = param(0.1, "courtesy lost by pleading", unit="courtesy", ge=-5, le=5)
    followup: float = param(0.25, "chance that an unresolved contact left open in the log is mended without a call",
                            ge=0, le=1)
    followup_weeks: float = param(0.5, "how long that takes", unit="weeks", ge=0, le=52)
    misjudged: float = param(0.08, "chance that an unresolved contact is marked done in good faith", ge=0, le=1)
    hard_case: float = param(0.43, "seeming difficulty above which a case is passed on by one who picks (a third are)",
                             unit="sd", ge=-5, le=5)
    cherry_sight: float = param(0.7, "how well the difficulty of a case shows before it is taken (1: fully)", ge=0, le=1)
    novice_minutes: float = param(0.35, "extra handle time of a new hire, fading with `proficiency`", unit="share",
                                  ge=0, le=5)
    novice_resolution: float = param(0.7, "lower log odds of a new hire, fading with `proficiency`", unit="log odds",
                                     ge=0, le=10)
    proficiency: float = param(10.0, "time constant of learning the job", unit="weeks", gt=0, le=520,
                               source="half a year to proficiency")


class Process(Section):
    """The service process that a contact runs through; a scenario may redesign it (outside in)."""

    steps: int = param(3, "steps of the process that each take work time", ge=1, le=50)
    handoffs: int = param(1, "hand-offs between people that the customer notices", ge=0, le=50)
    failure: float = param(0.01, "chance that a step or hand-off fails and leaves the need unmet", ge=0, le=1)
    failure_spread: float = param(0.0, "spread of that chance between teams (sd of its log)", ge=0, le=3)
    reference_steps: int = param(3, "steps of the process for which `work.minutes` is stated", ge=1, le=50)
    reference_handoffs: int = param(1, "hand-offs for which the experience is stated", ge=0, le=50)
    scripts: float = param(0.0, "how closely contacts are scripted (0 free, 1 fully): less variance and error and a "
                           "quicker start, worse for unusual cases, less autonomy", ge=0, le=1)
    script_error: float = param(0.3, "log odds gained by a full script on ordinary needs", unit="log odds", ge=0, le=5)
    script_rigidity: float = param(0.6, "log odds lost by a full script per sd of difficulty above average",
                                   unit="log odds/sd", ge=0, le=5)


class Service(Section):
    """How the firm serves: by contacts (the full process) or by the linear technology of the theory papers."""

    technology: Literal["contacts", "textbook"] = param("contacts", "which technology turns effort into results")
    queue: Queue = param(Queue, "queue and staffing")
    work: Work = param(Work, "a contact")
    process: Process = param(Process, "the process")
    textbook: Textbook | None = param(None, "the linear technology, where technology is textbook")


class Books(Section):
    """The firm's money. What hangs on customers counts `stands_for` times: each simulated one stands for so many like him."""

    revenue: float = param(0.65, "revenue from an active customer", unit="money per week", ge=0)
    minute: float = param(0.1, "cost of a handled minute beside base pay (systems, overtime)", unit="money/minute", ge=0)
    complaint: float = param(8.0, "cost of taking up a complaint", unit="money", ge=0)
    gift: float = param(2.0, "cost of a gift", unit="money", ge=0)
    hire: float = param(4000.0, "cost of replacing an employee", unit="money", ge=0)
    joiner: float = param(12.0, "cost of winning a customer", unit="money", ge=0)
    diverted: float = param(3.0, "cost of a complaint handled by the diversion team", unit="money", ge=0)
