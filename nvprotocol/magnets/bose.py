"""Bose–Einstein statistics of magnons: occupation, Boltzmann ratio, polylogarithm (which SciPy does not have)."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma, zeta

Array = NDArray[np.float64]


def boltzmann_ratio(frequency: Array, temperature: Array) -> Array:
    """Boltzmann ratio q = e^(−ħω/k_BT), 0 at T = 0, the ratio n/(1 + n) of absorption to emission; both in rad/µs."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.exp(-frequency / np.asarray(temperature, dtype=float))


def occupation(frequency: Array, temperature: Array) -> Array:
    """Bose–Einstein n = 1/(e^(ħω/k_BT) − 1), 0 at T = 0; both in rad/µs, the frequency counted from μ/ħ, positive."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / np.expm1(frequency / np.asarray(temperature, dtype=float))


def polylogarithm(order: float, x: Array) -> Array:
    """Li_s(e^(−x)) for s = 1/2, 1 or 3/2 and x > 0: what a Bose gas in 2s dimensions adds up to.

    The defining series for x ≥ 1, the expansion Γ(1−s)x^(s−1) + Σ_k ζ(s−k)(−x)^k/k! below (DLMF, Eq. 25.12.12).
    """
    x = np.asarray(x, dtype=float)
    if order == 1:
        return -np.log(-np.expm1(-x))
    terms = np.arange(1, 36)
    series = np.sum(np.exp(-np.maximum(x, 1.0)[..., None] * terms) / terms**order, axis=-1)
    near = np.minimum(x, 1.0)[..., None]
    k = np.arange(24)
    expansion = gamma(1 - order) * near[..., 0] ** (order - 1)
    expansion = expansion + np.sum(zeta(order - k) * (-near) ** k / gamma(k + 1), axis=-1)
    return np.where(x >= 1, series, expansion)
