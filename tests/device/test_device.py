"""A device is what it is told to be, and refuses to be what nothing can be."""

import copy
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit.circuit.library import get_standard_gate_name_mapping
from strategies import pairs
from systems import System

import nvprotocol as nv
from nvprotocol.device import catalogue
from nvprotocol.errors import ArgumentError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=0.25, A=0.2, q=0.5, d=0.1), detuning=0.5)
PERFECT = np.eye(2)
TIMES = st.floats(1e-3, 1e3)


@given(pairs(), TIMES | st.tuples(TIMES, TIMES), st.floats(1e-3, 1.0))
def test_rates_of_medium_and_qubits_add(system: System, t1: Any, ratio: float) -> None:
    t2 = ratio * 2 * np.asarray(t1)  # the same for both qubits, or one for each, up to the largest
    device = nv.Device(system.equation, intrinsic_t1_us=t1, intrinsic_t2_us=t2)
    medium = system.equation.medium
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(1 / device.total_t1_us, 1 / medium.t1 + 1 / np.asarray(t1), rtol=1e-12)
        np.testing.assert_allclose(1 / device.total_t2_us, 1 / medium.t2 + 1 / t2, rtol=1e-12)
    for name in ("flip_flop", "ising"):
        np.testing.assert_array_equal(getattr(device.dynamics.medium, name), getattr(medium, name))
    coupled = np.array([[0, 1], [1, 0]])  # the two qubits' own baths know nothing of each other
    for name in ("relaxation", "excitation", "dephasing"):
        before, after = (coupled * getattr(one, name) for one in (medium, device.dynamics.medium))
        np.testing.assert_allclose(after, before, atol=1e-15)


def test_intrinsic_decay_is_that_of_bloch() -> None:
    # One qubit alone: from |↓⟩ the polarisation relaxes to 0, the mean of a hot bath, and a coherence decays with T2.
    t1, t2, times = 3.0, 1.7, np.linspace(0.0, 6.0, 7)
    device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[0.0]])), intrinsic_t1_us=t1, intrinsic_t2_us=t2)
    down, plus = np.diag([0.0, 1.0]), np.full((2, 2), 0.5)
    populations = device.dynamics.evolve(down, times)[:, 1, 1].real
    np.testing.assert_allclose(populations, (1 + np.exp(-times / t1)) / 2, atol=1e-12)
    np.testing.assert_allclose(device.dynamics.evolve(plus, times)[:, 0, 1], np.exp(-times / t2) / 2, atol=1e-12)


def test_relaxation_alone_limits_coherence_to_twice_its_time() -> None:
    cold = nv.MasterEquation(nv.Medium(relaxation=np.zeros((3, 3))))
    device = nv.Device(cold, intrinsic_t1_us=(1.0, 2.0, 4.0))
    np.testing.assert_allclose(device.total_t2_us, [2.0, 4.0, 8.0])
    assert not np.any(device.dynamics.medium.dephasing)
    dephased = nv.Device(cold, intrinsic_t2_us=5.0)
    np.testing.assert_allclose(dephased.total_t2_us, 5.0)
    assert np.all(np.isinf(dephased.total_t1_us))


@pytest.mark.parametrize("endless", [None, np.inf])
def test_times_may_have_no_end(endless: Any) -> None:
    free = nv.MasterEquation(nv.Medium(relaxation=np.zeros((2, 2))))
    device = nv.Device(free, intrinsic_t2_us=(10.0, endless))
    np.testing.assert_array_equal(device.total_t1_us, [np.inf, np.inf])
    np.testing.assert_allclose(device.total_t2_us, [10.0, np.inf])
    limited = nv.Device(
        free, intrinsic_t1_us=(4.0, endless), intrinsic_t2_us=(endless, 3.0)
    )  # T1 alone limits the first
    np.testing.assert_allclose(limited.total_t1_us, [4.0, np.inf])
    np.testing.assert_allclose(limited.total_t2_us, [8.0, 3.0])
    for name in ("intrinsic_t1_us", "intrinsic_t2_us"):
        for value in (endless, [endless, endless]):
            arguments: dict[str, Any] = {name: value}
            assert nv.Device(EQUATION, **arguments).dynamics is EQUATION


def test_without_intrinsic_times_the_equation_itself_acts() -> None:
    assert nv.Device(EQUATION, readout=[[0.9, 0.1], [0.1, 0.9]]).dynamics is EQUATION
    noisy = nv.Device(EQUATION, intrinsic_t1_us=1.0)
    assert noisy.dynamics is noisy.dynamics


def test_what_an_ideal_device_is() -> None:
    device = nv.Device(EQUATION)
    assert (device.n_qubits, device.native_gates) == (2, ("rz", "sx", "x", "cx"))
    assert device.is_ideal
    assert device.is_instantaneous
    assert {device.duration_us(name) for name in (*device.native_gates, "measure", "reset")} == {0.0}
    np.testing.assert_array_equal(device.readout_matrices, [PERFECT, PERFECT])
    np.testing.assert_array_equal(device.monitor_readout, PERFECT)
    assert nv.Device(EQUATION, intrinsic_t1_us=1.0, intrinsic_t2_us=1.0, monitors=3, gate_slices=4, dt_ns=2.0).is_ideal


@pytest.mark.parametrize(
    ("arguments", "instantaneous"),
    [
        ({"gate_ns": {"monitor_reset": 1}}, False),
        ({"gate_ns": {"cx": 1}}, False),
        ({"single_qubit_error": 1e-4}, True),
        ({"two_qubit_error": 1e-4}, True),
        ({"initialisation_error": 1e-4}, True),
        ({"readout": [[1.0, 1e-4], [0.0, 0.9999]]}, True),
        ({"monitor_efficiency": 0.9999}, True),
        ({"monitor_false_alarm": 1e-4}, True),
    ],
)
def test_one_flaw_is_enough_not_to_be_ideal(arguments: Mapping[str, Any], instantaneous: bool) -> None:
    device = nv.Device(EQUATION, **arguments)
    assert not device.is_ideal
    assert device.is_instantaneous is instantaneous


def test_durations() -> None:
    device = nv.Device(EQUATION, gate_ns={"sx": 20, "cz": 400, "measure": 3000, "monitor_measure": 500, "reset": 700})
    assert device.native_gates == ("rz", "sx", "x", "cx", "cz")
    assert device.duration_us("sx") == 0.02
    assert device.duration_us("cz", monitor=True) == 0.4
    assert (device.duration_us("measure"), device.duration_us("measure", monitor=True)) == (3.0, 0.5)
    assert device.duration_us("reset", monitor=True) == 0.7  # as on the NV qubits, where nothing else is said
    with pytest.raises(TypeError):
        device.gate_ns["sx"] = 3.0  # pyright: ignore[reportIndexIssue]


def test_pulses_have_errors_and_frames_have_none() -> None:
    everything = catalogue.ONE_QUBIT_GATES | catalogue.TWO_QUBIT_GATES
    device = nv.Device(EQUATION, gate_ns=dict.fromkeys(everything, 1), single_qubit_error=0.1, two_qubit_error=0.2)
    assert set(device.native_gates) == everything
    assert {device.gate_error(name) for name in catalogue.VIRTUAL_GATES} == {0.0}
    assert {device.gate_error(name) for name in catalogue.ONE_QUBIT_GATES - catalogue.VIRTUAL_GATES} == {0.1}
    assert {device.gate_error(name) for name in catalogue.TWO_QUBIT_GATES} == {0.2}


@pytest.mark.parametrize(
    ("names", "n_qubits"), [(catalogue.ONE_QUBIT_GATES, 1), (catalogue.TWO_QUBIT_GATES, 2)], ids=["one", "two"]
)
def test_gates_are_standard_ones(names: frozenset[str], n_qubits: int) -> None:
    standard = get_standard_gate_name_mapping()
    assert {standard[name].num_qubits for name in names} == {n_qubits}
    diagonal = {name for name in names if _is_diagonal(standard[name])}
    if n_qubits == 1:
        assert diagonal == catalogue.VIRTUAL_GATES


def _is_diagonal(gate: Any) -> bool:
    matrix = gate.base_class(*np.linspace(0.3, 0.5, len(gate.params))).to_matrix()
    return not np.any(np.abs(matrix - np.diag(np.diag(matrix))) > 1e-12)


def test_readout_of_each_qubit_and_of_checks() -> None:
    first, second = np.array([[0.9, 0.2], [0.1, 0.8]]), np.array([[0.99, 0.0], [0.01, 1.0]])
    shared, own = nv.Device(EQUATION, readout=first), nv.Device(EQUATION, readout=[first, second])
    np.testing.assert_allclose(shared.readout_matrices, [first, first])
    np.testing.assert_allclose(own.readout_matrices, [first, second])
    checks = nv.Device(EQUATION, monitor_efficiency=0.9, monitor_false_alarm=0.2).monitor_readout
    np.testing.assert_allclose(checks, [[0.9, 0.2], [0.1, 0.8]])


@given(pairs())
def test_splittings_are_those_of_the_hamiltonian(system: System) -> None:
    # Without couplings the energy of |↓⟩ over |↑⟩ of qubit i, the other one up, is Δ_i about the mean.
    device = nv.Device(system.equation, frequency_ghz=3.0)
    free = nv.MasterEquation(nv.Medium.pair(), system.equation.detuning).hamiltonian.real
    energies = np.array([free[1, 1] - free[0, 0], free[2, 2] - free[0, 0]])
    np.testing.assert_allclose(device.frequencies_ghz, 3.0 + energies / (2e3 * np.pi), rtol=1e-12)


def test_splittings_of_many_qubits_are_about_their_mean() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(3)), detuning=2e3 * np.pi * np.array([0.1, 0.2, 0.6]))
    np.testing.assert_allclose(nv.Device(equation, frequency_ghz=2.0).frequencies_ghz, [1.8, 1.9, 2.3])


@pytest.mark.slow
def test_a_device_needs_no_reader_of_files_until_one_is_read() -> None:
    script = "import sys, nvprotocol.device; print('pydantic' in sys.modules, 'qiskit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_same_instruments_on_another_medium() -> None:
    device = nv.Device(EQUATION, gate_ns={"sx": 3}, intrinsic_t1_us=2.0, readout=[[0.9, 0.2], [0.1, 0.8]], name="mine")
    other = device.with_equation(nv.MasterEquation(nv.Medium(relaxation=np.eye(3))))
    assert (other.n_qubits, other.name, other.duration_us("sx")) == (3, "mine", 0.003)
    assert other.readout_matrices.shape == (3, 2, 2)
    np.testing.assert_allclose(1 / other.total_t1_us, 2.5)
    with pytest.raises(ArgumentError, match="`intrinsic_t1_us` must be a number or 3 numbers"):
        nv.Device(EQUATION, intrinsic_t1_us=[1.0, 2.0]).with_equation(other.equation)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda device: pickle.loads(pickle.dumps(device))])
def test_a_device_can_be_sent_to_another_process(duplicate: Any) -> None:
    device = nv.Device(EQUATION, gate_ns={"sx": 3}, intrinsic_t1_us=[1.0, 2.0], readout=[[0.9, 0.2], [0.1, 0.8]])
    assert str(duplicate(device)) == str(device)


def test_quasi_static_noise_of_each_qubit() -> None:
    """√2/T2* is the standard deviation; it is no part of what acts at given detunings, T2 included."""
    device = nv.Device(EQUATION, t2_star_us=(2.0, None), noise_correlation=0.5)  # pyright: ignore[reportArgumentType]
    assert device.t2_star_us == (2.0, np.inf)
    assert device.noise is not None
    np.testing.assert_allclose(device.noise.covariance(2), [[0.5, 0.0], [0.0, 0.0]])
    assert device.dynamics is device.equation
    assert device.is_ideal
    assert nv.Device(EQUATION, t2_star_us=[None, np.inf]).noise is None  # pyright: ignore[reportArgumentType]
    three = nv.MasterEquation(nv.Medium(relaxation=np.eye(3)))
    assert nv.Device(three, t2_star_us=1.0, noise_correlation=-0.5).noise is not None
    with pytest.raises(ArgumentError, match=r"`noise_correlation` must be at least -0\.5"):
        nv.Device(three, t2_star_us=1.0, noise_correlation=-0.6)


def test_a_device_tells_its_values_with_units() -> None:
    device = nv.Device(
        EQUATION,
        gate_ns={"sx": 20, "measure": 500},
        single_qubit_error=1e-4,
        readout=[[[0.9, 0.2], [0.1, 0.8]], [[0.9, 0.1], [0.1, 0.9]]],
        intrinsic_t1_us=[100.0, 200.0],
        intrinsic_t2_us=50.0,
        t2_star_us=[5.0, 6.0],
        noise_correlation=-0.5,
        name="mine",
    )
    lines = str(device).splitlines()
    assert lines[0] == 'Device "mine" with clock 1 ns and real instruments'
    rows = {" ".join(line.split()) for line in lines}
    assert {
        "durations rz 0, sx 20, x 0, cx 0, measure 500, reset 0 ns",
        "one-qubit error 0.0001",
        "readout P(1|0) 0.1",  # once, where all qubits are alike
        "readout P(0|1) 0.2, 0.1",
        "splitting 2.87007958, 2.86992042 GHz",
        "intrinsic T1 100, 200 µs",
        "intrinsic T2 50 µs",
        "T2* 5, 6 µs",
        "noise correlation -0.5",
    } <= rows
    table = lines[1 : lines.index("MasterEquation with δ = 0.5 rad/µs on")]
    columns = {found.end() for line in table if (found := re.match(r"  \S+(?: \S+)*  +", line))}
    assert len(columns) == 1  # all values begin in one column
    assert str(device).endswith(str(EQUATION))


def test_ideal_instruments_are_said_to_be_ideal_and_tell_their_values_too() -> None:
    ideal, noisy = (str(nv.Device(EQUATION, monitor_false_alarm=share)).splitlines() for share in (0.0, 0.1))
    assert ideal[0] == "Device with clock 1 ns and ideal instruments"
    assert [line.replace("0.1", "0") for line in noisy[1:11]] == ideal[1:11]
    assert ideal[11:] == noisy[11:]
    assert "  durations             rz 0, sx 0, x 0, cx 0, measure 0, reset 0 ns" in ideal
    assert str(nv.Device(EQUATION)).endswith(f"GHz\n{EQUATION}")
    assert "intrinsic T1" in str(nv.Device(EQUATION, intrinsic_t1_us=3.0))
