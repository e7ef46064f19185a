"""How many magnons there are at an energy."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def boltzmann_ratio(frequency: Array, temperature: Array) -> Array:
    """Boltzmann ratio q = e^(−ħω/k_BT), 0 at T = 0, the ratio n/(1 + n) of absorption to emission; both in rad/µs."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.exp(-frequency / np.asarray(temperature, dtype=float))


def occupation(frequency: Array, temperature: Array) -> Array:
    """Bose–Einstein n = 1/(e^(ħω/k_BT) − 1), 0 at T = 0; both in rad/µs, the frequency counted from μ/ħ, positive."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / np.expm1(frequency / np.asarray(temperature, dtype=float))
