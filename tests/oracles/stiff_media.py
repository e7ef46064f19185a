"""Random media of a pair whose rates and frequencies differ by up to fifteen orders of magnitude.

Every rate, coupling and detuning is zero or drawn over fifteen decades; |A|/a is 0, 1, random, or 1 less a number drawn
over twelve decades; some media have two different spins, excitation of a mode of its own, or a complex A. The state
starts in a label, a Bell state or a random state. A complex A with |A| = a cannot be written without rounding; it
counts as dark, and its reference is the real medium, turned.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv


def stiff(rng: np.random.Generator, absent: float = 0.3) -> float:
    return 0.0 if rng.random() < absent else float(10 ** rng.uniform(-15, 0))


def signed(rng: np.random.Generator) -> float:
    return float(rng.choice([-1, 1])) * stiff(rng, 0.5)


def shared(rng: np.random.Generator) -> float:
    """|A|/a."""
    return float(rng.choice([0.0, 1.0, rng.random(), 1 - 10 ** rng.uniform(-12, 0)]))


def symbols(rng: np.random.Generator) -> dict[str, Any]:
    a, d = stiff(rng, 0.1), stiff(rng, 0.6)
    given: dict[str, Any] = {"a": a, "A": float(rng.choice([-1, 1])) * a * shared(rng), "d": d, "D": d * shared(rng)}
    given |= {name: signed(rng) for name in ("J", "Jz", "dm")}
    if rng.random() < 0.3:
        a_tilde = stiff(rng)
        return given | {"a_tilde": a_tilde, "A_tilde": a_tilde * shared(rng)}
    return given | {"q": stiff(rng)}


def two_spins(rng: np.random.Generator) -> nv.Medium:
    """Diagonal entries of their own, and couplings of any phase."""
    blocks = {}
    for name in ("relaxation", "excitation", "dephasing"):
        first, second = stiff(rng), stiff(rng)
        coupling = np.sqrt(first * second) * rng.random() * np.exp(2j * np.pi * rng.random())
        blocks[name] = np.array([[first, coupling], [np.conj(coupling), second]])
    coupling = signed(rng) + 1j * signed(rng)
    return nv.Medium(**blocks, flip_flop=np.array([[0, coupling], [np.conj(coupling), 0]]))


def start(rng: np.random.Generator) -> NDArray[np.complex128]:
    kind = rng.integers(3)
    if kind == 0:
        return nv.operators.density_matrix(str(rng.choice(["uu", "ud", "du", "dd", "+u", "r-"])))
    if kind == 1:
        return nv.operators.density_matrix(str(rng.choice(["psi+", "psi-", "phi+", "phi-"])))
    factor = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    rho = factor @ factor.conj().T
    return (rho + rho.conj().T) / 2 / np.trace(rho).real


class StiffCase(NamedTuple):
    """An equation, the one that the reference is for, the unitary from there to here, and the initial state."""

    kind: str
    equation: nv.MasterEquation
    exact: nv.MasterEquation
    turned: NDArray
    rho: NDArray


def stiff_case(rng: np.random.Generator) -> StiffCase:
    """A random equation and a state to start from."""
    rho = start(rng)
    kind, delta = str(rng.choice(["pair", "two spins", "complex, dark"], p=[0.7, 0.2, 0.1])), signed(rng)
    if kind == "pair":
        equation = nv.MasterEquation(nv.Medium.pair(**symbols(rng)), delta)
    elif kind == "two spins":
        equation = nv.MasterEquation(two_spins(rng), delta)
    else:
        a, q, phase = stiff(rng, 0.0), stiff(rng), 2 * np.pi * rng.random()
        equation = nv.MasterEquation(nv.Medium.pair(a=a, A=a * np.exp(1j * phase), q=q), delta)
        turned = np.diag(np.exp(-1j * phase * np.array([0, 0, 1, 1])))
        return StiffCase(kind, equation, nv.MasterEquation(nv.Medium.pair(a=a, A=a, q=q), delta), turned, rho)
    return StiffCase(kind, equation, equation, np.eye(4), rho)
