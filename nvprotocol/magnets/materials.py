"""Magnetic materials as data. Every number says where it is from; what could not be confirmed is not here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import pi

from scipy.constants import mu_0, physical_constants

from nvprotocol._checks import fail, real_number, show, text
from nvprotocol._read_only import ReadOnlyDict, holds_read_only, protect
from nvprotocol.magnets.limits import number_of_magnet

__all__ = ["YIG", "YIG_COLD", "YIG_SPUTTERED", "Material"]

_FREE_ELECTRON_GHZ_PER_T = physical_constants["electron gyromag. ratio in MHz/T"][0] * 1e-3
_BOHR_MAGNETON = physical_constants["Bohr magneton"][0]


@dataclass(frozen=True, kw_only=True)
@holds_read_only
class Material:
    """What a film is made of.

    Another state of a material (temperature, doping) is made by `dataclasses.replace`.

    Attributes:
        name: Name.
        magnetisation_a_per_m: Saturation magnetisation M_s in A/m.
        exchange_t_m2: Exchange constant 2A/M_s in T·m²: a wave has the additional field 2A k²/M_s.
        gyromagnetic_ghz_per_t: γ/2π in GHz/T, the free electron's if not given.
        damping: Gilbert damping as measured, None where it is not known. A `Film` does not take it by itself: in thin
            films and at low temperature it varies by orders of magnitude.
        sources: Where each number is from, by the names of the attributes.

    Raises:
        ArgumentError: If a number is not positive or a source is given for what is not a number of the material.

    Examples:
        >>> from dataclasses import replace
        >>> warm = replace(nv.magnets.YIG, magnetisation_a_per_m=1.3e5, name="YIG, warmer")
        >>> warm.name, f"{nv.magnets.YIG.stiffness_m2_per_s:.2e}"
        ('YIG, warmer', '9.26e-06')
    """

    name: str
    magnetisation_a_per_m: float
    exchange_t_m2: float
    gyromagnetic_ghz_per_t: float = _FREE_ELECTRON_GHZ_PER_T
    damping: float | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        for name in ("magnetisation_a_per_m", "exchange_t_m2", "gyromagnetic_ghz_per_t"):
            object.__setattr__(self, name, number_of_magnet(getattr(self, name), name))
        if self.damping is not None:
            object.__setattr__(self, "damping", real_number(self.damping, "damping", minimum=0.0, maximum=1.0))
        text(self.name, "name")
        if not isinstance(self.sources, Mapping):
            fail("sources", "be a mapping of names to texts", f"is {show(self.sources)}")
        for name in self.sources:
            if not isinstance(name, str) or name not in self.__dataclass_fields__ or name in ("name", "sources"):
                fail("sources", "name numbers of the material", f"names {show(name)}")
        object.__setattr__(self, "sources", ReadOnlyDict(self.sources))
        protect(self)

    @property
    def stiffness_m2_per_s(self) -> float:
        """D = γ·2A/M_s in rad m²/s, of ω = Ω + Dk²."""
        return self.gyromagnetic * self.exchange_t_m2

    @property
    def gyromagnetic(self) -> float:
        """γ in rad/(s T)."""
        return 2e9 * pi * self.gyromagnetic_ghz_per_t

    @property
    def magnetisation_frequency(self) -> float:
        """ω_M = γμ₀M_s in rad/s."""
        return self.gyromagnetic * mu_0 * self.magnetisation_a_per_m


_CODATA = "free electron, CODATA: bulk-like within the accuracy of the other numbers"
_EXCHANGE = (
    "middle of (5.18 … 5.34)·10⁻¹⁷ T·m², standing spin waves of films of 0.9 … 2.6 µm at room temperature: Klingler et "
    "al., DOI 10.48550/arXiv.1408.5772"
)

YIG = Material(
    name="YIG",
    magnetisation_a_per_m=0.1800 / mu_0,
    exchange_t_m2=5.26e-17,
    damping=1e-4,
    sources={
        "magnetisation_a_per_m": "4πM_s = (1800 ± 20) G, films of about 100 nm by liquid-phase epitaxy at room "
        "temperature: Dubs et al., DOI 10.48550/arXiv.1608.08043",
        "exchange_t_m2": _EXCHANGE,
        "gyromagnetic_ghz_per_t": _CODATA,
        "damping": "close to 10⁻⁴, same films: Dubs et al., DOI 10.48550/arXiv.1608.08043",
    },
)
"""Yttrium iron garnet at room temperature: the film that magnonics uses."""

YIG_SPUTTERED = Material(
    name="YIG, sputtered",
    magnetisation_a_per_m=0.1766 / mu_0,
    exchange_t_m2=5.26e-17,
    gyromagnetic_ghz_per_t=28.3,
    damping=8.58e-5,
    sources={
        "magnetisation_a_per_m": "4πM_s = 1766 G of a film of 22 nm at room temperature: Chang et al., IEEE Magnetics "
        "Letters 5 (2014), article 6882836",
        "exchange_t_m2": _EXCHANGE,
        "gyromagnetic_ghz_per_t": "2.83 MHz/Oe: Chang et al., IEEE Magnetics Letters 5 (2014), article 6882836",
        "damping": "(8.58 ± 0.21)·10⁻⁵: Chang et al., IEEE Magnetics Letters 5 (2014), article 6882836",
    },
)
"""Yttrium iron garnet, a sputtered and annealed film of 22 nm at room temperature."""

YIG_COLD = Material(
    name="YIG, cold",
    magnetisation_a_per_m=8 * 5 * _BOHR_MAGNETON / 12.376e-10**3,
    exchange_t_m2=5.26e-17,
    sources={
        "magnetisation_a_per_m": "full ferrimagnetic order, derived: (3 − 2)·5 Bohr magnetons for each of 8 formula "
        "units in a cell, from three tetrahedral and two octahedral Fe³⁺ (S = 5/2; Gilleo and Geller, DOI "
        "10.1103/PhysRev.110.73), with the cubic cell a = 12.376 Å (room temperature; data of DOI "
        "10.1107/S2052520623000483)",
        "exchange_t_m2": _EXCHANGE + "; taken over unchanged, a value at low temperature is not known here",
        "gyromagnetic_ghz_per_t": _CODATA,
    },
)
"""Yttrium iron garnet well below 50 K. No damping: on its usual substrate it grows about tenfold at low T (Serha et
al., DOI 10.48550/arXiv.2412.02827) and depends on the sample."""
