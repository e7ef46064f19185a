"""Magnetic films, to which the qubits couple by the stray field: spin waves, their integrals, rates and couplings."""

from nvprotocol.magnets.film.film import Film

__all__ = ["Film"]
