"""Running an experiment: every point emulated and compared with the exact master equation."""

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from nvprotocol._checks import function, instance
from nvprotocol.experiment.agreement import Agreement
from nvprotocol.experiment.chunk_arrays import estimates_from, exact_from
from nvprotocol.experiment.chunks import observable_of_experiment, plan_of, work_of
from nvprotocol.experiment.file import Experiment
from nvprotocol.experiment.measured_points import bound_data, measured_data
from nvprotocol.experiment.observable import Observable
from nvprotocol.experiment.result import Curve, ExperimentResult
from nvprotocol.runs import ChunkStore, Progress, execute
from nvprotocol.runs.work import Arrays


def run(
    experiment: Experiment,
    executor: Executor | None = None,
    store: str | Path | ChunkStore | None = None,
    *,
    progress: Callable[[Progress], object] | None = None,
) -> ExperimentResult:
    """Emulates every point of an experiment and solves the same by the master equation.

    The work is cut into chunks by the file alone, and every point draws from a stream of its own, that of the seed, the
    curve and the point. So the result is the same wherever the chunks are computed: counts on any machine, fitted
    numbers bit by bit on one machine and to 1e-9 elsewhere.

    Args:
        experiment: A checked experiment file.
        executor: Where chunks are computed, any `concurrent.futures.Executor` whose workers have this package; by
            default in this process. `nv.runs.WorkerPool(4)` is one of processes on this machine.
        store: A folder that keeps every chunk once it is done. A run that was interrupted is continued with the same
            folder, one that is done computes nothing. Chunks of another file or version are refused.
        progress: Called with a `Progress`, at the beginning and after every chunk.

    Returns:
        Estimates, exact values and their agreement. A point at which no run is kept has no estimate; the others stand.
        Measured data of a section [data] are beside them, and how well these agree with the exact distribution.

    Raises:
        ArgumentError: If an argument is not as described.
        FileError: If the data of the section [data] cannot be read, or are none of the experiment.
        StoreError: If the store is of another experiment or version of the package; the message says what differs.
        OutputError: If the store cannot be written.
        ExecutorError: If the executor breaks; what is in the store stays.

    Examples:
        >>> import tempfile
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [0.5, 1.0]
        ... [run]
        ... shots = 2000
        ... '''
        >>> experiment, folder = nv.experiment.parse(text), tempfile.mkdtemp()
        >>> first = nv.experiment.run(experiment, store=folder)
        >>> again = nv.experiment.run(experiment, store=folder, progress=print)
        2 of 2 points, 2 of them found
        >>> first.curves[0].estimates[1].concurrence == again.curves[0].estimates[1].concurrence
        True
    """
    instance(experiment, "experiment", Experiment)
    if progress is not None:
        function(progress, "progress")
    plan, (_, observable) = plan_of(experiment), observable_of_experiment(experiment)
    bound = bound_data(experiment)
    measured = None if bound is None else measured_data(bound, observable)
    chunks = execute(work_of(experiment, plan), executor, store, progress)
    curves, agreement = [], Agreement(0.0, 0)
    for number in range(experiment.n_curves):
        own = [arrays for part, arrays in zip(plan.parts, chunks, strict=True) if part.curve == number]
        curves.append(_curve(_label(experiment, number), own, observable, plan.fine))
        for chunk in own[:-1]:
            chi_squared, degrees = chunk["agreement"].tolist()
            agreement += Agreement(chi_squared, int(degrees))
    compared = [pair for curve in curves for pair in zip(curve.estimates, curve.exact.values, strict=True)]
    kept = [(emulated.interval, value) for emulated, value in compared if emulated is not None]
    inside = sum(low <= value <= high for (low, high), value in kept)
    return ExperimentResult(experiment, curves, agreement, (int(inside), len(kept)), observable, measured)


def _label(experiment: Experiment, number: int) -> str:
    """What distinguishes a curve."""
    if experiment.curves is None:
        return ""
    value = f"{experiment.curves.values[number]:g}".replace("-", "−")
    return f"{experiment.curves.symbol} = {value} {experiment.curves.unit}".strip()


def _curve(label: str, chunks: list[Arrays], observable: Observable, fine: np.ndarray) -> Curve:
    """One curve, from the chunks of its points and, the last, that of where it is drawn."""
    *points, drawn = chunks
    estimates = [one for chunk in points for one in estimates_from(chunk, observable)]
    exact, fine_exact = exact_from(points, "exact"), exact_from([drawn], "fine")
    assert exact is not None
    assert fine_exact is not None
    return Curve(label, estimates, exact, fine, fine_exact, exact_from([drawn], "ideal"))
