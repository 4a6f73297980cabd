"""Numbers read off a run: one value a replicate, or one estimate over replicates. Definition, unit and limits with each.

Values per replicate are Series indexed by (scenario, replicate), so that `paired` compares any of them across arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.estimate import UNDEFINED, ZERO, Estimate, estimate, half_width, ratio
from sim.analysis.gap import Window

YEAR = 52.0
RUN = ["scenario", "replicate"]


def indicator(world: pd.DataFrame, name: str, window: Window) -> pd.Series:
    """Mean of a weekly indicator of the table `world` over the window. Unit: the indicator's."""
    rows = window.of(world[world["indicator"] == name])
    return rows.groupby(RUN, observed=True, sort=False)["value"].mean()


def pass_through(d_reported: pd.Series, d_true: pd.Series) -> Estimate:
    """Pass-through dT/dR: points of truth gained per point reported, both against the fixed-pay arm in the same replicate.

    1 honest, 0 the reading moved and the truth did not, below 0 perverse. Unit: 1. Interval: Fieller's. Undefined
    where the reported change is within noise. Source: own definition. Limits: it has no direction, so 1 is also a reading
    and a truth that both fell: read it beside the reported change. An average over the window; a scheme that works first
    and fails later shows something between.
    """
    return ratio(d_true, d_reported)


@dataclass(frozen=True)
class Onset:
    """When something starts to hold: a week, or never in this run (`censored`), or undetermined (one replicate)."""

    week: int | None
    censored: bool
    determined: bool = True


UNDETERMINED = Onset(None, censored=False, determined=False)


def by_period(weekly: pd.DataFrame, pay_every: int) -> pd.DataFrame:
    """Means over pay periods of a frame with weeks in rows (0 first) and replicates in columns; rows named by first week."""
    after = weekly[weekly.index >= 0]
    period = np.asarray(after.index) // pay_every
    out = after.groupby(period).mean()
    # The last, incomplete period is noisier than the others and has no payday.
    counts = pd.Series(period).value_counts()
    out = out[counts.reindex(out.index).to_numpy() == pay_every]
    out.index = out.index * pay_every
    return out


def beyond_noise(rows: pd.DataFrame, direction: int) -> pd.Series:
    """For each row: whether the mean over replicates lies on the side `direction` of zero by more than its interval."""
    mean = rows.mean(axis=1) * direction
    sd, n = rows.std(axis=1, ddof=1), rows.notna().sum(axis=1)
    width = pd.Series([half_width(s, int(k)) for s, k in zip(sd, n, strict=True)], index=rows.index)
    return (mean > ZERO) & (mean > width)


def first_lasting(differences: list[tuple[pd.DataFrame, int]], pay_every: int, k: int) -> Onset:
    """First week from which every difference lies on its side of zero beyond noise for `k` pay periods on end.

    Noise is judged by pay period; within the first of them the week is the first in which the means point that way.
    """
    holds = pd.concat([beyond_noise(by_period(d, pay_every), side) for d, side in differences], axis=1).all(axis=1)
    streak = 0
    for place, value in enumerate(holds.to_numpy()):
        streak = streak + 1 if value else 0
        if streak == k:
            begin = int(holds.index[place - k + 1])
            weeks = range(begin, begin + pay_every)
            there = [w for w in weeks if all(d.loc[w].mean() * side > ZERO for d, side in differences if w in d.index)]
            return Onset(there[0] if there else begin, censored=False)
    return Onset(None, censored=True)


def goodhart_onset(d_reported: pd.DataFrame, d_true: pd.DataFrame, better: int, pay_every: int, k: int = 3) -> Onset:
    """Onset of Goodhart's law: first week from which for `k` pay periods on end reported is better and true is worse
    than in the paired fixed-pay world, each beyond the 95 % interval over replicates.

    Frames: weeks (0 = end of burn-in) in rows, replicates in columns, arm minus fixed pay. Unit: week. Source:
    Goodhart (1975), made a test. Limits: censored at the end of the run; undetermined with one replicate; a test is made in each
    period, and k periods on end keep a false alarm rare, not impossible.
    """
    if d_reported.shape[1] < 2:
        return UNDETERMINED
    return first_lasting([(d_reported, better), (d_true, -better)], pay_every, k)


def parting(excess: pd.DataFrame, better: int, pay_every: int, k: int = 3) -> Onset:
    """First week from which for `k` pay periods on end the reading flatters by more than the honest floor and noise.

    Frame: weekly excess (parts of the gap that exist only because somebody acts), weeks in rows, replicates in
    columns. Unit: week. Weaker than Goodhart's law: the truth need not fall. Limits as there.
    """
    if excess.shape[1] < 2:
        return UNDETERMINED
    return first_lasting([(excess, better)], pay_every, k)


def gaming_time(world: pd.DataFrame, window: Window) -> pd.Series:
    """Share of work time that goes into tactics: gaming minutes over all minutes worked, pooled over the window. Unit: 1.

    Source: `world`. Limit: time saved by rushing or closing early is not in it, only time spent on tactics.
    """
    return _share(world, "gaming_minutes", "minutes", window)


def needs_met(world: pd.DataFrame, window: Window) -> pd.Series:
    """Share of the needs that ended in the window which were met, sooner or later, by the customer's own word. Unit: 1.

    Whoever hung up, gave up or left with his need open counts as not met. Unlike answers it does not adapt to what one
    has got used to. Source: `world`.
    """
    return _share(world, "needs_met", "needs_ended", window)


def complaints_on_record(world: pd.DataFrame, window: Window) -> pd.Series:
    """Complaint suppression ratio: complaints recorded over complaints that customers meant to make. Unit: 1.

    1: every intended complaint is on record. Below 1: silent, talked out of it, or diverted. Source: `world`.
    Limit: some customers stay silent by themselves, so compare with the fixed-pay arm, not with 1.
    """
    return _share(world, "complaints_recorded", "complaints_intended", window)


def engagement(world: pd.DataFrame, window: Window) -> pd.Series:
    """Mean engagement of employees over the window. Unit: sd of engagement. Source: `world`."""
    return indicator(world, "engagement", window)


def turnover(world: pd.DataFrame, staff: pd.DataFrame, window: Window) -> pd.Series:
    """Employees who quit or are dismissed, per employee and year. Unit: 1/year. Source: `world` over the head count of
    `staff`. Limit: departures of managers and the centre, if the world counts them, are in the numerator.
    """
    rows = window.of(world[world["indicator"].isin(["quits", "dismissals"])])
    left = rows.groupby(RUN, observed=True, sort=False)["value"].sum()
    heads = _employees(staff, window).groupby(RUN, observed=True, sort=False)["post"].nunique()
    return left / heads * (YEAR / window.weeks)


def certainty_equivalent(staff: pd.DataFrame, window: Window) -> pd.Series:
    """What the job is worth to an employee, as a sure sum: mean certainty equivalent. Unit: money per pay period.

    Source: `staff`. Limit: as employees believe it, with their own risk aversion.
    """
    return _of_employees(staff, "certainty_equivalent", window)


def stake(staff: pd.DataFrame, window: Window) -> pd.Series:
    """Strength of the incentive: money by which one standard error of the readings moves an employee's expected pay.

    Unit: money per pay period. Source: `staff`. Limits: at the expected reading (a cliff pays elsewhere too); several
    schemes are added up. Two schemes with the same bill may differ in it many times over: it hangs on the target's start.
    """
    return _of_employees(staff, "stake", window)


def care_pay(staff: pd.DataFrame, window: Window) -> pd.Series:
    """What the schemes pay for serving well: expected pay that an employee would gain by full care, by its true effects.

    Unit: money per pay period. Source: `staff`. Limits: at the expected reading; effects as they were when a scheme began
    (rational staff: now). Schemes with equal bills, and even with equal stakes, may differ in it many times over.
    """
    return _of_employees(staff, "care_pay", window)


def pay_sd(staff: pd.DataFrame, window: Window) -> pd.Series:
    """Risk that pay puts on an employee: sd of a period's contingent pay, as he foresees it. Unit: money per pay period."""
    return _of_employees(staff, "pay_sd", window)


def _of_employees(staff: pd.DataFrame, column: str, window: Window) -> pd.Series:
    """Mean over employees and pay periods of a column of `staff`; empty where the technology does not record it."""
    if column not in staff:
        return pd.Series(dtype=float)
    return _employees(staff, window).groupby(RUN, observed=True, sort=False)[column].mean()


def yearly_books(books: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Books by item, a row a (scenario, replicate), a column an item, `cost` (all outlays, positive) and `profit`.

    Unit: money a year; income positive, items of cost negative. Source: `books` over the window.
    """
    rows = window.of(books)
    out = rows.pivot_table(
        index=RUN, columns="item", values="amount", aggfunc="sum", observed=True, sort=False, fill_value=0.0
    )
    out = out * (YEAR / window.weeks)
    items = list(out.columns)
    outlays = [item for item in items if item != "revenue"]
    out["cost"] = -out[outlays].sum(axis=1)
    out["profit"] = out[items].sum(axis=1)
    out.columns.name = None
    return out


def bonus_on_gap(bonus: Estimate, through: Estimate, d_reported: Estimate, better: int) -> Estimate:
    """Bonus paid on the gap: the part of the bonus bill that bought score and no experience, bill x (1 - dT/dR), 0 to bill.

    Unit: money a year. Undefined unless the reported reading gained (towards better) beyond noise: a bill on a score that
    fell bought none. Limits: spreads the whole bill over the reported gain in proportion, whatever the scheme's cliffs and
    caps; its interval is that of the pass-through alone.
    """
    if not (bonus.defined and through.known) or d_reported.sign * better <= 0:
        return UNDEFINED
    lost = [min(max(1 - x, 0.0), 1.0) * bonus.mean for x in (through.high, through.mean, through.low)]
    return Estimate(lost[1], lost[0], lost[2], through.n)


def cost_per_true_point(d_cost: pd.Series, d_true: pd.Series, better: int) -> Estimate:
    """What a point of truth cost: outlays beyond the fixed-pay arm's, over points of truth gained (towards better).

    Unit: money a year per point. Interval: Fieller's. Undefined unless the truth improved beyond noise. Negative:
    the truth improved and the firm spent less. Limit: revenue is left out; it stands in the books.
    """
    gained = d_true * better
    if estimate(gained).sign <= 0:
        return UNDEFINED
    return ratio(d_cost, gained)


@dataclass(frozen=True)
class Crown:
    """The triple crown against the reference arm: signs of revenue, of cost saved and of service, +1 won beyond noise.

    felt, met: true experience and needs met, for what customers feel is relative to what they have got used to and no
    measure of what they got. Limit: each sign is tested at 95 % by itself, and needs met only against a fall.
    """

    revenue: int
    cheaper: int
    felt: int
    met: int
    service_reported: int

    @property
    def won(self) -> bool:
        """Revenue up, cost down and true experience up, each beyond noise, and needs met not down beyond noise."""
        return min(self.revenue, self.cheaper, self.felt) > 0 and self.met >= 0

    @property
    def false_crown(self) -> bool:
        """The reported reading would claim a crown that the truth does not give."""
        return min(self.revenue, self.cheaper, self.service_reported) > 0 and not self.won


def crown(d_revenue: Estimate, d_cost: Estimate, d_felt: Estimate, d_met: Estimate, d_reported: Estimate) -> Crown:
    """The triple crown from paired differences: money a year, true experience, needs met (undefined where the technology has
    no needs), and the reported reading counted towards better."""
    return Crown(d_revenue.sign, -d_cost.sign, d_felt.sign, d_met.sign, d_reported.sign)


def _share(world: pd.DataFrame, part: str, whole: str, window: Window) -> pd.Series:
    rows = window.of(world[world["indicator"].isin([part, whole])])
    sums = rows.groupby([*RUN, "indicator"], observed=True, sort=False)["value"].sum().unstack()
    if part not in sums or whole not in sums:
        return pd.Series(dtype=float)
    return (sums[part] / sums[whole].where(sums[whole] > 0)).dropna()


def _employees(staff: pd.DataFrame, window: Window) -> pd.DataFrame:
    return window.of(staff[staff["role"] == "employee"])
