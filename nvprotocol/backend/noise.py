"""The medium as an Aer noise model on a labelled instruction, for those who want that form.

Prefer `emulate`: a transpiler at optimisation level 2 or 3 removes a labelled identity, and the noise goes with it.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit.library import UnitaryGate, get_standard_gate_name_mapping
from qiskit.quantum_info import Kraus
from qiskit_aer.noise import NoiseModel, QuantumError

from nvprotocol._checks import fail, instance, number_of_qubits, real_number, show, text, whole_numbers
from nvprotocol.channels import evolution
from nvprotocol.master_equation import MasterEquation

_BASIS = ["id", "x", "h", "s", "sdg", "sx", "rz", "cx", "cz", "unitary", "reset"]


def labelled_delay(label: str, n_qubits: int = 2) -> UnitaryGate:
    """An identity on all NV qubits whose label a noise model of `noise_model` answers to.

    Args:
        label: A label that the noise model has a duration for.
        n_qubits: Number of NV qubits.

    Examples:
        >>> from nvprotocol.backend import labelled_delay
        >>> labelled_delay("wait").label
        'wait'
    """
    return UnitaryGate(np.eye(2 ** number_of_qubits(n_qubits)), label=text(label, "label"))


def noise_model(equation: MasterEquation, durations: Mapping[str, float], qubits: Sequence[int] = (0, 1)) -> NoiseModel:
    """A noise model in which every labelled identity on the NV qubits is a stretch of time on the medium.

    The noise is there for every order of the qubits (Aer ignores, without a word, an error given for another order).
    Aer looks for the label when it runs, so run circuits as they are, or transpile them at optimisation level 0 or 1:
    levels 2 and 3 remove identities.

    Args:
        equation: The master equation, without batch axes.
        durations: Label → time in µs; no label is the name of a gate, which would become noisy, too.
        qubits: Physical indices of the NV qubits, the paper's qubit 1 first.

    Raises:
        ArgumentError: If the number of qubits is not that of the equation, a label is the name of a gate, or as for
            `evolution`.

    Examples:
        >>> from nvprotocol.backend import noise_model
        >>> model = noise_model(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)), {"wait": 0.1})
        >>> model.noise_instructions
        ['wait']
    """
    n_qubits = instance(equation, "equation", MasterEquation).n_qubits
    qubits = whole_numbers(qubits, "qubits", minimum=0)
    if len(qubits) != n_qubits or len(set(qubits)) != len(qubits):
        fail("qubits", f"be {n_qubits} different qubits", f"is {show(qubits)}")
    if not isinstance(durations, Mapping):
        fail("durations", "be a mapping of labels to times", f"is {show(durations)}")
    model, known = NoiseModel(basis_gates=_BASIS), {*_BASIS, *get_standard_gate_name_mapping()}
    for label, given in durations.items():
        if text(label, "durations") in known:
            fail("durations", "have labels that are names of no gates", f"has {show(label)}")
        duration = real_number(given, f"durations[{show(label)}]", minimum=0.0)
        kraus = evolution(equation, duration).kraus.copy()  # which Aer would misread if it were read-only
        for order in permutations(range(len(qubits))):
            permuted = Kraus(list(_permuted(kraus, order)))  # pyright: ignore[reportArgumentType]  # hint lacks `list`
            model.add_quantum_error(QuantumError(permuted), label, [qubits[k] for k in order])
    return model


def _permuted(kraus: NDArray[np.complex128], order: Sequence[int]) -> NDArray[np.complex128]:
    """Operators whose qubit k acts where qubit order[k] of the given ones did."""
    n = len(order)
    rows = [n - 1 - order[n - 1 - axis] for axis in range(n)]
    tensor = kraus.reshape(-1, *(2,) * (2 * n))
    axes = [0, *(1 + axis for axis in rows), *(1 + n + axis for axis in rows)]
    return tensor.transpose(axes).reshape(kraus.shape)
