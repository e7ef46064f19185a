"""Where the magnetisation of a film points in a field; fields in mT."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.constants import mu_0
from scipy.optimize import brentq

from nvprotocol._checks import fail, show
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.limits import number_of_magnet
from nvprotocol.magnets.materials import Material

Orientation = Literal["normal", "in-plane", "oblique"]
Vector = tuple[float, float, float]

UPRIGHT = 1e-6
"""Angle in rad from the normal, or from the plane, up to which a film is taken as magnetised along it.

The difference is of the order of the angle; closer to the normal than this, what depends on the direction of a wave is
lost in rounding.
"""

_GRID = 1441
_DEGENERATE = 1e-9
"""Difference of two minima of the energy, in units of the field, from which they differ."""


class Equilibrium(NamedTuple):
    """A uniform magnetisation at the minimum of the energy −B cos(θ − θ_B) + (B_d/2) cos²θ, B_d = μ₀M_s − B_u.

    Attributes:
        sine: sin θ, θ between the magnetisation and the normal z.
        cosine: cos θ.
        azimuth: Direction of the magnetisation in the plane, in rad from x.
        internal_mt: B_i = B cos(θ − θ_B) − B_d cos²θ, the field that the spins precess in without their dynamic one.
    """

    sine: float
    cosine: float
    azimuth: float
    internal_mt: float

    @property
    def direction(self) -> tuple[float, float, float]:
        """The magnetisation as a unit vector."""
        x, y = self.sine * np.cos(self.azimuth), self.sine * np.sin(self.azimuth)
        return float(x), float(y), float(self.cosine)


def equilibrium(field_mt: tuple[float, float, float], demagnetisation_mt: float) -> Equilibrium:
    """The direction in which a film is magnetised in a field.

    Args:
        field_mt: The field B, z along the normal.
        demagnetisation_mt: B_d = μ₀M_s − B_u; negative for an easy axis along the normal that outweighs the shape.

    Raises:
        ArgumentError: If no direction is lower in energy than all others, or the field is 0.

    Examples:
        >>> from nvprotocol.magnets.film.equilibrium import equilibrium
        >>> tilted = equilibrium((0.0, 20.0, 20.0), 180.0)
        >>> round(float(np.rad2deg(np.arccos(tilted.cosine))), 1)
        84.3
    """
    along, normal = float(np.hypot(field_mt[0], field_mt[1])), field_mt[2]
    strength = float(np.hypot(along, normal))
    azimuth = float(np.arctan2(field_mt[1], field_mt[0])) if along else 0.0
    if strength == 0:
        fail("field_mt", "have a strength, or the film is not magnetised", f"is {show(field_mt)}")

    def torque(angle: float | NDArray) -> float | NDArray:
        """Derivative of the energy by θ."""
        return normal * np.sin(angle) - along * np.cos(angle) - demagnetisation_mt / 2 * np.sin(2 * np.asarray(angle))

    def energy(angle: float) -> float:
        return -normal * np.cos(angle) - along * np.sin(angle) + demagnetisation_mt / 2 * np.cos(angle) ** 2

    # −π < θ ≤ π holds both directions of the plane through the field and the normal, so that all minima are seen.
    grid = np.linspace(-np.pi, np.pi, _GRID) + 1e-3
    slopes = np.asarray(torque(grid))
    rising = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    minima = [float(brentq(torque, grid[at], grid[at + 1], xtol=1e-15, rtol=1e-15)) for at in rising]  # pyright: ignore[reportArgumentType]
    minima.sort(key=energy)
    if len(minima) > 1 and energy(minima[1]) - energy(minima[0]) <= _DEGENERATE * strength:
        must = "decide on the direction of the magnetisation"
        one, other = (show(round(float(np.rad2deg(angle)), 3)) for angle in minima[:2])
        fail(
            "field_mt", must, f"is {show(field_mt)}, in which {one}° and {other}° from the normal have the same energy"
        )
    angle = minima[0]
    sine, cosine = float(np.sin(angle)), float(np.cos(angle))
    if abs(sine) <= UPRIGHT:
        sine, cosine = 0.0, float(np.sign(cosine))
    elif abs(cosine) <= UPRIGHT:
        sine, cosine = float(np.sign(sine)), 0.0
    internal = normal * cosine + along * sine - demagnetisation_mt * cosine**2
    if sine < 0:  # the other direction in the plane
        sine, azimuth = -sine, azimuth + np.pi
    return Equilibrium(sine, cosine, azimuth, internal)


def magnetised(material: Material, field_mt: Vector, anisotropy_mt: float) -> tuple[Equilibrium, float]:
    """How a field magnetises a film, and the frequency of its uniform mode in GHz.

    Raises:
        ArgumentError: If not in one direction, or that is not stable.
    """
    effective = 1e3 * mu_0 * material.magnetisation_a_per_m - anisotropy_mt
    state = equilibrium(field_mt, effective)
    squared = state.internal_mt * (state.internal_mt + effective * state.sine**2)
    if not squared > 0 or state.internal_mt <= 0:
        fail("field_mt", "be one in which the film is magnetised uniformly", f"is {show(field_mt)}")
    return state, material.gyromagnetic_ghz_per_t * 1e-3 * float(np.sqrt(squared))


def orientation_of(state: Equilibrium) -> Orientation:
    """The word for a direction of the magnetisation."""
    if state.sine == 0:
        return "normal"
    return "in-plane" if state.cosine == 0 else "oblique"


def along(material: Material, field_mt: ArrayLike, orientation: str, anisotropy_mt: float) -> Vector:
    """A field of a strength along the normal or in the plane.

    Raises:
        ArgumentError: If the film is not magnetised that way in it.
    """
    strength = number_of_magnet(field_mt, "field_mt")
    effective = 1e3 * mu_0 * material.magnetisation_a_per_m - anisotropy_mt
    planar = orientation == "in-plane"
    if (strength + effective if planar else strength - effective) <= 0:
        way, limit = ("in its plane", -effective) if planar else ("along its normal", effective)
        fail("field_mt", f"exceed {show(limit)} to magnetise the film {way}", f"is {show(strength)}")
    return (strength, 0.0, 0.0) if planar else (0.0, 0.0, strength)
