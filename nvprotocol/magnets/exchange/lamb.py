"""The Lamb shift of one exchange-coupled qubit (Eqs. S8 and S9)."""

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.exchange.spin_waves import SpinWaves, zone_edge

Array = NDArray[np.float64]


def lamb_shift(magnet: SpinWaves, frequency: Array, temperature: Array, chemical_potential: Array) -> Array:
    """Change of the splitting in rad/µs by virtual magnons, −2λ²S/N Σ_k (2n_k + 1) P/(ω_k − Δ).

    The sum runs over Debye's sphere of wave vectors: in 2D and 3D short waves decide. Where magnons of the splitting's
    own energy exist, their occupation is taken out of the principal value, whose rest is smooth.

    Args:
        magnet: The magnet.
        frequency: Splitting in rad/µs.
        temperature: k_B T/ħ in rad/µs.
        chemical_potential: μ/ħ in rad/µs.
    """
    sign = 1 if magnet.aligned else -1
    square = (sign * frequency - magnet.gap) / magnet.stiffness  # k₀², negative where nothing travels
    shape = np.broadcast_shapes(square.shape, temperature.shape, chemical_potential.shape)
    edge = zone_edge(magnet.dimension, magnet.lattice_nm)
    resonant = np.where(square > 0, occupation(np.abs(frequency - chemical_potential), temperature), 0.0)

    def thermal(u: float) -> Array:
        k = edge * u
        n = occupation(magnet.gap + magnet.stiffness * k**2 - chemical_potential, temperature)
        return edge * k ** (magnet.dimension - 1) * np.broadcast_to((n - resonant) / (k**2 - square), shape)

    scale = np.max(np.abs(thermal(0.02)), initial=0.0)
    excited = (
        scipy.integrate.quad_vec(thermal, 0, 1, epsabs=1e-10 * scale, epsrel=1e-9)[0]
        if np.any(temperature > 0)
        else 0.0
    )
    whole = (1 + 2 * resonant) * _principal_value(magnet.dimension, square, edge) + 2 * excited
    angle = {1: 1 / np.pi, 2: 1 / (2 * np.pi), 3: 1 / (2 * np.pi**2)}[magnet.dimension]
    return -sign * 2 * magnet.strength * angle * whole


def _principal_value(dimension: int, square: Array, edge: float) -> Array:
    """∫₀^K dk k^(d−1) P/(k² − k₀²)."""
    if dimension == 2:
        return np.log(np.abs((edge**2 - square) / square)) / 2
    k = np.sqrt(np.abs(square))
    line = np.where(square > 0, np.log(np.abs((edge - k) / (edge + k))) / (2 * k), np.arctan(edge / k) / k)
    return line if dimension == 1 else edge + square * line
