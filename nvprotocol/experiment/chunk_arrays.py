"""What a chunk of an experiment holds: answers and exact values as arrays, and made of these again."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from nvprotocol.emulation import Estimate, Probability
from nvprotocol.experiment.exact import Exact
from nvprotocol.experiment.observable import Emulated, Observable, value_of
from nvprotocol.runs.work import Arrays

_NUMBERS = ("value", "low", "high", "error", "success", "success_low", "success_high", "p_value")


def exact_from(chunks: Sequence[Arrays], name: str) -> Exact | None:
    """Exact values that chunks hold under a name, joined; None where there are none."""
    if f"{name}_values" not in chunks[0]:
        return None
    joined = {
        field: np.concatenate([chunk[f"{name}_{field}"] for chunk in chunks])
        for field in ("values", "probability", "states", "outcomes")
        if f"{name}_{field}" in chunks[0]
    }
    return Exact(**joined)


def estimates_from(chunk: Arrays, observable: Observable) -> list[Emulated | None]:
    """The answers that a chunk holds."""
    metadata = [_as_given(one) for one in json.loads(str(chunk["metadata"]))]
    return [
        _estimate(chunk, k, metadata[which], observable) if which >= 0 else None
        for k, which in enumerate(chunk["which"].tolist())
    ]


def named(name: str, exact: Exact) -> Arrays:
    """Exact values as arrays, under a name."""
    arrays = {"values": exact.values, "probability": exact.probability, "states": exact.states}
    if exact.outcomes is not None:
        arrays["outcomes"] = exact.outcomes
    return {f"{name}_{field}": array for field, array in arrays.items()}


def arrays_of(estimates: list[Emulated | None]) -> Arrays:
    """Answers as arrays; what they say of how they were computed once for all that say the same."""
    texts = [None if one is None else json.dumps(one.metadata, default=list) for one in estimates]
    said = sorted({text for text in texts if text is not None})
    known = [one for one in estimates if one is not None]
    arrays = {
        "which": np.array([-1 if text is None else said.index(text) for text in texts]),
        "metadata": np.array(f"[{','.join(said)}]"),
        "numbers": np.array([_numbers(one) for one in estimates]),
    }
    for field in ("state", "distribution", "counts", "readout"):
        tables = [getattr(one, field, None) for one in estimates]
        shapes = {table.shape for table in tables if table is not None}
        if shapes:
            empty = np.zeros(*shapes, dtype=next(table.dtype for table in tables if table is not None))
            arrays[field] = np.array([empty if table is None else table for table in tables])
    if known:
        arrays["shots"] = np.array(-1 if known[0].shots is None else known[0].shots)
    return arrays


def _numbers(one: Emulated | None) -> tuple[float, ...]:
    if one is None:
        return (np.nan,) * len(_NUMBERS)
    p_value = one.p_value if isinstance(one, Estimate) else np.nan
    return (value_of(one), *one.interval, one.standard_error, one.success_probability, *one.success_interval, p_value)


def _estimate(chunk: Arrays, k: int, metadata: dict[str, Any], observable: Observable) -> Emulated:
    number = dict(zip(_NUMBERS, chunk["numbers"][k].tolist(), strict=True))
    shots = int(chunk["shots"])
    common: dict[str, Any] = {
        "interval": (number["low"], number["high"]),
        "standard_error": number["error"],
        "success_probability": number["success"],
        "success_interval": (number["success_low"], number["success_high"]),
        "counts": chunk["counts"][k] if "counts" in chunk else None,
        "shots": None if shots < 0 else shots,
        "metadata": metadata,
    }
    if observable.outcomes is not None:
        told = {"outcomes": observable.outcomes, "register": observable.settings[0]}
        return Probability(value=number["value"], distribution=chunk["distribution"][k], **told, **common)
    readout = chunk["readout"][k] if "readout" in chunk else np.zeros(0)  # of zeros where there is none
    how: dict[str, Any] = {"settings": observable.settings, "ansatz": observable.ansatz}
    how["readout"] = readout if readout.any() else None
    return Estimate(state=chunk["state"][k], concurrence=number["value"], p_value=number["p_value"], **how, **common)


def _as_given(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata as `emulate` gives them: JSON has no tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in metadata.items()}
