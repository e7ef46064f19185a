"""T1 of qiskit-experiments beside a qubit that shares the magnet: an exponential is not what it is, and we say what."""

from typing import Any

import numpy as np
import pytest
from client_runs import SEEDS, SIGNIFICANCE, US, assert_normal, excited, known_warnings, laboratory, library, ran, value
from qiskit import QuantumCircuit
from scipy.stats import chi2

import nvprotocol as nv

pytestmark = [known_warnings, pytest.mark.statistical]
RATE, COUPLING, SHOTS = 0.5, 0.45, 2000
T1 = 1 / (2 * RATE)
DELAYS = np.linspace(0, 4 * T1, 25)


def relaxing(time_us: float) -> QuantumCircuit:
    """The circuit of T1 on the second qubit, as its documentation has it."""
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.delay(time_us, [0, 1], unit="us")
    circuit.measure(1, 0)
    return circuit


def model(a: float, ratio: float) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a)))


def test_the_same_counts_give_a_biased_t1_and_unbiased_rates() -> None:
    backend = laboratory(a=RATE, A=COUPLING)
    theirs, rates, ratios, p_values = [], [], [], []
    for seed in SEEDS:
        run = ran(library.T1((1,), DELAYS * US), backend, seed=seed, shots=SHOTS)
        theirs.append(value(run, "T1"))
        times, ones = excited(run, SHOTS)
        counts: Any = [{"1": int(number), "0": SHOTS - int(number)} for number in ones]
        circuits = [relaxing(time_us) for time_us in times]
        start, bounds = {"a": 0.8, "ratio": 0.5}, {"a": (0.01, 10.0), "ratio": (0.0, 1.0)}
        found = nv.inference.fit(model, circuits, counts, start, bounds)
        rates.append((found.values["a"] - RATE) / found.standard_errors["a"])
        ratios.append((found.values["ratio"] - COUPLING / RATE) / found.standard_errors["ratio"])
        p_values.append(found.p_value)
        without = nv.inference.compare(found, {"ratio": 0.0})
        assert without.p_value < SIGNIFICANCE, "an exponential does not describe these counts"
    biased = np.array([(one.n / US - T1) / (one.s / US) for one in theirs])
    assert abs(biased.sum()) / np.sqrt(biased.size) > 6, f"T1 is off by {biased.round(1)} of its standard deviations"
    assert_normal(rates)
    assert_normal(ratios)
    assert chi2.sf(-2 * np.log(p_values).sum(), 2 * len(p_values)) > SIGNIFICANCE  # Fisher's way to put tests together
