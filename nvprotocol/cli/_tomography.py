"""The state behind the counts of a laboratory."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvprotocol._rich_table import table_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from nvprotocol.tomography import StateEstimate
    from nvprotocol.tomography.files import CountTable

_BELL_STATES = ("psi-", "psi+", "phi-", "phi+")
_CONFIDENCE = 0.99
"""Confidence at which a state is called entangled."""
_UNTESTED = "none, as no degrees of freedom are left for a goodness-of-fit test"
_OPEN = "not determined"
"""Printed in the place of a number that the settings leave open."""
_HINT = ", or --ansatz X where the protocol conserves the total σᶻ"
_SHOWN = "The drawing shows one of the states that fit best; the intervals are over all that fit."
_MOST_PRINTED = 8
"""Size of a state up to which its elements are printed."""


_FILES = ("figure.pdf", "figure.png", "table.txt")
"""What the result folder of a tomography holds."""


def run_tomography(
    file: Path, readout: Path | None, output: Path | None, *, ansatz: str, level: float, force: bool
) -> None:
    """Reads counts, estimates, prints, and leaves drawing and table in a folder."""
    from nvprotocol.tomography.files import read_counts

    data = read_counts(file)
    arguments: dict[str, Any] = {"settings": data.settings, "ansatz": ansatz, "level": level}
    if readout is not None:
        from nvprotocol.cli._readout import read_readout

        arguments["readout"], arguments["calibration_shots"] = read_readout(readout, len(data.settings[0]))

    from nvprotocol import plotting
    from nvprotocol._file_contents import picture
    from nvprotocol._writing import write_files
    from nvprotocol.runs import result_folder

    target = Path("results", file.stem) if output is None else output
    text = ""

    def is_there(folder: Path) -> bool:
        return all((folder / name).is_file() for name in _FILES)

    def same(folder: Path) -> bool:
        """Whether this command, run before or at the same time, has left its result."""
        return is_there(folder) and (folder / "table.txt").read_bytes() == text.encode()

    if not force and is_there(target):
        text, _ = _report(file, data, arguments)
        if same(target):
            click.echo(f"{text}Nothing was left to do: figure and table are in {target}.")
            return
    with result_folder(target, files=_FILES, force=force, same=same) as folder:
        text, estimate = _report(file, data, arguments)
        figure = plotting.density_matrix_figure(estimate.state)
        contents = {"figure.pdf": picture(figure, "pdf"), "figure.png": picture(figure, "png"), "table.txt": text}
        write_files({folder / name: content for name, content in contents.items()})
    click.echo(f"{text}Figure and table are in {target}.")


def _report(file: Path, data: "CountTable", arguments: dict[str, Any]) -> tuple[str, "StateEstimate"]:
    """What is printed, and the estimate."""
    from io import StringIO

    from rich.console import Console

    from nvprotocol.tomography import ModelWarning, estimate

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ModelWarning)
        found = estimate(data.counts, **arguments)
    page = StringIO()
    console = Console(file=page, width=40 + 16 * len(found.state))
    kept = data.counts.sum(axis=1)
    ansatz = ", X ansatz: a state that commutes with the total σᶻ" if arguments["ansatz"] == "X" else ""
    known = f"{kept.sum()} shots in {(kept > 0).sum()} of {len(kept)} settings"
    _say(console, f"{file.name}: {known}{ansatz}")
    measured = [label for label, shots in zip(data.settings, kept, strict=True) if shots > 0]
    if len(found.state) <= _MOST_PRINTED:
        fixed = _fixed_elements(len(found.state), measured, arguments["ansatz"])
        complete = bool(fixed.all())
        console.print(_state_table(found.state, fixed))
        _say(console, "Arrows: qubit 0 first, as in the paper. Bits: Qiskit's order, qubit 0 last.")
    else:  # of many qubits each element would take a matrix
        complete = _all_measured(measured)
    if not complete:
        suffices = len(found.state) == 4 and _fixed_elements(4, measured, "X").all()
        hint = _HINT if suffices and arguments["ansatz"] != "X" else ""
        _say(console, f"These settings do not determine the state: more are needed{hint}. {_SHOWN}")
    if len(found.state) == 4:
        console.print(_quantities(found, data.counts, measured, arguments))
        for line in _verdicts(found, data.counts, arguments):
            _say(console, line)
    for warning in caught:
        _say(console, f"Warning: {warning.message}")
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines()), found


def _say(console: "Console", line: str) -> None:
    """Prints a line as it is, however long: terminals break lines, files need not."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _fixed_elements(size: int, measured: list[str], ansatz: str) -> Any:
    """Whether the settings with shots fix the elements of the density matrix, shape (size, size)."""
    import numpy as np

    from nvprotocol.tomography import determines

    unit = np.eye(size * size).reshape(size, size, size, size)  # [i, j] is |i⟩⟨j|
    turned = unit.swapaxes(2, 3)
    parts = [determines(measured, part, ansatz=ansatz) for part in (unit + turned, 1j * (unit - turned))]
    return parts[0] & parts[1]


def _all_measured(measured: list[str]) -> bool:
    """Whether settings fix every element: each has one Pauli string that no other measures, so none may lack."""
    return len(set(measured)) == 3 ** len(measured[0])


def _state_table(state: Any, fixed: Any) -> "Table":
    n_qubits = len(state).bit_length() - 1
    bits = [f"{index:0{n_qubits}b}" for index in range(len(state))]
    labels = [f"{''.join('↑↓'[int(bit)] for bit in reversed(outcome))} {outcome}" for outcome in bits]
    table = table_of("ρ", *labels)
    for label, row, known in zip(labels, state, fixed, strict=True):
        elements = zip(row, known, strict=True)
        table.add_row(label, *(_element(value) if fix else _OPEN for value, fix in elements))
    return table


def _element(value: complex) -> str:
    """A complex number to three digits, the imaginary part left out where it is none."""
    real, imaginary = (round(part, 3) + 0.0 for part in (value.real, value.imag))
    return f"{real:.3f}" if imaginary == 0 else f"{real:.3f}{imaginary:+.3f}i"


def _quantities(found: "StateEstimate", counts: Any, measured: list[str], arguments: dict[str, Any]) -> "Table":
    """Concurrence, entanglement of formation and fidelities, with their intervals."""
    from math import isfinite

    from nvprotocol.tomography import determines, fidelity_interval

    table = table_of("", "estimate", f"{100 * arguments['level']:g} % interval")
    low, high = found.interval
    least, value, most = found.entanglement_of_formation
    known = isfinite(found.standard_error)
    table.add_row("concurrence C", _number(float(found.concurrence), known), f"{low:.4f}–{high:.4f}")
    table.add_row("entanglement of formation (ebit)", _number(float(value), known), f"{least:.4f}–{most:.4f}")
    for name in _BELL_STATES:
        low, high = fidelity_interval(counts, name, **arguments)
        known = bool(determines(measured, name, ansatz=arguments["ansatz"]))
        table.add_row(f"fidelity with {name}", _number(found.fidelity(name), known), f"{low:.4f}–{high:.4f}")
    return table


def _number(value: float, known: bool) -> str:
    return f"{value:.4f}" if known else _OPEN


def _verdicts(found: "StateEstimate", counts: Any, arguments: dict[str, Any]) -> list[str]:
    """Whether the state is entangled, whether the model holds, and what the numbers leave out."""
    from math import isfinite

    from nvprotocol.tomography import concurrence_bound, separable_p_value

    model = {name: one for name, one in arguments.items() if name != "level"}
    bound = float(concurrence_bound(counts, **model, level=_CONFIDENCE))
    p = float(separable_p_value(counts, **model))
    certified, value = ("certified", f": C > {bound:.4f}") if bound > 0 else ("not certified", "")
    said = f"Entanglement {certified} at {100 * _CONFIDENCE:g} %{value}"
    lines = [f"{said} (p-value of separable states {p:.2g})"]
    fits = f"{found.p_value:.2g}" if isfinite(found.p_value) else _UNTESTED
    lines.append(f"p-value of the model: {fits}")
    shots = arguments.get("calibration_shots")
    if shots is not None:
        lines.append(f"Calibration by {shots} shots: its noise is in all of this.")
    return lines
