"""Monitoring with collective π pulses, which undo the detuning that would keep the pair from a Bell state."""

from fractions import Fraction
from functools import partial

from qiskit import QuantumCircuit

from nvprotocol._typing import ArrayLike
from nvprotocol.channels import parity_check as ideal_check
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, parity_check, prepare, wait
from nvprotocol.protocols.references import Event, followed, on_each


def echoed_bell(duration: float, checks: int, pulses: int, initial: str = "ud") -> QuantumCircuit:
    """Monitors |σᶻ| while π pulses on both NV qubits come at equal intervals.

    A collective π pulse turns δ into −δ and leaves the net dissipative coupling Γ = |A| + |Ã| and |σᶻ| = 0 as they are.
    So where free evolution is PT-exact (δ > Γ, Eq. 14) and ends in no Bell state, pulses τ apart bring the law of
    δ = 0 back, C = tanh 2Γ_e t after every even number of them, with the Γ_e of `closed_form.echo_coupling`, which goes
    to Γ for τ → 0. Pulse k comes at k·duration/pulses, check j at j·duration/checks, the pulse first where both
    coincide. Check at least at every pulse: a pulse turns what has relaxed to |↑↑⟩ into |↓↓⟩, which can come back to
    σᶻ = 0 unseen, so that even at T = 0 one check at the end does not do (and no check at all only heats the pair).

    Args:
        duration: Time on the medium in µs.
        checks: Number of checks, at least 1.
        pulses: Number of collective π pulses, at least 1.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with qubit registers `nv` (2) and `monitor` (1) and the classical register `parity`.

    Raises:
        ArgumentError: If the duration is negative, `checks` or `pulses` is less than 1, or the label is not one of two
            qubits.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=5.0))
        >>> keep = {"shots": None, "engine": "exact", "postselect": {"parity": 1}}
        >>> kept = nv.emulate(nv.protocols.echoed_bell(duration=6.0, checks=200, pulses=200), device, **keep)
        >>> print(f"{kept.concurrence:.2f} {kept.success_probability:.2f}")
        1.00 0.48
    """
    given = checked("echoed_bell", duration=duration, checks=checks, pulses=pulses, initial=initial)
    circuit = pair_circuit("echoed_bell", monitors=1, parity=given["checks"])
    prepare(circuit, given["initial"])
    done = 0
    for share, pulse, check in _timetable(given["checks"], given["pulses"]):
        wait(circuit, given["duration"] * share)
        if pulse:
            circuit.x([0, 1])
        if check:
            parity_check(circuit, done)
            done += 1
    return circuit


def reference(
    equation: MasterEquation, duration: ArrayLike, checks: int, pulses: int, initial: str = "ud"
) -> Conditional:
    """The same protocol by the master equation, for durations of shape (T,); NaN states where nothing is kept."""
    given = checked("echoed_bell", checks=checks, pulses=pulses)
    return followed(equation, initial, duration, partial(_events, **given))


def _timetable(checks: int, pulses: int) -> list[tuple[float, bool, bool]]:
    """Share of the duration since the last entry, whether a pulse comes then, and whether a check does."""
    pulse_times = {Fraction(k, pulses) for k in range(1, pulses + 1)}
    check_times = {Fraction(k, checks) for k in range(1, checks + 1)}
    times = sorted(pulse_times | check_times)
    gaps = [later - earlier for earlier, later in zip([Fraction(0), *times], times, strict=False)]
    return [(float(gap), time in pulse_times, time in check_times) for gap, time in zip(gaps, times, strict=True)]


def _events(duration: float, checks: int, pulses: int) -> list[Event]:
    flip, kept = on_each([[0, 1], [1, 0]], (0, 1)), ideal_check().branches[1]
    events: list[Event] = []
    for share, pulse, check in _timetable(checks, pulses):
        events += [duration * share, *([flip] if pulse else []), *([kept] if check else [])]
    return events
