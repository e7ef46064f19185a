"""A magnet in linear spin-wave theory: its band, its units, its Green's function, its polarisation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import hankel1

from nvprotocol._checks import (
    batch_shape,
    bounded_array,
    fail,
    positive_array,
    real_number,
    require_bounded,
    show,
    truth,
    unit_vector,
    whole_number,
)
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.bose import polylogarithm
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.limits import number_of_magnet

__all__ = ["SpinWaves"]

Array = NDArray[np.float64]

_COLDEST = 1e-50
"""In rad/µs: below it nothing is excited."""
_NEAREST_NM = 1e-100
"""Below it, what diverges at r = 0 is no number."""


@dataclass(frozen=True)
class SpinWaves:
    """Magnons ω_k = Ω + Dk² of a ferromagnet in one, two or three dimensions, and a qubit's coupling to it.

    The units of experiment are converted here; for the arguments see `Exchange`.

    Raises:
        ArgumentError: If an argument is not a number of the right sign.

    Examples:
        >>> magnet = nv.magnets.Exchange(2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=136)
        >>> round(magnet.strength / 2, 1)  # a₀ in 2D, in rad/µs
        1.0
    """

    dimension: int
    gap_ghz: float
    stiffness_m2_per_s: float
    spin: float
    lattice_nm: float
    coupling_mhz: float
    damping: float = 0.0
    aligned: bool = True
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        whole_number(self.dimension, "dimension", minimum=1, maximum=3)
        for name in ("gap_ghz", "stiffness_m2_per_s", "spin", "lattice_nm"):
            object.__setattr__(self, name, number_of_magnet(getattr(self, name), name))
        object.__setattr__(self, "coupling_mhz", number_of_magnet(self.coupling_mhz, "coupling_mhz"))
        object.__setattr__(self, "damping", real_number(self.damping, "damping", minimum=0.0))
        object.__setattr__(self, "dimension", int(self.dimension))
        object.__setattr__(self, "aligned", truth(self.aligned, "aligned"))
        # As a tuple: an array could be neither compared nor hashed.
        object.__setattr__(self, "axis", unit_vector(self.axis, "axis"))

    @property
    def gap(self) -> float:
        """Ω in rad/µs."""
        return self.gap_ghz * RAD_PER_US_PER_GHZ

    @property
    def stiffness(self) -> float:
        """D in nm² rad/µs."""
        return self.stiffness_m2_per_s * 1e12

    @property
    def coupling(self) -> float:
        """λ in rad/µs."""
        return self.coupling_mhz * RAD_PER_US_PER_GHZ / 1e3

    @property
    def strength(self) -> float:
        """P = λ²Sv/D, in nm^(d−2) rad/µs: what the one-magnon rates are measured in."""
        return self.coupling**2 * self.spin * self.lattice_nm**self.dimension / self.stiffness

    def wave_number(self, frequency: ArrayLike) -> NDArray[np.complex128]:
        """k̃ = √((Δ(1 + iα) − Ω)/D) in 1/nm with Im k̃ ≥ 0, for Δ in rad/µs; −Δ(1 − iα) takes its place if not aligned.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> complex(magnet.wave_number(2 * np.pi * 1870)).real  # below the gap: an evanescent wave
            0.0
        """
        frequency = bounded_array(frequency, "frequency", real=True)
        signed = frequency if self.aligned else -frequency
        return np.sqrt((signed - self.gap) / self.stiffness + 1j * self.damping * frequency / self.stiffness)

    def propagator(self, distance: ArrayLike, wave_number: ArrayLike) -> NDArray[np.complex128]:
        """s(r) = iλ²G^R(r) in rad/µs for r in nm and k̃ in 1/nm; at r = 0 its real part a₀ alone, which is finite.

        Examples:
            >>> magnet = nv.magnets.Exchange(3, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> near, at = magnet.propagator([1e-3, 0.0], 0.03).real
            >>> bool(abs(near / at - 1) < 1e-9)
            True
        """
        r, k = bounded_array(distance, "distance", real=True), bounded_array(wave_number, "wave_number")
        near = (r != 0) & (np.abs(r) < _NEAREST_NM)
        if np.any(near):
            fail(
                "distance",
                f"be 0 or at least {_NEAREST_NM:g} nm",
                f"{'contains' if r.ndim else 'is'} {show(r[near].flat[0])}",
            )
        if np.any(k == 0):
            fail("wave_number", "not be 0", "is 0" if k.ndim == 0 else "contains 0")
        batch_shape(0, distance=r, wave_number=k)
        return self.strength * propagator(self.dimension, r, k)

    def green_function(self, separation_nm: ArrayLike, frequency_ghz: ArrayLike) -> NDArray[np.complex128]:
        """λ²G^R(r, Δ) = −is(r) of S⁺ and S⁻ between two sites in rad/µs: −iA₀(r) + 2J⊥(r), without thermal magnons.

        It is the off-diagonal element of the no-jump Hamiltonian of a pair at T = 0.

        Args:
            separation_nm: Distance r > 0 in nm; in 2D and 3D the real part diverges at r = 0.
            frequency_ghz: Splitting Δ/2π in GHz; any but the gap.

        Returns:
            The Green's function; the arguments broadcast.

        Raises:
            ArgumentError: If an argument is not positive, or the splitting is the gap.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> complex(magnet.green_function(magnet.wavelength_nm(2.87) / 2, 2.87).round(6))  # A = −a, J⊥ = 0
            0.003324j
        """
        distance = positive_array(separation_nm, "separation_nm")
        frequency = positive_array(frequency_ghz, "frequency_ghz")
        require_bounded(frequency, "frequency_ghz")
        k = self.wave_number(frequency * RAD_PER_US_PER_GHZ)
        if np.any(k == 0):
            fail("frequency_ghz", f"differ from the gap, {show(self.gap_ghz)} GHz", "is the gap")
        batch_shape(0, separation_nm=distance, frequency_ghz=k)
        return -1j * self.propagator(distance, k)

    def polarisation(self, temperature: ArrayLike, chemical_potential: ArrayLike = 0.0) -> Array:
        """⟨S^z⟩ of a site in linear spin-wave theory, ±(S − v(T/4πD)^(d/2) Li_{d/2}(e^(−(Ω−μ)/T))), all in rad/µs.

        Examples:
            >>> magnet = nv.magnets.Exchange(2, 2.0, 8e-6, 14.2, 1.24, 1.0, aligned=False)
            >>> float(magnet.polarisation(0.0))
            -14.2
        """
        t = bounded_array(temperature, "temperature", real=True)
        mu = bounded_array(chemical_potential, "chemical_potential", real=True)
        batch_shape(0, temperature=t, chemical_potential=mu)
        if np.any(mu > self.gap):
            fail("chemical_potential", f"lie below the gap, {show(self.gap)} rad/µs", f"is {show(float(mu.max()))}")
        t = np.where(t < _COLDEST, 0.0, t)
        order = self.dimension / 2
        positive = np.where(t > 0, t, 1.0)
        size = (self.lattice_nm**2 * positive / (4 * np.pi * self.stiffness)) ** order
        lost = size * polylogarithm(order, (self.gap - mu) / positive)
        return (1 if self.aligned else -1) * (self.spin - np.where(t > 0, lost, 0.0))

    def wavelength_nm(self, frequency_ghz: ArrayLike) -> Array:
        """Wavelength 2π/k₀ of the magnons that the qubits emit.

        Args:
            frequency_ghz: Splitting Δ/2π in GHz, above the gap.

        Raises:
            ArgumentError: If the splitting does not lie above the gap, or the magnet is not aligned.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> float(magnet.wavelength_nm(2.87).round(1))
            240.4
        """
        return 2 * np.pi / self.wave_number(self.emitting(frequency_ghz)).real

    def emitting(self, frequency_ghz: ArrayLike) -> Array:
        """The splitting in rad/µs, once it is known that qubits emit magnons there.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> float(magnet.emitting(2.5).round(1))
            15708.0
        """
        frequency = bounded_array(frequency_ghz, "frequency_ghz", real=True)
        if not self.aligned:
            fail("aligned", "be True where magnons are emitted", "is False: the qubits emit none")
        if np.any(frequency <= self.gap_ghz):
            must = f"lie above the gap, {show(self.gap_ghz)} GHz, where magnons are emitted"
            fail("frequency_ghz", must, f"is {show(float(frequency.min()))}")
        return frequency * RAD_PER_US_PER_GHZ


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
