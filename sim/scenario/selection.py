"""Competition for survival in the textbook technology: a tournament with exit, effort by trial, practices that are copied."""

from __future__ import annotations

import math

from pydantic import model_validator

from sim.scenario.fields import Latent, Section, latent, param


class Selection(Section):
    """People work along a practice, a fixed mix of two activities, and choose how hard; who ranks low may be replaced.

    Each pay period everybody, one after the other in a random order, tries changes of effort and keeps the best. Then
    some of those who lost leave; whoever follows copies practice and effort of somebody who won.
    """

    measure: str = param(..., "label of the measure by which people are ranked")
    competition: float = param(0.5, "share of people who lose: those up to the reading at this place from below; 0: nobody",
                               ge=0, le=1, source="Braganza (2022), 0.1 to 0.9")
    exit: float = param(0.1, "chance that one who lost is replaced, each pay period", ge=0, le=1,
                        source="Braganza (2022)")
    curvature: float = param(0.88, "exponent of the worth of standing above or below the line", gt=0, le=1,
                             source="Tversky & Kahneman (1992)")
    loss_weight: float = param(2.25, "weight of standing below the line, relative to above", ge=0, le=100,
                               source="Tversky & Kahneman (1992)")
    goal_weight: float = param(0.0, "worth to a person of a unit of what he does for the firm's value (intrinsic)",
                               unit="1", ge=0, le=1000, source="Braganza (2022), 0 to 10")
    trials: list[float] = param(lambda: [-10, -5, -1, -0.5, -0.1, 0, 0.1, 0.5, 1, 5, 10],
                                "changes of effort that are tried each pay period, in this order",
                                unit="effort", source="Braganza (2022)")
    talent: Latent = param(latent("normal", 10.0, 1.0), "what effort costs is divided by it; drawn anew for each person",
                           source="Braganza (2022)")
    least_talent: float = param(0.01, "lower bound of talent", gt=0, source="Braganza (2022)")
    practice: Latent = param(latent("uniform", 0.0, 45.0), "practices at the start: the angle from the first activity's "
                             "axis towards the second's", unit="degrees", source="Braganza (2022)")
    mutation: float = param(2.0, "sd of the error in copying a practice", unit="degrees", ge=0, le=180,
                            source="Braganza (2022)")

    @model_validator(mode="after")
    def _tries_something(self) -> Selection:
        if not self.trials or not all(math.isfinite(change) for change in self.trials):
            raise ValueError("trials: at least one change of effort")
        if max(self.trials) <= 0:
            raise ValueError("trials: at least one change is above 0, since everybody starts without effort")
        return self
