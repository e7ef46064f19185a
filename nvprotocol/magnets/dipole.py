"""The direct magnetic dipole coupling of the qubits, which no magnet mediates."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.magnets.constants import DIPOLE

__all__ = ["DipoleCoupling", "dipole_coupling"]


@holds_read_only
class DipoleCoupling(NamedTuple):
    """The dipole coupling of each pair i < j in rad/µs, shape (…, P).

    Attributes:
        flip_flop: J⊥ of the pairs.
        ising: K of the pairs.
        shift: Shift of the splitting of either qubit by the other one.

    Examples:
        >>> from nvprotocol.magnets.dipole import dipole_coupling
        >>> float(dipole_coupling(np.array([10.0, 0.0, 0.0]), axis=(0, 0, 1)).shift.round(3))
        0.163
    """

    flip_flop: NDArray[np.float64]
    ising: NDArray[np.float64]
    shift: NDArray[np.float64]


def dipole_coupling(displacement: NDArray[np.float64], axis: tuple[float, float, float]) -> DipoleCoupling:
    """The secular dipole coupling of two spins 1 in their levels m_s = 0 and −1 (or +1), splittings alike.

    H = ν[S₁·S₂ − 3(S₁·r̂)(S₂·r̂)], ν = μ₀γ²ħ/4πr³ (Abragam, The Principles of Nuclear Magnetism, ch. IV). What
    keeps S₁ᶻ + S₂ᶻ is ν(1 − 3cos²θ)[S₁ᶻS₂ᶻ − (S₁ˣS₂ˣ + S₁ʸS₂ʸ)/2] with θ between r and the axis; inside the two levels
    Sˣ = σˣ/√2, Sʸ = ±σʸ/√2, Sᶻ = ∓(1 − σᶻ)/2, so K = ν(1 − 3cos²θ)/4 and J⊥ = −K, and each splitting grows by 2K.
    ν/2π is 52 kHz at 10 nm and 52 Hz at 100 nm.

    Args:
        displacement: r in nm, shape (…, 3).
        axis: The quantisation axis of the qubits, a unit vector.

    Examples:
        >>> from nvprotocol.magnets.dipole import dipole_coupling
        >>> along, across = np.array([0.0, 0.0, 10.0]), np.array([10.0, 0.0, 0.0])
        >>> ratio = dipole_coupling(along, (0, 0, 1)).ising / dipole_coupling(across, (0, 0, 1)).ising
        >>> float(ratio.round(12))
        -2.0
    """
    distance = np.linalg.norm(displacement, axis=-1)
    cosine = displacement @ np.asarray(axis, dtype=float) / distance
    ising = DIPOLE / distance**3 * (1 - 3 * cosine**2) / 4
    return DipoleCoupling(-ising, ising, 2 * ising)
