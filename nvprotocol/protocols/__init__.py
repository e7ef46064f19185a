"""The gallery: each protocol as a plain circuit, with the same protocol solved by the master equation.

Time is `delay` on the NV qubits (register `nv`); a check of |σᶻ| is two CX onto a monitor qubit, its measurement into a
bit of the register `parity`, which reads 1 where the check accepts (|σᶻ| = 0), and a reset. Nothing in a circuit knows
of the medium, but for `no_emitted_magnon`, in which monitor qubits play the medium. Protocols that end by measuring the
NV qubits write into the register `readout`. Those of N qubits (`w_state`, `driven_dark_state`) are circuits alone.

Names are loaded when first used: `parameters`, which says what each protocol can be given, needs no Qiskit.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
