"""A small magnet solved exactly: what holds of any medium in equilibrium can be tried on it (supplement, Eqs. S12–S47).

A ring of spins 1/2 with axial symmetry about z, from exchange, anisotropy, Dzyaloshinskii–Moriya coupling and fields
along z; its thermal correlations come from its eigenstates (Lehmann representation).
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from nvprotocol._checks import (
    Seed,
    bounded_array,
    fail,
    generator,
    one_of,
    real_number,
    real_numbers,
    show,
    truth,
    whole_number,
)
from nvprotocol._read_only import holds_read_only, protect, read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.resources import require_memory

__all__ = ["SmallMagnet"]

_X, _Y, _Z = PAULI_MATRICES / 2
_MOST_SPINS = 10


@dataclass(frozen=True, kw_only=True)
@holds_read_only
class SmallMagnet:
    """A ring of N spins 1/2 in equilibrium; the qubits sit at its first and its last-but-one spin.

    H = Σ_k [−b_k S_kᶻ + J_k (S_kˣS_k+1ˣ + S_kʸS_k+1ʸ) + I_k S_kᶻS_k+1ᶻ + D_k ẑ·(S_k × S_k+1)] with k + 1 modulo N,
    ħ = k_B = 1; energies, frequencies and temperatures are in one unit of the reader's choice.

    Attributes:
        beta: Inverse temperature.
        field: b_k of every spin.
        exchange: J_k of every bond.
        ising: I_k of every bond.
        dm: D_k of every bond, a Dzyaloshinskii–Moriya coupling, which no rotation of the spins removes on a ring.

    Raises:
        ArgumentError: If there are not as many couplings as spins (3 to 10), or the inverse temperature is negative.

    Examples:
        >>> same = {"field": (1.0,) * 3, "exchange": (-1.0,) * 3, "ising": (-1.0,) * 3, "dm": (0.0,) * 3}
        >>> magnet = nv.magnets.SmallMagnet(beta=0.7, **same)
        >>> float(np.trace(magnet.state).real.round(12))
        1.0
    """

    beta: float
    field: tuple[float, ...]
    exchange: tuple[float, ...]
    ising: tuple[float, ...]
    dm: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta", real_number(self.beta, "beta", minimum=0.0))
        for name in ("field", "exchange", "ising", "dm"):
            values = real_numbers(getattr(self, name), name)
            object.__setattr__(self, name, values)
            if len(values) != self.n_spins:
                fail(name, f"have {self.n_spins} values as `field` has", f"has {len(values)}")
        whole_number(self.n_spins, "field", minimum=3, maximum=_MOST_SPINS)
        protect(self)

    @classmethod
    def random(cls, seed: Seed, beta: float, n_spins: int = 4, *, chiral: bool = True) -> Self:
        """A ring without any symmetry between its sites: fields from 1/2 to 3/2, normally distributed couplings.

        Args:
            seed: Seed of the couplings.
            beta: Inverse temperature.
            n_spins: Number of spins N.
            chiral: Whether there is a Dzyaloshinskii–Moriya coupling.

        Raises:
            ArgumentError: As for the class.

        Examples:
            >>> magnet = nv.magnets.SmallMagnet.random(seed=1, beta=0.7, chiral=False)
            >>> bool(np.any(magnet.hamiltonian.imag))
            False
        """
        rng, n = generator(seed), whole_number(n_spins, "n_spins", minimum=3, maximum=_MOST_SPINS)
        field = rng.uniform(0.5, 1.5, size=n)
        exchange, ising, dm = rng.normal(size=(n, 3)).T
        given = {
            "field": field,
            "exchange": exchange,
            "ising": ising,
            "dm": dm if truth(chiral, "chiral") else np.zeros(n),
        }
        return cls(beta=beta, **{name: tuple(values.tolist()) for name, values in given.items()})

    @property
    def n_spins(self) -> int:
        """Number of spins N."""
        return len(self.field)

    @property
    def ends(self) -> tuple[int, int]:
        """The two spins beneath the qubits."""
        return 0, self.n_spins - 2

    def spin(self, name: str, site: int) -> NDArray[np.complex128]:
        """Sˣ, Sʸ, Sᶻ, S⁺ or S⁻ of a site."""
        matrices = {"x": _X, "y": _Y, "z": _Z, "+": _X + 1j * _Y, "-": _X - 1j * _Y}
        single = matrices[one_of(name, "name", tuple(matrices))]
        whole_number(site, "site", minimum=0, maximum=self.n_spins - 1)
        factors = [single if k == site else np.eye(2) for k in range(self.n_spins)]
        return reduce(np.kron, factors).astype(complex)

    @cached_property
    def hamiltonian(self) -> NDArray[np.complex128]:
        """H, axially symmetric, shape (2ᴺ, 2ᴺ)."""
        h = -sum(b * self.spin("z", k) for k, b in enumerate(self.field))
        for k, (exchange, ising, dm) in enumerate(zip(self.exchange, self.ising, self.dm, strict=True)):
            (x, y, z), (u, v, w) = ([self.spin(name, (k + one) % self.n_spins) for name in "xyz"] for one in (0, 1))
            h = h + exchange * (x @ u + y @ v) + ising * z @ w + dm * (x @ v - y @ u)
        return read_only(np.asarray(h))

    @cached_property
    def state(self) -> NDArray[np.complex128]:
        """e^(−βH)/Z."""
        weights = np.asarray(expm(-self.beta * self.hamiltonian), dtype=complex)
        return read_only(np.asarray(weights / np.trace(weights), dtype=complex))

    def later(self, operator: NDArray, time: complex) -> NDArray[np.complex128]:
        """O(t) = e^(iHt) O e^(−iHt), for real or complex times."""
        operator, time = self._operator(operator, "operator"), complex(_number(time, "time"))
        size = float(np.abs(self.hamiltonian).sum(axis=0).max())
        if abs(time) * size > 1e9 or abs(time.imag) * size > 600:
            must = "be at most 1e9 inverse energies, or 600 along the imaginary axis, beyond which rounding decides"
            fail("time", must, f"is {show(time)}")
        forth, back = (np.asarray(expm(sign * self.hamiltonian * time)) for sign in (1j, -1j))
        return np.asarray(forth @ operator @ back, dtype=complex)

    def average(self, *factors: NDArray) -> complex:
        """⟨O₁O₂…⟩ in equilibrium."""
        matrices = [self._operator(one, "factors") for one in factors]
        return complex(np.trace(reduce(np.matmul, matrices, self.state)))

    def _operator(self, value: ArrayLike, name: str) -> NDArray[np.complex128]:
        """A matrix on the spins."""
        matrix = bounded_array(value, name)
        if matrix.shape != self.hamiltonian.shape:
            fail(name, f"have shape {self.hamiltonian.shape}", f"has shape {matrix.shape}")
        return matrix.astype(complex)

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
        frequencies = bounded_array(frequencies, "frequencies", real=True)
        if frequencies.ndim != 1:
            fail("frequencies", "be one-dimensional", f"has shape {frequencies.shape}")
        width = real_number(width, "width", above=1e-100)
        greater = truth(greater, "greater")
        lines, weights, plus = self._lines
        taken = f"{frequencies.size} × {lines.size} lines"
        require_memory(8 * 4 * frequencies.size * lines.size, "frequencies", taken)
        occupied = weights[:, None] if greater else weights[None, :]
        strengths = np.einsum("amn,bmn->abmn", plus, plus.conj()) * occupied
        shape = np.exp(-0.5 * ((frequencies[:, None, None] - lines) / width) ** 2) * np.sqrt(2 * np.pi) / width
        return np.einsum("abmn,fmn->fab", strengths, shape)

    def coherent_coupling(self, frequency: complex) -> complex:
        """g₁ + ig₂ = Re G^R of S₂⁺, S₁⁻ at a frequency off resonance: J⊥ = λ²g₁/2 and D = λ²g₂/2 (S39, S40).

        At a complex frequency, Im ω > 0, it is G^R itself.
        """
        frequency = complex(_number(frequency, "frequency"))
        lines, weights, plus = self._lines
        if np.abs(frequency - lines).min() < 1e-100:
            fail("frequency", "be off resonance", f"is {show(frequency)}")
        strengths = plus[1] * plus[0].conj() * (weights[:, None] - weights[None, :])
        return complex(np.sum(strengths / (frequency - lines)))


def _number(value: object, name: str) -> complex:
    """A number, real or complex."""
    array = bounded_array(value, name)  # pyright: ignore[reportArgumentType]
    if array.ndim:
        fail(name, "be a number", f"has shape {array.shape}")
    return complex(array)
