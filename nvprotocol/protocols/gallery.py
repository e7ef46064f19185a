"""The list of protocols that experiment files can name."""

from collections.abc import Callable
from dataclasses import dataclass

from qiskit import QuantumCircuit

from nvprotocol.master_equation import Conditional
from nvprotocol.protocols import monitored, unmonitored

__all__ = ["GALLERY", "Protocol"]


@dataclass(frozen=True)
class Protocol:
    """One entry of the gallery.

    Attributes:
        circuit: Builds the circuit from the protocol's parameters.
        reference: Solves the same protocol by the master equation, from an equation, durations and the same parameters.
        postselect: Register → value that the protocol keeps, None where it keeps everything.

    Examples:
        >>> nv.protocols.GALLERY["monitored_bell"].postselect
        {'parity': 1}
    """

    circuit: Callable[..., QuantumCircuit]
    reference: Callable[..., Conditional]
    postselect: dict[str, int] | None


GALLERY: dict[str, Protocol] = {
    "dissipative_entanglement": Protocol(unmonitored.dissipative_entanglement, unmonitored.reference, None),
    "monitored_bell": Protocol(monitored.monitored_bell, monitored.reference, {"parity": 1}),
}
