"""Density matrices of many qubits on condition that no quantum is exchanged, where jumps of dephasing go on."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.blocked import Blocked, touched
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.conditional import SURE, Conditional
from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.master_equation.krylov import propagate
from nvprotocol.master_equation.no_jump_kets import largest_real_part, least_decay, require_sure, rounding_error


def no_jump_by_blocks(
    values: NDArray[np.float64], rho: NDArray[np.complex128], times: NDArray[np.float64]
) -> Conditional:
    """States and probabilities at every time, of media that conserve excitations.

    Args:
        values: Parameters of the generator, shape (…, P).
        rho: Initial states, shape (…, d, d).
        times: Non-decreasing times in µs, shape (T,).

    Raises:
        NoKeptShotsError: Where rounding decides what the state is.
    """
    batch, d = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2]), rho.shape[-1]
    states: NDArray[np.complex128] = np.zeros((*batch, times.size, d, d), dtype=complex)
    logs = np.zeros((*batch, times.size))
    rows, starts = np.broadcast_to(values, (*batch, values.shape[-1])), np.broadcast_to(rho, (*batch, d, d))
    for place in np.ndindex(batch):
        space = KetSpace(Coefficients.of(rows[place], d.bit_length() - 1))
        logs[place] = _filled(space, starts[place], times, states[place])
    return Conditional(states, np.exp(np.minimum(logs, 0.0)))


def _filled(
    space: KetSpace, rho: NDArray[np.complex128], times: NDArray[np.float64], states: NDArray[np.complex128]
) -> NDArray[np.float64]:
    """Writes normalised states, and returns the logarithms of their probabilities."""
    found, scale = touched(space, rho), np.zeros(times.size)
    for charge, sectors in found.items():  # that with populations first
        blocked = Blocked(space, charge, sectors, jumps=False)
        vectors, logs = propagate(blocked.apply, blocked.elements(rho), times, real=blocked.hermitian, relative=True)
        if charge == 0:
            trace = vectors[:, blocked.populations()].real.sum(axis=-1)
            scale = logs + np.log(trace)
        blocked.write(vectors * np.exp(logs - scale)[:, None], states)
    slowest = -2 * min(least_decay(space, sector) for sector in found[0])
    if np.any(rounding_error(slowest, times, scale) > SURE):
        blocked = Blocked(space, 0, found[0], jumps=False)
        matrix = blocked.matrix()
        slowest = largest_real_part(matrix.__matmul__, blocked.size, matrix.toarray)
    require_sure(rounding_error(slowest, times, scale), scale / 2)
    return scale
