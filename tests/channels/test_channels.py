"""Channels: the exponential of the generator, minimal Kraus operators, the check of |σᶻ| as an instrument."""

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.quantum_info import Choi, DensityMatrix, Kraus, SuperOp, partial_trace
from scipy.linalg import expm
from strategies import SEEDS, states
from systems import many, pair, random_state, random_symbols, stacked, unstacked

import nvprotocol as nv
from nvprotocol._typing import ArrayLike
from nvprotocol.backend import to_kraus, to_superop
from nvprotocol.channels import Channel, Instrument, evolution, parity_check
from nvprotocol.errors import ArgumentError

DURATIONS = [1e-3, 0.05, 1.0, 100.0]
"""In µs: from a clock tick to a long wait."""
MEDIA = {
    "cold, at the edge": {"a": 1.0, "A": 1.0},
    "cold": {"a": 1.0, "A": 0.9},
    "warm, at the edge": {"a": 1.0, "A": 1.0, "q": 0.3},
    "warm": {"a": 1.0, "A": 0.5j, "q": 0.3},
    "detuned": {"a": 1.0, "A": 1.0, "delta": 0.8},
    "dephasing": {"a": 0.0, "d": 0.7, "D": 0.2},
    "dephasing in step": {"a": 0.0, "d": 0.7, "D": 0.7},
    "coherent": {"a": 0.0, "J": 0.5, "Jz": 0.3, "dm": 0.2, "delta": 0.4},
    "everything": {"a": 1.0, "A": 0.6, "q": 0.4, "d": 0.3, "D": 0.1, "J": 0.5, "Jz": 0.2, "dm": 0.3, "delta": 0.4},
}


def superoperator(kraus: NDArray) -> NDArray[np.complex128]:
    """Σ K* ⊗ K, the matrix on column-stacked density matrices."""
    d = kraus.shape[-1]
    return np.einsum("kab,kcd->acbd", kraus.conj(), kraus).reshape(d * d, d * d)


def choi_of(matrix: NDArray) -> NDArray[np.complex128]:
    """Σ_ij |i⟩⟨j| ⊗ 𝓔(|i⟩⟨j|), one basis element after the other."""
    d = round(np.sqrt(len(matrix)))
    basis = np.eye(d * d).reshape(d, d, d, d)
    return sum(
        (np.kron(basis[i, j], unstacked(matrix @ stacked(basis[i, j]))) for i in range(d) for j in range(d)),
        start=np.zeros((d * d, d * d), dtype=complex),
    )


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_a_stretch_of_time_is_the_exponential_of_the_generator(
    n_qubits: int, duration: float, rng: np.random.Generator
) -> None:
    system = many(rng, n_qubits)
    channel = evolution(system.equation, duration)
    np.testing.assert_allclose(channel.superoperator, expm(system.generator() * duration), atol=1e-12)
    np.testing.assert_allclose(channel.choi, choi_of(channel.superoperator), atol=1e-15)
    np.testing.assert_allclose(channel.choi, Choi(SuperOp(channel.superoperator)).data, atol=1e-15)
    rho = random_state(rng, n_qubits)
    np.testing.assert_allclose(channel(rho), system.equation.evolve(rho, duration)[0], atol=1e-13)
    np.testing.assert_allclose(to_superop(channel).data, channel.superoperator, atol=0)


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_kraus_operators_are_the_channel(n_qubits: int, duration: float, rng: np.random.Generator) -> None:
    channel = evolution(many(rng, n_qubits).equation, duration)
    kraus = channel.kraus
    np.testing.assert_allclose(np.einsum("kba,kbc->ac", kraus.conj(), kraus), np.eye(2**n_qubits), atol=5e-15)
    np.testing.assert_allclose(superoperator(kraus), channel.superoperator, atol=1e-13)
    weights = np.einsum("kab,kab->k", kraus.conj(), kraus).real
    assert np.all(np.diff(weights) <= 1e-9 * weights[:-1]), "the heaviest come first"
    gram = np.einsum("kab,lab->kl", kraus.conj(), kraus)
    np.testing.assert_allclose(gram, np.diag(weights), atol=1e-12, err_msg="canonical: orthogonal to each other")
    np.testing.assert_allclose(superoperator(np.array(to_kraus(channel).data)), channel.superoperator, atol=1e-13)
    assert np.linalg.eigvalsh(channel.choi)[0] > -1e-12
    assert channel.trace_preserving


@pytest.mark.parametrize("medium", MEDIA)
def test_there_are_as_few_kraus_operators_as_there_can_be(medium: str) -> None:
    system = pair(**MEDIA[medium])
    # After 0.7 µs every process has had its time, and the rank of the Choi matrix can be read from its eigenvalues.
    eigenvalues = np.linalg.eigvalsh(choi_of(expm(system.generator() * 0.7)))
    rank = np.count_nonzero(eigenvalues > 1e-12)
    assert eigenvalues[-rank] > 1e-8, "no eigenvalue near the line"
    assert len(evolution(system.equation, 0.7).kraus) == rank
    # It is the same after any time > 0, as the exponential is analytic; a nanosecond must not lose the rare processes.
    for duration in (1e-3, 0.03, 3.0):
        assert len(evolution(system.equation, duration).kraus) == rank


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_kraus_rank_of_random_media(n_qubits: int, rng: np.random.Generator) -> None:
    system = many(rng, n_qubits)
    choi = choi_of(expm(system.generator() * 1.0))
    assert len(evolution(system.equation, 1.0).kraus) == np.linalg.matrix_rank(choi, hermitian=True, tol=1e-11)


def after_ten_microseconds(kraus: NDArray) -> NDArray[np.complex128]:
    return np.linalg.matrix_power(superoperator(kraus), 10_000)


@pytest.mark.parametrize("case", range(4))
def test_ten_thousand_slices_of_a_nanosecond_make_ten_microseconds(case: int, rng: np.random.Generator) -> None:
    system = pair(**random_symbols(rng))
    composed = after_ten_microseconds(evolution(system.equation, 1e-3).kraus)
    np.testing.assert_allclose(composed, expm(system.generator() * 10.0), atol=1e-11)


def test_rare_processes_are_kept_where_qiskit_drops_them() -> None:
    # Qiskit's conversion from a superoperator leaves out Kraus operators of weight below 1e-8, and says nothing.
    system = pair(a=2.0, A=1.8, q=0.1, delta=0.5)
    slice_, whole = evolution(system.equation, 1e-3), expm(system.generator() * 10.0)
    theirs = np.array(Kraus(SuperOp(slice_.superoperator)).data)
    lost = np.abs(after_ten_microseconds(theirs) - whole).max()
    np.testing.assert_allclose(after_ten_microseconds(slice_.kraus), whole, atol=1e-11)
    np.testing.assert_allclose(after_ten_microseconds(np.array(to_kraus(slice_).data)), whole, atol=1e-11)
    if lost < 1e-9:
        pytest.skip("Qiskit keeps small Kraus operators by now: the note at `to_kraus` is out of date")
    assert len(theirs) < len(slice_.kraus)
    assert lost > 1e-6


@given(seed=SEEDS, rho=states())
def test_channels_compose_as_time_goes_on(seed: int, rho: NDArray) -> None:
    rng = np.random.default_rng(seed)
    equation, (first, second) = pair(**random_symbols(rng)).equation, rng.uniform(0, 2, size=2)
    both = evolution(equation, second) @ evolution(equation, first)
    np.testing.assert_allclose(both(rho), evolution(equation, first + second)(rho), atol=1e-13)
    batch = np.array([rho, np.eye(4) / 4])
    np.testing.assert_allclose(both(batch)[0], both(rho), atol=1e-15)


def test_strang_splitting_is_of_second_order_and_the_default_has_no_splitting_error(rng: np.random.Generator) -> None:
    system = pair(**random_symbols(rng))
    time = 0.2  # short enough that the steps are in the regime of the slope, whatever the rates
    exact = expm(system.generator() * time)
    splits = np.array([8, 16, 32, 64])
    errors = [np.abs(evolution(system.equation, time, split=n).superoperator - exact).max() for n in splits]
    slope = np.polyfit(np.log(splits), np.log(errors), 1)[0]
    assert slope == pytest.approx(-2, abs=0.02)
    assert errors[-1] > 1e-7, "it is there, and would be seen"
    np.testing.assert_allclose(evolution(system.equation, 1.0).superoperator, expm(system.generator()), atol=1e-13)


def test_splitting_costs_nothing_where_the_parts_commute() -> None:
    system = pair(a=0.0, d=0.5, D=0.2, Jz=0.3, delta=0.4)  # everything is diagonal in σᶻ
    one_step = evolution(system.equation, 1.0, split=1)
    np.testing.assert_allclose(one_step.superoperator, expm(system.generator()), atol=1e-14)


def circuit_branch(rho: NDArray, outcome: int) -> NDArray[np.complex128]:
    """The unnormalised state after two CX onto a monitor qubit, which is then found in `outcome`."""
    circuit = QuantumCircuit(3)
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    after = DensityMatrix(np.kron(np.diag([1, 0]), rho)).evolve(circuit).data
    found = np.kron(np.diag([1 - outcome, outcome]), np.eye(4))
    return np.asarray(partial_trace(DensityMatrix(found @ after @ found), [2]).data)


@given(rho=states())
def test_parity_check_is_two_cx_and_a_measurement(rho: NDArray) -> None:
    check = parity_check()
    kept = [check.branches[outcome](rho) for outcome in (0, 1)]
    for outcome in (0, 1):
        np.testing.assert_allclose(kept[outcome], circuit_branch(rho, outcome), atol=1e-15)
        assert check.probability(rho, outcome) == pytest.approx(np.trace(kept[outcome]).real, abs=1e-15)
    np.testing.assert_allclose(kept[0][0, 3], rho[0, 3], atol=1e-16, err_msg="↑↑ and ↓↓ stay in superposition")
    np.testing.assert_allclose(check.unread(rho), kept[0] + kept[1], atol=1e-15)


def test_parity_check_of_four_qubits() -> None:
    check = parity_check(4)
    weights = np.array([k.bit_count() for k in range(16)])
    projector = np.diag((weights == 2).astype(float))
    rho = random_state(np.random.default_rng(1), 4)
    np.testing.assert_allclose(check.branches[1](rho), projector @ rho @ projector, atol=1e-16)
    assert len(check.branches[1].kraus) == 1
    assert not check.branches[1].trace_preserving
    assert str(check.branches[1]) == "Channel on 4 qubits, trace-decreasing, Kraus rank 1"


def test_kraus_operators_of_a_branch_are_not_made_trace_preserving() -> None:
    branch = parity_check().branches[1] @ evolution(pair(**MEDIA["everything"]).equation, 0.5)
    np.testing.assert_allclose(superoperator(branch.kraus), branch.superoperator, atol=1e-14)
    assert not branch.trace_preserving


def test_arrays_of_a_channel_cannot_be_written() -> None:
    given_array = np.eye(4, dtype=complex)
    identity = Channel(given_array)
    given_array[0, 0] = 5
    np.testing.assert_array_equal(identity.superoperator, np.eye(4))
    with pytest.raises(ValueError, match="read-only"):
        identity.superoperator[0, 0] = 2


def channel(superoperator: ArrayLike) -> Channel:
    return Channel(np.asarray(superoperator, dtype=complex))


EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: channel(np.eye(3)), r"`superoperator` must have shape \(4ᴺ, 4ᴺ\), but has shape \(3, 3\)\."),
        (lambda: channel(np.eye(2)), r"but has shape \(2, 2\)\."),
        (lambda: channel(np.eye(1)), r"but has shape \(1, 1\)\."),
        (lambda: channel(np.zeros((0, 0))), r"but has shape \(0, 0\)\."),
        (lambda: channel(np.ones((4, 16))), r"but has shape \(4, 16\)\."),
        (lambda: channel(1.0), r"but has shape \(\)\."),
        (lambda: channel(-np.eye(4)), "must be completely positive, but its Choi matrix has the eigenvalue -2"),
        (lambda: channel(np.eye(4)[[0, 2, 1, 3]]), "must be completely positive.*eigenvalue -1"),  # the transposition
        (lambda: channel(np.full((4, 4), np.nan)), "`superoperator` must be finite"),
        (lambda: channel(np.eye(4))(np.eye(4)), r"`rho` must have shape \(…, 2, 2\), but has shape \(4, 4\)\."),
        (lambda: channel(np.eye(4)) @ channel(np.eye(16)), "`earlier` must act on 1 qubits, but acts on 2"),
        (lambda: Instrument({0: parity_check().branches[0]}), "`branches` must keep the trace together"),
        (lambda: parity_check().probability(np.eye(4) / 4, 2), "`outcome` must be one of 0, 1, but is 2"),
        (lambda: parity_check(3), "`n_qubits` must be even for |σᶻ| = 0 to be possible, but is 3"),
        (lambda: parity_check(0), "`n_qubits` must be at least 2, but is 0"),
        (lambda: evolution(EQUATION, -1.0), "`duration` must be at least 0, but is -1"),
        (lambda: evolution(EQUATION, np.inf), "`duration` must be finite"),
        (lambda: evolution(EQUATION, 1.0, split=0), "`split` must be at least 1, but is 0"),
        (lambda: evolution(EQUATION, 1.0, split=1.5), "`split` must be a whole number, but is 1.5"),  # pyright: ignore[reportArgumentType]
        (lambda: evolution(EQUATION.medium, 1.0), "`equation` must be a MasterEquation, but is of type Medium"),  # pyright: ignore[reportArgumentType]
        (lambda: evolution(nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0])), 1.0), "`equation` must have no batch axes"),
    ],
)
def test_what_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ArgumentError, match=message):
        make()


def test_only_channels_compose() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = channel(np.eye(4)) @ 3  # pyright: ignore[reportOperatorIssue]


def test_a_stretch_of_time_that_rounding_has_taken_over_is_refused() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=0.2), detuning=0.5)
    with pytest.raises(ArgumentError, match=r"`duration` must be at most .* for these rates"):
        evolution(equation, 1e8)
    longest = evolution(equation, 1e5)
    assert longest.trace_preserving
    np.testing.assert_allclose(longest(nv.operators.density_matrix("ud")), equation.steady_state(), atol=1e-8)
    with pytest.raises(ArgumentError, match=r"`period` must be at most .* for these rates"):
        equation.monitored("ud", 1e14, period=1e14)
