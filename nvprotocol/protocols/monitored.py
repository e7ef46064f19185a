"""A Bell state by monitoring |σᶻ| and keeping the accepted runs, |σᶻ| = 0 (the paper's Fig. 3)."""

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from nvprotocol._checks import ROUNDING, times_array
from nvprotocol._typing import ArrayLike
from nvprotocol.channels import parity_check as ideal_check
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.operators import density_matrix
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, parity_check, prepare, wait
from nvprotocol.protocols.references import members, normalised


def monitored_bell(duration: float, checks: int = 20, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and checks |σᶻ| at equal intervals while the medium acts (Eqs. 11–15, Fig. 3).

    The last check comes at the end. Keep the runs that every check accepts, in which every bit of `parity` reads 1: the
    more checks, the closer to continuous monitoring.

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
    given = checked("monitored_bell", duration=duration, checks=checks, initial=initial)
    return _checked_in_turn("monitored_bell", given["duration"] / given["checks"], given["checks"], given["initial"])


def final_check(duration: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state, lets the medium act, and checks |σᶻ| once, at the end (Eqs. 11–15).

    At zero temperature, from |↑↓⟩, what has left |σᶻ| = 0 never comes back, so this one check gives exactly what
    continuous monitoring gives, success probability included. At q > 0 it does not: see `finite_rate_monitoring`.

    Args:
        duration: Time on the medium in µs.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with qubit registers `nv` (2) and `monitor` (1) and the classical register `parity` (1).

    Raises:
        ArgumentError: If the duration is negative or the label is not one of two qubits.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> circuit = nv.protocols.final_check(duration=1.0)
        >>> kept = nv.emulate(circuit, device, shots=None, engine="exact", postselect={"parity": 1})
        >>> bool(np.isclose(kept.concurrence, np.tanh(2 * 1.0)))
        True
    """
    given = checked("final_check", duration=duration, initial=initial)
    return _checked_in_turn("final_check", given["duration"], 1, given["initial"])


def finite_rate_monitoring(duration: float, period: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and checks |σᶻ| every `period` while the medium acts, as `MasterEquation.monitored`.

    Where the duration is no multiple of the period, the pair evolves on freely after the last check. At q > 0 a
    pair of jumps between two checks goes unseen, so the entanglement that monitoring ends in falls with the period:
    for a = 1, A = 0.9 rad/µs and q = 0.5 from 0.9986 at 0.01 µs to 0.0177 at 10 µs.

    Args:
        duration: Time on the medium in µs.
        period: Time between checks in µs, greater than 0 and at least a 100,000th of the duration.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with qubit registers `nv` (2) and `monitor` (1) and the classical register `parity`, which has no bit
        where the duration is shorter than the period.

    Raises:
        ArgumentError: If the duration is negative, the period is not positive or too short for the duration, or the
            label is not one of two qubits.

    Examples:
        >>> circuit = nv.protocols.finite_rate_monitoring(duration=1.0, period=0.3)
        >>> circuit.cregs[0].size, [entry.operation.params[0] for entry in circuit.get_instructions("delay")][::2]
        (3, [0.3, 0.3, 0.3, 0.1])
    """
    given = checked("finite_rate_monitoring", duration=duration, period=period, initial=initial)
    duration, period = given["duration"], given["period"]
    checks, rest = _checks_and_rest(duration, period)
    circuit = _checked_in_turn("finite_rate_monitoring", period, checks, given["initial"])
    if rest > 0:
        wait(circuit, rest)
    return circuit


def reference(equation: MasterEquation, duration: ArrayLike, checks: int = 20, initial: str = "ud") -> Conditional:
    """`monitored_bell` by the master equation, for durations of shape (T,); NaN states where nothing is kept."""
    durations, checks = times_array(duration, "duration"), checked("monitored_bell", checks=checks)["checks"]
    waits = durations > 0
    parts = [_unchecked(equation, initial)] * int((~waits).sum())
    if np.any(waits):
        parts.append(_kept_or_nan(equation, initial, durations[waits], durations[waits] / checks))
    return _joined(parts)


def final_reference(equation: MasterEquation, duration: ArrayLike, initial: str = "ud") -> Conditional:
    """`final_check` by the master equation, for durations of shape (T,); NaN states where nothing is kept."""
    return reference(equation, duration, 1, initial)


def finite_rate_reference(
    equation: MasterEquation, duration: ArrayLike, period: float, initial: str = "ud"
) -> Conditional:
    """`finite_rate_monitoring` by the master equation, for durations of shape (T,); NaN where nothing is kept."""
    period = checked("finite_rate_monitoring", period=period)["period"]
    return _kept_or_nan(equation, initial, times_array(duration, "duration"), period)


def _checked_in_turn(name: str, period: float, checks: int, initial: str) -> QuantumCircuit:
    circuit = pair_circuit(name, monitors=1, parity=checks)
    prepare(circuit, initial)
    for number in range(checks):
        wait(circuit, period)
        parity_check(circuit, number)
    return circuit


def _checks_and_rest(duration: float, period: float) -> tuple[int, float]:
    """How many checks fit, and the time after the last; a multiple is told from its neighbours as the theory does."""
    ratio = duration / period
    if abs(ratio - round(ratio)) <= ROUNDING * max(ratio, 1000):
        return round(ratio), 0.0 if round(ratio) else duration
    return int(ratio), duration - int(ratio) * period


def _joined(kept: list[Conditional]) -> Conditional:
    """What is kept at some times, and then at others."""
    states = np.concatenate([each.states for each in kept], axis=-3)
    return Conditional(states, np.concatenate([each.probability for each in kept], axis=-1))


def _unchecked(equation: MasterEquation, initial: str) -> Conditional:
    """Checks without time between them: one check of the initial state."""
    kept = ideal_check().branches[1](density_matrix(initial, 2))
    return normalised(np.broadcast_to(kept, (*equation.batch_shape, 1, 4, 4)))


def _kept_or_nan(
    equation: MasterEquation, initial: str, durations: NDArray[np.float64], period: NDArray[np.float64] | float
) -> Conditional:
    """The theory at all durations on all members of a batch; NaN where nothing is kept, which halving them finds."""
    try:
        return equation.monitored(initial, durations, period)
    except NoKeptShotsError:
        if durations.size > 1:
            middle = durations.size // 2
            halves = [
                (durations[half], period[half] if isinstance(period, np.ndarray) else period)
                for half in (slice(middle), slice(middle, None))
            ]
            return _joined([_kept_or_nan(equation, initial, *half) for half in halves])
        batch = equation.batch_shape
        if not batch:
            return Conditional(np.full((1, 4, 4), np.nan + 0j), np.zeros(1))
        each = [_kept_or_nan(member, initial, durations, period) for member in members(equation)]
        states = np.array([kept.states for kept in each]).reshape(*batch, 1, 4, 4)
        return Conditional(states, np.array([kept.probability for kept in each]).reshape(*batch, 1))
