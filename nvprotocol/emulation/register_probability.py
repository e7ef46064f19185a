"""Circuits that measure: the probability that a register reads given outcomes, among the runs that are kept."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import Seed, fail, show
from nvprotocol.device import Device
from nvprotocol.emulation.request import Request
from nvprotocol.emulation.results import Probability
from nvprotocol.engines import EngineName

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.compiler.steps import CompiledCircuit

__all__ = ["probability"]

_MOST_BITS = 16


@overload
def probability(
    circuit: "QuantumCircuit",
    device: Device,
    outcomes: str | Sequence[str],
    register: str = ...,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: EngineName = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
) -> Probability: ...
@overload
def probability(
    circuit: "Sequence[QuantumCircuit]",
    device: Device | Sequence[Device],
    outcomes: str | Sequence[str],
    register: str = ...,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: EngineName = ...,
    seed: Seed | Sequence[Seed] = ...,
    *,
    per_shot: bool = ...,
) -> list[Probability]: ...
def probability(
    circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
    device: Device | Sequence[Device],
    outcomes: str | Sequence[str],
    register: str = "readout",
    shots: int | None = 10_000,
    postselect: Mapping[str, int | str] | None = None,
    engine: EngineName = "aer",
    seed: Seed | Sequence[Seed] = None,
    *,
    per_shot: bool = False,
) -> Probability | list[Probability]:
    """Runs circuits that measure on a device, and estimates how probable given outcomes are among the kept runs.

    Readout errors of the device are in it: it is what the laboratory would count. As in `emulate`, the kept branch is
    followed once and counts are drawn from it; where that is not possible, every shot is run.

    Args:
        circuit: One circuit or several. NV qubits are the register `nv`, or the first qubits.
        device: The device, or one for each circuit.
        outcomes: One string of bits in Qiskit's order, as long as the register, or several.
        register: The classical register that is read, of at most 16 bits.
        shots: Runs, kept or not; None gives the probability without sampling noise.
        postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        engine: "aer" for the Aer simulator, "exact" for the master equation in NumPy, "pulse" for the same under the
            pulses that the gates become (`nv.pulses.schedule`).
        seed: Seed or generator of what is random; one for each circuit, and its counts do not depend on the others.
        per_shot: Whether Aer runs every shot through every mid-circuit measurement, the reference semantics: slow.

    Returns:
        A `Probability`, or a list of them for a sequence of circuits.

    Raises:
        ArgumentError: If an argument is not as described, or `postselect` or `register` names what the circuit does not
            have or does not measure.
        UnsupportedCircuitError: If the circuit has operations that cannot be followed.
        NoKeptShotsError: If no run is kept, or the probability of keeping one is too small to be resolved, as for
            `emulate`.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, q=0.2)))
        >>> circuit = nv.protocols.hahn_echo(duration=1.0)
        >>> back = nv.probability(circuit, device, "0", shots=4000, seed=7)
        >>> bool(abs(back.value - (1 + np.exp(-0.6)) / 2) < 5 * back.standard_error)  # 1/T2 = a + ã
        True
    """
    requests = Request.each(circuit, device, shots, postselect, engine, seed, per_shot=per_shot)
    found = [one for request in requests for one in _followed(request, postselect, outcomes, register)]
    return found if requests[0].several else found[0]


def _followed(
    request: Request, postselect: Mapping[str, int | str] | None, outcomes: str | Sequence[str], register: str
) -> list[Probability]:
    """The probability for every circuit on one device."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.engines.floor import success_probabilities

    asked = [_outcomes(outcomes, _size_of(one, register), register) for one in request.circuits]
    compiled = compile_circuits(request.circuits, request.device, postselect, translate=True, to_end=False)
    bits = [_bits_of(one, register) for one in compiled]
    tables = request.followed(lambda: _joint_probabilities(compiled, request, bits))
    success: list[float] | None = None
    if tables is not None:
        success = success_probabilities([float(table.sum()) for table in tables], request.engine.smallest_probability)
        if request.shots is None:
            triples = zip(tables, success, asked, strict=True)
            return [_exact(table / p, p, one, register, request) for table, p, one in triples]
    if tables is None or request.per_shot:
        counts = _counts_shot_by_shot(compiled, request, bits)
    else:
        counts = request.drawn(tables)
    request.require_kept([int(one.sum()) for one in counts], 1, success)
    return [_counted(one, wanted, register, request) for one, wanted in zip(counts, asked, strict=True)]


def _size_of(circuit: "QuantumCircuit", register: str) -> int:
    """The number of bits of a register.

    Raises:
        ArgumentError: If the circuit has none of that name, or it has no or too many bits.
    """
    sizes = {known.name: known.size for known in circuit.cregs}
    if not isinstance(register, str) or register not in sizes:
        has = ", ".join(show(name) for name in sizes) or "none"
        fail("register", "name a classical register of the circuit", f"is {show(register)}, and the circuit has {has}")
    if not 1 <= sizes[register] <= _MOST_BITS:
        fail("register", f"have between 1 and {_MOST_BITS} bits", f"has {sizes[register]}")
    return sizes[register]


def _bits_of(compiled: "CompiledCircuit", register: str) -> list[int]:
    """Indices of the bits of a register, lowest first, at least one of them measured."""
    (found,) = (known for known in compiled.form.cregs if known.name == register)
    bits = [compiled.form.find_bit(bit).index for bit in found]
    if not {bit for step in compiled.steps for bit in step.clbits}.intersection(bits):
        fail("register", "be one that the circuit measures into", f"is {show(register)}")
    return bits


def _joint_probabilities(
    compiled: "Sequence[CompiledCircuit]", request: Request, bits: Sequence[Sequence[int]]
) -> list[NDArray[np.float64]]:
    """Probabilities that a run is kept and the register reads what it reads, (2ᵏ,) for each circuit."""
    free = [[bit for bit in own if bit not in one.keep] for one, own in zip(compiled, bits, strict=True)]
    tables = request.engine.distributions(compiled, free)
    each = zip(tables, free, bits, compiled, strict=True)
    return [_by_reading(table, axes, own, one.keep) for table, axes, own, one in each]


def _counts_shot_by_shot(
    compiled: "Sequence[CompiledCircuit]", request: Request, bits: Sequence[Sequence[int]]
) -> list[NDArray[np.int64]]:
    """Kept counts of every reading of a register, every shot request, (2ᵏ,) for each circuit."""
    counted = request.counted(compiled)
    tables = [np.zeros(2 ** len(own), dtype=np.int64) for own in bits]
    for table, counts, own in zip(tables, counted, bits, strict=True):
        for value, count in counts.items():
            table[sum((value >> bit & 1) << position for position, bit in enumerate(own))] += count
    return tables


def _by_reading(
    table: NDArray[np.float64], axes: Sequence[int], bits: Sequence[int], keep: Mapping[int, int]
) -> NDArray[np.float64]:
    """A table with one axis for each bit that is free, by the value of the register."""
    base = sum(keep.get(bit, 0) << position for position, bit in enumerate(bits))
    position_of = {bit: position for position, bit in enumerate(bits)}
    found = np.zeros(2 ** len(bits))
    for cell in np.ndindex(table.shape):
        value = base + sum(one << position_of[bit] for one, bit in zip(cell, axes, strict=True))
        found[value] += float(table[cell])
    return np.clip(found, 0.0, 1.0)


def _outcomes(outcomes: object, bits: int, register: str) -> tuple[str, ...]:
    """The outcomes, each a string of as many bits as the register has."""
    asked = [outcomes] if isinstance(outcomes, str) else list(outcomes) if isinstance(outcomes, Sequence) else []
    if not asked:
        fail("outcomes", "be a string of bits or several of them", f"is {show(outcomes)}")
    for one in asked:
        if not isinstance(one, str) or len(one) != bits or set(one) - {"0", "1"}:
            fail("outcomes", f"be strings of {bits} bits, as register {show(register)} has", f"contains {show(one)}")
    if len(set(asked)) < len(asked):
        fail("outcomes", "name each outcome once", f"is {', '.join(asked)}")
    return tuple(asked)


def _share(distribution: NDArray, outcomes: Sequence[str]) -> float:
    return float(min(sum(distribution[int(one, 2)] for one in outcomes), 1.0))


def _exact(
    distribution: NDArray[np.float64],
    success: float,
    outcomes: tuple[str, ...],
    register: str,
    request: Request,
) -> Probability:
    value = _share(distribution, outcomes)
    return Probability(
        value=value,
        interval=(value, value),
        standard_error=0.0,
        success_probability=success,
        success_interval=(success, success),
        outcomes=outcomes,
        register=register,
        distribution=distribution,
        counts=None,
        shots=None,
        metadata=request.metadata,
    )


def _counted(counts: NDArray[np.int64], outcomes: tuple[str, ...], register: str, request: Request) -> Probability:
    kept, shots = int(counts.sum()), request.shots or 0
    hits = sum(int(counts[int(one, 2)]) for one in outcomes)
    low, high = tomography.clopper_pearson([hits, kept], [kept, shots])
    value = hits / kept
    return Probability(
        value=value,
        interval=(float(low[0]), float(high[0])),
        standard_error=float(np.sqrt(value * (1 - value) / kept)),
        success_probability=kept / shots,
        success_interval=(float(low[1]), float(high[1])),
        outcomes=outcomes,
        register=register,
        distribution=counts / kept,
        counts=counts[None],
        shots=shots,
        metadata=request.metadata,
    )
