"""A small magnet solved exactly: what the supplement says of any medium in equilibrium can be tried on it.

A ring of spins 1/2 with axial symmetry about z and no other, from exchange, anisotropy, Dzyaloshinskii–Moriya coupling
and fields along z; its thermal correlations come from its eigenstates (Lehmann).
"""

from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from nvprotocol._read_only import holds_read_only, read_only

__all__ = ["SmallMagnet"]

_X, _Y, _Z = (np.array(m, dtype=complex) / 2 for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]))


@holds_read_only
@dataclass(frozen=True)
class SmallMagnet:
    """A ring of spins in equilibrium, with random couplings; the qubits sit at its first and its last-but-one spin.

    Attributes:
        seed: Seed of the couplings.
        beta: Inverse temperature in units of the inverse couplings.
        n_spins: Number of spins.
        chiral: Whether there is a Dzyaloshinskii–Moriya coupling, which no rotation of the spins removes on a ring.

    Examples:
        >>> from nvprotocol.paper.environment import SmallMagnet
        >>> magnet = SmallMagnet(seed=1, beta=0.7)
        >>> float(np.trace(magnet.state).real.round(12))
        1.0
    """

    seed: int
    beta: float
    n_spins: int = 4
    chiral: bool = True

    @property
    def ends(self) -> tuple[int, int]:
        """The two spins beneath the qubits."""
        return 0, self.n_spins - 2

    def spin(self, name: str, site: int) -> NDArray[np.complex128]:
        """Sˣ, Sʸ, Sᶻ, S⁺ or S⁻ of a site."""
        single = {"x": _X, "y": _Y, "z": _Z, "+": _X + 1j * _Y, "-": _X - 1j * _Y}[name]
        factors = [single if k == site else np.eye(2) for k in range(self.n_spins)]
        return reduce(np.kron, factors).astype(complex)

    @cached_property
    def hamiltonian(self) -> NDArray[np.complex128]:
        """H_E: axially symmetric, with no symmetry between the sites."""
        rng = np.random.default_rng(self.seed)
        h = -sum(rng.uniform(0.5, 1.5) * self.spin("z", k) for k in range(self.n_spins))
        for k in range(self.n_spins):
            (x, y, z), (u, v, w) = ([self.spin(name, (k + one) % self.n_spins) for name in "xyz"] for one in (0, 1))
            exchange, ising, dm = rng.normal(size=3)
            h = h + exchange * (x @ u + y @ v) + ising * z @ w + (dm * (x @ v - y @ u) if self.chiral else 0)
        return read_only(np.asarray(h))

    @cached_property
    def state(self) -> NDArray[np.complex128]:
        """e^(−βH)/Z."""
        weights = np.asarray(expm(-self.beta * self.hamiltonian), dtype=complex)
        return read_only(np.asarray(weights / np.trace(weights), dtype=complex))

    def later(self, operator: NDArray, time: complex) -> NDArray[np.complex128]:
        """O(t) = e^(iHt) O e^(−iHt), for real or complex times."""
        forth, back = (np.asarray(expm(sign * self.hamiltonian * time)) for sign in (1j, -1j))
        return np.asarray(forth @ operator @ back, dtype=complex)

    def average(self, *factors: NDArray) -> complex:
        """⟨O₁O₂…⟩ in equilibrium."""
        return complex(np.trace(reduce(np.matmul, factors, self.state)))

    @cached_property
    def _lines(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.complex128]]:
        """Transition frequencies E_n − E_m, weights of the states m, and elements of S⁺ at the two ends."""
        energies, vectors = np.linalg.eigh(self.hamiltonian)
        weights = np.exp(-self.beta * (energies - energies[0]))
        plus = np.array([vectors.conj().T @ self.spin("+", site) @ vectors for site in self.ends])
        return read_only((energies[None, :] - energies[:, None], weights / weights.sum(), plus))

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """Positive frequencies at which S⁺ has an element."""
        lines, _, plus = self._lines
        seen = lines[(np.abs(plus).max(axis=0) > 1e-3) & (lines > 0.1)]
        return np.unique(seen.round(9))

    def spectral_matrix(self, greater: bool, frequencies: NDArray, width: float) -> NDArray[np.complex128]:
        """iG^>(ω) or iG^<(ω) of S_α⁺, S_β⁻ at the two ends, every line a Gaussian of the same width, shape (F, 2, 2).

        iG^>_{XY}(t) = ⟨X(t)Y⟩ and iG^<_{XY}(t) = ⟨YX(t)⟩ (Eq. S12); [α, β] is G of X = S_α⁺, Y = S_β⁻.
        """
        lines, weights, plus = self._lines
        occupied = weights[:, None] if greater else weights[None, :]
        strengths = np.einsum("amn,bmn->abmn", plus, plus.conj()) * occupied
        shape = np.exp(-0.5 * ((frequencies[:, None, None] - lines) / width) ** 2) * np.sqrt(2 * np.pi) / width
        return np.einsum("abmn,fmn->fab", strengths, shape)

    def coherent_coupling(self, frequency: complex) -> complex:
        """g₁ + ig₂ = Re G^R of S₂⁺, S₁⁻ at a frequency off resonance: J⊥ = λ²g₁/2 and D = λ²g₂/2 (S39, S40).

        At a complex frequency, Im ω > 0, it is G^R itself.
        """
        lines, weights, plus = self._lines
        strengths = plus[1] * plus[0].conj() * (weights[:, None] - weights[None, :])
        return complex(np.sum(strengths / (frequency - lines)))
