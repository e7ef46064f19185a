"""Dark states of media whose numbers can be dark only to within rounding.

A real A = ±a is written without rounding, and then whole numbers find its dark state. A complex A of modulus a is not,
nor is a mode v v† of unequal entries: exactly as written such media have a rate of about 1e-16 a where none is meant.
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.integers import Scaled, characteristic
from nvprotocol.master_equation.terms import ParameterLayout

_EPSILON = float(np.finfo(float).eps)
_PHASE = 8 * _EPSILON
"""Phase in rad up to which two couplings of a pair have the same."""

_CLOSE = 1e-5
"""Below this share of a, rounding in the modulus of A costs a − |A| digits that matter."""


def turned_to_real(
    values: NDArray[np.float64], n_qubits: int
) -> tuple[NDArray[np.float64], NDArray[np.complex128], NDArray[np.bool_]]:
    """Pairs that are dark to within rounding, seen from a frame in which A = a is real.

    Args:
        values: Parameters of the generator, shape (…, P).
        n_qubits: Number of qubits.

    Returns:
        The parameters in that frame; the diagonal of the unitary matrix that turns states back, shape (…, d), 1 where
        nothing was turned; and where a block is still singular to within rounding only, shape (…).
    """
    phases = np.ones((*values.shape[:-1], 2**n_qubits), dtype=complex)
    blurred = np.array([_blurred(_block(values, n_qubits, number)) for number in range(3)])
    chosen = np.any(blurred, axis=0)
    if n_qubits != 2 or ParameterLayout.of(values, 2).general or not np.any(chosen):
        return values, phases, chosen
    values, still = values.copy(), np.array(chosen)
    for index in np.argwhere(chosen):
        place = tuple(index)
        unit, still[place] = _turn(values[place], blurred[(slice(None), *place)])
        phases[(*place, slice(2, None))] = unit
    return values, phases, still


def turned(rho: NDArray[np.complex128], phases: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """U ρ U† for U with the given diagonal."""
    return phases[..., :, None] * rho * phases[..., None, :].conj()


def span_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ratio of the largest to the smallest parameter that is not zero, shape (…)."""
    size = np.abs(values)
    smallest = np.where(size > 0, size, np.inf).min(axis=-1)
    return np.where(np.isinf(smallest), 1.0, size.max(axis=-1) / smallest)


def _turn(values: NDArray[np.float64], blurred: NDArray[np.bool_]) -> tuple[complex, bool]:
    """Turns the parameters of one pair in place: the phase of the turn, and whether rounding still matters."""
    couplings = values[[2, 6, 12]] + 1j * values[[3, 7, 13]]  # relaxation, excitation (turns the other way), flip-flop
    couplings[1] = couplings[1].conjugate()
    lead = 0 if blurred[0] else 1
    if not (blurred[0] or blurred[1]) or values[4 * lead] != values[4 * lead + 1]:
        return 1.0, True
    unit = couplings[lead] / abs(couplings[lead])
    seen = couplings * np.conj(unit)
    real = np.abs(seen.imag) <= _PHASE * np.abs(seen)
    seen[real] = np.copysign(np.abs(couplings[real]), seen[real].real)
    still = bool(blurred[2])
    for number in (0, 1):
        first, second = values[4 * number : 4 * number + 2]
        if first == second and blurred[number]:
            seen[number] = np.copysign(first, seen[number].real) if real[number] else seen[number]
            still |= not real[number]
        elif couplings[number] and first - abs(couplings[number]) < _CLOSE * first:
            still = True
    seen[1] = seen[1].conjugate()
    values[[2, 6, 12]], values[[3, 7, 13]] = seen.real, seen.imag
    return complex(unit), still


def _block(values: NDArray[np.float64], n_qubits: int, number: int) -> NDArray[np.complex128]:
    """Relaxation (0), excitation (1) or dephasing (2) as a matrix."""
    layout = ParameterLayout.of(values, n_qubits)
    result = np.zeros((*values.shape[:-1], n_qubits, n_qubits), dtype=complex)
    for k in range(n_qubits):
        for m in range(n_qubits):
            for parameter, unit in layout.hermitian(number, k, m):
                result[..., k, m] += unit * values[..., parameter]
    return result


def _blurred(block: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Where a block is singular to within rounding and its numbers do not say whether it is meant to be."""
    n = block.shape[-1]
    eigenvalues = np.linalg.eigvalsh(block)
    result = np.asarray((eigenvalues[..., 0] <= n * _EPSILON * eigenvalues[..., -1]) & (eigenvalues[..., -1] > 0))
    if n == 2:
        result &= (block[..., 0, 0] != block[..., 1, 1]) | (np.imag(block[..., 0, 1]) != 0)
    for index in np.argwhere(result):
        one = block[tuple(index)]
        whole = np.block([[one.real, -one.imag], [one.imag, one.real]])
        result[tuple(index)] = characteristic(Scaled.exactly(whole).integers)[-1] != 0
    return result
