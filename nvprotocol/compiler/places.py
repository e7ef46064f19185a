"""Which qubits of a circuit are the NV qubits, where each belongs on a device, and whether a transpiler has moved one.

The qubits of a register `nv` belong on the NV qubits, which are the first physical ones, and the others follow in their
order; without such a register each belongs on the physical qubit of its own number. A circuit that the transpiler has
laid out otherwise runs as another experiment: its delays pass on a qubit that the medium does not reach. Only a layout
that the caller asked for is taken, which the backend's transpiler stages mark as such.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Qubit
from qiskit.transpiler import Layout
from qiskit.transpiler.layout import TranspileLayout

from nvprotocol._checks import fail
from nvprotocol.errors import UnsupportedCircuitError

_AS_WRITTEN = "transpile the circuit as it was written, with `backend` and"


class AskedLayout(Layout):
    """A layout that the caller has asked for.

    The mark is the layout's own kind, since the circuit's metadata would outlive the layout where another transpiler
    lays the circuit out anew, and are replaced by some primitives where it is still the same.
    """


def nv_of(circuit: QuantumCircuit, n_nv: int) -> list[Qubit]:
    """The NV qubits of a circuit.

    Raises:
        ArgumentError: If they are not as many as the device has.
    """
    qubits = named_nv(circuit.qregs) or circuit.qubits[:n_nv]
    require_number(qubits, n_nv)
    return qubits


def named_nv(registers: Iterable[QuantumRegister]) -> list[Qubit]:
    """The qubits of the register `nv`, none where there is no such register."""
    return [qubit for register in registers if register.name == "nv" for qubit in register]


def require_number(qubits: Sequence[Qubit], n_nv: int) -> None:
    """Refuses another number of NV qubits than the device has.

    Raises:
        ArgumentError: If there is.
    """
    if len(qubits) != n_nv:
        fail("circuit", f"have {n_nv} NV qubits, as the device has", f"has {len(qubits)}")


def physical_places(layout: Layout, numbers: Mapping[Qubit, int], n_nv: int | None) -> dict[Qubit, int]:
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
    home = physical_places(layout.initial_layout, numbers, n_nv)
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
