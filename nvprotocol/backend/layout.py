"""Qubits stay where they are: which of them sits on the medium is physics, not a matter of optimisation.

Qiskit's layout passes are free to place the qubits of a circuit anywhere, and from level 2 on they do, even for a
circuit that fits as it is; at level 3 they do so once more after the optimisation. A backend has a say in two stages,
translation and scheduling: in both, the pass below puts every qubit back. What does not pass through them, such as a
circuit that is transpiled for the target alone, is refused when it is run (`compiler.places.require_in_place`).
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, Gate, Qubit
from qiskit.converters import dag_to_circuit
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler import CouplingMap, Layout, PassManager, PassManagerConfig, PropertySet
from qiskit.transpiler.basepasses import TransformationPass
from qiskit.transpiler.layout import TranspileLayout
from qiskit.transpiler.preset_passmanagers.builtin_plugins import BasisTranslatorPassManager
from qiskit.transpiler.preset_passmanagers.plugin import PassManagerStagePlugin

from nvprotocol.backend.target import nv_qubits_of
from nvprotocol.compiler.places import AskedLayout, physical_places
from nvprotocol.errors import UnsupportedCircuitError

_ELIDING_LEVEL = 2
_THROUGH = (
    "Argument `circuit` must have two-qubit gates only between an NV qubit and a monitor, or two monitors, for its NV "
    "qubits to stay on the medium, but the transpiler would move them (write a gate between NV qubits by way of a "
    "monitor: three CX with barriers between them that exchange one of them with it, the gate, and the same again; "
    "or, where the instruments are ideal, run the circuit without transpiling it)."
)
_LEFT_OUT = (
    "Argument `circuit` must have no `swap`, nor gates that come to one, at optimization levels 2 and 3, where the "
    "transpiler leaves it out and lets all that follows act on other qubits, but the transpiler notes such an exchange "
    "(use `optimization_level=1`, or write it as three CX with barriers between them; where the circuit has none, give "
    "no `layout_method`)."
)


class QubitsInPlace(TransformationPass):
    """Puts every qubit of a circuit on the physical qubit where it belongs, or where the caller has asked for it.

    Args:
        coupling: Which physical qubits are connected; None if any are.
        n_nv: Number of NV qubits; None if it is not known, and the register `nv` has as many as it has.
        asked: The layout that the caller has asked for, if any; the circuit's layout is then an `AskedLayout`.
        routed: Whether the circuit comes from the routing stage as it is, so that the swaps of that are swaps in it.
        elides: Whether the transpiler may have left out swaps of the circuit before.
    """

    def __init__(
        self,
        coupling: CouplingMap | None,
        n_nv: int | None,
        asked: Layout | Sequence[int] | None = None,
        *,
        routed: bool = False,
        elides: bool = True,
    ) -> None:
        super().__init__()
        self.coupling = coupling
        self.n_nv = n_nv
        self.asked = asked
        self.routed = routed
        self.elides = elides

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The same circuit with its qubits in their places.

        Raises:
            ArgumentError: If the register `nv` has another size than the device has NV qubits.
            UnsupportedCircuitError: If the transpiler has swapped qubits, or left a swap out: the circuit has gates
                between qubits that are not connected, or has swaps itself.
        """
        layout, numbers = self.property_set["layout"], self.property_set["original_qubit_indices"] or {}
        wanted = {} if layout is None else self._wanted(layout, numbers)
        self._require_no_exchange(dag, layout, wanted)
        return dag if layout is None else self._in_place(dag, layout, wanted)

    def _require_no_exchange(self, dag: DAGCircuit, layout: Layout | None, wanted: Mapping[Qubit, int]) -> None:
        left_out, final = self.property_set["virtual_permutation_layout"], self.property_set["final_layout"]
        if left_out is None and final is None:
            return
        swaps = bool(dag.count_ops().get("swap"))
        if self.routed and not self.elides and not swaps and _stays(final, dag):
            self.property_set["final_layout"] = None  # some layout methods note it also where they swap nothing
            return
        if left_out is not None or (self.elides and not swaps):
            raise UnsupportedCircuitError(_LEFT_OUT)
        numbers = circuit_qubits(self.property_set)
        if layout is not None and self.asked is None and any(layout[qubit] != wanted[qubit] for qubit in numbers):
            home = [wanted[qubit] for qubit in _in_order(numbers)]
            raise UnsupportedCircuitError(
                "Argument `circuit` must be routed from the places of its qubits, but the layout stage has put them "
                f"elsewhere, from where swaps are needed (give `initial_layout={home}`)."
            )
        raise UnsupportedCircuitError(_THROUGH)

    def _in_place(self, dag: DAGCircuit, layout: Layout, wanted: Mapping[Qubit, int]) -> DAGCircuit:
        to = _moves(wanted, layout, dag.num_qubits())
        if self.coupling is not None and not _fits(dag, to, self.coupling):
            raise UnsupportedCircuitError(_THROUGH)
        kind = Layout if self.asked is None else AskedLayout
        placed = kind({qubit: to[physical] for qubit, physical in layout.get_virtual_bits().items()})
        for register in layout.get_registers():
            placed.add_register(register)
        self.property_set["layout"] = placed
        return dag if to == list(range(len(to))) else _moved(dag, to)

    def _wanted(self, layout: Layout, numbers: Mapping[Qubit, int]) -> Mapping[Qubit, int]:
        """The physical qubit that each qubit is to be on."""
        if self.asked is None:
            return physical_places(layout, numbers, self.n_nv)
        if isinstance(self.asked, Layout):
            return self.asked.get_virtual_bits()
        return {qubit: self.asked[number] for qubit, number in numbers.items() if number < len(self.asked)}


def circuit_qubits(properties: PropertySet) -> dict[Qubit, int]:
    """The qubits of the circuit that is transpiled and their numbers, without the ancillas that Qiskit adds."""
    numbers: Mapping[Qubit, int] = properties["original_qubit_indices"] or {}
    count = properties["num_input_qubits"]
    if count is None:  # Qiskit 1 tells them by their name, too
        added = {one for one in numbers if one._register is not None and one._register.name.startswith("ancilla")}
        return {one: number for one, number in numbers.items() if one not in added}
    return {one: number for one, number in numbers.items() if number < count}


def layout_of(properties: PropertySet, dag: DAGCircuit) -> TranspileLayout | None:
    """The layout that a circuit has so far on its way through the transpiler."""
    initial = properties["layout"]
    final = properties["final_layout"] or properties["virtual_permutation_layout"]
    if initial is None and final is None:
        return None
    qubits = circuit_qubits(properties)
    initial = initial or Layout(dict(qubits))
    return TranspileLayout(initial, properties["original_qubit_indices"], final, len(qubits), dag.qubits)


def circuit_of(dag: DAGCircuit) -> QuantumCircuit:
    """The circuit of a pass's DAG; Qiskit 1.3 warns of a deprecation of its own on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return dag_to_circuit(dag)


def _moved(dag: DAGCircuit, to: Sequence[int]) -> DAGCircuit:
    index = {qubit: k for k, qubit in enumerate(dag.qubits)}
    moved = dag.copy_empty_like()
    for node in dag.topological_op_nodes():
        moved.apply_operation_back(node.op, [moved.qubits[to[index[qubit]]] for qubit in node.qargs], node.cargs)
    return moved


def _in_order(numbers: Mapping[Qubit, int]) -> list[Qubit]:
    return sorted(numbers, key=lambda qubit: numbers[qubit])


def _moves(wanted: Mapping[Qubit, int], layout: Layout, n_qubits: int) -> list[int]:
    """Physical qubit → where what is on it is to be; what is not asked for gets what is left."""
    on = {physical: wanted[qubit] for qubit, physical in layout.get_virtual_bits().items() if qubit in wanted}
    used = set(on.values())
    free = iter(k for k in range(n_qubits) if k not in used)
    return [on[k] if k in on else next(free) for k in range(n_qubits)]


def _stays(final: Layout, dag: DAGCircuit) -> bool:
    """Whether every qubit ends where it began."""
    return all(final[qubit] == k for k, qubit in enumerate(dag.qubits))


def _fits(dag: DAGCircuit, to: Sequence[int], coupling: CouplingMap) -> bool:
    edges = {frozenset(edge) for edge in coupling.get_edges()}
    return all(frozenset(pair) in edges for pair in _pairs(circuit_of(dag), to))


def _pairs(circuit: QuantumCircuit, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The places of the qubits of every gate of two, those within control flow included."""
    for entry in circuit.data:
        here = tuple(places[circuit.find_bit(qubit).index] for qubit in entry.qubits)
        if isinstance(entry.operation, ControlFlowOp):
            for block in entry.operation.blocks:
                yield from _pairs(block, here)
        elif isinstance(entry.operation, Gate) and len(here) == 2:
            yield here


def _in_place(config: PassManagerConfig, level: int | None, *, routed: bool) -> PassManager:
    """The pass for what a stage is told: another target, where the caller has asked for other gates or connections."""
    target, coupling = config.target, config.coupling_map
    n_nv = None
    if target is not None:
        coupling = target.build_coupling_map()
        n_nv = nv_qubits_of(target) or None
    elides = level is None or level >= _ELIDING_LEVEL
    return PassManager([QubitsInPlace(coupling, n_nv, config.initial_layout, routed=routed, elides=elides)])


class TranslationInPlace(PassManagerStagePlugin):
    """Qiskit's translation stage, after every qubit has been put in its place."""

    def pass_manager(
        self, pass_manager_config: PassManagerConfig, optimization_level: int | None = None
    ) -> PassManager:
        """The stage."""
        stage = _in_place(pass_manager_config, optimization_level, routed=True)
        translation = BasisTranslatorPassManager().pass_manager(pass_manager_config, optimization_level)
        stage.append(translation.to_flow_controller())
        return stage


class DelaysAsWritten(PassManagerStagePlugin):
    """The scheduling stage of a circuit that asks for no schedule: qubits are put in their places, and that is all.

    It comes after the optimisation, which may have moved them again. Qiskit's own stage turns every delay into whole
    steps of the clock: it rounds, and a delay that is bound later, to a number that is not whole, then fails.
    """

    def pass_manager(
        self, pass_manager_config: PassManagerConfig, optimization_level: int | None = None
    ) -> PassManager:
        """The stage."""
        return _in_place(pass_manager_config, optimization_level, routed=False)
