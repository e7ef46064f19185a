"""Whether the counts exclude that the state is separable."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from nvprotocol.tomography._calibration import widening
from nvprotocol.tomography._fitted import Fitted, fitted
from nvprotocol.tomography._profile import separable_drop

__all__ = ["separable_p_value"]

Real = NDArray[np.float64]

OFFSET = 1.0
"""Standard deviations by which √(2·drop) must lie further out than at a smooth border of separability.

The smallest tenth that keeps the size at the worst truths of `benchmarks/separability.txt`, rounded up.
"""


def separable_p_value(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    calibration_shots: int | None = None,
) -> NDArray[np.float64]:
    """Probability of counts that speak as much for entanglement as these if the state is separable, at most.

    The drop is what the best separable state lacks in log-likelihood. Twice the drop is, on a smooth border of
    separability, half zero and half χ² of one degree of freedom (DOI 10.1080/01621459.1987.10478472), which gives
    Φ(−√(2·drop)). At separable states of low rank the border has corners, and more than one way to look entangled: at
    (uu+dd)/2 the phase of a spurious coherence is free, and twice the drop follows χ² of two degrees. Therefore

        p = Φ(1.0 − √(2·drop)),

    with an offset that is empirical: at the worst separable truths that a search over states of ranks 1 to 4, readout
    errors up to 10 %, 50 to 10⁴ shots a setting and both ansätze has found, p < α occurs with probability α or less for
    α = .05, .01 and .001 (`benchmarks/separability.txt`). Elsewhere it is less probable, at a smooth border by far, so
    that p is an upper bound rather than uniform. The settings need not determine the state: a drop is over all states.

    `concurrence_bound` is positive only where p ≤ 1 − level, and the lower end of `concurrence_interval` likewise. The
    noise of a calibration adds to the variance of the distance Λ from the border, and the drop shrinks as that grows.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The p-values, shape (…); 1 where a separable state fits best, and at most Φ(1.0) = .84 elsewhere.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.separable_p_value(counts) < 1e-10)
        True
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    return p_values_of_separability(this, separable_drop(this.fits)).reshape(this.leading)


def p_values_of_separability(this: Fitted, drop: Real) -> Real:
    """`separable_p_value` of fitted tables with these drops of log-likelihood at the best separable states."""
    if this.calibration is not None:
        with np.errstate(divide="ignore"):  # where the fit is separable
            drop = drop / widening(this, this.fits.signed / np.sqrt(2 * drop))
    return np.where(drop > 0, ndtr(OFFSET - np.sqrt(2 * drop)), 1.0)
