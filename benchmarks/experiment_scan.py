"""The exact part of an experiment of 5 detunings × 41 durations beside one call of the theory on the same points."""

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol.experiment.exact import by_master_equation
from nvprotocol.protocols import GALLERY

RUNS = 11
DETUNINGS = [0.0, 0.5, 1.0, 2.0, 4.0]
DURATIONS = np.linspace(0.05, 2.05, 41)
TEXT = """
medium = {{a = 1.0, A = 0.9, q = 0.1}}
protocol.name = "{name}"
scan = {{parameter = "protocol.duration", values = {durations}}}
curves = {{parameter = "device.detuning", values = {detunings}}}
run = {{shots = "none", engine = "exact"}}
"""


def seconds(function: Callable[[], object]) -> float:
    """Median of the processor time, after one run that is not counted."""
    function()
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        function()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def devices_of(text: str) -> int:
    """How many devices are built from the file's text to the result."""
    built, check = [], nv.Device.__post_init__

    def counted(device: nv.Device) -> None:
        built.append(device)
        check(device)

    nv.Device.__post_init__ = counted  # pyright: ignore[reportAttributeAccessIssue]
    try:
        nv.experiment.run(nv.experiment.parse(text))
    finally:
        nv.Device.__post_init__ = check
    return len(built)


def row(name: str) -> str:
    """What is measured of one protocol."""
    text = TEXT.format(name=name, durations=DURATIONS.tolist(), detunings=DETUNINGS)
    experiment, protocol, medium = nv.experiment.parse(text), GALLERY[name], nv.Medium.pair(a=1.0, A=0.9, q=0.1)
    given = {key: value for key, value in experiment.content.protocol if key not in ("name", "duration")}

    def theory() -> NDArray[np.complex128]:
        return protocol.reference(nv.MasterEquation(medium, np.array(DETUNINGS)), DURATIONS, **given).states

    def exact_part() -> NDArray[np.complex128]:
        return by_master_equation(experiment, protocol, DURATIONS).states

    difference = np.abs(theory() - exact_part()).max()
    alone, through = seconds(theory), seconds(exact_part)
    figures = f"{1000 * alone:12.2f}{1000 * through:16.2f}{through / alone:8.2f}{difference:12.1e}"
    return f"{name:26}{devices_of(text):8d}{figures}"


def main() -> None:
    print(f"{'protocol':26}{'devices':>8}{'theory, ms':>12}{'exact part, ms':>16}{'ratio':>8}{'difference':>12}")
    for name in ("dissipative_entanglement", "final_check", "finite_rate_monitoring", "monitored_bell"):
        print(row(name))


if __name__ == "__main__":
    main()
