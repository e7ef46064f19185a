"""Pairs of whole spins 1 over a film: closed forms where two levels suffice, and where they do not."""

from typing import Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.magnets import YIG_COLD, Film, NVCentre
from nvprotocol.magnets.film.three_levels import _followed, _generator

FIELD = (0.0, 50.0, 5.0)
FILM = Film.in_field(YIG_COLD, 20.0, FIELD, damping=1e-3)
UPPER, LOWER = NVCentre((1, 1, 1), FIELD, "upper"), NVCentre((1, 1, 1), FIELD, "lower")
PLACE: Any = {"separation_nm": 50.0, "azimuth_deg": 35.0, "height_nm": 10.0}


@pytest.mark.parametrize("thermal", [0.0, 0.7])
def test_two_levels_are_those_of_the_master_equation(rng: np.random.Generator, thermal: float) -> None:
    """The generator of one transition against the package's, with a complex coupling and exchange."""
    a, A, g = 1.0, 0.5 - 0.4j, 0.3 + 0.2j
    relaxation = np.array([[a, A], [np.conj(A), a]])
    flip_flop = np.array([[0, g], [np.conj(g), 0]])
    medium = nv.Medium(
        relaxation=(1 + thermal) * relaxation, excitation=thermal * relaxation.conj(), flip_flop=flip_flop
    )
    times = np.linspace(0, 2, 5)
    expected = nv.MasterEquation(medium).evolve("ud", times)
    found = _followed(_generator(2, 0, 1, relaxation, flip_flop, thermal), 2, times)
    # Here the first spin is the first factor; in the package it is the rightmost letter's partner of |ud⟩.
    order = _order(expected[0])
    np.testing.assert_allclose(found[:, order[:, None], order], expected, atol=1e-12)


def _order(start: np.ndarray) -> np.ndarray:
    """Where the package puts ↑↑, ↑↓, ↓↑, ↓↓ of the first and the second spin."""
    at = int(np.argmax(np.real(np.diagonal(start))))
    return np.arange(4) if at == 1 else np.array([0, 2, 1, 3])


def test_without_a_way_out_nothing_changes() -> None:
    check = FILM.three_level_check(nv=LOWER, **PLACE)
    assert check.leaked.max() < 1e-12
    assert check.deviation < 1e-7  # the square root of rounding
    medium = FILM.medium(nv=LOWER, dipole=False, **PLACE)
    two = nv.concurrence(nv.MasterEquation(medium).evolve("ud", check.times))
    np.testing.assert_allclose(check.two_levels, two, atol=1e-4)  # a medium's a has the bound of its error added


def test_a_short_time_leaks_at_the_rate_that_is_told() -> None:
    medium = FILM.medium(nv=UPPER, dipole=False, **PLACE)
    assert medium.provenance is not None
    rate = float(medium.provenance.numbers["leakage"].value)
    short = np.linspace(0.0, 1e-3 / float(medium.relaxation[0, 0].real), 3)
    leaked = FILM.three_level_check(nv=UPPER, times=short, **PLACE).leaked
    np.testing.assert_allclose(leaked, rate * short, rtol=2e-3, atol=1e-12)


def test_heat_fills_the_third_level() -> None:
    """Of a pair in equilibrium with hot magnons each level holds a third."""
    check = FILM.three_level_check(nv=UPPER, temperature_k=50.0, times=np.array([0.0, 1e4]), **PLACE)
    assert check.leaked[-1] == pytest.approx(5 / 9, abs=2e-3)
    assert "are in one after" in str(check)


def test_below_the_band_it_lasts_a_period_of_the_exchange() -> None:
    """Without damping nothing relaxes there, and a pair goes back and forth: C = |sin 4Gt| of two levels."""
    field = (50.0, 0.0, 0.0)
    film, centre = Film.in_field(YIG_COLD, 20.0, field), NVCentre((1, 0, 0), field)
    assert centre.frequency_ghz < film.band_bottom_ghz
    check = film.three_level_check(30.0, height_nm=10.0, nv=centre)
    coupling = abs(film.medium(30.0, height_nm=10.0, nv=centre, dipole=False).flip_flop[0, 1])
    assert check.times[-1] == pytest.approx(np.pi / (2 * coupling))
    np.testing.assert_allclose(check.two_levels, np.abs(np.sin(4 * coupling * check.times)), atol=1e-6)
    far = film.three_level_check(1e4, height_nm=1e5, nv=centre)  # where nothing happens at all
    assert np.all(np.isfinite(far.exact))


def test_what_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`times` must be at most"):
        FILM.three_level_check(nv=UPPER, times=[1e30], **PLACE)
    above = min(leak.frequency_ghz for leak in UPPER.leaks) + 0.01
    assert above < FILM.band_bottom_ghz
    with pytest.raises(ArgumentError, match="below all frequencies"):
        FILM.three_level_check(nv=UPPER, temperature_k=1.0, chemical_potential_ghz=above, **PLACE)
    with pytest.raises(ArgumentError, match="`nv` must be an NVCentre"):
        FILM.three_level_check(nv=None, **PLACE)  # pyright: ignore[reportArgumentType]
