"""The engine "pulse" of `emulate` and `probability`, in experiment files and on the command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value, with_discarded
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

import nvprotocol as nv
from nvprotocol.cli import main
from nvprotocol.device import Control
from nvprotocol.errors import ArgumentError, NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.experiment.file import device_of

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.05), detuning=0.4)
DEVICE = nv.Device(EQUATION, gate_ns={"x": 40, "sx": 20}, readout=[[0.95, 0.1], [0.05, 0.9]], monitor_efficiency=0.97)
KEEP = {"parity": 1}


def monitored(duration: float = 1.0) -> QuantumCircuit:
    return nv.protocols.monitored_bell(duration, checks=4)


def measured(circuit: QuantumCircuit, setting: str) -> QuantumCircuit:
    """The circuit with the rotations of a setting, and both spins read out when these are over."""
    circuit.add_register(ClassicalRegister(2, "read"))
    circuit.barrier()
    for qubit, letter in enumerate(reversed(setting)):
        if letter == "Y":
            circuit.sdg(qubit)
        if letter != "Z":
            circuit.h(qubit)
    circuit.barrier()
    circuit.measure([0, 1], circuit.cregs[1])
    return circuit


@pytest.mark.slow
@pytest.mark.statistical
def test_counts_are_drawn_from_what_pulses_make() -> None:
    """Against the pulses of the tomography played by hand, readout errors included."""
    shots, settings = 20_000, nv.tomography.PAULI
    estimate = nv.emulate(monitored(), DEVICE, shots, KEEP, "pulse", seed=3)
    assert estimate.counts is not None
    circuits = [measured(monitored(), setting) for setting in settings]
    tables = nv.probability(circuits, DEVICE, "00", "read", None, KEEP, "pulse")
    exact = nv.emulate(monitored(), DEVICE, None, KEEP, "pulse")
    expected = np.array([one.success_probability * one.distribution for one in tables])
    np.testing.assert_allclose(expected.sum(axis=1), exact.success_probability, rtol=0, atol=1e-10)
    cells = np.column_stack([expected, 1 - expected.sum(axis=1)])
    assert multinomial_p_value(with_discarded(estimate.counts, shots), cells) > FALSE_ALARM


def test_an_estimate_is_what_the_other_engines_give() -> None:
    estimates = nv.emulate([monitored(0.5), monitored()], DEVICE, None, KEEP, engine="pulse")
    assert [type(one) for one in estimates] == [nv.Estimate, nv.Estimate]
    assert "(pulse, no sampling noise)" in str(estimates[0])
    assert estimates[0].metadata["engine"] == "pulse"
    for one in estimates:
        np.testing.assert_allclose(one.state, one.state.conj().T, rtol=0, atol=1e-12)
        np.testing.assert_allclose(np.trace(one.state), 1, rtol=0, atol=1e-12)
        assert np.linalg.eigvalsh(one.state).min() > -1e-9
        assert 0 < one.success_probability < 1


def test_postselection_projects_with_the_probability_of_the_trace() -> None:
    """Kept and discarded runs make up the whole, check by check, without error in either."""
    probabilities = [
        nv.emulate(nv.protocols.final_check(0.7), DEVICE, None, {"parity": value}, engine="pulse").success_probability
        for value in (0, 1)
    ]
    np.testing.assert_allclose(sum(probabilities), 1, rtol=0, atol=1e-9)
    whole = nv.emulate(nv.protocols.final_check(0.7), DEVICE, None, engine="pulse").state
    parts = [
        nv.emulate(nv.protocols.final_check(0.7), DEVICE, None, {"parity": value}, engine="pulse").state
        for value in (0, 1)
    ]
    np.testing.assert_allclose(np.einsum("k,kij->ij", probabilities, parts), whole, rtol=0, atol=1e-9)


def test_readings_of_several_bits_sum_to_one_and_share_what_is_known() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(3, "c"))
    circuit.h([0, 1])
    circuit.delay(0.3, [0, 1], unit="us")
    circuit.measure([0, 1], [0, 2])  # bit 1 is never written, and reads 0
    by_pulse, by_exact = (
        nv.probability(circuit, nv.Device(EQUATION), "000", "c", None, engine=engine) for engine in ("pulse", "exact")
    )
    np.testing.assert_allclose(by_pulse.distribution, by_exact.distribution, rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_pulse.distribution.sum(), 1, rtol=0, atol=1e-12)


@pytest.mark.statistical
def test_tomography_pulses_cost_what_their_time_costs() -> None:
    """While slow rotations last the magnet acts on; what is measured along z needs none."""
    circuit = nv.protocols.dissipative_entanglement(0.5)
    slow = nv.Device(EQUATION, gate_ns={"sx": 200}, control=Control(crosstalk=np.eye(2)))
    seen = nv.emulate(circuit, slow, 200_000, engine="pulse", seed=1)
    assert abs(seen.state[1, 2]) < abs(nv.emulate(circuit, slow, None, engine="pulse").state[1, 2]) - 0.02
    assert seen.counts is not None
    along_z = seen.counts[nv.tomography.PAULI.index("ZZ")]
    populations = nv.emulate(circuit, slow, None, engine="pulse").state.real.diagonal()
    assert multinomial_p_value(along_z, populations) > FALSE_ALARM


def test_errors_are_said_at_once() -> None:
    with pytest.raises(ArgumentError, match='`engine` must be one of "aer", "exact", "pulse", but is "qutip"'):
        nv.emulate(monitored(), DEVICE, engine="qutip")  # pyright: ignore[reportArgumentType,reportCallIssue]
    with pytest.raises(ArgumentError, match="per_shot"):
        nv.emulate(monitored(), DEVICE, engine="pulse", per_shot=True)
    entangling = QuantumCircuit(2)
    entangling.cx(0, 1)
    with pytest.raises(UnsupportedCircuitError, match="two NV qubits"):
        nv.emulate(entangling, DEVICE, engine="pulse")
    with pytest.raises(NoKeptShotsError):
        nv.emulate(nv.protocols.final_check(0.0, "uu"), nv.Device(EQUATION), None, KEEP, engine="pulse")
    measured = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(9, "c"))
    for bit in range(9):
        measured.measure(bit % 2, bit)
    with pytest.raises(UnsupportedCircuitError, match="at most 8 bits"):
        nv.probability(measured, nv.Device(EQUATION), "0" * 9, "c", engine="pulse")


FILE = """
title = "Pulses"
medium.A = 0.9
device.gate_ns.x = 50
device.control.envelope = "square"
device.control.gradient = 300.0
protocol.name = "final_check"
run.engine = "pulse"
run.shots = 300
[scan]
parameter = "protocol.duration"
values = [0.5, 1.0]
"""


def test_an_experiment_file_may_ask_for_pulses() -> None:
    experiment = nv.experiment.parse(FILE)
    result = nv.experiment.run(experiment)
    assert all(one is not None and one.metadata["engine"] == "pulse" for one in result.curves[0].estimates)
    control = device_of(experiment.settings(0)).control
    assert (control.envelope, control.gradient) == ("square", 300.0)


def test_the_command_line_plays_pulses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "circuit.qasm"
    file.write_text('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] nv;\nx nv[0];\ndelay[500ns] nv;\n')
    with pytest.raises(SystemExit) as end:
        main(["run", str(file), "--engine", "pulse", "--shots", "none"])
    assert not end.value.code
    assert "(pulse, no sampling noise)" in capsys.readouterr().out
    file.write_text('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] nv;\ncz nv[0], nv[1];\n')
    with pytest.raises(SystemExit) as end:
        main(["run", str(file), "--engine", "pulse"])
    assert end.value.code == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert '"cz"' in shown


@pytest.mark.slow
def test_the_engine_needs_neither_qiskit_dynamics_nor_jax() -> None:
    script = (
        "import sys\n"
        "sys.modules['qiskit_dynamics'] = sys.modules['jax'] = None\n"
        "import nvprotocol as nv\n"
        "device = nv.Device(nv.MasterEquation(nv.Medium.pair()), gate_ns={'x': 50})\n"
        "print(nv.emulate(nv.protocols.final_check(1.0), device, None, {'parity': 1}, 'pulse'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "(pulse, no sampling noise)" in done.stdout
