"""Checks of settings, tables of counts and readout matrices, shared by the public functions."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import check_readout_tells, fail, nonnegative_array, plain_array, show, stochastic_columns
from nvprotocol._typing import ArrayLike
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.tomography._pauli_vectors import pauli_labels

MOST = 2**53
"""Largest count: what a float, in which likelihoods are computed, still holds exactly."""


def checked_settings(settings: Sequence[str], name: str = "settings") -> tuple[str, ...]:
    """The settings as a tuple of different labels of equal length."""
    if not isinstance(settings, Iterable) or (isinstance(settings, np.ndarray) and settings.ndim != 1):
        fail(name, "be labels out of X, Y and Z", f"is {show(settings)}")
    labels: dict[str, None] = {}
    for label in (settings,) if isinstance(settings, str) else settings:
        if not isinstance(label, str) or not label or set(label) - set("XYZ"):
            fail(name, "be labels out of X, Y and Z", f"contain {show(label)}")
        first = next(iter(labels), label)
        if len(label) != len(first):
            fail(name, "be labels of equal length", f"contain {show(first)} and {show(label)}")
        if label in labels:
            fail(name, "be different labels", f"contain {show(label)} twice")
        labels[str(label)] = None
    if not labels:
        fail(name, "contain at least one setting", "is empty")
    return tuple(labels)


def checked_table(
    counts: ArrayLike, settings: Sequence[str] | None
) -> tuple[NDArray[np.float64], tuple[str, ...], tuple[int, ...]]:
    """A table of counts as floats of shape (tables, S, 2ᴺ), its settings, and its leading axes.

    Fractional counts are taken: the expected counts of a state are as good a table as any.
    """
    table = nonnegative_array(counts, "counts")
    rows, columns = _labels_of(counts)
    if settings is None:
        n_qubits = max(1, table.shape[-1].bit_length() - 1) if table.ndim else 2
        wanted = (3**n_qubits, 2**n_qubits)
    else:
        settings = checked_settings(settings)
        wanted = (len(settings), 2 ** len(settings[0]))
    if table.shape[-2:] != wanted:
        fail("counts", f"have shape (…, {wanted[0]}, {wanted[1]}), settings × outcomes", f"has shape {table.shape}")
    if table.size == 0:
        fail("counts", "contain at least one table", f"has shape {table.shape}")
    n_qubits = wanted[1].bit_length() - 1
    labels = pauli_labels(n_qubits) if settings is None else tuple(settings)
    _check_order(rows, labels, "rows", set("XYZ"))
    outcomes = tuple(f"{value:0{n_qubits}b}" for value in range(wanted[1]))
    _check_order([one.zfill(n_qubits) for one in columns], outcomes, "columns", {"0", "1"})
    empty = np.argwhere(table.sum(axis=(-2, -1)) == 0)
    if len(empty):
        where = f"table {tuple(empty[0].tolist())} has none" if table[..., 0, 0].size > 1 else "all of it is zero"
        raise NoKeptShotsError(f"Argument `counts` must contain at least one shot in every table, but {where}.")
    return table.reshape(-1, *wanted), labels, table.shape[:-2]


def _labels_of(counts: Any) -> tuple[list[str], list[str]]:
    """What a table of pandas or xarray calls its rows and columns; nothing where it is an array of numbers alone."""
    if hasattr(type(counts), "columns"):
        return [str(one) for one in counts.index], [str(one) for one in counts.columns]
    if hasattr(type(counts), "coords") and len(counts.dims) >= 2:
        named = [counts.coords[name].values if name in counts.coords else () for name in counts.dims[-2:]]
        return [str(one) for one in named[0]], [str(one) for one in named[1]]
    return [], []


def _check_order(given: Sequence[str], wanted: Sequence[str], what: str, letters: set[str]) -> None:
    """Refuses labels of settings or outcomes that are not in the order in which they are read."""
    if any(not one or set(one) - letters for one in given):
        return  # numbers of rows, or names of something else
    for one, other in zip(given, wanted, strict=False):
        if one != other:
            must = f"have its {what} in the order {', '.join(wanted[:4])}{', …' if len(wanted) > 4 else ''}"
            fail("counts", must, f"has {show(one)} in place of {show(other)}")


def checked_readout(readout: ArrayLike | None, n_outcomes: int) -> NDArray[np.float64] | None:
    """The joint readout matrix P(read | true), checked: square, no negative entry, columns that sum to one.

    From a joint matrix, one matrix for each qubit (qubit 0 first), or one that all qubits share. Single qubits must be
    read better than by chance; a joint matrix, which only a calibration gives, may say that outcomes are exchanged.
    """
    if readout is None:
        return None
    matrix = nonnegative_array(readout, "readout")
    n_qubits = n_outcomes.bit_length() - 1
    if matrix.shape not in ((2, 2), (n_qubits, 2, 2), (n_outcomes, n_outcomes)):
        must = f"have shape ({n_outcomes}, {n_outcomes}), or (2, 2) or ({n_qubits}, 2, 2) for single qubits"
        fail("readout", must, f"has shape {matrix.shape}")
    matrix = stochastic_columns(matrix, "readout")
    if matrix.shape[-1] == 2:
        check_readout_tells(matrix, "readout")
    if matrix.shape == (n_outcomes, n_outcomes):
        return matrix
    return reduce(np.kron, np.broadcast_to(matrix, (n_qubits, 2, 2))[::-1])


def whole_counts(value: ArrayLike, name: str) -> NDArray[np.int64]:
    """An array of whole numbers of at least 0."""
    array = nonnegative_array(value, name)
    whole = np.rint(array)
    if np.any(array != whole):
        fail(name, "contain only whole numbers", f"contains {show(array[array != whole].flat[0])}")
    given = plain_array(value, name)  # before rounding: a float holds no odd number above
    if np.any(given > MOST):
        fail(name, f"contain no number above {MOST}", f"contains {show(given.max())}")
    return whole.astype(np.int64)
