"""The medium: rates and couplings that a shared magnet induces in N qubits, and where these numbers come from."""

from nvprotocol.medium.dark_state import DarkState
from nvprotocol.medium.dark_subspace import DarkSubspace
from nvprotocol.medium.medium import Medium
from nvprotocol.medium.provenance import Note, Number, Provenance

__all__ = ["DarkState", "DarkSubspace", "Medium", "Note", "Number", "Provenance"]
