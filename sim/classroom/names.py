"""What things are called on the page: acts, parts of the gap, measures, levers."""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.acts import PLAIN

LETTERS = ("A", "B")
ACTS = PLAIN
SERVING = ("care", "rushing")
PARTS = {
    "true": "True reading", "coverage": "Who is in the frame", "steering": "Choosing whom to ask", "nonresponse": "Who answers",
    "luck": "Luck", "style": "How people use scales", "measurement": "Honest errors", "pressure": "Pleas, gifts, bent records",
    "processing": "Answers struck out", "reported": "Reported reading",
}  # fmt: skip
CHARTS = {
    "score": "Reported and true reading.", "outcomes": "Successful outcomes, %.", "gap": "From true to reported.",
    "acts": "What staff spend their time on, minutes a week each.", "complaints": "Complaints a week.", "profit": "Profit.",
}  # fmt: skip
MEASURES = {
    "nps": ("NPS", "Net Promoter Score"), "csat": ("CSAT", "Customer satisfaction: share of 4s and 5s, %"),
    "outcomes": ("outcomes", "Successful outcomes: needs met in time, %"),
    "fcr_experienced": ("first-contact", "Solved at the first contact, as experienced, %"),
    "fcr_logged": ("first-contact", "Solved at the first contact, as logged, %"),
    "jobs_closed": ("jobs an hour", "Jobs closed an hour"),
    "handle_time": ("minutes", "Handle time, minutes a contact"), "in_time": ("in time", "Settled within a week, %"),
    "service_level": ("service level", "Answered in three minutes, %"), "wait": ("wait", "Wait, minutes"),
    "complaints": ("complaints", "Complaints per 100 contacts"), "churn": ("departures", "Departures, % a year"),
    "backlog": ("backlog", "Open cases per 100 customers"),
}  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """How one lever stands on the page; a range has low, high and step, a choice has its values."""

    name: str
    title: str
    note: str
    kind: str = "range"
    low: float = 0.0
    high: float = 1.0
    step: float = 0.1
    choices: tuple[tuple[str, str], ...] = ()


LEVERS = (
    Lever("strength", "Bonus strength", "All bonus money, times this. At 0 nothing is paid on any measure.", high=4, step=0.25),
    Lever(
        "inviter", "Who invites to the survey", "Who decides which customers are asked, and whose hands answers pass.", "choice",
        choices=(
            ("employee", "The employee who served"), ("central", "The central office"),
            ("lot", "A draw; answers pass the firm's hands"), ("independent", "Somebody independent, in confidence"),
        ),
    ),
    Lever("audit", "Audits", "Chance that a person is audited in a four-week pay period.", high=0.5, step=0.01),
    Lever("conscience", "Conscience", "How much a tactic troubles whoever uses it. × 2: twice the usual.", high=4, step=0.25),
    Lever("pressure", "Pressure", "How much the favour of a pressing manager counts. × 2: twice the usual.", high=4, step=0.25),
    Lever(
        "team_size", "Team size", "Employees a team, each with one queue and one manager. The same people are regrouped.", step=1
    ),
)  # fmt: skip
TITLES = {lever.name: lever for lever in LEVERS}
