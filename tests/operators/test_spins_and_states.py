"""Spins and states: the algebra, and the order of the qubits against Qiskit's own."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit.quantum_info import DensityMatrix, Operator, Pauli, Statevector, state_fidelity
from systems import SX, SY, SZ, on_site, random_ket, random_state, reversed_qubits

from nvprotocol import operators
from nvprotocol.errors import ArgumentError

PAULIS = {"X": operators.sigma_x, "Y": operators.sigma_y, "Z": operators.sigma_z}
SITES = pytest.mark.parametrize(("site", "n_qubits"), [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)])
QISKIT_LETTERS = {"u": "0", "d": "1", "+": "+", "-": "-", "r": "r", "l": "l"}


@SITES
@pytest.mark.parametrize("letter", "XYZ")
def test_paulis_are_qiskits(letter: str, site: int, n_qubits: int) -> None:
    label = "".join(letter if k == site else "I" for k in reversed(range(n_qubits)))
    np.testing.assert_array_equal(PAULIS[letter](site, n_qubits), Operator(Pauli(label)).data)


@SITES
@pytest.mark.parametrize(("letter", "matrix"), [("X", SX), ("Y", SY), ("Z", SZ)])
def test_site_i_is_the_papers_qubit_i_plus_1(letter: str, matrix: NDArray, site: int, n_qubits: int) -> None:
    expected = reversed_qubits(on_site(matrix, site, n_qubits))
    np.testing.assert_array_equal(PAULIS[letter](site, n_qubits), expected)


@SITES
def test_algebra_of_one_spin(site: int, n_qubits: int) -> None:
    x, y, z = (PAULIS[letter](site, n_qubits) for letter in "XYZ")
    np.testing.assert_array_equal(x @ y - y @ x, 2j * z)
    np.testing.assert_array_equal(operators.sigma_plus(site, n_qubits), (x + 1j * y) / 2)
    np.testing.assert_array_equal(operators.sigma_minus(site, n_qubits), (x - 1j * y) / 2)


def test_spins_on_different_sites_commute() -> None:
    for first in (operators.sigma_plus, operators.sigma_y):
        for second in (operators.sigma_minus, operators.sigma_z):
            a, b = first(0, 3), second(2, 3)
            np.testing.assert_array_equal(a @ b, b @ a)


def test_sigma_plus_relaxes() -> None:
    """|↑⟩ is the ground state and σ⁺ = |↑⟩⟨↓|; on site 0 it lifts the paper's qubit 1."""
    np.testing.assert_array_equal(operators.sigma_plus(0) @ operators.state("du"), operators.state("uu"))
    np.testing.assert_array_equal(operators.sigma_minus(1) @ operators.state("uu"), operators.state("ud"))
    assert not np.any(operators.sigma_plus(0) @ operators.state("ud"))


@pytest.mark.parametrize("label", ["u", "d", "ud", "du", "dd", "+-", "rl", "u+d", "ldr", "uudd"])
def test_labels_are_qiskits_reversed(label: str) -> None:
    theirs = "".join(QISKIT_LETTERS[letter] for letter in reversed(label))
    np.testing.assert_allclose(operators.state(label), Statevector.from_label(theirs).data, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("letter", "pauli", "value"), [
    ("u", "Z", 1), ("d", "Z", -1), ("+", "X", 1), ("-", "X", -1), ("r", "Y", 1), ("l", "Y", -1),
])  # fmt: skip
def test_letters_are_eigenstates(letter: str, pauli: str, value: int) -> None:
    ket = operators.state(letter)
    np.testing.assert_allclose(PAULIS[pauli](0, 1) @ ket, value * ket, rtol=0, atol=1e-15)


def test_bell_states() -> None:
    up_down, down_up = operators.state("ud"), operators.state("du")
    up_up, down_down = operators.state("uu"), operators.state("dd")
    expected = {
        "psi-": up_down - down_up,
        "psi+": up_down + down_up,
        "phi-": up_up - down_down,
        "phi+": up_up + down_down,
    }
    for name, ket in expected.items():
        np.testing.assert_allclose(operators.bell_state(name), ket / np.sqrt(2), rtol=0, atol=1e-15)


@pytest.mark.parametrize(("name", "other"), [("psi-", "psi+"), ("phi-", "phi+")])
def test_the_phase_of_a_bell_state_stands_on_its_second_term(name: str, other: str) -> None:
    np.testing.assert_allclose(operators.bell_state(name, np.pi), operators.bell_state(other), rtol=0, atol=1e-15)
    assert operators.bell_state("psi+", 0.3)[1] == pytest.approx(np.exp(0.3j) / np.sqrt(2))
    assert operators.bell_state("phi+", 0.3)[3] == pytest.approx(np.exp(0.3j) / np.sqrt(2))


@pytest.mark.parametrize("name", ["psi-", "psi+", "phi-", "phi+"])
def test_a_bell_state_can_be_named(name: str) -> None:
    ket = operators.bell_state(name)
    np.testing.assert_allclose(operators.density_matrix(name), np.outer(ket, ket.conj()), rtol=0, atol=1e-15)
    with pytest.raises(ArgumentError, match=rf'`initial` must .*, but is "{re.escape(name)}"\.'):
        operators.density_matrix(name, 3)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_fidelity_is_qiskits_and_symmetric(n_qubits: int, rng: np.random.Generator) -> None:
    mixed = [random_state(rng, n_qubits), random_state(rng, n_qubits, rank=2)]
    ket = random_ket(rng, n_qubits)
    for first, second in [(mixed[0], mixed[1]), (mixed[0], ket), (ket, mixed[1]), (ket, random_ket(rng, n_qubits))]:
        found = operators.fidelity(first, second)
        matrices = [DensityMatrix(operators.density_matrix(each)) for each in (first, second)]
        theirs = state_fidelity(matrices[0], matrices[1])
        assert found == pytest.approx(theirs, abs=1e-7)  # theirs takes roots of rounding
        assert found == pytest.approx(operators.fidelity(second, first), abs=1e-7)
    assert operators.fidelity(mixed[0], mixed[0]) == pytest.approx(1, abs=1e-14)
    assert operators.fidelity(mixed[1], ket) == pytest.approx((ket.conj() @ mixed[1] @ ket).real, abs=1e-14)


def test_fidelity_of_states_that_do_not_fit() -> None:
    with pytest.raises(ArgumentError, match=r'Argument `target` must have 1 letter, but is "ud"\.'):
        operators.fidelity("u", "ud")
    with pytest.raises(ArgumentError, match=r"Argument `rho` must have trace 1, but its trace is 4\."):
        operators.fidelity(np.eye(4), "ud")


def test_density_matrices_of_all_that_is_a_state(rng: np.random.Generator) -> None:
    ket, rho = random_ket(rng), random_state(rng)
    outer = np.outer(ket, ket.conj())
    for given in (ket, np.exp(0.4j) * ket, list(ket), outer, Statevector(ket), DensityMatrix(outer)):
        np.testing.assert_allclose(operators.density_matrix(given, 2), outer, rtol=0, atol=1e-15)
    np.testing.assert_allclose(operators.density_matrix(rho), rho, rtol=0, atol=1e-15)
    batch = np.array([rho, outer, rho])
    np.testing.assert_allclose(operators.density_matrix(batch, 2), batch, rtol=0, atol=1e-15)
    assert operators.density_matrix(batch[:0], 2).shape == (0, 4, 4)


def test_rounding_of_a_state_is_repaired(rng: np.random.Generator) -> None:
    rho = random_state(rng) * (1 + 1e-11) + 1e-11j * np.eye(4)
    repaired = operators.density_matrix(rho, 2)
    assert np.trace(repaired) == pytest.approx(1, abs=1e-15)
    np.testing.assert_array_equal(repaired, repaired.conj().T)


HALF = np.eye(4) / 4
NOT_HERMITIAN = HALF + np.eye(4, k=1) * 1e-3
NEGATIVE = np.diag([0.6, 0.6, -0.2, 0])
SHAPE = r"must have shape \(4,\) for a ket or \(…, 4, 4\) for a density matrix, but has shape "


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("", r'`initial` must be a state such as "ud", with letters out of u, d, \+, -, r, l, but is ""\.'),
        ("ux", r'`initial` must be a state such as "ud", .*, but is "ux"\.'),
        ("udu", r'`initial` must have 2 letters, one for each qubit, but is "udu"\.'),
        ("psi", r'`initial` must be a state such as "ud", .*, but is "psi"\.'),
        ([1, 0, 0], SHAPE + r"\(3,\)\."),
        (np.eye(3) / 3, SHAPE + r"\(3, 3\)\."),
        (np.full((2, 4), 0.5), SHAPE + r"\(2, 4\)\."),
        (0.5, SHAPE + r"\(\)\."),
        ([1, 1, 0, 0], r"must be a normalised ket, but its norm is 1\.41421\."),
        (np.eye(4), r"must have trace 1, but its trace is 4\."),
        (np.array([HALF, 2 * HALF]), r"must have trace 1, but its trace is 2\."),
        (NOT_HERMITIAN, r"must be Hermitian, but differs from its adjoint by 0\.001\."),
        (NEGATIVE, r"must be positive semidefinite, but has the eigenvalue -0\.2\."),
        (HALF * np.nan, r"must be finite, but contains nan\."),
        ([[1, 0], [0]], r"must be a rectangular array of numbers, but its rows have different lengths\."),
        (None, r"must be numeric, but is None of type NoneType\."),
        (Statevector.from_label("010"), SHAPE + r"\(8,\)\."),
    ],
)
def test_what_is_no_state_of_two_qubits(bad: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        operators.density_matrix(bad, 2)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("size", [1, 3, 5, 6, 7])
def test_a_state_has_a_power_of_two_of_amplitudes(size: int) -> None:
    for bad in (np.eye(size)[0], np.eye(size) / size):
        with pytest.raises(ArgumentError, match=r"for a density matrix, but has shape"):
            operators.density_matrix(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: operators.sigma_x(2), r"Argument `site` must be less than n_qubits = 2, but is 2\."),
        (lambda: operators.sigma_z(-1), r"Argument `site` must be at least 0, but is -1\."),
        (lambda: operators.sigma_y(0, 0), r"Argument `n_qubits` must be at least 1, but is 0\."),
        (lambda: operators.sigma_y(0, 1.5), r"Argument `n_qubits` must be a whole number, but is 1\.5\."),  # pyright: ignore[reportArgumentType]
        (lambda: operators.state("uz"), r'Argument `label` must be a state such as "ud", .*, but is "uz"\.'),
        (lambda: operators.state(3), r"Argument `label` must be a state .*, but is 3\."),  # pyright: ignore[reportArgumentType]
        (lambda: operators.state(""), r'Argument `label` must be a state .* but is ""\.'),
        (lambda: operators.bell_state("ghz"), r'Argument `name` must be one of "psi-", .*, but is "ghz"\.'),
    ],
)  # fmt: skip
def test_bad_arguments(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ArgumentError, match=message):
        call()
