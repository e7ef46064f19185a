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

    It is the likelihood of the best separable state over the largest likelihood, p = exp(−loss). Twice the loss of the
    log-likelihood follows a mixture of χ² distributions (DOI 10.1080/01621459.1987.10478472) that depends on the border
    of separability near the truth. Where it is smooth, half of them are zero and half have one degree of freedom. At
    separable states of rank 2, such as (uu+dd)/2 or a dephased Bell state, any coherence makes them entangled, which
    has a size and a phase: χ² with two degrees of freedom, of which 2·loss is exceeded with probability exp(−loss). No
    worse truth is known, which is not a theorem: a search over states of ranks 1 to 4, readout errors up to 10 %, equal
    and unequal numbers of shots from 50 to 10⁴ a setting and both ansätze ended at these
    (`benchmarks/tomography_separability.txt` has sizes at .05, .01 and .001). At other truths p is too large, by a
    factor of two and more at a smooth border.

    A setting counts with 10⁸ shots at most, and with fewer where rounding hides the best separable state: the
    frequencies stay, and p becomes larger. Where no search succeeds it is 1.

    The lower limits of `concurrence_interval` and `concurrence_bound` follow the same rule: they are positive where p
    is below 1 − level. The settings need not determine the state. The noise of a calibration adds to the variance of
    the distance Λ from the border, and the loss shrinks as that variance grows.

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
