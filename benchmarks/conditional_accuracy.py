"""States and probabilities of `no_jump` and `monitored` at their edges, against 120 digits.

The cases are those of `edge_cases` in `tests/oracles`; the reference (`by_mpmath` there) starts from the same factor W
of ρ = W W†. A probability is right when its relative error is at most 1e-6. What one unit in the last place of W
changes is the largest of four random changes of all its entries, by the reference too. The slowest mode is present
where the condition is kept with at least 1e-6 of the probability of the basis state that it favours most.

Run:  python benchmarks/conditional_accuracy.py --cases 2000 --seed 27182 --output FILE
"""

import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _report import Report, made_with, parser

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "oracles"))

import by_mpmath
from edge_cases import EdgeCase, edge_case
from mpmath import mp

from nvprotocol.errors import NoKeptShotsError
from nvprotocol.operators.states import factor

DIGITS = 120
RIGHT, ULP, NEGATIVE = 1e-6, 1e-7, -1e-12


class Outcome(NamedTuple):
    kind: str
    present: bool
    said: str
    error: float
    lowest: float


def outcome(case: EdgeCase, rng: np.random.Generator) -> Outcome:
    W = factor(case.initial, case.equation.n_qubits)
    with mp.workdps(DIGITS):
        if case.period is None:
            condition = by_mpmath.no_jump(case.equation, case.time)
        else:
            condition = by_mpmath.after_checks(case.equation, round(case.time / case.period), case.period)
        exact = condition.probability(by_mpmath.exactly(W))
        changed = [condition.probability(by_mpmath.exactly(by_mpmath.one_ulp_away(W, rng))) for _ in range(4)]
        ulp = float(max(abs(one / exact - 1) for one in changed)) if exact > mp.mpf(10) ** -3000 else np.inf
        present = bool(exact > 0 and exact / condition.largest(np.flatnonzero(np.any(W, axis=-1))) > 1e-6)
        try:
            if case.period is None:
                kept = case.equation.no_jump(case.initial, case.time)
            else:
                kept = case.equation.monitored(case.initial, case.time, case.period)
        except NoKeptShotsError:
            said = "refused" if ulp >= ULP else "refused, though one ulp changes less than 1e-7"
            return Outcome(case.kind, present, said, 0.0, 0.0)
        lowest = float(np.linalg.eigvalsh(kept.states[0]).min())
        if exact < mp.mpf(10) ** -300:
            return Outcome(case.kind, present, "right" if kept.probability[0] < 1e-299 else "WRONG", 0.0, lowest)
        error = float(abs(mp.mpf(float(kept.probability[0])) / exact - 1))
        said = "right" if error <= RIGHT else "WRONG" if ulp < ULP else "wrong, and one ulp changes it"
        return Outcome(case.kind, present, said, error, lowest)


def main() -> None:
    arguments = parser(__doc__, cases=100, seed=27182).parse_args()
    rng = np.random.default_rng(arguments.seed)
    found = []
    for number in range(arguments.cases):
        case = edge_case(rng)
        found.append(outcome(case, rng))
        if "rong" in found[-1].said.lower() or found[-1].lowest < NEGATIVE:
            print(number, found[-1], *case, sep="\n", file=sys.stderr)
    lines = [f"{arguments.cases} cases, seed {arguments.seed}; {made_with('numpy', 'mpmath')}", ""]
    count = Counter((one.kind, "slowest mode present" if one.present else "absent", one.said) for one in found)
    lines += [
        f"{kind:<20} {present:<22} {said:<50} {number:5d}" for (kind, present, said), number in sorted(count.items())
    ]
    present = [one for one in found if one.present]
    absent = [one for one in found if not one.present]
    refused, others = (sum("refused" in one.said for one in part) for part in (present, absent))
    lines += [
        "",
        f"largest relative error of a probability that is returned: {max(one.error for one in found):.1e}",
        f"least eigenvalue of a state that is returned: {min(one.lowest for one in found):.1e}",
        f"refused where the slowest mode is present: {refused} of {len(present)}",
        f"refused where it is absent: {others} of {len(absent)}",
    ]
    Report(arguments.output)(*lines)


if __name__ == "__main__":
    main()
