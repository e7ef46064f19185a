"""How small the probability of a kept run may be: one floor for every engine."""

from collections.abc import Sequence

import numpy as np

from nvprotocol.errors import NoKeptShotsError

SMALLEST_PROBABILITY = 1e-13
"""The smallest probability of keeping a run that is answered, of all that is postselected in a circuit together.

Density matrices are followed with an absolute error: where amplitudes have to cancel, rounding leaves up to some 1e-15
of the runs that should all be discarded (3e-16 after 40 000 gates on "exact" and "aer", 3e-15 after 2000 rotations on
"pulse"). A smaller probability is indistinguishable from zero, and its state is rounding. Finite pulses and ramps
are followed less closely, to 1e-10, and answer from 1e-9 on (`nvprotocol.pulses.Propagation.evolve`). The conditional
evolution of `MasterEquation` follows the kept part alone, and resolves smaller ones by a rule of its own.
"""


def is_resolved(probability: float) -> bool:
    """Whether a probability of keeping a run is distinguishable from zero."""
    return probability >= SMALLEST_PROBABILITY


def success_probabilities(traces: Sequence[float]) -> list[float]:
    """The probability of keeping a run of each circuit, from the traces of what is kept.

    Raises:
        NoKeptShotsError: If one of them is indistinguishable from zero.
    """
    found = [float(np.clip(trace, 0.0, 1.0)) for trace in traces]
    for k, p in enumerate(found):
        if not is_resolved(p):
            which = "" if len(found) == 1 else f" of circuit {k}"
            raise NoKeptShotsError(
                f"No run{which} is kept: the probability of what is postselected, {p:.1g}, is less than "
                f"{SMALLEST_PROBABILITY:g} and so below what rounding resolves."
            )
    return found
