"""The dark state that a medium names, tested by its own generator."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lattice import exchange

import nvprotocol as nv


def test_dark_state_of_a_guide() -> None:
    magnet = exchange(1, damping=0.0)
    half = float(magnet.wavelength_nm(2.87)) / 2
    for waves, name in ((1, "triplet"), (2, "singlet"), (3, "triplet")):
        medium = magnet.medium(waves * half, frequency_ghz=2.87, dipole=False)
        assert medium.dark_state.exact
        assert name in str(medium)
        ket = medium.dark_state.ket
        assert np.abs(nv.MasterEquation(medium).liouvillian @ np.outer(ket, ket.conj()).ravel(order="F")).max() < 1e-9
    between = magnet.medium(0.4 * half, frequency_ghz=2.87, dipole=False)
    assert not between.dark_state.exact
    assert "dark state none" in str(between)


@example(phase=1.0, q=0.3, ratio=1.0, d=0.5, J=1.0)
@given(
    phase=st.floats(-3.1, 3.1), q=st.floats(0, 0.9), ratio=st.floats(0.0, 1.0), d=st.floats(0, 1), J=st.floats(-1, 1)
)
def test_dark_state_is_tested_by_the_generator(phase: float, q: float, ratio: float, d: float, J: float) -> None:
    # A stands in R₁₀ and J⊥ + iD in G₀₁: the phase that a medium gives to what passes through it is −φ in the latter.
    medium = nv.Medium.pair(
        a=1.0, A=ratio * np.exp(1j * phase), q=q, d=d, D=ratio * d, J=J * np.cos(phase), dm=-J * np.sin(phase)
    )
    dark = medium.dark_state
    change = nv.MasterEquation(medium).liouvillian @ np.outer(dark.ket, dark.ket.conj()).ravel(order="F")
    assert bool(dark.exact) == (np.abs(change).max() <= 1e-9)
    if ratio > 0.01:
        assert np.isclose(np.exp(1j * dark.phase), np.exp(1j * phase), atol=1e-6)
        assert np.isclose(dark.decay_rate, 2 * (1 - ratio) * (1 + q) + 4 * d * (1 - ratio), atol=1e-9)
    if ratio == 1.0:
        assert dark.exact


def test_what_the_couplings_turn_is_not_dark() -> None:
    assert str(nv.Medium.pair(a=1.0, A=1.0, J=0.3, Jz=0.2).dark_state) == "the singlet (|ud⟩ − |du⟩)/√2"
    assert "the couplings turn it" in str(nv.Medium.pair(a=1.0, A=1.0, dm=0.3).dark_state)
    assert str(nv.Medium.pair(a=1.0).dark_state) == "none; no state is preferred"
    batch = nv.Medium.pair(a=1.0, A=[1.0, -1.0, 0.5])
    assert batch.dark_state.exact.tolist() == [True, True, False]
    assert str(batch.dark_state) == "batch (3,)"


@pytest.mark.parametrize("phase", [1.0, 1j, -0.6 + 0.8j])
def test_the_text_of_a_medium_says_when_its_dark_state_is_one(phase: complex) -> None:
    dark, decaying = (nv.Medium.pair(a=1.0, A=share * phase) for share in (1.0, 0.9))
    assert (bool(dark.dark_state.exact), bool(decaying.dark_state.exact)) == (True, False)
    (line,) = [line for line in str(dark).splitlines() if "dark state" in line]
    assert line.endswith(", at equal splittings")
    assert ", at equal splittings" not in str(decaying)
