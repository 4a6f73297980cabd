"""Differences between two arms, replicate by replicate: keyed chance gives replicate r the same luck in every arm."""

from __future__ import annotations

import pandas as pd

from sim.analysis.estimate import Estimate, estimate


def differences(values: pd.Series, arm: str, reference: str) -> pd.Series:
    """Value in `arm` minus value in `reference` for every replicate that both have.

    `values` is indexed by (scenario, replicate). Unit: that of the values. Replicates that only one of them
    finished are left out, because without its twin a replicate carries its luck into the difference.
    """
    if values.empty:
        return pd.Series(dtype=float)
    present = values.index.get_level_values("scenario")
    if arm not in present or reference not in present:
        return pd.Series(dtype=float)
    return (values.loc[arm] - values.loc[reference]).dropna()


def difference(values: pd.Series, arm: str, reference: str) -> Estimate:
    """Mean paired difference with its 95 % t interval; one replicate gives the difference and no interval."""
    return estimate(differences(values, arm, reference))
