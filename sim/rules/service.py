"""Service: the queue, the work of a contact, resolution, and what becomes of unmet needs.

Acts (`care`, `rush`, `plead`, …) are 1 when done in the contact and 0 when not; the rules are continuous in them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.rules.kernel import kernel

Array = NDArray[np.float64]

GRID = 48  # points at which the distribution of the offered wait is tabulated
DEPTH = 9.0  # the table reaches to probability 1 − exp(−DEPTH); between its points −log(1 − p) runs straight
NO_PATIENCE_LIMIT = 1e300  # mean patience that stands for endless
STABLE = 0.995  # utilisation at which Erlang C is read when the load is above capacity and patience endless


@kernel
def logistic(x: float) -> float:
    """1 / (1 + exp(−x)), safe at both ends."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


@kernel
def busy_ratio(load: float, servers: float) -> float:
    """Sum of p_k / p_(c−1) over k < c in M/M/c at offered load a (Erlang): I_k = 1 + I_(k−1) k / a.

    `servers` is a whole number, load is in erlangs and above 0.
    """
    total = 1.0
    for k in range(1, int(servers)):
        total = 1.0 + total * k / load
    return total


@kernel
def occupancy(load: float, servers: float, delayed: float) -> float:
    """Share of staffed time that is handling: D + (1 − D) a (1 − 1 / I) / c, D the chance that a caller must wait.

    All servers are busy when a caller must wait (whoever hangs up is not handled); else it is as in a queue without a line.
    """
    if load <= 0.0:
        return 0.0
    return delayed + (1.0 - delayed) * load * (1.0 - 1.0 / busy_ratio(load, servers)) / servers


@kernel
def offered_wait_exponent(x: float, stay: float, arrivals: float, service: float, servers: float) -> float:
    """log v(x) up to a constant: density of the offered wait in M/M/c+M is ∝ exp(λ H(x) − c μ x), H(x) = ∫₀ˣ P(patience > t) dt.

    x and stay = H(x) in minutes, arrivals per minute, service minutes. Source: Baccelli & Hebuterne (1981).
    """
    return arrivals * stay - servers * x / service


@kernel
def mean_stay(x: float, gone: float, patience: float) -> float:
    """H(x) of exponential patience, minutes: patience · P(patience ≤ x), `gone`; x itself where patience is endless."""
    return x if patience >= NO_PATIENCE_LIMIT else patience * gone


@kernel
def tabulate_wait(arrivals: float, service: float, servers: float, patience: float, table: Array) -> float:
    """Fill `table` with the quantile function of the offered wait given that there is one; return P(wait > 0).

    `table[j]` is the wait (minutes) at probability 1 − exp(−DEPTH (j / (GRID − 1))⁴) of the conditional distribution:
    exact for exponential waits, and close where short waits are rare (overload).
    A customer leaves when his own patience is shorter than the offered wait (Erlang A; Garnett, Mandelbaum & Reiman 2002).
    """
    load = arrivals * service
    if load <= 0.0:
        for j in range(GRID):
            table[j] = 0.0
        return 0.0
    rate = arrivals
    if patience >= NO_PATIENCE_LIMIT and load > STABLE * servers:
        rate = STABLE * servers / service
    top = _peak_of_wait(rate, service, servers, patience)
    peak = offered_wait_exponent(top, mean_stay(top, 1.0 - math.exp(-top / patience), patience), rate, service, servers)
    end = top + 1.0 / (servers / service)
    stay = mean_stay(end, 1.0 - math.exp(-end / patience), patience)
    while offered_wait_exponent(end, stay, rate, service, servers) > peak - 24.0:
        end *= 1.5
        stay = mean_stay(end, 1.0 - math.exp(-end / patience), patience)
    steps = 8 * GRID
    width = end / steps
    kept, there = math.exp(-width / patience), 1.0  # who is patient for one step more; who is still there
    density = np.empty(steps + 1)
    density[0] = math.exp(-peak)
    mass = 0.0
    for i in range(1, steps + 1):
        there *= kept
        stay = mean_stay(i * width, 1.0 - there, patience)
        density[i] = math.exp(offered_wait_exponent(i * width, stay, rate, service, servers) - peak)
        mass += 0.5 * (density[i - 1] + density[i]) * width
    _invert_wait(density, width, mass, table)
    idle = busy_ratio(rate * service, servers)
    log_ratio = math.log(rate * mass) + peak - math.log(idle)
    return logistic(log_ratio)


# −log(1 − p) at the points of the table, DEPTH (j / (GRID − 1))⁴, and these probabilities p
DEPTHS = np.array([DEPTH * share * share * share * share for share in (j / (GRID - 1.0) for j in range(GRID))])
REACHED = np.array([1.0 - math.exp(-depth) for depth in DEPTHS])


@kernel
def _peak_of_wait(arrivals: float, service: float, servers: float, patience: float) -> float:
    """Where the density of the offered wait is highest: 0 below capacity, patience · ln(load / c) above it."""
    overload = arrivals * service / servers
    if overload <= 1.0 or patience >= NO_PATIENCE_LIMIT:
        return 0.0
    return patience * math.log(overload)


@kernel
def _invert_wait(density: Array, width: float, mass: float, table: Array) -> None:
    """Walk along the density (at steps of `width` minutes) once and note where each tabulated probability is passed."""
    table[0] = 0.0
    j = 1
    total = 0.0
    for i in range(1, len(density)):
        gained = 0.5 * (density[i - 1] + density[i]) * width
        while j < GRID and total + gained >= mass * REACHED[j]:
            table[j] = width * (i - 1 + (mass * REACHED[j] - total) / gained)
            j += 1
        total += gained
    while j < GRID:
        table[j] = width * (len(density) - 1)
        j += 1


@kernel
def wait_quantile(u: float, delayed: float, table: Array) -> float:
    """The offered wait (minutes) at probability u: 0 with 1 − `delayed`, else read from the table."""
    if u <= 1.0 - delayed:
        return 0.0
    depth = -math.log((1.0 - u) / delayed)
    j = int(math.sqrt(math.sqrt(depth / DEPTH)) * (GRID - 1.0))
    if j >= GRID - 1:
        return table[GRID - 1]
    below = DEPTHS[j]
    return table[j] + (depth - below) / (DEPTHS[j + 1] - below) * (table[j + 1] - table[j])


@kernel
def novice(tenure: float, proficiency: float, scripts: float) -> float:
    """How much of the newcomer is left: exp(−tenure / τ), τ shorter under scripts (half at a full script)."""
    return math.exp(-tenure / (proficiency * (1.0 - 0.5 * scripts)))


@kernel
def handle_minutes(
    base: float, by_difficulty: float, by_ability: float, difficulty: float, ability: float, novice_extra: float
) -> float:
    """Handle time: base · exp(β_d d − β_a a) · (1 + novice). Minutes; difficulty and ability in sd."""
    return base * math.exp(by_difficulty * difficulty - by_ability * ability) * (1.0 + novice_extra)


@kernel
def paced_minutes(minutes: float, care: float, rush: float, care_minutes: float, rush_minutes: float) -> float:
    """Handle time with care taken (longer) or rushed (shorter): m (1 + κ care)(1 − ρ rush)."""
    return minutes * (1.0 + care_minutes * care) * (1.0 - rush_minutes * rush)


@kernel
def coordinated(size: int, loss: float) -> float:
    """Factor on handle time of a team of this size: 1 + loss per colleague (Steiner 1972)."""
    return 1.0 + loss * (size - 1)


@kernel
def resolution_log_odds(
    base: float, by_difficulty: float, by_ability: float, by_engagement: float, difficulty: float, ability: float,
    engagement: float, novice_loss: float, scripts: float, script_error: float, script_rigidity: float,
) -> float:  # fmt: skip
    """Log odds that a contact resolves the need: who serves and what the case is.

    Scripts prevent errors on ordinary cases (+) and are rigid on unusual ones (−, per sd above average).
    """
    unusual = difficulty if difficulty > 0.0 else 0.0
    return (
        base - by_difficulty * difficulty + by_ability * ability + by_engagement * engagement - novice_loss
        + scripts * (script_error - script_rigidity * unusual)
    )  # fmt: skip


@kernel
def resolve_probability(
    log_odds: float, care: float, rush: float, care_gain: float, rush_loss: float, sound: float
) -> float:
    """Chance that the contact resolves the need: logistic(log odds + care − rush) · chance that no step fails."""
    return sound * logistic(log_odds + care_gain * care - rush_loss * rush)


@kernel
def sound_process(failure: float, points: float) -> float:
    """Chance that no step and no hand-off fails: (1 − f)^points, points being steps and hand-offs."""
    return math.pow(1.0 - failure, points)


@kernel
def process_minutes(steps: int, handoffs: int, reference_steps: int, reference_handoffs: int) -> float:
    """Factor on handle time of a redesigned process: steps with hand-offs counted at half a step."""
    return (steps + 0.5 * handoffs) / (reference_steps + 0.5 * reference_handoffs)


@kernel
def courtesy(
    engagement: float, by_engagement: float, care: float, rush: float, plead: float,
    care_courtesy: float, rush_courtesy: float, plead_courtesy: float,
) -> float:  # fmt: skip
    """Courtesy as felt: engagement and care raise it, rushing and pleading lower it. Units of courtesy."""
    return by_engagement * engagement + care_courtesy * care - rush_courtesy * rush - plead_courtesy * plead


@kernel
def seasonal_weeks(start: float, gap: float, season: float) -> float:
    """Weeks that count for needs in `gap` weeks from `start`: ∫ 1 + s sin(2πt/52) dt; s is the yearly swing, 0–1."""
    turn = 2.0 * math.pi / 52.0
    return gap + season / turn * (math.cos(turn * start) - math.cos(turn * (start + gap)))


@kernel
def gap_in_season(weeks: float, start: float, season: float) -> float:
    """Weeks from `start` until `weeks` have counted for needs: a Poisson process with a swing, by inversion (bisection)."""
    if season <= 0.0:
        return weeks
    low, high = max(0.0, weeks - season * 52.0 / math.pi), weeks + season * 52.0 / math.pi
    for _ in range(60):
        middle = 0.5 * (low + high)
        if seasonal_weeks(start, middle, season) < weeks:
            low = middle
        else:
            high = middle
    return high


@kernel
def return_probability(first: float, fading: float, returns: int, cap: int) -> float:
    """Chance that an unmet need comes back after `returns` returns: p · f^returns, 0 from the cap on."""
    if returns >= cap:
        return 0.0
    return first * math.pow(fading, returns)


@kernel
def seems_hard(difficulty: float, sight: float, noise: float, hard: float) -> bool:
    """Whether a case looks harder than `hard` (sd) before it is taken; sight 1 sees the difficulty itself."""
    seen = sight * difficulty + math.sqrt(1.0 - sight * sight) * noise
    return seen > hard
