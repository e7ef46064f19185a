"""Qubits stay where they are: which of them sits on the medium is physics, not a matter of optimisation.

Qiskit's layout passes are free to place the qubits of a circuit anywhere, and from level 2 on they do, even for a
circuit that fits as it is. The stage below, which the backend asks for, puts them back.
"""

from collections.abc import Iterator, Sequence

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, Gate
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler import Layout, PassManager, PassManagerConfig, Target
from qiskit.transpiler.basepasses import TransformationPass
from qiskit.transpiler.preset_passmanagers.builtin_plugins import BasisTranslatorPassManager
from qiskit.transpiler.preset_passmanagers.plugin import PassManagerStagePlugin

from nvprotocol.backend.conversion import to_circuit
from nvprotocol.backend.qubits import named_nv, require_number
from nvprotocol.backend.target import nv_qubits_of
from nvprotocol.errors import UnsupportedCircuitError

_THROUGH = (
    "Argument `circuit` must have two-qubit gates only between an NV qubit and a monitor, or two monitors, for its NV "
    "qubits to stay on the medium, but the transpiler would move them (write a gate between NV qubits by way of a "
    "monitor: three CX with barriers between them that exchange one of them with it, the gate, and the same again)."
)
_LEFT_OUT = (
    "Argument `circuit` must have no `swap` that the transpiler leaves out, since it matters which qubit sits on the "
    "medium, but has one (write it as three CX with barriers between them)."
)


class QubitsInPlace(TransformationPass):
    """Puts every qubit of a circuit on the physical qubit that it stands for.

    The qubits of a register `nv` stand for the NV qubits, which are the first physical ones; without it each stands for
    the one of its own number.

    Args:
        target: The target of a backend.
        n_nv: Number of its NV qubits.
        moves: Whether qubits are put in their places; otherwise they are where the caller has asked for.
    """

    def __init__(self, target: Target, n_nv: int, *, moves: bool = True) -> None:
        super().__init__()
        self.target = target
        self.n_nv = n_nv
        self.moves = moves

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The same circuit with its qubits in their places.

        Raises:
            ArgumentError: If the register `nv` has another size than the device has NV qubits.
            UnsupportedCircuitError: If the circuit has gates between qubits that are not connected, so that the layout
                stage has swapped qubits.
        """
        layout = self.property_set["layout"]
        if self.property_set["virtual_permutation_layout"] is not None:
            raise UnsupportedCircuitError(_LEFT_OUT)
        if layout is None:
            return dag
        places = self._places(dag, layout) if self.moves else list(range(dag.num_qubits()))
        if self.property_set["final_layout"] is not None or not self._fits(dag, places):
            raise UnsupportedCircuitError(_THROUGH)
        return dag if places == list(range(len(places))) else self._moved(dag, places, layout)

    def _places(self, dag: DAGCircuit, layout: Layout) -> list[int]:
        """Physical qubit → the one that the circuit's qubit on it stands for; qubits not used get what is left."""
        numbers = self.property_set["original_qubit_indices"] or {}
        nv = [qubit for qubit in named_nv(layout.get_registers()) if qubit in numbers]
        if nv:
            require_number(nv, self.n_nv)
        others = [qubit for qubit in sorted(numbers, key=lambda one: numbers[one]) if qubit not in nv]
        wanted = {qubit: place for place, qubit in enumerate([*nv, *others]) if place < dag.num_qubits()}
        own = {physical: wanted[qubit] for qubit, physical in layout.get_virtual_bits().items() if qubit in wanted}
        used = set(own.values())
        free = iter(k for k in range(dag.num_qubits()) if k not in used)
        return [own[k] if k in own else next(free) for k in range(dag.num_qubits())]

    def _fits(self, dag: DAGCircuit, places: list[int]) -> bool:
        coupling = self.target.build_coupling_map()
        if coupling is None:
            return False
        edges = {frozenset(edge) for edge in coupling.get_edges()}
        return all(frozenset(pair) in edges for pair in _pairs(to_circuit(dag), places))

    def _moved(self, dag: DAGCircuit, places: list[int], layout: Layout) -> DAGCircuit:
        index = {qubit: k for k, qubit in enumerate(dag.qubits)}
        moved = dag.copy_empty_like()
        for node in dag.topological_op_nodes():
            moved.apply_operation_back(
                node.op, [moved.qubits[places[index[qubit]]] for qubit in node.qargs], node.cargs
            )
        self.property_set["layout"] = Layout(
            {qubit: places[physical] for qubit, physical in layout.get_virtual_bits().items()}
        )
        return moved


def _pairs(circuit: QuantumCircuit, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The places of the qubits of every gate of two, those within control flow included."""
    for entry in circuit.data:
        here = tuple(places[circuit.find_bit(qubit).index] for qubit in entry.qubits)
        if isinstance(entry.operation, ControlFlowOp):
            for block in entry.operation.blocks:
                yield from _pairs(block, here)
        elif isinstance(entry.operation, Gate) and len(here) == 2:
            yield here


class TranslationInPlace(PassManagerStagePlugin):
    """Qiskit's translation stage, after every qubit has been put in its place."""

    def pass_manager(
        self, pass_manager_config: PassManagerConfig, optimization_level: int | None = None
    ) -> PassManager:
        """The stage; where the caller has asked for a layout, qubits are not moved."""
        stage, target = PassManager(), pass_manager_config.target
        if target is not None:
            moves = pass_manager_config.initial_layout is None
            stage.append(QubitsInPlace(target, nv_qubits_of(target), moves=moves))
        translation = BasisTranslatorPassManager().pass_manager(pass_manager_config, optimization_level)
        stage.append(translation.to_flow_controller())
        return stage


class DelaysAsWritten(PassManagerStagePlugin):
    """The scheduling stage of a circuit that asks for no schedule: nothing is done.

    Qiskit's own turns every delay into whole steps of the clock: it rounds, and a delay that is bound later, to a
    number that is not whole, then fails.
    """

    def pass_manager(
        self, pass_manager_config: PassManagerConfig, optimization_level: int | None = None
    ) -> PassManager:
        """An empty stage."""
        del pass_manager_config, optimization_level
        return PassManager()
