"""What the laboratory has: NV qubits on a medium, and the instruments that act on them."""

from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.device.control import Control
from nvprotocol.device.device import Device

__all__ = ["BUILTIN", "Control", "Device"]
