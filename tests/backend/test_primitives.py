"""Qiskit's and Aer's primitives on the backend: the medium is in what they find."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value, sigmas
from numpy.typing import NDArray
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer.primitives import EstimatorV2, SamplerV2
from scipy.linalg import expm
from systems import EVERYTHING, reversed_qubits, stacked, unstacked

import nvprotocol as nv
from nvprotocol.backend import NVBackend

READOUT = np.array([[[0.9, 0.25], [0.1, 0.75]], [[0.97, 0.12], [0.03, 0.88]]])
IDEAL = NVBackend(nv.Device(EVERYTHING.equation))
NOISY = NVBackend(nv.Device(EVERYTHING.equation, readout=READOUT))
SHOTS = 20_000
PRECISION = 0.005  # the standard error that is asked for, and so at most what a value of ±1 has
SAMPLERS: dict[str, Callable[[NVBackend], Any]] = {
    "qiskit": lambda backend: BackendSamplerV2(backend=backend, options={"seed_simulator": 3}),
    "aer": lambda backend: SamplerV2.from_backend(backend, seed=3),
}
ESTIMATORS: dict[str, Callable[[NVBackend], Any]] = {
    "qiskit": lambda backend: BackendEstimatorV2(backend=backend, options={"seed_simulator": 3}),
    "aer": lambda backend: EstimatorV2.from_backend(backend, options={"run_options": {"seed_simulator": 3}}),
}


def waiting(time: Parameter | float, unit: str = "us") -> QuantumCircuit:
    """|↓⟩ beside a superposition, left to the medium; both delayed, since a measurement comes as soon as it can."""
    circuit = QuantumCircuit(2)
    circuit.x(0)
    circuit.sx(1)
    circuit.delay(time, [0, 1], unit=unit)
    return circuit


def state_after(time: float) -> NDArray[np.complex128]:
    """The same by hand: the state, and the exponential of the generator."""
    ket = np.kron(np.array([1 + 1j, 1 - 1j]) / 2, [0, 1])
    return unstacked(expm(EVERYTHING.generator() * time) @ stacked(np.outer(ket, ket.conj())))


def probabilities_after(time: float, readout: NDArray | None = None) -> NDArray[np.float64]:
    probabilities = np.diag(state_after(time)).real
    return probabilities if readout is None else np.kron(readout[1], readout[0]) @ probabilities


def table(counts: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([counts.get(f"{k:02b}", 0) for k in range(4)])


def measured(time: Parameter | float, unit: str = "us") -> QuantumCircuit:
    circuit = waiting(time, unit)
    circuit.measure_all()
    return circuit


@pytest.mark.statistical
@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_samplers_sample_the_medium(name: str, level: int) -> None:
    circuit = transpile(measured(0.4), NOISY, optimization_level=level)
    (found,) = SAMPLERS[name](NOISY).run([circuit], shots=SHOTS).result()
    assert multinomial_p_value(table(found.data.meas.get_counts()), probabilities_after(0.4, READOUT)) > FALSE_ALARM


@pytest.mark.statistical
@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_bind_late(name: str) -> None:
    time = Parameter("t")
    (found,) = SAMPLERS[name](IDEAL).run([(measured(time), [[0.1], [0.9]])], shots=SHOTS).result()
    for k, value in enumerate((0.1, 0.9)):
        assert multinomial_p_value(table(found.data.meas.get_counts(k)), probabilities_after(value)) > FALSE_ALARM / 2


@pytest.mark.statistical
@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize(("unit", "us"), [("us", 1.0), ("ns", 1e-3), ("s", 1e6)])
def test_a_transpiled_delay_is_bound_late(name: str, unit: str, us: float) -> None:
    circuit = transpile(measured(Parameter("t"), unit), IDEAL)
    (found,) = SAMPLERS[name](IDEAL).run([(circuit, [[0.4 / us]])], shots=SHOTS).result()
    assert multinomial_p_value(table(found.data.meas.get_counts(0)), probabilities_after(0.4)) > FALSE_ALARM


OBSERVABLES = ("ZI", "IZ", "XX", "YX", "ZZ")


@pytest.mark.statistical
@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_estimate_the_medium(name: str) -> None:
    operators = [SparsePauliOp(one) for one in OBSERVABLES]
    (found,) = ESTIMATORS[name](IDEAL).run([(waiting(0.4), operators)], precision=PRECISION).result()
    exact = [np.trace(one.to_matrix() @ state_after(0.4)).real for one in operators]
    np.testing.assert_allclose(found.data.evs, exact, atol=sigmas(5) * PRECISION)


@pytest.mark.statistical
@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_bind_late(name: str) -> None:
    time = Parameter("t")
    found = ESTIMATORS[name](IDEAL).run([(waiting(time), SparsePauliOp("IZ"), [[0.1], [0.9]])], precision=PRECISION)
    exact = [np.trace(SparsePauliOp("IZ").to_matrix() @ state_after(value)).real for value in (0.1, 0.9)]
    np.testing.assert_allclose(np.ravel(found.result()[0].data.evs), exact, atol=sigmas(2) * PRECISION)


@pytest.mark.statistical
def test_readout_errors_are_in_what_is_measured_and_not_in_what_is_saved() -> None:
    # Qiskit's estimator measures; Aer's takes the expectation value from the state.
    (found,) = ESTIMATORS["qiskit"](NOISY).run([(waiting(0.4), SparsePauliOp("IZ"))], precision=PRECISION).result()
    probabilities = READOUT[0] @ probabilities_after(0.4).reshape(2, 2).sum(axis=0)
    assert float(found.data.evs) == pytest.approx(probabilities[0] - probabilities[1], abs=sigmas(2) * PRECISION)
    (saved,) = ESTIMATORS["aer"](NOISY).run([(waiting(0.4), SparsePauliOp("IZ"))], precision=PRECISION).result()
    true = probabilities_after(0.4).reshape(2, 2).sum(axis=0)
    assert float(saved.data.evs) == pytest.approx(true[0] - true[1], abs=sigmas(2) * PRECISION)
    assert abs((probabilities[0] - probabilities[1]) - (true[0] - true[1])) > 0.06


def test_the_generator_is_in_qiskits_order() -> None:
    # What the reference above relies on: the pair is not symmetric, so the other order is another answer.
    generator = EVERYTHING.generator()
    rho = state_after(0.4)
    there = stacked(reversed_qubits(rho))
    assert np.abs(unstacked(generator @ there) - reversed_qubits(unstacked(generator @ stacked(rho)))).max() > 0.1
