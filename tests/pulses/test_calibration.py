"""Calibrated pulses turn spins by what they say, and DRAG spares the spin next to it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulse_laboratory import HAS_DYNAMICS, as_superoperator, envelopes, one_still_spin, rotation_matrix, still

import nvprotocol as nv
from nvprotocol import pulses as p
from nvprotocol.errors import ArgumentError, FitError


@pytest.mark.parametrize("envelope", envelopes(), ids=str)
@pytest.mark.parametrize("angle", [np.pi, np.pi / 2, -np.pi / 2, 0.7])
def test_a_pulse_turns_by_its_angle(envelope: p.Envelope, angle: float) -> None:
    pulse = p.rotation(envelope, angle, phase=0.4, slot_ns=60.0)
    turned = p.Propagation(p.Schedule([pulse]), one_still_spin()).propagator()
    assert np.abs(turned - as_superoperator(rotation_matrix(angle, 0.4))).max() < 1e-8


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
@pytest.mark.parametrize("envelope", envelopes(), ids=str)
def test_dynamics_turns_by_the_same_angle(envelope: p.Envelope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nvprotocol.pulses.propagation.dynamics.find_spec", lambda _name: None
    )  # on SciPy: nothing to compile
    for angle in (np.pi, np.pi / 2):
        schedule = p.Schedule([p.rotation(envelope, angle)])
        turned = p.Propagation(schedule, one_still_spin(), method="dynamics", tolerance=1e-8).propagator()
        assert np.abs(turned - as_superoperator(rotation_matrix(angle, 0.0))).max() < 1e-6


@pytest.mark.parametrize("envelope", envelopes()[:4], ids=str)
def test_without_a_phase_of_its_own_the_area_is_the_angle(envelope: p.Envelope) -> None:
    found = p.calibrate(envelope, 1.3)
    assert (found.phase, found.detuning) == (0.0, 0.0)
    assert found.rabi * envelope.area_ns.real / 1000 == pytest.approx(1.3, rel=1e-12)


def test_a_turned_phase_turns_the_axis() -> None:
    found = p.calibrate(p.Samples(np.full(4, 0.5 * np.exp(0.3j)), 5.0), np.pi)
    assert found.phase == pytest.approx(-0.3, abs=1e-9)
    assert found.detuning == 0.0


@settings(max_examples=15)
@given(st.floats(0.1, np.pi), st.floats(-3.0, 3.0), st.floats(-1000.0, 1000.0), st.integers(0, 1))
def test_a_pulse_is_a_gate_in_its_middle(angle: float, phase: float, delta: float, qubit: int) -> None:
    # With an antenna for each NV: half the precession of the pair, a gate on one, the other half.
    device = still(delta, crosstalk=np.eye(2))
    schedule = p.Schedule([p.Wait(0.2), p.rotation(p.RaisedCosine(40.0), angle, phase, qubit=qubit, slot_ns=50.0)])
    half = np.diag(np.exp(1j * delta * 0.025 * np.array([0.0, -1.0, 1.0, 0.0])))  # −iHt, H = −δ(σ₁ᶻ − σ₂ᶻ)/2
    gate = rotation_matrix(angle, phase)
    gate = np.kron(np.eye(2), gate) if qubit == 0 else np.kron(gate, np.eye(2))
    found = p.Propagation(schedule, device).propagator(start=0.2)
    assert np.abs(found - as_superoperator(half @ gate @ half)).max() < 1e-9


def flipped(envelope: p.Envelope, offset: float) -> float:
    """How far the π pulse on NV 0 flips NV 1, whose splitting is larger by `offset`, with one antenna for both."""
    schedule = p.Schedule([p.GradientRamp(-offset / 2), p.rotation(envelope, np.pi, qubit=0)])
    state = p.evolve(schedule, still(), "uu").states[-1]
    assert state[1, 1].real + state[3, 3].real == pytest.approx(1.0, abs=1e-9)
    return state[2, 2].real + state[3, 3].real


@pytest.mark.parametrize(("duration", "offset"), [(20.0, 600.0), (20.0, -800.0), (50.0, 340.0)])
def test_a_square_pulse_flips_the_other_spin_as_rabi_says(duration: float, offset: float) -> None:
    rabi = np.pi / (duration / 1000)
    whole = np.hypot(rabi, offset)
    expected = (rabi / whole) ** 2 * np.sin(whole * duration / 2000) ** 2
    assert flipped(p.Square(duration), offset) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("turns", [14.0, 20.0, 25.0, -30.0, 40.0])
def test_drag_spares_the_other_spin_better_than_a_gaussian(turns: float) -> None:
    duration = 30.0
    offset = turns / duration * 1000
    plain = flipped(p.Gaussian(duration), offset)
    to_first_order = flipped(p.Drag.against(offset, duration), offset)
    spared = flipped(p.sparing(offset, duration), offset)
    assert to_first_order < plain / 5
    assert spared < plain / 10
    if abs(turns) >= 20:  # where the first order is all that there is to take away
        assert max(to_first_order, spared) < plain / 100


def test_drag_for_the_spin_on_the_wrong_side_is_worse() -> None:
    assert flipped(p.Drag.against(-1000.0, 30.0), 1000.0) > flipped(p.Gaussian(30.0), 1000.0)


def test_no_angle_is_a_pulse_of_no_strength() -> None:
    pulse = p.rotation(p.Drag(40.0, beta_ns=1.0), 0.0, 0.4, qubit=1, slot_ns=50.0)
    assert (pulse.rabi, pulse.qubit, pulse.phase, pulse.length) == (0.0, 1, 0.4, 0.05)
    np.testing.assert_allclose(
        p.evolve(p.Schedule([pulse]), still(), "+d").states[0], nv.operators.density_matrix("+d")
    )


def test_an_envelope_of_ones_own() -> None:
    class Sine(p.Envelope):
        duration_ns = 24.0

        def shape(self, t: Any) -> Any:
            return np.sin(np.pi * t / self.duration_ns)

    @dataclass
    class Unhashed(Sine):
        """Compares by value without being frozen."""

        gain: float = 1.0

    state = p.evolve(p.Schedule([p.rotation(Sine(), 1.0)]), one_still_spin(), "u").states[-1]
    assert state[1, 1].real == pytest.approx(np.sin(0.5) ** 2, abs=1e-9)
    for make in (p.rotation, lambda envelope: p.Pulse(envelope, 1.0)):
        with pytest.raises(
            ArgumentError, match=r"`envelope` must have a hash, as a frozen dataclass has, but is of type U"
        ):
            make(Unhashed())


@pytest.mark.parametrize("angle", [0.0, -1.0, 7.0, np.inf])
def test_angles_out_of_range(angle: float) -> None:
    with pytest.raises(ArgumentError, match="`angle` must be"):
        p.calibrate(p.Square(10.0), angle)


def test_envelopes_that_turn_nothing() -> None:
    with pytest.raises(ArgumentError, match=r"`envelope` must have an area that is not 0, for a rotation, but has 0"):
        p.calibrate(p.Samples([1.0, -1.0], 5.0))
    with pytest.raises(ArgumentError, match=r"`envelope` must be an Envelope, but is of type float\."):
        p.rotation(20.0)  # pyright: ignore[reportArgumentType]


def test_no_drag_where_the_tone_would_have_to_meet_the_other_spin() -> None:
    with pytest.raises(FitError, match="No "):
        p.sparing(100.0, 20.0)
