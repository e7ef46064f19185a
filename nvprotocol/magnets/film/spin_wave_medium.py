"""A film as what spin waves travel in: their band, wavelengths and velocities."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, positive_array, real_number, require_bounded, show
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import RAD_PER_S_PER_GHZ
from nvprotocol.magnets.film.geometry import Geometry
from nvprotocol.magnets.film.response import emitted
from nvprotocol.magnets.magnet import Magnet

Array = NDArray[np.float64]


class SpinWaveMedium(Magnet):
    """A film whose spin waves are known."""

    @property
    @abstractmethod
    def geometry(self) -> Geometry:
        """How the film is magnetised, and its spin waves, in SI units."""

    @property
    def band_bottom_ghz(self) -> float:
        """Lowest frequency of a spin wave; below `gap_ghz` where backward-volume waves of a film are.

        Examples:
            >>> nv.magnets.Film(nv.magnets.YIG, 500, 2.0, "in-plane").band_bottom_ghz < 1.9
            True
        """
        return self.geometry.band_bottom / RAD_PER_S_PER_GHZ

    def wavelength_nm(self, frequency_ghz: ArrayLike, azimuth_deg: float = 0.0) -> Array:
        """Wavelength of the spin waves that are emitted, the shortest if there are several.

        Args:
            frequency_ghz: Splitting in GHz.
            azimuth_deg: Direction of the wave from x; matters in-plane only.

        Raises:
            ArgumentError: If no wave of that frequency goes that way.

        Examples:
            >>> film = nv.magnets.Film(nv.magnets.YIG, 20, 2.0, "in-plane")
            >>> film.wavelength_nm(2.87, 0.0).round() < film.wavelength_nm(2.87, 90.0).round()
            np.True_
        """
        return 2e9 * np.pi / self._resonant(frequency_ghz, azimuth_deg)[..., 0]

    def group_velocity_m_per_s(self, frequency_ghz: ArrayLike, azimuth_deg: float = 0.0) -> Array:
        """Group velocity ∂ω/∂k of the waves of `wavelength_nm`, with the same arguments and errors.

        Args:
            frequency_ghz: Splitting in GHz.
            azimuth_deg: Direction of the wave from x.

        Examples:
            >>> float(nv.magnets.Film(nv.magnets.YIG_COLD, 20, 2.0).group_velocity_m_per_s(2.87).round())
            457.0
        """
        return self._resonant(frequency_ghz, azimuth_deg)[..., 1]

    def _resonant(self, frequency_ghz: ArrayLike, azimuth_deg: float) -> Array:
        """Wavenumber in 1/m and group velocity in m/s on the last axis."""
        frequency = positive_array(frequency_ghz, "frequency_ghz")
        require_bounded(frequency, "frequency_ghz")
        angle = np.deg2rad(real_number(azimuth_deg, "azimuth_deg"))
        found = emitted(self.geometry, frequency * RAD_PER_S_PER_GHZ, float(np.sin(angle - self.geometry.azimuth) ** 2))
        if np.any(np.isnan(found)):
            silent = show(float(frequency[np.isnan(found[..., 0])].flat[0]))
            fail("frequency_ghz", f"be that of a spin wave, from {show(self.band_bottom_ghz)} GHz on", f"is {silent}")
        return found
