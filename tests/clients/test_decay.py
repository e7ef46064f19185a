"""T1, T2Ramsey and T2Hahn of qiskit-experiments find the rates of the paper: 1/T1 = 2(a+ã), 1/T2 = (a+ã)+4d."""

from typing import Any

import numpy as np
import pytest
from client_runs import (
    SEEDS,
    SIGNIFICANCE,
    US,
    agreement,
    assert_normal,
    binomial_p_value,
    excited,
    fitted,
    framework,
    known_warnings,
    laboratory,
    library,
    off,
    ran,
    value,
)
from numpy.typing import NDArray

pytestmark = [known_warnings, pytest.mark.statistical]
RATE = 0.5  # a in rad/µs
IMPERFECT = {
    "gate_ns": {"x": 40, "sx": 40, "measure": 300},
    "readout": [[0.97, 0.05], [0.03, 0.95]],
    "initialisation_error": 0.02,
}


@pytest.mark.parametrize("q", [0.0, 0.5])
def test_t1_is_that_of_the_medium(q: float) -> None:
    backend = laboratory(a=RATE, A=0.0, q=q)
    t1 = 1 / (2 * RATE * (1 + q))
    runs = [ran(library.T1((1,), np.linspace(0, 4 * t1, 21) * US), backend, seed=seed) for seed in SEEDS]
    assert_normal([off(value(run, "T1"), t1 * US) for run in runs])
    assert_normal([off(fitted(run, "base"), q / (1 + q)) for run in runs])  # the population of |↓⟩ goes to ã/(a+ã)


def test_t1_does_not_depend_on_slow_and_imperfect_instruments() -> None:
    backend = laboratory(a=RATE, A=0.0, device=IMPERFECT)
    t1 = 1 / (2 * RATE)
    runs = [ran(library.T1((0,), np.linspace(0, 4 * t1, 21) * US), backend, seed=seed) for seed in SEEDS]
    assert_normal([off(value(run, "T1"), t1 * US) for run in runs])
    assert_normal([off(fitted(run, "base"), 0.03) for run in runs])  # what a qubit in |↑⟩ reads


def test_the_target_promises_the_t1_and_t2_that_are_found() -> None:
    q, d = 0.5, 0.05
    backend = laboratory(a=RATE, A=0.0, q=q, d=d)
    for qubit in (0, 1):
        properties: Any = backend.qubit_properties(qubit)
        assert properties.t1 == pytest.approx(US / (2 * RATE * (1 + q)), rel=1e-12)
        assert properties.t2 == pytest.approx(US / (RATE * (1 + q) + 4 * d), rel=1e-12)


@pytest.mark.parametrize(("q", "d"), [(0.0, 0.0), (0.5, 0.05)])
def test_an_echo_finds_t2_whatever_the_detuning(q: float, d: float) -> None:
    backend = laboratory(a=RATE, A=0.0, q=q, d=d, detuning=3.0)
    t2 = 1 / (RATE * (1 + q) + 4 * d)
    runs = [ran(library.T2Hahn((0,), np.linspace(0, 3 * t2, 21) * US), backend, seed=seed) for seed in SEEDS]
    assert_normal([off(value(run, "T2"), t2 * US) for run in runs])


@pytest.mark.parametrize("detuning", [0.0, 3.0])
def test_ramsey_fringes_of_both_qubits_at_once(detuning: float) -> None:
    """The frame rotates at the mean of the splittings, so the fringes' own frequency is off by ∓δ/2π."""
    q, d, osc_mhz = 0.5, 0.05, 1.0
    t2 = 1 / (RATE * (1 + q) + 4 * d)
    backend = laboratory(a=RATE, A=0.0, q=q, d=d, detuning=detuning)
    delays = np.linspace(0, 3 * t2, 41) * US
    single = [library.T2Ramsey((qubit,), delays, osc_freq=osc_mhz / US) for qubit in (0, 1)]
    both = framework.ParallelExperiment(single, flatten_results=False)
    runs = [ran(both, backend, seed=seed) for seed in SEEDS]
    for qubit, sign in ((0, -1), (1, 1)):  # −δσᶻ/2 of the paper's qubit 1 turns against the experiment's `rz`
        frequency = osc_mhz + sign * detuning / (2 * np.pi)
        data = [run.child_data(qubit) for run in runs]
        assert_normal([off(value(one, "T2star"), t2 * US) for one in data])
        assert_normal([off(value(one, "Frequency"), frequency / US) for one in data])


@pytest.mark.parametrize("qubit", [0, 1])
@pytest.mark.parametrize("coupling", [0.45, -0.45, 0.5j])
def test_one_excitation_on_a_shared_medium_does_not_decay_exponentially(coupling: complex, qubit: int) -> None:
    """The amplitude of the excited qubit is e^(−at)·cosh|A|t: half of it is bright, half dark (Eq. 7 at q = δ = 0)."""
    shots, clock_ns = 4000, 40.0
    backend = laboratory(a=RATE, A=coupling, device={"dt_ns": clock_ns})
    experiment = library.T1((qubit,), np.linspace(0.1, 6.0, 21) * US)
    data = ran(experiment, backend, seed=11, shots=shots)
    delays, ones = excited(data, shots)
    assert np.allclose(delays * 1e3 / clock_ns, np.rint(delays * 1e3 / clock_ns), rtol=0, atol=1e-9)
    shared = np.exp(-2 * RATE * delays) * np.cosh(abs(coupling) * delays) ** 2
    assert agreement(ones, shots, shared) > SIGNIFICANCE
    # The same counts refuse the decay of a qubit on its own, and no exponential without a constant fits them.
    assert binomial_p_value(ones, shots, np.exp(-2 * RATE * delays)) < 1e-12
    assert_not_exponential(delays, ones, shots)


def assert_not_exponential(delays: NDArray[np.float64], ones: NDArray[np.int64], shots: int) -> None:
    """Checks that counts refuse e^(−rate·t) at any rate, with enough of each outcome left at each point to tell."""
    rates = np.linspace(0.1, 3.0, 300) * RATE
    p_values = [binomial_p_value(ones, shots, np.clip(np.exp(-rate * delays), 0.002, 0.998)) for rate in rates]
    assert max(p_values) < 1e-12
