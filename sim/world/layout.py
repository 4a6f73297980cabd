"""Records of what compiled code reads off a scenario: its scalars, its measures, and the numbers that stand for words.

Units are those of the schema; switches are 0 or 1. `params` fills these records.
"""

from __future__ import annotations

import numpy as np

from sim.incentives import tactics as act

# All scalars that the engine reads.
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
    ("failure", "f8"),
    ("failure_points", "f8"),
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
    ("contact_share", "f8"), ("contact_level", "f8"), ("contact_slope", "f8"),
    ("ease_level", "f8"), ("ease_slope", "f8"), ("ease_by_effort", "f8"), ("ease_by_wait", "f8"),
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
    # closed loop
    ("loop_measure", "i8"),  # place of the survey whose bad answers are called back; −1: none
    ("call_backs", "i8"),  # a team and week
    ("call_minutes", "f8"),
    ("call_meets", "f8"),
    ("call_relief", "f8"),
    ("call_failed", "f8"),
    # people who come
    ("first_expectation_family", "i8"), ("first_expectation_a", "f8"), ("first_expectation_b", "f8"),
    ("first_memory_family", "i8"), ("first_memory_a", "f8"), ("first_memory_b", "f8"),
    ("taste_family", "i8"), ("taste_a", "f8"), ("taste_b", "f8"),
    ("contract_share", "f8"),
    ("act_minutes", "f8", (act.ACTS,)),  # work time of one attempt, minutes
    ("reach", "f8", (act.ALL_ACTS,)),  # share of the cases that a lever reaches when fully used
])  # fmt: skip

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
    ("survey", "i8"),  # place among the surveys that remember whom they invited
    ("written", "i8"),  # stages at which a reading is written (bits); the others carry on the stage before
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
