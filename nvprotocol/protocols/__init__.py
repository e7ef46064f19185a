"""The gallery: each protocol as a plain circuit, with the same protocol solved by the master equation beside it.

Time is `delay` on the NV qubits (register `nv`); a check of |σᶻ| is two CX onto a monitor qubit, its measurement into a
bit of the register `parity`, which reads 1 where |σᶻ| = 0, and a reset. Nothing in a circuit knows of the medium.
"""

from nvprotocol.protocols.gallery import GALLERY, Protocol
from nvprotocol.protocols.monitored import monitored_bell
from nvprotocol.protocols.unmonitored import dissipative_entanglement

__all__ = ["GALLERY", "Protocol", "dissipative_entanglement", "monitored_bell"]
