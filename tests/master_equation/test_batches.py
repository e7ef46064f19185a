"""A batch of media with two axes is its parts, whatever is asked of it; the last of many times decides for all."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from systems import random_ket

import nvprotocol as nv
from nvprotocol.errors import ArgumentError

TIMES = [0.0, 0.4, 0.5, 1.7]
QUESTIONS: dict[str, Callable[[nv.MasterEquation, NDArray], NDArray]] = {
    "evolve": lambda equation, start: equation.evolve(start, TIMES),
    "no_jump": lambda equation, start: equation.no_jump(start, TIMES).states,
    "no_jump, probability": lambda equation, start: equation.no_jump(start, TIMES).probability,
    "monitored": lambda equation, start: equation.monitored(start, TIMES, 0.25).states,
    "monitored, probability": lambda equation, start: equation.monitored(start, TIMES, 0.25).probability,
    "steady_state": lambda equation, start: equation.steady_state(start),
    "propagator": lambda equation, _: equation.propagator(0.7),
    "jump_operators": lambda equation, _: equation.jump_operators,
    "effective_hamiltonian": lambda equation, _: equation.effective_hamiltonian,
    "liouvillian": lambda equation, _: equation.liouvillian,
}


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("shape", [(2, 3), (3, 1), (1, 5)])
def test_a_batch_with_two_axes_is_its_parts(question: str, shape: tuple[int, int], rng: np.random.Generator) -> None:
    a, q, delta = rng.uniform(0.3, 2.0, shape), rng.uniform(0.05, 0.9, shape[1:]), rng.normal(size=(shape[0], 1))
    A = a * rng.uniform(0.2, 0.95, shape) * np.exp(2j * np.pi * rng.random(shape))
    symbols = {"a": a, "A": A, "q": q, "J": rng.normal(size=shape), "d": rng.uniform(0.0, 0.3, shape)}
    start = random_ket(rng)
    whole = QUESTIONS[question](nv.MasterEquation(nv.Medium.pair(**symbols), delta), start)
    assert whole.shape[:2] == shape
    for place in np.ndindex(shape):
        one = {name: np.broadcast_to(value, shape)[place] for name, value in symbols.items()}
        equation = nv.MasterEquation(nv.Medium.pair(**one), float(np.broadcast_to(delta, shape)[place]))
        np.testing.assert_allclose(whole[place], QUESTIONS[question](equation, start), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("times", [[1e300], [0.0, 1e300], [0.0, 1.0, 1e300]])
def test_the_last_time_decides_whether_times_are_too_long(times: list[float]) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))
    with pytest.raises(ArgumentError, match="`times` must be at most"):
        equation.evolve("ud", times)


@pytest.mark.parametrize("batched", ["media", "states", "both", "crossed"])
def test_a_large_batch_is_its_parts(batched: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    a = rng.uniform(0.5, 2.0, size=(7, 1) if batched == "crossed" else 7)
    medium = nv.Medium.pair(a=1.0 if batched == "states" else a, A=0.4, q=0.3)
    shape = {"media": (), "crossed": (5,)}.get(batched, (7,))
    kets = rng.normal(size=(*shape, 4)) + 1j * rng.normal(size=(*shape, 4))
    kets /= np.linalg.norm(kets, axis=-1, keepdims=True)
    states = np.einsum("...i,...j->...ij", kets, kets.conj())
    equation, times = nv.MasterEquation(medium, 0.7), [0.0, 0.4, 0.8]
    whole = equation.evolve(states, times)
    kept = equation.evolve(states, times, nv.concurrence)
    monkeypatch.setattr("nvprotocol.master_equation.evolution._NUMBERS", 2 * 16)
    parts = equation.evolve(states, times)
    assert parts.shape == whole.shape
    np.testing.assert_allclose(parts, whole, atol=1e-15)
    np.testing.assert_allclose(equation.evolve(states, times, nv.concurrence), kept, atol=1e-14)
    np.testing.assert_allclose(kept, nv.concurrence(whole), atol=1e-14)


def test_what_is_no_observable_is_refused() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0))
    with pytest.raises(ArgumentError, match=r"^Argument `observable` must be a function of states, or None"):
        equation.evolve("ud", [1.0], "concurrence")  # pyright: ignore[reportArgumentType]
