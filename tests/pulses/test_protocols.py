"""What only pulses can show: a selective flip, the exceptional point crossed, echoes, a magnet that is tuned."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NoKeptShotsError
from nvprotocol.pulses import GradientRamp, MediumRamp, Pulse, RaisedCosine, Schedule, Square

STILL = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
LOSSY = nv.Medium.pair(a=1.0, A=1.0)


@hypothesis.settings(max_examples=15)
@hypothesis.given(st.floats(10.0, 200.0), st.floats(0.1, 20.0), st.integers(0, 1))
def test_the_other_spin_flips_as_rabi_says(pulse_ns: float, ratio: float, qubit: int) -> None:
    """A square π pulse flips the other spin with Ω²/(Ω² + 4δ²) sin²(√(Ω² + 4δ²) T/2); both are a product."""
    length = pulse_ns / 1000
    rabi, gradient = np.pi / length, ratio * np.pi / length
    flip = nv.pulses.selective_flip(Square(pulse_ns), gradient, qubit)
    populations = nv.pulses.evolve(flip, STILL).states[-1].real.diagonal()
    root = np.hypot(rabi, 2 * gradient)
    spectator = (rabi / root * np.sin(root * length / 2)) ** 2
    flipped = 1 << qubit
    np.testing.assert_allclose(populations[flipped], 1 - spectator, rtol=0, atol=1e-8)
    np.testing.assert_allclose(populations[3], spectator, rtol=0, atol=1e-8)


def test_a_slow_flip_loses_to_the_magnet_and_a_fast_one_to_the_other_spin() -> None:
    """At a given gradient there is a best length of the pulse, between crosstalk and relaxation."""
    device = nv.Device(nv.MasterEquation(LOSSY))
    lengths = np.geomspace(3.0, 300.0, 21)
    flips = [nv.pulses.selective_flip(RaisedCosine(length), 300.0) for length in lengths]
    fidelity = [nv.operators.fidelity(nv.pulses.evolve(one, device).states[-1], "ud") for one in flips]
    best = int(np.argmax(fidelity))
    assert 0 < best < len(lengths) - 1
    assert fidelity[best] > 0.97
    assert fidelity[0] < 0.5  # both are flipped


def test_a_slow_flip_loses_what_the_spin_alone_would_lose() -> None:
    """With a wide gradient and separate magnets the other spin does not matter."""
    single = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(1))))
    pair = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.0)))
    pulse = RaisedCosine(200.0)
    alone = nv.pulses.evolve(Schedule([nv.pulses.rotation(pulse, qubit=0)]), single).states[-1][1, 1].real
    together = nv.pulses.evolve(nv.pulses.selective_flip(pulse, 2000.0), pair).states[-1][2, 2].real
    np.testing.assert_allclose(together, alone, rtol=0, atol=2e-4)


def swept(duration: float, start: float, gamma: float = 1.0) -> tuple[np.ndarray, float]:
    """A linear sweep of δ to 0 by the two equations of Eq. 12, from |↑↓⟩: state of the two and probability."""

    def change(time: float, psi: np.ndarray) -> np.ndarray:
        delta = start * (1 - time / duration)
        # |↓↑⟩ is the first: both decay at a = Γ, and the coupling between them is −iΓ; they are 2δ apart.
        return np.array([[-1j * delta - gamma, -gamma], [-gamma, 1j * delta - gamma]]) @ psi

    psi = solve_ivp(change, (0.0, duration), np.array([0, 1], dtype=complex), "DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    probability = float(np.vdot(psi, psi).real)
    return psi / np.sqrt(probability), probability


@pytest.mark.parametrize("duration", [0.3, 1.0, 3.0])
def test_a_sweep_through_the_exceptional_point_against_its_two_equations(duration: float) -> None:
    kept = nv.pulses.evolve(
        nv.pulses.detuning_sweep(5.0, 0.0, duration), nv.Device(nv.MasterEquation(LOSSY)), "ud", no_jump=True
    )
    psi, probability = swept(duration, 5.0)
    np.testing.assert_allclose(kept.probability[-1], probability, rtol=1e-7)
    block = kept.states[-1][1:3, 1:3]
    np.testing.assert_allclose(abs(block[0, 1]), abs(psi[0] * psi[1]), rtol=0, atol=1e-7)
    np.testing.assert_allclose(np.vdot(psi, block @ psi).real, 1, rtol=0, atol=1e-7)


def test_whichever_mode_begins_the_longest_lived_comes_out() -> None:
    """Beyond the exceptional point two modes live equally long; below it the singlet does, less and less probably."""
    device = nv.Device(nv.MasterEquation(LOSSY))
    probability = []
    for duration in (0.0, 0.5, 1.0, 2.0):
        for initial in ("ud", "du"):
            sweep = nv.pulses.detuning_sweep(5.0, 0.0, duration, hold=3.0)
            kept = nv.pulses.evolve(sweep, device, initial, no_jump=True)
            assert nv.operators.fidelity(kept.states[-1], nv.operators.bell_state("psi-")) > 0.999
        probability.append(kept.probability[-1])
    assert probability[0] == pytest.approx((1 + np.exp(-4 * 3.0)) / 2, abs=1e-9)
    assert np.all(np.diff(probability) < -0.01)


def test_a_probability_that_rounding_does_not_resolve_is_refused() -> None:
    device = nv.Device(nv.MasterEquation(LOSSY))
    with pytest.raises(NoKeptShotsError, match="below 1e-09"):
        nv.pulses.evolve(nv.pulses.detuning_sweep(5.0, 0.0, 16.0), device, "ud", no_jump=True)


def test_echoes_make_a_bell_state_if_it_is_monitored_and_a_mixture_if_not() -> None:
    """δ = 5Γ. Pulses of 5 ns, every 30 ns: monitored C → 1, and unmonitored next to nothing."""
    device = nv.Device(nv.MasterEquation(LOSSY, detuning=5.0))
    watched = nv.pulses.evolve(nv.pulses.echo_train(6.0, 200, Square(5.0), checks=200), device, "ud")
    alone = nv.pulses.evolve(nv.pulses.echo_train(6.0, 200, Square(5.0)), device, "ud")
    bare = device.equation.no_jump("ud", np.linspace(0, 6, 200))
    assert nv.concurrence(watched.states[-1]) > 0.995
    assert 0.4 < watched.probability[-1] < 0.5
    assert nv.concurrence(alone.states[-1]) < 1e-2
    assert nv.concurrence(bare.states).max() < 2 * 5 / (1 + 25) + 1e-6  # without echoes C_max = 2η/(1 + η²)
    populations = alone.states[-1].real.diagonal()
    np.testing.assert_allclose(populations[[0, 3]], 1 / 6, rtol=0, atol=0.02)  # half is dark, the triplets are alike


def test_echoes_need_room() -> None:
    with pytest.raises(ArgumentError, match=r"`duration` must be at least 0\.5 µs for 10 pulses of 50 ns, but is 0\.4"):
        nv.pulses.echo_train(0.4, 10, Square(50.0))
    with pytest.raises(ArgumentError, match=r"`checks` must not fall into a pulse"):
        nv.pulses.echo_train(1.0, 1, Square(50.0), checks=2)
    with pytest.raises(ArgumentError, match="`qubit` must be 0 or 1"):
        nv.pulses.selective_flip(Square(50.0), 100.0, 2)


def test_the_magnet_is_off_while_pulses_sound() -> None:
    """What pulses then do is what they do without a magnet, and between them all is as before."""
    device = nv.Device(nv.MasterEquation(LOSSY, detuning=0.3), gate_ns={"x": 50, "sx": 30})
    circuit = nv.protocols.hahn_echo(0.5, qubit="both")
    schedule = nv.pulses.magnet_off_during_pulses(nv.pulses.schedule(circuit, device))
    run = nv.pulses.Propagation(schedule, device)
    still = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0), detuning=0.3), gate_ns={"x": 50, "sx": 30})
    without = nv.pulses.Propagation(nv.pulses.schedule(circuit, still), still)
    np.testing.assert_allclose(run.propagator(0.0, 0.03), without.propagator(0.0, 0.03), rtol=0, atol=1e-9)
    waiting = device.equation.propagator(0.25)
    np.testing.assert_allclose(run.propagator(0.03, 0.28), waiting, rtol=0, atol=1e-9)
    with pytest.raises(ArgumentError, match="`schedule` must not tune the magnet itself"):
        nv.pulses.magnet_off_during_pulses(schedule)


def test_a_slow_magnet_stays_off_between_close_pulses() -> None:
    pulses = [nv.pulses.rotation(Square(20.0), start=start) for start in (0.1, 0.2, 0.5)]
    schedule = nv.pulses.magnet_off_during_pulses(Schedule(pulses, 1.0), rise=0.05)
    ramps = schedule.of(MediumRamp)
    np.testing.assert_allclose([ramp.begin for ramp in ramps], [0.05, 0.22, 0.45, 0.52], rtol=0, atol=1e-12)
    with pytest.raises(ArgumentError, match=r"`rise` must be at most the 0\.1 µs"):
        nv.pulses.magnet_off_during_pulses(Schedule(pulses, 1.0), rise=0.2)


@pytest.mark.parametrize("name", ["monitored_bell", "echoed_bell", "hahn_echo"])
def test_a_schedule_is_drawn_in_its_own_times(name: str) -> None:
    device = nv.Device(nv.MasterEquation(LOSSY), gate_ns={"x": 50, "sx": 25})
    given = {"monitored_bell": {"checks": 4}, "echoed_bell": {"checks": 4, "pulses": 4}, "hahn_echo": {}}[name]
    schedule = nv.pulses.schedule(nv.protocols.GALLERY[name].circuit(duration=2.0, **given), device)
    ax = Figure().subplots()
    assert schedule.draw(ax) is ax
    assert ax.get_xlim() == (0.0, schedule.duration)
    drawn = [np.asarray(line.get_xydata()) for line in ax.lines]
    outlines = [points for points in drawn if len(points) == 103]  # envelopes: 101 points and two feet
    spans = sorted((points[0, 0], points[-1, 0]) for points in outlines)
    np.testing.assert_allclose(spans, sorted(pulse.on for pulse in schedule.of(Pulse)), rtol=0, atol=1e-12)
    assert max(np.ptp(points[:, 1]) for points in outlines) == pytest.approx(0.7)
    assert "times as long" in ax.get_xlabel()


def test_a_drawing_shows_every_kind_of_event() -> None:
    drag = nv.pulses.rotation(nv.pulses.Drag.against(300.0, 50.0), qubit=1)
    events = [GradientRamp(5.0), drag, GradientRamp(0.0, duration=0.2, shape="cosine"), MediumRamp(0.5, duration=0.1)]
    ax = Schedule([*events, nv.pulses.Check(None)]).draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["NV 1", "δ", "medium", "checks"]
    assert ax.get_xlabel() == "time (µs)"  # nothing needs to be stretched
    assert Schedule([]).draw().get_xlim() == (0.0, 1.0)
