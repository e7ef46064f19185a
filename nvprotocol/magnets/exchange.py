"""Qubits in contact with a magnet whose exchange decides its magnons: closed forms in one, two and three dimensions."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import hankel1

from nvprotocol._checks import fail, numeric_array, real_number, show, whole_number
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.longitudinal import two_magnon
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.occupation import polylogarithm
from nvprotocol.magnets.response import Response, one_magnon
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.validity import doubt
from nvprotocol.provenance import Note

__all__ = ["Exchange"]

Array = NDArray[np.float64]

LARGEST_WAVE_NUMBER = 0.4
"""Largest k₀ times the lattice constant without a doubt: A is off by 2.5 % of a there, by a quarter of it at half."""

MOST_MAGNONS = 0.1
"""Largest number of thermal magnons per site, in units of the spin, that linear spin waves are trusted with."""


@dataclass(frozen=True)
class Exchange(Magnet):
    r"""A ferromagnet with magnons ω_k = Ω + Dk² whose spins the qubits touch: H = λ σ⃗·S⃗ (supplement, Eqs. S24–S33).

    One function of the distance gives what one magnon does. With k̃ = √((Δ(1 + iα) − Ω)/D), Im k̃ > 0, cell volume v and
    P = λ²Sv/D the retarded Green's function is λ²G^R(r, Δ) = −is(r),

        1D: s = (P/k̃) e^(ik̃r),   2D: s = (P/2) H₀⁽¹⁾(k̃r),   3D: s = (P/2πir) e^(ik̃r),

    and a = (1 + n) Re s(0), A = (1 + n) Re s(r), J⊥ = Im s(r)/2: for α = 0, A/a = cos k₀r, J₀(k₀r), sin(k₀r)/k₀r. Below
    the gap, Δ < Ω, only J⊥ is left. Two magnons give D(r) and J_z.

    Args:
        dimension: 1, 2 or 3.
        gap_ghz: Bottom of the band Ω/2π.
        stiffness_m2_per_s: D in ω_k = Ω + Dk², in m²/s (rad); D of an energy in J·m² divided by ħ.
        spin: Spin S of a lattice site (of a block of spins, where a cell holds several).
        lattice_nm: Lattice constant, v = lattice_nm^dimension.
        coupling_mhz: λ/2π.
        damping: Gilbert damping α ≥ 0.
        aligned: Whether the magnet's spin points along the qubits' ground state |↑⟩. If not, S⁻ destroys a magnon where
            the qubit relaxes, energy is not conserved, and (but for the damping) nothing relaxes: only J⊥ is left.
        axis: Quantisation axis of the qubits in the coordinates of the positions, for their direct dipole coupling.

    Raises:
        ArgumentError: If an argument is not a number of the right sign.

    Examples:
        >>> magnet = nv.magnets.Exchange(
        ...     dimension=2, gap_ghz=2.0, stiffness_m2_per_s=8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=136)
        >>> medium = magnet.medium(10.0, frequency_ghz=2.87, temperature_k=0.1, dipole=False)
        >>> float((medium.relaxation[0, 1] / medium.relaxation[0, 0]).real.round(4))  # J₀(k₀r)
        0.983
    """

    dimension: int
    gap_ghz: float
    stiffness_m2_per_s: float
    spin: float
    lattice_nm: float
    coupling_mhz: float
    damping: float = 0.0
    aligned: bool = True
    axis: tuple[float, float, float] = field(default=(0.0, 0.0, 1.0))

    def __post_init__(self) -> None:
        whole_number(self.dimension, "dimension", minimum=1, maximum=3)
        for name in ("gap_ghz", "stiffness_m2_per_s", "spin", "lattice_nm"):
            object.__setattr__(self, name, real_number(getattr(self, name), name, above=0.0))
        object.__setattr__(self, "coupling_mhz", real_number(self.coupling_mhz, "coupling_mhz"))
        object.__setattr__(self, "damping", real_number(self.damping, "damping", minimum=0.0))
        if not isinstance(self.aligned, bool):
            fail("aligned", "be True or False", f"is {show(self.aligned)}")
        axis = numeric_array(self.axis, "axis", real=True)
        if axis.shape != (3,) or not np.isclose(np.linalg.norm(axis), 1.0, rtol=1e-9):
            fail("axis", "be a unit vector of three components", f"is {self.axis}")

    # The magnet in rad/µs and nm.

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
        frequency = np.asarray(frequency, dtype=float)
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
        k, distance = np.broadcast_arrays(np.asarray(wave_number, dtype=complex), np.asarray(distance, dtype=float))
        here = distance == 0
        r = np.where(here, 1.0, distance)
        if self.dimension == 1:
            s, local = np.exp(1j * k * r) / k, np.real(1 / k)
        elif self.dimension == 2:
            s, local = hankel1(0, k * r) / 2, 0.5 - np.angle(k) / np.pi
        else:
            s, local = np.exp(1j * k * r) / (2j * np.pi * r), np.real(k) / (2 * np.pi)
        value = self.strength * np.where(here, local, s)
        return np.where(np.real(k) == 0, 1j * value.imag, value)  # evanescent: nothing relaxes, rounding included

    def response(self, setting: Setting, *, dephasing: bool = True) -> Response:
        """Rates and couplings for every displacement, without thermal magnons in the relaxation.

        Args:
            setting: Where the qubits are and what they feel.
            dephasing: Whether D and J_z are worked out.

        Raises:
            ArgumentError: If the splitting is the gap, or D diverges: in 1D at T > 0 without damping.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> answer = magnet.response(Setting.read(1, separation_nm=50.0, frequency_ghz=1.9))
            >>> bool(answer.relaxation[0] == 0), bool(answer.flip_flop[1] < 0)  # below the gap, ferromagnetic
            (True, True)
        """
        k = self.wave_number(setting.frequency)
        if np.any(k == 0):
            fail(
                "frequency_ghz", f"differ from the gap, {show(self.gap_ghz)} GHz, unless there is damping", "is the gap"
            )
        s = self.propagator(setting.distance, k)
        relaxation, flip_flop = one_magnon(s, s)
        size = {1: 1 / np.abs(k), 2: np.full(k.shape, 0.5), 3: np.abs(k) / (2 * np.pi)}[self.dimension]
        travelling = self.aligned & (setting.frequency > self.gap)
        correlated, ising = np.zeros(()), np.zeros(())
        if dephasing and np.any(setting.temperature > 0):
            correlated, ising = two_magnon(self, setting)
        return Response(
            relaxation=relaxation,
            flip_flop=flip_flop,
            dephasing=correlated,
            ising=ising,
            shift=-2 * self.coupling * self.polarisation(setting.temperature, setting.chemical_potential),
            group_velocity=np.where(travelling, 2 * self.stiffness * k.real, np.inf),
            edge=self.stiffness * np.abs(k) ** 2,
            dressing=self.strength * size,
            quanta=1 if self.aligned else -1,
        )

    def polarisation(self, temperature: ArrayLike, chemical_potential: ArrayLike = 0.0) -> Array:
        """⟨S^z⟩ of a site in linear spin-wave theory, ±(S − v(T/4πD)^(d/2) Li_{d/2}(e^(−(Ω−μ)/T))), all in rad/µs.

        Examples:
            >>> magnet = nv.magnets.Exchange(2, 2.0, 8e-6, 14.2, 1.24, 1.0, aligned=False)
            >>> float(magnet.polarisation(0.0))
            -14.2
        """
        t = np.asarray(temperature, dtype=float)
        order = self.dimension / 2
        warm = np.where(t > 0, t, 1.0)
        size = (self.lattice_nm**2 * warm / (4 * np.pi * self.stiffness)) ** order
        lost = size * polylogarithm(order, (self.gap - np.asarray(chemical_potential)) / warm)
        return (1 if self.aligned else -1) * (self.spin - np.where(t > 0, lost, 0.0))

    def describe(self) -> tuple[str, str]:
        """The magnet in words, and the approximation.

        Examples:
            >>> nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0).describe()[0]
            'exchange magnet in 1D: gap 2 GHz, D = 8e-06 m²/s, S = 14.2, lattice 1.24 nm, λ/2π = 1 MHz, α = 0'
        """
        source = (
            f"exchange magnet in {self.dimension}D: gap {show(self.gap_ghz)} GHz, "
            f"D = {show(self.stiffness_m2_per_s)} m²/s, S = {show(self.spin)}, lattice {show(self.lattice_nm)} nm, "
            f"λ/2π = {show(self.coupling_mhz)} MHz, α = {show(self.damping)}"
            f"{'' if self.aligned else ', its spin turned against the qubits'}"
        )
        return source, "second order in λ, Born–Markov, linear spin waves ω = Ω + Dk² without a zone edge"

    def remarks(self, setting: Setting, response: Response) -> list[Note]:  # noqa: ARG002
        """Doubts about the continuum and the spin waves, and what is special: below the gap, spin the wrong way.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> setting = Setting.read(1, separation_nm=50.0, frequency_ghz=1.9)
            >>> print(magnet.remarks(setting, magnet.response(setting))[0].text)
            The splitting is below the gap: no magnon of that energy, so only J⊥ is left but for damping.
        """
        short = self.lattice_nm * np.abs(self.wave_number(setting.frequency))
        lost = 1 - np.abs(self.polarisation(setting.temperature, setting.chemical_potential)) / self.spin
        near = self.lattice_nm / np.min(setting.distance[..., 1:], initial=np.inf)
        notes = [
            doubt(short, LARGEST_WAVE_NUMBER, "Waves are short: k₀ times the lattice constant is {}, above {}."),
            doubt(near, 1.0, "Qubits are closer than the lattice constant: it is {} of their distance, above {}."),
            doubt(lost, MOST_MAGNONS, "It is warm for linear spin waves: {} of the magnet's spin is lost, above {}."),
        ]
        if not self.aligned:
            notes.append(
                Note("The magnet's spin points against |↑⟩: S⁻ destroys magnons, so nothing relaxes but by damping.")
            )
        elif np.any(setting.frequency < self.gap):
            text = "The splitting is below the gap: no magnon of that energy, so only J⊥ is left but for damping."
            notes.append(Note(text))
        return [note for note in notes if note is not None]

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
        frequency = numeric_array(frequency_ghz, "frequency_ghz", real=True)
        if not self.aligned:
            fail("aligned", "be True where magnons are emitted", "is False: the qubits emit none")
        if np.any(frequency <= self.gap_ghz):
            must = f"lie above the gap, {show(self.gap_ghz)} GHz, where magnons are emitted"
            fail("frequency_ghz", must, f"is {show(float(frequency.min()))}")
        return frequency * RAD_PER_US_PER_GHZ
