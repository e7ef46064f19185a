"""Magnets known by a table of noise or of a Green's function: the table, its files, what it has to obey."""

from nvprotocol.magnets.tabulated.tabulated import Tabulated

__all__ = ["Tabulated"]
