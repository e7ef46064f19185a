"""One excitation in an array of up to thousands of qubits: superradiance and subradiance of its modes."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, instance, show, times_array
from nvprotocol._read_only import holds_read_only, read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation.equation import MasterEquation
from nvprotocol.resources import require_memory

__all__ = ["SingleExcitation", "single_excitation"]

_COPIES = 6
"""Matrices of an array that eigenvectors take."""

_CONDITION = 1e8
"""Of the eigenvectors, beyond which amplitudes by them have lost half their digits."""


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class SingleExcitation:
    """One excitation shared by N qubits at T = 0: dc/dt = −iHc with H_ij of Eq. 12, for batches of arrays.

    Attributes:
        hamiltonian: −iH_eff = −iH less the decay, as H in rad/µs, shape (…, N, N).

    Examples:
        >>> chain = np.sinc(0.25 * np.subtract.outer(np.arange(40), np.arange(40)))  # sin(x)/x over λ/8 spacings
        >>> array = nv.master_equation.single_excitation(nv.MasterEquation(nv.Medium(relaxation=chain)))
        >>> rates = array.decay_rates
        >>> bool(rates[0] > 3.9 * 2), bool(rates[-1] < 1e-9)  # in units of a, where one qubit has 2
        (True, True)
    """

    hamiltonian: NDArray[np.complex128]

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self.hamiltonian.shape[-1]

    @cached_property
    def _modes(self) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        adjoint = np.swapaxes(self.hamiltonian.conj(), -1, -2)
        if np.array_equal(self.hamiltonian, -adjoint):  # decay alone: ten times faster, and modes are orthogonal
            rates, vectors = np.linalg.eigh(1j * self.hamiltonian)
            return read_only(-1j * rates[..., ::-1]), read_only(vectors[..., ::-1])
        values, vectors = np.linalg.eig(self.hamiltonian)
        order = np.argsort(np.imag(values), axis=-1)
        return (
            read_only(np.take_along_axis(values, order, axis=-1)),
            read_only(np.take_along_axis(vectors, order[..., None, :], axis=-1)),
        )

    @property
    def decay_rates(self) -> NDArray[np.float64]:
        """−2 Im of the eigenvalues, the rates of populations in 1/µs, the largest first, shape (…, N)."""
        return -2 * np.imag(self._modes[0])

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """The real parts of the eigenvalues in rad/µs, in the order of `decay_rates`, shape (…, N)."""
        return np.real(self._modes[0])

    @property
    def modes(self) -> NDArray[np.complex128]:
        """The eigenvectors as columns of length 1, in the same order, shape (…, N, N)."""
        return self._modes[1]

    def amplitudes(self, initial: ArrayLike, times: ArrayLike) -> NDArray[np.complex128]:
        """The amplitudes on condition that nothing has been emitted, not normalised, shape (…, T, N).

        Args:
            initial: Amplitudes at time 0, normalised, shape (…, N).
            times: Non-decreasing times in µs, shape (T,) or a number.

        Raises:
            ArgumentError: If the amplitudes have another shape or norm, or eigenvectors do not tell the evolution
                (near an exceptional point).

        Examples:
            >>> pair = nv.master_equation.single_excitation(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
            >>> pair.amplitudes([0, 1], 50.0).real.round(6).tolist()  # the dark half is left
            [[-0.5, 0.5]]
        """
        start, stops = self._start(initial), times_array(times)
        values, vectors = self._modes
        condition = np.linalg.cond(vectors)
        if np.any(condition > _CONDITION):
            must = "be away from exceptional points, where modes become parallel (`no_jump_kets` needs no modes)"
            fail("equation", must, f"modes have a condition number of {show(float(condition.max()))}")
        shares = np.linalg.solve(vectors, start[..., None])
        decay = np.exp(-1j * values[..., :, None] * stops)
        return np.swapaxes(vectors @ (shares * decay), -1, -2)

    def emission_rate(self, initial: ArrayLike, times: ArrayLike) -> NDArray[np.float64]:
        """Quanta that the array emits in a µs, −d|c|²/dt = c†(2Γ)c with the decay part Γ of H, shape (…, T).

        Args:
            initial: As for `amplitudes`.
            times: As for `amplitudes`.

        Raises:
            ArgumentError: As for `amplitudes`.

        Examples:
            >>> pair = nv.master_equation.single_excitation(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
            >>> pair.emission_rate([0, 1], [0.0, 50.0]).round(6).tolist()
            [2.0, 0.0]
        """
        found = self.amplitudes(initial, times)
        decay = 1j * (self.hamiltonian - np.swapaxes(self.hamiltonian.conj(), -1, -2))
        return np.sum(found.conj() * (found @ np.swapaxes(decay, -1, -2)), axis=-1).real

    def _start(self, initial: ArrayLike) -> NDArray[np.complex128]:
        start = bounded_array(initial, "initial").astype(complex)
        if start.ndim == 0 or start.shape[-1] != self.n_qubits:
            fail("initial", f"have shape (…, {self.n_qubits}), an amplitude for each qubit", f"has shape {start.shape}")
        norm = np.linalg.norm(start, axis=-1)
        if np.any(np.abs(norm - 1) > 1e-9):
            fail("initial", "be normalised", f"its norm is {show(float(norm.flat[np.abs(norm - 1).argmax()]))}")
        try:
            np.broadcast_shapes(start.shape[:-1], self.hamiltonian.shape[:-2])
        except ValueError:
            batch = self.hamiltonian.shape[:-2]
            fail("initial", f"broadcast against the batch shape {batch}", f"has batch {start.shape[:-1]}")
        return start

    def __str__(self) -> str:
        batch = f" in a batch of shape {self.hamiltonian.shape[:-2]}" if self.hamiltonian.ndim > 2 else ""
        high, low = self.decay_rates[..., 0].max(), self.decay_rates[..., -1].min()
        return f"One excitation in {self.n_qubits} qubits{batch}: modes decay at {show(high)} to {show(low)} per µs"

    __repr__ = __str__


def single_excitation(equation: MasterEquation) -> SingleExcitation:
    """The sector of one excitation at T = 0 and without dephasing, where H is an N × N matrix, not one of 2ᴺ.

    H_ij = −i R_ji + 2 G_ji off the diagonal, and −i R_jj + Δ_j − 2 Σ_m K_jm on it, with the relaxation R, the flip-flop
    coupling G and the Ising coupling K of the medium: energies are counted from that of |↑…↑⟩.

    Args:
        equation: Of N qubits, in a batch or not.

    Raises:
        ArgumentError: If excitations are not conserved, something excites or dephases.
        TooLargeError: If eigenvectors do not fit in memory.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))
        >>> nv.master_equation.single_excitation(equation).decay_rates.round(12).tolist()  # 2(a ± |A|)
        [3.0, 1.0]
    """
    medium, n = instance(equation, "equation", MasterEquation).medium, equation.n_qubits
    if equation.symmetry != "U(1)":
        fail("equation", "conserve excitations, without a drive and blocks between σ⁻, σ⁺ and σᶻ", "does not")
    if np.any(medium.excitation) or np.any(medium.dephasing):
        what = "excites" if np.any(medium.excitation) else "dephases"
        fail("equation", "neither excite nor dephase, for one excitation to stay pure", f"the medium {what}")
    batch = equation.batch_shape
    require_memory(16.0 * _COPIES * prod(batch) * n**2, "equation", f"{_COPIES} × {prod(batch)} matrices of {n} × {n}")
    coupled = -1j * medium.relaxation + 2 * medium.flip_flop
    energies = equation.splittings - 2 * medium.ising.sum(axis=-1)  # what one |↓⟩ has more than |↑…↑⟩
    hamiltonian = np.broadcast_to(np.swapaxes(coupled, -1, -2), (*batch, n, n)).copy()
    hamiltonian[..., range(n), range(n)] += energies
    return SingleExcitation(hamiltonian)
