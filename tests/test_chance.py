"""Keyed chance: published vectors, quantiles against scipy, independence of order."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from sim.world import chance

# Known-answer vectors of Random123 (kat_vectors, philox4x32, 10 rounds).
VECTORS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_published_vectors(counter, key, expected):
    assert chance.philox(*counter, *key) == expected


def test_plain_python_gives_the_same_bits():
    program = (
        "from sim.world import chance as c\n"
        "print([c.four(7, 3, e, w, 2, 5) for e in (0, 4294967295) for w in (-3, 0, 9)], c.normal(1, 2, 3, 4, 5, 6))"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program], env={"NUMBA_DISABLE_JIT": flag}, capture_output=True, check=True, text=True
        ).stdout
        for flag in ("0", "1")
    ]
    assert outputs[0] == outputs[1]


def test_normal_quantile():
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 1001), [1e-10, 1 - 1e-10]])
    ours = np.array([chance.normal_from(x) for x in u])
    np.testing.assert_allclose(ours, stats.norm.ppf(u), rtol=1e-9, atol=1e-12)


def test_uniform_and_uncorrelated_across_neighbouring_keys():
    draws = np.array([[chance.uniform(1, 0, e, w, chance.PILOT, 0) for w in range(200)] for e in range(100)])
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 0.001
    across_weeks = np.corrcoef(draws[:, :-1].ravel(), draws[:, 1:].ravel())[0, 1]
    assert abs(across_weeks) < 4 / np.sqrt(draws.size)


@pytest.mark.parametrize(
    ("family", "a", "b", "mean"),
    [
        (chance.CONSTANT, 3.0, 0.0, 3.0),
        (chance.NORMAL, 1.0, 2.0, 1.0),
        (chance.LOGNORMAL, 2.0, 0.5, 2.0 * np.exp(0.125)),
        (chance.UNIFORM, 1.0, 4.0, 2.5),
        (chance.EXPONENTIAL, 2.0, 0.0, 2.0),
        (chance.CLASSES, 0.2, 0.3, 4 * 0.2 + 7 * 0.3 + 10 * 0.5),
        (chance.SHARE, 0.2, 0.0, 0.2),
    ],
)
def test_latent_means(family, a, b, mean):
    u = (np.arange(20_000) + 0.5) / 20_000
    assert np.mean([chance.from_latent(family, a, b, x) for x in u]) == pytest.approx(mean, rel=2e-3)
