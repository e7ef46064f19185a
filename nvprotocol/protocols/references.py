"""Protocols solved by the master equation: stretches of time and channels in turn, for each duration."""

from collections.abc import Callable, Sequence
from functools import cache, reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import times_array
from nvprotocol._typing import ArrayLike
from nvprotocol.channels import Channel
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.operators import density_matrix, kraus_superoperator, unvec, vec

Event: TypeAlias = float | Channel
"""A stretch of time in µs, or something that happens at once."""


def followed(
    equation: MasterEquation, initial: str, duration: ArrayLike, events: Callable[[float], Sequence[Event]]
) -> Conditional:
    """States and probabilities after the events of each duration, shape (…, T); NaN states where nothing is kept."""
    propagator = cache(equation.propagator)
    start = density_matrix(initial, 2)

    def one(time: float) -> NDArray[np.complex128]:
        rho = np.broadcast_to(start, (*equation.batch_shape, 4, 4))
        for event in events(time):
            rho = event(rho) if isinstance(event, Channel) else _passed(propagator(event), rho)
        return rho

    return normalised(np.stack([one(float(time)) for time in times_array(duration, "duration")], axis=-3))


def members(equation: MasterEquation) -> list[MasterEquation]:
    """The equations of a batch, in the order of its axes."""
    batch, media = equation.batch_shape, equation.medium
    detuning, lacking = np.broadcast_to(equation.detuning, batch), len(batch) - len(media.batch_shape)
    offset = np.broadcast_to(equation.offset, batch)
    drive = None if equation.drive is None else np.broadcast_to(equation.drive, (*batch, equation.n_qubits))
    places = {k: tuple(map(min, k[lacking:], (size - 1 for size in media.batch_shape))) for k in np.ndindex(batch)}
    return [
        MasterEquation(
            media[place] if place else media,
            float(detuning[k]),
            None if drive is None else drive[k],
            offset=float(offset[k]),
        )
        for k, place in places.items()
    ]


def normalised(weighted: NDArray[np.complex128]) -> Conditional:
    """States and success probabilities of unnormalised states of shape (…, T, 4, 4)."""
    probability = np.einsum("...ii->...", weighted).real
    possible = probability > 0
    scale = np.where(possible, probability, 1.0)[..., None, None]
    return Conditional(np.where(possible[..., None, None], weighted / scale, np.nan), np.clip(probability, 0.0, 1.0))


def unitary(matrix: ArrayLike) -> Channel:
    """The channel of a unitary of both qubits."""
    u = np.asarray(matrix, dtype=complex)
    return Channel(kraus_superoperator(u))


def on_each(matrix: ArrayLike, qubits: Sequence[int]) -> Channel:
    """The channel of the same gate on some NV qubits."""
    factors = [np.asarray(matrix) if qubit in qubits else np.eye(2) for qubit in (1, 0)]
    return unitary(reduce(np.kron, factors))


def rotation_x(angle: float) -> NDArray[np.complex128]:
    """The rotation e^(−iθσˣ/2) of one qubit."""
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * np.array([[0, 1], [1, 0]])


def _passed(superoperator: NDArray[np.complex128], rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return unvec((superoperator @ vec(rho)[..., None])[..., 0])
