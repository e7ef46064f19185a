"""Circuits as pulses: limits of short pulses, addressing, frames, and what cannot be played."""

import re
from typing import Literal

import engines_on
import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import UGate
from qiskit.quantum_info import Operator

import nvprotocol as nv
from nvprotocol.backend import time_as_medium
from nvprotocol.device import Control
from nvprotocol.device.control import EnvelopeName
from nvprotocol.errors import ArgumentError, UnsupportedCircuitError
from nvprotocol.protocols import GALLERY
from nvprotocol.pulses.lowering.gates import rotation_of, z_rotation

MEDIUM = nv.Medium.pair(a=1.0, A=0.8 * np.exp(0.4j), q=0.1, d=0.05, J=0.3, dm=0.2)
ANTENNA_EACH = Control(crosstalk=np.eye(2))
PLAYED = {
    "dissipative_entanglement": {"duration": 0.7, "initial": "l+"},
    "echoed_bell": {"duration": 0.8, "checks": 3, "pulses": 4},
    "exchange": {"duration": 0.6, "initial": "-r"},
    "final_check": {"duration": 0.5},
    "finite_rate_monitoring": {"duration": 0.8, "period": 0.3, "initial": "+u"},
    "hahn_echo": {"duration": 0.6, "qubit": "both", "phase": 0.3},
    "monitored_bell": {"duration": 0.8, "checks": 3},
    "ramsey": {"duration": 0.6, "qubit": 1, "phase": 0.4},
    "relaxometry": {"duration": 0.5},
}
ANGLES = st.floats(-2 * np.pi, 2 * np.pi)


def device(
    pulse_ns: float, control: nv.device.Control | None = None, *, medium: nv.Medium = MEDIUM, detuning: float = 0.5
) -> nv.Device:
    equation = nv.MasterEquation(medium, detuning)
    return nv.Device(equation, gate_ns={"x": pulse_ns, "sx": pulse_ns}, control=control or nv.device.Control())


def kept(name: str, on: nv.Device, engine: Literal["exact", "pulse"]) -> np.ndarray:
    """The state that a protocol keeps times its probability, or where it ends by a readout, what is read."""
    protocol, circuit = GALLERY[name], GALLERY[name].circuit(**PLAYED[name])
    if protocol.outcomes is None:
        estimate = nv.emulate(circuit, on, None, protocol.postselect, engine)
        return estimate.success_probability * estimate.state
    outcomes = [one for one in protocol.outcomes if len(one) == circuit.cregs[0].size]
    return nv.probability(circuit, on, outcomes, shots=None, engine=engine).distribution


def unitary_of(circuit: QuantumCircuit) -> np.ndarray:
    return np.asarray(Operator(circuit).data)


def test_the_whole_gallery_is_played_but_for_monitors_that_play_magnons() -> None:
    assert PLAYED.keys() == GALLERY.keys() - {"no_emitted_magnon"}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAYED)
@pytest.mark.parametrize("antenna", ["each", "one"])
def test_short_pulses_converge_to_the_exact_engine(name: str, antenna: str) -> None:
    """Pulses of duration T leave an error of first order in T: the medium acts while they turn the spins."""
    exact = kept(name, nv.Device(nv.MasterEquation(MEDIUM, 0.5)), "exact")
    errors = []
    for pulse_ns in (8.0, 4.0, 2.0):
        on = device(pulse_ns, ANTENNA_EACH if antenna == "each" else Control())
        errors.append(np.abs(kept(name, on, "pulse") - exact).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 5e-3
    assert np.all(np.abs(orders - 1) < 0.15), f"orders {orders}, errors {errors}"


@pytest.mark.parametrize("name", PLAYED)
def test_pulses_of_no_duration_are_the_exact_engine(name: str) -> None:
    """Gates that take no time are rotations at an instant, also where other instruments err."""
    errant = nv.Device(
        nv.MasterEquation(MEDIUM, 0.5),
        single_qubit_error=0.01,
        two_qubit_error=0.02,
        initialisation_error=0.03,
        readout=[[0.95, 0.1], [0.05, 0.9]],
        monitor_efficiency=0.9,
        monitor_false_alarm=0.05,
        intrinsic_t1_us=3.0,
    )
    for on in (errant, nv.Device(nv.MasterEquation(MEDIUM, 0.5))):
        np.testing.assert_allclose(kept(name, on, "pulse"), kept(name, on, "exact"), rtol=0, atol=1e-10)


@hypothesis.given(ANGLES, ANGLES, ANGLES)
def test_any_gate_is_one_pulse_and_a_frame(theta: float, phi: float, lam: float) -> None:
    gate = np.asarray(Operator(UGate(theta, phi, lam)).data)
    angle, phase, frame = rotation_of(gate)
    tilt = np.array([[0, np.exp(-1j * phase)], [np.exp(1j * phase), 0]])
    made = z_rotation(frame) @ (np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * tilt)
    assert 0 <= angle <= np.pi
    np.testing.assert_allclose(abs(np.trace(made.conj().T @ gate)), 2, rtol=0, atol=1e-9)


STILL = nv.Medium.pair(a=0.0)


def infidelity(circuit: QuantumCircuit, on: nv.Device) -> float:
    """How far what a device plays without relaxation is from a circuit: 1 minus the entanglement fidelity."""
    unitary = unitary_of(circuit)
    made = nv.pulses.Propagation(nv.pulses.schedule(circuit, on), on).propagator()
    return 1 - np.trace(np.kron(unitary.conj(), unitary).conj().T @ made).real / 16


@pytest.mark.slow
@pytest.mark.parametrize("envelope", ["square", "raised_cosine", "gaussian", "drag"])
@pytest.mark.parametrize("qubit", [0, 1])
def test_a_selective_pulse_is_the_gate_of_one_qubit(envelope: EnvelopeName, qubit: int) -> None:
    """One antenna, a gradient tuned so that the phases come back: R on one qubit and nothing on the other."""
    still = device(50.0, Control(envelope=envelope, gradient=2 * np.pi * 8 / 0.05), medium=STILL, detuning=0.0)
    circuit = QuantumCircuit(2)
    circuit.sx(qubit)
    circuit.rz(0.4, qubit)
    circuit.x(qubit)
    circuit.rz(-0.4, qubit)
    assert infidelity(circuit, still) < (2e-5 if envelope == "gaussian" else 1e-7)


ENVELOPES: tuple[EnvelopeName, ...] = ("square", "raised_cosine", "gaussian", "drag")


@pytest.mark.slow
@pytest.mark.parametrize(("envelope", "pulse_ns"), [*((name, 20.0) for name in ENVELOPES), ("raised_cosine", 0.02)])
def test_two_gates_at_once_are_as_good_as_one_after_the_other(envelope: EnvelopeName, pulse_ns: float) -> None:
    """Calibrated each for itself, they would miss by .0003 to .0025 however short they are."""
    circuit = QuantumCircuit(2)
    circuit.rx(2.6, 1)
    circuit.ry(-2.98, 0)
    equation = nv.MasterEquation(STILL)
    still = nv.Device(equation, gate_ns={"rx": pulse_ns, "ry": pulse_ns}, control=Control(envelope=envelope))
    assert infidelity(circuit, still) < 1e-9


@pytest.mark.slow
@hypothesis.settings(max_examples=10)
@hypothesis.given(
    st.sampled_from(ENVELOPES),
    st.lists(st.tuples(st.floats(1e-3, np.pi), ANGLES), min_size=2, max_size=2),
    st.sampled_from([4, 6, 12]),
    st.sampled_from([None, [[1, 0.4j], [0.8, 1]]]),
    st.sampled_from([0, 7]),
)
@hypothesis.example("square", [(3.0, 0.0), (0.03125, 0.0)], 4, [[1, 0.4j], [0.8, 1]], 0)
def test_any_two_gates_that_overlap_are_played_as_they_are_written(
    envelope: EnvelopeName, gates: list, periods: int, crosstalk: list | None, late_ns: int
) -> None:
    """At whatever gradient from that of the default on, however near the antenna is to the other spin."""
    control = Control(envelope=envelope, gradient=np.pi * periods / 0.02, crosstalk=crosstalk)
    still = nv.Device(nv.MasterEquation(STILL), gate_ns={"r": 20}, control=control)
    circuit = QuantumCircuit(2)
    circuit.delay(late_ns, 1, unit="ns")
    for qubit, (angle, phase) in enumerate(gates):
        circuit.r(angle, phase, qubit)
    assert infidelity(circuit, still) < 2e-8


@pytest.mark.slow
def test_gates_of_unequal_duration_that_overlap_in_part(rng: np.random.Generator) -> None:
    """The gradient has to tell the spins apart while the shortest pulse lasts, and a search may have to begin anew."""
    cases: list[tuple[EnvelopeName, int, int, int, float, float]] = [
        ("square", 39, 8, 25, -0.44, 2.93),
        ("raised_cosine", 56, 17, 29, 0.827, 2.008),
        ("raised_cosine", 54, 11, 25, 0.534, -2.73),
        ("square", 45, 20, 0, 0.118, -1.554),
        ("square", 53, 20, 33, -0.18, -2.67),
    ]
    for name in ENVELOPES:
        first, second = rng.integers(5, 60, 2).tolist()
        cases.append((name, first, second, int(rng.integers(first)), *rng.uniform(-np.pi, np.pi, 2).tolist()))
    for name, first, second, late, x_angle, y_angle in cases:
        circuit = QuantumCircuit(2)
        circuit.delay(late, 1, unit="ns")
        circuit.rx(x_angle, 0)
        circuit.ry(y_angle, 1)
        control = Control(envelope=name)
        still = nv.Device(nv.MasterEquation(STILL), gate_ns={"rx": first, "ry": second}, control=control)
        assert infidelity(circuit, still) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("angle", "name"), [(0.7, "gradient"), (1.6, "max_detuning"), (2.6, "gradient"), (2.6, "max_detuning")]
)
def test_gates_that_a_low_gradient_cannot_tell_apart_are_refused(angle: float, name: str) -> None:
    """Half the default gradient is enough for these, a quarter is not; the one that the refusal names is."""
    circuit = QuantumCircuit(2)
    circuit.r(angle, 0.4, 0)
    circuit.r(2.9, -1.3, 1)
    half = Control(gradient=2 * np.pi / 0.02)
    assert infidelity(circuit, nv.Device(nv.MasterEquation(STILL), gate_ns={"r": 20}, control=half)) < 2e-8
    quarter = Control(**{name: np.pi / 0.02})  # pyright: ignore[reportArgumentType]
    still = nv.Device(nv.MasterEquation(STILL), gate_ns={"r": 20}, control=quarter)
    must = rf"`{name}` must be larger for different gates of both NV qubits at once, such as ([\d.]+) rad/µs"
    with pytest.raises(ArgumentError, match=must) as refusal:
        nv.pulses.schedule(circuit, still)
    named = re.search(must, str(refusal.value))
    assert named is not None
    enough = Control(**{name: float(named[1])})  # pyright: ignore[reportArgumentType]
    assert infidelity(circuit, nv.Device(nv.MasterEquation(STILL), gate_ns={"r": 20}, control=enough)) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("envelope", ENVELOPES)
def test_gates_one_after_the_other_beside_a_longer_one(envelope: EnvelopeName) -> None:
    """Calibrated each for itself they would miss by .01 to .05. The device has a detuning of its own."""
    control = Control(envelope=envelope, gradient=4 * np.pi / 0.06)
    circuit = QuantumCircuit(2)
    circuit.r(1.2, 0.3, 0)
    circuit.rz(0.4, 0)
    circuit.r(2.2, -1.0, 0)
    circuit.ry(2.1, 1)
    circuit.r(0.7, 2.0, 0)
    still = nv.Device(nv.MasterEquation(STILL, 3.0), gate_ns={"r": 20, "ry": 60}, control=control)
    made = nv.pulses.Propagation(nv.pulses.schedule(circuit, still), still).propagator()
    wanted = engines_on.superoperator(time_as_medium(circuit, still))
    assert 1 - np.trace(wanted.conj().T @ made).real / 16 < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("envelope", "largest"), [("square", 1e-11), ("raised_cosine", 7e-9), ("gaussian", 1.4e-4), ("drag", 1.5e-7)]
)
def test_what_a_pulse_on_one_spin_leaves_of_the_other(envelope: EnvelopeName, largest: float) -> None:
    """The limits that the pages state: the default gradient, angles up to π, at any duration."""
    left = []
    for angle, pulse_ns in ((0.4, 20.0), (np.pi / 2, 20.0), (2.2, 0.2), (np.pi, 20.0), (np.pi, 0.2)):
        still = nv.Device(nv.MasterEquation(STILL), gate_ns={"r": pulse_ns}, control=Control(envelope=envelope))
        circuit = QuantumCircuit(2)
        circuit.r(angle, 0.3, 0)
        left.append(infidelity(circuit, still))
    assert max(left) < largest
    assert max(left) > largest / 2 or largest < 1e-10, "the page would state too much"


def test_one_gate_on_both_is_one_pulse_without_gradient() -> None:
    circuit = QuantumCircuit(2)
    circuit.sx([0, 1])
    schedule = nv.pulses.schedule(circuit, device(50.0))
    (pulse,) = schedule.of(nv.pulses.Pulse)
    assert pulse.qubit is None
    assert not schedule.of(nv.pulses.GradientRamp)


def test_times_are_those_of_the_other_engines() -> None:
    """A gate fills its duration, a delay is a wait, and the check comes between its two CX."""
    timed = nv.Device(
        nv.MasterEquation(MEDIUM),
        gate_ns={"x": 40, "sx": 20, "cx": 100, "monitor_measure": 200},
        control=ANTENNA_EACH,
    )
    schedule = nv.pulses.schedule(nv.protocols.final_check(duration=1.0), timed, {"parity": 1})
    (pulse,), (check,) = schedule.of(nv.pulses.Pulse), schedule.of(nv.pulses.Check)
    np.testing.assert_allclose([pulse.begin, pulse.end], [0.0, 0.04], rtol=0, atol=1e-12)
    np.testing.assert_allclose([check.begin, schedule.duration], [1.14, 1.44], rtol=0, atol=1e-12)


def test_frames_that_the_medium_sees_are_made_by_the_gradient() -> None:
    """A turn of one spin against the other in the middle of the evolution is not a matter of frames."""
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.delay(0.4, unit="us")
    circuit.rz(1.0, 0)
    circuit.delay(0.4, unit="us")
    expected = nv.emulate(circuit, nv.Device(nv.MasterEquation(MEDIUM)), None, engine="exact").state
    fast = device(0.5, detuning=0.0, control=ANTENNA_EACH)
    found = nv.emulate(circuit, fast, None, engine="pulse").state
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3)
    turned = [act for act in nv.pulses.schedule(circuit, fast).of(nv.pulses.Act) if "z turn" in act.name]
    assert len(turned) == 1
    alone = device(0.5, medium=nv.Medium.pair(a=1.0, A=0.0), control=ANTENNA_EACH)
    assert not [act for act in nv.pulses.schedule(circuit, alone).of(nv.pulses.Act) if "z turn" in act.name]


def random_circuit(rng: np.random.Generator) -> QuantumCircuit:
    """Gates, frames, waits, resets, readouts and checks in any order, the qubits not always in step."""
    bits = ClassicalRegister(3, "c")
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), bits)
    written = 0
    kinds = {"u": 0.25, "rz": 0.2, "delay": 0.25, "sx": 0.1, "reset": 0.05, "measure": 0.05, "check": 0.1}
    for kind in rng.choice(list(kinds), size=10, p=list(kinds.values())):
        qubit = int(rng.integers(2))
        theta, phi, lam, pause = rng.uniform([-3, -3, -3, 0.05], [3, 3, 3, 0.2])
        if kind == "u":
            circuit.u(theta, phi, lam, qubit)
        elif kind == "rz":
            circuit.rz(theta, qubit)
        elif kind == "delay":
            circuit.delay(pause, [0, 1] if rng.random() < 0.6 else [qubit], unit="us")
        elif kind in ("sx", "reset"):
            getattr(circuit, kind)([0, 1] if kind == "sx" else qubit)
        elif written < 3:
            circuit.barrier()
            if kind == "check":
                circuit.cx([0, 1], 2)
            circuit.measure(2 if kind == "check" else qubit, bits[written])
            if kind == "check":
                circuit.reset(2)
            written += 1
    circuit.sx([0, 1])
    circuit.delay(0.05, [0, 1], unit="us")
    return circuit


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_random_circuits_converge_to_the_exact_engine(seed: int) -> None:
    """Rotations at an instant give the exact engine to rounding; short pulses come nearer in proportion to T."""
    circuit = random_circuit(np.random.default_rng(seed))
    ideal = nv.Device(nv.MasterEquation(MEDIUM, 0.5))
    exact = nv.emulate(circuit, ideal, None, engine="exact").state
    np.testing.assert_allclose(nv.emulate(circuit, ideal, None, engine="pulse").state, exact, rtol=0, atol=1e-12)
    coarse, fine = (
        np.abs(nv.emulate(circuit, device(pulse_ns, ANTENNA_EACH), None, engine="pulse").state - exact).max()
        for pulse_ns in (1.0, 0.5)
    )
    assert coarse < 0.01
    assert fine / coarse == pytest.approx(0.5, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", [1, 3])
def test_one_spin_or_three_with_an_antenna_each(n_qubits: int, rng: np.random.Generator) -> None:
    """The same convergence beyond pairs, turns of one spin against the others between two waits included."""
    rates = rng.normal(size=(n_qubits, n_qubits)) + 1j * rng.normal(size=(n_qubits, n_qubits))
    rates = rates @ rates.conj().T / n_qubits
    equation = nv.MasterEquation(nv.Medium(relaxation=rates, excitation=0.2 * rates), np.arange(n_qubits) / 2)
    circuit = QuantumCircuit(n_qubits)
    for angle in (1.0, -0.7):
        for qubit in range(n_qubits):
            circuit.u(angle, 0.3 + qubit, -1.1, qubit)
            circuit.rz(angle * qubit, qubit)
        circuit.delay(0.3, unit="us")
    exact = nv.emulate(circuit, nv.Device(equation), None, engine="exact").state
    coarse, fine = (
        np.abs(nv.emulate(circuit, on, None, engine="pulse").state - exact).max()
        for length in (2.0, 1.0)
        for on in [nv.Device(equation, gate_ns={"sx": length}, control=Control(crosstalk=np.eye(n_qubits)))]
    )
    assert coarse < 0.01
    assert fine / coarse == pytest.approx(0.5, abs=0.05)


def test_kept_outcomes_may_decide() -> None:
    nv_qubits, bits = QuantumRegister(2, "nv"), ClassicalRegister(1, "c")
    circuit = QuantumCircuit(nv_qubits, bits)
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((bits, 1)):
        circuit.x(1)
    circuit.delay(0.5, unit="us")
    for value in (0, 1):
        both = [
            nv.emulate(circuit, nv.Device(nv.MasterEquation(MEDIUM)), None, {"c": value}, engine=engine)
            for engine in ("exact", "pulse")
        ]
        np.testing.assert_allclose(both[0].state, both[1].state, rtol=0, atol=1e-12)
    with pytest.raises(UnsupportedCircuitError, match="bit 0, which is not, decides"):
        nv.pulses.schedule(circuit, device(10.0))


def test_what_cannot_be_played_is_named() -> None:
    on = device(10.0)
    with pytest.raises(UnsupportedCircuitError, match='"xx_plus_yy" on NV qubit 0 and monitor 0'):
        nv.pulses.schedule(nv.protocols.no_emitted_magnon(0.5, 2), nv.Device(nv.MasterEquation(MEDIUM)))
    entangling = QuantumCircuit(2)
    entangling.cz(0, 1)
    with pytest.raises(UnsupportedCircuitError, match='"cz" on NV qubit 0 and NV qubit 1'):
        nv.pulses.schedule(entangling, nv.Device(nv.MasterEquation(MEDIUM)))
    half = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(1, "c"))
    half.cx(0, 2)
    half.measure(2, 0)
    with pytest.raises(UnsupportedCircuitError, match='"cx" on NV qubit 0 and monitor 0'):
        nv.pulses.schedule(half, on)
    half.reset(2)
    used = half.copy_empty_like()
    used.x(2)
    with pytest.raises(UnsupportedCircuitError, match='"x" on monitor 0'):
        nv.pulses.schedule(used, on)
    with pytest.raises(ArgumentError, match="QuantumCircuit"):
        nv.pulses.schedule("circuit", on)  # pyright: ignore[reportArgumentType]


def test_a_check_without_a_reset_is_the_last_of_its_monitor() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(2, "c"))
    circuit.cx([0, 1], 2)
    circuit.measure(2, 0)
    assert len(nv.pulses.schedule(circuit, device(10.0)).of(nv.pulses.Check)) == 1
    circuit.cx([0, 1], 2)
    circuit.measure(2, 1)
    with pytest.raises(UnsupportedCircuitError, match='"cx"'):
        nv.pulses.schedule(circuit, device(10.0))


def test_limits_of_the_device_are_kept() -> None:
    circuit = QuantumCircuit(2)
    circuit.x(0)
    with pytest.raises(ArgumentError, match=r"`rabi` must be at most the device's 10 rad/µs, but reaches 125\.6"):
        nv.emulate(circuit, device(50.0, Control(max_rabi=10.0)), None, engine="pulse")
    with pytest.raises(ArgumentError, match=r"`max_detuning` must be at least .* = 63.3\d* rad/µs"):
        nv.pulses.schedule(circuit, device(50.0, Control(max_detuning=60.0)))
    with pytest.raises(ArgumentError, match="`gradient` must be at most max_detuning"):
        Control(gradient=10.0, max_detuning=5.0)
    with pytest.raises(ArgumentError, match="`envelope` must be one of"):
        Control(envelope="triangle")  # pyright: ignore[reportArgumentType]
    three = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(3))), gate_ns={"x": 10})
    one_of_three = QuantumCircuit(3)
    one_of_three.x(0)
    with pytest.raises(UnsupportedCircuitError, match="turns NV qubit 0 alone"):
        nv.pulses.schedule(one_of_three, three)
    one_of_three.x([1, 2])
    assert nv.pulses.schedule(one_of_three, three).of(nv.pulses.Pulse)[0].qubit is None


def test_every_pulse_stays_below_the_limit_of_the_gradient() -> None:
    limited = device(50.0, Control(max_detuning=200.0), detuning=0.0)
    circuit = QuantumCircuit(2)
    circuit.x(0)
    ramps = nv.pulses.schedule(circuit, limited).of(nv.pulses.GradientRamp)
    largest = max(abs(float(np.max(ramp.detuning))) for ramp in ramps)
    assert 100 < largest <= 200


@pytest.mark.slow
def test_instant_gates_between_pulses_know_the_frames_of_these(rng: np.random.Generator) -> None:
    """Here only `x` is a pulse: π/2 rotations take no time, between pulses and while one sounds on the other spin.

    After 15 of its 40 ns a square pulse has turned the spin that it is not for by three whole turns.
    """
    square = Control(envelope="square", gradient=np.pi * 8 / 0.04)
    mixed = nv.Device(nv.MasterEquation(STILL), gate_ns={"x": 40}, control=square)
    for pause in (0, 15):
        circuit = QuantumCircuit(2)
        for _ in range(4):
            circuit.x(0)
            theta, phi, lam = rng.uniform(-3, 3, size=3)
            circuit.delay(pause, 1, unit="ns")
            circuit.u(theta, phi, lam, 1)
            circuit.u(phi, lam, theta, 0)
            circuit.barrier()
        assert infidelity(circuit, mixed) < 1e-9


@pytest.mark.slow
def test_random_gates_with_one_antenna(rng: np.random.Generator) -> None:
    """Frames, gradients and light shifts are followed from gate to gate: the unitary is that of the circuit."""
    still = device(10.0, Control(gradient=np.pi * 16 / 0.01), medium=STILL, detuning=0.0)
    for _ in range(3):
        circuit = QuantumCircuit(2)
        for qubit in rng.integers(2, size=4):
            theta, phi, lam = rng.uniform(-3, 3, size=3)
            circuit.u(theta, phi, lam, int(qubit))
        assert infidelity(circuit, still) < 1e-4
