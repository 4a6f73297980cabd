"""How a change is put into words, and which story a pair of changes tells. Only computed numbers decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sim.analysis.estimate import ZERO, Estimate
from sim.analysis.manifest import Arm
from sim.experiments.instruments import ASIDE
from sim.report.findings import Finding, Reading
from sim.report.words import Scale, capital, listed, number, part, percent

State = Literal["better", "worse", "level", "unclear", "single", "none"]
HONEST_SHARE = 0.8
# An interval of the pass-through wider than this says nothing that helps a decision.
UNCERTAIN = 0.6


def state(change: Estimate | None, matters: float, better: int) -> State:
    """What a paired change amounts to; `matters` is the smallest change worth the name, `better` the good direction."""
    if change is None or not change.defined:
        return "none"
    if not change.known:
        return "single"
    if change.sign and abs(change.mean) >= matters:
        return "better" if change.sign == better else "worse"
    # Clear of zero but too small to matter, or surely smaller than what matters: both are no change to speak of.
    return "level" if change.sign or change.within(matters) else "unclear"


def states(reading: Reading) -> tuple[State, State]:
    """States of the reported and of the true reading."""
    sign = reading.measure.sign
    return state(reading.d_reported, reading.matters, sign), state(reading.d_true, reading.matters, sign)


def changed(change: Estimate | None, scale: Scale, found: State) -> str:
    """A change in numbers, with what they amount to where the sign alone would mislead."""
    if change is None or found == "none":
        return "unknown"
    if change.known and max(abs(change.low), abs(change.high)) <= ZERO:
        return "unchanged"
    level = ", too small to matter" if change.sign else ", level"
    note = {"level": level, "unclear": ", which could be nothing"}.get(found, "")
    return f"{scale.change(change)}{note}"


@dataclass(frozen=True)
class Story:
    """What an arm's numbers amount to: a key that groups arms, and the clause that follows "under NAME"."""

    key: str
    clause: str


def story(finding: Finding) -> Story:
    """The story of an arm against the reference arm."""
    reading = finding.headline
    if reading is None or reading.d_reported is None:
        if reading is None:
            return Story("none", "nothing can be compared: there is no measure, or no replicate, in both arms")
        title = reading.measure.title
        return Story("none", f"the score cannot be compared: the other arm has no {title}, or it stands for something else there")
    thing = "what it measures" if reading.measure.truth_of == "operations" else "the service"
    reported, true = states(reading)
    if reported == "single":
        return Story("single", "one replicate shows one history, which cannot tell luck from effect")
    return Story(f"{reported}-{true}-{thing}", _clause(finding, reading, reported, true, thing))


def _clause(finding: Finding, reading: Reading, reported: State, true: State, thing: str) -> str:
    if reported == true:
        return _both(finding, reading, reported, thing)
    if "unclear" in (reported, true):
        known, noun, other = (true, thing, "the score") if reported == "unclear" else (reported, "the score", thing)
        first = "stayed level" if known == "level" else f"got {known}"
        return f"{noun} {first}; whether {other} moved cannot be told yet"
    hardly = reading.d_true is not None and reading.d_true.sign * reading.measure.sign > 0
    clauses = {
        ("better", "level"): f"the score got better and {thing} {'hardly did' if hardly else 'did not'}",
        ("better", "worse"): f"the score got better while {thing} got worse",
        ("level", "better"): f"{thing} got better and the score does not show it",
        ("level", "worse"): f"{thing} got worse and the score does not show it",
        ("worse", "level"): f"the score got worse and {thing} stayed level",
        ("worse", "better"): f"{thing} got better while the score got worse",
    }
    return clauses.get((reported, true), f"{thing} cannot be judged")


def _both(finding: Finding, reading: Reading, both: State, thing: str) -> str:
    if both == "level":
        moved = any(change is not None and change.sign != 0 for change in (reading.d_reported, reading.d_true))
        level = f"neither the score nor {thing} moved beyond noise"
        return "the difference is beyond noise, but too small to matter" if moved else level
    if both == "unclear":
        return "the difference is too uncertain to call"
    if both == "worse":
        return f"the score and {thing} both got worse"
    harmed = [change for name in ("true_score", "needs_met") if (change := finding.changes.get(name)) and change.sign < 0]
    if harmed and not reading.measure.survey:
        return "the target was met and customers were worse off for it"
    if harmed:
        return "the score and the answers behind it got better, and yet customers were worse off"
    if not finding.arm.pays_on_measures:
        return f"the score got better because {thing} did"
    if reading.flattered and _untold(reading.through):
        return f"the target worked: {thing} got better; how much of the score's gain is true cannot be told yet"
    if reading.flattered and reading.through.mean < HONEST_SHARE:
        return f"the target worked in part: {thing} got better, by less than the score says"
    return f"the target worked: the score got better because {thing} did"


def needed(reading: Reading) -> str:
    """How many replicates would settle what cannot be told now; empty where nothing is left open."""
    pairs = zip((reading.d_reported, reading.d_true), states(reading), strict=True)
    wide = [change for change, found in pairs if change is not None and found == "unclear"]
    # An interval settles the matter when it leaves zero out, or lies within what does not matter: whichever comes first.
    target = [max(abs(change.mean), reading.matters - abs(change.mean)) for change in wide]
    counts = [n for change, size in zip(wide, target, strict=True) if (n := change.replicates_to_see(size)) is not None]
    return f"It would take about {max(counts)} replicates to tell." if counts else ""


def _untold(through: Estimate) -> bool:
    """Whether the interval of the pass-through is too wide to say how much of a gain is true."""
    return not through.known or through.high - through.low > UNCERTAIN


def passed_through(reading: Reading) -> str:
    """Pass-through in words, where the reported reading got better and the ratio is defined."""
    through = reading.through
    if not through.known or states(reading)[0] != "better":
        return ""
    span = f"{percent(through.low)} to {percent(through.high)}"
    if through.high < 0.005:
        return "None of the reported gain is true."
    if _untold(through):
        return f"How much of the reported gain is true cannot be told yet ({span})."
    if through.low <= 0:
        return f"Little of the reported gain is true, if any: at most {percent(through.high)}."
    if through.low > 0.95:
        return "The reported gain is true."
    return f"{percent(through.mean)} of the reported gain is true ({span})."


ASKED = {
    "census": "everybody is asked", "random": "a draw decides who is asked", "employee": "employees choose whom to ask",
    "central": "the central office chooses whom to ask",
}  # fmt: skip
HANDS = {"manager": "managers", "central": "the central office"}


def _instrument(key: str, value: Any, other: Any) -> str:
    """One property by which two instruments differ, in words; one that has none as the scenario writes it."""
    if key == "sample" and value in ASKED:
        return ASKED[value]
    if key == "confidential" and value in (0.0, 1.0):
        return "answers are given in confidence" if value else "answers are not given in confidence"
    if key == "handled_by":
        return f"answers pass the hands of {listed([HANDS.get(each, each) for each in value])}" if value else (
            "answers pass nobody's hands"
        )
    return f"{key.replace('_', ' ')} {value}, not {other}"


def other_instrument(reading: Reading, reference: Arm) -> str:
    """That two arms read a measure by other instruments, how these differ, and how much of what was seen is due to it."""
    assert reading.d_seen is not None
    assert reading.d_instrument is not None
    scale, measure = Scale(reading.measure, reading.true.mean), reading.measure
    there = reference.measures[measure.label].properties
    differs = [
        _instrument(key, value, there.get(key))
        for key, value in measure.properties.items()
        if key not in ASIDE and value != there.get(key)
    ]
    how = f" ({listed(differs)})" if differs else ""
    return (
        f"{capital(measure.title)} is read otherwise than under {reference.name}{how}: of the change that was seen, "
        f"{scale.change(reading.d_seen)}, {scale.change(reading.d_instrument)} is honest error of another instrument and "
        "no effect of pay; it is left out here."
    )


def gap(reading: Reading) -> str:
    """The gap beside the honest floor. The word gaming appears only where the excess flatters beyond noise."""
    scale, measure, excess = Scale(reading.measure, reading.true.mean), reading.measure, reading.excess
    honest = "an honest survey" if measure.survey else "honest records"
    head, floor = f"Gap: reported {_stands(scale, reading.gap.mean)}", scale.plain(reading.floor.mean, signed=True)
    if not any(scale.visible(part.mean) for part in (excess, reading.gap, reading.floor)):
        return "No gap: reported and true agree."
    shifted = scale.visible(reading.shift.mean) and abs(reading.shift.mean) >= reading.matters
    base = f"{head}; {honest} would show {floor}"
    if shifted:
        base += f", other customers answering now {scale.plain(reading.shift.mean, signed=True)}"
    if not scale.visible(excess.mean):
        # What an unpaid world would show is known from one alone, not from this one's own honest parts.
        unpaid = " and nothing paid" if reading.floor_paired else ""
        return f"{base}." if shifted else f"{head}, about as with {honest}{unpaid} ({floor})."
    size, parts = scale.near(abs(excess.mean)), _parts(reading, scale)
    verb = f"adds {size}" if excess.mean > 0 else f"takes {size} off"
    if reading.flattered:
        return f"{base}, gaming {verb} ({parts})."
    if not excess.known:
        return f"{base}, what people did to it {verb} ({parts})."
    if excess.sign:
        return f"{base}, what people did to it {verb} and makes it look worse ({parts})."
    return f"{base}, the rest ({scale.change(excess)}) is within noise."


def _stands(scale: Scale, gap: float) -> str:
    if not scale.visible(gap):
        return "level with true"
    return f"{scale.size(gap)} {'above' if gap > 0 else 'below'} true"


def _parts(reading: Reading, scale: Scale) -> str:
    ranked = sorted(reading.beyond.items(), key=lambda pair: -abs(pair[1].mean))
    seen = [(name, value.mean) for name, value in ranked if scale.visible(value.mean * 10)]
    return ", ".join(f"{part(name, reading.measure)} {scale.near(value)}" for name, value in seen)


def score_change(change: Estimate) -> str:
    """A change of true experience on the 0-10 scale, with its interval."""
    step = 0.01 if min(abs(change.low), abs(change.high), abs(change.mean)) >= 0.01 else 0.001
    span = f" ({number(change.low, step)} to {number(change.high, step)})" if change.known else ""
    return f"{number(change.mean, step, signed=True)}{span} on the 0\N{EN DASH}10 scale of true experience"
