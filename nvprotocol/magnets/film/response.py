"""The response of a film for every displacement of a setting, from integrals in SI units to rad/µs and nm."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, ZERO_FIELD_SPLITTING_GHZ
from nvprotocol.magnets.film import forward_volume, in_plane
from nvprotocol.magnets.film.longitudinal import dephasing as dephasing_integral
from nvprotocol.magnets.film.waves import FilmWaves
from nvprotocol.magnets.response import Response, one_magnon
from nvprotocol.magnets.setting import Setting

Array = NDArray[np.float64]

MICRO, NANO = 1e-6, 1e-9
ROUNDING = 1e-14
"""Rounding of an integral relative to its scale."""


class Geometry(NamedTuple):
    """How a film is magnetised and seen.

    Attributes:
        waves: Its spin waves.
        in_plane: Whether it is magnetised in its plane.
        sign: 1 for the lower transition of the qubits, −1 for the upper one.
    """

    waves: FilmWaves
    in_plane: bool
    sign: int

    @property
    def band_bottom(self) -> float:
        """Lowest frequency of a spin wave in rad/s."""
        return in_plane.band_bottom(self.waves) if self.in_plane else self.waves.gap

    def wave_at(self, delta: float, sine_squared: float) -> tuple[float, float] | None:
        """Wavenumber in 1/m and group velocity in m/s of the wave of a frequency in a direction, None without one."""
        if self.in_plane:
            return in_plane.wave_at(self.waves, delta, sine_squared)
        return forward_volume.wave_at(self.waves, delta)

    def transfer(self, delta: float, along: Array, across: Array, heights: Array) -> tuple[NDArray, NDArray, Array]:
        """g(r), g(−r) and a bound of the error of what they absorb, in rad/s."""
        if not self.in_plane:
            value, error = forward_volume.transfer(self.waves, delta, np.hypot(along, across), heights)
            return value, value, error if self.waves.damping else np.zeros_like(error)
        there, back, error = in_plane.transfer(self.waves, delta, along, across, heights, self.sign)
        # Without damping each wave on shell counts with a positive weight, right or not; only rounding is left.
        rounding = ROUNDING * forward_volume.scale(self.waves, delta, heights)
        return there, back, error + rounding if self.waves.damping else rounding

    def velocity(self, delta: float) -> float:
        """The smallest group velocity in m/s of the waves that are emitted; infinite where there are none."""
        waves = [self.wave_at(delta, sine_squared) for sine_squared in (0.0, 1.0)]
        return min((abs(wave[1]) for wave in waves if wave is not None), default=np.inf)

    def local_rate(self, delta: float, heights: Array) -> Array:
        """a₀ in rad/s without damping."""
        if not self.in_plane:
            return forward_volume.local_rate(self.waves, delta, heights)
        if delta <= self.band_bottom:
            return np.zeros_like(heights)
        here = np.zeros(1)
        return -in_plane.transfer(self.waves, delta, here, here, heights, self.sign)[0].imag


def film_response(geometry: Geometry, setting: Setting, *, dephasing: bool) -> Response:
    """What `Film.response` answers."""
    bottom = geometry.band_bottom * MICRO
    if np.any(np.abs(setting.frequency - bottom) <= 1e-12 * bottom):
        where = show(bottom / RAD_PER_US_PER_GHZ)
        fail("frequency_ghz", f"differ from the bottom of the band, {where} GHz", f"is {where}")
    forward, backward, error, velocity, leakage = _collect(geometry, setting)
    relaxation, flip_flop = one_magnon(1j * forward, 1j * backward)
    if geometry.waves.damping == 0:  # rounding relaxes no qubit below the band
        relaxation = np.where(setting.frequency > bottom, relaxation, 0.0)
    # Errors must not make a block of rates negative: the local rate grows by what bounds them.
    relaxation[..., :1] = np.real(relaxation[..., :1]) + setting.n_qubits * np.where(
        relaxation[..., :1] == 0, 0.0, error
    )
    travelling = np.isfinite(velocity)
    return Response(
        relaxation=relaxation,
        flip_flop=flip_flop,
        dephasing=_dephasing(geometry, setting) if dephasing else np.zeros(()),
        ising=np.zeros(()),
        shift=np.zeros(1),
        group_velocity=velocity * MICRO / NANO,
        edge=np.abs(setting.frequency - bottom),
        dressing=np.where(travelling, np.real(relaxation[..., :1]), np.abs(forward[..., :1])),
        leakage=leakage,
    )


def emitted(geometry: Geometry, delta: Array, sine_squared: float) -> Array:
    """Wavenumber in 1/m and group velocity in m/s of emitted waves, shape (…, 2); NaN where there is none."""
    found = np.full((*delta.shape, 2), np.nan)
    for index in np.ndindex(delta.shape):
        wave = geometry.wave_at(float(delta[index]), sine_squared)
        if wave is not None:
            found[index] = wave
    return found


def metres(setting: Setting) -> tuple[Array, Array, Array]:
    """Components of the displacements, shape (…, 1+P), and heights, shape (…, 1), in m."""
    assert setting.height is not None  # `Magnet.medium` has asked for it
    return setting.displacement[..., 0] * NANO, setting.displacement[..., 1] * NANO, setting.height * NANO


def _collect(geometry: Geometry, setting: Setting) -> tuple[NDArray, NDArray, Array, Array, Array]:
    """g(±r), error of what they absorb in rad/µs, group velocity in m/s, leakage in rad/µs; the last three (…, 1)."""
    along, across, heights = metres(setting)
    batch = np.broadcast_shapes(along.shape[:-1], heights.shape[:-1], setting.frequency.shape[:-1])
    frequency = _padded(setting.frequency, len(batch))
    spread = np.broadcast_shapes(
        _padded(along, len(batch)).shape[:-1], _padded(heights, len(batch)).shape[:-1], frequency.shape[:-1]
    )
    forward, backward = (np.empty((*spread, along.shape[-1]), dtype=complex) for _ in range(2))
    error, velocity = np.empty((*spread, 1)), np.empty(frequency.shape)
    leakage = np.zeros(np.broadcast_shapes((*spread, 1), _padded(setting.temperature, len(batch)).shape))
    other = Geometry(geometry.waves, geometry.in_plane, -geometry.sign)
    for key in _keys(frequency.shape[:-1]):
        delta = float(frequency[key].flat[0]) / MICRO
        here = [_part(_padded(array, len(batch)), key) for array in (along, across, heights)]
        values = geometry.transfer(delta, *here)
        forward[key], backward[key] = values[0] * MICRO, values[1] * MICRO
        error[key] = np.max(values[2], axis=-1, keepdims=True) * MICRO
        velocity[key] = geometry.velocity(delta)
        if np.any(setting.temperature > 0):
            leakage[key] = _leakage(other, setting, delta, here[2], key)
    return forward, backward, error, velocity, leakage


def _leakage(other: Geometry, setting: Setting, delta: float, heights: Array, key: tuple[slice, ...]) -> Array:
    """2ã at the other transition of the NV centre, 2D_zfs − Δ, in rad/µs: how |0⟩ leaves for the third level."""
    frequency = 2 * ZERO_FIELD_SPLITTING_GHZ * RAD_PER_US_PER_GHZ - delta * MICRO
    if frequency <= other.band_bottom * MICRO:
        return np.zeros(())
    ndim = len(key) + 1
    temperature, potential = (
        _part(array.reshape((1,) * (ndim - array.ndim) + array.shape), key)
        for array in (setting.temperature, setting.chemical_potential)
    )
    thermal = occupation(frequency - potential, temperature)
    return 2 * thermal * other.local_rate(frequency / MICRO, heights) * MICRO


def _dephasing(geometry: Geometry, setting: Setting) -> Array:
    along, across, heights = metres(setting)
    value, error = dephasing_integral(
        geometry.waves,
        along,
        across,
        heights,
        setting.temperature / MICRO,
        setting.chemical_potential / MICRO,
        in_plane=geometry.in_plane,
    )
    value[..., :1] += setting.n_qubits * np.max(error, axis=-1, keepdims=True)
    return value * MICRO


def _padded(array: NDArray, batch: int) -> NDArray:
    """The array with axes of length 1 in front, so that it has `batch` of them and its own last one."""
    return array.reshape((1,) * (batch + 1 - array.ndim) + array.shape)


def _keys(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """For every frequency, where its results go; axes along which the frequency does not change are taken whole."""
    for index in np.ndindex(shape):
        yield tuple(slice(at, at + 1) if size > 1 else slice(None) for at, size in zip(index, shape, strict=True))


def _part(array: NDArray, key: tuple[slice, ...]) -> NDArray:
    """The part of an array that goes with a key; along axes of length 1 it has but one."""
    sizes = array.shape[: len(key)]
    return array[tuple(one if size > 1 else slice(None) for one, size in zip(key, sizes, strict=True))]
