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

SMALLEST_AVERAGE = 1e-9
"""The same of an average over static detunings, which errs by 1e-12 in each direction of the noise."""


def success_probabilities(traces: Sequence[float], smallest: float = SMALLEST_PROBABILITY) -> list[float]:
    """The probability of keeping a run of each circuit, from the traces of what is kept.

    Args:
        traces: The traces.
        smallest: The smallest probability that is answered.

    Raises:
        NoKeptShotsError: If one of them is indistinguishable from zero.
    """
    found = [float(np.clip(trace, 0.0, 1.0)) for trace in traces]
    for k, p in enumerate(found):
        if p < smallest:
            which = "" if len(found) == 1 else f" of circuit {k}"
            resolved = "rounding" if smallest == SMALLEST_PROBABILITY else "the average over static detunings"
            raise NoKeptShotsError(
                f"No run{which} is kept: the probability of what is postselected, {p:.1g}, is less than "
                f"{smallest:g} and so below what {resolved} resolves."
            )
    return found
