"""The face of `MasterEquation`: what it holds, what it refuses, how it reads."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from numpy.typing import NDArray
from strategies import DURATIONS, pairs, states
from systems import System, many, stacked, unstacked

import nvprotocol as nv
from nvprotocol.errors import ArgumentError

PAIR = nv.Medium.pair(a=1.0, A=0.5)
THREE = nv.Medium(relaxation=np.eye(3))
BATCH = nv.Medium.pair(a=[1.0, 2.0], A=0.5)


def test_it_keeps_what_it_was_given() -> None:
    equation = nv.MasterEquation(BATCH, detuning=[[0.1], [0.2], [0.3]])
    assert equation.medium is BATCH
    assert equation.n_qubits == 2
    assert equation.batch_shape == (3, 2)
    np.testing.assert_array_equal(equation.detuning, [[0.1], [0.2], [0.3]])


def test_matrices_have_their_shapes() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0], d=0.1), detuning=np.zeros((3, 1)))
    assert equation.hamiltonian.shape == (3, 2, 4, 4)
    assert equation.effective_hamiltonian.shape == (3, 2, 4, 4)
    assert equation.liouvillian.shape == (3, 2, 16, 16)
    assert equation.jump_operators.shape[-3:] == (6, 4, 4)


def test_the_energy_of_the_detuning() -> None:
    """H_S = −δ(σ₁ᶻ − σ₂ᶻ)/2: |↑↓⟩ has −δ, |↓↑⟩ has +δ."""
    hamiltonian = nv.MasterEquation(PAIR, detuning=0.3).hamiltonian
    for label, energy in (("ud", -0.3), ("du", 0.3), ("uu", 0.0), ("dd", 0.0)):
        ket = nv.operators.state(label)
        np.testing.assert_allclose(hamiltonian @ ket, energy * ket, rtol=0, atol=1e-15)


def test_splittings_of_three_qubits_are_taken_from_their_mean() -> None:
    """H_S = −Σ Δ_i σ_iᶻ/2, and |↑↑↑⟩ is at 0 in the frame that rotates at the mean."""
    hamiltonian = nv.MasterEquation(THREE, detuning=[3.0, 1.0, 5.0]).hamiltonian
    for label, energy in (("uuu", 0.0), ("duu", 0.0), ("udu", -2.0), ("uud", 2.0), ("ddu", -2.0)):
        ket = nv.operators.state(label)
        np.testing.assert_allclose(hamiltonian @ ket, energy * ket, rtol=0, atol=1e-15)


@settings(max_examples=40)
@given(pairs(), DURATIONS)
def test_propagator_is_the_exponential_of_the_generator(system: System, time: float) -> None:
    expected = scipy.linalg.expm(system.generator() * time)
    np.testing.assert_allclose(system.equation.propagator(time), expected, rtol=0, atol=1e-12)


@settings(max_examples=40)
@given(pairs(), states(), DURATIONS)
def test_propagator_on_a_state_is_its_evolution(system: System, rho: NDArray, time: float) -> None:
    found = unstacked(system.equation.propagator(time) @ stacked(rho))
    np.testing.assert_allclose(found, system.equation.evolve(rho, time)[0], rtol=0, atol=1e-12)


def test_propagators_of_several_times_are_those_of_each() -> None:
    medium = nv.Medium.pair(a=np.array([0.5, 1.0, 2.0]), A=0.3, q=0.2, d=0.1, J=0.4)
    equation, times = nv.MasterEquation(medium, 0.3), np.array([1.3, 0.0, 0.2, 20.0])
    found = equation.propagator(times)
    assert found.shape == (3, 4, 16, 16)
    for k, time in enumerate(times):
        np.testing.assert_allclose(found[:, k], equation.propagator(float(time)), rtol=0, atol=1e-13)
    assert equation.propagator(np.zeros(0)).shape == (3, 0, 16, 16)
    with pytest.raises(ArgumentError, match="Argument `duration` must be at least 0, but contains -1"):
        equation.propagator(np.array([1.0, -1.0]))


@pytest.mark.parametrize("n_qubits", [1, 3])
def test_propagator_of_n_qubits(n_qubits: int, rng: np.random.Generator) -> None:
    system = many(rng, n_qubits)
    expected = scipy.linalg.expm(system.generator() * 0.7)
    np.testing.assert_allclose(system.equation.propagator(0.7), expected, rtol=0, atol=1e-12)


def test_it_reads_well() -> None:
    assert str(nv.MasterEquation(PAIR, 0.5)).startswith("MasterEquation with δ = 0.5 rad/µs on\nMedium of 2 qubits")
    assert "detuning of shape (3,)" in str(nv.MasterEquation(THREE, [1.0, 2.0, 3.0]))


def test_a_number_is_one_time() -> None:
    equation = nv.MasterEquation(PAIR)
    np.testing.assert_array_equal(equation.evolve("ud", 0.5), equation.evolve("ud", [0.5]))
    assert equation.evolve("ud", 0.5).shape == (1, 4, 4)


BAD_EQUATIONS = {
    "no medium": ((1.0, 0.0), r"Argument `medium` must be a Medium, but is of type float\."),
    "complex": ((PAIR, 1j), r"Argument `detuning` must be real, but contains 0\+1j\."),
    "not finite": ((PAIR, np.nan), r"Argument `detuning` must be finite, but contains nan\."),
    "one for three": ((THREE, 0.5), r"`detuning` must have shape \(…, 3\), one splitting for each qubit, .* \(\)\."),
    "two for three": ((THREE, [0.5, 1.0]), r"`detuning` must have shape \(…, 3\), .* but has shape \(2,\)\."),
    "batches": ((BATCH, [1.0, 2.0, 3.0]), r"`detuning` must broadcast against the batch shape \(2,\) of the medium"),
}
BAD_TIMES = {
    "negative": (-1.0, r"Argument `times` must be at least 0, but is -1\."),
    "one negative": ([0.0, -0.5], r"Argument `times` must be at least 0, but contains -0\.5\."),
    "decreasing": ([0.0, 2.0, 1.5], r"Argument `times` must not decrease, but 1\.5 follows 2\."),
    "two-dimensional": ([[0.0, 1.0]], r"`times` must be a number or one-dimensional, but has shape \(1, 2\)\."),
    "none": ([], r"Argument `times` must contain at least one time, but is empty\."),
    "not finite": ([0.0, np.inf], r"Argument `times` must be finite, but contains inf\."),
    "complex": ([1j], r"Argument `times` must be real, but contains 0\+1j\."),
    "text": ("soon", r'Argument `times` must be numeric, but is "soon" of type str\.'),
}
BAD_STATES = {
    "label": ("ux", r'`initial` must be a state such as "ud", .* but is "ux"\.'),
    "too many letters": ("udu", r'`initial` must have 2 letters, one for each qubit, but is "udu"\.'),
    "too many qubits": (np.eye(8)[0], r"`initial` must have shape \(4,\) for a ket or .*, but has shape \(8,\)\."),
    "not normalised": ([1.0, 1.0, 0.0, 0.0], r"`initial` must be a normalised ket, but its norm is 1\.41421\."),
    "trace": (np.eye(4), r"`initial` must have trace 1, but its trace is 4\."),
    "batch": (np.array([np.eye(4) / 4] * 3), r"`initial` must broadcast .* batch shape \(2,\), but has batch \(3,\)\."),
}


@pytest.mark.parametrize("case", list(BAD_EQUATIONS))
def test_what_is_no_master_equation(case: str) -> None:
    arguments, message = BAD_EQUATIONS[case]
    with pytest.raises(ArgumentError, match=message):
        nv.MasterEquation(*arguments)


@pytest.mark.parametrize("method", ["evolve", "no_jump", "monitored"])
@pytest.mark.parametrize("case", list(BAD_TIMES))
def test_what_are_no_times(case: str, method: str) -> None:
    times, message = BAD_TIMES[case]
    more = {"period": 0.1} if method == "monitored" else {}
    with pytest.raises(ArgumentError, match=message):
        getattr(nv.MasterEquation(PAIR), method)("ud", times, **more)


@pytest.mark.parametrize("method", ["evolve", "no_jump", "monitored", "steady_state"])
@pytest.mark.parametrize("case", list(BAD_STATES))
def test_what_is_no_initial_state(case: str, method: str) -> None:
    initial, message = BAD_STATES[case]
    more = {"monitored": {"times": 1.0, "period": 0.1}, "steady_state": {}}.get(method, {"times": 1.0})
    with pytest.raises(ArgumentError, match=message):
        getattr(nv.MasterEquation(BATCH), method)(initial, **more)


@pytest.mark.parametrize(("duration", "message"), [
    (-1.0, r"Argument `duration` must be at least 0, but is -1\."),
    (np.inf, r"Argument `duration` must be finite, but is inf\."),
    ("long", r'Argument `duration` must be a real number, but is "long" of type str\.'),
])  # fmt: skip
def test_what_is_no_duration(duration: float, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        nv.MasterEquation(PAIR).propagator(duration)
