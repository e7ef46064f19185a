"""Schedules against the laboratory's equation written out here: nothing of the package but the schedule itself."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import nvprotocol as nv
from nvprotocol import pulses as p

CARRIER, DELTA = 2000 * np.pi * 2.87, 400.0
TURNING = (CARRIER + DELTA, CARRIER - DELTA)
CROSSTALK = np.array([[1.0, 0.5 * np.exp(0.7j)], [0.8 * np.exp(-0.4j), 1.0]])
A, CROSS, Q, D, CROSS_D, T1, T2 = 0.8, 0.5, 0.3, 0.2, 0.1, 4.0, 3.0
"""Rates of the medium, and intrinsic T1, towards equal populations, and T2 in µs."""
START, END = 0.012, 0.035
"""When the second pulse begins, in µs, and when all is over."""

ONE, X, Y, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1.0])
SX, SY, SZ, DOWN = ([np.kron(ONE, one), np.kron(one, ONE)] for one in (X, Y, Z, (X - 1j * Y) / 2))
RHO = np.outer([0.5, 0.5j, -0.5, 0.5], np.conj([0.5, 0.5j, -0.5, 0.5]))


def first(t: float) -> complex:
    """A Gaussian of 20 ns with its derivative, t in ns."""
    edge, bell = np.exp(-2.0), np.exp(-(((t - 10.0) / 5.0) ** 2) / 2)
    return (bell - edge - 1.2j * (t - 10.0) / 25.0 * bell) / (1 - edge) if 0 <= t <= 20 else 0.0


def second(t: float) -> complex:
    """A raised cosine of 16 ns."""
    return (1 - np.cos(np.pi * t / 8)) / 2 if 0 <= t <= 16 else 0.0


def drive(t: float, nv_qubit: int) -> complex:
    """Two tones, one on each NV, 30 rad/µs off for NV 1; turning as they do in the laboratory."""
    tones = (
        (first(1000 * t), 200.0, 0.7, TURNING[0], 0.010),
        (second(1000 * (t - START)), 260.0, -0.9, TURNING[1] + 30.0, START + 0.008),
    )
    # The phase of each is told in the middle of the pulse, in the frame that rotates at the mean splitting.
    return sum(
        CROSSTALK[nv_qubit, k] * rabi * shape * np.exp(1j * (phase - CARRIER * centre - tone * (t - centre)))
        for k, (shape, rabi, phase, tone, centre) in enumerate(tones)
    )


def jumps_and_dephasing() -> tuple[list[NDArray], list[NDArray]]:
    """Standard jump operators: twice the rates of the paper's form."""
    jumps = [np.sqrt(0.5 / T1) * change for k in (0, 1) for change in (DOWN[k], DOWN[k].T)]
    dephasing = [np.sqrt((1 / T2 - 0.5 / T1) / 2) * SZ[k] for k in (0, 1)]
    for sign in (1, -1):
        jumps += [np.sqrt(A + sign * CROSS) * (DOWN[0].T + sign * DOWN[1].T)]
        jumps += [np.sqrt(Q * (A + sign * CROSS)) * (DOWN[0] + sign * DOWN[1])]
        dephasing += [np.sqrt(D + sign * CROSS_D) * (SZ[0] + sign * SZ[1])]
    return jumps, dephasing


def integrated(hamiltonian: Callable[[float], NDArray], recycled: list[NDArray], lost: list[NDArray]) -> NDArray:
    """ρ at the end, unnormalised; what is lost has no jump back."""
    decay = np.sum([jump.conj().T @ jump for jump in [*recycled, *lost]], axis=0) / 2
    stack = np.array(recycled)

    def derivative(t: float, flat: NDArray) -> NDArray:
        rho = flat.reshape(4, 4)
        half = (-1j * hamiltonian(t) - decay) @ rho
        return (half + half.conj().T + (stack @ rho @ stack.conj().swapaxes(1, 2)).sum(axis=0)).ravel()

    flat = RHO.ravel()
    for low, high in ((0.0, START), (START, 0.020), (0.020, 0.028), (0.028, END)):
        flat = solve_ivp(derivative, [low, high], flat, method="DOP853", rtol=1e-8, atol=1e-10).y[:, -1]
    return flat.reshape(4, 4)


def played() -> tuple[p.Schedule, nv.Device]:
    """The same as a schedule on a device."""
    medium = nv.Medium.pair(a=A, A=CROSS, q=Q, d=D, D=CROSS_D)
    device = nv.Device(
        nv.MasterEquation(medium),
        control=nv.device.Control(crosstalk=CROSSTALK),
        intrinsic_t1_us=T1,
        intrinsic_t2_us=T2,
    )
    pulses = [
        p.Pulse(p.Drag(20.0, beta_ns=1.2), 200.0, qubit=0, phase=0.7, start=0.0),
        p.Pulse(p.RaisedCosine(16.0), 260.0, qubit=1, phase=-0.9, detuning=30.0, start=START),
    ]
    return p.Schedule([p.GradientRamp(DELTA), *pulses], duration=END), device


@pytest.mark.slow
def test_two_tones_on_a_pair_in_the_laboratory() -> None:
    """Carriers of 2.87 GHz and all, with crosstalk, gradient, correlated medium, T1 and T2."""

    def hamiltonian(t: float) -> NDArray:
        splittings = -(TURNING[0] * SZ[0] + TURNING[1] * SZ[1]) / 2
        return splittings + drive(t, 0).real * SX[0] + drive(t, 1).real * SX[1]

    jumps, dephasing = jumps_and_dephasing()
    in_lab = integrated(hamiltonian, [*jumps, *dephasing], [])
    turned = np.exp(0.5j * CARRIER * END * (SZ[0] + SZ[1]).diagonal())
    expected = turned.conj()[:, None] * in_lab * turned
    for frame in ("rotating", "lab"):
        found = p.evolve(*played(), RHO, frame=frame, tolerance=1e-8).states[-1]
        assert np.abs(found - expected).max() < 1e-6
    assert np.abs(p.evolve(*played(), RHO).states[-1] - expected).max() > 1e-4  # which the RWA would not do


def test_no_jump_under_drive_with_dephasing() -> None:
    """Jumps of relaxation are not allowed, those of dephasing are, while two pulses turn both spins (RWA)."""

    def hamiltonian(t: float) -> NDArray:
        result = -DELTA * (SZ[0] - SZ[1]) / 2
        for k in (0, 1):
            slow = drive(t, k) * np.exp(1j * CARRIER * t)
            result = result + (slow.real * SX[k] + slow.imag * SY[k]) / 2
        return result

    jumps, dephasing = jumps_and_dephasing()
    expected = integrated(hamiltonian, dephasing, jumps)
    kept = p.evolve(*played(), RHO, no_jump=True)
    probability = np.trace(expected).real
    assert kept.probability[-1] == pytest.approx(probability, abs=1e-7)
    assert np.abs(kept.states[-1] - expected / probability).max() < 1e-7


@pytest.mark.parametrize("phase", [0.0, 1.1, -2.0])
def test_ramsey_fringes_have_the_sign_of_the_detuning(phase: float) -> None:
    """Half a turn about x, a wait, half a turn about cos φ x + sin φ y: ⟨σz⟩ from the Bloch vector by hand."""
    delta, wait = 3.0, 0.7
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0), delta), control=nv.device.Control(crosstalk=np.eye(2)))
    turns = [p.rotation(p.Square(1e-3), np.pi / 2, about, qubit=0) for about in (0.0, phase)]
    state = p.evolve(p.Schedule([turns[0], p.Wait(wait), turns[1]]), device, "uu").states[-1]
    azimuth = -np.pi / 2 - delta * wait  # z → −y, which H = −δσz/2 turns by −δt
    expected = np.sin(azimuth - phase)  # what is ahead of φ by a quarter turn goes to +z
    assert np.trace(SZ[0] @ state).real == pytest.approx(expected, abs=1e-4)
