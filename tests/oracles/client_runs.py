"""Runs of qiskit-experiments, which nobody here wrote, on our backend; skips all of them where it is not installed.

It knows nothing of this package: an experiment takes the backend for a laboratory, makes its circuits from the target's
clock, and fits what comes back. What the fits must find is worked out by hand from the paper's rates.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value
from numpy.typing import NDArray
from scipy.stats import chi2

import nvprotocol as nv

library: Any = pytest.importorskip("qiskit_experiments.library")
framework: Any = pytest.importorskip("qiskit_experiments.framework")

SIGNIFICANCE = FALSE_ALARM / 4
"""Probability of a false alarm of each comparison of counts or fits; no test has more than four."""
SEEDS = range(1, 9)
"""Each experiment is run and fitted once for every seed."""
US = 1e-6


known_warnings = pytest.mark.filterwarnings(
    # qiskit-experiments 0.11 asks for classified readout, which qiskit-ibm-runtime's local mode has anyway.
    "ignore:Options .*meas_type.* have no effect in local testing mode:UserWarning"
)


def laboratory(detuning: float = 0.0, device: dict[str, Any] | None = None, **medium: Any) -> nv.NVBackend:
    """The backend of a pair."""
    equation = nv.MasterEquation(nv.Medium.pair(**medium), detuning)
    return nv.NVBackend(nv.Device(equation, **(device or {})))


def done(data: Any) -> Any:
    """The data of an experiment that has come to its end; jobs and fits run in threads, whose errors it collects."""
    data.block_for_results()
    assert data.status().name == "DONE", data.errors()
    return data


def ran(experiment: Any, backend: Any, *, seed: int, shots: int = 2000) -> Any:
    """Runs an experiment the way its documentation does: with the backend alone."""
    experiment.set_run_options(shots=shots, seed_simulator=seed)
    return done(experiment.run(backend))


def value(data: Any, name: str) -> Any:
    """A result of the analysis; what is fitted is a number with its standard deviation, `.n` and `.s`."""
    frame = data.analysis_results(dataframe=True)
    (found,) = frame[frame.name == name].value
    return found


def fitted(data: Any, parameter: str) -> Any:
    """A parameter of the fitted curve."""
    return data.artifacts("fit_summary").data.ufloat_params[parameter]


def off(found: Any, expected: float) -> float:
    """Distance from the expected value in the fit's own standard deviations."""
    return (found.n - expected) / found.s


def assert_normal(deviations: Sequence[float]) -> None:
    """Checks by χ² that deviations are those of honest error bars: neither too far off nor suspiciously close."""
    z = np.array(deviations)
    quantile = chi2.cdf((z**2).sum(), z.size)
    assert SIGNIFICANCE / 2 < quantile < 1 - SIGNIFICANCE / 2, f"deviations in standard deviations: {z.round(2)}"


def excited(data: Any, shots: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Delays in µs as the experiment understood the clock, and how often each circuit has read 1."""
    rows = [data.data(k) for k in range(len(data.data()))]
    assert all(sum(row["counts"].values()) == shots for row in rows)
    delays = np.array([row["metadata"]["xval"] for row in rows]) / US
    return delays, np.array([row["counts"].get("1", 0) for row in rows])


def agreement(ones: NDArray[np.int64], shots: int, probability: NDArray[np.float64]) -> float:
    """p value of counts of 1 for these probabilities."""
    return multinomial_p_value(np.stack([ones, shots - ones], -1), np.stack([probability, 1 - probability], -1))


def binomial_p_value(ones: NDArray[np.int64], shots: int, probability: NDArray[np.float64]) -> float:
    """Probability that χ² is as large, for counts of 1 that come from these probabilities."""
    expected = shots * probability
    assert np.all((expected > 5) & (expected < shots - 5)), "too few counts for χ²"
    return float(chi2.sf(((ones - expected) ** 2 / (expected * (1 - probability))).sum(), ones.size))
