"""The parameters of the generator as the matrices of the medium again, and its jumps: what large systems start from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.terms import ParameterLayout
from nvprotocol.medium.coefficient_matrix import separate_kinds

_NO_RATE = 1e-15
"""Rates below this share of the largest of their block are the rounding of zero."""


@dataclass(frozen=True, eq=False)
class Coefficients:
    """What a generator is made of, with leading batch axes.

    Attributes:
        relaxation: Shape (…, N, N), as are `excitation`, `dephasing`, `flip_flop` and `ising`.
        cross: The blocks of h above its diagonal, shape (…, 3, N, N).
        drive: Ω of each qubit, shape (…, N).
        offsets: Δ of each qubit in the frame, shape (…, N).
        conserved: Whether excitations are told by the symmetry: U(1), for every entry of the batch.
    """

    relaxation: NDArray[np.complex128]
    excitation: NDArray[np.complex128]
    dephasing: NDArray[np.complex128]
    flip_flop: NDArray[np.complex128]
    ising: NDArray[np.float64]
    cross: NDArray[np.complex128]
    drive: NDArray[np.complex128]
    offsets: NDArray[np.float64]
    conserved: bool

    @classmethod
    def of(cls, values: NDArray[np.float64], n_qubits: int) -> "Coefficients":
        """The matrices that stand in a vector of parameters, shape (…, P)."""
        layout, batch = ParameterLayout.of(values, n_qubits), values.shape[:-1]
        relaxation, excitation, dephasing = (_hermitian(values, layout, block) for block in range(3))
        upper = np.triu_indices(n_qubits, 1)
        flip_flop: NDArray[np.complex128] = np.zeros((*batch, n_qubits, n_qubits), dtype=complex)
        ising = np.zeros((*batch, n_qubits, n_qubits))
        start, pairs = 3 * n_qubits**2, layout.pairs
        off = values[..., start : start + pairs] + 1j * values[..., start + pairs : start + 2 * pairs]
        flip_flop[..., upper[0], upper[1]], flip_flop[..., upper[1], upper[0]] = off, off.conj()
        ising[..., upper[0], upper[1]] = values[..., start + 2 * pairs : start + 3 * pairs]
        ising += np.swapaxes(ising, -1, -2)
        cross: NDArray[np.complex128] = np.zeros((*batch, 3, n_qubits, n_qubits), dtype=complex)
        drive: NDArray[np.complex128] = np.zeros((*batch, n_qubits), dtype=complex)
        if layout.general:
            parts = values[..., layout.crossed].reshape(*batch, 2, 3, n_qubits, n_qubits)
            cross = parts[..., 0, :, :, :] + 1j * parts[..., 1, :, :, :]
            driven = values[..., layout.driven].reshape(*batch, 2, n_qubits)
            drive = driven[..., 0, :] + 1j * driven[..., 1, :]
        conserved = not (np.any(cross) or np.any(drive))
        offsets = values[..., -n_qubits:]
        return cls(relaxation, excitation, dephasing, flip_flop, ising, cross, drive, offsets, conserved)

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self.relaxation.shape[-1]

    @property
    def hopping(self) -> NDArray[np.complex128]:
        """C with −iH_eff = −Σ C_km σ_m⁻σ_k⁺ + …, an excitation that goes from k to m; 0 on the diagonal."""
        away = self.relaxation + np.swapaxes(self.excitation, -1, -2) + 2j * self.flip_flop
        return away * (1 - np.eye(self.n_qubits))

    def diagonal(self, states: NDArray[np.integer], *, dephasing: bool = True) -> NDArray[np.complex128]:
        """The diagonal of −iH_eff on basis states, shape (…, n)."""
        sites = np.arange(self.n_qubits)
        excited = ((states[:, None] >> sites) & 1).astype(float)
        z = 1 - 2 * excited
        lost = np.einsum("...kk->...k", self.relaxation).real
        gained = np.einsum("...kk->...k", self.excitation).real
        result = -(lost @ excited.T) - gained @ (1 - excited).T + 0.5j * (self.offsets @ z.T)
        both = 0.5j * self.ising
        if dephasing:
            both = both + self.dephasing.real  # z_k z_m is symmetric
        if np.any(both):
            result = result - np.einsum("ik,...km,im->...i", z, both, z, optimize=True)
        return result

    def jumps(self) -> list[tuple[str, NDArray[np.float64], NDArray[np.complex128]]]:
        """Kinds of jumps of one medium: name, rates 2λ of its operators, and amplitudes on σ⁻, σ⁺, σᶻ, shape (K, 3N).

        In the order of `MasterEquation.jump_operators`, those without a rate included.
        """
        names = ("relaxation", "excitation", "dephasing", "cross")
        result = []
        for kind, matrix, place in separate_kinds({name: getattr(self, name) for name in names}):
            rates, vectors = _modes(matrix)
            whole = np.zeros((rates.size, 3 * self.n_qubits), dtype=complex)
            whole[:, place] = vectors
            result.append((kind, rates, whole))
        return result


def _hermitian(values: NDArray[np.float64], layout: ParameterLayout, block: int) -> NDArray[np.complex128]:
    n, start = layout.n, block * layout.n**2
    upper = np.triu_indices(n, 1)
    result: NDArray[np.complex128] = np.zeros((*values.shape[:-1], n, n), dtype=complex)
    result[..., range(n), range(n)] = values[..., start : start + n]
    real = values[..., start + n : start + n + layout.pairs]
    off = real + 1j * values[..., start + n + layout.pairs : start + n + 2 * layout.pairs]
    result[..., upper[0], upper[1]], result[..., upper[1], upper[0]] = off, off.conj()
    return result


def _modes(block: NDArray[np.complex128]) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """2λ and the eigenvectors as rows, the largest first; what is the rounding of zero is zero."""
    rates, vectors = np.linalg.eigh(block)
    rates = 2 * np.where(rates > _NO_RATE * rates[-1:], rates, 0.0)
    return rates[::-1], vectors.T[::-1]
