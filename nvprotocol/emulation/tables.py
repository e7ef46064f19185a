"""From the counts of kept runs, or a state without noise, to estimates."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol.device import Device
from nvprotocol.emulation.estimate import Ansatz, Estimate
from nvprotocol.entanglement import concurrence


def without_noise(
    state: NDArray[np.complex128], probability: float, metadata: dict[str, Any], settings: Sequence[str], ansatz: Ansatz
) -> Estimate:
    """The exact state as an estimate that nothing is uncertain about."""
    value = float(concurrence(state)) if state.shape == (4, 4) else float("nan")
    known = {"settings": tuple(settings), "ansatz": ansatz}
    return Estimate(
        state, value, (value, value), 0.0, probability, (probability, probability), None, None, metadata, **known
    )


def from_counts(
    tables: NDArray[np.int64],
    shots: int,
    metadata: dict[str, Any],
    device: Device,
    settings: Sequence[str],
    ansatz: Ansatz,
) -> list[Estimate]:
    """Estimates from kept counts, shape (circuits, settings, 4), each with at least one count."""
    readout = None if device.readout is None else device.readout_matrices
    with warnings.catch_warnings():
        # Each estimate has its p-value, and says itself where the counts contradict the model.
        warnings.simplefilter("ignore", tomography.ModelWarning)
        fits = tomography.estimate(tables, settings, readout, ansatz=ansatz)
    kept, runs = tables.sum(axis=(1, 2)), len(settings) * shots
    low, high = tomography.clopper_pearson(kept, runs)
    return [
        Estimate(
            state=fits.state[k],
            concurrence=float(fits.concurrence[k]),
            interval=(float(fits.interval[k, 0]), float(fits.interval[k, 1])),
            standard_error=float(fits.standard_error[k]),
            success_probability=float(kept[k] / runs),
            success_interval=(float(low[k]), float(high[k])),
            counts=tables[k],
            shots=shots,
            metadata=metadata,
            p_value=float(fits.p_value[k]),
            settings=tuple(settings),
            ansatz=ansatz,
        )
        for k in range(len(tables))
    ]
