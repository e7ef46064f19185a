"""Commutator-free Magnus integration of a linear equation whose generator depends on time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol.errors import ArgumentError
from nvprotocol.master_equation.exponential import expm

__all__ = ["magnus_propagator"]

_NODES = 0.5 + np.array([-1.0, 1.0]) * np.sqrt(3) / 6
_WEIGHTS = 0.25 + np.array([1.0, -1.0]) * np.sqrt(3) / 6
_BATCH = 2048
_MANY = 1024
"""Numbers in so many small matrices that they are multiplied element by element."""
_MOST_STEPS = 1_000_000


def magnus_propagator(
    generator: Callable[[NDArray[np.float64]], NDArray],
    start: float,
    end: float,
    rate: float,
    tolerance: float,
    exponential: Callable[[NDArray], NDArray] = expm,
) -> NDArray:
    """The propagator of dx/dt = G(t)x with smooth G, by two exponentials a step (doi:10.1016/j.apnum.2005.11.004).

    With a₁, a₂ = G at the Gauss–Legendre nodes of a step h, exp(h(β a₁ + α a₂)) exp(h(α a₁ + β a₂)), α, β = ¼ ± √3/6,
    is of fourth order and symmetric in time, so its error has even powers of h only: steps are halved, and two levels
    of extrapolation take away h⁴ and h⁶, until what the last of them changes is below the tolerance.

    Args:
        generator: Times of shape (T,) → generators of shape (T, …, n, n).
        start: Beginning of the stretch.
        end: Its end.
        rate: How fast the solution turns, the scale of the first steps.
        tolerance: Largest change of any entry that is let pass.
        exponential: The exponential of a batch of such generators.

    Raises:
        ArgumentError: If a million steps do not reach the tolerance.

    Examples:
        >>> from nvprotocol.pulses.magnus import magnus_propagator
        >>> quarter_turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        >>> turned = magnus_propagator(lambda t: t[:, None, None] * quarter_turn, 0.0, np.sqrt(np.pi), 1.0, 1e-12)
        >>> bool(np.abs(turned - quarter_turn).max() < 1e-12)  # by the angle ∫ t dt = π/2
        True
    """
    steps = max(2, int(np.ceil((end - start) * rate / 2)))
    coarse = composed(generator, start, end, steps, exponential)
    before = None
    while steps <= _MOST_STEPS:
        steps *= 2
        fine = composed(generator, start, end, steps, exponential)
        extrapolated = fine + (fine - coarse) / 15
        if before is not None:
            change = (extrapolated - before) / 63
            if np.abs(change).max() <= tolerance:
                return extrapolated + change
        coarse, before = fine, extrapolated
    must = f"be within reach of {_MOST_STEPS} steps from {show(start)} to {show(end)} µs"
    raise ArgumentError("tolerance", must, f"{show(tolerance)} is not reached")


def composed(
    generator: Callable[[NDArray[np.float64]], NDArray],
    start: float,
    end: float,
    steps: int,
    exponential: Callable[[NDArray], NDArray] = expm,
) -> NDArray:
    """The propagator by so many equal steps, of fourth order."""
    h = (end - start) / steps
    result = None
    for first in range(0, steps, _BATCH):
        left = start + h * np.arange(first, min(first + _BATCH, steps))
        nodes = (left[:, None] + h * _NODES).ravel()
        both = generator(nodes)
        both = both.reshape(left.size, 2, *both.shape[1:])
        weights = np.stack([_WEIGHTS, _WEIGHTS[::-1]])  # the earlier exponential leans on the earlier node
        factors = exponential(h * np.einsum("ek,sk...->se...", weights, both)).reshape(-1, *both.shape[2:])
        whole = _product(factors)
        result = whole if result is None else whole @ result
    assert result is not None
    return result


def _product(factors: NDArray) -> NDArray:
    """The product of matrices (K, …, n, n), the first of them right-most, pair by pair."""
    while len(factors) > 1:
        odd = factors[-1:] if len(factors) % 2 else factors[:0]
        many_small = factors.shape[-1] == 2 and factors.size >= _MANY
        multiplied = _two_by_two if many_small else np.matmul
        factors = np.concatenate([multiplied(factors[1::2], factors[: 2 * (len(factors) // 2) : 2]), odd])
    return factors[0]


def _two_by_two(left: NDArray, right: NDArray) -> NDArray:
    """Products of many 2 × 2 matrices, element by element: a call of the BLAS for each takes three times as long."""
    result = left[..., :, :1] * right[..., :1, :]
    result += left[..., :, 1:] * right[..., 1:, :]
    return result
