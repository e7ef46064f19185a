"""Tables that unfold to more than is in them, lean on other files, or hold what no table holds, are refused."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from repository import ROOT

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.magnets.tabulated.files import MOST_POINTS

VALID = ROOT / "tests" / "specimens" / "version_1" / "noise.nc"
HEADER = "frequency_ghz,separation_nm,green_real,green_imag\n"


def spoilt(folder: Path, change: Callable[[h5py.File], object]) -> str:
    """The message about a copy of a valid table that has been changed."""
    path = folder / "noise.nc"
    path.write_bytes(VALID.read_bytes())
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(FileError) as caught:
        nv.magnets.Tabulated.from_file(path)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    return said.removeprefix(f"{path}: ")


def replaced(**made: object) -> Callable[[h5py.File], object]:
    def change(file: h5py.File) -> None:
        del file["green_real"]
        file.create_dataset("green_real", **made)

    return change


def linked(link: object) -> Callable[[h5py.File], object]:
    def change(file: h5py.File) -> None:
        del file["green_real"]
        file["green_real"] = link

    return change


def test_the_valid_table_is_read() -> None:
    assert nv.magnets.Tabulated.from_file(VALID).kind == "green"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            replaced(shape=(25000, 25000), dtype="f8", chunks=(64, 64)),
            'variable "green_real" must take at most 268435456 bytes, but its shape 25000 × 25000 takes 5000000000.',
        ),
        (
            replaced(shape=(5, 5), dtype="f8", external=[("/etc/passwd", 0, 200)]),
            'variable "green_real" must be in the file itself, but is stored in another one.',
        ),
        (
            linked(h5py.ExternalLink("/etc/passwd", "/x")),
            'variable "green_real" must be in the file itself, but is a link to elsewhere.',
        ),
        (linked(h5py.SoftLink("/nowhere")), 'variable "green_real" must be in the file itself, but is a link to'),
        (
            lambda file: file.create_group("deep").create_group("er"),
            'variable "deep" must be an array of numbers, but is a group.',
        ),
        (lambda file: file.create_dataset("empty", data=h5py.Empty("f8")), 'variable "empty" must be an array of num'),
        (lambda file: file["green_real"].attrs.update(_FillValue=np.array([1.0, 2.0])), "the file cannot be read as"),
    ],
)
def test_storage_is_looked_at_before_it_is_read(
    tmp_path: Path, change: Callable[[h5py.File], object], message: str
) -> None:
    assert spoilt(tmp_path, change).startswith(message)


def test_a_virtual_table_is_refused(tmp_path: Path) -> None:
    def change(file: h5py.File) -> None:
        old = file["green_real"]
        assert isinstance(old, h5py.Dataset)
        shape = old.shape
        layout = h5py.VirtualLayout(shape=shape, dtype="f8")
        layout[...] = h5py.VirtualSource("/etc/passwd", "x", shape=shape)
        del file["green_real"]
        file.create_virtual_dataset("green_real", layout)

    assert "is stored in another one" in spoilt(tmp_path, change)


@pytest.mark.parametrize("content", [b"", b"CDF\x01", b"\x89HDF\r\n\x1a\n", VALID.read_bytes()[:3000]])
def test_what_is_no_netcdf_says_so_and_nothing_else(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noise.nc").write_bytes(content)
    with pytest.raises(FileError, match=r"noise\.nc: the file cannot be read as NetCDF: [^\n]+$"):
        nv.magnets.Tabulated.from_file(tmp_path / "noise.nc")
    assert capfd.readouterr() == ("", "")


def test_points_off_a_grid_are_counted_before_a_grid_is_made(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = "".join(f"{2 + one},{other},0,-1\n" for one, other in rng.random((2000, 2)))
    (tmp_path / "noise.csv").write_text(HEADER + rows)
    with pytest.raises(
        FileError, match=rf"at most {MOST_POINTS} points, but has 2000 frequencies and 2000 separations"
    ):
        nv.magnets.Tabulated.from_file(tmp_path / "noise.csv")


def test_numbers_whose_products_overflow(tmp_path: Path) -> None:
    rows = "".join(f"2.87,{r},0,-1e200\n" for r in range(0, 100, 10))
    (tmp_path / "noise.csv").write_text(HEADER + rows)
    with pytest.raises(
        ArgumentError, match=r"`green` must have no number above 1e\+100, whose products would overflow"
    ):
        nv.magnets.Tabulated.from_file(tmp_path / "noise.csv")
