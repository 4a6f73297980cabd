"""Why somebody does what he does: the worth of each act to him, by his own beliefs, split into the terms of his utility.

The terms are those of `sim.world.choice` and `sim.world.decide`, so that they add up to the utility that was maximised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.incentives.expectation import Prospects, expected, moments
from sim.scenario.schema import Scenario
from sim.world import decide
from sim.world.choice import Problem
from sim.world.contracts import Contract
from sim.world.decide import Outlook
from sim.world.people import Array, Group

if TYPE_CHECKING:
    from sim.world.firm import Firm

# Money for a pay period, each: pay expected; its risk; what higher targets will take back; serving well; the manager's
# approval; conscience; fear of being found out; minutes; effort; what the team does.
TERMS = (
    "pay", "risk", "later_targets", "serving", "approval", "conscience", "sanction", "minutes", "effort", "norm",
)  # fmt: skip
TRIAL = 0.2  # share of contacts at which an act that somebody does not do is weighed


@dataclass(frozen=True)
class Reasons:
    """A group's latest choice as it was put to it, kept before anything moves on. Rows are posts."""

    spec: Scenario
    acts: tuple[int, ...]
    problem: Problem
    prospects: Prospects
    outlook: Outlook
    contracts: list[Contract]
    chosen: Array  # (n, K) what the group does: its choice, or what was copied from a colleague
    own: Array  # (n, K) its choice
    linear: dict[str, Array]  # (n, K) worth beside pay of an act done in every contact, by term
    succession: NDArray[np.int64]  # (n,) who chose

    def worth(self, post: int, acts: Array) -> Array:
        """Utility by terms, (TERMS,), of doing `acts` (K,)."""
        made = self.problem
        gap = made.gap[post] + (acts - made.acts[post]) @ made.loadings[post]
        one = Prospects(self.prospects.terms[post : post + 1], self.prospects.step, self.prospects.table)
        mean, spread = moments(one, gap[None, :])
        later = 0.0
        for p in np.flatnonzero(made.ratchet[post]):
            slope = expected(one.terms[0], one.step, one.table, int(p), float(made.gap[post, p]))[1]
            later -= made.ratchet[post, p] * slope * (gap[p] - made.gap[post, p])
        found = {name: float(worth[post] @ acts) for name, worth in self.linear.items()}
        found |= {
            "pay": float(mean.sum()), "risk": -0.5 * float(made.risk[post] * spread.sum()), "later_targets": float(later),
            "effort": -0.5 * float(acts @ made.cost @ acts),
            "norm": -0.5 * float(made.pull[post] * ((acts - made.norm[post]) ** 2).sum()),
        }  # fmt: skip
        return np.array([found[name] for name in TERMS])

    def of_act(self, post: int, place: int) -> Array:
        """What doing an act as much as he does brings him against leaving it, by terms; one left is weighed at TRIAL."""
        acts = self.chosen[post].copy()
        more, less = acts.copy(), acts.copy()
        less[place] = 0.0
        more[place] = acts[place] if acts[place] > 0 else TRIAL
        return self.worth(post, more) - self.worth(post, less)


def reasons(firm: Firm, role: str = "employee") -> Reasons | None:
    """The latest choice of a role; None before anybody chose. To be called right after the payday of that choice."""
    if role not in firm.solved:
        return None
    group, outlook, solved = firm.groups[role], firm.outlook_now[role], firm.solved[role]
    live = firm.in_force(role, firm.week_ahead)
    return Reasons(
        spec=firm.spec, acts=group.acts, problem=solved.problem,
        prospects=solved.prospects, outlook=outlook, contracts=live,
        chosen=group.intensity.copy(), own=solved.choice.acts, succession=group.succession.copy(),
        linear=_beside_pay(firm.spec, group, outlook, solved.problem.gain),
    )  # fmt: skip


def _beside_pay(spec: Scenario, group: Group, outlook: Outlook, gain: Array) -> dict[str, Array]:
    """The linear worth of acts beside pay, (n, K) a term; together they are the problem's `gain`."""
    conscience = -group.conscience[:, None] * group.moral[None, :]
    sanction = -decide.sanction(spec, group)
    minutes = -spec.staff.minute * outlook.minutes
    worth = decide.worth_beside_pay(spec, group, outlook)
    return {
        "conscience": conscience, "sanction": sanction, "minutes": minutes, "approval": gain - worth,
        "serving": worth - conscience - sanction - minutes,
    }  # fmt: skip
