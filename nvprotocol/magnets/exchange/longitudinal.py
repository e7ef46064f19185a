"""What two magnons do: correlated dephasing D(r) and Ising coupling J_z(r) of an exchange-coupled magnet."""

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._warnings import warn
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.exchange.spin_waves import SpinWaves, zone_edge
from nvprotocol.magnets.setting import Setting

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest error of the integrals, in units of d."""


def two_magnon(magnet: SpinWaves, setting: Setting) -> tuple[Array, Array]:
    """D and J_z of every displacement in rad/µs, shapes (…, 1+P); the first entry of D is d.

    With ρ(r, ω) = Re s(r, ω)/2πSλ² the density of magnons between two sites, the correlator of δS^z = −b†b gives
    D(r) = πλ²∫dω n(1 + n)ρ² (S33) and J_z = λ²G^R_zz(0) = (1/4πS²λ²)∫dω n Im s² (S32). Magnons live for 1/α(ω−μ): with
    it the integral of the dephasing exists in 1D, too, where it otherwise diverges at the band bottom.

    Args:
        magnet: The magnet.
        setting: Positions, frequencies and axes of the qubits.

    Raises:
        ArgumentError: If the integral diverges.
    """
    if magnet.dimension == 1 and magnet.damping == 0:
        must = "be greater than 0 in 1D at T > 0, where slow magnons dephase without bound (or ask for dephasing=False)"
        fail("damping", must, "is 0")
    parts = [_integral(magnet, setting, below=False)]
    if magnet.damping > 0:
        parts.append(_integral(magnet, setting, below=True))
    total = (
        np.sum(parts, axis=0) / (4 * np.pi * (magnet.spin * magnet.coupling) ** 2) if magnet.coupling else 0 * parts[0]
    )
    return total[..., 0], total[..., 1]


def _integral(magnet: SpinWaves, setting: Setting, *, below: bool) -> Array:
    """∫dω of n(1 + n)(Re s)² and n Im s², shape (…, 1+P, 2), over the band or the tail that damping leaves below it."""
    depth = (magnet.gap - setting.chemical_potential) / magnet.stiffness
    edge = zone_edge(magnet.dimension, magnet.lattice_nm)
    thermal = np.sqrt(40 * setting.temperature / magnet.stiffness)
    longest = np.sqrt(depth) if below else np.minimum(thermal, edge)
    longest = np.where(setting.temperature > 0, longest, 0.0)

    def integrand(u: float) -> Array:
        k = longest * u
        squared = depth + (-1 if below else 1) * k**2  # (ω − μ)/D
        wave = np.sqrt((squared - depth) + 1j * magnet.damping * squared)
        wave = np.where(wave == 0, 1e-300, wave)
        n = occupation(np.where(squared > 0, squared, 1.0) * magnet.stiffness, setting.temperature)
        s = magnet.propagator(setting.distance, wave)
        weight = np.where(squared > 0, 2 * magnet.stiffness * k * longest * n, 0.0)
        return np.stack([weight * (1 + n) * s.real**2, weight * np.imag(s**2)], axis=-1)

    nodes, weights = np.polynomial.legendre.leggauss(64)
    size = np.tensordot(weights / 2, np.stack([integrand(u) for u in (nodes + 1) / 2]), axes=1)[..., :1, :1]
    size = np.where(size > 0, size, 1.0)
    value, error = scipy.integrate.quad_vec(
        lambda u: integrand(u) / size, 0, 1, epsabs=TOLERANCE, epsrel=0, norm="max"
    )[:2]
    if error > 1e3 * TOLERANCE:
        text = f"The integral of dephasing and J_z is known to {show(float(error))} of d only."
        warn(text, ValidityWarning, stacklevel=2)
    return value * size
