"""Magnets: from their magnons to the medium of the qubits near them (supplement, Eqs. S6–S47).

Each kind of magnet has the method `medium`, which gives the `Medium` of qubits at given places, with its provenance.
Names are loaded when first used.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
