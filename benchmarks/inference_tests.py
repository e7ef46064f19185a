"""How often `compare` rejects what is true, at every kind of limit, and what is not; how often wrong models are.

Every line draws data sets and asks for p-values at the level .05. Where the readout is perfect no run reads |↓↑⟩ at
A = 0, which makes the ratio smaller than it is elsewhere, and the test one that never rejects what is true. Below the
sizes stands the power against |A|/a > 0, beside what `Plan.power` expects, and the share of data sets in which the
goodness of fit is below .05 although, or because, the model is wrong: dephasing left out, readout errors three points
off, a third level that catches one of the two states of each qubit at a rate and reads 0 or 1 alike (followed as a
nine-level master equation of its own).

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/inference_tests.py --number 2000 --jobs 2 --seed 1
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import scipy.linalg
from _internals import Fits
from inference_coverage import ASYMMETRIC, BOTH, LATE, ONE, PERFECT, XY
from qiskit import QuantumCircuit
from scipy.stats import chi2

import nvprotocol as nv

KEYS = ("00", "01", "10", "11")
LEVEL = 0.05


def device(readout: Any, a: float, ratio: float = 0.0, q: float = 0.0, d: float = 0.0) -> nv.Device:
    """A pair with |A|/a."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, q=q, d=d)), readout=readout)


def polar(readout: Any) -> Callable[..., nv.Device]:
    """Model with |A|/a."""
    return partial(device, readout)


def cartesian(a: float, re: float = 0.0, im: float = 0.0) -> nv.Device:
    """Model with both components of A."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=re + 1j * im)), readout=ASYMMETRIC)


@dataclass(frozen=True)
class Case:
    """A truth, what is free, and what is fixed in the test."""

    model: Callable[..., nv.Device]
    circuits: list[QuantumCircuit]
    truth: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    fixed: dict[str, float]
    shots: int = 1000
    tables: Any = None
    """Distributions that the model does not give; None where it does."""


BOUNDS = {"a": (1e-3, 20.0), "ratio": (0.0, 1.0), "q": (0.0, 0.95), "d": (0.0, 5.0)}
SIGNED = BOUNDS | {"ratio": (-1.0, 1.0)}
NONE: dict[str, float] = {"ratio": 0.0}
SIZES = {
    "|A| = 0": Case(polar(ASYMMETRIC), BOTH, {"a": 1.0, "ratio": 0.0}, BOUNDS, NONE),
    "|A| = 0, perfect readout": Case(polar(PERFECT), BOTH, {"a": 1.0, "ratio": 0.0}, BOUNDS, NONE),
    "A = 0, signed": Case(polar(ASYMMETRIC), XY, {"a": 1.0, "ratio": 0.0}, SIGNED, NONE),
    "A = 0, complex": Case(cartesian, XY, {"a": 1.0, "re": 0.0, "im": 0.0}, {"a": BOUNDS["a"]}, {"re": 0.0, "im": 0.0}),
    "|A| = a": Case(polar(ASYMMETRIC), BOTH, {"a": 1.0, "ratio": 1.0}, BOUNDS, {"ratio": 1.0}),
    "q = 0": Case(polar(ASYMMETRIC), BOTH, {"a": 1.0, "ratio": 0.5, "q": 0.0}, BOUNDS, {"q": 0.0}),
    "d = 0": Case(polar(PERFECT), ONE, {"a": 1.0, "ratio": 0.75, "d": 0.0}, BOUNDS, {"d": 0.0}),
    "|A| = 0 where q = 0": Case(polar(ASYMMETRIC), BOTH, {"a": 1.0, "ratio": 0.0, "q": 0.0}, BOUNDS, NONE),
}


def p_values(case: Case, seed: list[int], numbers: range) -> list[tuple[float, float, float]]:
    """For some data sets p-value of the fixed values, that of χ² with one degree of freedom, and that of the model."""
    tables = case.tables
    if tables is None:
        exact = nv.probability(case.circuits, case.model(**case.truth), "00", "c", None, engine="exact")
        tables = [one.distribution for one in exact]
    off = {"a": 0.8, "ratio": 0.3, "q": 0.1, "d": 0.1, "re": 0.1, "im": 0.1}
    limits = {name: ends for name, ends in case.bounds.items() if name in case.truth}
    fits, found = Fits(case.model, case.circuits, {name: off[name] for name in case.truth}, limits), []
    for number in numbers:
        rng = np.random.default_rng([*seed, number])
        data: list[dict[str, int]] = [
            dict(zip(KEYS, rng.multinomial(case.shots, one).tolist(), strict=True)) for one in tables
        ]
        p_value, ratio, quality = fits.tested(data, case.fixed)
        found.append((p_value, float(chi2.sf(ratio, 1)), quality))
    return found


def shares(case: Case, seed: list[int], number: int, pool: ProcessPoolExecutor) -> np.ndarray:
    """Shares of p-values below the level."""
    step = max(1, number // 16)
    parts = [range(start, min(start + step, number)) for start in range(0, number, step)]
    rows = [row for part in pool.map(p_values, [case] * len(parts), [seed] * len(parts), parts) for row in part]
    return np.mean(np.array(rows) < LEVEL, axis=0)


def three_levels(a: float, ratio: float, leak: float) -> list[np.ndarray]:
    """Distributions of BOTH for a third level that |↓⟩ falls into: nine levels, read alike."""
    lower, caught = np.zeros((2, 3, 3))
    lower[0, 1] = 1.0  # |↓⟩ → |↑⟩, which is lower
    caught[2, 1] = 1.0
    one = np.eye(3)
    first, second = np.kron(lower, one), np.kron(one, lower)  # the qubit read last stands first
    jumps = [np.sqrt(a * (1 + sign * ratio)) * (first + sign * second) for sign in (1, -1)]
    jumps += [np.sqrt(2 * leak) * np.kron(caught, one), np.sqrt(2 * leak) * np.kron(one, caught)]
    size = np.eye(9)
    generator = sum(
        np.kron(jump, jump) - 0.5 * (np.kron(jump.T @ jump, size) + np.kron(size, jump.T @ jump)) for jump in jumps
    )
    read = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    chances = ASYMMETRIC @ read
    found = []
    for start, time_us in product((3, 4), LATE):  # |↓↑⟩: the second qubit excited; |↓↓⟩
        state = np.zeros((9, 9))
        state[start, start] = 1.0
        populations = np.diag((scipy.linalg.expm(generator * time_us) @ state.ravel()).reshape(9, 9))
        found.append(np.kron(chances, chances) @ populations)
    return found


def wrong(readout: np.ndarray, truth: dict[str, float], d: float, circuits: list[QuantumCircuit]) -> list[np.ndarray]:
    """Distributions of a device with other instruments, or with dephasing."""
    exact = nv.probability(circuits, polar(readout)(**truth, d=d), "00", "c", None, engine="exact")
    return [one.distribution for one in exact]


def main() -> None:
    """Prints tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        for part in given.parts:
            PARTS[part](given, pool)


def sizes(given: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
    """How often what is true is rejected."""
    most = LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / given.number)
    print(f"{given.number} data sets each, seed {given.seed}. Size at .05 (at most {most:.4f}); by χ² of one degree")
    for place, (name, case) in enumerate(SIZES.items()):
        size, plain, _ = shares(case, [given.seed, place], given.number, pool)
        print(f"{name:26} {size:.4f}   {plain:.4f}", flush=True)


def powers(given: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
    """How often what is wrong is rejected."""
    print(f"\nPower against |A| = 0: found in {given.number // 2}, and expected by `Plan.power`")
    for place, ratio in enumerate((0.05, 0.1, 0.15, 0.2, 0.3)):
        case = Case(polar(ASYMMETRIC), BOTH, {"a": 1.0, "ratio": ratio}, BOUNDS, NONE)
        limits = {name: BOUNDS[name] for name in case.truth}
        planned = nv.inference.plan(case.model, BOTH, case.truth, [1000] * len(BOTH), bounds=limits)
        power = shares(case, [given.seed, 100 + place], given.number // 2, pool)[0]
        print(f"|A|/a = {ratio:4} {power:17.3f}   {planned.power(NONE):.3f}", flush=True)


def wrong_models(given: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
    """How often a wrong model is noticed."""
    truth = {"a": 1.0, "ratio": 0.75}
    print(f"\nShare of {given.number // 5} fits with p < .05, by runs of each circuit (500, 2000, 8000)")
    off = np.array([[0.95, 0.1], [0.05, 0.9]])
    cases = {
        "the model is right": (ONE, wrong(ASYMMETRIC, truth, 0.0, ONE)),
        "dephasing d = .05 a": (ONE, wrong(ASYMMETRIC, truth, 0.05, ONE)),
        "dephasing d = .2 a": (ONE, wrong(ASYMMETRIC, truth, 0.2, ONE)),
        "readout 3 points worse": (BOTH, wrong(off, truth, 0.0, BOTH)),
        "third level, 0 × a": (BOTH, three_levels(1.0, 0.75, 0.0)),
        "third level, .02 × a": (BOTH, three_levels(1.0, 0.75, 0.02)),
        "third level, .1 × a": (BOTH, three_levels(1.0, 0.75, 0.1)),
    }
    for place, (name, (circuits, tables)) in enumerate(cases.items()):
        found = []
        for runs in (500, 2000, 8000):
            case = Case(polar(ASYMMETRIC), circuits, truth, BOUNDS, {}, runs, tables)
            found.append(shares(case, [given.seed, 200 + place, runs], given.number // 5, pool)[2])
        print(f"{name:26} {'   '.join(f'{one:.3f}' for one in found)}", flush=True)


PARTS = {"sizes": sizes, "powers": powers, "wrong": wrong_models}


if __name__ == "__main__":
    sys.exit(main())
