"""Steady states where rates and frequencies differ by many orders of magnitude: closed forms, and 90 digits."""

import by_mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stiff_media import stiff_case
from strategies import SEEDS
from systems import positive

import nvprotocol as nv
from nvprotocol.errors import NotUniqueError, PrecisionError
from nvprotocol.master_equation.generator import block_generator, parameters
from nvprotocol.master_equation.sectors import to_coordinates
from nvprotocol.master_equation.steady import by_singular_values


@pytest.mark.parametrize("ratio", [1e-3, 1e-9, 1e-12, 1e-15, 1e-100])
@pytest.mark.parametrize("initial", [None, "ud", "psi-"])
def test_slow_relaxation_beside_a_fast_detuning_ends_in_the_thermal_state(ratio: float, initial: str | None) -> None:
    """Populations 1 : q : q : q², however slowly; a = 1e-9 beside δ = 1e4 is a film at 200 nm."""
    q = 0.2
    equation = nv.MasterEquation(nv.Medium.pair(a=1e4 * ratio, A=0.5e4 * ratio, q=q), 1e4)
    expected = np.diag([1, q, q, q * q]) / (1 + q) ** 2
    np.testing.assert_allclose(equation.steady_state(initial), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("q", [1e-15, 1e-8, 0.3])
@pytest.mark.parametrize("phase", [0.0, 0.3, 2.0])
def test_a_dark_state_keeps_its_population_at_any_ratio_of_rates(q: float, phase: float) -> None:
    """|A| = a, from |ud⟩: 1/2 in the dark state, 1/2 thermal in T₀, |uu⟩, |dd⟩ as q : 1 : q² (C(∞) from E6)."""
    ket = np.array([0, -np.exp(-1j * phase), 1, 0]) / np.sqrt(2)  # from L[|Ψ⟩⟨Ψ|] = 0
    equation = nv.MasterEquation(nv.Medium.pair(a=1e-9, A=1e-9 * np.exp(-1j * phase), q=q))
    dark = np.outer(ket, ket.conj())
    assert np.abs(equation.liouvillian @ dark.ravel(order="F")).max() < 1e-24
    bright = np.diag([0, 1, 1, 0]) - dark
    expected = dark / 2 + (np.diag([1, 0, 0, q * q]) + q * bright) / (1 + q + q * q) / 2
    np.testing.assert_allclose(equation.steady_state("ud"), expected, rtol=0, atol=1e-14)
    with pytest.raises(NotUniqueError):
        equation.steady_state()


@settings(max_examples=12)
@given(SEEDS)
def test_stiff_media_against_ninety_digits(seed: int) -> None:
    """Right to 1e-9 or refused; not unique, or for ever oscillating, only where that is true."""
    _, equation, exact, turned, rho = stiff_case(np.random.default_rng(seed))
    seen = turned.conj().T @ rho @ turned
    expected, dimension = by_mpmath.steady_state(exact, seen)
    expected = turned @ expected @ turned.conj().T
    for initial in (rho, None):
        try:
            np.testing.assert_allclose(equation.steady_state(initial), expected, rtol=0, atol=1e-9)
        except PrecisionError:
            continue
        except NotUniqueError:
            assert dimension > 1 if initial is None else by_mpmath.oscillates(exact, seen)
        else:
            assert dimension == 1 or initial is not None


def test_numbers_near_the_ends_of_floating_point_do_no_harm() -> None:
    """What is 1e-310 of the state, and rates of 1e-300."""
    rho = np.diag([0, 0, 1, 1e-310]).astype(complex)
    found = nv.MasterEquation(nv.Medium.pair(a=1e-300, A=1e-300), 1e-290).steady_state(rho)
    np.testing.assert_allclose(found, np.diag([1, 0, 0, 0]), rtol=0, atol=1e-15)


def test_a_slow_decay_beside_a_fast_turn_is_no_oscillation() -> None:
    """⟨↑↓|ρ|↓↑⟩ turns at 2δ and decays at 1e-14 of that; with no decay at all it has no end."""
    for a in (0.0, 1e-14):
        equation = nv.MasterEquation(nv.Medium.pair(a=a), 1.0)
        if a:
            np.testing.assert_allclose(equation.steady_state("psi+"), np.diag([1, 0, 0, 0]), rtol=0, atol=1e-15)
        else:
            with pytest.raises(NotUniqueError, match=r"oscillates at 2 rad/µs"):
                equation.steady_state("psi+")


@settings(max_examples=12)
@given(SEEDS, st.floats(-7, 0))
def test_the_estimated_error_of_the_singular_values_holds(seed: int, exponent: float) -> None:
    """Against whole numbers, on media in which one rate is up to 1e-7 of the others."""
    rng = np.random.default_rng(seed)
    blocks = [positive(rng, 2) * 10 ** (exponent * rng.integers(2)) for _ in range(3)]
    medium = nv.Medium(relaxation=blocks[0], excitation=blocks[1], dephasing=blocks[2])
    values = parameters(medium, np.asarray(rng.normal()))
    start = to_coordinates(nv.operators.density_matrix("ud"), 2, (None, 0))
    generator = block_generator(values, 2, (None, 0), "full", real=True)
    dimension, found, error = by_singular_values(generator[None], start[None])
    expected, _ = by_mpmath.steady_state(nv.MasterEquation(medium, values[-2]), nv.operators.density_matrix("ud"))
    assert dimension[0] == 1
    if error[0] <= 1e-10:  # beyond, no limit is worked out
        assert np.abs(found[0] - to_coordinates(expected, 2, (None, 0))).max() <= error[0]


def test_a_mode_of_unequal_entries_is_dark_to_rounding_or_refused() -> None:
    """√(1·2) is rounded, so the medium is as dark as its numbers can say; far smaller rates are beyond them."""
    mode = np.array([[1.0, np.sqrt(2.0)], [np.sqrt(2.0), 2.0]])
    dark = np.array([0, np.sqrt(2.0), -1.0, 0]) / np.sqrt(3)
    equation = nv.MasterEquation(nv.Medium(relaxation=mode))
    kept = np.abs(dark[2]) ** 2
    expected = kept * np.outer(dark, dark) + (1 - kept) * np.diag([1, 0, 0, 0])
    np.testing.assert_allclose(equation.steady_state("ud"), expected, rtol=0, atol=1e-13)
    warmed = nv.MasterEquation(nv.Medium(relaxation=mode, excitation=1e-15 * mode))
    with pytest.raises(PrecisionError, match="hangs on digits"):
        warmed.steady_state("ud")


def test_detunings_close_to_each_other_keep_their_difference() -> None:
    """Splittings of 1e5 rad/µs that differ by 2e-7: what counts is the difference, to all its digits."""
    base, small = 2.0**17, 2.0**-22
    medium = nv.Medium(relaxation=np.ones((3, 3)) * small)
    far = nv.MasterEquation(medium, [base + small, base, base - small]).steady_state("udu")
    near = nv.MasterEquation(medium, [small, 0.0, -small]).steady_state("udu")
    np.testing.assert_allclose(far, near, rtol=0, atol=1e-14)
