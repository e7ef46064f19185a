"""The master equation itself."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import (
    Seed,
    bounded_array,
    fail,
    instance,
    nonnegative_array,
    real_number,
    times_array,
    whole_number,
)
from nvprotocol._read_only import holds_read_only, protect, read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import checks, memory, steady
from nvprotocol.master_equation.conditional import Conditional
from nvprotocol.master_equation.evolution import evolved_in_parts, propagator
from nvprotocol.master_equation.generator import liouvillian, parameters, symmetry_of_parameters
from nvprotocol.master_equation.hamiltonian import drive_of_each, hamiltonian, setting_of, setting_text, shift_of_each
from nvprotocol.master_equation.no_jump_evolution import no_jump
from nvprotocol.master_equation.no_jump_kets import NoJumpKets, no_jump_kets
from nvprotocol.master_equation.trajectories import Trajectories, trajectories
from nvprotocol.medium import Medium
from nvprotocol.medium.coefficient_matrix import Symmetry
from nvprotocol.medium.matrices import jump_operators
from nvprotocol.operators.states import factor

__all__ = ["MasterEquation"]


@holds_read_only
class MasterEquation:
    r"""The Lindblad master equation dρ/dt = −i[H_S + H_eff, ρ] − 𝓛[ρ] of qubits on a medium (Eqs. 2–7).

    Energies are rad/µs (ħ = 1), times µs. H_S = −Σ Δ_i σᵢᶻ/2; on an axial medium without drive only differences of the
    Δ_i matter, so the frame rotates at their mean, and for a pair H_S = −δ(σ₁ᶻ − σ₂ᶻ)/2 with δ = (Δ₁ − Δ₂)/2. A drive,
    or a medium with blocks between σ⁻, σ⁺ and σᶻ (half the frequency of its pump), sets the frequency of the frame, and
    what all qubits are off it matters.

    Leading batch axes of medium, detuning, drive, offset and initial state broadcast against each other.

    Args:
        medium: The medium of N qubits.
        detuning: For a pair, δ in rad/µs, shape (…). Otherwise the splittings Δ_i in rad/µs, shape (…, N): from any
            common value, or, with a drive or a medium that is not axial, from the frequency of the frame; the default
            is none.
        drive: Ω in rad/µs, one complex number for all qubits or shape (…, N), which adds
            Σ (Re Ω_i σᵢˣ + Im Ω_i σᵢʸ)/2 in the frame of the drive; None, the default, for no drive.
        offset: What the mean splitting is above the frequency of the frame, in rad/µs, shape (…); for other than two
            qubits it is added to `detuning`.

    Raises:
        ArgumentError: If the detuning or the offset is not real, one is not finite, or of the wrong shape.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> states = equation.evolve("ud", [0.0, 1.0, 50.0])
        >>> nv.concurrence(states).round(5).tolist()  # ends at the 1/2 of Eq. 10
        [0.0, 0.49084, 0.5]

        A driven qubit that relaxes keeps a coherence:

        >>> driven = nv.MasterEquation(nv.Medium(relaxation=[[1.0]]), drive=0.5)
        >>> driven.steady_state().round(3).tolist()
        [[(0.944+0j), 0.222j], [-0.222j, (0.056+0j)]]
    """

    def __init__(
        self, medium: Medium, detuning: ArrayLike = 0.0, drive: ArrayLike | None = None, *, offset: ArrayLike = 0.0
    ) -> None:
        self._medium = instance(medium, "medium", Medium)
        self._detuning = bounded_array(detuning, "detuning", real=True)
        self._drive = None if drive is None else drive_of_each(drive, medium.n_qubits)
        self._offset = bounded_array(offset, "offset", real=True)
        off = self._offset if np.any(self._offset) else None
        self._parameters = parameters(medium, self._detuning, self._drive, off)
        protect(self)

    @property
    def medium(self) -> Medium:
        """The medium."""
        return self._medium

    @property
    def detuning(self) -> NDArray[np.float64]:
        """The detuning as given, in rad/µs."""
        return self._detuning

    @property
    def drive(self) -> NDArray[np.complex128] | None:
        """The drive Ω of each qubit in rad/µs, shape (…, N), or None."""
        return self._drive

    @property
    def offset(self) -> NDArray[np.float64]:
        """What the mean splitting is above the frequency of the frame, in rad/µs."""
        return self._offset

    @property
    def splittings(self) -> NDArray[np.float64]:
        """The splittings Δ_i in the rotating frame in rad/µs, shape (…, N).

        Examples:
            >>> nv.MasterEquation(nv.Medium.pair(), detuning=0.5).splittings.tolist()
            [0.5, -0.5]
        """
        return self._parameters[..., -self.n_qubits :]

    @property
    def symmetry(self) -> Symmetry:
        """What the generator conserves, as `Medium.symmetry`; a drive leaves nothing."""
        return symmetry_of_parameters(self._parameters, self.n_qubits)

    def on(self, medium: Medium) -> "MasterEquation":
        """The same detuning, drive and offset on another medium.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0), detuning=0.5, drive=0.1)
            >>> float(equation.on(nv.Medium.pair(a=2.0)).detuning)
            0.5
        """
        return MasterEquation(medium, self._detuning, self._drive, offset=self._offset)

    def driven(self, drive: ArrayLike) -> "MasterEquation":
        """The same with more drive, in the same rotating frame: Ω adds to what there is.

        Args:
            drive: Ω in rad/µs, as for the constructor.

        Examples:
            >>> nv.MasterEquation(nv.Medium.pair(), drive=0.1).driven([0.2, 0.0]).drive.real.round(3).tolist()
            [0.3, 0.1]
        """
        more = drive_of_each(drive, self.n_qubits)
        total = more if self._drive is None else self._drive + more
        if self.n_qubits == 2:
            return MasterEquation(self._medium, self._detuning, total, offset=self._offset)
        return MasterEquation(self._medium, self.splittings, total)

    def shifted(self, by: ArrayLike) -> "MasterEquation":
        """The same with other splittings, in the same rotating frame: what is given adds to the Δ_i.

        Args:
            by: What adds to each splitting in rad/µs, shape (…, N).

        Raises:
            ArgumentError: If it is not real, not finite, or not one for each qubit.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(), detuning=0.5)
            >>> equation.shifted([0.25, 0.0]).splittings.tolist()
            [0.75, -0.5]
        """
        total = self.splittings + shift_of_each(by, self.n_qubits)
        about_mean = self._drive is None and self._medium.symmetry == "U(1)"
        detuning, offset = setting_of(total, about_mean=about_mean)
        return MasterEquation(self._medium, detuning, self._drive, offset=offset)

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self._medium.n_qubits

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the leading batch axes of medium and detuning together."""
        return self._parameters.shape[:-1]

    @cached_property
    def hamiltonian(self) -> NDArray[np.complex128]:
        """H_S + H_eff in rad/µs (Eqs. 1 and S38), shape (…, d, d).

        Examples:
            >>> nv.MasterEquation(nv.Medium.pair(J=0.5), detuning=2.0).hamiltonian.real[1:3, 1:3]
            array([[ 2.,  1.],
                   [ 1., -2.]])
        """
        memory.require_operators(self.n_qubits, self.batch_shape, 3 + 3 * self.n_qubits)
        return read_only(hamiltonian(self._medium.blocks, self.splittings, self._drive))

    @cached_property
    def jump_operators(self) -> NDArray[np.complex128]:
        """Jump operators in the standard normalisation, L = √2 J, so that dρ/dt = −i[H,ρ] + Σ LρL† − ½{L†L, ρ}.

        Each Hermitian block is diagonalised. Order: excitation, relaxation, then (only where there is any) dephasing;
        in each the largest rate first. For a pair without dephasing these are √2 times J₁, J₂, J₃, J₄ of Eq. 5.
        Kinds with a block of h between them are diagonalised together. Shape (…, K, d, d), K = 2N or 3N, (rad/µs)^½.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
            >>> singlet = nv.operators.bell_state("psi-")
            >>> bool(np.allclose(equation.jump_operators @ singlet, 0))  # the dark state
            True
        """
        memory.require_operators(self.n_qubits, self.batch_shape, 6 * self.n_qubits)
        return read_only(jump_operators(self._medium.blocks))

    @cached_property
    def effective_hamiltonian(self) -> NDArray[np.complex128]:
        """The non-Hermitian H − (i/2) Σ L†L in rad/µs (Eq. 12), dephasing included where there is any, shape (…, d, d).

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5), detuning=2.0)
            >>> equation.effective_hamiltonian[1:3, 1:3]
            array([[ 2.-1.j ,  0.-0.5j],
                   [ 0.-0.5j, -2.-1.j ]])
        """
        jumps = self.jump_operators
        return read_only(self.hamiltonian - 0.5j * np.einsum("...kba,...kbc->...ac", jumps.conj(), jumps))

    @cached_property
    def liouvillian(self) -> NDArray[np.complex128]:
        """The generator as a matrix on column-stacked density matrices, in rad/µs, shape (…, d², d²).

        Examples:
            >>> generator = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5)).liouvillian
            >>> generator.shape, bool(abs(np.eye(4).ravel() @ generator).max() < 1e-15)  # keeps the trace
            ((16, 16), True)
        """
        memory.require_superoperators(self.n_qubits, self.batch_shape)
        return read_only(liouvillian(self._parameters, self.n_qubits))

    def propagator(self, duration: float | NDArray[np.float64]) -> NDArray[np.complex128]:
        """The superoperator exp(𝓛t) of a stretch of time on column-stacked density matrices, shape (…, d², d²).

        Args:
            duration: Time in µs; of an array of shape (T,) the result has the shape (…, T, d², d²).

        Raises:
            ArgumentError: If the duration is negative or not finite.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))
            >>> whole, half = equation.propagator(1.0), equation.propagator(0.5)
            >>> bool(np.allclose(half @ half, whole, atol=1e-14))
            True
            >>> equation.propagator(np.array([0.5, 1.0])).shape
            (2, 16, 16)
        """
        if isinstance(duration, np.ndarray) and duration.ndim == 1:
            several = nonnegative_array(duration, "duration")
            memory.require_superoperators(self.n_qubits, (*self.batch_shape, several.size))
            return propagator(self._parameters, self.n_qubits, several)
        one = real_number(duration, "duration", minimum=0.0)
        memory.require_superoperators(self.n_qubits, self.batch_shape)
        return propagator(self._parameters, self.n_qubits, np.array([one]))[..., 0, :, :]

    @overload
    def evolve(self, initial: operators.State, times: ArrayLike) -> NDArray[np.complex128]: ...
    @overload
    def evolve(
        self, initial: operators.State, times: ArrayLike, observable: Callable[[NDArray[np.complex128]], NDArray[Any]]
    ) -> NDArray[Any]: ...
    def evolve(
        self,
        initial: operators.State,
        times: ArrayLike,
        observable: Callable[[NDArray[np.complex128]], NDArray[Any]] | None = None,
    ) -> NDArray[Any]:
        """The density matrices at the given times (Eq. 2), by exponentials of the blocks that the state touches.

        Args:
            initial: A label in the paper's order ("ud"), a ket, density matrices (…, d, d), or a Qiskit state.
            times: Non-decreasing times in µs, of any spacing, shape (T,) or a number.
            observable: What is kept of the states, a function of arrays (…, d, d) that treats each state alike, such as
                `nv.concurrence`. A large batch is worked on a part at a time, so that states need not fit in memory.

        Returns:
            States of shape (…, T, d, d), or the observable of shape (…, T).

        Raises:
            ArgumentError: If the initial state is not a state of N qubits, or times are negative or decrease.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0], A=[1.0, 0.0]))
            >>> equation.evolve("ud", [0.0, 0.5, 1.0]).shape
            (2, 3, 4, 4)
            >>> equation.evolve("ud", [0.0, 0.5, 1.0], nv.concurrence).shape
            (2, 3)
        """
        if observable is not None and (not callable(observable) or isinstance(observable, type)):
            fail("observable", "be a function of states, or None", f"is of type {type(observable).__name__}")
        stops = times_array(times)
        if observable is None:  # else a part at a time
            memory.require_states(self.n_qubits, self.batch_shape, stops.size, self.symmetry)
        return evolved_in_parts(self._parameters, self._state(initial), stops, observable)

    def no_jump(self, initial: operators.State, times: ArrayLike) -> Conditional:
        """The states on condition that no quantum of relaxation or excitation is exchanged, and their probability.

        Without dephasing ρ(t) = e^(−iH_eff t) ρ₀ e^(iH_eff† t) / tr(…) (Eq. 13), which is continuous monitoring of
        |σᶻ|. Dephasing jumps leave σᶻ as it is, so monitoring misses them, and they go on. States outside σᶻ = 0 are
        kept as well: the probability is that of no jump, not of a first outcome |σᶻ| = 0.

        Args:
            initial: As for `evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.

        Returns:
            States of shape (…, T, d, d) and probabilities of shape (…, T).

        Raises:
            ArgumentError: As for `evolve`; if the medium has blocks between σᶻ and σ±, whose jumps are of neither kind.
            NoKeptShotsError: Where rounding of the initial state decides what is kept (see `Conditional`).

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0))
            >>> bool(np.allclose(nv.concurrence(equation.no_jump("ud", [0.25]).states), np.tanh(2 * 2 * 0.25)))
            True
        """
        stops = times_array(times)
        if self._medium.symmetry == "none":
            must = "have no blocks between σᶻ and σ±, for quanta that are exchanged to be told from dephasing"
            fail("medium", must, "has some")
        memory.require_kept(self.n_qubits, self.batch_shape, stops.size)
        return no_jump(self._parameters, self._state(initial, factor), stops)

    def no_jump_kets(self, initial: operators.State, times: ArrayLike) -> NoJumpKets:
        """Pure states on condition that no jump happens (Eq. 13), where nothing dephases; for up to about 20 qubits.

        Args:
            initial: A pure state, as for `evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.

        Raises:
            ArgumentError: As for `evolve`; if the state is mixed, or the medium dephases.
            NoKeptShotsError: Where rounding decides what the ket is.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(16)))
            >>> equation.no_jump_kets("ud" * 8, 0.1).probability.round(6).tolist()  # exp(−8·2·0.1)
            [0.201897]
        """
        return no_jump_kets(self._parameters, self._state(initial, factor), times_array(times))

    def monitored(
        self, initial: operators.State, times: ArrayLike, period: ArrayLike, *, keep: int | None = None
    ) -> Conditional:
        """The states when |σᶻ| is checked every `period` and every check accepts (|σᶻ| = 0), and its probability.

        At a time that is a multiple of the period the state is the one right after that check; otherwise it has evolved
        on freely from the last one. There is no check at time 0.

        Args:
            initial: As for `evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.
            period: Time between checks in µs; or one for each time, shape (T,).
            keep: The value of |Σσᶻ| that a check accepts; by default the least one: 0, or 1 of odd numbers of qubits.

        Returns:
            States of shape (…, T, d, d) and probabilities of shape (…, T).

        Raises:
            ArgumentError: As for `evolve`; if a period is not positive, or |Σσᶻ| of N qubits is never `keep`.
            NoKeptShotsError: If a check keeps nothing, or where rounding decides what is kept.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
            >>> kept = equation.monitored("ud", [100.0], period=0.1)
            >>> nv.concurrence(kept.states).round(4).tolist()
            [0.9842]
        """
        stops, value = times_array(times), checks.kept_value(keep, self.n_qubits)
        every = checks.period_of(period, stops.shape)
        memory.require_states(self.n_qubits, self.batch_shape, stops.size, self.symmetry)
        return checks.monitored(self._parameters, self._state(initial, factor), stops, every, value)

    def trajectories(
        self,
        initial: operators.State,
        times: ArrayLike,
        observables: Mapping[str, Any],
        *,
        number: int = 1000,
        seed: Seed = None,
    ) -> Trajectories:
        """Means of observables over quantum-jump trajectories, and the jumps of each; for N beyond density matrices.

        Between jumps nothing is approximated. A trajectory starts in a ket; of a mixed state in one that is drawn.

        Args:
            initial: As for `evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.
            observables: By name, Hermitian matrices (d, d), dense or of SciPy's sparse kinds, or functions that return
                a real number for each of several kets (M, d).
            number: How many trajectories, at least 2.
            seed: A whole number, a generator, or None. With the same whole number a trajectory is the same, however
                many there are.

        Raises:
            ArgumentError: As for `evolve`; if there is a batch, or an observable is none.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
            >>> found = equation.trajectories("ud", 0.5, {"z": nv.operators.sigma_z(1)}, number=200, seed=3)
            >>> exact = np.trace(equation.evolve("ud", 0.5)[0] @ nv.operators.sigma_z(1)).real
            >>> bool(abs(found.mean["z"][0] - exact) < 4 * found.standard_error["z"][0])
            True
        """
        stops, many = times_array(times), whole_number(number, "number", minimum=2)
        return trajectories(self._parameters, self._state(initial, factor), stops, observables, many, seed)

    def steady_state(self, initial: operators.State | None = None) -> NDArray[np.complex128]:
        """The state at t → ∞, the null space of the generator.

        Args:
            initial: Where the state starts, needed where the steady state is not unique: dark states.

        Returns:
            States of shape (…, d, d).

        Raises:
            NotUniqueError: If the steady state is not unique and no initial state is given, or if the evolution from
                the initial state never settles.
            PrecisionError: If it hangs on digits that the medium's numbers do not have.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
            >>> float(nv.concurrence(equation.steady_state("ud")).round(12))  # Eq. 10
            0.5
            >>> equation.steady_state()
            Traceback (most recent call last):
                ...
            nvprotocol.errors.NotUniqueError: The steady state is not unique (dark states); give an `initial` state.
        """
        memory.require_steady(self.n_qubits, self.batch_shape, self.symmetry)
        rho = None if initial is None else self._state(initial)
        return steady.steady_state(self._parameters, self.n_qubits, rho)

    def __str__(self) -> str:
        return f"MasterEquation with {setting_text(self._detuning, self._drive, self._offset)} on\n{self._medium}"

    __repr__ = __str__

    def _state(self, initial: operators.State, form: Callable[..., NDArray] = operators.density_matrix) -> NDArray:
        rho = form(initial, self.n_qubits)
        try:
            np.broadcast_shapes(rho.shape[:-2], self.batch_shape)
        except ValueError:
            fail("initial", f"broadcast against the batch shape {self.batch_shape}", f"has batch {rho.shape[:-2]}")
        return rho
