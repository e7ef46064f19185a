"""The states on which the tomography is measured: named ones, random ones, and states along the paper's curves."""

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.operators import bell_state, density_matrix

State = NDArray[np.complex128]


def named_states() -> dict[str, State]:
    """States of all ranks with known concurrence: C(Werner) = max(0, (3p − 1)/2), C(steady) = 1/2, C(X state) = 0.1."""
    singlet = density_matrix(bell_state("psi-"))
    steady = (density_matrix("uu") + singlet) / 2
    states = {"Bell": singlet, "steady (uu+S)/2": steady, "steady, rotated": turned(steady)}
    states |= {f"Werner {p:.3g}": p * singlet + (1 - p) * np.eye(4) / 4 for p in (0.99, 0.9, 0.4, 1 / 3)}
    x_state = np.diag([0.3, 0.3, 0.3, 0.1]).astype(complex)
    x_state[1, 2] = x_state[2, 1] = 0.05 + np.sqrt(0.3 * 0.1)
    return {
        **states,
        "X state": x_state,
        "product ud": density_matrix("ud"),
        "mixed (uu+dd)/2": (density_matrix("uu") + density_matrix("dd")) / 2,
    }


def turned(rho: State) -> State:
    """A state after turns of each spin, about axes that no setting knows."""
    turn = np.kron(_rotation(0.7, 0.4), _rotation(1.1, -0.3))
    return turn @ rho @ turn.conj().T


def random_states(seed: int = 2022) -> dict[str, State]:
    """Two random states of each rank, from Gaussian factors."""
    rng = np.random.default_rng(seed)
    states = {}
    for rank in (1, 2, 3, 4):
        for copy in "ab":
            factor = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
            rho = factor @ factor.conj().T
            states[f"rank {rank}{copy}"] = rho / np.trace(rho)
    return states


def curve_states() -> dict[str, State]:
    """States along Figs. 2, 3 and S4 of the paper, and along a curve monitored at a finite rate."""
    states: dict[str, State] = {}
    for delta, time in ((0.0, 0.5), (0.0, 2.0), (0.3, 2.0), (1.0, 0.65), (1.0, 2.0), (2.0, 0.75), (2.0, 2.5)):
        theory = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=delta)
        states[f"Fig. 2 δ={delta:g} t={time:g}"] = theory.evolve("ud", [0.0, time])[-1]
    for delta, time in ((0.0, 0.25), (0.0, 1.0), (5.0, 0.34)):
        theory = nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0), detuning=delta)
        states[f"Fig. 3 δ={delta:g} t={time:g}"] = theory.no_jump("ud", [0.0, time]).states[-1]
    for coupling, time in ((30.0, 0.1), (28.0, 0.05)):
        theory = nv.MasterEquation(nv.Medium.pair(a=30.0, A=coupling, q=0.1), detuning=0.0)
        states[f"Fig. S4 A={coupling:g} t={time:g}"] = theory.evolve("ud", [0.0, time])[-1]
    theory = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.0)
    for time in (0.6, 3.0):
        states[f"monitored t={time:g}"] = theory.monitored("ud", [0.0, time], 0.05).states[-1]
    return states


def every_state() -> dict[str, State]:
    """All of them."""
    return named_states() | random_states() | curve_states()


def fresh_states() -> dict[str, State]:
    """States that had no part in the choice of the rule: random ones, random X states, and paths, also turned."""
    states = {f"{name} {seed}": rho for seed in (41, 42, 43) for name, rho in random_states(seed).items()}
    rng = np.random.default_rng(44)
    for copy in range(6):
        populations = rng.dirichlet([0.6] * 4)
        rho = np.diag(populations).astype(complex)
        rho[1, 2] = np.sqrt(populations[1] * populations[2]) * rng.uniform(0.5, 1) * np.exp(2j * np.pi * rng.uniform())
        rho[2, 1] = rho[1, 2].conj()
        states[f"random X {copy}"] = rho
    for coupling, time, q in ((0.97, 1.5, 0.08), (1.0, 0.3, 0.02), (0.9, 0.7, 0.0), (1.0, 5.0, 0.3), (0.99, 8.0, 0.01)):
        theory = nv.MasterEquation(nv.Medium.pair(a=1.0, A=coupling, q=q), detuning=0.2)
        rho = theory.evolve("ud", [0.0, time])[-1]
        states |= {f"A={coupling:g} t={time:g} q={q:g}": rho, f"turned, q={q:g}": turned(rho)}
    return states


CRITICAL = (
    ("Bell", 200, 0.03),
    ("Werner 0.99", 200, 0.0),
    ("Werner 0.9", 200, 0.0),
    ("Werner 0.4", 1000, 0.03),
    ("X state", 200, 0.0),
    ("product ud", 1000, 0.03),
    ("mixed (uu+dd)/2", 1000, 0.0),
    ("steady (uu+S)/2", 1000, 0.03),
    ("Fig. 2 δ=1 t=2", 1000, 0.03),
    ("Fig. 2 δ=1 t=2", 10_000, 0.03),
    ("Fig. 2 δ=2 t=0.75", 10_000, 0.03),
    ("Fig. S4 A=28 t=0.05", 1000, 0.0),
)
"""Cells (state, shots a setting, readout error a qubit) where intervals can fail in different ways, all symmetric."""


def symmetric(rho: State) -> bool:
    """Whether a state commutes with the total σᶻ: nothing but ρ₁₂ beside the diagonal."""
    rest = rho - np.diag(np.diag(rho))
    rest[1, 2] = rest[2, 1] = 0
    return bool(np.abs(rest).max() < 1e-12)


def readout_of(error: float) -> NDArray[np.float64] | None:
    """Readout matrix of every qubit with this error in both directions."""
    return None if error == 0 else np.array([[1 - error, error], [error, 1 - error]])


def tables_of(rho: State, shots: int, error: float, ansatz: str, tables: int, seed: int) -> NDArray[np.int64]:
    """Simulated tables of nine settings, or for the X ansatz of five with as many shots in all."""
    settings, number = (tomography.U1, shots * 9 // 5) if ansatz == "X" else (tomography.PAULI, shots)
    copies = np.broadcast_to(rho, (tables, 4, 4))
    return tomography.sample(copies, number, seed, settings=settings, readout=readout_of(error))


def _rotation(polar: float, azimuth: float) -> State:
    half, phase = polar / 2, np.exp(1j * azimuth)
    return np.array([[np.cos(half), -np.sin(half) / phase], [np.sin(half) * phase, np.cos(half)]])
