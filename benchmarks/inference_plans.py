"""What planning gains: runs that a planned design needs beside 20 equal delays up to 3/a, for the same error of |A|/a.

Seven parameters are free (a, |A|/a, arg A, q, d, D, δ), and the runs are split equally over relaxation of |ud⟩ and
|dd⟩, Ramsey on one qubit and on both, and correlations along x and y of |ud⟩. Expected errors come from the Fisher
information; the errors found, from fits to counts that are drawn from both designs. The last lines are for one circuit
and two parameters, where little can be gained.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/inference_plans.py --number 100 --jobs 2 --seed 1
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from _internals import Fits
from _prepared import prepared
from qiskit import QuantumCircuit

import nvprotocol as nv

SHOTS = 400_000
KINDS = (
    (("ud", "zz"),),
    (("dd", "zz"),),
    (("+u", "xz"), ("+u", "yz")),
    tuple(("++", basis) for basis in ("xx", "xy", "yx", "yy")),
    tuple(("ud", basis) for basis in ("xx", "xy", "yx", "yy")),
)
REST = {"phi": 0.4, "q": 0.2, "d": 0.1, "D": 0.05, "delta": 0.3}
BOUNDS = {"a": (1e-3, 20.0), "ratio": (0.0, 1.0), "q": (0.0, 0.95), "d": (0.0, 5.0), "D": (-5.0, 5.0)}


def seven(a: float, ratio: float, phi: float, q: float, d: float, D: float, delta: float) -> nv.Device:
    """The device."""
    medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phi), q=q, d=d, D=D)
    return nv.Device(nv.MasterEquation(medium, delta))


def two(a: float, ratio: float) -> nv.Device:
    """A device of two parameters."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a)))


def candidates() -> tuple[list[QuantumCircuit], np.ndarray]:
    """All circuits, and the share of the runs that each has in the equal design."""
    circuits, share = [], []
    for time_us in np.linspace(0.15, 3.0, 20):
        for kind in KINDS:
            circuits += [prepared(float(time_us), *one) for one in kind]
            share += [1 / (20 * len(KINDS) * len(kind))] * len(kind)
    return circuits, np.array(share)


def errors_found(at: dict[str, float], runs: list[int], seed: list[int], numbers: range) -> list[float]:
    """Errors of |A|/a in fits to some data sets."""
    every, _ = candidates()
    used = [(one, n) for one, n in zip(every, runs, strict=True) if n]
    circuits = [one for one, _ in used]
    exact = nv.probability(circuits, seven(**at), "00", "c", None, engine="exact")
    limits = {name: ends for name, ends in BOUNDS.items() if ends[0] <= at[name] <= ends[1]}
    fits, found = Fits(seven, circuits, at, limits), []
    for number in numbers:
        rng = np.random.default_rng([*seed, number])
        data: list[dict[str, int]] = [
            {format(k, "02b"): int(count) for k, count in enumerate(rng.multinomial(n, one.distribution))}
            for (_, n), one in zip(used, exact, strict=True)
        ]
        found.append(fits.values(data)["ratio"] - at["ratio"])
    return found


def main() -> None:
    """Prints tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    circuits, share = candidates()
    equal = np.maximum(np.round(SHOTS * share), 1).astype(int).tolist()
    print(f"{SHOTS} runs, {given.number} data sets of each design, seed {given.seed}: standard error of |A|/a")
    print("|A|/a    equal: expected, found    planned: expected, found    gain in runs: expected, found")
    with ProcessPoolExecutor(given.jobs) as pool:
        for place, ratio in enumerate((0.3, 0.75, 0.95)):
            at = {"a": 1.0, "ratio": ratio} | REST
            planned = nv.inference.plan(seven, circuits, at, SHOTS, goal="ratio")
            expected = [nv.inference.plan(seven, circuits, at, equal).standard_errors["ratio"]]
            expected.append(planned.standard_errors["ratio"])
            found = []
            for design, runs in enumerate((equal, list(planned.shots))):
                step = max(1, given.number // (4 * given.jobs))
                parts = [range(one, min(one + step, given.number)) for one in range(0, given.number, step)]
                jobs = len(parts)
                seeds = [[given.seed, place, design]] * jobs
                done = pool.map(errors_found, [at] * jobs, [runs] * jobs, seeds, parts)
                off = np.array([one for part in done for one in part])
                found.append(float(np.sqrt(np.mean(off**2))))
            gains = [(one[0] / one[1]) ** 2 for one in (expected, found)]
            line = "    ".join(f"{one:.5f}, {other:.5f}" for one, other in zip(expected, found, strict=True))
            print(f"{ratio:5}    {line}    {gains[0]:.1f}, {gains[1]:.1f}", flush=True)
    print("\nOne circuit, relaxation of |ud⟩, with a and |A|/a free: gain in runs")
    alone = [prepared(float(time_us), "ud", "zz") for time_us in np.linspace(0.15, 3.0, 20)]
    for ratio in (0.3, 0.75, 0.95):
        planned = nv.inference.plan(two, alone, {"a": 1.0, "ratio": ratio}, SHOTS, goal="ratio")
        print(f"{ratio:5}    {planned.gain('ratio'):.1f}")


if __name__ == "__main__":
    sys.exit(main())
