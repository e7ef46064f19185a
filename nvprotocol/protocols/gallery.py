"""The list of protocols that experiment files can name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from nvprotocol._checks import fail, numeric_array, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional
from nvprotocol.protocols import coherence, collisions, echoed, monitored, sensing, unmonitored
from nvprotocol.protocols.parameters import DECLARED

__all__ = ["GALLERY", "Protocol"]


@dataclass(frozen=True)
@holds_read_only
class Protocol:
    """One entry of the gallery.

    Attributes:
        circuit: Builds the circuit from the protocol's parameters.
        reference: Solves the same protocol by the master equation, from an equation, durations and the same parameters;
            where the protocol ends by measuring the NV qubits, up to before that.
        postselect: Register → value that the protocol keeps, None where it keeps everything.
        outcomes: The strings of the register `readout` (Qiskit's order) whose probability is what the protocol is
            about, those of its length; None where the state at the end is, to be read by tomography.
        symbol: How that probability is written; "C" for the concurrence of the state at the end.

    Examples:
        >>> nv.protocols.GALLERY["monitored_bell"].postselect
        {'parity': 1}
        >>> nv.protocols.GALLERY["relaxometry"].outcomes, nv.protocols.GALLERY["relaxometry"].symbol
        (('01', '10'), 'P_H')
    """

    circuit: Callable[..., QuantumCircuit]
    reference: Callable[..., Conditional]
    postselect: Mapping[str, int] | None = None
    outcomes: tuple[str, ...] | None = None
    symbol: str = "C"

    def signal(self, states: ArrayLike, qubit: int | str = "both") -> NDArray[np.float64]:
        """The probability of the `outcomes` when states before the readout are read out without errors.

        Args:
            states: States of the pair, shape (…, 4, 4), such as those of `reference`.
            qubit: The qubits that are read out, as given to the circuit; both where it does not ask.

        Returns:
            Probabilities of shape (…).

        Raises:
            ArgumentError: If the protocol has no readout, or `states` another shape.

        Examples:
            >>> protocol = nv.protocols.GALLERY["relaxometry"]
            >>> kept = protocol.reference(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), [0.0, 50.0])
            >>> protocol.signal(kept.states).round(6).tolist()
            [1.0, 0.5]
        """
        rho = numeric_array(states, "states")
        if rho.shape[-2:] != (4, 4):
            fail("states", "have shape (…, 4, 4)", f"has shape {rho.shape}")
        if self.outcomes is None:
            fail("states", 'be of a protocol that writes into "readout"', "this one ends without a readout")
        if not isinstance(qubit, int | str) or qubit not in coherence.MEASURED:
            fail("qubit", f"be one of {', '.join(map(show, coherence.MEASURED))}", f"is {show(qubit)}")
        read = sorted(coherence.MEASURED[qubit], reverse=True)
        strings = ["".join(str(index >> bit & 1) for bit in read) for index in range(4)]
        counted = np.array([string in self.outcomes for string in strings])
        return np.einsum("...ii->...i", rho).real[..., counted].sum(axis=-1)


_FUNCTIONS: dict[str, tuple[Callable[..., QuantumCircuit], Callable[..., Conditional]]] = {
    "dissipative_entanglement": (unmonitored.dissipative_entanglement, unmonitored.reference),
    "echoed_bell": (echoed.echoed_bell, echoed.reference),
    "exchange": (unmonitored.exchange, unmonitored.reference),
    "final_check": (monitored.final_check, monitored.final_reference),
    "finite_rate_monitoring": (monitored.finite_rate_monitoring, monitored.finite_rate_reference),
    "hahn_echo": (coherence.hahn_echo, coherence.hahn_reference),
    "monitored_bell": (monitored.monitored_bell, monitored.reference),
    "no_emitted_magnon": (collisions.no_emitted_magnon, collisions.reference),
    "ramsey": (coherence.ramsey, coherence.ramsey_reference),
    "relaxometry": (sensing.relaxometry, sensing.reference),
}

GALLERY: dict[str, Protocol] = {
    name: Protocol(*_FUNCTIONS[name], declared.postselect, declared.outcomes, declared.symbol)
    for name, declared in DECLARED.items()
}
