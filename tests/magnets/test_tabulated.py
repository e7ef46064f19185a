"""Tables of noise and Green's functions: the magnet they were made from, what they must obey, files, errors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from numpy.typing import NDArray
from scipy.special import j0

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.magnets.constants import GAMMA

Tabulated = nv.magnets.Tabulated

FREQUENCY = np.linspace(2.4, 3.4, 21)
SEPARATION = np.linspace(0.0, 600.0, 61)
QUIET: dict[str, Any] = {"dipole": False}
K_GHZ = 20.836619  # k_B/h in GHz/K


def wave_number(frequency: NDArray) -> NDArray:
    """Of exchange waves in two dimensions with a gap of 2 GHz, in 1/nm."""
    return np.sqrt((frequency - 2.0) * 2e3 * np.pi / 8e6)


def absorbed(frequency: NDArray = FREQUENCY, separation: NDArray = SEPARATION) -> NDArray:
    """A₀ of such waves, a₀ = 1 rad/µs, shape (F, R)."""
    return j0(np.outer(wave_number(frequency), separation))


def spectrum(temperature: float, frequency: NDArray = FREQUENCY) -> NDArray:
    """S(ω, r) = 2(1 + n)A₀ for ω > 0 and 2n A₀ for ω < 0."""
    energy = np.abs(frequency) / (K_GHZ * temperature)
    n = 1 / np.expm1(energy)
    return 2 * np.where(frequency > 0, 1 + n, n)[:, None] * absorbed(np.abs(frequency))


def pair(magnet: Tabulated, separation: float = 77.0, **changes: Any) -> nv.Medium:
    given: dict[str, Any] = {"frequency_ghz": 2.87} | QUIET | changes
    return magnet.medium(separation, **given)


def test_green_function_gives_back_its_magnet() -> None:
    """Im and Re of −is(r), s = H₀⁽¹⁾(k̃r), against the medium of the exchange magnet itself, with damping."""
    magnet = nv.magnets.Exchange(2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=136, damping=1e-3)
    away = np.linspace(20.0, 600.0, 146)
    known = magnet.medium(away, frequency_ghz=FREQUENCY[:, None], **QUIET)
    local = known.relaxation[:, :1, 0, 0].real
    green = 2 * known.flip_flop[..., 0, 1].real - 1j * known.relaxation[..., 0, 1].real
    # J⊥ of contact diverges at r = 0, where it has no meaning; cut there.
    green = np.concatenate([-1j * local, green], axis=1)
    table = Tabulated(FREQUENCY, np.concatenate([[0.0], away]), green=green, gap_ghz=2.0)
    found, expected = (one.medium(311.3, frequency_ghz=2.871, **QUIET) for one in (table, magnet))
    assert np.allclose(found.relaxation, expected.relaxation, rtol=0, atol=1e-5 * local.max())
    assert np.allclose(found.flip_flop, expected.flip_flop, rtol=0, atol=1e-5 * local.max())


def test_interpolation_error_is_honest_and_of_fourth_order() -> None:
    away = np.linspace(1.0, 599.0, 400)
    exact = j0(wave_number(np.array(2.87)) * away)
    errors, estimates = [], []
    for points in (61, 121):
        grid = np.linspace(0.0, 600.0, points)
        table = Tabulated([2.87], grid, green=-1j * absorbed(np.array([2.87]), grid)).table
        found = table.at(table.frequency, away)
        errors.append(np.abs(found.value - exact).max())
        estimates.append(found.error.max())
    assert np.all(np.array(errors) < estimates)
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.2)


@pytest.mark.parametrize("temperature", [0.05, 4.0])
def test_spectrum_at_its_temperature(temperature: float) -> None:
    """2A = S(Δ) and, by detailed balance, 2Ã = S(−Δ); the occupation taken out and put back is the same."""
    both = np.concatenate([-FREQUENCY[::-1], FREQUENCY])
    table = Tabulated(both, SEPARATION, spectrum=spectrum(temperature, both), temperature_k=temperature)
    made = pair(table, temperature_k=temperature, frequency_ghz=2.9)
    at = np.searchsorted(FREQUENCY, 2.9 - 1e-9)
    expected = spectrum(temperature)[at] / 2
    assert made.relaxation[0, 0].real == pytest.approx(expected[0], rel=1e-6)
    assert pair(table, 80.0, temperature_k=temperature, frequency_ghz=2.9).relaxation[0, 1].real == pytest.approx(
        expected[8], rel=1e-6
    )
    assert made.excitation[0, 0].real == pytest.approx(np.exp(-2.9 / (K_GHZ * temperature)) * expected[0], rel=1e-6)
    assert table.report.balance is not None
    assert table.report.balance < 1e-6
    assert not np.any(made.flip_flop)


def test_spectrum_at_another_temperature() -> None:
    warm, cold = Tabulated(FREQUENCY, SEPARATION, spectrum=spectrum(1.0), temperature_k=1.0), None
    cold = pair(warm, temperature_k=0.0)
    assert cold.relaxation[0, 0].real == pytest.approx(1.0, rel=1e-6)
    assert not np.any(cold.excitation)
    assert "other temperatures" in str(pair(warm, temperature_k=0.5))


def test_field_noise() -> None:
    """S_B in T²/Hz: 1/T1 = γ² S_B/2 (1 + q) of the circular field."""
    noise = 1e-18
    table = Tabulated([2.87], SEPARATION, field_spectrum=np.full((1, 61), noise), temperature_k=0.01)
    assert 1 / pair(table, temperature_k=0.01).t1[0] == pytest.approx(GAMMA**2 * noise / 2 * 1e-6, rel=1e-5)


def one_way(frequency: NDArray, line: NDArray) -> NDArray:
    """λ²G^R = −2iθ(r)e^(ikr) of a guide whose waves go along +x only, its step smoothed over 20 nm: a₀ = 1."""
    phase = np.exp(1j * np.outer(wave_number(frequency), line))
    return -1j * (1 + np.tanh(line / 20.0)) * phase


def test_there_and_back_are_told_apart() -> None:
    line = np.linspace(-300.0, 300.0, 241)
    table = Tabulated(FREQUENCY, line, green=one_way(FREQUENCY, line))
    assert table.dimension == 1
    found = nv.magnets.chirality(pair(table, 200.0))
    assert abs(found.g21) < 1e-6
    assert found.g12 == pytest.approx(-2j * np.exp(200j * wave_number(np.array(2.87))), rel=1e-4)
    assert float(found.steady_concurrence) < 1e-3
    assert pair(table, 200.0).relaxation[0, 0].real == pytest.approx(1.0)


@pytest.mark.slow
def test_films_as_tables() -> None:
    """A film magnetised along its normal, tabulated on a coarse grid, against the film."""
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20, 2.0)
    r, frequency = np.linspace(0.5, 500.0, 200), np.linspace(2.5, 3.2, 15)
    made = film.medium(r, height_nm=20, frequency_ghz=frequency[:, None], dephasing=False, **QUIET)
    here = film.medium(1e-6, height_nm=20, frequency_ghz=frequency, dephasing=False, **QUIET)
    block = np.concatenate([here.relaxation[:, None, 0, 1], made.relaxation[..., 0, 1]], axis=1)
    flip = np.concatenate([here.flip_flop[:, None, 0, 1], made.flip_flop[..., 0, 1]], axis=1)
    table = Tabulated(frequency, np.concatenate([[0.0], r]), green=2 * flip - 1j * block)
    found, expected = (
        table.medium(123.4, frequency_ghz=2.87, **QUIET),
        film.medium(123.4, height_nm=20, frequency_ghz=2.87, dephasing=False, **QUIET),
    )
    size = expected.relaxation[0, 0].real
    assert np.allclose(found.relaxation, expected.relaxation, rtol=0, atol=1e-5 * size)
    assert np.allclose(found.flip_flop, expected.flip_flop, rtol=0, atol=1e-5 * size)


def test_dephasing_from_a_table() -> None:
    table = Tabulated([2.87], SEPARATION, green=-1j * absorbed(np.array([2.87])), dephasing=np.exp(-SEPARATION / 90))
    made = pair(table, 90.0)
    assert made.dephasing[0, 1].real == pytest.approx(np.exp(-1), rel=1e-5)
    assert not np.any(pair(table, 90.0, dephasing=False).dephasing)


def test_many_qubits_and_batches() -> None:
    table = Tabulated(FREQUENCY, SEPARATION, green=-1j * absorbed())
    line = np.stack([np.arange(5) * 100.0, np.zeros(5)], axis=-1)
    made = table.medium(positions_nm=line, frequency_ghz=[2.5, 3.0], **QUIET)
    assert made.batch_shape == (2,)
    for k, frequency in enumerate((2.5, 3.0)):
        expected = absorbed(np.array([frequency]), np.array([0.0, 100, 200, 300, 400]))[0]
        assert np.allclose(made.relaxation[k, 0].real, expected, atol=1e-5)


def test_noisy_data_within_the_tolerance_are_taken() -> None:
    rng = np.random.default_rng(5)
    noisy = absorbed() + 1e-3 * rng.standard_normal(absorbed().shape)
    noisy[:, 0] = 1.0
    table = Tabulated(FREQUENCY, SEPARATION, green=-1j * noisy, tolerance=0.1)
    assert -0.1 < table.report.lowest_eigenvalue < 0
    assert np.linalg.eigvalsh(pair(table, 10.0).relaxation).min() >= 0


def test_report_reads_well() -> None:
    text = str(Tabulated(FREQUENCY, SEPARATION, green=-1j * absorbed()).report)
    assert [line.split("  ")[0] for line in text.splitlines()] == [
        "lowest eigenvalue of the relaxation",
        "fluctuation–dissipation",
        "error of interpolation",
    ]


def broken(**change: Callable[[NDArray], NDArray]) -> NDArray:
    values = -1j * absorbed()
    return change["by"](values)


def above_local(values: NDArray) -> NDArray:
    values[3, 20] *= 0
    values[3, 20] = -1.5j
    return values


def wrong_sign(values: NDArray) -> NDArray:
    values[7] *= -1
    return values


def triangle(values: NDArray) -> NDArray:
    """Every pair is fine, three qubits in a row are not: r and 2r anticorrelated as no three can be."""
    values[:, 1:] = 0
    values[:, 1::3] = 0.9j
    values[:, 2::3] = 0.9j
    return values


def thermal(**changes: Any) -> Tabulated:
    both = np.concatenate([-FREQUENCY[::-1], FREQUENCY])
    return Tabulated(both, SEPARATION, **({"spectrum": spectrum(1.0, both), "temperature_k": 1.0} | changes))


GREEN = -1j * absorbed()
BAD: dict[str, Callable[[], object]] = {
    "`frequency_ghz` must rise, but 2.4 follows 2.45": lambda: Tabulated(
        FREQUENCY[[1, 0, *range(2, 21)]], SEPARATION, green=GREEN
    ),
    "`separation_nm` must rise, but 10 follows 10": lambda: Tabulated(
        FREQUENCY, [0, 10, 10, *range(20, 78)], green=GREEN
    ),
    "`frequency_ghz` must have one point or at least 5, but has 3": lambda: Tabulated(
        FREQUENCY[:3], SEPARATION, green=GREEN[:3]
    ),
    "`separation_nm` must have at least 5 points, but has 4": lambda: Tabulated(
        FREQUENCY, SEPARATION[:4], green=GREEN[:, :4]
    ),
    "`separation_nm` must have 0 among its points": lambda: Tabulated(FREQUENCY, SEPARATION + 1, green=GREEN),
    "`green` must have shape (21, 61)": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN.T),
    "`green` must be finite": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN + np.nan),
    "`frequency_ghz` must be real": lambda: Tabulated(FREQUENCY * 1j, SEPARATION, green=GREEN),
    "`frequency_ghz` must be positive for `green`": lambda: Tabulated(FREQUENCY - 4, SEPARATION, green=GREEN),
    "`frequency_ghz` must differ from 0": lambda: Tabulated(
        [0.0], SEPARATION, spectrum=spectrum(1.0)[:1], temperature_k=1
    ),
    "`spectrum` must be real where separations have no direction": lambda: Tabulated(
        FREQUENCY, SEPARATION, spectrum=spectrum(1.0) + 1e-3j, temperature_k=1.0
    ),
    "`spectrum` must be real at r = 0": lambda: Tabulated(
        [2.87], np.arange(-3, 4.0), spectrum=1e-3j + np.ones((1, 7)), temperature_k=1.0
    ),
    "`spectrum` must obey S(−r) = S(r)*": lambda: Tabulated(
        [2.87], np.arange(-3, 4.0), spectrum=1 - 0.1 * np.arange(-3, 4.0)[None], temperature_k=1.0
    ),
    "`spectrum` must be given, or else `field_spectrum` or `green`, but 0 of them are": lambda: Tabulated(
        FREQUENCY, SEPARATION
    ),
    "`spectrum` must be given, or else `field_spectrum` or `green`, but 2 of them are": lambda: thermal(green=GREEN),
    "`temperature_k` must be given for `spectrum`": lambda: Tabulated(FREQUENCY, SEPARATION, spectrum=spectrum(1.0)),
    "`temperature_k` must not be given for `green`": lambda: Tabulated(
        FREQUENCY, SEPARATION, green=GREEN, temperature_k=1
    ),
    "`temperature_k` must be at least 0": lambda: thermal(temperature_k=-1.0),
    "the local rate at 2.75 GHz has the eigenvalue -1 rad/µs": lambda: Tabulated(
        FREQUENCY, SEPARATION, green=broken(by=wrong_sign)
    ),
    "has the eigenvalue -0.5 rad/µs, -0.5 of a": lambda: Tabulated(
        FREQUENCY[:5], SEPARATION[[*range(30), 40]], green=broken(by=above_local)[:5][:, [*range(30), 40]]
    ),
    "`green` must make every relaxation block positive semidefinite within 0.001 of a": lambda: Tabulated(
        FREQUENCY, SEPARATION, green=broken(by=triangle)
    ),
    "`spectrum` must obey S(−ω) = e^(−ħω/k_BT) S(ω)*": lambda: thermal(temperature_k=2.0),
    "`dephasing` must satisfy |D| ≤ d = 1, but |D| is 2": lambda: Tabulated(
        FREQUENCY, SEPARATION, green=GREEN, dephasing=1 + SEPARATION / 600
    ),
    "`dephasing` must have shape (61,)": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN, dephasing=[1, 0.5]),
    "`gap_ghz` must be greater than 0": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN, gap_ghz=0.0),
    "`axis` must be a unit vector": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN, axis=(1, 1, 0)),
    "`tolerance` must be at most 1": lambda: Tabulated(FREQUENCY, SEPARATION, green=GREEN, tolerance=2.0),
    "`frequency_ghz` must lie within the table, from 2.4 to 3.4 GHz, but is 4": lambda: pair(
        Tabulated(FREQUENCY, SEPARATION, green=GREEN), frequency_ghz=4.0
    ),
    "`frequency_ghz` must be 2.4 GHz, as in the table, but is 2.87": lambda: pair(
        Tabulated(FREQUENCY[:1], SEPARATION, green=GREEN[:1])
    ),
    "`separation_nm` must lie within the table, from 0 to 600 nm, but is 601": lambda: pair(
        Tabulated(FREQUENCY, SEPARATION, green=GREEN), 601.0
    ),
    "`height_nm` must not be given": lambda: pair(Tabulated(FREQUENCY, SEPARATION, green=GREEN), height_nm=5.0),
    "`chemical_potential_ghz` must be at most 0 where the `gap_ghz` of a table is not known, but is 1": lambda: pair(
        Tabulated(FREQUENCY, SEPARATION, green=GREEN), chemical_potential_ghz=1.0, temperature_k=1.0
    ),
    "`chemical_potential_ghz` must lie below the gap": lambda: pair(
        Tabulated(FREQUENCY, SEPARATION, green=GREEN, gap_ghz=2.0), chemical_potential_ghz=2.0, temperature_k=1.0
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        BAD[message]()
    assert message in str(caught.value)


def test_violation_between_the_points_names_the_eigenvalue() -> None:
    """Positive on the grid's own pairs, but not for three qubits at separations that are not equally spaced there."""
    grid = np.array([0.0, 7.0, 10.0, 20.0, 35.0, 50.0])
    table = Tabulated([2.87], grid, green=[-1j * np.array([1, 0.95, 0.9, -0.9, 0.0, 0.0])])
    with pytest.raises(ArgumentError, match="has the eigenvalue -"):
        table.medium(positions_nm=[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]], frequency_ghz=2.87)


def columns(values: NDArray) -> str:
    rows = [
        f"{f!r}, {r!r}, {float(values[i, j].real)!r}, {float(values[i, j].imag)!r}"
        for i, f in enumerate(FREQUENCY.tolist())
        for j, r in enumerate(SEPARATION.tolist())
    ]
    np.random.default_rng(2).shuffle(rows)
    return "# made by hand\nfrequency_ghz, separation_nm, green_real, green_imag\n\n" + "\n".join(rows)


def test_csv_and_netcdf_hold_the_same(tmp_path: Path) -> None:
    values = one_way(FREQUENCY, SEPARATION) * 0.3 - 0.7j * absorbed()
    direct = Tabulated(FREQUENCY, SEPARATION, green=values, tolerance=0.9)
    (tmp_path / "table.csv").write_text(columns(values), encoding="utf-8")
    axes = ("frequency_ghz", "separation_nm")
    coordinates = {"frequency_ghz": FREQUENCY, "separation_nm": SEPARATION}
    data = xarray.Dataset({"green_real": (axes, values.real), "green_imag": (axes, values.imag)}, coordinates)
    data.transpose("separation_nm", "frequency_ghz").to_netcdf(tmp_path / "table.nc", engine="h5netcdf")
    for name in ("table.csv", "table.nc"):
        made = Tabulated.from_file(tmp_path / name, tolerance=0.9)
        assert np.array_equal(made.table.amplitude, direct.table.amplitude)


def test_spectrum_from_a_file(tmp_path: Path) -> None:
    lines = [
        f"{f},{r},{s}"
        for f, row in zip(FREQUENCY, spectrum(1.0), strict=True)
        for r, s in zip(SEPARATION, row, strict=True)
    ]
    path = tmp_path / "noise.csv"
    path.write_text("frequency_ghz,separation_nm,spectrum\n" + "\n".join(lines), encoding="utf-8")
    made = pair(Tabulated.from_file(path, temperature_k=1.0, gap_ghz=2.0), temperature_k=1.0)
    assert made.provenance is not None
    assert "table of spectrum at 21 frequencies and 61 separations, taken at 1 K" in made.provenance.source


HEADER = "frequency_ghz,separation_nm,green\n"
PARTS = "frequency_ghz,separation_nm,green_real,green_imag\n"
BAD_FILES = {
    "must end in .csv, .nc or .nc4": ("table.txt", ""),
    "the file is empty": ("a0.csv", "# nothing\n"),
    "there are no numbers below the header": ("a.csv", HEADER),
    "line 3: has 2 columns, but the header has 3": ("b.csv", HEADER + "2.87,0,1\n2.87,1\n"),
    "line 2: has 4 columns, but the header has 3": ("b2.csv", HEADER + "2.87,0,1,5\n"),
    'line 2: column "separation_nm" must be a finite number, but is "zero"': ("c.csv", HEADER + "2.87,zero,1\n"),
    'line 2: column "green" must be a finite number, but is "nan"': ("c1.csv", HEADER + "2.87,0,nan\n"),
    'line 2: column "green" must be a finite number, but is ""': ("c2.csv", HEADER + "2.87,0,\n"),
    'line 2: column "frequency_ghz" must be a finite number, but is "inf"': ("c3.csv", HEADER + "inf,0,1\n"),
    'line 2: column "green" must be a finite number, but is "1_0"': ("c4.csv", HEADER + "2.87,0,1_0\n"),
    "the column separation_nm is missing": ("d.csv", "frequency_ghz,green\n2.87,1\n"),
    "must hold one of spectrum, field_spectrum, green, but holds none": ("e.csv", "frequency_ghz,separation_nm\n1,2\n"),
    "but holds spectrum and green": ("f.csv", "frequency_ghz,separation_nm,green,spectrum\n1,2,3,4\n"),
    "green must be given whole or in parts": ("g.csv", "frequency_ghz,separation_nm,green,green_imag\n1,2,3,4\n"),
    "green_real is missing": ("g1.csv", "frequency_ghz,separation_nm,green_imag\n1,2,3\n"),
    "green_imag is missing": ("g2.csv", "frequency_ghz,separation_nm,green_real\n1,2,3\n"),
    'line 1: column "green_reel" is not known; did you mean "green_real"?': (
        "g3.csv",
        "frequency_ghz,separation_nm,green_reel,green_imag\n1,2,3,4\n",
    ),
    'line 2: column "green_imag" is there twice': ("g4.csv", f"# mine\n{PARTS[:-1]},green_imag\n1,2,3,4,5\n"),
    'line 1: column "separation_nm" is there twice': ("g5.csv", f"{PARTS[:-1]},separation_nm\n1,2,3,4,5\n"),
    'line 1: column "" is not known': ("g6.csv", f"{PARTS[:-1]},\n1,2,3,4,5\n"),
    'line 1: column "temperature_k" is not known': ("g7.csv", f"temperature_k,{HEADER}1,2,3,4\n"),
    "not valid CSV": ("g8.csv", HEADER + '2.87,0,"1\n2.87,1,2"\n'),
    "the point 2.9 GHz, 1 nm of the grid is missing": ("h.csv", HEADER + "2.8,0,1\n2.8,1,1\n2.9,0,1\n"),
    "the point 2.8 GHz, 0 nm of the grid is there more than once": ("i.csv", HEADER + "2.8,0,1\n2.8,0,1\n"),
    "cannot be read as NetCDF": ("j.nc", "not NetCDF"),
}


@pytest.mark.parametrize("message", BAD_FILES)
def test_bad_files(message: str, tmp_path: Path) -> None:
    name, text = BAD_FILES[message]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        Tabulated.from_file(path)
    assert message in str(caught.value)
    assert name in str(caught.value)


def test_byte_order_marks_and_other_separators_say_nothing(tmp_path: Path) -> None:
    green = -1j * absorbed(np.array([2.87]))
    rows = "\n".join(f"2.87;{r};{g.real};{g.imag}" for r, g in zip(SEPARATION, green[0], strict=True))
    (tmp_path / "bom.csv").write_text(f"\ufeff{PARTS.replace(',', '; ')}{rows}\n;;;\n", encoding="utf-8")
    made = Tabulated.from_file(tmp_path / "bom.csv")
    assert np.array_equal(made.table.amplitude, Tabulated([2.87], SEPARATION, green=green).table.amplitude)


def netcdf(path: Path, encoding: dict[str, Any] | None = None, **changes: Any) -> Path:
    """A table of a Green's function as it should be, with some of its variables otherwise."""
    green = -1j * absorbed(np.array([2.87]))
    axes = ("frequency_ghz", "separation_nm")
    variables: dict[str, Any] = {
        "frequency_ghz": ("frequency_ghz", [2.87], {"units": "GHz"}),
        "separation_nm": ("separation_nm", SEPARATION, {"units": "nm"}),
        "green_real": (axes, green.real),
        "green_imag": (axes, green.imag, {"units": "rad/µs"}),
    }
    xarray.Dataset(variables | changes).to_netcdf(path, engine="h5netcdf", encoding=encoding or {})
    return path


def with_hole(value: float) -> NDArray:
    table = -absorbed(np.array([2.87]))
    table[0, 7] = value
    return table


AXES = ("frequency_ghz", "separation_nm")
BAD_NETCDF: dict[str, dict[str, Any]] = {
    'variable "green_reel" is not known; did you mean "green_real"?': {"green_reel": (AXES, with_hole(0.0))},
    'variable "temperature_k" is not known': {"temperature_k": ((), 4.0)},
    'variable "height_nm" is not known': {"height_nm": ("height_nm", [10.0])},
    "must hold one of spectrum, field_spectrum, green, but holds spectrum and green": {
        "spectrum": (AXES, with_hole(1))
    },
    'variable green_imag must be in rad/us, but its units are "MHz"': {
        "green_imag": (AXES, with_hole(0.0), {"units": "MHz"})
    },
    'variable separation_nm must be in nm, but its units are "m"': {
        "separation_nm": ("separation_nm", SEPARATION, {"units": "m"})
    },
    'variable frequency_ghz must be in GHz, but its units are "Hz"': {
        "frequency_ghz": ("frequency_ghz", [2.87], {"units": "Hz"})
    },
    "variable green_imag must be finite everywhere, but 1 of its values are not": {
        "green_imag": (AXES, with_hole(np.nan))
    },
    "variable green_real must be finite everywhere, but 1 of its values": {"green_real": (AXES, with_hole(np.inf))},
    "variable green_imag must lie within its valid range, -1 to 1, but contains -3": {
        "green_imag": (AXES, with_hole(-3.0), {"valid_range": [-1.0, 1.0]})
    },
    "variable green_imag must lie within its valid range, -inf to 0.5, but contains 2": {
        "green_imag": (AXES, with_hole(2.0), {"valid_max": 0.5})
    },
    'variable green_imag: attribute valid_range must be 2 numbers, but is "foo"': {
        "green_imag": (AXES, with_hole(0.0), {"valid_range": "foo"})
    },
    "variable green_imag: attribute valid_range must be 2 numbers, but is 1": {
        "green_imag": (AXES, with_hole(0.0), {"valid_range": [1.0]})
    },
    'variable green_imag: attribute valid_min must be a number, but is "low"': {
        "green_imag": (AXES, with_hole(0.0), {"valid_min": "low"})
    },
    "variable green_real must be numbers": {"green_real": (AXES, with_hole(0.0).astype(str))},
    "variable green_real must have the dimensions frequency_ghz, separation_nm, but has separation_nm": {
        "green_real": ("separation_nm", SEPARATION)
    },
}


@pytest.mark.parametrize("message", BAD_NETCDF)
def test_bad_netcdf(message: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        Tabulated.from_file(netcdf(tmp_path / "bad.nc", **BAD_NETCDF[message]))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fill", "declared"),
    [(-999.0, True), (1e20, True), (9.969209968386869e36, False), (np.float32(9.96921e36), False)],
    ids=["-999", "1e20", "unwritten", "unwritten float"],
)
def test_fill_values_are_no_numbers(fill: float, declared: bool, tmp_path: Path) -> None:
    """Declared as `_FillValue`, or what the NetCDF library leaves where nothing was written."""
    table = with_hole(fill).astype(type(fill))
    encoding = {"green_imag": {"_FillValue": fill if declared else None}}
    file = netcdf(tmp_path / "fill.nc", encoding, green_imag=(AXES, table))
    with pytest.raises(
        FileError, match=r"fill\.nc: variable green_imag must be finite everywhere, but 1 of its values"
    ):
        Tabulated.from_file(file)


def test_packed_numbers_with_units_and_a_valid_range_are_read(tmp_path: Path) -> None:
    """Scale and offset are applied, and the valid range is that of the numbers as stored (CF conventions, 2.5.1)."""
    packing = {"green_imag": {"dtype": "i2", "scale_factor": 1e-3, "add_offset": 0.5, "_FillValue": -32768}}
    imaginary = -absorbed(np.array([2.87]))
    ranged = (AXES, imaginary, {"valid_range": np.array([-2000, 2000], dtype="i2"), "units": "rad/us"})
    made = Tabulated.from_file(netcdf(tmp_path / "packed.nc", packing, green_imag=ranged), tolerance=0.01)
    assert np.allclose(
        made.table.amplitude, Tabulated([2.87], SEPARATION, green=1j * imaginary).table.amplitude, atol=6e-4
    )


def test_missing_file_and_missing_coordinate(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such file"):
        Tabulated.from_file(tmp_path / "nowhere.csv")
    data = xarray.Dataset({"green": (("frequency_ghz", "x"), np.ones((1, 5)))}, {"frequency_ghz": [2.87]})
    data.to_netcdf(tmp_path / "bare.nc", engine="h5netcdf")
    with pytest.raises(FileError, match="the coordinate separation_nm is missing"):
        Tabulated.from_file(tmp_path / "bare.nc")
