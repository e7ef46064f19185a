"""Every pair of many qubits at once: a few settings that hold all nine of every pair, and the tables of a pair."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, number_of_qubits, plain_array, show, whole_numbers
from nvprotocol._typing import ArrayLike
from nvprotocol.tomography._arguments import checked_settings, checked_table
from nvprotocol.tomography._pauli_vectors import pauli_labels

__all__ = ["pair_counts", "pairwise_settings"]


def pairwise_settings(n_qubits: int) -> tuple[str, ...]:
    """Settings among which every pair of qubits meets all nine of `PAULI`: 9 up to 4 qubits, 15 up to 12, 21 up to 36.

    Measured together, they are tomography of all pairs for the price of logarithmically many settings
    (DOI 10.1103/PhysRevLett.124.100401). Four qubits are served by the columns y, x, 2x + 2y and x + 2y over the
    integers mod 3, an orthogonal array of nine rows. Three times as many cost six more: copies of a qubit already share
    equal letters, so they only have to meet unequal ones, as the six rows x ≠ y of the first three columns do.

    Args:
        n_qubits: The number N of qubits.

    Returns:
        9 + 6⌈log₃(N/4)⌉ labels of N letters, the right-most on qubit 0.

    Raises:
        ArgumentError: If the number of qubits is not a whole number of at least 2.

    Examples:
        >>> nv.tomography.pairwise_settings(2) == nv.tomography.PAULI
        True
        >>> len(nv.tomography.pairwise_settings(4)), len(nv.tomography.pairwise_settings(100))
        (9, 27)
    """
    qubits = np.arange(number_of_qubits(n_qubits, minimum=2, matrices=0))
    x, y = np.divmod(np.arange(9), 3)
    lines = np.stack([y, x, (2 * x + 2 * y) % 3, (x + 2 * y) % 3], axis=1)
    blocks, copies = [lines[:, qubits % 4]], qubits // 4
    while copies.max() > 0:
        blocks.append(lines[x != y][:, copies % 3])
        copies = copies // 3
    letters = np.array(list("XYZ"))[np.concatenate(blocks)[:, ::-1]]
    return tuple("".join(row) for row in letters)


def pair_counts(counts: ArrayLike, settings: Sequence[str], pair: Sequence[int]) -> NDArray:
    """The table of two qubits out of counts of more: what the others show is summed over, equal settings are added.

    Args:
        counts: Table of counts, shape (…, S, 2ᴺ).
        settings: Settings of the rows, labels of N letters.
        pair: The two qubits; the first becomes qubit 0 of the table.

    Returns:
        The counts in the settings `PAULI`, shape (…, 9, 4), of the type of `counts`; zeros where a setting of the pair
        was not measured.

    Raises:
        ArgumentError: If the table does not fit the settings, or the pair is not two different qubits.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> settings = nv.tomography.pairwise_settings(3)
        >>> counts = nv.tomography.sample("udd", 100, seed=1, settings=settings)
        >>> table = nv.tomography.pair_counts(counts, settings, (0, 2))
        >>> table[nv.tomography.PAULI.index("ZZ")].tolist()  # the first up, the third down
        [0, 0, 100, 0]
    """
    table, labels, leading = checked_table(counts, checked_settings(settings))
    n_qubits = len(labels[0])
    first, second = _two_of(pair, n_qubits)
    # Bit i of an outcome is axis n − 1 − i once the outcomes are unfolded; qubit 1 of the pair comes first.
    unfolded = table.reshape(*table.shape[:2], *(2,) * n_qubits)
    moved = np.moveaxis(unfolded, (1 + n_qubits - second, 1 + n_qubits - first), (2, 3))
    marginal = moved.reshape(*table.shape[:2], 4, -1).sum(axis=-1)
    wanted = pauli_labels(2)
    rows = np.zeros((9, len(labels)))
    for column, label in enumerate(labels):
        rows[wanted.index(label[-1 - second] + label[-1 - first]), column] = 1
    return (rows @ marginal).reshape(*leading, 9, 4).astype(plain_array(counts, "counts").dtype)


def _two_of(pair: Sequence[int], n_qubits: int) -> tuple[int, int]:
    qubits = whole_numbers(pair, "pair", minimum=0, maximum=n_qubits - 1, must="be two different qubits")
    if len(qubits) != 2 or qubits[0] == qubits[1]:
        fail("pair", "be two different qubits", f"is {show(pair)}")
    return qubits[0], qubits[1]
