"""Tomography with any Qiskit backend: the circuits to run there, and tables from what comes back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit import Barrier, Delay, Measure, QuantumRegister, Qubit
from qiskit.primitives import BitArray, PrimitiveResult
from qiskit.result import Result

from nvprotocol._checks import fail, mapping, show, whole_number
from nvprotocol.compiler.places import nv_of
from nvprotocol.compiler.postselection import kept_values
from nvprotocol.tomography import pauli_settings
from nvprotocol.tomography._arguments import checked_settings

__all__ = ["tomography_circuits", "tomography_counts"]

REGISTER = "tomography"
"""The register that `tomography_circuits` measures into."""
_ROTATION = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
_MOST_QUBITS = 12


def tomography_circuits(
    circuit: QuantumCircuit, settings: Sequence[str] | None = None, qubits: Sequence[int | Qubit] | None = None
) -> list[QuantumCircuit]:
    """One circuit for each setting: the circuit, the rotations of the setting, and a measurement into `tomography`.

    They are plain Qiskit, for any backend or sampler; transpile them as the backend wants. The rotations are H before
    the measurement of X, S† and H before that of Y, and nothing before Z.

    Args:
        circuit: What prepares the state.
        settings: Labels of length N, the right-most letter on the first qubit; all 3ᴺ Pauli settings by default.
        qubits: The N qubits whose state is wanted; by default the register `nv`, or all qubits where there is none.

    Returns:
        The circuits in the order of the settings; each has its setting in its metadata.

    Raises:
        ArgumentError: If settings and qubits do not fit, a qubit is not in the circuit, or the circuit already has a
            register of that name.

    Examples:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1)
        >>> circuits = nv.backend.tomography_circuits(bell, nv.tomography.U1)
        >>> len(circuits), dict(circuits[3].count_ops())
        (5, {'h': 3, 'barrier': 2, 'measure': 2, 'cx': 1, 'sdg': 1})
    """
    if not isinstance(circuit, QuantumCircuit):
        fail("circuit", "be a QuantumCircuit", f"is of type {type(circuit).__name__}")
    chosen = _chosen(circuit, qubits)
    labels = pauli_settings(len(chosen)) if settings is None else checked_settings(settings)
    if len(labels[0]) != len(chosen):
        fail("settings", f"have {len(chosen)} letters, one for each qubit", f"contain {show(labels[0])}")
    if any(known.name == REGISTER for known in circuit.cregs):
        fail("circuit", f'have no register of the name "{REGISTER}"', "has one")
    return [_measured(circuit, label, chosen) for label in labels]


def _chosen(circuit: QuantumCircuit, qubits: Sequence[int | Qubit] | None) -> list[Qubit]:
    if qubits is None:
        named = [register for register in circuit.qregs if register.name == "nv"]
        chosen = list(named[0]) if named else list(circuit.qubits)
    else:
        chosen = []
        if not isinstance(qubits, list | tuple | range | QuantumRegister):
            fail("qubits", "be a sequence of qubits", f"is of type {type(qubits).__name__}")
        for one in qubits:
            if isinstance(one, Qubit):
                if one not in circuit.qubits:
                    fail("qubits", "be qubits of the circuit", "contain one that is not")
                chosen.append(one)
            else:
                number = whole_number(one, "qubits", minimum=0, maximum=circuit.num_qubits - 1)
                chosen.append(circuit.qubits[number])
    if not chosen:
        fail("qubits", "contain at least one qubit", "are none")
    if len(set(chosen)) < len(chosen):
        fail("qubits", "be different qubits", "contain one twice")
    return chosen


def _measured(circuit: QuantumCircuit, label: str, qubits: Sequence[Qubit]) -> QuantumCircuit:
    result = circuit.copy(f"{circuit.name}_{label}")
    result.metadata = {**(circuit.metadata or {}), "setting": label}
    register = ClassicalRegister(len(qubits), REGISTER)
    result.add_register(register)
    result.barrier()
    result.compose(rotations(label), qubits, inplace=True)
    result.measure(qubits, register)
    return result


def rotations(label: str) -> QuantumCircuit:
    """What turns the axes of a setting into z, on a circuit of its own, and waits until all qubits are done.

    Examples:
        >>> from nvprotocol.compiler.tomography import rotations
        >>> dict(rotations("ZY").count_ops())
        {'sdg': 1, 'h': 1, 'barrier': 1}
    """
    result = QuantumCircuit(len(label))
    for letter, qubit in zip(reversed(label), result.qubits, strict=True):
        for gate in _ROTATION[letter]:
            getattr(result, gate)(qubit)
    result.barrier()
    return result


def measured_at_the_end(circuit: QuantumCircuit, n_nv: int) -> dict[int, int]:
    """Number of each NV qubit whose measurement nothing follows → index of the bit that it is measured into."""
    last: dict[Qubit, int | None] = dict.fromkeys(nv_of(circuit, n_nv))
    open_qubits = set(last)
    for entry in reversed(circuit.data):
        if not open_qubits:
            break
        if isinstance(entry.operation, Measure):
            bit = circuit.find_bit(entry.clbits[0]).index
            last |= dict.fromkeys(open_qubits.intersection(entry.qubits), bit)
        if not isinstance(entry.operation, Barrier | Delay):
            open_qubits.difference_update(entry.qubits)
    return {circuit.find_bit(qubit).index: bit for qubit, bit in last.items() if bit is not None}


def _refuse_measured_at_the_end(circuit: QuantumCircuit, n_nv: int, keep: Mapping[int, int]) -> None:
    """Refuses a circuit that ends by measuring an NV qubit: tomography would find what that has left over."""
    for number, bit in measured_at_the_end(circuit, n_nv).items():
        if bit not in keep:
            must = "leave the NV qubits unmeasured at its end, for tomography to measure"
            fail("circuit", must, f"it measures qubit {number} there and does not postselect on it")


def tomography_counts(
    result: "Result | PrimitiveResult[Any]",
    settings: Sequence[str] | None = None,
    register: str | None = None,
    *,
    postselect: Mapping[str, int | str] | None = None,
) -> NDArray[np.int64]:
    """The table of counts in what a backend or a sampler returns for one circuit of each setting.

    Args:
        result: The `Result` of a job with one circuit for each setting, or the `PrimitiveResult` of a SamplerV2 with
            one pub for each; pubs with parameter values of shape (…) give tables with these leading axes.
        settings: The settings in the order of the circuits; all 3ᴺ Pauli settings by default.
        register: The classical register that holds the outcomes, qubit 0 in its right-most bit; by default
            `tomography`, or the only one.
        postselect: Register → outcome of the runs that are kept, as `emulate` takes it: 0 or 1 for all bits, or a
            string of bits, the right-most one the first of the register.

    Returns:
        The table, shape (…, S, 2ᴺ).

    Raises:
        ArgumentError: If circuits and settings differ in number, a register is not there or does not have as many bits
            as the settings have letters, or there are no counts in the result.

    Examples:
        >>> from qiskit import QuantumCircuit
        >>> from qiskit.primitives import StatevectorSampler
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1)
        >>> circuits = nv.backend.tomography_circuits(bell)
        >>> result = StatevectorSampler(seed=5).run(circuits, shots=1000).result()
        >>> counts = nv.backend.tomography_counts(result)
        >>> counts.shape, nv.tomography.estimate(counts).fidelity("phi+") > 0.97
        ((9, 4), True)
    """
    if isinstance(result, Result):
        read = [_of_experiment(result, number) for number in range(len(result.results))]
    elif isinstance(result, PrimitiveResult):
        read = [_of_pub(result[number], number) for number in range(len(result))]
    else:
        fail("result", "be a Result, or a PrimitiveResult of a SamplerV2", f"is of type {type(result).__name__}")
    if not read:
        fail("result", "hold one circuit for each setting", "holds none")
    name = _register(read[0].bits, register)
    if not isinstance(name, str) or name not in read[0].bits:
        fail("register", f"be one of the result: {_listed(read[0].bits)}", f"is {show(name)}")
    width = read[0].bits[name].shape[-1]
    if settings is None and width > _MOST_QUBITS:
        fail("register", f"have at most {_MOST_QUBITS} bits", f"is {show(name)} with {width}")
    labels = pauli_settings(width) if settings is None else checked_settings(settings)
    if len(read) != len(labels):
        fail("result", f"hold one circuit for each of {len(labels)} settings", f"holds {len(read)}")
    keep = mapping(postselect, "postselect", "registers to outcomes")
    for number, (one, label) in enumerate(zip(read, labels, strict=True)):
        if one.setting not in (None, label):
            but = f"circuit {number} has measured {show(one.setting)} and not {show(label)}"
            fail("settings", "be in the order of the circuits", but)
    rows = [_row(one, number, name, len(labels[0]), keep) for number, one in enumerate(read)]
    shapes = {row.shape[:-1] for row in rows}
    if len(shapes) > 1:
        fail("result", "have pubs of one shape", f"has {' and '.join(map(str, sorted(shapes)[:2]))}")
    return np.stack(rows, axis=-2)


class _Read(NamedTuple):
    """What one circuit has read: of each register the bits, shape (…, n, bits), and how often each of n, (n,).

    The setting is the one that the circuit says of itself, if it does.
    """

    bits: dict[str, NDArray[np.uint8]]
    times: NDArray[np.int64]
    setting: object


def _of_experiment(result: Result, number: int) -> _Read:
    """The counts of a circuit, taken apart by register."""
    experiment = result.results[number]
    counts = getattr(experiment.data, "counts", None)
    if counts is None:
        fail("result", "hold counts", f"circuit {number} has none")
    header: Any = experiment.header
    about = header if isinstance(header, Mapping) else vars(header)
    found = about.get("creg_sizes")
    if not found:
        fail("result", "say which classical registers its circuits have", f"circuit {number} does not")
    total = sum(size for _, size in found)
    values = [_value(key) for key in counts]
    if len(set(values)) < len(values):
        again = next(key for key, value in zip(counts, values, strict=True) if values.count(value) > 1)
        fail("result", "have each outcome once", f"circuit {number} has {show(again)} in two spellings")
    texts = [f"{value:0{total}b}" for value in values]
    every = np.array([list(text) for text in texts], dtype=np.uint8).reshape(len(texts), total)
    bits, end = {}, total
    for name, size in found:  # the first register is the right-most
        bits[name], end = every[:, end - size : end], end - size
    return _Read(bits, np.array(list(counts.values()), dtype=np.int64), _setting(about.get("metadata")))


def _setting(metadata: object) -> object:
    """What a circuit of `tomography_circuits` says that it measures."""
    return metadata.get("setting") if isinstance(metadata, Mapping) else None


def _value(key: str) -> int:
    """The bits of all registers as a number, from the hexadecimal key of a simulator or the bits of a machine."""
    return int(key, 16) if key.startswith("0x") else int(key.replace(" ", ""), 2)


def _of_pub(pub: Any, number: int) -> _Read:
    """The bits of every shot of a pub."""
    found = {name: data for name, data in pub.data.items() if isinstance(data, BitArray)}
    if not found:
        fail("result", "hold the bits of classical registers", f"pub {number} has none")
    bits = {name: np.unpackbits(one.array, axis=-1)[..., -one.num_bits :] for name, one in found.items()}
    times = np.ones(next(iter(found.values())).num_shots, dtype=np.int64)
    return _Read(bits, times, _setting(pub.metadata.get("circuit_metadata")))


def _register(bits: Mapping[str, Any], register: str | None) -> str:
    if register is not None:
        return register
    if REGISTER in bits:
        return REGISTER
    if len(bits) > 1:
        fail("register", f"say which of the registers holds the outcomes: {_listed(bits)}", "is None")
    return next(iter(bits))


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(show(name) for name in names)


def _row(read: _Read, number: int, name: str, n_qubits: int, postselect: Mapping[str, int | str]) -> NDArray[np.int64]:
    """The counts of one circuit, shape (…, 2ᴺ)."""
    if name not in read.bits:
        fail("register", "be one of every circuit", f"is {show(name)}, which circuit {number} does not have")
    outcome = read.bits[name]
    if outcome.shape[-1] != n_qubits:
        must = f"have {n_qubits} bits, one for each letter of a setting"
        fail("register", must, f"is {show(name)} with {outcome.shape[-1]} bits in circuit {number}")
    kept = np.ones(outcome.shape[:-1], dtype=bool)
    for other, value in postselect.items():
        if other not in read.bits:
            has = f"circuit {number} has {_listed(read.bits)}"
            fail("postselect", "name a classical register of every circuit", f"names {show(other)}, and {has}")
        wanted = kept_values(other, value, read.bits[other].shape[-1])[::-1]
        kept &= np.all(read.bits[other] == np.array(wanted, dtype=np.uint8), axis=-1)
    values = outcome @ (1 << np.arange(n_qubits)[::-1])
    weights = np.broadcast_to(read.times, kept.shape) * kept
    return np.stack([np.sum(weights * (values == value), axis=-1) for value in range(2**n_qubits)], axis=-1)
