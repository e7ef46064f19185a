"""The medium: what it refuses, what it repairs, what it means."""

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import hermitian, many, positive, random_symbols, random_unitary

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NVProtocolError

BLOCKS = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")


def test_a_pair_is_equation_4() -> None:
    """With the dephasing block as Eq. S28 has it: entry (1, 2) is the conjugate of D = D₁₂."""
    A, D = 0.6 + 0.3j, 0.1 - 0.2j
    medium = nv.Medium.pair(a=1.0, A=A, q=0.5, d=0.3, D=D, J=0.4, Jz=0.7, dm=-0.2)
    np.testing.assert_array_equal(medium.relaxation, [[1, A.conjugate()], [A, 1]])
    np.testing.assert_array_equal(medium.excitation, [[0.5, A / 2], [A.conjugate() / 2, 0.5]])
    np.testing.assert_array_equal(medium.dephasing, [[0.3, D.conjugate()], [D, 0.3]])
    np.testing.assert_array_equal(medium.flip_flop, [[0, 0.4 - 0.2j], [0.4 + 0.2j, 0]])
    np.testing.assert_array_equal(medium.ising, [[0, 0.7], [0.7, 0]])


def test_q_is_the_fluctuation_dissipation_ratio_of_both_couplings() -> None:
    by_q = nv.Medium.pair(a=2.0, A=1.2j, q=0.3)
    by_hand = nv.Medium.pair(a=2.0, A=1.2j, a_tilde=0.6, A_tilde=0.36j)
    for name in BLOCKS:
        np.testing.assert_allclose(getattr(by_q, name), getattr(by_hand, name), rtol=1e-15)


def test_the_default_is_zero_temperature() -> None:
    assert not np.any(nv.Medium.pair(a=1.0, A=1.0).excitation)
    assert not np.any(nv.Medium.pair(a_tilde=0.0).excitation)
    assert not np.any(nv.Medium(relaxation=np.eye(3)).excitation)


def test_everything_broadcasts() -> None:
    medium = nv.Medium.pair(a=[1.0, 2.0], A=0.5, q=[[0.0], [0.1], [0.2]], J=np.zeros((3, 1)))
    assert medium.batch_shape == (3, 2)
    assert medium.n_qubits == 2
    assert medium.t1.shape == (3, 2, 2)
    np.testing.assert_allclose(medium.t1[2, 1], 1 / (2 * 2.0 * 1.2), rtol=1e-15)


def test_relaxation_and_coherence_times_are_those_of_each_qubit_alone() -> None:
    """1/T1 = 2(a + ã) and 1/T2 = (a + ã) + 4d, from the evolution of one qubit; 0 rates give ∞."""
    a, a_tilde, d = np.array([1.0, 0.3, 0.5]), np.array([0.2, 0.0, 0.5]), np.array([0.0, 0.4, 0.1])
    medium = nv.Medium(relaxation=np.diag(a), excitation=np.diag(a_tilde), dephasing=np.diag(d))
    for k in range(3):
        alone = nv.Medium(relaxation=[[a[k]]], excitation=[[a_tilde[k]]], dephasing=[[d[k]]])
        equation, time = nv.MasterEquation(alone), 0.7
        steady = (a[k] - a_tilde[k]) / (a[k] + a_tilde[k])
        bloch_z = np.diff(equation.evolve("d", [0.0, time]).diagonal(axis1=-2, axis2=-1).real[:, ::-1])[:, 0]
        assert (bloch_z[1] - steady) / (bloch_z[0] - steady) == pytest.approx(np.exp(-time / medium.t1[k]), rel=1e-12)
        coherence = np.abs(equation.evolve("+", [0.0, time])[:, 0, 1])
        assert coherence[1] / coherence[0] == pytest.approx(np.exp(-time / medium.t2[k]), rel=1e-12)
    assert np.all(np.isinf(nv.Medium.pair(a=0.0).t1))
    assert np.all(np.isinf(nv.Medium.pair(a=0.0).t2))


def test_the_sum_of_two_media_is_both_at_once(rng: np.random.Generator) -> None:
    first, second = many(rng, 3).equation.medium, many(rng, 3).equation.medium
    generators = [nv.MasterEquation(medium).liouvillian for medium in (first, second, first + second)]
    np.testing.assert_allclose(generators[0] + generators[1], generators[2], rtol=0, atol=1e-13)


def test_a_sum_needs_equal_numbers_of_qubits() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `other` must have 2 qubits, but has 3\."):
        _ = nv.Medium.pair() + nv.Medium(relaxation=np.eye(3))
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = nv.Medium.pair() + 1.0  # pyright: ignore[reportOperatorIssue]


def test_a_medium_cannot_be_changed() -> None:
    medium = nv.Medium.pair(a=1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        medium.relaxation = np.eye(2)  # pyright: ignore[reportAttributeAccessIssue]
    for name in BLOCKS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(medium, name)[0, 0] = 5


def test_arguments_are_copied() -> None:
    block = np.eye(2)
    medium = nv.Medium(relaxation=block)
    block[0, 0] = 7
    assert medium.relaxation[0, 0] == 1


def test_a_medium_reads_well() -> None:
    text = str(nv.Medium.pair(a=1.0, A=0.9, q=0.5, dm=0.1))
    assert "Medium of 2 qubits, rates in rad/µs" in text
    assert "relaxation [[1, 0.9], [0.9, 1]]" in text
    assert "T1         0.333333, 0.333333 µs" in text
    assert "dephasing" not in text
    assert str(nv.Medium.pair(a=[1.0, 2.0])).splitlines() == [
        "Medium of 2 qubits, rates in rad/µs, batch (2,)",
        "  symmetry   U(1): axial about z",
    ]


@settings(max_examples=60)
@given(st.floats(1e-6, 1e6), st.floats(-np.pi, np.pi), st.floats(0, 9e-13))
def test_a_rounding_excess_of_the_coupling_is_repaired(a: float, phase: float, excess: float) -> None:
    """Up to 1e-12 of the rate; what is stored is positive semidefinite to the last digit or two."""
    A = a * (1 + excess) * np.exp(1j * phase)
    medium = nv.Medium.pair(a=a, A=A, q=1.0, d=a, D=A)
    for block in (medium.relaxation, medium.excitation, medium.dephasing):
        assert np.linalg.eigvalsh(block)[0] >= -1e-15 * a
        np.testing.assert_allclose(np.abs(block), a, rtol=2e-12)


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-200, 1e-160])
def test_numbers_below_all_rates_are_harmless(tiny: float) -> None:
    """Squares that underflow and reciprocals that overflow: still the medium without them, and no warning."""
    start, times = nv.operators.density_matrix("+r"), [0.0, tiny, 1.0]
    with_them = nv.Medium.pair(a=1.0, A=1j * tiny, q=tiny, d=tiny, D=tiny, J=tiny, dm=tiny)
    found = nv.MasterEquation(with_them, detuning=tiny).evolve(start, times)
    expected = nv.MasterEquation(nv.Medium.pair(a=1.0)).evolve(start, [0.0, 0.0, 1.0])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)
    alone = nv.MasterEquation(nv.Medium.pair(a=tiny, A=tiny), detuning=tiny).evolve(start, times)
    np.testing.assert_allclose(alone, np.broadcast_to(start, alone.shape), rtol=0, atol=1e-15)


@pytest.mark.parametrize("coupling", ["A", "D", "A_tilde"])
def test_an_excess_of_1e_9_is_refused(coupling: str) -> None:
    rate = {"A": "a", "D": "d", "A_tilde": "a_tilde"}[coupling]
    nv.Medium.pair(**{rate: 1.0, coupling: 1 + 1e-13})
    with pytest.raises(
        ArgumentError, match=rf"`{coupling}` must satisfy \|{coupling}\| ≤ {rate} = 1\.0, but .* is 1\.000000001\."
    ):
        nv.Medium.pair(**{rate: 1.0, coupling: 1 + 1e-9})


def test_rounding_of_blocks_is_repaired_and_more_is_refused(rng: np.random.Generator) -> None:
    vectors = random_unitary(rng, 3)
    for lowest, fine in ((-1e-13, True), (-1e-9, False)):
        block = vectors @ np.diag([lowest, 0.4, 1.0]) @ vectors.conj().T
        if fine:
            values = np.linalg.eigvalsh(nv.Medium(relaxation=block).relaxation)
            np.testing.assert_allclose(values, [0, 0.4, 1.0], rtol=0, atol=2e-13)
            assert values[0] > -1e-15
        else:
            with pytest.raises(ArgumentError, match=r"must be positive semidefinite, .* the eigenvalue -1e-09"):
                nv.Medium(relaxation=block)
    for excess, fine in ((1e-13, True), (1e-9, False)):
        block = positive(rng, 3) + excess * np.eye(3, k=1)
        if fine:
            repaired = nv.Medium(relaxation=block).relaxation
            np.testing.assert_array_equal(repaired, repaired.conj().T)
        else:
            with pytest.raises(ArgumentError, match=r"`relaxation` must be Hermitian, but differs .* by 1e-09\."):
                nv.Medium(relaxation=block)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_blocks_are_accepted_where_their_eigenvalues_are(n_qubits: int, rng: np.random.Generator) -> None:
    """Unequal diagonals and complex couplings included; two by two has a formula of its own."""
    accepted = 0
    for _ in range(100):
        block = hermitian(rng, n_qubits) + 0.7 * n_qubits * np.eye(n_qubits)
        lowest = np.linalg.eigvalsh(block)[0]
        if lowest >= 0:
            accepted += 1
            np.testing.assert_allclose(nv.Medium(relaxation=block).relaxation, block, rtol=0, atol=1e-15)
        else:
            with pytest.raises(ArgumentError, match=re.escape(f"has the eigenvalue {lowest:.6g}.")):
                nv.Medium(relaxation=block)
    assert 10 < accepted < 90


def test_one_bad_member_of_a_batch_is_named(rng: np.random.Generator) -> None:
    with pytest.raises(ArgumentError, match=r"\|A\| ≤ a = 0\.5, but \|A\| is 0\.75\."):
        nv.Medium.pair(a=[1.0, 0.5, 2.0], A=[0.9, 0.75j, 2.0])
    random = random_symbols(rng)
    random.pop("delta")
    arrays = {name: np.array([value, value]) for name, value in random.items()}
    arrays["q"] = np.array([0.5, 1.5])
    with pytest.raises(ArgumentError, match=r"`q` must be at most 1 .*, but is 1\.5\."):
        nv.Medium.pair(**arrays)


def three(**changed: Any) -> nv.Medium:
    given: dict[str, Any] = {"relaxation": np.eye(3), **changed}
    return nv.Medium(**given)


BAD_PAIRS = {
    "A": ({"a": 1.0, "A": 1.2}, r"Argument `A` must satisfy \|A\| ≤ a = 1, but \|A\| is 1\.2\."),
    "complex A": ({"a": 1.0, "A": 0.9 + 0.9j}, r"`A` must satisfy \|A\| ≤ a = 1, but \|A\| is 1\.27279\."),
    "A_tilde": (
        {"a_tilde": 0.1, "A_tilde": -0.2},
        r"must satisfy \|A_tilde\| ≤ a_tilde = 0\.1, but \|A_tilde\| is 0\.2\.",
    ),
    "A_tilde alone": ({"A_tilde": 0.2}, r"`A_tilde` must satisfy \|A_tilde\| ≤ a_tilde = 0, but \|A_tilde\| is 0\.2\."),
    "D": ({"d": 0.1, "D": 0.3j}, r"`D` must satisfy \|D\| ≤ d = 0\.1, but \|D\| is 0\.3\."),
    "negative": ({"a": -1.0}, r"Argument `a` must be at least 0, but is -1\."),
    "negative in a batch": ({"d": [1.0, -0.5]}, r"Argument `d` must be at least 0, but contains -0\.5\."),
    "not a number": ({"J": np.nan}, r"Argument `J` must be finite, but contains nan\."),
    "infinite": ({"a": np.inf}, r"Argument `a` must be finite, but contains inf\."),
    "complex rate": ({"a": 1.0 + 0.1j}, r"Argument `a` must be real, but contains 1\+0\.1j\."),
    "q above 1": ({"q": 1.1}, r"`q` must be at most 1 \(for an inverted medium give .*\), but is 1\.1\."),
    "negative q": ({"q": -0.1}, r"Argument `q` must be at least 0, but is -0\.1\."),
    "q twice": (
        {"q": 0.1, "a_tilde": 0.1},
        r"`q` must not be given together with `a_tilde` .*, but is 0\.1\.",
    ),
    "batches": (
        {"a": [1.0, 2.0], "J": [1.0, 2.0, 3.0]},
        r"must broadcast .* shapes are `a` \(2,\), `J` \(3,\)\.",
    ),
    "batch of q": ({"a": [1.0, 2.0], "q": [0.1, 0.2, 0.3]}, r"must broadcast .* `a` \(2,\), `q` \(3,\)\."),
    "text": ({"a": "fast"}, r'Argument `a` must be numeric, but is "fast" of type str\.'),
}
BAD_BLOCKS = {
    "not square": ({"relaxation": np.ones((2, 3))}, r"must have shape \(…, N, N\), but has shape \(2, 3\)\."),
    "a number": ({"relaxation": 1.0}, r"`relaxation` must have shape \(…, N, N\), but has shape \(\)\."),
    "empty": ({"relaxation": np.zeros((0, 0))}, r"`relaxation` must have shape .* has shape \(0, 0\)\."),
    "ragged": ({"relaxation": [[1.0], [1.0, 2.0]]}, r"`relaxation` must be a rectangular array of numbers, but"),
    "other size": ({"dephasing": np.eye(2)}, r"must have shape \(…, 3, 3\) as `relaxation` has, .*\(2, 2\)\."),
    "not Hermitian": ({"excitation": np.eye(3, k=1)}, r"`excitation` must be symmetric, but differs .* by 1\."),
    "not positive": ({"dephasing": -np.eye(3)}, r"`dephasing` must be positive semidefinite, .* eigenvalue -1\."),
    "diagonal G": ({"flip_flop": np.eye(3)}, r"`flip_flop` must have a zero diagonal, but has 1 on it\."),
    "diagonal K": ({"ising": 2 * np.eye(3)}, r"`ising` must have a zero diagonal, but has 2 on it\."),
    "complex K": ({"ising": 1j * np.eye(3)}, r"`ising` must be real, but contains"),
    "one-sided K": ({"ising": np.eye(3, k=1)}, r"`ising` must be symmetric, but differs from its adjoint by 1\."),
    "batches": ({"excitation": np.ones((2, 3, 3)), "ising": np.zeros((4, 3, 3))}, r"\(2,\), `ising` \(4,\)\."),
}


@pytest.mark.parametrize("case", list(BAD_PAIRS))
def test_what_is_no_pair(case: str) -> None:
    arguments, message = BAD_PAIRS[case]
    with pytest.raises(ArgumentError, match=message):
        nv.Medium.pair(**arguments)


@pytest.mark.parametrize("case", list(BAD_BLOCKS))
def test_what_is_no_medium(case: str) -> None:
    arguments, message = BAD_BLOCKS[case]
    with pytest.raises(ArgumentError, match=message):
        three(**arguments)


def test_an_argument_error_is_a_value_error_of_this_package() -> None:
    assert issubclass(ArgumentError, ValueError)
    assert issubclass(ArgumentError, NVProtocolError)
