"""A sweep as a figure needs it: 2000 media of a pair, 101 times each, all density matrices kept (51 MB).

The media have a = 1 and random |A|, q and δ; the state starts in |↑↓⟩. dynamiqs gets the whole sweep as one compiled
batch (double precision, compilation not counted); QuTiP has no batches and is timed on 50 of the points, times 40, by
`mesolve` and by its fastest way, one exponential and 100 products. Every engine runs on the same single core in turns
of some runs each, the first two not counted, and has let go of its last result: what is compared is work, not who gets
memory that the operating system must clear first. All results agree with ours to 1e-7, or there is no table.
"""

# pyright: reportMissingImports=false
# The rivals are in the dependency group `benchmark`, which other environments do without.

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import dynamiqs as dq
import jax
import numpy as np
import qutip
from dynamiqs.method import Dopri8, Expm, Method
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol.master_equation import evolution
from nvprotocol.master_equation.exponential import expm, propagate
from nvprotocol.master_equation.generator import block_generator, parameters
from nvprotocol.master_equation.symmetry import matrices_of_block, to_coordinates

POINTS, QUTIP_POINTS = 2000, 50
TURNS, WARM_UPS, RUNS = 3, 2, 5
TIMES = np.linspace(0.0, 5.0, 101)
TOLERANCE = 1e-7
SECTOR = (None, 0)
"""The block of the generator that |↑↓⟩ stays in."""

rng = np.random.default_rng(2108)
A, Q, DELTA = rng.random(POINTS), rng.random(POINTS), rng.uniform(0.0, 2.0, POINTS)

Z = nv.operators.sigma_z(0) - nv.operators.sigma_z(1)
MODES = [
    single(0) + sign * single(1) for single in (nv.operators.sigma_minus, nv.operators.sigma_plus) for sign in (1, -1)
]
RATES = np.array([weight * (1 + sign * A) for weight in (Q, np.ones(POINTS)) for sign in (1, -1)])
"""(a ± |A|) and q times it: the squares of the amplitudes of √2 J₁ to √2 J₄ (Eq. 5), shape (4, points)."""


def ours() -> NDArray[np.complex128]:
    return nv.MasterEquation(nv.Medium.pair(a=1.0, A=A, q=Q), detuning=DELTA).evolve("ud", TIMES)


def by_dynamiqs(method: Method, *, vectorized: bool = False) -> Callable[[], NDArray[np.complex128]]:
    """One call for the whole sweep; operators are made and put in place before the clock starts."""
    hamiltonian = dq.asqarray(-0.5 * DELTA[:, None, None] * Z)
    jumps: list[Any] = [
        dq.asqarray(np.sqrt(rate)[:, None, None] * mode) for rate, mode in zip(RATES, MODES, strict=True)
    ]
    start = dq.asqarray(nv.operators.density_matrix("ud"))

    def run() -> NDArray[np.complex128]:
        result = dq.mesolve(
            hamiltonian,
            jumps,
            start,
            TIMES,
            method=method,
            cartesian_batching=False,
            progress_meter=False,
            vectorized=vectorized,
        )
        return np.asarray(jax.block_until_ready(result.states.to_jax()))

    return run


def qutip_point(k: int) -> tuple[qutip.Qobj, list[Any]]:
    dims = [[2, 2], [2, 2]]
    jumps = [qutip.Qobj(np.sqrt(rate) * mode, dims=dims) for rate, mode in zip(RATES[:, k], MODES, strict=True)]
    return qutip.Qobj(-0.5 * DELTA[k] * Z, dims=dims), jumps


def by_mesolve() -> NDArray[np.complex128]:
    options = {"progress_bar": "", "method": "adams", "atol": 1e-9, "rtol": 1e-8, "nsteps": 100_000}
    start = qutip.Qobj(nv.operators.density_matrix("ud"), dims=[[2, 2], [2, 2]])
    states = np.empty((QUTIP_POINTS, TIMES.size, 4, 4), dtype=complex)
    for k in range(QUTIP_POINTS):
        hamiltonian, jumps = qutip_point(k)
        result = qutip.mesolve(hamiltonian, start, TIMES, c_ops=jumps, options=options)
        for place, state in zip(states[k], result.states, strict=True):
            place[:] = state.full()
    return states


def by_qutip_propagator() -> NDArray[np.complex128]:
    start = qutip.operator_to_vector(qutip.Qobj(nv.operators.density_matrix("ud"), dims=[[2, 2], [2, 2]])).to("Dense")
    states = np.empty((QUTIP_POINTS, TIMES.size, 4, 4), dtype=complex)
    for k in range(QUTIP_POINTS):
        hamiltonian, jumps = qutip_point(k)
        generator = qutip.liouvillian(hamiltonian, jumps)  # pyright: ignore[reportCallIssue]
        step = (generator.to("Dense") * TIMES[1]).expm()
        vector = start
        for place in states[k]:
            place[:] = vector.full().reshape(4, 4, order="F")
            vector = step @ vector
    return states


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run, whose result is gone when this returns."""
    begun = time.perf_counter()
    result = run()
    elapsed = time.perf_counter() - begun
    del result
    return elapsed


def medians(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Each takes its turn with a few runs in a row, the first of them not counted."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS):
        for name, run in runs.items():
            spent[name] += [seconds(run) for _ in range(WARM_UPS + RUNS)][WARM_UPS:]
    return {name: statistics.median(values) for name, values in spent.items()}


def pieces() -> dict[str, Callable[[], object]]:
    """The steps of our own run, each on the input that it has there."""
    medium = nv.Medium.pair(a=1.0, A=A, q=Q)
    values = parameters(medium, DELTA)
    generator = block_generator(values, 2, SECTOR, "full", real=True)
    start = to_coordinates(nv.operators.density_matrix("ud"), 2, SECTOR)
    vectors = propagate(generator, start, TIMES)
    states = np.zeros((POINTS, TIMES.size, 4, 4), dtype=complex)
    return {
        "arithmetic: media, checked": lambda: nv.Medium.pair(a=1.0, A=A, q=Q),
        "arithmetic: generators": lambda: block_generator(parameters(medium, DELTA), 2, SECTOR, "full", real=True),
        "arithmetic: 2000 exponentials": lambda: expm(generator * TIMES[1]),
        "arithmetic: all of 101 steps, exponentials in": lambda: propagate(generator, start, TIMES),
        "writing: 51 MB from 6 numbers a state": lambda: matrices_of_block(vectors, 2, SECTOR),
        "(writing 51 MB of ones over old memory)": lambda: states.fill(1.0),
        "the evolution as a whole": lambda: evolution.evolved(values, nv.operators.density_matrix("ud"), TIMES),
    }


def start_again_on_one_core() -> None:
    """One core and one thread for every engine alike; libraries read both as they load, so the process starts anew."""
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pinned = not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) == 1
    if pinned and all(os.environ.get(name) == value for name, value in threads.items()):
        return
    if not pinned:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | threads)


def main() -> None:
    start_again_on_one_core()
    dq.set_precision("double")
    dq.set_device("cpu")
    rivals = {
        "dynamiqs Expm": by_dynamiqs(Expm()),
        "dynamiqs Dopri8": by_dynamiqs(Dopri8(rtol=1e-8, atol=3e-10)),
        "dynamiqs Dopri8, vectorized": by_dynamiqs(Dopri8(rtol=1e-8, atol=3e-10), vectorized=True),
        "QuTiP mesolve (50 points × 40)": by_mesolve,
        "QuTiP expm, 100 products (50 points × 40)": by_qutip_propagator,
    }
    reference = ours()
    differences = {name: float(np.abs(run() - reference[: len(run())]).max()) for name, run in rivals.items()}
    del reference
    assert max(differences.values()) < TOLERANCE, f"the engines disagree: {differences}"
    spent = medians({"nvprotocol": ours, **rivals})
    for name in spent:
        spent[name] *= POINTS / QUTIP_POINTS if name.startswith("QuTiP") else 1
    print(f"{POINTS} media × {TIMES.size} times, one core, one thread, medians of {TURNS * RUNS} runs")
    print(f"{'engine':44}{'s':>8}{'ratio':>8}{'difference':>13}")
    for name, value in spent.items():
        print(f"{name:44}{value:8.3f}{value / spent['nvprotocol']:8.1f}{differences.get(name, 0.0):13.1e}")
    for family, goal in (("dynamiqs", 5), ("QuTiP", 100)):
        best = min(value for name, value in spent.items() if name.startswith(family)) / spent["nvprotocol"]
        print(f"fastest {family}: {best:.1f} × our time ({'at least' if best >= goal else 'short of'} {goal})")
    parts = medians(pieces())
    writing = parts["writing: 51 MB from 6 numbers a state"] / spent["nvprotocol"]
    print(f"\n{'where our time goes':44}{'ms':>8}{'share':>8}")
    for name, value in parts.items():
        print(f"{name:44}{1e3 * value:8.1f}{value / spent['nvprotocol']:8.0%}")
    counted = ("media, checked", "generators", "all of 101 steps, exponentials in")
    arithmetic = sum(parts[f"arithmetic: {name}"] for name in counted) / spent["nvprotocol"]
    print(f"arithmetic {arithmetic:.0%}, writing the result {writing:.0%}, the rest between them")


if __name__ == "__main__":
    main()
