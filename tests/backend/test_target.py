"""The target says of the device what the device says of itself."""

import numpy as np
import pytest
from qiskit.transpiler import Target

import nvprotocol as nv
from nvprotocol.backend import NVBackend

DEVICE = nv.Device(
    nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.3, q=0.2, d=0.1), detuning=0.7),
    dt_ns=2.5,
    gate_ns={"x": 20, "sx": 10, "h": 15, "cx": 60, "cz": 50, "measure": 200, "reset": 100, "monitor_measure": 300},
    single_qubit_error=0.01,
    two_qubit_error=0.02,
    readout=[[[0.9, 0.3], [0.1, 0.7]], [[0.95, 0.15], [0.05, 0.85]]],
    initialisation_error=0.04,
    intrinsic_t1_us=[2.0, 5.0],
    intrinsic_t2_us=1.5,
    monitors=2,
    monitor_efficiency=0.8,
    monitor_false_alarm=0.35,
    frequency_ghz=2.87,
)
TARGET: Target = NVBackend(DEVICE).target


def test_durations_and_clock() -> None:
    assert TARGET.dt == pytest.approx(2.5e-9)
    assert NVBackend(DEVICE).dt == pytest.approx(2.5e-9)
    for name in DEVICE.native_gates:
        assert {round(p.duration * 1e9, 9) for p in TARGET[name].values()} == {DEVICE.gate_ns[name]}
    assert [round(TARGET["measure"][(k,)].duration * 1e9, 9) for k in range(4)] == [200, 200, 300, 300]
    assert [round(TARGET["reset"][(k,)].duration * 1e9, 9) for k in range(4)] == [100, 100, 100, 100]


def test_errors() -> None:
    for name, error in (("rz", 0.0), ("x", 0.01), ("sx", 0.01), ("h", 0.01), ("cx", 0.02), ("cz", 0.02)):
        assert {properties.error for properties in TARGET[name].values()} == {error}
        assert DEVICE.gate_error(name) == error
    means = [(0.1 + 0.3) / 2, (0.05 + 0.15) / 2, (0.2 + 0.35) / 2, (0.2 + 0.35) / 2]
    np.testing.assert_allclose([TARGET["measure"][(k,)].error for k in range(4)], means, atol=1e-15)
    assert [TARGET["reset"][(k,)].error for k in range(4)] == [0.04, 0.04, 0.0, 0.0]


def test_coherence_of_the_nv_qubits_has_medium_and_intrinsic_rates() -> None:
    # 1/T1 = 2(a + ã) + 1/T1′, and the same for T2 (Eqs. S17 and S18).
    found = TARGET.qubit_properties
    assert found is not None
    for k, t1 in enumerate((2.0, 5.0)):
        assert found[k].t1 == pytest.approx(1e-6 / (2 * 0.5 * 1.2 + 1 / t1))
        assert found[k].t2 == pytest.approx(1e-6 / (0.5 * 1.2 + 4 * 0.1 + 1 / 1.5))
    assert [one.t1 for one in found[2:]] == [None, None]


def test_frequencies_are_the_mean_and_the_offsets() -> None:
    # δ = (Δ₁ − Δ₂)/2 in rad/µs: the qubits are 2δ/2π MHz apart.
    found = TARGET.qubit_properties
    assert found is not None
    assert (found[0].frequency + found[1].frequency) / 2 == pytest.approx(2.87e9)
    assert found[0].frequency - found[1].frequency == pytest.approx(2 * 0.7 / (2 * np.pi) * 1e6, rel=1e-6)


def test_connections_are_those_with_a_monitor() -> None:
    edges = set(NVBackend(DEVICE).coupling_map.get_edges())
    assert edges == {(j, k) for j in range(4) for k in range(4) if j != k and (j > 1 or k > 1)}
    assert set(TARGET["cx"]) == set(TARGET["cz"]) == edges


def test_everything_that_a_circuit_may_have_is_there() -> None:
    others = {"measure", "reset", "delay", "if_else", "for_loop", "driven_delay"}
    assert set(TARGET.operation_names) == {*DEVICE.native_gates} | others
    assert TARGET.num_qubits == 4
    assert set(TARGET["delay"]) == {(k,) for k in range(4)}


def test_a_device_without_relaxation_has_no_finite_time() -> None:
    target = NVBackend(nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))).target
    found = target.qubit_properties if target else None
    assert found is not None
    assert [one.t1 for one in found[:2]] == [float("inf")] * 2
