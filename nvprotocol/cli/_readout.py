"""The file with the readout errors of external counts."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from nvprotocol._checks import fail, nonnegative_array, show, whole_number
from nvprotocol._toml import CONFIG, TomlFile
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.tomography._arguments import checked_readout


class ReadoutSection(BaseModel):
    """[readout]: pairs of errors or matrices, and the shots that they were measured with."""

    model_config = CONFIG
    errors: list[Any] | None = None
    matrix: list[Any] | None = None
    calibration_shots: int | None = None


class ReadoutFile(BaseModel):
    """The whole file."""

    model_config = CONFIG
    readout: ReadoutSection


class Readout(NamedTuple):
    """Arguments of `nvprotocol.tomography.estimate`."""

    readout: NDArray[np.float64] | None
    calibration_shots: int | None


def read_readout(path: Path, n_qubits: int) -> Readout:
    """The readout errors in a file.

    Raises:
        FileError: If the file is not such a one; the message names line and key.
    """
    source = TomlFile.read(path, "readout", FileError)
    section = source.content(ReadoutFile, "[readout]").readout
    with source.locating(_key):
        matrix = _matrix(section, n_qubits)
        shots = section.calibration_shots
        return Readout(matrix, None if shots is None else whole_number(shots, "calibration_shots", minimum=1))


def _key(error: ArgumentError) -> tuple[str, ...]:
    return ("readout", error.argument) if error.argument in ReadoutSection.model_fields else ("readout",)


def _matrix(section: ReadoutSection, n_qubits: int) -> NDArray[np.float64]:
    """P(read | true) in one of the shapes that `estimate` takes."""
    if section.errors is not None and section.matrix is not None:
        fail("matrix", "not be given together with `errors`", "both are there")
    if section.errors is not None:
        matrix, name = _from_errors(section.errors, n_qubits), "errors"
    elif section.matrix is not None:
        matrix, name = nonnegative_array(section.matrix, "matrix"), "matrix"
    else:
        fail("readout", "have the key `errors` or `matrix`", "has neither")
    try:
        joint = checked_readout(matrix, 2**n_qubits)
    except ArgumentError as error:
        raise error.about(name) from None
    if joint is not None and np.linalg.svd(joint, compute_uv=False)[-1] < 1e-6:
        fail(name, "tell true outcomes apart", "some are read alike")
    return matrix


def _from_errors(errors: list[Any], n_qubits: int) -> NDArray[np.float64]:
    pairs = nonnegative_array(errors, "errors")
    if pairs.shape not in ((2,), (n_qubits, 2)):
        must = f"be one pair [P(1|0), P(0|1)], or {n_qubits} of them, one for each qubit"
        fail("errors", must, f"has shape {pairs.shape}")
    if np.any(pairs > 1):
        fail("errors", "be at most 1", f"contains {show(pairs[pairs > 1].flat[0])}")
    up, down = pairs[..., 0], pairs[..., 1]
    return np.stack([np.stack([1 - up, down], axis=-1), np.stack([up, 1 - down], axis=-1)], axis=-2)
