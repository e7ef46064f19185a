"""Pauli settings, their measurement operators, simulated counts and tables of counts.

A setting is a label such as "XY": the Pauli measured on every qubit, the right-most letter on qubit 0 (Qiskit's
order). Bit i of an outcome is what qubit i shows in its rotated basis: 0 for the +1 eigenstate, 1 for the −1
eigenstate. A table of counts has shape (…, S, 2ᴺ): S settings, and the outcome as an integer on the last axis.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import (
    Seed,
    fail,
    generator,
    number_of_qubits,
    numeric_array,
    one_of,
    plain_array,
    real_number,
    show,
    whole_number,
)
from nvprotocol._typing import ArrayLike
from nvprotocol.operators import State, density_matrix
from nvprotocol.resources import require_memory
from nvprotocol.tomography._arguments import MOST, checked_readout, checked_settings, whole_counts
from nvprotocol.tomography._pauli_vectors import (
    ANSATZES,
    ansatz_projector,
    distribution,
    outcome_matrix,
    pauli_labels,
    projectors,
    to_vector,
)

__all__ = [
    "determines",
    "from_counts",
    "measurement_operators",
    "pauli_settings",
    "probabilities",
    "sample",
    "u1_settings",
]


def pauli_settings(n_qubits: int = 2) -> tuple[str, ...]:
    """The 3ᴺ settings of full Pauli tomography, in alphabetic order.

    Args:
        n_qubits: The number N of qubits.

    Raises:
        ArgumentError: If the number of qubits is not a whole number of at least 1.

    Examples:
        >>> nv.tomography.pauli_settings()
        ('XX', 'XY', 'XZ', 'YX', 'YY', 'YZ', 'ZX', 'ZY', 'ZZ')
    """
    return pauli_labels(number_of_qubits(n_qubits, matrices=0))


PAULI = pauli_settings(2)
"""The nine Pauli settings of two qubits, in Qiskit's order."""


U1 = ("ZZ", "XX", "YY", "XY", "YX")
"""Five settings that determine a state of two qubits that commutes with the total σᶻ: for `estimate(…, ansatz="X")`."""


def u1_settings(phase: float | None = None) -> tuple[str, ...]:
    """The fewest settings for a state that commutes with the total σᶻ: `U1`, or three where the phase of ρ₁₂ is known.

    In such a state ⟨XX⟩ = ⟨YY⟩ = 2 Re ρ₁₂ and ⟨XY⟩ = −⟨YX⟩ = 2 Im ρ₁₂, so where ρ₁₂ is known to be real, as symmetric
    and antisymmetric decay leave it, ZZ, XX and YY suffice (ansatz="real X" of `estimate`); where it is imaginary, as
    exchange makes it, ZZ, XY and YX (ansatz="imaginary X"). Any other phase is brought to one of these by turning the
    analysis of one qubit about z. These settings cannot contradict a wrong phase: its cosine is lost from ρ₁₂.

    Args:
        phase: The phase of ρ₁₂ in radians, a multiple of π/2; None where it is not known.

    Raises:
        ArgumentError: If the phase is not a multiple of π/2.

    Examples:
        >>> nv.tomography.u1_settings(phase=np.pi)
        ('ZZ', 'XX', 'YY')
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3, settings=["ZZ", "XX", "YY"])
        >>> estimate = nv.tomography.estimate(counts, ["ZZ", "XX", "YY"], ansatz="real X")
        >>> bool(estimate.interval[0] > 0.95)
        True
    """
    if phase is None:
        return U1
    quarters = real_number(phase, "phase") / (np.pi / 2)
    if abs(quarters - round(quarters)) > 1e-9:
        fail("phase", "be a multiple of π/2, to which the analysis of one qubit can be rotated", f"is {show(phase)}")
    return ("ZZ", "XY", "YX") if round(quarters) % 2 else ("ZZ", "XX", "YY")


def measurement_operators(settings: Sequence[str] | None = None) -> NDArray[np.complex128]:
    """Projectors onto the outcomes of every setting: ⊗ᵢ (1 + (−1)^bᵢ Pᵢ)/2 for the outcome with the bits bᵢ.

    Args:
        settings: Labels of equal length N; the nine settings of two qubits by default.

    Returns:
        The projectors, shape (S, 2ᴺ, 2ᴺ, 2ᴺ): setting, outcome, row, column.

    Raises:
        ArgumentError: If a label is not made of X, Y and Z, or the labels differ in length.

    Examples:
        >>> nv.tomography.measurement_operators(["Z"])[0, 1].real  # outcome 1 of a σᶻ measurement is |↓⟩
        array([[0., 0.],
               [0., 1.]])
    """
    return projectors(pauli_labels(2) if settings is None else checked_settings(settings)).copy()


def probabilities(rho: State, settings: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Probabilities tr(ρ E) of the outcomes of every setting.

    Args:
        rho: A state as `nvprotocol.operators.density_matrix` takes it, or density matrices of shape (…, 2ᴺ, 2ᴺ).
        settings: Labels of length N; all 3ᴺ Pauli settings by default.

    Returns:
        The probabilities, shape (…, S, 2ᴺ); each row sums to one.

    Raises:
        ArgumentError: If `rho` is not a state or does not fit the settings.

    Examples:
        >>> singlet = nv.operators.bell_state("psi-")
        >>> nv.tomography.probabilities(singlet, ["ZZ"]).round(12)  # never the same outcome twice
        array([[0. , 0.5, 0.5, 0. ]])
    """
    states = density_matrix(rho, name="rho")
    n_qubits = states.shape[-1].bit_length() - 1
    labels = pauli_labels(n_qubits) if settings is None else checked_settings(settings)
    if states.shape[-1] != 2 ** len(labels[0]):
        needed = 2 ** len(labels[0])
        fail("rho", f"have shape (…, {needed}, {needed}) to fit the settings", f"has shape {states.shape}")
    return distribution(to_vector(states), outcome_matrix(labels), len(labels))


def sample(
    rho: State,
    shots: ArrayLike,
    seed: Seed,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
) -> NDArray[np.int64]:
    """Simulated counts: one multinomial draw for every setting.

    Args:
        rho: A state as `nvprotocol.operators.density_matrix` takes it, or density matrices of shape (…, 2ᴺ, 2ᴺ).
        shots: Shots of every setting: a number, or an array that broadcasts to (…, S).
        seed: Seed or generator; None draws fresh entropy.
        settings: Labels of length N; all 3ᴺ Pauli settings by default.
        readout: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns.

    Returns:
        The counts, shape (…, S, 2ᴺ).

    Raises:
        ArgumentError: If an argument does not fit, or a number of shots is negative or not whole.

    Examples:
        >>> counts = nv.tomography.sample("ud", 100, seed=1, settings=["ZZ"])
        >>> counts.tolist()  # qubit 0 up, qubit 1 down: outcome "10"
        [[0, 0, 100, 0]]
    """
    p = probabilities(rho, settings)
    matrix = checked_readout(readout, p.shape[-1])
    if matrix is not None:
        p = p @ matrix.T
    require_memory(4 * 8 * p.size, "settings", f"4 × {p.size} counts")
    number = whole_counts(shots, "shots")
    try:
        number = np.broadcast_to(number, np.broadcast_shapes(number.shape, p.shape[:-1]))
    except ValueError:
        fail("shots", f"broadcast to shape {p.shape[:-1]}", f"has shape {number.shape}")
    return generator(seed).multinomial(number, p)


def draw_kept(kept: NDArray[np.float64], shots: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Counts of kept runs, from probabilities on the last axis whose sum is that of keeping a run.

    One more cell of each draw, not returned, are the discarded runs. Rounded to twelve digits, the probabilities give
    the same counts for a seed on machines whose last bits differ.
    """
    discarded = 1 - kept.sum(axis=-1, keepdims=True)
    cells = np.clip(np.round(np.concatenate([kept, discarded], axis=-1), 12), 0.0, None)
    return rng.multinomial(shots, cells / cells.sum(axis=-1, keepdims=True))[..., :-1]


def from_counts(
    counts_by_setting: Mapping[str, Mapping[str, int]], settings: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """Collects dictionaries of bit strings, as Qiskit returns them, in one table.

    Args:
        counts_by_setting: For every setting the counts of its outcomes; the right-most bit belongs to qubit 0. A
            setting of which no shot was kept has an empty dictionary.
        settings: The settings in the order of the table's rows; all 3ᴺ Pauli settings by default.

    Returns:
        The table of counts, shape (S, 2ᴺ).

    Raises:
        ArgumentError: If a setting is missing or unknown, a key is not a string of N bits, or a count is not a whole
            number of at least 0.

    Examples:
        >>> nv.tomography.from_counts({"X": {"0": 7, "1": 3}, "Y": {"1": 9}, "Z": {}}).tolist()
        [[7, 3], [0, 9], [0, 0]]
    """
    name = "counts_by_setting"
    if not isinstance(counts_by_setting, Mapping):
        fail(name, "be a mapping of settings to counts", f"is {show(counts_by_setting)}")
    if not counts_by_setting:
        fail(name, "contain at least one setting", "is empty")
    given = checked_settings(list(counts_by_setting), name)
    labels = pauli_labels(len(given[0])) if settings is None else checked_settings(settings)
    if set(labels) != set(given):
        lacks, extra = sorted(set(labels) - set(given)), sorted(set(given) - set(labels))
        found = " and ".join([f'lacks "{x}"' for x in lacks[:1]] + [f'has "{x}" besides' for x in extra[:1]])
        fail(name, f"contain exactly the {len(labels)} settings {labels[0]} to {labels[-1]}", found)
    n_qubits = len(labels[0])
    require_memory(8 * len(labels) * 2**n_qubits, name, f"{len(labels)} × {2**n_qubits} counts")
    table = np.zeros((len(labels), 2**n_qubits), dtype=np.int64)
    for row, label in enumerate(labels):
        if not isinstance(counts_by_setting[label], Mapping):
            shown = show(counts_by_setting[label])
            fail(f'{name}["{label}"]', "be a mapping of outcomes to numbers", f"is {shown}")
        for bits, number in counts_by_setting[label].items():
            if not isinstance(bits, str) or len(bits) != n_qubits or set(bits) - {"0", "1"}:
                fail(f'{name}["{label}"]', f"have strings of {n_qubits} bits as keys", f"has the key {show(bits)}")
            table[row, int(bits, 2)] = whole_number(number, f'{name}["{label}"]["{bits}"]', minimum=0, maximum=MOST)
    return table


def _is_ket(operator: object) -> bool:
    """Whether it is a label, or has one axis."""
    return isinstance(operator, str) or plain_array(operator, "operator").ndim == 1  # pyright: ignore[reportArgumentType]


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
    matrices = density_matrix(operator) if _is_ket(operator) else operator
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
