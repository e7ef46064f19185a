"""Tomography beside qiskit-experiments on the same tables of counts: answers first, then times.

The tables are those of a curve of the paper (Fig. 2: a = A = 1 rad/µs, δ = 0.3 rad/µs, |↑↓⟩ at first) with 1000 shots
in each of nine Pauli settings. Both get counts that are already there, so that only reconstruction is timed:

- linear inversion must be the same to 1e-10, or there is no table;
- log-likelihood: how much the state of another fit lacks against ours of maximum likelihood (never less than nothing);
- a curve of 50 points: our estimates with intervals and model test, against its fits with a bootstrap of 200 resamples.
  That bootstrap gives a standard error of the fidelity and no interval of the concurrence; it is run for a few points
  and scaled to 50;
- postselected bits: we estimate one kept table, whatever the number of checks; it fits every one of 2^k outcomes.

Without qiskit-experiments (or, for its cvxpy fits, without cvxpy) the table says so and shows the rest.

Run:  OPENBLAS_NUM_THREADS=1 .venv-clients/bin/python benchmarks/tomography_peers.py [--points 4]
"""

import argparse
import importlib
import importlib.util
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import tomography

POINTS, SHOTS, SEED, ROUNDS, RESAMPLES, REPEATS = 50, 1000, 5, 7, 200, 20
CHECKS, OUTCOME_BITS = (5, 50, 200), (2, 4, 6, 8, 10)
GOAL_RATIO, GOAL_DIFFERENCE = 100, 1e-10
TIMES = np.linspace(0.05, 4.0, POINTS)
STATES = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=0.3).evolve("ud", TIMES)
MISSING = [name for name in ("qiskit_experiments", "cvxpy") if importlib.util.find_spec(name) is None]


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median(work: Callable[[], object]) -> float:
    """Median time after a run that is not counted."""
    return statistics.median([seconds(work) for _ in range(ROUNDS + 1)][1:])


def peer_fit(
    table: NDArray[np.int64], fitter: str, options: Mapping[str, Any] | None = None, ending: str = ""
) -> NDArray[np.complex128]:
    """The state that its analysis finds; `ending` are the postselected bits of the rows of `table`, as a string."""
    framework = importlib.import_module("qiskit_experiments.framework")
    library = importlib.import_module("qiskit_experiments.library.tomography")
    bits = len(ending)
    rng, rows = np.random.default_rng(SEED), []
    for setting, row in zip(tomography.PAULI, table, strict=True):
        counts = {f"{outcome:02b}{ending}": int(count) for outcome, count in enumerate(row) if count}
        for other in rng.integers(0, 2 ** (bits + 2), size=int(row.sum()) if bits else 0):  # runs that are discarded
            counts[f"{other:0{bits + 2}b}"] = counts.get(f"{other:0{bits + 2}b}", 0) + 1
        basis = ["ZXY".index(letter) for letter in reversed(setting)]
        where = {"m_idx": basis, "clbits": [bits, bits + 1], "cond_clbits": list(range(bits)) or None}
        rows.append({"counts": counts, "metadata": where})
    data = framework.ExperimentData()
    data.metadata["m_qubits"] = [0, 1]
    data.add_data(rows)
    analysis = library.StateTomographyAnalysis()
    analysis.set_options(fitter=fitter, **(options or {}))
    analysis.run(data)
    data.block_for_results()
    found = data.analysis_results(dataframe=True)
    return np.asarray(found[found.name == "state"].value.iloc[-1])


def print_answers(tables: NDArray[np.int64]) -> None:
    """Checks linear inversion, and prints by how much other fits miss the maximum of the likelihood."""
    raw = {"rescale_positive": False, "rescale_trace": False}
    theirs = np.array([peer_fit(table, "linear_inversion", raw) for table in tables])
    difference = float(np.abs(theirs - tomography.linear_inversion(tables)).max())
    if difference > GOAL_DIFFERENCE:
        sys.exit(f"Linear inversion differs by {difference:.1e}; there is nothing to compare.")
    print(f"linear inversion: the same to {difference:.1e} in {len(tables)} tables")
    ours = tomography.maximum_likelihood(tables)
    print(f"{'log-likelihood that a fit lacks':44}{'least':>10}{'mean':>10}{'most':>10}")
    for fitter in ("linear_inversion", "cvxpy_linear_lstsq", "cvxpy_gaussian_lstsq"):
        if fitter.startswith("cvxpy") and "cvxpy" in MISSING:
            print(f"{fitter:44}{'cvxpy is not installed':>30}")
            continue
        states = tomography.nearest_state(np.array([peer_fit(table, fitter) for table in tables]))
        lack = ours.log_likelihood - tomography.log_likelihood(states, tables)
        print(f"{fitter:44}{lack.min():10.3f}{lack.mean():10.3f}{lack.max():10.3f}")
        if lack.min() < -ours.certificate.max():
            sys.exit(f"{fitter} has a higher likelihood: {lack}")


def bootstrap_seconds(table: NDArray[np.int64], fitter: str, target: NDArray[np.complex128]) -> float:
    """Time of one of its bootstraps."""
    options = {"target_bootstrap_samples": RESAMPLES, "target_bootstrap_seed": SEED, "target": target}
    return seconds(lambda: peer_fit(table, fitter, options))


def print_curve(tables: NDArray[np.int64], points: int) -> None:
    """A curve of 50 points with intervals against the bootstrap of a few of them."""
    five = tomography.sample(STATES, SHOTS * 9 // 5, SEED, settings=tomography.U1)
    ours = {
        "ours, nine settings": median(lambda: tomography.estimate(tables)),
        "ours, five settings, X ansatz": median(lambda: tomography.estimate(five, tomography.U1, ansatz="X")),
    }
    print(f"\n{f'{POINTS} points with intervals':44}{'s':>10}{'ratio':>10}")
    for name, spent in ours.items():
        print(f"{name:44}{spent:10.3f}{spent / ours['ours, nine settings']:10.2f}")
    for fitter in ("linear_inversion", "cvxpy_gaussian_lstsq"):
        if {"qiskit_experiments", fitter.split("_")[0]} & set(MISSING):
            print(f"{f'its {fitter}':44}{'not installed':>20}")
            continue
        number = points if fitter == "linear_inversion" else max(1, points // 2)
        some = np.linspace(0, POINTS - 1, number + 2)[1:-1].astype(int)
        whole = sum(bootstrap_seconds(tables[k], fitter, STATES[k]) for k in some) * POINTS / number
        ratios = [whole / spent for spent in ours.values()]
        print(f"{f'its {fitter}, {RESAMPLES} resamples':44}{whole:10.1f}{ratios[0]:10.1f}")
        reached = ", ".join(f"{ratio:.0f}" + f" (short of {GOAL_RATIO})" * (ratio < GOAL_RATIO) for ratio in ratios)
        print(f"  measured at {number} points and scaled; over {' and '.join(ours)}: {reached}")


def print_postselected() -> None:
    """The cost of an estimate against the number of postselected bits."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=0.2)))
    print(f"\n{f'checks, all postselected ({REPEATS} tables each)':44}{'kept':>10}{'a table, ms':>14}")
    spent = []
    for checks in CHECKS:
        circuit = nv.protocols.monitored_bell(1.0, checks=checks)
        runs = nv.emulate([circuit] * REPEATS, device, shots=10_000, postselect={"parity": 1}, seed=SEED)
        kept = np.array([run.counts for run in runs])
        spent.append(median(lambda kept=kept: tomography.estimate(kept)) / REPEATS)
        print(f"{checks:<44}{kept.sum() / REPEATS:10.0f}{1e3 * spent[-1]:14.2f}")
    print(f"slowest over fastest {max(spent) / min(spent):.2f}")
    if "qiskit_experiments" in MISSING:
        return
    table = tomography.sample(STATES[10], SHOTS, SEED)
    print(f"{'its bits, all outcomes fitted':44}{'states':>10}{'fit ms':>14}")
    for bits in OUTCOME_BITS:
        begun = time.perf_counter()
        peer_fit(table, "linear_inversion", {"conditional_circuit_clbits": True}, "1" * bits)
        print(f"{bits:<44}{2**bits:10}{1e3 * (time.perf_counter() - begun):14.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=4, help="points at which its bootstrap is timed [4]")
    points = parser.parse_args().points
    warnings.simplefilter("ignore")  # what other packages deprecate, and infinities of tables without counts
    tables = tomography.sample(STATES, SHOTS, SEED)
    if "qiskit_experiments" in MISSING:
        print("qiskit-experiments is not installed: `make clients` sets up .venv-clients, where it is")
    else:
        print_answers(tables[:: POINTS // 10])
    print_curve(tables, points)
    print_postselected()


if __name__ == "__main__":
    main()
