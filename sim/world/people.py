"""The people who choose: employees, managers, central office, head. One kind of decision maker in four roles.

A person is (post, succession number); what he brings is drawn from that key, so the same hire comes in every world.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.incentives import tactics as act
from sim.rules.kernel import hot
from sim.scenario.fields import Latent
from sim.scenario.schema import Scenario
from sim.scenario.staff import Tactic
from sim.scenario.tactics import Lever
from sim.world import chance, survivors
from sim.world import state as st
from sim.world.params import draw

Array = NDArray[np.float64]
Posts = NDArray[np.int64]
ROLES = ("employee", "manager", "central", "head")
# traits, by the number under which chance knows them
CONSCIENCE, RISK, INTRINSIC, NEVER_GAMES, ABILITY, ENGAGEMENT = range(6)
TENURE, FIRST_SKILL, FIRST_ACT = 7, 20, 40
EVENLY = Latent(kind="uniform", a=0, b=1)
NOTHING = Latent(kind="constant", a=0, b=0)
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
    told: set[int] = field(default_factory=set)  # places of belief of which lore has spoken
    baseline: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, M) slow mean of readings
    last_reading: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, M)
    last_lever: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (n, K) slow mean of the intensities
    contingent: Array = field(default_factory=lambda: np.zeros(0))  # money moved by measures, whichever way
    bonus: Array = field(default_factory=lambda: np.zeros(0))
    fine: Array = field(default_factory=lambda: np.zeros(0))
    dismissed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    equivalent: Array = field(default_factory=lambda: np.zeros(0))
    stake: Array = field(default_factory=lambda: np.zeros(0))  # money by which a standard error of the readings moves pay
    care_pay: Array = field(default_factory=lambda: np.zeros(0))  # money that full care would add to expected pay
    spread: Array = field(default_factory=lambda: np.zeros(0))  # variance of pay as foreseen, money squared

    @property
    def n(self) -> int:
        """Number of posts."""
        return len(self.team)

    @cached_property
    def tactics(self) -> NDArray[np.bool_]:
        """(K,) which acts are tactics: a person who never games will not do them, and they have no worth of their own."""
        return np.array([act.CATALOGUE[k].tactic for k in self.acts])

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """(n,) the entities under which chance knows the posts."""
        return ROLE_KEY[self.role] + np.arange(self.n)


def costs(convex: Array, substitution: float) -> Array:
    """Convex costs with substitution: C_kk = c_k, C_kj = s √(c_k c_j) (Holmström & Milgrom 1991)."""
    cross = substitution * np.sqrt(np.outer(convex, convex))
    np.fill_diagonal(cross, convex)
    return cross


def traits(spec: Scenario, replicate: int, group: Group, posts: Posts, latents: dict[int, Latent]) -> Array:
    """Traits of those who hold the posts, (traits, posts), in the order of `latents`, whose keys chance knows them by."""
    drawn = [draw(latent) for latent in latents.values()]
    out = np.empty((len(latents), len(posts)))
    _traits(
        spec.seed, replicate, group.keys[posts], group.succession[posts], np.array(list(latents)),
        np.array([d.family for d in drawn]), np.array([d.a for d in drawn]), np.array([d.b for d in drawn]), out,
    )  # fmt: skip
    return out


@hot
def _traits(
    seed: int, replicate: int, keys: Posts, persons: Posts, places: Posts, families: Posts, a: Array, b: Array, out: Array
) -> None:
    for t in range(out.shape[0]):
        for i in range(out.shape[1]):
            u = chance.uniform(seed, replicate, keys[i], persons[i], chance.STAFF, places[t])
            out[t, i] = chance.from_latent(families[t], a[t], b[t], u)


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
        "open": np.array([e.exists and act.has_occasion(k, spec) for k, e in zip(act.BY_ROLE[role], entries, strict=True)]),
        "cost": costs(np.array([e.cost for e in entries]), substitution),
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
    hire_employees(spec, replicate, w, group, np.arange(n))
    of_trait = chance.fours(spec.seed, replicate, group.keys, 0, chance.STAFF, ENGAGEMENT)[:, 0]
    of_tenure = chance.fours(spec.seed, replicate, group.keys, 0, chance.STAFF, TENURE)[:, 0]
    survivors.hold_posts(survivors.staff(spec), spec, of_trait, of_tenure, w)
    return group


def _blank(n: int, spec: Scenario) -> dict[str, Any]:
    """Traits of nobody yet."""
    return {
        "succession": np.zeros(n, np.int64), "conscience": np.ones(n), "never": np.zeros(n, np.bool_),
        "contingent": np.zeros(n), "risk": np.zeros(n), "allowance": np.zeros(n),
        "intrinsic": np.zeros(n), "audit_belief": np.full(n, spec.audit.rate), "bonus": np.zeros(n), "fine": np.zeros(n),
        "dismissed": np.zeros(n, np.bool_), "equivalent": np.zeros(n),
        "stake": np.zeros(n), "care_pay": np.zeros(n), "spread": np.zeros(n),
    }  # fmt: skip


def hire_employees(spec: Scenario, replicate: int, w: st.World, group: Group, posts: Posts) -> None:
    """The persons whose turn it is take the posts, as newcomers to the job."""
    s = spec.staff
    _character(spec, replicate, group, posts, s)
    tactics, acts = range(act.FIRST_TACTIC, act.ACTS), range(act.ACTS)
    latents = {ABILITY: s.ability, ENGAGEMENT: s.engagement} | {FIRST_SKILL + k: s.first_skill for k in tactics}
    ability, engagement, *skill = traits(spec, replicate, group, posts, latents)
    first = {FIRST_ACT + k: s.first_acts.get(act.EMPLOYEE_ACTS[k], NOTHING) for k in acts}
    w.staff["ability"][posts], w.staff["engagement"][posts], w.staff["tenure"][posts] = ability, engagement, 0.0
    for k in tactics:
        group.skill[posts, k] = np.clip(skill[k - act.FIRST_TACTIC], 0.0, 1.0)
    group.intensity[posts] = np.clip(traits(spec, replicate, group, posts, first), 0.0, 1.0).T


def _character(spec: Scenario, replicate: int, group: Group, posts: Posts, section: Any) -> None:
    """Conscience, risk aversion and motive of whoever holds the posts."""
    latents = {
        CONSCIENCE: section.conscience, RISK: section.risk_aversion, INTRINSIC: section.intrinsic, NEVER_GAMES: EVENLY
    }  # fmt: skip
    conscience, risk, group.intrinsic[posts], u = traits(spec, replicate, group, posts, latents)
    group.conscience[posts], group.risk[posts] = np.maximum(0.0, conscience), np.maximum(0.0, risk)
    group.never[posts] = u < section.never
    group.audit_belief[posts] = spec.audit.rate


def above(spec: Scenario, replicate: int, role: str) -> Group:
    """Managers (one a team), the central office, or the head."""
    n, numbers = size(spec, role), act.BY_ROLE[role]
    group = Group(
        role=role, acts=numbers, team=np.arange(n) if role == "manager" else np.zeros(n, np.int64),
        intensity=np.zeros((n, len(numbers))), skill=np.ones((n, len(numbers))), **prices(spec, role), **_blank(n, spec),
    )  # fmt: skip
    take_posts(spec, replicate, group, np.arange(n))
    return group


def take_posts(spec: Scenario, replicate: int, group: Group, posts: Posts) -> None:
    """The persons whose turn it is take posts above the front line."""
    _character(spec, replicate, group, posts, spec.management)
    group.intensity[posts] = [spec.management.first_levers.get(act.CATALOGUE[k].name, 0.0) for k in group.acts]
