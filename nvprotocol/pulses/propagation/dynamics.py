"""Driven stretches by the solvers of qiskit-dynamics: JAX where it is installed, SciPy's DOP853 elsewhere.

The frame is passed to by hand: `rwa_cutoff_freq` of qiskit-dynamics below the splitting takes away, without a word,
the dissipators of relaxation and excitation, and its rotating frames keep some of its methods from running under JAX.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, reduce
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.operators import kraus_superoperator
from nvprotocol.pulses.propagation.generator import DrivenGenerator, Frame, to_pauli
from nvprotocol.pulses.propagation.model import Mode, build_model, give_signals, mode_of, operators_of, require_dynamics
from nvprotocol.pulses.propagation.timeline import Segment

_SERIES = 1e-13
_FINEST = 3e-14
"""The smallest relative tolerance that SciPy takes."""
_SCIPY_SLACK, _JAX_SLACK = 10, 1000
"""How far below the tolerance the error of a step is held, since errors add up; measured, with some to spare."""
_UNROLLED = 8
_FEWEST_TERMS, _MOST_TERMS = 32, 4096
_LONGEST_SERIES = 50.0
"""By how much the phase of a drive may turn, and its envelope rise and fall, within one series, in rad."""
_STEPS = {"mxstep": 10_000_000, "hmax": 1 / 32}
"""Limits of JAX's steps in parts of a series, so that none passes over a short pulse in a long envelope."""


class DynamicsIntegrator:
    """Maps of driven segments by qiskit-dynamics.

    A program is compiled by JAX once for each number of qubits, of segments at a time and of terms in the series of
    their drives; media, times and pulses are data.

    Args:
        generator: The generator.
        tolerance: Largest error let pass in a segment.

    Raises:
        MissingExtraError: If qiskit-dynamics is not installed.
    """

    def __init__(self, generator: DrivenGenerator, tolerance: float) -> None:
        require_dynamics()
        self._generator, self._tolerance = generator, tolerance
        self._mode: Mode = mode_of(generator)
        self._parts = operators_of(self._mode, generator)

    def maps(self, segments: Sequence[Segment]) -> list[NDArray[np.float64]]:
        """The maps of segments on Pauli coordinates, in the frame of the generator."""
        found = self._by_jax(segments) if find_spec("jax") else [self._by_scipy(segment) for segment in segments]
        if self._mode == "kets":
            return [to_pauli(kraus_superoperator(one)) for one in found]
        return [np.real(one) if self._mode == "matrices" else to_pauli(one) for one in found]

    def _by_scipy(self, segment: Segment) -> NDArray:
        from qiskit_dynamics import solve_lmde

        generator = self._generator
        model = build_model(self._mode, self._parts, "numpy")
        at = _remembered(lambda t: generator.coefficients(segment, np.array([float(t)]))[:, 0])
        give_signals(self._mode, model, self._parts, at)
        goal = {"rtol": max(self._tolerance / _SCIPY_SLACK, _FINEST), "atol": self._tolerance / _SCIPY_SLACK}
        start = np.eye(_size(self._mode, generator.n_qubits), dtype=complex)
        rate = generator.rate(segment)
        span, longest = [segment.start, segment.end], 1 / rate if rate else np.inf
        return np.asarray(solve_lmde(model, span, start, method="DOP853", max_step=longest, **goal).y[-1])

    def _by_jax(self, segments: Sequence[Segment]) -> list[NDArray]:
        import jax

        generator = self._generator
        pieces = [_pieces(segment) for segment in segments]
        flat = [piece for parts in pieces for piece in parts]
        series = [chebyshev(lambda t, one=one: _smooth(one, t), one.start, one.end, _SERIES) for one in flat]
        longest = max(rows.shape[1] for rows in series)
        padded = np.array([np.pad(rows, ((0, 0), (0, longest - rows.shape[1]))) for rows in series])
        spans = np.array([[one.start, one.end - one.start] for one in flat])
        solve = _compiled(self._mode, generator.frame, generator.n_qubits, self._tolerance)
        with _double_precision(jax):
            found = iter(np.asarray(solve(self._parts, generator.carrier, padded, spans)))
        return [reduce(lambda before, _: next(found) @ before, parts[1:], next(found)) for parts in pieces]


def _pieces(segment: Segment) -> list[Segment]:
    """The segment, cut where it is so long that one series would not follow its drive."""
    length = segment.end - segment.start
    edges = np.linspace(segment.start, segment.end, int(np.ceil(length * segment.drive_rate / _LONGEST_SERIES)) + 1)
    return [segment.between(low, high) for low, high in pairwise(edges)] or [segment]


def _double_precision(jax: Any) -> AbstractContextManager[None]:
    """JAX's switch for double precision, for a while; it has moved between its versions."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()


def _size(mode: Mode, n_qubits: int) -> int:
    return (2 if mode == "kets" else 4) ** n_qubits


def _smooth(segment: Segment, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """What of the coefficients is smooth on the scale of the carrier, shape (2 + 3N, T)."""
    drive = segment.drive(times)
    return np.concatenate([segment.scales.at(times), segment.offsets.at(times), drive.real, drive.imag])


@lru_cache(maxsize=32)
def _compiled(mode: Mode, frame: Frame, n_qubits: int, tolerance: float) -> Callable[..., Any]:
    """Solves many segments at once: operators, carrier, series (S, 2 + 3N, K) of what is smooth, and spans (S, 2)."""
    import jax
    import jax.numpy as jnp
    from qiskit_dynamics import solve_lmde

    goal = {"rtol": max(tolerance / _JAX_SLACK, _FINEST), "atol": tolerance / _JAX_SLACK}

    def solve(parts: Any, carrier: Any, series: Any, span: Any) -> Any:
        start, length = span

        def coefficients(t: Any) -> Any:
            smooth = _clenshaw(series, jnp.clip(2 * t / length - 1, -1.0, 1.0))
            scales, offsets, real, imaginary = jnp.split(smooth, [2, 2 + n_qubits, 2 + 2 * n_qubits])
            drive = real + 1j * imaginary
            if frame != "rwa":
                turn = jnp.exp(1j * carrier * (start + t))
                field = 2 * (drive * turn.conj()).real
                drive = field * turn if frame == "rotating" else field + 0j
            offsets = offsets + carrier if frame == "lab" else offsets
            return jnp.concatenate([jnp.ones(1), scales, offsets, drive.real, drive.imag])

        model = build_model(mode, parts, "jax")
        give_signals(mode, model, parts, _remembered(coefficients))
        begin = jnp.eye(_size(mode, n_qubits), dtype=complex)

        def within(x: Any) -> Any:
            # JAX's solver steps past the end and interpolates, less precisely than it steps: with nothing going on
            # there, error control makes the step that crosses the end too short for that to matter.
            return jnp.where(x <= 1.0, length, 0.0) * model(length * x)

        return solve_lmde(within, [0.0, 1.0], begin, method="jax_odeint", **goal, **_STEPS).y[-1]

    return jax.jit(jax.vmap(solve, in_axes=(None, None, 0, 0)))


def _clenshaw(series: Any, x: Any) -> Any:
    """Σ c_k T_k(x) for rows of coefficients, by Clenshaw's recurrence: half the time of cosines of k arccos x."""
    import jax

    def step(pair: Any, column: Any) -> Any:
        return (column + 2 * x * pair[0] - pair[1], pair[0]), None

    zero, count = series[:, 0] * 0, series.shape[1]
    (first, second), _ = jax.lax.scan(step, (zero, zero), series[:, :0:-1].T, unroll=min(count - 1, _UNROLLED))
    return series[:, 0] + x * first - second


def _remembered(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function with its last value kept: a model asks for its signals at one time, one after another."""
    last: list[Any] = [None, None]

    def remembering(t: Any) -> Any:
        if last[0] is not t:
            last[:] = [t, function(t)]
        return last[1]

    return remembering


def chebyshev(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], start: float, end: float, tolerance: float
) -> NDArray[np.float64]:
    """The coefficients c of Σ c_k T_k(x), x from −1 at the start to 1 at the end, of smooth functions of time.

    Args:
        function: Times of shape (T,) → values of shape (V, T).
        start: Beginning of the stretch.
        end: Its end.
        tolerance: Size, relative to the largest value of each function, of the last quarter of the coefficients.

    Returns:
        Coefficients of shape (V, K), K a power of two, so that compiled programs have few shapes.

    Raises:
        ArgumentError: If thousands of coefficients do not reach the tolerance.
    """
    from scipy.fft import dct

    count = _FEWEST_TERMS
    while True:
        nodes = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        values = function(start + (end - start) * (nodes + 1) / 2)
        found = np.asarray(dct(values, type=2, axis=-1)) / count
        found[:, 0] /= 2
        size = np.maximum(np.abs(values).max(axis=-1), np.finfo(float).tiny)
        tail = np.abs(found[:, -count // 4 :]).max(axis=-1) / size
        if np.all(tail <= tolerance):
            return found
        count *= 2
        if count > _MOST_TERMS:
            but = f"the drive from {show(start)} to {show(end)} µs is not smooth enough for the series of any other"
            fail("method", 'be "magnus" here', but)
