"""What `emulate` and `Device` refuse, and in which words."""

from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NVProtocolError, UnsupportedCircuitError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.3))
DEVICE = nv.Device(EQUATION)
CIRCUIT = nv.protocols.monitored_bell(0.5, checks=2)


def emulate(*arguments: Any, **options: Any) -> object:
    """Takes anything, as a user without a type checker would give it."""
    return nv.emulate(*arguments, **options)


@pytest.mark.parametrize(
    ("postselect", "message"),
    [
        (
            {"parite": 1},
            'name a classical register of the circuit, but names "parite", and the circuit has "parity"',
        ),
        ({3: 1}, "name a classical register of the circuit, but names 3"),
        ({"parity": 2}, 'keep 0, 1 or a string of 2 bits of register "parity", but keeps 2'),
        ({"parity": 10}, "but keeps 10"),  # not the string "10"
        ({"parity": -1}, "but keeps -1"),
        ({"parity": True}, "but keeps True"),
        ({"parity": None}, "but keeps None"),
        ({"parity": 1.0}, "but keeps 1"),
        ({"parity": "1"}, 'but keeps "1"'),
        ({"parity": "111"}, 'but keeps "111"'),
        ({"parity": "1x"}, 'but keeps "1x"'),
        ({"parity": ""}, 'but keeps ""'),
        ({"parity": [1, 1]}, r"but keeps \[1, 1\]"),
        ({"parity": np.array([1, 1])}, r"but keeps \[1, 1\]"),
        ("parity", 'be a mapping of registers to outcomes, or None, but is "parity" of type str'),
        (["parity"], r"be a mapping of registers to outcomes, or None, but is \['parity'\] of type list"),
        (0, "be a mapping of registers to outcomes, or None, but is 0 of type int"),
        (False, "be a mapping of registers to outcomes, or None, but is False of type bool"),
        ("", 'be a mapping of registers to outcomes, or None, but is "" of type str'),
        ([], r"be a mapping of registers to outcomes, or None, but is \[\] of type list"),
    ],
)
def test_postselections(postselect: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument `postselect` must .*{message}"):
        emulate(CIRCUIT, DEVICE, shots=None, postselect=postselect)


def test_a_circuit_without_registers_has_none_to_name() -> None:
    with pytest.raises(ArgumentError, match='names "parity", and the circuit has none'):
        emulate(QuantumCircuit(2), DEVICE, shots=None, postselect={"parity": 1})


def test_bits_that_nothing_measures() -> None:
    circuit = CIRCUIT.copy()
    circuit.add_register(ClassicalRegister(1, "extra"))
    for engine in ("aer", "exact"):
        with pytest.raises(ArgumentError, match='`postselect` must name bits that are measured, but bit 0 of "extra"'):
            emulate(circuit, DEVICE, shots=None, postselect={"parity": 1, "extra": 0}, engine=engine)


@pytest.mark.parametrize(
    ("shots", "message"),
    [
        (0, "at least 1, but is 0"),
        (-1, "at least 1, but is -1"),
        (1.5, "a whole number, but is 1.5"),
        (100.0, "a whole number, but is the float 100.0"),
        (True, "a whole number, but is True"),
        ("many", 'a whole number, but is "many"'),
        (np.nan, "a whole number, but is nan"),
    ],
)
def test_shots(shots: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument `shots` must be {message}"):
        emulate(CIRCUIT, DEVICE, shots=shots)


@pytest.mark.parametrize("engine", ["Aer", "qutip", None, 3])
def test_engines(engine: object) -> None:
    with pytest.raises(ArgumentError, match=r'^Argument `engine` must be one of "aer", "exact", "pulse", but is'):
        emulate(CIRCUIT, DEVICE, shots=None, engine=engine)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", True, range(10**15)])
def test_seeds(seed: object) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `seed` must be"):
        emulate(CIRCUIT, DEVICE, shots=10, seed=seed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "exact"}, 'the engine "aer", but the engine is "exact"'),
        ({"engine": "pulse"}, 'the engine "aer", but the engine is "pulse"'),
        ({"shots": None}, "a number of shots, but shots is None"),
    ],
)
def test_shot_by_shot_needs_shots_and_aer(options: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument `per_shot` must go with {message}"):
        emulate(CIRCUIT, DEVICE, per_shot=True, **options)


@pytest.mark.parametrize("circuit", [None, 3, "circuit", [], [CIRCUIT, 3], {CIRCUIT.name: CIRCUIT}])
def test_what_is_no_circuit(circuit: object) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `circuit` must be a QuantumCircuit or several of them"):
        emulate(circuit, DEVICE, shots=None)


@pytest.mark.parametrize("device", [None, EQUATION, EQUATION.medium])
def test_what_is_no_device(device: object) -> None:
    name = type(device).__name__
    with pytest.raises(ArgumentError, match=f"^Argument `device` must be a Device, but is of type {name}"):
        emulate(CIRCUIT, device, shots=None)


def test_circuits_that_do_not_fit() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `circuit` must have 2 NV qubits, as the device has, but has 1"):
        emulate(QuantumCircuit(1), DEVICE, shots=None)
    with pytest.raises(ArgumentError, match="must have 2 NV qubits, as the device has, but has 3"):
        emulate(QuantumCircuit(QuantumRegister(3, "nv")), DEVICE, shots=None)
    with pytest.raises(UnsupportedCircuitError, match="must have at most 10 qubits for the exact engine, but has 11"):
        emulate(QuantumCircuit(11), DEVICE, shots=None, engine="exact")


def test_unbound_parameters() -> None:
    circuit = QuantumCircuit(2)
    circuit.rx(Parameter("θ"), 0)
    with pytest.raises(
        ArgumentError, match=r"no unbound parameters \(bind them with `assign_parameters`\), but has \"θ\""
    ):
        emulate(circuit, DEVICE, shots=None)


def test_an_outcome_that_is_not_kept_and_decides_needs_shots_or_the_exact_engine() -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.sx([0, 1])
    must = 'be kept in its branch without shots .give a number of them, or use engine="exact".'
    with pytest.raises(UnsupportedCircuitError, match=f"^Argument `circuit` must {must}, but bit 0 of .c., which"):
        emulate(circuit, DEVICE, shots=None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((EQUATION.medium,), "`equation` must be a MasterEquation, but is of type Medium"),
        ((nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0])),), r"`equation` must describe one device.*has batch \(2,\)"),
        ((EQUATION, 0), "`dt_ns` must be greater than 0, but is 0"),
        ((EQUATION, -1.0), "`dt_ns` must be greater than 0, but is -1"),
        ((EQUATION, np.inf), "`dt_ns` must be finite"),
        ((EQUATION, "1 ns"), "`dt_ns` must be a real number"),
    ],
)
def test_devices(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument {message}"):
        nv.Device(*arguments)


def test_a_device_tells_what_it_is() -> None:
    device = nv.Device(EQUATION, dt_ns=2)
    assert (device.n_qubits, device.dt_ns) == (2, 2.0)
    assert str(device).startswith("Device with clock 2 ns and ideal instruments\n  durations ")
    assert "\nMasterEquation with δ = 0 rad/µs on\n" in str(device)


def test_every_error_can_be_caught_as_one() -> None:
    for error in ("ArgumentError", "NoKeptShotsError", "UnsupportedCircuitError", "ExperimentFileError", "OutputError"):
        assert issubclass(getattr(nv.errors, error), NVProtocolError)


def test_a_circuit_that_ends_by_measuring_the_nv_qubits_is_refused() -> None:
    circuit = nv.protocols.dissipative_entanglement(1.0)
    circuit.measure_all()
    with pytest.raises(ArgumentError, match=r"leave the NV qubits unmeasured at its end.*it measures qubit 0 there"):
        emulate(circuit, DEVICE)
