"""The share of some readings among the runs that are kept, from whatever was measured, with its interval."""

from collections.abc import Mapping

import numpy as np

from nvprotocol.experiment.observable import Observable
from nvprotocol.inference import Average, Events, Photons
from nvprotocol.inference.readings import DISCARDED, Counts, Reading
from nvprotocol.tomography.proportions import clopper_pearson, normal_quantile

Weights = tuple[tuple[str, float], ...]
"""Readings of the register that is read, each with its weight; the others have none."""


def share_of(reading: Reading, weights: Mapping[str, float], level: float) -> tuple[float, float, float]:
    """The share of some readings among the kept runs, and its interval: Clopper–Pearson of counts, normal of others.

    Args:
        reading: What was measured.
        weights: The readings, each 1.
        level: Confidence level.
    """
    if isinstance(reading, Counts):
        kept = {bits: number for bits, number in reading.numbers.items() if bits != DISCARDED}
        number, shots = sum(n for bits, n in kept.items() if bits in weights), sum(kept.values())
    elif isinstance(reading, Events):
        number, shots = reading.number, reading.shots
    else:
        if isinstance(reading, Average):
            value, error = reading.value, reading.error
        else:
            assert isinstance(reading, Photons)
            contrast = reading.bright - reading.dark
            value = (reading.number / reading.shots - reading.dark) / contrast
            error = np.sqrt(max(reading.number, 1) * reading.scatter) / reading.shots / abs(contrast)
        reach = normal_quantile(level) * error
        return value, value - reach, value + reach
    low, high = clopper_pearson(number, shots, level)
    return number / max(shots, 1), float(low), float(high)


def weights_of(reading: Reading, observable: Observable) -> Weights:
    """What is drawn of a reading: readings of the register, each with its weight."""
    if isinstance(reading, Average) and reading.weights is not None:
        return tuple(sorted(reading.weights.items()))
    if isinstance(reading, Events):
        return tuple((bits, 1.0) for bits in reading.readings)
    if isinstance(reading, Counts):
        even = tuple(bits for bits in observable.readings if bits.count("1") % 2 == 0)
        return tuple((bits, 1.0) for bits in observable.outcomes or even)
    bit = reading.bit if isinstance(reading, Photons) else 0
    return tuple((bits, 1.0) for bits in observable.readings if bits[-1 - bit] == "0")
