"""The reference engine: compiled circuits followed in NumPy, every outcome that matters as a branch of its own.

It shares with Aer what the steps are, not how they are followed: conditions, readout errors and postselection are
worked out on the branches. The cost is linear in the number of steps: a bit is tracked only as long as something reads
it, a qubit only between its first operation and its reset, and what repeats, such as a check, is one matrix.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol.compiler.circuit_to_steps import by_drive
from nvprotocol.compiler.steps import CompiledCircuit, Stretch
from nvprotocol.device import Device
from nvprotocol.engines.engine import Engine
from nvprotocol.engines.exact_branches import Branches, Fork, Keep, Map
from nvprotocol.engines.exact_plan import Block, Plan, Plans, plan_of, step_superoperator
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.master_equation import MasterEquation

_MOST_BRANCHES = 4096
_LARGEST_MATRIX = 256
_NUMBERS = 2**22
"""Complex numbers of the channels of many media that are followed together."""


class ExactEngine(Engine):
    """Density matrices in NumPy."""

    def kept_states(self, circuits: Sequence[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The unnormalised final states of the NV qubits in the runs that are kept."""
        plans: Plans = {}
        return [kept_state(circuit, self.device, plans) for circuit in circuits]

    def distributions(
        self, circuits: Sequence[CompiledCircuit], bits: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Probabilities that a run is kept and some bits of each circuit read what they read."""
        plans: Plans = {}
        asked = zip(circuits, bits, strict=True)
        return [distribution(circuit, self.device, report, plans) for circuit, report in asked]

    def superoperator(self, circuit: CompiledCircuit) -> NDArray[np.complex128]:
        """The map of a circuit that measures nothing."""
        return superoperator(circuit)


def kept_state(circuit: CompiledCircuit, device: Device, plans: Plans | None = None) -> NDArray[np.complex128]:
    """The unnormalised final state of the NV qubits in the runs that are kept, shape (2ᴺ, 2ᴺ).

    Args:
        circuit: The circuit.
        device: The device.
        plans: The plans of circuits that are still there, on this device, which those of one structure share.
    """
    branches = _followed(circuit, device, (), {} if plans is None else plans)
    branches.occupy(range(device.n_qubits))
    for qubit in branches.qubits[device.n_qubits :]:
        branches.clear(qubit)
    d = 2**device.n_qubits
    return branches.states[0].sum(axis=0).reshape(d, d).T


def distribution(
    circuit: CompiledCircuit, device: Device, report: Sequence[int], plans: Plans | None = None
) -> NDArray[np.float64]:
    """Probabilities that a run is kept and some bits read what they read, one axis for each of them, (2, 2, …)."""
    return _table(_followed(circuit, device, report, {} if plans is None else plans), circuit, report)[0]


def _table(branches: Branches, circuit: CompiledCircuit, report: Sequence[int]) -> NDArray[np.float64]:
    """Probabilities of readings, shape (M, 2, 2, …)."""
    table = np.zeros((len(branches.states), *(2,) * len(report)))
    cells = tuple([branches.reading(bit, circuit.keep) for bit in report])
    each = np.moveaxis(table, 0, -1)
    np.add.at(each, cells, branches.traces.T if report else branches.traces.sum(axis=1))
    return table


def superoperator(circuit: CompiledCircuit) -> NDArray[np.complex128]:
    """The superoperator of a circuit that measures nothing, shape (4ⁿ, 4ⁿ)."""
    n = circuit.form.num_qubits
    images = Branches(tuple(range(n)), np.eye(4**n, dtype=complex)[None])
    for step in circuit.steps:
        images.apply(step_superoperator(step.operation), step.qubits)
    return images.states[0].T


def _followed(circuit: CompiledCircuit, device: Device, report: Collection[int], plans: Plans) -> Branches:
    plan = plan_of(circuit, device, report, plans)
    return _along(plan, plan.maps_of(circuit))


def _along(plan: Plan, maps: Sequence[Map]) -> Branches:
    """The branches after all steps of a plan, with maps of one circuit, or of several media."""
    parts, number_of = plan.parts, plan.number_of
    branches = Branches((), np.ones((1, 1, 1), dtype=complex))
    matrices: dict[tuple[Block, tuple[int, ...]], tuple[NDArray[np.complex128], tuple[int, ...]]] = {}
    for part in parts:
        if isinstance(part, Fork | Keep):
            part.on(branches)
            if len(branches) > _MOST_BRANCHES:
                must = f"have at most {_MOST_BRANCHES} combinations of outcomes that matter for the exact engine"
                raise UnsupportedCircuitError("circuit", must, f"has {len(branches)}")
            continue
        before = part, branches.qubits
        matrix = matrices.get(before)
        if matrix is None:
            block, size = [maps[number] for number in part], branches.states.shape[-1]
            if size > min(_LARGEST_MATRIX, 4 * number_of[part] * len(branches)):
                for one in block:
                    one.on(branches)
                continue
            matrix = matrices[before] = _matrix(block, branches.qubits)
        branches.states, branches.qubits = branches.states @ matrix[0], matrix[1]
    return branches


def _matrix(block: Sequence[Map], qubits: tuple[int, ...]) -> tuple[NDArray[np.complex128], tuple[int, ...]]:
    """What a block does to states of some qubits, as the matrix on their right, and the qubits of what comes out."""
    images = Branches(qubits, np.eye(4 ** len(qubits), dtype=complex)[None])
    for one in block:
        one.on(images)
    return images.states, images.qubits


class ManyMedia:
    """Compiled circuits that are followed in many media at once, those of one structure together.

    Args:
        circuits: The circuits, compiled for the device.
        device: The device; of its medium and detuning nothing is used.
        bits: Bits of each circuit that are not postselected, whose readings are asked for.
    """

    def __init__(self, circuits: Sequence[CompiledCircuit], device: Device, bits: Sequence[Sequence[int]]) -> None:
        self._circuits, self._bits, plans = circuits, bits, Plans()
        groups: dict[int, tuple[Plan, list[int]]] = {}
        for at, (circuit, report) in enumerate(zip(circuits, bits, strict=True)):
            plan = plan_of(circuit, device, report, plans)
            groups.setdefault(id(plan), (plan, []))[1].append(at)
        self._groups = list(groups.values())
        self._stretches = {piece for one in circuits for piece in one.elapsed.values()}

    def distributions(self, dynamics: MasterEquation) -> list[NDArray[np.float64]]:
        """Probabilities that a run is kept and the bits read what they read, of each circuit, shape (M, 2, 2, …).

        Args:
            dynamics: All that acts while time passes, with one batch axis of M media, detunings and drives.
        """
        (media,) = dynamics.batch_shape
        channels = _channels(dynamics, self._stretches)
        found: list[NDArray[np.float64]] = [np.empty(0)] * len(self._circuits)
        for plan, members in self._groups:
            together = max(1, _NUMBERS // (16**dynamics.n_qubits * media))
            for first in range(0, len(members), together):
                some = members[first : first + together]
                own = [self._circuits[at] for at in some]
                passing = [{k: channels[piece] for k, piece in one.elapsed.items()} for one in own]
                branches = _along(plan, plan.maps_over(own, passing))
                table = _table(branches, own[0], self._bits[some[0]])
                table = np.broadcast_to(table, (len(some) * media, *table.shape[1:])) if len(table) == 1 else table
                for place, at in enumerate(some):
                    found[at] = table[place * media : (place + 1) * media]
        return found


def _channels(dynamics: MasterEquation, stretches: set[Stretch]) -> dict[Stretch, NDArray[np.complex128]]:
    """The channels of stretches of time in each medium, shape (M, 4ᴺ, 4ᴺ)."""
    found: dict[Stretch, NDArray[np.complex128]] = {}
    for drive, durations in by_drive(stretches).items():
        driven = dynamics.driven(drive) if drive else dynamics
        matrices = driven.propagator(np.array(durations))
        found |= {(duration, drive): matrices[:, k] for k, duration in enumerate(durations)}
    return found
