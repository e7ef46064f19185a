"""Magnets that the qubits touch: exchange magnons in closed form, what one and two of them do, and exact checks."""

from nvprotocol.magnets.exchange.exchange import Exchange

__all__ = ["Exchange"]
