"""The figure of an experiment shows the result's own numbers, with a name on every axis."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments import HARDLY_ANY, MONITORED, UNMONITORED, result_of, without_noise
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import nvprotocol as nv
from nvprotocol.experiment import ExperimentResult, parse, run
from nvprotocol.experiment.observable import value_of
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, experiment_figure, interval_points


def legend_of(figure: Figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def curves_of(ax: Axes) -> list[Line2D]:
    """The lines that are not part of an error bar."""
    bars = {part for container in ax.containers for part in container.get_children()}
    return [line for line in ax.get_lines() if line not in bars]


def assert_shows(ax: Axes, number: int, result: ExperimentResult, *, success: bool) -> None:
    curve, scan = result.curves[number], result.experiment.scan.values
    kept = [(x, one) for x, one in zip(scan, curve.estimates, strict=True) if one is not None]
    line = curves_of(ax)[number]
    np.testing.assert_array_equal(line.get_xdata(), curve.fine)
    exact = curve.fine_exact.probability if success else nv.concurrence(curve.fine_exact.states)
    np.testing.assert_array_equal(line.get_ydata(), exact)
    container = ax.containers[number]
    assert isinstance(container, ErrorbarContainer)
    points, _, (bars,) = container
    assert points is not None
    np.testing.assert_array_equal(points.get_xdata(), [x for x, _ in kept])
    values = [one.success_probability if success else value_of(one) for _, one in kept]
    np.testing.assert_array_equal(points.get_ydata(), values)
    ends = [one.success_interval if success else one.interval for _, one in kept]
    drawn = [segment[:, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(drawn, ends, atol=1e-12)
    assert to_rgba(line.get_color()) == to_rgba(points.get_color()) == to_rgba(COLOURS[number])


@pytest.mark.slow
def test_two_panels_where_runs_are_discarded() -> None:
    result = result_of(MONITORED)
    figure = experiment_figure(result)
    concurrence, success = figure.axes
    assert (concurrence.get_ylabel(), success.get_ylabel()) == ("concurrence $C$", "success probability $P$")
    assert (concurrence.get_xlabel(), success.get_xlabel()) == ("", "time $t$ (µs)")
    assert success.get_yscale() == "linear", "what is kept goes down to a third, not to a hundredth"
    assert concurrence.get_xlim() == success.get_xlim()
    for number in range(2):
        assert_shows(concurrence, number, result, success=False)
        assert_shows(success, number, result, success=True)
    assert legend_of(figure) == ["δ = 0 rad/µs", "δ = 2.5 rad/µs", "master equation", "emulated, 95 % interval"]
    assert concurrence.containers[0][0].get_marker() != concurrence.containers[1][0].get_marker()


@pytest.mark.slow
def test_one_panel_where_nothing_is_discarded() -> None:
    result = result_of(UNMONITORED)
    figure = experiment_figure(result)
    (ax,) = figure.axes
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("concurrence $C$", "dissipative coupling $A$ (rad/µs)")
    assert_shows(ax, 0, result, success=False)
    assert legend_of(figure) == ["master equation", "emulated, 95 % interval"]


@pytest.mark.parametrize("text", [MONITORED, UNMONITORED, HARDLY_ANY], ids=["monitored", "unmonitored", "hardly any"])
def test_nothing_is_cut_off(text: str) -> None:
    result = result_of(text)
    low, high = experiment_figure(result).axes[0].get_ylim()
    tops = [one.interval[1] for curve in result.curves for one in curve.estimates if one is not None]
    exact = [nv.concurrence(curve.fine_exact.states).max() for curve in result.curves]
    assert low < 0
    assert high > max(*tops, *exact)


def test_points_of_which_nothing_is_kept_are_not_drawn() -> None:
    result = result_of(HARDLY_ANY)
    concurrence, success = experiment_figure(result).axes
    assert_shows(concurrence, 0, result, success=False)
    assert_shows(success, 0, result, success=True)
    assert success.get_yscale() == "log"
    (curve,) = result.curves
    curve = type(curve)(curve.label, [None] * 3, curve.exact, curve.fine, curve.fine_exact)
    nothing = replace(result, curves=[curve], covered=(0, 0))
    assert [len(ax.containers) for ax in experiment_figure(nothing).axes] == [0, 0]


def test_points_without_noise_have_no_interval() -> None:
    result = without_noise(MONITORED)
    figure = experiment_figure(result)
    assert legend_of(figure)[-1] == "emulated"
    assert_shows(figure.axes[0], 1, result, success=False)
    assert_shows(figure.axes[1], 1, result, success=True)


@pytest.mark.slow
def test_a_figure_is_a_column_wide_and_can_be_written(tmp_path: Path) -> None:
    figure = experiment_figure(result_of(MONITORED))
    assert figure.get_size_inches()[0] == COLUMN_WIDTH
    for ending, start in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        figure.savefig(tmp_path / f"figure.{ending}")
        assert (tmp_path / f"figure.{ending}").read_bytes().startswith(start)


def test_drawing_opens_no_window() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = pyplot.get_fignums()
    experiment_figure(result_of(UNMONITORED))
    assert pyplot.get_fignums() == before


def test_of_many_points_some_are_drawn() -> None:
    text = UNMONITORED.replace("points = 3", "points = 250").replace("shots = 300", "shots = 50")
    result = run(parse(text))
    figure = experiment_figure(result)
    (points,) = [line for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(np.asarray(points.get_xdata()), result.experiment.scan.values[::5])
    assert "emulated (one in 5 points), 95 % interval" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_points_without_an_entry_in_the_legend() -> None:
    ax = Figure().subplots()
    interval_points(ax, [0.0], [0.5], [0.4], [0.6], label=None)
    assert ax.get_legend_handles_labels() == ([], [])
