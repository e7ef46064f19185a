"""Directions of the four kinds of NV centres in a diamond, by how its surface was cut."""

from collections.abc import Mapping

import numpy as np

from nvprotocol._checks import one_of, real_number
from nvprotocol._read_only import ReadOnlyDict

__all__ = ["nv_axes"]

Vector = tuple[float, float, float]

_AXES = {"[111]": (1, 1, 1), "[1-1-1]": (1, -1, -1), "[-11-1]": (-1, 1, -1), "[-1-11]": (-1, -1, 1)}
_CUTS = {
    "100": ((0, 0, 1), (1, 0, 0)),
    "110": ((1, 1, 0), (0, 0, 1)),
    "111": ((1, 1, 1), (1, 1, -2)),
}
"""Of each cut the direction of its surface normal z, and that of x in the surface."""


def nv_axes(cut: str = "100", azimuth_deg: float = 0.0) -> Mapping[str, Vector]:
    """Unit vectors along the four ⟨111⟩ directions of a diamond, in the frame of its surface.

    z is the surface normal, [001], [110] or [111], and x the direction [100], [001] or [11-2] in the surface, before
    the diamond is turned about z. An NV centre lies along each of the four; the names are those of the directions in
    the crystal. In a (100) diamond all four stand at 54.74° from the normal, in a (111) diamond one stands upright and
    three at 109.47°, in a (110) diamond two lie in the surface and two stand at 35.26°, up or down.

    Args:
        cut: "100", "110" or "111", the Miller indices of the surface.
        azimuth_deg: Angle in degrees by which the diamond is turned about z.

    Raises:
        ArgumentError: If the cut is unknown or the angle no number.

    Examples:
        >>> axis = nv.magnets.nv_axes("111")["[111]"]
        >>> [round(one, 6) for one in axis]
        [0.0, 0.0, 1.0]
        >>> tilts = [np.rad2deg(np.arccos(axis[2])) for axis in nv.magnets.nv_axes("100").values()]
        >>> np.round(tilts, 2).tolist()
        [54.74, 125.26, 125.26, 54.74]
    """
    normal, edge = (np.array(one, dtype=float) for one in _CUTS[one_of(cut, "cut", tuple(_CUTS))])
    angle = np.deg2rad(real_number(azimuth_deg, "azimuth_deg"))
    z, along = normal / np.linalg.norm(normal), edge / np.linalg.norm(edge)
    across = np.cross(z, along)
    # A diamond turned by the angle: its own direction x lies at that angle from the laboratory's.
    x = np.cos(angle) * along - np.sin(angle) * across
    y = np.sin(angle) * along + np.cos(angle) * across
    directions = {name: np.array([x, y, z]) @ np.array(one) / np.sqrt(3) for name, one in _AXES.items()}
    return ReadOnlyDict({name: (float(a), float(b), float(c)) for name, (a, b, c) in directions.items()})
