"""The response of a film for every displacement of a setting, from integrals in SI units to rad/µs and nm."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.magnets.constants import MICRO, NANO, RAD_PER_US_PER_GHZ
from nvprotocol.magnets.film.batches import keys, padded, part
from nvprotocol.magnets.film.geometry import ROUNDING, Geometry
from nvprotocol.magnets.film.leakage import leakage
from nvprotocol.magnets.film.longitudinal import dephasing as dephasing_integral
from nvprotocol.magnets.film.stray_field import turned
from nvprotocol.magnets.response import Response, hermitian_block, one_magnon, own_entries
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.spins import Spins

Array = NDArray[np.float64]

_FARTHEST = 2000
"""Separation over height: a point in the plane then takes ten seconds."""


def film_response(geometry: Geometry, setting: Setting, spins: Spins, *, dephasing: bool) -> Response:
    """What `Film.response` answers for spins with these matrix elements."""
    bottom = geometry.band_bottom * MICRO
    if np.any(np.abs(setting.frequency - bottom) <= 1e-12 * bottom):
        where = show(bottom / RAD_PER_US_PER_GHZ)
        fail("frequency_ghz", f"differ from the bottom of the band, {where} GHz", f"is {where}")
    forward, backward, error, velocity = _collect(geometry, setting, spins)
    relaxation, flip_flop = one_magnon(1j * forward, 1j * backward)
    if geometry.waves.damping == 0:  # rounding relaxes no qubit below the band
        relaxation = np.where(setting.frequency > bottom, relaxation, 0.0)
    own = own_entries(relaxation, setting.n_qubits)
    relaxation[..., :own] = _lifted(relaxation, error, setting.n_qubits)[..., :own]
    travelling = np.isfinite(velocity)
    bare = np.max(np.abs(forward[..., :own]), axis=-1, keepdims=True)
    response = Response(
        relaxation=relaxation,
        flip_flop=flip_flop,
        dephasing=_dephasing(geometry, setting, spins) if dephasing else np.zeros(()),
        ising=np.zeros(()),
        shift=np.zeros(1),
        group_velocity=velocity * MICRO / NANO,
        edge=np.abs(setting.frequency - bottom),
        dressing=bare,
    )
    fastest = response.own_rate(setting.n_qubits)
    return response._replace(dressing=np.where(travelling, fastest, bare), leakage=leakage(geometry, setting, spins))


def _lifted(relaxation: NDArray, error: Array, n_qubits: int) -> Array:
    """The qubits' own rates, larger by what errors of integration have made the block negative by.

    That is at most what bounds them: all N eigenvalues are at least −N times the error of an element.
    """
    own = own_entries(relaxation, n_qubits)
    rates = np.real(relaxation[..., :own])
    lowest = np.linalg.eigvalsh(hermitian_block(relaxation, n_qubits, diagonal=True))[..., :1]
    missing = np.minimum(np.maximum(-lowest, 0.0), n_qubits * error)
    return np.where(rates == 0, 0.0, rates + missing + ROUNDING * n_qubits * rates)


def require_near(setting: Setting) -> None:
    """Refuses separations so large that the integral over waves would turn too often."""
    if setting.height is None:
        return
    ratio = setting.distance / setting.height
    if np.any(ratio > _FARTHEST):
        must = f"be at most {_FARTHEST} × the height, as waves down to its length are summed"
        fail("separation_nm", must, f"is {show(float(ratio.max()))} × it")


def emitted(geometry: Geometry, delta: Array, sine_squared: float) -> Array:
    """Wavenumber in 1/m and group velocity in m/s of emitted waves, shape (…, 2); NaN where there is none."""
    found = np.full((*delta.shape, 2), np.nan)
    for index in np.ndindex(delta.shape):
        wave = geometry.wave_at(float(delta[index]), sine_squared)
        if wave is not None:
            found[index] = wave
    return found


def metres(setting: Setting, spins: Spins) -> tuple[Array, Array, Array]:
    """Components of the displacements, shape (…, L+P), and heights, shape (…, 1), in m."""
    assert setting.height is not None  # `Magnet.medium` has asked for it
    own = len(spins.rows[0]) - (setting.displacement.shape[-2] - 1)
    displacement = np.concatenate(
        [setting.displacement[..., :1, :]] * own + [setting.displacement[..., 1:, :]], axis=-2
    )
    return displacement[..., 0] * NANO, displacement[..., 1] * NANO, setting.height * NANO


def _collect(geometry: Geometry, setting: Setting, spins: Spins) -> tuple[NDArray, NDArray, Array, Array]:
    """g(±r), error of what they absorb in rad/µs, group velocity in m/s; the last two of shape (…, 1)."""
    along, across, heights = metres(setting, spins)
    pairs = [(spins.coupling[i], spins.coupling[j]) for i, j in zip(*spins.rows, strict=True)]
    batch = np.broadcast_shapes(along.shape[:-1], heights.shape[:-1], setting.frequency.shape[:-1])
    frequency = padded(setting.frequency, len(batch))
    spread = np.broadcast_shapes(
        padded(along, len(batch)).shape[:-1], padded(heights, len(batch)).shape[:-1], frequency.shape[:-1]
    )
    forward, backward = (np.empty((*spread, along.shape[-1]), dtype=complex) for _ in range(2))
    error, velocity = np.empty((*spread, 1)), np.empty(frequency.shape)
    for key in keys(frequency.shape[:-1]):
        delta = float(frequency[key].flat[0]) / MICRO
        x, y, height = (part(padded(array, len(batch)), key) for array in (along, across, heights))
        values = geometry.transfer(delta, x, y, height, pairs)
        forward[key], backward[key] = values[0] * MICRO, values[1] * MICRO
        error[key] = np.max(values[2], axis=-1, keepdims=True) * MICRO
        velocity[key] = geometry.velocity(delta)
    return forward, backward, error, velocity


def _dephasing(geometry: Geometry, setting: Setting, spins: Spins) -> Array:
    along, across, heights = metres(setting, spins)
    pairs = [(spins.moment_change[i], spins.moment_change[j]) for i, j in zip(*spins.rows, strict=True)]
    x, y, _ = turned(np.array([along, across, np.zeros_like(along)]), geometry.azimuth)
    value, error = dephasing_integral(
        geometry.waves,
        x,
        y,
        heights,
        setting.temperature / MICRO,
        setting.chemical_potential / MICRO,
        [(turned(first, geometry.azimuth), turned(second, geometry.azimuth)) for first, second in pairs],
    )
    own = own_entries(value, setting.n_qubits)
    value[..., :own] += setting.n_qubits * np.max(error, axis=-1, keepdims=True)
    return value * MICRO
