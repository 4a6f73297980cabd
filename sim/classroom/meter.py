"""What the page reads off a running world, week by week: readings, their gap, time, complaints and money, as plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.incentives import tactics as act
from sim.world import state as st
from sim.world.model import Organisation
from sim.world.people import Array
from sim.world.results import COMPONENTS, book_items

QUARTER = 12  # weeks over which money, time and the parts of the gap are averaged: whole pay periods, so that they do not beat
MONTH = 4
# What a viewer sees of the nine parts of a gap, in the order of the waterfall.
PARTS = {
    "coverage": "coverage", "selection": "coverage", "steering": "steering", "nonresponse": "nonresponse",
    "luck": "luck", "style": "style", "measurement": "measurement", "pressure": "pressure", "processing": "processing",
}  # fmt: skip
WATERFALL = tuple(dict.fromkeys(PARTS.values()))
HARD = 1.0 / 3.0  # share of cases that seem hard before they are taken (`service.work.hard_case`)
GAMED = ("steering", "pressure", "processing")


class Meter:
    """The history of one world as the page shows it. Lists hold a number a week (None: nobody answered)."""

    def __init__(self, model: Organisation) -> None:
        self.model = model
        self.labels = list(model.spec.measures)
        self.weeks: list[int] = []
        self.reported: dict[str, list[float | None]] = {label: [] for label in self.labels}
        self.true: dict[str, list[float | None]] = {label: [] for label in self.labels}
        self.intended: list[float | None] = []
        self.recorded: list[float | None] = []
        self.profit: list[float | None] = []

    def read(self) -> None:
        """Read the week that was played last."""
        model, recorder = self.model, self.model.recorder
        week = model.week - 1
        self.weeks.append(week)
        for place, label in enumerate(self.labels):
            self.reported[label].append(plain(recorder.reading(week, place, st.REALISED)))
            self.true[label].append(plain(recorder.reading(week, place, st.TRUE)))
        counts = self.last(MONTH).mean(axis=0)
        self.intended.append(plain(counts[st.N_INTENDED]))
        self.recorded.append(plain(counts[st.N_RECORDED]))
        self.profit.append(plain(sum(self.money().values())))

    def last(self, weeks: int) -> Array:
        """Counts of the last weeks, (weeks, COUNTS)."""
        end = self.model.week + self.model.spec.burn_in
        return self.model.recorder.counts[max(0, end - weeks) : end]

    def money(self) -> dict[str, float]:
        """The books of the last quarter by item, thousand a year; costs are negative."""
        end = self.model.week + self.model.spec.burn_in
        items = book_items(self.model.recorder, end)
        return {name: float(amounts[-QUARTER:].mean() * 52 / 1000) for name, amounts in items.items()}

    def quarter(self, label: str) -> Array:
        """The reading of the last quarter at every stage, in measure points; NaN where nobody answered."""
        recorder, place = self.model.recorder, self.labels.index(label)
        end = self.model.week + self.model.spec.burn_in
        num, den = recorder.readings[max(0, end - QUARTER) : end, place].sum(axis=0).T
        values = np.full(len(den), np.nan)
        return np.divide(num, den, out=values, where=den > 0) * recorder.points[place]

    def ends(self, label: str) -> tuple[float | None, float | None]:
        """Reported and true reading of the last quarter, the ends of its gap; None where nobody answered."""
        values = self.quarter(label)
        return plain(values[st.REALISED]), plain(values[st.TRUE])

    def gap(self, label: str) -> dict[str, float]:
        """Reported minus true of the last quarter by part, in measure points; empty where nobody answered."""
        values = self.quarter(label)
        if np.isnan(values).any():
            return {}
        found = dict.fromkeys(WATERFALL, 0.0)
        for name, stage, before in COMPONENTS:
            found[PARTS[name]] += float(values[stage] - values[before])
        return {"true": float(values[st.TRUE]), **found, "reported": float(values[st.REALISED])}

    def acts(self) -> dict[str, tuple[float, float]]:
        """Minutes a week that each act takes of each employee's work time, and the share of contacts in which it is done.

        Means of the last four weeks; acts that do not exist here are left out. For care and haste the minutes that they add
        to serving and save of it. The engine counts the minutes of all tactics together; they are shared out by how often
        each had an occasion and was tried.
        """
        recorder, spec = self.model.recorder, self.model.spec
        group, end = self.model.firm.groups["employee"], self.model.week + spec.burn_in
        means = recorder.shares[max(0, end - MONTH) : end].mean(axis=0)
        shared = {name: float(mean) for name, mean in zip(recorder.shared, means, strict=True)}
        names = [act.CATALOGUE[k].name for i, k in enumerate(group.acts) if group.open[i]]
        total = self.last(MONTH).mean(axis=0)
        serving = self.a_week_each(total[st.N_MINUTES] - total[st.N_GAMING])
        longer = spec.service.work.care_minutes * shared["share_care"]
        shorter = spec.service.work.rush_minutes * shared["share_rushing"]
        minutes = {"care": serving * longer / (1.0 + longer), "rushing": -serving * shorter / (1.0 - shorter)}
        tried = {
            name: shared[f"share_{name}"] * getattr(spec.tactics, name).minutes * self._occasions(name, total, shared)
            for name in names
            if name not in minutes
        }
        tactics = self.a_week_each(total[st.N_GAMING]) / max(sum(tried.values()), 1e-12)
        minutes |= {name: tactics * each for name, each in tried.items()}
        return {name: (minutes[name], shared[f"share_{name}"]) for name in names}

    def _occasions(self, tactic: str, counts: Array, shared: dict[str, float]) -> float:
        """In how many contacts a week a tactic takes time if it is tried; `counts` are those of a week."""
        if tactic == "complaint_diversion":
            return float(counts[st.N_VOICED])
        if tactic == "closing_early":
            return max(float(counts[st.N_CONTACTS] - counts[st.N_MET]), 0.0)
        if tactic == "cherry_picking":
            return float(counts[st.N_CONTACTS]) * HARD * float(shared["skill_cherry_picking"])
        return float(counts[st.N_CONTACTS])

    def a_week_each(self, minutes: float) -> float:
        """Work time of each employee for so many simulated minutes of the firm a week: contacts stand for like ones."""
        return float(minutes) * float(self.model.world.p.stands_for) / len(self.model.world.staff)

    def work(self) -> tuple[float, float]:
        """Hours a week that each employee works for customers, and minutes of it that tactics take: last four weeks."""
        total = self.last(MONTH).mean(axis=0)
        return self.a_week_each(total[st.N_MINUTES]) / 60.0, self.a_week_each(total[st.N_GAMING])

    def mean(self, series: list[float | None], weeks: int = QUARTER) -> float | None:
        """Mean of the last weeks in which there was a number."""
        known = [x for x in series[-weeks:] if x is not None]
        return sum(known) / len(known) if known else None

    def week_row(self, labels: list[str], back: int = 1) -> dict[str, Any]:
        """The curves of one of the last weeks: what is sent to the page."""
        return {
            "scores": [[self.reported[label][-back], self.true[label][-back]] for label in labels],
            "complaints": [self.intended[-back], self.recorded[-back]], "profit": self.profit[-back],
        }  # fmt: skip


def plain(value: Any) -> float | None:
    """A number for JSON, to three places; None for NaN."""
    return None if np.isnan(value) else round(float(value), 3)
