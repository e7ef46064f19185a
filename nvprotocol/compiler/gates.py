"""Gates: which are whose, and their matrices."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Gate
from qiskit.circuit import Operation as QiskitOperation
from qiskit.circuit.library import UnitaryGate, get_standard_gate_name_mapping
from qiskit.exceptions import QiskitError
from qiskit.quantum_info import Operator
from qiskit_aer import AerSimulator

from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_ROTATIONS = {"rx", "ry", "rz", "p", "r", "cp", "crx", "cry", "crz", "rxx", "ryy", "rzz", "rzx", "xx_plus_yy"}
"""Gates whose first parameter is an angle that their pieces share."""


def is_native(gate: Gate, device: Device) -> bool:
    """Whether a device has a gate, known by its kind: another gate of the same name is another gate."""
    return gate.name in device.native_gates and isinstance(gate, _standard_gates()[gate.name])


def runnable(gate: Gate, pieces: int = 1) -> Gate:
    """Aer's own gate where it is one, and not just called like one, else its matrix; or an equal piece of it."""
    if pieces > 1:
        return UnitaryGate(_piece(gate, pieces), check_input=False)
    if isinstance(gate, _aer_gates().get(gate.name, ())):
        return gate
    return UnitaryGate(matrix_of(gate), check_input=False)


def matrix_of(gate: QiskitOperation) -> NDArray[np.complex128]:
    """The matrix of a gate; the steps of a protocol repeat the same few, which are worked out once."""
    if isinstance(gate, UnitaryGate):
        return np.asarray(gate.params[0], dtype=complex)
    if isinstance(gate, Gate) and gate.base_class is _standard_gates().get(gate.name):
        return _standard_matrix(gate.name, tuple(map(float, gate.params)))
    try:
        return np.asarray(Operator(gate).data, dtype=complex)
    except QiskitError:
        raise UnsupportedCircuitError(
            f'Argument `circuit` must have gates whose matrix is known, but "{gate.name}" has neither a matrix nor a '
            "definition."
        ) from None


def _piece(gate: Gate, pieces: int) -> NDArray[np.complex128]:
    """One of the equal pieces that a gate is cut into: by its angle, or along the shortest way."""
    standard = _standard_gates().get(gate.name)
    if gate.name in _ROTATIONS and gate.base_class is standard:
        angle, *others = map(float, gate.params)
        return _standard_matrix(gate.name, (angle / pieces, *others))
    return np.asarray(Operator(matrix_of(gate)).power(1 / pieces).data, dtype=complex)


@lru_cache(maxsize=1024)
def _standard_matrix(name: str, params: tuple[float, ...]) -> NDArray[np.complex128]:
    return np.asarray(Operator(_standard_gates()[name](*params)).data, dtype=complex)


@cache
def _standard_gates() -> dict[str, type]:
    """Qiskit's standard gates, by name."""
    standard = get_standard_gate_name_mapping().items()
    return {name: gate.base_class for name, gate in standard if isinstance(gate, Gate)}


@cache
def _aer_gates() -> dict[str, type]:
    """The standard gates that Aer runs, by name."""
    names = set(AerSimulator(method="density_matrix").configuration().basis_gates)
    return {name: gate for name, gate in _standard_gates().items() if name in names}
