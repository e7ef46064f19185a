"""Whether the counts exclude that the state is separable."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.tomography._calibration import growth, readout_variance
from nvprotocol.tomography._fits import Fitted, fitted
from nvprotocol.tomography._profile_likelihood import separable_loss

__all__ = ["separable_p_value"]

Real = NDArray[np.float64]


def separable_p_value(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    calibration_shots: int | None = None,
) -> NDArray[np.float64]:
    """Probability that a separable state gives counts which speak as much for entanglement, at most.

    The likelihood of the best separable state over the largest one, p = exp(−loss). At separable states of rank 2 a
    coherence, which has two parameters, makes entanglement, and twice the loss follows χ² with two degrees of freedom:
    p keeps its size there, and is too large at other truths (a factor of two at a smooth border of separability).
    docs/intervals.md has the measured sizes. The lower limits of `concurrence_interval` and `concurrence_bound` are
    positive where p is below 1 − level. The settings need not determine the state. Where no search succeeds p is 1.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The p-values, shape (…); 1 where a separable state fits best or the search for one fails.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.separable_p_value(counts) < 1e-10)
        True
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    return p_values_of_separability(this, separable_loss(this.fits), readout_variance(this)).reshape(this.leading)


def p_values_of_separability(this: Fitted, loss: Real, variance: Real) -> Real:
    """`separable_p_value` of fitted tables.

    Args:
        this: Fitted tables.
        loss: Loss of log-likelihood at the best separable states.
        variance: That of Λ at the fits by the noise of the calibration.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # where the fit is separable
        error = this.fits.signed / np.sqrt(2 * loss)
    return np.exp(-loss / growth(this, variance, error))
