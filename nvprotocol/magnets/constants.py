"""Constants of nature in the units of this package: rad/µs, nm, K (CODATA, as SciPy has them).

The gyromagnetic ratio is the free electron's, γ/2π = 28.025 GHz/T; that of the NV centre's ground state is larger by
less than a part in a thousand.
"""

from scipy import constants

RAD_PER_US_PER_GHZ = 2e3 * constants.pi
"""Angular frequency in rad/µs of 1 GHz."""

RAD_PER_S_PER_GHZ = 2e9 * constants.pi
"""The same in rad/s."""

RAD_PER_US_PER_K = constants.k / constants.hbar * 1e-6
"""Thermal frequency k_B T/ħ in rad/µs of 1 K."""

MICRO, NANO = 1e-6, 1e-9
"""µs in s and nm in m: between the units of this package and SI."""

GAMMA = constants.physical_constants["electron gyromag. ratio"][0]
"""Gyromagnetic ratio γ in rad/(s·T)."""

DIPOLE = constants.mu_0 * GAMMA**2 * constants.hbar / (4 * constants.pi) * 1e27 * 1e-6
"""μ₀γ²ħ/4π in nm³ rad/µs: the dipole coupling of two electron spins times the cube of their distance."""

ZERO_FIELD_SPLITTING_GHZ = 2.87
"""D_zfs/2π of the NV centre's ground state at zero field (Doherty et al., doi:10.1016/j.physrep.2013.02.001)."""
