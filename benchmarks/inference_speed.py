"""A fit of three parameters to 20 circuits of 2000 runs, against the same likelihood with QuTiP in SciPy's minimisers.

QuTiP's `mesolve` gives all delays of one start in one call; L-BFGS-B takes slopes by differences, Nelder–Mead none.
Ours includes the intervals by profile likelihood, theirs is the optimum alone. Times are of the processor, one thread.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/inference_speed.py
"""

import time
from typing import Any

import numpy as np
import qutip
from _prepared import prepared
from scipy.optimize import minimize

import nvprotocol as nv

TIMES = np.linspace(0.15, 3.0, 10)
READOUT = np.array([[0.98, 0.07], [0.02, 0.93]])
TRUTH, START = {"a": 1.0, "ratio": 0.75, "q": 0.2}, {"a": 0.7, "ratio": 0.5, "q": 0.1}
BOUNDS = {"a": (0.01, 10.0), "ratio": (0.0, 1.0), "q": (0.0, 0.95)}


def model(a: float, ratio: float, q: float) -> nv.Device:
    """The device."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, q=q)), readout=READOUT)


CIRCUITS = [prepared(time_us, state) for state in ("ud", "dd") for time_us in TIMES]
UP, DOWN = qutip.basis(2, 0), qutip.basis(2, 1)
FALL: Any = qutip.Qobj(np.array([[0.0, 0.0], [1.0, 0.0]]))
"""|↓⟩⟨↑|."""
LOWER = [qutip.tensor(FALL, qutip.qeye(2)), qutip.tensor(qutip.qeye(2), FALL)]
STARTS = [qutip.tensor(DOWN, UP).proj(), qutip.tensor(DOWN, DOWN).proj()]
POPULATIONS = [qutip.tensor(one, two).proj() for one in (UP, DOWN) for two in (UP, DOWN)]


def by_qutip(point: np.ndarray, counts: list[dict[str, int]]) -> float:
    """Minus log-likelihood. The qubit read last stands first, as in the readings; |↑⟩ is the lower state's 0."""
    a, ratio, q = point
    jumps = []
    for strength, operators in ((a, [one.dag() for one in LOWER]), (a * q, LOWER)):
        for sign in (1, -1):
            rate = strength * (1 + sign * ratio)
            jumps.append(np.sqrt(max(rate, 0.0)) * (operators[0] + sign * operators[1]))
    options: dict[str, Any] = {"atol": 1e-11, "rtol": 1e-9, "nsteps": 100_000}
    total, confusion = 0.0, np.kron(READOUT, READOUT)
    nothing = 0 * qutip.tensor(qutip.qeye(2), qutip.qeye(2))
    for number, start in enumerate(STARTS):
        solved = qutip.mesolve(nothing, start, [0.0, *TIMES], jumps, e_ops=POPULATIONS, options=options)
        chances = confusion @ np.array(solved.expect)[:, 1:]
        for place, table in enumerate(counts[10 * number : 10 * number + 10]):
            total -= sum(count * np.log(max(chances[int(key, 2), place], 1e-300)) for key, count in table.items())
    return total


def main() -> None:
    """Prints times and where they end."""
    rng = np.random.default_rng(1)
    exact = nv.probability(CIRCUITS, model(**TRUTH), "00", "c", None, engine="exact")
    counts = [
        {format(k, "02b"): int(n) for k, n in enumerate(rng.multinomial(2000, one.distribution)) if n} for one in exact
    ]
    found = nv.inference.fit(model, CIRCUITS, counts, START, BOUNDS)
    times = []
    for _ in range(7):
        begun = time.process_time()
        found = nv.inference.fit(model, CIRCUITS, counts, START, BOUNDS)
        times.append(time.process_time() - begun)
    ours = float(np.median(times))
    print(f"nvprotocol  {1e3 * ours:7.0f} ms, intervals included  {found.metadata['evaluations']} models")
    for method in ("L-BFGS-B", "Nelder-Mead"):
        begun = time.process_time()
        options = {"ftol": 1e-15, "gtol": 1e-6} if method == "L-BFGS-B" else {"xatol": 1e-8, "fatol": 1e-9}
        other = minimize(
            by_qutip, list(START.values()), (counts,), method, bounds=list(BOUNDS.values()), options=options
        )
        took = time.process_time() - begun
        apart = np.max(np.abs(other.x / np.array(list(found.values.values())) - 1))
        print(
            f"{method:11} {1e3 * took:7.0f} ms, {other.nfev} calls: {took / ours:.0f} × as long, apart by {apart:.1e}"
        )


if __name__ == "__main__":
    main()
