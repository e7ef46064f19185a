"""Qubits in contact with a magnet whose exchange decides its magnons: closed forms in one, two and three dimensions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, real_number, require_bounded, show, times_array, truth, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.exchange.lamb import lamb_shift
from nvprotocol.magnets.exchange.longitudinal import two_magnon
from nvprotocol.magnets.exchange.markov import MarkovCheck, check_markov
from nvprotocol.magnets.exchange.spin_waves import SpinWaves, local_size
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.response import Response, one_magnon
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.validity import validity_note
from nvprotocol.medium import Note

__all__ = ["Exchange"]

Array = NDArray[np.float64]

LARGEST_WAVE_NUMBER = 0.4
"""Largest k₀ times the lattice constant without a warning: A is off by 2.5 % of a there, by a quarter of it at half."""

MOST_MAGNONS = 0.1
"""Largest number of thermal magnons per site, in units of the spin, that linear spin waves are trusted with."""


@dataclass(frozen=True)
class Exchange(SpinWaves, Magnet):
    r"""A ferromagnet with magnons ω_k = Ω + Dk², exchange-coupled to the qubits: H = λ σ⃗·S⃗ (Eqs. S24–S33).

    One function of the distance gives what one magnon does. With k̃ = √((Δ(1 + iα) − Ω)/D), Im k̃ > 0, cell volume v and
    P = λ²Sv/D the retarded Green's function is λ²G^R(r, Δ) = −is(r),

        1D: s = (P/k̃) e^(ik̃r),   2D: s = (P/2) H₀⁽¹⁾(k̃r),   3D: s = (P/2πir) e^(ik̃r),

    and a = (1 + n) Re s(0), A = (1 + n) Re s(r), J⊥ = Im s(r)/2: for α = 0, A/a = cos k₀r, J₀(k₀r), sin(k₀r)/k₀r. Below
    the gap, Δ < Ω, only J⊥ is left. Two magnons give D(r) and J_z. (S30 prints J₁ and J₂ without the λ² of S31.)

    The coupling conserves the spin. Of an NV centre near spins that a field along its axis polarises, it therefore
    relaxes the transition |+1⟩ → |0⟩ (`aligned`) and not |−1⟩ → |0⟩, whose Δm = +1 is that of a magnon, too. Nor does
    one thermal magnon lead from |0⟩ to the third level.

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

    def check(self, setting: Setting) -> None:
        """Refuses a chemical potential out of its bounds, and a splitting at the gap without damping.

        Where the magnet's spin points against the qubits, relaxation destroys a magnon, and −μ must be less than Δ.

        Examples:
            >>> nv.magnets.Exchange(2, 2.0, 8e-6, 14.2, 1.24, 1.0).medium(50.0, frequency_ghz=2.0)
            Traceback (most recent call last):
                ...
            nvprotocol.errors.ArgumentError: Argument `frequency_ghz` must differ from the gap, 2 GHz, but is the gap.
        """
        super().check(setting)
        if not self.aligned and np.any(setting.frequency + setting.chemical_potential <= 0):
            worst = float(np.min(setting.chemical_potential) / RAD_PER_US_PER_GHZ)
            fail(
                "chemical_potential_ghz", "lie above minus the splitting where `aligned` is False", f"is {show(worst)}"
            )
        if np.any(self.wave_number(setting.frequency) == 0):
            fail("frequency_ghz", f"differ from the gap, {show(self.gap_ghz)} GHz", "is the gap")

    def response(self, setting: Setting, *, dephasing: bool = True) -> Response:
        """Rates and couplings for every displacement, without thermal magnons in the relaxation.

        Args:
            setting: Positions, frequencies and axes of the qubits.
            dephasing: Whether D and J_z are worked out.

        Raises:
            ArgumentError: If D diverges: in 1D at T > 0 without damping.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> answer = magnet.response(Setting.read(1, separation_nm=50.0, frequency_ghz=1.9))
            >>> bool(answer.relaxation[0] == 0), bool(answer.flip_flop[1] < 0)  # below the gap, ferromagnetic
            (True, True)
        """
        instance(setting, "setting", Setting)
        dephasing = truth(dephasing, "dephasing")
        k = self.wave_number(setting.frequency)
        s = self.propagator(setting.distance, k)
        relaxation, flip_flop = one_magnon(s, s)
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
            dressing=self.strength * local_size(self.dimension, k),
            quanta=1 if self.aligned else -1,
        )

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
            f"{'' if self.aligned else ', its spin antiparallel to the qubits'}"
        )
        return source, "second order in λ, Born–Markov, linear spin waves ω = Ω + Dk² without a zone edge"

    def remarks(self, setting: Setting, response: Response) -> list[Note]:
        """Validity of the continuum and of linear spin waves, and what is special: below the gap, spin the wrong way.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> setting = Setting.read(1, separation_nm=50.0, frequency_ghz=1.9)
            >>> print(magnet.remarks(setting, magnet.response(setting))[0].text)
            The splitting is below the gap: no magnon of that energy, so only J⊥ is left but for damping.
        """
        instance(setting, "setting", Setting), instance(response, "response", Response)
        short = self.lattice_nm * np.abs(self.wave_number(setting.frequency))
        # At high temperature the formula exceeds the spin: with a sign, lest the remainder passes for a spin again.
        towards = 1 if self.aligned else -1
        lost = 1 - towards * self.polarisation(setting.temperature, setting.chemical_potential) / self.spin
        near = self.lattice_nm / np.min(setting.distance[..., 1:], initial=np.inf)
        notes = [
            validity_note(
                short, LARGEST_WAVE_NUMBER, "Waves are short: k₀ times the lattice constant is {}, above {}."
            ),
            validity_note(
                near, 1.0, "Qubits are closer than the lattice constant: it is {} of their distance, above {}."
            ),
            validity_note(
                lost,
                MOST_MAGNONS,
                "Linear spin-wave theory is at its limit: thermal magnons reduce the magnet's spin by {}, above {}.",
            ),
        ]
        if not self.aligned:
            notes.append(
                Note("The magnet's spin points against |↑⟩: S⁻ destroys magnons, so nothing relaxes but by damping.")
            )
        elif np.any(setting.frequency < self.gap):
            text = "The splitting is below the gap: no magnon of that energy, so only J⊥ is left but for damping."
            notes.append(Note(text))
        return [note for note in notes if note is not None]

    def lamb_shift_ghz(
        self, frequency_ghz: ArrayLike, temperature_k: ArrayLike = 0.0, chemical_potential_ghz: ArrayLike = 0.0
    ) -> Array:
        """Lamb shift of the splitting in GHz, H_Lamb = (λ²S/N)Σ_k (2n_k + 1) P/(ω_k − Δ) σᶻ (Eq. S9).

        Magnons above the splitting push the excited level down. Like the static shift it is part of the splitting as
        measured. In 2D and 3D it grows with the width of the band, which is taken as a sphere of wave vectors.

        Args:
            frequency_ghz: Splitting Δ/2π in GHz.
            temperature_k: Temperature in K.
            chemical_potential_ghz: Chemical potential μ/2πħ of the magnons.

        Returns:
            The shift; the arguments broadcast.

        Raises:
            ArgumentError: If an argument has the wrong sign, or the splitting is the gap.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0)
            >>> bool(magnet.lamb_shift_ghz(1.9) < 0)
            True
        """
        setting = Setting.read(
            self.dimension,
            positions_nm=np.zeros((1, self.dimension)),
            frequency_ghz=frequency_ghz,
            temperature_k=temperature_k,
            chemical_potential_ghz=chemical_potential_ghz,
        )
        self.check(setting)
        shift = lamb_shift(self, setting.frequency, setting.temperature, setting.chemical_potential)
        return shift[..., 0] / RAD_PER_US_PER_GHZ

    def markov_check(
        self, separation_nm: float, *, frequency_ghz: float, times: ArrayLike | None = None, modes: int = 800
    ) -> MarkovCheck:
        """The master equation of a pair against an exact model: the qubits and one magnon at T = 0.

        Args:
            separation_nm: Distance of the pair in nm.
            frequency_ghz: Splitting Δ/2π as measured, Lamb and static shift included.
            times: Times in µs; by default up to 8/a, or where nothing relaxes a period of the exchange, 2π/4|J⊥|.
            modes: Number of magnon modes for the even and the odd state each.

        Raises:
            ArgumentError: If an argument has the wrong sign or type, or the splitting is the gap.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 10.0)
            >>> magnet.markov_check(50.0, frequency_ghz=2.87).deviation < 0.005
            True
        """
        distance = real_number(separation_nm, "separation_nm", above=0.0)
        frequency = real_number(frequency_ghz, "frequency_ghz", above=0.0)
        modes = whole_number(modes, "modes", minimum=50, maximum=5000)
        if self.coupling == 0:
            fail("coupling_mhz", "not be 0 where it is put to the test", "is 0")
        self.check(Setting.read(self.dimension, separation_nm=distance, frequency_ghz=frequency))
        wanted = None if times is None else times_array(times)
        if wanted is not None:
            require_bounded(wanted, "times")
        return check_markov(self, distance, frequency * RAD_PER_US_PER_GHZ, wanted, modes)
