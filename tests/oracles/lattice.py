"""Exchange magnets for tests, and the same on a real lattice, ω_k = Ω + (2D/ℓ²)Σ(1 − cos k_iℓ)."""

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ


def exchange(dimension: int = 2, **changes: object) -> nv.magnets.Exchange:
    """A magnet of the size of yttrium iron garnet's, lightly damped."""
    values = {
        "gap_ghz": 2.0,
        "stiffness_m2_per_s": 8e-6,
        "spin": 14.2,
        "lattice_nm": 1.24,
        "coupling_mhz": 3.0,
        "damping": 1e-3,
    }
    return nv.magnets.Exchange(dimension, **(values | changes))  # pyright: ignore[reportArgumentType]


def magnet_with(dimension: int, wave_number: float, *, damping: float = 0.0, coupling_mhz: float = 1.0) -> tuple:
    """An exchange magnet and the splitting in GHz, twice the gap, at which k₀ times the lattice constant is given."""
    gap, lattice = 1.5, 1.0
    stiffness = gap * RAD_PER_US_PER_GHZ / wave_number**2 * 1e-12
    return nv.magnets.Exchange(dimension, gap, stiffness, 3.0, lattice, coupling_mhz, damping), 2 * gap


def lattice_propagator(magnet: nv.magnets.Exchange, sites: NDArray, frequency_ghz: float, points: int) -> NDArray:
    """iλ²G^R of the lattice along an axis, in rad/µs: one direction of k in closed form, the others summed.

    2S(1/N)Σ_k e^(ikn)/(w(1 + iα) − ω_k) over one direction is −2S·ie^(iqn)/(2t sin q) with cos q = 1 − E/2t, t = D/ℓ².
    """
    hop = magnet.stiffness / magnet.lattice_nm**2
    energy = np.array(frequency_ghz * RAD_PER_US_PER_GHZ * (1 + 1j * magnet.damping) - magnet.gap)
    across = 2 * hop * (1 - np.cos(np.pi * (np.arange(points) + 0.5) / points))  # half the zone: it is symmetric
    for _ in range(magnet.dimension - 1):
        energy = np.subtract.outer(energy, across).ravel()
    q = np.arccos(1 - np.atleast_1d(energy) / (2 * hop) + 0j)
    q = np.where(np.imag(q) < 0, -q, q)
    values = np.array([np.mean(np.exp(1j * q * n) / np.sin(q)) for n in sites])
    return magnet.coupling**2 * magnet.spin * values / hop
