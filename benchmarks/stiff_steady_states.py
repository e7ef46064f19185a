"""Steady states where rates and frequencies differ by up to fifteen orders of magnitude, against 90 digits.

The media are those of `stiff_media` in `tests/oracles`. The reference is the part of the initial state in the null
space of the paper's generator, by elimination in mpmath (`by_mpmath` there), with the numbers of the medium as they
are. A state is right to 1e-9, or refused; "not unique" must be so in the reference.

Run:  python benchmarks/stiff_steady_states.py --cases 500 --seed 31415 --output FILE
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from _report import Report, made_with, parser

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "oracles"))

import by_mpmath
from stiff_media import stiff_case

from nvprotocol.errors import NotUniqueError, PrecisionError

RIGHT = 1e-9


def outcome(rng: np.random.Generator) -> tuple[str, str, float]:
    kind, equation, exact, turned, rho = stiff_case(rng)
    seen = turned.conj().T @ rho @ turned
    expected, dimension = by_mpmath.steady_state(exact, seen)
    expected = turned @ expected @ turned.conj().T
    error = 0.0
    try:
        error = float(np.abs(equation.steady_state(rho) - expected).max())
        said = "right" if error <= RIGHT else "WRONG"
    except PrecisionError:
        said = "refused"
    except NotUniqueError:
        said = "oscillates" if by_mpmath.oscillates(exact, seen) else "FALSE"
    try:
        alone = equation.steady_state()
        unique = "unique" if dimension == 1 and np.abs(alone - expected).max() <= RIGHT else "WRONG"
    except PrecisionError:
        unique = "refused"
    except NotUniqueError:
        unique = "not unique" if dimension > 1 else "FALSE"
    if "WRONG" in (said, unique) or "FALSE" in (said, unique):
        print(kind, said, unique, error, dimension, equation, rho, sep="\n", file=sys.stderr)
    return kind, f"{said}, {unique}", error


def main() -> None:
    arguments = parser(__doc__, cases=60, seed=31415).parse_args()
    rng = np.random.default_rng(arguments.seed)
    found = [outcome(rng) for _ in range(arguments.cases)]
    lines = [f"{arguments.cases} stiff media, seed {arguments.seed}; {made_with('numpy', 'mpmath')}", ""]
    for (kind, said), count in sorted(Counter((kind, said) for kind, said, _ in found).items()):
        lines.append(f"{kind:<15} {said:<25} {count:5d}")
    refused = sum("refused" in said for _, said, _ in found)
    lines += ["", f"largest error of a state that is returned: {max(error for _, _, error in found):.1e}"]
    lines += [f"refused: {refused} of {arguments.cases}"]
    Report(arguments.output)(*lines)


if __name__ == "__main__":
    main()
