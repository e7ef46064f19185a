"""Materials: every number has a source, and the numbers agree with what follows from each other."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from scipy.constants import mu_0

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.magnets import materials
from nvprotocol.magnets.materials import Material

NAMED = [value for name, value in vars(materials).items() if isinstance(value, Material)]


def test_all_named_materials_are_public() -> None:
    assert {nv.magnets.YIG, nv.magnets.YIG_COLD, nv.magnets.YIG_SPUTTERED} == set(NAMED)


@pytest.mark.parametrize("material", NAMED, ids=lambda material: material.name)
def test_every_number_has_a_source(material: Material) -> None:
    numbers = {one.name for one in fields(material) if isinstance(getattr(material, one.name), float)}
    assert numbers == set(material.sources)
    for source in material.sources.values():
        assert any(mark in source for mark in ("DOI 10.", "IEEE", "CODATA"))


def test_room_temperature_values_are_those_of_their_sources() -> None:
    """4πM_s in G is μ₀M_s in 10⁻⁴ T; the source of the exchange constant gives A = (3.65 ± 0.38) pJ/m, too."""
    assert 1e4 * mu_0 * nv.magnets.YIG.magnetisation_a_per_m == pytest.approx(1800)
    assert 1e4 * mu_0 * nv.magnets.YIG_SPUTTERED.magnetisation_a_per_m == pytest.approx(1766)
    for material in (nv.magnets.YIG, nv.magnets.YIG_SPUTTERED):
        stiffness = material.exchange_t_m2 * material.magnetisation_a_per_m / 2
        assert abs(stiffness - 3.65e-12) < 0.38e-12
        assert 5.18e-17 <= material.exchange_t_m2 <= 5.34e-17


def test_cold_magnetisation_is_that_of_full_order() -> None:
    """5 μ_B for each of eight formula units in the cell, more than at room temperature."""
    moment = nv.magnets.YIG_COLD.magnetisation_a_per_m * (1.2376e-9) ** 3 / 9.2740100783e-24
    assert moment == pytest.approx(40, rel=1e-8)
    assert nv.magnets.YIG_COLD.damping is None


def test_derived_frequencies() -> None:
    material = Material(name="x", magnetisation_a_per_m=1 / mu_0, exchange_t_m2=1e-16, gyromagnetic_ghz_per_t=28.0)
    assert material.magnetisation_frequency == pytest.approx(2e9 * np.pi * 28)
    assert material.stiffness_m2_per_s == pytest.approx(2e9 * np.pi * 28 * 1e-16)


def make(**changes: Any) -> Callable[[], Material]:
    return lambda: Material(**({"name": "x", "magnetisation_a_per_m": 1e5, "exchange_t_m2": 5e-17} | changes))


BAD = {
    "`magnetisation_a_per_m` must be greater than 0": make(magnetisation_a_per_m=0.0),
    "`magnetisation_a_per_m` must be a real number": make(magnetisation_a_per_m="1e5"),
    "`exchange_t_m2` must be greater than 0": make(exchange_t_m2=-1.0),
    "`gyromagnetic_ghz_per_t` must be finite": make(gyromagnetic_ghz_per_t=np.inf),
    "`damping` must be at least 0": make(damping=-0.1),
    '`sources` must name numbers of the material, but names "colour"': make(sources={"colour": "seen"}),
    '`sources` must name numbers of the material, but names "name"': make(sources={"name": "seen"}),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        BAD[message]()
    assert message in str(caught.value)


def test_other_states_are_replaced_numbers() -> None:
    assert replace(nv.magnets.YIG, magnetisation_a_per_m=1e5).sources == nv.magnets.YIG.sources
