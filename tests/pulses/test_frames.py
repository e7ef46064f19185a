"""Rotating frame, counter-rotating terms and laboratory frame; the field as it would be sampled."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pulse_laboratory import HAS_DYNAMICS, as_superoperator, one_still_spin, rotation_matrix, still
from scipy.integrate import solve_ivp

import nvprotocol as nv
from nvprotocol import pulses as p
from nvprotocol.errors import ArgumentError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.3j, q=0.3, d=0.1, J=0.4, dm=-0.2), detuning=3.0)
CARRIER = 2000 * np.pi * 2.87


def two_pulses() -> p.Schedule:
    pulses = [p.rotation(p.RaisedCosine(20.0), 1.2, 0.3, qubit=0), p.rotation(p.Gaussian(15.0), -0.8, qubit=1)]
    return p.Schedule([p.GradientRamp(150.0), pulses[0], p.Wait(0.01), pulses[1]])


@pytest.mark.slow
def test_the_laboratory_frame_is_the_rotating_one() -> None:
    device = nv.Device(EQUATION, intrinsic_t2_us=5.0)
    rotating, lab = (p.Propagation(two_pulses(), device, frame=frame).propagator() for frame in ("rotating", "lab"))
    assert np.abs(lab - rotating).max() < 1e-9


@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
def test_dynamics_agrees_with_the_carrier_on_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol.pulses.propagation.dynamics.find_spec", lambda _name: None)
    schedule, device = p.Schedule([p.rotation(p.RaisedCosine(5.0), 1.2, 0.3, qubit=0)]), nv.Device(EQUATION)
    expected = p.Propagation(schedule, device, frame="rotating").propagator()
    found = p.Propagation(schedule, device, frame="rotating", method="dynamics", tolerance=1e-7).propagator()
    assert np.abs(found - expected).max() < 1e-7


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
def test_dynamics_agrees_in_the_laboratory_on_jax() -> None:
    spin = nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[0.5]], excitation=[[0.1]])))
    schedule = p.Schedule([p.Wait(0.0123), p.rotation(p.RaisedCosine(5.0), 1.2, 0.3)])
    kept, expected = (
        p.evolve(schedule, spin, "+", frame="lab", method=method, no_jump=True, tolerance=1e-7)
        for method in ("dynamics", "magnus")
    )
    assert np.abs(kept.states - expected.states).max() < 1e-7


@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
def test_the_rotating_frame_of_dynamics_is_ours() -> None:
    """The laboratory Hamiltonian, written down here, in the frame that qiskit-dynamics itself makes of it."""
    from qiskit_dynamics import Signal, Solver

    device, envelope, duration = nv.Device(EQUATION), p.RaisedCosine(5.0), 0.005
    rabi = p.calibrate(envelope, 1.2).rabi
    pulse = p.Pulse(envelope, rabi, tone_ghz=2.87)
    z, x = ([single(k) for k in range(2)] for single in (nv.operators.sigma_z, nv.operators.sigma_x))
    frame = -CARRIER * (z[0] + z[1]) / 2
    solver = Solver(
        static_hamiltonian=EQUATION.hamiltonian + frame,
        hamiltonian_operators=[(x[0] + x[1]) / 2],
        static_dissipators=EQUATION.jump_operators,
        rotating_frame=frame,
    )
    # Ours is Re E e^(−iωt) about the middle of the pulse: twice the carrier's cosine for an operator of one half.
    signal = Signal(lambda t: 2 * rabi * envelope.shape(1000 * np.asarray(t)) + 0j, carrier_freq=CARRIER / (2 * np.pi))
    start = nv.operators.density_matrix("ud")
    options = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-11, "max_step": 2e-5}
    solution: Any = solver.solve(t_span=[0.0, duration], y0=start, signals=[signal], **options)
    ours = p.evolve(p.Schedule([pulse]), device, start, frame="rotating").states[-1]
    assert np.abs(ours - solution.y[-1]).max() < 1e-7


def test_a_scan_with_the_carrier_tells_pulses_of_one_time_apart() -> None:
    schedules = [p.Schedule([p.rotation(p.RaisedCosine(4.0), angle)]) for angle in (0.5, 1.5, 3.0)]
    together = p.scan(schedules, one_still_spin(), "u", frame="rotating", tolerance=1e-8).states
    apart = [p.evolve(one, one_still_spin(), "u", frame="rotating", tolerance=1e-8).states[0] for one in schedules]
    np.testing.assert_allclose(together, apart, atol=1e-12)
    np.testing.assert_allclose(together[:, 1, 1].real, np.sin([0.25, 0.75, 1.5]) ** 2, atol=2e-3)


def test_the_error_of_the_rwa_falls_with_the_rabi_rate_over_the_splitting() -> None:
    durations = np.array([12.0, 20.0, 35.0, 60.0])  # as the inverse of the Rabi rate
    schedules = [p.Schedule([p.rotation(p.RaisedCosine(duration))]) for duration in durations]
    errors = [p.rwa_error(schedule, one_still_spin()) for schedule in schedules]
    assert np.polyfit(np.log(durations), np.log(errors), 1)[0] == pytest.approx(-1.0, abs=0.03)


@pytest.mark.parametrize("angle", [np.pi / 2, np.pi])
def test_the_error_of_the_rwa_is_the_bloch_siegert_shift(angle: float) -> None:
    """The splitting of a driven spin is shifted by Ω²/4ω (doi:10.1103/PhysRev.57.522), here during the pulse."""
    duration = 40.0
    envelope = p.RaisedCosine(duration)
    rabi = p.calibrate(envelope, angle).rabi

    def derivative(t: float, flat: NDArray) -> NDArray:
        drive = rabi * envelope(1000 * t).real
        shift = drive**2 / (4 * CARRIER)
        hamiltonian = np.array([[-shift / 2, drive / 2], [drive / 2, shift / 2]])
        return (-1j * hamiltonian @ flat.reshape(2, 2)).ravel()

    shifted = solve_ivp(derivative, [0, duration / 1000], np.eye(2, dtype=complex).ravel(), rtol=1e-10, atol=1e-12)
    schedule = p.Schedule([p.rotation(envelope, angle)])
    exact = p.Propagation(schedule, one_still_spin(), frame="rotating").propagator()
    error = np.abs(exact - as_superoperator(rotation_matrix(angle, 0.0))).max()
    left = np.abs(exact - as_superoperator(shifted.y[:, -1].reshape(2, 2))).max()
    assert left < 0.05 * error


def test_without_the_rwa_the_time_matters_and_with_it_not() -> None:
    flip = p.rotation(p.Square(2.0), 1.0)
    frames: dict[p.Frame, bool] = {"rwa": True, "rotating": False}
    for frame, same in frames.items():
        # Half a period of the carrier later the counter-rotating terms have turned once, a quarter later by half.
        runs = [
            p.Propagation(p.Schedule([p.Wait(wait), flip]), one_still_spin(), frame=frame)
            for wait in (0.0, 0.25e-3 / 2.87)
        ]
        assert np.allclose(runs[0].propagator(), runs[1].propagator(), atol=1e-6) is same


def test_a_sampled_field_gives_the_drive_back() -> None:
    device = still(2.0)
    schedule = two_pulses()
    times, field = p.waveform(schedule, device, qubit=1, sample_ns=0.01)
    timeline_drive = np.zeros(times.size, dtype=complex)
    for tone in p.Propagation(schedule, device).timeline.tones:
        on, off = tone.pulse.on
        inside = (times >= on) & (times <= off)
        timeline_drive[inside] += tone.drive(times[inside])[1]
    # Demodulated: twice the field times the carrier, averaged over whole periods, which end the counter-rotating part.
    window = round(1 / 2.87 / 0.01 * 5)
    smooth = np.convolve(2 * field * np.exp(1j * CARRIER * times), np.ones(window) / window, mode="same")
    expected = np.convolve(timeline_drive, np.ones(window) / window, mode="same")
    assert np.abs(smooth - expected).max() < 0.02 * np.abs(expected).max()


def test_nyquist() -> None:
    with pytest.raises(
        ArgumentError, match=r"`sample_ns` must be below 0\.1\d+ ns for the tone at 2\.8\d+ GHz \(Nyquist\)"
    ):
        p.waveform(two_pulses(), still())
    with pytest.raises(ArgumentError, match=r"`sample_ns` must be below 0\.1"):
        p.waveform(two_pulses(), still(), sample_ns=0.18)
    assert p.waveform(two_pulses(), still(), sample_ns=0.16)[1].shape == (281,)
