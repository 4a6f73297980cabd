"""What is expected to be heard of a contact that is only thought through: answers to surveys, and the complaint.

Draws are replaced by their probabilities; arguments are those of `sim.world.panel`.
"""

from __future__ import annotations

from sim.incentives import tactics as act
from sim.rules import survey, voice
from sim.rules.kernel import hot
from sim.world import layout as code
from sim.world import readings


@hot
def stated_shares(m, latent, spread):
    """Chances that a stated answer counts as good and as bad, and its mean where that is read, for a normal stated latent."""
    good = survey.expected_count(latent, spread, m.scale_low, m.scale_high, survey.TOP, m.high, m.low)
    net = survey.expected_count(latent, spread, m.scale_low, m.scale_high, survey.NET, m.high, m.low)
    mean = 0.0
    if m.aggregate == survey.MEAN:
        mean = survey.expected_count(latent, spread, m.scale_low, m.scale_high, survey.MEAN, m.high, m.low)
    return good, good - net, mean


@hot
def expect_answer(w, j, latent, feeling, noise, trouble, d, weight, out):
    """Add to out[j + 1] the expected numerator and denominator of a survey, for acts d done or not."""
    p, m = w.p, w.measures[j]
    invited = readings.invitation(m, latent)
    if m.sample == code.BY_EMPLOYEE:
        mood = survey.seen_mood(feeling, p.mood_error, noise)
        invited *= 1.0 - d[act.SELECT] * survey.passes_over(mood, p.contented, p.sharpness)
    if m.sample == code.BY_CENTRAL:
        invited *= 1.0 - survey.spared(trouble, d[act.SELECT_CENTRAL], p.reach[act.SELECT_CENTRAL])
    answers = weight * invited * readings.response(p, m, latent, feeling, 0.0)
    lift = 0.0
    if m.population == 0:
        lift = (p.plead_lift * d[act.PLEAD] + p.gift_lift * d[act.GIFT]) * (1.0 - m.confidential)
    good, bad, mean = stated_shares(m, latent + p.style_mean + lift, p.style_sd)
    keep = expect_kept(p, m, d)
    if m.error > 0.0:  # a yes or no: struck by what was said, misread after that
        out[j + 1, 0] += answers * (good * (1.0 - m.error) + keep * bad * m.error)
    elif m.aggregate == survey.MEAN:  # what is struck lies at or below `low`: on average halfway to the end of the scale
        out[j + 1, 0] += answers * (mean - (1.0 - keep) * bad * 0.5 * (m.low + m.scale_low))
    else:
        out[j + 1, 0] += answers * (good - (keep * bad if m.aggregate == survey.NET else 0.0))
    out[j + 1, 1] += answers * (1.0 - (1.0 - keep) * bad)


@hot
def expect_kept(p, m, d):
    """Chance that a bad answer reaches the report."""
    keep = 1.0
    if m.by_manager:
        keep *= 1.0 - d[act.FILTER] * p.reach[act.FILTER]
    if m.by_central:
        keep *= 1.0 - d[act.RECLASSIFY] * p.reach[act.RECLASSIFY]
    return keep


@hot
def expect_complaint(p, row, score):
    """Chance that a customer complains aloud about an unsolved contact."""
    return voice.complaint_wish(score, p.complaint_at, p.complaint_slope) * voice.aloud(p.aloud, row.hope, row.voice)
