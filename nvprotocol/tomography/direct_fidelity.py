"""Fidelity with a pure state of N qubits straight from the counts: settings that suffice, a guaranteed interval.

F = ⟨ψ|ρ|ψ⟩ is linear in ρ, so where the settings fix it there are weights g with F = c + Σₛ E[gₛ], the mean of one
function of the outcome in each setting s (DOI 10.1103/PhysRevLett.106.230501). No state is reconstructed.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._typing import ArrayLike
from nvprotocol.operators import State, density_matrix
from nvprotocol.tomography._arguments import checked_readout, checked_table
from nvprotocol.tomography._pauli_vectors import read_out_matrix, to_vector
from nvprotocol.tomography.functions import FunctionInterval
from nvprotocol.tomography.proportions import checked_level

__all__ = ["fidelity_settings", "linear_fidelity"]

Real = NDArray[np.float64]

_NOT_THERE = 1e-12
"""Expectation value of a Pauli string below which it is rounding."""
_UNIFORM = 0.2
"""Weight of the uniform distribution in the one that the weights are made for: no outcome has a very large weight."""
_FOR_VARIANCE = 0.1
"""Part of the probability of a miss that is spent on the variance."""


def fidelity_settings(target: State) -> tuple[str, ...]:
    """Settings that fix the fidelity with a pure state: 7 of 27 for a W state of three qubits, 5 for a GHZ state.

    Every Pauli string that the state has an expectation value of is measured in one of them. They are collected one by
    one, the longest strings first, each in the first setting that it fits into; there may be fewer.

    Args:
        target: A pure state, as `nvprotocol.operators.density_matrix` takes it.

    Returns:
        Labels of N letters, the right-most on qubit 0; all of them Z if any setting will do.

    Raises:
        ArgumentError: If it is not a state, or several.

    Examples:
        >>> nv.tomography.fidelity_settings(nv.operators.bell_state("psi-"))
        ('XX', 'YY', 'ZZ')
        >>> len(nv.tomography.fidelity_settings(nv.operators.w_state(3)))
        7
    """
    matrix = _one_pure(target)
    n = len(matrix).bit_length() - 1
    values = np.abs(to_vector(matrix)) * 2 ** (n / 2)
    strings = np.array(["".join(letters) for letters in product("IXYZ", repeat=n)])[values > _NOT_THERE]
    found: list[list[str]] = []
    for string in sorted(strings.tolist(), key=lambda each: each.count("I")):
        for label in found:
            if all("I" in both or both[0] == both[1] for both in zip(label, string, strict=True)):
                label[:] = [old if new == "I" else new for old, new in zip(label, string, strict=True)]
                break
        else:
            found.append(list(string))
    return tuple("".join(label).replace("I", "Z") for label in found)


class Weights(NamedTuple):
    """An unbiased estimate of a fidelity from the frequencies of one table, and what its error is bounded with."""

    constant: float
    g: Real  # (S, 2ᴺ), 0 in settings without shots
    centre: Real  # (S,), means in the target state
    variance: Real  # (S,), variances there


def linear_fidelity(
    counts: ArrayLike,
    target: State,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    level: float = 0.95,
) -> FunctionInterval:
    """Fidelity ⟨ψ|ρ|ψ⟩ with a pure state of any number of qubits, with an interval that is guaranteed.

    The estimate is unbiased, a sum of means of bounded numbers over the shots; their weights have the least variance
    for a state near the target. The interval covers the truth with at least the given probability, whatever the state
    and however few the shots: by Hoeffding's inequality (DOI 10.1080/01621459.1963.10500830) or, where that is narrower
    at the target, by Bernstein's with a bound of the variance from the counts. With 1000 shots a setting its half-width
    is about 1.7 times that of a normal interval; for two qubits `fidelity_interval` is narrower, whose coverage is
    measured and not proved. Readout probabilities are taken as exact.

    Args:
        counts: Table of counts, shape (…, S, 2ᴺ).
        target: A pure state, as `nvprotocol.operators.density_matrix` takes it.
        settings: Settings of the rows; all 3ᴺ Pauli settings by default. `fidelity_settings` has the ones that suffice.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        level: Probability that the interval covers the truth, at least.

    Returns:
        The limits, in [0, 1], and the estimate, cut off at 0 and 1, each of shape (…). Where a setting that is needed
        has no shots, the limits are 0 and 1 and the estimate is NaN.

    Raises:
        ArgumentError: If an argument does not fit, or the settings do not fix the fidelity.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> w = nv.operators.w_state(3)
        >>> settings = nv.tomography.fidelity_settings(w)
        >>> counts = nv.tomography.sample(w, 1000, seed=3, settings=settings)
        >>> low, value, high = nv.tomography.linear_fidelity(counts, w, settings=settings)
        >>> bool(2 / 3 < low < value <= high <= 1)  # genuine entanglement of all three
        True
    """
    table, labels, leading = checked_table(counts, settings)
    alpha = 1 - checked_level(level)
    vector = to_vector(_one_pure(target, len(labels[0])))
    model = read_out_matrix(labels, checked_readout(readout, table.shape[-1]))
    if _weights(vector, model, np.ones(len(labels))) is None:
        must = "be a state whose fidelity the settings fix (`nv.tomography.fidelity_settings`)"
        fail("target", must, f"is not fixed by {', '.join(labels[:9])}{', …' if len(labels) > 9 else ''}")
    shots = table.sum(axis=-1)
    found = np.empty((3, len(table)))
    patterns, which = np.unique(shots, axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        rows = which.reshape(-1) == k
        weights = _weights(vector, model, pattern)
        found[:, rows] = np.array([[0], [np.nan], [1]]) if weights is None else _limits(table[rows], weights, alpha)
    return FunctionInterval(*(part.reshape(leading) for part in found))


def _one_pure(target: State, n_qubits: int | None = None) -> NDArray[np.complex128]:
    matrix = density_matrix(target, n_qubits, name="target")
    if matrix.ndim != 2:
        fail("target", "be one state", f"has shape {matrix.shape}")
    purity = float(np.vdot(matrix, matrix).real)
    if purity < 1 - 1e-8:
        fail("target", "be pure", f"has the purity {show(purity)}")
    return matrix


def _weights(vector: Real, model: Real, shots: Real) -> Weights | None:
    """The unbiased estimate of least variance near the target; None where the settings with shots do not fix it."""
    d = round(np.sqrt(len(vector)))
    at_target = np.clip(model @ vector, 0, 1).reshape(len(shots), d)
    near = (1 - _UNIFORM) * at_target + _UNIFORM / d
    # The least Σ p g²/n with Σ g (M x) = ⟨ψ|ρ|ψ⟩ up to a constant, which costs nothing: x₀ is the same in all states.
    root = np.sqrt((shots / shots.max())[:, None] / near).reshape(-1, 1)
    scaled = root * model[:, 1:]
    gram = scaled.T @ scaled
    y = np.linalg.pinv(gram, rcond=1e-11, hermitian=True) @ vector[1:]
    if np.abs(gram @ y - vector[1:]).max() > 1e-8:
        return None
    flat = root[:, 0] * (scaled @ y)
    constant = float(vector[0] - flat @ model[:, 0]) / np.sqrt(d)
    g = flat.reshape(len(shots), d)
    centre = np.sum(at_target * g, axis=1)
    return Weights(constant, g, centre, np.sum(at_target * (g - centre[:, None]) ** 2, axis=1))


def _limits(table: Real, weights: Weights, alpha: float) -> Real:
    """Lower limits, estimates and upper limits of tables with the same shots in each setting, shape (3, n)."""
    shots = table[0].sum(axis=1)
    used = shots > 0
    g, n = weights.g[used], shots[used]
    frequencies = table[:, used] / n[:, None]
    value = weights.constant + np.einsum("tso,so->t", frequencies, g)
    span = np.ptp(g, axis=1)
    half_width = np.sqrt(np.log(2 / alpha) / 2 * np.sum(span**2 / n))
    # Bernstein's: one bound of the variance about fixed centres, itself a mean of bounded numbers, and one each side.
    square = (g - weights.centre[used, None]) ** 2
    sides, spent = np.log(2 / (alpha * (1 - _FOR_VARIANCE))), np.log(1 / (alpha * _FOR_VARIANCE))
    largest, step = np.max(square.max(axis=1) / n**2), sides * np.max(span / n) / 3

    def bernstein(variance: Real) -> Real:
        bound = (np.sqrt(largest * spent / 2) + np.sqrt(largest * spent / 2 + variance)) ** 2
        return step + np.sqrt(step**2 + 2 * sides * bound)

    if bernstein(np.sum(weights.variance[used] / n)) < half_width:  # chosen without a look at the outcomes
        half_width = bernstein(np.einsum("tso,so->t", frequencies, square / n[:, None]))
    return np.clip([value - half_width, value, value + half_width], 0, 1)
