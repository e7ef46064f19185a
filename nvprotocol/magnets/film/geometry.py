"""How a film is magnetised, and what spins at two places share of its stray field; SI units, rad/s."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.magnets.film import directional, dispersion, forward_volume
from nvprotocol.magnets.film.stray_field import Pair, harmonics, turned
from nvprotocol.magnets.film.waves import FilmWaves

Array = NDArray[np.float64]

ROUNDING = 1e-14
"""Rounding of an integral relative to its scale."""


class Geometry(NamedTuple):
    """How a film is magnetised, and which way.

    Attributes:
        waves: Its spin waves.
        azimuth: Direction in the plane of the magnetisation, in rad from x.
    """

    waves: FilmWaves
    azimuth: float = 0.0

    @property
    def band_bottom(self) -> float:
        """Lowest frequency of a spin wave in rad/s."""
        return self.waves.gap if self.waves.isotropic else dispersion.band_bottom(self.waves)

    def wave_at(self, delta: float, sine_squared: float) -> tuple[float, float] | None:
        """Wavenumber in 1/m and group velocity in m/s of the wave of a frequency in a direction, None without one."""
        if self.waves.isotropic:
            return forward_volume.wave_at(self.waves, delta)
        return dispersion.wave_at(self.waves, delta, sine_squared)

    def transfer(
        self, delta: float, along: Array, across: Array, heights: Array, pairs: Sequence[Pair]
    ) -> tuple[NDArray, NDArray, Array]:
        """g(r), g(−r) with the spins exchanged, and a bound of the error of what they absorb, in rad/s.

        Args:
            delta: Splitting in rad/s.
            along: Components of the displacements in m along x of the laboratory, the displacements on the last axis.
            across: Components along y.
            heights: Heights in m.
            pairs: Of each displacement the matrix elements of its two spins, or one pair for all.
        """
        x, y, _ = turned(np.array([along, across, np.zeros_like(along)]), self.azimuth)
        turned_pairs = [(turned(first, self.azimuth), turned(second, self.azimuth)) for first, second in pairs]
        if self.waves.isotropic:
            return self._upright(delta, x, y, heights, turned_pairs)
        there, back, error = directional.transfer(self.waves, delta, x, y, heights, turned_pairs)
        # Without damping each wave on shell counts with a positive weight, right or not; only rounding is left.
        rounding = ROUNDING * forward_volume.scale(self.waves, delta, heights)
        return there, back, error + rounding if self.waves.damping else rounding

    def _upright(
        self, delta: float, along: Array, across: Array, heights: Array, pairs: Sequence[Pair]
    ) -> tuple[NDArray, NDArray, Array]:
        distance, angle = np.hypot(along, across), np.arctan2(across, along)
        weights = np.array([harmonics(pair) for pair in pairs])
        weights[np.abs(weights) < ROUNDING * np.abs(weights).max()] = 0.0
        there, back = np.zeros((2, 1), dtype=complex)
        error = np.zeros(1)
        for order in range(3):
            if not np.any(weights[:, [2 - order, 2 + order]]):
                continue
            value, estimate = forward_volume.transfer(self.waves, delta, distance, heights, order)
            for m in sorted({-order, order}):  # i^m J_m is the same for m and −m
                share = weights[:, 2 + m] * 1j**order * np.exp(1j * m * angle)
                there, back = there + share * value, back + np.conj(share) * value
                error = error + np.abs(share) * estimate
        return there, back, error if self.waves.damping else np.zeros(there.shape)

    def velocity(self, delta: float) -> float:
        """The smallest group velocity in m/s of the waves that are emitted; infinite where there are none."""
        waves = [self.wave_at(delta, sine_squared) for sine_squared in (0.0, 1.0)]
        return min((abs(wave[1]) for wave in waves if wave is not None), default=np.inf)

    def silent(self, delta: float) -> bool:
        """Whether nothing absorbs at a frequency: without damping only waves do."""
        return self.waves.damping == 0 and delta <= self.band_bottom

    def local_rate(self, delta: float, heights: Array, coupling: NDArray) -> Array:
        """a₀ in rad/s of a spin with a matrix element, where the film answers at that frequency at all."""
        if self.silent(delta):
            return np.zeros_like(heights)
        here = np.zeros(1)
        return -np.imag(self.transfer(delta, here, here, heights, [(coupling, coupling)])[0])
