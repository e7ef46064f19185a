"""Schedules under the master equation: against `MasterEquation`, against QuTiP, and against closed forms."""

from typing import Any

import numpy as np
import pytest
import qutip
from numpy.typing import NDArray
from pulse_laboratory import HAS_DYNAMICS, one_still_spin, still, with_silent_pulse
from systems import System, many, pair, random_state, random_symbols, reversed_qubits

import nvprotocol as nv
from nvprotocol import pulses as p
from nvprotocol.errors import ArgumentError
from nvprotocol.pulses.magnus import composed
from nvprotocol.pulses.propagation.dynamics import chebyshev
from nvprotocol.pulses.propagation.maps import MagnusIntegrator

METHODS = [
    "magnus",
    pytest.param("dynamics", marks=pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")),
]
TIMES = np.array([0.0, 0.3, 0.3, 1.1, 2.0])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_free_evolution_of_random_media(seed: int) -> None:
    """J, dm, d and a complex A, all at once; as exponentials, and as a driven stretch whose drive is nothing."""
    rng = np.random.default_rng(seed)
    system, rho = pair(**random_symbols(rng)), random_state(rng)
    device = nv.Device(system.equation)
    expected = system.equation.evolve(rho, TIMES)
    idle = p.evolve(p.Schedule([p.Wait(2.0)]), device, rho, TIMES)
    driven = p.evolve(with_silent_pulse([], 2.0), device, rho, TIMES)
    assert np.abs(idle.states - expected).max() < 1e-12
    assert np.abs(driven.states - expected).max() < 1e-9
    np.testing.assert_allclose([idle.probability, driven.probability], 1.0, atol=1e-9)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
@pytest.mark.parametrize("seed", range(20))
def test_free_evolution_of_random_media_by_dynamics(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system, rho = pair(**random_symbols(rng)), random_state(rng)
    schedule = with_silent_pulse([], 2.0)
    found = p.evolve(schedule, nv.Device(system.equation), rho, [2.0], method="dynamics", tolerance=1e-8)
    assert np.abs(found.states - system.equation.evolve(rho, [2.0])).max() < 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", [1, 3])
def test_free_evolution_of_other_numbers_of_qubits(n_qubits: int, rng: np.random.Generator) -> None:
    system, rho = many(rng, n_qubits), random_state(rng, n_qubits)
    expected = system.equation.evolve(rho, [0.7])
    for schedule in (p.Schedule([p.Wait(0.7)]), with_silent_pulse([], 0.7)):
        found = p.evolve(schedule, nv.Device(system.equation), rho, tolerance=1e-9)
        assert np.abs(found.states - expected).max() < 1e-8


@pytest.mark.parametrize("method", ["idle", *METHODS])
def test_steps_of_gradient_and_medium(method: Any, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nvprotocol.pulses.propagation.dynamics.find_spec", lambda _name: None
    )  # on SciPy: nothing to compile
    symbols, rho = random_symbols(rng), random_state(rng)
    device = nv.Device(pair(**symbols).equation)
    events = [
        p.Wait(0.4),
        p.GradientRamp(2.5),
        p.Wait(0.3),
        p.MediumRamp(0.2, coherent=-1.5),
        p.Wait(0.5),
        p.GradientRamp(-1.0),
        p.MediumRamp(3.0),
        p.Wait(0.1),
    ]
    plan = [(0.4, {}, 1.0, 1.0), (0.3, {"delta": 2.5}, 1.0, 1.0), (0.5, {"delta": 2.5}, 0.2, -1.5)]
    plan.append((0.1, {"delta": -1.0}, 3.0, 3.0))
    expected = rho
    for duration, changed, rates, couplings in plan:
        scaled = {name: symbols[name] * rates for name in ("a", "A", "d", "D")}
        scaled |= {name: symbols[name] * couplings for name in ("J", "Jz", "dm")}
        expected = pair(**(symbols | scaled | changed)).equation.evolve(expected, [duration])[0]
    if method == "idle":
        found = p.evolve(p.Schedule(events), device, rho)
    else:
        found = p.evolve(with_silent_pulse(events, 1.3), device, rho, method=method, tolerance=1e-8)
    assert np.abs(found.states[-1] - expected).max() < 1e-7


def by_qutip(system: System, rho: NDArray, delta: object, rates: object, times: NDArray) -> NDArray[np.complex128]:
    """`mesolve` with δ(t) and Γ(t) as functions; the Hamiltonian of `system` has no detuning of its own."""
    dims = [[2, 2], [2, 2]]
    z = np.diag([0.0, 1.0, -1.0, 0.0])  # −(σ₁ᶻ − σ₂ᶻ)/2 is minus this, in the paper's order
    hamiltonian = [qutip.Qobj(system.hamiltonian, dims=dims), [qutip.Qobj(-z, dims=dims), delta]]
    jumps = [
        qutip.QobjEvo([[qutip.Qobj(jump, dims=dims), lambda t: np.sqrt(rates(t))]])  # pyright: ignore[reportCallIssue]
        for jump in system.collapse_operators()
    ]
    options = {"atol": 1e-11, "rtol": 1e-10, "nsteps": 10**6, "progress_bar": "", "max_step": 0.02}
    start = qutip.Qobj(reversed_qubits(rho), dims=dims)
    result = qutip.mesolve(hamiltonian, start, times, c_ops=jumps, options=options)
    return reversed_qubits(np.array([state.full() for state in result.states]))


@pytest.mark.parametrize("method", METHODS)
def test_smooth_gradient_and_medium_against_qutip(method: p.Method, rng: np.random.Generator) -> None:
    """δ from 5 to 0.5 along a line while Γ goes to 0.2 of itself along a cosine; J and dm stay."""
    symbols = random_symbols(rng) | {"delta": 0.0}
    system, rho = pair(**symbols), random_state(rng)
    ramps = [
        p.GradientRamp(5.0),
        p.GradientRamp(0.5, duration=2.0, start=0.0),
        p.MediumRamp(0.2, coherent=1.0, duration=2.0, shape="cosine", start=0.0),
    ]

    def delta(t: float) -> float:
        return 5.0 - 2.25 * t

    def rates(t: float) -> float:
        return 1.0 - 0.8 * (1 - np.cos(np.pi * t / 2)) / 2

    # In one stretch on JAX, as in `test_free_evolution_of_random_media_by_dynamics`, so that one program serves both.
    times = np.array([0.0, 0.7, 1.5, 2.0]) if method == "magnus" else np.array([0.0, 2.0])
    expected = by_qutip(system, rho, delta, rates, times)
    found = p.evolve(p.Schedule(ramps), nv.Device(system.equation), rho, times, method=method, tolerance=1e-8)
    assert np.abs(found.states - expected).max() < 1e-6
    assert np.abs(expected[-1] - rho).max() > 0.05


@pytest.mark.slow
def test_linear_ramps_are_landau_zeners() -> None:
    # |↑↓⟩ and |↓↑⟩, coupled by 2J, have energies ∓δ that cross: P = exp(−2π (2J)² / (2 dδ/dt)).
    coupling, reach, duration = 1.0, 200.0, 40.0
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0, J=coupling)))
    schedule = p.Schedule([p.GradientRamp(-reach), p.GradientRamp(reach, duration=duration)])
    state = p.evolve(schedule, device, "ud", tolerance=1e-6).states[-1]
    speed = 2 * (2 * reach / duration)  # of the difference 2δ of the two energies
    stays = np.exp(-2 * np.pi * (2 * coupling) ** 2 / speed)
    assert state[2, 2].real == pytest.approx(stays, abs=0.02)


def test_a_short_pulse_in_a_long_window_is_not_stepped_over() -> None:
    schedule = p.Schedule([p.rotation(p.Gaussian(40.0), np.pi, start=500.0)], duration=1000.0)
    kept = p.evolve(schedule, one_still_spin(), "u", [499.0, 500.02, 501.0, 1000.0])
    np.testing.assert_allclose(kept.states[:, 1, 1].real, [0.0, 0.5, 1.0, 1.0], atol=1e-9)


@pytest.mark.parametrize("stops", [[1.0], [0.6, 1.0], [0.37, 0.49, 0.53, 1.0]])
def test_a_narrow_bell_in_a_long_pulse_is_not_stepped_over(stops: list[float]) -> None:
    # σ is 1 ns of 1000 ns; the times that are asked for keep any grid over a stretch from the middle of the bell.
    schedule = p.Schedule([p.rotation(p.Gaussian(1000.0, sigma_ns=1.0))])
    assert p.evolve(schedule, one_still_spin(), "u", stops).states[-1, 1, 1].real == pytest.approx(1.0, abs=1e-9)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
def test_dynamics_does_not_step_over_it_either_and_keeps_its_tolerance() -> None:
    # Nothing moves before the bell rises, so that steps grow; its series is in several pieces.
    schedule = p.Schedule([p.rotation(p.Gaussian(1000.0, sigma_ns=10.0), 2.0)])
    device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[0.4]])))
    kept = p.evolve(schedule, device, "u", [0.6, 1.0], no_jump=True, method="dynamics", tolerance=1e-8)
    expected = p.evolve(schedule, device, "u", [0.6, 1.0], no_jump=True, tolerance=1e-12)
    assert np.abs(kept.states - expected.states).max() < 1e-8
    assert np.abs(kept.probability - expected.probability).max() < 1e-8


def test_no_series_for_what_is_not_smooth() -> None:
    with pytest.raises(
        ArgumentError, match=r'`method` must be "magnus" here, but the drive from 0 to 1 µs is not smooth'
    ):
        chebyshev(lambda t: np.sign(t - 0.3)[None], 0.0, 1.0, 1e-12)


def test_intrinsic_decay_goes_on_without_the_magnet() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=1.5, q=0.3, d=0.4, J=0.8))
    device = nv.Device(equation, intrinsic_t1_us=3.0, intrinsic_t2_us=2.0)
    off = p.Schedule([p.MediumRamp(0.0), p.Wait(1.3)])
    alone = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)), intrinsic_t1_us=3.0, intrinsic_t2_us=2.0).dynamics
    found, expected = p.evolve(off, device, "+d").states[-1], alone.evolve("+d", [1.3])[0]
    assert np.abs(found - expected).max() < 1e-12


def test_medium_on_and_off_again() -> None:
    """Γ(t) switched on for a while makes what that while makes, and nothing happens before or after."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1))
    pieces = [p.MediumRamp(0.0), p.Wait(3.0), p.MediumRamp(1.0), p.Wait(0.8), p.MediumRamp(0.0), p.Wait(5.0)]
    kept = p.evolve(p.Schedule(pieces), nv.Device(equation), "ud", [3.0, 3.8, 8.8])
    np.testing.assert_allclose(kept.states, equation.evolve("ud", [0.0, 0.8, 0.8]), atol=1e-12)


def test_a_slow_ramp_passes_the_exceptional_point_differently_from_a_switch() -> None:
    # Ends at δ = 0 either way, where the watched pair goes to its Bell state: the ramp has spent its time on the way.
    gamma = 1.0
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=gamma, A=gamma)))
    ramp = p.GradientRamp(0.0, duration=4.0, shape="cosine")
    slow = p.evolve(p.Schedule([p.GradientRamp(5 * gamma), ramp]), device, "ud", no_jump=True)
    fast = p.evolve(
        p.Schedule([p.GradientRamp(5 * gamma), p.Wait(4.0), p.GradientRamp(0.0)]), device, "ud", no_jump=True
    )
    most = 2 * 5 / (1 + 5**2)  # of a constant detuning 5Γ: 2η/(1 + η²)
    assert nv.concurrence(slow.states[-1]) > 0.9 > most > nv.concurrence(fast.states[-1])


def test_the_order_of_one_level_is_four() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.3j, q=0.4, d=0.1, J=1.0)))
    run = p.Propagation(p.Schedule([p.GradientRamp(40.0), p.rotation(p.RaisedCosine(50.0), qubit=0)]), device)
    (segment,) = run.timeline.segments
    exact = run.maps.of(segment)
    steps = np.array([16, 32, 64, 128])
    errors = [
        np.abs(composed(lambda t: run.generator.at(segment, t), segment.start, segment.end, n) - exact).max()
        for n in steps
    ]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(-4.0, abs=0.1)


def test_tolerance_is_kept() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.3, q=0.4, J=1.0)))
    schedule = p.Schedule([p.GradientRamp(100.0), p.rotation(p.Gaussian(60.0), qubit=1)])
    exact = p.evolve(schedule, device, "uu", tolerance=1e-13).states
    for tolerance in (1e-4, 1e-6, 1e-8, 1e-10):
        assert np.abs(p.evolve(schedule, device, "uu", tolerance=tolerance).states - exact).max() < tolerance


def test_equal_segments_are_integrated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    maps = MagnusIntegrator.maps
    monkeypatch.setattr(MagnusIntegrator, "maps", lambda self, parts: asked.append(len(parts)) or maps(self, parts))
    flips = [event for _ in range(50) for event in (p.Wait(0.1), p.rotation(p.RaisedCosine(30.0)))]
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), 3.0))
    p.evolve(p.Schedule(flips), device, "ud")
    assert asked == [1]
    asked.clear()
    angles = [0.5, 1.0, 0.5, 1.5]
    p.scan([p.Schedule([p.rotation(p.RaisedCosine(30.0), angle), p.Wait(0.2)]) for angle in angles], device)
    assert asked == [3]


def test_propagators_compose(rng: np.random.Generator) -> None:
    device = nv.Device(pair(**random_symbols(rng)).equation, intrinsic_t2_us=4.0)
    events = [
        p.Wait(0.2),
        p.rotation(p.Gaussian(50.0), 1.0, qubit=1),
        p.Check(keep=1),
        p.GradientRamp(7.0, 0.3),
        p.Wait(0.1),
    ]
    run = p.Propagation(p.Schedule(events), device)
    whole = run.propagator()
    for cut in (0.1, 0.225, 0.25, 0.4):
        assert np.abs(run.propagator(cut) @ run.propagator(end=cut) - whole).max() < 1e-9
    rho = random_state(rng)
    image = (whole @ rho.T.ravel()).reshape(4, 4).T
    kept = run.evolve(rho)
    np.testing.assert_allclose(np.trace(image).real, kept.probability[-1], atol=1e-10)
    np.testing.assert_allclose(image / np.trace(image), kept.states[-1], atol=1e-10)


def test_batches_of_states(rng: np.random.Generator) -> None:
    device = nv.Device(pair(**random_symbols(rng)).equation)
    schedule = p.Schedule([p.Wait(0.2), p.rotation(p.Square(30.0), 1.0), p.Check()], duration=0.4)
    states, times = np.array([random_state(rng) for _ in range(3)]), [0.1, 0.21, 0.4]
    together = p.evolve(schedule, device, states, times)
    apart = [p.evolve(schedule, device, rho, times) for rho in states]
    assert together.states.shape == (3, 3, 4, 4)
    np.testing.assert_allclose(together.states, [one.states for one in apart], atol=1e-12)
    np.testing.assert_allclose(together.probability, [one.probability for one in apart], atol=1e-12)


def test_a_scan_is_its_schedules_one_by_one() -> None:
    device = still(2.0)
    schedules = [p.Schedule([p.rotation(p.Gaussian(30.0), angle), p.Wait(0.1)]) for angle in (0.3, 1.0)]
    together = p.scan(schedules, device, "ud")
    apart = [p.evolve(schedule, device, "ud") for schedule in schedules]
    np.testing.assert_allclose(together.states, [one.states[0] for one in apart], atol=1e-13)
    assert together.probability.shape == (2,)


@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
@pytest.mark.parametrize("no_jump", [False, True])
def test_dynamics_without_jax(no_jump: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol.pulses.propagation.dynamics.find_spec", lambda _name: None)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.3j, q=0.3, J=0.2), detuning=2.0))
    schedule = p.Schedule([p.rotation(p.Gaussian(30.0), 2.0, 0.4, qubit=1), p.MediumRamp(0.0, 0.2), p.Wait(0.1)])
    expected = p.evolve(schedule, device, "ud", no_jump=no_jump)
    found = p.evolve(schedule, device, "ud", no_jump=no_jump, method="dynamics", tolerance=1e-7)
    assert np.abs(found.states - expected.states).max() < 1e-7
    assert np.abs(found.probability - expected.probability).max() < 1e-7
    assert p.evolve(with_silent_pulse([], 0.1), still(), "ud", method="dynamics").states[0, 2, 2].real == pytest.approx(
        1
    )
