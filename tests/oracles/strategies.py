"""Hypothesis strategies: media of a pair with readable numbers, edges of the allowed region included, and states."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from systems import System, many, pair, random_ket, random_state


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Floats with 0 among them, but nothing between 0 and 1e-12: SciPy's `expm`, the oracle, returns NaN for 1e-320."""
    return st.floats(low, high).map(lambda number: number if abs(number) > 1e-12 else 0.0)


def apart_from(value: float, drawn: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    """Numbers that are not this one, as the bottom of a magnet's band must not be the splitting: that is refused."""
    return drawn.filter(lambda number: abs(number - value) > 1e-9 * value)


RATES = st.just(0.0) | st.floats(1e-3, 4.0)
SHARES = st.sampled_from([0.0, 1.0]) | numbers(0.0, 1.0)
PHASES = st.just(0.0) | numbers(-np.pi, np.pi)
ENERGIES = st.just(0.0) | numbers(-4.0, 4.0)
SEEDS = st.integers(0, 2**32 - 1)
DURATIONS = numbers(0.0, 3.0)
TIMES = st.lists(numbers(0.0, 5.0), min_size=1, max_size=6).map(lambda times: np.sort(times))


@st.composite
def pair_symbols(draw: st.DrawFn) -> dict[str, complex]:
    """The arguments of `systems.pair`, everything allowed."""
    a, d = draw(RATES), draw(RATES)
    return {
        "a": a,
        "A": a * draw(SHARES) * np.exp(1j * draw(PHASES)),
        "q": draw(SHARES),
        "d": d,
        "D": d * draw(SHARES) * np.exp(1j * draw(PHASES)),
        **{name: draw(ENERGIES) for name in ("J", "Jz", "dm", "delta")},
    }


def pairs() -> st.SearchStrategy[System]:
    return pair_symbols().map(lambda symbols: pair(**symbols))


@st.composite
def systems(draw: st.DrawFn, max_qubits: int = 3) -> System:
    n_qubits = draw(st.integers(1, max_qubits))
    return many(np.random.default_rng(draw(SEEDS)), n_qubits)


def kets(n_qubits: int = 2) -> st.SearchStrategy[NDArray[np.complex128]]:
    return SEEDS.map(lambda seed: random_ket(np.random.default_rng(seed), n_qubits))


@st.composite
def states(draw: st.DrawFn, n_qubits: int = 2) -> NDArray[np.complex128]:
    """Density matrices of every rank."""
    rank = draw(st.integers(1, 2**n_qubits))
    return random_state(np.random.default_rng(draw(SEEDS)), n_qubits, rank)
