"""Quasi-static noise: detunings that are the same during one run and new in each, and averages over them."""

from nvprotocol.quasi_static.noise import QuasiStaticNoise

__all__ = ["QuasiStaticNoise"]
