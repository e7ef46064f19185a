"""Parameters of a circuit that have no value."""

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, ForLoopOp, Parameter, ParameterExpression


def unbound_parameters(circuit: QuantumCircuit) -> set[Parameter]:
    """The parameters that are free; the variable of a loop is not, though Qiskit 1 counts it among them."""
    if not circuit.parameters:
        return set()
    free = _parameters_of(circuit.global_phase)
    for entry in circuit.data:
        operation = entry.operation
        if not isinstance(operation, ControlFlowOp):
            free = free.union(*map(_parameters_of, operation.params))
            continue
        inside = set().union(*(unbound_parameters(block) for block in operation.blocks))
        free |= inside - {operation.params[1]} if isinstance(operation, ForLoopOp) else inside
    return free


def _parameters_of(value: object) -> set[Parameter]:
    return set(value.parameters) if isinstance(value, ParameterExpression) else set()
