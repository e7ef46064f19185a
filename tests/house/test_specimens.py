"""Files of every format that is read back, each once committed: they stay readable, and mean what they meant."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from command_line import error_of, exit_code
from qiskit import QuantumCircuit
from repository import ROOT
from scipy.linalg import expm
from systems import pair, stacked, unstacked

import nvprotocol as nv
from nvprotocol._file_format import FORMAT_VERSIONS
from nvprotocol.design.file import load as load_design
from nvprotocol.errors import DesignFileError, DeviceFileError, ExperimentFileError, FileError
from nvprotocol.experiment.file import device_of, parameters_of
from nvprotocol.tomography.files import read_counts, write_counts

FOLDER = ROOT / "tests" / "specimens"
FIRST = FOLDER / "version_1"
COUNTS = np.array([[0, 503, 497, 0], [498, 2, 1, 499], [0, 2**53, 1, 17]])
J = (0.0, 0.5)
TIMES = (0.2, 0.5)
READ = np.array([[0.98, 0.05], [0.02, 0.95]])


def kept(J: float, time: float) -> np.ndarray:
    """What three checks leave of the specimen's pair, by the exponential of the generator: ρ, not normalised."""
    system, sz = pair(a=2.0, A=1.2 + 0.9j, q=0.1, J=J, delta=0.5), np.diag([1.0, 0.0, 0.0, -1.0])
    project = np.eye(4) - np.abs(sz)
    rho = np.zeros((4, 4), dtype=complex)
    rho[2, 2] = 1.0  # |↑↓⟩ in Qiskit's order, as the generator
    for _ in range(3):
        rho = project @ unstacked(expm(system.generator() * time / 3) @ stacked(rho)) @ project
    return rho


def test_every_version_of_every_kind_is_here() -> None:
    assert set(FORMAT_VERSIONS) == {*KINDS, "figure data"}, "which nothing reads back"
    for kind, newest in FORMAT_VERSIONS.items():
        for version in range(1, newest + 1):
            for name in KINDS.get(kind, ()):
                assert (FOLDER / f"version_{version}" / name).is_file()


KINDS = {
    "experiment": ["experiment.toml"],
    "design": ["design.toml"],
    "device": ["device.toml"],
    "readout": ["readout.toml"],
    "counts": ["counts.csv", "counts.tsv", "counts.json"],
    "experiment data": ["experiment_data.nc"],
    "design data": ["design_data.nc"],
}


def test_an_experiment_file() -> None:
    found = nv.experiment.load(FIRST / "experiment.toml")
    assert (found.content.title, found.content.run.shots, found.content.run.seed) == ("A specimen", 500, 1)
    assert (found.scan.parameter, found.scan.values.tolist()) == ("protocol.duration", list(TIMES))
    assert found.curves is not None
    assert (found.curves.parameter, found.curves.values.tolist()) == ("medium.J", list(J))
    for curve, value in enumerate(J):
        device = device_of(found.settings(curve, 1))
        wanted = nv.Medium.pair(a=2.0, A=1.2 + 0.9j, q=0.1, J=value)
        np.testing.assert_allclose(device.equation.medium.relaxation, wanted.relaxation, rtol=1e-15)
        np.testing.assert_allclose(device.equation.medium.excitation, wanted.excitation, rtol=1e-15)
        np.testing.assert_allclose(device.equation.medium.flip_flop, wanted.flip_flop, rtol=1e-15)
        np.testing.assert_allclose(device.readout_matrices, [READ, READ])
        assert found.settings(curve, 1).device.detuning == 0.5
        assert parameters_of(found.settings(curve, 1))["checks"] == 3


def test_the_data_of_an_experiment() -> None:
    data = xarray.load_dataset(FIRST / "experiment_data.nc", engine="h5netcdf")
    assert data.attrs["format_version"] == 1
    assert nv.experiment.parse(data.attrs["experiment_file"]).scan.values.tolist() == list(TIMES)
    assert data.point.values.tolist() == list(TIMES)
    assert data.point.attrs == {"long_name": "protocol.duration", "units": "µs"}
    assert data.curve.values.tolist() == ["J = 0 rad/µs", "J = 0.5 rad/µs"]
    assert data.setting.values.tolist() == list(nv.tomography.PAULI)
    assert data.counts.dims == ("curve", "point", "setting", "outcome")
    for index in np.ndindex(2, 2):
        one, rho = data.isel(curve=index[0], point=index[1]), kept(J[index[0]], TIMES[index[1]])
        probability = np.trace(rho).real
        assert float(one.success_exact) == pytest.approx(probability, rel=1e-9)
        assert float(one.concurrence_exact) == pytest.approx(2 * abs(rho[1, 2]) / probability, rel=1e-9)
        counts = one.counts.to_numpy()
        assert float(one.success_probability) == counts.sum() / (9 * 500)
        estimate = nv.tomography.estimate(counts, readout=READ)
        state = one.state.sel(part="real").to_numpy() + 1j * one.state.sel(part="imaginary").to_numpy()
        np.testing.assert_allclose(state, estimate.state, atol=1e-3)  # to what the fit's tolerance leaves open
        assert float(one.concurrence_low) < float(one.concurrence) < float(one.concurrence_high)
        assert float(one.deviation) == pytest.approx(
            float((one.concurrence - one.concurrence_exact) / one.concurrence_error), rel=1e-9
        )


def test_a_design_file_and_its_data() -> None:
    task = load_design(FIRST / "design.toml")
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    asked = task.content.design
    assert (asked.target_fidelity, asked.separation_nm, asked.height_nm) == (0.9, (50.0, 150.0), (10.0, 30.0))
    assert (asked.frequency_ghz, asked.temperature_k, asked.points) == (2.87, 0.02, 3)
    data = xarray.load_dataset(FIRST / "design_data.nc", engine="h5netcdf")
    assert (data.attrs["format_version"], data.attrs["target_fidelity"]) == (1, 0.9)
    assert data.separation.values.tolist() == [50.0, 100.0, 150.0]
    assert data.height.values.tolist() == [10.0, 20.0, 30.0]
    medium = film.medium(
        data.separation.to_numpy()[:, None],
        height_nm=data.height.to_numpy(),
        frequency_ghz=2.87,
        temperature_k=0.02,
    )
    np.testing.assert_allclose(data.a, medium.relaxation[..., 0, 0].real, rtol=1e-6)
    np.testing.assert_allclose(data.A_abs, np.abs(medium.relaxation[..., 0, 1]), rtol=1e-6)
    assert np.all(data.a > data.A_abs)


def test_a_device_file() -> None:
    device = nv.Device.from_toml(FIRST / "device.toml")
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    wanted = film.medium(50.0, height_nm=10.0, frequency_ghz=2.87, temperature_k=0.02)
    np.testing.assert_allclose(device.equation.medium.relaxation, wanted.relaxation, rtol=1e-12)
    assert (device.name, device.is_ideal) == ("optimum", True)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json"])
def test_counts(suffix: str) -> None:
    found = read_counts(FIRST / f"counts.{suffix}")
    assert found.settings == ("ZZ", "XX", "YX")
    np.testing.assert_array_equal(found.counts, COUNTS)


def test_a_circuit() -> None:
    circuit = nv.experiment.from_qasm(FIRST / "circuit.qasm")
    assert [(one.name, one.size) for one in circuit.cregs] == [("parity", 3)]
    assert isinstance(circuit, QuantumCircuit)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=1.2 + 0.9j, q=0.1), detuning=0.5))
    found = nv.emulate(circuit, device, shots=None, engine="exact", postselect={"parity": 1})
    rho = kept(0.0, 3 * 0.333333333333)
    assert found.success_probability == pytest.approx(np.trace(rho).real, rel=1e-9)
    assert found.concurrence == pytest.approx(2 * abs(rho[1, 2]) / np.trace(rho).real, rel=1e-9)


@pytest.mark.parametrize("suffix", ["csv", "nc"])
def test_a_table_of_noise(suffix: str) -> None:
    # G = −i f·10⁻³ e^{ikr}, k = 2πf/4 µm: A = −Im G, J = Re G/2.
    magnet = nv.magnets.Tabulated.from_file(FIRST / f"noise.{suffix}")
    for frequency in (2.0, 3.0, 4.0):
        for separation in (40.0, 80.0, 160.0):
            found = magnet.medium(separation, frequency_ghz=frequency, dipole=False)
            green = -1e-3j * frequency * np.exp(2j * np.pi * frequency * separation / 4000)
            assert found.relaxation[0, 0] == pytest.approx(1e-3 * frequency, rel=1e-9)
            assert found.relaxation[0, 1] == pytest.approx(-green.imag, abs=1e-9)
            assert found.flip_flop[0, 1] == pytest.approx(green.real / 2, abs=1e-9)


def test_readout_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rho = np.diag([0.4, 0.3, 0.2, 0.1]).astype(complex)
    matrix = np.kron([[0.99, 0.03], [0.01, 0.97]], [[0.98, 0.05], [0.02, 0.95]])
    counts = np.rint(1e5 * nv.tomography.probabilities(rho) @ matrix.T).astype(int)
    monkeypatch.chdir(tmp_path)
    write_counts("counts.csv", counts, nv.tomography.PAULI)
    assert exit_code("tomography", "counts.csv", "--readout", str(FIRST / "readout.toml")) == 0
    printed = capsys.readouterr().out
    assert all(population in printed for population in ("0.400", "0.300", "0.200", "0.100", "5000 shots"))


NEWER: dict[str, tuple[Any, type[FileError]]] = {
    "experiment.toml": (nv.experiment.load, ExperimentFileError),
    "design.toml": (load_design, DesignFileError),
    "device.toml": (nv.Device.from_toml, DeviceFileError),
    "counts.csv": (read_counts, FileError),
    "counts.tsv": (read_counts, FileError),
    "counts.json": (read_counts, FileError),
}
WAYS = {".json": '"format_version": {}', "": "format_version = {}"}


@pytest.mark.parametrize("name", NEWER)
@pytest.mark.parametrize("version", [2, 17])
def test_a_newer_format_is_refused_in_one_line(name: str, version: int, tmp_path: Path) -> None:
    read, error = NEWER[name]
    text, way = (FIRST / name).read_text(encoding="utf-8"), WAYS.get(Path(name).suffix, WAYS[""])
    assert way.format(1) in text
    newer = text.replace(way.format(1), way.format(version)) + "\nwhat = 'only newer versions know'\n" * (
        way != WAYS[".json"]
    )
    (tmp_path / name).write_text(newer, encoding="utf-8")
    place = name if name.endswith(".json") else f"{name}, line 1"
    with pytest.raises(error) as caught:
        read(tmp_path / name)
    assert (
        str(caught.value)
        == f"{tmp_path}/{place}: format_version must be at most 1, the newest known, but is {version}."
    )


def test_a_newer_readout_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new.toml").write_text("format_version = 2\n[readout]\n", encoding="utf-8")
    found = error_of(capsys, "tomography", str(FIRST / "counts.csv"), "--readout", "new.toml")
    assert found == "nvprotocol: new.toml, line 1: format_version must be at most 1, the newest known, but is 2."


@pytest.mark.parametrize("value", ["0", "-1", "1.0", "true", '"1"'])
def test_what_is_no_version(value: str, tmp_path: Path) -> None:
    text = (FIRST / "device.toml").read_text(encoding="utf-8").replace("_version = 1", f"_version = {value}")
    (tmp_path / "device.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeviceFileError, match="line 1: format_version must be a whole number of at least 1, but is"):
        nv.Device.from_toml(tmp_path / "device.toml")


@pytest.mark.parametrize("name", NEWER)
def test_what_people_write_needs_no_version(name: str, tmp_path: Path) -> None:
    read, _ = NEWER[name]
    text = (FIRST / name).read_text(encoding="utf-8")
    for said in ("# format_version = 1\n", "format_version = 1\n", '"format_version": 1, '):
        text = text.replace(said, "", 1)
    assert "version" not in text
    (tmp_path / name).write_text(text, encoding="utf-8")
    one, other = read(FIRST / name), read(tmp_path / name)
    if name.startswith("counts"):
        np.testing.assert_array_equal(one.counts, other.counts)
    else:
        assert getattr(one, "content", 0) == getattr(other, "content", 0)
