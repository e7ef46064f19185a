"""Frequencies of a film's spin waves in any direction, and the waves of a frequency; SI units, rad/s."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.film.waves import FilmWaves

Real = NDArray[np.float64]

CLOSE = 1e-5
"""Relative distance of two wavenumbers below which a difference of the share of volume charges is taken from its slope.

It is then right to 4·10⁻¹², and beyond to 10⁻¹¹.
"""

NEWTON = 4
"""Steps that take the distance of two edges from their own rounding to its own."""


class Edge(NamedTuple):
    """A wavenumber at which a wave along or across the magnetisation has the frequency in question, or many of them.

    Attributes:
        k: The wavenumber in 1/m.
        sine_squared: sin²φ of the wave, 0 or 1.
    """

    k: float | Real
    sine_squared: float | Real


def dispersion(waves: FilmWaves, k: ArrayLike, sine_squared: float | Real) -> Real:
    """Frequency in rad/s of the undamped wave."""
    volume = waves.magnetisation * waves.volume_share(k)
    base = waves.exchange(k)
    along = base + waves.out_of_plane + volume * (waves.cosine**2 - waves.sine**2)
    return np.sqrt(along * base + dispersion_spread(waves, k) * sine_squared)


def dispersion_spread(waves: FilmWaves, k: ArrayLike) -> Real:
    """ω² across the magnetisation less that along it."""
    volume = waves.magnetisation * waves.volume_share(k)
    return volume * waves.sine**2 * (waves.exchange(k) + waves.magnetisation * (1 - waves.anisotropy) - volume)


def _dispersion_slope(waves: FilmWaves, k: float, sine_squared: float) -> float:
    """∂ω²/∂k."""
    volume, rise = waves.magnetisation * waves.volume_share(k), 2 * waves.stiffness * k
    growth = waves.magnetisation * waves.volume_share_slope(k)
    base, twist = waves.exchange(k), waves.cosine**2 - waves.sine**2
    along = base + waves.out_of_plane + volume * twist
    slope = base + waves.magnetisation * (1 - waves.anisotropy) - volume
    turning = waves.sine**2 * (growth * slope + volume * (rise - growth))
    return float((rise + growth * twist) * base + along * rise + turning * sine_squared)


def squared_rise(waves: FilmWaves, edge: Edge, offset: Real) -> Real:
    """ω² at k + offset less ω² at k, for the direction of an edge; without the rounding of their difference."""
    after = edge.k + offset
    volume = waves.magnetisation * waves.volume_share(edge.k)
    exact = waves.magnetisation * waves.volume_share(after) - volume
    linear = waves.magnetisation * waves.volume_share_slope(edge.k + offset / 2) * offset
    growth = np.where(np.abs(offset) < CLOSE * edge.k, linear, exact)
    rise = waves.stiffness * offset * (edge.k + after)
    base, twist = waves.exchange(edge.k), waves.cosine**2 - waves.sine**2
    along = base + waves.out_of_plane + volume * twist
    slope = waves.exchange(after) + waves.magnetisation * (1 - waves.anisotropy) - (volume + growth)
    turning = waves.sine**2 * (growth * slope + volume * (rise - growth))
    return (rise + growth * twist) * (base + rise) + along * rise + turning * edge.sine_squared


def band_bottom(waves: FilmWaves) -> float:
    """Lowest frequency in rad/s: of a wave along or across the magnetisation, at k = 0 or beyond; NaN if unstable."""
    # Beyond the wavenumber where exchange outweighs the dipolar field and the anisotropy, frequencies only rise.
    largest = np.sqrt((waves.gap + waves.magnetisation * (1 + abs(waves.anisotropy))) / waves.stiffness)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 400) * largest])
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


@lru_cache(maxsize=1024)  # the integral, the slowest wave and the notes on a film ask for the same ones
def waves_at(waves: FilmWaves, delta: float, sine_squared: float) -> tuple[float, ...]:
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

    # Close to the bottom of a band two waves lie between neighbours of the grid, and what is least between the two.
    places = np.sort(np.concatenate([grid, _least(waves, grid, values, sine_squared)]))
    crossings = np.flatnonzero(np.diff(np.sign(dispersion(waves, places, sine_squared) - delta)) != 0)
    return tuple(root(float(places[at]), float(places[at + 1])) for at in crossings)


def _least(waves: FilmWaves, grid: Real, values: Real, sine_squared: float) -> list[float]:
    """Wavenumbers of the smallest frequencies in a direction, found from values on a grid."""

    def slope(k: float) -> float:
        return _dispersion_slope(waves, k, sine_squared)

    at = 1 + np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:]))
    between = [(float(grid[one - 1]), float(grid[one + 1])) for one in at.tolist()]
    return [
        scipy.optimize.root_scalar(slope, bracket=ends).root for ends in between if slope(ends[0]) < 0 < slope(ends[1])
    ]


def edges_at(waves: FilmWaves, delta: float) -> tuple[list[Edge], list[float]]:
    """The wavenumbers of the waves along and across the magnetisation, rising, and the distances between them.

    Where the direction of a wave matters little, two of them are almost the same; their distance is then known far
    better than they are, and with it what lies between.
    """
    found = sorted(Edge(k, sine_squared) for sine_squared in (0.0, 1.0) for k in waves_at(waves, delta, sine_squared))
    widths = []
    for at in range(len(found) - 1):
        width = _width(waves, *found[at : at + 2])
        if width < 0:  # rounding has put the two in the other order
            found[at : at + 2] = found[at + 1], found[at]
            width = _width(waves, *found[at : at + 2])
        widths.append(width)
    return found, widths


def _width(waves: FilmWaves, low: Edge, high: Edge) -> float:
    start, turn = float(low.k), float(high.sine_squared - low.sine_squared)
    width = float(high.k) - start
    if turn == 0 or abs(width) > CLOSE * start:
        return width
    # At the lower one ω² for the direction of the other differs from Δ² by what the two directions differ by.
    before = turn * float(dispersion_spread(waves, start))
    other = Edge(start, high.sine_squared)
    for _ in range(NEWTON):
        missed = before + float(squared_rise(waves, other, np.asarray(width)))
        width -= missed / _dispersion_slope(waves, start + width, float(high.sine_squared))
    return width


def wave_at(waves: FilmWaves, delta: float, sine_squared: float) -> tuple[float, float] | None:
    """Wavenumber in 1/m and ∂ω/∂k in m/s of the shortest undamped wave in a direction, None if there is none."""
    found = waves_at(waves, delta, sine_squared)
    if not found:
        return None
    return found[-1], _dispersion_slope(waves, found[-1], sine_squared) / (2 * delta)
