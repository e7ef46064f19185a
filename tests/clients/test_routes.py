"""Every way from a client to the backend keeps the medium: `run`, and the samplers and estimators of three packages."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from client_runs import SIGNIFICANCE, US, agreement, done, excited, known_warnings, laboratory, library
from numpy.typing import NDArray
from qiskit import transpile
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer.primitives import EstimatorV2 as AerEstimator
from qiskit_aer.primitives import SamplerV2 as AerSampler

pytestmark = [known_warnings, pytest.mark.statistical]
RATE, COUPLING = 0.5, 0.45  # a and A in rad/µs
SHOTS, SEED = 4000, 5
DELAYS = np.linspace(0.1, 5.0, 11)  # µs


def survival(delays: Any) -> Any:
    """Population of the excited qubit at q = δ = 0."""
    return np.exp(-2 * RATE * delays) * np.cosh(COUPLING * delays) ** 2


def by_run(experiment: Any, backend: Any) -> Any:
    experiment.set_run_options(shots=SHOTS, seed_simulator=SEED)
    return experiment.run(backend, backend_run=True)


def by_default(experiment: Any, backend: Any) -> Any:
    """qiskit-ibm-runtime's sampler in its local mode, which qiskit-experiments makes for itself."""
    experiment.set_run_options(shots=SHOTS, seed_simulator=SEED)
    return experiment.run(backend)


def by_backend_sampler(experiment: Any, backend: Any) -> Any:
    sampler = BackendSamplerV2(backend=backend, options={"default_shots": SHOTS, "seed_simulator": SEED})
    return experiment.run(sampler=sampler)


def by_aer_sampler(experiment: Any, backend: Any) -> Any:
    return experiment.run(sampler=AerSampler.from_backend(backend, default_shots=SHOTS, seed=SEED))


ROUTES = [by_run, by_default, by_backend_sampler, by_aer_sampler]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
def test_every_route_brings_the_same_counts(route: Callable[[Any, Any], Any]) -> None:
    backend = laboratory(a=RATE, A=COUPLING)
    data = done(route(library.T1((0,), DELAYS * US), backend))
    delays, ones = excited(data, SHOTS)
    assert agreement(ones, SHOTS, survival(delays)) > SIGNIFICANCE
    # With the same seed they are the same runs, not just runs of the same physics.
    _, reference = excited(done(by_run(library.T1((0,), DELAYS * US), backend)), SHOTS)
    np.testing.assert_array_equal(ones, reference)


def observed(experiment: Any, backend: Any) -> list[tuple[Any, Any]]:
    """The experiment's circuits before they are measured, each with σᶻ of its qubit."""
    bare = [circuit.remove_final_measurements(inplace=False) for circuit in experiment.circuits()]
    placed = transpile(bare, backend, initial_layout=list(experiment.physical_qubits))
    return [(circuit, SparsePauliOp("Z").apply_layout(circuit.layout)) for circuit in placed]


def expectations(results: Any) -> NDArray[np.float64]:
    return np.array([float(result.data.evs) for result in results])


def test_qiskit_estimator_on_the_circuits_of_an_experiment() -> None:
    backend = laboratory(a=RATE, A=COUPLING)
    estimator = BackendEstimatorV2(backend=backend, options={"seed_simulator": SEED})
    pubs = observed(library.T1((0,), DELAYS * US, backend=backend), backend)
    found = expectations(estimator.run(pubs, precision=1 / 64).result())
    shots = 64**2  # what the precision asks for
    ones = np.rint(shots * (1 - found) / 2).astype(int)
    assert agreement(ones, shots, survival(DELAYS)) > SIGNIFICANCE


@pytest.mark.parametrize("qubit", [0, 1])
def test_aer_estimator_on_the_circuits_of_an_experiment(qubit: int) -> None:
    backend = laboratory(a=RATE, A=COUPLING)
    pubs = observed(library.T1((qubit,), DELAYS * US, backend=backend), backend)
    found = expectations(AerEstimator.from_backend(backend).run(pubs).result())
    np.testing.assert_allclose(found, 1 - 2 * survival(DELAYS), rtol=0, atol=1e-9)
