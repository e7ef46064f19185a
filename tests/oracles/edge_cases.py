"""Random media, states and times at the edges of conditional evolution.

Media: |A| = a and near it, exceptional points and near them, complex A, excitation, dephasing (correlated or not),
coherent couplings, two different spins, three qubits. States: labels, Bell states, kets, mixtures, the fast modes of
H_eff alone, or with a little of the slow one. Times from none to 10⁵ in units of 1/a.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from systems import hermitian, positive, random_ket, random_state

import nvprotocol as nv


class EdgeCase(NamedTuple):
    """An equation, a state as a user would give it, a time, and the period of checks (None for no jump)."""

    kind: str
    equation: nv.MasterEquation
    initial: Any
    time: float
    period: float | None


def edge_case(rng: np.random.Generator) -> EdgeCase:
    kind = str(rng.choice(["no jump", "no jump, dephasing", "monitored", "three qubits"], p=[0.45, 0.2, 0.25, 0.1]))
    if kind == "three qubits":
        equation = _three_qubits(rng)
    else:
        equation = _pair(rng, dephasing=kind != "no jump" and (kind != "monitored" or rng.random() < 0.5))
    initial = _start(rng, equation)
    time = 0.0 if rng.random() < 0.03 else float(10 ** rng.uniform(-3, 1.5 if rng.random() < 0.8 else 5))
    period = float(time / rng.choice([1, 2, 7, 100, 10000])) if kind == "monitored" and time else None
    return EdgeCase(kind, equation, initial, time, period)


def _pair(rng: np.random.Generator, *, dephasing: bool) -> nv.MasterEquation:
    a = float(10 ** rng.uniform(-1, 1))
    A = a * rng.choice([1.0, rng.random(), 1 - 10 ** rng.uniform(-12, -1), 0.0], p=[0.4, 0.35, 0.2, 0.05])
    q = float(rng.choice([0.0, rng.random(), 10 ** rng.uniform(-15, 0)], p=[0.4, 0.4, 0.2]))
    gamma = A * (1 + q)
    offset = rng.choice([-1, 1]) * 10 ** rng.uniform(-15, -1)
    delta = rng.choice([0.0, gamma, gamma * (1 + offset), rng.normal(), 10 ** rng.uniform(-3, 3)])
    couplings = {name: float(rng.choice([0.0, rng.normal(), 10 ** rng.uniform(-8, 2)])) for name in ("J", "Jz", "dm")}
    if rng.random() < 0.6:
        couplings |= {"J": 0.0, "dm": 0.0}  # the exceptional point is there without them
    if rng.random() < 0.3:
        A = A * np.exp(2j * np.pi * rng.random())
    d = float(10 ** rng.uniform(-6, 1)) if dephasing else 0.0
    D = d * float(rng.choice([1.0, 0.0, rng.random(), -1.0], p=[0.5, 0.2, 0.2, 0.1]))
    return nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q, d=d, D=D, **couplings), float(delta))


def _three_qubits(rng: np.random.Generator) -> nv.MasterEquation:
    relaxation = positive(rng, 3) if rng.random() < 0.5 else np.ones((3, 3))
    excitation = float(rng.choice([0.0, rng.random()])) * np.conj(relaxation)
    flip_flop = hermitian(rng, 3) * rng.integers(2)
    np.fill_diagonal(flip_flop, 0)
    detuning = rng.normal(size=3) if rng.random() < 0.5 else np.zeros(3)
    return nv.MasterEquation(nv.Medium(relaxation=relaxation, excitation=excitation, flip_flop=flip_flop), detuning)


def _start(rng: np.random.Generator, equation: nv.MasterEquation) -> Any:
    n = equation.n_qubits
    kind = rng.choice(["label", "bell", "ket", "mixed", "fast", "fast, rounded", "fast, mixed", "nearly fast"])
    if kind == "label":
        return "".join(rng.choice(list("udud+r"), size=n))
    if kind == "bell" and n == 2:
        return str(rng.choice(["psi+", "psi-", "phi+", "phi-"]))
    if kind in ("ket", "bell"):
        return random_ket(rng, n)
    if kind == "mixed":
        return random_state(rng, n, int(rng.integers(1, 2**n + 1)))
    fast = _fast_mode(equation)
    if kind == "fast, rounded":
        return np.outer(fast, fast.conj())
    if kind == "fast, mixed":
        highest = np.zeros(2**n, dtype=complex)
        highest[-1] = 1
        return 0.5 * np.outer(fast, fast.conj()) + 0.5 * np.outer(highest, highest)
    if kind == "nearly fast":
        fast = fast + 10 ** rng.uniform(-9, -1) * random_ket(rng, n)
        return fast / np.linalg.norm(fast)
    return fast


def _fast_mode(equation: nv.MasterEquation) -> NDArray:
    """The fastest mode of H_eff with one excitation, as floating point has it."""
    one = np.flatnonzero([index.bit_count() == 1 for index in range(2**equation.n_qubits)])
    values, vectors = np.linalg.eig(equation.effective_hamiltonian[np.ix_(one, one)])
    ket = np.zeros(2**equation.n_qubits, dtype=complex)
    ket[one] = vectors[:, np.argmin(np.imag(values))]
    return np.asarray(ket / np.linalg.norm(ket))
