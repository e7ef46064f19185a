"""Where the qubits of a circuit belong on a device, and whether a transpiler has moved them.

The qubits of a register `nv` belong on the NV qubits, which are the first physical ones, and the others follow in their
order; without such a register each belongs on the physical qubit of its own number. A circuit that the transpiler has
laid out otherwise runs as another experiment: its delays pass on a qubit that the medium does not reach. Only a layout
that the caller asked for is taken, which the backend's transpiler stages mark as such.
"""

from collections.abc import Iterable, Mapping
from typing import NoReturn

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Qubit
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler import Layout, PropertySet
from qiskit.transpiler.layout import TranspileLayout

from nvprotocol.backend.qubits import named_nv, require_number
from nvprotocol.errors import UnsupportedCircuitError

_AS_WRITTEN = "transpile the circuit as it was written, with `backend` and"


class AskedLayout(Layout):
    """A layout that the caller has asked for.

    The mark is the layout's own kind, since the circuit's metadata would outlive the layout where another transpiler
    lays the circuit out anew, and are replaced by some primitives where it is still the same.
    """


def places(layout: Layout, numbers: Mapping[Qubit, int], n_nv: int | None) -> dict[Qubit, int]:
    """The physical qubit on which each qubit of a circuit belongs.

    Args:
        layout: A layout of the circuit, for its registers.
        numbers: The number of each qubit in the circuit.
        n_nv: Number of NV qubits of the device; None if it is not known.

    Raises:
        ArgumentError: If the register `nv` has another size than the device has NV qubits.
    """
    in_order = sorted(numbers, key=lambda qubit: numbers[qubit])
    nv = [qubit for qubit in named_nv(_registers(layout, in_order)) if qubit in numbers]
    if nv and n_nv is not None:
        require_number(nv, n_nv)
    return {qubit: place for place, qubit in enumerate([*nv, *(one for one in in_order if one not in set(nv))])}


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


def require_in_place(circuit: QuantumCircuit, n_nv: int, name: str = "circuit") -> None:
    """Refuses a circuit whose qubits a transpiler has moved, unless the caller asked for it.

    A circuit without a layout is taken as it stands.

    Args:
        circuit: The circuit.
        n_nv: Number of NV qubits of the device.
        name: What the caller's argument is called.

    Raises:
        ArgumentError: If its register `nv` has another size than the device has NV qubits.
        UnsupportedCircuitError: If a qubit is not where it belongs, or is exchanged with another on the way.
    """
    if circuit.layout is not None:
        require_kept(circuit.layout, n_nv, name)


def require_kept(layout: TranspileLayout, n_nv: int, name: str = "circuit") -> None:
    """The same for the layout of a circuit."""
    if layout.final_layout is not None:  # also where all come back in the end: they were away
        _refuse(name, "keep its qubits where they are", "the transpiler has exchanged some", "`optimization_level=1`")
    if isinstance(layout.initial_layout, AskedLayout):
        return
    found = layout.final_index_layout(filter_ancillas=True)
    numbers = {qubit: number for qubit, number in layout.input_qubit_mapping.items() if number < len(found)}
    home = places(layout.initial_layout, numbers, n_nv)
    wanted = [home[qubit] for qubit in sorted(numbers, key=lambda one: numbers[one])]
    for qubit, (place, physical) in enumerate(zip(wanted, found, strict=True)):
        if physical != place:
            must = f"have qubit {qubit} on physical qubit {place}, since the first {n_nv} are those on the medium"
            way_out = f"the `initial_layout` that is wanted, such as {wanted}"
            _refuse(name, must, f"the transpiler has put it on {physical}", way_out)


def _refuse(name: str, must: str, but: str, way_out: str) -> NoReturn:
    raise UnsupportedCircuitError(f"Argument `{name}` must {must}, but {but} ({_AS_WRITTEN} {way_out}).")


def _registers(layout: Layout, qubits: Iterable[Qubit]) -> list[QuantumRegister]:
    """The registers of a layout, and those that its qubits name: a layout from a file has no others."""
    found: dict[str, QuantumRegister] = {register.name: register for register in layout.get_registers()}
    for qubit in qubits:
        register = qubit._register
        if register is not None:
            found.setdefault(register.name, register)
    return list(found.values())
