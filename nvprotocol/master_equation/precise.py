"""Conditional states one at a time in whole numbers: what floating point falls back on where rounding could matter.

Numbers of the medium, times and the factor W of the initial state ρ = W W† are taken as they are. Every condition is a
probability P = tr(W† E W) with an operator E, its effect, which also tells what rounding of W itself would change.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation.generator import ket_coefficients, real_coefficients, symmetry_of_parameters
from nvprotocol.master_equation.integers import BITS, Scaled, combined, exponential, power
from nvprotocol.master_equation.symmetry import (
    Sector,
    elements,
    from_coordinates,
    holds_populations,
    is_diagonal,
    sectors,
)
from nvprotocol.master_equation.terms import ParameterLayout

_ULP = float(np.finfo(float).eps)
_MOST_OF_PROBABILITY = 1e-7
"""Relative change of the probability by one unit in the last place of W beyond which it is refused.

The same changes the state by its square root at most, 3e-4.
"""

_NOTHING = "The condition holds with vanishing probability, so there is no state to return."
_NO_CHECK = "The checks keep nothing: their outcome |σᶻ| = 0 has vanishing probability."
_TOO_LARGE = "Rounding decides what the condition keeps, and more digits are not carried for so many qubits."

_ENOUGH_BITS = 150
"""Bits that must be left of a number that was rounded beside larger ones."""

_LARGEST = 40
"""Dimension up to which the fallback is taken."""


@dataclass(frozen=True)
class Kept:
    """A conditional state.

    Attributes:
        rho: Normalised, shape (d, d).
        log_probability: Natural logarithm of the probability.
    """

    rho: NDArray[np.complex128]
    log_probability: float


class _Scales:
    """Floating-point numbers that share one power of two, made of whole numbers of any size."""

    def __init__(self, arrays: list[Scaled]) -> None:
        pairs = [array.floats() for array in arrays]
        self.exponent = max((power for numbers, power in pairs if np.any(numbers)), default=0)
        self.arrays = [np.ldexp(numbers, max(power - self.exponent, -2000)) for numbers, power in pairs]


def without_jumps(values: NDArray[np.float64], factor: NDArray[np.complex128], time: float) -> Kept:
    """e^(−iH_eff t) W, without dephasing."""
    n_qubits = len(factor).bit_length() - 1
    whole = _parts(factor)
    kets, maps, places = [], [], []
    for charge in range(n_qubits + 1):
        rows = elements(n_qubits, (charge, 0))[0]
        if np.any(factor[rows]):
            step = _propagator(values, ket_coefficients(ParameterLayout.of(values, n_qubits), charge), time)
            kets.append(
                step @ Scaled(np.concatenate([whole.integers[0][rows], whole.integers[1][rows]]), whole.exponent)
            )
            maps.append(step)
            places.append(rows)
    final, effect = _Scales(kets), np.zeros((len(factor), len(factor)), dtype=complex)
    left = np.zeros(factor.shape, dtype=complex)
    with np.errstate(over="ignore", invalid="ignore"):
        for rows, ket, step in zip(places, final.arrays, maps, strict=True):
            half = len(rows)
            left[rows] = ket[:half] + 1j * ket[half:]
            numbers, exponent = step.floats()
            scaled = np.ldexp(numbers[:, :half], max(exponent - final.exponent, -2000))
            block = scaled[:half] + 1j * scaled[half:]
            effect[np.ix_(rows, rows)] = block.conj().T @ block
    weight = float(np.vdot(left, left).real)
    return _judged(left @ left.conj().T, weight, 2 * final.exponent, effect, factor)


def with_dephasing(values: NDArray[np.float64], factor: NDArray[np.complex128], time: float) -> Kept:
    """The same where jumps of dephasing go on."""
    n_qubits = len(factor).bit_length() - 1
    layout, start = ParameterLayout.of(values, n_qubits), _density(factor)
    vectors, effects, places = [], [], []
    for sector in sectors(n_qubits, "no_jump", symmetry_of_parameters(values, n_qubits)):
        vector = _coordinates(start, n_qubits, sector)
        if not np.any(vector.integers):
            continue
        step = _propagator(values, real_coefficients(layout, sector, "no_jump"), time)
        vectors.append(step @ vector)
        places.append(sector)
        if holds_populations(sector):
            effects.append((_trace(n_qubits, sector) @ step, sector))
    return _assembled(n_qubits, vectors, places, effects, factor)


def after_checks(values: NDArray[np.float64], factor: NDArray[np.complex128], count: int, period: float) -> Kept:
    """The state right after so many (≥ 1) checks of |σᶻ|, all of them accepted."""
    n_qubits = len(factor).bit_length() - 1
    half: Sector = (n_qubits // 2, n_qubits // 2)
    sector = sectors(n_qubits, "full", symmetry_of_parameters(values, n_qubits))[0]
    inside = inside_half(n_qubits, sector)
    start = _coordinates(_density(factor), n_qubits, sector)
    for bits in (BITS, 3 * BITS):
        step = _propagator(
            values, real_coefficients(ParameterLayout.of(values, n_qubits), sector, "full"), period, bits
        )
        first, again = step[inside], step[np.ix_(inside, inside)]
        vector = first @ start
        if min(vector.bits - start.bits, again.bits) > _ENOUGH_BITS:  # else what a check keeps is lost beside the rest
            break
    else:
        raise NoKeptShotsError(_NO_CHECK)
    vector = power(again, vector, count - 1)
    backwards = Scaled(again.integers.T, again.exponent)
    effect = power(backwards, _trace(n_qubits, half), count - 1) @ first
    return _assembled(n_qubits, [vector], [half], [(effect, sector)], factor, _NO_CHECK)


def inside_half(n_qubits: int, sector: Sector) -> NDArray[np.intp]:
    """Which coordinates of a block belong to σᶻ = 0."""
    rows, columns = elements(n_qubits, sector)
    half = np.ravel_multi_index(elements(n_qubits, (n_qubits // 2, n_qubits // 2)), (2**n_qubits, 2**n_qubits))
    return np.flatnonzero(np.isin(rows * 2**n_qubits + columns, half))


def _propagator(values: NDArray[np.float64], coefficients: NDArray, time: float, bits: int = BITS) -> Scaled:
    if coefficients.shape[-1] > _LARGEST:
        raise NoKeptShotsError(
            "The condition holds with a probability that rounding has taken over for so many qubits."
        )
    return exponential(combined(values, coefficients) * Scaled.exactly(np.array(time)), bits)


def _parts(factor: NDArray[np.complex128]) -> Scaled:
    """Real and imaginary part, shape (2, d, R)."""
    return Scaled.exactly(np.stack([factor.real, factor.imag]))


def _density(factor: NDArray[np.complex128]) -> Scaled:
    """Real and imaginary part of W W†, shape (2, d, d)."""
    parts = _parts(factor)
    real, imaginary = parts.integers
    products = [real @ real.T + imaginary @ imaginary.T, imaginary @ real.T - real @ imaginary.T]
    return Scaled(np.stack(products), 2 * parts.exponent)


def _coordinates(rho: Scaled, n_qubits: int, sector: Sector) -> Scaled:
    rows, columns = elements(n_qubits, sector)
    real, imaginary = rho.integers
    if is_diagonal(sector):
        low, high = np.minimum(rows, columns), np.maximum(rows, columns)
        return Scaled(np.where(rows <= columns, real[low, high], imaginary[low, high]), rho.exponent)
    return Scaled(np.concatenate([real[rows, columns], imaginary[rows, columns]]), rho.exponent)


def _trace(n_qubits: int, sector: Sector) -> Scaled:
    rows, columns = elements(n_qubits, sector)
    return Scaled((rows == columns).astype(int).astype(object), 0)


def _assembled(
    n_qubits: int,
    vectors: list[Scaled],
    places: list[Sector],
    effects: list[tuple[Scaled, Sector]],
    factor: NDArray[np.complex128],
    nothing: str = _NOTHING,
) -> Kept:
    d = 2**n_qubits
    final, rho = _Scales(vectors), np.zeros((1, d, d), dtype=complex)
    for vector, sector in zip(final.arrays, places, strict=True):
        size = len(vector) // 2
        numbers = vector if is_diagonal(sector) else vector[:size] + 1j * vector[size:]
        from_coordinates(numbers[:, None], n_qubits, sector, rho)
    effect = np.zeros((d, d), dtype=complex)
    with np.errstate(over="ignore", invalid="ignore"):
        for vector, sector in effects:
            numbers, exponent = vector.floats()
            rows, columns = elements(n_qubits, sector)
            weights = np.ldexp(numbers, max(exponent - final.exponent, -2000))
            # P = Σ_k e_k x_k with the coordinates x_k of ρ, so that E_ji = (∂P/∂Re ρ_ij − i ∂P/∂Im ρ_ij)/2
            for i, j, weight in zip(rows, columns, weights, strict=True):
                if i == j:
                    effect[i, i] += weight
                else:
                    low, high = min(i, j), max(i, j)
                    part = weight / 2 if i < j else -0.5j * weight
                    effect[high, low] += part
                    effect[low, high] += np.conj(part)
    return _judged(rho[0], float(np.trace(rho[0]).real), final.exponent, effect, factor, nothing)


def _judged(
    rho: NDArray[np.complex128],
    weight: float,
    exponent: int,
    effect: NDArray[np.complex128],
    factor: NDArray[np.complex128],
    nothing: str = _NOTHING,
) -> Kept:
    """The normalised state, unless one unit in the last place of W would change its probability."""
    if not weight > 0:
        raise NoKeptShotsError(nothing)
    size = np.abs(factor)
    with np.errstate(over="ignore", invalid="ignore"):
        of_state = _ULP * np.sqrt(np.sum(size**2 * np.diagonal(effect).real[:, None]) / weight)
        of_probability = 2 * _ULP * np.sum(size * np.abs(effect @ factor)) / weight + of_state**2
    log_probability = float(np.log(weight) + exponent * np.log(2) - 2 * np.log(np.linalg.norm(factor)))
    if not of_probability <= _MOST_OF_PROBABILITY:
        raise NoKeptShotsError(
            f"The condition holds with a probability of about 1e{log_probability / np.log(10):.0f}, "
            "which the last digits of the initial state decide: there is no state to return."
        )
    return Kept(rho / weight, min(log_probability, 0.0))
