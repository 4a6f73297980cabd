"""The people who choose: employees, managers, central office, head. One kind of decision maker in four roles.

A person is (post, succession number); what he brings is drawn from that key, so the same hire comes in every world.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.scenario.staff import Tactic
from sim.scenario.tactics import Lever
from sim.world import chance, survivors
from sim.world import state as st
from sim.world.params import draw

Array = NDArray[np.float64]
ROLES = ("employee", "manager", "central", "head")
ROLE_KEY = {role: number << 24 for number, role in enumerate(ROLES)}  # posts of different roles never share a key


@dataclass
class Group:
    """All posts of one role. Arrays are (n,) by post or (n, K) by post and act; K acts in the order of `acts`."""

    role: str
    acts: tuple[int, ...]
    team: NDArray[np.int64]
    intensity: Array
    skill: Array
    open: NDArray[np.bool_]  # (K,) whether anybody may choose it
    cost: Array  # (K, K) convex costs with substitution, money
    moral: Array  # (K,) money at conscience 1
    traceability: Array  # (K,)
    minutes: Array  # (K,) of one attempt
    base: Array
    allowance: Array  # unconditional pay on top of base
    succession: NDArray[np.int64]
    conscience: Array
    never: NDArray[np.bool_]
    risk: Array
    discount: float
    intrinsic: Array
    audit_belief: Array
    level: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, M) believed own result, raw units
    belief: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))  # (n, M + 1, K) mean effect of an attempt
    certainty: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))  # precision of the same
    baseline: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, M) slow mean of readings
    last_reading: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, M)
    last_lever: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, K) slow mean of the intensities
    contingent: Array = field(default_factory=lambda: np.zeros(0))  # money moved by measures, whichever way
    bonus: Array = field(default_factory=lambda: np.zeros(0))
    fine: Array = field(default_factory=lambda: np.zeros(0))
    dismissed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    equivalent: Array = field(default_factory=lambda: np.zeros(0))
    stake: Array = field(default_factory=lambda: np.zeros(0))  # money by which a standard error of the readings moves pay
    spread: Array = field(default_factory=lambda: np.zeros(0))  # variance of pay as foreseen, money squared

    @property
    def n(self) -> int:
        """Number of posts."""
        return len(self.team)

    @property
    def tactics(self) -> NDArray[np.bool_]:
        """(K,) which acts are tactics: a person who never games will not do them, and they have no worth of their own."""
        return np.array([act.CATALOGUE[k].tactic for k in self.acts])

    @property
    def keys(self) -> NDArray[np.int64]:
        """(n,) the entities under which chance knows the posts."""
        return ROLE_KEY[self.role] + np.arange(self.n)

    def key(self, post: int) -> int:
        """The entity under which chance knows the post."""
        return ROLE_KEY[self.role] + post


def costs(convex: Array, substitution: float) -> Array:
    """Convex costs with substitution: C_kk = c_k, C_kj = s √(c_k c_j) (Holmström & Milgrom 1991)."""
    cross = substitution * np.sqrt(np.outer(convex, convex))
    np.fill_diagonal(cross, convex)
    return cross


def trait(spec: Scenario, replicate: int, group_key: int, succession: int, place: int, latent: Latent) -> float:
    """One trait of the person who holds a post."""
    u = chance.four(spec.seed, replicate, group_key, succession, chance.STAFF, place)
    d = draw(latent)
    return float(chance.from_latent(d.family, d.a, d.b, u[0]))


def prices(spec: Scenario, role: str) -> dict[str, Any]:
    """What acts cost in a role by the scenario as it stands: open, convex costs, moral, traces, minutes; base pay."""
    if role == "employee":
        t, s = spec.tactics, spec.staff
        tactics: list[Tactic | Lever] = [getattr(t, name) for name in act.EMPLOYEE_ACTS[act.FIRST_TACTIC :]]
        own = Tactic(moral=0.0, traceability=0.0, minutes=0.0)
        entries = [own.model_copy(update={"cost": s.care_cost}), own.model_copy(update={"cost": s.rush_cost}), *tactics]
        substitution, base, discount = s.substitution, spec.pay.base, s.discount
    else:
        m = spec.management
        section = {"manager": m.levers, "central": m.central, "head": m.head}[role]
        entries = [getattr(section, act.CATALOGUE[k].name) for k in act.BY_ROLE[role]]
        substitution, base, discount = 0.0, spec.pay.base_manager, m.discount
    return {
        "open": np.array([e.exists for e in entries]), "cost": costs(np.array([e.cost for e in entries]), substitution),
        "moral": np.array([e.moral for e in entries]), "traceability": np.array([e.traceability for e in entries]),
        "minutes": np.array([getattr(e, "minutes", 0.0) for e in entries]),
        "base": np.full(size(spec, role), base), "discount": discount,
    }  # fmt: skip


def size(spec: Scenario, role: str) -> int:
    """Posts of a role."""
    return {"employee": spec.staff.count, "manager": spec.teams, "central": spec.management.central_count, "head": 1}[role]


def employees(spec: Scenario, replicate: int, w: st.World) -> Group:
    """The employees, as many hired long ago as are still there; what a contact needs of them stands in `w.staff`."""
    n = spec.staff.count
    w.staff["skill"][:, : act.FIRST_TACTIC] = 1.0
    group = Group(
        role="employee", acts=act.BY_ROLE["employee"], team=np.arange(n) // spec.staff.team_size,
        intensity=w.staff["intensity"], skill=w.staff["skill"], **prices(spec, "employee"), **_blank(n, spec),
    )  # fmt: skip
    for post in range(n):
        hire_employee(spec, replicate, w, group, post)
    of_trait = chance.fours(spec.seed, replicate, group.keys, 0, chance.STAFF, 5)[:, 0]
    of_tenure = chance.fours(spec.seed, replicate, group.keys, 0, chance.STAFF, 7)[:, 0]
    survivors.hold_posts(survivors.staff(spec), spec, of_trait, of_tenure, w)
    return group


def _blank(n: int, spec: Scenario) -> dict[str, Any]:
    """Traits of nobody yet."""
    return {
        "succession": np.zeros(n, np.int64), "conscience": np.ones(n), "never": np.zeros(n, np.bool_),
        "contingent": np.zeros(n), "risk": np.zeros(n), "allowance": np.zeros(n),
        "intrinsic": np.zeros(n), "audit_belief": np.full(n, spec.audit.rate), "bonus": np.zeros(n), "fine": np.zeros(n),
        "dismissed": np.zeros(n, np.bool_), "equivalent": np.zeros(n),
        "stake": np.zeros(n), "spread": np.zeros(n),
    }  # fmt: skip


def hire_employee(spec: Scenario, replicate: int, w: st.World, group: Group, post: int) -> None:
    """The person whose turn it is takes the post, as a newcomer to the job."""
    s, who = spec.staff, int(group.succession[post])
    _character(spec, replicate, group, post, s)
    row = w.staff[post]
    row.ability = trait(spec, replicate, post, who, 4, s.ability)
    row.engagement = trait(spec, replicate, post, who, 5, s.engagement)
    row.tenure = 0.0
    for k in range(act.FIRST_TACTIC, act.ACTS):
        row.skill[k] = min(1.0, max(0.0, trait(spec, replicate, post, who, 20 + k, s.first_skill)))
    for k in range(act.ACTS):
        first = s.first_acts.get(act.EMPLOYEE_ACTS[k])
        drawn = 0.0 if first is None else trait(spec, replicate, post, who, 40 + k, first)
        row.intensity[k] = min(1.0, max(0.0, drawn))


def _character(spec: Scenario, replicate: int, group: Group, post: int, section: Any) -> None:
    """Conscience, risk aversion and motive of whoever holds the post."""
    key, who = group.key(post), int(group.succession[post])
    group.conscience[post] = max(0.0, trait(spec, replicate, key, who, 0, section.conscience))
    group.risk[post] = max(0.0, trait(spec, replicate, key, who, 1, section.risk_aversion))
    group.intrinsic[post] = trait(spec, replicate, key, who, 2, section.intrinsic)
    group.never[post] = trait(spec, replicate, key, who, 3, Latent(kind="uniform", a=0, b=1)) < section.never
    group.audit_belief[post] = spec.audit.rate


def above(spec: Scenario, replicate: int, role: str) -> Group:
    """Managers (one a team), the central office, or the head."""
    n, numbers = size(spec, role), act.BY_ROLE[role]
    group = Group(
        role=role, acts=numbers, team=np.arange(n) if role == "manager" else np.zeros(n, np.int64),
        intensity=np.zeros((n, len(numbers))), skill=np.ones((n, len(numbers))), **prices(spec, role), **_blank(n, spec),
    )  # fmt: skip
    for post in range(n):
        take_post(spec, replicate, group, post)
    return group


def take_post(spec: Scenario, replicate: int, group: Group, post: int) -> None:
    """The person whose turn it is takes a post above the front line."""
    _character(spec, replicate, group, post, spec.management)
    for place, k in enumerate(group.acts):
        group.intensity[post, place] = spec.management.first_levers.get(act.CATALOGUE[k].name, 0.0)
