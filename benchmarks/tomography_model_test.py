"""The size of the test of the model: how often the p-value of `estimate` is below a level where the model holds.

Cells are a state, a readout error (none, or 3 to 8 % for each qubit and outcome, known), an ansatz with its settings,
and N shots a setting, from 50 to the most that `emulate` takes. A p-value of honest size is below α with probability α
or less. "The counts contradict the model" is said below 1e-5, which only all cells together can show.

Run:  PYTHONPATH=. python benchmarks/tomography_model_test.py --tables 500 --output FILE
"""

import time

import numpy as np
from _report import Report, made_with, parser

from nvprotocol import tomography
from nvprotocol.operators import bell_state, density_matrix
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._goodness_of_fit import p_values

SHOTS = (50, 200, 1000, 10**4, 10**6, 10**9, 10**12)
READOUT = np.array([[[0.97, 0.06], [0.03, 0.94]], [[0.95, 0.08], [0.05, 0.92]]])
SETTINGS = {"full": tomography.PAULI, "X": tomography.U1}
LEVELS = (0.05, 0.01, 0.001)


def states() -> dict[str, np.ndarray]:
    """Full rank, rank 2 as imperfect monitoring leaves it, pure, separable, random."""
    singlet, up, mixed = density_matrix(bell_state("psi-")), density_matrix("uu"), np.eye(4) / 4
    found = {"singlet": singlet, "product ud": density_matrix("ud"), "mixed": mixed}
    found |= {f"Werner {p:g}": p * singlet + (1 - p) * mixed for p in (0.98, 0.9)}
    found |= {f"{p:g} S + {1 - p:g} uu": p * singlet + (1 - p) * up for p in (0.98, 0.95, 0.5)}
    found["(uu+dd)/2"] = (up + density_matrix("dd")) / 2
    rng = np.random.default_rng(7)
    for rank in (1, 2, 3):
        factor = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
        rho = factor @ factor.conj().T
        found[f"random, rank {rank}"] = rho / np.trace(rho).real
    return found


def main() -> None:
    arguments = parser(__doc__, tables=200, seed=602214).parse_args()
    write = Report(arguments.output)
    started, rng = time.process_time(), np.random.default_rng(arguments.seed)
    write(f"{made_with('numpy', 'scipy')}, seed {arguments.seed}")
    write(f"{arguments.tables} tables a cell; mean of p, then P(p < level) for {LEVELS}, and the least p")
    every = []
    for name, rho in states().items():
        for ansatz in ("full",) if "random" in name else ("full", "X"):
            for readout in (None, READOUT):
                joint = None if readout is None else np.kron(readout[1], readout[0])
                for shots in SHOTS:
                    copies = np.broadcast_to(rho, (arguments.tables, 4, 4))
                    counts = tomography.sample(copies, shots, rng, settings=SETTINGS[ansatz], readout=joint)
                    p = p_values(fitted(counts, SETTINGS[ansatz], readout, ansatz))
                    p = p[np.isfinite(p)]
                    if not p.size:  # a pure state of two outcomes leaves nothing to test
                        continue
                    every.append(p)
                    sizes = "  ".join(f"{np.mean(p < level):.4f}" for level in LEVELS)
                    blurred = "sharp  " if readout is None else "blurred"
                    cell = f"{ansatz:<4} {name:<20} {blurred} {shots:>8.0e}"
                    write(f"{cell} | {p.mean():.3f} | {sizes} | {p.min():.0e}")
    pooled, worst = np.concatenate(every), [max(np.mean(p < level) for p in every) for level in LEVELS]
    sizes = ", ".join(
        f"{np.mean(pooled < level):.5f} (worst cell {most:.4f})" for level, most in zip(LEVELS, worst, strict=True)
    )
    write(f"{len(every)} cells, {pooled.size} tables: P(p < level) {sizes}; p < 1e-5 in {np.sum(pooled < 1e-5)}")
    write(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
