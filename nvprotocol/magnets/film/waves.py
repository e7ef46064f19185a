"""Spin waves of a film in its lowest thickness mode, and the spectrum of the field that they make; SI units, rad/s."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import hbar, mu_0

from nvprotocol._typing import ArrayLike

SMALL = 1e-3
"""Value of kt below which 1 − (1 − e^(−kt))/kt comes from its series, to keep all digits."""


@dataclass(frozen=True)
class FilmWaves:
    """What a film's spin waves depend on.

    Attributes:
        gap: Frequency Ω at k = 0 in rad/s.
        stiffness: D of ω = Ω + Dk² in m²/s.
        magnetisation: ω_M = γμ₀M_s in rad/s.
        thickness: t in m.
        damping: Gilbert damping α.
        gyromagnetic: γ of the film in rad/(s T).
        qubit_gyromagnetic: γ of the spin qubits in rad/(s T).
        sine: sin θ, θ between the magnetisation and the film's normal.
        cosine: cos θ; exactly 0 or ±1 for a film magnetised in its plane or along its normal.
        anisotropy: b = B_u/μ₀M_s, the field of an easy axis along the normal in units of the film's own.
    """

    gap: float
    stiffness: float
    magnetisation: float
    thickness: float
    damping: float
    gyromagnetic: float
    qubit_gyromagnetic: float
    sine: float = 0.0
    cosine: float = 1.0
    anisotropy: float = 0.0

    @property
    def noise_strength(self) -> float:
        """K = ħ γ_q² μ₀ ω_M / 4t in m²/s², in front of the integrals for the transfer function."""
        return hbar * self.qubit_gyromagnetic**2 * mu_0 * self.magnetisation / (4 * self.thickness)

    @property
    def isotropic(self) -> bool:
        """Whether the frequency does not depend on the direction of a wave: a film magnetised along its normal."""
        return self.sine == 0

    @property
    def out_of_plane(self) -> float:
        """ω_M(1 − b) sin²θ in rad/s, what tilting the magnetisation out of the plane costs."""
        return self.magnetisation * (1 - self.anisotropy) * self.sine**2

    @property
    def field_frequency(self) -> float:
        """ω_i = γB_i of the internal field, from Ω² = ω_i(ω_i + ω_M(1 − b) sin²θ)."""
        half = self.out_of_plane / 2
        root = float(np.hypot(half, self.gap))
        return self.gap**2 / (half + root) if half >= 0 else root - half

    def exchange(self, k: ArrayLike) -> NDArray:
        """W = ω_i + Dk² in rad/s; k may be complex."""
        return self.field_frequency + self.stiffness * np.square(k)

    def volume_share(self, k: ArrayLike) -> NDArray:
        """1 − (1 − e^(−kt))/kt: the share of the dipolar field that volume charges make; k may be complex."""
        x = np.asarray(k) * self.thickness
        small = np.abs(x) < SMALL
        if not small.any():
            return np.asarray(1 + np.expm1(-x) / x)
        safe = np.where(small, 1.0, x)
        return np.where(small, x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x / 120))), 1 + np.expm1(-safe) / safe)

    def volume_share_slope(self, k: ArrayLike) -> NDArray:
        """Derivative of `volume_share` by k, in m."""
        x = np.asarray(k) * self.thickness
        small = np.abs(x) < SMALL
        safe = np.where(small, 1.0, x)
        exact = (-np.expm1(-safe) - safe * np.exp(-safe)) / safe**2
        return self.thickness * np.where(small, 1 / 2 - x * (1 / 3 - x * (1 / 8 - x / 30)), exact)

    def height_filter(self, k: ArrayLike, heights: ArrayLike) -> NDArray:
        """e^(−2kh) (1 − e^(−kt))²: how the stray field of a uniform thickness mode depends on height."""
        return np.exp(-2 * np.asarray(k) * heights) * np.expm1(-np.asarray(k) * self.thickness) ** 2

    def filtered_weight(self, heights: ArrayLike) -> NDArray[np.float64]:
        """∫ k dk e^(−2kh) (1 − e^(−kt))² in 1/m², in closed form."""
        h, t = np.asarray(heights, dtype=float), self.thickness
        return 1 / (2 * h) ** 2 - 2 / (2 * h + t) ** 2 + 1 / (2 * h + 2 * t) ** 2
