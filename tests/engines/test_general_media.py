"""Media that are not axial, static drives and offsets: all engines, and tomography, find what the theory does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from squeezed import squeezed
from strategies import SEEDS
from systems import positive, random_ket

import nvprotocol as nv
from nvprotocol.engines import EngineName

KEEP = {"parity": 1}
EQUATIONS = {
    "squeezed": nv.MasterEquation(squeezed(0.8), detuning=0.2, offset=0.1),
    "driven": nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.1, d=0.05), 0.2, [0.5, 0.3j], offset=0.2),
    "no symmetry": nv.MasterEquation(nv.Medium.from_matrix(0.2 * np.ones((6, 6)) + 0.3 * np.eye(6)), 0.1),
}


def circuit() -> QuantumCircuit:
    """Gates about all axes, with time between them."""
    made = QuantumCircuit(2)
    made.h(0)
    made.delay(300, unit="ns")
    made.s(0)
    made.sx(1)
    made.rz(0.3, 1)
    made.delay(700, unit="ns")
    made.x(0)
    made.delay(200, unit="ns")
    return made


@pytest.mark.parametrize("name", EQUATIONS)
@pytest.mark.parametrize("engine", ["aer", "pulse"])
def test_engines_agree(name: str, engine: EngineName) -> None:
    if engine == "pulse":
        pytest.importorskip("qiskit_dynamics")
    device = nv.Device(EQUATIONS[name], intrinsic_t1_us=20.0, intrinsic_t2_us=10.0)
    exact = nv.emulate(circuit(), device, shots=None, engine="exact").state
    other = nv.emulate(circuit(), device, shots=None, engine=engine).state
    np.testing.assert_allclose(other, exact, rtol=0, atol=1e-9)
    bell = nv.protocols.monitored_bell(duration=0.5, checks=5)
    one, two = (nv.emulate(bell, device, None, KEEP, engine=each) for each in ("exact", engine))
    assert two.success_probability == pytest.approx(one.success_probability, rel=1e-9)
    np.testing.assert_allclose(two.state, one.state, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", EQUATIONS)
def test_gates_that_take_time_converge_to_their_pulses(name: str) -> None:
    """What medium and drive do while a pulse lasts is as long as the pulse: half of it leaves half, or less."""
    pytest.importorskip("qiskit_dynamics")
    found = []
    for duration in (20.0, 10.0, 5.0):
        device = nv.Device(EQUATIONS[name], gate_ns={"sx": duration, "x": duration})
        states = [nv.emulate(circuit(), device, shots=None, engine=engine).state for engine in ("exact", "pulse")]
        found.append(np.abs(states[0] - states[1]).max())
    assert found[1] < 0.6 * found[0]
    assert found[2] < 0.6 * found[1]


@settings(max_examples=10)
@given(SEEDS, st.sampled_from(["exact", "aer"]))
def test_any_medium(seed: int, engine: EngineName) -> None:
    rng = np.random.default_rng(seed)
    drive = rng.normal(size=2) + 1j * rng.normal(size=2)
    medium = nv.Medium.from_matrix(positive(rng, 6))
    equation = nv.MasterEquation(medium, float(rng.normal()), drive, offset=float(rng.normal()))
    ket = random_ket(rng, 2)
    made = QuantumCircuit(2)
    # A unitary matrix whose first column is the ket.
    basis = np.linalg.qr(np.column_stack([ket, np.eye(4)[:, :3]]))[0]
    basis[:, 0] = ket
    made.unitary(basis, [0, 1])
    made.delay(300, unit="ns")
    state = nv.emulate(made, nv.Device(equation), shots=None, engine=engine).state
    np.testing.assert_allclose(state, equation.evolve(ket, [0.3])[0], rtol=0, atol=1e-9)


@pytest.mark.statistical
@pytest.mark.parametrize("r", [0.3, 0.8])
def test_tomography_finds_the_squeezed_state(r: float) -> None:
    """On Aer, after long enough: C = tanh 2r within its interval; 99.99 % for each of two."""
    made = nv.protocols.dissipative_entanglement(duration=80.0, initial="uu")
    device = nv.Device(nv.MasterEquation(squeezed(r)))
    exact = nv.emulate(made, device, shots=None, engine="aer")
    assert exact.concurrence == pytest.approx(np.tanh(2 * r), abs=1e-6)
    estimate = nv.emulate(made, device, shots=20_000, engine="aer", seed=5)
    assert estimate.counts is not None
    fit = nv.tomography.estimate(estimate.counts, estimate.settings, level=0.9999)
    assert fit.interval[0] <= np.tanh(2 * r) <= fit.interval[1]


def test_the_x_ansatz_is_refused() -> None:
    for name, equation in EQUATIONS.items():
        with pytest.raises(nv.errors.ArgumentError, match='`ansatz` must be "full" for a device whose medium is not'):
            nv.emulate(circuit(), nv.Device(equation), shots=100, engine="exact", ansatz="X")
        assert name


def test_frames_of_the_laboratory_are_refused() -> None:
    pytest.importorskip("qiskit_dynamics")
    for equation in EQUATIONS.values():
        schedule = nv.pulses.schedule(circuit(), nv.Device(equation))
        with pytest.raises(nv.errors.ArgumentError, match='`frame` must be "rwa" for a device with a static drive'):
            nv.pulses.Propagation(schedule, nv.Device(equation), frame="lab")


def test_strang_steps_keep_drive_and_offset() -> None:
    equation = EQUATIONS["driven"]
    exact = nv.channels.evolution(equation, 0.5).superoperator
    errors = [np.abs(nv.channels.evolution(equation, 0.5, split=n).superoperator - exact).max() for n in (16, 32)]
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.05)


def test_the_frequencies_are_about_the_mean() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(), 2.0, 0.5, offset=1.0), frequency_ghz=2.87)
    assert device.frequencies_ghz.mean() == pytest.approx(2.87, abs=1e-12)
    assert device.frequencies_ghz[0] - device.frequencies_ghz[1] == pytest.approx(4.0 / (2 * np.pi * 1000))
