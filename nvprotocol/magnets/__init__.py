"""Magnets: from their magnons to what they do to the qubits beside them (supplement, Eqs. S24–S47).

Each kind of magnet has the method `medium`, which gives the `Medium` of qubits at given places.
"""

from nvprotocol.magnets.chirality import Chirality, chirality
from nvprotocol.magnets.exchange import Exchange
from nvprotocol.magnets.film import Film
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.materials import YIG, YIG_COLD, YIG_SPUTTERED, Material
from nvprotocol.magnets.response import Response
from nvprotocol.magnets.setting import Setting

__all__ = [
    "YIG",
    "YIG_COLD",
    "YIG_SPUTTERED",
    "Chirality",
    "Exchange",
    "Film",
    "Magnet",
    "Material",
    "Response",
    "Setting",
    "chirality",
]
