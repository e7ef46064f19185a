"""Bad input to magnets, and to the provenance and the dark state of a medium: clear errors at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, ValidityWarning

GOOD: dict[str, Any] = {
    "dimension": 2,
    "gap_ghz": 2.0,
    "stiffness_m2_per_s": 8e-6,
    "spin": 14.2,
    "lattice_nm": 1.24,
    "coupling_mhz": 3.0,
}
ANYTHING: Any = "no"
ASKED: dict[str, Any] = {"separation_nm": 30.0, "frequency_ghz": 2.87}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dimension": 4}, "Argument `dimension` must be at most 3, but is 4."),
        ({"dimension": 2.0}, "Argument `dimension` must be a whole number, but is the float 2.0."),
        ({"gap_ghz": 0.0}, "Argument `gap_ghz` must be greater than 0, but is 0."),
        ({"stiffness_m2_per_s": -8e-6}, "Argument `stiffness_m2_per_s` must be greater than 0, but is -8e-06."),
        ({"spin": 0}, "Argument `spin` must be greater than 0, but is 0."),
        ({"lattice_nm": np.nan}, "Argument `lattice_nm` must be finite, but is nan."),
        ({"coupling_mhz": 3j}, "Argument `coupling_mhz` must be a real number, but is 0+3j of type complex."),
        ({"damping": -1e-4}, "Argument `damping` must be at least 0, but is -0.0001."),
        ({"aligned": 1}, "Argument `aligned` must be True or False, but is 1."),
        ({"axis": (0, 0, 2)}, "Argument `axis` must be a unit vector of three components, but is (0, 0, 2)."),
        ({"axis": "z"}, "Argument `axis` must be numeric"),
    ],
)
def test_magnets(change: dict, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        nv.magnets.Exchange(**(GOOD | change))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"separation_nm": -1.0}, "Argument `separation_nm` must be greater than 0, but is -1."),
        ({"separation_nm": [10.0, 0.0]}, "Argument `separation_nm` must be greater than 0, but contains 0."),
        ({"separation_nm": 1j}, "Argument `separation_nm` must be real, but contains 0+1j."),
        ({"separation_nm": None}, "Argument `separation_nm` must be given for a pair"),
        ({"positions_nm": [[0, 0], [1, 1]]}, "but both are given."),
        (
            {"separation_nm": None, "positions_nm": [[0, 0, 0], [1, 1, 0]]},
            "Argument `positions_nm` must have shape (…, N, 2), N positions each, but has shape (2, 3).",
        ),
        (
            {"separation_nm": None, "positions_nm": [[0, 0], [5, 5], [0, 0]]},
            "Argument `positions_nm` must differ from each other, but two qubits are at the same place.",
        ),
        (
            {"separation_nm": None, "positions_nm": [[0, 0], [5, 5]], "azimuth_deg": 3},
            "Argument `azimuth_deg` must go with `separation_nm`",
        ),
        ({"height_nm": 10.0}, "Argument `height_nm` must not be given: this magnet is not a film, but is 10."),
        ({"frequency_ghz": 0.0}, "Argument `frequency_ghz` must be greater than 0, but is 0."),
        ({"frequency_ghz": "2.87 GHz"}, "Argument `frequency_ghz` must be numeric"),
        ({"frequency_ghz": 2.0}, "Argument `frequency_ghz` must differ from the gap, 2 GHz, but is the gap."),
        ({"temperature_k": -0.1}, "Argument `temperature_k` must be at least 0, but is -0.1."),
        ({"temperature_k": np.inf}, "Argument `temperature_k` must be finite, but contains inf."),
        (
            {"chemical_potential_ghz": 2.0},
            "Argument `chemical_potential_ghz` must lie below the gap and the splitting, 2 GHz, but is 2.",
        ),
        (
            {"chemical_potential_ghz": [0.0, 1.9], "frequency_ghz": 1.8},
            "Argument `chemical_potential_ghz` must lie below the gap and the splitting, 1.8 GHz, but is 1.9.",
        ),
        (
            {"separation_nm": [1.0, 2.0], "temperature_k": [0.1, 0.2, 0.3]},
            "must broadcast against the other arguments, but the batch shapes are",
        ),
    ],
)
def test_media(change: dict, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        nv.magnets.Exchange(**GOOD).medium(**(ASKED | change))
    assert message in str(error.value)


def line(**change: Any) -> nv.magnets.Exchange:
    arguments: dict[str, Any] = GOOD | {"dimension": 1} | change
    return nv.magnets.Exchange(**arguments)


def guided(**change: Any) -> Callable[[], object]:
    arguments: dict[str, Any] = ASKED | change
    return lambda: line().markov_check(**arguments)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: line().medium(30.0, frequency_ghz=2.87, temperature_k=0.1),
            "Argument `damping` must be greater than 0 in 1D at T > 0",
        ),
        (
            lambda: line().medium(30.0, frequency_ghz=2.87, azimuth_deg=90.0),
            "Argument `azimuth_deg` must not be given for a magnet of one dimension, but is 90.",
        ),
        (
            lambda: line(aligned=False).medium(30.0, frequency_ghz=1.5, chemical_potential_ghz=-1.5),
            "Argument `chemical_potential_ghz` must lie above minus the splitting where `aligned` is False, but",
        ),
        (
            lambda: line().wavelength_nm(1.9),
            "Argument `frequency_ghz` must lie above the gap, 2 GHz, where magnons are emitted, but is 1.9.",
        ),
        (
            lambda: line().medium([], frequency_ghz=2.87),
            "Argument `separation_nm` must contain at least one value, but is",
        ),
        (lambda: line().medium(1e-9, frequency_ghz=2.87), "Argument `separation_nm` must put qubits between 1e-06 and"),
        (
            lambda: line().medium(positions_nm=[[0.0], [1e10]], frequency_ghz=2.87),
            "Argument `positions_nm` must put qubits between 1e-06 and 1e+09 nm from each other, but two of",
        ),
        (lambda: line().qubit(frequency_ghz=2.87, temperature_k=1e7), "Argument `temperature_k` must be at most 1e+06"),
        (
            lambda: line().medium(**(ASKED | {"dipole": ANYTHING})),
            'Argument `dipole` must be True or False, but is "no"',
        ),
        (
            lambda: line().qubit(**{"frequency_ghz": 2.87, "dephasing": ANYTHING}),
            "Argument `dephasing` must be True or False",
        ),
        (lambda: line().green_function(0.0, 2.87), "Argument `separation_nm` must be greater than 0, but is 0."),
        (
            lambda: line().green_function(5.0, [1.0, 2.0]),
            "Argument `frequency_ghz` must differ from the gap, 2 GHz, but",
        ),
        (lambda: line().green_function([5.0, 6.0], [1.0, 2.1, 3.0]), "must broadcast against the other arguments"),
        (lambda: line(aligned=False).wavelength_nm(2.9), "Argument `aligned` must be True where magnons are emitted"),
        (lambda: line().lamb_shift_ghz(2.0), "Argument `frequency_ghz` must differ from the gap"),
        (lambda: line().lamb_shift_ghz(2.9, -1.0), "Argument `temperature_k` must be at least 0, but is -1."),
        (guided(separation_nm=[1.0]), "Argument `separation_nm` must be a real number"),
        (guided(frequency_ghz=2.0), "Argument `frequency_ghz` must differ from the gap"),
        (guided(modes=3), "Argument `modes` must be at least 50, but is 3."),
        (guided(times=[1.0, 0.5]), "Argument `times` must not decrease, but 0.5 follows 1."),
        (
            lambda: line(coupling_mhz=0.0).markov_check(30.0, frequency_ghz=2.87),
            "Argument `coupling_mhz` must not be 0 where it is put to the test, but is 0.",
        ),
        (
            lambda: nv.Medium(relaxation=np.eye(3)).dark_state,
            "Argument `medium` must be one of 2 qubits to have a dark state named, but has 3.",
        ),
        (
            lambda: nv.Medium(relaxation=np.eye(2), provenance="a film"),  # pyright: ignore[reportArgumentType]
            "Argument `provenance` must be a Provenance or None, but is of type str.",
        ),
    ],
)
def test_questions(act: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        act()
    assert message in str(error.value)


def test_a_part_that_is_not_there() -> None:
    medium = nv.magnets.Exchange(**GOOD).medium([20.0, 30.0], frequency_ghz=2.87)
    with pytest.raises(IndexError):
        medium[2]


def test_no_coupling_is_no_error() -> None:
    free: dict[str, Any] = GOOD | {"coupling_mhz": 0.0}
    medium = nv.magnets.Exchange(**free).medium(**ASKED, temperature_k=0.1, dipole=False)
    assert not np.any(medium.relaxation)
    assert not np.any(medium.dephasing)


def test_warnings_can_be_made_errors() -> None:
    with pytest.raises(ValidityWarning, match="closer than the lattice"):
        nv.magnets.Exchange(**GOOD).medium(1.0, frequency_ghz=2.87)


def test_magnets_compare_and_hash_however_they_were_written() -> None:
    def magnet(**change: Any) -> nv.magnets.Exchange:
        return nv.magnets.Exchange(**(GOOD | change))

    assert len({magnet(axis=[1, 0, 0]), magnet(axis=np.array([1.0, 0.0, 0.0]))}) == 1
    assert magnet(aligned=np.bool_(True), dimension=np.int64(2)) == magnet(dimension=2)


@pytest.mark.parametrize("orientation", ["normal", "in-plane"])
def test_what_is_too_far_for_its_height_is_refused(orientation: Any) -> None:
    """It would take minutes: the integral turns as often as the separation is larger than the height."""
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0, orientation)
    with pytest.raises(nv.errors.ArgumentError, match="`separation_nm` must be at most 2000 × the height"):
        film.medium([50.0, 1e6], height_nm=10.0, frequency_ghz=2.87)
