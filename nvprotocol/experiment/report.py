"""An experiment's result as a table for people."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol._checks import instance, whole_number
from nvprotocol._rich_table import table_of
from nvprotocol.device.medium_section import medium_of
from nvprotocol.experiment.file import medium_section_of
from nvprotocol.experiment.observable import value_of
from nvprotocol.experiment.result import Curve, ExperimentResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

_NO_VALUE = "–"
_MOST_ROWS, _ROWS = 200, 50
"""Points of a curve up to which all are listed, and how many are where there are more."""


def print_report(result: ExperimentResult, console: "Console") -> None:
    """Prints one table for each curve and how well counts and exact distribution agree.

    Args:
        result: The result of an experiment.
        console: Where to print.

    Raises:
        ArgumentError: If it is no result of an experiment, or no console of rich.

    Examples:
        >>> from rich.console import Console
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [1.0]
        ... [run]
        ... shots = 500
        ... '''
        >>> console = Console(record=True, quiet=True)
        >>> nv.experiment.print_report(nv.experiment.run(nv.experiment.parse(text)), console)
    """
    from rich.console import Console

    instance(result, "result", ExperimentResult, article="an")
    instance(console, "console", Console)
    for part in _parts(result):
        console.print(part)


def report_text(result: ExperimentResult, width: int = 120) -> str:
    """The same as plain text.

    Args:
        result: The result of an experiment.
        width: Characters of a line.

    Raises:
        ArgumentError: If it is no result of an experiment, or the width no whole number of at least 1.

    Examples:
        >>> text = '''
        ... medium.A = 1.0
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [1.0]
        ... [run]
        ... shots = 500
        ... '''
        >>> "0.4908" in nv.experiment.report_text(nv.experiment.run(nv.experiment.parse(text)))  # the exact value
        True
    """
    from rich.console import Console

    console = Console(width=whole_number(width, "width", minimum=1), no_color=True, force_terminal=False)
    with console.capture() as capture:
        print_report(result, console)
    return capture.get()


def _parts(result: ExperimentResult) -> "Iterator[RenderableType]":
    from rich.text import Text

    title = result.experiment.content.title or result.experiment.name
    yield Text(title, style="bold")
    for curve in result.curves:
        yield _table(result, curve)
    yield Text(str(result))
    if result.measured is not None:
        yield Text(str(result.measured))
    nodes = [one.metadata.get("nodes", 0) for curve in result.curves for one in curve.estimates if one is not None]
    if any(nodes):
        yield Text(f"Averaged over quasi-static noise: up to {max(nodes)} static detunings at a point.")
    for warning in _validity_warnings(result):
        yield Text(f"Validity warning: {warning}")


def _validity_warnings(result: ExperimentResult) -> list[str]:
    """Validity warnings of an experiment's magnet at any point, each kind once."""
    experiment = result.experiment
    if experiment.content.magnet is None:
        return []
    warnings: dict[str, str] = {}
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            provenance = medium_of(medium_section_of(experiment.settings(curve, point))).provenance
            for note in () if provenance is None else provenance.notes:
                if note.serious:
                    warnings.setdefault(note.text.partition(":")[0].rstrip("0123456789.e-+ "), note.text)
    return list(warnings.values())


def _table(result: ExperimentResult, curve: Curve) -> "RenderableType":
    scan = result.experiment.scan
    heading = f"{scan.symbol} ({scan.unit})" if scan.unit else scan.symbol
    what = result.observable.symbol
    columns = (heading, f"{what} emulated", "95 %", f"{what} exact", "deviation", "P emulated", "95 %", "P exact")
    table = table_of(*columns, title=curve.label or None, left=0)
    exact, deviations = curve.exact.values, curve.deviations
    every = 1 if scan.values.size <= _MOST_ROWS else -(-scan.values.size // _ROWS)
    for k, value in list(enumerate(scan.values))[::every]:
        estimate, deviation = curve.estimates[k], deviations[k]
        probability = f"{curve.exact.probability[k]:.4f}"
        if estimate is None:
            table.add_row(
                f"{value:.4g}", "none kept", _NO_VALUE, f"{exact[k]:.4f}", _NO_VALUE, "0", _NO_VALUE, probability
            )
            continue
        table.add_row(
            f"{value:.4g}",
            f"{value_of(estimate):.4f}",
            "{:.4f}–{:.4f}".format(*estimate.interval),
            f"{exact[k]:.4f}",
            _NO_VALUE if np.isnan(deviation) else f"{deviation:+.1f} σ",
            f"{estimate.success_probability:.4f}",
            "{:.4f}–{:.4f}".format(*estimate.success_interval),
            probability,
        )
    if every > 1:
        table.caption = f"one in {every} of {scan.values.size} points; the data have all"
    return table
