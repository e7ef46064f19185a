"""Driven stretches by the solvers of qiskit-dynamics: JAX where it is installed, SciPy's DOP853 elsewhere.

The frame is passed to by hand: `rwa_cutoff_freq` of qiskit-dynamics below the splitting would take away, without a word,
the dissipators of relaxation and excitation, and its rotating frames keep some of its methods from running under JAX.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol.errors import MissingExtraError
from nvprotocol.master_equation import MasterEquation
from nvprotocol.pulses.generator import DrivenGenerator, to_pauli
from nvprotocol.pulses.smooth import chebyshev
from nvprotocol.pulses.timeline import Segment

_SLACK = 1e-2
"""Local errors are held this much below the tolerance, since they add up."""


def require_dynamics() -> None:
    """Refuses to go on without qiskit-dynamics.

    Raises:
        MissingExtraError: If it is not installed; the message says what to install.
    """
    if find_spec("qiskit_dynamics") is None:
        raise MissingExtraError(
            'The method "dynamics" needs qiskit-dynamics: pip install "nvprotocol[pulse]", which holds Qiskit at 1.3.'
        )


def lindblad_model(generator: DrivenGenerator, library: str = "numpy") -> Any:
    """The `LindbladModel` of qiskit-dynamics, vectorised, without signals.

    Its Hamiltonian operators are the coherent couplings, −σᵢᶻ/2, σᵢˣ/2 and σᵢʸ/2; its time-dependent dissipators those of
    the medium, its static ones the intrinsic ones.
    """
    from qiskit_dynamics.models import LindbladModel

    fixed, tuned = (jumps(medium) for medium in (generator.intrinsic, generator.medium))
    return LindbladModel(
        hamiltonian_operators=hamiltonians(generator),
        static_dissipators=fixed if len(fixed) else None,
        dissipator_operators=tuned if len(tuned) else None,
        array_library=library,
        vectorized=True,
    )


def generator_model(generator: DrivenGenerator, library: str = "numpy") -> Any:
    """The `GeneratorModel` of monitored evolution: −iH_eff on kets, H_eff = H − (i/2) Σ L†L not Hermitian (Eq. 12).

    Its operators are those of `lindblad_model`, then the decay of the medium; the intrinsic decay is static.
    """
    from qiskit_dynamics.models import GeneratorModel

    decays = [_decay(medium) for medium in (generator.intrinsic, generator.medium)]
    turning = -1j * hamiltonians(generator)
    return GeneratorModel(static_operator=decays[0], operators=np.array([*turning, decays[1]]), array_library=library)


def hamiltonians(generator: DrivenGenerator) -> NDArray[np.complex128]:
    """The coherent couplings, −σᵢᶻ/2, σᵢˣ/2 and σᵢʸ/2, shape (1 + 3N, d, d)."""
    n = generator.n_qubits
    found = [MasterEquation(generator.couplings).hamiltonian]
    for sign, single in ((-0.5, operators.sigma_z), (0.5, operators.sigma_x), (0.5, operators.sigma_y)):
        found += [sign * single(k, n) for k in range(n)]
    return np.array(found)


def jumps(medium: Any) -> NDArray[np.complex128]:
    """The jump operators of a medium that are not zero, shape (K, d, d)."""
    found = MasterEquation(medium).jump_operators
    return found[np.any(found, axis=(-2, -1))]


def _decay(medium: Any) -> NDArray[np.complex128]:
    found = jumps(medium)
    return -0.5 * np.einsum("kba,kbc->ac", found.conj(), found)


class DynamicsIntegrator:
    """Maps of driven segments by qiskit-dynamics.

    Without dephasing, monitored evolution is followed on kets; elsewhere on density matrices, stacked.

    Args:
        generator: The generator.
        tolerance: Largest error let pass in a segment.

    Raises:
        MissingExtraError: If qiskit-dynamics is not installed.
    """

    def __init__(self, generator: DrivenGenerator, tolerance: float) -> None:
        require_dynamics()
        self._generator, self._tolerance = generator, tolerance
        self._library = "jax" if find_spec("jax") is not None else "numpy"
        dephasing = np.any(generator.medium.dephasing) or np.any(generator.intrinsic.dephasing)
        self._on_kets = generator.kind == "no_jump" and not dephasing

    def maps(self, segments: Sequence[Segment]) -> list[NDArray[np.float64]]:
        """The maps of segments on Pauli coordinates, in the frame of the generator."""
        found = self._by_jax(segments) if self._library == "jax" else [self._by_scipy(one) for one in segments]
        if self._on_kets:
            return [to_pauli(np.kron(one.conj(), one)) for one in found]
        return [one.real if self._generator.kind == "no_jump" else to_pauli(one) for one in found]

    @cached_property
    def _model(self) -> Any:
        if self._generator.kind == "full":
            return lindblad_model(self._generator, self._library)
        if self._on_kets:
            return generator_model(self._generator, self._library)
        from qiskit_dynamics.models import GeneratorModel

        return GeneratorModel(operators=self._generator.terms.astype(complex), array_library=self._library)

    def _driven(self, coefficients: Callable[[Any], Any]) -> Any:
        """The model with signals: `DrivenGenerator.coefficients` as a function of a time."""
        from qiskit_dynamics import Signal

        model, count = self._model, 3 + 3 * self._generator.n_qubits
        signals = [Signal(lambda t, k=k: coefficients(t)[k]) for k in range(count)]
        if self._generator.kind == "full":
            decaying = model.dissipator_operators
            model.signals = (signals[2:], None if decaying is None else [signals[1]] * len(decaying))
        else:
            model.signals = [*signals[2:], signals[1]] if self._on_kets else signals
        return model

    @property
    def _size(self) -> int:
        return (2 if self._on_kets else 4) ** self._generator.n_qubits

    def _by_scipy(self, segment: Segment) -> NDArray:
        from qiskit_dynamics import solve_lmde

        model = self._driven(_remembered(lambda t: self._generator.coefficients(segment, np.array([float(t)]))[:, 0]))
        goal = {"rtol": max(self._tolerance * _SLACK, 3e-14), "atol": self._tolerance * _SLACK}
        longest = 1 / self._generator.rate(segment)
        start = np.eye(self._size, dtype=complex)
        span = [segment.start, segment.end]
        return np.asarray(solve_lmde(model, span, start, method="DOP853", max_step=longest, **goal).y[-1])

    def _by_jax(self, segments: Sequence[Segment]) -> list[NDArray]:
        import jax

        data = [chebyshev(lambda t, one=one: self._smooth(one, t), one.start, one.end, 1e-13) for one in segments]
        longest = max(rows.shape[1] for rows in data)
        padded = np.array([np.pad(rows, ((0, 0), (0, longest - rows.shape[1]))) for rows in data])
        spans = np.array([[one.start, one.end - one.start] for one in segments])
        with jax.enable_x64(True):
            return list(np.asarray(self._compiled(padded, spans)))

    def _smooth(self, segment: Segment, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """What of the coefficients is smooth on the scale of the carrier, shape (2 + 3N, T)."""
        drive = segment.drive(times)
        return np.concatenate([segment.scales.at(times), segment.offsets.at(times), drive.real, drive.imag])

    @cached_property
    def _compiled(self) -> Callable[..., Any]:
        """Solves many segments at once: their series (S, 2 + 3N, K), their starts and lengths (S, 2)."""
        import jax
        import jax.numpy as jnp
        from qiskit_dynamics import solve_lmde

        goal = {"rtol": max(self._tolerance * _SLACK, 3e-14), "atol": self._tolerance * _SLACK}

        def solve(series: Any, span: Any) -> Any:
            start, length = span

            def coefficients(t: Any) -> Any:
                angle = jnp.arccos(jnp.clip(2 * t / length - 1, -1.0, 1.0))
                values = series @ jnp.cos(jnp.arange(series.shape[1]) * angle)
                return self._with_carrier(values, start + t, jnp)

            model = self._driven(coefficients)
            begin = jnp.eye(self._size, dtype=complex)
            whole = jnp.stack([jnp.zeros_like(length), length])
            return solve_lmde(model, whole, begin, method="jax_odeint", mxstep=10_000_000, **goal).y[-1]

        return jax.jit(jax.vmap(solve))

    def _with_carrier(self, values: Any, time: Any, xp: Any) -> Any:
        """The coefficients at a time from those of `_smooth`."""
        n, frame, carrier = self._generator.n_qubits, self._generator.frame, self._generator.carrier
        scales, offsets, drive = values[:2], values[2 : 2 + n], values[2 + n : 2 + 2 * n] + 1j * values[2 + 2 * n :]
        if frame != "rwa":
            turn = xp.exp(1j * carrier * time)
            field = 2 * (drive * turn.conj()).real
            drive = field * turn if frame == "rotating" else field + 0j
        if frame == "lab":
            offsets = offsets + carrier
        return xp.concatenate([xp.ones(1), scales, offsets, drive.real, drive.imag])


def _remembered(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function with its last value kept: a model asks for its signals at one time, one after another."""
    last: list[Any] = [None, None]

    def remembering(t: Any) -> Any:
        if last[0] is None or t != last[0]:
            last[:] = [t, function(t)]
        return last[1]

    return remembering
