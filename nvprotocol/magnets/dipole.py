"""The direct magnetic dipole coupling of the qubits, which no magnet mediates."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.magnets.constants import DIPOLE
from nvprotocol.magnets.spins import Spins

__all__ = ["DipoleCoupling", "dipole_coupling"]


@holds_read_only
class DipoleCoupling(NamedTuple):
    """The dipole coupling of each pair i < j in rad/µs, shape (…, P).

    Attributes:
        flip_flop: J⊥ of the pairs, J⊥ + iD for spins that are not alike.
        ising: K of the pairs.

    Examples:
        >>> from nvprotocol.magnets.dipole import dipole_coupling
        >>> from nvprotocol.magnets.spins import Spins
        >>> upright = Spins.along((0, 0, 1), 1, 2)
        >>> float(dipole_coupling(np.array([[10.0, 0.0, 0.0]]), upright).ising[0].round(3))
        0.082
    """

    flip_flop: NDArray
    ising: NDArray[np.float64]


def dipole_coupling(displacement: NDArray[np.float64], spins: Spins) -> DipoleCoupling:
    """The secular dipole coupling of pairs of two-level spins with equal splittings.

    H = ν[S₁·S₂ − 3(S₁·r̂)(S₂·r̂)], ν = μ₀γ²ħ/4πr³ (Abragam, The Principles of Nuclear Magnetism, ch. IV). What keeps
    the number of excitations is, with c = ⟨↑|S|↓⟩ and z = ⟨↓|S|↓⟩ − ⟨↑|S|↑⟩ of each spin,

        2G = ν[c₁·c₂* − 3(c₁·r̂)(c₂*·r̂)],    K = ν[z₁·z₂ − 3(z₁·r̂)(z₂·r̂)]/4.

    For the levels m = 0, ∓1 along a common axis at the angle θ from r that is K = ν(1 − 3cos²θ)/4 and G = J⊥ = −K.
    ν/2π is 52 kHz at 10 nm and 52 Hz at 100 nm.

    Args:
        displacement: r in nm, shape (…, P, 3).
        spins: The matrix elements of the spins.

    Examples:
        >>> from nvprotocol.magnets.dipole import dipole_coupling
        >>> from nvprotocol.magnets.spins import Spins
        >>> along, across = np.array([[0.0, 0.0, 10.0]]), np.array([[10.0, 0.0, 0.0]])
        >>> upright = Spins.along((0, 0, 1), 1, 2)
        >>> ratio = dipole_coupling(along, upright).ising / dipole_coupling(across, upright).ising
        >>> float(ratio[0].round(12))
        -2.0
    """
    first, second = np.triu_indices(len(spins.coupling), 1)
    distance = np.linalg.norm(displacement, axis=-1)
    direction = displacement / distance[..., None]
    strength = DIPOLE / distance**3

    def between(one: NDArray, other: NDArray) -> NDArray:
        along = np.einsum("...pa,pa->...p", direction, one) * np.einsum("...pa,pa->...p", direction, other)
        return strength * (np.einsum("pa,pa->p", one, other) - 3 * along)

    coupling, moment = spins
    flip_flop = between(coupling[first], coupling[second].conj()) / 2
    if spins.alike:
        flip_flop = flip_flop.real
    return DipoleCoupling(flip_flop, between(moment[first], moment[second]) / 4)
