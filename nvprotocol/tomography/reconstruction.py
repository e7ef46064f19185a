"""From counts to states: linear inversion, the nearest state, and maximum likelihood with a certificate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, real_number, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.errors import FitError
from nvprotocol.operators import State, density_matrix
from nvprotocol.tomography import _interior_point
from nvprotocol.tomography._arguments import checked_readout, checked_table
from nvprotocol.tomography._pauli_vectors import outcome_matrix, read_out_matrix, to_matrix, to_vector

__all__ = ["MaximumLikelihood", "linear_inversion", "log_likelihood", "maximum_likelihood", "nearest_state"]

AIM = 1e-15
"""Certificate per shot below which no fit goes on: rounding allows no better."""
ROUNDING = 1e-9
"""Certificate per shot that is accepted of a fit that rounding has stopped (settings without shots beside millions)."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class MaximumLikelihood:
    """States of maximum likelihood, with the proof that they are.

    Attributes:
        state: Density matrices, shape (…, d, d).
        log_likelihood: Σ n log p at the state, shape (…).
        certificate: λmax(R) − N with R = Σₖ nₖ/pₖ Eₖ and N = Σₖ nₖ, shape (…): no state at all has a
            log-likelihood that is higher by more than this.
        steps: Newton steps that the slowest table took.

    Examples:
        >>> bell = nv.operators.bell_state("psi-")
        >>> fit = nv.tomography.maximum_likelihood(1000 * nv.tomography.probabilities(bell))
        >>> round(nv.operators.fidelity(fit.state, bell), 6)
        1.0
    """

    state: NDArray[np.complex128]
    log_likelihood: NDArray[np.float64]
    certificate: NDArray[np.float64]
    steps: int

    def __str__(self) -> str:
        worst = self.certificate.max(initial=0.0)
        return (
            f"Maximum likelihood: states {self.state.shape}, certificate at most {worst:.1e} after {self.steps} steps"
        )


def linear_inversion(
    counts: ArrayLike, *, settings: Sequence[str] | None = None, readout: ArrayLike | None = None
) -> NDArray[np.complex128]:
    """The unbiased estimate ρ = Σ_P ⟨P⟩ P/2ᴺ, Hermitian and of trace one, but not always positive.

    Each Pauli string P is averaged over all shots of all settings that measure it.

    Args:
        counts: Table of counts, shape (…, S, 2ᴺ).
        settings: Settings of the rows; all 3ᴺ Pauli settings by default.
        readout: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns; inverted.

    Returns:
        The matrices, shape (…, 2ᴺ, 2ᴺ).

    Raises:
        ArgumentError: If the counts do not fit the settings, or leave a Pauli string unmeasured.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = 100 * nv.tomography.probabilities("u")
        >>> np.allclose(nv.tomography.linear_inversion(counts), [[1, 0], [0, 0]])
        True
    """
    table, labels, leading = checked_table(counts, settings)
    matrix = checked_readout(readout, table.shape[-1])
    if matrix is not None:
        try:
            table = table @ np.linalg.inv(matrix).T
        except np.linalg.LinAlgError:
            fail("readout", "have an inverse", "is singular")
    vectors, measured = _pauli_averages(table, labels)
    if not measured.all():
        row = int(np.argwhere(~measured)[0, 0])
        empty = [label for label, kept in zip(labels, table[row].any(axis=-1), strict=True) if not kept]
        lacking = f'setting "{empty[0]}" has no shots' if empty else f"the settings {', '.join(labels)} do not suffice"
        fail("counts", "determine every Pauli string", lacking)
    return to_matrix(vectors).reshape(*leading, *table.shape[-1:] * 2)


def _pauli_averages(
    table: NDArray[np.float64], labels: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Coordinates of the linear estimate (zero where a Pauli string is not measured), and which ones are measured."""
    root = np.sqrt(table.shape[-1])
    signs = np.rint(
        root * outcome_matrix(labels)
    )  # the eigenvalue ±1 that an outcome means, or 0 where it means nothing
    flat = table.reshape(len(table), -1)
    shots = flat @ np.abs(signs)
    measured = shots > 0
    return flat @ signs / np.where(measured, shots, 1) / root, measured


def nearest_state(matrix: ArrayLike) -> NDArray[np.complex128]:
    """The density matrix that is closest in Frobenius norm (DOI 10.1103/PhysRevLett.108.070502).

    The eigenvectors of the Hermitian part stay; its eigenvalues are projected onto the simplex of probabilities.

    Args:
        matrix: Square matrices, shape (…, d, d).

    Returns:
        Density matrices, shape (…, d, d).

    Raises:
        ArgumentError: If the matrices are not square.

    Examples:
        >>> nv.tomography.nearest_state([[1.25, 0], [0, -0.25]]).real
        array([[1., 0.],
               [0., 0.]])
    """
    array = bounded_array(matrix, "matrix").astype(complex)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or array.shape[-1] == 0:
        fail("matrix", "have shape (…, d, d)", f"has shape {array.shape}")
    values, vectors = np.linalg.eigh((array + np.swapaxes(array.conj(), -1, -2)) / 2)
    falling = values[..., ::-1]
    # One amount taken off the k largest makes them sum to one; the right k is the last that leaves them positive.
    shift = (np.cumsum(falling, axis=-1) - 1) / np.arange(1, falling.shape[-1] + 1)
    last = np.sum(falling > shift, axis=-1, keepdims=True) - 1
    kept = np.maximum(values - np.take_along_axis(shift, last, axis=-1), 0)
    return (vectors * kept[..., None, :]) @ np.swapaxes(vectors.conj(), -1, -2)


def log_likelihood(
    rho: State, counts: ArrayLike, *, settings: Sequence[str] | None = None, readout: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Log-likelihood Σₖ nₖ log pₖ of states; each setting counts with its own number of kept shots.

    Args:
        rho: A state as `nvprotocol.operators.density_matrix` takes it, or density matrices of shape (…, 2ᴺ, 2ᴺ).
        counts: Table of counts, shape (…, S, 2ᴺ); the leading axes broadcast with those of `rho`.
        settings: Settings of the rows; all 3ᴺ Pauli settings by default.
        readout: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns.

    Returns:
        The log-likelihood, shape (…); minus infinity where an outcome that was seen has probability zero.

    Raises:
        ArgumentError: If the arguments do not fit each other.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = [[10, 0], [5, 5], [5, 5]]  # settings X, Y, Z
        >>> bool(np.isclose(nv.tomography.log_likelihood("+", counts), 20 * np.log(0.5)))
        True
    """
    table, labels, leading = checked_table(counts, settings)
    states = density_matrix(rho, len(labels[0]), name="rho")
    model = read_out_matrix(labels, checked_readout(readout, table.shape[-1]))
    return flat_log_likelihood(to_vector(states), table.reshape(*leading, -1), model)


def flat_log_likelihood(
    vectors: NDArray[np.float64], counts: NDArray[np.float64], model: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-likelihood of states as vectors (…, d²) for flat tables (…, K)."""
    p = vectors @ model.T
    # What is below rounding is impossible: an outcome orthogonal to the state must not pass for one chance in 1e17.
    p = np.where(p > 1e-15, p, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(np.where(counts > 0, counts * np.log(p), 0.0), axis=-1)


def maximum_likelihood(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    tolerance: float = 1e-4,
) -> MaximumLikelihood:
    """The states of maximum likelihood, all tables in one batch.

    Σₖ nₖ log tr(ρ Eₖ) is maximised over all density matrices, each setting normalised by its own kept shots,
    with the readout inside the measurement: E'_r = Σ_t P(r | t) E_t. It is concave, so a state is within λmax(R)
    − N of the maximum, where R = Σₖ nₖ/pₖ Eₖ and N = Σₖ nₖ; a fit is accepted on this number alone. Where the
    counts leave the maximum open (a setting without shots), the state is one near the middle of all that reach
    it.

    Args:
        counts: Table of counts, shape (…, S, 2ᴺ).
        settings: Settings of the rows; all 3ᴺ Pauli settings by default.
        readout: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns.
        tolerance: Largest accepted certificate; the log-likelihood falls by 1.92 from its maximum to the limits of a 95
            % interval. A certificate of 1e-9 per shot is always accepted, as rounding may allow no better.

    Raises:
        ArgumentError: If an argument does not fit, or an outcome was read that the readout matrix excludes.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach the tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> fit = nv.tomography.maximum_likelihood(counts)
        >>> bool(fit.certificate <= 1e-4), bool(nv.concurrence(fit.state) > 0.95)
        (True, True)
    """
    table, labels, leading = checked_table(counts, settings)
    matrix = checked_readout(readout, table.shape[-1])
    tolerance = real_number(tolerance, "tolerance", above=0.0)
    averages, _ = _pauli_averages(table, labels)
    fit = fit_tables(table.reshape(len(table), -1), read_out_matrix(labels, matrix), to_matrix(averages), tolerance)
    d = table.shape[-1]
    return MaximumLikelihood(
        fit.state.reshape(*leading, d, d),
        fit.log_likelihood.reshape(leading),
        fit.certificate.reshape(leading),
        fit.steps,
    )


def fit_tables(
    counts: NDArray[np.float64], model: NDArray[np.float64], guess: NDArray[np.complex128], tolerance: float
) -> MaximumLikelihood:
    """Maximum likelihood of flat tables (tables, K), started near guesses of trace one (tables, d, d)."""
    impossible = np.any((counts > 0) & (np.abs(model).max(axis=1) < 1e-15), axis=1)
    if impossible.any():
        fail("readout", "allow every outcome that was counted", "gives one of them probability 0 in every state")
    d = guess.shape[-1]
    start = 0.9 * nearest_state(guess) + 0.1 * np.eye(d) / d  # well inside, where Newton steps are long
    totals = counts.sum(axis=1)
    aim, accepted = (np.maximum(tolerance, each * totals) for each in (AIM, ROUNDING))
    vectors, certificates, steps = _interior_point.maximise(counts, model, start, aim, accepted)
    worst = int(np.argmax(certificates / accepted))
    if certificates[worst] > accepted[worst]:
        raise FitError(
            f"The fit of table {worst} must reach a certificate of at most {show(accepted[worst])}, "
            f"but stopped at {show(certificates[worst])}."
        )
    return MaximumLikelihood(to_matrix(vectors), flat_log_likelihood(vectors, counts, model), certificates, steps)
