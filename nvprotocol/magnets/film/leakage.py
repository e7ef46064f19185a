"""How fast NV centres leave the two levels of the qubit, by the same waves at the other frequencies of the spin."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.constants import MICRO, NANO, RAD_PER_US_PER_GHZ, ZERO_FIELD_SPLITTING_GHZ
from nvprotocol.magnets.film.batches import keys, padded, part
from nvprotocol.magnets.film.geometry import Geometry
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.spins import Spins

Array = NDArray[np.float64]


class _Way(NamedTuple):
    """A transition from |↑⟩ (0) or |↓⟩ (1) into the third level: frequency in rad/µs, and the spin's matrix element."""

    level: int
    frequency: Array
    coupling: NDArray
    emits: bool


def leakage(geometry: Geometry, setting: Setting, spins: Spins) -> Array:
    """The rates at which |↑⟩ and |↓⟩ go over into the third level in 1/µs, shape (…, 2), the largest of the qubits.

    2ã at the frequency of that transition where magnons are absorbed, 2a(1 + n) where the third level lies below. Where
    only a splitting Δ is known, the third level is that of a field along the axis: 2D_zfs − Δ above |↑⟩, and from |↓⟩
    there is no way to it.
    """
    rates: list[Array] = [np.zeros(1), np.zeros(1)]
    for way in _ways(setting, spins):
        rates[way.level] = np.maximum(rates[way.level], _rate(geometry, setting, way))
    return np.concatenate(np.broadcast_arrays(*rates), axis=-1)


def _ways(setting: Setting, spins: Spins) -> list[_Way]:
    if not setting.centres:
        other = 2 * ZERO_FIELD_SPLITTING_GHZ * RAD_PER_US_PER_GHZ - setting.frequency
        return [_Way(0, other, np.conj(spins.coupling[0]), emits=False)]
    return [
        _Way(level, np.array([leak.frequency_ghz * RAD_PER_US_PER_GHZ]), leak.coupling, leak.emits)
        for centre in dict.fromkeys(setting.centres)
        for level, leak in enumerate(centre.leaks)
    ]


def _rate(geometry: Geometry, setting: Setting, way: _Way) -> Array:
    assert setting.height is not None
    if not way.emits and not np.any(setting.temperature > 0):
        return np.zeros(1)
    heights = setting.height * NANO
    batch = np.broadcast_shapes(way.frequency.shape[:-1], heights.shape[:-1])
    frequency = padded(way.frequency, len(batch))
    found = np.zeros(np.broadcast_shapes(padded(heights, len(batch)).shape, frequency.shape))
    for key in keys(frequency.shape[:-1]):
        one = float(frequency[key].flat[0]) / MICRO
        if one > 0:
            height = part(padded(heights, len(batch)), key)
            found[key] = geometry.local_rate(one, height, way.coupling) * MICRO
    # Below the chemical potential, and so below the band, only a damped film answers, and no occupation is defined.
    above = way.frequency - setting.chemical_potential
    thermal = np.where(above > 0, occupation(np.where(above > 0, above, 1.0), setting.temperature), 0.0)
    return 2 * np.where(found > 0, found, 0.0) * (thermal + way.emits)
