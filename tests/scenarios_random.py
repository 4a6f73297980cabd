"""Random small worlds for Hypothesis: parameters within the schema's bounds, any mechanism off, any measures and schemes.

`worlds(paid=False)` pays nothing and sets no targets; `worlds()` may. A world is drawn as the mapping that a YAML file
would hold, and built with `build`.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sim.scenario.measures import PRESETS
from sim.scenario.schema import Mechanisms, Scenario

Tree = dict[str, Any]


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    """A real between two bounds; three digits, so that a failing example can be read."""
    return st.floats(low, high, allow_nan=False).map(lambda x: min(max(round(x, 3), low), high))


def some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Tree]:
    """Some of the fields; what is left out stays at its default."""
    return st.fixed_dictionaries({}, optional=fields)


share = reals(0.0, 1.0)
normals = st.builds(lambda a, b: {"kind": "normal", "a": a, "b": b}, reals(-1.5, 1.5), reals(0.0, 1.5))
positive = st.one_of(
    st.builds(lambda a, b: {"kind": "lognormal", "a": a, "b": b}, reals(0.0, 3.0), reals(0.0, 1.0)),
    st.builds(lambda a: {"kind": "exponential", "a": a}, reals(0.0, 3.0)),
    st.builds(lambda a, b: {"kind": "uniform", "a": a, "b": a + b}, reals(0.0, 2.0), reals(0.0, 2.0)),
    reals(0.0, 3.0),
)
scores = st.one_of(
    st.builds(lambda d, p: {"kind": "classes", "a": d, "b": round(p * (1 - d), 3)}, share, reals(0.0, 0.99)),
    st.builds(lambda a, b: {"kind": "normal", "a": a, "b": b}, reals(0.0, 10.0), reals(0.0, 3.0)),
    reals(0.0, 10.0),
)

mechanisms = some({name: st.sampled_from([False, True, True]) for name in Mechanisms.model_fields})

experience = some({
    "resolution": reals(0, 3), "wait": reals(0, 0.3), "wait_cap": reals(0, 3), "courtesy": reals(0, 2),
    "effort": reals(0, 1), "loss_weight": reals(0, 5), "adaptation": share, "drift": reals(-0.1, 0.1),
    "first_expectation": normals, "peak_weight": share, "peak_fading": share, "forgetting": share, "level": reals(0, 10),
    "slope": reals(0, 4), "taste": normals, "first_memory": normals, "fixed_score": st.none() | scores,
})  # fmt: skip
survey = some({
    "extreme": reals(0, 5), "centre": reals(0, 10), "fatigue": share, "fatigue_weeks": reals(0, 30), "style": normals,
    "plead_lift": reals(0, 10), "gift_lift": reals(0, 10), "mood_error": reals(0, 10),
})  # fmt: skip
voice = some({
    "complaint_at": reals(-2, 12), "complaint_slope": reals(0, 5), "aloud": share, "remedy": share, "relief": reals(0, 3),
    "hushed": reals(0, 3), "exit_rate": reals(0, 5), "exit_at": reals(0, 10), "exit_slope": reals(0, 2),
    "contract_share": share, "contract_damping": share,
})  # fmt: skip
market = some({
    "prospects": reals(0, 3), "join": share, "reputation": reals(0, 2), "talk": reals(0, 5), "bad_news": reals(0, 5),
    "memory": reals(1, 30), "promise": reals(0, 3), "promise_kept": reals(0, 2),
})  # fmt: skip
segment = some({
    "share": reals(0.1, 1), "needs": reals(0, 3), "difficulty": reals(-2, 2), "value": reals(0, 3), "voice": reals(0, 3)
})  # fmt: skip
customers = st.fixed_dictionaries(
    {"count": st.integers(80, 300)},
    optional={
        "needs_per_week": reals(0, 1.0), "season": share, "difficulty": normals, "return_probability": share,
        "return_fading": share, "return_cap": st.integers(0, 12), "return_delay": positive,
        "patience": st.none() | reals(0.5, 60), "segments": st.lists(segment, min_size=1, max_size=3),
        "experience": experience, "survey": survey, "voice": voice, "market": market,
    },
)  # fmt: skip

service = some({
    "queue": some({
        "hours": reals(10, 100), "staffed": st.none() | st.integers(1, 8), "shrinkage": reals(0, 0.9),
        "occupancy": reals(0.05, 0.99), "arrivals_per_hour": st.none() | reals(0, 60),
    }),
    "work": some({
        "minutes": reals(0.5, 30), "minutes_by_difficulty": reals(0, 1), "minutes_by_ability": reals(0, 1),
        "minutes_spread": reals(0, 1), "resolution": reals(-3, 4), "resolution_by_difficulty": reals(0, 3),
        "resolution_by_ability": reals(0, 3), "resolution_by_engagement": reals(0, 2), "courtesy_by_engagement": reals(0, 2),
        "care_resolution": reals(0, 3), "care_minutes": reals(0, 1), "care_courtesy": reals(-1, 2),
        "rush_resolution": reals(0, 3), "rush_minutes": reals(0, 0.9), "rush_courtesy": reals(-1, 2),
        "plead_courtesy": reals(-1, 1), "followup": share, "misjudged": share, "cherry_sight": share,
        "novice_minutes": reals(0, 2), "novice_resolution": reals(0, 2), "proficiency": reals(1, 40),
    }),
    "process": some({
        "steps": st.integers(1, 6), "handoffs": st.integers(0, 3), "failure": reals(0, 0.3), "scripts": share,
    }),
})  # fmt: skip

learning = some({
    "lore": share, "lore_error": reals(0, 2), "doubt": reals(0, 2), "forgetting": share, "colleagues": share,
    "imitation": reals(0, 2), "practice": share, "fading": share, "audit_memory": share,
})  # fmt: skip
wellbeing = some({
    "recovery": share, "decline": share, "crowding": reals(-1, 1), "autonomy": reals(-1, 1), "moral_stress": reals(0, 1),
    "pressure": reals(-1, 1), "strain": reals(0, 1), "quit_rate": reals(0, 6), "quit_slope": reals(0, 3),
    "quit_by_pay": reals(0, 3),
})  # fmt: skip
lognormals = st.builds(lambda a, b: {"kind": "lognormal", "a": a, "b": b}, reals(0.0, 1000.0), reals(0.0, 1.0))
choices = st.sampled_from(["learning", "learning", "rational", "fixed"])


@st.composite
def staff(draw: st.DrawFn) -> Tree:
    """Four to twelve employees in teams of one to six."""
    size, teams = draw(st.sampled_from([(1, 4), (2, 2), (2, 5), (3, 2), (4, 1), (4, 3), (5, 2), (6, 2)]))
    rest = some({
        "ability": normals, "engagement": normals, "intrinsic": lognormals, "conscience": positive, "never": share,
        "risk_aversion": reals(0, 0.01), "discount": reals(0, 0.99), "norm": reals(0, 100), "first_skill": share,
        "care_cost": reals(20, 600), "rush_cost": reals(20, 600), "substitution": reals(0, 0.6), "minute": reals(0, 0.2),
        "dismissal_loss": reals(0, 5), "learning": learning, "wellbeing": wellbeing,
        "first_acts": st.builds(lambda c, r: {"care": c, "rushing": r}, share, share),
    })  # fmt: skip
    return {"count": size * teams, "team_size": size, "choice": draw(choices), **draw(rest)}


tactic = some({
    "exists": st.booleans(), "minutes": st.just(0) | reals(0, 2), "cost": reals(5, 100), "moral": st.just(0) | reals(0, 150),
    "traceability": st.just(0) | share, "lore": st.none() | reals(-1, 2),
})  # fmt: skip
TACTICS = (
    "selective_invitation", "pleading", "gifts", "closing_early", "cherry_picking", "complaint_diversion", "charm"
)  # fmt: skip
tactics = some(dict.fromkeys(TACTICS, tactic))
lever = some({
    "exists": st.booleans(), "cost": reals(5, 300), "moral": st.just(0) | reals(0, 200),
    "traceability": st.just(0) | share, "reach": share,
})  # fmt: skip
management = st.fixed_dictionaries(
    {"choice": choices},
    optional={
        "conscience": positive, "never": share, "risk_aversion": reals(0, 0.01), "discount": reals(0, 0.99),
        "intrinsic": lognormals, "approval": reals(0, 300), "coaching_gain": reals(0, 0.2), "coaching_minutes": reals(0, 0.3),
        "coaching_fading": share, "central_count": st.integers(0, 3),
        "levers": some(dict.fromkeys(("pressing", "coaching", "filtering"), lever)),
        "central": some(dict.fromkeys(("selecting", "reclassifying"), lever)),
        "head": some(dict.fromkeys(("diversion", "promising"), lever)),
    },
)  # fmt: skip
audit = some({"rate": share, "fine": reals(0, 2000), "dismissal": share, "cost": reals(0, 100)})
owners = some({
    "exposure": share, "response": st.sampled_from(["hush", "dismiss", "unpay"]), "audit_after": reals(0, 10)
})  # fmt: skip

CHANGES = {  # what an event may change, and to what; nothing that says how people answer
    "customers.needs_per_week": st.just(0.0) | reals(0, 1), "customers.season": share, "customers.return_probability": share,
    "customers.experience.level": reals(0, 10), "customers.voice.exit_rate": st.just(0.0) | reals(0, 5),
    "customers.voice.aloud": share, "customers.market.join": share, "service.work.minutes": reals(0.5, 30),
    "service.work.resolution": reals(-3, 4), "service.process.scripts": share, "staff.care_cost": reals(20, 600),
    "staff.wellbeing.quit_rate": reals(0, 6), "tactics.pleading.cost": reals(5, 100), "audit.rate": share,
    "management.coaching_gain": reals(0, 0.2), "owners.exposure": share,
}  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> Tree:
    """An event that changes up to three values, for a while or for good, or an exposure."""
    paths = draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3, unique=True))
    when = {"week": draw(st.integers(0, 20)), "until": draw(st.none() | st.integers(0, 25))}
    return {**when, "exposure": draw(st.booleans()), "set": {path: draw(CHANGES[path]) for path in paths}}


SURVEYS = ("recommend", "satisfaction", "ease", "first_time")
by_class = st.none() | st.lists(share, min_size=3, max_size=3)


@st.composite
def measures(draw: st.DrawFn) -> Tree:
    """One measure: a preset, some of its properties changed."""
    chosen = draw(st.sampled_from(sorted(PRESETS)))
    reads = PRESETS[chosen]["reads"]
    error = reals(0, 0.5) if reads in ("first_time", "needs_met") else st.just(0.0)  # only a yes or no is misread
    changed = some({
        "rate": share, "invite": by_class, "respond": by_class, "response": st.none() | share, "confidential": share,
        "channel": st.sampled_from(["email", "after_contact", "interview"]), "within": reals(0.1, 8), "error": error,
        "handled_by": st.lists(st.sampled_from(["manager", "central"]), unique=True, max_size=2), "cost": reals(0, 5),
        "logging": st.sampled_from(["manual", "automatic"]), "threshold": reals(0, 20), "lag": st.integers(0, 6),
        "window": st.integers(1, 13), "minimum_n": st.integers(1, 20),
        "below_minimum": st.sampled_from(["nothing", "last", "team", "target"]), "published": st.booleans(),
        "aggregate": st.sampled_from(["top", "mean"] if reads == "first_time" else ["net", "top", "mean"]),
    } if reads in SURVEYS else {
        "within": reals(0.1, 8), "logging": st.sampled_from(["manual", "automatic"]), "threshold": reals(0, 20),
        "lag": st.integers(0, 6), "window": st.integers(1, 13), "minimum_n": st.integers(1, 20), "error": error,
        "below_minimum": st.sampled_from(["nothing", "last", "team", "target"]), "published": st.booleans(),
    })  # fmt: skip
    asked = {}
    if reads in SURVEYS:
        population = draw(st.sampled_from(["contacts", "customers"])) if reads == "recommend" else "contacts"
        who = ["census", "random", "central"] + (["employee"] * 2 if population == "contacts" else [])
        asked = {"population": population, "sample": draw(st.sampled_from(who))}
    return {"like": chosen, **asked, **draw(changed)}


@st.composite
def schemes(draw: st.DrawFn, labels: list[str]) -> Tree:
    """One scheme on one of the measures."""
    kind = draw(st.sampled_from(["fixed", "linear", "linear", "cliff", "tiered", "team", "tournament"]))
    made: Tree = {"kind": kind, "from_week": draw(st.integers(0, 6))}
    made["who"] = draw(st.lists(st.sampled_from(["employee", "manager", "central", "head"]), min_size=1, unique=True))
    if kind != "fixed":
        made["measure"] = draw(st.sampled_from(labels))
        made["target"] = draw(some({
            "rule": st.sampled_from(["fixed", "ratchet", "benchmark"]), "start": st.none() | reals(-50, 100), "step": share,
            "stretch": reals(-10, 10),
        }))  # fmt: skip
    if kind in ("linear", "team"):
        made["rate"] = draw(reals(0.5, 30))
        made |= draw(some({"cap": reals(100, 1000), "floor": st.sampled_from([0.0, None])}))
    elif kind == "tiered":
        made["tiers"] = [{"at": 0, "bonus": draw(reals(10, 100))}, {"at": 5, "bonus": draw(reals(100, 500))}]
    else:
        made["bonus"] = draw(reals(1, 800))
    if draw(st.booleans()):
        made["until_week"] = made["from_week"] + draw(st.integers(4, 20))
    return made


def labelled(kinds: list[Tree]) -> Tree:
    """Measures under labels that say nothing."""
    return {f"m{j}": kind for j, kind in enumerate(kinds)}


@st.composite
def worlds(draw: st.DrawFn, paid: bool = True, least: int = 1) -> Tree:
    """A small world. `least`: how many measures it has at the least."""
    made: Tree = {
        "name": "random world", "seed": draw(st.integers(0, 2**31 - 1)), "weeks": draw(st.integers(10, 26)),
        "burn_in": draw(st.integers(0, 10)), "customers": draw(customers), "service": draw(service), "staff": draw(staff()),
        "mechanisms": draw(mechanisms), "tactics": draw(tactics), "management": draw(management), "audit": draw(audit),
        "owners": draw(owners), "measures": labelled(draw(st.lists(measures(), min_size=least, max_size=4))),
        "pay": {"every": draw(st.integers(1, 6))}, "events": draw(st.lists(events(), max_size=2)),
    }  # fmt: skip
    if paid and made["measures"]:
        made["pay"]["schemes"] = draw(st.lists(schemes(list(made["measures"])), min_size=1, max_size=3))
    return made


def build(tree: Tree) -> Scenario:
    """The scenario of a world that was drawn."""
    return Scenario.model_validate(tree)
