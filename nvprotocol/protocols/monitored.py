"""A Bell state by monitoring |σᶻ| and keeping the runs that read 0 (the paper's Fig. 3)."""

import numpy as np
from numpy.typing import ArrayLike
from qiskit import QuantumCircuit

from nvprotocol._checks import times_array, whole_number
from nvprotocol.channels import parity_check as ideal_check
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.operators import density_matrix
from nvprotocol.protocols.parts import duration_us, pair_circuit, parity_check, prepare, wait


def monitored_bell(duration: float, checks: int = 20, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and checks |σᶻ| at equal intervals while the medium acts (Eqs. 11–15, Fig. 3).

    The last check comes at the end. Keep the runs in which every bit of `parity` reads 1: the more checks, the closer
    to continuous monitoring.

    Args:
        duration: Time on the medium in µs.
        checks: Number of checks, at least 1.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with qubit registers `nv` (2) and `monitor` (1) and the classical register `parity`.

    Raises:
        ArgumentError: If the duration is negative, there is no check, or the label is not one of two qubits.

    Examples:
        >>> circuit = nv.protocols.monitored_bell(duration=1.0, checks=10)
        >>> circuit.count_ops()["measure"], circuit.cregs[0].name
        (10, 'parity')
    """
    duration, checks = duration_us(duration), whole_number(checks, "checks", minimum=1)
    circuit = pair_circuit("monitored_bell", checks=checks)
    prepare(circuit, initial)
    for number in range(checks):
        wait(circuit, duration / checks)
        parity_check(circuit, number)
    return circuit


def reference(equation: MasterEquation, duration: ArrayLike, checks: int = 20, initial: str = "ud") -> Conditional:
    """The same protocol by the master equation, for durations of shape (T,); NaN states where nothing is kept."""
    durations, checks = times_array(duration, "duration"), whole_number(checks, "checks", minimum=1)
    kept = [_at(equation, time, checks, initial) for time in durations]
    states = np.stack([one.states[..., 0, :, :] for one in kept], axis=-3)
    return Conditional(states, np.stack([one.probability[..., 0] for one in kept], axis=-1))


def _at(equation: MasterEquation, duration: float, checks: int, initial: str) -> Conditional:
    if duration > 0:
        try:
            return equation.monitored(initial, [duration], duration / checks)
        except NoKeptShotsError:
            if equation.batch_shape:
                raise
            return Conditional(np.full((1, 4, 4), np.nan + 0j), np.zeros(1))
    # Checks without time between them are one check of the initial state.
    kept = ideal_check().branches[1](density_matrix(initial, 2))
    kept = np.broadcast_to(kept, (*equation.batch_shape, 1, 4, 4))
    odds = np.einsum("...ii->...", kept).real
    possible = (odds > 0)[..., None, None]
    return Conditional(np.where(possible, kept / np.where(possible, odds[..., None, None], 1.0), np.nan), odds)
