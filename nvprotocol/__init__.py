"""Spin qubits entangled through the magnet that they share, emulated on Qiskit.

Names are loaded when first used: importing this package imports neither Qiskit nor Matplotlib.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
