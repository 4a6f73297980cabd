"""The model in Mesa's own SolaraViz: reported against true NPS, and what staff do, under sliders.

    pip install '.[solara]'
    solara run examples/solara_viz.py

`gamed demo` is the faster page, and made for a class. This one is for people who know Mesa's tools.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from mesa.datacollection import DataCollector

from sim import Organisation, load
from sim.world import state
from sim.world.windows import Employee

CUSTOMERS, WEEKS = 1000, 156
SLIDERS: dict[str, Any] = {
    "rate": {"type": "SliderFloat", "value": 6.0, "label": "Bonus a point of NPS", "min": 1.0, "max": 20.0, "step": 1.0},
    "audit": {"type": "SliderFloat", "value": 0.02, "label": "Audits a pay period", "min": 0.0, "max": 0.5, "step": 0.02},
    "seed": {"type": "SliderInt", "value": 1, "label": "Seed", "min": 1, "max": 50, "step": 1},
}


class PaidOnScore(Organisation):
    """`nps_bonus` as SolaraViz wants a model: parameters by keyword, and a data collector that is asked every week."""

    def __init__(self, rate: float = 6.0, audit: float = 0.02, seed: int = 1) -> None:
        """Found the firm and play its burn-in, which is of no interest here."""
        changes = [f"customers.count={CUSTOMERS}", f"weeks={WEEKS}", f"seed={int(seed)}"]
        changes += [f"pay.schemes.0.rate={float(rate)}", f"audit.rate={float(audit)}"]
        super().__init__(load("nps_bonus", changes).spec)
        self.datacollector = DataCollector(
            model_reporters={
                "Reported NPS": lambda model: model.reading(state.REALISED),
                "True NPS": lambda model: model.reading(state.TRUE),
                "Care, %": lambda model: model.share("care"),
                "Begging, %": lambda model: model.share("pleading"),
                "Gifts, %": lambda model: model.share("gifts"),
            }
        )
        while self.week < 0:
            super().step()
        self.datacollector.collect(self)

    def step(self) -> None:
        """Play a week and note what came of it; nothing more after the last one."""
        if self.running:
            super().step()
            self.datacollector.collect(self)

    def reading(self, stage: int) -> float:
        """The NPS of the last four weeks at a stage: as it was, or as it was reported."""
        place = list(self.spec.measures).index("nps")
        return self.recorder.reading(self.week - 1, place, stage)

    def share(self, act: str) -> float:
        """Share of contacts in which the average employee does something, %."""
        staff = self.agents_by_type[Employee]
        return 100 * sum(employee.acts[act] for employee in staff) / len(staff)


if find_spec("solara"):  # without it the model above is there all the same
    from mesa.visualization import SolaraViz, make_plot_component

    page = SolaraViz(
        PaidOnScore(),
        components=[
            make_plot_component(["Reported NPS", "True NPS"]),
            make_plot_component(["Care, %", "Begging, %", "Gifts, %"]),
        ],
        model_params=SLIDERS,
        name="Gamed: paid on the score",
    )
