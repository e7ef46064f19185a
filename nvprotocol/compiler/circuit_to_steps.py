"""A circuit and a device become steps: time becomes the exact channel of the medium, instruments become maps.

The circuit is cut at every time at which something acts, and each stretch between two of them becomes the exact channel
of the medium on all NV qubits at once, for its length. A gate of finite duration acts in the middle of its interval, so
that the medium acts for half of it before and half after. Against a drive that is constant over the interval T this is
off by O(γT), γ the rates of the medium, for what the gate rotates; cut into n pieces (`Device.gate_slices`) it is a
symmetric Strang splitting, off by O(γT/n²). A rotation gate is cut by its angle, any other gate along its shortest way.

Time does not depend on outcomes: both branches of an `if_else` take as long as the longer of them, also where it has no
`else`, as for a controller that keeps the same schedule in every run.
"""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from operator import itemgetter

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Instruction, Reset
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol._checks import ROUNDING
from nvprotocol.channels import depolarising, preparation
from nvprotocol.compiler.gates import is_standard, runnable, to_native
from nvprotocol.compiler.instructions import superop_instruction
from nvprotocol.compiler.postselection import kept_bits, require_measured
from nvprotocol.compiler.steps import CompiledCircuit, Step, Stretch, blank
from nvprotocol.compiler.timing import TimedCircuit, timed
from nvprotocol.device import Device
from nvprotocol.master_equation import MasterEquation

NUMBERS = 2**20
"""Complex numbers of the channels of time that are worked out together."""


def compile_circuits(
    circuits: Sequence[QuantumCircuit],
    device: Device,
    postselect: Mapping[str, int | str] | None = None,
    *,
    translate: bool = False,
    prepares: bool = True,
    to_end: bool = True,
) -> list[CompiledCircuit]:
    """The steps of circuits on a device; what is equal in them, of time or gates, is worked out once.

    Args:
        circuits: The circuits.
        device: The device.
        postselect: Register → outcome that is kept.
        translate: Whether gates that are not native on the device are translated, and not refused.
        prepares: Whether the NV qubits are prepared at the start, with the device's error.
        to_end: Whether the medium acts until every qubit is done, which no bit can tell after the last measurement.

    Raises:
        ArgumentError: As for `timed`, or if what is kept is not there or not measured.
        UnsupportedCircuitError: As for `timed`.
    """
    natives = [to_native(circuit, device) if translate else circuit for circuit in circuits]
    plans = [timed(native, device) for native in natives]
    stretches = [_stretches(plan, device.n_qubits, to_end=to_end) for plan in plans]
    compiler, compiled = _Compiler(device, stretches), []
    for circuit, native, plan, passed in zip(circuits, natives, plans, stretches, strict=True):
        keep = kept_bits(circuit, postselect)
        steps, elapsed = compiler.steps(plan, passed, prepares=prepares)
        form = blank(circuit)
        require_measured(form, steps, keep)
        compiled.append(CompiledCircuit(steps, form, keep, native, elapsed))
    return compiled


def _stretches(plan: TimedCircuit, n_qubits: int, *, to_end: bool) -> list[tuple[Stretch, ...]]:
    """What passes before each operation, and after the last one: time in µs, cut where a drive goes on or off.

    Times have as many decimals as the clocks have at the end: those that differ by rounding share one channel.
    """
    now, resolved, passed = 0.0, ROUNDING * plan.duration, []
    times = [one.time for one in plan.operations]
    decimals = _decimals(plan.duration)
    cuts = sorted({time for one in plan.drives for time in (one.start, one.end)})
    for time in [*times, plan.duration] if to_end else times:
        pieces: list[Stretch] = []
        for stop in (*(cut for cut in cuts if now + resolved < cut < time - resolved), time):
            if stop - now > resolved:
                length = stop - now if decimals is None else round(stop - now, decimals)
                pieces.append((length, plan.drive_at((now + stop) / 2, n_qubits) if cuts else ()))
                now = stop
        passed.append(tuple(pieces))
    return passed


class _Compiler:
    """Makes steps for one device; equal operations and stretches of time are one object.

    Args:
        device: The device.
        stretches: What passes between the operations of each circuit; the channels are worked out together.
    """

    def __init__(self, device: Device, stretches: Iterable[Sequence[tuple[Stretch, ...]]]) -> None:
        self._device = device
        self._elapsed = elapsed_channels(
            device.dynamics, {piece for one in stretches for pieces in one for piece in pieces}
        )
        self._maps: dict[tuple[object, ...], tuple[QiskitOperation | Instruction, ...]] = {}

    def steps(
        self, plan: TimedCircuit, stretches: Sequence[tuple[Stretch, ...]], *, prepares: bool
    ) -> tuple[list[Step], dict[int, Stretch]]:
        """The steps of a circuit, stretches of time between its operations, and which of the steps these are."""
        device, elapsed = self._device, self._elapsed
        passing: dict[int, Stretch] = {}
        nv_qubits = tuple(range(device.n_qubits))
        steps: list[Step] = []
        if prepares and device.initialisation_error:
            steps += [Step(_preparation(device.initialisation_error), (k,)) for k in nv_qubits]
        same: dict[tuple[object, ...], tuple[QiskitOperation | Instruction, ...]] = {}
        for passed, timed_one in zip(stretches, plan.operations, strict=False):
            _, operation, qubits, clbits, conditions, pieces, last = timed_one
            for piece in passed:
                passing[len(steps)] = piece
                steps.append(Step(elapsed[piece], nv_qubits))
            is_nv = qubits[0] < len(nv_qubits)
            key = (id(operation), is_nv, pieces, last)  # Qiskit has one object for many of its operations
            maps = same.get(key)
            if maps is None:
                maps = same[key] = (operation,) if clbits else self._maps_of(operation, is_nv, pieces, last=last)
            if not conditions:
                for one in maps:
                    steps.append(Step(one, qubits, clbits))
                continue
            # Every case in which it happens, as tests of single bits that exclude those of the other cases.
            cases = [sum(case, ()) for case in product(*(one.cases for one in conditions))]
            steps += [Step(one, qubits, clbits, tests) for one in maps for tests in cases]
        if len(stretches) > len(plan.operations):
            passing |= {len(steps) + k: piece for k, piece in enumerate(stretches[-1])}
            steps += [Step(elapsed[piece], nv_qubits) for piece in stretches[-1]]
        return steps, passing

    def _maps_of(
        self, operation: QiskitOperation, is_nv: bool, pieces: int, *, last: bool
    ) -> tuple[QiskitOperation | Instruction, ...]:
        """What something that writes no bit does, with the error that comes with it; equal standard gates share it."""
        if not is_standard(operation):  # others may share a name, and differ
            return self._maps_anew(operation, is_nv, pieces, last=last)
        key = (operation.name, *map(float, operation.params), is_nv, pieces, last)
        if key not in self._maps:
            self._maps[key] = self._maps_anew(operation, is_nv, pieces, last=last)
        return self._maps[key]

    def _maps_anew(
        self, operation: QiskitOperation, is_nv: bool, pieces: int, *, last: bool
    ) -> tuple[QiskitOperation | Instruction, ...]:
        if isinstance(operation, Gate):
            # On ideal instruments any gate is there and has no error.
            infidelity = 0.0 if self._device.is_ideal else self._device.gate_error(operation.name)
            gate = runnable(operation, pieces)
            return (gate, _depolarised(operation.num_qubits, infidelity)) if last and infidelity else (gate,)
        if isinstance(operation, Reset) and is_nv and self._device.initialisation_error:
            return (operation, _preparation(self._device.initialisation_error))
        return (operation,)  # a reset or a save


def elapsed_channels(equation: MasterEquation, stretches: Iterable[Stretch]) -> dict[Stretch, Instruction]:
    """The channels of stretches of time, those of one drive together."""
    at_once = max(1, NUMBERS // 16**equation.n_qubits)
    found: dict[Stretch, Instruction] = {}
    for drive, durations in by_drive(stretches).items():
        driven = equation.driven(drive) if drive else equation
        for first in range(0, len(durations), at_once):
            some = durations[first : first + at_once]
            for duration, matrix in zip(some, driven.propagator(np.array(some)), strict=True):
                found[duration, drive] = superop_instruction(matrix)
    return found


def by_drive(stretches: Iterable[Stretch]) -> dict[tuple[complex, ...], list[float]]:
    """Drive → how long it is on, in order."""
    found: dict[tuple[complex, ...], list[float]] = {}
    for duration, drive in sorted(stretches, key=itemgetter(0)):
        found.setdefault(drive, []).append(duration)
    return found


def _decimals(total: float) -> int | None:
    """As many decimals as the clocks have at the end: stretches that differ by their rounding share one exponential."""
    if total < sys.float_info.min / sys.float_info.epsilon:
        return None
    return -math.ceil(math.log10(4 * sys.float_info.epsilon * total))


@cache
def _depolarised(n_qubits: int, infidelity: float) -> Instruction:
    return superop_instruction(depolarising(n_qubits, infidelity))


@cache
def _preparation(error: float) -> Instruction:
    return superop_instruction(preparation(error))
