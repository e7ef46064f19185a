"""What settings determine of a state."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, one_of
from nvprotocol._typing import ArrayLike
from nvprotocol.operators import density_matrix
from nvprotocol.tomography._checked import checked_settings
from nvprotocol.tomography._model import ANSATZES, ansatz_projector, outcome_matrix, to_vector

__all__ = ["determines"]


def determines(settings: Sequence[str], operator: str | ArrayLike, *, ansatz: str = "full") -> NDArray[np.bool_]:
    """Whether settings fix the expectation value of an operator, whatever the state is.

    They do where the operator is a combination of the Pauli strings that they measure, those that leave qubits out
    included; within an ansatz, where its part of the form of the ansatz is.

    Args:
        settings: Labels of equal length N.
        operator: Hermitian matrices, shape (…, 2ᴺ, 2ᴺ), or a state whose fidelity is meant, as a label or a ket.
        ansatz: "full", or for two qubits one of the others that `estimate` takes.

    Returns:
        Whether they do, shape (…).

    Raises:
        ArgumentError: If the settings are not such labels, or the operator does not fit them or is not Hermitian.

    Examples:
        >>> three = ["XX", "YY", "ZZ"]
        >>> bool(nv.tomography.determines(three, nv.operators.bell_state("psi-")))
        True
        >>> bool(nv.tomography.determines(three, "+u"))
        False
    """
    labels = checked_settings(settings)
    d = 2 ** len(labels[0])
    one_of(ansatz, "ansatz", ANSATZES if d == 4 else ("full",))
    matrices = density_matrix(operator) if isinstance(operator, str) or np.ndim(operator) == 1 else operator
    array = numeric_array(matrices, "operator").astype(complex)
    if array.shape[-2:] != (d, d):
        fail("operator", f"have shape (…, {d}, {d}) to fit the settings", f"has shape {array.shape}")
    if not np.allclose(array, np.swapaxes(array.conj(), -1, -2), atol=1e-12):
        fail("operator", "be Hermitian", "is not")
    projector = ansatz_projector(ansatz) if d == 4 else np.eye(d * d)
    measured = outcome_matrix(labels) @ projector
    wanted = to_vector(array) @ projector
    rest = wanted - wanted @ np.linalg.pinv(measured, rcond=1e-9) @ measured
    return np.linalg.norm(rest, axis=-1) <= 1e-9 * np.maximum(np.linalg.norm(wanted, axis=-1), 1e-300)
