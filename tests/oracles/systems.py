"""Qubits on a medium, written down a second time: straight from the paper, in the paper's order, with dense matrices.

Nothing here is taken from the package but the constructors that are under test. Qubit 1 is the left-most tensor factor,
as in the paper; `reversed_qubits` goes to Qiskit's order and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

import nvprotocol as nv

SX = np.array([[0, 1], [1, 0]], dtype=complex)
SY = np.array([[0, -1j], [1j, 0]])
SZ = np.diag([1.0, -1.0]).astype(complex)
SINGLE = {"-": np.array([[0, 0], [1, 0]], dtype=complex), "+": np.array([[0, 1], [0, 0]], dtype=complex), "z": SZ}
"""The three kinds of operators in Eq. 3: σ⁻ excites, σ⁺ = |↑⟩⟨↓| relaxes, σᶻ dephases."""


def on_site(matrix: NDArray, site: int, n_qubits: int) -> NDArray[np.complex128]:
    factors = [matrix if k == site else np.eye(2) for k in range(n_qubits)]
    return reduce(np.kron, factors).astype(complex)


def reversed_qubits(array: NDArray) -> NDArray:
    """Matrices (…, d, d) with the order of the tensor factors reversed: the paper's order to Qiskit's, or back."""
    n = array.shape[-1].bit_length() - 1
    order = np.arange(2**n).reshape((2,) * n).transpose(range(n)[::-1]).ravel()
    return array[..., order[:, None], order]


def stacked(rho: NDArray) -> NDArray:
    """The columns of (…, d, d) matrices on top of each other."""
    return np.swapaxes(rho, -1, -2).reshape(*rho.shape[:-2], -1)


def unstacked(vectors: NDArray) -> NDArray:
    d = round(np.sqrt(vectors.shape[-1]))
    return np.swapaxes(vectors.reshape(*vectors.shape[:-1], d, d), -1, -2)


@dataclass(frozen=True)
class System:
    """A master equation of the package beside the paper's formulas for it.

    `hamiltonian` and operators are in the paper's order; `blocks` holds the blocks of h (Eq. 4) by kind of operator.
    """

    equation: nv.MasterEquation
    hamiltonian: NDArray[np.complex128]
    blocks: Mapping[str, NDArray[np.complex128]]

    @property
    def n_qubits(self) -> int:
        return len(self.blocks["+"])

    def operators(self, kind: str) -> list[NDArray[np.complex128]]:
        return [on_site(SINGLE[kind], k, self.n_qubits) for k in range(self.n_qubits)]

    def derivative(self, rho: NDArray, jumps: float = 1.0) -> NDArray[np.complex128]:
        """dρ/dt of Eqs. 2 and 3, the double sum as printed; `jumps` scales the terms −2 O_n ρ O_m† of σ⁺ and σ⁻."""
        result = -1j * (self.hamiltonian @ rho - rho @ self.hamiltonian)
        for kind, h in self.blocks.items():
            o = self.operators(kind)
            factor = 1.0 if kind == "z" else jumps
            for n in range(self.n_qubits):
                for m in range(self.n_qubits):
                    both = o[m].conj().T @ o[n]
                    result -= h[n, m] * (both @ rho + rho @ both - 2 * factor * o[n] @ rho @ o[m].conj().T)
        return result

    def generator(self, jumps: float = 1.0) -> NDArray[np.complex128]:
        """The derivative as a matrix on column-stacked matrices in Qiskit's order."""
        d = 2**self.n_qubits
        basis = np.eye(d * d).reshape(d * d, d, d)
        images = stacked(reversed_qubits(self.derivative(reversed_qubits(basis), jumps)))
        return images.T @ stacked(basis)  # each image in the column of its basis element

    def collapse_operators(self) -> list[NDArray[np.complex128]]:
        """√(2λ) Σ_n v_n O_n for the eigenpairs of each block: h diagonalised, as Eq. 5 does for a pair."""
        found = []
        for kind, h in self.blocks.items():
            rates, vectors = np.linalg.eigh(h)
            for rate, vector in zip(rates, vectors.T, strict=True):
                if rate > 0:
                    terms = [v * o for v, o in zip(vector, self.operators(kind), strict=True)]
                    found.append(np.sqrt(2 * rate) * np.sum(terms, axis=0))
        return found


def pair(**symbols: complex) -> System:
    """A pair in the paper's symbols: a, A, q, d, D, J, Jz, dm of `Medium.pair`, and delta."""
    s = {"a": 1.0, "A": 0.0, "q": 0.0, "d": 0.0, "D": 0.0, "J": 0.0, "Jz": 0.0, "dm": 0.0, "delta": 0.0} | symbols
    x, y, z = ([on_site(matrix, k, 2) for k in range(2)] for matrix in (SX, SY, SZ))
    hamiltonian = -s["delta"] * (z[0] - z[1]) / 2 + s["Jz"] * z[0] @ z[1]
    hamiltonian = hamiltonian + s["J"] * (x[0] @ x[1] + y[0] @ y[1]) + s["dm"] * (x[0] @ y[1] - y[0] @ x[1])
    blocks = {
        "-": s["q"] * np.array([[s["a"], s["A"]], [np.conj(s["A"]), s["a"]]]),
        "+": np.array([[s["a"], np.conj(s["A"])], [s["A"], s["a"]]]),
        "z": np.array([[s["d"], np.conj(s["D"])], [s["D"], s["d"]]]),  # Eq. S28; Eq. 4 has the conjugate
    }
    delta = np.real(s.pop("delta"))
    equation = nv.MasterEquation(nv.Medium.pair(**s), detuning=delta)
    return System(equation, hamiltonian, {kind: h.astype(complex) for kind, h in blocks.items()})


EVERYTHING = pair(a=1.0, A=0.8 * np.exp(0.6j), q=0.3, d=0.2, D=0.1, J=0.5, Jz=0.2, dm=0.3, delta=0.9)
"""A pair with every rate and coupling that it can have, no two alike."""


def many(rng: np.random.Generator, n_qubits: int) -> System:
    """N qubits with every rate and coupling that a medium can have, drawn at random."""
    n = n_qubits
    blocks = {kind: positive(rng, n) for kind in SINGLE}
    g, k, offsets = hermitian(rng, n), hermitian(rng, n).real, rng.normal(size=n)
    offsets -= offsets.mean()  # the frame rotates at the mean
    np.fill_diagonal(g, 0)
    np.fill_diagonal(k, 0)
    x, y, z = ([on_site(matrix, i, n) for i in range(n)] for matrix in (SX, SY, SZ))
    hamiltonian = -sum(offsets[i] * z[i] for i in range(n)) / 2
    for i in range(n):
        for j in range(i + 1, n):
            hamiltonian += g[i, j].real * (x[i] @ x[j] + y[i] @ y[j]) + k[i, j] * z[i] @ z[j]
            hamiltonian += g[i, j].imag * (x[i] @ y[j] - y[i] @ x[j])
    medium = nv.Medium(excitation=blocks["-"], relaxation=blocks["+"], dephasing=blocks["z"], flip_flop=g, ising=k)
    detuning: ArrayLike = (offsets[0] - offsets[1]) / 2 if n == 2 else offsets
    return System(nv.MasterEquation(medium, detuning if n > 1 else 0.0), np.asarray(hamiltonian), blocks)


def hermitian(rng: np.random.Generator, n: int) -> NDArray[np.complex128]:
    matrix = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    return (matrix + matrix.conj().T) / 2


def positive(rng: np.random.Generator, n: int) -> NDArray[np.complex128]:
    matrix = (rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))) / np.sqrt(2 * n)
    return matrix @ matrix.conj().T


def random_symbols(rng: np.random.Generator) -> dict[str, complex]:
    """A valid medium of a pair and a detuning, none of them zero, A complex."""
    a, d = rng.uniform(0.2, 2.0, size=2)
    phase, D_phase = np.exp(2j * np.pi * rng.random(2))
    return {
        "a": a,
        "A": a * np.sqrt(rng.random()) * phase,
        "q": rng.uniform(0.02, 1.0),
        "d": d,
        "D": d * np.sqrt(rng.random()) * D_phase,
        "J": rng.normal(),
        "Jz": rng.normal(),
        "dm": rng.normal(),
        "delta": rng.normal(),
    }


def random_ket(rng: np.random.Generator, n_qubits: int = 2) -> NDArray[np.complex128]:
    ket = rng.normal(size=2**n_qubits) + 1j * rng.normal(size=2**n_qubits)
    return ket / np.linalg.norm(ket)


def random_state(rng: np.random.Generator, n_qubits: int = 2, rank: int | None = None) -> NDArray[np.complex128]:
    """A density matrix of a given rank (full, where it is not given) with no symmetry at all."""
    d = 2**n_qubits
    factor = rng.normal(size=(d, rank or d)) + 1j * rng.normal(size=(d, rank or d))
    rho = factor @ factor.conj().T
    rho = (rho + rho.conj().T) / 2
    return rho / np.trace(rho).real


def random_unitary(rng: np.random.Generator, d: int) -> NDArray[np.complex128]:
    q, r = np.linalg.qr(rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d)))
    phases = np.diagonal(r) / np.abs(np.diagonal(r))
    return np.asarray(q * phases, dtype=complex)
