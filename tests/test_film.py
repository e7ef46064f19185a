"""Film magnetised along its normal: the printed numbers, closed forms, quadrature, limits, errors."""

import numpy as np
import pytest
from scipy.special import j0

import nvprotocol as nv
from nvprotocol.magnets import forward_volume
from nvprotocol.magnets.film import Film

# The numbers of the tables were worked out for these.
TABLE = nv.magnets.Material(
    name="YIG of the tables",
    magnetisation_a_per_m=1.96e5,
    exchange_t_m2=8.02e-6 / (2e9 * np.pi * 28.03),
    gyromagnetic_ghz_per_t=28.03,
)
HEIGHTS = np.array([5.0, 10.0, 20.0, 50.0, 100.0, 200.0])
A0_PER_S = {  # gap in GHz -> a₀ at the heights, with the digits that are printed
    1.0: ("1530", "1130", "624", "104", "5.2", ".013"),
    2.0: ("680", "572", "404", "143", "25", ".78"),
    2.5: ("166", "152", "128", "75", "31", "5.4"),
    2.8: ("3.1", "3.1", "3.0", "2.6", "2.2", "1.5"),
}
WAVES = {1.0: (210, 610), 2.0: (362, 427), 2.5: (716, 316), 2.8: (3245, 238)}


def film(gap_ghz: float = 2.0, **changes: float) -> Film:
    return Film(TABLE, **({"thickness_nm": 20.0, "gap_ghz": gap_ghz} | changes))


def medium(magnet: Film, *args: object, **given: object) -> nv.Medium:
    return magnet.medium(*args, **({"frequency_ghz": 2.87, "dipole": False, "dephasing": False} | given))  # type: ignore[arg-type]


def digits(text: str) -> float:
    """Half a unit of the last printed digit, of three significant ones at most."""
    if "." in text:
        return 0.5 * 10.0 ** -len(text.split(".")[1])
    return 5.0 if len(text) == 4 else 0.5


@pytest.mark.parametrize("gap", A0_PER_S)
def test_local_rate_table(gap: float) -> None:
    found = medium(film(gap), 50.0, height_nm=HEIGHTS).relaxation[..., 0, 0].real * 1e6
    for value, printed in zip(found, A0_PER_S[gap], strict=True):
        # γ of the qubits is CODATA's here: 0.04 % below the 28.03 GHz/T of the table.
        assert abs(value - float(printed)) <= digits(printed) + 4e-4 * value


@pytest.mark.parametrize("gap", WAVES)
def test_waves_of_the_table(gap: float) -> None:
    wavelength, velocity = WAVES[gap]
    assert round(float(film(gap).wavelength_nm(2.87))) == wavelength
    assert round(float(film(gap).group_velocity_m_per_s(2.87))) == velocity


def test_coupling_ratio_is_a_bessel_function_at_every_height() -> None:
    r = np.linspace(10.0, 2000.0, 25)[:, None]
    block = medium(film(), r, height_nm=HEIGHTS).relaxation
    ratio = (block[..., 0, 1] / block[..., 0, 0]).real
    assert np.allclose(ratio, j0(2 * np.pi * r / film().wavelength_nm(2.87)), rtol=0, atol=1e-12)
    assert np.ptp(ratio, axis=1).max() < 1e-12


@pytest.mark.parametrize(
    ("gap", "distances", "printed"),
    [
        (2.0, [100.0], [0.378]),
        (2.5, [50.0, 100.0, 200.0], [0.952, 0.817, 0.366]),
        (2.8, [100.0, 500.0, 1000.0], [0.991, 0.779, 0.261]),
    ],
)
def test_printed_coupling_ratios(gap: float, distances: list[float], printed: list[float]) -> None:
    block = medium(film(gap), distances, height_nm=20.0).relaxation
    assert np.allclose(np.abs(block[..., 0, 1] / block[..., 0, 0]), printed, rtol=0, atol=6e-4)


def test_best_rates_over_gap_and_thickness() -> None:
    """Best a₀ over gap and thickness at each height, to the printed two or three digits."""
    gaps, thicknesses = np.linspace(0.05, 2.8, 60), np.geomspace(3, 300, 40)
    heights = np.array([5.0, 10.0, 20.0, 50.0, 100.0]) * 1e-9
    best = np.zeros(5)
    for gap in gaps:
        for thickness in thicknesses:
            waves = film(float(gap), thickness_nm=float(thickness)).waves
            best = np.maximum(best, forward_volume.local_rate(waves, 2.87e9 * 2 * np.pi, heights))
    assert np.allclose(best, [2000, 1350, 635, 156, 39], rtol=0.02)
