"""Frequencies of a film's spin waves in any direction, and the waves of a frequency; SI units, rad/s."""

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.film.waves import FilmWaves

Real = NDArray[np.float64]


def dispersion(waves: FilmWaves, k: ArrayLike, sine_squared: float | Real) -> Real:
    """Frequency in rad/s of the undamped wave."""
    volume = waves.magnetisation * waves.volume_share(k)
    base = waves.exchange(k)
    along = base + waves.out_of_plane + volume * (waves.cosine**2 - waves.sine**2)
    slope = volume * waves.sine**2 * (base + waves.magnetisation * (1 - waves.anisotropy) - volume)
    return np.sqrt(along * base + slope * sine_squared)


def _dispersion_slope(waves: FilmWaves, k: float, sine_squared: float) -> float:
    """∂ω²/∂k."""
    volume, rise = waves.magnetisation * waves.volume_share(k), 2 * waves.stiffness * k
    growth = waves.magnetisation * waves.volume_share_slope(k)
    base, twist = waves.exchange(k), waves.cosine**2 - waves.sine**2
    along = base + waves.out_of_plane + volume * twist
    slope = base + waves.magnetisation * (1 - waves.anisotropy) - volume
    turning = waves.sine**2 * (growth * slope + volume * (rise - growth))
    return float((rise + growth * twist) * base + along * rise + turning * sine_squared)


def band_bottom(waves: FilmWaves) -> float:
    """Lowest frequency in rad/s: of a wave along or across the magnetisation, at k = 0 or beyond; NaN if unstable."""
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 400) * np.sqrt(waves.gap / waves.stiffness)])
    lowest = waves.gap
    for sine_squared in (0.0, 1.0):
        with np.errstate(invalid="ignore"):
            values = dispersion(waves, grid, sine_squared)
        at = int(np.argmin(values))  # NaN counts as the lowest
        if at == 0 or np.isnan(values[at]):
            lowest = min(lowest, float(values[at])) if np.isfinite(values[at]) else np.nan
            continue
        bounds = (grid[at - 1], grid[min(at + 1, grid.size - 1)])
        found = scipy.optimize.minimize_scalar(
            lambda k, s=sine_squared: float(dispersion(waves, k, s)), bounds=bounds, method="bounded"
        )
        lowest = min(lowest, float(found.fun))
    return lowest


def waves_at(waves: FilmWaves, delta: float, sine_squared: float) -> list[float]:
    """Wavenumbers in 1/m, rising, of the undamped waves of a frequency in a direction."""
    grid = np.geomspace(1e-6, 1.01, 1500) * np.sqrt(delta / waves.stiffness)  # ω ≥ Dk²
    values = dispersion(waves, grid, sine_squared) - delta

    def detuning(k: float) -> float:
        return float(dispersion(waves, k, sine_squared)) - delta

    def root(low: float, high: float) -> float:
        ends = detuning(low), detuning(high)
        if ends[0] * ends[1] >= 0:  # the array has rounded otherwise: the root is at one of the ends
            return low if abs(ends[0]) < abs(ends[1]) else high
        return float(scipy.optimize.root_scalar(detuning, bracket=(low, high)).root)

    crossings = np.flatnonzero(np.diff(np.sign(values)) != 0)
    return [root(float(grid[at]), float(grid[at + 1])) for at in crossings]


def wave_at(waves: FilmWaves, delta: float, sine_squared: float) -> tuple[float, float] | None:
    """Wavenumber in 1/m and ∂ω/∂k in m/s of the shortest undamped wave in a direction, None if there is none."""
    found = waves_at(waves, delta, sine_squared)
    if not found:
        return None
    return found[-1], _dispersion_slope(waves, found[-1], sine_squared) / (2 * delta)
