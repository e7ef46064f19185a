"""The two protocols of the paper's figures: what is in each circuit, what it does, and the same by the theory."""

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from protocol_runs import exactly
from qiskit.quantum_info import Statevector
from scipy.linalg import expm
from systems import System, pair, random_symbols, stacked, unstacked

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.errors import ArgumentError
from nvprotocol.protocols import GALLERY, dissipative_entanglement, monitored_bell

S = np.sqrt(0.5)
KETS = {"u": [1, 0], "d": [0, 1], "+": [S, S], "-": [S, -S], "r": [S, 1j * S], "l": [S, -1j * S]}
LABELS = ["".join(letters) for letters in product(KETS, repeat=2)]
KEPT = [label for label in LABELS if label not in ("uu", "dd")]
"""Those of which a check at once keeps something."""


def ket(label: str) -> NDArray[np.complex128]:
    """Qubit 1 is the right-most factor."""
    return np.kron(KETS[label[1]], KETS[label[0]]).astype(complex)


def brute_force(system: System, duration: float, checks: int, label: str) -> tuple[NDArray, float]:
    """Wait and project, again and again: the kept state and its probability."""
    step = expm(system.generator() * duration / checks)
    zero = np.diag([0.0, 1.0, 1.0, 0.0])
    rho = np.outer(ket(label), ket(label).conj())
    for _ in range(checks):
        rho = zero @ unstacked(step @ stacked(rho)) @ zero
    probability = np.trace(rho).real
    return rho / probability, probability


@pytest.mark.parametrize("label", LABELS)
def test_initial_states_are_in_the_papers_order(label: str) -> None:
    circuit = dissipative_entanglement(duration=0.0, initial=label)
    plain = circuit.copy_empty_like()
    for entry in circuit.data:
        if entry.operation.name != "delay":
            plain.append(entry)
    overlap = np.vdot(ket(label), Statevector(plain).data)
    assert abs(overlap) ** 2 == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("checks", [1, 7])
def test_what_is_in_the_monitored_circuit(checks: int) -> None:
    circuit = monitored_bell(duration=1.4, checks=checks, initial="ud")
    assert [(register.name, register.size) for register in circuit.qregs] == [("nv", 2), ("monitor", 1)]
    assert [(register.name, register.size) for register in circuit.cregs] == [("parity", checks)]
    counted = {"delay": 2 * checks, "cx": 2 * checks, "measure": checks, "reset": checks, "x": 1, "barrier": checks}
    assert dict(circuit.count_ops()) == counted, "nothing in it knows of the medium"
    delays = [entry.operation.params[0] for entry in circuit.data if entry.operation.name == "delay"]
    np.testing.assert_allclose(delays, np.full(2 * checks, 1.4 / checks))
    assert circuit.data[-1].operation.name == "reset", "the last check is at the end"
    barriers = [entry.qubits for entry in circuit.data if entry.operation.name == "barrier"]
    assert set(barriers) == {tuple(circuit.qregs[0])}, "the monitor can be read while the NV qubits wait"
    measured = [circuit.find_bit(entry.clbits[0]).index for entry in circuit.data if entry.operation.name == "measure"]
    assert measured == list(range(checks)), "bit k of `parity` is check k"


@pytest.mark.parametrize("case", range(5))
@pytest.mark.parametrize("checks", [1, 4])
def test_monitored_reference_is_brute_force(checks: int, case: int, rng: np.random.Generator) -> None:
    system, label = pair(**random_symbols(rng)), KEPT[rng.integers(len(KEPT))]
    durations = [0.0, 0.4, 1.7]
    reference = GALLERY["monitored_bell"].reference(system.equation, durations, checks=checks, initial=label)
    for k, duration in enumerate(durations):
        expected, probability = brute_force(system, duration, checks, label)
        np.testing.assert_allclose(reference.states[k], expected, atol=1e-12)
        assert reference.probability[k] == pytest.approx(probability, rel=1e-12)


def test_a_check_at_once_can_keep_nothing() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5, q=0.2))
    reference = GALLERY["monitored_bell"].reference(equation, [0.0, 0.5], checks=2, initial="uu")
    assert reference.probability[0] == 0
    assert np.all(np.isnan(reference.states[0]))
    assert reference.probability[1] > 0, "later the warmth has excited one of them"


@pytest.mark.parametrize("case", range(5))
def test_unmonitored_reference_is_the_exponential(case: int, rng: np.random.Generator) -> None:
    system, label = pair(**random_symbols(rng)), LABELS[rng.integers(len(LABELS))]
    durations = [0.0, 0.4, 1.7]
    reference = GALLERY["dissipative_entanglement"].reference(system.equation, durations, initial=label)
    start = stacked(np.outer(ket(label), ket(label).conj()))
    expected = [unstacked(expm(system.generator() * duration) @ start) for duration in durations]
    np.testing.assert_allclose(reference.states, expected, atol=1e-12)
    np.testing.assert_array_equal(reference.probability, 1.0)


@pytest.mark.parametrize("delta", [0.0, 0.4, 1.6])
def test_in_the_cold_one_check_at_the_end_does_what_many_do(delta: float) -> None:
    # At T = 0 what has left |σᶻ| = 0 never comes back.
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8), detuning=delta)
    once, often = (exactly("monitored_bell", equation, duration=0.9, checks=n) for n in (1, 25))
    np.testing.assert_allclose(once.state, often.state, atol=1e-14)
    np.testing.assert_allclose(once.state, cf.monitored_state(0.9, 0.8, delta=delta), atol=1e-14)
    expected = cf.success_probability(0.9, 1.0, 0.8, delta=delta)
    np.testing.assert_allclose([once.success_probability, often.success_probability], expected, rtol=1e-13)


def test_in_the_warmth_checks_approach_continuous_monitoring_as_their_number_grows() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7, q=0.4), detuning=0.5)
    limit = equation.no_jump("ud", [1.0])
    numbers = np.array([16, 32, 64, 128])
    kept = [exactly("monitored_bell", equation, duration=1.0, checks=int(n)) for n in numbers]
    errors = [np.abs(one.state - limit.states[0]).max() for one in kept]
    slope = np.polyfit(np.log(numbers), np.log(errors), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1), "between two checks a pair of jumps goes unseen: first order"
    assert kept[-1].success_probability == pytest.approx(limit.probability[0], abs=5e-3)


@pytest.mark.parametrize(
    ("delta", "expected"),
    [(0.0, [0.76159, 0.96403, 0.99933]), (2.0, [0.74536, 0.94281, 0.99381])],
)
def test_figure_3(delta: float, expected: list[float]) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0), detuning=delta)
    found = [exactly("monitored_bell", equation, duration=t).concurrence for t in (0.25, 0.5, 1.0)]
    np.testing.assert_allclose(found, expected, atol=6e-6)


def test_figure_3_beyond_the_exceptional_point() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0), detuning=5.0)
    around = [exactly("monitored_bell", equation, duration=t).concurrence for t in (0.30, 0.3428, 0.38)]
    assert around[1] == pytest.approx(2 * 2.5 / (1 + 2.5**2), abs=1e-6)  # 2η/(1 + η²) with η = δ/Γ
    assert around[1] > max(around[0], around[2])


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (0.0, [0.49084, 0.49983, 0.50000]),
        (0.3, [0.48003, 0.45504, 0.34664]),
        (1.0, [0.38279, 0.16382, 0.00231]),
        (2.0, [0.17753, 0.00681, 0.00004]),
    ],
)
def test_figure_2(delta: float, expected: list[float]) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=delta)
    found = [exactly("dissipative_entanglement", equation, duration=t).concurrence for t in (1.0, 2.0, 5.0)]
    np.testing.assert_allclose(found, expected, atol=6e-6)


DURATIONS = [(-1.0, "at least 0, but is -1"), (np.nan, "finite"), (np.inf, "finite"), (True, "a real number")]
DURATIONS += [(None, "a real number"), ([1.0], "a real number"), ("1 us", 'a number of µs, but is "1 us"')]
INITIALS = [
    ("u", "2 letters"),
    ("udu", "2 letters"),
    ("psi-", "be a state"),
    ("ux", 'be a state such as "ud"'),
    ("", "be a state"),
    (3, "be a label"),
]


@pytest.mark.parametrize("protocol", [monitored_bell, dissipative_entanglement])
@pytest.mark.parametrize(("duration", "message"), DURATIONS)
def test_durations_that_are_refused(protocol: Callable, duration: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `duration` must be {message}"):
        protocol(duration)


@pytest.mark.parametrize("protocol", [monitored_bell, dissipative_entanglement])
@pytest.mark.parametrize(("initial", "message"), [*INITIALS, (np.eye(4) / 4, "be a label.*of type ndarray")])
def test_initial_states_that_are_refused(protocol: Callable, initial: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `initial` must .*{message}"):
        protocol(1.0, initial=initial)


EQUATION = nv.MasterEquation(nv.Medium.pair())
MAKERS = [partial(monitored_bell, 1.0), partial(GALLERY["monitored_bell"].reference, EQUATION, 1.0)]


@pytest.mark.parametrize("make", MAKERS, ids=["circuit", "reference"])
@pytest.mark.parametrize(("checks", "message"), [(0, "at least 1, but is 0"), (1.5, "a whole number"), (True, "whole")])
def test_numbers_of_checks_that_are_refused(make: Callable, checks: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `checks` must be .*{message}"):
        make(checks=checks)
