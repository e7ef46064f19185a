"""Magnets: from their magnons to what they do to the qubits beside them (supplement, Eqs. S24–S47).

Each kind of magnet has the method `medium`, which gives the `Medium` of qubits at given places.
"""

from nvprotocol.magnets.exchange import Exchange
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.response import Response
from nvprotocol.magnets.setting import Setting

__all__ = ["Exchange", "Magnet", "Response", "Setting"]
