"""Measured coverage and width of the concurrence interval; the table of `concurrence_interval`'s docstring.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/tomography_coverage.py [--tables 500] [--held-out] [--readout 0.02]

Every cell simulates independent tables of nine Pauli settings, makes the interval of each with the package's
defaults, and counts how often it contains the true concurrence. With 500 tables the standard error of a coverage
near 95 % is 1 %. `--held-out` replaces the named states by random ones on which the rule was not chosen.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import tomography

SHOTS = (200, 1000, 10_000)


def named_states() -> dict[str, NDArray[np.complex128]]:
    """States of all ranks with known concurrence: C(Werner) = max(0, (3p − 1)/2), C(steady) = 1/2, C(X state) = 0.1."""
    singlet = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
    states = {"Bell": singlet, "steady (uu+S)/2": (nv.operators.density_matrix("uu") + singlet) / 2}
    states |= {f"Werner {p:.3g}": p * singlet + (1 - p) * np.eye(4) / 4 for p in (0.99, 0.9, 0.4, 1 / 3)}
    x_state = np.diag([0.3, 0.3, 0.3, 0.1]).astype(complex)
    x_state[1, 2] = x_state[2, 1] = 0.05 + np.sqrt(0.3 * 0.1)
    up, down = nv.operators.density_matrix("uu"), nv.operators.density_matrix("dd")
    return {
        **states,
        "X state": x_state,
        "product ud": nv.operators.density_matrix("ud"),
        "mixed (uu+dd)/2": (up + down) / 2,
    }


def held_out_states() -> dict[str, NDArray[np.complex128]]:
    """Two random states of each rank, from Gaussian factors."""
    rng = np.random.default_rng(2022)
    states = {}
    for rank in (1, 2, 3, 4):
        for copy in "ab":
            factor = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
            rho = factor @ factor.conj().T
            states[f"rank {rank}{copy}"] = rho / np.trace(rho)
    return states


def readout(error: float) -> NDArray[np.float64] | None:
    """The readout matrix of two qubits that each flip with the same probability."""
    if error == 0:
        return None
    single = np.array([[1 - error, error], [error, 1 - error]])
    return np.kron(single, single).astype(float)


def measure(
    rho: NDArray[np.complex128], shots: int, tables: int, readout: NDArray[np.float64] | None, seed: int
) -> tuple[float, float, float, float]:
    """Coverage, share of intervals wholly above and wholly below the truth, and mean width."""
    truth = float(nv.concurrence(rho))
    rng = np.random.default_rng(seed)
    copies = np.broadcast_to(rho, (tables, 4, 4))
    counts = tomography.sample(copies, shots, rng, readout=readout)
    interval = tomography.concurrence_interval(counts, readout=readout, seed=rng)
    above, below = np.mean(interval.low > truth + 1e-12), np.mean(interval.high < truth - 1e-12)
    return float(1 - above - below), float(above), float(below), float(np.mean(interval.high - interval.low))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--readout", type=float, default=0.0)
    arguments = parser.parse_args()
    started, coverages = time.process_time(), []
    states = held_out_states() if arguments.held_out else named_states()
    print(
        "state            C      " + "".join(f"N = {shots:<21}" for shots in SHOTS) + "(coverage, +above -below, width)"
    )
    for row, (name, rho) in enumerate(states.items()):
        cells = []
        for column, shots in enumerate(SHOTS):
            cell = measure(rho, shots, arguments.tables, readout(arguments.readout), seed=100 * row + column)
            coverages.append(cell[0])
            cells.append("{:.3f} +{:.3f} -{:.3f} {:.4f}".format(*cell))
        print(f"{name:<16} {float(nv.concurrence(rho)):.3f}  " + "  ".join(cells), flush=True)
    milliseconds = 1e3 * (time.process_time() - started) / (len(coverages) * arguments.tables)
    print(f"coverage: lowest {min(coverages):.3f}, mean {np.mean(coverages):.3f}; {milliseconds:.0f} ms CPU per table")


if __name__ == "__main__":
    main()
