"""Coverage of the intervals where the settings do not determine the state: XX, YY, ZZ; XX, ZZ; or ZZ alone.

The concurrence and the fidelity with the singlet have nominal 95 % intervals; "bound" is how often `concurrence_bound`
at 99 % lies above the truth, and "certified" how often it is positive.

Run:  PYTHONPATH=. python benchmarks/tomography_incomplete.py --tables 100 --output FILE
"""

import time

import numpy as np
from _report import Report, made_with, parser

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.operators import bell_state, density_matrix, fidelity

SINGLET = density_matrix(bell_state("psi-"))


def states() -> dict[str, np.ndarray]:
    """Bell, Werner, and what imperfect monitoring leaves."""
    up, down, mixed = density_matrix("uu"), density_matrix("dd"), np.eye(4) / 4
    return {
        "singlet": SINGLET,
        "Werner 0.9": 0.9 * SINGLET + 0.1 * mixed,
        "Werner 0.5": 0.5 * SINGLET + 0.5 * mixed,
        "0.95 S + 0.05 uu": 0.95 * SINGLET + 0.05 * up,
        "(S+uu)/2": (SINGLET + up) / 2,
        "(uu+dd)/2": (up + down) / 2,
    }


def main() -> None:
    arguments = parser(__doc__, tables=20, seed=602214).parse_args()
    write = Report(arguments.output)
    started, rng = time.process_time(), np.random.default_rng(arguments.seed)
    write(f"{made_with('numpy', 'scipy')}, seed {arguments.seed}")
    write(f"{arguments.tables} tables a cell (a fifth of them for C); coverage and mean width of C and F")
    for settings in (("XX", "YY", "ZZ"), ("XX", "ZZ"), ("ZZ",)):
        for name, rho in states().items():
            concurrence, overlap = float(nv.concurrence(rho)), fidelity(rho, "psi-")
            for shots in (50, 200, 1000):
                copies = np.broadcast_to(rho, (arguments.tables, 4, 4))
                counts = tomography.sample(copies, shots, rng, settings=settings)
                few = counts[: -(-arguments.tables // 5)]
                low, high, _ = tomography.concurrence_interval(few, settings=settings)
                down, up = tomography.fidelity_interval(counts, "psi-", settings=settings)
                bound = tomography.concurrence_bound(counts, settings=settings)
                of_c = np.mean((low <= concurrence + 1e-9) & (concurrence <= high + 1e-9))
                of_f = np.mean((down <= overlap + 1e-9) & (overlap <= up + 1e-9))
                write(
                    f"{' '.join(settings):<9} {name:<17} {shots:>5}"
                    f" | C {concurrence:.2f}: {of_c:.3f} {np.mean(high - low):.3f}"
                    f" | F {overlap:.3f}: {of_f:.3f} {np.mean(up - down):.3f}"
                    f" | bound above {np.mean(bound > concurrence + 1e-9):.3f}, certified {np.mean(bound > 0):.3f}"
                )
    write(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
