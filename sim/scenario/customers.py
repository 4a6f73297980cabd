"""Customers: their needs, how they experience and remember service, when they speak, stay, leave and join."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.fields import Latent, Section, latent, param


class Segment(Section):
    """A kind of customer; shares are normalised over the segments."""

    share: float = param(1.0, "share of the newcomers", gt=0)
    needs: float = param(1.0, "multiplier of the rate of needs", unit="ratio", ge=0, le=100)
    difficulty: float = param(0.0, "shift of the difficulty of needs", unit="sd of difficulty", ge=-5, le=5)
    value: float = param(1.0, "multiplier of revenue", unit="ratio", ge=0, le=1000)
    voice: float = param(1.0, "multiplier of the chance to complain aloud", unit="ratio", ge=0, le=10)


class Experience(Section):
    """From a contact to an answer: perceived quality, expectation, memory, and the 0-10 answer given in confidence."""

    resolution: float = param(1.0, "quality of a resolved need; an unresolved one counts as its negative",
                              unit="quality", ge=0, le=10, source="resolution is the largest driver of satisfaction: "
                              "Dixon, Freeman & Toman (2010)")
    wait: float = param(0.04, "loss of quality per minute of waiting", unit="quality/minute", ge=0, le=1)
    wait_cap: float = param(1.0, "most that waiting can cost", unit="quality", ge=0, le=10)
    courtesy: float = param(0.4, "weight of courtesy", unit="quality", ge=0, le=10)
    effort: float = param(0.25, "loss for each further contact on the same issue and each hand-off", unit="quality",
                          ge=0, le=10, source="Dixon, Freeman & Toman (2010)")
    loss_weight: float = param(2.0, "weight of falling short of the expectation against exceeding it", unit="ratio",
                               ge=0, le=10, source="Oliver (1980); Tversky & Kahneman (1992): 2.25")
    adaptation: float = param(0.08, "share of the gap by which a contact moves the expectation", ge=0, le=1,
                              source="Johnson, Anderson & Fornell (1995), direction; size assumed")
    drift: float = param(0.0, "rise of the expectation per week", unit="quality/week", ge=-0.1, le=0.1)
    first_expectation: Latent = param(latent("normal", 0.35, 0.3), "expectation of a new customer", unit="quality")
    peak_weight: float = param(0.5, "weight of the most extreme contact in memory (the last one has the rest)",
                               ge=0, le=1, source="Kahneman et al. (1993), peak and end")
    peak_fading: float = param(0.15, "share by which each contact dims the remembered peak", ge=0, le=1)
    forgetting: float = param(0.5, "share of the last contact in the remembered end", ge=0, le=1)
    level: float = param(9.0, "answer of an average customer whose expectation is just met", unit="0-10 points",
                         ge=0, le=10)
    slope: float = param(1.25, "points of the answer per unit of remembered satisfaction", unit="points/quality",
                         ge=0, le=10)
    taste: Latent = param(latent("normal", 0.0, 1.1), "lasting difference between newcomers", unit="0-10 points")
    first_memory: Latent = param(latent("normal", -0.6, 0.7), "remembered satisfaction of a new customer",
                                 unit="quality")
    fixed_score: Latent | None = param(None, "give every customer a lasting 0-10 answer instead; contacts change nothing",
                                       unit="0-10 points")


class Channels(Section):
    """Response of those who are least moved, by channel; the moved answer more (`survey.extreme`)."""

    email: float = param(0.13, "asked by e-mail", ge=0, le=1, source="10-30 % answer by e-mail: usual figures of the trade")
    after_contact: float = param(0.28, "asked at the end of a contact", ge=0, le=1,
                                 source="25-50 % answer after a contact: usual figures of the trade")
    interview: float = param(0.6, "called and interviewed", ge=0, le=1)


class Survey(Section):
    """How people answer when they are asked (the same for every survey; a measure says who is asked and how)."""

    extreme: float = param(0.9, "how much likelier the extremes answer than the middle (0: flat)", unit="ratio",
                           ge=0, le=20, source="J-shaped response: Hu, Pavlou & Zhang (2009)")
    centre: float = param(7.0, "answer of those who are least likely to respond", unit="0-10 points", ge=0, le=10)
    fatigue: float = param(0.35, "share by which a recent invitation lowers the response", ge=0, le=1)
    fatigue_weeks: float = param(8.0, "how long an invitation counts as recent", unit="weeks", ge=0, le=520)
    style: Latent = param(latent("normal", 0.2, 0.35), "what a stated score adds to the honest one: politeness, habits",
                          unit="0-10 points", source="acquiescence and courtesy bias, size assumed")
    plead_lift: float = param(1.2, "points that a successful plea adds to a stated score", unit="0-10 points",
                              ge=0, le=10, source="an eighth of car buyers inflated (TrueDelta 2007), size assumed")
    gift_lift: float = param(1.8, "points that a gift adds to a stated score", unit="0-10 points", ge=0, le=10)
    contented: float = param(7.0, "impression below which one who invites selectively passes a customer over",
                             unit="0-10 points", ge=0, le=10)
    sharpness: float = param(2.0, "steepness of that choice", unit="1/point", ge=0, le=50)
    mood_error: float = param(1.2, "error of the impression that staff have of a customer's answer", unit="0-10 points",
                              ge=0, le=100)
    channels: Channels = param(Channels, "response by channel, where a measure does not state its own")
    contact_share: float = param(0.5, "weight of this contact in an answer to `satisfaction` (the relationship has the rest)",
                                 ge=0, le=1, source="overall and transaction satisfaction lean on each other: Jones & Suh "
                                 "(2000), direction; size assumed")
    contact_level: float = param(7.5, "answer to `satisfaction` with a contact that just meets the expectation",
                                 unit="0-10 points", ge=0, le=10)
    contact_slope: float = param(2.0, "points of that answer per unit of satisfaction with the contact",
                                 unit="points/quality", ge=0, le=10)
    ease_level: float = param(8.5, "answer to `ease` of a contact as expected, without wait or further effort",
                              unit="0-10 points", ge=0, le=10)
    ease_slope: float = param(0.5, "points of that answer per unit of satisfaction with the contact",
                              unit="points/quality", ge=0, le=10)
    ease_by_effort: float = param(1.2, "points lost for each further contact and each extra hand-off", unit="points",
                                  ge=0, le=10, source="Dixon, Freeman & Toman (2010), direction; size assumed")
    ease_by_wait: float = param(0.08, "points lost per minute of waiting", unit="points/minute", ge=0, le=10)


class Voice(Section):
    """Complaint, silence, exit, word of mouth (Hirschman 1970)."""

    complaint_at: float = param(4.5, "answer at which half of the hopeful would complain", unit="0-10 points",
                                ge=-10, le=20)
    complaint_slope: float = param(1.0, "steepness of the wish to complain", unit="1/point", ge=0, le=20)
    aloud: float = param(0.5, "chance that a customer who would complain does so aloud while he has hope", ge=0, le=1,
                         source="about half of the dissatisfied stay silent (TARP)")
    lost_hope: float = param(0.5, "hope left, as a share, once a complaint has been put off", ge=0, le=1)
    remedy: float = param(0.5, "chance that a recorded complaint gets the need met at once", ge=0, le=1)
    relief: float = param(0.8, "remembered satisfaction that a taken-up complaint gives back", unit="quality", ge=0, le=5,
                          source="service recovery: Smith, Bolton & Wagner (1999), direction; size assumed")
    hushed: float = param(0.5, "remembered satisfaction lost by a complainant who is put off", unit="quality", ge=0, le=5)
    exit_rate: float = param(0.16, "departures of customers whose answer is `exit_at`", unit="per year", ge=0, le=50)
    exit_at: float = param(7.8, "answer to which `exit_rate` refers", unit="0-10 points", ge=0, le=10)
    exit_slope: float = param(0.35, "growth of the log hazard per point of lower answer", unit="1/point", ge=0, le=5)
    contract_share: float = param(0.4, "share of newcomers bound by a contract or high switching cost", ge=0, le=1)
    contract_damping: float = param(0.4, "their hazard relative to the others'", unit="ratio", ge=0, le=1)


class Market(Section):
    """New customers: prospects come by at a steady rate and join by what is published and by what they are told."""

    prospects: float = param(0.5, "prospects a year, relative to the customers at the start", unit="per year",
                             ge=0, le=10)
    join: float | None = param(
        None, "chance that a prospect joins when reputation and talk are as at the start; left out: the balance, at which as "
        "many are expected to join as to leave at the start (worlds whose service differs have balances of their own: give "
        "both the same number to compare what they win)", ge=0, le=1,
    )
    reputation: float = param(0.04, "growth of the log odds per 10 points of the published measure", unit="1/(10 points)",
                              ge=0, le=10, source="a star more of five on a rating site brings 5-9 % revenue: Luca (2016)")
    talk: float = param(0.6, "growth of the log odds per unit of net talk (share of good minus bad)", unit="1/share",
                        ge=0, le=20)
    bad_news: float = param(2.0, "reach of bad talk relative to good (below 1: good talk goes further)", unit="ratio",
                            ge=0, le=20)
    memory: float = param(12.0, "how long talk stays in the market", unit="weeks", ge=1, le=520)
    promise: float = param(0.5, "growth of the log odds per unit of promise", unit="1/quality", ge=0, le=10)
    promise_kept: float = param(1.0, "expectation raised per unit of promise among those who join", unit="quality",
                                ge=0, le=10)


class Customers(Section):
    """The customers and their needs."""

    count: int = param(5000, "customers at the start", ge=1, le=5_000_000)
    needs_per_week: float = param(0.1, "needs of a customer (Poisson)", unit="per week", ge=0, le=5)
    season: float = param(0.0, "yearly swing of the rate of needs", unit="share", ge=0, le=1)
    difficulty: Latent = param(latent("normal", 0.0, 1.0), "difficulty of a need", unit="sd")
    return_probability: float = param(0.85, "chance that an unmet need comes back the first time", ge=0, le=1)
    return_fading: float = param(0.85, "factor on that chance with each further return", unit="ratio", ge=0, le=1)
    return_cap: int = param(6, "most returns of one need", ge=0, le=200)
    return_delay: Latent = param(latent("exponential", 0.8), "time until an unmet need comes back", unit="weeks")
    patience: float | None = param(20.0, "mean patience in the queue; null: endless", unit="minutes", gt=0)
    segments: list[Segment] = param(
        lambda: [Segment(share=0.8), Segment(share=0.2, needs=1.3, difficulty=0.6, value=1.4, voice=1.2)],
        "kinds of customers",
    )
    experience: Experience = param(Experience, "experience and memory")
    survey: Survey = param(Survey, "answering surveys")
    voice: Voice = param(Voice, "complaint, exit and talk")
    market: Market = param(Market, "new customers")

    @model_validator(mode="after")
    def _some_segment(self) -> Customers:
        if not self.segments:
            raise ValueError("at least one segment")
        if len(self.segments) > 50:
            raise ValueError("at most 50 segments")
        return self
