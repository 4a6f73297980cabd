"""The classroom without a browser: levers and what they mean, two worlds in step, what is told of people."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from sim import load
from sim.classroom import customers, employees, levers, names, words
from sim.classroom.levers import INVITERS, Levers
from sim.classroom.session import GONE, REMEMBERED, Session
from sim.scenario.schema import Scenario
from sim.world import Organisation
from sim.world import state as st

FLAGS = {"weeks": 60, "burn_in": 12, "customers.count": 400, "staff.count": 10, "staff.team_size": 5}


def scenario(name: str, **more: Any) -> Scenario:
    return load(name, flags={**FLAGS, **more}).spec


@pytest.fixture
def session() -> Session:
    return Session(scenario("salary"), scenario("nps_bonus"))


def test_levers_where_the_scenario_has_them_change_nothing() -> None:
    for name in ("salary", "nps_bonus", "nps_audited", "diversion_team"):
        spec = scenario(name)
        assert levers.applied(spec, levers.first(spec)) == spec


def test_who_invites_is_read_off_the_scenario() -> None:
    told = {name: levers.first(scenario(name)).inviter for name in ("nps_bonus", "nps_audited", "diversion_team")}
    assert told == {"nps_bonus": "employee", "nps_audited": "independent", "diversion_team": "central"}


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("strength", 2.0, lambda s: s.pay.schemes[0].rate == 12),
        ("strength", 0.0, lambda s: s.pay.schemes[0].from_week == s.weeks),
        ("audit", 0.3, lambda s: s.audit.rate == 0.3),
        ("conscience", 2.0, lambda s: s.tactics.gifts.moral == 120 and s.management.central.selecting.moral == 160),
        ("pressure", 0.5, lambda s: s.management.approval == 50 and s.management.levers.pressing.moral == 20),
        ("team_size", 2, lambda s: s.staff.team_size == 2),
    ],
)
def test_each_lever_moves_what_it_says(name: str, value: Any, path: Any) -> None:
    spec = scenario("nps_bonus")
    moved = levers.applied(spec, levers.first(spec).moved(name, value))
    assert path(moved)
    assert Scenario.model_validate(moved.model_dump()) == moved


@pytest.mark.parametrize("inviter", INVITERS)
def test_inviters_come_back_as_they_went(inviter: str) -> None:
    spec = scenario("nps_bonus")
    moved = levers.applied(spec, levers.first(spec).moved("inviter", inviter))
    assert levers.first(moved).inviter == inviter
    assert moved.measures["outcomes"] == spec.measures["outcomes"]


def test_a_firm_without_a_bonus_pays_the_budget_as_base_pay(session: Session) -> None:
    session.advance(8)
    staff = session.sides[0].model.firm.groups["employee"]
    assert (staff.base + staff.allowance == pytest.approx(3050 + 305))
    assert not staff.bonus.any()


def test_both_worlds_are_the_same_until_pay_begins(session: Session) -> None:
    a, b = (side.model.world.customers for side in session.sides)
    assert a.tobytes() == b.tobytes()
    session.advance(20)
    assert a.tobytes() != b.tobytes()
    assert (a["taste"][:400] == b["taste"][:400]).all()


def test_a_lever_works_while_it_runs_and_is_marked(session: Session) -> None:
    session.advance(10)
    session.move(1, "audit", 0.4)
    session.move(1, "audit", 0.4)  # where it stands already: no change, no mark
    assert [(m.week, m.side, m.name, m.before, m.after) for m in session.marks] == [(10, 1, "audit", 0.02, 0.4)]
    session.advance(20)
    assert session.week == 30
    caught = [side.model.recorder.tallies["audits"][12 + 10 :].sum() for side in session.sides]
    assert caught[1] > caught[0] + 10
    assert words.mark_text(session.marks[0]) == "Week 10, firm B: audits from 2 % to 40 %"


def test_a_moved_lever_gives_the_same_world_as_a_change_of_the_scenario(session: Session) -> None:
    session.advance(10)
    session.move(1, "strength", 3.0)
    session.advance(10)
    spec = scenario("nps_bonus")
    alone = Organisation(spec)
    for _ in range(22):
        alone.step()
    alone.change(levers.applied(spec, levers.first(spec).moved("strength", 3.0)))
    for _ in range(10):
        alone.step()
    assert alone.world.customers.tobytes() == session.sides[1].model.world.customers.tobytes()


def test_team_size_regroups_the_same_people_and_the_history_goes_on(session: Session) -> None:
    session.advance(13)
    side = session.sides[1]
    model, told = side.model, list(side.meter.reported["nps"])
    session.move(1, "team_size", 2)
    assert side.model is model
    assert session.week == 13
    assert words.mark_text(session.marks[0]) == "Week 13, firm B: team size from 5 people to 2 people"
    session.advance(20)
    assert side.meter.reported["nps"][: len(told)] == told
    assert len(side.meter.weeks) == len(session.sides[0].meter.weeks) == 26 - 14 + 33
    assert [len(each.model.world.teams) for each in session.sides] == [2, 5]
    people = [plain(employees.employee_story(side, post)) for post in range(10)]
    assert any(" in " in text and "% of contacts" in text for text in people)
    session.move(1, "team_size", 10)
    session.advance(27)
    assert session.over


def test_sizes_that_can_be_formed_are_offered() -> None:
    assert levers.team_sizes(scenario("nps_bonus")) == [1, 2, 5, 10]
    assert levers.team_sizes(scenario("nps_bonus", **{"service.queue.staffed": 3})) == [5]
    best_three = {"kind": "tournament", "measure": "nps", "bonus": 100.0, "winners": 3}
    spec = scenario("nps_bonus")
    raced = Scenario.model_validate(spec.model_dump() | {"pay": {"schemes": [best_three]}})
    assert levers.team_sizes(raced) == [5, 10]


def test_reset_and_another_scenario_begin_again(session: Session) -> None:
    session.advance(5)
    session.move(1, "conscience", 3.0)
    session.choose(0, scenario("outcomes"))
    assert session.week == 0
    assert session.sides[0].base.name == "Outcomes"
    assert session.sides[1].levers.conscience == 3.0
    session.reset()
    assert session.sides[1].levers == levers.first(session.sides[1].base)


def test_a_session_ends_at_the_end(session: Session) -> None:
    assert session.advance(59) == 59
    assert session.advance(13) == 1
    assert session.over
    assert session.advance(1) == 0


def test_at_the_end_it_says_so_and_no_lever_moves(session: Session) -> None:
    session.advance(60)
    text = words.verdict(session, "nps")
    assert text.endswith("The 60 weeks are over: press Reset to begin again.")
    assert "Now move a lever" not in text
    before = session.sides[1].levers
    session.move(1, "audit", 0.4)
    assert (session.marks, session.sides[1].levers) == ([], before)
    states = words.lever_state(session.sides[1].base, before, [1, 2, 5, 10], session.over)
    assert all(state["off"] for state in states.values())


def test_one_lever_moved_in_steps_within_a_week_leaves_one_mark(session: Session) -> None:
    session.advance(10)
    for value in (1.25, 1.5, 2.0):
        session.move(1, "conscience", value)
    session.move(0, "conscience", 2.0)
    session.move(1, "audit", 0.4)
    assert [words.mark_text(m) for m in session.marks] == [
        "Week 10, firm B: conscience from × 1 to × 2",
        "Week 10, firm A: conscience from × 1 to × 2",
        "Week 10, firm B: audits from 2 % to 40 %",
    ]
    session.move(0, "conscience", 1.0)
    assert [(m.side, m.name) for m in session.marks] == [(1, "conscience"), (1, "audit")]
    session.advance(1)
    session.move(1, "conscience", 1.0)
    assert [(m.week, m.before, m.after) for m in session.marks] == [(10, 1.0, 2.0), (10, 0.02, 0.4), (11, 2.0, 1.0)]


def test_a_lever_put_back_before_the_week_is_played_changes_nothing(session: Session) -> None:
    alone = Organisation(scenario("nps_bonus"))
    session.advance(10)
    session.move(1, "team_size", 2)
    session.move(1, "team_size", 5)
    session.advance(10)
    for _ in range(32):
        alone.step()
    assert session.marks == []
    assert alone.world.customers.tobytes() == session.sides[1].model.world.customers.tobytes()


def test_the_meter_reads_what_the_tables_say(session: Session) -> None:
    session.advance(30)
    for side in session.sides:
        tables, meter = side.model.tables(), side.meter
        series = tables["series"].query("measure == 'nps'")
        assert meter.weeks == series["week"].tolist()
        assert [np.nan if x is None else x for x in meter.reported["nps"]] == pytest.approx(
            series["reported"].to_list(), abs=1e-3, nan_ok=True
        )
        assert meter.true["nps"] == pytest.approx(series["true"].to_list(), abs=1e-3)
        books = tables["books"].query("week >= 18").groupby("item")["amount"].mean() * 52 / 1000
        assert meter.money() == pytest.approx(books.to_dict())
        assert meter.profit[-1] == pytest.approx(books.sum(), abs=1e-3)
        gap = meter.gap("nps")
        assert sum(v for part, v in gap.items() if part != "reported") == pytest.approx(gap["reported"])


def test_minutes_of_tactics_are_those_that_were_counted() -> None:
    """In all to the minute; act by act as often as the engine saw it tried, which it forgets on payday."""
    many = {"customers.count": 2000}
    session = Session(scenario("salary", **many), scenario("nps_bonus", **many, **{"pay.schemes.0.rate": 20.0}))
    side = session.sides[1]
    session.advance(32)
    tries = np.zeros(9)
    for week in range(4):
        session.advance(1)
        tries = side.model.world.lessons[:, 0]["did"].sum(axis=0) if week < 3 else tries
    told, counts = side.meter.acts(), side.meter.last(4).mean(axis=0)
    like = float(side.model.world.p.stands_for) / 10
    minutes = {name: told[name][0] for name in told if name not in ("care", "rushing")}
    assert sum(minutes.values()) == pytest.approx(like * counts[st.N_GAMING])
    assert side.meter.work() == pytest.approx((like * counts[st.N_MINUTES] / 60, like * counts[st.N_GAMING]))
    for k, name in ((2, "selective_invitation"), (3, "pleading"), (4, "gifts")):
        each = like * getattr(side.base.tactics, name).minutes / 3
        assert minutes[name] == pytest.approx(each * tries[k], abs=4 * each * np.sqrt(max(tries[k], 1.0)))
    assert tries[2:5].sum() > 200
    assert told["care"][0] > 0 >= told["rushing"][0]
    tables = side.model.tables()["world"]
    for name, (_, share) in told.items():
        assert share == pytest.approx(tables.query(f"indicator == 'share_{name}' and week >= 32")["value"].mean())


def test_faces_are_the_answers_of_the_first_customers(session: Session) -> None:
    session.advance(30)
    faces = np.frombuffer(base64.b64decode(session.sides[1].faces()), np.uint8)
    rows = session.sides[1].model.world.customers[:400]
    assert len(faces) == 400
    assert ((faces == GONE) == (rows["status"] != 1)).all()
    assert (faces[faces != GONE] == rows["answer"][faces != GONE]).all()


class Wellformed(HTMLParser):
    """Fails on tags that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def plain(html: str) -> str:
    reader = Wellformed()
    reader.feed(html)
    assert reader.open == []
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def test_what_is_told_of_employees(session: Session) -> None:
    for weeks in (0, 1, 29):
        session.advance(weeks)
        told = [plain(employees.employee_story(side, post)) for side in session.sides for post in range(10)]
        assert not any("nan" in text or "None" in text for text in told)
    assert any("Give gifts" in text and "conscience" in text for text in told[10:])
    staff = session.sides[1].model.firm.groups["employee"]
    for post in range(10):
        assert ("never games at any price" in told[10 + post]) == bool(staff.never[post])


def test_what_is_told_of_customers(session: Session) -> None:
    session.advance(30)
    assert len(session.sides[0].past) == REMEMBERED
    told = [plain(customers.customer_story(side, who)) for side in session.sides for who in range(400)]
    assert not any("nan" in text or "None" in text for text in told)
    assert any("called" in text and "NPS survey" in text for text in told)
    assert any("Nothing happened" in text for text in told)
    left = session.sides[0].model.world.customers[:400]["status"] == 2
    assert [("Has left" in text) for text in told[:400]] == left.tolist()


def test_the_search_finds_who_it_says(session: Session) -> None:
    session.advance(30)
    first = customers.who_differs(session, None)
    second = customers.who_differs(session, ("customer", first))
    assert first != second
    answers = [side.model.world.customers["answer"] for side in session.sides]
    assert answers[0][first] != answers[1][first]
    who = customers.who_complained(session, None)
    assert "complain" in plain(customers.customer_story(session.sides[1], who)).lower()


def test_the_verdict_says_what_is_seen(session: Session) -> None:
    opening = words.verdict(session, "nps")
    a = session.sides[0].meter
    reported, true = a.ends("nps")
    apart = round(reported) - round(true)
    assert "the same, person by person" in opening
    assert f"stand {words.number(abs(apart))} apart although nobody games" in opening
    session.advance(30)
    text = words.verdict(session, "nps")
    b = session.sides[1].meter
    assert f"firm B reports {words.number(b.ends('nps')[0])} for NPS" in text
    assert plain(words.table(session, "nps")).count("Reported NPS") == 1
    assert "Now move a lever" not in text
    session.advance(22)
    assert "Now move a lever" in words.verdict(session, "nps")
    session.move(1, "audit", 0.4)
    assert "Now move a lever" not in words.verdict(session, "nps")


def test_the_difference_told_is_that_of_the_figures_told(monkeypatch: pytest.MonkeyPatch, session: Session) -> None:
    session.advance(30)
    for side, ends in zip(session.sides, ((35.6, 20.4), (36.4, 21.6)), strict=True):
        monkeypatch.setattr(side.meter, "ends", lambda label, ends=ends: ends)
    text = words.verdict(session, "nps")
    assert "firm B reports 36 for NPS, about the same as firm A's" in text
    assert "would make it 22, 2 more than firm A's" in text


def test_tiles_sentence_and_waterfall_cover_the_same_weeks(session: Session) -> None:
    session.advance(30)
    for side in session.sides:
        gap, cells = side.meter.gap("nps"), side.model.recorder.readings[30 : 12 + 30, side.meter.labels.index("nps")].sum(axis=0)
        assert side.meter.ends("nps") == pytest.approx((gap["reported"], gap["true"]), abs=1e-3)
        assert gap["true"] == pytest.approx(100 * cells[st.TRUE, 0] / cells[st.TRUE, 1])
    measures = side.base.measures
    assert words.window_text(measures["nps"]) == f"each point: the last {measures['nps'].window} weeks"
    assert words.window_text(measures["nps"].model_copy(update={"window": 1})) == "each point: one week"


def test_tactics_that_do_not_reach_the_score_are_told_too() -> None:
    assert words.gaming_text([0.0, 0.0], [0.0, 0.2], 0).startswith("Nothing of either reading is gamed")
    vain = words.gaming_text([0.0, 0.0], [0.0, 58.7], 0)
    assert vain.startswith("Staff still spend 59 minutes a week each in firm B on tactics, but none of it reaches the score:")
    assert "but hardly any of it" in words.gaming_text([0.0, 0.4], [0.0, 58.7], 0)
    both = words.gaming_text([5.2, 0.0], [20.0, 58.7], 0)
    assert both.startswith("Gaming makes +5 of firm A's reading;")
    assert "59 minutes a week each in firm B on tactics" in both
    assert "tactics" not in words.gaming_text([0.0, 9.0], [0.0, 58.7], 0)


def test_staff_go_on_gaming_a_survey_in_confidence_and_the_page_says_so() -> None:
    session = Session(scenario("salary"), scenario("nps_bonus", **{"pay.schemes.0.rate": 20.0}))
    session.advance(26)
    session.move(1, "inviter", "independent")
    session.advance(12)
    b = session.sides[1].meter
    assert abs(words.gaming_of(b, "nps")) < 1
    assert b.work()[1] > 0.5
    assert f"{b.work()[1]:.0f} minutes a week each in firm B on tactics" in words.verdict(session, "nps")


def test_every_act_part_and_lever_has_a_name() -> None:
    session = Session(scenario("salary"), scenario("diversion_team"))
    session.advance(14)
    for side in session.sides:
        assert set(side.meter.acts()) <= set(names.ACTS)
        assert set(side.meter.gap("nps")) == set(names.PARTS)
    assert set(Levers.__dataclass_fields__) == {lever.name for lever in names.LEVERS}


def test_minus_nothing_is_nothing() -> None:
    assert words.number(-0.01) == "0"
    assert words.signed(-0.01) == "0"
    assert words.signed(-1.5, 1) == "−1.5"
    assert words.number(None) == "–"
