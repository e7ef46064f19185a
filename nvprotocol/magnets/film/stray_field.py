"""What a spin picks up of the stray field of waves: the field of a wave has the direction n = (−ik_x/k, −ik_y/k, 1).

With φ the direction of the wave, a spin whose transition has the matrix element c absorbs or emits it with the
amplitude c·n*, and what two spins share has the weight (c₁·n*)(c₂·n*)*, a trigonometric polynomial of φ.
"""

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Pair = tuple[NDArray, NDArray]
"""The vectors of two spins, each of shape (3,)."""

ORDERS = np.arange(-2, 3)


def shared_weight(pair: Pair, sine: NDArray, cosine: NDArray) -> Complex:
    """(c₁·n*)(c₂·n*)* in the direction φ; for a complex sine and cosine its analytic continuation."""
    first, second = pair[0], np.conj(pair[1])
    return np.asarray(
        (1j * (first[0] * cosine + first[1] * sine) + first[2])
        * (-1j * (second[0] * cosine + second[1] * sine) + second[2])
    )


def harmonics(pair: Pair) -> Complex:
    """Coefficients of e^(imφ), m = −2 … 2, of the weight that two spins share.

    Examples:
        >>> from nvprotocol.magnets.film.stray_field import harmonics
        >>> upright = np.array([1, -1j, 0]) / np.sqrt(2)
        >>> np.abs(harmonics((upright, upright))).round(12).tolist()
        [0.0, 0.0, 0.5, 0.0, 0.0]
    """
    first, second = (np.array([0.5j * (c[0] + 1j * c[1]), c[2], 0.5j * (c[0] - 1j * c[1])]) for c in (pair[0], pair[1]))
    return np.convolve(first, np.conj(second)[::-1])


def turned(vector: NDArray, azimuth: float) -> NDArray:
    """A vector of the laboratory in a frame that is turned about z by an angle."""
    cosine, sine = np.cos(azimuth), np.sin(azimuth)
    return np.array([cosine * vector[0] + sine * vector[1], cosine * vector[1] - sine * vector[0], vector[2]])
