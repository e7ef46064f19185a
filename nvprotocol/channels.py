"""Stretches of time and checks as quantum channels: superoperators, Choi matrices and Kraus operators.

Superoperators act on column-stacked density matrices, as Qiskit's `SuperOp` does; arrays are in Qiskit's order.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol import operators
from nvprotocol._checks import fail, numeric_array, show, whole_number
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

__all__ = ["Channel", "Instrument", "evolution", "parity_check", "qubit_readout"]

_TRACE_TOLERANCE = 1e-8
_RANK_TOLERANCE = 32 * np.finfo(float).eps


@dataclass(frozen=True, eq=False, repr=False)
class Channel:
    """A completely positive map of N qubits, which may lower the trace (a branch of a measurement).

    Attributes:
        superoperator: Matrix on column-stacked density matrices, shape (d², d²).

    Raises:
        ArgumentError: If the matrix is not of a shape (4ᴺ, 4ᴺ), or the map is not completely positive.

    Examples:
        >>> relax = nv.channels.evolution(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), duration=0.5)
        >>> relax.kraus.shape, relax.trace_preserving
        ((4, 4, 4), True)
    """

    superoperator: NDArray[np.complex128]

    def __post_init__(self) -> None:
        matrix = numeric_array(self.superoperator, "superoperator").astype(complex)
        size = len(matrix) if matrix.ndim else 0
        if matrix.shape != (size, size) or size < 4 or 4 ** round(np.log2(size) / 2) != size:
            fail("superoperator", "have shape (4ᴺ, 4ᴺ)", f"has shape {matrix.shape}")
        matrix.flags.writeable = False
        object.__setattr__(self, "superoperator", matrix)
        lowest = np.linalg.eigvalsh(self.choi)[0]
        if lowest < -_TRACE_TOLERANCE:
            fail("superoperator", "be completely positive", f"its Choi matrix has the eigenvalue {show(lowest)}")

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return (len(self.superoperator).bit_length() - 1) // 2

    @cached_property
    def choi(self) -> NDArray[np.complex128]:
        """Choi matrix Σ_ij |i⟩⟨j| ⊗ 𝓔(|i⟩⟨j|), Qiskit's convention, shape (d², d²)."""
        d = 2**self.n_qubits
        choi = self.superoperator.reshape(d, d, d, d).transpose(3, 1, 2, 0).reshape(d * d, d * d)
        return (choi + choi.conj().T) / 2

    @cached_property
    def trace_preserving(self) -> bool:
        """Whether the map keeps the trace, to 1e-8."""
        d = 2**self.n_qubits
        kept = np.eye(d).ravel() @ self.superoperator
        return bool(np.abs(kept - np.eye(d).ravel()).max() < _TRACE_TOLERANCE)

    @cached_property
    def kraus(self) -> NDArray[np.complex128]:
        """Kraus operators K with 𝓔(ρ) = Σ KρK†: as few as there can be, the heaviest first, shape (K, d, d).

        The Choi matrix is diagonalised in its connected blocks, so that a rare process is not lost in the rounding of a
        frequent one. Where the map keeps the trace, ΣK†K = 1 holds to rounding.
        """
        operators_ = _kraus_operators(self.choi, 2**self.n_qubits)
        if self.trace_preserving:
            values, vectors = np.linalg.eigh(np.einsum("kba,kbc->ac", operators_.conj(), operators_))
            operators_ = operators_ @ ((vectors / np.sqrt(values)) @ vectors.conj().T)
        return operators_

    def __call__(self, rho: ArrayLike) -> NDArray[np.complex128]:
        """The map applied to matrices of shape (…, d, d)."""
        matrix = numeric_array(rho, "rho")
        d = 2**self.n_qubits
        if matrix.shape[-2:] != (d, d):
            fail("rho", f"have shape (…, {d}, {d})", f"has shape {matrix.shape}")
        stacked = np.swapaxes(matrix, -1, -2).reshape(*matrix.shape[:-2], d * d)
        return np.swapaxes((stacked @ self.superoperator.T).reshape(*matrix.shape[:-2], d, d), -1, -2)

    def __matmul__(self, earlier: "Channel") -> "Channel":
        """The map that applies `earlier` first and then this one."""
        if not isinstance(earlier, Channel):
            return NotImplemented
        if earlier.n_qubits != self.n_qubits:
            fail("earlier", f"act on {self.n_qubits} qubits", f"acts on {earlier.n_qubits}")
        return Channel(self.superoperator @ earlier.superoperator)

    def __str__(self) -> str:
        kind = "trace-preserving" if self.trace_preserving else "trace-decreasing"
        return f"Channel on {self.n_qubits} qubits, {kind}, Kraus rank {len(self.kraus)}"

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class Instrument:
    """A measurement: for every outcome the map of the unnormalised state.

    Attributes:
        branches: Outcome → trace-decreasing `Channel`; together they keep the trace.

    Raises:
        ArgumentError: If the branches together do not keep the trace.

    Examples:
        >>> check = nv.channels.parity_check()
        >>> bell = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
        >>> [check.probability(bell, outcome) for outcome in (0, 1)]
        [0.0, 1.0]
    """

    branches: dict[int, Channel]

    def __post_init__(self) -> None:
        if not self.unread.trace_preserving:
            fail("branches", "keep the trace together", "they do not")

    @cached_property
    def unread(self) -> Channel:
        """The map when the outcome is not looked at."""
        return Channel(np.sum([branch.superoperator for branch in self.branches.values()], axis=0))

    def probability(self, rho: ArrayLike, outcome: int) -> float:
        """The probability of an outcome in a state of shape (d, d)."""
        if outcome not in self.branches:
            fail("outcome", f"be one of {', '.join(map(str, self.branches))}", f"is {show(outcome)}")
        return float(np.clip(np.trace(self.branches[outcome](rho)).real, 0.0, 1.0))


def evolution(equation: MasterEquation, duration: float, *, split: int | None = None) -> Channel:
    """The channel of a stretch of time on a medium, exp(𝓛t), exact.

    Args:
        equation: The master equation, without batch axes.
        duration: Time in µs.
        split: Number of symmetric Strang steps in which Hamiltonian and dissipator take turns, with an error of
            O(t³/split²); for comparison with simulators that cannot do both at once. The default is no splitting.

    Raises:
        ArgumentError: If the equation has batch axes, the duration is negative, or `split` is not at least 1.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.5)
        >>> channel = nv.channels.evolution(equation, duration=1.0)
        >>> rho = nv.operators.density_matrix("ud")
        >>> bool(np.allclose(channel(rho), equation.evolve(rho, 1.0)[0]))
        True
    """
    if not isinstance(equation, MasterEquation):
        fail("equation", "be a MasterEquation", f"is of type {type(equation).__name__}")
    if equation.batch_shape:
        fail("equation", "have no batch axes", f"has batch {equation.batch_shape}")
    if split is None:
        return Channel(equation.propagator(duration))
    steps = whole_number(split, "split", minimum=1)
    medium = equation.medium
    coherent = Medium(relaxation=np.zeros_like(medium.relaxation), flip_flop=medium.flip_flop, ising=medium.ising)
    dissipative = Medium(relaxation=medium.relaxation, excitation=medium.excitation, dephasing=medium.dephasing)
    half = MasterEquation(coherent, equation.detuning).propagator(duration / steps / 2)
    full = MasterEquation(dissipative).propagator(duration / steps)
    return Channel(np.linalg.matrix_power(half @ full @ half, steps))


def parity_check(n_qubits: int = 2) -> Instrument:
    """The check of |σᶻ| as an instrument: outcome 1 projects on σᶻ = 0, outcome 0 on the rest (Lüders).

    For a pair this is what two CX gates onto a monitor qubit and its measurement do: the parity is learnt, not which
    spin is up.

    Args:
        n_qubits: Even number of qubits.

    Raises:
        ArgumentError: If the number of qubits is odd, since |σᶻ| = 0 is then impossible.

    Examples:
        >>> nv.channels.parity_check().branches[1](np.eye(4)).real.diagonal()
        array([0., 1., 1., 0.])
    """
    n = whole_number(n_qubits, "n_qubits", minimum=2)
    if n % 2:
        fail("n_qubits", "be even for |σᶻ| = 0 to be possible", f"is {n}")
    balanced = np.sum([operators.sigma_z(k, n).diagonal().real for k in range(n)], axis=0) == 0
    projectors = {0: np.diag(~balanced).astype(float), 1: np.diag(balanced).astype(float)}
    return _projections(projectors)


def qubit_readout() -> Instrument:
    """The readout of one qubit in the basis of σᶻ: outcome 0 projects on |↑⟩, outcome 1 on |↓⟩.

    Examples:
        >>> nv.channels.qubit_readout().unread(np.full((2, 2), 0.5)).real  # not looked at, it dephases
        array([[0.5, 0. ],
               [0. , 0.5]])
    """
    return _projections({0: np.diag([1.0, 0.0]), 1: np.diag([0.0, 1.0])})


def _projections(projectors: dict[int, NDArray[np.float64]]) -> Instrument:
    return Instrument({outcome: Channel(np.kron(p, p).astype(complex)) for outcome, p in projectors.items()})


def _kraus_operators(choi: NDArray[np.complex128], d: int) -> NDArray[np.complex128]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, block_of = connected_components(csr_array(choi != 0), directed=False)
    found: list[tuple[float, NDArray[np.complex128]]] = []
    for block in range(count):
        place = np.flatnonzero(block_of == block)
        values, vectors = np.linalg.eigh(choi[np.ix_(place, place)])
        for value, vector in zip(values, vectors.T, strict=True):
            if value > _RANK_TOLERANCE * values[-1] > 0:
                flat = np.zeros(d * d, dtype=complex)
                largest = vector[np.abs(vector).argmax()]
                flat[place] = np.sqrt(value) * vector * (abs(largest) / largest)
                found.append((value, flat.reshape(d, d).T))
    found.sort(key=lambda pair: -pair[0])
    return np.array([matrix for _, matrix in found])
