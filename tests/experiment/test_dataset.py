"""An experiment's result as data and as a table: nothing but the result's own numbers."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray
from experiments import HARDLY_ANY, MONITORED, SYMMETRIC, UNMONITORED, result_of

import nvprotocol as nv
from nvprotocol.experiment import report_text, to_dataset


@pytest.mark.parametrize("text", [MONITORED, UNMONITORED], ids=["monitored", "unmonitored"])
def test_data_are_the_results_own_numbers(text: str) -> None:
    result = result_of(text)
    data = to_dataset(result)
    for row, curve in enumerate(result.curves):
        for column, one in enumerate(curve.estimates):
            assert isinstance(one, nv.Estimate)
            here = data.isel(curve=row, point=column)
            assert here.concurrence.item() == one.concurrence
            assert (here.concurrence_low.item(), here.concurrence_high.item()) == one.interval
            assert here.concurrence_error.item() == one.standard_error
            assert here.success_probability.item() == one.success_probability
            assert (here.success_low.item(), here.success_high.item()) == one.success_interval
            np.testing.assert_array_equal(here.counts, one.counts)
            assert here.p_value.item() == one.p_value
            state = here.state.sel(part="real").to_numpy() + 1j * here.state.sel(part="imaginary").to_numpy()
            np.testing.assert_array_equal(state, one.state)
        here = data.isel(curve=row)
        np.testing.assert_allclose(here.concurrence_exact, nv.concurrence(curve.exact.states), rtol=0, atol=1e-14)
        np.testing.assert_array_equal(here.success_exact, curve.exact.probability)
        np.testing.assert_allclose(here.concurrence_fine, nv.concurrence(curve.fine_exact.states), rtol=0, atol=1e-14)
        np.testing.assert_array_equal(here.success_fine, curve.fine_exact.probability)
        np.testing.assert_allclose(here.deviation, curve.deviations, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(data.point, result.experiment.scan.values)
    np.testing.assert_array_equal(data.fine, result.curves[0].fine)
    assert data.curve.values.tolist() == [curve.label for curve in result.curves]
    assert data.setting.values.tolist() == list(nv.tomography.pauli_settings(2))
    assert data.attrs["tomography"] == "ansatz full"


def test_data_of_five_settings() -> None:
    data = to_dataset(result_of(SYMMETRIC))
    assert data.setting.values.tolist() == list(nv.tomography.U1)
    assert data.counts.shape == (1, 3, 5, 4)
    assert data.attrs["tomography"] == "ansatz X"
    assert np.all((data.p_value > 0) & (data.p_value <= 1))


def test_success_intervals_are_clopper_and_pearsons() -> None:
    data = to_dataset(result_of(MONITORED))
    kept = data.counts.sum(["setting", "outcome"])
    low, high = nv.tomography.clopper_pearson(kept.to_numpy(), 9 * 400)
    np.testing.assert_array_equal(data.success_low, low)
    np.testing.assert_array_equal(data.success_high, high)
    np.testing.assert_allclose(data.success_probability, kept / 3600, rtol=1e-15)


def test_data_describe_themselves() -> None:
    result = result_of(MONITORED)
    data = to_dataset(result)
    assert data.attrs["title"] == "A small experiment"
    assert data.attrs["experiment_file"] == MONITORED
    assert data.attrs["chi_squared"] == result.agreement.chi_squared
    assert data.attrs["degrees_of_freedom"] == result.agreement.degrees_of_freedom
    assert re.search(r"nvprotocol \d.*qiskit \d.*qiskit-aer \d.*numpy \d", data.attrs["software"])
    assert data.point.attrs == {"long_name": "protocol.duration", "units": "µs"}
    assert to_dataset(result_of(UNMONITORED)).point.attrs["units"] == "rad/µs"
    assert to_dataset(result_of(UNMONITORED)).attrs["title"] == "small"
    nameless = [name for name in data.data_vars if "long_name" not in data[name].attrs]
    assert nameless == []


def test_where_nothing_is_kept_there_is_no_number() -> None:
    data = to_dataset(result_of(HARDLY_ANY)).isel(curve=0)
    for name in ("concurrence", "concurrence_low", "concurrence_error", "success_probability", "deviation"):
        assert np.isfinite(data[name].to_numpy()).tolist() == [True, False, False]
    assert np.isfinite(data.success_exact).all()
    assert np.isnan(data.state.isel(point=1)).all()
    assert int(data.counts.isel(point=1).sum()) == 0


@pytest.mark.slow
def test_data_survive_a_file(tmp_path: Path) -> None:
    data = to_dataset(result_of(MONITORED))
    data.to_netcdf(tmp_path / "data.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "data.nc") as read:
        xarray.testing.assert_identical(read.load(), data)


def rows(text: str) -> list[list[str]]:
    """The rows of numbers of a table, cell by cell."""
    lines = [line.replace("–", " ").split() for line in text.splitlines()]
    return [line for line in lines if len(line) > 1 and all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in line[:2])]


def test_the_report_contains_the_numbers() -> None:
    result = result_of(MONITORED)
    text = report_text(result)
    assert text.startswith("A small experiment\nδ = 0 rad/µs")
    assert "δ = 2.5 rad/µs" in text
    assert " ".join(str(result).split()) in " ".join(text.split())
    table = rows(text)
    points = [(curve, k) for curve in result.curves for k in range(3)]
    assert len(table) == len(points)
    for row, (curve, k) in zip(table, points, strict=True):
        one = curve.estimates[k]
        assert isinstance(one, nv.Estimate)
        deviation = f"{curve.deviations[k]:+.1f}"
        numbers = [one.concurrence, *one.interval, nv.concurrence(curve.exact.states[k]), deviation, "σ"]
        numbers += [one.success_probability, *one.success_interval, curve.exact.probability[k]]
        expected = [part if isinstance(part, str) else f"{float(part):.4f}" for part in numbers]
        assert row == [f"{result.experiment.scan.values[k]:.4g}", *expected]


def test_the_report_says_where_nothing_is_kept() -> None:
    lines = [line for line in report_text(result_of(HARDLY_ANY)).splitlines() if "none kept" in line]
    assert [line.split()[0] for line in lines] == ["8", "9"]
    assert "small" in report_text(result_of(HARDLY_ANY)).splitlines()[0], "without a title the file's name"


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_report_fits_its_width(width: int) -> None:
    assert max(len(line) for line in report_text(result_of(MONITORED), width).splitlines()) <= width
