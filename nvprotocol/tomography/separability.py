"""Whether the counts exclude that the state is separable."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from nvprotocol.tomography._calibration import widening
from nvprotocol.tomography._fitted import fitted
from nvprotocol.tomography._profile import separable_drop

__all__ = ["separable_p_value"]


def separable_p_value(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    calibration_shots: int | None = None,
) -> NDArray[np.float64]:
    """How likely counts that speak as much for entanglement are where the state is separable.

    Twice the log-likelihood that the best separable state lacks is, on a smooth border of separability, half zero and
    half χ² of one degree of freedom (DOI 10.1080/01621459.1987.10478472), so p = Φ(−√(2·drop)). Where the separable
    state has low rank the border has corners; `concurrence_bound` makes room for them. The noise of a calibration adds
    to the variance of the distance Λ from the border, and the drop shrinks as that variance grows.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The p-values, shape (…), at most 1/2; 1 where a separable state fits best.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.separable_p_value(counts) < 1e-10)
        True
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    drop = separable_drop(this.fits)
    if this.calibration is not None:
        with np.errstate(divide="ignore"):  # where the fit is separable
            drop = drop / widening(this, this.fits.signed / np.sqrt(2 * drop))
    return np.where(drop > 0, ndtr(-np.sqrt(2 * drop)), 1.0).reshape(this.leading)
