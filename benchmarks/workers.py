"""How much faster two workers are than one, from the first chunk to the last, and that all executors give one result.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/workers.py [--output FILE]
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from _report import Report, made_with, parser
from interrupted_runs import FILE

import nvprotocol as nv
from nvprotocol.cli._experiments import _PRELOAD
from nvprotocol.experiment import to_dataset
from nvprotocol.runs import Progress, WorkerPool


def timed(
    experiment: nv.experiment.Experiment, executor: object
) -> tuple[float, float, nv.experiment.ExperimentResult]:
    """Seconds a point from the first chunk that is done to the last, seconds in all, and the result."""
    told: list[tuple[float, int]] = []

    def hear(progress: Progress) -> None:
        told.append((time.monotonic(), progress.done))

    began = time.monotonic()
    result = nv.experiment.run(experiment, executor, progress=hear)  # pyright: ignore[reportArgumentType]
    whole = time.monotonic() - began
    (first, done), (last, total) = told[1], told[-1]
    return (last - first) / (total - done), whole, result


def main() -> None:
    """Measures and compares."""
    options = parser(__doc__, points=2000).parse_args()
    say = Report(options.output)
    say(made_with("numpy", "qiskit-aer"), f"{options.points} points × 2 curves, X tomography, 2000 shots")
    experiment = nv.experiment.parse(FILE.format(points=options.points))
    results, seconds = {}, {}
    for name, number in (("here", 0), ("1 worker", 1), ("2 workers", 2), ("2 threads", -2)):
        if number > 0:
            with WorkerPool(number, _PRELOAD) as pool:
                seconds[name], whole, results[name] = timed(experiment, pool)
        elif number < 0:
            with ThreadPoolExecutor(-number) as pool:
                seconds[name], whole, results[name] = timed(experiment, pool)
        else:
            seconds[name], whole, results[name] = timed(experiment, None)
        say(f"{name:10} {1e3 * seconds[name]:6.2f} ms a point, {whole:6.1f} s in all")
    say(f"efficiency of 2 workers: {seconds['1 worker'] / seconds['2 workers'] / 2:.3f}")
    first = to_dataset(results["here"])
    for name, result in results.items():
        data = to_dataset(result)
        counts = bool(np.array_equal(data.counts, first.counts))
        say(f"{name:10} counts equal: {counts}, all bit by bit: {data.identical(first)}")


if __name__ == "__main__":
    main()
