"""The Green's function of exchange magnons, ω_k = Ω + Dk² in d dimensions, in closed form."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import hankel1

from nvprotocol._typing import ArrayLike

Array = NDArray[np.float64]


def propagator(dimension: int, distance: ArrayLike, wave_number: ArrayLike) -> NDArray[np.complex128]:
    """s(r)/P with s = iλ²G^R(r), P = λ²Sv/D, and k̃ the wave number: i∫dᵈk/(2π)ᵈ 2e^(ik·r)/(k̃² − k²).

    In one, two, three dimensions e^(ik̃r)/k̃, H₀⁽¹⁾(k̃r)/2 and e^(ik̃r)/2πir. At r = 0 the real part alone, which is
    finite: Re 1/k̃, 1/2 − arg(k̃)/π, Re k̃/2π. For an evanescent wave, Re k̃ = 0, the real part is exactly 0.

    Args:
        dimension: 1, 2 or 3.
        distance: r in nm.
        wave_number: k̃ in 1/nm, Im k̃ ≥ 0.
    """
    k, distance = np.broadcast_arrays(np.asarray(wave_number, dtype=complex), np.asarray(distance, dtype=float))
    here = distance == 0
    r = np.where(here, 1.0, distance)
    if dimension == 1:
        s, local = np.exp(1j * k * r) / k, np.real(1 / k)
    elif dimension == 2:
        s, local = hankel1(0, k * r) / 2, 0.5 - np.angle(k) / np.pi
    else:
        s, local = np.exp(1j * k * r) / (2j * np.pi * r), np.real(k) / (2 * np.pi)
    value = np.where(here, local, s)
    return np.where(np.real(k) == 0, 1j * np.imag(value), value)


def local_size(dimension: int, wave_number: NDArray[np.complex128]) -> Array:
    """|s(0)|/P of a travelling wave of that |k̃|: 1/|k̃|, 1/2, |k̃|/2π."""
    k = np.abs(wave_number)
    return {1: 1 / k, 2: np.full(k.shape, 0.5), 3: k / (2 * np.pi)}[dimension]


def zone_edge(dimension: int, lattice: float) -> float:
    """Radius in 1/nm of the line, disc or ball that has as many wave vectors as the Brillouin zone (Debye's)."""
    return np.pi / lattice * {1: 1.0, 2: 2 / np.sqrt(np.pi), 3: (6 / np.pi) ** (1 / 3)}[dimension]
