"""Estimates of more than two qubits: the state where the settings fix it, and the concurrence of every pair."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._warnings import muted
from nvprotocol.tomography._pauli_vectors import read_out_matrix

Real = NDArray[np.float64]


def fitted_pairs(tables: NDArray[np.int64], settings: Sequence[str], readout: Real | None) -> tuple[Real, Real]:
    """The concurrences of all pairs with their intervals, from the counts of each pair.

    Every setting of N qubits is one of each pair; a pair whose qubits are read alike is fitted in one batch with the
    others.

    Args:
        tables: Kept counts, shape (n, S, 2ᴺ).
        settings: Settings of the rows.
        readout: Readout probabilities of every qubit, shape (N, 2, 2), or None.

    Returns:
        Lower limit, value and upper limit, shape (n, N, N, 3), NaN for the value where the kept shots leave the state
        of a pair open; and the p-values of the tables, the least of a pair times the number of pairs, at most 1.
    """
    n_qubits = len(settings[0])
    pairs = list(combinations(range(n_qubits), 2))
    alike: dict[bytes, list[tuple[int, int]]] = {}
    for pair in pairs:
        alike.setdefault(b"" if readout is None else readout[list(pair)].tobytes(), []).append(pair)
    found = np.zeros((len(tables), n_qubits, n_qubits, 3))
    least = np.full(len(tables), np.inf)
    for some in alike.values():
        counts = np.array([tomography.pair_counts(tables, settings, pair) for pair in some])
        own = None if readout is None else readout[list(some[0])]
        with muted(tomography.ModelWarning):
            fits = tomography.estimate(counts, tomography.PAULI, own)
        value = np.where(np.isnan(fits.standard_error), np.nan, fits.concurrence)
        limits = np.stack([fits.interval[..., 0], value, fits.interval[..., 1]], axis=-1)
        for k, (i, j) in enumerate(some):
            found[:, i, j] = found[:, j, i] = limits[k]
        least = np.fmin(least, np.fmin.reduce(fits.p_value, axis=0))
    p_value = np.where(np.isfinite(least), np.minimum(len(pairs) * least, 1.0), np.nan)
    return found, p_value


def fitted_states(tables: NDArray[np.int64], settings: Sequence[str], readout: Real | None) -> NDArray[np.complex128]:
    """The states of maximum likelihood, shape (n, 2ᴺ, 2ᴺ); NaN where the settings with kept shots do not fix them."""
    d = tables.shape[-1]
    found = np.full((len(tables), d, d), np.nan, dtype=complex)
    model = read_out_matrix(tuple(settings), None).reshape(len(settings), d, d * d)
    kept = tables.sum(axis=-1) > 0
    for pattern in np.unique(kept, axis=0):
        rows = np.all(kept == pattern, axis=1)
        enough = np.count_nonzero(pattern) * (d - 1) + 1 >= d * d  # as many numbers as a state has, at least
        if enough and np.linalg.matrix_rank(model[pattern].reshape(-1, d * d), tol=1e-6) == d * d:
            found[rows] = tomography.maximum_likelihood(tables[rows], settings=settings, readout=readout).state
    return found
