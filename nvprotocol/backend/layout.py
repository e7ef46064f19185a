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
from nvprotocol.errors import UnsupportedCircuitError

_ASK = (
    "so say where: transpile(circuit, backend, initial_layout=[…]), with NV qubits on the first physical qubits and "
    "monitors after them."
)


class QubitsInPlace(TransformationPass):
    """Puts every qubit of a circuit back on the physical qubit of its own number."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The same circuit with its qubits in their places.

        Raises:
            UnsupportedCircuitError: If the circuit has gates between qubits that are not connected, so that the layout
                stage has swapped qubits.
        """
        layout = self.property_set["layout"]
        if self.property_set["virtual_permutation_layout"] is not None:
            raise UnsupportedCircuitError(
                "Argument `circuit` must have no swap of NV qubits for the transpiler to leave out, since it matters "
                f"which of them is where; {_ASK}"
            )
        if layout is None:
            return dag
        places = self._places(dag, layout)
        stays, routed = places == list(range(len(places))), self.property_set["final_layout"] is not None
        if stays and not routed:
            return dag
        if routed or not self._fits(dag, places):
            raise UnsupportedCircuitError(
                "Argument `circuit` must have two-qubit gates only between an NV qubit and a monitor, or two monitors, "
                f"for its qubits to stay where they are; otherwise the transpiler moves them, {_ASK}"
            )
        return self._moved(dag, places, layout)

    def _places(self, dag: DAGCircuit, layout: Layout) -> list[int]:
        """Physical qubit → the number of the circuit's qubit that stands on it; qubits not used get what is left."""
        numbers = self.property_set["original_qubit_indices"] or {}
        own = {physical: numbers[qubit] for qubit, physical in layout.get_virtual_bits().items() if qubit in numbers}
        used = set(own.values())
        free = iter(k for k in range(dag.num_qubits()) if k not in used)
        return [own[k] if k in own and own[k] < dag.num_qubits() else next(free) for k in range(dag.num_qubits())]

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
    """Qiskit's translation stage, after every qubit has been put back in its place."""

    def pass_manager(
        self, pass_manager_config: PassManagerConfig, optimization_level: int | None = None
    ) -> PassManager:
        """The stage; where the caller has asked for a layout, it is left alone."""
        stage = PassManager()
        if pass_manager_config.initial_layout is None and pass_manager_config.target is not None:
            stage.append(QubitsInPlace(pass_manager_config.target))
        translation = BasisTranslatorPassManager().pass_manager(pass_manager_config, optimization_level)
        stage.append(translation.to_flow_controller())
        return stage
