"""A monitored pair with 50 checks: following the kept branch against running shot by shot, both on Aer, same circuit.

`monitored_bell` with a = |A| = 1, q = 0.2 (rad/µs), 1 µs, postselected on all 50 checks, counts in all nine Pauli
settings, the state and the bootstrapped interval of its concurrence included. Shot by shot, Aer runs every shot through
every mid-circuit measurement (density matrices, superoperators, one thread); that is slow and done once. Both sets of
counts must agree with the exact distribution and with each other (χ², p > 1e-4), or there is no table.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/monitored.py [--shots 10000]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

import nvprotocol as nv
from nvprotocol.backend import follow_kept, time_as_medium
from nvprotocol.emulation import Estimate
from nvprotocol.engines.aer import kept_states

CHECKS, DURATION, SHOTS, SEED = 50, 1.0, 10_000, 11
ROUNDS = 15
SIGNIFICANCE = 1e-4
POSTSELECT = {"parity": 1}

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=0.2))
DEVICE = nv.Device(EQUATION)
CIRCUIT = nv.protocols.monitored_bell(DURATION, checks=CHECKS)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def medians(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median times of works that take turns, so that a slow minute hits them all; the first round is not counted."""
    rounds = [{name: seconds(work) for name, work in works.items()} for _ in range(ROUNDS + 1)]
    return {name: statistics.median(times[name] for times in rounds[1:]) for name in works}


def kept_branch(shots: int | None) -> Estimate:
    return nv.emulate(CIRCUIT, DEVICE, shots=shots, postselect=POSTSELECT, seed=SEED)


def shot_by_shot(shots: int) -> Estimate:
    return nv.emulate(CIRCUIT, DEVICE, shots=shots, postselect=POSTSELECT, seed=SEED, per_shot=True)


def with_discarded(estimate: Estimate) -> NDArray[np.int64]:
    assert estimate.counts is not None
    assert estimate.shots is not None
    return np.concatenate([estimate.counts, estimate.shots - estimate.counts.sum(axis=1, keepdims=True)], axis=1)


def agreement(one: Estimate, other: Estimate) -> dict[str, float]:
    """p values: each against the exact distribution, and the two against each other, all nine settings together."""
    exact = EQUATION.monitored("ud", [DURATION], DURATION / CHECKS)
    state, probability = exact.states[0], float(exact.probability[0])
    first, second = with_discarded(one), with_discarded(other)
    both = first + second
    used = both >= 10  # rarer cells say nothing that χ² could judge
    distance = float(((first - second)[used] ** 2 / both[used]).sum())
    return {
        "kept branch, exact": nv.experiment.counts_agreement(one, state, probability).p_value,
        "shot by shot, exact": nv.experiment.counts_agreement(other, state, probability).p_value,
        "one another": float(chi2.sf(distance, used.sum() - len(both))),
    }


def parts() -> dict[str, Callable[[], object]]:
    """The steps of `emulate`, one by one."""
    keep = dict.fromkeys(range(CHECKS), 1)
    plain = time_as_medium(CIRCUIT, DEVICE)
    branch = follow_kept(plain, keep, DEVICE)
    estimate = kept_branch(SHOTS)
    state, probability = kept_branch(None).state, estimate.success_probability
    assert estimate.counts is not None
    counts, rng = estimate.counts, np.random.default_rng(SEED)
    cells = np.concatenate([probability * nv.tomography.probabilities(state), np.full((9, 1), 1 - probability)], axis=1)
    return {
        "time becomes the medium": lambda: time_as_medium(CIRCUIT, DEVICE),
        "measurements become projections": lambda: follow_kept(plain, keep, DEVICE),
        "run it on Aer": lambda: kept_states([branch], 2),
        "draw counts": lambda: rng.multinomial(SHOTS, cells / cells.sum(axis=1, keepdims=True)),
        "estimate the state alone": lambda: nv.tomography.maximum_likelihood(counts[None]),
        "state and interval together": lambda: nv.tomography.estimate(counts, seed=SEED),
        "all of it": lambda: kept_branch(SHOTS),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shots", type=int, default=SHOTS, help="shots in each setting [10000]")
    shots = parser.parse_args().shots
    fast = medians({f"{n} shots": lambda n=n: kept_branch(n) for n in (1000, shots, 100_000)})
    begun = time.perf_counter()
    slow_estimate = shot_by_shot(shots)
    slow = time.perf_counter() - begun
    p_values = agreement(kept_branch(shots), slow_estimate)
    print(f"{CHECKS} checks, 9 settings; p values: " + ", ".join(f"{name} {p:.2g}" for name, p in p_values.items()))
    if min(p_values.values()) < SIGNIFICANCE:
        sys.exit("The counts disagree; there is nothing to compare.")
    print(f"{'':32}{'s':>10}{'ratio':>10}")
    print(f"{f'shot by shot, {shots} shots, once':32}{slow:10.2f}{slow / fast[f'{shots} shots']:10.0f}")
    for name, median in fast.items():
        print(f"{f'kept branch, {name}':32}{median:10.4f}{median / fast[f'{shots} shots']:10.2f}")
    growth = fast["100000 shots"] / fast["1000 shots"]
    print(f"kept branch, 10⁵ shots against 10³: {growth:.2f}; medians of {ROUNDS} runs\n")
    print("where the time goes                   ms")
    for name, median in medians(parts()).items():
        print(f"{name:32}{1e3 * median:8.2f}")


if __name__ == "__main__":
    main()
