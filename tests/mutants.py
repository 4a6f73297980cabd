"""Breaks the model on purpose, one line at a time, and says which tests notice: `make mutants`.

Each mutant is one replacement in a copy of the sources; there the tests run that ought to notice. What is compiled (rules,
engine) is run in plain Python with pilots of a few customers, since compiling anew would take longer; where worlds are too
large for that, the code with the mutant in it is compiled, and the rest keeps the compiled engine. First the same tests run
on the copy as it is: what fails anyway notices nothing. With names of mutants only these are tried, and only their rows of
docs/mutants.md are written anew. Ends with status 1 if a mutant survives.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from sim.incentives import tactics as act
from sim.rules.sources import digest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutants.md"
COPIED = ("sim", "tests", "scenarios", "docs", "pyproject.toml")
SURVIVED = "**survived**"
MOST = 3  # failures after which a run of tests stops
RULES = ("test_rules.py",)
SHRUNK = "\nimport small_pilot\n\nsmall_pilot.shrink()\n"
# The compiled engine stands for the sources as they were, but for modules that have a digest of their own.
KEPT = "\nimport json\nfrom sim.rules import kernel\n\nkernel.digest = json.loads({!r}).__getitem__\n"


class Mutant(NamedTuple):
    """One broken line: what it does to the model, where, and the tests (files, or single tests) that ought to notice."""

    name: str
    harm: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether it lies in what is compiled."""
        return self.file.startswith("sim/rules/") or self.file in PLAIN

    @property
    def anew(self) -> tuple[str, ...]:
        """Modules to be compiled anew: its own, and those that put its code into theirs."""
        return ANEW.get(self.file, ())


CUSTOMER, EMPLOYEE = "sim/rules/customer.py", "sim/rules/employee.py"
READINGS, CONTACT = "sim/world/readings.py", "sim/world/contact.py"
ISSUE, HEARD = "sim/world/issue.py", "sim/world/heard.py"
SOLVER, HILL, QUADRATIC = "sim/world/solver.py", "sim/world/hill.py", "sim/world/quadratic.py"
CHOICE, EXPECTATION, BELIEFS = "sim/world/choice.py", "sim/incentives/expectation.py", "sim/world/beliefs.py"
AFTERMATH, PANEL, HEARSAY = "sim/world/aftermath.py", "sim/world/panel.py", "sim/world/hearsay.py"
PLAIN = ("sim/world/week.py", READINGS, CONTACT, ISSUE, HEARD, SOLVER, HILL, QUADRATIC, CHOICE, EXPECTATION, BELIEFS)
ANEW = {
    AFTERMATH: ("sim.world.aftermath", "sim.world.panel"),
    PANEL: ("sim.world.panel",),
    HEARSAY: ("sim.world.hearsay", "sim.world.aftermath", "sim.world.relationship", "sim.world.panel"),
}
GRID, FORESEEN = "test_choice.py::test_no_grid_point_is_better", "test_foresight.py::test_"
TWINS = "test_twins.py::test_expected_effects_agree_with_twin_worlds"
OWN = "test_own_returns.py"
PLACES, FORMS = "test_places.py::test_", "test_survey_forms.py::test_"
MOOD = f"{FORMS}form_11_staff_who_invite_by_mood[shares0]"
CLOSING = (
    f"{PLACES}closing_early_bends_the_log_that_staff_write_and_no_other",
    f"{PLACES}nobody_follows_up_what_is_closed_in_the_log",
)
MUTANTS = (
    Mutant("sign of disconfirmation", "customers are pleased by less than they expected", CUSTOMER,
           "gap = quality - expectation", "gap = expectation - quality", (*RULES, "test_rules_customers.py")),
    Mutant("expectation that does not adapt", "nobody gets used to anything", CUSTOMER,
           "return expectation + adaptation * (quality - expectation)", "return expectation",
           (*RULES, "test_rules_forms.py")),
    Mutant("peak that is the dullest contact", "memory keeps what was least extreme", CUSTOMER,
           "if abs(satisfaction) > abs(faded)", "if abs(satisfaction) < abs(faded)", (*RULES, "test_rules_customers.py")),
    Mutant("response upside down", "those who feel least answer most", "sim/rules/survey.py",
           "1.0 + extreme * distance", "1.0 - extreme * distance", (*RULES, "test_rules_customers.py")),
    Mutant("the pleased are passed over", "selective staff invite the angry", "sim/rules/survey.py",
           "logistic(sharpness * (contented - mood))", "logistic(sharpness * (mood - contented))",
           ("test_rules_customers.py", MOOD)),
    Mutant("sign of leaving", "the contented leave", "sim/rules/voice.py",
           "math.exp(slope * (at - score)) * damping", "math.exp(slope * (score - at)) * damping",
           (*RULES, "test_rules_service.py")),
    Mutant("sign of quitting", "the engaged quit", EMPLOYEE,
           "math.exp(-slope * engagement", "math.exp(slope * engagement", (*RULES, "test_rules_forms.py")),
    Mutant("no gain of the filter", "nobody learns from what he sees", EMPLOYEE,
           "return (precision * mean + evidence) / total if total > 0.0 else mean", "return mean",
           (*RULES, "test_rules_forms.py")),
    Mutant("hysteresis the wrong way round", "engagement recovers fast and falls slowly", EMPLOYEE,
           "recovery if level > engagement else decline", "decline if level > engagement else recovery",
           (*RULES, "test_rules_forms.py")),
    Mutant("skill that never fades", "what is not practised stays", EMPLOYEE,
           " - fading * (1.0 - practice) * skill", "", (*RULES,)),
    Mutant("invitation that ignores the choice", "selective inviting selects nobody", READINGS,
           "if selecting > 0.0 and m.sample == code.BY_EMPLOYEE", "if selecting > 0.0 and m.sample == -1", (MOOD,)),
    Mutant("two bars of the waterfall swapped", "what staff choose is booked as protocol", READINGS,
           "add(cell, st.SELECTION, by_protocol * honest, by_protocol)", "add(cell, st.SELECTION, invited * honest, invited)",
           (MOOD,)),
    Mutant("truth that is read from what was stated", "begging makes customers truly happier", READINGS,
           "add(cell, st.TRUE, honest, 1.0)", "add(cell, st.TRUE, stated, 1.0)",
           (f"{PLACES}what_is_done_to_a_survey_is_not_done_to_the_truth",)),
    Mutant("log that reads the truth", "staff who write the log cannot bend it", READINGS,
           "    if not m.manual:\n", "    if m.manual >= 0:\n", CLOSING),
    Mutant("a wait that is not felt", "customers do not mind waiting", CONTACT,
           "quality, satisfaction = experience_contact(p, c, at, solved, wait,",
           "quality, satisfaction = experience_contact(p, c, at, solved, 0.0,",
           (f"{PLACES}a_minute_of_waiting_costs_what_it_weighs",)),
    Mutant("closed cases are followed up", "early closing costs customers nothing", CONTACT,
           "if written <= 0.0 and look(hand, FOLLOW_UP)", "if written <= 2.0 and look(hand, FOLLOW_UP)", CLOSING),
    Mutant("a hand dealt once a week", "who calls twice in a week has the same luck twice", "sim/world/week.py",
           "        deal(w.p, c, i, w.hand_places, w.hands[i % w.p.teams])\n",
           "        if calls == 0:\n            deal(w.p, c, i, w.hand_places, w.hands[i % w.p.teams])\n",
           ("test_twin_agrees.py::test_on_a_world_with_everything_turned_up",)),
    Mutant("one draw for two things", "who waits long is misjudged, too", CONTACT,
           "u, v = look(hand, CONTACT), look(hand, AFTER)", "u, v = look(hand, CONTACT), look(hand, COMPLAINT)",
           ("test_draws.py",)),
    Mutant("every unmet need comes back", "the chance to return is ignored", ISSUE,
           "u_return >= again", "again <= 0.0", ("test_world.py::test_returns_fade[0.5]",)),
    Mutant("audits that find everything", "detection is not × traceability", "sim/world/sanction.py",
           "np.cumsum(group.traceability * group.intensity, axis=1)", "np.cumsum(group.intensity, axis=1)",
           (f"{PLACES}who_is_audited_is_found_out_by_what_can_be_traced",)),
    Mutant("the feared is an attraction", "the chance to be fined makes a tactic more attractive", "sim/world/decide.py",
           "- scruples - sanction(spec, group)", "- scruples + sanction(spec, group)",
           (f"{PLACES}what_serves_is_paid_and_what_is_feared_is_deducted",)),
    Mutant("no scruples", "conscience costs nothing", "sim/world/decide.py",
           "scruples = group.conscience[:, None] * group.moral", "scruples = 0.0 * group.moral",
           (f"{PLACES}conscience_and_those_who_never_game",)),
    Mutant("those who never game do", "nobody is barred by himself", "sim/world/decide.py",
           "most * ~(group.never[:, None] & group.tactics)", "most * ~(group.never[:, None] & ~group.open)",
           (f"{PLACES}conscience_and_those_who_never_game",)),
    Mutant("pay before the scheme begins", "the first week of a scheme is ignored", "sim/world/contracts.py",
           "return week >= self.written.from_week and (until", "return (until",
           (f"{PLACES}a_scheme_pays_in_its_weeks_and_in_no_others",)),
    Mutant("a queue without a line", "nobody ever waits", "sim/rules/service.py",
           "return logistic(log_ratio)", "return 0.0 * log_ratio", ("test_rules_service.py",)),
    Mutant("good word that repels", "talk keeps prospects away from a firm that is praised", "sim/rules/market.py",
           "(1.0 - base)) + published + talk", "(1.0 - base)) + published - talk", (*RULES, "test_rules_service.py")),
    Mutant("a call that angers whom it helps", "the closed loop harms", "sim/rules/manager.py",
           "return end + helped * relief -", "return end - helped * relief -", RULES),
    Mutant("acts without an occasion", "staff choose whom to ask although they ask nobody", "sim/incentives/tactics.py",
           'return any(m.sample == "employee" for m in asked)', "return bool(asked)", ("test_occasion.py",)),
    Mutant("a survey that tires for others", "an unseen survey changes who answers the paid one", HEARD,
           "- np.float64(w.invited_at[i, m.survey])", "- np.float64(w.invited_at[i].max())",
           (f"{PLACES}an_unseen_survey_tires_nobody",)),
    Mutant("only the hill one stands on", "nobody sees the bonus beyond the next step of pay", SOLVER,
           "    if stepped == 0:\n", "    if stepped >= 0:\n", (GRID,)),
    Mutant("risk that costs nothing", "the averse gamble like everybody", HILL,
           "if risk != 0.0:", "if risk < 0.0:", ("test_choice.py::test_risk_aversion_shrinks_a_gamble",)),
    Mutant("a ratchet that nobody foresees", "effort now is not shied away from although it raises later targets", HILL,
           "            slope -= anchor[p]\n", "", (GRID, "test_textbook.py::test_9_ratchet")),
    Mutant("the wrong neighbour", "substitutes are reckoned with as if each stood alone", QUADRATIC,
           "total -= curvature[k, j] * (best[j] - start[j])", "total -= curvature[k, k] * (best[j] - start[j])", (GRID,)),
    Mutant("a bound that holds for ever", "who does all he can never does less again", QUADRATIC,
           "(best[k] >= upper[k] and -slope[k] > worst)", "(best[k] >= upper[k] and slope[k] > 1e300)",
           ("test_choice.py::test_the_best_of_a_bowl_in_a_box_cannot_be_bettered",)),
    Mutant("a norm that pulls to nothing", "the team's custom is to do nothing", CHOICE,
           "linear[k] = gain[e, k] + pull * norm[e, k]", "linear[k] = gain[e, k]", (GRID,)),
    Mutant("rivals who stand still", "pay that depends on others is chosen for as if they never moved", CHOICE,
           "prospects_at(gap_at(problem, taken))", "prospects_at(problem.gap)",
           ("test_choice.py::test_a_team_settles_at_mutual_best_responses", "test_textbook.py::test_7_tournament")),
    Mutant("luck that blurs no floor", "noise is worth nothing where pay cannot fall", EXPECTATION,
           "bend * (distance * below + sigma * density)", "bend * distance * below",
           ("test_schemes.py::test_moments_are_exact",)),
    Mutant("luck in common that averages out", "a team's shared luck is no risk", EXPECTATION,
           "return (1.0 - common) * alone + common * together * together", "return (1.0 - common) * alone",
           ("test_textbook_people.py::test_expected_pay_and_its_risk_are_those_of_drawn_results",)),
    Mutant("colleagues from whom nothing is learned", "their contacts are forgotten", BELIEFS,
           "information += colleagues * (team_information - information)",
           "information += 0.0 * (team_information - information)", ("test_learning.py",)),
    Mutant("who he is passes for what he does", "the able believe in whatever they do much of", BELIEFS,
           "lesson.did_y[k] - share * result", "lesson.did_y[k]", ("test_learning.py",)),
    Mutant("nobody tries", "choice by what one believes on the whole, not by a draw from it", BELIEFS,
           "out[post, j, k] += z / math.sqrt(sure)", "out[post, j, k] += 0.0 * z", ("test_learning.py",)),
    Mutant("attempts that always work", "the rational reckon without their lack of skill", "sim/world/choosing.py",
           "effects = true_effects(firm, group) * group.skill[:, None, :]", "effects = true_effects(firm, group)",
           ("test_twin_agrees.py::test_on_what_these_do_not_do",)),
    Mutant("one's own way taken for the team's", "rational people expect what the average colleague gets",
           "sim/world/choosing.py", "own = group.intensity - decide.team_means(group, firm.spec.staff.team_size)",
           "own = 0.0 * group.intensity", ("test_twin_agrees.py::test_on_what_these_do_not_do",)),
    Mutant("later is as good as now", "what customers remember is not discounted", AFTERMATH,
           "rate = a_week + impatience", "rate = a_week", (f"{FORESEEN}the_time_until_each_further_contact_is_discounted",)),
    Mutant("a hushed complaint that soothes", "putting off is expected to please", AFTERMATH,
           "(1.0 - hushed) * p.relief - hushed * p.hushed", "(1.0 - hushed) * p.relief + hushed * p.hushed",
           (f"{FORESEEN}what_customers_remember_is_foreseen[{act.DIVERT}]",)),
    Mutant("what is solved comes back", "care is expected to bring repeats", PANEL,
           "back = (1.0 - met) * again", "back = met * again", (f"{TWINS}[care]",)),
    Mutant("half of the hard cases kept", "picking easy cases is expected to do half of what it does", PANEL,
           "kept = 1.0 - d[act.CHERRY] * hard", "kept = 1.0 - 0.5 * d[act.CHERRY] * hard", (f"{TWINS}[cherry_picking]",)),
    Mutant("half of the complaints hushed", "putting off complaints is expected to do half of what it does", PANEL,
           "recorded = complaint * (1.0 - hushed)", "recorded = complaint * (1.0 - 0.5 * hushed)",
           (f"{TWINS}[complaint_diversion]",)),
    Mutant("nothing comes back to oneself", "colleagues serve whatever comes back", PANEL,
           "count_ended(w, j, d, yes, ends, 1.0, weight * usual.own_returns, out)",
           "count_ended(w, j, d, yes, ends, 1.0, 0.0 * weight, out)", (OWN,)),
    Mutant("marks that nobody remembers", "what was marked done before counts for nothing", PANEL,
           "row.closed <= m.within", "row.closed < 0.0", (OWN,)),
    Mutant("marks that do not last", "what is marked done now counts for nothing when it comes back", PANEL,
           "done += (1.0 - done) * marked", "done += 0.0 * marked", (OWN,)),
    Mutant("follow-up forgotten", "whoever comes back was marked as often as whoever does not", PANEL,
           " / (1.0 - (1.0 - marked) * p.followup)", "", (OWN,)),
    Mutant("returns that do not fade", "who comes back is expected back as surely as before", PANEL,
           "returning(p, row.contacts + n) if", "returning(p, row.contacts) if", (OWN,)),
    Mutant("remedies forgotten", "colleagues' complaints are expected to bring nothing", PANEL,
           "row.age, usual.meets,", "row.age, usual.solves,", (OWN,)),
    Mutant("a team that loses its own", "what a team leaves unsolved is expected to burden others", "sim/world/foresight.py",
           "own_returns = 1.0 if together else", "own_returns =", (OWN, "test_levers.py::test_levers_on_staff")),
    Mutant("half of the angry invited", "inviting by mood is expected to do half of what it does", HEARSAY,
           "1.0 - d[act.SELECT] * survey.passes_over", "1.0 - 0.5 * d[act.SELECT] * survey.passes_over",
           (f"{TWINS}[selective_invitation]",)),
    Mutant("a label that counts", "staff take to heart only what is called nps", "sim/world/contracts.py",
           "unit = 1.0 if place < 0 else float(points[place])",
           "unit = 1.0 if place < 0 else float(points[place]) * (1.0 if scheme.measure == 'nps' else 0.5)", ("test_labels.py",)),
)  # fmt: skip


def run(copy: Path, tests: tuple[str, ...], plain: bool, anew: tuple[str, ...] = (), name: str = "") -> tuple[list[str], str]:
    """The tests that fail in the copy, and the end of what pytest said; modules `anew` are compiled as they stand there."""
    conftest = copy / "tests" / "conftest.py"
    own = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    conftest.write_text(own + (SHRUNK if plain else KEPT.format(digests(dict.fromkeys(anew, name)))), encoding="utf-8")
    env = {**os.environ, "NUMBA_DISABLE_JIT": str(int(plain)), "PYTHONPATH": str(copy)}
    command = [sys.executable, "-W", "ignore", "-m", "pytest", "-q", f"--maxfail={MOST}", "--tb=no", "-p", "no:cacheprovider"]
    out = subprocess.run([*command, *(f"tests/{test}" for test in tests)], cwd=copy, env=env, capture_output=True, text=True)
    found = re.findall(r"^(?:FAILED|ERROR) tests/(\S+)", out.stdout, re.MULTILINE)
    if out.returncode not in (0, 1):
        raise RuntimeError(f"the tests could not be run: {out.stdout[-800:]}{out.stderr[-800:]}")
    return found, out.stdout[-300:]


def digests(others: dict[str, str]) -> str:
    """The digest of every module's sources as they are, as JSON; `others` go by what is given for them."""
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "sim").rglob("*.py")]
    return json.dumps({name: digest(name) for name in modules} | others)


def copied(folder: Path) -> Path:
    """A copy of what the tests need, compiled code included."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def broken(copy: Path, mutant: Mutant) -> list[str]:
    """The tests that notice the mutant."""
    file = copy / mutant.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise RuntimeError(f"{mutant.name}: {mutant.file} has {text.count(mutant.old)} times: {mutant.old}")
    try:
        file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        return run(copy, mutant.tests, mutant.plain, mutant.anew, mutant.name)[0]
    finally:
        file.write_text(text, encoding="utf-8")


def told() -> dict[str, str]:
    """What docs/mutants.md says of each mutant: which tests caught it."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {row[0]: row[-1] for row in rows[1:]}


def words(tests: list[str]) -> str:
    """The tests that caught a mutant, without their parameters."""
    return ", ".join(f"`{test}`" for test in dict.fromkeys(re.sub(r"\[.*", "", test) for test in tests)) or SURVIVED


def page(said: dict[str, str]) -> str:
    """docs/mutants.md, of the mutants of which something is said."""
    known = [mutant for mutant in MUTANTS if mutant.name in said]
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants` (`tests/mutants.py`); do not edit. Each row is a line of the model that was broken on purpose "
        "in a copy, and the tests that then failed (the first few; only those that ought to notice were run).",
        f"{sum(said[mutant.name] != SURVIVED for mutant in known)} of {len(known)} were caught.",
        "",
        "| mutant | what it does to the model | where | caught by |",
        "|---|---|---|---|",
        *(f"| {mutant.name} | {mutant.harm} | `{mutant.file}` | {said[mutant.name]} |" for mutant in known),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Break, run, tell; 1 if a mutant survives."""
    chosen = [mutant for mutant in MUTANTS if not sys.argv[1:] or mutant.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for plain in (True, False):
            every = tuple(dict.fromkeys(test for mutant in chosen if mutant.plain is plain for test in mutant.tests))
            failing, said = run(copy, every, plain) if every else ([], "")
            if failing:
                sys.stderr.write(f"these fail without any mutant: {failing}\n{said}\n")
                return 1
        caught = {}
        for mutant in chosen:
            caught[mutant.name] = broken(copy, mutant)
            PAGE.write_text(page(told() | {mutant.name: words(caught[mutant.name])}), encoding="utf-8")
            sys.stdout.write(f"{mutant.name}: {', '.join(caught[mutant.name]) or 'SURVIVED'}\n")
            sys.stdout.flush()
    return 0 if all(caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
