"""`nvprotocol figures`: what it writes and prints, what it refuses, and whether what it draws can be read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray
from command_line import error_of, exit_code
from figure_data import data_of
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.text import Text
from repository import ROOT

from nvprotocol.errors import ArgumentError, OutputError
from nvprotocol.paper import figures
from nvprotocol.paper.figures import FORMATS, INDEX, NAMES, agreement, load, refuse_existing, save
from nvprotocol.plotting import COLUMN_WIDTH, PAGE_WIDTH, STYLE, interval_points, panels

pytestmark = pytest.mark.xdist_group("figures")  # the data of each are worked out once
GALLERY = ROOT / "docs" / "figures"
LINELESS = ("fig1",)
"""Drawings without axes."""


@pytest.mark.slow
def test_one_command_leaves_graphics_and_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("figures", "fig2", "fig1", "--output", tmp_path / "made", "--shots", "200", "--seed", "3") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    made = tmp_path / "made"
    expected = {f"{name}.{ending}" for name in ("fig1", "fig2") for ending in ("pdf", "png", "nc")}
    assert {path.name for path in made.iterdir()} == expected | {
        "fig1.start-end.csv",
        "fig2.delta-time.csv",
        "fig2.delta-point.csv",
        "fig2.delta-pulsed_point.csv",
    }
    assert (made / "fig2.pdf").read_bytes().startswith(b"%PDF")
    assert (made / "fig2.png").read_bytes().startswith(b"\x89PNG")
    with xarray.open_dataset(made / "fig2.nc") as data:
        again = load("fig2").compute(200, seed=3)
        written = data.load()
        assert written.attrs.pop("format_version") == 1
        xarray.testing.assert_identical(written, again)
    lines = printed.out.splitlines()
    assert lines[0] == f"fig2  {load('fig2').title}: {agreement(again)}."
    assert lines[1].endswith("nothing emulated.")
    assert str(made) in lines[2]


def test_tables_hold_the_numbers_of_the_data(tmp_path: Path) -> None:
    data = data_of("fig3")
    save("fig3", load("fig3"), data, tmp_path, ["csv"])
    curves = pd.read_csv(tmp_path / "fig3.delta-time.csv", index_col=["delta", "time"])
    assert list(curves.columns) == ["concurrence", "kept"]
    np.testing.assert_allclose(curves.concurrence, data.concurrence.to_numpy().ravel(), rtol=1e-9, atol=1e-12)
    points = pd.read_csv(tmp_path / "fig3.delta-point.csv")
    np.testing.assert_allclose(points.high, data.high.to_numpy().ravel(), rtol=1e-9)


@pytest.mark.slow
def test_the_same_files_every_time(tmp_path: Path) -> None:
    data = data_of("figS5")
    first, second = (save("figS5", load("figS5"), data, tmp_path / each, ["pdf", "png"]) for each in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_figure_is_replaced_by_force_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fig1.png").write_text("mine", encoding="utf-8")
    assert "already holds fig1.png; give --force" in error_of(capsys, "figures", "fig1", "--output", tmp_path)
    assert (tmp_path / "fig1.png").read_text(encoding="utf-8") == "mine"
    assert exit_code("figures", "fig1", "--output", tmp_path, "--force", "--format", "png", "--quiet") == 0
    assert {path.name for path in tmp_path.iterdir()} == {"fig1.png"}
    assert (tmp_path / "fig1.png").read_bytes().startswith(b"\x89PNG")


def test_errors_are_one_line_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = error_of(capsys, "figures", "fig2", "fig4", "--output", tmp_path)
    assert named.startswith("nvprotocol: Argument `name` must be one of ")
    assert all(f'"{name}"' in named for name in NAMES)
    assert named.endswith('but is "fig4".')
    listed = ", ".join(f'"{one}"' for one in FORMATS)
    assert (
        error_of(capsys, "figures", "fig2", "--format", "svg")
        == f'nvprotocol: Argument `--format` must be one of {listed}, but is "svg".'
    )
    assert "Argument `shots` must be at least 1, but is 0." in error_of(
        capsys, "figures", "fig1", "--shots", "0", "-o", tmp_path
    )
    assert "Argument `seed` must be at least 0, but is -1." in error_of(
        capsys, "figures", "fig1", "--seed", "-1", "-o", tmp_path
    )
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    assert "there is a file of that name" in error_of(capsys, "figures", "fig1", "--output", taken)
    assert {path.name for path in tmp_path.iterdir()} == {"taken"}


def test_help_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("figures", "--help") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"NAMES are out of {', '.join(NAMES)}; all of them" in shown


@pytest.mark.slow
def test_all_of_them_get_a_page_and_leave_that_of_others_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "NAMES", ("fig1", "fig2"))
    assert exit_code("figures", "-o", tmp_path / "all", "--shots", "50", "--format", "csv") == 0
    page = (tmp_path / "all" / INDEX).read_text(encoding="utf-8")
    assert [line.split(":")[0] for line in page.splitlines() if line.startswith("## ")] == ["## fig1", "## fig2"]
    capsys.readouterr()
    other = tmp_path / "other"
    other.mkdir()
    (other / INDEX).write_text("mine", encoding="utf-8")
    assert f"already holds {INDEX}; give --force" in error_of(capsys, "figures", "--output", other)


def test_functions_refuse_as_the_command_does(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r'Argument `name` must be one of "fig1", .*, but is "Fig. 2"'):
        load("Fig. 2")
    with pytest.raises(ArgumentError, match=r'Argument `formats` must be one of "pdf", .*, but is "svg"'):
        save("fig1", load("fig1"), data_of("fig1"), tmp_path, ["svg"])
    with pytest.raises(ArgumentError, match="Argument `shots` must be a whole number, but is"):
        load("fig1").compute(2.5)  # pyright: ignore[reportArgumentType]  # what is tested
    inside = tmp_path / "file"
    inside.write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        save("fig1", load("fig1"), data_of("fig1"), inside / "below", ["png"])
    refuse_existing(["fig1"], tmp_path / "nowhere")


@pytest.mark.slow
def test_few_shots_leave_gaps_instead_of_failing() -> None:
    data = load("fig3").compute(1, seed=5)
    assert int(data.emulated.isnull().sum()) > 0
    assert agreement(data).total < 2 * data.emulated.size
    load("fig3").draw(data)


def shown_texts(ax: Axes) -> list[Text]:
    return [text for text in ax.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_can_be_read_at_the_width_it_is_printed(name: str) -> None:
    figure = load(name).draw(data_of(name))
    assert figure.get_figwidth() in (COLUMN_WIDTH, PAGE_WIDTH)
    figure.draw_without_rendering()
    for ax in figure.axes:
        assert min(float(text.get_fontsize()) for text in shown_texts(ax)) >= 7
        assert not ax.get_title()
        if name not in LINELESS:
            assert ax.get_xlabel() or ax.get_ylabel()
    lettered = [
        one.get_text() for ax in figure.axes for one in ax.texts if one.get_text() in ("(a)", "(b)", "(c)", "(d)")
    ]
    caption = load(name).caption
    assert data_of(name).attrs["caption"] == caption
    assert all(letter in caption for letter in lettered)
    assert caption.endswith(".")
    assert ("Aer" in caption) == bool(agreement(data_of(name)).total)
    # Nothing is cut off at the edge of the paper.
    width, height = figure.bbox.size
    for ax in figure.axes:
        box = ax.get_tightbbox()
        assert box is not None
        assert box.x0 > -1
        assert box.y0 > -1
        assert box.x1 < width + 1
        assert box.y1 < height + 1


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_is_in_step(name: str) -> None:
    page = (GALLERY / INDEX).read_text(encoding="utf-8")
    assert f"## {name}: {load(name).title}\n\n![{load(name).title}]({name}.png)\n\n{load(name).caption}\n" in page, (
        "make figures has not been run"
    )
    assert (GALLERY / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_panels_and_points_are_checked() -> None:
    with rc_context(STYLE):
        figure, axes = panels(2, 1)
    assert axes.shape == (2, 1)
    interval_points(axes[0, 0], [0.0, 1.0], [0.5, np.nan], [0.4, np.nan], [0.6, np.nan])
    (container,) = axes[0, 0].containers
    assert len(container[0].get_xdata()) == 1
    with pytest.raises(ArgumentError, match="Argument `x` must have the one-dimensional shape of values and limits"):
        interval_points(axes[0, 0], [0.0], [0.5, 0.5], [0.4, 0.4], [0.6, 0.6])
    assert figure.get_figwidth() == COLUMN_WIDTH
