"""How differently an excitation goes from one qubit to the other and back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, show
from nvprotocol._read_only import holds_read_only
from nvprotocol.medium import Medium

__all__ = ["Chirality", "chirality"]


@holds_read_only
class Chirality(NamedTuple):
    """Amplitudes of a pair's no-jump Hamiltonian (Eq. 12), |↑↓⟩ first.

    Attributes:
        g12: ⟨↑↓|H|↓↑⟩ in rad/µs, by which an excitation leaves the first qubit for the second, shape (…).
        g21: ⟨↓↑|H|↑↓⟩ in rad/µs, by which it leaves the second for the first, shape (…).

    Examples:
        >>> medium = nv.Medium.pair(a=1.0, A=0.9, q=0.1)
        >>> complex(nv.magnets.chirality(medium).g12.round(3)).imag
        -0.99
    """

    g12: NDArray[np.complex128]
    g21: NDArray[np.complex128]

    @property
    def steady_concurrence(self) -> NDArray[np.float64]:
        """C = 2/(x + 1/x), x = √|g₁₂/g₂₁|: long-time monitored concurrence at δ = 0; 1 if reciprocal, 0 if one-way.

        Examples:
            >>> float(nv.magnets.Chirality(np.array(-0.25j), np.array(-1j)).steady_concurrence)
            0.8
        """
        first, second = np.sqrt(np.abs(self.g12)), np.sqrt(np.abs(self.g21))
        total = np.abs(self.g12) + np.abs(self.g21)
        return np.where(total > 0, 2 * first * second / np.where(total > 0, total, 1.0), 0.0)


def chirality(medium: Medium) -> Chirality:
    """The amplitudes g₁₂ = 2G₁₂ − i(R₁₂ + X₂₁) and g₂₁ = 2G₂₁ − i(R₂₁ + X₁₂) of the medium of a pair.

    R is the block of relaxation, X that of excitation, G = J⊥ + iD. A large |A| alone does not make a dark state:
    a medium in which waves go one way only has |A| ≈ a, but is a cascade, and monitoring yields no Bell state.

    Args:
        medium: The medium of two qubits; batches are welcome.

    Raises:
        ArgumentError: If the medium is not that of two qubits, or not axial.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG, 20, 1.77, "in-plane")
        >>> medium = film.medium([100.0, 400.0], azimuth_deg=90, height_nm=20.0, frequency_ghz=2.31, dipole=False)
        >>> nv.magnets.chirality(medium).steady_concurrence.round(1).tolist()
        [0.9, 0.2]
    """
    if instance(medium, "medium", Medium).n_qubits != 2:
        fail("medium", "be that of two qubits", f"has {medium.n_qubits}")
    if medium.symmetry != "U(1)":
        fail("medium", "be axial", f"has the symmetry {show(medium.symmetry)}")
    r, x, g = medium.relaxation, medium.excitation, medium.flip_flop
    return Chirality(
        g12=2 * g[..., 0, 1] - 1j * (r[..., 0, 1] + x[..., 1, 0]),
        g21=2 * g[..., 1, 0] - 1j * (r[..., 1, 0] + x[..., 0, 1]),
    )
