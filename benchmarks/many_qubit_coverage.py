"""Coverage of the 95 % intervals of three qubits: the concurrence of each pair and the fidelity with the W state.

Cells are states × shots a setting × readout errors, measured as `emulate` does, in all 27 settings or in the nine of
`pairwise_settings`. The states are what a magnet leaves of one excitation on three qubits:

- driven      the steady state of |A| = a under Ω_k = .3a(1 + e^(2πik/3)), whose target is W with the phases of that
              wave;
- monitored   the dark W state of a medium that damps both other waves, as a detector leaves it that misses 10 % of what
              is emitted: |duu⟩ after t = 1/a, kept where nothing has been seen;
- unmonitored the same without a detector, which keeps |uuu⟩ as well.

The coverage of a pair is that of the worst of the three. The interval of the fidelity is guaranteed, so that it covers
more than 95 %.

Run:  PYTHONPATH=. python benchmarks/many_qubit_coverage.py --tables 2000 --output FILE
"""

import time
from functools import reduce
from itertools import combinations, product

import numpy as np
from _report import Report, made_with, parser
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import entanglement, operators, tomography
from nvprotocol.emulation.many_qubits import fitted_pairs

State = NDArray[np.complex128]
WAVE = 2 * np.pi * np.arange(3) / 3
MISSED = 0.1


def states() -> dict[str, tuple[State, State]]:
    """Density matrices and their targets."""
    driven = nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3))), drive=0.3 * (1 + np.exp(1j * WAVE)))
    steady = driven.steady_state()
    waves = [operators.w_state(3, sign * WAVE) for sign in (1, -1)]
    target = max(waves, key=lambda wave: operators.fidelity(steady, wave))
    damped = nv.MasterEquation(nv.Medium(relaxation=1.5 * (np.eye(3) - np.ones((3, 3)) / 3)))
    every = damped.evolve("duu", [0.0, 1.0])[-1]
    unseen = damped.no_jump("duu", [0.0, 1.0])
    kept = unseen.probability[-1] * unseen.states[-1]
    monitored = (1 - MISSED) * kept + MISSED * every
    w = operators.w_state(3)
    return {
        "driven": (steady, target),
        "monitored": (monitored / np.trace(monitored).real, w),
        "unmonitored": (every, w),
    }


def main() -> None:
    arguments = parser(__doc__, tables=20, seed=602214).parse_args()
    write = Report(arguments.output)
    started, rng = time.process_time(), np.random.default_rng(arguments.seed)
    write(f"{made_with('numpy', 'scipy')}, seed {arguments.seed}")
    write(f"{arguments.tables} tables a cell; coverage, then mean width, of pairwise C and of F with the W state")
    pairs, lowest = list(combinations(range(3), 2)), {"C": 1.0, "F": 1.0}
    for settings in (tomography.pauli_settings(3), tomography.pairwise_settings(3)):
        whole = len(settings) == 27
        for (name, (rho, target)), shots, error in product(states().items(), (100, 1000), (0.0, 0.05)):
            single = np.array([[1 - error, error], [error, 1 - error]])
            joint = reduce(np.kron, [single] * 3)
            copies = np.broadcast_to(rho, (arguments.tables, 8, 8))
            counts = tomography.sample(copies, shots, rng, settings=settings, readout=joint)
            readout = np.broadcast_to(single, (3, 2, 2)) if error else None
            truth, overlap = entanglement.pairwise_concurrence(rho), operators.fidelity(rho, target)
            found, _ = fitted_pairs(counts, settings, readout)
            inside = (found[..., 0] <= truth + 1e-9) & (truth <= found[..., 2] + 1e-9)
            covered = min(inside[:, i, j].mean() for i, j in pairs)
            lowest["C"] = min(lowest["C"], covered)
            width = np.mean([found[:, i, j, 2] - found[:, i, j, 0] for i, j in pairs])
            line = (
                f"{len(settings):>2} settings {name:<11} {shots:>5} shots {100 * error:.0f} %"
                f" | C {truth[0, 1]:.3f} {truth[0, 2]:.3f} {truth[1, 2]:.3f}: {covered:.4f} {width:.4f}"
            )
            if whole:
                low, _, high = tomography.linear_fidelity(counts, target, settings=settings, readout=readout)
                share = np.mean((low <= overlap + 1e-9) & (overlap <= high + 1e-9))
                lowest["F"] = min(lowest["F"], float(share))
                line += f" | F {overlap:.4f}: {share:.4f} {np.mean(high - low):.4f}"
            write(line)
    write(f"lowest: C {lowest['C']:.4f}, F {lowest['F']:.4f}; {time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
