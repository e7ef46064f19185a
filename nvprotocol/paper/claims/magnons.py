"""Exchange with the magnons of a ferromagnet: rates, couplings, shifts and the Markov approximation (Eq. 1, S4–S33)."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.special import j0

from nvprotocol.entanglement import concurrence
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets import Exchange
from nvprotocol.master_equation import MasterEquation
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_most, equal, vanishes

__all__ = ["CLAIMS"]

_SPLITTING_GHZ, _BELOW_GHZ, _GAP_GHZ = 2.87, 1.9, 2.0
_STIFFNESS, _SPIN, _LATTICE_NM = 8e-6, 14.2, 1.24
_RAD_PER_US_PER_GHZ = 2e3 * np.pi


def _magnet(dimension: int, coupling_mhz: float, damping: float = 0.0, lattice_nm: float = _LATTICE_NM) -> Exchange:
    return Exchange(dimension, _GAP_GHZ, _STIFFNESS, _SPIN, lattice_nm, coupling_mhz, damping=damping)


def _parity(coupling_mhz: float, r: float, length: float, shortest: float, splitting_ghz: float) -> list[NDArray]:
    """Eq. 1 with one excitation on a ring, relative to the splitting: qubits and magnons, even and odd in turn.

    Magnons have k = 2πn/length up to 2π/shortest, in 1/nm; the even (odd) state of the qubits sees the cosines (sines).
    The first diagonal element cancels the Lamb shift of a qubit alone, so that the splitting is the one measured.
    """
    k = 2 * np.pi / length * np.arange(round(length / shortest) + 1)
    energies = (_GAP_GHZ - splitting_ghz) * _RAD_PER_US_PER_GHZ + _STIFFNESS * 1e12 * k**2
    g = np.full(k.size, 2 * coupling_mhz * 2 * np.pi * np.sqrt(2 * _SPIN * _LATTICE_NM / length))
    g[0] /= np.sqrt(2)  # k and −k are one
    lamb = np.sum(g**2 / energies) / 2
    found = []
    for wave in (np.cos(k * r / 2), np.sin(k * r / 2)):
        h = np.diag(np.concatenate([[lamb], energies]))
        h[0, 1:] = h[1:, 0] = g * wave
        found.append(h)
    return found


def _whole_system() -> Finding:
    coupling = 150.0
    magnet = _magnet(1, coupling)
    r = float(magnet.wavelength_nm(_SPLITTING_GHZ)) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)  # what it warns of is what is measured here
        medium = magnet.medium(r, frequency_ghz=_SPLITTING_GHZ, dipole=False)
    a = float(medium.relaxation[0, 0].real)
    velocity = 2 * _STIFFNESS * 1e12 * np.pi / r
    times = np.linspace(0, 5 / a, 41)
    amplitudes = []
    for h in _parity(coupling, r, 1.2 * velocity * times[-1], 30.0, _SPLITTING_GHZ):
        energies, vectors = np.linalg.eigh(h)
        amplitudes.append(np.exp(-1j * np.outer(times, energies)) @ vectors[0] ** 2)
    even, odd = amplitudes
    exact = np.abs((even + odd) * (even - odd)) / 2
    master = concurrence(MasterEquation(medium).evolve("ud", times))
    detour = a * r / velocity
    return Finding(
        (
            equal("a·r/v_g of a pair half a wavelength apart on a ring of magnons", detour, 0.021, digits=3),
            at_most(
                "largest |C exact − C master equation| until t = 5/a, over a·r/v_g",
                np.abs(exact - master).max() / detour,
                2.0,
            ),
            equal("C at the end, exact: ½(1 + a·r/v_g)⁻²", exact[-1], 0.5 / (1 + detour) ** 2, tolerance=2e-3),
        ),
        note="One excitation at T = 0, without approximation, against the Lindblad equation of the magnet.",
    )


def _markov() -> Finding:
    near = [_magnet(1, coupling).markov_check(_half_wave(), frequency_ghz=_SPLITTING_GHZ) for coupling in (20.0, 80.0)]
    far = _magnet(1, 80.0).markov_check(41 * _half_wave(), frequency_ghz=_SPLITTING_GHZ)
    magnet = _magnet(1, 1.0)
    time = float(magnet.wavelength_nm(_SPLITTING_GHZ)) / (2 * _STIFFNESS * 1e12 * np.pi / _half_wave())
    crossing = time * (_SPLITTING_GHZ - _GAP_GHZ) * _RAD_PER_US_PER_GHZ
    deviations = [one.deviation for one in near]
    return Finding(
        (
            equal("time of a magnon for its own wavelength times (Δ − Ω)", crossing, np.pi, digits=3),
            at_most("|C exact − C Markov| for a/(Δ − Ω) = .0002, .004 at r = λ/2", deviations, [0.002, 0.02]),
            at_most("the same for .004 at r = 20.5 λ", far.deviation, 0.02),
        ),
        (
            equal("a·r/v_g there", far.retardation, 0.25, digits=2),
            equal("C(∞) there, exact: ½(1 + a·r/v_g)⁻²", far.exact[-1], far.retarded_limit, tolerance=5e-3),
        ),
        note="A large Δ − Ω is not enough for a distant pair: a·r/v_g has to be small as well.",
    )  # fmt: skip


def _half_wave() -> float:
    return float(_magnet(1, 1.0).wavelength_nm(_SPLITTING_GHZ)) / 2


def _lamb_shift() -> Finding:
    """The excited level of one qubit below the band, on a ring of 2000 spins, against S9."""
    coupling, sites = 20.0, 2000
    single = _parity(coupling / np.sqrt(2), 0.0, sites * _LATTICE_NM, 2 * _LATTICE_NM, _BELOW_GHZ)[0]
    single[0, 0] = 0.0
    exact = np.linalg.eigvalsh(single)[0] / _RAD_PER_US_PER_GHZ * 1e6
    found = float(_magnet(1, coupling).lamb_shift_ghz(_BELOW_GHZ)) * 1e6
    return Finding(
        (
            equal("shift of the splitting in kHz over that of the exact level", found / exact, 1.0, tolerance=0.01),
            at_most("the shift in kHz: Δ shrinks", found, 0.0),
        ),
        note="Below the band the excited level is pushed down.",
    )


def _coherent_couplings() -> Finding:
    """J⊥ below the gap against a quarter of the splitting between the exact even and odd level."""
    coupling, ratios = 5.0, []
    for r in (10.0, 20.0, 40.0):
        levels = [np.linalg.eigvalsh(h)[0] for h in _parity(coupling, r, 2500.0, 2 * _LATTICE_NM, _BELOW_GHZ)]
        medium = _magnet(1, coupling).medium(r, frequency_ghz=_BELOW_GHZ, dipole=False)
        ratios.append(float(medium.flip_flop[0, 1].real) / ((levels[0] - levels[1]) / 4))
    return Finding(
        (
            equal("J⊥ = λ²Re G^R/2 over the exact splitting/4, r = 10, 20, 40 nm, Δ < Ω", ratios, 1.0, tolerance=2e-3),
            vanishes("a and A below the gap", medium.relaxation, 1e-15),
        )
    )


def _lattice() -> Finding:
    """A/a at T = 0 on a square lattice of 512² spins with damping against the closed form of the continuum."""
    errors = []
    for short in (0.2, 0.1):
        lattice = short / float(_magnet(2, 1.0).wave_number(np.array(_SPLITTING_GHZ * _RAD_PER_US_PER_GHZ)).real)
        magnet = _magnet(2, 1.0, damping=0.1, lattice_nm=lattice)
        one = 2 * np.pi * np.arange(512) / 512
        band = 2 * _STIFFNESS * 1e12 / lattice**2 * (2 - np.cos(one)[:, None] - np.cos(one)[None, :])
        energies = _GAP_GHZ * _RAD_PER_US_PER_GHZ + band
        green = np.fft.ifft2(1 / (_SPLITTING_GHZ * _RAD_PER_US_PER_GHZ * (1 + 0.1j) - energies))
        sites = np.array([round(x / short) for x in (0.4, 1.2, 2.4, 4.0, 5.6)])
        blocks = magnet.medium(sites * lattice, frequency_ghz=_SPLITTING_GHZ, dipole=False).relaxation
        closed = np.real(blocks[:, 0, 1] / blocks[:, 0, 0])
        errors.append(float(np.abs(closed - green[sites, 0].imag / green[0, 0].imag).max()))
    return Finding(
        (
            at_most("largest error of A/a at k₀ times the lattice constant = .2, .1", errors, [0.01, 0.0025]),
            equal("their ratio: the error is the lattice's, second order", errors[0] / errors[1], 4.0, tolerance=0.5),
        )
    )


def _stable() -> Finding:
    rng, lowest, share = np.random.default_rng(42), [], []
    for dimension in (1, 2, 3):
        magnet = _magnet(dimension, 1.0)
        medium = magnet.medium(
            positions_nm=rng.uniform(0, 400, (5, dimension)), frequency_ghz=_SPLITTING_GHZ, temperature_k=0.1,
            dipole=False, dephasing=False,
        )  # fmt: skip
        blocks = np.array([medium.relaxation, medium.excitation]) / medium.relaxation[0, 0].real
        lowest.append(np.minimum(np.linalg.eigvalsh(blocks), 0.0))
        share.append(float(np.abs(blocks[0] - np.eye(5)).max()))
    return Finding(
        (
            vanishes("negative eigenvalues of h for five qubits at random, 1D, 2D, 3D", lowest, 1e-12),
            at_most("largest |A|/a", share, 1.0, 1e-12),
        )
    )


def _length_scale() -> Finding:
    far, near = [], []
    for dimension in (1, 2, 3):
        r = _half_wave() * np.array([20.0, 1.0])
        blocks = _magnet(dimension, 1.0).medium(r, frequency_ghz=_SPLITTING_GHZ, dipole=False).relaxation
        ratio = np.abs(blocks[:, 0, 1] / blocks[:, 0, 0])
        far.append(float(ratio[0]))
        near.append(float(ratio[1]))
    at = _half_wave() / np.pi * np.array([0.2003, 0.641, 1.521])
    block = _magnet(2, 1.0).medium(at, frequency_ghz=_SPLITTING_GHZ, dipole=False).relaxation
    disc = np.abs(block[:, 0, 1] / block[:, 0, 0])
    return Finding(
        (at_most("|A|/a ten wavelengths apart in 1D, 2D, 3D: small", far, 0.2),),
        (
            equal("|A|/a ten wavelengths apart: |cos|, |J₀|, |sinc|", far, [1.0, abs(j0(20 * np.pi)), 0.0], digits=4),
            equal("|A|/a half a wavelength apart", near, [1.0, abs(j0(np.pi)), 0.0], digits=4),
            equal("|A|/a in 2D at k₀r = .2003, .641, 1.521", disc, [0.99, 0.9, 0.5], digits=3),
        ),
        note="In 2D and 3D the wavelength limits |A|; along a wire |A| = a at every multiple of λ/2.",
    )  # fmt: skip


CLAIMS = (
    Claim("eq1", "Eq. 1", "Two qubits on a magnet, H = H_S + H_E + H_SE, follow the master equation", _whole_system,
          "magnets/test_markov.py::test_the_exact_model_agrees_with_a_ring_of_spins"),
    Claim("S4-S5", "S4, S5, Discussion", "The Markov approximation holds where Δ − Ω is large against the rates",
          _markov, "magnets/test_markov.py::test_a_guide_ends_where_the_retarded_dark_state_says", Verdict.CORRECTED,
          ("E22",)),
    Claim("S6-S10", "S6–S10", "The bath shifts the splitting: H_Lamb = Im∫⟨{Y(τ), Y†}⟩e^(−iΔτ)dτ σᶻ/2", _lamb_shift,
          "magnets/test_markov.py::test_lamb_shift_moves_the_pole"),
    Claim("S29-S32", "S29–S32", "The coherent couplings are real parts of G^R", _coherent_couplings,
          "magnets/test_green.py::test_coherent_coupling_is_the_transform_of_the_integrand"),
    Claim("S33", "S33", "a and A are Green's functions of the magnet at Δ", _lattice,
          "magnets/test_green.py::test_closed_forms_agree_with_lattice_sums"),
    Claim("stability-magnons", "text below Eq. 6, S42",
          "Any magnet in equilibrium has a ≥ |A|, wherever the qubits are", _stable,
          "magnets/test_medium.py::test_a_thousand_random_magnets_are_stable"),
    Claim("length-scale", "text below Eq. 9, below S64",
          "|A| ≲ a needs qubits within the wavelength of the magnons at Δ", _length_scale,
          "magnets/test_green.py::test_undamped_forms", Verdict.CORRECTED, ("E17",)),
)  # fmt: skip
